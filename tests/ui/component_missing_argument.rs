//! A component without something that it must have, and with something of another type.
use atp_iac::{Component, Context, Input, Result, component};

#[component]
pub struct Network {
    pub location: Input<String>,
    pub zones: Input<u32>,
    #[component(default = 7)]
    pub days: Input<u32>,
}

impl Component for Network {
    type Outputs = ();
    fn build(self, _: &mut Context) -> Result<()> {
        Ok(())
    }
}

pub fn program(cx: &mut Context) -> Result<()> {
    cx.add("a", Network::new("westeurope"))?;
    cx.add("b", Network::new("westeurope", 3u32).days("seven"))
}

fn main() {}

//! Mistakes in the arguments of a component.
use atp_iac::{Component, Context, Input, Result, component};

#[component(kind = "atp:network:Network")]
pub struct Network {
    #[component(defalt = 3)]
    pub zones: u32,
    pub location: Input<String>,
}

impl Component for Network {
    type Outputs = ();
    fn build(self, _: &mut Context) -> Result<()> {
        Ok(())
    }
}

pub fn program(cx: &mut Context) -> Result<()> {
    cx.add("a", Network::new(3, "westeurope"))
}

fn main() {}

//! An output of another stack, given for a property of another type.
mod support;
use atp_iac::{Context, Output, Outputs, ResourceId, Result, StackRef, stack};
use support::{Network, Server};

#[derive(Outputs)]
pub struct BaseOutputs {
    pub network: Output<ResourceId<Network>>,
}

#[stack(layer = Foundation)]
pub fn base(_: &mut Context) -> Result<BaseOutputs> {
    Ok(BaseOutputs { network: Output::known(ResourceId::parse("n").unwrap()) })
}

#[stack(layer = Application)]
pub fn shop(cx: &mut Context, base: StackRef<Base>) -> Result<()> {
    cx.add("web", Server::new(&base.network))?;
    Ok(())
}

fn main() {}

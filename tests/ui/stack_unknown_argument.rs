//! Arguments of `#[stack]` that do not exist.
use atp_iac::{Context, Result, StackRef, stack};

#[stack(laier = Foundation)]
pub fn network(_: &mut Context) -> Result<()> {
    Ok(())
}

#[stack(layer = Application, region = "westeurope")]
pub fn app(_: &mut Context, _: StackRef<Network>) -> Result<()> {
    Ok(())
}

fn main() {}

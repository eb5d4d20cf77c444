//! A reference to something that is not a place.
use atp_iac::{Context, Result, StackRef, stack};

pub struct Westeurope;

#[stack(layer = Foundation)]
pub fn network(_: &mut Context) -> Result<()> {
    Ok(())
}

#[stack(layer = Application)]
pub fn shop(_: &mut Context, _: StackRef<Network, Westeurope>) -> Result<()> {
    Ok(())
}

fn main() {}

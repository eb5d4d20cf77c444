//! A stack of the lowest layer refers to the foundation.
use atp_iac::{Context, Result, StackRef, stack};
use stacks::Foundation;

#[stack(layer = Foundation)]
pub fn observer(_: &mut Context, _foundation: StackRef<Foundation>) -> Result<()> {
    Ok(())
}

fn main() {}

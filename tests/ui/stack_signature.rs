//! Functions that cannot be stacks.
use atp_iac::{Context, Result, stack};

#[stack(layer = Foundation)]
pub fn no_context() -> Result<()> {
    Ok(())
}

#[stack(layer = Foundation)]
pub fn no_result(_: &mut Context) {}

#[stack(layer = Foundation, name = "west/europe")]
pub async fn waits(_: &mut Context) -> Result<()> {
    Ok(())
}

#[stack]
pub fn without_layer(_: &mut Context) -> Result<()> {
    Ok(())
}

fn main() {}

//! The order of layers holds where both stacks stand in one region, and only there.
use atp_iac::{Context, Here, Primary, Result, StackRef, stack};

#[stack(layer = Application)]
pub fn shop(_: &mut Context) -> Result<()> {
    Ok(())
}

#[stack(layer = Foundation)]
pub fn in_the_primary_region(_: &mut Context, _: Option<StackRef<Shop, Primary>>) -> Result<()> {
    Ok(())
}

#[stack(layer = Foundation)]
pub fn in_the_same_region(_: &mut Context, _: StackRef<Shop, Here>) -> Result<()> {
    Ok(())
}

fn main() {}

//! A stack that refers to one above it, and one that refers to its own layer.
use atp_iac::{Context, Result, StackRef, stack};

#[stack(layer = Application)]
pub fn shop(_: &mut Context) -> Result<()> {
    Ok(())
}

#[stack(layer = Foundation)]
pub fn network(_: &mut Context, shop: StackRef<Shop>) -> Result<()> {
    let _ = shop;
    Ok(())
}

#[stack(layer = Application)]
pub fn second_shop(_: &mut Context, _: StackRef<Shop>) -> Result<()> {
    Ok(())
}

fn main() {}

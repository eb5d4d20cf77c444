//! References to places: one that is none, the primary region without `Option`, an `Option` of what is always there.
use atp_iac::{Context, Here, Place, PlaceRegion, Primary, Result, StackRef, stack};

#[stack(layer = Foundation)]
pub fn network(_: &mut Context, _: Option<StackRef<Network, Primary>>) -> Result<()> {
    Ok(())
}

#[stack(layer = Foundation)]
pub fn without_option(_: &mut Context, _: StackRef<Network, Primary>) -> Result<()> {
    Ok(())
}

#[stack(layer = Application)]
pub fn always_there(_: &mut Context, _: Option<StackRef<Network>>) -> Result<()> {
    Ok(())
}

pub struct Same;

impl Place for Same {
    const REGION: PlaceRegion = PlaceRegion::Same;
}

#[stack(layer = Application)]
pub fn place_of_its_own_that_is_here(_: &mut Context, _: StackRef<Network, Same>) -> Result<()> {
    Ok(())
}

#[stack(layer = Application)]
pub fn twice(_: &mut Context, _: StackRef<Network>, _: StackRef<Network, Here>) -> Result<()> {
    Ok(())
}

fn main() {}

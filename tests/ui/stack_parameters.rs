//! Parameters of a stack that are not a configuration.
use atp_iac::{Config, Context, Result, stack};

#[derive(Config)]
pub struct Settings {
    /// How many zones.
    pub zones: u32,
}

#[stack(layer = Application)]
pub fn plain_value(_: &mut Context, zones: u32) -> Result<()> {
    let _ = zones;
    Ok(())
}

#[stack(layer = Application)]
pub fn two_configurations(_: &mut Context, _: Settings, _: Settings) -> Result<()> {
    Ok(())
}

#[stack(layer = Application)]
pub fn borrowed(_: &mut Context, _: &Settings) -> Result<()> {
    Ok(())
}

fn main() {}

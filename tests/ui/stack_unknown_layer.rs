//! A layer that does not exist.
use atp_iac::{Context, Result, stack};

#[stack(layer = Fundation)]
pub fn network(_: &mut Context) -> Result<()> {
    Ok(())
}

fn main() {}

//! A reference to something that is not a stack.
use atp_iac::{Context, Result, StackRef, stack};

pub struct Other;

#[stack(layer = Application)]
pub fn not_a_stack(_: &mut Context, _: StackRef<Other>) -> Result<()> {
    Ok(())
}

fn main() {}

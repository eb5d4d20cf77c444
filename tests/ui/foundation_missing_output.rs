//! A stack uses an output that the foundation does not give.
use atp_iac::{Context, Output, Outputs, Result, StackRef, stack};
use stacks::Foundation;

#[derive(Outputs)]
pub struct ObserverOutputs {
    pub address: Output<String>,
}

#[stack(layer = Infrastructure)]
pub fn observer(_: &mut Context, foundation: StackRef<Foundation>) -> Result<ObserverOutputs> {
    Ok(ObserverOutputs { address: foundation.key_vault_url.clone() })
}

fn main() {}

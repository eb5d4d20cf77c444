//! The id of the network is given where the id of a subnet belongs.
use atp_azure::network::PrivateEndpoint;
use atp_iac::{Context, Result, StackRef, stack};
use stacks::Foundation;

#[stack(layer = Infrastructure)]
pub fn observer(cx: &mut Context, foundation: StackRef<Foundation>) -> Result<()> {
    let group = &foundation.network_group;
    cx.add("endpoint", PrivateEndpoint::new(group, "pep", "westeurope", &foundation.virtual_network))?;
    Ok(())
}

fn main() {}

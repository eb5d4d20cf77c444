//! A stack that refers to another: its signature says to which, and the compiler checks what it uses of it.

use atp_azure::network::{PrivateEndpoint, PrivateEndpointPrivateLinkServiceConnection};
use atp_iac::{Context, Output, Outputs, ResourceId, Result, StackRef, out_format, stack};
use stacks::Foundation;

/// What other stacks may use.
#[derive(Debug, Outputs)]
pub struct ObserverOutputs {
    /// The observer's way into the vault.
    pub endpoint: Output<ResourceId<PrivateEndpoint>>,
    /// Where it finds its key.
    pub key: Output<String>,
}

/// A second way into the vault of the foundation, for one who only looks.
///
/// `&foundation.private_link_subnet` is the id of a subnet: that of the network or of the vault does not compile in its
/// place. A stack of the layer `Foundation` could not refer to the foundation.
#[stack(layer = Infrastructure)]
pub fn observer(cx: &mut Context, foundation: StackRef<Foundation>) -> Result<ObserverOutputs> {
    let vault = PrivateEndpointPrivateLinkServiceConnection::new("key-vault", &foundation.key_vault);
    let endpoint = PrivateEndpoint::new(
        &foundation.network_group,
        "pep-observer",
        cx.region(),
        &foundation.private_link_subnet,
    );
    let endpoint = endpoint.private_link_service_connections([vault.group_ids(["vault"])]);
    let endpoint = cx.add("endpoint", endpoint)?;
    Ok(ObserverOutputs {
        endpoint: endpoint.id(),
        key: out_format!("{}keys/observer", foundation.key_vault_uri),
    })
}

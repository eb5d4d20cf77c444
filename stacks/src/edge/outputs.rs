//! What others may use of the edge. Everything is absent where the environment has no edge.

use atp_azure::network::{ApplicationGateway, PublicIpAddress, TrafficManagerProfile};
use atp_iac::{Output, Outputs, ResourceId};

/// What others may use.
#[derive(Debug, Outputs)]
pub struct EdgeOutputs {
    /// The gateway.
    pub gateway: Output<Option<ResourceId<ApplicationGateway>>>,
    /// The address that the internet reaches it by.
    pub public_address: Output<Option<ResourceId<PublicIpAddress>>>,
    /// The name of that address.
    pub fqdn: Output<Option<String>>,
    /// What switches between regions; it is declared in the recovery region.
    pub traffic_manager: Output<Option<ResourceId<TrafficManagerProfile>>>,
    /// The name that leads clients to the region that is active.
    pub traffic_manager_fqdn: Output<Option<String>>,
}

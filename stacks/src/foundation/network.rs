//! The network of the foundation: the way out, subnets, names, and the peering with the primary region.

use super::groups::Groups;
use super::{Foundation, FoundationConfig};
use crate::components::log_workspace::LogWorkspaceOutputs;
use crate::components::network::{NetworkOutputs, PrivateDnsOutputs};
use crate::components::{Egress, Network, PrivateDns};
use crate::helpers::Site;
use atp_azure::network::{DdosProtectionPlan, VirtualNetwork, VirtualNetworkPeering};
use atp_iac::{Context, IntoInput, Options, Output, Primary, ResourceId, Result, StackRef};

/// What the rest of the foundation needs of it.
pub struct Networking {
    /// Network and subnets.
    pub network: NetworkOutputs,
    /// Private DNS zones.
    pub zones: PrivateDnsOutputs,
    /// The public addresses that the cluster leaves by, where it does.
    pub egress_addresses: Output<Option<String>>,
}

/// Declares it.
pub fn declare(
    cx: &mut Context,
    config: &FoundationConfig,
    site: &Site,
    groups: &Groups,
    workspace: &LogWorkspaceOutputs,
    primary: Option<&StackRef<Foundation, Primary>>,
) -> Result<Networking> {
    let (address_space, subnets) = (config.address_space, config.subnets.clone());
    let mut network = Network::new(site.clone(), groups.network.id(), address_space, subnets, &workspace.id)
        .peered(config.peered_networks.clone())
        .destinations(config.destinations.clone());
    network.open_to_internet = config.public_exceptions.find("edge");
    let mut egress_addresses = Output::known(None);
    if config.egress {
        let exception = config.public_exceptions.require("egress", "the addresses of the NAT gateway")?;
        let egress = Egress::new(site.clone(), groups.network.id(), exception, config.tier);
        let egress = cx.add("egress", egress)?;
        network.nat_gateway = Some(egress.gateway.into_input());
        egress_addresses = egress.addresses.map(Some);
    }
    if config.ddos_protection {
        let name = site.names.only::<DdosProtectionPlan>()?;
        let plan = DdosProtectionPlan::new(groups.network.id(), name, &site.location).tags(&site.tags);
        network.ddos_protection_plan = Some(cx.add("ddos-protection-plan", plan)?.id().into_input());
    }
    let network = cx.add("network", network)?;
    if let Some(primary) = primary {
        peer(cx, site, &network.virtual_network, &primary.virtual_network)?;
    }
    let zones = PrivateDns::new(site.clone(), groups.dns.id(), &network.virtual_network);
    let zones = cx.add_with("private-dns", Options::new().protect(config.protect), zones)?;
    Ok(Networking { network, zones, egress_addresses })
}

/// Peers this network with that of the primary region, in both directions: Azure connects two networks when each says
/// so. Both stand here, because the primary region is deployed first and knows of no other.
///
/// Names are not shared. Each region has zones of its own with the private endpoints of its own, so that the loss of one
/// region takes no name from the other. A service that has to be reached from another region has an endpoint there too.
fn peer(
    cx: &mut Context,
    site: &Site,
    here: &Output<ResourceId<VirtualNetwork>>,
    primary: &Output<ResourceId<VirtualNetwork>>,
) -> Result<()> {
    let peering =
        |from: &Output<ResourceId<VirtualNetwork>>, name: &str, to: &Output<ResourceId<VirtualNetwork>>| {
            VirtualNetworkPeering::new(from, name, to)
                .allow_virtual_network_access(true)
                .allow_forwarded_traffic(false)
                .allow_gateway_transit(false)
                .use_remote_gateways(false)
        };
    let there = cx.add("peering-to-primary", peering(here, "to-primary", primary))?;
    let back = peering(primary, &format!("to-{}", site.location), here);
    // Azure changes one side of a pair at a time.
    cx.add_with("peering-from-primary", Options::new().depends_on(&there), back)?;
    Ok(())
}

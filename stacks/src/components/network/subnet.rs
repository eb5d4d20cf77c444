//! One subnet with its security group.

use super::Network;
use super::rules::Rules;
use crate::helpers::{Site, diagnostics};
use atp_azure::network::{
    NetworkSecurityGroup, Subnet, SubnetPrivateEndpointNetworkPolicies, VirtualNetwork,
};
use atp_iac::{Cidr, Config, Context, Output, ResourceId, Result};

/// A subnet, as configuration gives it.
#[derive(Clone, Debug, Config)]
pub struct SubnetConfig {
    /// Its addresses, inside of the address space of the network.
    pub range: Cidr,
    /// What is in it; the rules of its security group follow from that.
    pub purpose: SubnetPurpose,
}

/// Addresses outside of Azure that the cluster may reach: the host of the Git repositories, for one.
#[derive(Clone, Debug, PartialEq, Eq, Config)]
pub struct Destination {
    /// The addresses.
    #[config(length = 1..=100)]
    pub ranges: Vec<Cidr>,
    /// The ports.
    #[config(length = 1..=20)]
    pub ports: Vec<String>,
}

/// What a subnet is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Config)]
pub enum SubnetPurpose {
    /// Nodes and pods of the cluster.
    Cluster,
    /// Private endpoints.
    PrivateLink,
    /// The application gateway: the only way in from the internet.
    Gateway,
    /// SQL managed instances.
    Sql,
    /// Clients and relays of Service Bus.
    ServiceBus,
}

impl Network {
    /// A subnet is a resource of its own, and not a part of the network's: so one is added or removed without an update
    /// of the network.
    pub(super) fn add_subnet(
        &self,
        cx: &mut Context,
        network: &Output<ResourceId<VirtualNetwork>>,
        rules: &Rules<'_>,
        name: &str,
        subnet: &SubnetConfig,
    ) -> Result<Output<ResourceId<Subnet>>> {
        let Site { names, tags, location } = &self.site;
        let tags = match &self.open_to_internet {
            Some(granted) if subnet.purpose == SubnetPurpose::Gateway => &granted.tags(tags),
            _ => tags,
        };
        let group = NetworkSecurityGroup::new(&self.group, names.of::<NetworkSecurityGroup>(name)?, location)
            .security_rules(rules.of(subnet.purpose))
            .tags(tags);
        let group = cx.add(&format!("{name}-security-group"), group)?;
        cx.add(&format!("{name}-diagnostics"), diagnostics::logs(group.id(), &self.workspace))?;
        let mut resource = Subnet::new(network, name, subnet.range)
            .network_security_group(group.id())
            // Nothing leaves by an address that Azure lends: the way out is one that can be seen and filtered.
            .default_outbound_access(false);
        if let (Some(gateway), SubnetPurpose::Cluster) = (&self.nat_gateway, subnet.purpose) {
            resource = resource.nat_gateway(gateway.clone());
        }
        if subnet.purpose == SubnetPurpose::PrivateLink {
            // Without this, the rules of the security group do not hold for private endpoints.
            let enabled = SubnetPrivateEndpointNetworkPolicies::NETWORK_SECURITY_GROUP_ENABLED;
            resource = resource.private_endpoint_network_policies(enabled);
        }
        Ok(cx.add(name, resource)?.id())
    }
}

//! The way into a service that has no public one.

use crate::helpers::Site;
use atp_azure::Scope;
use atp_azure::network::{
    PrivateDnsZone, PrivateDnsZoneGroup, PrivateDnsZoneGroupPrivateDnsZoneConfig, PrivateEndpoint,
    PrivateEndpointPrivateLinkServiceConnection, Subnet,
};
use atp_azure::resources::ResourceGroup;
use atp_iac::resource::HasUrn;
use atp_iac::{Component, Context, Input, Output, ResourceId, Result, Urn, component};

/// A private endpoint of a service, and its name in the private DNS zone.
#[component(type = "atp:network:PrivateLink")]
#[derive(Clone, Debug)]
pub struct PrivateLink {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that it is in.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// What it leads to, for names: `key-vault`.
    pub service: String,
    /// What it leads to.
    pub target: Input<Scope>,
    /// The part of the service that it leads to, as Azure calls it: `vault`, `blob`, `sqlServer`.
    pub sub_resource: String,
    /// The subnet that the address is taken from.
    pub subnet: Input<ResourceId<Subnet>>,
    /// The zone that the name is registered in.
    pub dns_zone: Input<ResourceId<PrivateDnsZone>>,
}

/// What the user of a [`PrivateLink`] gets.
#[derive(Clone, Debug)]
pub struct PrivateLinkOutputs {
    /// The endpoint.
    pub endpoint: Output<ResourceId<PrivateEndpoint>>,
    /// What registers it in the zone: a lock on the zone waits for that.
    pub registration: Urn,
}

impl Component for PrivateLink {
    type Outputs = PrivateLinkOutputs;

    fn build(self, cx: &mut Context) -> Result<PrivateLinkOutputs> {
        let name = self.site.names.of::<PrivateEndpoint>(&self.service)?;
        let connection = PrivateEndpointPrivateLinkServiceConnection::new(&self.service, self.target)
            .group_ids([self.sub_resource]);
        let endpoint = PrivateEndpoint::new(self.group, name, &self.site.location, self.subnet)
            .private_link_service_connections([connection])
            .tags(&self.site.tags);
        let endpoint = cx.add("endpoint", endpoint)?;
        let zone = PrivateDnsZoneGroupPrivateDnsZoneConfig::new(&self.service, self.dns_zone);
        let registration = PrivateDnsZoneGroup::new(endpoint.id(), "default", [zone]);
        let registration = cx.add("zone-group", registration)?.urn().clone();
        Ok(PrivateLinkOutputs { endpoint: endpoint.id(), registration })
    }
}

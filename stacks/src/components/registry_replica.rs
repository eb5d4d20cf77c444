//! Images of containers in a second region.

use super::PrivateService;
use crate::helpers::Site;
use atp_azure::container_registry::{Registry, RegistryReplication, RegistryReplicationZoneRedundancy};
use atp_azure::network::{ApplicationSecurityGroup, PrivateDnsZone, Subnet};
use atp_azure::resources::ResourceGroup;
use atp_iac::{Component, Context, Input, Options, Output, ResourceId, Result, component};

/// A copy of a registry in another region, under the same name, and the private way to it from there.
///
/// Clients pull from the copy that is nearest, and from the other one while a region is down.
#[component(type = "atp:compute:RegistryReplica")]
#[derive(Clone, Debug)]
pub struct RegistryReplica {
    /// Names, tags and the region of the copy.
    pub site: Site,
    /// The resource group of the private endpoint.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// What is copied.
    pub registry: Output<ResourceId<Registry>>,
    /// The subnet of the private endpoint.
    pub subnet: Input<ResourceId<Subnet>>,
    /// The private DNS zone of registries, of this region.
    pub dns_zone: Output<ResourceId<PrivateDnsZone>>,
    /// What the rules of security groups know the private endpoint by.
    pub security_group: Input<ResourceId<ApplicationSecurityGroup>>,
    /// Whether the copy is spread over the zones of its region.
    #[component(default = false)]
    pub zone_redundant: bool,
}

impl Component for RegistryReplica {
    type Outputs = ();

    fn build(self, cx: &mut Context) -> Result<()> {
        let Site { tags, location, .. } = &self.site;
        let replication = RegistryReplication::new(&self.registry, location, location)
            .region_endpoint_enabled(true)
            .zone_redundancy(match self.zone_redundant {
                true => RegistryReplicationZoneRedundancy::ENABLED,
                false => RegistryReplicationZoneRedundancy::DISABLED,
            })
            .tags(tags);
        let replication = cx.add("replication", replication)?;
        let RegistryReplica { site, group, registry, subnet, dns_zone, security_group, .. } = self;
        let service =
            PrivateService::new(site, group, "registry", registry, "registry", subnet, vec![dns_zone])
                .security_group(security_group);
        // An endpoint has an address for each copy that there is when it is made.
        cx.add_with("private-service", Options::new().depends_on(&replication), service)?;
        Ok(())
    }
}

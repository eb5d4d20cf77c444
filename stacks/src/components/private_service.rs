//! The way into a service that has no public one.

use crate::helpers::Site;
use atp_azure::network::{
    ApplicationSecurityGroup, NetworkInterface, PrivateDnsZone, PrivateDnsZoneGroup,
    PrivateDnsZoneGroupPrivateDnsZoneConfig, PrivateEndpoint, PrivateEndpointCustomDnsConfig,
    PrivateEndpointPrivateLinkServiceConnection, Subnet,
};
use atp_azure::resources::ResourceGroup;
use atp_azure::{Scope, SubResource};
use atp_iac::program::ProgramError;
use atp_iac::resource::HasUrn;
use atp_iac::{Component, Context, Input, Output, ResourceId, Result, Urn, component};

/// As many zones as Azure takes in one group.
const MOST_ZONES: usize = 5;

/// A private endpoint of a service, and its names in private DNS zones.
///
/// Most services are known by names in one zone. Azure Monitor has several: all of them are given, and Azure enters
/// into each what belongs there.
#[component(type = "atp:network:PrivateService")]
#[derive(Clone, Debug)]
pub struct PrivateService {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that it is in.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// What it leads to, for names: `key-vault`.
    pub service: String,
    /// What it leads to.
    pub target: Input<Scope>,
    /// The part of the service that it leads to, as Azure calls it: `vault`, `blob`, `sqlServer`. One endpoint leads to
    /// one part; a service with several parts, such as blobs and tables, has several endpoints.
    pub sub_resource: String,
    /// The subnet that the address is taken from.
    pub subnet: Input<ResourceId<Subnet>>,
    /// The zones that its names are registered in. Without any, somebody else's DNS has to know them: see
    /// [`PrivateServiceOutputs::names`].
    pub zones: Vec<Output<ResourceId<PrivateDnsZone>>>,
    /// What the rules of security groups know it by.
    pub security_group: Option<Input<ResourceId<ApplicationSecurityGroup>>>,
}

/// What the user of a [`PrivateService`] gets.
#[derive(Clone, Debug)]
pub struct PrivateServiceOutputs {
    /// The endpoint.
    pub endpoint: Output<ResourceId<PrivateEndpoint>>,
    /// Its names and addresses, for a DNS that is not made of private zones.
    pub names: Output<Vec<PrivateEndpointCustomDnsConfig>>,
    /// What registers it in the zones, where it has any: a lock on a zone waits for that.
    pub registration: Option<Urn>,
}

impl Component for PrivateService {
    type Outputs = PrivateServiceOutputs;

    fn build(self, cx: &mut Context) -> Result<PrivateServiceOutputs> {
        if self.zones.len() > MOST_ZONES {
            return Err(ProgramError::Other(format!(
                "the private endpoint of `{}` has {} DNS zones, and Azure takes {MOST_ZONES}",
                self.service,
                self.zones.len()
            )));
        }
        let Site { names, tags, location } = &self.site;
        let connection = PrivateEndpointPrivateLinkServiceConnection::new(&self.service, self.target)
            .group_ids([self.sub_resource]);
        let name = names.of::<PrivateEndpoint>(&self.service)?;
        let interface = names.of::<NetworkInterface>(&self.service)?;
        let mut endpoint = PrivateEndpoint::new(self.group, name, location, self.subnet)
            .private_link_service_connections([connection])
            .custom_network_interface_name(interface.as_str())
            .tags(tags);
        if let Some(group) = self.security_group {
            endpoint = endpoint.application_security_groups([SubResource::new(group)]);
        }
        let endpoint = cx.add("endpoint", endpoint)?;
        let mut registration = None;
        if !self.zones.is_empty() {
            let group =
                PrivateDnsZoneGroup::new(endpoint.id(), "default", entries(&self.service, self.zones));
            registration = Some(cx.add("zone-group", group)?.urn().clone());
        }
        Ok(PrivateServiceOutputs {
            endpoint: endpoint.id(),
            names: endpoint.custom_dns_configs(),
            registration,
        })
    }
}

/// The first zone has the name of the service, so that one more zone changes no entry that is there.
fn entries(
    service: &str,
    zones: Vec<Output<ResourceId<PrivateDnsZone>>>,
) -> Vec<PrivateDnsZoneGroupPrivateDnsZoneConfig> {
    let name = |number| if number == 1 { service.to_owned() } else { format!("{service}-{number}") };
    (1..)
        .zip(zones)
        .map(|(number, zone)| PrivateDnsZoneGroupPrivateDnsZoneConfig::new(name(number), zone))
        .collect()
}

//! How clients reach a service that has no public address, and where it logs to.

use super::PrivateService;
use super::private_service::PrivateServiceOutputs;
use crate::helpers::Site;
use atp_azure::Scope;
use atp_azure::network::{ApplicationSecurityGroup, PrivateDnsZone, Subnet};
use atp_azure::operational_insights::Workspace;
use atp_azure::resources::ResourceGroup;
use atp_iac::{Context, Input, IntoInput, Output, ResourceId, Result};

/// What the foundation gives to every service.
#[derive(Clone, Debug)]
pub struct ServiceNetwork {
    /// The subnet of private endpoints.
    pub subnet: Input<ResourceId<Subnet>>,
    /// The private DNS zone of the service.
    pub dns_zone: Output<ResourceId<PrivateDnsZone>>,
    /// What the rules of security groups know private endpoints by.
    pub security_group: Input<ResourceId<ApplicationSecurityGroup>>,
    /// Where logs go.
    pub workspace: Input<ResourceId<Workspace>>,
}

impl ServiceNetwork {
    /// Adds a private endpoint for a part of a service. `service` is what it is called in names.
    ///
    /// # Errors
    /// As [`PrivateService`].
    pub fn add_endpoint(
        &self,
        cx: &mut Context,
        site: &Site,
        group: &Input<ResourceId<ResourceGroup>>,
        service: &str,
        target: impl IntoInput<Scope>,
        sub_resource: &str,
    ) -> Result<PrivateServiceOutputs> {
        let zones = vec![self.dns_zone.clone()];
        let mut endpoint =
            PrivateService::new(site.clone(), group, service, target, sub_resource, &self.subnet, zones);
        endpoint.security_group = Some(self.security_group.clone());
        cx.add("private-service", endpoint)
    }
}

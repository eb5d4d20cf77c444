//! The registry of images: one for all regions of an environment.

use super::{Aks, AksConfig};
use crate::components::container_registry::ContainerRegistryOutputs;
use crate::components::{ContainerRegistry, RegistryReplica};
use crate::foundation::FoundationOutputs;
use crate::helpers::{Site, names};
use atp_azure::container_registry::Registry;
use atp_azure::resources::ResourceGroup;
use atp_iac::{Context, Output, Primary, ResourceId, Result, StackRef};

/// Where the registry stands, and what it is reached through.
pub struct Images<'a> {
    /// Names, tags and region.
    pub site: &'a Site,
    /// The resource group of the stack.
    pub group: Output<ResourceId<ResourceGroup>>,
    /// The network of the region.
    pub foundation: &'a FoundationOutputs,
    /// Whether it is spread over zones.
    pub zone_redundant: bool,
}

impl Images<'_> {
    /// The registry in the primary region, and a copy of it in any other. It has no lock: copies and the roles of
    /// clusters come and go in its scope.
    pub fn add(
        self,
        cx: &mut Context,
        config: &AksConfig,
        primary: Option<&StackRef<Aks, Primary>>,
    ) -> Result<ContainerRegistryOutputs> {
        let Images { site, group, foundation, zone_redundant } = self;
        let subnet = &foundation.private_link_subnet;
        let zone = foundation.container_registry_zone.clone();
        let security_group = &foundation.private_endpoint_security_group;
        if let Some(primary) = primary {
            let registry = primary.registry.clone();
            let replica = RegistryReplica::new(site.clone(), group, registry, subnet, zone, security_group)
                .zone_redundant(zone_redundant);
            cx.add("registry", replica)?;
            let (id, login_server) = (primary.registry.clone(), primary.registry_login_server.clone());
            return Ok(ContainerRegistryOutputs { id, login_server });
        }
        let name = match &config.registry_name {
            Some(name) => names::checked(name)?,
            None => site.names.unique::<Registry>("", &config.subscription_id)?,
        };
        let workspace = &foundation.workspace;
        let registry =
            ContainerRegistry::new(site.clone(), group, name, subnet, zone, security_group, workspace)
                .zone_redundant(zone_redundant)
                .retention_days(config.image_retention_days)
                .quarantine(config.image_quarantine)
                .protect(config.protect);
        cx.add("registry", registry)
    }
}

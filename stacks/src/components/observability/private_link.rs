//! The private way to Azure Monitor.

use crate::components::PrivateService;
use crate::helpers::Site;
use atp_azure::Scope;
use atp_azure::insights::{
    PrivateLinkScope, PrivateLinkScopeAccessModeSettings,
    PrivateLinkScopeAccessModeSettingsIngestionAccessMode, PrivateLinkScopeAccessModeSettingsQueryAccessMode,
    PrivateLinkScopedResource,
};
use atp_azure::network::{ApplicationSecurityGroup, PrivateDnsZone, Subnet};
use atp_azure::resources::ResourceGroup;
use atp_iac::{Component, Context, Input, Output, ResourceId, Result, component};

/// One endpoint through which everything in the network reaches the workspace, Application Insights and the collection
/// endpoint, and nothing else of Azure Monitor: data cannot leave to the workspace of somebody else.
#[component(type = "atp:observability:MonitorPrivateLink")]
#[derive(Clone, Debug)]
pub struct MonitorPrivateLink {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that it is in.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// What is reached through it, by name.
    pub resources: Vec<(&'static str, Input<Scope>)>,
    /// The subnet of the endpoint.
    pub subnet: Input<ResourceId<Subnet>>,
    /// The zones that its names are registered in.
    pub zones: Vec<Output<ResourceId<PrivateDnsZone>>>,
    /// What the rules of security groups know the endpoint by.
    pub security_group: Option<Input<ResourceId<ApplicationSecurityGroup>>>,
}

impl Component for MonitorPrivateLink {
    type Outputs = Output<ResourceId<PrivateLinkScope>>;

    fn build(self, cx: &mut Context) -> Result<Self::Outputs> {
        let modes = PrivateLinkScopeAccessModeSettings::new(
            PrivateLinkScopeAccessModeSettingsQueryAccessMode::PRIVATE_ONLY,
            PrivateLinkScopeAccessModeSettingsIngestionAccessMode::PRIVATE_ONLY,
        );
        let name = self.site.names.only::<PrivateLinkScope>()?;
        let scope = PrivateLinkScope::new(&self.group, name, modes).tags(&self.site.tags);
        let scope = cx.add("scope", scope)?.id();
        // Azure Monitor changes one of them at a time.
        let mut options = atp_iac::Options::new();
        for (name, resource) in self.resources {
            let scoped =
                cx.add_with(name, options, PrivateLinkScopedResource::new(&scope, name, resource))?;
            options = atp_iac::Options::new().depends_on(&scoped);
        }
        let mut service = PrivateService::new(
            self.site,
            self.group,
            "azure-monitor",
            &scope,
            "azuremonitor",
            self.subnet,
            self.zones,
        );
        if let Some(group) = self.security_group {
            service = service.security_group(group);
        }
        cx.add_with("private-link", options, service)?;
        Ok(scope)
    }
}

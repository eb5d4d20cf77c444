//! Where images of containers are.

use super::PrivateService;
use crate::helpers::security::Hardened;
use crate::helpers::{Site, diagnostics};
use atp_azure::container_registry::{
    Registry, RegistryNetworkRuleBypassOptions, RegistryNetworkRuleSet, RegistryNetworkRuleSetDefaultAction,
    RegistryPolicies, RegistryPoliciesExportPolicy, RegistryPoliciesExportPolicyStatus,
    RegistryPoliciesQuarantinePolicy, RegistryPoliciesQuarantinePolicyStatus,
    RegistryPoliciesRetentionPolicy, RegistryPoliciesRetentionPolicyStatus, RegistryPoliciesTrustPolicy,
    RegistryPoliciesTrustPolicyStatus, RegistryPoliciesTrustPolicyType, RegistrySku, RegistrySkuName,
    RegistryZoneRedundancy,
};
use atp_azure::network::{ApplicationSecurityGroup, PrivateDnsZone, Subnet};
use atp_azure::operational_insights::Workspace;
use atp_azure::resources::ResourceGroup;
use atp_iac::{Component, Context, Input, Name, Options, Output, ResourceId, Result, component};

/// A registry that only private networks reach and only roles open.
///
/// What hardens it is not a choice: no user with a password, no anonymous pulling, no public access, nothing that is
/// copied out of it by the service. It is of the Premium kind, the only one with private endpoints.
#[component(type = "atp:compute:ContainerRegistry")]
#[derive(Clone, Debug)]
pub struct ContainerRegistry {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that it is in.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// Its name, which is unique in all of Azure.
    pub name: Name<Registry>,
    /// The subnet of its private endpoint.
    pub subnet: Input<ResourceId<Subnet>>,
    /// The private DNS zone of registries.
    pub dns_zone: Output<ResourceId<PrivateDnsZone>>,
    /// What the rules of security groups know the private endpoint by.
    pub security_group: Input<ResourceId<ApplicationSecurityGroup>>,
    /// Where it logs to.
    pub workspace: Input<ResourceId<Workspace>>,
    /// Whether it is spread over the zones of its region.
    #[component(default = false)]
    pub zone_redundant: bool,
    /// Days after which images without a tag are removed.
    #[component(default = 30)]
    pub retention_days: u32,
    /// Whether images can be pulled only after a scanner has released them.
    #[component(default = false)]
    pub quarantine: bool,
    /// Whether tags can be signed. New registries of Azure refuse it: images are signed as artifacts beside them.
    #[component(default = false)]
    pub content_trust: bool,
    /// Whether plans that delete or replace it are refused.
    #[component(default = false)]
    pub protect: bool,
}

/// What the user of a [`ContainerRegistry`] gets.
#[derive(Clone, Debug)]
pub struct ContainerRegistryOutputs {
    /// Its id.
    pub id: Output<ResourceId<Registry>>,
    /// Where images are pulled from.
    pub login_server: Output<String>,
}

impl Component for ContainerRegistry {
    type Outputs = ContainerRegistryOutputs;

    fn build(self, cx: &mut Context) -> Result<ContainerRegistryOutputs> {
        let options = Options::new().protect(self.protect);
        let registry = cx.add_with("registry", options, self.registry())?;
        let ContainerRegistry { site, group, subnet, dns_zone, security_group, workspace, .. } = self;
        let target = registry.id();
        let service =
            PrivateService::new(site, group, "registry", target, "registry", subnet, vec![dns_zone]);
        cx.add("private-service", service.security_group(security_group))?;
        cx.add("diagnostics", diagnostics::logs_and_metrics(registry.id(), workspace))?;
        Ok(ContainerRegistryOutputs { id: registry.id(), login_server: registry.login_server() })
    }
}

impl ContainerRegistry {
    fn registry(&self) -> Registry {
        let Site { tags, location, .. } = &self.site;
        Registry::new(&self.group, self.name.clone(), location, RegistrySku::new(RegistrySkuName::PREMIUM))
            .hardened()
            // Clients are sent to names of this registry, and not to storage that all registries share: so a firewall
            // can tell them apart.
            .data_endpoint_enabled(true)
            .network_rule_set(RegistryNetworkRuleSet::new(RegistryNetworkRuleSetDefaultAction::DENY))
            // Defender scans images.
            .network_rule_bypass_options(RegistryNetworkRuleBypassOptions::AZURE_SERVICES)
            .zone_redundancy(match self.zone_redundant {
                true => RegistryZoneRedundancy::ENABLED,
                false => RegistryZoneRedundancy::DISABLED,
            })
            .policies(self.policies())
            .tags(tags)
    }

    fn policies(&self) -> RegistryPolicies {
        let retention = RegistryPoliciesRetentionPolicy::new()
            .days(i64::from(self.retention_days))
            .status(RegistryPoliciesRetentionPolicyStatus::ENABLED);
        let export = RegistryPoliciesExportPolicy::new().status(RegistryPoliciesExportPolicyStatus::DISABLED);
        let quarantine = RegistryPoliciesQuarantinePolicy::new().status(match self.quarantine {
            true => RegistryPoliciesQuarantinePolicyStatus::ENABLED,
            false => RegistryPoliciesQuarantinePolicyStatus::DISABLED,
        });
        let trust = RegistryPoliciesTrustPolicy::new().type_(RegistryPoliciesTrustPolicyType::NOTARY).status(
            match self.content_trust {
                true => RegistryPoliciesTrustPolicyStatus::ENABLED,
                false => RegistryPoliciesTrustPolicyStatus::DISABLED,
            },
        );
        RegistryPolicies::new()
            .retention_policy(retention)
            .export_policy(export)
            .quarantine_policy(quarantine)
            .trust_policy(trust)
    }
}

//! Dashboards over metrics of the cluster.

use crate::components::PrivateService;
use crate::helpers::{BuiltInRole, Site, diagnostics, roles};
use atp_azure::dashboard::{
    Grafana, GrafanaApiKey, GrafanaAzureMonitorWorkspaceIntegration, GrafanaCreatorCanAdmin,
    GrafanaDeterministicOutboundIp, GrafanaIdentity, GrafanaIdentityType, GrafanaIntegrations,
    GrafanaPublicNetworkAccess, GrafanaSku, GrafanaZoneRedundancy,
};
use atp_azure::monitor::Account;
use atp_azure::network::{
    ApplicationSecurityGroup, PrivateDnsZone, PrivateDnsZoneVirtualNetworkLink, Subnet, VirtualNetwork,
};
use atp_azure::operational_insights::Workspace;
use atp_azure::resources::ResourceGroup;
use atp_iac::{Component, Context, Input, Output, ResourceId, Result, component};

/// The zone of its private names.
const ZONE: &str = "privatelink.grafana.azure.com";

/// Managed Grafana that is reached from the network only, and signs in to what it shows with an identity of its own.
#[component(type = "atp:observability:ManagedGrafana")]
#[derive(Clone, Debug)]
pub struct ManagedGrafana {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that it is in.
    pub group: Output<ResourceId<ResourceGroup>>,
    /// The subscription that roles are defined in.
    pub subscription_id: String,
    /// The metrics that it shows.
    pub account: Output<ResourceId<Account>>,
    /// Where it logs to, and what it shows.
    pub workspace: Output<ResourceId<Workspace>>,
    /// The network whose clients find it.
    pub virtual_network: Input<ResourceId<VirtualNetwork>>,
    /// The subnet of its private endpoint.
    pub subnet: Input<ResourceId<Subnet>>,
    /// Whether it outlives the loss of a zone.
    #[component(default = false)]
    pub zone_redundant: bool,
    /// What the rules of security groups know its private endpoint by.
    pub security_group: Option<Input<ResourceId<ApplicationSecurityGroup>>>,
}

/// What the user of [`ManagedGrafana`] gets.
#[derive(Clone, Debug)]
pub struct ManagedGrafanaOutputs {
    /// Its id.
    pub id: Output<ResourceId<Grafana>>,
    /// Where people find it.
    pub endpoint: Output<String>,
}

impl Component for ManagedGrafana {
    type Outputs = ManagedGrafanaOutputs;

    fn build(self, cx: &mut Context) -> Result<ManagedGrafanaOutputs> {
        let Site { names, tags, location } = &self.site;
        let metrics =
            GrafanaAzureMonitorWorkspaceIntegration::new().azure_monitor_workspace_resource_id(&self.account);
        let redundancy = if self.zone_redundant {
            GrafanaZoneRedundancy::ENABLED
        } else {
            GrafanaZoneRedundancy::DISABLED
        };
        let grafana =
            Grafana::new(&self.group, names.only::<Grafana>()?, location, GrafanaSku::new("Standard"))
                .identity(GrafanaIdentity::new(GrafanaIdentityType::SYSTEM_ASSIGNED))
                .public_network_access(GrafanaPublicNetworkAccess::DISABLED)
                .api_key(GrafanaApiKey::DISABLED)
                .creator_can_admin(GrafanaCreatorCanAdmin::DISABLED)
                .deterministic_outbound_ip(GrafanaDeterministicOutboundIp::DISABLED)
                .zone_redundancy(redundancy)
                .grafana_integrations(
                    GrafanaIntegrations::new().azure_monitor_workspace_integrations([metrics]),
                )
                .tags(tags);
        let grafana = cx.add("grafana", grafana)?;
        cx.add("diagnostics", diagnostics::logs_and_metrics(grafana.id(), &self.workspace))?;
        let principal = grafana.identity_principal_id();
        let reads = [
            ("reads-metrics", BuiltInRole::MonitoringDataReader),
            ("reads-logs", BuiltInRole::MonitoringReader),
        ];
        for (name, role) in reads {
            cx.add(name, roles::assignment(&self.subscription_id, &self.group, role, &principal)?)?;
        }
        let zone = cx.add("zone", PrivateDnsZone::new(&self.group, ZONE).tags(tags))?.id();
        let link = PrivateDnsZoneVirtualNetworkLink::new(&zone, "network", self.virtual_network)
            .registration_enabled(false)
            .tags(tags);
        cx.add("zone-link", link)?;
        let mut service = PrivateService::new(
            self.site.clone(),
            &self.group,
            "grafana",
            grafana.id(),
            "grafana",
            self.subnet,
            vec![zone],
        );
        if let Some(group) = self.security_group {
            service = service.security_group(group);
        }
        cx.add("private-link", service)?;
        Ok(ManagedGrafanaOutputs { id: grafana.id(), endpoint: grafana.endpoint() })
    }
}

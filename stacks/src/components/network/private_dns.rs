//! Names of private endpoints.

use crate::helpers::Site;
use atp_azure::network::{PrivateDnsZone, PrivateDnsZoneVirtualNetworkLink, VirtualNetwork};
use atp_azure::resources::ResourceGroup;
use atp_iac::{Component, Context, Input, Output, ResourceId, Result, Urn, component};

/// The private DNS zones of the services that the platform uses, each linked to the network.
///
/// A client that asks for `name.vault.azure.net` inside of the network gets the address of the private endpoint.
#[component(type = "atp:network:PrivateDns")]
#[derive(Clone, Debug)]
pub struct PrivateDns {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that the zones are in.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// The network that asks the zones.
    pub virtual_network: Input<ResourceId<VirtualNetwork>>,
}

/// What the user of [`PrivateDns`] gets: the zones.
#[derive(Clone, Debug)]
pub struct PrivateDnsOutputs {
    /// Of vaults.
    pub key_vault: Output<ResourceId<PrivateDnsZone>>,
    /// Of blob storage.
    pub blob: Output<ResourceId<PrivateDnsZone>>,
    /// Of SQL servers.
    pub sql: Output<ResourceId<PrivateDnsZone>>,
    /// Of Service Bus.
    pub service_bus: Output<ResourceId<PrivateDnsZone>>,
    /// Of Cosmos DB.
    pub cosmos: Output<ResourceId<PrivateDnsZone>>,
    /// Of container registries.
    pub container_registry: Output<ResourceId<PrivateDnsZone>>,
    /// Of managed HSMs.
    pub managed_hsm: Output<ResourceId<PrivateDnsZone>>,
    /// Of Azure Monitor. A private link scope has names in its four zones, and in that of blob storage.
    pub monitor: Output<ResourceId<PrivateDnsZone>>,
    /// Of the management of workspaces.
    pub monitor_management: Output<ResourceId<PrivateDnsZone>>,
    /// Of what takes logs in.
    pub monitor_data: Output<ResourceId<PrivateDnsZone>>,
    /// Of agents.
    pub monitor_agents: Output<ResourceId<PrivateDnsZone>>,
    /// All resources of it: a lock waits for them.
    pub resources: Vec<Urn>,
}

impl Component for PrivateDns {
    type Outputs = PrivateDnsOutputs;

    fn build(self, cx: &mut Context) -> Result<PrivateDnsOutputs> {
        Ok(PrivateDnsOutputs {
            key_vault: self.zone(cx, "key-vault", "privatelink.vaultcore.azure.net")?,
            blob: self.zone(cx, "blob", "privatelink.blob.core.windows.net")?,
            sql: self.zone(cx, "sql", "privatelink.database.windows.net")?,
            service_bus: self.zone(cx, "service-bus", "privatelink.servicebus.windows.net")?,
            cosmos: self.zone(cx, "cosmos", "privatelink.documents.azure.com")?,
            container_registry: self.zone(cx, "container-registry", "privatelink.azurecr.io")?,
            managed_hsm: self.zone(cx, "managed-hsm", "privatelink.managedhsm.azure.net")?,
            monitor: self.zone(cx, "monitor", "privatelink.monitor.azure.com")?,
            monitor_management: self.zone(
                cx,
                "monitor-management",
                "privatelink.oms.opinsights.azure.com",
            )?,
            monitor_data: self.zone(cx, "monitor-data", "privatelink.ods.opinsights.azure.com")?,
            monitor_agents: self.zone(cx, "monitor-agents", "privatelink.agentsvc.azure-automation.net")?,
            resources: cx.declared(),
        })
    }
}

impl PrivateDns {
    fn zone(
        &self,
        cx: &mut Context,
        service: &str,
        domain: &str,
    ) -> Result<Output<ResourceId<PrivateDnsZone>>> {
        let tags = &self.site.tags;
        let zone = cx.add(service, PrivateDnsZone::new(&self.group, domain).tags(tags))?;
        let link = PrivateDnsZoneVirtualNetworkLink::new(zone.id(), "network", &self.virtual_network)
            // Machines do not enter their own names: the zones hold those of private endpoints only.
            .registration_enabled(false)
            .tags(tags);
        cx.add(&format!("{service}-link"), link)?;
        Ok(zone.id())
    }
}

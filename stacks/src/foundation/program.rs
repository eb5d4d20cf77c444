//! The program of the foundation.

use super::access::Access;
use super::identities::{Identities, Identity};
use super::locks::lock;
use super::{FoundationConfig, FoundationOutputs};
use crate::components::network::NetworkOutputs;
use crate::components::{KeyVault, Network, PrivateDns};
use crate::helpers::{Site, diagnostics, names};
use atp_azure::network::Subnet;
use atp_azure::operational_insights::{
    Workspace, WorkspaceFeatures, WorkspaceHandle, WorkspaceSku, WorkspaceSkuName, WorkspaceWorkspaceCapping,
};
use atp_azure::resources::{ResourceGroup, ResourceGroupHandle};
use atp_iac::program::ProgramError;
use atp_iac::resource::HasUrn;
use atp_iac::{Context, Output, ResourceId, Result, StackContract, layers, stack};

/// Resource groups, network, private DNS, vault, identities, workspace and locks.
#[stack(layer = Foundation)]
pub fn foundation(cx: &mut Context, config: FoundationConfig) -> Result<FoundationOutputs> {
    let site = Site::new::<layers::Foundation>(cx, &config.project, &config.tags)?;
    let network_group = group(cx, &site, "network")?.id();
    // Zones have a group of their own, because the lock on them must not hold for the network.
    let dns_group = group(cx, &site, "dns")?;
    let security_group = group(cx, &site, "security")?.id();
    let observability_group = group(cx, &site, "observability")?.id();

    let workspace = workspace(cx, &site, &config, &observability_group)?;
    let workspace_diagnostics =
        cx.add("workspace-diagnostics", diagnostics::logs_and_metrics(workspace.id(), workspace.id()))?;
    let network = cx.add(
        "network",
        Network::new(site.clone(), &network_group, config.address_space, config.subnets, workspace.id()),
    )?;
    let zones =
        cx.add("private-dns", PrivateDns::new(site.clone(), dns_group.id(), &network.virtual_network))?;

    let key_vault_name = match &config.key_vault_name {
        Some(name) => names::checked(name)?,
        None => site.names.key_vault(&config.subscription_id)?,
    };
    let private_link_subnet = subnet(&network, "private-link")?;
    let key_vault = KeyVault::new(
        site.clone(),
        &security_group,
        key_vault_name,
        &config.tenant_id,
        &private_link_subnet,
        &zones.key_vault,
        workspace.id(),
    )
    .sku(config.key_vault_sku.into())
    .soft_delete_days(config.soft_delete_days);
    let key_vault = cx.add("key-vault", key_vault)?;

    let identities = Identities::declare(cx, &site, &security_group)?;
    let access = Access {
        subscription_id: &config.subscription_id,
        identities: &identities,
        key_vault: &key_vault.id,
        virtual_network: &network.virtual_network,
        workspace: &workspace.id(),
        observability: &observability_group,
    };
    let assigned = access.grant(cx)?;

    if config.locks {
        let logging = [workspace.urn().clone(), workspace_diagnostics.urn().clone()];
        lock(cx, "keep-workspace", &workspace.id(), logging.into_iter().chain(assigned.workspace))?;
        // The vault's private endpoint has its address in a zone.
        let naming = zones.resources.iter().chain(&key_vault.resources).chain([dns_group.urn()]).cloned();
        lock(cx, "keep-private-dns", &dns_group.id(), naming)?;
        let keeping = key_vault.resources.into_iter().chain(assigned.key_vault);
        lock(cx, "keep-key-vault", &key_vault.id, keeping)?;
    }

    Ok(FoundationOutputs {
        network_group,
        security_group,
        observability_group,
        aks_system_subnet: subnet(&network, "aks-system")?,
        aks_ingestion_subnet: subnet(&network, "aks-ingestion")?,
        aks_query_subnet: subnet(&network, "aks-query")?,
        aks_projection_subnet: subnet(&network, "aks-projection")?,
        aks_export_subnet: optional_subnet(&network, "aks-export"),
        private_link_subnet,
        gateway_subnet: subnet(&network, "gateway")?,
        sql_subnet: optional_subnet(&network, "sql"),
        service_bus_subnet: optional_subnet(&network, "service-bus"),
        virtual_network: network.virtual_network,
        key_vault_zone: zones.key_vault,
        blob_zone: zones.blob,
        sql_zone: zones.sql,
        service_bus_zone: zones.service_bus,
        cosmos_zone: zones.cosmos,
        container_registry_zone: zones.container_registry,
        key_vault: key_vault.id,
        key_vault_uri: key_vault.uri,
        workspace: workspace.id(),
        control_plane: Identity::of(&identities.control_plane),
        ingestion: Identity::of(&identities.ingestion),
        query: Identity::of(&identities.query),
        projection: Identity::of(&identities.projection),
        export: Identity::of(&identities.export),
        gitops: Identity::of(&identities.gitops),
    })
}

fn group(cx: &mut Context, site: &Site, purpose: &str) -> Result<ResourceGroupHandle> {
    let name = site.names.resource_group(purpose)?;
    cx.add(&format!("{purpose}-group"), ResourceGroup::new(name, &site.location).tags(&site.tags))
}

fn workspace(
    cx: &mut Context,
    site: &Site,
    config: &FoundationConfig,
    group: &Output<ResourceId<ResourceGroup>>,
) -> Result<WorkspaceHandle> {
    let mut workspace = Workspace::new(group, site.names.workspace()?, &site.location)
        .sku(WorkspaceSku::new(WorkspaceSkuName::PER_GB2018))
        .retention_in_days(i64::from(config.log_retention_days))
        // Who writes logs signs in: there are no shared keys.
        .features(WorkspaceFeatures::new().disable_local_auth(true))
        .tags(&site.tags);
    if let Some(gigabytes) = config.log_daily_quota {
        let capping = WorkspaceWorkspaceCapping::new().daily_quota_gb(i64::from(gigabytes));
        workspace = workspace.workspace_capping(capping);
    }
    cx.add("workspace", workspace)
}

fn subnet(network: &NetworkOutputs, name: &str) -> Result<Output<ResourceId<Subnet>>> {
    let subnet = network.subnets.get(name).cloned();
    subnet.ok_or_else(|| {
        ProgramError::Other(format!("the stack `{}` has no subnet `{name}`", Foundation::NAME))
    })
}

fn optional_subnet(network: &NetworkOutputs, name: &str) -> Output<Option<ResourceId<Subnet>>> {
    network.subnets.get(name).map_or_else(|| Output::known(None), |subnet| subnet.map(Some))
}

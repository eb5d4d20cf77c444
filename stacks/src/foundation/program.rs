//! The program of the foundation.

use super::access::{Access, Assigned};
use super::groups::Groups;
use super::identities::{Identities, Identity};
use super::{FoundationConfig, FoundationOutputs};
use crate::components::key_vault::KeyVaultOutputs;
use crate::components::log_workspace::LogWorkspaceOutputs;
use crate::components::network::{NetworkOutputs, PrivateDnsOutputs};
use crate::components::{KeyVault, LogWorkspace, Network, PrivateDns};
use crate::helpers::{Site, lock, names};
use atp_azure::key_vault::Vault;
use atp_iac::resource::HasUrn;
use atp_iac::{Context, Result, layers, stack};

/// Resource groups, network, private DNS, vault, identities, workspace and locks.
#[stack(layer = Foundation)]
pub fn foundation(cx: &mut Context, config: FoundationConfig) -> Result<FoundationOutputs> {
    let site = Site::new::<layers::Foundation>(cx, &config.project, &config.tags)?;
    let groups = Groups::declare(cx, &site)?;

    let mut workspace = LogWorkspace::new(site.clone(), groups.observability.id(), config.log_retention_days);
    if let Some(gigabytes) = config.log_daily_quota {
        workspace = workspace.daily_quota(gigabytes);
    }
    let workspace = cx.add("log-workspace", workspace)?;

    let (address_space, subnets) = (config.address_space, config.subnets.clone());
    let mut network = Network::new(site.clone(), groups.network.id(), address_space, subnets, &workspace.id)
        .destinations(config.destinations.clone());
    network.open_to_internet = config.public_exceptions.find("edge");
    let network = cx.add("network", network)?;
    let zones = PrivateDns::new(site.clone(), groups.dns.id(), &network.virtual_network);
    let zones = cx.add("private-dns", zones)?;

    let key_vault = KeyVault::new(
        site.clone(),
        groups.security.id(),
        match &config.key_vault_name {
            Some(name) => names::checked(name)?,
            None => site.names.unique::<Vault>("", &config.subscription_id)?,
        },
        &config.tenant_id,
        network.subnet("private-link")?,
        zones.key_vault.clone(),
        &workspace.id,
    );
    let key_vault = key_vault.security_group(&network.private_endpoints);
    let key_vault = key_vault
        .sku(config.key_vault_sku.map_or(config.tier.vault(), Into::into))
        .soft_delete_days(config.soft_delete_days);
    let key_vault = cx.add("key-vault", key_vault)?;

    let identities = Identities::declare(cx, &site, &groups.security.id())?;
    let access = Access {
        subscription_id: &config.subscription_id,
        identities: &identities,
        key_vault: &key_vault.id,
        virtual_network: &network.virtual_network,
        workspace: &workspace.id,
        observability: &groups.observability.id(),
    };
    let assigned = access.grant(cx)?;

    if config.locks {
        add_locks(cx, &groups, &workspace, &zones, &key_vault, &assigned)?;
    }
    outputs(&groups, network, zones, key_vault, workspace, &identities)
}

/// Each lock waits for everything in its scope: see [`lock`].
fn add_locks(
    cx: &mut Context,
    groups: &Groups,
    workspace: &LogWorkspaceOutputs,
    zones: &PrivateDnsOutputs,
    key_vault: &KeyVaultOutputs,
    assigned: &Assigned,
) -> Result<()> {
    let logging = workspace.resources.iter().chain(&assigned.workspace);
    lock(cx, "keep-workspace", &workspace.id, logging)?;
    // The private endpoint of the vault keeps its address in a zone.
    let naming = zones.resources.iter().chain([groups.dns.urn()]).chain(&key_vault.registration);
    lock(cx, "keep-private-dns", groups.dns.id(), naming)?;
    let keeping = key_vault.contents.iter().chain(&assigned.key_vault);
    lock(cx, "keep-key-vault", &key_vault.id, keeping)
}

fn outputs(
    groups: &Groups,
    network: NetworkOutputs,
    zones: PrivateDnsOutputs,
    key_vault: KeyVaultOutputs,
    workspace: LogWorkspaceOutputs,
    identities: &Identities,
) -> Result<FoundationOutputs> {
    Ok(FoundationOutputs {
        network_group: groups.network.id(),
        security_group: groups.security.id(),
        observability_group: groups.observability.id(),
        aks_system_subnet: network.subnet("aks-system")?,
        aks_ingestion_subnet: network.subnet("aks-ingestion")?,
        aks_query_subnet: network.subnet("aks-query")?,
        aks_projection_subnet: network.subnet("aks-projection")?,
        aks_export_subnet: network.optional_subnet("aks-export"),
        private_link_subnet: network.subnet("private-link")?,
        gateway_subnet: network.subnet("gateway")?,
        sql_subnet: network.optional_subnet("sql"),
        service_bus_subnet: network.optional_subnet("service-bus"),
        virtual_network: network.virtual_network,
        private_endpoint_security_group: network.private_endpoints,
        key_vault_zone: zones.key_vault,
        blob_zone: zones.blob,
        sql_zone: zones.sql,
        service_bus_zone: zones.service_bus,
        cosmos_zone: zones.cosmos,
        container_registry_zone: zones.container_registry,
        monitor_zone: zones.monitor,
        monitor_management_zone: zones.monitor_management,
        monitor_data_zone: zones.monitor_data,
        monitor_agents_zone: zones.monitor_agents,
        key_vault: key_vault.id,
        key_vault_uri: key_vault.uri,
        workspace: workspace.id,
        control_plane: Identity::of(&identities.control_plane),
        ingestion: Identity::of(&identities.ingestion),
        query: Identity::of(&identities.query),
        projection: Identity::of(&identities.projection),
        export: Identity::of(&identities.export),
        gitops: Identity::of(&identities.gitops),
    })
}

//! The program of the foundation.

use super::access::{Access, Assigned};
use super::groups::Groups;
use super::identities::{Identities, Identity};
use super::network::{self, Networking};
use super::secrets::{self, Secrets};
use super::{FoundationConfig, FoundationOutputs};
use crate::components::LogWorkspace;
use crate::components::log_workspace::LogWorkspaceOutputs;
use crate::helpers::{Site, lock};
use atp_iac::resource::HasUrn;
use atp_iac::{Context, Output, Primary, Result, StackRef, layers, stack};

/// Resource groups, network, private DNS, vault, keys, identities, workspace and locks.
#[stack(layer = Foundation)]
pub fn foundation(
    cx: &mut Context,
    config: FoundationConfig,
    primary: Option<StackRef<Foundation, Primary>>,
) -> Result<FoundationOutputs> {
    let site = Site::new::<layers::Foundation>(cx, &config.project, &config.tags)?;
    let groups = Groups::declare(cx, &site)?;

    let mut workspace = LogWorkspace::new(site.clone(), groups.observability.id(), config.log_retention_days)
        .protect(config.protect);
    workspace.daily_quota = config.log_daily_quota;
    workspace.public_queries = config.public_exceptions.find("log-queries");
    let workspace = cx.add("log-workspace", workspace)?;

    let networking = network::declare(cx, &config, &site, &groups, &workspace, primary.as_ref())?;
    let secrets = secrets::declare(cx, &config, &site, &groups, &workspace, &networking)?;

    let identities = Identities::declare(cx, &site, &groups.security.id())?;
    let access = Access {
        subscription_id: &config.subscription_id,
        identities: &identities,
        key_vault: &secrets.vault.id,
        virtual_network: &networking.network.virtual_network,
        workspace: &workspace.id,
        observability: &groups.observability.id(),
    };
    let assigned = access.grant(cx)?;

    if config.locks {
        add_locks(cx, &groups, &workspace, &networking, &secrets, &assigned)?;
    }
    outputs(&groups, networking, secrets, workspace, &identities)
}

/// Each lock waits for everything in its scope: see [`lock`].
fn add_locks(
    cx: &mut Context,
    groups: &Groups,
    workspace: &LogWorkspaceOutputs,
    networking: &Networking,
    Secrets { vault, keys, hsm }: &Secrets,
    assigned: &Assigned,
) -> Result<()> {
    let logging = workspace.resources.iter().chain(&assigned.workspace);
    lock(cx, "keep-workspace", &workspace.id, logging)?;
    // Private endpoints keep their addresses in a zone.
    let registered = vault.registration.iter().chain(hsm.iter().flat_map(|hsm| &hsm.registration));
    let naming = networking.zones.resources.iter().chain([groups.dns.urn()]).chain(registered);
    lock(cx, "keep-private-dns", groups.dns.id(), naming)?;
    let keeping = vault.contents.iter().chain(&keys.resources).chain(&assigned.key_vault);
    lock(cx, "keep-key-vault", &vault.id, keeping)?;
    match hsm {
        Some(hsm) => lock(cx, "keep-managed-hsm", &hsm.id, &hsm.contents),
        None => Ok(()),
    }
}

fn outputs(
    groups: &Groups,
    Networking { network, zones, egress_addresses }: Networking,
    secrets: Secrets,
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
        egress_addresses,
        audit_signing_key: secrets.audit_signing_key(),
        data_encryption_key: secrets.keys.data_encryption.id,
        data_encryption_key_uri: secrets.keys.data_encryption.uri,
        key_encryption_key: secrets.keys.key_encryption.uri,
        managed_hsm: secrets.hsm.as_ref().map_or_else(|| Output::known(None), |hsm| hsm.id.map(Some)),
        managed_hsm_uri: secrets.hsm.map_or_else(|| Output::known(None), |hsm| hsm.uri.map(Some)),
        key_vault: secrets.vault.id,
        key_vault_uri: secrets.vault.uri,
        workspace: workspace.id,
        control_plane: Identity::of(&identities.control_plane),
        ingestion: Identity::of(&identities.ingestion),
        query: Identity::of(&identities.query),
        projection: Identity::of(&identities.projection),
        export: Identity::of(&identities.export),
        gitops: Identity::of(&identities.gitops),
    })
}

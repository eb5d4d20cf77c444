//! The program of the stack `aks`.

use super::images::Images;
use super::{AksConfig, AksOutputs, access, kubeconfig};
use crate::components::AksCluster;
use crate::foundation::{Foundation, FoundationOutputs};
use crate::helpers::Site;
use atp_azure::container_service::ManagedClusterListClusterUserCredential;
use atp_azure::network::Subnet;
use atp_azure::resources::ResourceGroup;
use atp_iac::value::Mismatch;
use atp_iac::{Context, Output, Primary, ResourceId, Result, StackRef, layers, stack};
use std::collections::BTreeMap;

/// The cluster with its pools, the registry, and who may use them.
#[stack(layer = Infrastructure)]
pub fn aks(
    cx: &mut Context,
    config: AksConfig,
    foundation: StackRef<Foundation>,
    primary: Option<StackRef<Aks, Primary>>,
) -> Result<AksOutputs> {
    let site = Site::new::<layers::Infrastructure>(cx, &config.project, &config.tags)?;
    let group = ResourceGroup::new(site.names.of::<ResourceGroup>("aks")?, &site.location).tags(&site.tags);
    let group = cx.add("group", group)?;

    let of_tier = || config.tier.zones().iter().map(|zone| (*zone).to_owned()).collect();
    let zones: Vec<String> = config.zones.clone().unwrap_or_else(of_tier);

    let zone_redundant = !zones.is_empty();
    let images = Images { site: &site, group: group.id(), foundation: &foundation, zone_redundant };
    let registry = images.add(cx, &config, primary.as_ref())?;

    let cluster = AksCluster::new(
        site,
        group.id(),
        &config.subscription_id,
        &config.tenant_id,
        &config.kubernetes_version,
        config.admin_group_ids.clone(),
        foundation.control_plane.clone(),
        subnets(&foundation),
        config.system_pool.clone(),
        config.pools.clone(),
        config.maintenance.clone(),
        &foundation.workspace,
    );
    let cluster = cluster
        .service_range(config.service_range)
        .dns_service_ip(&config.dns_service_ip)
        .tier(config.tier.cluster())
        .outbound(config.outbound)
        .zones(zones)
        .fips(config.fips)
        .defender(config.defender)
        .protect(config.protect);
    let cluster = cx.add("cluster", cluster)?;
    access::grant(cx, &config, &cluster, &registry.id)?;

    let credential = cx.read("kubeconfig", ManagedClusterListClusterUserCredential::new(&cluster.id))?;
    Ok(AksOutputs {
        group: group.id(),
        cluster: cluster.id,
        cluster_name: cluster.name,
        oidc_issuer_url: cluster.oidc_issuer_url,
        private_fqdn: cluster.private_fqdn,
        kubeconfig: credential.kubeconfig_value(0).try_map(kubeconfig::decoded),
        kubelet_principal_id: cluster.kubelet_principal_id,
        secrets_provider_client_id: cluster.secrets_provider_client_id,
        registry: registry.id,
        registry_login_server: registry.login_server,
    })
}

/// The subnets for nodes, by the names that configuration has for them.
fn subnets(foundation: &FoundationOutputs) -> BTreeMap<String, Output<ResourceId<Subnet>>> {
    let export = foundation.aks_export_subnet.try_map(|subnet| {
        subnet.ok_or_else(|| Mismatch::new("the subnet `aks-export`", "a network without one"))
    });
    let subnets = [
        ("aks-system", foundation.aks_system_subnet.clone()),
        ("aks-ingestion", foundation.aks_ingestion_subnet.clone()),
        ("aks-query", foundation.aks_query_subnet.clone()),
        ("aks-projection", foundation.aks_projection_subnet.clone()),
        ("aks-export", export),
    ];
    subnets.into_iter().map(|(name, subnet)| (name.to_owned(), subnet)).collect()
}

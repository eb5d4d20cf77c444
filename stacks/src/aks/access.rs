//! Which people may do what with the cluster, and who pulls images.

use super::AksConfig;
use crate::components::aks_cluster::AksClusterOutputs;
use crate::helpers::roles::Principal;
use crate::helpers::{BuiltInRole, roles};
use atp_azure::container_registry::Registry;
use atp_iac::{Context, Output, ResourceId, Result};

/// Assigns the roles. That administrators may do everything inside of the cluster is a setting of the cluster's own; what
/// they need besides is to be told how to sign in.
pub fn grant(
    cx: &mut Context,
    config: &AksConfig,
    cluster: &AksClusterOutputs,
    registry: &Output<ResourceId<Registry>>,
) -> Result<()> {
    let AksConfig { subscription_id, admin_group_ids, reader_group_ids, .. } = config;
    let kubelet = &cluster.kubelet_principal_id;
    let pulls = roles::assignment(subscription_id, registry, BuiltInRole::AcrPull, kubelet)?;
    cx.add("nodes-pull-images", pulls)?;

    let mut assign = |name: &str, group: &str, role: BuiltInRole| -> Result<()> {
        let group = Principal::Group(group.to_owned());
        cx.add(name, roles::assignment_of(subscription_id, &cluster.id, role, group)?)?;
        Ok(())
    };
    for group in admin_group_ids {
        assign(&format!("admins-sign-in-{group}"), group, BuiltInRole::AksClusterUser)?;
    }
    for group in reader_group_ids {
        assign(&format!("readers-sign-in-{group}"), group, BuiltInRole::AksClusterUser)?;
        assign(&format!("readers-look-{group}"), group, BuiltInRole::AksRbacReader)?;
    }
    Ok(())
}

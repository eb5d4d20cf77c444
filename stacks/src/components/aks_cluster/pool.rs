//! The pools of a cluster: nodes of one size for one kind of work.

use super::{AksCluster, PoolConfig};
use atp_azure::container_service::{
    AgentPool, AgentPoolMode, AgentPoolOsDiskType, AgentPoolOsSku, AgentPoolOsType, AgentPoolScaleDownMode,
    AgentPoolSecurityProfile, AgentPoolSecurityProfileSshAccess, AgentPoolType, AgentPoolUpgradeSettings,
    ManagedCluster, ManagedClusterAgentPoolProfile, ManagedClusterAgentPoolProfileMode,
    ManagedClusterAgentPoolProfileOsDiskType, ManagedClusterAgentPoolProfileOsSku,
    ManagedClusterAgentPoolProfileOsType, ManagedClusterAgentPoolProfileType, ManagedClusterSecurityProfile,
    ManagedClusterSshAccess, ManagedClusterUpgradeSettings,
};
use atp_azure::network::Subnet;
use atp_iac::program::ProgramError;
use atp_iac::{Name, Output, ResourceId, Result};

/// The name of the pool that a cluster cannot be without: it runs the cluster itself.
pub const SYSTEM: &str = "system";

/// The key of the label and of the taint that say what a pool is for.
const WORKLOAD: &str = "workload";

impl AksCluster {
    /// The subnet of a pool.
    fn subnet(&self, name: &str, pool: &PoolConfig) -> Result<Output<ResourceId<Subnet>>> {
        self.subnets.get(&pool.subnet).cloned().ok_or_else(|| {
            let known: Vec<&str> = self.subnets.keys().map(String::as_str).collect();
            ProgramError::Other(format!(
                "the pool `{name}` is in the subnet `{}`, which is not one for nodes\n  way out: use one of {}",
                pool.subnet,
                known.join(", ")
            ))
        })
    }

    /// The first pool: a cluster is not made without one. So it is a part of the cluster's own, and no other is.
    pub(super) fn system_profile(&self) -> Result<ManagedClusterAgentPoolProfile> {
        let pool = &self.system_pool;
        if pool.minimum == 0 {
            return Err(ProgramError::Other("the pool `system` has at least one node".into()));
        }
        let security = ManagedClusterSecurityProfile::new()
            .enable_secure_boot(true)
            .enable_vtpm(true)
            .ssh_access(ManagedClusterSshAccess::DISABLED);
        let mut profile = ManagedClusterAgentPoolProfile::new(SYSTEM)
            .mode(ManagedClusterAgentPoolProfileMode::SYSTEM)
            .type_(ManagedClusterAgentPoolProfileType::VIRTUAL_MACHINE_SCALE_SETS)
            .vm_size(&pool.size)
            .count(i64::from(pool.minimum))
            .max_pods(i64::from(pool.max_pods))
            .vnet_subnet_id(self.subnet(SYSTEM, pool)?)
            .os_type(ManagedClusterAgentPoolProfileOsType::LINUX)
            .os_sku(ManagedClusterAgentPoolProfileOsSku::AZURE_LINUX)
            .os_disk_size_gb(i64::from(pool.disk_gigabytes))
            .os_disk_type(match pool.ephemeral_disk {
                true => ManagedClusterAgentPoolProfileOsDiskType::EPHEMERAL,
                false => ManagedClusterAgentPoolProfileOsDiskType::MANAGED,
            })
            .enable_encryption_at_host(true)
            .enable_fips(self.fips)
            .enable_node_public_ip(false)
            .security_profile(security)
            .upgrade_settings(ManagedClusterUpgradeSettings::new().max_surge(&pool.max_surge))
            .tags(&self.site.tags);
        if pool.dedicated {
            profile = profile.node_taints(["CriticalAddonsOnly=true:NoSchedule"]);
        }
        if !self.zones.is_empty() {
            profile = profile.availability_zones(self.zones.clone());
        }
        if pool.scales() {
            profile = profile
                .enable_auto_scaling(true)
                .min_count(i64::from(pool.minimum))
                .max_count(i64::from(pool.maximum));
        }
        Ok(profile)
    }

    /// A pool of its own: one is added or removed without an update of the cluster.
    pub(super) fn pool(
        &self,
        cluster: &Output<ResourceId<ManagedCluster>>,
        name: &str,
        pool: &PoolConfig,
    ) -> Result<AgentPool> {
        let security = AgentPoolSecurityProfile::new()
            .enable_secure_boot(true)
            .enable_vtpm(true)
            .ssh_access(AgentPoolSecurityProfileSshAccess::DISABLED);
        let mut resource = AgentPool::new(cluster, pool_name(name)?, &pool.size)
            .mode(AgentPoolMode::USER)
            .type_(AgentPoolType::VIRTUAL_MACHINE_SCALE_SETS)
            .count(i64::from(pool.minimum))
            .max_pods(i64::from(pool.max_pods))
            .vnet_subnet_id(self.subnet(name, pool)?)
            .os_type(AgentPoolOsType::LINUX)
            .os_sku(AgentPoolOsSku::AZURE_LINUX)
            .os_disk_size_gb(i64::from(pool.disk_gigabytes))
            .os_disk_type(match pool.ephemeral_disk {
                true => AgentPoolOsDiskType::EPHEMERAL,
                false => AgentPoolOsDiskType::MANAGED,
            })
            .enable_encryption_at_host(true)
            .enable_fips(self.fips)
            .enable_node_public_ip(false)
            .security_profile(security)
            .upgrade_settings(AgentPoolUpgradeSettings::new().max_surge(&pool.max_surge))
            .scale_down_mode(AgentPoolScaleDownMode::DELETE)
            .node_labels([(WORKLOAD, name)])
            .tags(&self.site.tags);
        if pool.dedicated {
            resource = resource.node_taints([format!("{WORKLOAD}={name}:NoSchedule")]);
        }
        if !self.zones.is_empty() {
            resource = resource.availability_zones(self.zones.clone());
        }
        if pool.scales() {
            resource = resource
                .enable_auto_scaling(true)
                .min_count(i64::from(pool.minimum))
                .max_count(i64::from(pool.maximum));
        }
        Ok(resource)
    }
}

fn pool_name(name: &str) -> Result<Name<AgentPool>> {
    if name == SYSTEM {
        return Err(ProgramError::Other(format!(
            "the pool `{SYSTEM}` is a part of the cluster\n  way out: change it under `system_pool`"
        )));
    }
    crate::helpers::names::checked(name)
}

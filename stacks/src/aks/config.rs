//! What the stack `aks` has to know.

use crate::components::aks_cluster::{MaintenanceConfig, Outbound, PoolConfig};
use crate::helpers::{TagsConfig, Tier};
use atp_azure::container_registry::Registry;
use atp_iac::{Cidr, Config, Name};
use std::collections::BTreeMap;

/// What the stack `aks` of one environment and region has to know.
#[derive(Clone, Debug, Config)]
#[config(check = check)]
pub struct AksConfig {
    /// Short name of the project, the start of all names.
    #[config(default = "atp", length = 2..=8)]
    pub project: String,
    /// The subscription that everything is in.
    #[config(length = 36..=36)]
    pub subscription_id: String,
    /// The tenant whose accounts sign in to the cluster.
    #[config(length = 36..=36)]
    pub tenant_id: String,
    /// Who owns the resources, who pays, and what is in them.
    pub tags: TagsConfig,
    /// The version of Kubernetes, such as `1.33`; patches follow by themselves.
    #[config(length = 4..=8)]
    pub kubernetes_version: String,
    /// How large the environment is.
    pub tier: Tier,
    /// The availability zones that pools are spread over, where they are not as the tier has them.
    pub zones: Option<Vec<String>>,
    /// The groups whose members may do everything in the cluster.
    #[config(length = 1..=16)]
    pub admin_group_ids: Vec<String>,
    /// The groups whose members may look at what is in the cluster, secrets excepted.
    #[config(default)]
    pub reader_group_ids: Vec<String>,
    /// The way that nodes reach the internet.
    #[config(default = Outbound::NatGateway)]
    pub outbound: Outbound,
    /// The addresses of services, which only the cluster knows; no part of any network's address space.
    #[config(default = "172.16.0.0/16")]
    pub service_range: Cidr,
    /// The address of the cluster's name server, one of those of services.
    #[config(default = "172.16.0.10")]
    pub dns_service_ip: String,
    /// The pool that runs the cluster itself.
    pub system_pool: PoolConfig,
    /// The other pools by name.
    #[config(length = 1..=20)]
    pub pools: BTreeMap<String, PoolConfig>,
    /// When Azure may change the cluster and start nodes again.
    pub maintenance: MaintenanceConfig,
    /// Whether nodes use cryptography that is validated by FIPS 140.
    #[config(default = false)]
    pub fips: bool,
    /// Whether Defender watches what runs in the cluster.
    #[config(default = true)]
    pub defender: bool,
    /// Name of the registry, in place of the computed one.
    #[config(length = 5..=50)]
    pub registry_name: Option<String>,
    /// Days after which images without a tag are removed.
    #[config(default = 30, range = 0..=365)]
    pub image_retention_days: u32,
    /// Whether images can be pulled only after a scanner has released them.
    #[config(default = false)]
    pub image_quarantine: bool,
    /// Whether plans that delete or replace the cluster or the registry are refused.
    #[config(default = false)]
    pub protect: bool,
}

fn check(config: &AksConfig) -> Result<(), String> {
    let mut problems = Vec::new();
    let name_server = Cidr::parse(&format!("{}/32", config.dns_service_ip));
    if !name_server.is_ok_and(|address| config.service_range.contains(address)) {
        let AksConfig { dns_service_ip, service_range, .. } = config;
        problems.push(format!(
            "`dns_service_ip` ({dns_service_ip}) is not an address in `service_range` ({service_range})"
        ));
    }
    if config.system_pool.minimum == 0 {
        problems.push("`system_pool.minimum` is 0: the cluster itself has to run somewhere".to_owned());
    }
    if let Some(name) = &config.registry_name
        && let Err(problem) = Name::<Registry>::parse(name)
    {
        problems.push(format!("`registry_name` (`{name}`): {problem}"));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("; ")) }
}

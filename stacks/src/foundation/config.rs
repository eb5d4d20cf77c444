//! What the foundation has to know.

use super::address_plan;
use crate::components::network::{Destination, SubnetConfig};
use crate::helpers::{Exceptions, TagsConfig, Tier};
use atp_azure::key_vault::VaultSkuName;
use atp_iac::{Cidr, Config};
use std::collections::BTreeMap;

/// What the foundation of one environment and region has to know.
#[derive(Clone, Debug, Config)]
#[config(check = address_plan::check)]
pub struct FoundationConfig {
    /// Short name of the project, the start of all names.
    #[config(default = "atp", length = 2..=8)]
    pub project: String,
    /// The subscription that everything is in.
    #[config(length = 36..=36)]
    pub subscription_id: String,
    /// The tenant whose principals may use the vault.
    #[config(length = 36..=36)]
    pub tenant_id: String,
    /// Who owns the resources, who pays, and what is in them.
    pub tags: TagsConfig,
    /// Address space of the region's virtual network; no other region or environment has a part of it.
    pub address_space: Cidr,
    /// The subnets by name.
    #[config(length = 1..=64)]
    pub subnets: BTreeMap<String, SubnetConfig>,
    /// Name of the vault, in place of the computed one.
    #[config(length = 3..=24)]
    pub key_vault_name: Option<String>,
    /// How large the environment is.
    pub tier: Tier,
    /// Whether keys are kept in hardware, where it is not as the tier has it.
    pub key_vault_sku: Option<VaultSku>,
    /// Days that deleted secrets, and the deleted vault, can be brought back.
    #[config(default = 90, range = 7..=90)]
    pub soft_delete_days: u32,
    /// Days that logs are kept.
    #[config(default = 90, range = 30..=730)]
    pub log_retention_days: u32,
    /// Gigabytes of logs a day after which no more are taken, to bound the cost; without it there is no bound.
    #[config(range = 1..=1000)]
    pub log_daily_quota: Option<u32>,
    /// Days after which the vault makes a new version of a key.
    #[config(default = 365, range = 28..=730)]
    pub key_rotation_days: u32,
    /// A hardware security module of one's own for the key that signs the audit trail. Without it the vault holds that.
    pub managed_hsm: Option<ManagedHsmConfig>,
    /// Whether the cluster leaves the network by a NAT gateway. It needs the exception `egress`.
    #[config(default = true)]
    pub egress: bool,
    /// Whether the network has a plan against floods of requests.
    #[config(default = false)]
    pub ddos_protection: bool,
    /// Address spaces of the networks in other regions that this one is peered with.
    #[config(default)]
    pub peered_networks: Vec<Cidr>,
    /// What the cluster reaches outside of Azure, by name.
    #[config(default)]
    pub destinations: BTreeMap<String, Destination>,
    /// What may be public, and why.
    #[config(default)]
    pub public_exceptions: Exceptions,
    /// Whether vault, HSM, workspace and private DNS zones are locked against deletion.
    #[config(default = false)]
    pub locks: bool,
    /// Whether plans that delete or replace them are refused.
    #[config(default = false)]
    pub protect: bool,
}

/// A managed HSM.
#[derive(Clone, Debug, Config)]
pub struct ManagedHsmConfig {
    /// The object ids of its first administrators: people who are not those who deploy.
    #[config(length = 1..=10)]
    pub administrators: Vec<String>,
    /// Whether its security domain was downloaded, which is an act of people. Before that it holds no key.
    #[config(default = false)]
    pub activated: bool,
}

/// The two kinds of vaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Config)]
pub enum VaultSku {
    /// Keys are protected by software.
    Standard,
    /// Keys can be kept in hardware.
    Premium,
}

impl From<VaultSku> for VaultSkuName {
    fn from(sku: VaultSku) -> Self {
        match sku {
            VaultSku::Standard => VaultSkuName::Standard,
            VaultSku::Premium => VaultSkuName::Premium,
        }
    }
}

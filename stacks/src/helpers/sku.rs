//! How large an environment is, and what that means for each service.
//!
//! Configuration says `tier: small` once, under `common`. A stack that needs another size of one service has a value
//! of its own for it, which wins: `config.vault_sku.unwrap_or_else(|| config.tier.vault())`.

use atp_azure::container_service::ManagedClusterSkuTier;
use atp_azure::key_vault::VaultSkuName;
use atp_azure::service_bus::NamespaceSkuName;
use atp_iac::Config;

/// The size of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Config)]
pub enum Tier {
    /// Cheap: one of everything, and it may fail.
    Small,
    /// In the shape of the largest, with less power: for tests.
    Standard,
    /// Survives the loss of a zone, and carries the load of customers.
    Large,
}

impl Tier {
    /// The zones that what is not redundant by itself is spread over. Without any, Azure chooses.
    pub const fn zones(self) -> &'static [&'static str] {
        match self {
            Tier::Small => &[],
            Tier::Standard | Tier::Large => &["1", "2", "3"],
        }
    }

    /// Of vaults: premium keeps keys in hardware.
    pub const fn vault(self) -> VaultSkuName {
        match self {
            Tier::Small | Tier::Standard => VaultSkuName::Standard,
            Tier::Large => VaultSkuName::Premium,
        }
    }

    /// Of clusters: how far Azure answers for the API server.
    pub const fn cluster(self) -> ManagedClusterSkuTier {
        match self {
            Tier::Small => ManagedClusterSkuTier::FREE,
            Tier::Standard | Tier::Large => ManagedClusterSkuTier::STANDARD,
        }
    }

    /// Of Service Bus: only premium has private endpoints and zones.
    pub const fn service_bus(self) -> NamespaceSkuName {
        match self {
            Tier::Small | Tier::Standard => NamespaceSkuName::Standard,
            Tier::Large => NamespaceSkuName::Premium,
        }
    }
}

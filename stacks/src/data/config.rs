//! What the stack `data` has to know.

use super::tenants;
use crate::components::cosmos_platform::CosmosPlatformConfig;
use crate::components::customer_key::Keys;
use crate::components::sql_platform::SqlPlatformConfig;
use crate::components::storage::{HotStorageConfig, WormStorageConfig};
use crate::helpers::TagsConfig;
use atp_iac::Config;

/// What the stack `data` of one environment and region has to know.
#[derive(Clone, Debug, Config)]
#[config(check = tenants::check)]
pub struct DataConfig {
    /// Short name of the project, the start of all names.
    #[config(default = "atp", length = 2..=8)]
    pub project: String,
    /// The subscription that everything is in.
    #[config(length = 36..=36)]
    pub subscription_id: String,
    /// The tenant whose principals sign in to SQL.
    #[config(length = 36..=36)]
    pub tenant_id: String,
    /// Who owns the resources, who pays, and what is in them.
    pub tags: TagsConfig,
    /// Whose data it is: each has containers of its own.
    #[config(length = 1..=1000)]
    pub tenants: Vec<String>,
    /// Blobs that are read and written daily.
    pub hot_storage: HotStorageConfig,
    /// Blobs that nobody can change: the audit trail.
    pub archive: WormStorageConfig,
    /// SQL databases.
    pub sql: SqlPlatformConfig,
    /// Cosmos DB, where the environment has it.
    pub cosmos: Option<CosmosPlatformConfig>,
    /// With whose keys SQL and storage encrypt.
    #[config(default = Keys::Service)]
    pub keys: Keys,
    /// Whether plans that delete what holds data are refused.
    pub protect: bool,
    /// Whether the resource groups are locked against deletion of anything in them.
    pub locks: bool,
}

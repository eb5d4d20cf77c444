//! Blobs that are read and written daily.

use super::LifecycleConfig;
use super::account::{self, Redundancy};
use super::containers::{self, Containers};
use crate::components::ServiceNetwork;
use crate::components::customer_key::CustomerKeyOutputs;
use crate::helpers::Site;
use atp_azure::resources::ResourceGroup;
use atp_azure::storage::{
    BlobService, BlobServiceChangeFeed, BlobServiceDeleteRetentionPolicy, StorageAccount,
};
use atp_iac::{Component, Config, Context, Input, Name, Options, Output, ResourceId, Result, component};

/// What each tenant keeps there: `{project}-{tenant}-hot`, `{project}-{tenant}-exports`.
const CONTENTS: [&str; 2] = ["hot", "exports"];

/// Hot storage, as configuration gives it.
#[derive(Clone, Debug, Config)]
#[config(check = tiers_exist)]
pub struct HotStorageConfig {
    /// How many copies there are, and where.
    pub redundancy: Redundancy,
    /// Days that deleted blobs and containers can be brought back.
    #[config(default = 30, range = 1..=365)]
    pub soft_delete_days: u32,
    /// Days that the log of changes is kept.
    #[config(default = 90, range = 1..=3650)]
    pub change_feed_days: u32,
    /// What becomes of blobs as they age.
    pub lifecycle: LifecycleConfig,
}

fn tiers_exist(config: &HotStorageConfig) -> std::result::Result<(), String> {
    config.lifecycle.fits(config.redundancy)
}

/// A storage account with the containers of all tenants.
///
/// Blobs have versions and a log of changes, and deleted ones can be brought back: replication to another region needs
/// the first two.
#[component(type = "atp:data:HotStorage")]
#[derive(Clone, Debug)]
pub struct HotStorage {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that it is in.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// Its name, which is unique in all of Azure.
    pub name: Name<StorageAccount>,
    /// The start of the names of containers.
    pub project: String,
    /// Whose containers there are.
    pub tenants: Vec<String>,
    /// What it is like.
    pub settings: HotStorageConfig,
    /// How clients reach it, and where it logs to.
    pub network: ServiceNetwork,
    /// The key that it encrypts with, in place of one of Azure's.
    pub key: Option<CustomerKeyOutputs>,
    /// Whether plans that delete account or containers are refused.
    #[component(default = false)]
    pub protect: bool,
}

/// What the user of a [`HotStorage`] gets.
#[derive(Clone, Debug)]
pub struct HotStorageOutputs {
    /// The account.
    pub id: Output<ResourceId<StorageAccount>>,
    /// Where clients find its blobs.
    pub blob_endpoint: Output<String>,
    /// Its containers.
    pub containers: Containers,
}

impl Component for HotStorage {
    type Outputs = HotStorageOutputs;

    fn build(self, cx: &mut Context) -> Result<HotStorageOutputs> {
        let HotStorage { site, group, name, project, tenants, settings, network, key, protect } = self;
        let account = account::account(&site, &group, &name, settings.redundancy, key.as_ref());
        let account = cx.add_with("account", account::options(key.as_ref(), protect), account)?;
        let deleted =
            BlobServiceDeleteRetentionPolicy::new().enabled(true).days(i64::from(settings.soft_delete_days));
        let changes = BlobServiceChangeFeed::new()
            .enabled(true)
            .retention_in_days(i64::from(settings.change_feed_days));
        let blobs = BlobService::new(account.id())
            .is_versioning_enabled(true)
            .change_feed(changes)
            .delete_retention_policy(deleted.clone())
            .container_delete_retention_policy(deleted);
        let blobs = cx.add("blobs", blobs)?;
        let lifecycle = settings.lifecycle.policy(&account.id());
        cx.add_with("lifecycle", Options::new().depends_on(&blobs), lifecycle)?;
        let options = Options::new().protect(protect);
        let containers = containers::add(cx, &blobs.id(), &project, &tenants, &CONTENTS, &options)?;
        account::surroundings(cx, &site, &group, "hot-storage", &account, &blobs.id(), &network)?;
        Ok(HotStorageOutputs {
            id: account.id(),
            blob_endpoint: account.primary_endpoints_blob(),
            containers,
        })
    }
}

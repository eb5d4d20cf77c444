//! Blobs that can be written once and then only read: the audit trail.

use super::LifecycleConfig;
use super::account::{self, Redundancy};
use super::containers::{self, Containers};
use crate::components::ServiceNetwork;
use crate::components::customer_key::CustomerKeyOutputs;
use crate::helpers::Site;
use atp_azure::resources::ResourceGroup;
use atp_azure::storage::{
    BlobService, BlobServiceChangeFeed, BlobServiceDeleteRetentionPolicy, StorageAccount,
    StorageAccountImmutabilityPolicy, StorageAccountImmutableStorageWithVersioning, StorageAccountState,
};
use atp_iac::{Component, Config, Context, Input, Name, Options, Output, ResourceId, Result, component};

/// What each tenant keeps there: `{project}-{tenant}-audit-logs`.
const CONTENTS: [&str; 1] = ["audit-logs"];

/// The archive, as configuration gives it.
#[derive(Clone, Debug, Config)]
#[config(check = is_kept)]
pub struct WormStorageConfig {
    /// How many copies there are, and where.
    pub redundancy: Redundancy,
    /// Days that no version of a blob can be changed or deleted, counted from when it was written.
    #[config(range = 1..=146_000)]
    pub retention_days: u32,
    /// Whether the retention is locked. Then it can only ever become longer, for everybody, and the account can be
    /// deleted only when the last blob in it may be: nobody can undo that.
    #[config(default = false)]
    pub lock: bool,
    /// Whether blocks may be added to append blobs that are retained. Object replication leaves append blobs out, so an
    /// archive with a copy in another region is written as block blobs.
    #[config(default = false)]
    pub append_writes: bool,
    /// Days that deleted containers can be brought back.
    #[config(default = 90, range = 1..=365)]
    pub soft_delete_days: u32,
    /// What becomes of blobs as they age.
    pub lifecycle: LifecycleConfig,
}

fn is_kept(config: &WormStorageConfig) -> std::result::Result<(), String> {
    config.lifecycle.fits(config.redundancy)?;
    match config.lifecycle.delete_versions_after_days {
        Some(days) if days < config.retention_days => Err(format!(
            "`lifecycle.delete_versions_after_days` is {days}, and no version can be deleted before `retention_days`, \
             which is {}",
            config.retention_days
        )),
        _ => Ok(()),
    }
}

/// A storage account in which every version of every blob is retained from the moment it is written.
///
/// The retention is a property of the account, so it holds for every container in it, also for one that is added by
/// hand. Each blob may be given a longer one. A legal hold is an act of people on blobs that a court asks for: it is set
/// and cleared with `az storage blob set-legal-hold` or in the portal by those who may, and is nothing to declare here.
///
/// With customers' keys a blob that cannot be deleted could still be lost with its key, so keys need purge protection.
#[component(type = "atp:data:WormStorage")]
#[derive(Clone, Debug)]
pub struct WormStorage {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that it is in. It has to be one of its own where the retention is locked: a group goes when
    /// all that is in it can go.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// Its name, which is unique in all of Azure.
    pub name: Name<StorageAccount>,
    /// The start of the names of containers.
    pub project: String,
    /// Whose containers there are.
    pub tenants: Vec<String>,
    /// What it is like.
    pub settings: WormStorageConfig,
    /// How clients reach it, and where it logs to.
    pub network: ServiceNetwork,
    /// The key that it encrypts with, in place of one of Azure's.
    pub key: Option<CustomerKeyOutputs>,
    /// Whether plans that delete account or containers are refused.
    #[component(default = false)]
    pub protect: bool,
}

/// What the user of a [`WormStorage`] gets.
#[derive(Clone, Debug)]
pub struct WormStorageOutputs {
    /// The account.
    pub id: Output<ResourceId<StorageAccount>>,
    /// Where clients find its blobs.
    pub blob_endpoint: Output<String>,
    /// Its containers.
    pub containers: Containers,
}

impl Component for WormStorage {
    type Outputs = WormStorageOutputs;

    fn build(self, cx: &mut Context) -> Result<WormStorageOutputs> {
        let WormStorage { site, group, name, project, tenants, settings, network, key, protect } = self;
        let account = account::account(&site, &group, &name, settings.redundancy, key.as_ref())
            .immutable_storage_with_versioning(retention(&settings));
        let options = kept(account::options(key.as_ref(), protect), &settings);
        let account = cx.add_with("account", options, account)?;
        let deleted =
            BlobServiceDeleteRetentionPolicy::new().enabled(true).days(i64::from(settings.soft_delete_days));
        let blobs = BlobService::new(account.id())
            // Retention is kept version by version.
            .is_versioning_enabled(true)
            .change_feed(BlobServiceChangeFeed::new().enabled(true))
            .container_delete_retention_policy(deleted);
        let blobs = cx.add("blobs", blobs)?;
        let lifecycle = settings.lifecycle.policy(&account.id());
        cx.add_with("lifecycle", Options::new().depends_on(&blobs), lifecycle)?;
        let options = kept(Options::new().protect(protect), &settings);
        let containers = containers::add(cx, &blobs.id(), &project, &tenants, &CONTENTS, &options)?;
        account::surroundings(cx, &site, &group, "archive", &account, &blobs.id(), &network)?;
        Ok(WormStorageOutputs {
            id: account.id(),
            blob_endpoint: account.primary_endpoints_blob(),
            containers,
        })
    }
}

/// What is locked outlives the stack: Azure deletes neither account nor containers as long as one blob is retained.
fn kept(options: Options, settings: &WormStorageConfig) -> Options {
    match settings.lock {
        true => options.retain_on_delete(format!(
            "its retention of {} days is locked: Azure keeps it until the last blob in it may be deleted",
            settings.retention_days
        )),
        false => options,
    }
}

fn retention(settings: &WormStorageConfig) -> StorageAccountImmutableStorageWithVersioning {
    let state = if settings.lock { StorageAccountState::LOCKED } else { StorageAccountState::UNLOCKED };
    let policy = StorageAccountImmutabilityPolicy::new()
        .state(state)
        .immutability_period_since_creation_in_days(i64::from(settings.retention_days))
        .allow_protected_append_writes(settings.append_writes);
    StorageAccountImmutableStorageWithVersioning::new().enabled(true).immutability_policy(policy)
}

//! What every storage account of the platform has in common.

use crate::components::ServiceNetwork;
use crate::components::customer_key::CustomerKeyOutputs;
use crate::helpers::{Hardened, Site, diagnostics, security};
use atp_azure::resources::ResourceGroup;
use atp_azure::storage::{
    BlobService, StorageAccount, StorageAccountAccessTier, StorageAccountAllowedCopyScope,
    StorageAccountEncryption, StorageAccountEncryptionIdentity, StorageAccountEncryptionKeySource,
    StorageAccountEncryptionKeyvaultproperties, StorageAccountHandle, StorageAccountIdentity,
    StorageAccountIdentityType, StorageAccountKind, StorageAccountSku, StorageAccountSkuName,
};
use atp_iac::value::Value;
use atp_iac::{Config, Context, Input, Name, Options, Output, ResourceId, Result};

/// How many copies of the data there are, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Config)]
pub enum Redundancy {
    /// Three in one building.
    Lrs,
    /// Three in three zones of the region.
    Zrs,
    /// As `zrs`, and three more in the region that Azure pairs with this one.
    Gzrs,
    /// As `gzrs`, and those of the paired region can be read at any time.
    RaGzrs,
}

impl From<Redundancy> for StorageAccountSkuName {
    fn from(redundancy: Redundancy) -> Self {
        match redundancy {
            Redundancy::Lrs => StorageAccountSkuName::STANDARD_LRS,
            Redundancy::Zrs => StorageAccountSkuName::STANDARD_ZRS,
            Redundancy::Gzrs => StorageAccountSkuName::STANDARD_GZRS,
            Redundancy::RaGzrs => StorageAccountSkuName::STANDARD_RAGZRS,
        }
    }
}

/// An account that only private networks reach and only roles open: no shared keys, no anonymous access.
pub(super) fn account(
    site: &Site,
    group: &Input<ResourceId<ResourceGroup>>,
    name: &Name<StorageAccount>,
    redundancy: Redundancy,
    key: Option<&CustomerKeyOutputs>,
) -> StorageAccount {
    let account = StorageAccount::new(
        group,
        name.clone(),
        &site.location,
        StorageAccountSku::new(StorageAccountSkuName::from(redundancy)),
        StorageAccountKind::STORAGE_V2,
    )
    .access_tier(StorageAccountAccessTier::Hot)
    .hardened()
    .allowed_copy_scope(StorageAccountAllowedCopyScope::AAD)
    .is_sftp_enabled(false)
    .encryption(encryption(key))
    .tags(&site.tags);
    match key {
        Some(key) => account.identity(identity(key)),
        None => account,
    }
}

fn encryption(key: Option<&CustomerKeyOutputs>) -> StorageAccountEncryption {
    let encryption = security::storage_encryption();
    let Some(key) = key else {
        return encryption.key_source(StorageAccountEncryptionKeySource::MICROSOFT_STORAGE);
    };
    // Without a version, the account follows the key to its next one.
    let location =
        StorageAccountEncryptionKeyvaultproperties::new().keyname(key.name()).keyvaulturi(key.vault_uri());
    let identity = StorageAccountEncryptionIdentity::new().user_assigned_identity(&key.identity);
    encryption
        .key_source(StorageAccountEncryptionKeySource::MICROSOFT_KEYVAULT)
        .keyvaultproperties(location)
        .identity(identity)
}

fn identity(key: &CustomerKeyOutputs) -> StorageAccountIdentity {
    let identities = key.identity.map(|id| [(id.as_str().to_owned(), Value::map())].into());
    StorageAccountIdentity::new(StorageAccountIdentityType::USER_ASSIGNED)
        .user_assigned_identities(identities)
}

/// Waits for the permission to use the key, where there is one.
pub(super) fn options(key: Option<&CustomerKeyOutputs>, protect: bool) -> Options {
    Options::new().protect(protect).depends_on_all(key.map(|key| key.permission.clone()))
}

/// The private endpoint, and what is logged of the account and its blobs.
pub(super) fn surroundings(
    cx: &mut Context,
    site: &Site,
    group: &Input<ResourceId<ResourceGroup>>,
    purpose: &str,
    account: &StorageAccountHandle,
    blobs: &Output<ResourceId<BlobService>>,
    network: &ServiceNetwork,
) -> Result<()> {
    network.add_endpoint(cx, site, group, purpose, account.id(), "blob")?;
    let workspace = &network.workspace;
    cx.add("diagnostics", diagnostics::metrics(account.id(), workspace, METRICS))?;
    let logging = diagnostics::metrics(blobs, workspace, METRICS);
    cx.add("blob-diagnostics", diagnostics::with_logs(logging))?;
    Ok(())
}

/// The metrics of requests. Those of capacity need no setting: alerts read them from the account.
const METRICS: &str = "Transaction";

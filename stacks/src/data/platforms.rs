//! The platforms of the stack: each component with what the foundation and the configuration give it.

use super::{DataConfig, Keys};
use crate::components::cosmos_platform::{CosmosPlatformConfig, CosmosPlatformOutputs};
use crate::components::customer_key::CustomerKeyOutputs;
use crate::components::sql_platform::SqlPlatformOutputs;
use crate::components::storage::{HotStorageOutputs, WormStorageOutputs};
use crate::components::{CosmosPlatform, CustomerKey, HotStorage, ServiceNetwork, SqlPlatform, WormStorage};
use crate::foundation::FoundationOutputs;
use crate::helpers::Site;
use atp_azure::documentdb::DatabaseAccount;
use atp_azure::network::PrivateDnsZone;
use atp_azure::resources::ResourceGroup;
use atp_azure::sql::Server;
use atp_azure::storage::StorageAccount;
use atp_iac::{Context, IntoInput, Output, ResourceId, Result};

/// What all of them need.
pub(super) struct Platforms<'a> {
    pub site: &'a Site,
    pub config: &'a DataConfig,
    pub foundation: &'a FoundationOutputs,
    /// The resource group of all but the archive.
    pub group: Output<ResourceId<ResourceGroup>>,
}

impl Platforms<'_> {
    pub(super) fn add_hot_storage(&self, cx: &mut Context) -> Result<HotStorageOutputs> {
        let DataConfig { project, tenants, hot_storage, protect, .. } = self.config;
        let mut storage = HotStorage::new(
            self.site.clone(),
            &self.group,
            self.site.names.unique::<StorageAccount>("hot", &self.config.subscription_id)?,
            project,
            tenants.clone(),
            hot_storage.clone(),
            self.network(&self.foundation.blob_zone),
        );
        storage.key = self.key(cx, "hot-storage", &self.group)?;
        cx.add("hot-storage", storage.protect(*protect))
    }

    pub(super) fn add_archive(
        &self,
        cx: &mut Context,
        group: &Output<ResourceId<ResourceGroup>>,
    ) -> Result<WormStorageOutputs> {
        let DataConfig { project, tenants, archive, protect, .. } = self.config;
        let mut storage = WormStorage::new(
            self.site.clone(),
            group,
            self.site.names.unique::<StorageAccount>("arc", &self.config.subscription_id)?,
            project,
            tenants.clone(),
            archive.clone(),
            self.network(&self.foundation.blob_zone),
        );
        storage.key = self.key(cx, "archive", group)?;
        cx.add("archive", storage.protect(*protect))
    }

    pub(super) fn add_sql(&self, cx: &mut Context) -> Result<SqlPlatformOutputs> {
        let DataConfig { tenant_id, sql, protect, .. } = self.config;
        let mut platform = SqlPlatform::new(
            self.site.clone(),
            &self.group,
            self.site.names.unique::<Server>("", &self.config.subscription_id)?,
            tenant_id,
            sql.clone(),
            self.network(&self.foundation.sql_zone),
        );
        platform.key = self.key(cx, "sql", &self.group)?;
        cx.add("sql", platform.protect(*protect))
    }

    pub(super) fn add_cosmos(
        &self,
        cx: &mut Context,
        cosmos: &CosmosPlatformConfig,
    ) -> Result<CosmosPlatformOutputs> {
        let platform = CosmosPlatform::new(
            self.site.clone(),
            &self.group,
            self.site.names.unique::<DatabaseAccount>("", &self.config.subscription_id)?,
            cosmos.clone(),
            self.network(&self.foundation.cosmos_zone),
        );
        cx.add("cosmos", platform.protect(self.config.protect))
    }

    fn network(&self, dns_zone: &Output<ResourceId<PrivateDnsZone>>) -> ServiceNetwork {
        ServiceNetwork {
            subnet: self.foundation.private_link_subnet.clone().into_input(),
            dns_zone: dns_zone.clone(),
            security_group: self.foundation.private_endpoint_security_group.clone().into_input(),
            workspace: self.foundation.workspace.clone().into_input(),
        }
    }

    /// The key of a service, where it has one of ours.
    fn key(
        &self,
        cx: &mut Context,
        purpose: &str,
        group: &Output<ResourceId<ResourceGroup>>,
    ) -> Result<Option<CustomerKeyOutputs>> {
        let hardware = match self.config.keys {
            Keys::Service => return Ok(None),
            Keys::Vault => false,
            Keys::VaultHardware => true,
        };
        let key = CustomerKey::new(
            self.site.clone(),
            group,
            purpose,
            &self.config.subscription_id,
            &self.foundation.key_vault,
        );
        cx.add(&format!("{purpose}-key"), key.hardware(hardware)).map(Some)
    }
}

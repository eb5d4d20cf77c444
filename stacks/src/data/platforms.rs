//! The platforms of the stack: each component with what the foundation and the configuration give it.

use super::{DataConfig, DataOutputs};
use crate::components::customer_key::{CustomerKeyOutputs, ExistingKey};
use crate::components::sql_platform::SqlPlatformOutputs;
use crate::components::storage::{HotStorageOutputs, WormStorageOutputs};
use crate::components::{CosmosPlatform, CustomerKey, HotStorage, ServiceNetwork, SqlPlatform, WormStorage};
use crate::foundation::FoundationOutputs;
use crate::helpers::Site;
use atp_azure::Scope;
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
    /// What the primary region has, where this one stands by for it.
    pub primary: Option<&'a DataOutputs>,
    /// The resource group of all but the archive.
    pub group: Output<ResourceId<ResourceGroup>>,
}

/// Cosmos DB, where the environment has it.
pub(super) struct Cosmos {
    pub account: Output<Option<ResourceId<DatabaseAccount>>>,
    pub endpoint: Output<Option<String>>,
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
        storage.key = self.key(cx, "hot-storage", &self.group, None)?;
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
        storage.key = self.key(cx, "archive", group, None)?;
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
        // Copies of databases are opened with the key of the original ones.
        let key = self.primary.map(|primary| ExistingKey {
            id: primary.sql_key.map(|id| id.unwrap_or_else(|| Scope::new(""))),
            uri_with_version: primary.sql_key_uri.map(Option::unwrap_or_default),
        });
        platform.key = self.key(cx, "sql", &self.group, key)?;
        cx.add("sql", platform.standby(self.primary.is_some()).protect(*protect))
    }

    pub(super) fn add_cosmos(&self, cx: &mut Context) -> Result<Cosmos> {
        let Some(settings) = &self.config.cosmos else {
            return Ok(Cosmos { account: Output::known(None), endpoint: Output::known(None) });
        };
        let network = self.network(&self.foundation.cosmos_zone);
        if let Some(primary) = self.primary {
            // One account is in all of its regions: here it has a way in.
            let group = self.group.clone().into_input();
            let account =
                primary.cosmos.map(|id| Scope::new(id.map(|id| id.as_str().to_owned()).unwrap_or_default()));
            network.add_endpoint(cx, self.site, &group, "cosmos", account, "Sql")?;
            let (account, endpoint) = (primary.cosmos.clone(), primary.cosmos_endpoint.clone());
            return Ok(Cosmos { account, endpoint });
        }
        let platform = CosmosPlatform::new(
            self.site.clone(),
            &self.group,
            self.site.names.unique::<DatabaseAccount>("", &self.config.subscription_id)?,
            settings.clone(),
            network,
        );
        let platform = cx.add("cosmos", platform.protect(self.config.protect))?;
        Ok(Cosmos { account: platform.account.map(Some), endpoint: platform.endpoint.map(Some) })
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
        existing: Option<ExistingKey>,
    ) -> Result<Option<CustomerKeyOutputs>> {
        let Some(hardware) = self.config.keys.in_hardware() else { return Ok(None) };
        let mut key = CustomerKey::new(
            self.site.clone(),
            group,
            purpose,
            &self.config.subscription_id,
            &self.foundation.key_vault,
        );
        key.existing = existing;
        cx.add(&format!("{purpose}-key"), key.hardware(hardware)).map(Some)
    }
}

//! The server, and the pool.

use super::SqlPlatform;
use crate::helpers::{Hardened, Site, names};
use atp_azure::sql::{
    ElasticPool, ElasticPoolPerDatabaseSettings, ElasticPoolSku, Server, ServerAdministrators,
    ServerAdministratorsAdministratorType, ServerAdministratorsPrincipalType, ServerHandle, ServerIdentity,
    ServerIdentityType, ServerRestrictOutboundNetworkAccess,
};
use atp_iac::{Context, Options, Output, ResourceId, Result, Value};

/// The name of the pool, which is the same in every region: copies of a database go into the pool that has the name of its
/// own.
const POOL: &str = "sqlep-shared";

/// A gigabyte, as SQL counts it.
pub(super) const GIGABYTE: i64 = 1024 * 1024 * 1024;

impl SqlPlatform {
    pub(super) fn add_server(&self, cx: &mut Context) -> Result<ServerHandle> {
        let Site { tags, location, .. } = &self.site;
        let administrators = ServerAdministrators::new()
            .administrator_type(ServerAdministratorsAdministratorType::ACTIVE_DIRECTORY)
            .principal_type(ServerAdministratorsPrincipalType::GROUP)
            .login(&self.settings.administrators.group)
            .sid(&self.settings.administrators.object_id)
            .tenant_id(&self.tenant_id)
            // There is no login with a password, and none can be added.
            .azure_ad_only_authentication(true);
        let mut server = Server::new(&self.group, self.name.clone(), location)
            .hardened()
            .version("12.0")
            .administrators(administrators)
            // Statements cannot send what they read to other services.
            .restrict_outbound_network_access(ServerRestrictOutboundNetworkAccess::ENABLED)
            .identity(ServerIdentity::new().type_(ServerIdentityType::SYSTEM_ASSIGNED))
            .tags(tags);
        if let Some(key) = &self.key {
            let identity = key.identity.map(|id| [(id.as_str().to_owned(), Value::map())].into());
            let identity = ServerIdentity::new()
                .type_(ServerIdentityType::SYSTEM_ASSIGNED_USER_ASSIGNED)
                .user_assigned_identities(identity);
            server = server.identity(identity).primary_user_assigned_identity_id(&key.identity);
        }
        cx.add_with("server", Options::new().protect(self.protect), server)
    }

    pub(super) fn pool(&self, server: &Output<ResourceId<Server>>) -> Result<ElasticPool> {
        let Site { tags, location, .. } = &self.site;
        let compute = &self.settings.compute;
        let (sku, tier) = compute.tier.sku();
        let sku = ElasticPoolSku::new(sku).tier(tier).family("Gen5").capacity(i64::from(compute.cores));
        // Any database may use the whole pool while the others rest.
        let shares =
            ElasticPoolPerDatabaseSettings::new().min_capacity(0.0).max_capacity(f64::from(compute.cores));
        Ok(ElasticPool::new(server, names::checked::<ElasticPool>(POOL)?, location, sku)
            .max_size_bytes(i64::from(compute.gigabytes) * GIGABYTE)
            .per_database_settings(shares)
            .zone_redundant(compute.zone_redundant)
            .tags(tags))
    }
}

//! SQL: a server, its databases, and the pool that they share.

mod databases;
mod security;
mod server;
mod settings;

pub use settings::{
    BackupConfig, BackupRedundancy, DatabaseConfig, SqlAdministrators, SqlCompute, SqlFailoverConfig,
    SqlPlatformConfig, SqlTier,
};

use super::ServiceNetwork;
use super::customer_key::CustomerKeyOutputs;
use crate::helpers::{Site, diagnostics};
use atp_azure::resources::ResourceGroup;
use atp_azure::sql::{Database, ElasticPool, Server};
use atp_iac::resource::HasUrn;
use atp_iac::{Component, Context, Input, Name, Options, Output, ResourceId, Result, Urn, component};
use std::collections::BTreeMap;

/// A SQL server that only private networks reach, and only principals of the tenant sign in to: it has no passwords.
#[component(type = "atp:data:SqlPlatform")]
#[derive(Clone, Debug)]
pub struct SqlPlatform {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that it is in.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// Its name, which is unique in all of Azure.
    pub name: Name<Server>,
    /// The tenant of those who sign in.
    pub tenant_id: String,
    /// What it is like.
    pub settings: SqlPlatformConfig,
    /// How clients reach it, and where it logs to.
    pub network: ServiceNetwork,
    /// The key that it encrypts with, in place of one of Azure's.
    pub key: Option<CustomerKeyOutputs>,
    /// Whether it holds copies of databases in another region, and none of its own: a failover group brings them.
    #[component(default = false)]
    pub standby: bool,
    /// Whether plans that delete server or databases are refused.
    #[component(default = false)]
    pub protect: bool,
}

/// What the user of a [`SqlPlatform`] gets.
#[derive(Clone, Debug)]
pub struct SqlPlatformOutputs {
    /// The server.
    pub server: Output<ResourceId<Server>>,
    /// Its name.
    pub server_name: Output<String>,
    /// Where clients find it.
    pub host: Output<String>,
    /// The pool, where there is one.
    pub pool: Option<Output<ResourceId<ElasticPool>>>,
    /// The databases by name.
    pub databases: BTreeMap<String, Output<ResourceId<Database>>>,
    /// The key that they are encrypted with, where it is one of our own.
    pub key: Option<CustomerKeyOutputs>,
    /// What databases wait for.
    pub ready: Vec<Urn>,
}

impl Component for SqlPlatform {
    type Outputs = SqlPlatformOutputs;

    fn build(self, cx: &mut Context) -> Result<SqlPlatformOutputs> {
        let server = self.add_server(cx)?;
        let encryption = self.add_security(cx, &server.id())?;
        self.network.add_endpoint(cx, &self.site, &self.group, "sql", server.id(), "sqlServer")?;
        let options = Options::new().protect(self.protect).depends_on(&encryption);
        let mut ready = vec![encryption.urn().clone()];
        let pool = match self.settings.compute.elastic_pool {
            true => {
                let pool = cx.add_with("pool", options.clone(), self.pool(&server.id())?)?;
                ready.push(pool.urn().clone());
                Some(pool.id())
            }
            false => None,
        };
        if let Some(pool) = &pool {
            cx.add("pool-diagnostics", diagnostics::metrics(pool, &self.network.workspace, "AllMetrics"))?;
        }
        let mut databases = BTreeMap::new();
        let own = (!self.standby).then_some(&self.settings.databases);
        for (name, database) in own.into_iter().flatten() {
            let database = self.add_database(cx, name, database, &server.id(), pool.as_ref(), &options)?;
            databases.insert(name.clone(), database);
        }
        Ok(SqlPlatformOutputs {
            server: server.id(),
            server_name: server.name(),
            host: server.fully_qualified_domain_name(),
            pool,
            databases,
            key: self.key,
            ready,
        })
    }
}

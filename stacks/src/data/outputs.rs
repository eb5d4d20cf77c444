//! What other stacks may use of databases and storage. Connection strings stand in the vault: others get where.

use atp_azure::Scope;
use atp_azure::documentdb::DatabaseAccount;
use atp_azure::resources::ResourceGroup;
use atp_azure::sql::{Database, ElasticPool, FailoverGroup, Server};
use atp_azure::storage::StorageAccount;
use atp_iac::{Output, Outputs, ResourceId};
use std::collections::BTreeMap;

/// What other stacks may use.
#[derive(Debug, Outputs)]
pub struct DataOutputs {
    /// The resource group of databases and hot storage.
    pub group: Output<ResourceId<ResourceGroup>>,
    /// The SQL server.
    pub sql_server: Output<ResourceId<Server>>,
    /// Its name.
    pub sql_server_name: Output<String>,
    /// The pool of the databases, where the environment has one.
    pub sql_elastic_pool: Output<Option<ResourceId<ElasticPool>>>,
    /// The databases that this region is primary for, by name.
    pub sql_databases: Output<BTreeMap<String, ResourceId<Database>>>,
    /// What clients connect to: the listener of the failover group where there is one, else the server.
    pub sql_listener: Output<String>,
    /// Where the connection string of each database stands in the vault: URI of the secret by name of the database.
    pub sql_connection_secrets: Output<BTreeMap<String, String>>,
    /// The failover group of the databases of the primary region. Only the recovery region gives it.
    pub sql_failover_group: Output<Option<ResourceId<FailoverGroup>>>,
    /// The key that databases are encrypted with, where it is one of our own.
    pub sql_key: Output<Option<Scope>>,
    /// Where that key is found, at its version.
    pub sql_key_uri: Output<Option<String>>,
    /// Blobs that are read and written daily.
    pub hot_storage: Output<ResourceId<StorageAccount>>,
    /// Where clients find them.
    pub hot_blob_endpoint: Output<String>,
    /// Blobs that nobody can change: the audit trail.
    pub archive_storage: Output<ResourceId<StorageAccount>>,
    /// Where clients find them.
    pub archive_blob_endpoint: Output<String>,
    /// Cosmos DB, where the environment has it.
    pub cosmos: Output<Option<ResourceId<DatabaseAccount>>>,
    /// Where clients find it.
    pub cosmos_endpoint: Output<Option<String>>,
}

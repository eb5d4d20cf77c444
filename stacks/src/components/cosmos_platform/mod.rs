//! Cosmos DB: an account in one or more regions, its databases and containers.

mod settings;

pub use settings::{
    CosmosBackup, CosmosConsistency, CosmosContainerConfig, CosmosDatabaseConfig, CosmosLocation,
    CosmosPlatformConfig,
};

use super::ServiceNetwork;
use crate::helpers::{Hardened, Site, diagnostics};
use atp_azure::documentdb::{
    DatabaseAccount, DatabaseAccountBackupPolicyContinuous, DatabaseAccountConsistencyPolicy,
    DatabaseAccountContinuousModeProperties, DatabaseAccountDefaultConsistencyLevel, DatabaseAccountKind,
    DatabaseAccountLocation, DatabaseAccountOfferType, DatabaseAccountTier, SqlContainer,
    SqlContainerResource, SqlContainerResourcePartitionKey, SqlContainerResourcePartitionKeyKind,
    SqlDatabase, SqlDatabaseOptions, SqlDatabaseOptionsAutoscaleSettings, SqlDatabaseResource,
    SqlDatabaseThroughput, SqlDatabaseThroughputAutoscaleSettingsResource, SqlDatabaseThroughputResource,
};
use atp_azure::resources::ResourceGroup;
use atp_iac::{Component, Context, Input, Name, Options, Output, ResourceId, Result, component};

/// The most units a second that a database is born with. Creation decides that it scales by itself, and from then on its
/// throughput is a resource of its own, which can change.
const BORN_WITH: i64 = 1000;

/// A Cosmos DB account for the SQL API that only private networks reach and only roles open: it has no keys.
///
/// An account is in all of its regions at once: one region declares it, and the others have a private endpoint to it.
#[component(type = "atp:data:CosmosPlatform")]
#[derive(Clone, Debug)]
pub struct CosmosPlatform {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that it is in.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// Its name, which is unique in all of Azure.
    pub name: Name<DatabaseAccount>,
    /// What it is like.
    pub settings: CosmosPlatformConfig,
    /// How clients reach it, and where it logs to.
    pub network: ServiceNetwork,
    /// Whether plans that delete account, databases or containers are refused.
    #[component(default = false)]
    pub protect: bool,
}

/// What the user of a [`CosmosPlatform`] gets.
#[derive(Clone, Debug)]
pub struct CosmosPlatformOutputs {
    /// The account.
    pub account: Output<ResourceId<DatabaseAccount>>,
    /// Where clients find it.
    pub endpoint: Output<String>,
}

impl Component for CosmosPlatform {
    type Outputs = CosmosPlatformOutputs;

    fn build(self, cx: &mut Context) -> Result<CosmosPlatformOutputs> {
        let options = Options::new().protect(self.protect);
        let account = cx.add_with("account", options.clone(), self.account())?;
        for (name, database) in &self.settings.databases {
            self.add_database(cx, name, database, &account.id(), &options)?;
        }
        self.network.add_endpoint(cx, &self.site, &self.group, "cosmos", account.id(), "Sql")?;
        cx.add("diagnostics", diagnostics::logs_and_metrics(account.id(), &self.network.workspace))?;
        Ok(CosmosPlatformOutputs { account: account.id(), endpoint: account.document_endpoint() })
    }
}

impl CosmosPlatform {
    fn account(&self) -> DatabaseAccount {
        let Site { tags, location, .. } = &self.site;
        let settings = &self.settings;
        let locations: Vec<DatabaseAccountLocation> = (0..)
            .zip(&settings.locations)
            .map(|(priority, location)| {
                DatabaseAccountLocation::new()
                    .location_name(&location.region)
                    .failover_priority(priority)
                    .is_zone_redundant(location.zone_redundant)
            })
            .collect();
        let backup =
            DatabaseAccountContinuousModeProperties::new().tier(DatabaseAccountTier::from(settings.backup));
        let backup = DatabaseAccountBackupPolicyContinuous::new().continuous_mode_properties(backup);
        DatabaseAccount::new(&self.group, self.name.clone(), location, locations)
            .hardened()
            .kind(DatabaseAccountKind::GLOBAL_DOCUMENTDB)
            .database_account_offer_type(DatabaseAccountOfferType::Standard)
            .consistency_policy(consistency(settings.consistency))
            .enable_automatic_failover(settings.locations.len() > 1)
            .enable_multiple_write_locations(settings.multiple_writes)
            .backup_policy(backup)
            .tags(tags)
    }

    fn add_database(
        &self,
        cx: &mut Context,
        name: &str,
        settings: &CosmosDatabaseConfig,
        account: &Output<ResourceId<DatabaseAccount>>,
        options: &Options,
    ) -> Result<()> {
        let born = SqlDatabaseOptionsAutoscaleSettings::new().max_throughput(BORN_WITH);
        let database = SqlDatabase::new(account, name, SqlDatabaseResource::new(name))
            .options(SqlDatabaseOptions::new().autoscale_settings(born))
            .tags(&self.site.tags);
        let database = cx.add_with(name, options.clone(), database)?.id();
        let most = SqlDatabaseThroughputAutoscaleSettingsResource::new(i64::from(settings.max_throughput));
        let throughput = SqlDatabaseThroughputResource::new().autoscale_settings(most);
        let throughput = SqlDatabaseThroughput::new(&database, throughput).tags(&self.site.tags);
        cx.add(&format!("{name}-throughput"), throughput)?;
        for (container_name, container) in &settings.containers {
            let partitions = SqlContainerResourcePartitionKey::new()
                .kind(SqlContainerResourcePartitionKeyKind::HASH)
                .paths([container.partition_key.clone()])
                .version(2);
            let mut resource = SqlContainerResource::new(container_name).partition_key(partitions);
            if let Some(seconds) = container.time_to_live_seconds {
                resource = resource.default_ttl(i64::from(seconds));
            }
            let container = SqlContainer::new(&database, container_name, resource).tags(&self.site.tags);
            cx.add_with(&format!("{name}-{container_name}"), options.clone(), container)?;
        }
        Ok(())
    }
}

fn consistency(consistency: CosmosConsistency) -> DatabaseAccountConsistencyPolicy {
    use DatabaseAccountDefaultConsistencyLevel::{BoundedStaleness, Session};
    match consistency {
        CosmosConsistency::Session => DatabaseAccountConsistencyPolicy::new(Session),
        // The least that an account in several regions may have.
        CosmosConsistency::BoundedStaleness => DatabaseAccountConsistencyPolicy::new(BoundedStaleness)
            .max_interval_in_seconds(300)
            .max_staleness_prefix(100_000),
    }
}

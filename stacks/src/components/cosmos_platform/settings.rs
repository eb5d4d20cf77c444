//! What Cosmos DB is like, as configuration gives it.

use atp_azure::documentdb::DatabaseAccountTier;
use atp_iac::Config;
use std::collections::{BTreeMap, BTreeSet};

/// A Cosmos DB account, as configuration gives it.
#[derive(Clone, Debug, Config)]
#[config(check = fits_together)]
pub struct CosmosPlatformConfig {
    /// Its regions, the first to write to before the others.
    #[config(length = 1..=10)]
    pub locations: Vec<CosmosLocation>,
    /// What a reader sees of what was written.
    #[config(default = CosmosConsistency::Session)]
    pub consistency: CosmosConsistency,
    /// Whether every region takes writes.
    #[config(default = false)]
    pub multiple_writes: bool,
    /// How far back it can be restored.
    #[config(default = CosmosBackup::SevenDays)]
    pub backup: CosmosBackup,
    /// The databases by name.
    #[config(default)]
    pub databases: BTreeMap<String, CosmosDatabaseConfig>,
}

fn fits_together(config: &CosmosPlatformConfig) -> Result<(), String> {
    let mut regions = BTreeSet::new();
    if let Some(twice) = config.locations.iter().find(|location| !regions.insert(&location.region)) {
        return Err(format!("the region `{}` is named twice in `locations`", twice.region));
    }
    match config.multiple_writes && config.locations.len() < 2 {
        true => Err("`multiple_writes` needs more than one of `locations`".to_owned()),
        false => Ok(()),
    }
}

/// A region of an account.
#[derive(Clone, Debug, Config)]
pub struct CosmosLocation {
    /// Its name, such as `westeurope`.
    #[config(length = 1..=64)]
    pub region: String,
    /// Whether its copies are in different zones.
    #[config(default = false)]
    pub zone_redundant: bool,
}

/// What readers see of what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Config)]
pub enum CosmosConsistency {
    /// Each client sees its own writes.
    Session,
    /// Nobody is behind by more than five minutes or 100,000 writes.
    BoundedStaleness,
}

/// How far back an account can be restored, to any second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Config)]
pub enum CosmosBackup {
    /// A week, which costs nothing.
    SevenDays,
    /// A month.
    ThirtyDays,
}

impl From<CosmosBackup> for DatabaseAccountTier {
    fn from(backup: CosmosBackup) -> Self {
        match backup {
            CosmosBackup::SevenDays => DatabaseAccountTier::CONTINUOUS7_DAYS,
            CosmosBackup::ThirtyDays => DatabaseAccountTier::CONTINUOUS30_DAYS,
        }
    }
}

/// A database.
#[derive(Clone, Debug, Config)]
#[config(check = is_a_step)]
pub struct CosmosDatabaseConfig {
    /// The most request units a second that its containers have together; it goes down to a tenth by itself.
    #[config(default = 4000, range = 1000..=1_000_000)]
    pub max_throughput: u32,
    /// Its containers by name.
    #[config(default)]
    pub containers: BTreeMap<String, CosmosContainerConfig>,
}

fn is_a_step(config: &CosmosDatabaseConfig) -> Result<(), String> {
    match config.max_throughput.is_multiple_of(1000) {
        true => Ok(()),
        false => Err(format!("`max_throughput` is {}, and goes in steps of 1000", config.max_throughput)),
    }
}

/// A container.
#[derive(Clone, Debug, Config)]
pub struct CosmosContainerConfig {
    /// What its items are spread by.
    #[config(default = "/tenantId", length = 2..=255)]
    pub partition_key: String,
    /// Seconds after which items are deleted; without it, never.
    #[config(range = 1..=315_360_000)]
    pub time_to_live_seconds: Option<u32>,
}

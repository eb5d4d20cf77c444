//! What a SQL platform is like, as configuration gives it.

use atp_azure::sql::DatabaseRequestedBackupStorageRedundancy as Redundancy;
use atp_iac::Config;
use std::collections::BTreeMap;

/// A SQL platform, as configuration gives it.
#[derive(Clone, Debug, Config)]
pub struct SqlPlatformConfig {
    /// Who administers the server.
    pub administrators: SqlAdministrators,
    /// What the databases run on.
    pub compute: SqlCompute,
    /// The databases by name. In a recovery region they are copies of those of the primary one.
    #[config(default)]
    pub databases: BTreeMap<String, DatabaseConfig>,
    /// How far back they can be restored.
    #[config(default)]
    pub backups: BackupConfig,
    /// The group in which the databases fail over to another region; the stack in that region declares it.
    pub failover: Option<SqlFailoverConfig>,
}

/// A failover group.
#[derive(Clone, Debug, Config)]
pub struct SqlFailoverConfig {
    /// Its name, by which clients find the databases in whichever region they are. It is unique in all of Azure.
    #[config(length = 1..=63)]
    pub group: String,
    /// Minutes that Azure waits for a region that is lost before it fails over and gives up what was not copied yet. The
    /// time to recover is this or less, and the more it is the less is lost. Without it nobody but people fail over.
    #[config(range = 60..=1440)]
    pub grace_minutes: Option<u32>,
}

/// A group of the tenant. Azure takes it when the server is made, and another group would be another server: change who
/// is in the group.
#[derive(Clone, Debug, Config)]
pub struct SqlAdministrators {
    /// Its name.
    #[config(length = 1..=256)]
    pub group: String,
    /// Its object id.
    #[config(length = 36..=36)]
    pub object_id: String,
}

/// What databases run on.
#[derive(Clone, Debug, Config)]
#[config(check = is_there)]
pub struct SqlCompute {
    /// The tier.
    pub tier: SqlTier,
    /// Virtual cores: of the pool, or of each database where there is none.
    #[config(range = 2..=128)]
    pub cores: u32,
    /// Whether the databases share a pool.
    #[config(default = true)]
    pub elastic_pool: bool,
    /// Gigabytes that the databases of a pool have together.
    #[config(default = 128, range = 1..=4096)]
    pub gigabytes: u32,
    /// Whether there are replicas in other zones.
    #[config(default = false)]
    pub zone_redundant: bool,
}

fn is_there(compute: &SqlCompute) -> Result<(), String> {
    // The size below which the tier has nothing to offer.
    let least = match (compute.tier, compute.elastic_pool) {
        (SqlTier::BusinessCritical, true) => 4,
        _ => 2,
    };
    if compute.cores < least || !compute.cores.is_multiple_of(2) {
        return Err(format!(
            "`cores` is {}, and has to be an even number of at least {least}",
            compute.cores
        ));
    }
    Ok(())
}

/// The tiers of SQL that the platform uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Config)]
pub enum SqlTier {
    /// Storage apart from compute.
    GeneralPurpose,
    /// Storage with compute, and replicas that can be read.
    BusinessCritical,
}

impl SqlTier {
    /// The name of the SKU, and that of the tier.
    pub(super) fn sku(self) -> (&'static str, &'static str) {
        match self {
            SqlTier::GeneralPurpose => ("GP_Gen5", "GeneralPurpose"),
            SqlTier::BusinessCritical => ("BC_Gen5", "BusinessCritical"),
        }
    }
}

/// A database.
#[derive(Clone, Debug, Config)]
pub struct DatabaseConfig {
    /// Gigabytes that it may grow to.
    #[config(default = 32, range = 1..=4096)]
    pub gigabytes: u32,
}

/// How far back databases can be restored.
#[derive(Clone, Debug, Config)]
pub struct BackupConfig {
    /// Days back to any moment of which they can be restored.
    #[config(default = 7, range = 1..=35)]
    pub days: u32,
    /// Weeks that a backup of each week is kept.
    #[config(range = 1..=520)]
    pub weekly: Option<u32>,
    /// Months that a backup of each month is kept.
    #[config(range = 1..=120)]
    pub monthly: Option<u32>,
    /// Years that a backup of each year is kept.
    #[config(range = 1..=10)]
    pub yearly: Option<u32>,
    /// How many copies of the backups there are, and where.
    #[config(default = BackupRedundancy::Zone)]
    pub redundancy: BackupRedundancy,
}

impl Default for BackupConfig {
    fn default() -> Self {
        BackupConfig {
            days: 7,
            weekly: None,
            monthly: None,
            yearly: None,
            redundancy: BackupRedundancy::Zone,
        }
    }
}

/// Where copies of backups are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Config)]
pub enum BackupRedundancy {
    /// In one building.
    Local,
    /// In three zones.
    Zone,
    /// Also in the region that Azure pairs with this one.
    Geo,
    /// In three zones, and also in the paired region.
    GeoZone,
}

impl From<BackupRedundancy> for Redundancy {
    fn from(redundancy: BackupRedundancy) -> Self {
        match redundancy {
            BackupRedundancy::Local => Redundancy::LOCAL,
            BackupRedundancy::Zone => Redundancy::ZONE,
            BackupRedundancy::Geo => Redundancy::GEO,
            BackupRedundancy::GeoZone => Redundancy::GEO_ZONE,
        }
    }
}

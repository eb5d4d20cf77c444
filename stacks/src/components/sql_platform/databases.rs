//! Databases and their backups.

use super::SqlPlatform;
use super::server::GIGABYTE;
use super::settings::{BackupConfig, DatabaseConfig};
use crate::helpers::{Site, diagnostics};
use atp_azure::sql::{
    BackupLongTermRetentionPolicy, BackupShortTermRetentionPolicy, Database,
    DatabaseRequestedBackupStorageRedundancy, DatabaseSku, ElasticPool, Server, TransparentDataEncryption,
    TransparentDataEncryptionState,
};
use atp_iac::{Context, Options, Output, ResourceId, Result};

/// The order of text, and what is the same in it: stated, because it cannot be changed later.
const COLLATION: &str = "SQL_Latin1_General_CP1_CI_AS";
/// Hours between differential backups.
const DIFFERENTIAL_HOURS: i64 = 12;

impl SqlPlatform {
    pub(super) fn add_database(
        &self,
        cx: &mut Context,
        name: &str,
        settings: &DatabaseConfig,
        server: &Output<ResourceId<Server>>,
        pool: Option<&Output<ResourceId<ElasticPool>>>,
        options: &Options,
    ) -> Result<Output<ResourceId<Database>>> {
        let Site { tags, location, .. } = &self.site;
        let compute = &self.settings.compute;
        let database = Database::new(server, name, location)
            .collation(COLLATION)
            .max_size_bytes(i64::from(settings.gigabytes) * GIGABYTE)
            .requested_backup_storage_redundancy(DatabaseRequestedBackupStorageRedundancy::from(
                self.settings.backups.redundancy,
            ))
            .zone_redundant(compute.zone_redundant)
            .tags(tags);
        let database = match pool {
            Some(pool) => database.elastic_pool_id(pool),
            None => {
                let (sku, tier) = compute.tier.sku();
                let cores = i64::from(compute.cores);
                database.sku(DatabaseSku::new(sku).tier(tier).family("Gen5").capacity(cores))
            }
        };
        let database = cx.add_with(name, options.clone(), database)?.id();
        let enabled = TransparentDataEncryptionState::Enabled;
        cx.add(&format!("{name}-encryption"), TransparentDataEncryption::new(&database, enabled))?;
        self.add_backups(cx, name, &database)?;
        let logging = diagnostics::logs_and_metrics(&database, &self.network.workspace);
        cx.add(&format!("{name}-diagnostics"), logging)?;
        Ok(database)
    }

    fn add_backups(
        &self,
        cx: &mut Context,
        name: &str,
        database: &Output<ResourceId<Database>>,
    ) -> Result<()> {
        let BackupConfig { days, weekly, monthly, yearly, .. } = self.settings.backups;
        let recent = BackupShortTermRetentionPolicy::new(database)
            .retention_days(i64::from(days))
            .diff_backup_interval_in_hours(DIFFERENTIAL_HOURS);
        let recent = cx.add(&format!("{name}-recent-backups"), recent)?;
        if weekly.or(monthly).or(yearly).is_none() {
            return Ok(());
        }
        let mut old = BackupLongTermRetentionPolicy::new(database);
        if let Some(weeks) = weekly {
            old = old.weekly_retention(format!("P{weeks}W"));
        }
        if let Some(months) = monthly {
            old = old.monthly_retention(format!("P{months}M"));
        }
        if let Some(years) = yearly {
            old = old.yearly_retention(format!("P{years}Y")).week_of_year(1);
        }
        // The service changes one setting of a database at a time.
        cx.add_with(&format!("{name}-old-backups"), Options::new().depends_on(&recent), old)?;
        Ok(())
    }
}

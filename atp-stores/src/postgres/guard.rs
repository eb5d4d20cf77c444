//! What the row of a stack says, and whether it lets somebody write.

use super::connection::Failure;
use super::lock::Held;
use atp_iac::StackName;
use atp_iac::state::{Lease, StateError, Version};
use deadpool_postgres::Transaction;
use tokio_postgres::Row;
use uuid::Uuid;

/// The columns that [`Guard::from_row`] reads first.
pub const COLUMNS: &str = "epoch, token, lineage, serial, checksum, batches";

/// The row of a stack.
pub struct Guard {
    pub epoch: i64,
    pub token: Option<Uuid>,
    pub version: Option<Version>,
    pub batches: i64,
}

impl Guard {
    pub fn from_row(row: &Row) -> Result<Guard, Failure> {
        let lineage: Option<String> = row.try_get(2)?;
        let serial: Option<i64> = row.try_get(3)?;
        let checksum: Option<String> = row.try_get(4)?;
        let version = match (lineage, serial, checksum) {
            (Some(lineage), Some(serial), Some(checksum)) => {
                Some(Version { lineage, serial: serial.cast_unsigned(), checksum })
            }
            // The table takes no row with some of the three.
            _ => None,
        };
        Ok(Guard { epoch: row.try_get(0)?, token: row.try_get(1)?, version, batches: row.try_get(5)? })
    }

    /// The row of a leased stack, which nobody else changes until the transaction ends.
    pub async fn locked(transaction: &Transaction<'_>, lease: &Lease, held: &Held) -> Result<Guard, Failure> {
        let text = format!("SELECT {COLUMNS} FROM stacks WHERE stack = $1 FOR UPDATE");
        let row = transaction.query_opt(&text, &[&lease.stack().to_string()]).await?;
        let guard = row.as_ref().map(Guard::from_row).transpose()?.ok_or_else(|| lost(lease))?;
        guard.check_lease(lease, held)?;
        Ok(guard)
    }

    /// That the lease is the newest, and was not given back.
    pub fn check_lease(&self, lease: &Lease, held: &Held) -> Result<(), StateError> {
        if self.epoch != held.epoch {
            let (held, newest) = (lease.epoch(), self.epoch.cast_unsigned());
            return Err(StateError::Fenced { stack: lease.stack().clone().into(), held, newest });
        }
        if self.token != Some(held.token) {
            return Err(lost(lease));
        }
        Ok(())
    }

    /// That the snapshot is the expected one.
    pub fn check_version(&self, stack: &StackName, expected: Option<&Version>) -> Result<(), StateError> {
        if self.version.as_ref() == expected {
            return Ok(());
        }
        Err(changed(stack, name(expected), name(self.version.as_ref())))
    }
}

pub fn lost(lease: &Lease) -> StateError {
    StateError::LockLost { stack: lease.stack().clone().into() }
}

pub fn changed(stack: &StackName, expected: String, found: String) -> StateError {
    StateError::Changed { stack: stack.clone().into(), expected, found }
}

fn name(version: Option<&Version>) -> String {
    version.map_or_else(|| "none".to_owned(), Version::to_string)
}

//! The journal of a stack: a row for each batch.

use super::claims;
use super::connection::{Database, Failure, Purpose};
use super::guard::{self, Guard, changed};
use super::lock::{Held, held};
use atp_iac::state::format::journal::Framer;
use atp_iac::state::{Lease, StateError, Version};
use std::io;
use std::time::Duration;

/// For how long an update goes on trying while the server cannot be reached.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How a lease writes its journal.
#[derive(Default)]
pub enum Journal {
    /// Nothing was written yet.
    #[default]
    Idle,
    /// So many batches were added to the journal of this snapshot.
    Open { base: Version, framer: Framer, batches: i64 },
    /// A write failed, and it is not known whether it took place.
    Broken,
}

/// Counts a batch, if the lease is still good and the journal is as long as this writer left it, and adds it.
const APPEND: &str = "
WITH counted AS (
    UPDATE stacks SET batches = batches + 1
    WHERE stack = $1 AND epoch = $2 AND token = $3 AND lineage = $4 AND serial = $5 AND checksum = $6 AND batches = $7
    RETURNING stack
)
INSERT INTO journal (stack, number, lines) SELECT stack, $7, $8 FROM counted";

/// Adds a batch.
pub async fn append(
    database: &Database,
    lease: &Lease,
    base: &Version,
    batch: &[u8],
) -> Result<(), StateError> {
    let held = held(lease)?;
    let mut journal = held.journal.lock().await;
    let (mut framer, mut lines, number) = match std::mem::replace(&mut *journal, Journal::Broken) {
        Journal::Idle => {
            let begun = Framer::begin(base).map_err(|error| cannot_write(database, error.into()))?;
            (begun.0, begun.1, 0)
        }
        Journal::Open { base: own, framer, batches } if own == *base => (framer, Vec::new(), batches),
        Journal::Open { .. } | Journal::Broken => {
            return Err(cannot_write(database, io::Error::other("an earlier write to the journal failed")));
        }
    };
    lines.extend(framer.frame(batch));
    let line = Line { base, number, lines: &lines };
    let mut tries = database.tries(PATIENCE, Purpose::Write);
    let appended = loop {
        let again = tries.again();
        let added = async {
            match held.is_claim() {
                true => claims::add(database, lease, &held, &line, again).await,
                false => add(database, lease, &held, &line, again).await,
            }
        };
        if let Some(done) = tries.settle(added).await {
            break done;
        }
    };
    if appended.is_ok() {
        *journal = Journal::Open { base: base.clone(), framer, batches: number + 1 };
    }
    appended
}

fn cannot_write(database: &Database, source: io::Error) -> StateError {
    StateError::Write { file: database.place.clone(), source }
}

/// A row to be added.
pub struct Line<'l> {
    pub base: &'l Version,
    pub number: i64,
    pub lines: &'l [u8],
}

/// A snapshot with so many batches.
pub fn counted(base: &Version, count: i64) -> String {
    match count {
        0 => base.to_string(),
        count => format!("{base} and {count} batches in its journal"),
    }
}

async fn add(
    database: &Database,
    lease: &Lease,
    held: &Held,
    line: &Line<'_>,
    again: bool,
) -> Result<(), Failure> {
    let client = database.client().await?;
    let Line { base, number, lines } = line;
    let (stack, serial) = (lease.stack().to_string(), base.serial.cast_signed());
    let append = client.prepare_cached(APPEND).await?;
    let added = client
        .execute(
            &append,
            &[&stack, &held.epoch, &held.token, &base.lineage, &serial, &base.checksum, number, lines],
        )
        .await?;
    if added == 1 {
        return Ok(());
    }
    let text = format!(
        "SELECT {}, lines FROM stacks LEFT JOIN journal ON journal.stack = stacks.stack AND number = $2
         WHERE stacks.stack = $1",
        guard::COLUMNS
    );
    let row = client.query_opt(&text, &[&stack, number]).await?.ok_or_else(|| guard::lost(lease))?;
    let guard = Guard::from_row(&row)?;
    guard.check_lease(lease, held)?;
    guard.check_version(lease.stack(), Some(base))?;
    let there: Option<&[u8]> = row.try_get(6)?;
    // An earlier try of this one took place, and its answer was lost.
    if again && guard.batches == number + 1 && there == Some(*lines) {
        return Ok(());
    }
    Err(changed(lease.stack(), counted(base, *number), counted(base, guard.batches)).into())
}

/// Drops the journal of a snapshot.
pub async fn discard(database: &Database, lease: &Lease, base: &Version) -> Result<(), StateError> {
    let held = held(lease)?;
    let mut journal = held.journal.lock().await;
    let mut tries = database.tries(PATIENCE, Purpose::Write);
    loop {
        let again = tries.again();
        let attempt = async {
            let mut client = database.client().await?;
            let transaction = client.transaction().await?;
            let guard = Guard::locked(&transaction, lease, &held).await?;
            guard.check_version(lease.stack(), Some(base))?;
            claims::check(&transaction, lease, again).await?;
            let stack = lease.stack().to_string();
            claims::drop_but(&transaction, &stack, &held.beside()).await?;
            transaction.execute("DELETE FROM journal WHERE stack = $1", &[&stack]).await?;
            transaction.execute("UPDATE stacks SET batches = 0 WHERE stack = $1", &[&stack]).await?;
            Ok(transaction.commit().await?)
        };
        if let Some(done) = tries.settle(attempt).await {
            if done.is_ok() {
                *journal = Journal::Idle;
            }
            return done;
        }
    }
}

//! What those have claimed who work on a part of a stack: a row for each, with a journal of its own.
//!
//! A row is added, ended and dropped by whoever has the row of the stack. Who holds it writes its journal without that: each
//! batch changes the row of the claim, and only if its token is still there. So whoever ended a claim has all of its journal.

use super::connection::{Database, Failure, Purpose};
use super::guard::{self, Guard};
use super::journal::{self, Line, PATIENCE};
use super::lock::{self, FREE, Held, Taker, Taking, held, read_holder};
use atp_iac::StackName;
use atp_iac::state::{Claim, Holder, Lease, LiveClaim, StateError, Wait};
use deadpool_postgres::{GenericClient, Transaction};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio_postgres::Row;
use uuid::Uuid;

const ADD: &str = "
INSERT INTO claims (stack, epoch, claim, token, expires, who, host, process, operation, since)
SELECT stack, epoch, $2, token, clock_timestamp() + make_interval(secs => $3), who, host, process, operation, since
FROM stacks WHERE stack = $1";

pub const RENEW: &str = "
UPDATE claims SET expires = clock_timestamp() + make_interval(secs => $4)
WHERE stack = $1 AND epoch = $2 AND token = $3";

pub const END: &str = "
UPDATE claims SET token = NULL, expires = NULL, who = NULL, host = NULL, process = NULL, operation = NULL,
    since = NULL
WHERE stack = $1 AND epoch = $2 AND token = $3";

pub const END_EXPIRED: &str = "
UPDATE claims SET token = NULL, expires = NULL, who = NULL, host = NULL, process = NULL, operation = NULL,
    since = NULL
WHERE stack = $1 AND token IS NOT NULL AND (expires <= clock_timestamp() OR token = ANY($2))";

pub const END_ALL: &str = "
UPDATE claims SET token = NULL, expires = NULL, who = NULL, host = NULL, process = NULL, operation = NULL,
    since = NULL
WHERE stack = $1 AND token IS NOT NULL";

/// Those that nobody ended. One that expires just now is among them: who holds it can write still.
pub const LIVE: &str = "
SELECT who, host, process, operation, since, epoch, claim FROM claims
WHERE stack = $1 AND token IS NOT NULL ORDER BY epoch";

const BREAK: &str = "
WITH kept AS (SELECT * FROM claims WHERE stack = $1 AND epoch = $2 AND token IS NOT NULL FOR UPDATE)
UPDATE claims SET token = NULL, expires = NULL, who = NULL, host = NULL, process = NULL, operation = NULL,
    since = NULL
FROM kept WHERE claims.stack = kept.stack AND claims.epoch = kept.epoch
RETURNING kept.who, kept.host, kept.process, kept.operation, kept.since";

/// Counts a batch, if the claim is still good and its journal is as long as this writer left it, and adds it.
const APPEND: &str = "
WITH counted AS (
    UPDATE claims SET batches = batches + 1
    WHERE stack = $1 AND epoch = $2 AND token = $3 AND batches = $4
    RETURNING stack, epoch
)
INSERT INTO claim_journal (stack, epoch, number, lines) SELECT stack, epoch, $4, $5 FROM counted";

/// Those that have not expired, apart from those of whom it is known that their holders are gone.
const UNEXPIRED: &str = "
SELECT who, host, process, operation, since, epoch, claim FROM claims
WHERE stack = $1 AND token <> ALL($2) AND expires > clock_timestamp() ORDER BY epoch";

/// Reads what these say.
pub fn read(stack: &str, row: &Row) -> Result<LiveClaim, Failure> {
    let epoch: i64 = row.try_get(5)?;
    let claim = Claim::from_text(row.try_get(6)?);
    let claim =
        claim.map_err(|what| StateError::Corrupt { file: format!("claim {epoch} of {stack}"), what })?;
    Ok(LiveClaim { epoch: epoch.cast_unsigned(), holder: read_holder(row)?, claim })
}

/// The claims of those who are at work.
pub async fn claims(database: &Database, stack: &StackName) -> Result<Vec<LiveClaim>, StateError> {
    let mut tries = database.tries(lock::PATIENCE, Purpose::Read);
    loop {
        let attempt = async {
            let client = database.client().await?;
            let (name, gone) = (stack.to_string(), lock::gone(database, stack));
            let rows = client.query(UNEXPIRED, &[&name, &gone]).await?;
            rows.iter().map(|row| read(&name, row)).collect()
        };
        if let Some(done) = tries.settle(attempt).await {
            return done;
        }
    }
}

/// That what a lease held is not its own any more.
pub async fn taken(client: &impl GenericClient, lease: &Lease) -> Result<StateError, Failure> {
    let text = "SELECT epoch FROM stacks WHERE stack = $1";
    let row = client.query_opt(text, &[&lease.stack().to_string()]).await?;
    let newest = row.map(|row| row.try_get::<_, i64>(0)).transpose()?.unwrap_or_default().cast_unsigned();
    Ok(match newest > lease.epoch() {
        true => StateError::Fenced { stack: lease.stack().clone().into(), held: lease.epoch(), newest },
        false => guard::lost(lease),
    })
}

/// Keeps what an update touches, and gives the lock free.
pub async fn claim(database: &Database, lease: &Lease, claim: &Claim) -> Result<(), StateError> {
    let held = held(lease)?;
    let text = claim.to_text();
    let mut tries = database.tries(PATIENCE, Purpose::Write);
    loop {
        let again = tries.again();
        let attempt = async {
            let mut client = database.client().await?;
            let stack = lease.stack().to_string();
            let transaction = client.transaction().await?;
            // An earlier try of this one took place, and its answer was lost.
            if again && is_held(&transaction, &stack, &held).await? {
                return Ok(());
            }
            Guard::locked(&transaction, lease, &held).await?;
            transaction.execute(ADD, &[&stack, &text, &held.term.as_secs_f64()]).await?;
            transaction.execute(FREE, &[&stack, &held.epoch, &held.token]).await?;
            Ok(transaction.commit().await?)
        };
        if let Some(done) = tries.settle(attempt).await {
            if done.is_ok() {
                held.claimed.store(true, Ordering::Release);
            }
            return done;
        }
    }
}

/// Whether a claim is still its own; if so, nobody ends it until the transaction does.
async fn is_held(transaction: &Transaction<'_>, stack: &str, held: &Held) -> Result<bool, Failure> {
    let text = "SELECT FROM claims WHERE stack = $1 AND epoch = $2 AND token = $3 FOR UPDATE";
    Ok(transaction.query_opt(text, &[&stack, &held.epoch, &held.token]).await?.is_some())
}

/// That the claim for which a lock was taken again is still its own. Who holds the lock drops it, and nobody else: if it is
/// gone at a second try, the first one took place.
pub async fn check(transaction: &Transaction<'_>, lease: &Lease, again: bool) -> Result<(), Failure> {
    let Some(claimed) = held(lease)?.of.clone() else { return Ok(()) };
    let (stack, held) = (lease.stack().to_string(), held(&claimed)?);
    let text = "SELECT FROM claims WHERE stack = $1 AND epoch = $2";
    if is_held(transaction, &stack, &held).await?
        || again && transaction.query_opt(text, &[&stack, &held.epoch]).await?.is_none()
    {
        return Ok(());
    }
    Err(taken(transaction, &claimed).await?.into())
}

/// Drops the claims with their journals, apart from those of who was at work when the lock was taken.
pub async fn drop_but(transaction: &Transaction<'_>, stack: &str, beside: &[i64]) -> Result<(), Failure> {
    for table in ["claim_journal", "claims"] {
        let text = format!("DELETE FROM {table} WHERE stack = $1 AND epoch <> ALL($2)");
        transaction.execute(&text, &[&stack, &beside]).await?;
    }
    Ok(())
}

/// Takes the lock again for who claimed something.
pub async fn regain(database: &Arc<Database>, claimed: &Lease, wait: Wait<'_>) -> Result<Lease, StateError> {
    let Held { holder, term, .. } = &*held(claimed)?;
    let taker = Taker { stack: claimed.stack(), holder, taking: Taking::Again(claimed), term: *term };
    lock::lock(database, taker, wait).await
}

/// Takes a claim from its holder.
pub async fn break_claim(
    database: &Database,
    stack: &StackName,
    epoch: u64,
) -> Result<Option<Holder>, StateError> {
    let mut tries = database.tries(lock::PATIENCE, Purpose::Write);
    loop {
        let attempt = async {
            let client = database.client().await?;
            let row = client.query_opt(BREAK, &[&stack.to_string(), &epoch.cast_signed()]).await?;
            row.as_ref().map(read_holder).transpose()
        };
        if let Some(done) = tries.settle(attempt).await {
            return done;
        }
    }
}

/// Adds a batch to the journal of a claim.
pub async fn add(
    database: &Database,
    lease: &Lease,
    held: &Held,
    line: &Line<'_>,
    again: bool,
) -> Result<(), Failure> {
    let client = database.client().await?;
    let Line { base, number, lines } = line;
    let stack = lease.stack().to_string();
    let append = client.prepare_cached(APPEND).await?;
    if client.execute(&append, &[&stack, &held.epoch, &held.token, number, lines]).await? == 1 {
        return Ok(());
    }
    let text = "
        SELECT token, batches, lines FROM claims LEFT JOIN claim_journal
            ON claim_journal.stack = claims.stack AND claim_journal.epoch = claims.epoch AND number = $3
        WHERE claims.stack = $1 AND claims.epoch = $2";
    let row = client.query_opt(text, &[&stack, &held.epoch, number]).await?;
    let Some(row) = row else { return Err(taken(&client, lease).await?.into()) };
    if row.try_get::<_, Option<Uuid>>(0)? != Some(held.token) {
        return Err(taken(&client, lease).await?.into());
    }
    let (batches, there): (i64, Option<&[u8]>) = (row.try_get(1)?, row.try_get(2)?);
    // An earlier try of this one took place, and its answer was lost.
    if again && batches == number + 1 && there == Some(*lines) {
        return Ok(());
    }
    let (expected, found) = (journal::counted(base, *number), journal::counted(base, batches));
    Err(guard::changed(lease.stack(), expected, found).into())
}

/// A journal as its rows have it.
pub struct Written {
    pub epoch: u64,
    pub batches: i64,
    pub framed: Vec<u8>,
}

/// The journals of all claims, by epoch.
pub async fn journals(transaction: &Transaction<'_>, stack: &str) -> Result<Vec<Written>, Failure> {
    let text = "
        SELECT claims.epoch, claims.batches, lines FROM claims LEFT JOIN claim_journal
            ON claim_journal.stack = claims.stack AND claim_journal.epoch = claims.epoch
        WHERE claims.stack = $1 ORDER BY claims.epoch, number";
    let mut journals: Vec<Written> = Vec::new();
    for row in transaction.query(text, &[&stack]).await? {
        let epoch = row.try_get::<_, i64>(0)?.cast_unsigned();
        if journals.last().is_none_or(|last| last.epoch != epoch) {
            journals.push(Written { epoch, batches: row.try_get(1)?, framed: Vec::new() });
        }
        if let (Some(last), Some(lines)) = (journals.last_mut(), row.try_get::<_, Option<&[u8]>>(2)?) {
            last.framed.extend_from_slice(lines);
        }
    }
    Ok(journals)
}

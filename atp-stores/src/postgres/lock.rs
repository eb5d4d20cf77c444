//! The lock of a stack: a lease that ends by the clock of the server unless it is renewed.
//!
//! Each lease has a higher epoch than the one before it. Whoever writes names its epoch in the same statement or
//! transaction, under the lock of the stack's row, so that nothing of an older lease comes after a newer one began.
//!
//! Who claimed a part of the stack gave the lock free, and has a row in `claims`, with the same epoch and token, that is
//! renewed in its place. Whoever takes the lock looks at these rows while he has the row of the stack, so that no claim comes
//! in between, and ends those that have expired: what the lease finds of the others then is what it goes by to its end.

use super::claims;
use super::connection::{Client, Database, Failure, Purpose};
use super::guard::lost;
use super::journal::Journal;
use atp_iac::StackName;
use atp_iac::state::{Holder, Lease, LiveClaim, Sign, StateError, Wait};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio::task::AbortHandle;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

/// How often a lock is asked for while somebody else has it.
const PAUSE: Duration = Duration::from_millis(250);
/// For how long a server that cannot be reached is tried.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// What a lease of this store holds. When it is dropped, the lock is free, and so is what was claimed.
pub struct Held {
    database: Arc<Database>,
    stack: String,
    pub epoch: i64,
    pub token: Uuid,
    pub holder: Holder,
    pub term: Duration,
    sign: Sign,
    pub journal: Mutex<Journal>,
    /// Whether it is a claim by now.
    pub claimed: AtomicBool,
    /// Who was at work when the lock was taken.
    pub beside: Vec<LiveClaim>,
    /// The claim for which the lock was taken again.
    pub of: Option<Lease>,
    renewal: AbortHandle,
    released: AtomicBool,
}

impl Held {
    pub fn is_claim(&self) -> bool {
        self.claimed.load(Ordering::Acquire)
    }

    /// The epochs of those who were at work when the lock was taken.
    pub fn beside(&self) -> Vec<i64> {
        self.beside.iter().map(|live| live.epoch.cast_signed()).collect()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.renewal.abort();
        if self.released.load(Ordering::Acquire) {
            return;
        }
        let (database, token) = (self.database.clone(), self.token);
        // Whoever asks for the lock in this process gets it at once, others when they see the release, or when it expires.
        database.dropped.lock().unwrap_or_else(PoisonError::into_inner).push(token);
        let (stack, epoch) = (std::mem::take(&mut self.stack), self.epoch);
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                if release(&database, &stack, epoch, token).await.is_ok() {
                    let mut dropped = database.dropped.lock().unwrap_or_else(PoisonError::into_inner);
                    dropped.retain(|other| *other != token);
                }
            });
        }
    }
}

/// For what a lock is taken.
#[derive(Clone, Copy)]
pub enum Taking<'t> {
    /// For all of a stack.
    All,
    /// For a part of it, after these claims have ended.
    Part(&'t [u64]),
    /// For who claimed something.
    Again(&'t Lease),
}

/// Who takes a lock, and for how long at a time.
#[derive(Clone, Copy)]
pub struct Taker<'t> {
    pub stack: &'t StackName,
    pub holder: &'t Holder,
    pub taking: Taking<'t>,
    pub term: Duration,
}

impl<'t> Taker<'t> {
    /// The claim for which the lock is taken again.
    fn own(&self) -> Option<&'t Lease> {
        match self.taking {
            Taking::Again(claimed) => Some(claimed),
            Taking::All | Taking::Part(_) => None,
        }
    }
}

/// What came of an attempt.
enum Attempt {
    Taken { epoch: i64, beside: Vec<LiveClaim> },
    Busy(Option<Holder>),
}

const ADD: &str = "INSERT INTO stacks (stack, epoch, form) VALUES ($1, 0, 2) ON CONFLICT (stack) DO NOTHING";

/// The row of a stack, which nobody else changes until the transaction ends.
const LOOK: &str = "SELECT FROM stacks WHERE stack = $1 FOR UPDATE";

/// Takes the lock if it is free, no claim is in the way, and the own claim is there, if there is to be one. `$9` are tokens
/// of those who are gone, `$10` the claims that are in the way, which are all where it is null, `$11` the own claim.
const TAKE: &str = "
UPDATE stacks SET epoch = epoch + 1, token = $2, expires = clock_timestamp() + make_interval(secs => $3),
    who = $4, host = $5, process = $6, operation = $7, since = $8
WHERE stack = $1 AND (token IS NULL OR expires <= clock_timestamp() OR token = ANY($9))
    AND NOT EXISTS (SELECT FROM claims WHERE claims.stack = $1 AND claims.token IS NOT NULL
        AND ($10::bigint[] IS NULL OR claims.epoch = ANY($10)))
    AND ($11::bigint IS NULL OR EXISTS (SELECT FROM claims WHERE claims.stack = $1 AND claims.epoch = $11
        AND claims.token IS NOT NULL))
RETURNING epoch";

const HOLDER: &str = "
SELECT who, host, process, operation, since FROM stacks
WHERE stack = $1 AND token <> ALL($2) AND expires > clock_timestamp()";

const RENEW: &str = "
UPDATE stacks SET expires = clock_timestamp() + make_interval(secs => $4)
WHERE stack = $1 AND epoch = $2 AND token = $3";

pub const FREE: &str = "
UPDATE stacks SET token = NULL, expires = NULL, who = NULL, host = NULL, process = NULL, operation = NULL,
    since = NULL
WHERE stack = $1 AND epoch = $2 AND token = $3";

const BREAK: &str = "
WITH kept AS (SELECT * FROM stacks WHERE stack = $1 FOR UPDATE)
UPDATE stacks SET epoch = kept.epoch + 1, token = NULL, expires = NULL, who = NULL, host = NULL, process = NULL,
    operation = NULL, since = NULL
FROM kept WHERE stacks.stack = kept.stack
RETURNING kept.who, kept.host, kept.process, kept.operation, kept.since,
    kept.token IS NOT NULL AND kept.expires > clock_timestamp()";

/// Locks a stack.
pub async fn lock(database: &Arc<Database>, taker: Taker<'_>, wait: Wait<'_>) -> Result<Lease, StateError> {
    let deadline = database.clock.now() + wait.at_most;
    let mut told: Option<Option<Holder>> = None;
    let token = Uuid::new_v4();
    // Should an attempt fail, the lock may be there all the same: then the sign stays, and says that nobody has it.
    let sign = database.presence.show(taker.stack, &token.to_string());
    loop {
        let other = match try_lock(database, taker, token).await? {
            Attempt::Taken { epoch, beside } => {
                database.presence.clear(taker.stack);
                return Ok(lease(database, taker, (epoch, token, sign), beside));
            }
            Attempt::Busy(other) => other,
        };
        let left = deadline - database.clock.now();
        if !left.is_positive() {
            sign.withdraw();
            let stack = taker.stack.clone().into();
            return Err(StateError::Locked { stack, holder: other.map(Box::new) });
        }
        if told.as_ref() != Some(&other) {
            (wait.on_wait)(other.as_ref());
            told = Some(other);
        }
        database.clock.sleep(PAUSE.min(left.unsigned_abs())).await;
    }
}

fn lease(
    database: &Arc<Database>,
    taker: Taker<'_>,
    (epoch, token, sign): (i64, Uuid, Sign),
    beside: Vec<LiveClaim>,
) -> Lease {
    let Taker { stack, holder, term, .. } = taker;
    let renewed = renew(database.clone(), stack.to_string(), epoch, token, term);
    let held = Held {
        database: database.clone(),
        stack: stack.to_string(),
        epoch,
        token,
        holder: holder.clone(),
        term,
        sign,
        journal: Mutex::default(),
        claimed: AtomicBool::new(false),
        beside,
        of: taker.own().cloned(),
        renewal: tokio::spawn(renewed).abort_handle(),
        released: AtomicBool::new(false),
    };
    Lease::new(stack.clone(), epoch.unsigned_abs(), Arc::new(held))
}

/// What a lease was made with.
pub fn held(lease: &Lease) -> Result<Arc<Held>, StateError> {
    lease.inner().ok_or_else(|| lost(lease))
}

async fn try_lock(database: &Database, taker: Taker<'_>, token: Uuid) -> Result<Attempt, StateError> {
    let mut tries = database.tries(PATIENCE, Purpose::Write);
    loop {
        if let Some(done) = tries.settle(take(database, taker, token)).await {
            return done;
        }
    }
}

async fn take(database: &Database, taker: Taker<'_>, token: Uuid) -> Result<Attempt, Failure> {
    let client = database.client().await?;
    let (stack, gone) = (taker.stack.to_string(), gone(database, taker.stack));
    // An earlier try of this one may have taken it, and its answer was lost.
    let free: Vec<Uuid> = database.dropped().into_iter().chain([token]).chain(gone.iter().copied()).collect();
    let holder = async || -> Result<Option<Holder>, Failure> {
        let row = client.query_opt(HOLDER, &[&stack, &free]).await?;
        row.as_ref().map(read_holder).transpose()
    };
    // Whoever only waits keeps nobody from writing.
    if let Some(other) = holder().await? {
        return Ok(Attempt::Busy(Some(other)));
    }
    let (epoch, live) = match take_free(&client, taker, token, &free).await {
        Ok(taken) => taken,
        // Its holder writes just now.
        Err(failure) if failure.is_lock_timeout() => return Ok(Attempt::Busy(holder().await?)),
        Err(failure) => return Err(failure),
    };
    let own = taker.own().map(Lease::epoch);
    if let Some(epoch) = epoch {
        let beside = live.into_iter().filter(|live| Some(live.epoch) != own).collect();
        return Ok(Attempt::Taken { epoch, beside });
    }
    if let Some(claimed) = taker.own().filter(|own| live.iter().all(|live| live.epoch != own.epoch())) {
        return Err(claims::taken(&client, claimed).await?.into());
    }
    let in_the_way = live.into_iter().find(|live| match taker.taking {
        Taking::All => true,
        Taking::Part(after) => after.contains(&live.epoch),
        Taking::Again(_) => false,
    });
    match in_the_way {
        Some(live) => Ok(Attempt::Busy(Some(live.holder))),
        None => Ok(Attempt::Busy(holder().await?)),
    }
}

/// Takes a lock that seems to be free; gives its epoch, if it was, and who is at work. All of it is sent at once: whoever is
/// paused in the middle of it keeps no row.
async fn take_free(
    client: &Client,
    taker: Taker<'_>,
    token: Uuid,
    free: &[Uuid],
) -> Result<(Option<i64>, Vec<LiveClaim>), Failure> {
    let Holder { who, host, process, operation, since } = taker.holder;
    let (stack, process, term) = (taker.stack.to_string(), i64::from(*process), taker.term.as_secs_f64());
    let own = taker.own().map(|own| own.epoch().cast_signed());
    let in_the_way: Option<Vec<i64>> = match taker.taking {
        Taking::All => None,
        Taking::Part(after) => Some(after.iter().map(|epoch| epoch.cast_signed()).collect()),
        Taking::Again(_) => Some(Vec::new()),
    };
    let add = client.prepare_cached(ADD).await?;
    let look = client.prepare_cached(LOOK).await?;
    let end = client.prepare_cached(claims::END_EXPIRED).await?;
    let take = client.prepare_cached(TAKE).await?;
    let live = client.prepare_cached(claims::LIVE).await?;
    let values: [&(dyn ToSql + Sync); 11] =
        [&stack, &token, &term, who, host, &process, operation, since, &free, &in_the_way, &own];
    let of_stack: [&(dyn ToSql + Sync); 1] = [&stack];
    let of_gone: [&(dyn ToSql + Sync); 2] = [&stack, &free];
    let (_, _, _, _, taken, live, _) = futures::try_join!(
        client.batch_execute("BEGIN"),
        client.execute(&add, &of_stack),
        client.query_opt(&look, &of_stack),
        client.execute(&end, &of_gone),
        client.query_opt(&take, &values),
        client.query(&live, &of_stack),
        client.batch_execute("COMMIT"),
    )?;
    let live = live.iter().map(|row| claims::read(&stack, row)).collect::<Result<_, _>>()?;
    Ok((taken.map(|row| row.try_get(0)).transpose()?, live))
}

/// Leases of a stack whose holders are known to be gone.
pub fn gone(database: &Database, stack: &StackName) -> Vec<Uuid> {
    database.presence.gone(stack).iter().filter_map(|lock| lock.parse().ok()).collect()
}

/// Who stands in the first columns of a row.
pub fn read_holder(row: &Row) -> Result<Holder, Failure> {
    Ok(Holder {
        who: row.try_get(0)?,
        host: row.try_get(1)?,
        process: u32::try_from(row.try_get::<_, i64>(2)?).unwrap_or_default(),
        operation: row.try_get(3)?,
        since: row.try_get(4)?,
    })
}

/// Renews a lease until it is lost or aborted. The server's time goes on by itself, so this waits by that of the machine.
async fn renew(database: Arc<Database>, stack: String, epoch: i64, token: Uuid, term: Duration) {
    loop {
        tokio::time::sleep(term / 3).await;
        let seconds = term.as_secs_f64();
        let renewed = async {
            let client = database.client().await?;
            // In this order: a lock becomes a claim, and never the other way.
            for statement in [RENEW, claims::RENEW] {
                let renew = client.prepare_cached(statement).await?;
                if client.execute(&renew, &[&stack, &epoch, &token, &seconds]).await? > 0 {
                    return Ok(true);
                }
            }
            Ok::<_, Failure>(false)
        };
        // What cannot be renewed now can be next time, unless another one took the lock; then the next write says so.
        if let Ok(Ok(false)) = tokio::time::timeout(term, renewed).await {
            return;
        }
    }
}

/// Gives free what a lease holds; whether it held anything.
async fn free(database: &Database, stack: &str, epoch: i64, token: Uuid) -> Result<bool, Failure> {
    let client = database.client().await?;
    let freed = client.execute(FREE, &[&stack, &epoch, &token]).await?;
    let ended = client.execute(claims::END, &[&stack, &epoch, &token]).await?;
    Ok(freed + ended > 0)
}

async fn release(database: &Database, stack: &str, epoch: i64, token: Uuid) -> Result<bool, StateError> {
    let mut tries = database.tries(PATIENCE, Purpose::Write);
    loop {
        if let Some(done) = tries.settle(free(database, stack, epoch, token)).await {
            return done;
        }
    }
}

/// Gives a stack free, and with it what was claimed before.
pub async fn unlock(database: &Database, lease: &Lease) -> Result<(), StateError> {
    let held = held(lease)?;
    if held.released.swap(true, Ordering::AcqRel) {
        return Err(lost(lease));
    }
    held.renewal.abort();
    if let Some(Ok(claimed)) = held.of.as_ref().map(self::held)
        && !claimed.released.swap(true, Ordering::AcqRel)
    {
        claimed.renewal.abort();
        release(database, &claimed.stack, claimed.epoch, claimed.token).await?;
        claimed.sign.withdraw();
    }
    let mut tries = database.tries(PATIENCE, Purpose::Write);
    loop {
        let again = tries.again();
        let attempt = async {
            // An earlier try gave it free.
            if free(database, &held.stack, held.epoch, held.token).await? || again {
                held.sign.withdraw();
                return Ok(());
            }
            Err(claims::taken(&database.client().await?, lease).await?.into())
        };
        if let Some(done) = tries.settle(attempt).await {
            return done;
        }
    }
}

/// Takes the lock from its holder, and every claim.
pub async fn break_lock(database: &Database, stack: &StackName) -> Result<Option<Holder>, StateError> {
    let mut tries = database.tries(PATIENCE, Purpose::Write);
    loop {
        let attempt = async {
            let client = database.client().await?;
            let name = stack.to_string();
            let (broken, live) =
                (client.prepare_cached(BREAK).await?, client.prepare_cached(claims::LIVE).await?);
            let end = client.prepare_cached(claims::END_ALL).await?;
            let of_stack: [&(dyn ToSql + Sync); 1] = [&name];
            // All of it is sent at once, as above.
            let (_, broken, live, _, _) = futures::try_join!(
                client.batch_execute("BEGIN"),
                client.query_opt(&broken, &of_stack),
                client.query(&live, &of_stack),
                client.execute(&end, &of_stack),
                client.batch_execute("COMMIT"),
            )?;
            let Some(row) = broken else { return Ok(None) };
            match row.try_get::<_, bool>(5)? {
                true => read_holder(&row).map(Some),
                false => live.first().map(read_holder).transpose(),
            }
        };
        if let Some(done) = tries.settle(attempt).await {
            return done;
        }
    }
}

/// Who holds the lock.
pub async fn holder(database: &Database, stack: &StackName) -> Result<Option<Holder>, StateError> {
    let mut tries = database.tries(PATIENCE, Purpose::Read);
    loop {
        let attempt = async {
            let client = database.client().await?;
            let row = client.query_opt(HOLDER, &[&stack.to_string(), &gone(database, stack)]).await?;
            row.as_ref().map(read_holder).transpose()
        };
        if let Some(done) = tries.settle(attempt).await {
            return done;
        }
    }
}

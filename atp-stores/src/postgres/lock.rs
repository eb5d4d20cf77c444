//! The lock of a stack: a lease that ends by the clock of the server unless it is renewed.
//!
//! Each lease has a higher epoch than the one before it. Whoever writes names its epoch in the same statement or
//! transaction, under the lock of the stack's row, so that nothing of an older lease comes after a newer one began.

use super::connection::{Database, Failure, Purpose};
use super::journal::Journal;
use atp_iac::StackName;
use atp_iac::state::{Holder, Lease, Sign, StateError, Wait};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio::task::AbortHandle;
use tokio_postgres::Row;
use uuid::Uuid;

/// How often a lock is asked for while somebody else has it.
const PAUSE: Duration = Duration::from_millis(250);
/// For how long a server that cannot be reached is tried.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// What a lease of this store holds. When it is dropped, the lock is free.
pub struct Held {
    database: Arc<Database>,
    stack: String,
    pub epoch: i64,
    pub token: Uuid,
    sign: Sign,
    pub journal: Mutex<Journal>,
    renewal: AbortHandle,
    released: AtomicBool,
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

/// What came of an attempt.
enum Attempt {
    Taken { epoch: i64 },
    Busy(Option<Holder>),
}

const TAKE: &str = "
INSERT INTO stacks AS kept (stack, epoch, token, expires, who, host, process, operation, since)
VALUES ($1, 1, $2, clock_timestamp() + make_interval(secs => $3), $4, $5, $6, $7, $8)
ON CONFLICT (stack) DO UPDATE SET
    epoch = kept.epoch + 1, token = excluded.token,
    expires = clock_timestamp() + make_interval(secs => $3),
    who = excluded.who, host = excluded.host, process = excluded.process,
    operation = excluded.operation, since = excluded.since
WHERE kept.token IS NULL OR kept.expires <= clock_timestamp() OR kept.token = ANY($9)
RETURNING epoch";

const HOLDER: &str = "
SELECT who, host, process, operation, since FROM stacks
WHERE stack = $1 AND token <> ALL($2) AND expires > clock_timestamp()";

const RENEW: &str = "
UPDATE stacks SET expires = clock_timestamp() + make_interval(secs => $4)
WHERE stack = $1 AND epoch = $2 AND token = $3";

const FREE: &str = "
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

/// Locks a stack for so long at a time.
pub async fn lock(
    database: &Arc<Database>,
    stack: &StackName,
    holder: &Holder,
    wait: Wait<'_>,
    term: Duration,
) -> Result<Lease, StateError> {
    let deadline = database.clock.now() + wait.at_most;
    let mut told: Option<Option<Holder>> = None;
    let token = Uuid::new_v4();
    // Should an attempt fail, the lock may be there all the same: then the sign stays, and says that nobody has it.
    let sign = database.presence.show(stack, &token.to_string());
    loop {
        let other = match try_lock(database, stack, holder, token, term).await? {
            Attempt::Taken { epoch } => {
                database.presence.clear(stack);
                return Ok(lease(database, stack, epoch, token, sign, term));
            }
            Attempt::Busy(other) => other,
        };
        let left = deadline - database.clock.now();
        if !left.is_positive() {
            sign.withdraw();
            return Err(StateError::Locked { stack: stack.clone().into(), holder: other.map(Box::new) });
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
    stack: &StackName,
    epoch: i64,
    token: Uuid,
    sign: Sign,
    term: Duration,
) -> Lease {
    let renewed = renew(database.clone(), stack.to_string(), epoch, token, term);
    let held = Held {
        database: database.clone(),
        stack: stack.to_string(),
        epoch,
        token,
        sign,
        journal: Mutex::default(),
        renewal: tokio::spawn(renewed).abort_handle(),
        released: AtomicBool::new(false),
    };
    Lease::new(stack.clone(), epoch.unsigned_abs(), Arc::new(held))
}

/// What a lease was made with.
pub fn held(lease: &Lease) -> Result<Arc<Held>, StateError> {
    lease.inner().ok_or_else(|| StateError::LockLost { stack: lease.stack().clone().into() })
}

async fn try_lock(
    database: &Database,
    stack: &StackName,
    holder: &Holder,
    token: Uuid,
    term: Duration,
) -> Result<Attempt, StateError> {
    let mut tries = database.tries(PATIENCE, Purpose::Write);
    loop {
        if let Some(done) = tries.settle(take(database, stack, holder, token, term)).await {
            return done;
        }
    }
}

async fn take(
    database: &Database,
    stack: &StackName,
    holder: &Holder,
    token: Uuid,
    term: Duration,
) -> Result<Attempt, Failure> {
    let client = database.client().await?;
    let Holder { who, host, process, operation, since } = holder;
    let gone = gone(database, stack);
    // An earlier try of this one may have taken it, and its answer was lost.
    let free: Vec<Uuid> = database.dropped().into_iter().chain([token]).chain(gone.iter().copied()).collect();
    let (process, term, stack) = (i64::from(*process), term.as_secs_f64(), stack.to_string());
    let take = client.prepare_cached(TAKE).await?;
    let taken = client
        .query_opt(&take, &[&stack, &token, &term, who, host, &process, operation, since, &free])
        .await
        .map_err(Failure::from);
    match taken {
        Ok(Some(row)) => return Ok(Attempt::Taken { epoch: row.try_get(0)? }),
        Ok(None) => {}
        // Its holder writes just now.
        Err(failure) if failure.is_lock_timeout() => {}
        Err(failure) => return Err(failure),
    }
    let other = client.query_opt(HOLDER, &[&stack, &gone]).await?;
    Ok(Attempt::Busy(other.as_ref().map(read_holder).transpose()?))
}

/// Leases of a stack whose holders are known to be gone.
fn gone(database: &Database, stack: &StackName) -> Vec<Uuid> {
    database.presence.gone(stack).iter().filter_map(|lock| lock.parse().ok()).collect()
}

fn read_holder(row: &Row) -> Result<Holder, Failure> {
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
            let renew = client.prepare_cached(RENEW).await?;
            Ok::<_, Failure>(client.execute(&renew, &[&stack, &epoch, &token, &seconds]).await?)
        };
        // What cannot be renewed now can be next time, unless another one took the lock; then the next write says so.
        if let Ok(Ok(0)) = tokio::time::timeout(term, renewed).await {
            return;
        }
    }
}

async fn release(database: &Database, stack: &str, epoch: i64, token: Uuid) -> Result<u64, StateError> {
    let mut tries = database.tries(PATIENCE, Purpose::Write);
    loop {
        let attempt = async {
            let client = database.client().await?;
            Ok(client.execute(FREE, &[&stack, &epoch, &token]).await?)
        };
        if let Some(done) = tries.settle(attempt).await {
            return done;
        }
    }
}

/// Gives a stack free.
pub async fn unlock(database: &Database, lease: &Lease) -> Result<(), StateError> {
    let held = held(lease)?;
    let lost = || StateError::LockLost { stack: lease.stack().clone().into() };
    if held.released.swap(true, Ordering::AcqRel) {
        return Err(lost());
    }
    held.renewal.abort();
    let mut tries = database.tries(PATIENCE, Purpose::Write);
    loop {
        let again = tries.again();
        let attempt = async {
            let client = database.client().await?;
            let stack = lease.stack().to_string();
            if client.execute(FREE, &[&stack, &held.epoch, &held.token]).await? > 0 {
                held.sign.withdraw();
                return Ok(());
            }
            let newest = client.query_opt("SELECT epoch FROM stacks WHERE stack = $1", &[&stack]).await?;
            match newest.map(|row| row.try_get::<_, i64>(0)).transpose()? {
                Some(newest) if newest != held.epoch => {
                    let (held, newest) = (lease.epoch(), newest.unsigned_abs());
                    Err(StateError::Fenced { stack: lease.stack().clone().into(), held, newest }.into())
                }
                // An earlier try gave it free.
                Some(_) if again => Ok(()),
                _ => Err(lost().into()),
            }
        };
        if let Some(done) = tries.settle(attempt).await {
            return done;
        }
    }
}

/// Takes the lock from its holder.
pub async fn break_lock(database: &Database, stack: &StackName) -> Result<Option<Holder>, StateError> {
    let mut tries = database.tries(PATIENCE, Purpose::Write);
    loop {
        let attempt = async {
            let client = database.client().await?;
            let Some(row) = client.query_opt(BREAK, &[&stack.to_string()]).await? else { return Ok(None) };
            row.try_get::<_, bool>(5)?.then(|| read_holder(&row)).transpose()
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

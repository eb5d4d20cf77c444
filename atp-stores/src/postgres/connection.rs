//! Connections to the server, and what to do when one is lost.

use super::address::Address;
use super::{schema, tls};
use atp_iac::ports::Clock;
use atp_iac::state::{Presence, StateError};
use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Runtime};
use std::error::Error as _;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio_postgres::error::SqlState;
use uuid::Uuid;

pub use deadpool_postgres::Client;

/// How many connections one store has at most: a lease is renewed beside what is being written.
const CONNECTIONS: usize = 4;
/// How long a connection is waited for when all are in use.
const WAIT: Duration = Duration::from_secs(30);
/// How long the row of a stack is waited for.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);
/// No attempt takes longer.
const ATTEMPT: Duration = Duration::from_secs(120);

/// Set for every connection. A writer that was paused in the middle of a transaction must not keep others out for longer
/// than its lease, what was acknowledged must be on disk, and all names are those of the schema.
const SETTINGS: &str = "
SET client_min_messages = 'error';
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
";

/// A database with the tables of a store.
pub struct Database {
    pool: Pool,
    schema: String,
    pub place: String,
    pub clock: Arc<dyn Clock>,
    prepared: OnceCell<()>,
    /// Leases of this process that nobody holds any more and that may not be released yet.
    pub dropped: Mutex<Vec<Uuid>>,
    pub presence: Presence,
}

impl Database {
    /// Connects when it is needed.
    pub fn new(
        address: Address,
        clock: Arc<dyn Clock>,
        presence: Presence,
        term: Duration,
    ) -> Result<Database, tls::TlsError> {
        let connector = tls::connector(address.encryption, address.authorities.as_deref())?;
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(address.config, connector, recycling);
        let settings = format!(
            "{SETTINGS} SET search_path TO \"{}\"; SET idle_in_transaction_session_timeout = {};
            SET lock_timeout = {};",
            address.schema,
            term.as_millis(),
            LOCK_TIMEOUT.min(term).as_millis()
        );
        let settled = Hook::async_fn(move |client: &mut deadpool_postgres::ClientWrapper, _| {
            let settings = settings.clone();
            Box::pin(async move { client.batch_execute(&settings).await.map_err(HookError::Backend) })
        });
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(WAIT))
            .post_create(settled)
            .build()
            .map_err(|error| tls::TlsError(error.to_string()))?;
        let (schema, place) = (address.schema, address.place);
        let (prepared, dropped) = (OnceCell::new(), Mutex::default());
        Ok(Database { pool, schema, place, clock, prepared, dropped, presence })
    }

    /// A connection to a database that has the tables.
    pub async fn client(&self) -> Result<Client, Failure> {
        let mut client = self.pool.get().await?;
        self.prepared.get_or_try_init(|| schema::prepare(&mut client, &self.schema, &self.place)).await?;
        Ok(client)
    }

    /// Tries that go on for so long while the server cannot be reached.
    pub fn tries(&self, patience: Duration, purpose: Purpose) -> Tries<'_> {
        Tries { database: self, purpose, left: patience, pause: Duration::from_millis(50), again: false }
    }

    pub fn dropped(&self) -> Vec<Uuid> {
        self.dropped.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Why an attempt came to nothing.
#[derive(Debug)]
pub enum Failure {
    /// What was asked for cannot be.
    State(StateError),
    /// The server refused, or was lost.
    Server(tokio_postgres::Error),
    /// There is no connection to be had.
    Pool(PoolError),
    /// There was no answer.
    Silence,
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        Failure::State(error)
    }
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Failure::Server(error)
    }
}

impl From<PoolError> for Failure {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
                Failure::Server(error)
            }
            error => Failure::Pool(error),
        }
    }
}

impl Failure {
    /// Whether the same may go well with another connection. What was asked for may have been done.
    fn is_passing(&self) -> bool {
        let Failure::Server(error) = self else { return false };
        match error.code() {
            Some(code) => PASSING.contains(code) || code.code().starts_with("08"),
            None => {
                let lost = error.source().is_some_and(|source| source.is::<io::Error>());
                (error.is_closed() || lost) && !is_about_trust(error)
            }
        }
    }

    /// Whether somebody else had a row for too long.
    pub fn is_lock_timeout(&self) -> bool {
        matches!(self, Failure::Server(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE))
    }

    fn into_state(self, place: &str, purpose: Purpose) -> StateError {
        let (kind, text) = match self {
            Failure::State(error) => return error,
            Failure::Server(error) => (kind(&error), describe(&error)),
            Failure::Pool(error) => (io::ErrorKind::Other, error.to_string()),
            Failure::Silence => {
                (io::ErrorKind::TimedOut, format!("the server gave no answer for {} s", ATTEMPT.as_secs()))
            }
        };
        let (file, source) = (place.to_owned(), io::Error::new(kind, text));
        match purpose {
            Purpose::Read => StateError::Read { file, source },
            Purpose::Write => StateError::Write { file, source },
        }
    }
}

/// Ends of connections and of transactions that say nothing against doing the same again.
const PASSING: [SqlState; 8] = [
    // Somebody is paused in the middle of a transaction, which the server ends.
    SqlState::LOCK_NOT_AVAILABLE,
    SqlState::ADMIN_SHUTDOWN,
    SqlState::CRASH_SHUTDOWN,
    SqlState::CANNOT_CONNECT_NOW,
    SqlState::TOO_MANY_CONNECTIONS,
    SqlState::T_R_SERIALIZATION_FAILURE,
    SqlState::T_R_DEADLOCK_DETECTED,
    SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
];

/// For the way out that the error names.
fn kind(error: &tokio_postgres::Error) -> io::ErrorKind {
    match error.code() {
        Some(code) if *code == SqlState::DISK_FULL => io::ErrorKind::StorageFull,
        Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => io::ErrorKind::PermissionDenied,
        Some(code) if *code == SqlState::READ_ONLY_SQL_TRANSACTION => io::ErrorKind::ReadOnlyFilesystem,
        _ => io::ErrorKind::Other,
    }
}

/// Whether the server could not prove its name, which it cannot do the next time either.
fn is_about_trust(error: &tokio_postgres::Error) -> bool {
    let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    source.is_some_and(|source| source.kind() == io::ErrorKind::InvalidData)
}

/// What the server said, or what became of the connection to it.
fn describe(error: &tokio_postgres::Error) -> String {
    if let Some(said) = error.as_db_error() {
        let more = said.hint().or(said.detail()).map(|more| format!(" ({more})")).unwrap_or_default();
        return format!("the server says: {}{more}", said.message());
    }
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    if is_about_trust(error) {
        text.push_str(
            "; name the file of its authority with sslrootcert=FILE, and the host as its certificate does",
        );
    }
    text
}

/// For what the server is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To read.
    Read,
    /// To write.
    Write,
}

/// Does the same until it goes well, cannot go well, or takes too long.
pub struct Tries<'d> {
    database: &'d Database,
    purpose: Purpose,
    left: Duration,
    pause: Duration,
    again: bool,
}

impl Tries<'_> {
    /// Whether an earlier try may have done it, and its answer was lost.
    pub fn again(&self) -> bool {
        self.again
    }

    /// Waits for a try. `None` when there has to be another one.
    pub async fn settle<T>(
        &mut self,
        attempt: impl Future<Output = Result<T, Failure>>,
    ) -> Option<Result<T, StateError>> {
        let result = match tokio::time::timeout(ATTEMPT, attempt).await {
            Ok(Ok(done)) => return Some(Ok(done)),
            Ok(Err(failure)) => failure,
            Err(_) => Failure::Silence,
        };
        if !result.is_passing() || self.left.is_zero() {
            return Some(Err(result.into_state(&self.database.place, self.purpose)));
        }
        let pause = self.pause.min(self.left);
        self.database.clock.sleep(pause).await;
        self.left -= pause;
        self.pause = (pause * 2).min(Duration::from_secs(2));
        self.again = true;
        None
    }
}

//! States in a PostgreSQL database: `postgres://user@host/database?schema=atp`.
//!
//! Each stack has a row that says which snapshot it has and who holds its lock; each resource has a row of its own, and so
//! has each batch of the journal and each document. What an update does not change stays as it is. The tables are made on
//! first use, in a schema for each cloud.
//!
//! What was acknowledged is on the server's disk. Every write changes or locks the row of its stack, or that of its claim, and
//! looks there whether its lease is still good, so that a writer who lost the lock writes nothing. When a connection is lost, the same is asked
//! again on another one, and what took place already is recognised.

mod address;
mod claims;
mod connection;
mod documents;
mod guard;
mod journal;
mod lock;
mod parts;
mod passfile;
mod rows;
mod schema;
mod snapshot;
mod tls;

use self::address::Address;
use self::connection::Database;
use self::documents::Document;
use self::lock::{Taker, Taking};
use async_trait::async_trait;
use atp_iac::StackName;
use atp_iac::state::{
    BackendError, Claim, Content, Folder, Holder, Lease, LiveClaim, Opening, Parts, StateError, StateStore,
    Stored, Survey, Version, Wait,
};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How the URLs look.
pub const FORM: &str = "postgres://user@host/database?schema=atp";

/// How long the lock of a holder stays who is gone without a word, unless it is known on this machine.
const TERM: Duration = Duration::from_secs(30);

/// Keeps states in a database. A clone is the same store.
#[derive(Clone)]
pub struct PostgresStore {
    database: Arc<Database>,
    term: Duration,
}

impl PostgresStore {
    /// At a URL. A password that it does not have is looked for in PGPASSWORD, then in the file that PGPASSFILE names, then
    /// in `.pgpass` at HOME. What has to be kept apart is in schemas of its own, such as `atp_azure`.
    ///
    /// # Errors
    /// When the URL cannot be used. Whether the server can be reached shows on first use.
    pub fn open(opening: &Opening<'_>) -> Result<PostgresStore, BackendError> {
        PostgresStore::with_term(opening, TERM)
    }

    /// Likewise, with locks that expire after so long without a renewal.
    ///
    /// # Errors
    /// Likewise.
    pub fn with_term(opening: &Opening<'_>, term: Duration) -> Result<PostgresStore, BackendError> {
        let way_out = format!("write it as `{FORM}`, with %XX for other characters than letters and digits");
        let address = Address::parse(opening.url, opening.part, opening.variable);
        let address = address.map_err(|error| BackendError::new(error.to_string(), way_out))?;
        let connected = Database::new(address, opening.clock.clone(), opening.presence.clone(), term);
        let database = connected.map_err(|error| {
            BackendError::new(error.to_string(), "name a file of certificates with sslrootcert=FILE")
        })?;
        Ok(PostgresStore { database: Arc::new(database), term })
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresStore({})", self.database.place)
    }
}

#[async_trait]
impl StateStore for PostgresStore {
    fn describe(&self) -> String {
        self.database.place.clone()
    }

    async fn read(&self, stack: &StackName) -> Result<Option<Stored>, StateError> {
        snapshot::read(&self.database, stack).await
    }

    async fn lock(&self, stack: &StackName, holder: &Holder, wait: Wait<'_>) -> Result<Lease, StateError> {
        let taker = Taker { stack, holder, taking: Taking::All, term: self.term };
        lock::lock(&self.database, taker, wait).await
    }

    async fn lock_part(
        &self,
        stack: &StackName,
        holder: &Holder,
        after: &[u64],
        wait: Wait<'_>,
    ) -> Result<Lease, StateError> {
        let taker = Taker { stack, holder, taking: Taking::Part(after), term: self.term };
        lock::lock(&self.database, taker, wait).await
    }

    async fn survey(&self, lease: &Lease) -> Result<Survey, StateError> {
        snapshot::survey(&self.database, lease).await
    }

    async fn claim(&self, lease: &Lease, claim: &Claim) -> Result<bool, StateError> {
        claims::claim(&self.database, lease, claim).await.map(|()| true)
    }

    async fn regain(&self, claimed: &Lease, wait: Wait<'_>) -> Result<Lease, StateError> {
        claims::regain(&self.database, claimed, wait).await
    }

    async fn claims(&self, stack: &StackName) -> Result<Vec<LiveClaim>, StateError> {
        claims::claims(&self.database, stack).await
    }

    async fn break_claim(&self, stack: &StackName, epoch: u64) -> Result<Option<Holder>, StateError> {
        claims::break_claim(&self.database, stack, epoch).await
    }

    async fn replace(
        &self,
        lease: &Lease,
        expected: Option<&Version>,
        content: Content,
    ) -> Result<Version, StateError> {
        snapshot::replace(&self.database, lease, expected, &content).await
    }

    async fn parts(&self, stack: &StackName) -> Result<Parts, StateError> {
        parts::parts(&self.database, stack).await
    }

    async fn overwrite(&self, lease: &Lease, content: Content) -> Result<Version, StateError> {
        parts::overwrite(&self.database, lease, &content).await
    }

    async fn mend_lock(&self, _: &StackName) -> Result<bool, StateError> {
        Ok(false)
    }

    async fn append(&self, lease: &Lease, base: &Version, batch: Vec<u8>) -> Result<(), StateError> {
        journal::append(&self.database, lease, base, &batch).await
    }

    async fn discard_journal(&self, lease: &Lease, base: &Version) -> Result<(), StateError> {
        journal::discard(&self.database, lease, base).await
    }

    async fn unlock(&self, lease: &Lease) -> Result<(), StateError> {
        lock::unlock(&self.database, lease).await
    }

    async fn break_lock(&self, stack: &StackName) -> Result<Option<Holder>, StateError> {
        lock::break_lock(&self.database, stack).await
    }

    async fn holder(&self, stack: &StackName) -> Result<Option<Holder>, StateError> {
        lock::holder(&self.database, stack).await
    }

    async fn list(&self) -> Result<Vec<StackName>, StateError> {
        snapshot::list(&self.database).await
    }

    async fn remove(&self, lease: &Lease, expected: &Version) -> Result<(), StateError> {
        snapshot::remove(&self.database, lease, expected).await
    }

    async fn put_document(
        &self,
        stack: &StackName,
        folder: Folder,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<bool, StateError> {
        Document { stack, folder, name }.put(&self.database, &bytes).await
    }

    async fn documents(&self, stack: &StackName, folder: Folder) -> Result<Vec<String>, StateError> {
        documents::names(&self.database, stack, folder).await
    }

    async fn document(
        &self,
        stack: &StackName,
        folder: Folder,
        name: &str,
    ) -> Result<Option<Vec<u8>>, StateError> {
        Document { stack, folder, name }.get(&self.database).await
    }

    async fn remove_document(&self, stack: &StackName, folder: Folder, name: &str) -> Result<(), StateError> {
        Document { stack, folder, name }.remove(&self.database).await
    }
}

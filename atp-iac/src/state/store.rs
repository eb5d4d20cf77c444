//! The port to where states are kept.

use super::{Claim, Holder, LiveClaim, Parts, StateError, Survey};
use crate::StackName;
use crate::secrets::WrappedKeys;
use async_trait::async_trait;
use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Keeps the states of stacks. It checks that they are whole, and never looks inside.
///
/// Invariant: what was acknowledged is durable.
/// Invariant: a writer whose lease is not the newest writes nothing.
/// Invariant: damage is an error, never an empty state.
#[async_trait]
pub trait StateStore: Send + Sync {
    /// Where the states are, for people.
    fn describe(&self) -> String;

    /// What is kept of a stack; `None` when it was never deployed.
    ///
    /// # Errors
    /// When anything of it is missing or damaged.
    async fn read(&self, stack: &StackName) -> Result<Option<Stored>, StateError>;

    /// Locks a stack, and waits for it: at most so long, and `on_wait` hears of every holder that is waited for. Nobody else
    /// is at work on it then.
    ///
    /// # Errors
    /// [`StateError::Locked`] when somebody else holds it still.
    async fn lock(&self, stack: &StackName, holder: &Holder, wait: Wait<'_>) -> Result<Lease, StateError>;

    /// Locks a stack for whoever means only a part of it: those who claimed other parts may be at work still. Waits until
    /// the claims with the epochs `after` have ended.
    ///
    /// A store that keeps no claims locks all of it; this and the next four methods belong together.
    ///
    /// # Errors
    /// As [`lock`](Self::lock).
    async fn lock_part(
        &self,
        stack: &StackName,
        holder: &Holder,
        after: &[u64],
        wait: Wait<'_>,
    ) -> Result<Lease, StateError> {
        let _ = after;
        self.lock(stack, holder, wait).await
    }

    /// What the holder of a lock finds. Claims that have ended by then, and those that were live when the lock was taken,
    /// stay so for this lease, whatever happens to them meanwhile.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    async fn survey(&self, lease: &Lease) -> Result<Survey, StateError> {
        Ok(Survey::alone(self.read(lease.stack()).await?))
    }

    /// Keeps what an update touches, and gives the lock free. Whether it did: a store that keeps no claims keeps the lock.
    /// The caller sees to it that no live claim stands against it, and that nothing was appended under the lease. From
    /// then on the lease appends to a journal of its own, whose base is the snapshot that is there now.
    ///
    /// # Errors
    /// [`StateError::Fenced`] when the lease is old.
    async fn claim(&self, lease: &Lease, claim: &Claim) -> Result<bool, StateError> {
        let (_, _) = (lease, claim);
        Ok(false)
    }

    /// Takes the lock again for who claimed something. Whatever takes the place of the snapshot under the new lease, or drops
    /// the journal, ends the claim and drops its journal, too: the caller puts into it what is there. To unlock ends
    /// the claim as well, and leaves its journal.
    ///
    /// # Errors
    /// [`StateError::Fenced`] when the claim was taken away, [`StateError::Locked`] when the lock is not to be had in time.
    async fn regain(&self, claimed: &Lease, wait: Wait<'_>) -> Result<Lease, StateError> {
        let _ = wait;
        Ok(claimed.clone())
    }

    /// The claims of those who are at work on a stack, by epoch.
    ///
    /// # Errors
    /// When they cannot be read.
    async fn claims(&self, stack: &StackName) -> Result<Vec<LiveClaim>, StateError> {
        let _ = stack;
        Ok(Vec::new())
    }

    /// Takes one claim from its holder, who cannot write from then on. What he recorded is found by who locks the stack
    /// next. `None` when there is no such claim.
    ///
    /// # Errors
    /// When it cannot be written.
    async fn break_claim(&self, stack: &StackName, epoch: u64) -> Result<Option<Holder>, StateError> {
        let (_, _) = (stack, epoch);
        Ok(None)
    }

    /// Puts a new snapshot in the place of the one that was read, and drops its journal.
    ///
    /// # Errors
    /// [`StateError::Changed`] when another one is there than expected, [`StateError::Fenced`] when the lease is old;
    /// then nothing was written.
    async fn replace(
        &self,
        lease: &Lease,
        expected: Option<&Version>,
        content: Content,
    ) -> Result<Version, StateError>;

    /// Adds a batch of records to the journal of a snapshot, all or none of it. Durable when it returns.
    ///
    /// # Errors
    /// Likewise. After any error no further batch is accepted under this lease until the snapshot is replaced.
    async fn append(&self, lease: &Lease, base: &Version, batch: Vec<u8>) -> Result<(), StateError>;

    /// Drops the journal of a snapshot: what is in it made no difference.
    ///
    /// # Errors
    /// Like [`replace`](Self::replace).
    async fn discard_journal(&self, lease: &Lease, base: &Version) -> Result<(), StateError>;

    /// Gives a stack free.
    ///
    /// # Errors
    /// [`StateError::Fenced`] when somebody else took the lock over, [`StateError::LockLost`] when it vanished;
    /// the lock of another is left alone.
    async fn unlock(&self, lease: &Lease) -> Result<(), StateError>;

    /// Takes the lock from its holder, and every claim, too: none of them can write from then on. Gives the holder, if there
    /// was one; where there were only claims, that of the first.
    ///
    /// # Errors
    /// When the lock cannot be written.
    async fn break_lock(&self, stack: &StackName) -> Result<Option<Holder>, StateError>;

    /// Who holds the lock of a stack, as far as is known. Who claimed a part of it does not.
    ///
    /// # Errors
    /// When the lock cannot be read.
    async fn holder(&self, stack: &StackName) -> Result<Option<Holder>, StateError>;

    /// The stacks that have a state, in order.
    ///
    /// # Errors
    /// When they cannot be listed.
    async fn list(&self) -> Result<Vec<StackName>, StateError>;

    /// Forgets a stack: its next deployment starts another lineage. The caller sees to it that nothing is in it.
    ///
    /// # Errors
    /// Like [`replace`](Self::replace).
    async fn remove(&self, lease: &Lease, expected: &Version) -> Result<(), StateError>;

    /// What is kept of a stack part by part, as far as it can be read. Damage is no error here.
    ///
    /// # Errors
    /// When the store cannot be asked, or what is there was written by a newer version of this program.
    async fn parts(&self, stack: &StackName) -> Result<Parts, StateError>;

    /// Puts a snapshot in the place of whatever is there, damaged or not, of whatever lineage, and drops the journal. The
    /// caller sees to it that nothing is lost by that.
    ///
    /// # Errors
    /// [`StateError::Fenced`] when the lease is old; when it cannot be written.
    async fn overwrite(&self, lease: &Lease, content: Content) -> Result<Version, StateError>;

    /// Lets the lock be taken again where what says who holds it is damaged or gone. No lease is needed, and none that was
    /// given before can write any more once the lock was taken again: the next epoch is higher than all of theirs. Whether
    /// there was anything to mend.
    ///
    /// # Errors
    /// When it cannot be written.
    async fn mend_lock(&self, stack: &StackName) -> Result<bool, StateError>;

    /// Keeps a document beside the state of a stack, unless there is one of that name. Whether it is new. Durable when it
    /// returns; of several who put the same name, one succeeds. No lock is needed.
    ///
    /// # Errors
    /// When it cannot be written, or the name is none that [`is_document_name`] accepts.
    async fn put_document(
        &self,
        stack: &StackName,
        folder: Folder,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<bool, StateError>;

    /// The names of the documents in a folder, in order.
    ///
    /// # Errors
    /// When they cannot be listed.
    async fn documents(&self, stack: &StackName, folder: Folder) -> Result<Vec<String>, StateError>;

    /// The bytes of a document; `None` when there is none of that name.
    ///
    /// # Errors
    /// When it cannot be read.
    async fn document(
        &self,
        stack: &StackName,
        folder: Folder,
        name: &str,
    ) -> Result<Option<Vec<u8>>, StateError>;

    /// Removes a document, if it is there.
    ///
    /// # Errors
    /// When it cannot be removed.
    async fn remove_document(&self, stack: &StackName, folder: Folder, name: &str) -> Result<(), StateError>;
}

/// What documents beside a state are for. They outlive it: a stack that was forgotten still has its history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Folder {
    /// Records of updates.
    History,
    /// Snapshots as they were.
    Backups,
    /// Who agreed to which plan.
    Approvals,
    /// Who took a lock from its holder.
    Locks,
}

impl Folder {
    /// All of them.
    pub const ALL: [Folder; 4] = [Folder::History, Folder::Backups, Folder::Approvals, Folder::Locks];

    /// As stores call it.
    pub fn name(self) -> &'static str {
        match self {
            Folder::History => "history",
            Folder::Backups => "backups",
            Folder::Approvals => "approvals",
            Folder::Locks => "locks",
        }
    }
}

/// Whether a store takes a document of this name: 1 to 120 small letters, digits, `-`, `_` and `.`, not beginning with `.`.
pub fn is_document_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
    (1..=120).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(fits)
}

/// How long to wait for a lock, and who hears of it.
#[derive(Clone, Copy)]
pub struct Wait<'a> {
    /// At most so long; zero asks once.
    pub at_most: Duration,
    /// Is called when a wait begins and whenever another holder is waited for.
    pub on_wait: &'a (dyn Fn(Option<&Holder>) + Send + Sync),
}

impl Wait<'_> {
    /// Does not wait.
    pub const NONE: Wait<'static> = Wait { at_most: Duration::ZERO, on_wait: &|_| {} };
}

/// Which snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its history.
    pub lineage: String,
    /// Its number in it.
    pub serial: u64,
    /// `sha256:` and the hash of its content.
    pub checksum: String,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = self.checksum.get(..15).unwrap_or(&self.checksum);
        write!(f, "serial {} ({short})", self.serial)
    }
}

/// A snapshot as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Its history.
    pub lineage: String,
    /// Its number in it.
    pub serial: u64,
    /// The key to its secrets, as each of those who may open it wrapped it.
    pub keys: WrappedKeys,
    /// What it says.
    pub body: Vec<u8>,
}

/// What is kept of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Which snapshot it is.
    pub version: Version,
    /// The snapshot.
    pub content: Content,
    /// The batches that were added to it since.
    pub journal: Vec<Vec<u8>>,
}

/// The right to write the state of a stack. Its loss, when the process ends or the lease is dropped, frees the lock.
#[derive(Clone)]
pub struct Lease {
    stack: StackName,
    epoch: u64,
    inner: Arc<dyn Any + Send + Sync>,
}

impl Lease {
    /// For stores: `inner` is what the store needs, and is dropped with the last copy of the lease.
    pub fn new(stack: StackName, epoch: u64, inner: Arc<dyn Any + Send + Sync>) -> Self {
        Lease { stack, epoch, inner }
    }

    /// The stack that is locked.
    pub fn stack(&self) -> &StackName {
        &self.stack
    }

    /// Rises with every lease of the stack: the highest one is the one that counts.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// For stores: what the lease was made with.
    pub fn inner<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        Arc::clone(&self.inner).downcast().ok()
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lease of {}, epoch {}", self.stack, self.epoch)
    }
}

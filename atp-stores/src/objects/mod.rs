//! States as objects, which many machines share: in Azure Blob Storage, in S3, in Google Cloud Storage, or in memory.
//!
//! # What is kept
//! `<prefix>/<environment>/<region>/<stack>/` holds
//! - `head.json`, which says which snapshot counts, where its journal begins, and who holds the lock; it changes only by
//!   a put on condition that nobody else changed it,
//! - `snapshots/`, each of which is written once and never changed,
//! - `journal/<epoch>/<number>`, a batch each, likewise,
//! - `epochs/`, which says up to where epochs may have been given, should the head be lost,
//! - a folder for each kind of documents.
//!
//! # What a writer can rely on, and what not
//! Every lease has an epoch of its own. Who takes a lock over first puts a head with the next epoch, so that its last
//! holder can put no head any more, and then seals the journal of that holder, so that he can add no batch; only then is
//! the state read. That holds whatever the clocks of the two say: a clock decides when a lock may be taken over, and
//! nothing else. A lock is taken over a minute after its last renewal; it is renewed every 20 seconds. One whose holder is
//! known to be gone, because he ran on this machine, is taken over at once.
//!
//! # What it costs
//! A batch is one request with the bytes of that batch, at any size of the state. It holds all that was recorded while the
//! batch before it was under way, up to 4 MiB and whatever came last into it: nothing waits for a batch to become full.
//! What was recorded and is not acknowledged, the batch under way and the one that gathers behind it, is lost when the
//! process ends; of each cloud operation the intent is acknowledged before it begins. Each lock that was taken over
//! leaves a seal of 40 bytes for good.

mod documents;
mod epochs;
mod head;
mod journal;
mod lease;
mod lock;
mod mend;
mod names;
mod parts;
mod read;
mod requests;
mod told;
mod write;

use self::journal::{Phase, Writer};
use self::lease::Held;
use self::lock::Attempt;
use self::names::{Names, Place};
use self::requests::Requests;
use async_trait::async_trait;
use atp_iac::StackName;
use atp_iac::ports::{Clock, Random};
use atp_iac::state::format::journal as framing;
use atp_iac::state::{
    Content, Folder, Holder, Lease, Parts, Presence, StateError, StateStore, Stored, Version, Wait,
};
use object_store::ObjectStore;
use object_store::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How often a lock is asked for while somebody else has it.
const PAUSE: Duration = Duration::from_secs(1);

/// How long the lock of a holder who is gone without a word stays.
pub const LEASE: Duration = lease::LEASE;

/// Keeps states in an object store.
#[derive(Clone)]
pub struct ObjectStates {
    requests: Requests,
    prefix: Path,
    presence: Presence,
}

impl std::fmt::Debug for ObjectStates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ObjectStates").field("place", &self.describe()).finish_non_exhaustive()
    }
}

impl ObjectStates {
    /// In this store, below a prefix. For people, `place` is what the names of all objects begin with.
    ///
    /// The store has to be consistent: who reads after a put sees what was put, and so does who lists. It has to put on
    /// condition: that there is no such object, and that it is the one that was read.
    pub fn new(
        store: Arc<dyn ObjectStore>,
        place: impl Into<String>,
        prefix: Path,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        let requests = Requests { store, place: place.into(), clock, random };
        ObjectStates { requests, prefix, presence: Presence::default() }
    }

    /// With a place where holders of locks show that they are alive: nobody waits there for the lock of one who is not.
    #[must_use]
    pub fn with_presence(self, presence: Presence) -> Self {
        ObjectStates { presence, ..self }
    }

    fn names(&self, stack: &StackName) -> Names {
        Names::new(&self.prefix, stack)
    }
}

fn held(lease: &Lease) -> Result<Arc<Held>, StateError> {
    let held: Option<Arc<Held>> = lease.inner();
    let held = held.ok_or_else(|| StateError::LockLost { stack: lease.stack().clone().into() })?;
    held.check()?;
    Ok(held)
}

fn changed(stack: &StackName, expected: Option<&Version>, found: Option<&Version>) -> StateError {
    let name = |version: Option<&Version>| version.map_or_else(|| "none".to_owned(), Version::to_string);
    StateError::Changed { stack: stack.clone().into(), expected: name(expected), found: name(found) }
}

fn check_version(held: &Held, writer: &Writer, expected: Option<&Version>) -> Result<(), StateError> {
    match writer.base.as_ref() == expected {
        true => Ok(()),
        false => Err(changed(&held.stack, expected, writer.base.as_ref())),
    }
}

#[async_trait]
impl StateStore for ObjectStates {
    fn describe(&self) -> String {
        match self.prefix.is_root() {
            true => self.requests.place.clone(),
            false => self.requests.file(&self.prefix),
        }
    }

    async fn read(&self, stack: &StackName) -> Result<Option<Stored>, StateError> {
        self.read_settled(stack).await
    }

    async fn lock(&self, stack: &StackName, holder: &Holder, wait: Wait<'_>) -> Result<Lease, StateError> {
        let clock = &self.requests.clock;
        let deadline = clock.now() + wait.at_most;
        let mut told: Option<Option<Holder>> = None;
        loop {
            let other = match self.try_lock(stack, holder).await? {
                Attempt::Taken(lease) => return Ok(lease),
                Attempt::Busy(other) => other,
            };
            let left = deadline - clock.now();
            if !left.is_positive() {
                return Err(StateError::Locked { stack: stack.clone().into(), holder: other.map(Box::new) });
            }
            if told.as_ref() != Some(&other) {
                (wait.on_wait)(other.as_ref());
                told = Some(other);
            }
            clock.sleep(PAUSE.min(left.unsigned_abs())).await;
        }
    }

    async fn replace(
        &self,
        lease: &Lease,
        expected: Option<&Version>,
        content: Content,
    ) -> Result<Version, StateError> {
        let held = held(lease)?;
        let mut writer = held.writer.lock().await;
        check_version(&held, &writer, expected)?;
        if let Some(present) = held.head().await.snapshot {
            let path = held.names.snapshot(&present.name);
            let Version { lineage, .. } = present.version;
            if lineage != content.lineage {
                let (expected, found) = (lineage, content.lineage);
                return Err(StateError::LineageMismatch { file: self.requests.file(&path), expected, found });
            }
            if !self.requests.exists(&path).await? {
                // A later holder may have put another one.
                held.verify().await?;
                return Err(self.missing(&held.stack, &path, &lineage));
            }
        }
        self.put_in_place(&held, &mut writer, &content).await
    }

    async fn parts(&self, stack: &StackName) -> Result<Parts, StateError> {
        self.read_parts(stack).await
    }

    async fn overwrite(&self, lease: &Lease, content: Content) -> Result<Version, StateError> {
        let held = held(lease)?;
        let mut writer = held.writer.lock().await;
        self.put_in_place(&held, &mut writer, &content).await
    }

    async fn mend_lock(&self, stack: &StackName) -> Result<bool, StateError> {
        self.mend(stack).await
    }

    async fn append(&self, lease: &Lease, base: &Version, batch: Vec<u8>) -> Result<(), StateError> {
        let held = held(lease)?;
        let mut writer = held.writer.lock().await;
        check_version(&held, &writer, Some(base))?;
        let path = held.names.batch(Place { epoch: held.epoch, number: writer.next });
        let failed = |source| StateError::Write { file: self.requests.file(&path), source };
        if let Phase::Unknown = writer.phase {
            self.check_journal(&held, base).await?;
            writer.phase = Phase::Empty;
        }
        let (mut framer, mut bytes) = match std::mem::replace(&mut writer.phase, Phase::Broken) {
            Phase::Own(framer) => (framer, Vec::new()),
            Phase::Empty => framing::Framer::begin(base).map_err(|error| failed(error.into()))?,
            Phase::Unknown | Phase::Broken => {
                return Err(failed(std::io::Error::other("an earlier write to the journal failed")));
            }
        };
        bytes.extend(framer.frame(&batch));
        writer.next += 1;
        match self.requests.create(&path, bytes).await? {
            Some(_) => {
                writer.phase = Phase::Own(framer);
                Ok(())
            }
            None => Err(held.refused().await),
        }
    }

    async fn discard_journal(&self, lease: &Lease, base: &Version) -> Result<(), StateError> {
        let held = held(lease)?;
        let mut writer = held.writer.lock().await;
        check_version(&held, &writer, Some(base))?;
        self.turn(&held, &mut writer, None).await
    }

    async fn unlock(&self, lease: &Lease) -> Result<(), StateError> {
        held(lease)?.release().await
    }

    async fn break_lock(&self, stack: &StackName) -> Result<Option<Holder>, StateError> {
        self.take_away(stack).await
    }

    async fn holder(&self, stack: &StackName) -> Result<Option<Holder>, StateError> {
        let head = self.head(&self.names(stack)).await?;
        Ok(head.and_then(|(head, _)| self.lock_in_force(stack, &head).map(|lock| lock.holder.clone())))
    }

    async fn list(&self) -> Result<Vec<StackName>, StateError> {
        self.stacks().await
    }

    async fn remove(&self, lease: &Lease, expected: &Version) -> Result<(), StateError> {
        let held = held(lease)?;
        let mut writer = held.writer.lock().await;
        check_version(&held, &writer, Some(expected))?;
        self.turn(&held, &mut writer, Some(None)).await
    }

    async fn put_document(
        &self,
        stack: &StackName,
        folder: Folder,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<bool, StateError> {
        let path = documents::path(&self.names(stack), folder, name)?;
        Ok(self.requests.create(&path, bytes).await?.is_some())
    }

    async fn documents(&self, stack: &StackName, folder: Folder) -> Result<Vec<String>, StateError> {
        let listed = self.requests.list(&self.names(stack).documents(folder)).await?;
        Ok(documents::names(&listed))
    }

    async fn document(
        &self,
        stack: &StackName,
        folder: Folder,
        name: &str,
    ) -> Result<Option<Vec<u8>>, StateError> {
        let path = documents::path(&self.names(stack), folder, name)?;
        Ok(self.requests.get(&path).await?.map(|object| object.bytes))
    }

    async fn remove_document(&self, stack: &StackName, folder: Folder, name: &str) -> Result<(), StateError> {
        self.requests.remove(vec![documents::path(&self.names(stack), folder, name)?]).await
    }
}

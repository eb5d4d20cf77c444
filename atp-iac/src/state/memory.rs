//! States in memory, with the same promises as any other store: for tests, and to see what a fault does.

use super::{
    Content, Folder, Holder, Lease, StateError, StateStore, Stored, Version, Wait, file, is_document_name,
};
use crate::StackName;
use crate::ports::Clock;
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(100);

/// Keeps states in memory. A clone is the same store.
#[derive(Clone)]
pub struct MemoryStore {
    inner: Arc<Mutex<Inner>>,
    clock: Arc<dyn Clock>,
}

/// How often a store was written to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Batches that were asked to be made durable.
    pub appends: u64,
    /// Snapshots that were asked to be put in place.
    pub replaces: u64,
}

#[derive(Default)]
struct Inner {
    stacks: BTreeMap<StackName, Kept>,
    documents: BTreeMap<(StackName, Folder, String), Vec<u8>>,
    counters: Counters,
    fail_append: Option<u64>,
    fail_replace: Option<u64>,
    fail_backups: bool,
    fail_history: bool,
    /// Rises with every power cut: what was on its way then is lost.
    power_cuts: u64,
}

#[derive(Default)]
struct Kept {
    snapshot: Option<(Version, Content)>,
    journal: Vec<Vec<u8>>,
    /// Epoch of the lease that began the journal; no other continues it.
    journal_of: u64,
    epoch: u64,
    holder: Option<Holder>,
    /// Epoch of a lease whose journal cannot be continued.
    broken: Option<u64>,
}

/// Frees the lock when the last copy of the lease is dropped, as the end of a process does.
struct Held {
    store: MemoryStore,
    stack: StackName,
    epoch: u64,
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut inner = self.store.inner();
        let kept = inner.stacks.entry(self.stack.clone()).or_default();
        if kept.epoch == self.epoch {
            kept.holder = None;
        }
    }
}

impl MemoryStore {
    /// An empty store.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        MemoryStore { inner: Arc::default(), clock }
    }

    /// How often it was written to so far.
    pub fn counters(&self) -> Counters {
        self.inner().counters
    }

    /// The append with this number, counted from 1 over the life of the store, fails and leaves nothing.
    pub fn fail_append(&self, number: u64) {
        self.inner().fail_append = Some(number);
    }

    /// The replace with this number, counted likewise, fails and leaves what was there.
    pub fn fail_replace(&self, number: u64) {
        self.inner().fail_replace = Some(number);
    }

    /// Whether backups cannot be put from now on.
    pub fn fail_backups(&self, fail: bool) {
        self.inner().fail_backups = fail;
    }

    /// Whether records of the history cannot be put from now on.
    pub fn fail_history(&self, fail: bool) {
        self.inner().fail_history = fail;
    }

    /// Everybody who writes is gone, and so is what was not acknowledged.
    pub fn power_cut(&self) {
        let mut inner = self.inner();
        inner.power_cuts += 1;
        for kept in inner.stacks.values_mut() {
            kept.holder = None;
            kept.epoch += 1;
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_lock(&self, stack: &StackName, holder: &Holder) -> Result<Lease, Option<Holder>> {
        let mut inner = self.inner();
        let kept = inner.stacks.entry(stack.clone()).or_default();
        if let Some(other) = &kept.holder {
            return Err(Some(other.clone()));
        }
        kept.holder = Some(holder.clone());
        kept.epoch += 1;
        let held = Held { store: self.clone(), stack: stack.clone(), epoch: kept.epoch };
        Ok(Lease::new(stack.clone(), kept.epoch, Arc::new(held)))
    }

    /// Changes what is kept of a stack, if the lease is still good and no fault is due.
    fn write<T>(
        &self,
        lease: &Lease,
        work: impl FnOnce(&mut Kept) -> Result<T, StateError>,
    ) -> Result<T, StateError> {
        let mut inner = self.inner();
        let kept = inner.stacks.entry(lease.stack().clone()).or_default();
        check_lease(kept, lease)?;
        work(kept)
    }
}

fn check_lease(kept: &Kept, lease: &Lease) -> Result<(), StateError> {
    let stack = Box::new(lease.stack().clone());
    if kept.epoch != lease.epoch() {
        return Err(StateError::Fenced { stack, held: lease.epoch(), newest: kept.epoch });
    }
    if kept.holder.is_none() {
        return Err(StateError::LockLost { stack });
    }
    Ok(())
}

fn check_version(kept: &Kept, stack: &StackName, expected: Option<&Version>) -> Result<(), StateError> {
    let found = kept.snapshot.as_ref().map(|(version, _)| version);
    if found == expected {
        return Ok(());
    }
    let name = |version: Option<&Version>| version.map_or_else(|| "none".to_owned(), Version::to_string);
    Err(StateError::Changed { stack: stack.clone().into(), expected: name(expected), found: name(found) })
}

fn full(what: &str) -> StateError {
    StateError::Write { file: what.into(), source: io::ErrorKind::StorageFull.into() }
}

#[async_trait]
impl StateStore for MemoryStore {
    fn describe(&self) -> String {
        "memory: nothing of it is kept".into()
    }

    async fn read(&self, stack: &StackName) -> Result<Option<Stored>, StateError> {
        let inner = self.inner();
        let Some(kept) = inner.stacks.get(stack) else { return Ok(None) };
        let Some((version, content)) = kept.snapshot.clone() else { return Ok(None) };
        Ok(Some(Stored { version, content, journal: kept.journal.clone() }))
    }

    async fn lock(&self, stack: &StackName, holder: &Holder, wait: Wait<'_>) -> Result<Lease, StateError> {
        let deadline = self.clock.now() + wait.at_most;
        let mut told: Option<Option<Holder>> = None;
        loop {
            let other = match self.try_lock(stack, holder) {
                Ok(lease) => return Ok(lease),
                Err(other) => other,
            };
            let left = deadline - self.clock.now();
            if !left.is_positive() {
                return Err(StateError::Locked { stack: stack.clone().into(), holder: other.map(Box::new) });
            }
            if told.as_ref() != Some(&other) {
                (wait.on_wait)(other.as_ref());
                told = Some(other);
            }
            self.clock.sleep(PAUSE.min(left.unsigned_abs())).await;
        }
    }

    async fn replace(
        &self,
        lease: &Lease,
        expected: Option<&Version>,
        content: Content,
    ) -> Result<Version, StateError> {
        let failed = {
            let mut inner = self.inner();
            inner.counters.replaces += 1;
            inner.fail_replace == Some(inner.counters.replaces)
        };
        self.write(lease, |kept| {
            check_version(kept, lease.stack(), expected)?;
            if let Some((present, _)) = kept.snapshot.as_ref().filter(|(v, _)| v.lineage != content.lineage) {
                let (expected, found) = (present.lineage.clone(), content.lineage.clone());
                return Err(StateError::LineageMismatch { file: "memory".into(), expected, found });
            }
            if failed {
                return Err(full("the snapshot"));
            }
            let encoded = file::snapshot::encode(&content);
            let (_, version) = encoded
                .map_err(|error| StateError::Write { file: "the snapshot".into(), source: error.into() })?;
            kept.snapshot = Some((version.clone(), content));
            kept.journal.clear();
            kept.broken = None;
            Ok(version)
        })
    }

    async fn overwrite(&self, lease: &Lease, content: Content) -> Result<Version, StateError> {
        self.write(lease, |kept| {
            let encoded = file::snapshot::encode(&content);
            let (_, version) = encoded
                .map_err(|error| StateError::Write { file: "the snapshot".into(), source: error.into() })?;
            kept.snapshot = Some((version.clone(), content));
            kept.journal.clear();
            kept.broken = None;
            Ok(version)
        })
    }

    async fn append(&self, lease: &Lease, base: &Version, batch: Vec<u8>) -> Result<(), StateError> {
        let (failed, power_cuts) = {
            let mut inner = self.inner();
            inner.counters.appends += 1;
            (inner.fail_append == Some(inner.counters.appends), inner.power_cuts)
        };
        // A disk takes its time; who has something to record meanwhile shares the next batch.
        tokio::task::yield_now().await;
        let now = self.inner().power_cuts;
        self.write(lease, |kept| {
            check_version(kept, lease.stack(), Some(base))?;
            if !kept.journal.is_empty() && kept.journal_of != lease.epoch() {
                let (expected, found) = (base.to_string(), format!("{base} and a journal"));
                return Err(StateError::Changed { stack: lease.stack().clone().into(), expected, found });
            }
            if failed || now != power_cuts || kept.broken == Some(lease.epoch()) {
                kept.broken = Some(lease.epoch());
                return Err(full("the journal"));
            }
            kept.journal_of = lease.epoch();
            kept.journal.push(batch);
            Ok(())
        })
    }

    async fn discard_journal(&self, lease: &Lease, base: &Version) -> Result<(), StateError> {
        self.write(lease, |kept| {
            check_version(kept, lease.stack(), Some(base))?;
            kept.journal.clear();
            kept.broken = None;
            Ok(())
        })
    }

    async fn unlock(&self, lease: &Lease) -> Result<(), StateError> {
        self.write(lease, |kept| {
            kept.holder = None;
            Ok(())
        })
    }

    async fn break_lock(&self, stack: &StackName) -> Result<Option<Holder>, StateError> {
        let mut inner = self.inner();
        let kept = inner.stacks.entry(stack.clone()).or_default();
        kept.epoch += 1;
        Ok(kept.holder.take())
    }

    async fn holder(&self, stack: &StackName) -> Result<Option<Holder>, StateError> {
        Ok(self.inner().stacks.get(stack).and_then(|kept| kept.holder.clone()))
    }

    async fn list(&self) -> Result<Vec<StackName>, StateError> {
        let inner = self.inner();
        let kept = inner.stacks.iter().filter(|(_, kept)| kept.snapshot.is_some());
        Ok(kept.map(|(stack, _)| stack.clone()).collect())
    }

    async fn remove(&self, lease: &Lease, expected: &Version) -> Result<(), StateError> {
        self.write(lease, |kept| {
            check_version(kept, lease.stack(), Some(expected))?;
            kept.snapshot = None;
            kept.journal.clear();
            Ok(())
        })
    }

    async fn put_document(
        &self,
        stack: &StackName,
        folder: Folder,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<bool, StateError> {
        if !is_document_name(name) {
            return Err(StateError::DocumentName { name: name.to_owned() });
        }
        let mut inner = self.inner();
        if inner.fail_backups && folder == Folder::Backups {
            return Err(full("the backup"));
        }
        if inner.fail_history && folder == Folder::History {
            return Err(full("the record"));
        }
        match inner.documents.entry((stack.clone(), folder, name.to_owned())) {
            Entry::Occupied(_) => Ok(false),
            Entry::Vacant(vacant) => {
                vacant.insert(bytes);
                Ok(true)
            }
        }
    }

    async fn documents(&self, stack: &StackName, folder: Folder) -> Result<Vec<String>, StateError> {
        let inner = self.inner();
        let all = inner.documents.keys().filter(|(of, place, _)| (of, *place) == (stack, folder));
        Ok(all.map(|(_, _, name)| name.clone()).collect())
    }

    async fn document(
        &self,
        stack: &StackName,
        folder: Folder,
        name: &str,
    ) -> Result<Option<Vec<u8>>, StateError> {
        Ok(self.inner().documents.get(&(stack.clone(), folder, name.to_owned())).cloned())
    }

    async fn remove_document(&self, stack: &StackName, folder: Folder, name: &str) -> Result<(), StateError> {
        self.inner().documents.remove(&(stack.clone(), folder, name.to_owned()));
        Ok(())
    }
}

//! States in memory, with the same promises as any other store: for tests, and to see what a fault does.

mod kept;
mod lock;

use self::kept::{Claimed, Kept, check_lease, check_version, is_in, taken};
use self::lock::{Held, Taking};
use super::{
    Claim, Content, Folder, Holder, Lease, LiveClaim, Parts, StateError, StateStore, Stored, Survey, Version,
    Wait, is_document_name,
};
use crate::StackName;
use crate::ports::Clock;
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
            kept.claims.values_mut().for_each(|claimed| claimed.holder = None);
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn append_claimed(&self, lease: &Lease, batch: Vec<u8>, failed: bool) -> Result<(), StateError> {
        self.check_claim(lease)?;
        let mut inner = self.inner();
        let kept = inner.stacks.get_mut(lease.stack());
        let claimed = kept.and_then(|kept| kept.claims.get_mut(&lease.epoch()));
        let Some(claimed) = claimed else { return Err(full("the journal")) };
        claimed.broken |= failed;
        if claimed.broken {
            return Err(full("the journal"));
        }
        claimed.journal.push(batch);
        Ok(())
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

    /// The same, of the snapshot and of the journals beside it.
    fn fold<T>(
        &self,
        lease: &Lease,
        work: impl FnOnce(&mut Kept, &[LiveClaim]) -> Result<T, StateError>,
    ) -> Result<T, StateError> {
        let held = lease.inner::<Held>();
        let beside = held.as_ref().map_or(&[][..], |held| &held.beside);
        self.write(lease, |kept| {
            if let Some(claimed) = held.as_ref().and_then(|held| held.claimed.as_ref())
                && kept.claims.get(&claimed.epoch()).is_none_or(|claim| claim.holder.is_none())
            {
                return Err(taken(kept, claimed));
            }
            work(kept, beside)
        })
    }
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
        let claimed = kept.claims.values().flat_map(|claimed| &claimed.journal);
        let journal = kept.journal.iter().chain(claimed).cloned().collect();
        Ok(Some(Stored { version, content, journal }))
    }

    async fn lock(&self, stack: &StackName, holder: &Holder, wait: Wait<'_>) -> Result<Lease, StateError> {
        self.take(stack, holder, Taking::All, wait).await
    }

    async fn lock_part(
        &self,
        stack: &StackName,
        holder: &Holder,
        after: &[u64],
        wait: Wait<'_>,
    ) -> Result<Lease, StateError> {
        self.take(stack, holder, Taking::Part(after), wait).await
    }

    async fn survey(&self, lease: &Lease) -> Result<Survey, StateError> {
        let held = lease.inner::<Held>();
        let (beside, own) = match &held {
            Some(held) => (&held.beside[..], held.claimed.as_ref().map(Lease::epoch)),
            None => (&[][..], None),
        };
        let inner = self.inner();
        let Some(kept) = inner.stacks.get(lease.stack()) else { return Ok(Survey::default()) };
        let ended = kept.claims.iter().filter(|(epoch, _)| !is_in(beside, **epoch) && own != Some(**epoch));
        let journals = std::iter::once(&kept.journal).chain(ended.map(|(_, claimed)| &claimed.journal));
        Ok(Survey {
            snapshot: kept.snapshot.clone(),
            journals: journals.filter(|journal| !journal.is_empty()).cloned().collect(),
            beside: beside.to_vec(),
        })
    }

    async fn claim(&self, lease: &Lease, claim: &Claim) -> Result<bool, StateError> {
        self.write(lease, |kept| {
            let (holder, claim) = (kept.holder.take(), claim.clone());
            kept.claims.insert(lease.epoch(), Claimed { holder, claim, journal: Vec::new(), broken: false });
            Ok(true)
        })
    }

    async fn regain(&self, claimed: &Lease, wait: Wait<'_>) -> Result<Lease, StateError> {
        let holder = self.check_claim(claimed)?;
        self.take(claimed.stack(), &holder, Taking::Again(claimed), wait).await
    }

    async fn claims(&self, stack: &StackName) -> Result<Vec<LiveClaim>, StateError> {
        Ok(self.inner().stacks.get(stack).map_or_else(Vec::new, |kept| kept.live().collect()))
    }

    async fn break_claim(&self, stack: &StackName, epoch: u64) -> Result<Option<Holder>, StateError> {
        Ok(self.inner().stacks.get_mut(stack).and_then(|kept| kept.end_claim(epoch)))
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
        self.fold(lease, |kept, beside| {
            check_version(kept, lease.stack(), expected)?;
            if let Some((present, _)) = kept.snapshot.as_ref().filter(|(v, _)| v.lineage != content.lineage) {
                let (expected, found) = (present.lineage.clone(), content.lineage.clone());
                return Err(StateError::LineageMismatch { file: "memory".into(), expected, found });
            }
            if failed {
                return Err(full("the snapshot"));
            }
            kept.put(content, beside)
        })
    }

    async fn parts(&self, stack: &StackName) -> Result<Parts, StateError> {
        Ok(Parts::of(self.read(stack).await))
    }

    async fn mend_lock(&self, _: &StackName) -> Result<bool, StateError> {
        Ok(false)
    }

    async fn overwrite(&self, lease: &Lease, content: Content) -> Result<Version, StateError> {
        self.fold(lease, |kept, beside| kept.put(content, beside))
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
        let failed = failed || now != power_cuts;
        if self.inner().stacks.get(lease.stack()).is_some_and(|kept| kept.claims.contains_key(&lease.epoch()))
        {
            return self.append_claimed(lease, batch, failed);
        }
        self.write(lease, |kept| {
            check_version(kept, lease.stack(), Some(base))?;
            if !kept.journal.is_empty() && kept.journal_of != lease.epoch() {
                let (expected, found) = (base.to_string(), format!("{base} and a journal"));
                return Err(StateError::Changed { stack: lease.stack().clone().into(), expected, found });
            }
            if failed || kept.broken == Some(lease.epoch()) {
                kept.broken = Some(lease.epoch());
                return Err(full("the journal"));
            }
            kept.journal_of = lease.epoch();
            kept.journal.push(batch);
            Ok(())
        })
    }

    async fn discard_journal(&self, lease: &Lease, base: &Version) -> Result<(), StateError> {
        self.fold(lease, |kept, beside| {
            check_version(kept, lease.stack(), Some(base))?;
            kept.drop_journals(beside);
            Ok(())
        })
    }

    async fn unlock(&self, lease: &Lease) -> Result<(), StateError> {
        if self.check_claim(lease).is_ok() {
            let mut inner = self.inner();
            inner.stacks.get_mut(lease.stack()).and_then(|kept| kept.end_claim(lease.epoch()));
            return Ok(());
        }
        let claimed = lease.inner::<Held>().and_then(|held| held.claimed.as_ref().map(Lease::epoch));
        self.write(lease, |kept| {
            kept.holder = None;
            claimed.and_then(|epoch| kept.end_claim(epoch));
            Ok(())
        })
    }

    async fn break_lock(&self, stack: &StackName) -> Result<Option<Holder>, StateError> {
        let mut inner = self.inner();
        let kept = inner.stacks.entry(stack.clone()).or_default();
        kept.epoch += 1;
        let claimed = kept.claims.values_mut().filter_map(|claimed| claimed.holder.take());
        let first = claimed.collect::<Vec<_>>().into_iter().next();
        Ok(kept.holder.take().or(first))
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
        self.fold(lease, |kept, beside| {
            check_version(kept, lease.stack(), Some(expected))?;
            kept.snapshot = None;
            kept.drop_journals(beside);
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

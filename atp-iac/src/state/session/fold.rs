//! The end of a session: what it recorded becomes a snapshot.

use super::{Base, Closed, Ground, StateSession, Writing};
use crate::state::{HistoryHead, Holder, Lease, StateError, Version, Wait};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// How long an update that gave the lock free waits for it at its end. Somebody may be thinking about a plan meanwhile.
const PATIENCE: Duration = Duration::from_secs(600);

impl StateSession {
    /// Folds the journal into a new snapshot, unless nothing changed, and gives the lock back.
    ///
    /// # Errors
    /// When the snapshot cannot be written: then the journal stays and says the same. The lock is given back anyway.
    pub async fn close(&self) -> Result<Closed, StateError> {
        let taken = self.lock_writing().take();
        let Some(mut writing) = taken else { return Err(StateError::Closed(self.stack.clone())) };
        writing.hand_over();
        let Writing { queue, task, .. } = writing;
        drop(queue);
        let claimed = self.lock_own().is_some();
        let (folded, lease) = match task.await {
            Ok(base) if claimed => Box::pin(self.fold_own(base)).await,
            Ok(base) => (Box::pin(self.fold(&self.lease, &self.ground, base)).await, None),
            Err(_) => (Err(StateError::Closed(self.stack.clone())), None),
        };
        let unlocked = self.ports.store.unlock(lease.as_ref().unwrap_or(&self.lease)).await;
        let closed = folded?;
        unlocked?;
        Ok(closed)
    }

    /// Folds what was recorded under a claim into whatever snapshot is there by now. Gives the lease under which that was
    /// done, too.
    async fn fold_own(&self, base: Base) -> (Result<Closed, StateError>, Option<Lease>) {
        if !base.journal && base.stopped.is_none() {
            return (Ok(closed(self.ground.version.as_ref(), base.version, Vec::new())), None);
        }
        let wait = Wait { at_most: PATIENCE, on_wait: &|_| {} };
        match (self.ports.store.regain(&self.lease, wait).await, base.stopped.clone()) {
            (Ok(lease), _) => {
                let folded = match self.rebase(&lease, base).await {
                    Ok((ground, base)) => self.fold(&lease, &ground, base).await,
                    Err(error) => Err(error),
                };
                (folded, Some(lease))
            }
            (Err(_), Some(first)) => {
                self.unwritten.store(true, Ordering::Relaxed);
                (Err(StateError::Stopped(first)), None)
            }
            (Err(StateError::Locked { holder, .. }), None) => {
                let warning = vec![left_to_the_next(holder.as_deref())];
                (Ok(Closed { version: base.version, changed: true, warnings: warning }), None)
            }
            (Err(error), None) => (Err(error), None),
        }
    }

    /// What is there now, and the view of this session with what it recorded on top of that.
    async fn rebase(&self, lease: &Lease, begun: Base) -> Result<(Ground, Base), StateError> {
        let mut ground = Ground::read(&self.ports, lease, self.chronicle.as_ref()).await?;
        if let Some(error) = ground.missed.take() {
            self.miss(error);
        }
        let mut view = ground.view.clone();
        for record in self.lock_own().iter().flat_map(|own| &own.records) {
            view.apply(record)?;
        }
        *self.lock_view() = view;
        let mut base = ground.base(&self.ports, &self.stack)?;
        if ground.version == begun.version {
            // Nobody folded anything meanwhile: what this session knows of the backups is right.
            base.backups = begun.backups;
        }
        Ok((ground, Base { journal: true, stopped: begun.stopped, ..base }))
    }

    async fn fold(&self, lease: &Lease, ground: &Ground, mut base: Base) -> Result<Closed, StateError> {
        let has_other_key = self.lock_next_key().is_some();
        let before = ground.version.as_ref();
        match base.stopped.clone() {
            None if !base.journal && !has_other_key => return Ok(closed(before, base.version, Vec::new())),
            // Nothing was begun: what was read could not be made safe.
            Some(first) if self.lock_own().is_none() && !base.backups.has_begun() => {
                return Err(StateError::Stopped(first));
            }
            _ => base.secure().await?,
        }
        let serial = base.next_serial();
        let mut content = self.content(serial)?;
        let is_same = base.version.is_some() && content.body == base.body && !has_other_key;
        let head = match is_same {
            true => None,
            false => self.enter_history(ground).await,
        };
        if head.is_some() {
            content = self.content(serial)?;
        }
        let store = &self.ports.store;
        let folded = match &base.version {
            Some(present) if is_same => {
                store.discard_journal(lease, present).await.map(|()| (present.clone(), Vec::new()))
            }
            present => match store.replace(lease, present.as_ref(), content.clone()).await {
                Ok(version) => Ok((version, base.backups.end(&content).await)),
                Err(error) => Err(error),
            },
        };
        match (folded, base.stopped) {
            (Ok((version, warnings)), _) => {
                self.write_history(head, &version, ground).await?;
                Ok(closed(before, Some(version), warnings))
            }
            (Err(_), Some(first)) => {
                self.unwritten.store(true, Ordering::Relaxed);
                Err(StateError::Stopped(first))
            }
            (Err(error), None) => Err(error),
        }
    }

    /// Where the history stands with what this session did, which the snapshot is to say. What stands against that is told
    /// in the end.
    async fn enter_history(&self, ground: &Ground) -> Option<HistoryHead> {
        let chronicle = self.chronicle.as_ref()?;
        // What a run wrote down that was cut off is in the history already.
        let is_more = !ground.replayed || self.with_view(|view| !view.same_content(&ground.view));
        if !is_more {
            return None;
        }
        let head = match chronicle.head(&ground.view, ground.version.as_ref()).await {
            Ok(head) => Some(head),
            Err(error) => {
                self.miss(error);
                chronicle.head_unread(&ground.view)
            }
        };
        if let Some(head) = &head {
            self.lock_view().set_history(head.clone());
        }
        head
    }

    async fn write_history(
        &self,
        head: Option<HistoryHead>,
        version: &Version,
        ground: &Ground,
    ) -> Result<(), StateError> {
        let missed = || self.missed.lock().unwrap_or_else(PoisonError::into_inner).take();
        let error = missed();
        if let (Some(chronicle), Some(head), None) = (&self.chronicle, head, &error) {
            let after = self.view();
            let written = chronicle.record(&head, (&ground.view, &after), version, self.fingerprints()).await;
            written.unwrap_or_else(|error| self.miss(error));
        }
        match error.or_else(missed) {
            None => Ok(()),
            Some(error) => {
                Err(StateError::History { stack: self.stack.clone().into(), source: Arc::new(error) })
            }
        }
    }

    fn miss(&self, error: StateError) {
        self.missed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }
}

fn closed(before: Option<&Version>, version: Option<Version>, warnings: Vec<String>) -> Closed {
    Closed { changed: version.as_ref() != before, version, warnings }
}

fn left_to_the_next(holder: Option<&Holder>) -> String {
    let who = holder.map_or_else(|| "somebody who has not said who it is".to_owned(), Holder::to_string);
    format!(
        "what was done is recorded, and is put into the snapshot by whoever works on the stack next: the lock was held \
         all the time by {who}"
    )
}

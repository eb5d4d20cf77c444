//! Locks and claims in memory.

use super::MemoryStore;
use super::kept::{Kept, taken};
use crate::StackName;
use crate::state::{Holder, Lease, LiveClaim, StateError, Wait};
use std::sync::Arc;
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(100);

/// Frees the lock when the last copy of the lease is dropped, as the end of a process does.
pub(super) struct Held {
    store: MemoryStore,
    stack: StackName,
    epoch: u64,
    /// Who was at work when the lock was taken. What they recorded is not seen under it, also when they are gone by now.
    pub beside: Vec<LiveClaim>,
    /// The claim for which it was taken again.
    pub claimed: Option<Lease>,
}

impl Held {
    fn free(&self, kept: &mut Kept) {
        if kept.epoch == self.epoch {
            kept.holder = None;
        }
        kept.end_claim(self.epoch);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut inner = self.store.inner();
        let kept = inner.stacks.entry(self.stack.clone()).or_default();
        self.free(kept);
    }
}

/// For what a lock is taken.
#[derive(Clone, Copy)]
pub(super) enum Taking<'t> {
    /// For all of a stack.
    All,
    /// For a part, after these claims have ended.
    Part(&'t [u64]),
    /// For who claimed something.
    Again(&'t Lease),
}

impl MemoryStore {
    /// The lock, or who is in the way.
    fn try_lock(
        &self,
        stack: &StackName,
        holder: &Holder,
        taking: Taking<'_>,
    ) -> Result<Lease, Option<Holder>> {
        let mut inner = self.inner();
        let kept = inner.stacks.entry(stack.clone()).or_default();
        if let Some(other) = &kept.holder {
            return Err(Some(other.clone()));
        }
        let in_the_way = kept.live().find(|live| match taking {
            Taking::All => true,
            Taking::Part(after) => after.contains(&live.epoch),
            Taking::Again(_) => false,
        });
        if let Some(other) = in_the_way {
            return Err(Some(other.holder));
        }
        let claimed = match taking {
            Taking::Again(claimed) => Some(claimed.clone()),
            Taking::All | Taking::Part(_) => None,
        };
        let own = claimed.as_ref().map(Lease::epoch);
        let beside = kept.live().filter(|live| Some(live.epoch) != own).collect();
        kept.holder = Some(holder.clone());
        kept.epoch += 1;
        let held = Held { store: self.clone(), stack: stack.clone(), epoch: kept.epoch, beside, claimed };
        Ok(Lease::new(stack.clone(), kept.epoch, Arc::new(held)))
    }

    pub(super) async fn take(
        &self,
        stack: &StackName,
        holder: &Holder,
        taking: Taking<'_>,
        wait: Wait<'_>,
    ) -> Result<Lease, StateError> {
        let deadline = self.clock.now() + wait.at_most;
        let mut told: Option<Option<Holder>> = None;
        loop {
            if let Taking::Again(claimed) = taking {
                self.check_claim(claimed)?;
            }
            let other = match self.try_lock(stack, holder, taking) {
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

    /// Who holds a claim; an error when it was taken away.
    pub(super) fn check_claim(&self, claimed: &Lease) -> Result<Holder, StateError> {
        let mut inner = self.inner();
        let kept = inner.stacks.entry(claimed.stack().clone()).or_default();
        let holder = kept.claims.get(&claimed.epoch()).and_then(|claim| claim.holder.clone());
        holder.ok_or_else(|| taken(kept, claimed))
    }
}

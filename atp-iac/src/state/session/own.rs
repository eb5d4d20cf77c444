//! What a session keeps of a stack for itself while others work on the rest.

use super::{Recording, StateSession};
use crate::Urn;
use crate::state::writer::Entry;
use crate::state::{Claim, LiveClaim, Record, StateError, StateView, output_urn};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// A part of a stack, and what was recorded of it.
pub(super) struct Own {
    pub claim: Claim,
    pub records: Vec<Record>,
}

impl StateSession {
    /// Who was at work when the session was opened. What they record is not seen by this one.
    pub(crate) fn beside(&self) -> &[LiveClaim] {
        &self.ground.beside
    }

    /// The state as an update is planned from it: what others who are at work found open, they settle themselves.
    pub(crate) fn planning_view(&self) -> StateView {
        let mut view = self.view();
        view.leave_open_calls(|urn| self.beside().iter().any(|live| live.claim.writes.contains(urn)));
        view
    }

    /// Keeps what an update touches, and gives the rest of the stack free: from then on, nothing else is recorded. Whether
    /// the store can do that; otherwise the lock stays. Nothing may have been recorded before.
    ///
    /// # Errors
    /// When what was read cannot be made safe, or the lock was lost. Nothing can be recorded then.
    pub(crate) async fn claim(&self, claim: Claim) -> Result<bool, StateError> {
        let (done, answer) = oneshot::channel();
        {
            let mut writing = self.lock_writing();
            let Some(writing) = &mut *writing else { return Err(StateError::Closed(self.stack.clone())) };
            writing.line.push(Entry { records: Vec::new(), prepares: true, done });
        }
        Recording { session: self, answer }.durable().await?;
        let claimed = self.ports.store.claim(&self.lease, &claim).await?;
        if claimed {
            *self.lock_own() = Some(Own { claim, records: Vec::new() });
        }
        Ok(claimed)
    }

    pub(super) fn lock_own(&self) -> MutexGuard<'_, Option<Own>> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// That a record is about what this session may write.
    pub(super) fn check_claim(&self, own: Option<&Own>, record: &Record) -> Result<(), StateError> {
        if own.is_none() && self.beside().is_empty() {
            return Ok(());
        }
        let refuse = |urn: Urn, reason: &str| {
            Err(StateError::Inconsistent { urn, reason: format!("{reason}, while others work on the stack") })
        };
        if let Record::Moved { .. } = record {
            return refuse(Urn::of_stack(&self.stack), "names of resources change");
        }
        let claimed_by_others = |urn: &Urn| {
            self.beside().iter().any(|live| live.claim.writes.contains(urn) || live.claim.reads.contains(urn))
        };
        for urn in record.urns(&self.stack) {
            match own {
                Some(own) if !own.claim.writes.contains(&urn) => {
                    return refuse(urn, "this update did not claim it");
                }
                None if claimed_by_others(&urn) => return refuse(urn, "another update claimed it"),
                _ => {}
            }
        }
        Ok(())
    }

    /// The record of the outputs of the stack, with these values; `None` when it says so already. Beside others, it is about
    /// the outputs alone that were claimed: the others may be newer than this session knows.
    pub(crate) fn record_of_outputs(&self, contract: u64, values: BTreeMap<String, Value>) -> Option<Record> {
        let view = self.lock_view();
        let own = self.lock_own();
        if *view.outputs() == values && view.contract() == contract {
            return None;
        }
        let Some(Own { claim, .. }) = &*own else { return Some(Record::Outputs { contract, values }) };
        if claim.writes.contains(&Urn::of_stack(&self.stack)) {
            return Some(Record::Outputs { contract, values });
        }
        let is_own = |name: &String| claim.writes.contains(&output_urn(&self.stack, name));
        let dropped = view.outputs().keys().filter(|name| is_own(name) && !values.contains_key(*name));
        let dropped: BTreeSet<String> = dropped.cloned().collect();
        let changed =
            |(name, value): &(String, Value)| is_own(name) && view.outputs().get(name) != Some(value);
        let values: BTreeMap<String, Value> = values.into_iter().filter(changed).collect();
        let is_something = !(values.is_empty() && dropped.is_empty());
        is_something.then_some(Record::SomeOutputs { contract, values, dropped })
    }
}

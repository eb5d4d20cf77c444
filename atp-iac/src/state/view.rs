//! A snapshot with the records of the journal applied to it.

mod moved;

use super::{HistoryHead, Intent, LastUpdate, Record, ResourceState, Snapshot, StateError};
use crate::urn::UrnMap;
use crate::value::Value;
use crate::{StackName, Urn};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is known of a stack, record by record. A clone is cheap enough to keep.
///
/// Invariant: a URN has at most one object that is not replaced, and no id twice.
/// Invariant: applying a record either succeeds or changes nothing.
#[derive(Debug, Clone)]
pub struct StateView {
    lineage: String,
    serial: u64,
    stack: StackName,
    contract: u64,
    outputs: BTreeMap<String, Value>,
    last_update: Option<LastUpdate>,
    history: Option<HistoryHead>,
    /// By the order in which they were first saved.
    resources: BTreeMap<u64, Arc<ResourceState>>,
    next: u64,
    present: UrnMap<u64>,
    replaced: BTreeMap<Urn, BTreeMap<String, u64>>,
    /// Of the operation that runs, by step.
    running: BTreeMap<u64, Intent>,
    /// Of operations that ended without a word about them.
    interrupted: BTreeMap<Urn, Vec<Intent>>,
}

impl StateView {
    /// The state as a snapshot has it.
    ///
    /// # Errors
    /// [`StateError::Duplicate`] when an object is in it twice.
    pub fn new(snapshot: Snapshot) -> Result<Self, StateError> {
        let Snapshot { lineage, serial, stack, contract, outputs, last_update, history, resources, pending } =
            snapshot;
        let mut view = StateView {
            lineage,
            serial,
            stack,
            contract,
            outputs,
            last_update,
            history,
            resources: BTreeMap::new(),
            next: 0,
            present: UrnMap::with_capacity_and_hasher(resources.len(), Default::default()),
            replaced: BTreeMap::new(),
            running: BTreeMap::new(),
            interrupted: BTreeMap::new(),
        };
        for resource in resources {
            view.load(resource)?;
        }
        for intent in pending {
            view.interrupted.entry(intent.urn.clone()).or_default().push(intent);
        }
        Ok(view)
    }

    fn load(&mut self, resource: ResourceState) -> Result<(), StateError> {
        let present = if resource.replaced { None } else { self.present.get(&resource.urn).copied() };
        let position = self.position(&resource.urn, &resource.id).or(present);
        if let Some(first) = position.and_then(|position| self.resources.get(&position)) {
            return Err(StateError::Duplicate {
                urn: resource.urn.clone(),
                first: first.id.clone(),
                second: resource.id,
            });
        }
        let position = self.next;
        self.put(position, resource);
        Ok(())
    }

    /// The state as a snapshot: the resources in order, and every intent without a result.
    pub fn to_snapshot(&self) -> Snapshot {
        Snapshot {
            lineage: self.lineage.clone(),
            serial: self.serial,
            stack: self.stack.clone(),
            contract: self.contract,
            outputs: self.outputs.clone(),
            last_update: self.last_update.clone(),
            history: self.history.clone(),
            resources: self.resources().cloned().collect(),
            pending: self.pending().cloned().collect(),
        }
    }

    /// The history that the state belongs to.
    pub fn lineage(&self) -> &str {
        &self.lineage
    }

    /// The serial of the snapshot that it started from.
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// Whose state it is.
    pub fn stack(&self) -> &StackName {
        &self.stack
    }

    /// Contract of the program that deployed the stack last.
    pub fn contract(&self) -> u64 {
        self.contract
    }

    /// Outputs of the stack.
    pub fn outputs(&self) -> &BTreeMap<String, Value> {
        &self.outputs
    }

    /// The update that was carried out last, or is being carried out: who did it, when, and how it ended.
    pub fn last_update(&self) -> Option<&LastUpdate> {
        self.last_update.as_ref()
    }

    /// Where the history of the stack stands, as the snapshot says it.
    pub fn history(&self) -> Option<&HistoryHead> {
        self.history.as_ref()
    }

    /// Says where the history stands from now on.
    pub(super) fn set_history(&mut self, head: HistoryHead) {
        self.history = Some(head);
    }

    /// Whether both say the same, apart from where the history stands.
    pub(super) fn same_content(&self, other: &StateView) -> bool {
        let StateView { contract, outputs, last_update, resources, running, interrupted, .. } = self;
        let same = |(one, other): (&Arc<ResourceState>, &Arc<ResourceState>)| {
            Arc::ptr_eq(one, other) || one == other
        };
        *contract == other.contract
            && *outputs == other.outputs
            && *last_update == other.last_update
            && *running == other.running
            && *interrupted == other.interrupted
            && resources.len() == other.resources.len()
            && resources.values().zip(other.resources.values()).all(same)
    }

    /// Every object, also those that were replaced, first saved first.
    pub fn resources(&self) -> impl ExactSizeIterator<Item = &ResourceState> {
        self.resources.values().map(|resource| &**resource)
    }

    /// The same, shared.
    pub fn shared_resources(&self) -> impl ExactSizeIterator<Item = &Arc<ResourceState>> {
        self.resources.values()
    }

    /// The present object of a resource.
    pub fn get(&self, urn: &Urn) -> Option<&ResourceState> {
        self.resources.get(self.present.get(urn)?).map(|resource| &**resource)
    }

    /// The object with this id, present or replaced.
    pub fn object(&self, urn: &Urn, id: &str) -> Option<&ResourceState> {
        self.resources.get(&self.position(urn, id)?).map(|resource| &**resource)
    }

    /// The objects of a resource that were replaced and not deleted yet, by id.
    pub fn replaced(&self, urn: &Urn) -> impl Iterator<Item = &ResourceState> {
        let copies = self.replaced.get(urn).into_iter().flat_map(BTreeMap::values);
        copies.filter_map(|position| self.resources.get(position)).map(|resource| &**resource)
    }

    /// What was begun and has no result: first what earlier operations left, then what runs now.
    pub fn pending(&self) -> impl Iterator<Item = &Intent> {
        self.interrupted.values().flatten().chain(self.running.values())
    }

    /// What earlier operations began and left without a result: it may or may not have happened.
    pub fn interrupted(&self) -> impl Iterator<Item = &Intent> {
        self.interrupted.values().flatten()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.interrupted.is_empty() && self.running.is_empty()
    }

    /// Leaves out what is open about some resources: somebody else looks what became of it.
    pub(super) fn leave_open_calls(&mut self, of: impl Fn(&Urn) -> bool) {
        self.interrupted.retain(|urn, _| !of(urn));
    }

    /// Nothing that is pending runs any more: its process is gone, or its operation ended.
    pub fn interrupt(&mut self) {
        for (_, intent) in std::mem::take(&mut self.running) {
            self.interrupted.entry(intent.urn.clone()).or_default().push(intent);
        }
    }

    /// Applies a record.
    ///
    /// # Errors
    /// [`StateError::Inconsistent`] when the record does not fit; nothing is changed then.
    pub fn apply(&mut self, record: &Record) -> Result<(), StateError> {
        match record {
            Record::Begin { operation, plan, at, by } => {
                self.interrupt();
                let (operation, plan, by) = (operation.clone(), plan.clone(), by.clone());
                self.last_update = Some(LastUpdate { operation, plan, at: *at, by, result: None });
            }
            Record::End { result } => {
                self.interrupt();
                if let Some(update) = &mut self.last_update {
                    update.result = Some(*result);
                }
            }
            Record::Intent(intent) => self.begin_step(intent)?,
            Record::Saved { step, resource } => {
                self.check_saved(resource)?;
                self.settle(*step, &resource.urn, Some(&resource.id))?;
                self.save(resource.clone());
            }
            Record::Removed { step, urn, id } => {
                self.settle(*step, urn, Some(id))?;
                self.remove(urn, id);
            }
            Record::Failed { step, urn, .. } => self.settle(Some(*step), urn, None)?,
            Record::MarkReplaced { urn, id } => self.mark_replaced(urn, id)?,
            Record::Moved { urns } => self.relocate(urns)?,
            Record::Outputs { contract, values } => {
                self.contract = *contract;
                self.outputs = values.clone();
            }
            Record::SomeOutputs { contract, values, dropped } => {
                self.contract = *contract;
                self.outputs.retain(|name, _| !dropped.contains(name));
                self.outputs.extend(values.clone());
            }
        }
        Ok(())
    }

    fn begin_step(&mut self, intent: &Intent) -> Result<(), StateError> {
        if self.running.contains_key(&intent.step) {
            return refuse(&intent.urn, format!("step {} runs already", intent.step));
        }
        self.running.insert(intent.step, intent.clone());
        Ok(())
    }

    /// An object must not vanish because another one takes its place.
    fn check_saved(&self, resource: &ResourceState) -> Result<(), StateError> {
        match self.get(&resource.urn) {
            Some(present)
                if !resource.replaced && !present.id.is_empty() && !same_id(&present.id, &resource.id) =>
            {
                let (old, new) = (&present.id, &resource.id);
                let reason =
                    format!("saving {new} would forget {old}; mark that as replaced, or remove it, first");
                refuse(&resource.urn, reason)
            }
            _ => Ok(()),
        }
    }

    fn settle(&mut self, step: Option<u64>, urn: &Urn, id: Option<&str>) -> Result<(), StateError> {
        let running = step.filter(|step| self.running.get(step).is_some_and(|intent| intent.urn == *urn));
        let left = self.interrupted.get(urn).map_or(0, Vec::len);
        if let Some(intents) = self.interrupted.get_mut(urn) {
            intents.retain(|intent| {
                let by_id = id.is_some_and(|id| same_id(id, &intent.id));
                let by_step = running.is_none() && step == Some(intent.step);
                let chosen_by_cloud = running.is_none() && id.is_some() && intent.id.is_empty();
                !(by_id || by_step || chosen_by_cloud)
            });
            let settled = intents.len() < left;
            if intents.is_empty() {
                self.interrupted.remove(urn);
            }
            if settled && running.is_none() {
                return Ok(());
            }
        }
        match (step, running) {
            (None, _) => Ok(()),
            (Some(_), Some(step)) => {
                self.running.remove(&step);
                Ok(())
            }
            (Some(step), None) => refuse(urn, format!("there is no intent for step {step}")),
        }
    }

    fn save(&mut self, resource: ResourceState) {
        let present = if resource.replaced { None } else { self.present.get(&resource.urn).copied() };
        let position = self.position(&resource.urn, &resource.id).or(present);
        for position in present.into_iter().chain(position) {
            self.take(position);
        }
        self.put(position.unwrap_or(self.next), resource);
    }

    fn remove(&mut self, urn: &Urn, id: &str) {
        if let Some(position) = self.position(urn, id) {
            self.take(position);
        }
    }

    fn mark_replaced(&mut self, urn: &Urn, id: &str) -> Result<(), StateError> {
        let present = self.present.get(urn).copied();
        match present.and_then(|position| Some((position, self.resources.get(&position)?))) {
            Some((position, resource)) if same_id(&resource.id, id) => {
                let resource = ResourceState { replaced: true, ..(**resource).clone() };
                self.take(position);
                self.put(position, resource);
                Ok(())
            }
            Some((_, resource)) => refuse(
                urn,
                format!("{id} cannot be marked as replaced: the present object is {}", resource.id),
            ),
            None => refuse(urn, format!("{id} cannot be marked as replaced: there is no present object")),
        }
    }

    /// Where the object with this id is, present or replaced.
    fn position(&self, urn: &Urn, id: &str) -> Option<u64> {
        if self.get(urn).is_some_and(|present| same_id(&present.id, id)) {
            return self.present.get(urn).copied();
        }
        let copies = self.replaced.get(urn)?;
        copies.iter().find(|(copy, _)| same_id(copy, id)).map(|(_, position)| *position)
    }

    fn put(&mut self, position: u64, resource: ResourceState) {
        if resource.replaced {
            let copies = self.replaced.entry(resource.urn.clone()).or_default();
            copies.insert(resource.id.clone(), position);
        } else {
            self.present.insert(resource.urn.clone(), position);
        }
        self.resources.insert(position, Arc::new(resource));
        self.next = self.next.max(position + 1);
    }

    fn take(&mut self, position: u64) {
        let Some(resource) = self.resources.remove(&position) else { return };
        if !resource.replaced {
            self.present.remove(&resource.urn);
            return;
        }
        if let Some(copies) = self.replaced.get_mut(&resource.urn) {
            copies.remove(&resource.id);
            if copies.is_empty() {
                self.replaced.remove(&resource.urn);
            }
        }
    }
}

fn refuse<T>(urn: &Urn, reason: String) -> Result<T, StateError> {
    Err(StateError::Inconsistent { urn: urn.clone(), reason })
}

/// Clouds do not agree with themselves about the case of ids.
fn same_id(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

#[cfg(test)]
mod tests {
    use super::super::{Action, Record};
    use super::*;
    use crate::testing::stores::sample::{intent, resource, stack, urn};

    fn view() -> StateView {
        StateView::new(Snapshot::empty(stack(), "lineage")).unwrap()
    }

    fn saved(step: Option<u64>, resource: ResourceState) -> Record {
        Record::Saved { step, resource }
    }

    fn ids(view: &StateView) -> Vec<&str> {
        view.resources().map(|resource| resource.id.as_str()).collect()
    }

    #[test]
    fn resources_keep_the_order_in_which_they_were_first_saved() {
        let mut view = view();
        for name in ["b", "a", "c"] {
            view.apply(&saved(None, resource(name))).unwrap();
        }
        view.apply(&saved(None, ResourceState { tainted: true, ..resource("b") })).unwrap();
        assert_eq!(ids(&view), ["/b", "/a", "/c"]);
        assert!(view.get(&urn("b")).unwrap().tainted);
    }

    #[test]
    fn an_intent_is_pending_until_its_result() {
        let mut view = view();
        view.apply(&Record::Intent(intent(1, Action::Create, "a"))).unwrap();
        view.apply(&Record::Intent(intent(2, Action::Create, "b"))).unwrap();
        assert_eq!(view.pending().count(), 2);
        view.apply(&saved(Some(1), resource("a"))).unwrap();
        view.apply(&Record::Failed { step: 2, urn: urn("b"), message: "refused".into() }).unwrap();
        assert_eq!(view.pending().count(), 0);
        assert_eq!(ids(&view), ["/a"]);
    }

    #[test]
    fn what_a_crashed_operation_began_is_settled_by_its_id_in_the_next_one() {
        let mut view = view();
        view.apply(&Record::Intent(intent(1, Action::Create, "a"))).unwrap();
        view.apply(&Record::Intent(intent(2, Action::Create, "b"))).unwrap();
        let mut view = StateView::new(view.to_snapshot()).unwrap();
        view.apply(&Record::Intent(intent(1, Action::Create, "c"))).unwrap();
        assert_eq!((view.pending().count(), view.interrupted().count()), (3, 2));
        view.apply(&saved(None, resource("a"))).unwrap();
        view.apply(&Record::Removed { step: None, urn: urn("b"), id: "/b".into() }).unwrap();
        assert_eq!((view.pending().count(), view.interrupted().count()), (1, 0));
        assert_eq!(ids(&view), ["/a"]);
    }

    #[test]
    fn an_interrupted_intent_for_another_id_is_not_forgotten() {
        let mut view = view();
        view.apply(&Record::Intent(intent(1, Action::Create, "a"))).unwrap();
        view.interrupt();
        let other = ResourceState { id: "/other".into(), ..resource("a") };
        view.apply(&Record::Intent(Intent { id: "/other".into(), ..intent(1, Action::Create, "a") }))
            .unwrap();
        view.apply(&saved(Some(1), other)).unwrap();
        assert_eq!(view.pending().map(|intent| intent.id.as_str()).collect::<Vec<_>>(), ["/a"]);
    }

    #[test]
    fn a_replaced_object_stays_beside_its_replacement_until_it_is_removed() {
        let mut view = view();
        view.apply(&saved(None, resource("a"))).unwrap();
        view.apply(&Record::MarkReplaced { urn: urn("a"), id: "/a".into() }).unwrap();
        assert!(view.get(&urn("a")).is_none());
        view.apply(&saved(None, ResourceState { id: "/a2".into(), ..resource("a") })).unwrap();
        assert_eq!(view.get(&urn("a")).unwrap().id, "/a2");
        assert_eq!(view.replaced(&urn("a")).map(|copy| copy.id.as_str()).collect::<Vec<_>>(), ["/a"]);
        view.apply(&Record::Removed { step: None, urn: urn("a"), id: "/a".into() }).unwrap();
        assert_eq!(ids(&view), ["/a2"]);
    }

    #[test]
    fn a_replaced_object_becomes_the_present_one_again_when_it_is_saved_so() {
        let mut view = view();
        view.apply(&saved(None, resource("a"))).unwrap();
        view.apply(&Record::MarkReplaced { urn: urn("a"), id: "/a".into() }).unwrap();
        view.apply(&saved(None, resource("a"))).unwrap();
        assert_eq!((ids(&view), view.replaced(&urn("a")).count()), (vec!["/a"], 0));
    }

    #[test]
    fn no_record_makes_an_object_vanish_behind_another() {
        let mut view = view();
        view.apply(&saved(None, resource("a"))).unwrap();
        let before = view.to_snapshot();
        let other = saved(None, ResourceState { id: "/other".into(), ..resource("a") });
        let error = view.apply(&other).unwrap_err().to_string();
        assert!(error.contains("saving /other would forget /a"), "{error}");
        let marks = Record::MarkReplaced { urn: urn("a"), id: "/other".into() };
        assert!(view.apply(&marks).is_err());
        assert!(view.apply(&saved(Some(9), resource("a"))).is_err(), "no intent has step 9");
        assert_eq!(view.to_snapshot(), before);
    }

    #[test]
    fn a_snapshot_with_an_object_twice_is_refused() {
        let twice = |second: ResourceState| {
            let resources = vec![resource("a"), second];
            StateView::new(Snapshot { resources, ..Snapshot::empty(stack(), "lineage") })
        };
        assert!(matches!(twice(resource("a")), Err(StateError::Duplicate { .. })));
        let other = ResourceState { id: "/other".into(), ..resource("a") };
        assert!(matches!(twice(other.clone()), Err(StateError::Duplicate { .. })));
        assert!(twice(ResourceState { replaced: true, ..other }).is_ok());
    }
}

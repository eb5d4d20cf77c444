//! How what a recovery file knows and what the state says go together.
//!
//! What both say stays. What only one of them says, or each says otherwise, the cloud decides: the object is read by its
//! id, and what was made a moment ago has time to show. Where the state waits for the result of a call that the file has,
//! nobody worked since, and the file is right.
//!
//! Invariant: an object that is there is in the state afterwards, whatever it was called before.

use super::{Engine, EngineError};
use crate::Urn;
use crate::apply::{RecoverError, adopted, look_until, provider_of, shows_until};
use crate::provider::Target;
use crate::state::{Action, Intent, Record, ResourceState, StateView};
use crate::value::Value;
use std::path::PathBuf;
use time::OffsetDateTime;

/// What the state is told of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// Its name.
    pub urn: Urn,
    /// Its id.
    pub id: String,
    /// What was found, for people.
    pub finding: &'static str,
}

/// What a recovery file adds to the state.
#[derive(Debug, Default)]
pub struct Merging {
    /// Object by object.
    pub found: Vec<Merged>,
    /// What the file was renamed to, once it was merged.
    pub retired: Option<PathBuf>,
    /// What could not be done, though the state is safe.
    pub warnings: Vec<String>,
    pub(super) records: Vec<Record>,
}

impl Merging {
    fn tell(
        &mut self,
        urn: &Urn,
        id: &str,
        finding: &'static str,
        records: impl IntoIterator<Item = Record>,
    ) {
        self.found.push(Merged { urn: urn.clone(), id: id.to_owned(), finding });
        self.records.extend(records);
    }
}

/// A merge under way.
struct Merge<'e> {
    engine: &'e Engine,
    begun: OffsetDateTime,
    merging: Merging,
}

/// What the state is to be told.
pub(super) async fn differences(
    engine: &Engine,
    now: &StateView,
    known: &StateView,
) -> Result<Merging, EngineError> {
    let mut merge = Merge { engine, begun: engine.clock.now(), merging: Merging::default() };
    let mut view = now.clone();
    for resource in known.resources() {
        let before = merge.merging.records.len();
        // Nobody settled what this one, or what takes its place, was waiting for: nobody worked since.
        let next = known.get(&resource.urn).filter(|_| resource.replaced).unwrap_or(resource);
        let open = is_open(now, &resource.urn, &resource.id) || is_open(now, &next.urn, &next.id);
        merge.object(&view, resource, open).await?;
        for record in &merge.merging.records[before..] {
            view.apply(record)?;
        }
    }
    for resource in now.resources().filter(|one| known.object(&one.urn, &one.id).is_none()) {
        merge.left_out(now, known, resource).await?;
    }
    for intent in known.pending().filter(|intent| !is_open(now, &intent.urn, &intent.id)) {
        merge.open_call(&view, intent).await?;
    }
    let same_update = now.last_update().map(|update| (&update.by, update.at))
        == known.last_update().map(|update| (&update.by, update.at));
    if same_update && (now.outputs() != known.outputs() || now.contract() != known.contract()) {
        let (contract, values) = (known.contract(), known.outputs().clone());
        let stack = Urn::of_stack(now.stack());
        merge.merging.tell(&stack, "", "the outputs of the stack", [Record::Outputs { contract, values }]);
    }
    Ok(merge.merging)
}

impl Merge<'_> {
    /// An object that the file has.
    async fn object(
        &mut self,
        now: &StateView,
        resource: &ResourceState,
        open: bool,
    ) -> Result<(), EngineError> {
        let (urn, id) = (&resource.urn, resource.id.as_str());
        let lives_in_state = provider_of(resource, &self.engine.providers)?.lives_in_state(&resource.kind);
        match now.object(urn, id) {
            Some(present) if present.same_content(resource) => {}
            Some(_) if open => {
                self.merging.tell(
                    urn,
                    id,
                    "its call has ended, and this is what came of it",
                    [saved(resource.clone())],
                );
            }
            Some(_) if lives_in_state => {}
            Some(present) if same_object(present, resource) => {}
            Some(present) => {
                let found = self.look(resource).await?;
                let Some(outputs) = found else {
                    let removed = Record::Removed { step: None, urn: urn.clone(), id: id.to_owned() };
                    self.merging.tell(urn, id, "it is gone from the cloud", [removed]);
                    return Ok(());
                };
                let outputs = present.lifecycle.guard(outputs, &present.inputs);
                if outputs == present.outputs {
                    return Ok(());
                }
                let (finding, right) = match outputs == resource.outputs.clone() {
                    true => ("the cloud says what the file says", resource.clone()),
                    false => {
                        let other = ResourceState { outputs, incomplete: true, ..present.clone() };
                        ("the cloud says something else than both: the next `up` brings it in order", other)
                    }
                };
                self.merging.tell(
                    urn,
                    id,
                    finding,
                    [saved(ResourceState { replaced: present.replaced, ..right })],
                );
            }
            None if is_known(now, id) || lives_in_state && now.get(urn).is_some() => {}
            None if lives_in_state => {
                self.merging.tell(
                    urn,
                    id,
                    "the state did not know it",
                    [saved(fitting(resource.clone(), now))],
                );
            }
            None => self.unknown_object(now, resource).await?,
        }
        Ok(())
    }

    /// An object that the state does not have.
    async fn unknown_object(&mut self, now: &StateView, resource: &ResourceState) -> Result<(), EngineError> {
        let (urn, id) = (&resource.urn, resource.id.as_str());
        match (self.look(resource).await?, now.get(urn)) {
            (None, _) => {}
            (Some(_), None) => {
                self.merging.tell(
                    urn,
                    id,
                    "it is there, and the state did not know it",
                    [saved(fitting(resource.clone(), now))],
                );
            }
            (Some(_), Some(_)) => {
                let copy = ResourceState { replaced: true, ..fitting(resource.clone(), now) };
                let finding = "it is there beside another one of its name: the next `up` deletes it";
                self.merging.tell(urn, id, finding, [saved(copy)]);
            }
        }
        Ok(())
    }

    /// An object of the state that the file does not have: it was deleted, or was made since.
    async fn left_out(
        &mut self,
        now: &StateView,
        known: &StateView,
        resource: &ResourceState,
    ) -> Result<(), EngineError> {
        let lives_in_state = provider_of(resource, &self.engine.providers)?.lives_in_state(&resource.kind);
        let (urn, id) = (&resource.urn, resource.id.as_str());
        let ended = is_open(now, urn, id) && !is_open(known, urn, id);
        if lives_in_state || !ended && self.look(resource).await?.is_some() {
            return Ok(());
        }
        let removed = Record::Removed { step: None, urn: urn.clone(), id: id.to_owned() };
        self.merging.tell(urn, id, "it was deleted", [removed]);
        Ok(())
    }

    /// A call of which neither knows what came of it.
    async fn open_call(&mut self, now: &StateView, intent: &Intent) -> Result<(), EngineError> {
        if intent.action != Action::Create || intent.id.is_empty() || is_known(now, &intent.id) {
            return Ok(());
        }
        let resource = adopted(intent, Value::Null, intent.at);
        if provider_of(&resource, &self.engine.providers)?.lives_in_state(&resource.kind) {
            return Ok(());
        }
        if let Some(outputs) = self.look(&resource).await? {
            let outputs = intent.lifecycle.guard(outputs, &intent.inputs);
            self.unknown_object(now, &ResourceState { outputs, ..resource }).await?;
        }
        Ok(())
    }

    async fn look(&self, resource: &ResourceState) -> Result<Option<Value>, EngineError> {
        let provider = provider_of(resource, &self.engine.providers)?;
        let target = Target { kind: &resource.kind, id: &resource.id, inputs: &resource.inputs };
        let (limits, timeout) = (self.engine.limits(), resource.lifecycle.timeouts.read);
        let until = shows_until(provider.as_ref(), resource.modified, self.begun);
        let read = look_until(provider.as_ref(), target, timeout, limits, until).await;
        Ok(read.map_err(|error| RecoverError::Provider { urn: resource.urn.clone(), error })?)
    }
}

fn saved(resource: ResourceState) -> Record {
    Record::Saved { step: None, resource }
}

/// Whether a call about an object is open.
fn is_open(view: &StateView, urn: &Urn, id: &str) -> bool {
    view.pending().any(|intent| intent.urn == *urn && intent.id.eq_ignore_ascii_case(id))
}

/// Whether an object is in the state under any name.
fn is_known(view: &StateView, id: &str) -> bool {
    view.resources().any(|one| one.id.eq_ignore_ascii_case(id))
}

/// Whether both say the same of the object itself.
fn same_object(a: &ResourceState, b: &ResourceState) -> bool {
    a.inputs == b.inputs && a.outputs == b.outputs && a.replaced == b.replaced
}

/// Without dependencies that the state does not have.
fn fitting(mut resource: ResourceState, now: &StateView) -> ResourceState {
    resource.dependencies.retain(|urn| now.get(urn).is_some());
    let lifecycle = &mut resource.lifecycle;
    lifecycle.deleted_with = lifecycle.deleted_with.take().filter(|urn| now.get(urn).is_some());
    resource
}

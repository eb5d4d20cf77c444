//! Reading the cloud for its own sake: what differs from the state, and making the state say so.
//!
//! Invariant: nothing that was found is lost. What the cloud changed of what the program gave goes into the recorded inputs,
//! too, so that the next plan shows the change back.

use super::history::tell_reading;
use super::{Deployment, Engine, EngineError, Planned};
use crate::apply::{Interrupt, Look, RefreshError, look, provider_of, read, readable, recover};
use crate::diff::Change;
use crate::output::Resolver;
use crate::plan::{Selected, Selection};
use crate::provider::{Existing, Provider};
use crate::secrets::Fingerprints;
use crate::state::{Record, ResourceState, StateSession, StateView, read_state};
use crate::value::Value;
use crate::{StackName, Urn};
use futures::{FutureExt, StreamExt};
use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;

/// How to refresh.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefreshOptions {
    /// What is read.
    pub selection: Selection,
    /// Runs the program, too, for the outputs of the stack.
    pub run_program: bool,
}

/// An object that is otherwise than the state says.
#[derive(Debug, Clone, PartialEq)]
pub struct Drifted {
    /// Of which resource.
    pub urn: Urn,
    /// Its type.
    pub kind: String,
    /// Its id, as the state has it.
    pub id: String,
    /// Where it was declared.
    pub location: Option<String>,
    /// What differs.
    pub finding: Finding,
}

/// In which way an object is otherwise.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// It is not there any more.
    Gone,
    /// What the program gave was changed. Secrets are marked.
    Changed(Vec<Change>),
}

/// What reading the cloud showed.
#[derive(Debug, Default)]
pub struct Reading {
    /// How many objects were read.
    pub read: usize,
    /// What differs, in the order of the state.
    pub drifted: Vec<Drifted>,
    /// What could not be read. Of that, the state stays as it is.
    pub failures: Vec<RefreshError>,
    /// Whether it was asked to stop before all was read.
    pub interrupted: bool,
    /// What could not be done beside it, such as a backup of the state.
    pub warnings: Vec<String>,
    /// Tells secrets apart; `None` of a stack without a state.
    pub fingerprints: Option<Fingerprints>,
}

impl Reading {
    /// Whether everything was read.
    pub fn is_complete(&self) -> bool {
        self.failures.is_empty() && !self.interrupted
    }

    fn take(&mut self, resource: &ResourceState, looked: &Look) {
        self.read += 1;
        let finding = match looked {
            Look::Same | Look::Changed { .. } => return,
            Look::Gone => Finding::Gone,
            Look::Drifted { changes, .. } => Finding::Changed(changes.clone()),
        };
        let ResourceState { urn, kind, id, location, .. } = resource.clone();
        self.drifted.push(Drifted { urn, kind, id, location, finding });
    }

    fn sort(&mut self, state: &StateView) {
        let order: BTreeMap<(&Urn, &str), usize> =
            state.resources().enumerate().map(|(at, one)| ((&one.urn, one.id.as_str()), at)).collect();
        self.drifted.sort_by_key(|one| order.get(&(&one.urn, one.id.as_str())).copied());
    }
}

/// What is read together: the objects of one type, of which a provider may be able to list all at once.
fn groups<'s>(resources: impl Iterator<Item = &'s ResourceState>) -> Vec<Vec<&'s ResourceState>> {
    let mut groups: BTreeMap<(&str, &str), Vec<&ResourceState>> = BTreeMap::new();
    for resource in resources {
        groups.entry((&resource.provider, &resource.kind)).or_default().push(resource);
    }
    groups.into_values().collect()
}

impl Engine {
    /// What differs between the state and the cloud. Takes no lock and writes nothing.
    ///
    /// # Errors
    /// When the state cannot be read, or a pattern means nothing in it. What cannot be read of the cloud is in the result.
    pub async fn drift(&self, name: &StackName, selection: &Selection) -> Result<Reading, EngineError> {
        let Some(state) = read_state(self.store.as_ref(), name, self.keys.as_ref()).await? else {
            return Ok(Reading::default());
        };
        self.learn(&state.view);
        let selected = selection.of_state(&state.view)?;
        let mut reading = Reading { fingerprints: Some(state.fingerprints), ..Reading::default() };
        let resources: Vec<&ResourceState> = readable(&state.view, &self.providers, &selected).collect();
        for (resource, observed) in read(&resources, &self.providers, self.parallel, self.limits()).await {
            match observed {
                Ok(observed) => {
                    let provider = provider_of(resource, &self.providers)?;
                    reading.take(resource, &look(resource, observed, provider.as_ref()));
                }
                Err(error) => reading.failures.push(error),
            }
        }
        Ok(reading)
    }

    /// Makes the state say what the cloud says, and calls nothing else. What was read is written down as it comes, also when
    /// the rest cannot be read or the run is interrupted.
    ///
    /// # Errors
    /// When the state cannot be locked, read or written, or a pattern means nothing in it; when the program runs, what it
    /// returns. What cannot be read of the cloud is in the result.
    pub async fn refresh(
        &self,
        deployment: &Deployment,
        options: &RefreshOptions,
        interrupt: &Interrupt,
    ) -> Result<Reading, EngineError> {
        let session = self.open_for(&deployment.name, "refresh").await?;
        let result = self.refresh_locked(&session, deployment, options, interrupt).await;
        if let Some(chronicle) = session.chronicle() {
            chronicle.tell(|account| tell_reading(account, &result, &deployment.name));
        }
        let (mut reading, closed) = self.finish(&session, result).await?;
        reading.warnings = closed.warnings;
        Ok(reading)
    }

    async fn refresh_locked(
        &self,
        session: &StateSession,
        deployment: &Deployment,
        options: &RefreshOptions,
        interrupt: &Interrupt,
    ) -> Result<Reading, EngineError> {
        self.learn(&session.view());
        let recovery = recover(&session.view(), &self.providers, self.limits()).await?;
        session.record_all(recovery.records).await?;
        let view = session.view();
        let selected = options.selection.of_state(&view)?;
        let mut reading = self.read_into(session, &view, &selected, interrupt).await?;
        if options.run_program && reading.is_complete() {
            self.refresh_outputs(session, deployment).await?;
        }
        reading.fingerprints = Some(session.fingerprints().clone());
        Ok(reading)
    }

    async fn read_into(
        &self,
        session: &StateSession,
        view: &StateView,
        selected: &Selected,
        interrupt: &Interrupt,
    ) -> Result<Reading, EngineError> {
        let groups = groups(readable(view, &self.providers, selected));
        let together = groups.len().clamp(1, self.parallel);
        let each = (self.parallel / together).max(1);
        let reads: Vec<_> =
            groups.iter().map(|group| read(group, &self.providers, each, self.limits())).collect();
        let mut reads = futures::stream::iter(reads).buffer_unordered(together);
        let mut reading = Reading::default();
        loop {
            let mut raised = pin!(interrupt.raised().fuse());
            let group = futures::select_biased! {
                () = raised => {
                    reading.interrupted = true;
                    break;
                }
                group = reads.next().fuse() => group,
            };
            let Some(group) = group else { break };
            let mut looks = Vec::with_capacity(group.len());
            for (resource, observed) in group {
                match observed {
                    Ok(observed) => {
                        let provider = provider_of(resource, &self.providers)?.as_ref();
                        let looked = look(resource, observed, provider);
                        reading.take(resource, &looked);
                        looks.push((resource, looked, provider));
                    }
                    Err(error) => reading.failures.push(error),
                }
            }
            session.record_all(session.with_view(|now| records(now, looks))).await?;
        }
        reading.sort(view);
        Ok(reading)
    }

    /// The outputs of the stack, as the program computes them from what is there. One that needs something that is gone is
    /// dropped, and one that cannot be computed without a plan stays as it is.
    async fn refresh_outputs(
        &self,
        session: &StateSession,
        deployment: &Deployment,
    ) -> Result<(), EngineError> {
        let desired = self.declare_after(deployment, &Planned::new()).await?;
        let view = session.view();
        // Outputs of another contract are for the next `up` to give.
        if desired.contract != view.contract() {
            return Ok(());
        }
        let is_query = |urn: &Urn| desired.registrations.iter().any(|one| one.is_query && one.urn == *urn);
        let mut values = BTreeMap::new();
        for (name, before) in view.outputs() {
            let Some(expression) = desired.outputs.get(name) else { continue };
            if expression.dependencies().iter().any(|urn| view.get(urn).is_none() && !is_query(urn)) {
                continue;
            }
            let now = expression.resolve(&Present(&view)).map_err(|error| {
                crate::ProgramError::Other(format!(
                    "the output `{name}` of the stack cannot be computed: {error}"
                ))
            })?;
            values.insert(name.clone(), if now.has_unknown() { before.clone() } else { now });
        }
        if values != *view.outputs() {
            session.record(Record::Outputs { contract: view.contract(), values }).await?;
        }
        Ok(())
    }
}

struct Present<'v>(&'v StateView);

impl Resolver for Present<'_> {
    fn outputs(&self, urn: &Urn) -> Option<&Value> {
        self.0.get(urn).map(|resource| &resource.outputs)
    }
}

/// What the state is told of objects that were looked at together.
fn records(now: &StateView, looks: Vec<(&ResourceState, Look, &dyn Provider)>) -> Vec<Record> {
    let mut removed = Vec::new();
    let mut gone = BTreeMap::new();
    let mut saved: BTreeMap<&Urn, ResourceState> = BTreeMap::new();
    for (read, looked, provider) in looks {
        // Another group may have let it go of what is gone.
        let Some(resource) = now.object(&read.urn, &read.id) else { continue };
        match looked {
            Look::Same => {}
            Look::Gone => {
                removed.push(Record::Removed { step: None, urn: read.urn.clone(), id: read.id.clone() });
                if !resource.replaced {
                    gone.insert(&resource.urn, &resource.dependencies);
                }
            }
            Look::Changed { outputs } => {
                saved.insert(&resource.urn, with_outputs(resource, outputs));
            }
            Look::Drifted { changes, outputs } => {
                saved.insert(&resource.urn, with_drift(resource, &changes, outputs, provider));
            }
        }
    }
    if !gone.is_empty() {
        for resource in now.resources().filter(|one| !one.replaced && !gone.contains_key(&one.urn)) {
            if let Some(pruned) = pruned(saved.get(&resource.urn).unwrap_or(resource), &gone) {
                saved.insert(&resource.urn, pruned);
            }
        }
    }
    for (urn, resource) in saved {
        if let Some(old) = now.get(urn).filter(|old| !old.id.eq_ignore_ascii_case(&resource.id)) {
            removed.push(Record::Removed { step: None, urn: urn.clone(), id: old.id.clone() });
        }
        removed.push(Record::Saved { step: None, resource });
    }
    removed
}

/// With the new outputs. Where the cloud calls it otherwise by now, so does the state.
fn with_outputs(resource: &ResourceState, outputs: Value) -> ResourceState {
    let id = |outputs: &Value| outputs.get("id").and_then(|id| id.exposed().as_str().map(str::to_owned));
    let had_it = id(&resource.outputs).is_some_and(|id| id == resource.id);
    let id = id(&outputs).filter(|id| had_it && !id.is_empty()).unwrap_or_else(|| resource.id.clone());
    ResourceState { id, outputs, ..resource.clone() }
}

/// With what was changed outside as if the program had said it.
fn with_drift(
    resource: &ResourceState,
    changes: &[Change],
    outputs: Value,
    provider: &dyn Provider,
) -> ResourceState {
    let said = |inputs, change: &Change| change.path.put(inputs, change.after.clone());
    let inputs = changes.iter().fold(resource.inputs.clone(), said);
    let inputs = inputs.with_secrets_of(&resource.inputs);
    let found = ResourceState { inputs, ..with_outputs(resource, outputs) };
    let existing = Existing { id: &found.id, inputs: &found.inputs, outputs: &found.outputs };
    // Where the difference cannot be said in inputs, the next update still has to know of it.
    let lost = provider.diff(&found.kind, &existing, &resource.inputs).is_empty();
    ResourceState { incomplete: found.incomplete || lost, ..found }
}

/// Without what is gone; what that depended on takes its place, so that the order of deletions stays.
fn pruned(resource: &ResourceState, gone: &BTreeMap<&Urn, &Vec<Urn>>) -> Option<ResourceState> {
    let lost = |urn: &Urn| gone.contains_key(urn);
    let container = resource.lifecycle.deleted_with.as_ref().filter(|urn| lost(urn));
    if container.is_none() && !resource.dependencies.iter().any(lost) {
        return None;
    }
    let (mut left, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let mut open: Vec<&Urn> = resource.dependencies.iter().collect();
    while let Some(urn) = open.pop() {
        match gone.get(urn) {
            Some(further) if seen.insert(urn) => open.extend(further.iter()),
            Some(_) => {}
            None => drop(left.insert(urn.clone())),
        }
    }
    let mut pruned = ResourceState { dependencies: left.into_iter().collect(), ..resource.clone() };
    pruned.lifecycle.deleted_with = pruned.lifecycle.deleted_with.filter(|urn| !lost(urn));
    Some(pruned)
}

//! One step: the intent, the call, the result.
//!
//! The intent and the result are put in line to be written; the executor waits until they are durable. Whatever waits for
//! a step can put its intent in line behind the result, and both become durable at once.

use super::adopt::adopts;
use super::event::FailureCause;
use super::hooks::{self, RETRIES, hooks, moments, retry};
use super::interrupt::Interrupt;
use super::limit::{GivenUp, Limits};
use super::queries::answer;
use crate::plan::{Operation, Work};
use crate::provider::{Existing, Object, Provider, ProviderError, ProviderErrorKind, Request, Target};
use crate::resource::{Hook, HookCall, HookMoment, Timeouts};
use crate::state::{
    Action, Intent, Lifecycle, Record, Recording, ResourceState, StateError, StateSession, StateView,
};
use crate::value::Value;
use futures::FutureExt;
use std::borrow::Cow;
use std::time::Duration;
use time::OffsetDateTime;

impl From<Action> for Work {
    fn from(action: Action) -> Self {
        match action {
            Action::Create => Work::Create,
            Action::Update => Work::Update,
            Action::Delete => Work::Delete,
        }
    }
}

fn lost() -> FailureCause {
    FailureCause::Inputs("the state lost the resource".into())
}

impl From<GivenUp> for FailureCause {
    fn from(given_up: GivenUp) -> Self {
        match given_up {
            GivenUp::Panicked => FailureCause::Panic,
            GivenUp::TimedOut(_) => FailureCause::Provider(given_up.into()),
        }
    }
}

/// That an object has an id and properties.
fn fit(object: &Object) -> Result<(), FailureCause> {
    let malformed = |what: &str| Err(FailureCause::Malformed { what: what.to_owned() });
    match object {
        Object { id, .. } if id.is_empty() => malformed("the resource has no id"),
        Object { outputs: Value::Map(_), .. } => Ok(()),
        Object { outputs, .. } => malformed(&format!("its outputs are {}, and not a map", outputs.kind())),
    }
}

/// What does not fit the state is a matter of this step; what cannot be written is one of the run.
fn kept(error: StateError) -> FailureCause {
    match error {
        StateError::Unknown { .. } | StateError::TooDeep { .. } | StateError::Inconsistent { .. } => {
            FailureCause::Malformed { what: error.to_string() }
        }
        other => FailureCause::State(other),
    }
}

/// What a step runs with.
pub(super) struct StepContext<'a> {
    pub session: &'a StateSession,
    pub provider: &'a dyn Provider,
    pub limits: Limits<'a>,
    pub interrupt: &'a Interrupt,
    pub number: u64,
    /// What the state will keep of the options, all of it known.
    pub lifecycle: Cow<'a, Lifecycle>,
}

/// A step that went well.
#[derive(Default)]
pub(super) struct Done<'a> {
    /// The answer of a query.
    pub answer: Option<Value>,
    /// The result, which is not durable yet; `None` when there is nothing to write.
    pub recording: Option<Recording<'a>>,
}

impl<'a> StepContext<'a> {
    /// Puts in line what is about to be done; it is begun once that is durable, and with it everything before it. A
    /// check does nothing that has to wait.
    pub(super) fn intend(
        &self,
        operation: &Operation,
        work: Work,
        inputs: &Value,
    ) -> Result<Option<Recording<'a>>, FailureCause> {
        let old = || operation.old.as_deref().ok_or_else(lost);
        let intent = match work {
            Work::Check => return Ok(None),
            Work::Read | Work::Forget => None,
            Work::Create => {
                let id = self.provider.id(&operation.kind, inputs).unwrap_or_default();
                if operation.keeps_old() && old().is_ok_and(|old| old.id.eq_ignore_ascii_case(&id)) {
                    return Err(FailureCause::Diverged { path: "id".into() });
                }
                Some(self.intent(operation, Action::Create, id, inputs.clone(), false))
            }
            Work::Update => {
                let id = old()?.id.clone();
                Some(self.intent(operation, Action::Update, id, inputs.clone(), false))
            }
            Work::Delete => {
                let old = old()?;
                // The copy to delete is a replaced one, unless nothing has taken its place.
                let present =
                    |view: &StateView| view.get(&old.urn).is_some_and(|present| present.id == old.id);
                let replaced = !self.session.with_view(present);
                Some(self.intent(operation, Action::Delete, old.id.clone(), Value::Null, replaced))
            }
        };
        let records = intent.map(Record::Intent).into_iter().collect();
        self.session.begin_recording(records).map(Some).map_err(FailureCause::State)
    }

    /// Does it, and runs the hooks that come after it. `inputs` are not looked at for a delete.
    pub(super) async fn run(
        &self,
        operation: &Operation,
        work: Work,
        inputs: Value,
    ) -> Result<Done<'a>, FailureCause> {
        let after = moments(work).map(|(_, after)| (after, hooks(operation, after)));
        let Some((moment, hooks)) = after.filter(|(_, hooks)| !hooks.is_empty()) else {
            return self.work(operation, work, inputs).await;
        };
        let Done { answer, recording } = self.work(operation, work, inputs.clone()).await?;
        if let Some(recording) = recording {
            recording.durable().await.map_err(FailureCause::State)?;
        }
        self.run_hooks(operation, moment, &hooks, &inputs).await?;
        Ok(Done { answer, recording: None })
    }

    /// Runs hooks, up to the first that fails.
    pub(super) async fn run_hooks(
        &self,
        operation: &Operation,
        moment: HookMoment,
        hooks: &[Hook],
        inputs: &Value,
    ) -> Result<(), FailureCause> {
        hooks::run(hooks, &self.hook_call(operation, moment, inputs)).await
    }

    fn hook_call(&self, operation: &Operation, moment: HookMoment, inputs: &Value) -> HookCall {
        let old = operation.old.as_deref().map(|old| (old.id.clone(), old.outputs.clone()));
        let now = || {
            let now =
                |view: &StateView| view.get(&operation.urn).map(|now| (now.id.clone(), now.outputs.clone()));
            self.session.with_view(now)
        };
        let (id, outputs) = match moment {
            HookMoment::BeforeCreate => (self.provider.id(&operation.kind, inputs), None),
            HookMoment::BeforeUpdate | HookMoment::BeforeDelete => old.unzip(),
            HookMoment::AfterCreate | HookMoment::AfterUpdate => now().unzip(),
            HookMoment::AfterDelete => (old.map(|(id, _)| id), None),
        };
        let inputs = match &operation.old {
            Some(old) if moment.is_delete() => old.inputs.clone(),
            _ => inputs.clone(),
        };
        HookCall { urn: operation.urn.clone(), moment, id, inputs, outputs }
    }

    async fn work(&self, operation: &Operation, work: Work, inputs: Value) -> Result<Done<'a>, FailureCause> {
        match work {
            Work::Read => {
                let answer = Some(self.read(operation, inputs).await?);
                Ok(Done { answer, recording: None })
            }
            Work::Create => self.create(operation, inputs).await,
            Work::Update => self.update(operation, inputs).await,
            Work::Delete => self.delete(operation).await,
            Work::Check => self.check(operation),
            Work::Forget => self.forget(operation),
        }
    }

    async fn create(&self, operation: &Operation, inputs: Value) -> Result<Done<'a>, FailureCause> {
        let request = Request { kind: &operation.kind, inputs: &inputs, timeout: self.limit(Work::Create) };
        let create = || self.provider.create(request);
        let (object, error) = match self.call(operation, Work::Create, &inputs, create).await {
            Err(FailureCause::Provider(error)) if adopts(operation, &error) => {
                return self.adopt(operation, inputs, error).await;
            }
            called => called?,
        };
        fit(&object)?;
        let marked = self.replaced_by(operation, &object.id);
        let created = self.limits.clock.now();
        let saved = self.saved(operation, inputs, object, created, error.is_some());
        self.end(marked.into_iter().chain([saved]).collect(), error).await
    }

    async fn update(&self, operation: &Operation, inputs: Value) -> Result<Done<'a>, FailureCause> {
        let old = operation.old.as_deref().ok_or_else(lost)?;
        self.bring(operation, old, inputs, Work::Update).await
    }

    /// Brings an object to these inputs, as this work: it has the time and the retries of that.
    pub(super) async fn bring(
        &self,
        operation: &Operation,
        old: &ResourceState,
        inputs: Value,
        work: Work,
    ) -> Result<Done<'a>, FailureCause> {
        let request = Request { kind: &operation.kind, inputs: &inputs, timeout: self.limit(work) };
        let existing = Existing { id: &old.id, inputs: &old.inputs, outputs: &old.outputs };
        let update = || self.provider.update(request, &existing);
        let (mut object, error) = self.call(operation, work, &inputs, update).await?;
        fit(&object)?;
        object.outputs = self.lifecycle.guard(object.outputs, &inputs);
        // After a half-done update the old inputs stay, so that the next plan sees what is still to do.
        let kept = if error.is_some() { old.inputs.clone() } else { inputs };
        let marked = self.replaced_by(operation, &object.id);
        let saved = self.saved(operation, kept, object, old.created, error.is_some());
        self.end(marked.into_iter().chain([saved]).collect(), error).await
    }

    /// That another object than this one, which is to be the present one, is replaced. It is deleted by a later step; until
    /// then the state knows both.
    pub(super) fn replaced_by(&self, operation: &Operation, id: &str) -> Option<Record> {
        let present =
            self.session.with_view(|view| view.get(&operation.urn).map(|present| present.id.clone()));
        let other = present.filter(|present| !present.eq_ignore_ascii_case(id));
        other.map(|id| Record::MarkReplaced { urn: operation.urn.clone(), id })
    }

    async fn delete(&self, operation: &Operation) -> Result<Done<'a>, FailureCause> {
        let old = operation.old.as_deref().ok_or_else(lost)?;
        let target = Target { kind: &old.kind, id: &old.id, inputs: &old.inputs };
        let delete = || async {
            self.provider.delete(target, self.limit(Work::Delete)).await?;
            Ok(Object { id: old.id.clone(), outputs: Value::Null })
        };
        self.call(operation, Work::Delete, &old.inputs, delete).await?;
        let (urn, id) = (old.urn.clone(), old.id.clone());
        self.end(vec![Record::Removed { step: Some(self.number), urn, id }], None).await
    }

    /// Nothing is written: the answer is not part of the state.
    async fn read(&self, operation: &Operation, inputs: Value) -> Result<Value, FailureCause> {
        let limit = self.limit(Work::Read);
        let call = answer(self.provider, &operation.kind, &inputs, limit);
        match self.limits.wait(Some(limit), call).await {
            Ok(answered) => answered.map_err(FailureCause::Provider),
            Err(given_up) => Err(given_up.into()),
        }
    }

    /// Nothing is called: only what the program says besides properties may have changed.
    fn check(&self, operation: &Operation) -> Result<Done<'a>, FailureCause> {
        let Some(old) = &operation.old else { return Ok(Done::default()) };
        let dependencies: Vec<_> = operation.dependencies.iter().cloned().collect();
        let is_known = old.dependencies == dependencies && old.lifecycle == *self.lifecycle;
        if is_known && old.kind == operation.kind {
            return Ok(Done::default());
        }
        let (kind, lifecycle) = (operation.kind.clone(), self.lifecycle.clone().into_owned());
        let outputs = lifecycle.guard(old.outputs.clone(), &old.inputs);
        let resource = ResourceState { kind, dependencies, lifecycle, outputs, ..old.as_ref().clone() };
        self.begin_recording(vec![Record::Saved { step: None, resource }])
    }

    /// Nothing is called: the resource stays, and the state does not know of it any more.
    fn forget(&self, operation: &Operation) -> Result<Done<'a>, FailureCause> {
        let Some(old) = &operation.old else { return Ok(Done::default()) };
        let (urn, id) = (old.urn.clone(), old.id.clone());
        self.begin_recording(vec![Record::Removed { step: None, urn, id }])
    }

    /// How long a call may take.
    pub(super) fn limit(&self, work: Work) -> Duration {
        let Timeouts { create, read, update, delete } = self.lifecycle.timeouts;
        let own = match work {
            Work::Create => create,
            Work::Update => update,
            Work::Delete => delete,
            Work::Read | Work::Check | Work::Forget => read,
        };
        own.unwrap_or(self.limits.timeout)
    }

    /// Calls the provider, and again for as long as the program asks for it. What the call left comes first, what went
    /// wrong all the same second. Of a call that may have had an effect without an answer, the intent stays open: the next
    /// run looks.
    async fn call<F: Future<Output = Result<Object, ProviderError>>>(
        &self,
        operation: &Operation,
        work: Work,
        inputs: &Value,
        call: impl Fn() -> F,
    ) -> Result<(Object, Option<ProviderError>), FailureCause> {
        let mut failures = 0;
        loop {
            let answer = self.limits.wait(Some(self.limit(work)), call()).await;
            let error = match answer.map_err(FailureCause::from)? {
                Ok(object) => return Ok((object, None)),
                Err(mut error) => match error.left.take() {
                    Some(object) => return Ok((*object, Some(error))),
                    None if error.kind == ProviderErrorKind::Unreachable => {
                        return Err(FailureCause::Provider(error));
                    }
                    None => error,
                },
            };
            failures += 1;
            if let Some(cause) = self.after_failure(operation, work, inputs, &error, failures).await {
                let (urn, message) = (operation.urn.clone(), format!("{}: {}", error.code, error.message));
                let recorded = self.session.record(Record::Failed { step: self.number, urn, message }).await;
                return Err(recorded.map_or_else(FailureCause::State, |()| cause));
            }
        }
    }

    /// Why a call that failed is not tried again; `None` when it is, after the pause that was asked for.
    async fn after_failure(
        &self,
        operation: &Operation,
        work: Work,
        inputs: &Value,
        error: &ProviderError,
        failures: u32,
    ) -> Option<FailureCause> {
        let failed = || Some(FailureCause::Provider(error.clone()));
        let deciding = operation.options.as_ref().map_or(&[][..], |options| &options.on_error);
        let Some((before, _)) = moments(work).filter(|_| !deciding.is_empty()) else { return failed() };
        let decided = retry(deciding, &self.hook_call(operation, before, inputs), error, failures);
        match decided {
            Err(cause) => Some(cause),
            Ok(None) => failed(),
            Ok(Some(_)) if failures > RETRIES => {
                Some(FailureCause::Exhausted { error: error.clone(), retries: RETRIES })
            }
            Ok(Some(pause)) => futures::select_biased! {
                () = self.interrupt.raised().fuse() => failed(),
                () = self.limits.clock.sleep(pause).fuse() => None,
            },
        }
    }

    fn saved(
        &self,
        operation: &Operation,
        inputs: Value,
        object: Object,
        created: OffsetDateTime,
        incomplete: bool,
    ) -> Record {
        let outputs = self.lifecycle.guard(object.outputs, &inputs);
        let object = Object { outputs, ..object };
        let resource = self.resource(operation, inputs, object, created, incomplete);
        Record::Saved { step: Some(self.number), resource }
    }

    pub(super) fn resource(
        &self,
        operation: &Operation,
        inputs: Value,
        object: Object,
        created: OffsetDateTime,
        incomplete: bool,
    ) -> ResourceState {
        ResourceState {
            urn: operation.urn.clone(),
            kind: operation.kind.clone(),
            provider: operation.provider.clone(),
            id: object.id,
            inputs,
            outputs: object.outputs,
            dependencies: operation.dependencies.iter().cloned().collect(),
            lifecycle: self.lifecycle.clone().into_owned(),
            created,
            modified: self.limits.clock.now(),
            replaced: false,
            incomplete,
            tainted: false,
            location: operation.location.map(|location| location.to_string()),
        }
    }

    pub(super) fn intent(
        &self,
        operation: &Operation,
        action: Action,
        id: String,
        inputs: Value,
        replaced: bool,
    ) -> Intent {
        Intent {
            step: self.number,
            action,
            urn: operation.urn.clone(),
            kind: operation.kind_of(action.into()).to_owned(),
            provider: operation.provider_of(action.into()).to_owned(),
            id,
            inputs,
            dependencies: operation.dependencies.iter().cloned().collect(),
            lifecycle: self.lifecycle.clone().into_owned(),
            location: operation.location.map(|location| location.to_string()),
            replaced,
            at: self.limits.clock.now(),
        }
    }

    /// Writes down what a call left, and that the step went well unless something was wrong.
    async fn end(
        &self,
        records: Vec<Record>,
        error: Option<ProviderError>,
    ) -> Result<Done<'a>, FailureCause> {
        let Some(error) = error else { return self.begin_recording(records) };
        self.session.record_all(records).await.map_err(kept)?;
        Err(FailureCause::Provider(error))
    }

    pub(super) fn begin_recording(&self, records: Vec<Record>) -> Result<Done<'a>, FailureCause> {
        let recording = self.session.begin_recording(records).map_err(kept)?;
        Ok(Done { answer: None, recording: Some(recording) })
    }
}

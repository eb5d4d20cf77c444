//! One step: the intent, the call, the result.
//!
//! The intent and the result are put in line to be written; the executor waits until they are durable. Whatever waits for
//! a step can put its intent in line behind the result, and both become durable at once.

use super::event::FailureCause;
use super::queries::answer;
use crate::plan::{Operation, Work};
use crate::ports::Clock;
use crate::provider::{Existing, Object, Provider, ProviderError, ProviderErrorKind, Request, Target};
use crate::state::{Action, Intent, Lifecycle, Record, Recording, ResourceState, StateSession, StateView};
use crate::value::Value;
use futures::FutureExt;
use std::borrow::Cow;
use std::panic::AssertUnwindSafe;
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

/// What a step runs with.
pub(super) struct StepContext<'a> {
    pub session: &'a StateSession,
    pub provider: &'a dyn Provider,
    pub clock: &'a dyn Clock,
    pub number: u64,
    pub timeout: Duration,
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

    /// Does it. `inputs` are not looked at for a delete.
    pub(super) async fn run(
        &self,
        operation: &Operation,
        work: Work,
        inputs: Value,
    ) -> Result<Done<'a>, FailureCause> {
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
        let request = Request { kind: &operation.kind, inputs: &inputs, timeout: self.timeout };
        let (object, error) = self.call(self.provider.create(request)).await?;
        let Some(object) = object else { return Err(self.failed(operation, error).await) };
        // The old one is deleted by a later step; until then the state knows both.
        let present =
            self.session.with_view(|view| view.get(&operation.urn).map(|present| present.id.clone()));
        let other = present.filter(|present| !present.eq_ignore_ascii_case(&object.id));
        let marked = other.map(|id| Record::MarkReplaced { urn: operation.urn.clone(), id });
        let created = self.clock.now();
        let saved = self.saved(operation, inputs, object, created, error.is_some());
        self.end(marked.into_iter().chain([saved]).collect(), error).await
    }

    async fn update(&self, operation: &Operation, inputs: Value) -> Result<Done<'a>, FailureCause> {
        let old = operation.old.as_deref().ok_or_else(lost)?;
        let request = Request { kind: &operation.kind, inputs: &inputs, timeout: self.timeout };
        let existing = Existing { id: &old.id, inputs: &old.inputs, outputs: &old.outputs };
        let (object, error) = self.call(self.provider.update(request, &existing)).await?;
        let Some(mut object) = object else { return Err(self.failed(operation, error).await) };
        object.outputs = self.lifecycle.guard(object.outputs, &inputs);
        // After a half-done update the old inputs stay, so that the next plan sees what is still to do.
        let kept = if error.is_some() { old.inputs.clone() } else { inputs };
        self.end(vec![self.saved(operation, kept, object, old.created, error.is_some())], error).await
    }

    async fn delete(&self, operation: &Operation) -> Result<Done<'a>, FailureCause> {
        let old = operation.old.as_deref().ok_or_else(lost)?;
        let target = Target { kind: &operation.kind, id: &old.id, inputs: &old.inputs };
        let call = self.provider.delete(target, self.timeout);
        let call = call.map(|result| result.map(|()| Object { id: String::new(), outputs: Value::Null }));
        match self.call(call).await? {
            (Some(_), _) => {
                let (urn, id) = (old.urn.clone(), old.id.clone());
                self.end(vec![Record::Removed { step: Some(self.number), urn, id }], None).await
            }
            (None, error) => Err(self.failed(operation, error).await),
        }
    }

    /// Nothing is written: the answer is not part of the state.
    async fn read(&self, operation: &Operation, inputs: Value) -> Result<Value, FailureCause> {
        let call = answer(self.provider, &operation.kind, &inputs, self.timeout);
        match AssertUnwindSafe(call).catch_unwind().await {
            Ok(answered) => answered.map_err(FailureCause::Provider),
            Err(_) => Err(FailureCause::Panic),
        }
    }

    /// Nothing is called: only what the program says besides properties may have changed.
    fn check(&self, operation: &Operation) -> Result<Done<'a>, FailureCause> {
        let Some(old) = &operation.old else { return Ok(Done::default()) };
        let dependencies: Vec<_> = operation.dependencies.iter().cloned().collect();
        if old.dependencies == dependencies && old.lifecycle == *self.lifecycle {
            return Ok(Done::default());
        }
        let lifecycle = self.lifecycle.clone().into_owned();
        let outputs = lifecycle.guard(old.outputs.clone(), &old.inputs);
        let resource = ResourceState { dependencies, lifecycle, outputs, ..old.as_ref().clone() };
        self.begin_recording(vec![Record::Saved { step: None, resource }])
    }

    /// Nothing is called: the resource stays, and the state does not know of it any more.
    fn forget(&self, operation: &Operation) -> Result<Done<'a>, FailureCause> {
        let Some(old) = &operation.old else { return Ok(Done::default()) };
        let (urn, id) = (old.urn.clone(), old.id.clone());
        self.begin_recording(vec![Record::Removed { step: None, urn, id }])
    }

    /// Calls the provider. What it left comes first, what went wrong second; an abandoned call is an error here, and
    /// its intent stays open.
    async fn call(
        &self,
        call: impl Future<Output = Result<Object, ProviderError>>,
    ) -> Result<(Option<Object>, Option<ProviderError>), FailureCause> {
        match AssertUnwindSafe(call).catch_unwind().await {
            Err(_) => Err(FailureCause::Panic),
            Ok(Ok(object)) => Ok((Some(object), None)),
            Ok(Err(mut error)) => match error.left.take() {
                Some(object) => Ok((Some(*object), Some(error))),
                // It may have had an effect: the intent stays open, and the next run looks.
                None if error.kind == ProviderErrorKind::Unreachable => Err(FailureCause::Provider(error)),
                None => Ok((None, Some(error))),
            },
        }
    }

    async fn failed(&self, operation: &Operation, error: Option<ProviderError>) -> FailureCause {
        let error =
            error.unwrap_or_else(|| ProviderError::new(ProviderErrorKind::Refused, "Nothing", "no answer"));
        let (urn, message) = (operation.urn.clone(), format!("{}: {}", error.code, error.message));
        let recorded = self.session.record(Record::Failed { step: self.number, urn, message }).await;
        recorded.map_or_else(FailureCause::State, |()| FailureCause::Provider(error))
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
        let resource = ResourceState {
            urn: operation.urn.clone(),
            kind: operation.kind.clone(),
            provider: operation.provider.clone(),
            id: object.id,
            inputs,
            outputs,
            dependencies: operation.dependencies.iter().cloned().collect(),
            lifecycle: self.lifecycle.clone().into_owned(),
            created,
            modified: self.clock.now(),
            replaced: false,
            incomplete,
            tainted: false,
            location: operation.location.map(|location| location.to_string()),
        };
        Record::Saved { step: Some(self.number), resource }
    }

    fn intent(
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
            kind: operation.kind.clone(),
            provider: operation.provider_of(action.into()).to_owned(),
            id,
            inputs,
            dependencies: operation.dependencies.iter().cloned().collect(),
            lifecycle: self.lifecycle.clone().into_owned(),
            location: operation.location.map(|location| location.to_string()),
            replaced,
        }
    }

    /// Writes down what a call left, and that the step went well unless something was wrong.
    async fn end(
        &self,
        records: Vec<Record>,
        error: Option<ProviderError>,
    ) -> Result<Done<'a>, FailureCause> {
        let Some(error) = error else { return self.begin_recording(records) };
        self.session.record_all(records).await.map_err(FailureCause::State)?;
        Err(FailureCause::Provider(error))
    }

    fn begin_recording(&self, records: Vec<Record>) -> Result<Done<'a>, FailureCause> {
        let recording = self.session.begin_recording(records).map_err(FailureCause::State)?;
        Ok(Done { answer: None, recording: Some(recording) })
    }
}

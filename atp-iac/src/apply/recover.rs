//! After a crash: what became of the calls that were begun.
//!
//! The intent of a call is durable before the call, and ids are known before anything is created. So the cloud is read
//! by id, and the user is never asked to guess.

use super::limit::Limits;
use super::refresh::whole;
use crate::Urn;
use crate::provider::{Provider, ProviderError, Target};
use crate::state::{Action, Intent, Record, ResourceState, StateView};
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use time::OffsetDateTime;

/// What was found out about one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// The resource.
    pub urn: Urn,
    /// What had been begun.
    pub action: Action,
    /// What was found, for people.
    pub finding: &'static str,
}

/// Why recovery stopped. Nothing was lost: it is tried again by the next run.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// The cloud could not be read.
    #[error("an earlier run was cut off while it worked on `{}`, and the resource cannot be read now: {error}\n  way out: {}", .urn.name(), .error.hint.as_deref().unwrap_or("run again when the cloud can be read; nothing is lost until then"))]
    Provider {
        /// Which resource.
        urn: Urn,
        /// Why not.
        error: ProviderError,
    },
    /// The provider of the resource is not registered.
    #[error("an earlier run was cut off while it worked on `{}`; its provider `{provider}` is not registered\n  way out: register it where the engine is set up", .urn.name())]
    UnknownProvider {
        /// Which resource.
        urn: Urn,
        /// Which provider.
        provider: String,
    },
}

/// What recovery found, and what the state should be told.
#[derive(Debug, Default)]
pub struct Recovery {
    /// Call by call.
    pub found: Vec<Recovered>,
    /// The results that the calls' intents wait for.
    pub records: Vec<Record>,
}

/// Looks up every call that was begun and whose end was not recorded. Nothing is written.
///
/// # Errors
/// When the cloud cannot be read.
pub async fn recover(
    state: &StateView,
    providers: &BTreeMap<String, Arc<dyn Provider>>,
    limits: Limits<'_>,
) -> Result<Recovery, RecoverError> {
    let now = limits.clock.now();
    let mut recovery = Recovery::default();
    for intent in state.pending() {
        let provider = providers.get(&intent.provider).ok_or_else(|| RecoverError::UnknownProvider {
            urn: intent.urn.clone(),
            provider: intent.provider.clone(),
        })?;
        if provider.lives_in_state(&intent.kind) {
            let finding = "it lives in the state alone, where it is as it was before";
            recovery.found.push(Recovered { urn: intent.urn.clone(), action: intent.action, finding });
            let (urn, message) = (intent.urn.clone(), "nothing was written of it".to_owned());
            recovery.records.push(Record::Failed { step: intent.step, urn, message });
            continue;
        }
        if intent.id.is_empty() {
            let finding = "whether it was created only the cloud knows, which chose its id: look, and delete what is there";
            recovery.found.push(Recovered { urn: intent.urn.clone(), action: intent.action, finding });
            let (urn, message) = (intent.urn.clone(), "its id is not known".to_owned());
            recovery.records.push(Record::Failed { step: intent.step, urn, message });
            continue;
        }
        // The intent of a delete has no inputs; the state still has what is deleted.
        let object = state.object(&intent.urn, &intent.id);
        let nothing = Value::map();
        let inputs = match (&intent.inputs, object) {
            (inputs @ Value::Map(_), _) => inputs,
            (_, Some(object)) => &object.inputs,
            _ => &nothing,
        };
        let read = provider.read(Target { kind: &intent.kind, id: &intent.id, inputs });
        let read = limits.ask(intent.lifecycle.timeouts.read, read).await;
        let outputs = read
            .and_then(whole)
            .map_err(|error| RecoverError::Provider { urn: intent.urn.clone(), error })?;
        let (records, finding) = judge(intent, outputs, state.get(&intent.urn).cloned(), now);
        recovery.found.push(Recovered { urn: intent.urn.clone(), action: intent.action, finding });
        recovery.records.extend(records);
    }
    Ok(recovery)
}

/// What to record, given what the cloud says.
fn judge(
    intent: &Intent,
    outputs: Option<Value>,
    present: Option<ResourceState>,
    now: OffsetDateTime,
) -> (Vec<Record>, &'static str) {
    let step = intent.step;
    let urn = intent.urn.clone();
    let nothing = |message: &str| Record::Failed { step, urn: urn.clone(), message: message.to_owned() };
    match (intent.action, outputs) {
        (Action::Create, Some(outputs)) => {
            let mut records = Vec::new();
            if let Some(old) = present.filter(|old| !old.id.eq_ignore_ascii_case(&intent.id)) {
                records.push(Record::MarkReplaced { urn, id: old.id });
            }
            records.push(Record::Saved { step: Some(step), resource: adopted(intent, outputs, now) });
            (records, "it was created, and is adopted")
        }
        (Action::Create, None) => (vec![nothing("it was not created")], "it was not created"),
        (Action::Update, Some(outputs)) => match present {
            Some(old) => {
                let outputs = intent.lifecycle.guard(outputs, &intent.inputs).with_secrets_of(&old.outputs);
                let resource = ResourceState { outputs, incomplete: true, ..old };
                (
                    vec![Record::Saved { step: Some(step), resource }],
                    "it may have been changed, and is updated again",
                )
            }
            None => (vec![nothing("the state does not have it")], "the state does not have it"),
        },
        (Action::Update | Action::Delete, None) => (
            vec![Record::Removed { step: Some(step), urn, id: intent.id.clone() }],
            "it is not there any more",
        ),
        (Action::Delete, Some(_)) => (vec![nothing("it was not deleted")], "it was not deleted"),
    }
}

/// Incomplete, so that the next plan brings it to what the program says, whatever was cut off.
fn adopted(intent: &Intent, outputs: Value, now: OffsetDateTime) -> ResourceState {
    ResourceState {
        urn: intent.urn.clone(),
        kind: intent.kind.clone(),
        provider: intent.provider.clone(),
        id: intent.id.clone(),
        inputs: intent.inputs.clone(),
        outputs: intent.lifecycle.guard(outputs, &intent.inputs),
        dependencies: intent.dependencies.clone(),
        lifecycle: intent.lifecycle.clone(),
        created: now,
        modified: now,
        replaced: false,
        incomplete: true,
        tainted: false,
        location: intent.location.clone(),
    }
}

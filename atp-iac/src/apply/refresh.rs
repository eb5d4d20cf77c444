//! Reads every resource, so that a plan starts from what is there.

use super::limit::Limits;
use crate::Urn;
use crate::diff::Change;
use crate::plan::{Drift, Selected};
use crate::provider::{Existing, Known, Provider, ProviderError, ProviderErrorKind, Target};
use crate::state::{Record, ResourceState, StateView};
use crate::value::Value;
use futures::StreamExt;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What reading the cloud showed.
#[derive(Debug, Default)]
pub struct Refreshed {
    /// What the cloud changed of the properties that the program gave.
    pub drift: Drift,
    /// What the state should be told: objects that are gone, and new outputs.
    pub records: Vec<Record>,
}

/// A resource that could not be read.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{}` cannot be read: {error}\n  way out: {}",
    .urn.name(),
    .error.hint.as_deref().unwrap_or("run again when the cloud can be read, or without --refresh")
)]
pub struct RefreshError {
    /// Which.
    pub urn: Urn,
    /// Why.
    pub error: ProviderError,
}

/// Reads every resource of a state that exists outside of it, `parallel` at a time. Nothing is written.
///
/// # Errors
/// The first resource that cannot be read.
pub(crate) async fn refresh(
    state: &StateView,
    providers: &BTreeMap<String, Arc<dyn Provider>>,
    parallel: usize,
    limits: Limits<'_>,
    selected: &Selected,
) -> Result<Refreshed, RefreshError> {
    let resources: Vec<&ResourceState> = readable(state, providers, selected).collect();
    let mut refreshed = Refreshed::default();
    for (resource, observed) in read(&resources, providers, parallel, limits).await {
        match look(resource, observed?, provider_of(resource, providers)?.as_ref()) {
            Look::Same => {}
            Look::Gone => {
                let (urn, id) = (resource.urn.clone(), resource.id.clone());
                refreshed.records.push(Record::Removed { step: None, urn, id });
            }
            Look::Drifted { changes, .. } => drop(refreshed.drift.insert(resource.urn.clone(), changes)),
            Look::Changed { outputs } => {
                let saved = ResourceState { outputs, ..resource.clone() };
                refreshed.records.push(Record::Saved { step: None, resource: saved });
            }
        }
    }
    Ok(refreshed)
}

/// What is selected and exists outside of the state.
pub(crate) fn readable<'s>(
    state: &'s StateView,
    providers: &BTreeMap<String, Arc<dyn Provider>>,
    selected: &Selected,
) -> impl Iterator<Item = &'s ResourceState> {
    let elsewhere = |resource: &&ResourceState| {
        let provider = providers.get(&resource.provider);
        !provider.is_some_and(|provider| provider.lives_in_state(&resource.kind))
    };
    state.resources().filter(|one| selected.has(&one.urn)).filter(elsewhere)
}

/// What reading an object showed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Look {
    /// Nothing is new.
    Same,
    /// It is not there any more.
    Gone,
    /// The cloud says something else than before, and nothing of what the program gave.
    Changed { outputs: Value },
    /// The cloud changed what the program gave.
    Drifted { changes: Vec<Change>, outputs: Value },
}

/// Compares an object with what was read of it. Of a copy that was replaced, only that it is gone matters.
pub(crate) fn look(resource: &ResourceState, observed: Option<Value>, provider: &dyn Provider) -> Look {
    let Some(observed) = observed else { return Look::Gone };
    if resource.replaced {
        return Look::Same;
    }
    let outputs = resource.lifecycle.guard(observed, &resource.inputs).with_secrets_of(&resource.outputs);
    let existing = Existing { id: &resource.id, inputs: &resource.inputs, outputs: &resource.outputs };
    let changes = provider.drift(&resource.kind, &existing, &outputs);
    match (changes.is_empty(), outputs == resource.outputs) {
        (false, _) => Look::Drifted { changes, outputs },
        (true, false) => Look::Changed { outputs },
        (true, true) => Look::Same,
    }
}

/// Asks each provider for all of its resources at once. The answers are in the order of `resources`.
pub(crate) async fn read<'r>(
    resources: &[&'r ResourceState],
    providers: &BTreeMap<String, Arc<dyn Provider>>,
    parallel: usize,
    limits: Limits<'_>,
) -> Vec<(&'r ResourceState, Result<Option<Value>, RefreshError>)> {
    let mut by_provider: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, resource) in resources.iter().enumerate() {
        by_provider.entry(&resource.provider).or_default().push(index);
    }
    let mut answers = BTreeMap::new();
    for (name, indices) in by_provider {
        let Some(provider) = providers.get(name) else { continue };
        // What has a limit of its own is read by itself: how long it takes together with others says nothing of it.
        let own = |index: &usize| resources[*index].lifecycle.timeouts.read;
        let (alone, together): (Vec<usize>, Vec<usize>) =
            indices.into_iter().partition(|index| own(index).is_some());
        let reads =
            alone.iter().map(|index| limits.ask(own(index), provider.read(known(resources[*index]).target)));
        let reads: Vec<_> = reads.collect();
        let read: Vec<_> = futures::stream::iter(reads).buffered(parallel.max(1)).collect().await;
        answers.extend(alone.into_iter().zip(read));
        let known: Vec<Known<'_>> = together.iter().map(|index| known(resources[*index])).collect();
        // Each of them may take as long as one call.
        let rounds = u32::try_from(known.len().div_ceil(parallel.max(1))).unwrap_or(u32::MAX);
        let limit = limits.timeout.saturating_mul(rounds.max(1));
        let read = limits.wait(Some(limit), provider.read_many(&known, parallel)).await;
        let read = read.unwrap_or_else(|given_up| {
            let error = ProviderError::from(given_up);
            known.iter().map(|_| Err(error.clone())).collect()
        });
        answers.extend(together.into_iter().zip(read));
    }
    let answer = |(index, resource): (usize, &&'r ResourceState)| {
        // Whoever gives fewer answers than there were questions has not said that anything is gone.
        let missing = || refused("NoAnswer", "the provider did not say what became of it".to_owned());
        let answer = answers.remove(&index).unwrap_or_else(|| Err(missing()));
        let answer = answer.and_then(whole);
        let answer = answer.map_err(|error| RefreshError { urn: resource.urn.clone(), error });
        (*resource, provider_of(resource, providers).and(answer))
    };
    resources.iter().enumerate().map(answer).collect()
}

/// What was read, if it is something that can be kept.
pub(crate) fn whole(read: Option<Value>) -> Result<Option<Value>, ProviderError> {
    match &read {
        Some(outputs) if !matches!(outputs, Value::Map(_)) || outputs.has_unknown() => {
            let message = "the provider answered with something that is no resource";
            let error = ProviderError::new(ProviderErrorKind::Refused, "Malformed", message);
            Err(error.with_hint("this is a mistake in the provider; the state stays as it is"))
        }
        _ => Ok(read),
    }
}

fn known(resource: &ResourceState) -> Known<'_> {
    let target = Target { kind: &resource.kind, id: &resource.id, inputs: &resource.inputs };
    Known { target, outputs: &resource.outputs }
}

pub(crate) fn provider_of<'p>(
    resource: &ResourceState,
    providers: &'p BTreeMap<String, Arc<dyn Provider>>,
) -> Result<&'p Arc<dyn Provider>, RefreshError> {
    providers.get(&resource.provider).ok_or_else(|| RefreshError {
        urn: resource.urn.clone(),
        error: refused("UnknownProvider", format!("the provider `{}` is not registered", resource.provider)),
    })
}

fn refused(code: &str, message: String) -> ProviderError {
    ProviderError::new(ProviderErrorKind::Refused, code, message)
}

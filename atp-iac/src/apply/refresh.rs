//! Reads every resource, so that a plan starts from what is there.

use crate::plan::Drift;
use crate::provider::{Existing, Provider, ProviderError, Target};
use crate::state::{Record, ResourceState, StateView};
use crate::{Urn, provider};
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

/// Reads every resource of a state, `parallel` at a time. Nothing is written.
///
/// # Errors
/// The first resource that cannot be read.
pub async fn refresh(
    state: &StateView,
    providers: &BTreeMap<String, Arc<dyn Provider>>,
    parallel: usize,
) -> Result<Refreshed, RefreshError> {
    let reads = state.resources().map(|resource| async move {
        let provider = providers.get(&resource.provider).ok_or_else(|| RefreshError {
            urn: resource.urn.clone(),
            error: ProviderError::new(
                provider::ProviderErrorKind::Refused,
                "UnknownProvider",
                format!("the provider `{}` is not registered", resource.provider),
            ),
        })?;
        let target = Target { kind: &resource.kind, id: &resource.id, inputs: &resource.inputs };
        let observed = provider.read(target).await;
        let observed = observed.map_err(|error| RefreshError { urn: resource.urn.clone(), error })?;
        Ok((resource, provider, observed))
    });
    let mut reads = futures::stream::iter(reads).buffered(parallel.max(1));
    let mut refreshed = Refreshed::default();
    while let Some(read) = reads.next().await {
        let (resource, provider, observed) = read?;
        let Some(observed) = observed else {
            let (urn, id) = (resource.urn.clone(), resource.id.clone());
            refreshed.records.push(Record::Removed { step: None, urn, id });
            continue;
        };
        if resource.replaced {
            continue;
        }
        let observed = observed.with_secrets_of(&resource.inputs).with_secrets_of(&resource.outputs);
        let existing = Existing { id: &resource.id, inputs: &resource.inputs, outputs: &resource.outputs };
        let changes = provider.drift(&resource.kind, &existing, &observed);
        if !changes.is_empty() {
            refreshed.drift.insert(resource.urn.clone(), changes);
        } else if observed != resource.outputs {
            let saved = ResourceState { outputs: observed, ..resource.clone() };
            refreshed.records.push(Record::Saved { step: None, resource: saved });
        }
    }
    Ok(refreshed)
}

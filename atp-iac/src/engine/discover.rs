//! What the cloud has and no program declares yet, as the code of a program that declares it.
//!
//! Invariant: whatever was found is either in the code or in a note that says why it is not.

use super::{Engine, EngineError};
use crate::Urn;
use crate::config::unknown;
use crate::provider::{Declaration, Found, Provider, ProviderError, Target};
use crate::state::read_state;
use crate::value::{Path, Value};
use futures::StreamExt;
use std::collections::BTreeMap;
use std::fmt;

/// How to look for what is there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DiscoverOptions {
    /// Also what the state of a stack has already.
    pub include_managed: bool,
}

/// What is in a scope.
#[derive(Debug, Clone, PartialEq)]
pub struct Discovered {
    /// What the code declares: containers before what lies in them.
    pub found: Vec<Discovery>,
    /// The code. `up` of a program with it takes everything over, and changes nothing of it.
    pub code: String,
    /// What should be known about it.
    pub notes: Vec<DiscoveryNote>,
}

/// An object that the code declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovery {
    /// Its name in the program.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// The id in the cloud.
    pub id: String,
}

/// Something about a scope that people should know.
#[derive(Debug, Clone, PartialEq)]
pub enum DiscoveryNote {
    /// The code does not declare an object.
    LeftOut {
        /// Its type.
        kind: String,
        /// The id in the cloud.
        id: String,
        /// Why.
        why: String,
    },
    /// The cloud does not show a property that a program has to give, such as a password.
    Hidden {
        /// The name of the resource in the program.
        name: String,
        /// Its type.
        kind: String,
        /// The id in the cloud.
        id: String,
        /// Which property.
        path: Path,
    },
    /// Whether the state of another stack has any of it is not known.
    UnreadState {
        /// Which stack, and why its state cannot be read.
        why: String,
    },
}

impl fmt::Display for DiscoveryNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DiscoveryNote::LeftOut { kind, id, why } => write!(f, "left out: {id} ({kind}): {why}"),
            DiscoveryNote::Hidden { name, kind, path, .. } => {
                write!(f, "to be given: `{path}` of `{name}` ({kind}), which the cloud does not show")
            }
            DiscoveryNote::UnreadState { why } => {
                write!(f, "whether another stack has any of it already is not known: {why}")
            }
        }
    }
}

/// An object with what a program would say of it.
pub(super) struct Declared {
    pub found: Found,
    pub inputs: Value,
}

impl Engine {
    /// What a provider says is in a scope, such as a resource group, as a program that declares all of it. Reads only.
    ///
    /// # Errors
    /// When there is no such provider or it does not support this, and when there is no such scope or nothing in it that can
    /// be taken over.
    pub async fn discover(
        &self,
        provider: &str,
        scope: &str,
        options: DiscoverOptions,
    ) -> Result<Discovered, EngineError> {
        let provider = self.providers.get(provider).ok_or_else(|| {
            let known = self.providers.keys().map(String::as_str);
            EngineError::UnknownProvider { message: unknown("provider", provider, known) }
        })?;
        let provider = provider.as_ref();
        let verified = self.limits().ask(None, provider.verify()).await;
        verified.map_err(|error| EngineError::Cloud { provider: provider.describe(), error })?;
        let mut notes = Vec::new();
        let managed = match options.include_managed {
            true => BTreeMap::new(),
            false => self.managed_by(provider.name(), &mut notes).await?,
        };
        let found = self.limits().ask(None, provider.discover(scope)).await;
        let found = found.map_err(|error| EngineError::Discover { scope: scope.to_owned(), error })?;
        let found = without_managed(&managed, found, &mut notes);
        let declared = self.with_inputs(provider, found, &mut notes).await;
        if declared.is_empty() {
            return Err(EngineError::NothingFound { scope: scope.to_owned(), notes });
        }
        let objects: Vec<Found> = declared.iter().map(|one| one.found.clone()).collect();
        write(provider, declared, Found::names(&objects), notes)
    }

    /// What the states of all stacks have of a provider, by ids in small letters.
    pub(super) async fn managed_by(
        &self,
        provider: &str,
        notes: &mut Vec<DiscoveryNote>,
    ) -> Result<BTreeMap<String, Urn>, EngineError> {
        let stacks = self.store.list().await?;
        let reads = stacks.iter().map(|name| read_state(self.store.as_ref(), name, self.keys.as_ref()));
        let reads: Vec<_> = reads.collect();
        let read: Vec<_> = futures::stream::iter(reads).buffered(self.parallel).collect().await;
        let mut managed = BTreeMap::new();
        for (name, read) in stacks.iter().zip(read) {
            match read {
                Ok(read) => {
                    read.iter().for_each(|read| self.learn(&read.view));
                    let views = read.iter().flat_map(|read| read.view.resources());
                    let own = views.filter(|resource| resource.provider == provider);
                    managed.extend(own.map(|one| (one.id.to_ascii_lowercase(), one.urn.clone())));
                }
                Err(error) => {
                    notes.push(DiscoveryNote::UnreadState { why: format!("{name}: {error}") });
                }
            }
        }
        Ok(managed)
    }

    /// Reads what was not read when it was found, and asks what a program would say of it.
    async fn with_inputs(
        &self,
        provider: &dyn Provider,
        found: Vec<Found>,
        notes: &mut Vec<DiscoveryNote>,
    ) -> Vec<Declared> {
        let reads: Vec<_> = found.into_iter().map(|found| self.read_found(provider, found)).collect();
        let read: Vec<_> = futures::stream::iter(reads).buffered(self.parallel).collect().await;
        let mut declared = Vec::with_capacity(read.len());
        for (found, outputs) in read {
            let inputs = match outputs {
                Ok(Some(outputs)) => {
                    let inputs = provider.inputs_of(&found.kind, &found.id, &outputs);
                    inputs.ok_or_else(|| "the provider cannot say what a program would say of it".to_owned())
                }
                Ok(None) => Err("it is not there any more".to_owned()),
                Err(error) => Err(format!("it cannot be read: {error}")),
            };
            match inputs {
                Ok(inputs) => declared.push(Declared { found, inputs }),
                Err(why) => {
                    notes.push(DiscoveryNote::LeftOut { kind: found.kind, id: found.id, why });
                }
            }
        }
        declared
    }

    async fn read_found(
        &self,
        provider: &dyn Provider,
        mut found: Found,
    ) -> (Found, Result<Option<Value>, ProviderError>) {
        if let Some(outputs) = found.outputs.take() {
            return (found, Ok(Some(outputs)));
        }
        let inputs = Value::map();
        let target = Target { kind: &found.kind, id: &found.id, inputs: &inputs };
        let outputs = self.limits().ask(None, provider.read(target)).await;
        (found, outputs)
    }
}

/// Without what states have already; which ones is noted.
fn without_managed(
    managed: &BTreeMap<String, Urn>,
    found: Vec<Found>,
    notes: &mut Vec<DiscoveryNote>,
) -> Vec<Found> {
    let (taken, free): (Vec<Found>, Vec<Found>) =
        found.into_iter().partition(|found| managed.contains_key(&found.id.to_ascii_lowercase()));
    notes.extend(taken.into_iter().filter_map(|Found { kind, id, .. }| {
        let urn = managed.get(&id.to_ascii_lowercase())?;
        Some(DiscoveryNote::LeftOut { kind, id, why: format!("it is managed already, as `{urn}`") })
    }));
    free
}

/// The code of a program that declares these under these names, and what has to be given to it.
pub(super) fn write(
    provider: &dyn Provider,
    declared: Vec<Declared>,
    names: Vec<String>,
    mut notes: Vec<DiscoveryNote>,
) -> Result<Discovered, EngineError> {
    let (objects, inputs): (Vec<Found>, Vec<Value>) =
        declared.into_iter().map(|Declared { found, inputs }| (found, inputs)).unzip();
    let declarations: Vec<Declaration<'_>> = objects
        .iter()
        .zip(&inputs)
        .zip(&names)
        .map(|((found, inputs), name)| Declaration { name, kind: &found.kind, id: &found.id, inputs })
        .collect();
    let code = provider.rust(&declarations);
    let code = code.ok_or_else(|| EngineError::NoCode { provider: provider.name().to_owned() })?;
    for Declaration { name, kind, id, inputs } in &declarations {
        let hidden = provider.not_shown(kind, inputs).into_iter();
        notes.extend(hidden.map(|path| DiscoveryNote::Hidden {
            name: (*name).to_owned(),
            kind: (*kind).to_owned(),
            id: (*id).to_owned(),
            path,
        }));
    }
    let found = objects
        .into_iter()
        .zip(names)
        .map(|(Found { kind, id, .. }, name)| Discovery { name, kind, id })
        .collect();
    Ok(Discovered { found, code, notes })
}

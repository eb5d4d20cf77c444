//! Changes of what a state says, by hand: nothing is called in the cloud, and the last one can be undone.

use super::undo::Command;
use super::{Engine, EngineError};
use crate::state::{Record, ResourceState, StateError, StateView};
use crate::{StackName, Urn};
use std::collections::{BTreeMap, BTreeSet};

/// What a command did to a state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// What was done and what follows from it, for people.
    pub messages: Vec<String>,
    /// The serial of the state now; `None` when nothing changed.
    pub serial: Option<u64>,
    /// What could not be done, though the state is safe.
    pub warnings: Vec<String>,
}

/// What the state is to be told, and what is said about it.
pub(in crate::engine) type Told = (Vec<Record>, Vec<String>);

impl Engine {
    /// Gives a resource another URN in its stack. Whatever refers to it follows.
    ///
    /// # Errors
    /// When there is no such resource, the new name is taken, or a call for it is open.
    pub async fn move_in_state(
        &self,
        name: &StackName,
        from: &Urn,
        to: &Urn,
    ) -> Result<Changed, EngineError> {
        let tell = |view: &StateView| {
            settled(view, from)?;
            if !to.is_in(name) {
                return refused(format!("{to} is not a name in {name}; `--to-stack` moves to another stack"));
            }
            let urns = BTreeMap::from([(from.clone(), to.clone())]);
            let message =
                format!("{from} is {to} now; the program has to call it so, or the next `up` replaces it");
            Ok((vec![Record::Moved { urns }], vec![message]))
        };
        self.change(name, "state move", tell).await
    }

    /// Takes resources out of the state. They stay in the cloud. What depends on them goes with them, or stands against it.
    ///
    /// # Errors
    /// When there is no such resource, a call for it is open, or something depends on it.
    pub async fn remove_from_state(
        &self,
        name: &StackName,
        urns: &[Urn],
        with_dependents: bool,
    ) -> Result<Changed, EngineError> {
        self.change(name, "state remove", |view| removal(view, urns, with_dependents)).await
    }

    /// Protects resources, or takes that back, until the program says otherwise.
    ///
    /// # Errors
    /// When there is no such resource.
    pub async fn protect_in_state(
        &self,
        name: &StackName,
        urns: &[Urn],
        protect: bool,
    ) -> Result<Changed, EngineError> {
        let operation = if protect { "state protect" } else { "state unprotect" };
        let tell = |view: &StateView| {
            let mut told = Told::default();
            for urn in urns {
                let mut resource = present(view, urn)?.clone();
                let word = if protect { "protected" } else { "not protected" };
                if resource.lifecycle.protect == protect {
                    told.1.push(format!("{} was {word} already", urn.name()));
                    continue;
                }
                resource.lifecycle.protect = protect;
                told.0.push(Record::Saved { step: None, resource });
                told.1.push(format!(
                    "{} is {word} now, until an `up` whose program says otherwise",
                    urn.name()
                ));
            }
            Ok(told)
        };
        self.change(name, operation, tell).await
    }

    /// Changes a state under the lock, in one batch, and writes down how to undo it.
    pub(in crate::engine) async fn change(
        &self,
        name: &StackName,
        operation: &str,
        tell: impl FnOnce(&StateView) -> Result<Told, EngineError>,
    ) -> Result<Changed, EngineError> {
        let session = self.open_for(name, operation).await?;
        let told = match tell(&session.view()) {
            Ok((records, messages)) => {
                session.record_all(records).await.map(|()| messages).map_err(EngineError::from)
            }
            Err(error) => Err(error),
        };
        let (messages, closed) = self.finish(&session, told).await?;
        let mut changed = Changed { messages, serial: None, warnings: closed.warnings };
        if let Some(version) = closed.version.filter(|_| closed.changed) {
            changed.serial = Some(version.serial);
            let command = self.command(name, operation, version.serial).await;
            changed.warnings.extend(self.remember(name, command).await);
        }
        Ok(changed)
    }

    /// Writes down what a command did; gives a warning when that cannot be.
    pub(super) async fn remember(
        &self,
        name: &StackName,
        command: Result<Command, EngineError>,
    ) -> Option<String> {
        let kept = match command {
            Ok(command) => command.keep(self.store.as_ref(), name).await.map_err(EngineError::from),
            Err(error) => Err(error),
        };
        kept.err().map(|error| format!("it cannot be undone by `state undo`: {error}"))
    }
}

pub(super) fn refused<T>(message: String) -> Result<T, EngineError> {
    Err(StateError::Refused(message).into())
}

pub(super) fn present<'v>(view: &'v StateView, urn: &Urn) -> Result<&'v ResourceState, EngineError> {
    view.get(urn).ok_or_else(|| EngineError::NoResource { urn: urn.clone() })
}

/// That nobody knows less of a resource than it seems.
pub(super) fn settled(view: &StateView, urn: &Urn) -> Result<(), EngineError> {
    match view.pending().find(|intent| intent.urn == *urn) {
        Some(intent) => refused(format!(
            "a call to {} {} was begun, and what became of it is not known; run `refresh` first",
            intent.action,
            urn.name()
        )),
        None => Ok(()),
    }
}

/// The resources that depend on these, directly or not.
fn dependents(view: &StateView, urns: &BTreeSet<Urn>) -> BTreeSet<Urn> {
    let mut all = urns.clone();
    loop {
        let before = all.len();
        let more = view.resources().filter(|one| one.dependencies.iter().any(|urn| all.contains(urn)));
        let more: Vec<Urn> = more.map(|one| one.urn.clone()).collect();
        all.extend(more);
        if all.len() == before {
            return all.difference(urns).cloned().collect();
        }
    }
}

fn removal(view: &StateView, urns: &[Urn], with_dependents: bool) -> Result<Told, EngineError> {
    let wanted: BTreeSet<Urn> = urns.iter().cloned().collect();
    for urn in &wanted {
        if !view.resources().any(|one| one.urn == *urn) {
            return Err(EngineError::NoResource { urn: urn.clone() });
        }
    }
    let dependents = dependents(view, &wanted);
    if !dependents.is_empty() && !with_dependents {
        let names: Vec<&str> = dependents.iter().map(Urn::name).collect();
        return refused(format!(
            "what depends on it stays in the state: {}; take that out, too, with `--with-dependents`",
            names.join(", ")
        ));
    }
    let all: BTreeSet<Urn> = wanted.union(&dependents).cloned().collect();
    all.iter().try_for_each(|urn| settled(view, urn))?;
    let mut told = Told::default();
    for one in view.resources().filter(|one| all.contains(&one.urn)) {
        let (urn, id) = (one.urn.clone(), one.id.clone());
        told.1.push(format!("{} is not in the state any more; {id} stays in the cloud", urn.name()));
        told.0.push(Record::Removed { step: None, urn, id });
    }
    Ok(told)
}

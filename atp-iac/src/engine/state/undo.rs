//! What the last command did to a state, and taking it back.
//!
//! Invariant: an undo never takes back what another one did since.

use super::change::{Changed, refused};
use super::{Engine, EngineError};
use crate::StackName;
use crate::state::{Folder, Incoming, StateError, StateStore, backup, backups};
use serde::{Deserialize, Serialize};

/// A command that changed a state, beside the backups that it lies between.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Command {
    operation: String,
    /// The serial before it.
    before: u64,
    /// The serial after it.
    after: u64,
    /// The other state that it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    other: Option<Other>,
}

/// The other state that a command changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Other {
    pub environment: String,
    pub region: String,
    pub stack: String,
    pub before: u64,
    pub after: u64,
}

const PREFIX: &str = "command-";

fn document(after: u64) -> String {
    format!("{PREFIX}{after:020}.json")
}

impl Command {
    /// Writes it down; of older ones nothing is left.
    pub async fn keep(&self, store: &dyn StateStore, stack: &StackName) -> Result<(), StateError> {
        let name = document(self.after);
        let failed =
            |error: serde_json::Error| StateError::Write { file: name.clone(), source: error.into() };
        let bytes = serde_json::to_vec(self).map_err(failed)?;
        store.put_document(stack, Folder::Backups, &name, bytes).await?;
        for old in store.documents(stack, Folder::Backups).await? {
            if old.starts_with(PREFIX) && old != name {
                store.remove_document(stack, Folder::Backups, &old).await?;
            }
        }
        Ok(())
    }

    /// With the other state that it changed.
    pub fn with(self, other: Other) -> Self {
        Command { other: Some(other), ..self }
    }

    /// The serials before and after it.
    pub fn span(&self) -> (u64, u64) {
        (self.before, self.after)
    }
}

impl Engine {
    /// What a command did that left this serial.
    pub(super) async fn command(
        &self,
        name: &StackName,
        operation: &str,
        after: u64,
    ) -> Result<Command, EngineError> {
        let known = backups(self.store.as_ref(), name).await?;
        match known.range(..after).next_back() {
            Some(before) => {
                Ok(Command { operation: operation.to_owned(), before: *before, after, other: None })
            }
            None => refused("there was no state before it".to_owned()),
        }
    }

    /// Takes back what the last command about the state did.
    ///
    /// # Errors
    /// When an update ran since, or the last change was none by such a command.
    pub async fn undo(&self, name: &StackName) -> Result<Changed, EngineError> {
        let stored = self.store.read(name).await?;
        let serial = stored.map_or(0, |stored| stored.version.serial);
        let bytes = self.store.document(name, Folder::Backups, &document(serial)).await?;
        let Some(bytes) = bytes else {
            return refused(
                "the last change of the state was made by no state command, or was undone already; `state backups` and \
                 `state restore` go back further"
                    .to_owned(),
            );
        };
        let failed = |error: serde_json::Error| StateError::Corrupt {
            file: document(serial),
            what: error.to_string(),
        };
        let command: Command = serde_json::from_slice(&bytes).map_err(failed)?;
        let mut incoming = vec![(name.clone(), self.before(name, command.before, command.after).await?)];
        if let Some(Other { environment, region, stack, before, after }) = &command.other {
            let other = StackName::new(environment, region, stack)
                .map_err(|error| StateError::Corrupt { file: document(serial), what: error.to_string() })?;
            let there = self.store.read(&other).await?.map(|stored| stored.version.serial);
            if there != Some(*after) {
                return refused(format!("{other} was changed since, too: `state move` is the way back"));
            }
            incoming.push((other.clone(), self.before(&other, *before, *after).await?));
            // What was taken away comes back first: in between, it is in both states, and in none it never is.
            incoming.sort_by_key(|(stack, _)| command.adds_to(stack, name));
        }
        let mut changed = Changed::default();
        for (stack, incoming) in incoming {
            let restored = self.restore(&stack, &incoming, &mut |_| true).await?;
            changed.messages.push(format!("`{}` of {stack} is undone", command.operation));
            if let Some(restored) = restored {
                changed.serial = if stack == *name { restored.now } else { changed.serial };
                changed.warnings.extend(restored.warnings);
            }
        }
        Ok(changed)
    }

    async fn before(&self, name: &StackName, before: u64, after: u64) -> Result<Incoming, EngineError> {
        let found = backup(self.store.as_ref(), name, before).await?;
        match found {
            Some((_, content)) => {
                let name = format!("the backup {before}");
                let operation = "state undo";
                Ok(Incoming {
                    name,
                    content,
                    force: false,
                    newer_only: false,
                    only_over: Some(after),
                    operation,
                })
            }
            None => refused(format!("the backup {before} is not there any more, so it cannot be undone")),
        }
    }
}

impl Command {
    /// Whether the command put something into the state of this stack. Its document is the same beside both states.
    fn adds_to(&self, stack: &StackName, own: &StackName) -> bool {
        let adds_to_own = self.operation.ends_with("(arrived)");
        (stack == own) == adds_to_own
    }
}

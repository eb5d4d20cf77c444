//! `secrets show`, `secrets rotate` and `secrets change-provider`, of one stack or of all that have a state.

use super::arguments::SecretsCommand;
use super::failure::{Failure, exit};
use super::reporter::Reporter;
use super::workspace::Workspace;
use crate::StackName;
use crate::engine::EngineError;
use crate::secrets::WrappedKeys;
use crate::state::KeyChange;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Who wraps the key of a stack.
pub(super) struct Wrapped {
    pub stack: StackName,
    /// Who wraps it, in order.
    pub by: Vec<String>,
    /// Who would, as it is configured.
    pub configured: Vec<String>,
    /// Whether it was changed just now.
    pub changed: bool,
}

impl Wrapped {
    fn new(stack: &StackName, keys: &WrappedKeys, configured: &[&str], changed: bool) -> Self {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Wrapped { stack: stack.clone(), by: own(&keys.providers()), configured: own(configured), changed }
    }

    /// Whether it is wrapped otherwise than configured.
    pub fn is_due(&self) -> bool {
        self.by != self.configured
    }
}

/// Carries a command out, over these stacks one after the other; those that fail do not keep the others from it.
pub(super) async fn run(
    workspace: &Workspace<'_>,
    reporter: &Mutex<Reporter<'_>>,
    command: SecretsCommand,
    stacks: &[StackName],
) -> Result<u8, Failure> {
    let reporter =
        || -> MutexGuard<'_, Reporter<'_>> { reporter.lock().unwrap_or_else(PoisonError::into_inner) };
    let change = match command {
        SecretsCommand::Show => None,
        SecretsCommand::Rotate => Some(KeyChange::NewKey),
        SecretsCommand::ChangeProvider => Some(KeyChange::NewWrapping),
    };
    let mut first: Option<Failure> = None;
    let mut found = false;
    for stack in stacks {
        let engine = workspace.engine_of(&stack.environment);
        let keys = match change {
            None => engine.wrapped_keys(stack).await,
            Some(change) => engine.change_key(stack, change).await,
        };
        match keys {
            Ok(Some(keys)) => {
                found = true;
                reporter().wrapped(&Wrapped::new(stack, &keys, &engine.key_wrappers(), change.is_some()));
            }
            Ok(None) => reporter().note(&format!("{stack} was never deployed, and has no key")),
            Err(error) => {
                let failure = Failure::from(error);
                match (&first, stacks.len()) {
                    (None, _) => first = Some(failure),
                    (Some(_), _) => reporter().failure(&failure),
                }
            }
        }
    }
    match first {
        Some(failure) => Err(failure),
        None if !found && change.is_some() => Err(Failure::usage(
            "no stack that is meant has a key",
            "run `up` first: a new stack is given one",
        )),
        None => Ok(exit::DONE),
    }
}

/// All stacks that have a state and that the options mean, whether or not a program of theirs is still there.
pub(super) async fn selected(workspace: &Workspace<'_>) -> Result<Vec<StackName>, Failure> {
    let environment = workspace.environment()?;
    let options = workspace.options;
    let region = match options.all_regions {
        true => None,
        false => Some(workspace.region(environment)?),
    };
    if options.affected_since.is_some() {
        return Err(Failure::usage(
            "keys do not depend on what was committed",
            "leave `--affected-since` out",
        ));
    }
    options.stack.iter().try_for_each(|name| workspace.program(name).map(|_| ()))?;
    let is_meant = |name: &StackName| {
        name.environment == environment
            && region.as_ref().is_none_or(|region| *region == name.region)
            && (options.stack.is_empty() || options.stack.contains(&name.stack))
    };
    let all = workspace.storage.store.list().await.map_err(EngineError::from)?;
    Ok(all.into_iter().filter(is_meant).collect())
}

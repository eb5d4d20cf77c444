//! Hooks around the deletion of what is not declared any more.
//!
//! The state knows their names, and no file can hold their code. So the program has to give them still; a plan that would
//! delete without them is refused.

use super::{Operation, OperationKind, Refusal};
use crate::Urn;
use crate::resource::{Hook, Options};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Gives every deletion its hooks: those that the resource itself still declares, where an old copy of it is deleted, and
/// those that the program gives by name. Says which deletions lack one.
pub(super) fn give(
    operations: &mut [Operation],
    given: &BTreeMap<String, Hook>,
    destroys: bool,
) -> Vec<Refusal> {
    let lacking = |operation: &&mut Operation| {
        operation.action == OperationKind::Delete
            && operation.goes_with.is_none()
            && !operation.lifecycle.delete_hooks.is_empty()
    };
    let declared: HashMap<Urn, Arc<Options>> = operations
        .iter()
        .filter_map(|operation| Some((operation.urn.clone(), operation.options.clone()?)))
        .filter(|(_, options)| !options.hooks.is_empty())
        .collect();
    let mut refusals = Vec::new();
    for operation in operations.iter_mut().filter(lacking) {
        let own = declared.get(&operation.urn).map_or(&[][..], |options| &options.hooks);
        let find = |name: &String| own.iter().find(|hook| hook.name == *name).or_else(|| given.get(name));
        let around_delete = |hook: &&Hook| hook.moments.iter().any(|moment| moment.is_delete());
        let mut hooks = Vec::new();
        let mut missing = Vec::new();
        for name in &operation.lifecycle.delete_hooks {
            match find(name).filter(around_delete) {
                Some(hook) => hooks.push(hook.clone()),
                None => missing.push(format!("`{name}`")),
            }
        }
        match missing.is_empty() {
            true => operation.options = Some(Arc::new(Options { hooks, ..Options::default() })),
            false => refusals.push(refusal(operation, &missing.join(", "), destroys)),
        }
    }
    refusals
}

fn refusal(operation: &Operation, missing: &str, destroys: bool) -> Refusal {
    let name = operation.urn.name();
    let hint = match destroys {
        true => format!(
            "destroy with `--run-program`, which gives it {missing}; or take the hooks off `{name}`, run `up`, which writes \
             that down without a call, then destroy"
        ),
        false => format!(
            "give the program {missing} by `cx.delete_hook(..)` until it is deleted; or put `{name}` back without hooks, run \
             `up`, then remove it"
        ),
    };
    let why = match destroys {
        true => "a destroy does not run the program",
        false => "the program does not give them any more",
    };
    let message = format!("`{name}` would be deleted without its hooks {missing}: {why}");
    Refusal { urn: operation.urn.clone(), message, hint }
}

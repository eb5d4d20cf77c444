//! Resources that are replaced, and deleted, together with others.

use super::{Desired, Operation, OperationKind};
use crate::Urn;
use crate::program::{ProgramError, Registration};
use crate::state::StateView;
use std::collections::{HashMap, HashSet};

/// The resources that are replaced because another one is, as far as that was found out. Each plan may find more; a plan
/// that finds none is the one.
#[derive(Debug, Default)]
pub(super) struct Together {
    /// Whether any resource goes together with another one.
    any: bool,
    forced: HashMap<Urn, String>,
}

impl Together {
    /// # Errors
    /// Options that name what the program does not declare, or a circle.
    pub(super) fn new(desired: &Desired) -> Result<Self, ProgramError> {
        let binds =
            |one: &&Registration| !one.options.replace_with.is_empty() || one.options.deleted_with.is_some();
        let bound: Vec<&Registration> = desired.registrations.iter().filter(binds).collect();
        if bound.is_empty() {
            return Ok(Together::default());
        }
        let declared: HashMap<&Urn, &Registration> =
            desired.registrations.iter().map(|one| (&one.urn, one)).collect();
        for one in bound {
            let named = one.options.replace_with.iter().map(|urn| ("replace_with", urn));
            let mut named = named.chain(one.options.deleted_with.iter().map(|urn| ("deleted_with", urn)));
            let undeclared = named.find(|(option, urn)| {
                // A query is never replaced; nothing goes with it.
                declared.get(urn).is_none_or(|other| other.is_query && *option == "deleted_with")
            });
            if let Some((option, urn)) = undeclared {
                return Err(wrong(
                    one,
                    option,
                    format!(
                        "names `{urn}`, which the program does not declare as a resource\n  way out: name a resource of this \
                         program, or take the option away"
                    ),
                ));
            }
            check_circle(one, &declared)?;
        }
        Ok(Together { any: true, forced: HashMap::new() })
    }

    /// Why a resource is replaced.
    pub(super) fn forced(&self, urn: &Urn) -> Option<&str> {
        self.forced.get(urn).map(String::as_str)
    }

    /// Finds what else has to be replaced, given what a plan does. Whether there is any.
    pub(super) fn extend(&mut self, operations: &[Operation], state: &StateView) -> bool {
        if !self.any {
            return false;
        }
        let replaced: HashSet<&Urn> = operations
            .iter()
            .filter(|one| one.action.replaces() || one.takes_back())
            .map(|one| &one.urn)
            .collect();
        let known = self.forced.len();
        for one in operations.iter().filter(|one| stays(one.action)) {
            let Some(options) = &one.options else { continue };
            let with = options
                .replace_with
                .iter()
                .find(|other| replaced.contains(other) || is_being_replaced(&one.urn, other, state));
            let reason = match (with, &options.deleted_with) {
                (Some(other), _) => format!("it is replaced together with `{}`", other.name()),
                (None, Some(other)) if replaced.contains(other) => {
                    format!("it goes with `{}`, which is replaced", other.name())
                }
                _ => continue,
            };
            self.forced.insert(one.urn.clone(), reason);
        }
        self.forced.len() > known
    }
}

fn stays(action: OperationKind) -> bool {
    matches!(action, OperationKind::Same | OperationKind::Update)
}

/// Whether an earlier run made the successor of another resource, and was cut off before it came to this one.
fn is_being_replaced(urn: &Urn, other: &Urn, state: &StateView) -> bool {
    let is_older = || Some(state.get(urn)?.created < state.get(other)?.created);
    state.replaced(other).next().is_some() && is_older().unwrap_or(false)
}

fn check_circle(start: &Registration, declared: &HashMap<&Urn, &Registration>) -> Result<(), ProgramError> {
    let mut path = vec![start.urn.name()];
    let mut next = start.options.deleted_with.as_ref();
    while let Some(urn) = next.filter(|_| path.len() <= declared.len()) {
        path.push(urn.name());
        if *urn == start.urn {
            let problem =
                format!("makes a circle: {}\n  way out: let one of them go by itself", path.join(" -> "));
            return Err(wrong(start, "deleted_with", problem));
        }
        next = declared.get(urn).and_then(|one| one.options.deleted_with.as_ref());
    }
    Ok(())
}

fn wrong(one: &Registration, option: &'static str, problem: String) -> ProgramError {
    ProgramError::Option {
        name: one.urn.name().to_owned(),
        kind: one.urn.resource_type().to_owned(),
        location: one.location,
        option,
        problem,
    }
}

/// What an object goes with: what was said so of it when it was there already, and is said still.
fn container(one: &Operation) -> Option<&Urn> {
    let said = one.old.as_ref()?.lifecycle.deleted_with.as_ref();
    said.filter(|container| one.lifecycle.deleted_with.as_ref() == Some(container))
}

/// Says of each object that goes what it goes with: another one that is deleted by a call, or goes with one that is.
pub(super) fn go_together(operations: &mut [Operation]) {
    let goes = |one: &Operation| {
        (one.action == OperationKind::Delete || one.action.replaces())
            && one.old.as_ref().is_some_and(|old| !old.replaced)
    };
    let going: HashMap<Urn, Option<Urn>> = operations
        .iter()
        .filter(|one| goes(one))
        .map(|one| (one.urn.clone(), container(one).cloned()))
        .collect();
    let is_called_for = |urn: &Urn| {
        let mut next = going.get(urn);
        for _ in 0..=going.len() {
            match next {
                Some(Some(container)) if going.contains_key(container) => next = going.get(container),
                Some(_) => return true,
                None => return false,
            }
        }
        // States of several programs can make a circle: then each of them is deleted by a call.
        false
    };
    for one in operations.iter_mut().filter(|one| goes(one)) {
        one.goes_with = container(one).filter(|container| is_called_for(container)).cloned();
        if let (Some(container), None) = (&one.goes_with, &one.reason) {
            one.reason = Some(format!("it goes with `{}`", container.name()));
        }
    }
}

//! What an operation is about when it is not about the whole stack.
//!
//! Invariant: what is not selected stays in the state as it is, and is called for by nothing.
//! Invariant: nothing selected depends on something that is new and not selected, and nothing that stays depends on something
//! selected that is taken away. Either is an error that names all of them, or avoided where leaving out is what was asked for.

use super::pattern::Pattern;
use super::{Desired, Operation, OperationKind, PlanError};
use crate::config::unknown;
use crate::program::Registration;
use crate::provider::Provider;
use crate::state::{ResourceState, StateView};
use crate::{StackName, Urn};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

type Providers = BTreeMap<String, Arc<dyn Provider>>;

/// Which resources are meant; all of them unless told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Selection {
    /// Only these.
    pub targets: Vec<Pattern>,
    /// With `targets`: also whatever depends on them.
    pub target_dependents: bool,
    /// Not these, and not what depends on them.
    pub excludes: Vec<Pattern>,
    /// Other stacks are worked on with it: a pattern that can be about another stack need not mean anything here.
    pub several_stacks: bool,
}

/// What a plan is not about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// How many resources stay in the state as they are, because they were not selected.
    pub kept: usize,
    /// What the program declares, the state does not have, and was not selected.
    pub new: BTreeSet<Urn>,
    /// Patterns that mean nothing here, where that is no error.
    pub unmatched: Vec<Pattern>,
}

impl LeftOut {
    /// Whether the plan is about everything.
    pub fn is_empty(&self) -> bool {
        self.kept == 0 && self.new.is_empty()
    }
}

/// Something that the selection tears apart: one is selected, and the other one would have to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// What is selected.
    pub selected: Urn,
    /// What is not.
    pub other: Urn,
    /// What is wrong with that.
    pub message: String,
}

/// The resources that were selected; `None`: all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selected {
    urns: Option<HashSet<Urn>>,
    pub unmatched: Vec<Pattern>,
}

impl Selected {
    pub fn has(&self, urn: &Urn) -> bool {
        self.urns.as_ref().is_none_or(|urns| urns.contains(urn))
    }

    pub fn is_all(&self) -> bool {
        self.urns.is_none()
    }
}

/// For each resource and query, what it cannot be without.
type Needs<'n> = BTreeMap<&'n Urn, BTreeSet<&'n Urn>>;

fn declared(registration: &Registration) -> BTreeSet<&Urn> {
    registration.dependencies.iter().chain(&registration.options.deleted_with).collect()
}

fn recorded(resource: &ResourceState) -> impl Iterator<Item = &Urn> {
    resource.dependencies.iter().chain(&resource.lifecycle.deleted_with)
}

impl Selection {
    /// Whether everything is meant.
    pub fn is_all(&self) -> bool {
        self.targets.is_empty() && self.excludes.is_empty()
    }

    /// The patterns.
    pub fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        self.targets.iter().chain(&self.excludes)
    }

    /// What is selected of a state.
    pub(crate) fn of_state(&self, state: &StateView) -> Result<Selected, PlanError> {
        self.select(state.stack(), state, None, true)
    }

    /// What is selected of a state before the program is asked, which may declare what the state does not have yet.
    pub(crate) fn of_state_so_far(&self, state: &StateView) -> Result<Selected, PlanError> {
        let known = |pattern: &&Pattern| state.resources().any(|resource| pattern.matches(&resource.urn));
        let [targets, excludes] =
            [&self.targets, &self.excludes].map(|patterns| patterns.iter().filter(known).cloned().collect());
        let so_far = Selection { targets, excludes, ..self.clone() };
        match so_far.targets.is_empty() && !self.targets.is_empty() {
            true => Ok(Selected { urns: Some(HashSet::new()), unmatched: Vec::new() }),
            false => so_far.of_state(state),
        }
    }

    /// What is selected. Without a program, everything in the state is to be deleted, unless it is only `read`.
    pub(super) fn select(
        &self,
        stack: &StackName,
        state: &StateView,
        desired: Option<&Desired>,
        read: bool,
    ) -> Result<Selected, PlanError> {
        if self.is_all() {
            return Ok(Selected::default());
        }
        let present = || state.resources().filter(|resource| !resource.replaced);
        let mut needs: Needs<'_> = present().map(|one| (&one.urn, recorded(one).collect())).collect();
        let registrations = desired.iter().flat_map(|desired| &desired.registrations);
        let queries: HashSet<&Urn> =
            registrations.clone().filter(|one| one.is_query).map(|one| &one.urn).collect();
        let stays: HashSet<&Urn> = registrations.clone().map(|one| &one.urn).collect();
        needs.extend(registrations.map(|one| (&one.urn, declared(one))));
        let copies = state.resources().map(|resource| &resource.urn);
        let known: BTreeSet<&Urn> =
            needs.keys().copied().chain(copies).filter(|urn| !queries.contains(urn)).collect();
        let unmatched = check(self.patterns(), &known, stack, self.several_stacks)?;

        let mut selected: HashSet<&Urn> = match self.targets.is_empty() {
            true => known.iter().copied().collect(),
            false => matching(&self.targets, &known),
        };
        if self.target_dependents {
            selected = with_dependents(selected, &needs);
        }
        let excluded = with_dependents(matching(&self.excludes, &known), &needs);
        selected.retain(|urn| !excluded.contains(urn));
        // What stays keeps what it stands on; where something was asked for by its name, that is an error later.
        if self.targets.is_empty() && !read {
            let mut open: Vec<&ResourceState> =
                present().filter(|one| !selected.contains(&one.urn)).collect();
            while let Some(one) = open.pop() {
                let needed = recorded(one)
                    .filter_map(|urn| state.get(urn))
                    .filter(|needed| !stays.contains(&needed.urn));
                open.extend(needed.filter(|needed| selected.remove(&needed.urn)));
            }
        }
        let urns = selected.into_iter().filter(|urn| !queries.contains(urn)).cloned().collect();
        Ok(Selected { urns: Some(urns), unmatched })
    }
}

fn matching<'n>(patterns: &[Pattern], known: &BTreeSet<&'n Urn>) -> HashSet<&'n Urn> {
    known.iter().copied().filter(|urn| patterns.iter().any(|pattern| pattern.matches(urn))).collect()
}

/// The same with whatever depends on them, directly or not.
fn with_dependents<'n>(mut urns: HashSet<&'n Urn>, needs: &Needs<'n>) -> HashSet<&'n Urn> {
    if urns.is_empty() {
        return urns;
    }
    let mut dependents: HashMap<&Urn, Vec<&'n Urn>> = HashMap::new();
    for (urn, needed) in needs {
        needed.iter().for_each(|needed| dependents.entry(needed).or_default().push(urn));
    }
    let mut open: Vec<&Urn> = urns.iter().copied().collect();
    while let Some(urn) = open.pop() {
        let found = dependents.get(urn).into_iter().flatten().copied();
        open.extend(found.filter(|dependent| urns.insert(dependent)).collect::<Vec<_>>());
    }
    urns
}

/// The patterns that mean nothing, where that is no error.
pub(super) fn check<'p>(
    patterns: impl Iterator<Item = &'p Pattern>,
    known: &BTreeSet<&Urn>,
    stack: &StackName,
    several_stacks: bool,
) -> Result<Vec<Pattern>, PlanError> {
    let mut unmatched = Vec::new();
    for pattern in patterns.filter(|pattern| !known.iter().any(|urn| pattern.matches(urn))) {
        if !several_stacks || !pattern.is_of_urns() {
            return Err(PlanError::NothingMeant(nothing_meant(pattern, known, stack)));
        }
        unmatched.push(pattern.clone());
    }
    Ok(unmatched)
}

/// That a pattern means nothing, and what may have been meant.
fn nothing_meant(pattern: &Pattern, known: &BTreeSet<&Urn>, stack: &StackName) -> String {
    let text = pattern.as_str();
    if !pattern.is_about(stack) {
        return format!("`{text}` is about another stack than {stack}");
    }
    let inside = format!("{text}/");
    if known.iter().any(|urn| urn.name().starts_with(&inside)) {
        return format!("`{text}` is a component; write `{text}/**` for what is in it");
    }
    let names = known.iter().map(|urn| if pattern.is_of_urns() { urn.as_str() } else { urn.name() });
    let message = unknown("resource", text, names);
    match known.len() > 10 && !message.contains("did you mean") {
        true => format!("no resource of {stack} is meant by `{text}`"),
        false => message,
    }
}

/// What the selected resources need of what is new and was not selected. A query counts with what it needs.
pub(super) fn needed(desired: &Desired, selected: &Selected, state: &StateView) -> Vec<Torn> {
    let by_urn: HashMap<&Urn, &Registration> =
        desired.registrations.iter().map(|registration| (&registration.urn, registration)).collect();
    let mut torn = Vec::new();
    for one in desired.registrations.iter().filter(|one| !one.is_query && selected.has(&one.urn)) {
        let mut open: Vec<&Urn> = declared(one).into_iter().rev().collect();
        let mut seen = HashSet::new();
        while let Some(urn) = open.pop() {
            if !seen.insert(urn) {
                continue;
            }
            match by_urn.get(urn) {
                Some(query) if query.is_query => open.extend(&query.dependencies),
                _ if selected.has(urn) || state.get(urn).is_some() => {}
                _ => torn.push(Torn {
                    selected: one.urn.clone(),
                    other: urn.clone(),
                    message: format!(
                        "`{}` at {} needs `{}`, which is not there yet and is not selected",
                        one.urn.name(),
                        one.location,
                        urn.name()
                    ),
                }),
            }
        }
    }
    torn
}

/// The resources that stay, and depend on something that the plan takes away, or lie in it.
pub(super) fn undermined(
    operations: &[Operation],
    selected: &Selected,
    state: &StateView,
    providers: &Providers,
) -> Vec<Torn> {
    let taken: Vec<(&Operation, &ResourceState)> = operations
        .iter()
        .filter(|one| one.action == OperationKind::Delete || one.action.replaces())
        .filter_map(|one| Some((one, one.old.as_deref()?)))
        .filter(|(_, old)| !old.replaced)
        .collect();
    let mut torn = Vec::new();
    for one in state.resources().filter(|one| !one.replaced && !selected.has(&one.urn)) {
        let stands_on: BTreeSet<&Urn> = recorded(one).collect();
        let lies_in = |old: &ResourceState| {
            let provider = providers.get(&one.provider).filter(|_| one.provider == old.provider);
            provider.is_some_and(|provider| provider.lies_in(&one.id, &old.id))
        };
        for (operation, old) in &taken {
            let how = match (stands_on.contains(&operation.urn), lies_in(old)) {
                (true, _) => "depends on it",
                (false, true) => "lies in it",
                (false, false) => continue,
            };
            torn.push(Torn {
                selected: operation.urn.clone(),
                other: one.urn.clone(),
                message: format!(
                    "`{}` would be {}, and `{}`, which is not selected, {how}",
                    operation.urn.name(),
                    if operation.action.replaces() { "replaced" } else { "deleted" },
                    one.urn.name()
                ),
            });
        }
    }
    torn
}

/// Everything that is torn apart, as one message.
pub(super) fn torn_apart(torn: &[Torn]) -> String {
    let lines: Vec<&str> = torn.iter().map(|torn| torn.message.as_str()).collect();
    let names: BTreeSet<String> = torn.iter().map(|torn| format!("`--target '{}'`", torn.other)).collect();
    let names: Vec<String> = names.into_iter().collect();
    let names = match names.len() {
        0..=5 => names.join(" "),
        _ => "them by further `--target`".to_owned(),
    };
    format!(
        "{}\n  way out: select also {names}, or whatever depends on the targets by `--target-dependents`",
        lines.join("\n")
    )
}

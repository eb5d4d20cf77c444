//! What a plan says of what it is not about, and what is replaced because somebody asks for it.

use super::selection::check;
use super::{Desired, LeftOut, Operation, OperationKind, Pattern, PlanError, Planner, Selected};
use crate::Urn;
use crate::output::Expression;
use crate::program::Registration;
use crate::state::ResourceState;
use std::collections::{BTreeMap, BTreeSet, HashSet};

impl Planner<'_> {
    /// Something declared that was not selected and that the state has: it stays as the state has it.
    pub(super) fn left_alone(&self, registration: &Registration, old: &ResourceState) -> Operation {
        Operation {
            action: OperationKind::Same,
            old: None,
            location: Some(registration.location),
            reason: None,
            ..self.delete(old)
        }
    }

    pub(super) fn left_out(&self, desired: Option<&Desired>, selected: &Selected) -> LeftOut {
        if selected.is_all() {
            return LeftOut::default();
        }
        let declared = desired.iter().flat_map(|desired| &desired.registrations);
        let new = declared
            .filter(|one| !one.is_query && !selected.has(&one.urn) && self.state.get(&one.urn).is_none());
        LeftOut {
            kept: self.state.resources().filter(|one| !one.replaced && !selected.has(&one.urn)).count(),
            new: new.map(|one| one.urn.clone()).collect(),
            unmatched: selected.unmatched.clone(),
        }
    }

    /// The outputs of the stack. Those that need something that is left out keep their old values, or are not there yet.
    pub(super) fn computable(
        &self,
        desired: &Desired,
        missing: &HashSet<&Urn>,
    ) -> BTreeMap<String, Expression> {
        if missing.is_empty() {
            return desired.outputs.clone();
        }
        let before = self.state.outputs();
        let output = |(name, expression): (&String, &Expression)| {
            let computable = expression.dependencies().iter().all(|urn| !missing.contains(urn));
            let expression = match computable {
                true => Some(expression.clone()),
                false => before.get(name).map(|value| value.clone().into()),
            };
            Some((name.clone(), expression?))
        };
        desired.outputs.iter().filter_map(output).collect()
    }

    /// Why a resource is replaced though nothing forces it.
    pub(super) fn asked_for(&self, old: &ResourceState) -> Option<&'static str> {
        if old.tainted {
            return Some("it is tainted");
        }
        self.replace.iter().any(|pattern| pattern.matches(&old.urn)).then_some("`--replace` asks for it")
    }

    pub(super) fn unmatched_replacements(&self, desired: &Desired) -> Result<Vec<Pattern>, PlanError> {
        let declared = desired.registrations.iter().filter(|one| !one.is_query);
        let known: BTreeSet<&Urn> = declared.map(|one| &one.urn).collect();
        check(self.replace.iter(), &known, self.stack, self.selection.several_stacks)
    }
}

/// What is declared and will not be there, and the queries that need it.
pub(super) fn missing<'d>(desired: &'d Desired, order: &[usize], left_out: &LeftOut) -> HashSet<&'d Urn> {
    let mut missing = HashSet::new();
    for one in order.iter().map(|index| &desired.registrations[*index]).filter(|_| !left_out.new.is_empty()) {
        let lacks = one.is_query && one.dependencies.iter().any(|urn| missing.contains(urn));
        if lacks || left_out.new.contains(&one.urn) {
            missing.insert(&one.urn);
        }
    }
    missing
}

//! What an update touches, by its plan; and whether that goes together with what others have claimed.

use super::EngineError;
use crate::Urn;
use crate::plan::{Operation, OperationKind, OutputChange, Plan, PlanError};
use crate::state::{Claim, LiveClaim, Record, ResourceState, StateView, output_urn};
use std::collections::{BTreeMap, BTreeSet};

/// Why a plan waits for others who are at work.
pub(super) struct InTheWay {
    /// The numbers of their claims.
    pub claims: Vec<u64>,
    /// What stands against the plan when they do not end in time; that they are there, unless told.
    pub otherwise: Option<EngineError>,
}

impl InTheWay {
    /// All of them.
    pub fn all(beside: &[LiveClaim], otherwise: Option<EngineError>) -> Self {
        InTheWay { claims: beside.iter().map(|live| live.epoch).collect(), otherwise }
    }
}

/// Whether an error may come of what others are doing just now.
pub(super) fn may_pass(error: &EngineError) -> bool {
    let plan = |error: &PlanError| {
        matches!(error, PlanError::Torn(_) | PlanError::NothingMeant(_) | PlanError::Output { .. })
    };
    matches!(error, EngineError::Plan(error) if plan(error))
}

/// Who is in the way of a plan that touches this; without bounds, everybody is.
pub(super) fn in_the_way(beside: &[LiveClaim], plan: &Plan, claim: Option<&Claim>) -> Option<InTheWay> {
    if beside.is_empty() {
        return None;
    }
    if !plan.refusals.is_empty() {
        return Some(InTheWay::all(beside, Some(EngineError::Refused(plan.refusals.clone()))));
    }
    let Some(claim) = claim else { return Some(InTheWay::all(beside, None)) };
    let others: Vec<u64> =
        beside.iter().filter(|live| claim.conflict(&live.claim).is_some()).map(|live| live.epoch).collect();
    (!others.is_empty()).then_some(InTheWay { claims: others, otherwise: None })
}

/// What a plan touches, given what is written down besides; `None` where that has no bounds, since names change.
pub(super) fn claim_of(plan: &Plan, besides: &[Record], state: &StateView) -> Option<Claim> {
    let records = || besides.iter().chain(&plan.preparation.records);
    if records().any(|record| matches!(record, Record::Moved { .. })) {
        return None;
    }
    let mut writes: BTreeSet<Urn> = records().flat_map(|record| record.urns(&plan.stack)).collect();
    for operation in plan.operations.iter().filter(|operation| may_write(operation)) {
        writes.extend(operation.old.as_ref().map(|old| old.urn.clone()));
        writes.insert(operation.urn.clone());
    }
    let needs = Needs::of(plan, records(), state);
    let mut open: Vec<Urn> = writes.iter().cloned().collect();
    let outputs = outputs(plan, &writes, state);
    open.extend(outputs.reads);
    writes.extend(outputs.writes);
    let reads = needs.closure(open);
    Some(Claim { reads: reads.difference(&writes).cloned().collect(), writes })
}

/// Whether something may be recorded about the resource.
fn may_write(operation: &Operation) -> bool {
    match operation.action {
        OperationKind::Read => false,
        // What is the same may be recorded all the same, where the program says something else besides properties.
        OperationKind::Same => operation.old.as_deref().is_some_and(|old| {
            let trigger = operation.lifecycle.replacement_trigger.as_ref();
            old.kind != operation.kind
                || old.lifecycle != operation.lifecycle
                || old.dependencies.iter().ne(&operation.dependencies)
                || trigger.is_some_and(crate::Value::has_unknown)
        }),
        _ => true,
    }
}

/// The outputs of the stack that may be others afterwards: also what the plan calls the same may come out otherwise, where it
/// is of something that changes. All of them have one contract.
fn outputs(plan: &Plan, writes: &BTreeSet<Urn>, state: &StateView) -> Claim {
    let asked =
        |urn: &Urn| plan.operations.iter().any(|one| one.action == OperationKind::Read && one.urn == *urn);
    let expressions: BTreeMap<_, _> = plan.output_expressions.iter().flatten().collect();
    let names: BTreeSet<&String> =
        plan.outputs.keys().chain(expressions.keys().copied()).chain(state.outputs().keys()).collect();
    let other_contract = plan.contract != state.contract();
    let mut claim = Claim::default();
    for name in names {
        let needs = expressions.get(name).map(|one| one.dependencies()).unwrap_or_default();
        let changes = plan.outputs.get(name).is_some_and(OutputChange::is_change);
        if other_contract || changes || needs.iter().any(|urn| writes.contains(urn) || asked(urn)) {
            claim.writes.insert(output_urn(&plan.stack, name));
            claim.reads.extend(needs.iter().cloned());
        }
    }
    let contract = Urn::of_stack(&plan.stack);
    match (other_contract, claim.writes.is_empty()) {
        (true, _) => drop(claim.writes.insert(contract)),
        (false, false) => drop(claim.reads.insert(contract)),
        (false, true) => {}
    }
    claim
}

/// What each resource depends on, as the plan, the state and what is written down say.
struct Needs<'n>(BTreeMap<&'n Urn, Vec<&'n Urn>>);

impl<'n> Needs<'n> {
    fn of(plan: &'n Plan, records: impl Iterator<Item = &'n Record>, state: &'n StateView) -> Self {
        let mut needs: BTreeMap<&Urn, Vec<&Urn>> = BTreeMap::new();
        let mut add = |urn: &'n Urn, needed: &mut dyn Iterator<Item = &'n Urn>| {
            needs.entry(urn).or_default().extend(needed);
        };
        let recorded = |one: &'n ResourceState| one.dependencies.iter().chain(&one.lifecycle.deleted_with);
        for one in state.resources() {
            add(&one.urn, &mut recorded(one));
        }
        for one in &plan.operations {
            add(&one.urn, &mut one.dependencies.iter().chain(&one.queries));
            add(&one.urn, &mut one.lifecycle.deleted_with.iter().chain(&one.goes_with));
            add(&one.urn, &mut one.old.as_deref().into_iter().flat_map(recorded));
        }
        for record in records {
            if let Record::Saved { resource, .. } = record {
                add(&resource.urn, &mut recorded(resource));
            }
        }
        Needs(needs)
    }

    /// What these depend on, directly or not, and these.
    fn closure(&self, mut open: Vec<Urn>) -> BTreeSet<Urn> {
        let mut all: BTreeSet<Urn> = open.iter().cloned().collect();
        while let Some(urn) = open.pop() {
            for needed in self.0.get(&urn).into_iter().flatten() {
                if !all.contains(*needed) {
                    all.insert((*needed).clone());
                    open.push((*needed).clone());
                }
            }
        }
        all
    }
}

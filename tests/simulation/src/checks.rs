//! What must hold at every instant, and what must hold when nothing goes wrong any more.

use crate::kinds::Kind;
use crate::program::Program;
use crate::stage::{Stage, lock};
use atp_iac::Urn;
use atp_iac::plan::{OperationKind, Plan, Work};
use atp_iac::state::Action;
use azure_core::http::{Method, Request};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

/// What the plan of a process lets it write and delete. Before there is a plan, nothing.
#[derive(Debug, Default)]
pub(crate) struct Mandate(Mutex<Allowed>);

#[derive(Debug, Default)]
struct Allowed {
    /// Ids in lower case.
    writes: BTreeSet<String>,
    /// Ids in lower case, and whether what refers to them may still be there, because the same id comes back.
    deletes: BTreeMap<String, bool>,
}

impl Mandate {
    /// The process carries out this plan of a program; of a destroy when there is none.
    pub fn give(&self, stage: &Stage, plan: &Plan, program: Option<&Program>) {
        let mut allowed = Allowed::default();
        for step in &plan.steps.steps {
            let operation = &plan.operations[step.operation];
            let old = operation.old.as_ref().map(|old| old.id.to_ascii_lowercase());
            match step.work {
                Work::Delete => {
                    let comes_back = operation.action == OperationKind::ReplaceDeleteFirst;
                    allowed.deletes.extend(old.map(|old| (old, comes_back)));
                }
                Work::Update => allowed.writes.extend(old),
                Work::Create => {
                    let item = program.and_then(|program| Some(program.id(program.item_of(&operation.urn)?)));
                    allowed.writes.extend(item.map(|id| id.to_ascii_lowercase()));
                }
                Work::Check | Work::Forget | Work::Read => {}
            }
        }
        if let Some(program) = program {
            check_plan(stage, plan, program);
        }
        *lock(&self.0) = allowed;
    }

    /// A request reaches the cloud.
    pub fn check(&self, stage: &Stage, request: &Request) {
        let id = request.url().path().trim_end_matches('/').to_ascii_lowercase();
        let allowed = lock(&self.0);
        match request.method() {
            Method::Put | Method::Patch
                if !allowed.writes.contains(&id) && !is_below(&id, &allowed.writes) =>
            {
                stage.violated(format!("{id} is written, and the plan does not say so"));
            }
            Method::Delete => match allowed.deletes.get(&id) {
                Some(comes_back) => check_order(stage, &id, *comes_back),
                None if is_below(&id, &allowed.writes) => {}
                None => stage.violated(format!("{id} is deleted, and the plan does not say so")),
            },
            _ => {}
        }
    }
}

/// Whether an id is a part of one of these.
fn is_below(id: &str, others: &BTreeSet<String>) -> bool {
    others.iter().any(|other| id.strip_prefix(other.as_str()).is_some_and(|rest| rest.starts_with('/')))
}

/// That a plan knows each resource of the program, and deletes none of them.
fn check_plan(stage: &Stage, plan: &Plan, program: &Program) {
    let mut planned: BTreeMap<&str, usize> = BTreeMap::new();
    for operation in plan.operations.iter().filter(|operation| !operation.action.leaves()) {
        *planned.entry(operation.urn.name()).or_default() += 1;
    }
    for item in program.present() {
        let times = planned.remove(item.name.as_str()).unwrap_or(0);
        if times != 1 {
            stage.violated(format!("{} is {times} times in the plan", item.name));
        }
    }
    if !planned.is_empty() {
        stage.violated(format!("the plan keeps what the program does not have: {planned:?}"));
    }
}

/// That nothing that is there refers to what is deleted.
fn check_order(stage: &Stage, id: &str, comes_back: bool) {
    let Some(view) = stage.state() else { return };
    let Ok(there) = stage.simulator.resources() else { return };
    let there: BTreeSet<String> = there.into_iter().map(|(id, _)| id.to_ascii_lowercase()).collect();
    for resource in view.resources() {
        let other = resource.id.to_ascii_lowercase();
        if other == id || comes_back || !there.contains(&other) {
            continue;
        }
        let inputs = resource.inputs.to_json_exposed().unwrap_or_default();
        let is_in_the_way = other.strip_prefix(id).is_some_and(|rest| rest.starts_with('/'));
        let cannot_go = resource.kind == Kind::VaultSecret.type_name();
        if (is_in_the_way && !cannot_go) || mentions(&inputs, id) {
            stage.violated(format!("{id} is deleted, and {other} is still there"));
        }
    }
}

fn mentions(value: &Json, id: &str) -> bool {
    match value {
        Json::String(text) => text.eq_ignore_ascii_case(id),
        Json::Array(items) => items.iter().any(|item| mentions(item, id)),
        Json::Object(map) => map.values().any(|item| mentions(item, id)),
        _ => false,
    }
}

/// That what was recorded as done is in the state now, and what was deleted is not.
pub(crate) fn check_recorded(stage: &Stage, urn: &Urn, work: Work, old: Option<&str>) {
    let Some(view) = stage.state() else {
        stage.violated(format!("{urn} is done, and there is no state"));
        return;
    };
    let is_open = |action: Action| view.pending().any(|intent| intent.urn == *urn && intent.action == action);
    let missing = match work {
        Work::Create => view.get(urn).is_none() || is_open(Action::Create),
        Work::Update => view.get(urn).is_none() || is_open(Action::Update),
        Work::Delete => old.is_some_and(|old| view.object(urn, old).is_some()),
        _ => false,
    };
    if missing {
        stage.violated(format!("{work:?} of {urn} was said to be done, and the state does not say so"));
    }
}

/// What this run ever wrote to the cloud, so that what is left can be told from what others made.
#[derive(Debug, Default)]
pub(crate) struct Made(BTreeSet<String>);

impl Made {
    /// All that a program would make.
    pub fn may_be_of(&mut self, program: &Program) {
        let ids = program.present().filter(|item| item.kind.can_be_deleted());
        self.0.extend(ids.map(|item| program.id(item).to_ascii_lowercase()));
    }

    /// That nothing of it is there that neither state nor journal knows.
    pub fn check_orphans(&self, stage: &Stage) {
        for id in self.orphans(stage) {
            stage.violated(format!("{id} is an orphan"));
        }
    }

    /// What is there and neither state nor journal knows.
    pub fn orphans(&self, stage: &Stage) -> Vec<String> {
        let mut known: BTreeSet<String> = BTreeSet::new();
        if let Some(view) = stage.state() {
            known.extend(view.resources().map(|resource| resource.id.to_ascii_lowercase()));
            known.extend(view.pending().map(|intent| intent.id.to_ascii_lowercase()));
        }
        let there = match stage.simulator.resources() {
            Ok(there) => there,
            Err(error) => {
                stage.violated(error.to_string());
                return Vec::new();
            }
        };
        let there = there.into_iter().map(|(id, _)| id.to_ascii_lowercase());
        there.filter(|id| self.0.contains(id) && !known.contains(id)).collect()
    }
}

/// That the cloud has what the program says, and nothing else of what this run made.
pub(crate) fn check_cloud(stage: &Stage, program: &Program, made: &Made) {
    let there: BTreeMap<String, Json> = match stage.simulator.resources() {
        Ok(there) => there.into_iter().map(|(id, body)| (id.to_ascii_lowercase(), body)).collect(),
        Err(error) => return stage.violated(error.to_string()),
    };
    let mut expected = BTreeSet::new();
    for item in program.present() {
        let id = program.id(item).to_ascii_lowercase();
        match there.get(&id) {
            None => stage.violated(format!("{id} is in the program, and not in the cloud")),
            Some(body) => {
                let wanted = program.expected(item);
                if !has(body, &wanted) {
                    stage.violated(format!("{id} should be {wanted}, and is {body}"));
                }
            }
        }
        expected.insert(id);
    }
    for id in there.keys().filter(|id| made.0.contains(*id)) {
        if !expected.contains(id) {
            stage.violated(format!("{id} is left in the cloud, and not in the program"));
        }
    }
}

/// Whether a body has everything that is wanted. Lists may have another order, and texts another case.
fn has(body: &Json, wanted: &Json) -> bool {
    match (body, wanted) {
        (Json::Object(body), Json::Object(wanted)) => wanted.iter().all(|(key, wanted)| {
            let found = body.iter().find(|(other, _)| other.eq_ignore_ascii_case(key));
            found.is_some_and(|(_, found)| has(found, wanted))
        }),
        (Json::Array(body), Json::Array(wanted)) => {
            body.len() == wanted.len()
                && wanted.iter().all(|wanted| body.iter().any(|found| has(found, wanted)))
        }
        (Json::String(found), Json::String(wanted)) => found.eq_ignore_ascii_case(wanted),
        (found, wanted) => found == wanted,
    }
}

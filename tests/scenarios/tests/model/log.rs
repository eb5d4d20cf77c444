//! What the cloud was asked, held against the plan and against the order in which things may happen.

use atp_iac::plan::{OperationKind, Plan};
use atp_iac::testing::CallKind;
use scenarios::{Item, World, stack_name};
use std::collections::{BTreeMap, BTreeSet};

/// What there was before a run.
pub struct Log {
    calls: usize,
    objects: BTreeSet<String>,
    /// For each object, those that it depends on, as the state says.
    depended: BTreeMap<String, BTreeSet<String>>,
    /// For each object that the program makes or changes, those that must be there first.
    needs: BTreeMap<String, BTreeSet<String>>,
}

impl Log {
    pub async fn begin(world: &World, items: &[Item]) -> Self {
        let state = world.engine.state(&stack_name()).await.unwrap();
        let resources: Vec<_> = state.iter().flat_map(|state| state.resources().cloned()).collect();
        let ids: BTreeMap<_, _> = resources
            .iter()
            .filter(|one| !one.replaced)
            .map(|one| (one.urn.clone(), one.id.clone()))
            .collect();
        let depended = resources.iter().filter(|one| !one.replaced).map(|one| {
            (one.id.clone(), one.dependencies.iter().filter_map(|urn| ids.get(urn).cloned()).collect())
        });
        let id = |name: &String| {
            let item = items.iter().find(|item| item.name == *name);
            format!("T/{}", item.and_then(|item| item.cloud_name.as_deref()).unwrap_or(name))
        };
        let needs = items.iter().map(|item| {
            let others = item.links.values().chain(item.asks.values()).chain(&item.waits_for);
            (id(&item.name), others.map(id).collect())
        });
        Log {
            calls: world.cloud.calls().len(),
            objects: world.cloud.objects().into_keys().collect(),
            depended: depended.collect(),
            needs: needs.collect(),
        }
    }

    /// Whether the calls since are those of the plan, each once, in an order in which each could be made.
    pub fn check(mut self, world: &World, plan: &Plan) {
        let calls = world.cloud.calls().split_off(self.calls);
        let writes = calls.into_iter().filter(|call| !matches!(call.kind, CallKind::Read | CallKind::Query));
        let writes: Vec<_> = writes.collect();
        let done: Vec<(CallKind, String)> = writes.iter().map(|call| (call.kind, call.id.clone())).collect();
        assert_eq!(sorted(done), sorted(planned(plan)), "what was called is not what was planned");
        let deleted: BTreeSet<&String> =
            writes.iter().filter(|call| call.kind == CallKind::Delete).map(|call| &call.id).collect();
        let mut waiting: BTreeSet<String> = deleted.iter().map(|id| (*id).clone()).collect();
        for call in &writes {
            match call.kind {
                CallKind::Create => {
                    assert!(self.objects.insert(call.id.clone()), "{} is made twice", call.id)
                }
                CallKind::Delete => {
                    assert!(self.objects.remove(&call.id), "{} is deleted twice", call.id);
                    waiting.remove(&call.id);
                    let held = waiting.iter().find(|other| {
                        self.depended.get(*other).is_some_and(|others| others.contains(&call.id))
                    });
                    assert_eq!(held, None, "{} goes before what depends on it", call.id);
                }
                CallKind::Update | CallKind::Read | CallKind::Query => {}
            }
            if call.kind != CallKind::Delete {
                let missing = self.needs[&call.id].iter().find(|other| !self.objects.contains(*other));
                assert_eq!(missing, None, "{} comes before what it depends on", call.id);
            }
        }
    }
}

fn sorted(mut calls: Vec<(CallKind, String)>) -> Vec<(CallKind, String)> {
    calls.sort();
    calls
}

/// The calls that a plan stands for.
fn planned(plan: &Plan) -> Vec<(CallKind, String)> {
    let mut calls = Vec::new();
    for operation in &plan.operations {
        let old = operation.old.as_ref().map(|old| old.id.clone());
        let new = || {
            format!("T/{}", operation.inputs.get("name").and_then(|name| name.as_str()).unwrap_or_default())
        };
        match operation.action {
            OperationKind::Create => calls.push((CallKind::Create, new())),
            OperationKind::Update => calls.extend(old.map(|id| (CallKind::Update, id))),
            OperationKind::Delete => calls.extend(old.map(|id| (CallKind::Delete, id))),
            action if action.replaces() => {
                calls.push((CallKind::Create, new()));
                calls.extend(old.map(|id| (CallKind::Delete, id)));
            }
            _ => {}
        }
    }
    calls
}

//! The way back to what an update left: its recorded state, taken for what is wanted.
//!
//! No program runs. What it said of each resource stands in the state as values, with its dependencies and what outlives the
//! program of its options; that is planned and carried out as any update is. What only a program has, such as hooks and
//! transforms, is not there: the plan says so, and refuses what would need it.

use super::{Deployment, Engine, EngineError};
use crate::history;
use crate::output::Expression;
use crate::plan::{Desired, Notice, OperationKind, Plan, Refusal};
use crate::program::{Location, Registration};
use crate::provider::Provider;
use crate::resource::{Hook, HookMoment, Options};
use crate::state::{ResourceState, StateView};
use crate::value::Value;
use crate::{StackName, Urn};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// What a rollback wants.
pub(super) struct Aim {
    /// The update whose state it is.
    pub to: u64,
    /// What that update left, as a program would say it.
    pub desired: Desired,
    /// What had been half done or marked then.
    unfinished: Vec<Urn>,
}

impl Engine {
    /// The stack with what update `to` left as what is wanted of it, for [`update`](Engine::update) with
    /// [`Kind::Up`](super::Kind::Up): the way back is planned, shown and carried out as any update.
    ///
    /// # Errors
    /// When there is no such record, or the state after it is not kept or cannot be read.
    pub async fn rollback(&self, name: &StackName, to: u64) -> Result<Deployment, EngineError> {
        let record = history::record(self.store.as_ref(), name, to).await?;
        let (then, _) = history::state_after(self.store.as_ref(), self.keys.as_ref(), name, &record).await?;
        let now = self.state(name).await?;
        let aim = Aim {
            to,
            desired: desired(&then, now.as_ref(), to),
            unfinished: present(&then)
                .filter(|one| one.incomplete || one.tainted)
                .map(|one| one.urn.clone())
                .collect(),
        };
        let mut deployment = Deployment::of_function(name.clone(), |_| Ok(BTreeMap::new()));
        deployment.contract = then.contract();
        deployment.aim = Some(Arc::new(aim));
        Ok(deployment)
    }
}

fn present(state: &StateView) -> impl Iterator<Item = &ResourceState> {
    state.resources().filter(|one| !one.replaced)
}

/// What a state says, as a program would.
fn desired(then: &StateView, now: Option<&StateView>, to: u64) -> Desired {
    let names: HashMap<String, &Urn> = now
        .into_iter()
        .flat_map(present)
        .filter(|one| then.get(&one.urn).is_none())
        .map(|one| (one.id.to_ascii_lowercase(), &one.urn))
        .collect();
    let registrations = present(then).map(|one| {
        let is_there = now.is_some_and(|now| now.get(&one.urn).is_some());
        // What is called otherwise by now moves back.
        let renamed = names.get(&one.id.to_ascii_lowercase()).filter(|_| !is_there);
        registration(one, renamed.map(|urn| (*urn).clone()), to)
    });
    let known = |(name, value): (&String, &Value)| (name.clone(), Expression::from(value.clone()));
    Desired {
        registrations: registrations.collect(),
        outputs: then.outputs().iter().map(known).collect(),
        contract: then.contract(),
        delete_hooks: BTreeMap::new(),
    }
}

fn registration(one: &ResourceState, alias: Option<Urn>, to: u64) -> Registration {
    let lifecycle = &one.lifecycle;
    let options = Options {
        protect: Some(lifecycle.protect),
        retain: lifecycle.retain.clone(),
        deleted_with: lifecycle.deleted_with.clone(),
        timeouts: lifecycle.timeouts,
        secret_outputs: lifecycle.secret_outputs.clone(),
        // What stayed when it was forgotten may be there still.
        adopt_if_exists: lifecycle.retain.is_some().then_some(true),
        replacement_trigger: lifecycle.replacement_trigger.clone().map(Expression::from),
        hooks: lifecycle.delete_hooks.iter().map(|name| stand_in(name)).collect(),
        ..Options::default()
    };
    Registration {
        urn: one.urn.clone(),
        provider: one.provider.clone(),
        inputs: Arc::new(Expression::from(one.inputs.clone())),
        dependencies: one.dependencies.iter().cloned().collect(),
        options: Arc::new(options),
        aliases: alias.into_iter().collect(),
        location: Location { file: "the record of update", line: u32::try_from(to).unwrap_or(u32::MAX) },
        is_query: false,
    }
}

/// In the place of a hook that only the program has: it keeps its name in the state, and lets nothing be deleted without it.
fn stand_in(name: &str) -> Hook {
    let message = format!("only the program has the hook `{name}`, and a rollback does not run it");
    Hook::new(name, [HookMoment::BeforeDelete], move |_| {
        let message = message.clone();
        async move { Err(message) }
    })
}

impl Aim {
    /// Says of a plan what stands against it for want of the program, and what it does not bring back.
    pub fn judge(&self, plan: &mut Plan, providers: &BTreeMap<String, Arc<dyn Provider>>) {
        let known: HashSet<Urn> = plan.refusals.iter().map(|refusal| refusal.urn.clone()).collect();
        for operation in &plan.operations {
            let deletes = operation.action.replaces()
                || (operation.action == OperationKind::Delete && operation.goes_with.is_none());
            let hooks = &operation.lifecycle.delete_hooks;
            if deletes && !hooks.is_empty() && !known.contains(&operation.urn) {
                let names: Vec<&str> = hooks.iter().map(String::as_str).collect();
                plan.refusals.push(Refusal {
                    urn: operation.urn.clone(),
                    message: format!(
                        "`{}` would be deleted without its hook {}, which only the program has",
                        operation.urn.name(),
                        names.join(", ")
                    ),
                    hint: "run `up` with the program of that time, or leave it out with `--exclude`"
                        .to_owned(),
                });
            }
        }
        let notices = plan.operations.iter().filter_map(|operation| {
            let urn = || operation.urn.clone();
            let name = operation.urn.name();
            let holds = providers.get(&operation.provider).is_none_or(|one| one.holds_data(&operation.kind));
            let message = match operation.action {
                OperationKind::Create if holds => {
                    format!("`{name}` is made anew: what the deleted one held does not come back")
                }
                OperationKind::Create | OperationKind::Update if self.unfinished.contains(&operation.urn) => {
                    format!("`{name}` was not finished, or was tainted, after update {}", self.to)
                }
                OperationKind::Replace | OperationKind::ReplaceDeleteFirst if holds => {
                    format!("`{name}` is made anew: what it holds now is lost, and what it held then does not come back")
                }
                _ => return None,
            };
            let hint = "restore its data from a backup of its own, if there is one".to_owned();
            Some(Notice { urn: urn(), message, hint })
        });
        plan.notices.extend(notices.collect::<Vec<_>>());
        let makes = plan.operations.iter().any(|operation| operation.action.writes());
        if makes {
            plan.notices.push(Notice {
                urn: Urn::of_stack(&plan.stack),
                message: "no program runs: hooks, transforms and ignored properties are not heeded, and values that the \
                          cloud gave to other resources are written as they were"
                    .to_owned(),
                hint: "run `up` with the program of that time where these matter".to_owned(),
            });
        }
    }
}

//! What is otherwise than when a plan was made.

use super::digests::{Object, Seen, known};
use super::{Saved, SavedBase, SavedPlan};
use crate::plan::{Departure, Operation, OperationKind, Plan, agrees, first_difference, verb};
use crate::state::{LastUpdate, Outcome, StateView};
use crate::{StackName, Urn};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Something that moved since a plan was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// The plan is of another stack than it is to be carried out for.
    Stack(Box<StackName>),
    /// The plan is to something else than what is to be done.
    Goal {
        /// What: `up`, `destroy` or `rollback`.
        operation: &'static str,
        /// Of a rollback: to which update.
        to: Option<u64>,
    },
    /// The state is of another history.
    Lineage {
        /// That of the plan.
        planned: String,
        /// That of the state.
        found: String,
    },
    /// The stack had no state, and has one now.
    Appeared {
        /// Its serial.
        serial: u64,
    },
    /// The stack had a state, and has none now.
    Vanished,
    /// The state is another one.
    State {
        /// The serial that the plan was made from.
        planned: u64,
        /// The serial now.
        found: u64,
        /// What was carried out last.
        by: Option<Box<LastUpdate>>,
    },
    /// An object that the state knows.
    Known(Urn, How),
    /// The plan was carried out to its end.
    Done,
    /// A value of the configuration.
    Config(String, How),
    /// What the program declares.
    Declared(Urn, How),
    /// An output that the program gives.
    Output(String, How),
    /// The contract of the program's outputs.
    Contract,
    /// What the cloud says of an object.
    Object(Urn, How),
    /// What a query answers.
    Answer(Urn),
    /// Something would be done that the plan does not say.
    Departure(Departure),
    /// Something that the plan says would not be done.
    Missing(Urn, OperationKind),
    /// The state would be told something else of a resource before the first step, such as that it moved.
    Told(Urn),
    /// What becomes of an output of the stack.
    Result(String),
}

/// In which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It was not there.
    New,
    /// It is not there any more.
    Gone,
    /// It is another one.
    Changed,
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Moved::Stack(stack) => write!(f, "it is a plan of {stack}"),
            Moved::Goal { operation, to: None } => write!(f, "it is a plan to `{operation}`"),
            Moved::Goal { operation, to: Some(to) } => write!(f, "it is a plan to `{operation} --to {to}`"),
            Moved::Lineage { planned, found } => {
                write!(
                    f,
                    "it is of another history of the stack: of lineage {planned}, and the state is of {found}"
                )
            }
            Moved::Appeared { serial } => {
                write!(
                    f,
                    "it was made before the stack had a state, and there is one now, with serial {serial}"
                )
            }
            Moved::Vanished => f.write_str("the state that it was made from is gone"),
            Moved::State { planned, found, by } => {
                write!(f, "the state changed: its serial was {planned} and is {found}")?;
                by.as_ref().map_or(Ok(()), |last| {
                    write!(f, "; the last `{}` was by {} on {}", last.operation, last.by.who, last.by.host)
                })
            }
            Moved::Known(urn, how) => write!(f, "in the state, `{}` {}", urn.name(), how.said()),
            Moved::Done => f.write_str("it was carried out to its end already"),
            Moved::Config(path, how) => write!(f, "in the configuration, `{path}` {}", how.said()),
            Moved::Declared(urn, how) => write!(f, "in the program, `{}` {}", urn.name(), how.said()),
            Moved::Output(name, how) => write!(f, "in the program, the output `{name}` {}", how.said()),
            Moved::Contract => f.write_str("the outputs of the program have another contract"),
            Moved::Object(urn, how) => write!(f, "in the cloud, `{}` {}", urn.name(), how.said()),
            Moved::Answer(urn) => write!(f, "the query `{}` has another answer", urn.name()),
            Moved::Departure(Departure { urn, planned, property: None, .. }) => {
                let (name, noun) = (urn.name(), noun(*planned));
                write!(f, "`{name}` would {}: {noun} is not allowed by the plan", verb(*planned))
            }
            Moved::Departure(Departure { urn, planned, property: Some(property), .. }) => {
                let (name, verb) = (urn.name(), verb(*planned));
                match property.as_str() {
                    "" => write!(f, "`{name}` would {verb} otherwise than the plan says"),
                    property => {
                        write!(f, "`{name}` would {verb} with another `{property}` than the plan says")
                    }
                }
            }
            Moved::Missing(urn, planned) => {
                write!(f, "`{}` was to {}, and that would not be done", urn.name(), verb(*planned))
            }
            Moved::Told(urn) => {
                write!(f, "what the state is told of `{}` first is otherwise than the plan says", urn.name())
            }
            Moved::Result(name) => write!(f, "the output `{name}` of the stack would become something else"),
        }
    }
}

impl How {
    fn said(self) -> &'static str {
        match self {
            How::New => "is new",
            How::Gone => "is gone",
            How::Changed => "changed",
        }
    }
}

fn noun(action: OperationKind) -> &'static str {
    match action {
        OperationKind::Create => "create",
        OperationKind::Update => "update",
        OperationKind::Delete => "delete",
        action if action.replaces() => "replace",
        action if action.leaves() => "forgetting",
        _ => "this",
    }
}

/// How the state stands to a saved plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Standing {
    /// It is the one that the plan was made from.
    Untouched,
    /// A run of the plan got half way.
    HalfWay,
}

impl SavedPlan {
    /// Whether the state is the one that the plan was made from, or one that the plan itself left half way. `digest` is that
    /// of the state; `None` when there is none.
    pub(in crate::engine) fn stands(
        &self,
        saved: &Saved,
        state: &StateView,
        digest: Option<&str>,
    ) -> Result<Standing, Vec<Moved>> {
        if self.stack != *state.stack() {
            return Err(vec![Moved::Stack(Box::new(self.stack.clone()))]);
        }
        let last = state.last_update().filter(|last| digest.is_some() && last.plan == saved.digest);
        match last.map(|last| last.result) {
            Some(Some(Outcome::Done)) => return Err(vec![Moved::Done]),
            Some(_) => return Ok(Standing::HalfWay),
            None => {}
        }
        let (base, digest) = match (&saved.base, digest) {
            (None, None) => return Ok(Standing::Untouched),
            (None, Some(_)) => return Err(vec![Moved::Appeared { serial: state.serial() }]),
            (Some(_), None) => return Err(vec![Moved::Vanished]),
            (Some(base), Some(digest)) => (base, digest),
        };
        let SavedBase { lineage, serial, digest: planned } = base;
        if lineage != state.lineage() {
            let (planned, found) = (lineage.clone(), state.lineage().to_owned());
            return Err(vec![Moved::Lineage { planned, found }]);
        }
        if planned == digest {
            return Ok(Standing::Untouched);
        }
        let by = state.last_update().cloned().map(Box::new);
        let mut moved = vec![Moved::State { planned: *serial, found: state.serial(), by }];
        if let Some(fingerprints) = &saved.plan.fingerprints {
            let before = saved.seen.objects.iter();
            let before = before.filter_map(|(key, object)| Some((key.clone(), object.known.clone()?)));
            let changed = differences(&before.collect(), &known(state, fingerprints));
            moved.extend(changed.into_iter().map(|((urn, _), how)| Moved::Known(urn, how)));
        }
        Err(moved)
    }
}

impl Saved {
    /// What is otherwise in a plan that was made anew, and in what it was made from.
    pub(in crate::engine) fn moved(&self, plan: &Plan, seen: &Seen, standing: Standing) -> Vec<Moved> {
        let mut moved = Vec::new();
        let all = &mut moved;
        add(all, &self.seen.config, &seen.config, Moved::Config);
        add(all, &self.seen.declared, &seen.declared, Moved::Declared);
        add(all, &self.seen.outputs, &seen.outputs, Moved::Output);
        if self.plan.contract != plan.contract {
            all.push(Moved::Contract);
        }
        let (planned, found) = (&self.plan.preparation.told, &plan.preparation.told);
        let new = found.iter().filter(|told| !planned.contains(told));
        // What a run of the plan has told the state is not told again.
        let gone = planned.iter().filter(|told| standing == Standing::Untouched && !found.contains(told));
        all.extend(new.chain(gone).map(|told| Moved::Told(told.urn.clone())));
        match standing {
            // What the plan itself has done is otherwise now: what is left to do must be within the plan.
            Standing::HalfWay => all.extend(plan.departures(&self.plan).into_iter().map(Moved::Departure)),
            Standing::Untouched => {
                let read = |object: &Object| object.read.clone();
                let objects = |seen: &Seen| -> BTreeMap<(Urn, String), String> {
                    let objects = seen.objects.iter();
                    objects.filter_map(|(key, object)| Some((key.clone(), read(object)?))).collect()
                };
                let changed = differences(&objects(&self.seen), &objects(seen));
                all.extend(changed.into_iter().map(|((urn, _), how)| Moved::Object(urn, how)));
                let answers = differences(&self.seen.answers, &seen.answers);
                all.extend(answers.into_iter().map(|(urn, _)| Moved::Answer(urn)));
                operations(&self.plan, plan, all);
            }
        }
        moved
    }
}

fn add<K: Ord + Clone>(
    moved: &mut Vec<Moved>,
    before: &BTreeMap<K, String>,
    now: &BTreeMap<K, String>,
    of: impl Fn(K, How) -> Moved,
) {
    moved.extend(differences(before, now).into_iter().map(|(key, how)| of(key, how)));
}

fn differences<K: Ord + Clone>(before: &BTreeMap<K, String>, now: &BTreeMap<K, String>) -> Vec<(K, How)> {
    let keys: BTreeSet<&K> = before.keys().chain(now.keys()).collect();
    let how = |key: &K| match (before.get(key), now.get(key)) {
        (None, _) => Some(How::New),
        (_, None) => Some(How::Gone),
        (Some(before), Some(now)) => (before != now).then_some(How::Changed),
    };
    keys.into_iter().filter_map(|key| Some((key.clone(), how(key)?))).collect()
}

/// What is done to which object. A resource has several objects only while old ones are still to be deleted.
fn object(operation: &Operation) -> (&Urn, Option<&str>) {
    let replaced = operation.old.as_ref().filter(|old| old.replaced);
    (&operation.urn, replaced.map(|old| old.id.as_str()))
}

/// What was unknown in the saved plan may be anything now: it was shown as unknown.
fn operations(saved: &Plan, plan: &Plan, moved: &mut Vec<Moved>) {
    let mut planned: BTreeMap<_, _> = saved.operations.iter().map(|one| (object(one), one)).collect();
    for operation in &plan.operations {
        let before = planned.remove(&object(operation));
        let departure = |property| {
            let (urn, approved) = (operation.urn.clone(), before.map(|before| before.action));
            Moved::Departure(Departure { urn, approved, planned: operation.action, property })
        };
        match before {
            Some(before) if before.action == operation.action => {
                if !agrees(&before.inputs, &operation.inputs) {
                    let path = first_difference(&before.inputs, &operation.inputs);
                    moved.push(departure(Some(path)));
                } else if !same_besides(before, operation) {
                    moved.push(departure(Some(String::new())));
                }
            }
            Some(before) if operation.action == OperationKind::Same => {
                moved.push(Moved::Missing(operation.urn.clone(), before.action));
            }
            None if operation.action == OperationKind::Same => {}
            _ => moved.push(departure(None)),
        }
    }
    let missing = planned.into_values().filter(|operation| operation.action != OperationKind::Same);
    moved.extend(missing.map(|operation| Moved::Missing(operation.urn.clone(), operation.action)));
    for (name, before) in &saved.outputs {
        let agreed = plan.outputs.get(name).is_some_and(|now| match (&before.after, &now.after) {
            (Some(before), Some(now)) => agrees(before, now),
            (before, now) => before == now,
        });
        if !agreed {
            moved.push(Moved::Result(name.clone()));
        }
    }
}

/// Whether all that is not a property is the same.
fn same_besides(before: &Operation, now: &Operation) -> bool {
    let id = |operation: &Operation| operation.old.as_ref().map(|old| old.id.clone());
    before.provider == now.provider
        && id(before) == id(now)
        && before.dependencies == now.dependencies
        && before.queries == now.queries
        && before.lifecycle == now.lifecycle
        && before.goes_with == now.goes_with
}

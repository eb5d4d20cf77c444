//! What a plan knows of the outputs that resources will have.

use crate::Urn;
use crate::output::Resolver;
use crate::state::StateView;
use crate::urn::UrnMap;
use crate::value::{Kind, Path, Value};
use std::collections::BTreeSet;

/// Outputs to expect: predicted for what changes, those of the state for what stays, answers for queries.
pub(super) struct Predicted<'s> {
    state: &'s StateView,
    changed: UrnMap<Changed>,
    answered: UrnMap<Value>,
    deleted_first: BTreeSet<Urn>,
}

struct Changed {
    outputs: Value,
    /// Whether it is created, replaced or finished.
    remade: bool,
}

impl<'s> Predicted<'s> {
    pub(super) fn new(state: &'s StateView) -> Self {
        Predicted {
            state,
            changed: UrnMap::default(),
            answered: UrnMap::default(),
            deleted_first: BTreeSet::new(),
        }
    }

    /// A resource that is changed in place, or a query that is asked while the plan is carried out.
    pub(super) fn set(&mut self, urn: &Urn, outputs: Value) {
        self.changed.insert(urn.clone(), Changed { outputs, remade: false });
    }

    /// A resource that is created or replaced, or finished.
    pub(super) fn remake(&mut self, urn: &Urn, outputs: Value) {
        self.changed.insert(urn.clone(), Changed { outputs, remade: true });
    }

    /// A resource that is deleted before its successor is made: whoever refers to it by id has to look again, so the id
    /// counts as not known.
    pub(super) fn delete_first(&mut self, urn: &Urn, outputs: Value) {
        self.deleted_first.insert(urn.clone());
        self.remake(urn, forget_id(outputs, urn));
    }

    /// Whether it is a resource that is deleted before its successor is made.
    pub(super) fn is_deleted_first(&self, urn: &Urn) -> bool {
        self.deleted_first.contains(urn)
    }

    /// A query that is asked before the plan; or a resource that stays, of which more is known than the state has.
    pub(super) fn answer(&mut self, urn: &Urn, answer: Value) {
        self.answered.insert(urn.clone(), answer);
    }

    /// Whether it is a resource that is created, replaced or finished.
    pub(super) fn is_remade(&self, urn: &Urn) -> bool {
        self.changed.get(urn).is_some_and(|changed| changed.remade)
    }

    pub(super) fn is_changed(&self, urn: &Urn) -> bool {
        self.changed.contains_key(urn)
    }
}

impl Resolver for Predicted<'_> {
    fn outputs(&self, urn: &Urn) -> Option<&Value> {
        let changed = self.changed.get(urn).map(|changed| &changed.outputs);
        let found = changed.or_else(|| self.answered.get(urn));
        found.or_else(|| self.state.get(urn).map(|resource| &resource.outputs))
    }
}

fn forget_id(mut outputs: Value, urn: &Urn) -> Value {
    if let Value::Map(map) = &mut outputs
        && let Some(id) = map.get_mut("id")
    {
        *id = Value::unknown(Kind::String, format!("${{{}.id}}", urn.name()));
    }
    outputs
}

/// Whether what is known in `planned` is the same in `actual`. What was not known may be anything, or not be there.
pub(crate) fn agrees(planned: &Value, actual: &Value) -> bool {
    match (planned, actual) {
        (Value::Unknown(_), _) => true,
        (Value::Secret(planned), actual) => agrees(planned, actual.exposed()),
        (planned, Value::Secret(actual)) => agrees(planned, actual),
        (Value::Map(planned), Value::Map(actual)) => {
            let known = |(key, value): (&String, &Value)| match actual.get(key) {
                Some(actual) => agrees(value, actual),
                // It may turn out to be nothing.
                None => matches!(value.exposed(), Value::Unknown(_)),
            };
            planned.iter().all(known) && actual.keys().all(|key| planned.contains_key(key))
        }
        (Value::List(planned), Value::List(actual)) => {
            planned.len() == actual.len() && planned.iter().zip(actual).all(|(x, y)| agrees(x, y))
        }
        (planned, actual) => planned == actual,
    }
}

/// The path of the first part that is known in `planned` and is otherwise in `actual`.
pub(crate) fn first_difference(planned: &Value, actual: &Value) -> String {
    fn walk(planned: &Value, actual: &Value, path: &mut Path) -> bool {
        match (planned.exposed(), actual.exposed()) {
            (Value::Map(planned), Value::Map(actual)) => {
                let keys: BTreeSet<&String> = planned.keys().chain(actual.keys()).collect();
                keys.into_iter().any(|key| {
                    path.push_key(key);
                    let found = match (planned.get(key), actual.get(key)) {
                        (Some(planned), Some(actual)) => walk(planned, actual, path),
                        (Some(planned), None) => !matches!(planned.exposed(), Value::Unknown(_)),
                        _ => true,
                    };
                    if !found {
                        path.pop();
                    }
                    found
                })
            }
            (planned, actual) => !agrees(planned, actual),
        }
    }
    let mut path = Path::root();
    walk(planned, actual, &mut path);
    path.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_part_agrees_with_anything_and_a_known_one_only_with_itself() {
        let planned = Value::from([("a", Value::unknown(Kind::Any, "x")), ("b", "1".into())]);
        assert!(agrees(&planned, &Value::from([("a", Value::from(3i64)), ("b", "1".into())])));
        assert!(!agrees(&planned, &Value::from([("a", Value::from(3i64)), ("b", "2".into())])));
        assert!(
            agrees(&planned, &Value::from([("b", Value::from("1"))])),
            "what was not known may be nothing"
        );
        assert!(!agrees(&planned, &Value::from([("a", Value::from("1"))])));
        let more = Value::from([("b", Value::from("1")), ("c", Value::Null)]);
        assert_eq!((agrees(&planned, &more), first_difference(&planned, &more).as_str()), (false, "c"));
    }
}

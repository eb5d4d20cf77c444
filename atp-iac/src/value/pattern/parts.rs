//! The parts of a value that the steps of a pattern lead to: finding them, changing them, and keeping them.

use super::step::Step;
use crate::value::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The parts of a value that the steps lead to. What is not known may have them.
pub(super) fn collect<'v>(steps: &[Step], value: &'v Value, found: &mut Vec<&'v Value>) {
    let Some((step, rest)) = steps.split_first() else { return found.push(value) };
    match value.exposed() {
        unknown @ Value::Unknown(_) => found.push(unknown),
        Value::Map(map) => {
            let entries = map.iter().filter(|(key, _)| step.is(key));
            entries.for_each(|(_, value)| collect(rest, value, found));
        }
        Value::List(list) => {
            let items = list.iter().enumerate().filter(|(index, item)| step.is_item(*index, item));
            items.for_each(|(_, item)| collect(rest, item, found));
        }
        _ => {}
    }
}

/// `value` with `change` done to the parts that the steps lead to. What is not known may have them, and is changed.
pub(super) fn replace(steps: &[Step], value: Value, change: &dyn Fn(Value) -> Value) -> Value {
    let Some((step, rest)) = steps.split_first() else { return change(value) };
    match value {
        Value::Secret(inner) => replace(steps, *inner, change).into_secret(),
        unknown @ Value::Unknown(_) => change(unknown),
        Value::Map(map) => {
            let entry = |(key, value): (String, Value)| match step.is(&key) {
                true => (key, replace(rest, value, change)),
                false => (key, value),
            };
            Value::Map(map.into_iter().map(entry).collect())
        }
        Value::List(list) => {
            let item = |(index, item): (usize, Value)| match step.is_item(index, &item) {
                true => replace(rest, item, change),
                false => item,
            };
            Value::List(list.into_iter().enumerate().map(item).collect())
        }
        other => other,
    }
}

/// `to` with the parts that the steps lead to as they are in `from`: what `from` lacks there is taken away. What is not
/// known in either is left.
pub(super) fn keep(steps: &[Step], from: &Value, to: Value) -> Value {
    let secret = matches!(from, Value::Secret(_)) || matches!(to, Value::Secret(_));
    let kept = match (steps.split_first(), from.exposed(), into_exposed(to)) {
        (None, from, to) => {
            if from.has_unknown() {
                to
            } else {
                from.clone()
            }
        }
        (Some((step, rest)), Value::Map(from), Value::Map(to)) => {
            Value::Map(keep_entries(step, rest, from, to))
        }
        (Some((step, rest)), Value::List(from), Value::List(to)) => {
            Value::List(keep_items(step, rest, from, to))
        }
        (Some(_), Value::Null, to @ Value::Map(_)) => keep(steps, &Value::map(), to),
        (_, _, to) => to,
    };
    if secret { kept.into_secret() } else { kept }
}

fn into_exposed(value: Value) -> Value {
    match value {
        Value::Secret(inner) => *inner,
        other => other,
    }
}

fn keep_entries(step: &Step, rest: &[Step], from: &Map, mut to: Map) -> Map {
    let keys: BTreeSet<String> = from.keys().chain(to.keys()).filter(|key| step.is(key)).cloned().collect();
    for key in keys {
        let kept = match (from.get(&key), to.remove(&key)) {
            (Some(from), Some(to)) => Some(keep(rest, from, to)),
            (Some(from), None) if rest.is_empty() => Some(from.clone()),
            // The program dropped what the part is in.
            (Some(from), None) => {
                let kept = keep(rest, from, Value::map());
                kept.exposed().as_map().is_some_and(|map| !map.is_empty()).then_some(kept)
            }
            (None, Some(_)) if rest.is_empty() => None,
            (None, Some(to)) => Some(keep(rest, &Value::map(), to)),
            (None, None) => None,
        };
        if let Some(kept) = kept {
            to.insert(key, kept);
        }
    }
    to
}

/// Items match by name where all have one, else by position. Which items there are is as `to` says.
fn keep_items(step: &Step, rest: &[Step], from: &[Value], to: Vec<Value>) -> Vec<Value> {
    let named = |items: &[Value]| items.iter().all(|item| item.name().is_some());
    let by_name: Option<BTreeMap<String, &Value>> = (named(from) && named(&to))
        .then(|| from.iter().filter_map(|item| Some((item.name()?.to_lowercase(), item))).collect());
    let kept = |(index, item): (usize, Value)| {
        let other = match (&by_name, item.name()) {
            (Some(by_name), Some(name)) => by_name.get(&name.to_lowercase()).copied(),
            _ => from.get(index),
        };
        match other {
            Some(other) if step.is_item(index, &item) => keep(rest, other, item),
            _ => item,
        }
    };
    to.into_iter().enumerate().map(kept).collect()
}

//! What the service said, spelled as the program spelled it.
//!
//! Services write ids, regions and enumerations in another case than they were sent, and sets in another order. Outputs
//! keep the spelling of the inputs where both mean the same: what was predicted holds then, and what refers to it does
//! not change because a service was in another mood.

use super::drift::is_empty;
use super::rules::{TypeRules, canonical, without_nulls};
use super::shape;
use crate::descriptor::TypeDescriptor;
use crate::likeness::is_id;
use atp_iac::diff::{Rules, compare};
use atp_iac::value::{Map, Value};
use std::collections::BTreeSet;

/// The value with the spelling of `model` wherever both mean the same. `model` may lack parts.
pub(crate) fn as_in(descriptor: Option<&'static TypeDescriptor>, model: &Value, said: Value) -> Value {
    Speller { descriptor, rules: TypeRules::of_inputs(descriptor) }.value("", model, said)
}

/// The outputs with their own id and name as they are in the URL of the resource, and its type as it is known.
pub(crate) fn addressed(kind: &str, id: &str, said: Value) -> Value {
    let Value::Map(mut map) = said else { return said };
    let name = id.rsplit('/').next().unwrap_or_default();
    for (key, own) in [("id", id), ("name", name), ("type", kind)] {
        if let Some(Value::String(said)) = map.get_mut(key)
            && said.eq_ignore_ascii_case(own)
        {
            *said = own.into();
        }
    }
    Value::Map(map)
}

struct Speller {
    descriptor: Option<&'static TypeDescriptor>,
    rules: TypeRules,
}

impl Speller {
    fn value(&self, pattern: &str, model: &Value, said: Value) -> Value {
        match (model.exposed(), said) {
            (model, Value::Secret(said)) => self.value(pattern, model, *said).into_secret(),
            (Value::Map(model), Value::Map(said)) => Value::Map(self.map(pattern, model, said)),
            (Value::List(model), Value::List(said)) => Value::List(self.list(pattern, model, said)),
            (model @ Value::String(before), Value::String(after)) => {
                match self.rules.same_text(pattern, before, &after) {
                    true => model.clone(),
                    false => Value::String(after),
                }
            }
            (model @ Value::Number(_), said @ Value::Number(_)) => {
                if canonical(model) == canonical(&said) {
                    model.clone()
                } else {
                    said
                }
            }
            (_, said) => without_nulls(said),
        }
    }

    fn map(&self, pattern: &str, model: &Map, said: Map) -> Map {
        let is_key = |own: &str, key: &str| own == key || is_id(key) && own.eq_ignore_ascii_case(key);
        let mut spelled = Map::new();
        // To services null is the same as nothing, and what is empty may be shown or not.
        for (key, value) in said.into_iter().filter(|(_, value)| *value != Value::Null) {
            match model.iter().find(|(own, _)| is_key(own, &key)) {
                Some((own, model)) => {
                    let inner = if pattern.is_empty() { own.clone() } else { format!("{pattern}.{own}") };
                    spelled.insert(own.clone(), self.value(&inner, model, value));
                }
                None => drop(spelled.insert(key, without_nulls(value))),
            }
        }
        for (key, value) in model.iter().filter(|(_, value)| is_empty(value)) {
            spelled.entry(key.clone()).or_insert_with(|| value.clone());
        }
        spelled
    }

    /// Items are paired with the model's: those of sets by what they are, others by name, else by position.
    fn list(&self, pattern: &str, model: &[Value], said: Vec<Value>) -> Vec<Value> {
        let inner = format!("{pattern}[]");
        let is_set = !self.rules.ordered(pattern);
        let named = are_named(model) && are_named(&said);
        if !is_set && !named {
            let rest = model.iter().map(Some).chain(std::iter::repeat(None));
            let spelled = said.into_iter().zip(rest).map(|(said, model)| match model {
                Some(model) => self.value(&inner, model, said),
                None => said,
            });
            return spelled.collect();
        }
        let mut rest = said;
        let mut slots = vec![None; model.len()];
        // Those that say most choose first: what says little is a part of many.
        let mut order: Vec<usize> = (0..model.len()).collect();
        order.sort_by_key(|index| std::cmp::Reverse(size(&model[*index])));
        for at in order {
            let own = &model[at];
            let is_it = |said: &Value| match named {
                true => name(said) == name(own),
                false => self.covers(&inner, own, said),
            };
            let index = rest.iter().position(is_it);
            slots[at] = index.map(|index| self.value(&inner, own, rest.remove(index)));
        }
        let rest: Vec<Value> = rest.into_iter().map(without_nulls).collect();
        if named {
            return slots.into_iter().flatten().chain(rest).collect();
        }
        // What is not of the model stands where the model's own items are missing, so that the others keep their places.
        let mut rest = rest.into_iter();
        let mut found: Vec<Value> =
            slots.into_iter().filter_map(|slot| slot.or_else(|| rest.next())).collect();
        found.extend(rest);
        found
    }

    /// Whether a set's item is what the model says, besides what the service added to it.
    fn covers(&self, pattern: &str, model: &Value, said: &Value) -> bool {
        match (model.exposed(), said.exposed()) {
            (Value::Map(model), Value::Map(said)) => model.iter().all(|(key, model)| {
                let inner = format!("{pattern}.{key}");
                match said.get(key) {
                    Some(said) => self.covers(&inner, model, said),
                    None => *model == Value::Null || is_empty(model) || self.may_be_hidden(&inner),
                }
            }),
            (model, said) => {
                let mut rules = TypeRules::of_inputs(self.descriptor);
                pattern.clone_into(&mut rules.below);
                compare(&canonical(model), &canonical(said), &rules).is_empty()
            }
        }
    }

    /// Whether a service may not show what was written at a pattern.
    fn may_be_hidden(&self, pattern: &str) -> bool {
        let found = self.descriptor.and_then(|descriptor| shape::find(descriptor.body, pattern));
        found.is_some_and(|found| found.flags.write_only || found.flags.secret)
    }
}

/// How many values there are in a value.
fn size(value: &Value) -> usize {
    match value.exposed() {
        Value::Map(map) => map.values().map(size).sum::<usize>() + 1,
        Value::List(items) => items.iter().map(size).sum::<usize>() + 1,
        _ => 1,
    }
}

/// Whether each item has a name of its own.
pub(crate) fn are_named(items: &[Value]) -> bool {
    let names: BTreeSet<String> = items.iter().filter_map(name).collect();
    names.len() == items.len()
}

/// The name of an item, in lower case.
pub(crate) fn name(item: &Value) -> Option<String> {
    let Value::Map(map) = item.exposed() else { return None };
    map.get("name").and_then(|name| name.exposed().as_str().map(str::to_lowercase))
}

#[cfg(test)]
mod tests {
    use super::super::testing::NETWORK;
    use super::*;
    use serde_json::{Value as Json, json};

    fn spelled(model: Json, said: Json) -> Json {
        as_in(Some(&NETWORK), &Value::from(model), Value::from(said)).to_json_exposed().unwrap()
    }

    #[test]
    fn what_means_the_same_is_spelled_as_it_was_given() {
        let given = json!({"location": "westeurope", "zones": ["1", "2"], "tags": {"a": "B"},
            "properties": {"ddosProtectionPlan": {"id": "/subscriptions/s/resourceGroups/g"}, "flowTimeoutInMinutes": 4}});
        let said = json!({"location": "West Europe", "zones": ["2", "1"], "tags": {"a": "B"},
            "properties": {"ddosProtectionPlan": {"id": "/subscriptions/s/resourcegroups/G"}, "flowTimeoutInMinutes": 4.0}});
        assert_eq!(spelled(given.clone(), said), given);
    }

    #[test]
    fn what_means_something_else_and_what_was_not_given_stays_as_the_service_said_it() {
        let given = json!({"location": "westeurope", "zones": ["1", "2"], "tags": {"a": "B"}});
        let said = json!({"location": "North Europe", "zones": ["3", "1"], "tags": {"a": "b"}, "etag": "W"});
        let expected =
            json!({"location": "North Europe", "zones": ["1", "3"], "tags": {"a": "b"}, "etag": "W"});
        assert_eq!(spelled(given, said), expected);
    }

    #[test]
    fn named_items_take_the_order_of_the_inputs_and_others_follow() {
        let subnet = |name: &str| json!({"name": name, "properties": {"addressPrefix": "10.0.0.0/24"}});
        let list = |names: &[&str]| json!({"properties": {"subnets": names.iter().map(|name| subnet(name)).collect::<Vec<_>>()}});
        assert_eq!(spelled(list(&["a", "b"]), list(&["c", "b", "a"])), list(&["a", "b", "c"]));
    }

    #[test]
    fn the_own_id_is_that_of_the_url_unless_it_is_another() {
        let said = |id: &str| {
            addressed(
                "Microsoft.Resources/resourceGroups",
                "/subscriptions/s/resourceGroups/g",
                Value::from(json!({"id": id})),
            )
            .get("id")
            .cloned()
        };
        assert_eq!(
            said("/subscriptions/s/resourcegroups/G"),
            Some("/subscriptions/s/resourceGroups/g".into())
        );
        assert_eq!(
            said("/subscriptions/s/resourcegroups/h"),
            Some("/subscriptions/s/resourcegroups/h".into())
        );
    }
}

//! What somebody else changed of what the program set.

use super::nested::{self, NestedList};
use super::rules::{TypeRules, canonical};
use super::scaling;
use super::secrets::mark;
use super::shape;
use super::spelling::{are_named, as_in, name};
use crate::descriptor::{Shape, TypeDescriptor};
use atp_iac::diff::{Change, compare};
use atp_iac::provider::Existing;
use atp_iac::value::{Map, Value};

/// Compares what the service said at the last apply with what it says now, where the inputs have something to say.
pub(crate) fn drift(
    descriptor: Option<&'static TypeDescriptor>,
    lists: &[NestedList],
    old: &Existing<'_>,
    observed: &Value,
) -> Vec<Change> {
    let inputs = canonical(&super::body::without_address(old.inputs));
    let inputs = match descriptor {
        Some(descriptor) => scaling::without_scaled(descriptor.name, inputs),
        None => inputs,
    };
    let body = descriptor.map_or(&Shape::Any, |descriptor| descriptor.body);
    // Who reads does not know the inputs: what they hide is marked here, so that no change shows it.
    let said = |value: &Value| {
        let own = nested::only_own(lists, &inputs, &canonical(value));
        let marked = mark(body, Some(&inputs), own);
        project(body, &inputs, &as_in(descriptor, &inputs, marked))
    };
    let (before, after) = (said(old.outputs), said(observed));
    let mut changes = compare(&before, &after, &TypeRules::of_observed(descriptor).by_name(lists));
    // Some services show a secret in the answer to its write only, or never.
    let is_secret =
        |change: &Change| shape::find(body, &change.path.pattern()).is_some_and(|found| found.flags.secret);
    changes.retain(|change| match (&change.before, &change.after) {
        (Some(before), None) => !is_empty(before) && !is_secret(change),
        (None, Some(after)) => !is_empty(after),
        _ => true,
    });
    // What was read right after a write may be older than the write.
    changes.retain(|change| match (change.path.find(&inputs), &change.after) {
        (None, None) => false,
        (wanted, after) => !are_alike(descriptor, change, wanted, after.as_ref()),
    });
    changes
}

/// Whether two values of the place of a change mean the same.
fn are_alike(
    descriptor: Option<&'static TypeDescriptor>,
    change: &Change,
    inputs: Option<&Value>,
    said: Option<&Value>,
) -> bool {
    let (Some(inputs), Some(said)) = (inputs, said) else { return false };
    let shape = descriptor
        .and_then(|descriptor| shape::find(descriptor.body, &change.path.pattern()))
        .map_or(&Shape::Any, |found| found.shape);
    let inputs = canonical(inputs);
    let said = project(shape, &inputs, &canonical(said));
    // The rules go by paths from the top of the body.
    let mut rules = TypeRules::of_inputs(descriptor);
    rules.below = change.path.pattern();
    compare(&said, &inputs, &rules).is_empty()
}

/// Whether a value is a list or map with nothing in it, which to services is the same as none.
pub(crate) fn is_empty(value: &Value) -> bool {
    match value.exposed() {
        Value::Map(map) => map.values().all(is_empty),
        Value::List(items) => items.is_empty(),
        _ => false,
    }
}

/// Whether what a change newly sets is what the service has by itself: then it needs no new resource.
pub(crate) fn has_already(
    descriptor: Option<&'static TypeDescriptor>,
    outputs: &Value,
    change: &Change,
) -> bool {
    are_alike(descriptor, change, change.after.as_ref(), change.path.find(outputs))
}

/// The part of `said` that `inputs` cover. Items of lists are matched by name, and take the order of the inputs.
fn project(body: &'static Shape, inputs: &Value, said: &Value) -> Value {
    if let Value::Secret(inner) = said {
        return project(body, inputs, inner).into_secret();
    }
    match (inputs.exposed(), said) {
        (Value::Map(inputs), Value::Map(said)) => {
            let open = matches!(body, Shape::Map(_));
            let entries = said.iter().filter_map(|(key, value)| match inputs.get(key) {
                Some(input) => Some((key.clone(), project(below(body, key), input, value))),
                None => open.then(|| (key.clone(), value.clone())),
            });
            Value::Map(entries.collect::<Map>())
        }
        (Value::List(inputs), Value::List(said)) => {
            Value::List(project_list(below(body, "[]"), inputs, said))
        }
        _ => said.clone(),
    }
}

fn below(body: &'static Shape, step: &str) -> &'static Shape {
    shape::find(body, step).map_or(&Shape::Any, |found| found.shape)
}

fn project_list(item: &'static Shape, inputs: &[Value], said: &[Value]) -> Vec<Value> {
    if !are_named(inputs) || !are_named(said) {
        let projected = inputs.iter().zip(said).map(|(input, said)| project(item, input, said));
        return projected.chain(said.iter().skip(inputs.len()).cloned()).collect();
    }
    let mut rest: Vec<&Value> = said.iter().collect();
    let mut found = Vec::with_capacity(said.len());
    for input in inputs {
        if let Some(index) = rest.iter().position(|value| name(value) == name(input)) {
            found.push(project(item, input, rest.remove(index)));
        }
    }
    rest.sort_by_key(|value| name(value));
    found.extend(rest.into_iter().cloned());
    found
}

#[cfg(test)]
mod tests {
    use super::super::catalog::Catalog;
    use super::super::testing::{ACCOUNT, DESCRIPTORS, NETWORK};
    use super::*;
    use serde_json::{Value as Json, json};

    fn changes(
        descriptor: &'static TypeDescriptor,
        inputs: Json,
        outputs: Json,
        observed: Json,
    ) -> Vec<String> {
        let (inputs, outputs) = (Value::from(inputs), Value::from(outputs));
        let old = Existing { id: "/x", inputs: &inputs, outputs: &outputs };
        let catalog = Catalog::new(DESCRIPTORS);
        drift(Some(descriptor), catalog.nested_lists(descriptor), &old, &Value::from(observed))
            .into_iter()
            .map(|change| change.path.to_string())
            .collect()
    }

    #[test]
    fn what_the_program_did_not_set_does_not_drift() {
        let inputs = json!({"parent": "/g", "name": "net", "location": "westeurope",
            "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}});
        let outputs = json!({"location": "westeurope", "etag": "1",
            "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "provisioningState": "Updating"}});
        let observed = json!({"location": "West Europe", "etag": "2", "tags": {"by": "somebody"},
            "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"], "more": 1},
                "provisioningState": "Succeeded", "subnets": [{"name": "a"}]}});
        assert!(changes(&NETWORK, inputs, outputs, observed).is_empty());
    }

    #[test]
    fn what_the_program_set_drifts() {
        let inputs = json!({"tags": {"a": "1"}, "properties": {"flowTimeoutInMinutes": 4}});
        let outputs = json!({"tags": {"a": "1"}, "properties": {"flowTimeoutInMinutes": 4}});
        let observed = json!({"tags": {"a": "1", "b": "2"}, "properties": {"flowTimeoutInMinutes": 10}});
        assert_eq!(
            changes(&NETWORK, inputs, outputs, observed),
            ["properties.flowTimeoutInMinutes", "tags.b"]
        );
    }

    #[test]
    fn what_is_as_the_program_said_does_not_drift_whatever_was_read_before() {
        let inputs =
            json!({"tags": {"owner": "b"}, "properties": {"addressSpace": {"addressPrefixes": ["1", "2"]}}});
        let stale =
            json!({"tags": {"owner": "a"}, "properties": {"addressSpace": {"addressPrefixes": ["1"]}}});
        assert!(changes(&NETWORK, inputs.clone(), stale.clone(), inputs.clone()).is_empty());
        let longer = json!({"tags": {"owner": "b", "old": "1"},
            "properties": {"addressSpace": {"addressPrefixes": ["1", "2", "3"]}}});
        assert!(changes(&NETWORK, inputs.clone(), longer, inputs.clone()).is_empty());
        let other =
            json!({"tags": {"owner": "c"}, "properties": {"addressSpace": {"addressPrefixes": ["1"]}}});
        assert_eq!(changes(&NETWORK, inputs, stale, other), ["tags.owner"]);
    }

    #[test]
    fn children_are_matched_by_name_and_one_that_the_program_does_not_name_is_no_drift() {
        let subnet =
            |name: &str, prefix: &str| json!({"name": name, "properties": {"addressPrefix": prefix}});
        let inputs = json!({"properties": {"subnets": [subnet("a", "1"), subnet("b", "2")]}});
        let same = json!({"properties": {"subnets": [subnet("b", "2"), subnet("a", "1")]}});
        assert!(changes(&NETWORK, inputs.clone(), inputs.clone(), same).is_empty());
        let more = json!({"properties": {"subnets": [subnet("c", "3"), subnet("a", "1"), subnet("b", "2")]}});
        assert!(changes(&NETWORK, inputs.clone(), inputs.clone(), more).is_empty());
        let other = json!({"properties": {"subnets": [subnet("c", "3"), subnet("a", "9")]}});
        let expected = ["properties.subnets[a].properties.addressPrefix", "properties.subnets[b]"];
        assert_eq!(changes(&NETWORK, inputs.clone(), inputs, other), expected);
    }

    #[test]
    fn a_secret_that_drifts_is_not_shown() {
        let inputs =
            Value::from([("tags", Value::from([("token", Value::from("t").into_secret())]).into_secret())]);
        let outputs = Value::from(json!({"tags": {"token": "t"}}));
        let observed = Value::from(json!({"tags": {"token": "hunter2"}}));
        let old = Existing { id: "/x", inputs: &inputs, outputs: &outputs };
        let found = drift(Some(&NETWORK), &[], &old, &observed);
        assert_eq!(found.len(), 1);
        assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
    }

    #[test]
    fn empty_lists_and_maps_are_none_and_one_that_was_emptied_drifts() {
        let inputs = json!({"tags": {}, "properties": {"subnets": [], "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}});
        let none = json!({"properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}});
        assert!(changes(&NETWORK, inputs.clone(), inputs.clone(), none).is_empty());
        let emptied = json!({"properties": {"addressSpace": {"addressPrefixes": []}}});
        assert_eq!(
            changes(&NETWORK, inputs.clone(), inputs, emptied),
            ["properties.addressSpace.addressPrefixes[0]"]
        );
    }

    #[test]
    fn a_secret_that_is_shown_no_more_does_not_drift_and_another_one_does() {
        let inputs = json!({"properties": {"connection": "a", "accessTier": "Hot"}});
        let shown = |connection: &str| json!({"properties": {"connection": connection, "accessTier": "Hot"}});
        let hidden = json!({"properties": {"accessTier": "Hot"}});
        assert!(changes(&ACCOUNT, inputs.clone(), shown("a"), hidden).is_empty());
        assert_eq!(changes(&ACCOUNT, inputs, shown("a"), shown("b")), ["properties.connection"]);
    }

    #[test]
    fn of_a_set_in_another_order_only_the_item_that_changed_drifts() {
        let plan = |ids: [&str; 3]| json!({"zones": ids});
        let same = plan(["3", "1", "2"]);
        assert!(changes(&NETWORK, plan(["1", "2", "3"]), plan(["1", "2", "3"]), same).is_empty());
        let other = plan(["3", "4", "1"]);
        assert_eq!(changes(&NETWORK, plan(["1", "2", "3"]), plan(["1", "2", "3"]), other), ["zones[1]"]);
    }

    #[test]
    fn what_the_service_never_returns_does_not_drift() {
        let inputs = json!({"properties": {"adminPassword": "a", "accessTier": "Hot"}});
        let outputs = json!({"properties": {"accessTier": "Hot"}});
        assert!(changes(&ACCOUNT, inputs, outputs.clone(), outputs).is_empty());
    }
}

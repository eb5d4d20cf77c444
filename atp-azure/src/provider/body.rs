//! Inputs to the body of a request.

use super::kind::{API_VERSION, EXTRA, REPLACE_ON, SECRETS};
use super::shape;
use crate::descriptor::{Shape, TypeDescriptor};
use atp_iac::value::{JsonError, Value};
use serde_json::Value as Json;

/// The inputs without `parent`, `name`, and what is not sent.
pub(crate) fn without_address(inputs: &Value) -> Value {
    match inputs.exposed() {
        Value::Map(map) => {
            let mut map = map.clone();
            for key in ["parent", "name", API_VERSION, REPLACE_ON, EXTRA, SECRETS] {
                map.remove(key);
            }
            Value::Map(map)
        }
        other => other.clone(),
    }
}

/// The body of the PUT for these inputs, secrets in clear.
pub(crate) fn of_inputs(inputs: &Value) -> Result<Json, JsonError> {
    without_address(inputs).to_json_exposed()
}

/// Copies the lists of children that `body` leaves out from what the service has, so that a PUT keeps them.
pub(crate) fn keep_children(descriptor: &TypeDescriptor, lists: &[&str], body: &mut Json, current: &Json) {
    for list in lists {
        let kept = current.get("properties").and_then(|properties| properties.get(*list));
        let Some(kept) = kept.filter(|kept| kept.as_array().is_some_and(|items| !items.is_empty())) else {
            continue;
        };
        let mut kept = kept.clone();
        if let Some(found) = shape::find(descriptor.body, &format!("properties.{list}")) {
            drop_read_only(found.shape, &mut kept);
        }
        let Some(object) = body.as_object_mut() else { return };
        let properties = object.entry("properties").or_insert_with(|| Json::Object(Default::default()));
        if let Some(properties) = properties.as_object_mut() {
            properties.entry((*list).to_owned()).or_insert(kept);
        }
    }
}

/// The lists of children that a body leaves out.
pub(crate) fn left_out<'l>(lists: &[&'l str], body: &Json) -> Vec<&'l str> {
    let properties = body.get("properties");
    let given = |list: &str| properties.and_then(|properties| properties.get(list)).is_some();
    lists.iter().copied().filter(|list| !given(list)).collect()
}

/// Removes what only the service sets. `id` stays: it is how a child refers to others.
fn drop_read_only(shape: &'static Shape, value: &mut Json) {
    match (shape, value) {
        (Shape::Object(object), Json::Object(map)) => {
            map.retain(|key, _| {
                let read_only = object.properties.iter().any(|p| p.name == key && p.flags.read_only);
                !(key == "etag" || key == "provisioningState" || read_only && key != "id")
            });
            for property in object.properties {
                if let Some(value) = map.get_mut(property.name) {
                    drop_read_only(property.shape, value);
                }
            }
        }
        (Shape::List { item, .. }, Json::Array(items)) => {
            for value in items {
                drop_read_only(item, value);
            }
        }
        (Shape::Map(item), Json::Object(map)) => {
            for value in map.values_mut() {
                drop_read_only(item, value);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::NETWORK;
    use super::*;
    use serde_json::json;

    #[test]
    fn children_that_the_inputs_do_not_set_are_kept_without_what_the_service_sets() {
        let current = json!({"properties": {"subnets": [
            {"id": "/s/a", "name": "a", "etag": "W/1", "properties": {"addressPrefix": "10.0.0.0/24", "provisioningState": "Succeeded"}}]}});
        let mut body = json!({"location": "x"});
        keep_children(&NETWORK, &["subnets"], &mut body, &current);
        assert_eq!(
            body["properties"]["subnets"],
            json!([{"id": "/s/a", "name": "a", "properties": {"addressPrefix": "10.0.0.0/24"}}])
        );
    }

    #[test]
    fn children_that_the_inputs_set_are_left_as_they_are() {
        let body = json!({"properties": {"subnets": []}});
        assert!(left_out(&["subnets"], &body).is_empty());
        assert_eq!(left_out(&["subnets"], &json!({})), ["subnets"]);
    }
}

//! The outputs to expect.

use super::body::without_address;
use super::shape;
use crate::descriptor::{Object, Shape, TypeDescriptor};
use atp_iac::value::{Kind, Map, Value};
use std::sync::Arc;

/// The inputs as the service will give them back, with what it adds: from `current` where the resource is there
/// already, unknown where it is new.
pub(crate) fn predict(
    descriptor: &TypeDescriptor,
    id: Option<String>,
    inputs: &Value,
    current: Option<&Value>,
) -> Value {
    let from: Arc<str> = "known after apply".into();
    let prediction = Prediction { from: from.clone() };
    let mut outputs = match prediction.value(descriptor.body, &without_address(inputs), current) {
        Value::Map(map) => map,
        other => return other,
    };
    // Whatever is given: each write makes a new one.
    for key in ["etag", "eTag"] {
        if let Some(etag) = outputs.get_mut(key) {
            *etag = Value::unknown(Kind::String, from.clone());
        }
    }
    if let Some(now) = current.and_then(Value::as_map) {
        if now.contains_key("etag") {
            outputs.insert("etag".to_owned(), Value::unknown(Kind::String, from.clone()));
        }
        for key in ["id", "name", "type", "systemData"] {
            if let Some(value) = now.get(key) {
                outputs.entry(key.to_owned()).or_insert_with(|| value.clone());
            }
        }
        if let Some(Value::Map(data)) = outputs.get_mut("systemData") {
            for (_, value) in data.iter_mut().filter(|(key, _)| key.starts_with("lastModified")) {
                *value = Value::unknown(Kind::String, from.clone());
            }
        }
        if MADE_ANEW.contains(&descriptor.name) {
            forget_read_only(descriptor.body, &mut outputs, &from);
        }
    }
    outputs.entry("id".to_owned()).or_insert_with(|| match id {
        Some(id) => Value::from(id),
        None => Value::unknown(Kind::String, from.clone()),
    });
    let name = inputs.get("name").cloned();
    outputs
        .entry("name".to_owned())
        .or_insert_with(|| name.unwrap_or_else(|| Value::unknown(Kind::String, from)));
    outputs.entry("type".to_owned()).or_insert_with(|| descriptor.name.into());
    Value::Map(outputs)
}

/// Types whose update is another run: nothing that only the service says stays as it was.
const MADE_ANEW: [&str; 1] = ["Microsoft.Resources/deployments"];

/// Makes what only the service says unknown, except the id.
fn forget_read_only(shape: &'static Shape, outputs: &mut Map, from: &Arc<str>) {
    let Shape::Object(object) = shape else { return };
    for property in shape::properties(object, outputs) {
        let Some(value) = outputs.get_mut(property.name) else { continue };
        match value {
            _ if property.flags.read_only && !matches!(property.name, "id" | "name" | "type") => {
                *value = Value::unknown(shape::kind(property.shape), from.clone());
            }
            Value::Map(map) => forget_read_only(property.shape, map, from),
            _ => {}
        }
    }
}

/// The entries of a body that Azure Resource Manager itself knows: a service may set any of them.
const ENVELOPE: [&str; 10] = [
    "etag",
    "extendedLocation",
    "identity",
    "kind",
    "location",
    "managedBy",
    "plan",
    "properties",
    "sku",
    "systemData",
];

/// The same of a type without a descriptor: what is new has everything unknown that a service may add to.
pub(crate) fn predict_any(kind: &str, id: Option<String>, inputs: &Value, current: Option<&Value>) -> Value {
    let unknown = |kind| Value::unknown(kind, "known after apply");
    let Value::Map(given) = without_address(inputs) else { return unknown(Kind::Map) };
    let mut outputs = match current {
        Some(current) => match merged(current.clone(), Value::Map(given)) {
            Value::Map(map) => map,
            other => return other,
        },
        None => {
            let whole = |(key, value): (String, Value)| match value.exposed() {
                Value::Map(_) if key != "tags" => (key, unknown(Kind::Map)),
                _ => (key, value),
            };
            let mut map: Map = given.into_iter().map(whole).collect();
            for key in ENVELOPE {
                map.entry(key.to_owned()).or_insert_with(|| unknown(Kind::Any));
            }
            map
        }
    };
    if let Some(etag) = outputs.get_mut("etag") {
        *etag = unknown(Kind::String);
    }
    let id = id.map_or_else(|| unknown(Kind::String), Value::from);
    let name = inputs.get("name").cloned().unwrap_or_else(|| unknown(Kind::String));
    outputs.entry("id".to_owned()).or_insert(id);
    outputs.entry("name".to_owned()).or_insert(name);
    outputs.entry("type".to_owned()).or_insert_with(|| kind.into());
    Value::Map(outputs)
}

/// What the service said, with what is given now written over it.
fn merged(said: Value, given: Value) -> Value {
    match (said, given) {
        (Value::Map(mut said), Value::Map(given)) => {
            for (key, value) in given {
                let value = match said.remove(&key) {
                    Some(said) => merged(said, value),
                    None => value,
                };
                said.insert(key, value);
            }
            Value::Map(said)
        }
        (_, given) => given,
    }
}

struct Prediction {
    from: Arc<str>,
}

impl Prediction {
    fn value(&self, shape: &'static Shape, input: &Value, current: Option<&Value>) -> Value {
        let secret = matches!(input, Value::Secret(_));
        let value = match (shape, input.exposed()) {
            (Shape::Object(object), Value::Map(map)) => {
                Value::Map(self.object(object, map, current.and_then(|current| current.exposed().as_map())))
            }
            (Shape::List { item, .. }, Value::List(items)) => {
                let now = current.and_then(|current| current.exposed().as_list()).unwrap_or_default();
                Value::List(
                    items.iter().map(|input| self.value(item, input, same_name(input, now))).collect(),
                )
            }
            (Shape::Map(item), Value::Map(map)) => {
                let now = current.and_then(|current| current.exposed().as_map());
                let entry = |(key, input): (&String, &Value)| {
                    (key.clone(), self.value(item, input, now.and_then(|now| now.get(key))))
                };
                Value::Map(map.iter().filter(|(_, value)| value.kind() != Kind::Null).map(entry).collect())
            }
            (_, other) => other.clone(),
        };
        if secret { value.into_secret() } else { value }
    }

    fn object(&self, object: &'static Object, input: &Map, current: Option<&Map>) -> Map {
        let properties = shape::properties(object, input);
        let mut result = Map::new();
        for property in &properties {
            let given = input.get(property.name).filter(|value| value.kind() != Kind::Null);
            let now = current.and_then(|current| current.get(property.name));
            let shown = !property.flags.secret || now.is_some();
            let value = match (given, now, current) {
                // Services may show a secret or not: what they showed before they are going to show again.
                _ if property.flags.write_only => None,
                (Some(_), None, Some(_)) if !shown => None,
                (Some(given), now, _) if !property.flags.read_only && shown => {
                    Some(self.value(property.shape, given, now))
                }
                (_, Some(now), _) => Some(now.clone()),
                (_, None, Some(_)) => None,
                (_, None, None) => Some(Value::unknown(shape::kind(property.shape), self.from.clone())),
            };
            if let Some(value) = value {
                let value = if property.flags.secret { value.into_secret() } else { value };
                result.insert(property.name.to_owned(), value);
            }
        }
        let is_known = |key: &String| properties.iter().any(|property| property.name == key);
        for (key, value) in input.iter().filter(|(key, value)| !is_known(key) && value.kind() != Kind::Null) {
            result.insert(key.clone(), value.clone());
        }
        result
    }
}

/// The item of a list with the same name.
fn same_name<'v>(input: &Value, now: &'v [Value]) -> Option<&'v Value> {
    let name = input.exposed().get("name")?.exposed().as_str()?;
    now.iter().find(|item| {
        let own = item.exposed().get("name").and_then(|own| own.exposed().as_str());
        own.is_some_and(|own| own.eq_ignore_ascii_case(name))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{ACCOUNT, NETWORK};
    use super::*;
    use serde_json::json;

    fn unknown(value: &Value, key: &str) -> Option<Kind> {
        match value.get(key).map(Value::exposed) {
            Some(Value::Unknown(unknown)) => Some(unknown.kind),
            _ => None,
        }
    }

    #[test]
    fn of_a_type_without_a_descriptor_only_what_no_service_adds_to_is_known() {
        let inputs =
            Value::from(json!({"$apiVersion": "2024-01-01", "parent": "/g", "name": "a", "location": "x",
            "tags": {"a": "b"}, "zones": ["1"], "properties": {"b": 1}}));
        let new = predict_any("M.F/bars", Some("/g/a".into()), &inputs, None);
        let known = ["id", "location", "name", "tags", "type", "zones"];
        let map = new.as_map().unwrap();
        assert_eq!(
            map.iter().filter(|(_, value)| !value.has_unknown()).map(|(key, _)| key).collect::<Vec<_>>(),
            known
        );
        assert_eq!(unknown(&new, "properties"), Some(Kind::Map));
        assert!(unknown(&new, "identity").is_some() && !map.contains_key("parent"));
    }

    #[test]
    fn an_update_of_such_a_type_keeps_what_the_service_said_and_takes_what_is_given() {
        let said =
            Value::from(json!({"id": "/g/a", "name": "a", "etag": "1", "properties": {"b": 1, "uri": "u"}}));
        let inputs = Value::from(json!({"parent": "/g", "name": "a", "properties": {"b": 2}}));
        let changed = predict_any("M.F/bars", Some("/g/a".into()), &inputs, Some(&said));
        assert_eq!(changed.get("properties"), Some(&Value::from(json!({"b": 2, "uri": "u"}))));
        assert_eq!(
            (changed.get("id"), unknown(&changed, "etag")),
            (Some(&"/g/a".into()), Some(Kind::String))
        );
    }

    #[test]
    fn a_new_resource_has_its_inputs_its_address_and_unknown_parts_of_the_right_kind() {
        let inputs = Value::from(json!({"parent": "/g", "name": "net", "location": "westeurope",
            "properties": {"flowTimeoutInMinutes": 4}}));
        let outputs = predict(&NETWORK, Some("/g/net".into()), &inputs, None);
        assert_eq!(outputs.get("id"), Some(&"/g/net".into()));
        assert_eq!(outputs.get("name"), Some(&"net".into()));
        assert_eq!(outputs.get("type"), Some(&"Microsoft.Network/virtualNetworks".into()));
        assert_eq!(outputs.get("parent"), None);
        let properties = outputs.get("properties").unwrap();
        assert_eq!(properties.get("flowTimeoutInMinutes"), Some(&Value::from(4i64)));
        assert_eq!(unknown(properties, "provisioningState"), Some(Kind::String));
        assert_eq!(unknown(properties, "subnets"), Some(Kind::List));
        assert_eq!(unknown(&outputs, "tags"), Some(Kind::Map));
    }

    #[test]
    fn an_update_keeps_what_the_service_said_below_the_new_inputs() {
        let inputs = Value::from(json!({"parent": "/g", "name": "net", "location": "westeurope",
            "tags": {"b": "2"}, "properties": {"flowTimeoutInMinutes": 10}}));
        let current =
            Value::from(json!({"id": "/g/NET", "name": "net", "type": "t", "location": "westeurope",
            "etag": "1", "tags": {"a": "1"},
            "properties": {"flowTimeoutInMinutes": 4, "provisioningState": "Succeeded", "subnets": []}}));
        let outputs = predict(&NETWORK, Some("/g/net".into()), &inputs, Some(&current));
        assert_eq!(outputs.get("id"), Some(&"/g/NET".into()));
        assert_eq!(outputs.get("tags"), Some(&Value::from(json!({"b": "2"}))));
        assert_eq!(
            outputs.get("properties"),
            Some(&Value::from(
                json!({"flowTimeoutInMinutes": 10, "provisioningState": "Succeeded", "subnets": []})
            ))
        );
        assert_eq!(unknown(&outputs, "etag"), Some(Kind::String));
    }

    #[test]
    fn what_is_never_returned_is_not_predicted_and_another_secret_may_be_returned_or_not() {
        let inputs = Value::from(json!({"parent": "/g", "name": "acc",
            "properties": {"adminPassword": "x", "connection": "b"}}));
        let predicted = |current: Option<&Value>| {
            predict(&ACCOUNT, None, &inputs, current).get("properties").cloned().unwrap()
        };
        let new = predicted(None);
        assert!(new.get("adminPassword").is_none());
        assert!(unknown(&new, "connection").is_some() && new.get("connection").unwrap().has_secret());
        let shown = Value::from(json!({"properties": {"connection": "a"}}));
        assert_eq!(predicted(Some(&shown)).get("connection"), Some(&Value::from("b").into_secret()));
        let hidden = Value::from(json!({"properties": {"accessTier": "Hot"}}));
        assert_eq!(predicted(Some(&hidden)).get("connection"), None);
    }

    #[test]
    fn what_is_secret_stays_secret() {
        let inputs =
            Value::from(json!({"parent": "/g", "name": "acc", "properties": {"adminPassword": "x"}}));
        let outputs = predict(&ACCOUNT, None, &inputs, None);
        let properties = outputs.get("properties").unwrap();
        assert!(properties.get("primaryKey").unwrap().has_secret());
        assert_eq!(unknown(&outputs, "id"), Some(Kind::String));
    }
}

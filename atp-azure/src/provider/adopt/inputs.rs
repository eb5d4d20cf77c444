//! The inputs that a program would give for what the service has.
//!
//! What a service fills in by itself is not told apart from what somebody chose: a program that says too much means the
//! same, and one that relies on a default that was only thought to be one does not.

use super::super::kind::{API_VERSION, Kind};
use super::super::nested::NestedList;
use super::super::rules::without_nulls;
use super::super::shape::{self, Variant};
use crate::descriptor::{Object, Parent, Property, Shape, TypeDescriptor};
use atp_iac::value::{Map, Path, Value};

/// What the service sets in any object, whatever its shape says.
const OF_THE_SERVICE: [&str; 4] = ["etag", "eTag", "provisioningState", "systemData"];

/// What the service sets in an object that is like a resource: one with `properties` of its own.
const OF_RESOURCES: [&str; 2] = ["id", "type"];

/// The inputs of the resource with this id; `None` when it is none of this type. `nested` are the lists of its body that
/// hold other resources.
pub(crate) fn inputs(kind: &Kind<'_>, nested: &[NestedList], id: &str, outputs: &Value) -> Option<Value> {
    let (parent, name) = address(kind, id)?;
    let mut inputs = match (said(kind.body(), outputs), kind.body()) {
        (Some(Value::Map(map)), _) => map,
        (_, Shape::Object(body)) => filled(body, Map::new()),
        _ => Map::new(),
    };
    match kind.descriptor {
        // Whether an object of an unknown type is like a resource only this one tells.
        None => {
            let own = OF_THE_SERVICE.into_iter().chain(OF_RESOURCES).chain(["name"]);
            own.for_each(|key| drop(inputs.remove(key)));
            if let Some(Value::Map(properties)) = inputs.get_mut("properties") {
                OF_THE_SERVICE.into_iter().for_each(|key| drop(properties.remove(key)));
            }
        }
        Some(_) => drop(inputs.remove("name")),
    }
    if let Some(Value::Map(properties)) = inputs.get_mut("properties") {
        // These are declared by themselves.
        nested.iter().filter(|list| list.is_apart()).for_each(|list| drop(properties.remove(list.name)));
    }
    if let Some(version) = outputs.get(API_VERSION) {
        inputs.insert(API_VERSION.to_owned(), version.clone());
    }
    inputs.extend(parent.map(|parent| ("parent".to_owned(), parent.into())));
    inputs.insert("name".to_owned(), name.into());
    Some(Value::Map(inputs))
}

/// The parent and the name in an id. A resource group is in the subscription of the provider.
fn address<'i>(kind: &Kind<'_>, id: &'i str) -> Option<(Option<&'i str>, &'i str)> {
    if !kind.names(id) {
        return None;
    }
    let (rest, name) = id.rsplit_once('/')?;
    if kind.descriptor.is_some_and(|descriptor| descriptor.parent == Parent::Subscription) {
        return Some((None, name));
    }
    let rest = rest.rsplit_once('/')?.0;
    let parent = match kind.parent() {
        Some(_) => rest,
        None => rest.rsplit_once('/')?.0.rsplit_once('/')?.0,
    };
    Some((Some(if parent.is_empty() { "/" } else { parent }), name))
}

/// What of a value a program would say; `None` when that is nothing.
fn said(shape: &'static Shape, value: &Value) -> Option<Value> {
    match (shape, value) {
        (_, Value::Null | Value::Secret(_) | Value::Unknown(_)) => None,
        (Shape::Object(object), Value::Map(map)) => {
            let said = object_said(object, map);
            (!said.is_empty()).then(|| Value::Map(filled(object, said)))
        }
        (Shape::Map(item), Value::Map(map)) => {
            // The keys say something, also where there is nothing to say of their values.
            let entries = map.iter().filter(|(_, value)| is_shown(value));
            let said: Map = entries.map(|(key, value)| (key.clone(), item_said(item, value))).collect();
            (!said.is_empty()).then_some(Value::Map(said))
        }
        (Shape::List { item, .. }, Value::List(items)) => {
            let is_told = !items.is_empty() && items.iter().all(is_shown);
            is_told.then(|| Value::List(items.iter().map(|value| item_said(item, value)).collect()))
        }
        (_, Value::Map(map)) => {
            let shown = map.iter().filter(|(_, value)| is_shown(value));
            let said: Map = shown.map(|(key, value)| (key.clone(), item_said(&Shape::Any, value))).collect();
            (!said.is_empty()).then_some(Value::Map(said))
        }
        (_, Value::List(items)) if items.is_empty() || !items.iter().all(is_shown) => None,
        (_, other) => Some(without_nulls(other.clone())),
    }
}

fn is_shown(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Secret(_))
}

/// What a program would say of an item, which has to be there even when that is nothing.
fn item_said(shape: &'static Shape, value: &Value) -> Value {
    said(shape, value).unwrap_or_else(|| match value {
        Value::List(_) => Value::List(Vec::new()),
        _ => Value::map(),
    })
}

fn object_said(object: &'static Object, map: &Map) -> Map {
    let properties = shape::properties(object, map);
    let is_resource = properties.iter().any(|property| property.name == "properties");
    let is_own = |name: &str| OF_THE_SERVICE.contains(&name) || is_resource && OF_RESOURCES.contains(&name);
    let mut said_of = Map::new();
    for (key, value) in map {
        let property = properties.iter().find(|property| property.name == key);
        let told = match property {
            _ if is_own(key) => None,
            Some(property) if !is_told(property) => None,
            Some(property) => said(property.shape, value),
            None => other_shape(object, map).and_then(|shape| said(shape, value)),
        };
        said_of.extend(told.map(|value| (key.clone(), value)));
    }
    said_of
}

/// An object with what it has to have though it is empty: services show that or not.
fn filled(object: &'static Object, mut said: Map) -> Map {
    let properties = shape::properties(object, &said);
    for property in properties.iter().filter(|property| property.flags.required && is_told(property)) {
        if !said.contains_key(property.name) {
            said.extend(nothing(property.shape).map(|value| (property.name.to_owned(), value)));
        }
    }
    said
}

/// A value of a shape with nothing in it, where there is one.
fn nothing(shape: &'static Shape) -> Option<Value> {
    match shape {
        Shape::List { min: 0, .. } => Some(Value::List(Vec::new())),
        Shape::Map(_) => Some(Value::map()),
        Shape::Object(object) => Some(Value::Map(filled(object, Map::new()))),
        _ => None,
    }
}

/// The shape of properties that are not listed; `None` where they are the service's own.
fn other_shape(object: &'static Object, map: &Map) -> Option<&'static Shape> {
    let is_reference = matches!(object.properties, [only] if only.name == "id") && object.variants.is_none();
    match shape::variant(object, map) {
        Variant::Chosen(_) | Variant::None | Variant::Unknown if !is_reference => object.additional,
        _ => None,
    }
}

fn is_told(property: &Property) -> bool {
    !property.flags.read_only && !property.flags.write_only && !property.flags.secret
}

/// What inputs of a resource that exists lack though it has to have it: the service does not show it.
pub(crate) fn missing(descriptor: &TypeDescriptor, inputs: &Value) -> Vec<Path> {
    let mut missing = Vec::new();
    collect(descriptor.body, inputs, &mut Path::root(), &mut missing);
    missing
}

fn collect(shape: &'static Shape, value: &Value, path: &mut Path, missing: &mut Vec<Path>) {
    match (shape, value) {
        (Shape::Object(object), Value::Map(map)) => {
            for property in shape::properties(object, map) {
                path.push_key(property.name);
                match map.get(property.name) {
                    Some(value) => collect(property.shape, value, path, missing),
                    None if property.flags.required && !property.flags.read_only && !is_told(property) => {
                        missing.push(path.clone());
                    }
                    None => {}
                }
                path.pop();
            }
        }
        (Shape::Map(item), Value::Map(map)) => {
            for (key, value) in map {
                path.push_key(key);
                collect(item, value, path, missing);
                path.pop();
            }
        }
        (Shape::List { item, .. }, Value::List(items)) => {
            for (index, value) in items.iter().enumerate() {
                path.push_index(index);
                collect(item, value, path, missing);
                path.pop();
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{ACCOUNT, NETWORK, NETWORK_ID, PARENT, provider};
    use super::*;
    use crate::arm::script::{Script, VirtualTime};
    use atp_iac::provider::Provider;
    use serde_json::{Value as Json, json};

    fn inputs_of(kind: &str, id: &str, outputs: Json) -> Option<Json> {
        let provider = provider(&Script::new(), &VirtualTime::default());
        let inputs = provider.inputs_of(kind, id, &Value::from(outputs))?;
        assert_eq!(provider.check(kind, &inputs), []);
        inputs.to_json_exposed().ok()
    }

    #[test]
    fn what_only_the_service_sets_is_left_out_and_so_are_parts_that_are_resources() {
        let outputs = json!({
            "id": NETWORK_ID, "name": "net", "type": NETWORK.name, "etag": "1", "location": "westeurope",
            "tags": {}, "properties": {
                "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "ddosProtectionPlan": null,
                "provisioningState": "Succeeded", "subnets": [{"name": "a"}],
            },
        });
        let expected = json!({
            "parent": PARENT, "name": "net", "location": "westeurope",
            "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
        });
        assert_eq!(inputs_of(NETWORK.name, NETWORK_ID, outputs), Some(expected));
    }

    #[test]
    fn secrets_are_left_out_whether_their_type_or_their_mark_says_what_they_are() {
        let id = format!("{PARENT}/providers/{}/account", ACCOUNT.name);
        let provider = provider(&Script::new(), &VirtualTime::default());
        let mut outputs = Value::from(json!({"kind": "StorageV2", "properties": {"connection": "hunter2"}}));
        if let Value::Map(map) = &mut outputs {
            map.insert("tags".into(), Value::from([("pin", Value::from("hunter2").into_secret())]));
        }
        let inputs = provider.inputs_of(ACCOUNT.name, &id, &outputs).unwrap();
        assert_eq!(inputs, Value::from(json!({"parent": PARENT, "name": "account", "kind": "StorageV2"})));
    }

    #[test]
    fn of_an_unknown_type_everything_is_said_at_the_version_that_it_was_read_at() {
        let id = format!("{NETWORK_ID}/providers/Microsoft.Foo/bars/a");
        let outputs = json!({"id": id, "name": "a", "type": "microsoft.foo/bars", "$apiVersion": "2024-01-01",
            "properties": {"provisioningState": "Succeeded", "b": {"id": "/x"}, "c": null}});
        let expected = json!({"parent": NETWORK_ID, "name": "a", "$apiVersion": "2024-01-01",
            "properties": {"b": {"id": "/x"}}});
        assert_eq!(inputs_of("Microsoft.Foo/bars", &id, outputs), Some(expected));
        assert_eq!(inputs_of("Microsoft.Foo/bars", &id, json!({})), None, "no version, no request");
        assert_eq!(inputs_of(NETWORK.name, &id, json!({})), None, "it is of another type");
    }

    #[test]
    fn the_tenant_is_the_parent_of_what_stands_in_no_subscription() {
        let id = "/providers/Microsoft.Foo/bars/a";
        let inputs = inputs_of("Microsoft.Foo/bars", id, json!({"$apiVersion": "2024-01-01"})).unwrap();
        assert_eq!((&inputs["parent"], &inputs["name"]), (&json!("/"), &json!("a")));
    }
}

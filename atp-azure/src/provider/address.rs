//! What is wrong with the inputs beside the body: the type, its version, the parent, the name, and paths.

use super::kind::{self, API_VERSION, EXTRA, Kind, REPLACE_ON, SECRETS};
use super::names;
use crate::descriptor::Parent;
use atp_iac::provider::Problem;
use atp_iac::value::{Map, Path, Value};

/// Checks everything that does not go into the body.
pub(crate) fn check(kind: &Kind<'_>, inputs: &Map) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut report = |key: &str, messages: Vec<String>| {
        problems.extend(messages.into_iter().map(|message| Problem { path: Path::of_keys(key), message }));
    };
    report("name", name(kind, inputs.get("name")));
    report("parent", parent(kind, inputs.get("parent")).into_iter().collect());
    report(API_VERSION, api_version(inputs.get(API_VERSION)).into_iter().collect());
    for key in [EXTRA, REPLACE_ON, SECRETS] {
        report(key, kind::paths(inputs, key).filter_map(beside_body).collect());
    }
    if kind.descriptor.is_none() {
        if !kind::is_type(kind.name) {
            report(
                "",
                vec![format!("`{}` is not a type; expected one such as `Microsoft.Foo/bars`", kind.name)],
            );
        }
        for key in ["id", "type"].into_iter().filter(|key| inputs.contains_key(*key)) {
            report(key, vec!["is set by the service and cannot be given".to_owned()]);
        }
    }
    problems
}

fn name(kind: &Kind<'_>, name: Option<&Value>) -> Vec<String> {
    match (name.map(Value::exposed), kind.descriptor) {
        (None | Some(Value::Null), _) => vec!["the resource has no name".to_owned()],
        (Some(Value::String(name)), Some(descriptor)) => names::problems(&descriptor.names, name),
        (Some(Value::String(name)), None) if name.is_empty() || name.contains('/') => {
            vec![format!("`{name}` cannot be a name: it is one segment of an id")]
        }
        (Some(Value::String(_) | Value::Unknown(_)), _) => Vec::new(),
        (Some(other), _) => vec![format!("expected a string, found {}", other.kind())],
    }
}

fn parent(kind: &Kind<'_>, parent: Option<&Value>) -> Option<String> {
    let rule = kind.descriptor.map(|descriptor| descriptor.parent);
    let expected = || match (rule, kind.parent()) {
        (Some(Parent::Subscription), _) => "the id of a subscription".to_owned(),
        (Some(Parent::ResourceGroup), _) => "the id of a resource group".to_owned(),
        (Some(Parent::Resource(parent)), _) | (None, Some(parent)) => format!("the id of a {parent}"),
        (Some(Parent::Scope) | None, _) => "the id of a resource, group or subscription".to_owned(),
    };
    let fits = |id: &str| match (rule, kind.parent()) {
        (Some(rule), _) => fits(rule, id),
        (None, Some(parent)) => is_of_type(id, parent),
        (None, None) => true,
    };
    match parent.map(Value::exposed) {
        None | Some(Value::Null) if rule == Some(Parent::Subscription) => None,
        None | Some(Value::Null) => Some(format!("the resource has no parent: {} is needed", expected())),
        Some(Value::Unknown(_)) => None,
        Some(Value::String(id)) if id.starts_with('/') && fits(id) => None,
        Some(Value::String(id)) => Some(format!("`{id}` is not {}", expected())),
        Some(other) => Some(format!("expected {}, found {}", expected(), other.kind())),
    }
}

fn api_version(version: Option<&Value>) -> Option<String> {
    match version {
        None => None,
        Some(Value::String(text)) if kind::is_api_version(text) => None,
        Some(Value::String(text)) => {
            Some(format!("`{text}` is not an api-version; expected one such as `2024-01-01`"))
        }
        Some(_) => Some("an api-version is a text in clear that the program knows".to_owned()),
    }
}

/// What is wrong with a path that leads out of the body.
fn beside_body(path: &str) -> Option<String> {
    let key = path.split('.').next().unwrap_or_default();
    let beside =
        matches!(key, "parent" | "name" | "id" | "type") || key.starts_with('$') && key != API_VERSION;
    beside.then(|| format!("`{path}` is not a property of the body"))
}

/// Whether an id can be the parent that a type asks for.
pub(crate) fn fits(parent: Parent, id: &str) -> bool {
    let segments: Vec<&str> = id.split('/').filter(|segment| !segment.is_empty()).collect();
    let is = |index: usize, word: &str| segments.get(index).is_some_and(|s| s.eq_ignore_ascii_case(word));
    match parent {
        Parent::Scope => true,
        Parent::Subscription => segments.len() == 2 && is(0, "subscriptions"),
        Parent::ResourceGroup => segments.len() == 4 && is(0, "subscriptions") && is(2, "resourceGroups"),
        Parent::Resource(kind) => is_of_type(id, kind),
    }
}

/// Whether an id is that of an instance of a type.
pub(crate) fn is_of_type(id: &str, kind: &str) -> bool {
    let segments: Vec<&str> = id.split('/').filter(|segment| !segment.is_empty()).collect();
    let Some(start) = segments.iter().rposition(|s| s.eq_ignore_ascii_case("providers")) else {
        return false;
    };
    let mut types = kind.split('/');
    let namespace = types.next().unwrap_or_default();
    let types: Vec<&str> = types.collect();
    let rest = segments.get(start + 2..).unwrap_or_default();
    segments.get(start + 1).is_some_and(|own| own.eq_ignore_ascii_case(namespace))
        && rest.len() == types.len() * 2
        && rest.iter().step_by(2).zip(&types).all(|(own, word)| own.eq_ignore_ascii_case(word))
}

/// The type in an id.
pub(crate) fn type_of(id: &str) -> Option<String> {
    let start = id.to_ascii_lowercase().rfind("/providers/")?;
    let mut segments = id.get(start + "/providers/".len()..)?.split('/');
    let namespace = segments.next()?;
    let types: Vec<&str> = segments.clone().step_by(2).collect();
    let is_whole = segments.count() == types.len() * 2 && !types.is_empty();
    is_whole.then(|| format!("{namespace}/{}", types.join("/")))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{NETWORK, NETWORK_ID, PARENT};
    use super::*;
    use serde_json::json;

    fn problems(name: &str, inputs: serde_json::Value) -> Vec<String> {
        let inputs = Value::from(inputs);
        let descriptor = (name == NETWORK.name).then_some(&NETWORK);
        let kind = Kind::new(name, descriptor, &inputs).unwrap();
        let found = check(&kind, inputs.as_map().unwrap());
        found.into_iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect()
    }

    const BAR: &str = "Microsoft.Foo/bars";

    #[test]
    fn a_type_without_a_descriptor_needs_an_address_only() {
        let good = json!({"$apiVersion": "2024-01-01", "parent": PARENT, "name": "a", "anything": {"b": 1}});
        assert!(problems(BAR, good).is_empty());
        assert_eq!(
            problems(BAR, json!({"$apiVersion": "2024-01-01", "name": "a/b", "id": "/x"})),
            [
                "name: `a/b` cannot be a name: it is one segment of an id",
                "parent: the resource has no parent: the id of a resource, group or subscription is needed",
                "id: is set by the service and cannot be given",
            ]
        );
        assert_eq!(
            problems("Foo/bars", json!({"$apiVersion": "latest", "parent": PARENT, "name": "a"})),
            [
                "$apiVersion: `latest` is not an api-version; expected one such as `2024-01-01`",
                ": `Foo/bars` is not a type; expected one such as `Microsoft.Foo/bars`",
            ]
        );
    }

    #[test]
    fn a_child_needs_a_parent_of_its_type() {
        let child = json!({"$apiVersion": "2024-01-01", "parent": NETWORK_ID, "name": "a"});
        assert_eq!(
            problems("Microsoft.Foo/bars/bazes", child),
            [format!("parent: `{NETWORK_ID}` is not the id of a Microsoft.Foo/bars")]
        );
    }

    #[test]
    fn extra_properties_do_not_stand_beside_the_body() {
        let inputs = json!({"parent": PARENT, "name": "net", "$extra": ["properties.a", "$replaceOn", "id.x", "$apiVersion"]});
        assert_eq!(
            problems(NETWORK.name, inputs),
            [
                "$extra: `$replaceOn` is not a property of the body",
                "$extra: `id.x` is not a property of the body"
            ]
        );
    }
}

//! What-if: what a deployment would change.
//!
//! Properties that a resource has and the template lacks are shown as deleted, also those that the service only fills
//! with its defaults: Azure shows this noise, too.

use serde_json::{Map, Value, json};

use super::body::body_of;
use super::ids::Place;
use super::record::{Step, StepState};
use super::{Record, check_name, parse};
use crate::catalog::own;
use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::latency::Phase;
use crate::message::{Request, Response};
use crate::operations::Work;
use crate::route::Instance;
use atp_azure::descriptor::{Object, Shape};

impl Cloud {
    /// POST `whatIf` answers 202; the changes are behind `Location`.
    pub(super) fn what_if(&mut self, instance: &Instance, request: &Request) -> Answer<Response> {
        check_name(&instance.name)?;
        let place = Place::new(&instance.scope);
        self.require_place(&place)?;
        let body = parse(request)?;
        let (record, _) = self.prepare(&place, instance, &body)?;
        self.preflight(instance, &place, &record)?;
        let settings = body.get("properties").and_then(|properties| properties.get("whatIfSettings"));
        let format = settings.and_then(|settings| settings.get("resultFormat")).and_then(Value::as_str);
        let ids_only = match format {
            None => false,
            Some(format) if format.eq_ignore_ascii_case("FullResourcePayloads") => false,
            Some(format) if format.eq_ignore_ascii_case("ResourceIdOnly") => true,
            Some(format) => {
                let problem = format!("'{format}' is not one of: FullResourcePayloads, ResourceIdOnly.");
                return Err(ApiError::parameter("properties.whatIfSettings.resultFormat", problem));
            }
        };
        let changes = self.changes(instance, &place, &record, ids_only);
        let answer = json!({ "status": "Succeeded", "properties": { "changes": changes } });
        let due = self.now.saturating_add(self.duration(
            super::expand::DEPLOYMENTS,
            Phase::Update,
            &instance.id,
            self.now,
        ));
        let id = self.start_at(&instance.id.to_ascii_lowercase(), &instance.id, due, Work::Answer(answer));
        let version = request.parameter("api-version").unwrap_or_default();
        Ok(self.follow_location(Response::empty(202), request, &id, version))
    }

    fn changes(&self, instance: &Instance, place: &Place, record: &Record, ids_only: bool) -> Vec<Value> {
        let mut changes = Vec::new();
        let mut written = Vec::new();
        for step in record.steps.iter().filter(|step| step.state == StepState::Waiting) {
            written.push(step.id.to_ascii_lowercase());
            changes.push(self.change(instance, place, record, step, ids_only));
        }
        if place.group.is_none() {
            return changes;
        }
        let lacking = self.lacking(place, record);
        for key in self.top_resources(&place.scope.to_ascii_lowercase()) {
            if written.contains(&key) {
                continue;
            }
            let Some(found) = self.store.get(&key) else { continue };
            let change = if record.complete && lacking.contains(&key) { "Delete" } else { "Ignore" };
            let mut shown = json!({ "resourceId": found.id, "changeType": change });
            if !ids_only {
                shown["before"] = self.shown(found);
            }
            changes.push(shown);
        }
        changes
    }

    fn change(
        &self,
        instance: &Instance,
        place: &Place,
        record: &Record,
        step: &Step,
        ids_only: bool,
    ) -> Value {
        // Of what is there already, `reference` has a value.
        let surroundings = self.surroundings(&instance.name, record, place, true);
        let current = self.store.get(&step.id.to_ascii_lowercase()).filter(|found| !found.hidden);
        let id = &step.id;
        if ids_only {
            return json!({ "resourceId": id, "changeType": if current.is_some() { "Deploy" } else { "Create" } });
        }
        let body = match body_of(&surroundings, step) {
            Ok(body) => body,
            // What refers to something that is not there yet is shown as it stands in the template.
            Err(_) => body_of_template(&step.resource),
        };
        let mut after = body.as_object().cloned().unwrap_or_default();
        after.insert("id".to_owned(), json!(id));
        after.insert("type".to_owned(), json!(step.type_name));
        after.insert("name".to_owned(), json!(id.rsplit('/').next().unwrap_or_default()));
        after.insert("apiVersion".to_owned(), json!(step.api_version));
        let Some(current) = current else {
            return json!({ "resourceId": id, "changeType": "Create", "after": after });
        };
        let before = self.shown(current);
        let shape = self.catalog.get(&step.type_name).map(|descriptor| descriptor.body);
        let mut writable = writable(shape, &before);
        for name in ["id", "type", "name", "etag"] {
            if let Some(map) = writable.as_object_mut() {
                map.remove(name);
            }
        }
        let mut sent = after.clone();
        sent.retain(|name, _| !matches!(name.as_str(), "id" | "type" | "name" | "apiVersion"));
        let delta = delta_of(&writable, &Value::Object(sent));
        let change = if delta.is_empty() { "NoChange" } else { "Modify" };
        json!({ "resourceId": id, "changeType": change, "before": before, "after": after, "delta": delta })
    }
}

/// A resource as it stands in the template, without what is for the deployment only.
fn body_of_template(resource: &Value) -> Value {
    let mut body = resource.clone();
    if let Some(map) = body.as_object_mut() {
        for name in ["dependsOn", "condition", "copy", "comments", "scope", "resources", "metadata"] {
            map.remove(name);
        }
    }
    body
}

/// What clients may write of a value that GET shows.
pub(super) fn writable(shape: Option<&'static Shape>, value: &Value) -> Value {
    match (shape, value) {
        (Some(Shape::Object(object)), Value::Object(map)) => {
            let kept = map.iter().filter(|(name, _)| !is_read_only(object, name));
            Value::Object(
                kept.map(|(name, value)| {
                    (name.clone(), writable(own(object, name).map(|property| property.shape), value))
                })
                .collect(),
            )
        }
        (Some(Shape::List { item, .. }), Value::Array(items)) => {
            items.iter().map(|value| writable(Some(item), value)).collect()
        }
        (_, value) => value.clone(),
    }
}

fn is_read_only(object: &'static Object, name: &str) -> bool {
    own(object, name).is_some_and(|property| property.flags.read_only)
}

/// The changes from one value to another, property by property.
fn delta_of(before: &Value, after: &Value) -> Vec<Value> {
    let mut delta = Vec::new();
    compare("", before, after, &mut delta);
    delta
}

fn compare(path: &str, before: &Value, after: &Value, delta: &mut Vec<Value>) {
    match (before, after) {
        (Value::Object(left), Value::Object(right)) => compare_objects(path, left, right, delta),
        (Value::Array(left), Value::Array(right)) => {
            let mut children = Vec::new();
            for at in 0..left.len().max(right.len()) {
                let name = at.to_string();
                match (left.get(at), right.get(at)) {
                    (Some(left), Some(right)) if left.is_object() && right.is_object() => {
                        let mut inner = Vec::new();
                        compare("", left, right, &mut inner);
                        if !inner.is_empty() {
                            children.push(change(&name, "Modify", None, None, inner));
                        }
                    }
                    (Some(left), Some(right)) if !same(left, right) => {
                        children.push(change(&name, "Modify", Some(left), Some(right), Vec::new()));
                    }
                    (Some(left), None) => {
                        children.push(change(&name, "Delete", Some(left), None, Vec::new()))
                    }
                    (None, Some(right)) => {
                        children.push(change(&name, "Create", None, Some(right), Vec::new()))
                    }
                    _ => {}
                }
            }
            if !children.is_empty() {
                delta.push(change(path, "Array", None, None, children));
            }
        }
        (before, after) if !same(before, after) => {
            delta.push(change(path, "Modify", Some(before), Some(after), Vec::new()));
        }
        _ => {}
    }
}

fn compare_objects(
    path: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    delta: &mut Vec<Value>,
) {
    let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    for (name, left) in before {
        match after.get(name) {
            Some(right) => compare(&at(name), left, right, delta),
            // An empty list or object says as much as none.
            None if is_nothing(left) => {}
            None => delta.push(change(&at(name), "Delete", Some(left), None, Vec::new())),
        }
    }
    for (name, right) in after.iter().filter(|(name, right)| !before.contains_key(*name) && !right.is_null())
    {
        delta.push(change(&at(name), "Create", None, Some(right), Vec::new()));
    }
}

fn is_nothing(value: &Value) -> bool {
    *value == json!(null) || *value == json!([]) || *value == json!({})
}

/// Texts that differ in case, such as ids and locations, are the same to most services.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::String(left), Value::String(right)) => left.eq_ignore_ascii_case(right),
        (left, right) => left == right,
    }
}

fn change(
    path: &str,
    kind: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    children: Vec<Value>,
) -> Value {
    let mut change = json!({ "path": path, "propertyChangeType": kind });
    if let Some(before) = before {
        change["before"] = before.clone();
    }
    if let Some(after) = after {
        change["after"] = after.clone();
    }
    if !children.is_empty() {
        change["children"] = json!(children);
    }
    change
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_named_by_their_path() {
        let before = json!({ "tags": { "a": "1", "b": "2" }, "list": [1, 2], "same": "X" });
        let after = json!({ "tags": { "a": "3" }, "list": [1, 5], "same": "x", "new": true });
        let delta = delta_of(&before, &after);
        let brief: Vec<_> = delta
            .iter()
            .map(|d| (d["path"].as_str().unwrap(), d["propertyChangeType"].as_str().unwrap()))
            .collect();
        assert_eq!(brief, [("list", "Array"), ("tags.a", "Modify"), ("tags.b", "Delete"), ("new", "Create")]);
        assert_eq!(
            delta[0]["children"],
            json!([{ "path": "1", "propertyChangeType": "Modify", "before": 2, "after": 5 }])
        );
    }
}

//! What a write may not change: create-only properties, and the identity of a role assignment.

use atp_azure::descriptor::TypeDescriptor;
use atp_azure::likeness;
use serde_json::{Map, Value};

use crate::built_in;
use crate::catalog::property;
use crate::cloud::{Cloud, object};
use crate::errors::{Answer, ApiError};
use crate::route::Instance;
use crate::store::Resource;

impl Cloud {
    /// Refuses another value for a create-only property. One that is left out keeps its value.
    pub(crate) fn refuse_immutable(
        &self,
        descriptor: &TypeDescriptor,
        old: &Resource,
        body: &mut Map<String, Value>,
    ) -> Answer<()> {
        refuse_location(descriptor, old, body)?;
        for path in descriptor.create_only.iter().filter(|path| **path != "location") {
            let write_only = property(descriptor.body, path).is_some_and(|found| found.flags.write_only);
            if write_only {
                continue;
            }
            let keys: Vec<&str> = path.split('.').collect();
            let default = descriptor.defaults.iter().find(|(at, _)| at == path);
            let default = default.and_then(|(_, value)| serde_json::from_str::<Value>(value).ok());
            if let Some(changed) = changed_at(&old.body, body, &keys, default.as_ref()) {
                let message = format!("Changing property '{path}' is not allowed. Its value is {changed}.");
                return Err(ApiError::new(400, "PropertyChangeNotAllowed", message).with_target(path));
            }
        }
        Ok(())
    }

    /// Role assignments: the same name cannot get another principal, role or scope, and the same principal cannot have
    /// the same role twice at a scope.
    pub(crate) fn refuse_role_conflict(
        &self,
        descriptor: &TypeDescriptor,
        key: &str,
        instance: &Instance,
        body: &Map<String, Value>,
        old: Option<&Resource>,
    ) -> Answer<()> {
        if !descriptor.name.eq_ignore_ascii_case("Microsoft.Authorization/roleAssignments") {
            return Ok(());
        }
        let wanted = grant(body);
        let changed = old.is_some_and(|old| grant(&old.body) != wanted);
        if changed || self.taken(descriptor, key, &instance.name).is_some() {
            let message = "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.";
            return Err(ApiError::new(400, "RoleAssignmentUpdateNotPermitted", message));
        }
        let siblings = format!("{}/providers/microsoft.authorization/roleassignments/", instance.scope);
        let siblings = siblings.to_ascii_lowercase();
        let mut others = self.store.range(&siblings, None).filter(|(other, _)| *other != key);
        match others.find(|(_, other)| grant(&other.body) == wanted) {
            Some(_) => {
                let message = "The role assignment already exists.";
                Err(ApiError::new(409, "RoleAssignmentExists", message))
            }
            None => Ok(()),
        }
    }

    /// Role assignments: a new principal is not known everywhere at once, unless the client says what it is.
    pub(crate) fn refuse_unknown_principal(
        &self,
        descriptor: &TypeDescriptor,
        body: &Map<String, Value>,
    ) -> Answer<()> {
        let delay = i64::try_from(self.settings.replication_delay.as_millis()).unwrap_or(i64::MAX);
        let assignment = descriptor.name.eq_ignore_ascii_case("Microsoft.Authorization/roleAssignments");
        let properties = object(body.get("properties"));
        let principal = properties.and_then(|properties| properties.get("principalId"));
        let has_type = properties.is_some_and(|properties| properties.contains_key("principalType"));
        let (true, false, Some(principal)) = (assignment && delay > 0, has_type, principal) else {
            return Ok(());
        };
        let is_new = self.store.resources().any(|(_, resource)| {
            let own = |part| object(resource.body.get(part)).and_then(|part| part.get("principalId"));
            let is_it = own("identity") == Some(principal) || own("properties") == Some(principal);
            let identity = resource.type_name != descriptor.name;
            is_it && identity && self.now < resource.created.saturating_add(delay)
        });
        if !is_new {
            return Ok(());
        }
        let message = format!(
            "Principal {} does not exist in the directory {}. Check that you have the correct principal ID. If you are \
             creating this principal and then immediately assigning a role, this error might be related to a \
             replication delay. In this case, set the role assignment principalType property to a value, such as \
             ServicePrincipal, User, or Group.",
            principal.as_str().unwrap_or_default(),
            self.settings.tenant
        );
        Err(ApiError::new(400, "PrincipalNotFound", message))
    }

    /// Refuses ids in references that name nothing, for types that this cloud knows, when the settings say so.
    pub(crate) fn refuse_missing_references(
        &self,
        descriptor: &TypeDescriptor,
        body: &Map<String, Value>,
    ) -> Answer<()> {
        if !self.settings.check_references {
            return Ok(());
        }
        for (path, type_name) in descriptor.references {
            if self.catalog.get(type_name).is_none() {
                continue;
            }
            let mut ids = Vec::new();
            let path: Vec<&str> = path.split('.').collect();
            collect(&Value::Object(body.clone()), &path, &mut ids);
            for id in ids {
                let name = id.rsplit('/').next().unwrap_or_default();
                let is_id = id.starts_with("/subscriptions/") && !built_in::is_there(type_name, name);
                if is_id && self.store.get(&id.to_ascii_lowercase()).is_none_or(|found| found.hidden) {
                    let message = format!(
                        "Resource {id} referenced by the request was not found. Please make sure that the \
                         referenced resource exists, and that both resources are in the same region."
                    );
                    return Err(ApiError::new(400, "InvalidResourceReference", message));
                }
            }
        }
        Ok(())
    }
}

fn collect(value: &Value, path: &[&str], ids: &mut Vec<String>) {
    match (value, path) {
        (Value::String(id), []) => ids.push(id.clone()),
        (Value::Array(items), path) => items.iter().for_each(|item| collect(item, path, ids)),
        (Value::Object(map), [name, rest @ ..]) => {
            if let Some(value) = map.get(name.trim_end_matches("[]")) {
                collect(value, rest, ids);
            }
        }
        _ => {}
    }
}

/// Principal and role of a role assignment.
fn grant(body: &Map<String, Value>) -> (String, String) {
    let properties = object(body.get("properties"));
    let text = |name| {
        let value = properties.and_then(|properties| properties.get(name)).and_then(Value::as_str);
        value.unwrap_or_default().to_ascii_lowercase()
    };
    // Definitions are named with and without the subscription in front.
    let role = text("roleDefinitionId");
    (text("principalId"), role.rsplit('/').next().unwrap_or_default().to_owned())
}

fn plain(location: &str) -> String {
    location.replace(' ', "").to_ascii_lowercase()
}

fn refuse_location(descriptor: &TypeDescriptor, old: &Resource, body: &mut Map<String, Value>) -> Answer<()> {
    let Some(Value::String(before)) = old.body.get("location") else { return Ok(()) };
    let Some(Value::String(after)) = body.get("location") else {
        body.insert("location".to_owned(), Value::String(before.clone()));
        return Ok(());
    };
    if plain(before) == plain(after) {
        return Ok(());
    }
    if descriptor.name.eq_ignore_ascii_case("Microsoft.Resources/resourceGroups") {
        let message = format!(
            "Invalid resource group location '{after}'. The Resource group already exists in location '{before}'."
        );
        return Err(ApiError::new(409, "InvalidResourceGroupLocation", message));
    }
    let group = old.id.split('/').nth(4).unwrap_or_default();
    let message = format!(
        "The resource '{}' already exists in location '{before}' in resource group '{group}'. A resource with the \
         same name cannot be created in location '{after}'. Please select a new resource name.",
        old.name
    );
    Err(ApiError::new(409, "InvalidResourceLocation", message))
}

/// The old value at `path` when the new body has another one. What the new body leaves out is copied from the old one.
fn changed_at(
    old: &Map<String, Value>,
    new: &mut Map<String, Value>,
    path: &[&str],
    default: Option<&Value>,
) -> Option<String> {
    let (segment, rest) = path.split_first()?;
    let name = segment.trim_end_matches("[]");
    let before = old.get(name);
    if rest.is_empty() {
        return match (before, new.get(name)) {
            (Some(before), Some(after)) => {
                let in_any_order = likeness::is_set(None, name) && same_set(before, after);
                (!in_any_order && !same(before, after)).then(|| before.to_string())
            }
            // Saying what the service chose by itself is no change.
            (None, Some(after)) if default.is_some_and(|default| same(default, after)) => None,
            (None, Some(after)) => (!is_nothing(after)).then(|| "not set".to_owned()),
            (Some(before), None) => {
                new.insert(name.to_owned(), before.clone());
                None
            }
            (None, None) => None,
        };
    }
    if let (Some(Value::Object(before)), None) = (before, new.get(name)) {
        let mut kept = Map::new();
        changed_at(before, &mut kept, rest, default);
        if !kept.is_empty() {
            new.insert(name.to_owned(), Value::Object(kept));
        }
        return None;
    }
    match (before, new.get_mut(name)) {
        (Some(Value::Object(before)), Some(Value::Object(after))) => changed_at(before, after, rest, default),
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            let pairs = after.iter_mut().enumerate().filter_map(|(index, after)| {
                let after = after.as_object_mut()?;
                let same_name = |item: &&Value| item.get("name") == after.get("name");
                let before = match after.get("name") {
                    Some(_) => before.iter().find(same_name),
                    None => before.get(index),
                };
                Some((before?.as_object()?, after))
            });
            let mut changes = pairs.filter_map(|(before, after)| changed_at(before, after, rest, default));
            changes.next()
        }
        _ => None,
    }
}

/// An empty list or object says as much as none.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// Whether two lists have the same items.
fn same_set(left: &Value, right: &Value) -> bool {
    let (Some(left), Some(right)) = (left.as_array(), right.as_array()) else { return false };
    let within =
        |one: &[Value], other: &[Value]| one.iter().all(|item| other.iter().any(|own| same(own, item)));
    left.len() == right.len() && within(left, right) && within(right, left)
}

/// Whether the service takes two values for the same: text without regard to case, objects by what both have.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::String(left), Value::String(right)) => left.eq_ignore_ascii_case(right),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            right.iter().all(|(name, right)| left.get(name).is_some_and(|left| same(left, right)))
        }
        (left, right) => left == right,
    }
}

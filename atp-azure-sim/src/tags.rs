//! Tags as a resource of their own: `{scope}/providers/Microsoft.Resources/tags/default` shows and changes the tags of
//! the resource, group or subscription that it stands on.

use serde_json::{Map, Value, json};

use crate::catalog::property;
use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::locks::Access;
use crate::message::{Method, Request, Response};
use crate::route::{Instance, Route};
use crate::store::Resource;
use crate::validate;

const TAGS: &str = "Microsoft.Resources/tags";

impl Cloud {
    /// Whether an id is that of the tags of something.
    pub(crate) fn is_tags(instance: &Instance) -> bool {
        instance.type_name.eq_ignore_ascii_case(TAGS) && instance.name.eq_ignore_ascii_case("default")
    }

    /// GET, PUT, PATCH with an operation, and DELETE.
    pub(crate) fn tags(&mut self, route: &Route, instance: &Instance, request: &Request) -> Answer<Response> {
        match self.catalog.get(TAGS) {
            Some(descriptor) => self.require_version(descriptor, request, "")?,
            None => self.require_common_version(request.parameter("api-version").unwrap_or_default())?,
        }
        let key = instance.scope.to_ascii_lowercase();
        let before = self.tags_of(route, instance, &key)?;
        let after = match request.method {
            Method::Get => return Ok(Response::json(200, &shown(instance, &before))),
            Method::Head => return Ok(Response::empty(204)),
            Method::Put => sent_tags(request)?.1,
            Method::Patch => patched(before, request)?,
            Method::Delete => Map::new(),
            Method::Post => return Err(ApiError::method_not_allowed(&instance.id)),
        };
        self.refuse_locked(&instance.scope, Access::Write)?;
        let mut named = Map::from_iter([("tags".to_owned(), Value::Object(after.clone()))]);
        validate::tags(&named)?;
        let number = self.store.next_number();
        let mut resource = match self.store.get(&key) {
            Some(resource) => resource.clone(),
            None => self.tags_of_subscription(&key, instance, number),
        };
        resource.body.append(&mut named);
        resource.revision = number;
        self.store.put(&resource.id.to_ascii_lowercase(), resource);
        if request.method == Method::Delete {
            return Ok(Response::empty(200));
        }
        Ok(Response::json(200, &shown(instance, &after)))
    }

    fn tags_of(&self, route: &Route, instance: &Instance, key: &str) -> Answer<Map<String, Value>> {
        let is_subscription = route.subscription.is_some() && key.matches('/').count() == 2;
        let holder = if is_subscription { instance.id.to_ascii_lowercase() } else { key.to_owned() };
        let found = self.store.get(&holder).filter(|found| !found.hidden);
        if found.is_none() && !is_subscription {
            return Err(self.missing_in_group(route, &instance.scope));
        }
        let descriptor = found.and_then(|found| self.catalog.get(&found.type_name));
        if !is_subscription && descriptor.is_none_or(|descriptor| property(descriptor.body, "tags").is_none())
        {
            let message = format!("The resource '{}' is of a type that has no tags.", instance.scope);
            return Err(ApiError::new(400, "ResourceTypeDoesNotSupportTags", message));
        }
        let tags = found.and_then(|found| found.body.get("tags")).and_then(Value::as_object);
        Ok(tags.cloned().unwrap_or_default())
    }

    /// A subscription is no resource: its tags are kept under their own id.
    fn tags_of_subscription(&self, subscription: &str, instance: &Instance, number: u64) -> Resource {
        debug_assert_eq!(subscription.matches('/').count(), 2, "everything else is in the store");
        Resource {
            type_name: TAGS.to_owned(),
            id: instance.id.clone(),
            name: instance.name.clone(),
            body: Map::new(),
            revision: number,
            order: number,
            created: self.now,
            operation: None,
            state: None,
            hidden: false,
            deployment: None,
        }
    }
}

fn shown(instance: &Instance, tags: &Map<String, Value>) -> Value {
    json!({ "id": instance.id, "name": "default", "type": TAGS, "properties": { "tags": tags } })
}

/// The operation and the tags in a body.
fn sent_tags(request: &Request) -> Answer<(String, Map<String, Value>)> {
    let body: Value = serde_json::from_slice(&request.body).map_err(|error| ApiError::content("", error))?;
    let operation = body["operation"].as_str().unwrap_or_default().to_owned();
    match body["properties"]["tags"].as_object() {
        Some(tags) => Ok((operation, tags.clone())),
        None => Err(ApiError::parameter("properties.tags", "The required property 'tags' is missing.")),
    }
}

fn patched(mut tags: Map<String, Value>, request: &Request) -> Answer<Map<String, Value>> {
    let (operation, sent) = sent_tags(request)?;
    match operation.to_ascii_lowercase().as_str() {
        "replace" => tags = sent,
        "merge" => tags.extend(sent),
        "delete" => tags.retain(|name, value| sent.get(name) != Some(value)),
        _ => {
            let problem = format!("'{operation}' is not one of: Merge, Replace, Delete.");
            return Err(ApiError::parameter("operation", problem));
        }
    }
    Ok(tags)
}

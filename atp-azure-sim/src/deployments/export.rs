//! A resource group as a template.

use serde_json::{Map, Value, json};

use super::what_if::writable;
use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::message::{Request, Response};
use crate::route::{Route, parent_name};

impl Cloud {
    /// POST `{group}/exportTemplate`: the resources that `resources` names, or all of them with `*`.
    pub(crate) fn export_group(&self, route: &Route, request: &Request) -> Answer<Response> {
        let (Some(subscription), Some(group)) = (&route.subscription, &route.group) else {
            return Err(ApiError::method_not_allowed(&request.path));
        };
        let key = format!("/subscriptions/{subscription}/resourcegroups/{group}").to_ascii_lowercase();
        if self.store.get(&key).is_none() {
            return Err(ApiError::group_not_found(group));
        }
        let body: Value =
            serde_json::from_slice(&request.body).map_err(|error| ApiError::content("", error))?;
        let wanted: Vec<String> = match body["resources"].as_array() {
            Some(ids) => ids.iter().filter_map(Value::as_str).map(str::to_ascii_lowercase).collect(),
            None => vec!["*".to_owned()],
        };
        let all = wanted.iter().any(|id| id == "*");
        let prefix = format!("{key}/providers/");
        let mut resources = Vec::new();
        for (key, resource) in self.store.range(&prefix, None) {
            let Some(descriptor) = self.catalog.get(&resource.type_name) else { continue };
            let extension = key.matches("/providers/").count() > 1;
            if extension || resource.hidden || !(all || wanted.contains(key)) {
                continue;
            }
            let mut shown = writable(Some(descriptor.body), &self.shown(resource));
            let names: Vec<&str> = parent_name(&resource.id).split('/').skip(2).step_by(2).collect();
            let mut body = Map::from_iter([
                ("type".to_owned(), json!(descriptor.name)),
                ("apiVersion".to_owned(), json!(descriptor.api_version)),
                ("name".to_owned(), json!(names.join("/"))),
            ]);
            for (name, value) in shown.as_object_mut().into_iter().flatten() {
                if !matches!(name.as_str(), "id" | "name" | "type" | "etag" | "systemData") {
                    body.insert(name.clone(), value.take());
                }
            }
            resources.push(Value::Object(body));
        }
        let template = json!({
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "parameters": {},
            "variables": {},
            "resources": resources,
        });
        Ok(Response::json(200, &json!({ "template": template })))
    }
}

//! GET, HEAD and the lists.

use atp_azure::descriptor::{Parent, TypeDescriptor};
use serde_json::{Map, Value, json};

use crate::built_in;
use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::message::{Method, Request, Response, encode};
use crate::plans;
use crate::route::{Collection, Instance, Route, parent_name};
use crate::store::Resource;
use crate::time_format;

/// Types without a descriptor that clients list on the way to something else. There are none of them here.
const ALWAYS_EMPTY: [&str; 1] = ["Microsoft.Sql/servers/databases/replicationLinks"];

impl Cloud {
    /// GET answers 200 or 404, HEAD 204 or 404.
    pub(crate) fn read(&mut self, route: &Route, instance: &Instance, request: &Request) -> Answer<Response> {
        let descriptor = self.catalog.known(&instance.type_name, request.method)?;
        self.require_version(descriptor, request, "")?;
        let key = instance.id.to_ascii_lowercase();
        let subscription = route.subscription.as_deref();
        if let Some(known) = built_in::definition(descriptor.name, &instance.name, subscription) {
            return Ok(Response::json(200, &known));
        }
        let Some(resource) = self.store.get(&key).filter(|resource| !resource.hidden) else {
            if let Some(free) = plans::free(descriptor.name, &instance.id) {
                return Ok(Response::json(200, &free));
            }
            return Err(self.missing(route, descriptor, instance));
        };
        if request.method == Method::Head {
            return Ok(Response::empty(204));
        }
        let shown = self.shown(resource);
        Ok(Response::json(200, &shown).with_etag(&shown))
    }

    /// The 404 for an instance: the group, decided before the provider is asked, or the resource.
    pub(crate) fn missing(
        &self,
        route: &Route,
        descriptor: &TypeDescriptor,
        instance: &Instance,
    ) -> ApiError {
        if descriptor.parent == Parent::Subscription {
            return ApiError::group_not_found(&instance.name);
        }
        self.missing_in_group(route, &instance.id)
    }

    /// The 404 for the resource `id`, or for its group when that is missing.
    pub(crate) fn missing_in_group(&self, route: &Route, id: &str) -> ApiError {
        if let Some(error) = self.missing_group(route) {
            return error;
        }
        let group = route.group.as_deref().unwrap_or("<null>");
        let name = parent_name(id);
        let message = format!(
            "The Resource '{name}' under resource group '{group}' was not found. For more details please go to \
             https://aka.ms/ARMResourceNotFoundFix"
        );
        ApiError::new(404, "ResourceNotFound", message)
    }

    fn missing_group(&self, route: &Route) -> Option<ApiError> {
        let (subscription, group) = (route.subscription.as_ref()?, route.group.as_ref()?);
        let key = format!("/subscriptions/{subscription}/resourcegroups/{group}").to_ascii_lowercase();
        self.store.get(&key).is_none().then(|| ApiError::group_not_found(group))
    }

    /// All instances of a type in a scope or parent; 200 with an empty list when there are none.
    pub(crate) fn list(&mut self, route: &Route, list: &Collection, request: &Request) -> Answer<Response> {
        let empty = ALWAYS_EMPTY.iter().any(|name| name.eq_ignore_ascii_case(&list.type_name));
        let descriptor = match empty {
            true => None,
            false => Some(self.catalog.known(&list.type_name, request.method)?),
        };
        if let Some(descriptor) = descriptor {
            self.require_version(descriptor, request, "")?;
        }
        if let Some(error) = self.missing_group(route) {
            return Err(error);
        }
        let parent = list.parent.to_ascii_lowercase();
        if list.nested && self.store.get(&parent).is_none_or(|parent| parent.hidden) {
            return Err(ApiError::parent_not_found(parent_name(&list.parent)));
        }
        let Some(descriptor) = descriptor else { return Ok(Response::json(200, &json!({ "value": [] }))) };
        let filter = request.parameter("$filter").unwrap_or_default();
        let at_scope = filter.contains("atScope()");
        let leaf = format!("/{}/", descriptor.leaf().to_ascii_lowercase());
        let depth = parent.matches('/').count() + if list.nested { 2 } else { 4 };
        let wanted = |key: &str, resource: &Resource| {
            let here = key.matches('/').count() == depth && key[parent.len()..].contains(&leaf);
            resource.type_name == descriptor.name
                && (here || !(list.nested || at_scope))
                && passes(filter, &resource.body)
        };
        let prefix = format!("{parent}/");
        let mut items = Vec::new();
        if request.parameter("$skiptoken").is_none() {
            items.extend(built_in::definitions(descriptor.name, route.subscription.as_deref()));
            if at_scope {
                items.extend(self.above(descriptor, &parent));
            }
            items.retain(|item| item.as_object().is_some_and(|item| passes(filter, item)));
        }
        Ok(self.page(request, &prefix, items, wanted, |resource| self.shown(resource)))
    }

    /// Instances of an extension type at the scopes around `scope`.
    fn above(&self, descriptor: &TypeDescriptor, scope: &str) -> Vec<Value> {
        let scopes = crate::route::scopes(scope).into_iter().filter(|above| *above != scope);
        let mut items = Vec::new();
        for above in scopes {
            let prefix = format!("{above}/providers/{}/", descriptor.name.to_ascii_lowercase());
            items.extend(self.store.range(&prefix, None).map(|(_, resource)| self.shown(resource)));
        }
        items
    }

    /// `{scope}/resources`: the tracked resources, each without its properties but with what `$expand` asks for.
    pub(crate) fn list_resources(&mut self, route: &Route, request: &Request) -> Answer<Response> {
        if let Some(error) = self.missing_group(route) {
            return Err(error);
        }
        let subscription = route.subscription.as_deref().unwrap_or_default();
        let group = route.group.as_ref().map(|group| format!("/resourcegroups/{group}"));
        let prefix = format!("/subscriptions/{subscription}{}/", group.unwrap_or_default());
        let prefix = prefix.to_ascii_lowercase();
        let filter = request.parameter("$filter").unwrap_or_default();
        let kind = equals(filter, "resourceType");
        let name = equals(filter, "name");
        let in_group = equals(filter, "resourceGroup").map(|name| name.to_ascii_lowercase());
        let tag = equals(filter, "tagName").map(|key| (key, equals(filter, "tagValue")));
        let wanted = |key: &str, resource: &Resource| {
            let group = resource.type_name == "Microsoft.Resources/resourceGroups";
            let tags = resource.body.get("tags");
            !group
                && resource.body.contains_key("location")
                && kind.as_ref().is_none_or(|kind| resource.type_name.eq_ignore_ascii_case(kind))
                && in_group.as_ref().is_none_or(|group| key.split('/').nth(4) == Some(group))
                && name.as_ref().is_none_or(|name| resource.name.eq_ignore_ascii_case(name))
                && tag.as_ref().is_none_or(|(key, value)| {
                    let found = tags.and_then(|tags| tags.get(key)).and_then(Value::as_str);
                    found.is_some_and(|found| value.as_ref().is_none_or(|value| found == value))
                })
        };
        let expand = request.parameter("$expand").unwrap_or_default();
        Ok(self.page(request, &prefix, Vec::new(), wanted, |resource| self.generic(resource, expand)))
    }

    fn generic(&self, resource: &Resource, expand: &str) -> Value {
        let mut shown = json!({ "id": resource.id, "name": resource.name, "type": resource.type_name });
        for name in ["location", "tags", "sku", "kind", "identity", "managedBy", "zones", "plan"] {
            if let Some(value) = resource.body.get(name) {
                shown[name] = value.clone();
            }
        }
        for name in expand.split(',').map(str::trim) {
            match name {
                "createdTime" => shown[name] = json!(time_format::rfc3339(resource.created)),
                "changedTime" => {
                    let changed = resource.body.get("systemData").and_then(|data| data.get("lastModifiedAt"));
                    let created = || json!(time_format::rfc3339(resource.created));
                    shown[name] = changed.cloned().unwrap_or_else(created);
                }
                "provisioningState" => shown[name] = json!(resource.state.as_deref().unwrap_or("Succeeded")),
                _ => {}
            }
        }
        shown
    }

    /// One page of a list, with an absolute `nextLink` when there is more.
    pub(crate) fn page(
        &self,
        request: &Request,
        prefix: &str,
        mut items: Vec<Value>,
        wanted: impl Fn(&str, &Resource) -> bool,
        show: impl Fn(&Resource) -> Value,
    ) -> Response {
        let top = request.parameter("$top").and_then(|top| top.parse().ok()).unwrap_or(usize::MAX);
        let size = self.settings.page_size.min(top).max(1);
        let found = self.store.range(prefix, request.parameter("$skiptoken"));
        let mut found = found.filter(|(key, resource)| !resource.hidden && wanted(key, resource)).peekable();
        let mut last = None;
        while items.len() < size
            && let Some((key, resource)) = found.next()
        {
            items.push(show(resource));
            last = Some(key);
        }
        let mut body = json!({ "value": items });
        if let (Some(last), true) = (last, found.peek().is_some()) {
            body["nextLink"] = json!(next_link(request, last));
        }
        Response::json(200, &body)
    }
}

fn next_link(request: &Request, token: &str) -> String {
    let mut link = format!("{}{}?", request.base(), request.path);
    for (key, value) in &request.query {
        if !key.eq_ignore_ascii_case("$skiptoken") {
            link.push_str(&format!("{key}={}&", encode(value)));
        }
    }
    link + "$skipToken=" + &encode(token)
}

/// Whether a body passes the conditions of a filter, such as `principalId eq 'X'`, on its properties.
fn passes(filter: &str, body: &Map<String, Value>) -> bool {
    filter.split(" and ").all(|condition| {
        let Some((name, wanted)) = condition.split_once(" eq ") else { return true };
        let (name, wanted) = (name.trim(), wanted.trim().trim_matches('\''));
        let properties = body.get("properties").and_then(|properties| properties.get(name));
        let value = properties.or_else(|| body.get(name));
        value.and_then(Value::as_str).is_some_and(|value| value.eq_ignore_ascii_case(wanted))
    })
}

/// The text that a filter such as `resourceType eq 'X' and name eq 'Y'` asks of `name`.
pub(crate) fn equals(filter: &str, name: &str) -> Option<String> {
    let condition = filter.split(" and ").map(str::trim).find_map(|condition| {
        let (left, right) = condition.split_once(" eq ")?;
        left.trim().eq_ignore_ascii_case(name).then(|| right.trim().trim_matches('\''))
    });
    condition.map(str::to_owned)
}

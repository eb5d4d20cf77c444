//! PUT and PATCH.

use atp_azure::descriptor::{LongRunning, Parent, TypeDescriptor};
use serde_json::{Map, Value};

use crate::built_in;
use crate::catalog::Catalog;
use crate::children::ChildList;
use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::immutability::refuse_to_loosen;
use crate::locks::Access;
use crate::message::{Method, Request, Response};
use crate::operations::{Start, Work};
use crate::route::{Instance, Route};
use crate::soft_delete::refuse_to_unprotect;
use crate::store::Resource;
use crate::validate::{self, Mode};

/// A write that is known to be allowed.
struct Write<'a> {
    descriptor: &'static TypeDescriptor,
    instance: &'a Instance,
    key: String,
    old: Option<Resource>,
    body: Map<String, Value>,
    children: Vec<ChildList>,
    method: Method,
}

impl Cloud {
    /// PUT creates or replaces.
    pub(crate) fn put(&mut self, route: &Route, instance: &Instance, request: &Request) -> Answer<Response> {
        let descriptor = self.catalog.known(&instance.type_name, request.method)?;
        built_in::refuse(descriptor.name, &instance.name)?;
        let mut sent = parse_body(&self.catalog, descriptor, request)?;
        let named = self.replication_policy(descriptor, instance, &mut sent)?;
        let instance = named.as_ref().unwrap_or(instance);
        let location = sent.get("location").and_then(Value::as_str).unwrap_or_default();
        self.require_version(descriptor, request, location)?;
        self.require_surroundings(route, descriptor, instance)?;
        self.refuse_locked(&instance.id, Access::Write)?;
        let key = instance.id.to_ascii_lowercase();
        let sent = self.recovered(instance, sent, self.store.get(&key).is_some())?;
        let old = self.store.get(&key).cloned();
        self.check_conditions(request, &key, old.as_ref(), &instance.id)?;
        self.refuse_busy(descriptor, &key, request)?;
        if let Some(old) = old.as_ref().filter(|_| NEVER_UPDATED.contains(&lower(descriptor).as_str())) {
            return Ok(Response::json(200, &self.shown(old)));
        }
        if old.is_none() {
            self.check_name(descriptor, &instance.name)?;
        }
        let has_none = sent.get("location").is_none_or(|sent| sent.is_null() || sent == "");
        if has_none && needs_location(descriptor) {
            let message = "The location property is required for this definition.";
            return Err(ApiError::new(400, "LocationRequired", message).with_target("location"));
        }
        refuse_other_state(descriptor, &sent, old.as_ref())?;
        validate::tags(&sent)?;
        let body = validate::body(&mut self.catalog, descriptor.body, sent, Mode::Sent)?;
        self.refuse_unknown_principal(descriptor, &body)?;
        self.refuse_unknown_role(descriptor.name, &body)?;
        self.refuse_role_conflict(descriptor, &key, instance, &body, old.as_ref())?;
        if old.is_none() {
            self.refuse_taken(descriptor, &key, instance)?;
        }
        self.write(descriptor, instance, key, old, body, request)
    }

    /// PATCH merges (RFC 7396), except that it replaces `tags` as a whole.
    pub(crate) fn patch(
        &mut self,
        route: &Route,
        instance: &Instance,
        request: &Request,
    ) -> Answer<Response> {
        let descriptor = self.catalog.known(&instance.type_name, request.method)?;
        self.require_version(descriptor, request, "")?;
        if descriptor.patch.is_none() {
            return Err(ApiError::method_not_allowed(&instance.id));
        }
        let sent = parse_body(&self.catalog, descriptor, request)?;
        self.require_surroundings(route, descriptor, instance)?;
        let key = instance.id.to_ascii_lowercase();
        let Some(old) = self.store.get(&key).filter(|resource| !resource.hidden).cloned() else {
            return Err(self.missing(route, descriptor, instance));
        };
        self.refuse_locked(&instance.id, Access::Write)?;
        self.check_conditions(request, &key, Some(&old), &instance.id)?;
        self.refuse_busy(descriptor, &key, request)?;
        refuse_more_than_tags(descriptor, &sent)?;
        refuse_other_state(descriptor, &sent, Some(&old))?;
        validate::tags(&sent)?;
        let mut merged = old.body.clone();
        for (name, change) in sent {
            match name.as_str() {
                "tags" if change.is_null() => drop(merged.remove("tags")),
                "tags" => drop(merged.insert(name, change)),
                _ => merge_entry(&mut merged, name, change),
            }
        }
        let body = validate::body(&mut self.catalog, descriptor.body, merged, Mode::Merged)?;
        self.write(descriptor, instance, key, Some(old), body, request)
    }

    fn write(
        &mut self,
        descriptor: &'static TypeDescriptor,
        instance: &Instance,
        key: String,
        old: Option<Resource>,
        mut body: Map<String, Value>,
        request: &Request,
    ) -> Answer<Response> {
        if let Some(old) = &old {
            self.refuse_immutable(descriptor, old, &mut body)?;
        }
        refuse_to_unprotect(descriptor, old.as_ref(), &body)?;
        refuse_to_loosen(descriptor, old.as_ref().map(|old| &old.body), &mut body)?;
        self.refuse_missing_references(descriptor, &body)?;
        self.refuse_unready(descriptor, &instance.id, &body)?;
        self.refuse_pairing(descriptor, instance, &body)?;
        self.enforce_policies(descriptor.name, &instance.id, &body)?;
        let children = self.take_children(descriptor, &mut body)?;
        for dropped in self.dropped_children(&key, &children)? {
            self.remove_tree(&dropped);
        }
        let write = Write { descriptor, instance, key, old, body, children, method: request.method };
        Ok(self.commit(write, request))
    }

    /// Stores the resource and answers, at once or with an operation.
    fn commit(&mut self, write: Write<'_>, request: &Request) -> Response {
        let Write { descriptor, instance, key, old, body, mut children, method } = write;
        let created = old.is_none();
        if created {
            children.extend(self.made_with(descriptor, &body));
        }
        let rules = match method {
            Method::Patch => descriptor.patch.unwrap_or(descriptor.put),
            _ => descriptor.put,
        };
        let number = self.store.next_number();
        let back = if created { self.brought_back(instance) } else { None };
        let body = self.completed(descriptor, &key, &instance.id, body, old.as_ref().or(back.as_ref()));
        let location = body.get("location").and_then(Value::as_str).unwrap_or_default();
        let location = location.replace(' ', "").to_ascii_lowercase();
        let mut resource = Resource {
            type_name: descriptor.name.to_owned(),
            id: instance.id.clone(),
            name: instance.name.clone(),
            body,
            revision: number,
            order: old.as_ref().map_or(number, |old| old.order),
            created: old.as_ref().map_or(self.now, |old| old.created),
            operation: None,
            state: None,
            hidden: false,
            deployment: None,
        };
        let mut operation = None;
        if rules.long_running.is_some() {
            let work = Work::Write(old.map(Box::new));
            let id = self.start(Start { descriptor, key: &key, location: &location, work });
            resource.state = Some(if created { "Creating" } else { "Updating" }.to_owned());
            resource.operation = Some(id.clone());
            operation = Some(id);
        }
        let codes = if ALWAYS_CREATED.contains(&lower(descriptor).as_str()) { &[201] } else { rules.codes };
        let status = match rules.long_running {
            Some(flags) if codes.contains(&202) && is_blind(descriptor, flags) => 202,
            _ => status(method, created, codes, operation.is_some()),
        };
        resource.hidden = status == 202 && created;
        self.store.put(&key, resource.clone());
        self.write_children(&key, &instance.id, children, operation.as_deref());
        if operation.is_none() {
            self.replicate(&key);
            resource = self.store.get(&key).cloned().unwrap_or(resource);
        }
        let shown = self.shown(&resource);
        let response = match status {
            202 => Response::empty(202),
            status => Response::json(status, &shown),
        };
        let mut response = response.with_etag(&shown);
        if let (Some(id), Some(mut flags)) = (operation, rules.long_running) {
            // Nobody can follow a 202 without a URL.
            flags.location |= status == 202 && !flags.azure_async_operation;
            response = self.follow(response, request, &id, descriptor.api_version, flags);
        }
        response
    }
}

/// Types that are tracked and yet do without a location: they are in all regions.
const EVERYWHERE: [&str; 2] =
    ["microsoft.insights/activitylogalerts", "microsoft.alertsmanagement/smartdetectoralertrules"];

fn needs_location(descriptor: &TypeDescriptor) -> bool {
    let property = |name| crate::catalog::property(descriptor.body, name).filter(|p| !p.flags.read_only);
    let tracked = matches!(descriptor.parent, Parent::ResourceGroup | Parent::Subscription)
        && !EVERYWHERE.contains(&lower(descriptor).as_str());
    property("location").is_some_and(|p| p.flags.required || (tracked && property("tags").is_some()))
}

/// Types whose PUT creates, and leaves alone what is there. A new version of a key is made in the data plane.
const NEVER_UPDATED: [&str; 2] = ["microsoft.keyvault/vaults/keys", "microsoft.keyvault/managedhsms/keys"];

/// Types whose PUT answers 201 also when it replaces. Clients accept 200 as well, because of other clouds.
const ALWAYS_CREATED: [&str; 1] = ["microsoft.authorization/roledefinitions"];

fn lower(descriptor: &TypeDescriptor) -> String {
    descriptor.name.to_ascii_lowercase()
}

/// Types whose PATCH takes nothing but tags.
const TAGS_ONLY: [&str; 17] = [
    "microsoft.containerservice/managedclusters",
    "microsoft.network/applicationgateways",
    "microsoft.network/applicationsecuritygroups",
    "microsoft.network/azurefirewalls",
    "microsoft.network/ddosprotectionplans",
    "microsoft.network/firewallpolicies",
    "microsoft.network/ipgroups",
    "microsoft.network/loadbalancers",
    "microsoft.network/natgateways",
    "microsoft.network/networkinterfaces",
    "microsoft.network/networksecuritygroups",
    "microsoft.network/networkwatchers",
    "microsoft.network/networkwatchers/flowlogs",
    "microsoft.network/publicipaddresses",
    "microsoft.network/publicipprefixes",
    "microsoft.network/routetables",
    "microsoft.network/virtualnetworks",
];

fn refuse_more_than_tags(descriptor: &TypeDescriptor, sent: &Map<String, Value>) -> Answer<()> {
    let other = sent.keys().find(|name| *name != "tags");
    match other.filter(|_| TAGS_ONLY.contains(&lower(descriptor).as_str())) {
        Some(name) => Err(ApiError::content(
            name,
            format!("Could not find member '{name}' on object of type 'TagsObject'."),
        )),
        None => Ok(()),
    }
}

/// A body may repeat the provisioning state that the service shows, and say no other.
fn refuse_other_state(
    descriptor: &TypeDescriptor,
    sent: &Map<String, Value>,
    old: Option<&Resource>,
) -> Answer<()> {
    const PATH: &str = "properties.provisioningState";
    let said = sent.get("properties").and_then(|properties| properties.get("provisioningState"));
    let (Some(Value::String(said)), Some(_)) = (said, crate::catalog::property(descriptor.body, PATH)) else {
        return Ok(());
    };
    let state = old.and_then(|old| old.state.as_deref()).unwrap_or("Succeeded");
    if said.eq_ignore_ascii_case(state) {
        return Ok(());
    }
    Err(ApiError::parameter(
        PATH,
        format!("The provisioning state is '{state}', and only the service sets it."),
    ))
}

/// Whether nothing but a `Location` tells when an operation has ended: clients follow that after 202 only.
fn is_blind(descriptor: &TypeDescriptor, flags: LongRunning) -> bool {
    let state = crate::catalog::property(descriptor.body, "properties.provisioningState");
    !flags.azure_async_operation && state.is_none()
}

/// The code of the answer: 201 on create and 200 on update where the type has them; 202 where it is the only way to
/// answer before the work is done.
fn status(method: Method, created: bool, codes: &[u16], long_running: bool) -> u16 {
    let wanted: &[u16] = match (method, long_running, created) {
        (Method::Patch, true, _) => &[202, 200],
        (Method::Patch, false, _) => &[200],
        (_, true, true) => &[201, 202, 200],
        (_, true, false) if !codes.contains(&201) => &[202, 200],
        (_, _, true) => &[201, 200],
        (_, _, false) => &[200, 201],
    };
    let wanted = wanted.iter().copied().find(|code| codes.contains(code));
    wanted.or(codes.first().copied()).unwrap_or(200)
}

/// The body. Clients that were built for another api-version may send what this one does not have: that is left out, unless
/// what is unknown is accepted.
fn parse_body(
    catalog: &Catalog,
    descriptor: &TypeDescriptor,
    request: &Request,
) -> Answer<Map<String, Value>> {
    let other_version = request.parameter("api-version") != Some(descriptor.api_version);
    match serde_json::from_slice(&request.body) {
        Ok(Value::Object(mut body)) => {
            if other_version && !catalog.accepts_unknown() {
                validate::drop_unknown(descriptor.body, &mut body);
            }
            Ok(body)
        }
        Ok(_) => Err(ApiError::content("", "The body must be a JSON object.")),
        Err(_) if request.body.is_empty() => {
            Err(ApiError::content("", "The request body is empty, and a JSON object is required."))
        }
        Err(error) => Err(ApiError::content("", error)),
    }
}

fn merge_entry(target: &mut Map<String, Value>, name: String, change: Value) {
    match change {
        Value::Null => drop(target.remove(&name)),
        Value::Object(changes) => {
            let entry = target.entry(name).or_insert(Value::Null);
            if !entry.is_object() {
                *entry = Value::Object(Map::new());
            }
            if let Value::Object(entry) = entry {
                for (name, change) in changes {
                    merge_entry(entry, name, change);
                }
            }
        }
        change => drop(target.insert(name, change)),
    }
}

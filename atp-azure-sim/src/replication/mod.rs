//! Pairs in two regions, one of which takes over from the other: failover groups of SQL servers, and aliases of Service
//! Bus namespaces.
//!
//! Documented by Azure, and simulated: a failover group is one resource on each of the two servers, with the role of that
//! server; its databases are seeded on the partner, into an elastic pool of the same name; it is changed and deleted on the
//! primary and failed over on the secondary; deleting it leaves the databases. An alias pairs two premium namespaces of
//! different regions, of which the second has no queues and topics; their definitions are copied from then on, and no
//! messages; failing over moves the alias and ends the pairing, and what was the primary keeps its entities.
//!
//! Our reading, where nothing is written: the codes of refusals that are not in the lists of the services; that a queue or
//! topic of the secondary cannot be written while it is paired; that an alias is deleted after its pairing is broken only;
//! that a database is told to be a copy by its `secondaryType`; how long each of this takes (the profile of latencies).
//!
//! Absent: data. No row and no message is in the simulator, so none can lag behind or be lost.

mod service_bus;
mod sql;

use serde_json::{Map, Value, json};

use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::locks::Access;
use crate::message::{Request, Response};
use crate::operations::{Start, Work};
use crate::route::{Collection, Instance, Route};
use crate::store::Resource;

use atp_azure::descriptor::TypeDescriptor;

/// An action that changes which side of a pair leads.
const ACTIONS: [(&str, &str); 5] = [
    (sql::GROUPS, "failover"),
    (sql::GROUPS, "forcefailoverallowdataloss"),
    (sql::GROUPS, "tryplannedbeforeforcedfailover"),
    (service_bus::ALIASES, "breakpairing"),
    (service_bus::ALIASES, "failover"),
];

fn is(type_name: &str, known: &str) -> bool {
    type_name.eq_ignore_ascii_case(known)
}

/// The type of the resource that an action is posted to, and the action, both in lower case.
fn parts(action: &Collection) -> (String, String) {
    let type_name = action.type_name.rsplit_once('/').map_or("", |(type_name, _)| type_name);
    (type_name.to_ascii_lowercase(), action.leaf.to_ascii_lowercase())
}

impl Cloud {
    /// Refuses a write that a pair, or what is already there at its other side, does not allow.
    pub(crate) fn refuse_pairing(
        &self,
        descriptor: &TypeDescriptor,
        instance: &Instance,
        body: &Map<String, Value>,
    ) -> Answer<()> {
        let key = instance.id.to_ascii_lowercase();
        match descriptor.name {
            name if is(name, sql::GROUPS) => self.refuse_group(&key, body),
            name if is(name, service_bus::ALIASES) => self.refuse_alias(&key, &instance.name, body),
            name if service_bus::is_entity(name) => self.refuse_copy(&key),
            _ => Ok(()),
        }
    }

    /// Refuses to delete what is not deleted at this side, or not yet.
    pub(crate) fn refuse_parting(&self, key: &str, resource: &Resource) -> Answer<()> {
        match resource.type_name.as_str() {
            name if is(name, sql::GROUPS) => sql::refuse_secondary(resource),
            name if is(name, service_bus::ALIASES) => service_bus::refuse_paired(resource),
            name if service_bus::is_entity(name) => self.refuse_copy(key),
            _ => Ok(()),
        }
    }

    /// Brings the other side to what was written.
    pub(crate) fn replicate(&mut self, key: &str) {
        let Some(resource) = self.store.get(key).cloned() else { return };
        match resource.type_name.as_str() {
            name if is(name, sql::GROUPS) => self.seed(key, &resource),
            name if is(name, service_bus::ALIASES) => {
                self.lead(key);
                self.begin(key, "pair", "Accepted");
            }
            name if service_bus::is_entity(name) => self.copy_entity(key, &resource),
            _ => {}
        }
    }

    /// Tells the other side that this resource is gone.
    pub(crate) fn part(&mut self, gone: &Resource) {
        let key = gone.id.to_ascii_lowercase();
        match gone.type_name.as_str() {
            name if is(name, sql::GROUPS) => self.forget_group(&key, gone),
            name if is(name, service_bus::ALIASES) => self.forget_alias(gone),
            name if service_bus::is_entity(name) => self.forget_copy(&key),
            _ => {}
        }
    }

    /// Whether a POST changes which side of a pair leads.
    pub(crate) fn is_pair_action(action: &Collection) -> bool {
        let (type_name, leaf) = parts(action);
        action.nested && ACTIONS.contains(&(type_name.as_str(), leaf.as_str()))
    }

    /// POST `failover` and its like.
    pub(crate) fn act_on_pair(
        &mut self,
        route: &Route,
        action: &Collection,
        request: &Request,
    ) -> Answer<Response> {
        let (type_name, leaf) = parts(action);
        let descriptor = self.catalog.known(&type_name, request.method)?;
        self.require_version(descriptor, request, "")?;
        let key = action.parent.to_ascii_lowercase();
        let Some(resource) = self.store.get(&key).filter(|resource| !resource.hidden).cloned() else {
            return Err(self.missing_in_group(route, &action.parent));
        };
        self.refuse_locked(&action.parent, Access::Write)?;
        self.refuse_busy(descriptor, &key, request)?;
        if is(&type_name, service_bus::ALIASES) {
            service_bus::refuse_action(&resource, &leaf)?;
            self.begin(&key, &leaf, "Accepted");
            return Ok(Response::empty(200));
        }
        sql::refuse_primary(&resource)?;
        let location = text(&resource.body, "location").replace(' ', "").to_ascii_lowercase();
        let work = Work::Pair(leaf);
        let id = self.start(Start { descriptor, key: &key, location: &location, work });
        Ok(self.follow_location(Response::empty(202), request, &id, descriptor.api_version))
    }

    /// Starts what goes on after the answer, and shows this state until it has ended.
    fn begin(&mut self, key: &str, action: &str, state: &str) {
        let Some(mut resource) = self.store.get(key).cloned() else { return };
        let Some(descriptor) = self.catalog.get(&resource.type_name) else { return };
        let work = Work::Pair(action.to_owned());
        let id = self.start(Start { descriptor, key, location: "", work });
        resource.operation = Some(id);
        resource.state = Some(state.to_owned());
        self.store.put(key, resource);
    }

    /// Does what an action asked for, when the time that it takes has passed.
    pub(crate) fn end_pairing(&mut self, key: &str, action: &str) {
        let Some(resource) = self.store.get(key).cloned() else { return };
        match is(&resource.type_name, sql::GROUPS) {
            true => self.swap(key, &resource),
            false => self.end_alias(key, &resource, action),
        }
    }

    /// Puts a resource that no request asked for.
    fn put_copy(&mut self, type_name: &str, id: &str, body: Map<String, Value>) {
        let key = id.to_ascii_lowercase();
        let number = self.store.next_number();
        let old = self.store.get(&key).cloned();
        let resource = Resource {
            type_name: type_name.to_owned(),
            id: old.as_ref().map_or_else(|| id.to_owned(), |old| old.id.clone()),
            name: id.rsplit('/').next().unwrap_or_default().to_owned(),
            body,
            revision: number,
            order: old.as_ref().map_or(number, |old| old.order),
            created: old.as_ref().map_or(self.now, |old| old.created),
            operation: old.as_ref().and_then(|old| old.operation.clone()),
            state: old.and_then(|old| old.state),
            hidden: false,
            deployment: None,
        };
        self.store.put(&key, resource);
    }

    fn location(&self, key: &str) -> String {
        let resource = self.store.get(key);
        let location = resource.map(|resource| text(&resource.body, "location")).unwrap_or_default();
        location.replace(' ', "").to_ascii_lowercase()
    }
}

/// A text at the top of a body; empty when there is none.
fn text<'b>(body: &'b Map<String, Value>, name: &str) -> &'b str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A text among the properties of a body; empty when there is none.
fn property<'b>(body: &'b Map<String, Value>, name: &str) -> &'b str {
    body.get("properties")
        .and_then(|properties| properties.get(name))
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Sets properties of a body; null takes one away.
fn set(body: &mut Map<String, Value>, changes: Value) {
    let properties = body.entry("properties").or_insert_with(|| json!({}));
    let (Some(properties), Value::Object(changes)) = (properties.as_object_mut(), changes) else { return };
    for (name, value) in changes {
        match value {
            Value::Null => drop(properties.remove(&name)),
            value => drop(properties.insert(name, value)),
        }
    }
}

/// The key of what a key is below.
fn above(key: &str) -> &str {
    key.rsplitn(3, '/').nth(2).unwrap_or_default()
}

fn last(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or_default()
}

fn refused(status: u16, code: &str, message: impl Into<String>) -> Answer<()> {
    Err(ApiError::new(status, code, message.into()))
}

//! Everything that the cloud remembers, with the indexes that keep each request cheap.
//!
//! Invariant: every change goes through [`Store::put`], [`Store::remove`], [`Store::put_operation`] or
//! [`Store::next_number`], which note the key, so that persistence writes exactly what changed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::deployments::Record;
use crate::operations::Operation;

/// An instance of a type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Resource {
    /// Namespace and type, with the casing of the descriptor.
    pub type_name: String,
    /// The id as last sent.
    pub id: String,
    /// Last segment of the id, as last sent.
    pub name: String,
    /// The body as GET shows it, without `id`, `name`, `type` and embedded children.
    pub body: Map<String, Value>,
    /// Number of the last change.
    pub revision: u64,
    /// Where it stands among the children of its parent.
    pub order: u64,
    /// When it was created, in milliseconds since 1970.
    pub created: i64,
    /// The operation that runs on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// `Creating`, `Updating`, `Deleting`, `Failed`; absent when all is well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Whether GET does not show it yet, because its creation was answered with 202.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// What a deployment does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<Box<Record>>,
}

/// Everything that the cloud remembers. Keys are ids in lower case.
#[derive(Debug, Default)]
pub(crate) struct Store {
    resources: BTreeMap<String, Resource>,
    operations: BTreeMap<String, Operation>,
    number: u64,
    /// Derived: the operations that run, by the instant at which they end.
    due: BTreeSet<(i64, String)>,
    /// Derived: targets of the operations that run.
    running: BTreeMap<String, String>,
    /// Derived: which resources name an id in their body.
    referrers: BTreeMap<String, BTreeSet<String>>,
    /// Derived: the locks.
    locks: BTreeSet<String>,
    /// Derived: who has a name, by type and name.
    names: BTreeMap<(String, String), BTreeSet<String>>,
    changed: BTreeSet<Key>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number,
    Operation(String),
    Resource(String),
}

/// One change, as it is written to the log: an absent value removes the entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Change {
    /// The counter.
    Number(u64),
    /// An operation.
    Operation(String, Option<Operation>),
    /// A resource.
    Resource(String, Option<Resource>),
}

const LOCK_TYPE: &str = "microsoft.authorization/locks";

impl Store {
    pub fn get(&self, key: &str) -> Option<&Resource> {
        self.resources.get(key)
    }

    pub fn put(&mut self, key: &str, resource: Resource) {
        self.unindex(key);
        self.index(key, &resource);
        self.resources.insert(key.to_owned(), resource);
        self.changed.insert(Key::Resource(key.to_owned()));
    }

    pub fn remove(&mut self, key: &str) -> Option<Resource> {
        self.unindex(key);
        let removed = self.resources.remove(key);
        if removed.is_some() {
            self.changed.insert(Key::Resource(key.to_owned()));
        }
        removed
    }

    fn index(&mut self, key: &str, resource: &Resource) {
        let type_name = resource.type_name.to_ascii_lowercase();
        if type_name == LOCK_TYPE {
            self.locks.insert(key.to_owned());
        }
        let name = (type_name, resource.name.to_ascii_lowercase());
        self.names.entry(name).or_default().insert(key.to_owned());
        for id in named_ids(&resource.body) {
            self.referrers.entry(id).or_default().insert(key.to_owned());
        }
    }

    fn unindex(&mut self, key: &str) {
        let Some(resource) = self.resources.get(key) else { return };
        self.locks.remove(key);
        let name = (resource.type_name.to_ascii_lowercase(), resource.name.to_ascii_lowercase());
        forget(&mut self.names, name, key);
        for id in named_ids(&resource.body) {
            forget(&mut self.referrers, id, key);
        }
    }

    /// The resources whose key starts with `prefix`, from the key after `after` on, in the order of their keys.
    pub fn range<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&str>,
    ) -> impl Iterator<Item = (&'a String, &'a Resource)> {
        let start = match after {
            Some(after) if after >= prefix => format!("{after}\0"),
            _ => prefix.to_owned(),
        };
        self.resources.range(start..).take_while(move |(key, _)| key.starts_with(prefix))
    }

    pub fn resources(&self) -> impl Iterator<Item = (&String, &Resource)> {
        self.resources.iter()
    }

    /// Keys of the resources whose body names the resource `key`.
    pub fn referrers(&self, key: &str) -> impl Iterator<Item = &String> {
        self.referrers.get(key).into_iter().flatten()
    }

    /// Keys of the resources of a type with a name, both in any case.
    pub fn named(&self, type_name: &str, name: &str) -> impl Iterator<Item = &String> {
        self.names.get(&(type_name.to_ascii_lowercase(), name.to_ascii_lowercase())).into_iter().flatten()
    }

    /// Keys of the locks that start with `prefix`.
    pub fn locks<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a String> {
        self.locks.range(prefix.to_owned()..).take_while(move |key| key.starts_with(prefix))
    }

    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.get(id)
    }

    pub fn put_operation(&mut self, id: &str, operation: Operation) {
        self.forget_operation(id);
        if operation.ended.is_none() {
            self.due.insert((operation.due, id.to_owned()));
            self.running.insert(operation.target.clone(), id.to_owned());
        }
        self.operations.insert(id.to_owned(), operation);
        self.changed.insert(Key::Operation(id.to_owned()));
    }

    fn forget_operation(&mut self, id: &str) {
        if let Some(old) = self.operations.remove(id) {
            self.due.remove(&(old.due, id.to_owned()));
            if self.running.get(&old.target).is_some_and(|running| running == id) {
                self.running.remove(&old.target);
            }
        }
    }

    /// The first operation that ends at `now` or before.
    pub fn due(&self, now: i64) -> Option<String> {
        self.due.first().filter(|(due, _)| *due <= now).map(|(_, id)| id.clone())
    }

    /// The operation that runs on `key`.
    pub fn running(&self, key: &str) -> Option<&String> {
        self.running.get(key)
    }

    /// An operation that runs on something whose key starts with `prefix`.
    pub fn running_below(&self, prefix: &str) -> Option<&String> {
        let first = self.running.range(prefix.to_owned()..).next();
        first.filter(|(key, _)| key.starts_with(prefix)).map(|(_, id)| id)
    }

    /// A number that was never given before.
    pub fn next_number(&mut self) -> u64 {
        self.number += 1;
        self.changed.insert(Key::Number);
        self.number
    }

    /// Drops the operations that ended before `instant`.
    pub fn prune(&mut self, instant: i64) {
        self.operations.retain(|_, operation| operation.ended.is_none_or(|ended| ended >= instant));
    }

    pub fn forget_changes(&mut self) {
        self.changed.clear();
    }

    /// What changed since the last call or [`Store::forget_changes`].
    pub fn take_changes(&mut self) -> Vec<Change> {
        let keys = std::mem::take(&mut self.changed);
        keys.into_iter()
            .map(|key| match key {
                Key::Number => Change::Number(self.number),
                Key::Operation(id) => {
                    let operation = self.operations.get(&id).cloned();
                    Change::Operation(id, operation)
                }
                Key::Resource(id) => {
                    let resource = self.resources.get(&id).cloned();
                    Change::Resource(id, resource)
                }
            })
            .collect()
    }

    /// Everything, as changes to an empty store.
    pub fn snapshot(&self) -> Vec<Change> {
        let operations = self.operations.iter().map(|(id, o)| Change::Operation(id.clone(), Some(o.clone())));
        let resources = self.resources.iter().map(|(id, r)| Change::Resource(id.clone(), Some(r.clone())));
        std::iter::once(Change::Number(self.number)).chain(operations).chain(resources).collect()
    }

    /// Does what was done before, in this or another process.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::Number(number) => self.number = number,
            Change::Operation(id, Some(operation)) => self.put_operation(&id, operation),
            Change::Operation(id, None) => self.forget_operation(&id),
            Change::Resource(id, Some(resource)) => self.put(&id, resource),
            Change::Resource(id, None) => {
                self.remove(&id);
            }
        }
    }
}

fn forget<K: Ord>(index: &mut BTreeMap<K, BTreeSet<String>>, entry: K, key: &str) {
    if let Some(keys) = index.get_mut(&entry) {
        keys.remove(key);
        if keys.is_empty() {
            index.remove(&entry);
        }
    }
}

/// The ids in a body, in lower case. Network rules are left out: they do not keep a subnet from being deleted.
pub(crate) fn named_ids(body: &Map<String, Value>) -> Vec<String> {
    fn walk(value: &Value, ids: &mut Vec<String>) {
        match value {
            Value::String(text) if text.starts_with("/subscriptions/") => ids.push(text.to_ascii_lowercase()),
            Value::Array(items) => items.iter().for_each(|item| walk(item, ids)),
            Value::Object(map) => walk_map(map, ids),
            _ => {}
        }
    }
    fn walk_map(map: &Map<String, Value>, ids: &mut Vec<String>) {
        for (name, value) in map {
            if name != "virtualNetworkRules" {
                walk(value, ids);
            }
        }
    }
    let mut ids = Vec::new();
    walk_map(body, &mut ids);
    ids
}

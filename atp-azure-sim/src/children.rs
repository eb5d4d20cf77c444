//! Children that the body of their parent also shows: the subnets of a network, the rules of a security group.
//!
//! Each child is a resource of its own in the store. The parent's GET shows them as a list. A write of the parent with
//! the list creates, changes and removes them; a write without it keeps them, as the newer services do.

use atp_azure::descriptor::{Shape, TypeDescriptor};
use serde_json::{Map, Value, json};

use crate::catalog::{list_in_parent, own, property};
use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::locks::Access;
use crate::store::Resource;

/// One child type's list in the body of a parent.
#[derive(Debug)]
pub(crate) struct ChildList {
    /// The child type.
    pub descriptor: &'static TypeDescriptor,
    /// Name and body of each child.
    pub items: Vec<(String, Map<String, Value>)>,
}

impl Cloud {
    /// Takes the lists of children out of a validated body. A body without a list says nothing about those children.
    pub(crate) fn take_children(
        &self,
        parent: &TypeDescriptor,
        body: &mut Map<String, Value>,
    ) -> Answer<Vec<ChildList>> {
        let mut lists = Vec::new();
        let Some(properties) = body.get_mut("properties").and_then(Value::as_object_mut) else {
            return Ok(lists);
        };
        let embedded = self.catalog.embedded(parent);
        for child in embedded {
            let shared = is_shared(embedded, child);
            let (list, flat) = list_in_parent(child);
            let Some(Value::Array(items)) = properties.get(list).cloned() else { continue };
            let mut named = Vec::new();
            for (index, item) in items.into_iter().enumerate() {
                if shared && !is_of(&item, child) {
                    continue;
                }
                let path = format!("properties.{list}[{index}].name");
                let Value::Object(mut item) = item else { continue };
                let Some(Value::String(name)) = item.remove("name") else {
                    return Err(ApiError::parameter(&path, "The required property 'name' is missing."));
                };
                if named.iter().any(|(other, _): &(String, _)| other.eq_ignore_ascii_case(&name)) {
                    return Err(ApiError::parameter(&path, format!("The name '{name}' is used twice.")));
                }
                if flat {
                    item = Map::from_iter([("properties".to_owned(), Value::Object(item))]);
                } else {
                    for computed in ["id", "type", "etag"] {
                        item.remove(computed);
                    }
                }
                named.push((name, item));
            }
            lists.push(ChildList { descriptor: child, items: named });
        }
        for list in &lists {
            let name = list_in_parent(list.descriptor).0;
            let Some(Value::Array(items)) = properties.get_mut(name) else { continue };
            // What says another type than those that share the list is no child, and stays as it is.
            let shared = is_shared(embedded, list.descriptor);
            items.retain(|item| shared && !embedded.iter().any(|child| is_of(item, child)));
            if items.is_empty() {
                properties.remove(name);
            }
        }
        Ok(lists)
    }

    /// Keys of the children that a write with these lists removes, or why one of them cannot be removed.
    pub(crate) fn dropped_children(&self, parent: &str, lists: &[ChildList]) -> Answer<Vec<String>> {
        let mut dropped = Vec::new();
        for list in lists.iter().filter(|list| !list_in_parent(list.descriptor).1) {
            for key in self.children(parent, list.descriptor) {
                let Some(child) = self.store.get(&key) else { continue };
                if !list.items.iter().any(|(name, _)| name.eq_ignore_ascii_case(&child.name)) {
                    self.refuse_locked(&child.id, Access::Delete)?;
                    self.refuse_in_use(&key, parent)?;
                    dropped.push(key);
                }
            }
        }
        Ok(dropped)
    }

    /// Creates and changes the children in these lists; those that change are part of the parent's operation.
    pub(crate) fn write_children(
        &mut self,
        parent: &str,
        parent_id: &str,
        lists: Vec<ChildList>,
        operation: Option<&str>,
    ) {
        for list in lists {
            for (name, item) in list.items {
                let id = list.descriptor.id(parent_id, &name);
                let key = list.descriptor.id(parent, &name).to_ascii_lowercase();
                let old = self.store.get(&key).cloned();
                let number = self.store.next_number();
                let body = self.completed(list.descriptor, &key, &id, item, old.as_ref());
                if let Some(old) = old.clone().filter(|old| old.body == body) {
                    self.store.put(&key, Resource { order: number, ..old });
                    continue;
                }
                let state = if old.is_some() { "Updating" } else { "Creating" };
                let child = Resource {
                    type_name: list.descriptor.name.to_owned(),
                    id,
                    name,
                    body,
                    revision: number,
                    order: number,
                    created: old.as_ref().map_or(self.now, |old| old.created),
                    operation: operation.map(str::to_owned),
                    state: operation.map(|_| state.to_owned()),
                    hidden: false,
                    deployment: None,
                };
                self.store.put(&key, child);
            }
        }
    }

    /// Keys of the instances of `child` directly in `parent`.
    fn children(&self, parent: &str, child: &TypeDescriptor) -> Vec<String> {
        let prefix = format!("{parent}/{}/", child.leaf().to_ascii_lowercase());
        let below = self.store.range(&prefix, None).map(|(key, _)| key);
        below.filter(|key| !key[prefix.len()..].contains('/')).cloned().collect()
    }

    /// The body of a resource as GET shows it, with its embedded children.
    pub(crate) fn shown_with_children(&self, resource: &Resource) -> Map<String, Value> {
        let mut body = resource.body.clone();
        body.insert("id".to_owned(), json!(resource.id));
        body.insert("name".to_owned(), json!(resource.name));
        body.insert("type".to_owned(), json!(resource.type_name));
        let Some(descriptor) = self.catalog.get(&resource.type_name) else { return body };
        let key = resource.id.to_ascii_lowercase();
        for name in ["etag", "eTag"].into_iter().filter(|name| property(descriptor.body, name).is_some()) {
            body.insert(name.to_owned(), json!(self.etag(&key, resource)));
        }
        let embedded = self.catalog.embedded(descriptor);
        let state = property(descriptor.body, "properties.provisioningState");
        if state.is_none() && embedded.is_empty() {
            return body;
        }
        let properties = body.entry("properties").or_insert_with(|| json!({}));
        let Some(properties) = properties.as_object_mut() else { return body };
        if state.is_some() {
            let state = resource.state.as_deref().unwrap_or("Succeeded");
            properties.insert("provisioningState".to_owned(), json!(state));
        }
        for child in embedded {
            let keys = self.children(&key, child);
            let (name, flat) = list_in_parent(child);
            let list = property(descriptor.body, &format!("properties.{name}"));
            let read_only = list.is_some_and(|list| list.flags.read_only);
            if keys.is_empty() && read_only {
                continue;
            }
            let children = keys.iter().filter_map(|key| self.store.get(key));
            let mut children: Vec<&Resource> = children.filter(|child| !child.hidden).collect();
            children.sort_by_key(|child| child.order);
            let item = list.map(|list| list.shape);
            let shown = children.into_iter().map(|child| self.shown(child));
            let shown = shown.map(|child| as_item(item, if flat { flattened(child) } else { child }));
            // Several types of children can share a list.
            match properties
                .get_mut(name)
                .and_then(Value::as_array_mut)
                .filter(|_| is_shared(embedded, child))
            {
                Some(others) => others.extend(shown),
                None => drop(properties.insert(name.to_owned(), shown.collect())),
            }
        }
        body
    }

    /// The etag of a resource, which changes with every write.
    pub(crate) fn etag(&self, key: &str, resource: &Resource) -> String {
        format!("W/\"{}\"", self.uuid(&format!("etag/{key}/{}", resource.revision)))
    }
}

/// Whether an item of a list of several types is of this one.
fn is_of(item: &Value, child: &TypeDescriptor) -> bool {
    let kind = item.get("type").and_then(Value::as_str);
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case(child.name))
}

/// Whether another type shares the list of a child type.
fn is_shared(embedded: &[&TypeDescriptor], child: &TypeDescriptor) -> bool {
    let list = list_in_parent(child).0;
    embedded.iter().any(|other| other.name != child.name && list_in_parent(other).0 == list)
}

/// The properties of a child, and its name beside them.
fn flattened(mut child: Value) -> Value {
    let (name, mut properties) = (child["name"].take(), child["properties"].take());
    properties["name"] = name;
    properties
}

/// A child as an item of the list of its parent, which may have less than the child.
fn as_item(list: Option<&'static Shape>, mut child: Value) -> Value {
    if let (Some(Shape::List { item: Shape::Object(item), .. }), Some(shown)) = (list, child.as_object_mut())
    {
        shown.retain(|name, _| item.additional.is_some() || own(item, name).is_some());
    }
    child
}

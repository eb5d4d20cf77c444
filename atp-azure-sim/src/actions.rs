//! POST actions on instances, such as `listKeys`.
//!
//! The answer has the shape that the descriptor gives. What is a secret in it follows from the seed, the id and the
//! place in the answer: it is the same each time, and another for each instance.

use atp_azure::descriptor::{Object, Property, Shape, Text};
use serde_json::{Map, Value, json};

use crate::catalog::is_unknown;
use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::locks::Access;
use crate::message::{Request, Response};
use crate::route::{Collection, Route};

/// How many items a list in an answer has: as many as there are keys of an account.
const ITEMS: usize = 2;
/// How deep an answer goes: shapes may refer to themselves.
const DEPTH: usize = 6;

impl Cloud {
    /// POST `{id}/{action}`: 404 when the resource is missing, and a `ReadOnly` lock refuses it.
    pub(crate) fn act(&mut self, route: &Route, action: &Collection, request: &Request) -> Answer<Response> {
        let type_name = action.type_name.rsplit_once('/').map_or("", |(type_name, _)| type_name);
        let descriptor = self.catalog.known(type_name, request.method)?;
        self.require_version(descriptor, request, "")?;
        let known = descriptor.action(&action.leaf);
        if !action.nested || !(known.is_some() || is_unknown(descriptor)) {
            return Err(ApiError::method_not_allowed(&request.path));
        }
        let key = action.parent.to_ascii_lowercase();
        if self.store.get(&key).is_none_or(|resource| resource.hidden) {
            let message = format!(
                "The Resource '{}' under resource group '{}' was not found.",
                crate::route::parent_name(&action.parent),
                route.group.as_deref().unwrap_or("<null>")
            );
            return Err(ApiError::new(404, "ResourceNotFound", message));
        }
        self.refuse_locked(&action.parent, Access::Write)?;
        let answer =
            known.and_then(|known| known.output).and_then(|shape| self.sample(shape, &key, "", 0, DEPTH));
        Ok(Response::json(200, &answer.unwrap_or_else(|| json!({}))))
    }

    /// A value of a shape, or nothing where the shape does not say enough.
    fn sample(
        &self,
        shape: &'static Shape,
        key: &str,
        name: &str,
        index: usize,
        depth: usize,
    ) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        match shape {
            Shape::Any | Shape::Map(_) => None,
            Shape::Boolean => Some(json!(false)),
            Shape::Integer { min, .. } => Some(json!(min.unwrap_or(0))),
            Shape::Number => Some(json!(0)),
            Shape::String(text) => Some(self.text(text, key, name, index)),
            Shape::List { item, .. } => {
                let items = (0..ITEMS).filter_map(|index| self.sample(item, key, name, index, depth));
                Some(Value::Array(items.collect()))
            }
            Shape::Object(object) => Some(self.object(object, key, index, depth)),
        }
    }

    fn object(&self, object: &'static Object, key: &str, index: usize, depth: usize) -> Value {
        let known = |property: &Property| {
            let value = self.sample(property.shape, key, property.name, index, depth)?;
            Some((property.name.to_owned(), value))
        };
        Value::Object(object.properties.iter().filter_map(known).collect::<Map<_, _>>())
    }

    fn text(&self, rules: &Text, key: &str, name: &str, index: usize) -> Value {
        match rules.values.last() {
            Some(known) => json!(known),
            None if name == "keyName" => json!(format!("key{}", index + 1)),
            None if name.ends_with("ime") => json!(crate::time_format::rfc3339(self.now)),
            None => json!(self.uuid(&format!("action/{key}/{name}/{index}"))),
        }
    }
}

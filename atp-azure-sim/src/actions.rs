//! POST actions on instances, such as `listKeys`.
//!
//! The answer has the shape that the descriptor gives. What is a secret in it follows from the seed, the id and the
//! place in the answer: it is the same each time, and another for each instance.

use atp_azure::descriptor::{Object, Property, Shape, Text, TypeDescriptor};
use serde_json::{Map, Value, json};

use crate::catalog::is_unknown;
use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::kubeconfig;
use crate::locks::Access;
use crate::message::{Request, Response};
use crate::operations::{Start, Work};
use crate::route::{self, Collection, Route, Target};

/// How many items a list in an answer has: as many as there are keys of an account.
const ITEMS: usize = 2;
/// How deep an answer goes: shapes may refer to themselves.
const DEPTH: usize = 6;

/// The type of the resource that an action is posted to.
fn acted_on(action: &Collection) -> &str {
    action.type_name.rsplit_once('/').map_or("", |(type_name, _)| type_name)
}

impl Cloud {
    /// The answer to a POST action, for what the cloud asks itself.
    pub(crate) fn answer_action(&self, request: &Request) -> Answer<Response> {
        let route = route::parse(&request.path)?;
        let refused = || ApiError::method_not_allowed(&request.path);
        let Target::Collection(action) = &route.target else { return Err(refused()) };
        let descriptor = self.catalog.get(acted_on(action)).ok_or_else(refused)?;
        self.act_on(descriptor, &route, action, request)
    }

    /// POST `{id}/{action}`: 404 when the resource is missing, and a `ReadOnly` lock refuses it. Some go on after the
    /// answer, which is then the result of an operation.
    pub(crate) fn act(&mut self, route: &Route, action: &Collection, request: &Request) -> Answer<Response> {
        let descriptor = self.catalog.known(acted_on(action), request.method)?;
        let response = self.act_on(descriptor, route, action, request)?;
        let long_running = descriptor.action(&action.leaf).and_then(|action| action.long_running);
        let Some(mut flags) = long_running else { return Ok(response) };
        let key = action.parent.to_ascii_lowercase();
        self.refuse_busy(descriptor, &key, request)?;
        let location = self.store.get(&key).and_then(|resource| resource.body.get("location"));
        let location = location.and_then(Value::as_str).unwrap_or_default();
        let location = location.replace(' ', "").to_ascii_lowercase();
        let work = Work::Answer(response.value());
        let id = self.start(Start { descriptor, key: &key, location: &location, work });
        // Nobody can follow a 202 without a URL.
        flags.location |= !flags.azure_async_operation;
        Ok(self.follow(Response::empty(202), request, &id, descriptor.api_version, flags))
    }

    fn act_on(
        &self,
        descriptor: &'static TypeDescriptor,
        route: &Route,
        action: &Collection,
        request: &Request,
    ) -> Answer<Response> {
        self.require_version(descriptor, request, "")?;
        let known = descriptor.action(&action.leaf);
        if !action.nested || !(known.is_some() || is_unknown(descriptor)) {
            return Err(ApiError::method_not_allowed(&request.path));
        }
        let key = action.parent.to_ascii_lowercase();
        self.refuse_unprovisioned(&key)?;
        let Some(resource) = self.store.get(&key).filter(|resource| !resource.hidden) else {
            return Err(self.missing_in_group(route, &action.parent));
        };
        self.refuse_locked(&action.parent, Access::Write)?;
        let name = action.parent.rsplit('/').next().unwrap_or_default();
        if let Some(answer) = kubeconfig::credentials(descriptor.name, &action.leaf, name, &resource.body)? {
            return Ok(Response::json(200, &answer));
        }
        let answer = match known {
            Some(known) => known.output.and_then(|shape| self.sample(shape, &key, "", 0, DEPTH)),
            None if action.leaf.to_ascii_lowercase().contains("keys") => Some(self.keys(&key)),
            None => None,
        };
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

    /// Keys in the two forms that most services have.
    fn keys(&self, key: &str) -> Value {
        let value = |index: usize| self.uuid(&format!("action/{key}/value/{index}"));
        let named = |index: usize| json!({ "keyName": format!("key{}", index + 1), "value": value(index) });
        let keys: Vec<Value> = (0..ITEMS).map(named).collect();
        json!({ "keys": keys, "primaryKey": value(0), "secondaryKey": value(1) })
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

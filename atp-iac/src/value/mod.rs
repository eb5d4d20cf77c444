//! Property values at runtime: one type for inputs, outputs, configuration and state.
//!
//! Invariant: maps are ordered, so the same program gives the same bytes.
//! Invariant: no `Debug` or display form of a [`Value`] shows what is inside a [`Value::Secret`].

mod data;
mod json;
mod path;
mod pattern;

pub use data::{Data, Decoder, Mismatch};
pub use json::{JsonError, SECRET_MASK};
pub use path::Path;
pub use pattern::{Pattern, PatternError, Patterns};

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// An ordered map of values.
pub type Map = BTreeMap<String, Value>;

/// A property value.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// Explicitly nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number, kept as it was written.
    Number(serde_json::Number),
    /// Text.
    String(String),
    /// A list.
    List(Vec<Value>),
    /// Named values, ordered by name.
    Map(Map),
    /// Not known before something is created or changed.
    Unknown(Unknown),
    /// Must not be shown or written in clear. Never holds another `Secret` directly.
    Secret(Box<Value>),
}

/// What is known of a value that is not known yet.
#[derive(Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The kind that the value will have.
    pub kind: Kind,
    /// Where it will come from, such as `${vault.properties.vaultUri}`.
    pub from: Arc<str>,
}

/// The kind of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any of the others.
    Any,
    /// [`Value::Null`].
    Null,
    /// [`Value::Bool`].
    Bool,
    /// [`Value::Number`].
    Number,
    /// [`Value::String`].
    String,
    /// [`Value::List`].
    List,
    /// [`Value::Map`].
    Map,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Any => "a value",
            Kind::Null => "null",
            Kind::Bool => "a boolean",
            Kind::Number => "a number",
            Kind::String => "a string",
            Kind::List => "a list",
            Kind::Map => "a map",
        })
    }
}

impl Value {
    /// An empty map.
    pub fn map() -> Self {
        Value::Map(Map::new())
    }

    /// An unknown value of a kind, from a place.
    pub fn unknown(kind: Kind, from: impl Into<Arc<str>>) -> Self {
        Value::Unknown(Unknown { kind, from: from.into() })
    }

    /// This value as a secret; a secret stays as it is.
    pub fn into_secret(self) -> Self {
        match self {
            Value::Secret(_) => self,
            other => Value::Secret(Box::new(other)),
        }
    }

    /// The value without the secret mark around it. Keep the result secret.
    pub fn exposed(&self) -> &Value {
        match self {
            Value::Secret(inner) => inner,
            other => other,
        }
    }

    /// The kind of the value; a secret has the kind of what it hides.
    pub fn kind(&self) -> Kind {
        match self {
            Value::Null => Kind::Null,
            Value::Bool(_) => Kind::Bool,
            Value::Number(_) => Kind::Number,
            Value::String(_) => Kind::String,
            Value::List(_) => Kind::List,
            Value::Map(_) => Kind::Map,
            Value::Unknown(unknown) => unknown.kind,
            Value::Secret(inner) => inner.kind(),
        }
    }

    /// The text, if this is a string in clear.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The entries, if this is a map in clear.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The items, if this is a list in clear.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// An entry of a map in clear.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map()?.get(key)
    }

    /// The `name` of an item of a list.
    pub(crate) fn name(&self) -> Option<&str> {
        self.exposed().as_map()?.get("name")?.exposed().as_str()
    }

    /// This value, secret wherever `marks` is: for what the cloud says again of something that the program called
    /// secret. Lists match by position.
    pub fn with_secrets_of(self, marks: &Value) -> Value {
        match (self, marks) {
            (value, Value::Secret(_)) => value.into_secret(),
            (Value::Map(map), Value::Map(marks)) => {
                let mark = |(key, value): (String, Value)| match marks.get(&key) {
                    Some(marks) => (key, value.with_secrets_of(marks)),
                    None => (key, value),
                };
                Value::Map(map.into_iter().map(mark).collect())
            }
            (Value::List(list), Value::List(marks)) => {
                let mut marks = marks.iter();
                let mark = |value: Value| match marks.next() {
                    Some(marks) => value.with_secrets_of(marks),
                    None => value,
                };
                Value::List(list.into_iter().map(mark).collect())
            }
            (value, _) => value,
        }
    }

    /// Whether the value, or a part of it, is not known.
    pub fn has_unknown(&self) -> bool {
        match self {
            Value::Unknown(_) => true,
            Value::List(list) => list.iter().any(Value::has_unknown),
            Value::Map(map) => map.values().any(Value::has_unknown),
            Value::Secret(inner) => inner.has_unknown(),
            _ => false,
        }
    }

    /// Whether the value, or a part of it, is secret.
    pub fn has_secret(&self) -> bool {
        match self {
            Value::Secret(_) => true,
            Value::List(list) => list.iter().any(Value::has_secret),
            Value::Map(map) => map.values().any(Value::has_secret),
            _ => false,
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(value) => value.fmt(f),
            Value::Number(value) => fmt::Display::fmt(value, f),
            Value::String(value) => value.fmt(f),
            Value::List(value) => f.debug_list().entries(value).finish(),
            Value::Map(value) => f.debug_map().entries(value).finish(),
            Value::Unknown(value) => value.fmt(f),
            Value::Secret(_) => f.write_str(SECRET_MASK),
        }
    }
}

impl fmt::Debug for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.from)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.to_owned())
    }
}
impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(text)
    }
}
impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}
impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Number(value.into())
    }
}
impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Value::Number(value.into())
    }
}
impl From<Vec<Value>> for Value {
    fn from(list: Vec<Value>) -> Self {
        Value::List(list)
    }
}
impl<K: Into<String>, const N: usize> From<[(K, Value); N]> for Value {
    fn from(entries: [(K, Value); N]) -> Self {
        Value::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown_by_debug() {
        let value =
            Value::from([("password", Value::from("hunter2").into_secret()), ("user", "anna".into())]);
        assert_eq!(format!("{value:?}"), r#"{"password": [secret], "user": "anna"}"#);
    }

    #[test]
    fn a_secret_is_not_wrapped_twice() {
        let once = Value::from("x").into_secret();
        assert_eq!(once.clone().into_secret(), once);
    }

    #[test]
    fn what_was_secret_is_secret_when_it_is_said_again() {
        let marks = Value::from([
            ("a", Value::List(vec!["x".into(), Value::from("y").into_secret()])),
            ("b", 1i64.into()),
        ]);
        let said = Value::from([("a", Value::List(vec!["x".into(), "z".into()])), ("c", true.into())]);
        let marked = said.with_secrets_of(&marks);
        assert_eq!(format!("{marked:?}"), r#"{"a": ["x", [secret]], "c": true}"#);
    }

    #[test]
    fn an_unknown_or_secret_part_is_found_at_any_depth() {
        let unknown = Value::List(vec![Value::from([("a", Value::unknown(Kind::String, "${b.id}"))])]);
        assert!(unknown.has_unknown() && !unknown.has_secret());
        let secret = Value::List(vec![Value::from([("a", Value::from(true).into_secret())])]);
        assert!(secret.has_secret() && !secret.has_unknown());
    }
}

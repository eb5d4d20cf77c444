//! Between Rust types and [`Value`]s.

use super::{Kind, Map, Path, Value};
use crate::output::Expression;
use std::collections::BTreeMap;
use std::fmt;

/// A Rust type that a property can have.
///
/// Implemented for booleans, numbers, strings, lists, string maps, [`Value`], [`Secret`](crate::Secret),
/// [`ResourceId`](crate::ResourceId), and for every [`Structure`](crate::codec::Structure).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of a property",
    note = "properties are booleans, numbers, strings, lists, string maps, ids, or structures made of them"
)]
pub trait Data: Clone + Send + Sync + 'static {
    /// The kind of the values of this type.
    const KIND: Kind;
    /// As an expression: parts of it may be outputs.
    fn encode(&self) -> Expression;
    /// Reads a value; `None` after an error was recorded in `decoder`.
    fn decode(value: &Value, decoder: &mut Decoder) -> Option<Self>;
}

/// A value that does not have the type that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Mismatch {
    /// Where it stands.
    pub path: Path,
    /// What was expected.
    pub expected: String,
    /// What was there. Never the value itself.
    pub found: String,
}

impl Mismatch {
    /// Of a whole value, for [`Output::try_map`](crate::Output::try_map).
    pub fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Mismatch { path: Path::root(), expected: expected.into(), found: found.into() }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatch { path, expected, found } = self;
        if path.is_root() {
            write!(f, "expected {expected}, found {found}")
        } else {
            write!(f, "`{path}`: expected {expected}, found {found}")
        }
    }
}

/// Collects errors, secrecy and unknown parts while a value is read.
#[derive(Debug, Default)]
pub struct Decoder {
    path: Path,
    mismatches: Vec<Mismatch>,
    secret: bool,
    unknown: bool,
}

impl Decoder {
    /// Reads a whole value.
    ///
    /// # Errors
    /// Every mismatch that was found.
    pub fn read<T: Data>(value: &Value) -> Result<T, Vec<Mismatch>> {
        let mut decoder = Decoder::default();
        let result = decoder.value(value);
        match result {
            Some(data) if decoder.mismatches.is_empty() => Ok(data),
            _ if decoder.mismatches.is_empty() => {
                decoder.mismatch("a known value", "one that is not known yet");
                Err(decoder.mismatches)
            }
            _ => Err(decoder.mismatches),
        }
    }

    /// Reads a value here: looks through a secret, notes an unknown part.
    pub fn value<T: Data>(&mut self, value: &Value) -> Option<T> {
        match value {
            Value::Secret(inner) => {
                self.secret = true;
                self.value(inner)
            }
            Value::Unknown(_) => {
                self.unknown = true;
                None
            }
            other => T::decode(other, self),
        }
    }

    /// Reads a value that stands under `key` of the present one.
    pub fn entry<T: Data>(&mut self, key: &str, value: &Value) -> Option<T> {
        self.within(key, |decoder| decoder.value(value))
    }

    /// Reads a value that stands at `index` of the present one.
    pub fn item<T: Data>(&mut self, index: usize, value: &Value) -> Option<T> {
        self.path.push_index(index);
        let result = self.value(value);
        self.path.pop();
        result
    }

    /// Runs `inner` with the present place inside `key`.
    pub fn within<R>(&mut self, key: &str, inner: impl FnOnce(&mut Self) -> R) -> R {
        self.path.push_key(key);
        let result = inner(self);
        self.path.pop();
        result
    }

    /// Records an error at the present place.
    pub fn mismatch(&mut self, expected: impl Into<String>, found: impl Into<String>) {
        self.mismatches.push(Mismatch {
            path: self.path.clone(),
            expected: expected.into(),
            found: found.into(),
        });
    }

    /// What is read is secret, whatever its value says.
    pub fn note_secret(&mut self) {
        self.secret = true;
    }

    /// Whether a secret was looked through.
    pub fn saw_secret(&self) -> bool {
        self.secret
    }

    /// Whether a part was not known.
    pub fn saw_unknown(&self) -> bool {
        self.unknown
    }

    /// What was found wrong.
    pub fn into_mismatches(self) -> Vec<Mismatch> {
        self.mismatches
    }
}

impl Data for Value {
    const KIND: Kind = Kind::Any;
    fn encode(&self) -> Expression {
        Expression::Value(self.clone())
    }
    fn decode(value: &Value, _: &mut Decoder) -> Option<Self> {
        Some(value.clone())
    }
}

impl Data for bool {
    const KIND: Kind = Kind::Bool;
    fn encode(&self) -> Expression {
        Expression::Value(Value::Bool(*self))
    }
    fn decode(value: &Value, decoder: &mut Decoder) -> Option<Self> {
        match value {
            Value::Bool(value) => Some(*value),
            other => {
                decoder.mismatch("a boolean", other.kind().to_string());
                None
            }
        }
    }
}

impl Data for String {
    const KIND: Kind = Kind::String;
    fn encode(&self) -> Expression {
        Expression::Value(Value::String(self.clone()))
    }
    fn decode(value: &Value, decoder: &mut Decoder) -> Option<Self> {
        match value {
            Value::String(value) => Some(value.clone()),
            other => {
                decoder.mismatch("a string", other.kind().to_string());
                None
            }
        }
    }
}

macro_rules! integers { ($($integer:ty),+) => {$(
    impl Data for $integer {
        const KIND: Kind = Kind::Number;
        fn encode(&self) -> Expression {
            Expression::Value(Value::Number((*self).into()))
        }
        fn decode(value: &Value, decoder: &mut Decoder) -> Option<Self> {
            let number = match value {
                Value::Number(number) => number.as_i64().and_then(|n| n.try_into().ok())
                    .or_else(|| number.as_u64().and_then(|n| n.try_into().ok())),
                _ => None,
            };
            if number.is_none() {
                let found = match value {
                    Value::Number(number) => number.to_string(),
                    other => other.kind().to_string(),
                };
                decoder.mismatch(
                    format!("a whole number from {} to {}", <$integer>::MIN, <$integer>::MAX), found);
            }
            number
        }
    }
)+} }
integers!(u8, u16, u32, u64, i32, i64);

impl Data for f64 {
    const KIND: Kind = Kind::Number;
    fn encode(&self) -> Expression {
        Expression::Value(serde_json::Number::from_f64(*self).map_or(Value::Null, Value::Number))
    }
    fn decode(value: &Value, decoder: &mut Decoder) -> Option<Self> {
        match value {
            Value::Number(number) if number.as_f64().is_some() => number.as_f64(),
            other => {
                decoder.mismatch("a number", other.kind().to_string());
                None
            }
        }
    }
}

impl<T: Data> Data for Vec<T> {
    const KIND: Kind = Kind::List;
    fn encode(&self) -> Expression {
        Expression::List(self.iter().map(Data::encode).collect())
    }
    fn decode(value: &Value, decoder: &mut Decoder) -> Option<Self> {
        let Value::List(list) = value else {
            decoder.mismatch("a list", value.kind().to_string());
            return None;
        };
        let items: Vec<Option<T>> = list.iter().enumerate().map(|(i, item)| decoder.item(i, item)).collect();
        items.into_iter().collect()
    }
}

impl<T: Data> Data for BTreeMap<String, T> {
    const KIND: Kind = Kind::Map;
    fn encode(&self) -> Expression {
        Expression::Map(self.iter().map(|(key, value)| (key.clone(), value.encode())).collect())
    }
    fn decode(value: &Value, decoder: &mut Decoder) -> Option<Self> {
        let Value::Map(map) = value else {
            decoder.mismatch("a map", value.kind().to_string());
            return None;
        };
        let entries: Vec<(String, Option<T>)> =
            map.iter().map(|(key, value)| (key.clone(), decoder.entry(key, value))).collect();
        entries.into_iter().map(|(key, value)| Some((key, value?))).collect()
    }
}

impl<T: Data> Data for Option<T> {
    const KIND: Kind = T::KIND;
    fn encode(&self) -> Expression {
        self.as_ref().map_or(Expression::Value(Value::Null), Data::encode)
    }
    fn decode(value: &Value, decoder: &mut Decoder) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            other => T::decode(other, decoder).map(Some),
        }
    }
}

impl<V: Data> From<BTreeMap<String, V>> for Value
where
    Value: From<V>,
{
    fn from(map: BTreeMap<String, V>) -> Self {
        Value::Map(map.into_iter().map(|(key, value)| (key, value.into())).collect::<Map>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mismatch_is_reported_with_its_path() {
        let value = Value::List(vec!["1".into(), Value::from(70_000i64), Value::from(8i64)]);
        let mismatches = Decoder::read::<Vec<u16>>(&value).unwrap_err();
        let texts: Vec<String> = mismatches.iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "`[0]`: expected a whole number from 0 to 65535, found a string",
                "`[1]`: expected a whole number from 0 to 65535, found 70000"
            ]
        );
    }

    #[test]
    fn reading_through_a_secret_is_noted() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.value::<String>(&Value::from("x").into_secret()), Some("x".to_owned()));
        assert!(decoder.saw_secret());
    }
}

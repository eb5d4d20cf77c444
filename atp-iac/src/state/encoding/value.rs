//! Values: JSON, with a map of one key where JSON does not suffice.
//!
//! `{"$secret": ".."}` is sealed. `{"$number": "0.1"}` is a number that JSON's parser would not give back as it is.
//! `{"$literal": {..}}` is a map that would otherwise be taken for one of these. In a plan, `{"$unknown": {..}}` is a value
//! that is not known yet, with its kind and where it comes from.

use super::{Encoding, StateError};
use crate::value::{Kind, Map, Path, Unknown, Value};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, SerializeMap as _, Serializer};
use serde::{Deserialize, Serialize};
use std::fmt;

const SECRET: &str = "$secret";
const NUMBER: &str = "$number";
const LITERAL: &str = "$literal";
const UNKNOWN: &str = "$unknown";
/// What is nested deeper could be written and then not be read.
const DEPTH: usize = 100;

/// Where a value stands; secrets are bound to it.
#[derive(Clone, Copy)]
pub enum Place<'a> {
    Root { urn: &'a str, field: &'static str },
    Key(&'a Place<'a>, &'a str),
    Index(&'a Place<'a>, usize),
}

impl Place<'_> {
    /// No two places have the same bytes.
    fn bytes(&self) -> Vec<u8> {
        let (mut bytes, tag, text) = match self {
            Place::Root { urn, field } => (Place::text(urn, b'u'), b'f', field.to_string()),
            Place::Key(parent, key) => (parent.bytes(), b'k', (*key).to_string()),
            Place::Index(parent, index) => (parent.bytes(), b'i', index.to_string()),
        };
        bytes.extend(Place::text(&text, tag));
        bytes
    }

    fn text(text: &str, tag: u8) -> Vec<u8> {
        [&[tag], &(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Root { urn, field } => write!(f, "{urn}: {field}"),
            Place::Key(parent, key) => write!(f, "{parent}.{key}"),
            Place::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// A value on its way out.
pub struct Sealed<'a> {
    pub encoding: &'a Encoding,
    pub value: &'a Value,
    pub place: Place<'a>,
}

impl<'a> Sealed<'a> {
    fn at(&self, value: &'a Value, place: Place<'a>) -> Sealed<'a> {
        Sealed { encoding: self.encoding, value, place }
    }

    fn seal<E: serde::ser::Error>(&self, inner: &Value) -> Result<String, E> {
        let text = serde_json::to_vec(&self.at(inner, self.place)).map_err(E::custom)?;
        let sealed = self.encoding.sealer.seal(&self.place.bytes(), text);
        sealed.ok_or_else(|| E::custom("a secret is too long"))
    }

    fn entries<S: Serializer>(&self, map: &Map, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entries = serializer.serialize_map(Some(map.len()))?;
        for (key, value) in map {
            entries.serialize_entry(
                key,
                &Sealed { encoding: self.encoding, value, place: Place::Key(&self.place, key) },
            )?;
        }
        entries.end()
    }
}

fn single<S: Serializer>(serializer: S, key: &str, value: &impl Serialize) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(key, value)?;
    map.end()
}

/// A map's entries without a look at what they could be taken for.
struct Entries<'a>(&'a Sealed<'a>, &'a Map);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.entries(self.1, serializer)
    }
}

/// Whether a map could be taken for something else.
fn looks_tagged(map: &Map, of_plan: bool) -> bool {
    map.len() == 1
        && ([SECRET, NUMBER, LITERAL].iter().any(|tag| map.contains_key(*tag))
            || of_plan && map.contains_key(UNKNOWN))
}

impl Serialize for Sealed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Number(number) if reads_back(number) => number.serialize(serializer),
            Value::Number(number) => single(serializer, NUMBER, &number.to_string()),
            Value::String(text) => serializer.serialize_str(text),
            Value::List(list) => {
                let items = list.iter().enumerate();
                serializer.collect_seq(items.map(|(index, value)| Item(self, value, index)))
            }
            Value::Map(map) if looks_tagged(map, self.encoding.of_plan) => {
                single(serializer, LITERAL, &Entries(self, map))
            }
            Value::Map(map) => self.entries(map, serializer),
            Value::Secret(inner) => single(serializer, SECRET, &self.seal::<S::Error>(inner)?),
            Value::Unknown(unknown) if self.encoding.of_plan => {
                single(serializer, UNKNOWN, &UnknownForm::from(unknown))
            }
            Value::Unknown(_) => Err(S::Error::custom("a value is not known")),
        }
    }
}

struct Item<'a>(&'a Sealed<'a>, &'a Value, usize);

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Item(list, value, index) = self;
        Sealed { encoding: list.encoding, value, place: Place::Index(&list.place, *index) }
            .serialize(serializer)
    }
}

/// JSON's parser may be off by a bit in a float.
fn reads_back(number: &serde_json::Number) -> bool {
    !number.is_f64() || serde_json::from_str::<f64>(&number.to_string()).ok() == number.as_f64()
}

/// A value as it was read: still sealed.
pub struct Plain(pub Value);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PlainVisitor).map(Plain)
    }
}

struct PlainVisitor;

impl<'de> Visitor<'de> for PlainVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        serde_json::Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a number"))
    }
    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }
    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Plain(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, Plain(value))) = entries.next_entry::<String, Plain>()? {
            map.insert(key, value);
        }
        Ok(Value::Map(map))
    }
}

impl Encoding {
    /// The value as it was before it was written.
    pub fn open(&self, plain: Plain, place: Place<'_>) -> Result<Value, StateError> {
        let mut value = plain.0;
        self.open_in_place(&mut value, place)?;
        Ok(value)
    }

    fn open_in_place(&self, value: &mut Value, place: Place<'_>) -> Result<(), StateError> {
        match value {
            Value::List(list) => {
                let mut items = list.iter_mut().enumerate();
                items.try_for_each(|(index, item)| self.open_in_place(item, Place::Index(&place, index)))
            }
            Value::Map(map) if looks_tagged(map, self.of_plan) => {
                if let Some((tag, inner)) = map.pop_first() {
                    *value = self.open_tagged(&tag, inner, place)?;
                }
                Ok(())
            }
            Value::Map(map) => self.open_entries(map, place),
            _ => Ok(()),
        }
    }

    fn open_entries(&self, map: &mut Map, place: Place<'_>) -> Result<(), StateError> {
        map.iter_mut().try_for_each(|(key, item)| self.open_in_place(item, Place::Key(&place, key)))
    }

    fn open_tagged(&self, tag: &str, inner: Value, place: Place<'_>) -> Result<Value, StateError> {
        match (tag, inner) {
            (SECRET, Value::String(text)) => {
                let opened = self.sealer.open(&place.bytes(), &text).ok_or_else(|| StateError::Secret {
                    stack: self.stack.clone().into(),
                    source: crate::secrets::SecretError::Sealed { place: place.to_string() },
                })?;
                // No detail: it could quote the secret.
                let plain = serde_json::from_slice(&opened);
                let plain = plain.map_err(|_| self.damaged(format!("the secret at {place} is not JSON")))?;
                Ok(self.open(plain, place)?.into_secret())
            }
            (NUMBER, Value::String(text)) => {
                let number = text.parse().ok().and_then(serde_json::Number::from_f64);
                number.map(Value::Number).ok_or_else(|| self.damaged(format!("{place} is not a number")))
            }
            (UNKNOWN, Value::Map(map)) => {
                let form = Value::Map(map).to_json_exposed().map_err(|error| self.damaged(error))?;
                let form: UnknownForm = serde_json::from_value(form).map_err(|error| self.damaged(error))?;
                Ok(Value::Unknown(form.into()))
            }
            (LITERAL, Value::Map(mut map)) => {
                self.open_entries(&mut map, place)?;
                Ok(Value::Map(map))
            }
            _ => Err(self.damaged(format!("`{tag}` at {place} has no meaning"))),
        }
    }
}

/// A value that is not known yet, in a plan.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnknownForm {
    #[serde(with = "KindRemote")]
    kind: Kind,
    from: String,
}

/// [`Kind`], as it is written.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Kind", rename_all = "snake_case")]
enum KindRemote {
    Any,
    Null,
    Bool,
    Number,
    String,
    List,
    Map,
}

impl From<&Unknown> for UnknownForm {
    fn from(unknown: &Unknown) -> Self {
        UnknownForm { kind: unknown.kind, from: unknown.from.to_string() }
    }
}

impl From<UnknownForm> for Unknown {
    fn from(UnknownForm { kind, from }: UnknownForm) -> Self {
        Unknown { kind, from: from.into() }
    }
}

impl Encoding {
    /// That a value can be stored: all of it is known, unless it is of a plan, and it is not too deep to be read back.
    pub(super) fn check_storable(&self, value: &Value, urn: &str) -> Result<(), StateError> {
        check(value, urn, &mut Path::root(), 0, self.of_plan)
    }
}

fn check(value: &Value, urn: &str, path: &mut Path, depth: usize, of_plan: bool) -> Result<(), StateError> {
    if depth > DEPTH {
        return Err(StateError::TooDeep { urn: urn.to_owned(), path: path.clone(), limit: DEPTH });
    }
    match value {
        Value::Unknown(unknown) if !of_plan => Err(StateError::Unknown {
            urn: urn.to_owned(),
            path: path.clone(),
            from: unknown.from.to_string(),
        }),
        Value::Secret(inner) => check(inner, urn, path, depth, of_plan),
        Value::List(list) => list.iter().enumerate().try_for_each(|(index, item)| {
            path.push_index(index);
            check(item, urn, path, depth + 1, of_plan)?;
            path.pop();
            Ok(())
        }),
        Value::Map(map) => {
            let depth = depth + 1 + usize::from(looks_tagged(map, of_plan));
            map.iter().try_for_each(|(key, item)| {
                path.push_key(key);
                check(item, urn, path, depth, of_plan)?;
                path.pop();
                Ok(())
            })
        }
        _ => Ok(()),
    }
}

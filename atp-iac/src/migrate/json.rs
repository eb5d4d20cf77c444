//! JSON with the place of every value, so that what is wrong is said without showing what is there.

use super::{ForeignFileError, Texts};
use serde_json::error::Category;
use serde_json::{Map, Value as Json};

/// A value, and where it stands.
#[derive(Clone)]
pub(super) struct Node<'j> {
    pub value: &'j Json,
    place: String,
}

/// Reads JSON.
pub(super) fn parse(bytes: &[u8]) -> Result<Json, ForeignFileError> {
    // The message of the parser could quote the file.
    serde_json::from_slice(bytes).map_err(|error| ForeignFileError::NotJson {
        line: error.line(),
        column: error.column(),
        is_cut: error.classify() == Category::Eof,
    })
}

impl<'j> Node<'j> {
    pub fn whole(value: &'j Json) -> Self {
        Node { value, place: String::new() }
    }

    pub fn damaged<T>(&self, what: &str) -> Result<T, ForeignFileError> {
        let place = if self.place.is_empty() { "the whole" } else { &self.place };
        Err(ForeignFileError::Damaged { place: place.to_owned(), what: what.to_owned() })
    }

    /// A value of an object; `None` where it is not there or null.
    pub fn get(&self, key: &str) -> Option<Node<'j>> {
        let value = self.value.get(key).filter(|value| !value.is_null())?;
        let place = if self.place.is_empty() { key.to_owned() } else { format!("{}.{key}", self.place) };
        Some(Node { value, place })
    }

    pub fn object(&self) -> Result<&'j Map<String, Json>, ForeignFileError> {
        match self.value {
            Json::Object(map) => Ok(map),
            _ => self.damaged("is no object"),
        }
    }

    /// The text under a key.
    pub fn text(&self, key: &str) -> Result<&'j str, ForeignFileError> {
        let missing = || Node { value: self.value, place: format!("{}.{key}", self.place) };
        self.text_if_there(key)?.map_or_else(|| missing().damaged("is missing"), Ok)
    }

    pub fn text_if_there(&self, key: &str) -> Result<Option<&'j str>, ForeignFileError> {
        match self.get(key) {
            None => Ok(None),
            Some(Node { value: Json::String(text), .. }) => Ok(Some(text)),
            Some(other) => other.damaged("is no text"),
        }
    }

    /// The flag under a key; one that is not there is not set.
    pub fn flag(&self, key: &str) -> Result<bool, ForeignFileError> {
        match self.get(key) {
            None => Ok(false),
            Some(Node { value: Json::Bool(flag), .. }) => Ok(*flag),
            Some(other) => other.damaged("is neither true nor false"),
        }
    }

    /// The items under a key; one that is not there has none.
    pub fn items(&self, key: &str) -> Result<Vec<Node<'j>>, ForeignFileError> {
        let Some(list) = self.get(key) else { return Ok(Vec::new()) };
        let Json::Array(items) = list.value else { return list.damaged("is no list") };
        let item = |(index, value)| Node { value, place: format!("{}[{index}]", list.place) };
        Ok(items.iter().enumerate().map(item).collect())
    }

    /// The texts under a key, but for those that `is_secret`.
    pub fn texts(&self, key: &str, is_secret: impl Fn(&str) -> bool) -> Result<Texts, ForeignFileError> {
        let Some(object) = self.get(key) else { return Ok(Texts::default()) };
        let entries = object.object()?.iter().filter(|(name, _)| !is_secret(name));
        Ok(entries.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect())
    }
}

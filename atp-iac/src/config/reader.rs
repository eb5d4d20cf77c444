//! Reads typed values from nodes and collects everything that is wrong.

use super::kind::none_required;
use super::node::{Content, Entries, Node};
use super::{Config, ConfigField, ConfigKind, ConfigProblem, ConfigValue, Measured, Place, Ranged, unknown};
use std::collections::BTreeSet;
use std::fmt;
use std::ops::{Bound, RangeBounds};

/// Stands at one value of a configuration.
pub struct ConfigReader<'a> {
    here: &'a Node,
    /// Such as `foundation.zones[1]`.
    path: String,
    /// Where a missing value is to be added.
    home: &'a Place,
    /// What the present value stands under is secret: its value is never shown.
    secret: bool,
    problems: Vec<ConfigProblem>,
}

/// For `#[derive(Config)]` and for types of your own.
impl<'a> ConfigReader<'a> {
    pub(super) fn new(here: &'a Node, path: &str, home: &'a Place) -> Self {
        ConfigReader { here, path: path.to_owned(), home, secret: false, problems: Vec::new() }
    }

    pub(super) fn into_problems(self) -> Vec<ConfigProblem> {
        self.problems
    }

    /// A field that has no default.
    pub(super) fn required<T: ConfigValue>(&mut self, field: &ConfigField) -> Option<T> {
        match self.given(field.name) {
            Some(node) => self.entry(field.name, node),
            None => self.step(field.name, self.here, |reader| T::absent(reader, field)),
        }
    }

    /// A field that has a default.
    pub(super) fn defaulted<T: ConfigValue>(
        &mut self,
        field: &ConfigField,
        default: impl FnOnce() -> T,
    ) -> Option<T> {
        match self.given(field.name) {
            Some(node) => self.entry(field.name, node),
            None => Some(default()),
        }
    }

    /// Refuses a number that is out of bounds.
    pub fn in_range<T: Ranged>(
        &mut self,
        field: &ConfigField,
        value: Option<T>,
        range: impl RangeBounds<T::Number>,
    ) -> Option<T> {
        let value = value?;
        let Some(number) = value.number().filter(|number| !range.contains(number)) else {
            return Some(value);
        };
        let shown = if field.is_secret() { "the value".to_owned() } else { number.to_string() };
        let bounds = field.range.unwrap_or("its range");
        self.report(field.name, format!("{shown} is not in {bounds}"));
        None
    }

    /// Refuses a text, list or map that is too short or too long.
    pub fn has_length<T: Measured>(
        &mut self,
        field: &ConfigField,
        value: Option<T>,
        range: impl RangeBounds<usize>,
    ) -> Option<T> {
        let value = value?;
        let Some(length) = value.length().filter(|length| !range.contains(length)) else {
            return Some(value);
        };
        let bounds = length_bounds(&range);
        self.report(field.name, format!("has {length} {}, expected {bounds}", T::UNIT));
        None
    }

    /// The result of the check over all fields.
    pub fn check(&mut self, result: Result<(), String>) -> Option<()> {
        result.map_err(|message| self.problem(message)).ok()
    }

    /// The position of the word that stands here.
    pub fn choice(&mut self, words: &'static [&'static str]) -> Option<usize> {
        let Content::Text(text) = &self.here.content else {
            self.expected(ConfigKind::Choice(words));
            return None;
        };
        let found = words.iter().position(|word| word == text);
        if found.is_none() {
            let message = if self.secret {
                format!("expected {}", ConfigKind::Choice(words))
            } else {
                unknown("choice", text, words.iter().copied())
            };
            self.problem(message);
        }
        found
    }

    /// The text that stands here.
    pub fn text(&mut self) -> Option<&'a str> {
        match &self.here.content {
            Content::Text(text) => Some(text),
            Content::Revealed(text) if self.secret => Some(text),
            Content::Revealed(_) => {
                self.problem(
                    "is encrypted in the file, but the program would show it: make the field a `Secret<..>`",
                );
                None
            }
            Content::Number(_) | Content::Bool(_) => {
                self.problem(format!("expected a text, found {}: put it in quotes", self.here.described()));
                None
            }
            _ => {
                self.expected(ConfigKind::Text);
                None
            }
        }
    }

    /// Records that something else should stand here.
    pub fn expected(&mut self, what: impl fmt::Display) {
        self.problem(format!("expected {what}, found {}", self.here.described()));
    }

    /// Records a problem here. The message must not hold a secret.
    pub fn problem(&mut self, message: impl Into<String>) {
        self.push(self.here.place.clone(), self.path.clone(), message.into());
    }

    /// Records that the field, at whose path the reader stands, is missing.
    pub fn missing(&mut self, field: &ConfigField) {
        let (parent, name) = self.path.rsplit_once('.').unwrap_or(("", &self.path));
        let mut message = format!("missing: add `{name}:`");
        if !parent.is_empty() {
            message.push_str(&format!(" under `{parent}:`"));
        }
        message.push_str(&format!(", {}", field.kind));
        for (word, bounds) in [("in", field.range), ("of length", field.length)] {
            message.push_str(&bounds.map(|bounds| format!(" {word} {bounds}")).unwrap_or_default());
        }
        if !field.description.is_empty() {
            message.push_str(&format!(" ({})", field.description));
        }
        let unset = self.map().and_then(|map| map.get(field.name)).map(|entry| entry.key.clone());
        let place = unset.unwrap_or_else(|| self.home.clone());
        self.push(place, self.path.clone(), message);
    }

    #[cfg(feature = "cli")]
    pub(super) fn place(&self) -> &'a Place {
        &self.here.place
    }

    pub(super) fn content(&self) -> &'a Content {
        &self.here.content
    }

    /// Reads a value that is secret.
    pub(super) fn secretly<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.secret, true);
        let result = read(self);
        self.secret = outer;
        result
    }

    /// Whether the present value must not be shown.
    pub fn is_secret(&self) -> bool {
        self.secret
    }

    /// Reads the value of an entry.
    pub(super) fn entry<T: ConfigValue>(&mut self, name: &str, node: &'a Node) -> Option<T> {
        self.step(name, node, T::read)
    }

    /// Reads the value of an item.
    pub(super) fn item<T: ConfigValue>(&mut self, index: usize, node: &'a Node) -> Option<T> {
        self.at(format!("{}[{index}]", self.path), node, T::read)
    }

    /// Refuses names that `fields` does not have, except the ones in `ignored`.
    pub(super) fn refuse_unknown(&mut self, fields: &[ConfigField], ignored: &dyn Fn(&str) -> bool) {
        let Some(map) = self.map() else { return };
        let known: BTreeSet<&str> = fields.iter().map(|field| field.name).collect();
        for (name, entry) in map {
            if !known.contains(name.as_str()) && !ignored(name) {
                self.push(entry.key.clone(), self.path.clone(), unknown("key", name, known.iter().copied()));
            }
        }
    }

    fn map(&self) -> Option<&'a Entries> {
        match &self.here.content {
            Content::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The value of an entry, unless it is absent or explicitly nothing.
    fn given(&self, name: &str) -> Option<&'a Node> {
        let node = &self.map()?.get(name)?.node;
        (!matches!(node.content, Content::Null)).then_some(node)
    }

    fn report(&mut self, name: &str, message: String) {
        let place = self.given(name).map_or_else(|| self.here.place.clone(), |node| node.place.clone());
        self.push(place, joined(&self.path, name), message);
    }

    fn push(&mut self, place: Place, path: String, message: String) {
        self.problems.push(ConfigProblem { place, path, message });
    }

    fn step<R>(&mut self, name: &str, node: &'a Node, read: impl FnOnce(&mut Self) -> R) -> R {
        self.at(joined(&self.path, name), node, read)
    }

    fn at<R>(&mut self, path: String, node: &'a Node, read: impl FnOnce(&mut Self) -> R) -> R {
        let path = std::mem::replace(&mut self.path, path);
        let here = std::mem::replace(&mut self.here, node);
        let result = read(self);
        self.path = path;
        self.here = here;
        result
    }
}

/// A struct inside a configuration.
#[diagnostic::do_not_recommend]
impl<C: Config> ConfigValue for C {
    const KIND: ConfigKind = ConfigKind::Structure(C::FIELDS);
    const OPTIONAL: bool = none_required(C::FIELDS);
    fn read(reader: &mut ConfigReader<'_>) -> Option<Self> {
        if reader.map().is_none() {
            reader.expected(Self::KIND);
            return None;
        }
        reader.refuse_unknown(C::FIELDS, &|_| false);
        C::read_fields(reader)
    }
    fn absent(reader: &mut ConfigReader<'_>, field: &ConfigField) -> Option<Self> {
        // The reader stands at the enclosing map, so that problems name its place; nothing of it may be read.
        if !Self::OPTIONAL {
            reader.missing(field);
            return None;
        }
        let empty = Node::empty_map(reader.here.place.clone());
        let mut inner = ConfigReader::new(&empty, &reader.path, reader.home);
        let read = C::read_fields(&mut inner);
        reader.problems.append(&mut inner.problems);
        read
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn length_bounds(range: &impl RangeBounds<usize>) -> String {
    let low = match range.start_bound() {
        Bound::Included(low) => *low,
        Bound::Excluded(low) => low + 1,
        Bound::Unbounded => 0,
    };
    match range.end_bound() {
        Bound::Unbounded => format!("at least {low}"),
        Bound::Included(high) if *high == low => format!("{low}"),
        Bound::Included(high) => format!("{low} to {high}"),
        Bound::Excluded(high) => format!("{low} to {}", high.saturating_sub(1)),
    }
}

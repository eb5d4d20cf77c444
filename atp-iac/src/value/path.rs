//! Where a value stands inside another.

use super::Value;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A path to a part of a value, shown as `properties.rules[2].name`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Path(Vec<Segment>);

/// What lies on the way to a part of a value.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Way {
    /// The part stands inside something secret.
    pub secret: bool,
    /// The way ends at something that is not known.
    pub unknown: bool,
}

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Segment {
    /// Into a map.
    Key(String),
    /// Into a list.
    Index(usize),
    /// Into a list, to the item with this `name`, in any case.
    Item(String),
}

impl Path {
    /// The path to the value itself.
    pub fn root() -> Self {
        Path::default()
    }

    /// The path of map keys separated by `/`, such as `properties/sku`.
    pub fn of_keys(keys: &str) -> Self {
        Path(keys.split('/').filter(|key| !key.is_empty()).map(|key| Segment::Key(key.to_owned())).collect())
    }

    /// Steps into a map.
    pub fn push_key(&mut self, key: &str) {
        self.0.push(Segment::Key(key.to_owned()));
    }

    /// Steps into a list.
    pub fn push_index(&mut self, index: usize) {
        self.0.push(Segment::Index(index));
    }

    /// Steps into a list, to the item whose `name` this is, in any case.
    pub fn push_item(&mut self, name: &str) {
        self.0.push(Segment::Item(name.to_owned()));
    }

    /// Steps back out.
    pub fn pop(&mut self) {
        self.0.pop();
    }

    /// Whether this is the path to the value itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every step passes, each as the text that a [`Pattern`](super::Pattern) would name it by.
    pub(super) fn matches(&self, mut passes: impl FnMut(&str, bool) -> bool) -> bool {
        self.0.iter().all(|segment| match segment {
            Segment::Key(key) => passes(key, false),
            Segment::Index(index) => passes(&index.to_string(), false),
            Segment::Item(name) => passes(name, true),
        })
    }

    /// The path with every list position left out, as descriptors write it: `properties.rules[].name`.
    pub fn pattern(&self) -> String {
        self.render(|_| String::new())
    }

    /// The part of `value` at this path. Looks through secrets. A number leads into a list too, as a key: so that
    /// `keys/0/value` is a path of an output.
    pub fn find<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.walk(value).1
    }

    /// `value` with another part at this path, or with none. It stays as it is where the path leads nowhere.
    pub(crate) fn put(&self, value: Value, part: Option<Value>) -> Value {
        put(&self.0, value, part)
    }

    /// The same, with what is passed on the way.
    pub(crate) fn walk<'v>(&self, value: &'v Value) -> (Way, Option<&'v Value>) {
        let mut way = Way::default();
        let mut part = value;
        for segment in &self.0 {
            way.secret |= matches!(part, Value::Secret(_));
            let next = match (segment, part.exposed()) {
                (Segment::Key(key), Value::Map(map)) => map.get(key),
                (Segment::Key(key), Value::List(list)) => {
                    key.parse().ok().and_then(|index: usize| list.get(index))
                }
                (Segment::Index(index), Value::List(list)) => list.get(*index),
                (Segment::Item(name), Value::List(list)) => {
                    list.iter().find(|item| item.name().is_some_and(|own| own.eq_ignore_ascii_case(name)))
                }
                (_, inner) => {
                    way.unknown = matches!(inner, Value::Unknown(_));
                    None
                }
            };
            let Some(next) = next else { return (way, None) };
            part = next;
        }
        (way, Some(part))
    }

    fn render(&self, position: impl Fn(&dyn fmt::Display) -> String) -> String {
        let mut text = String::new();
        let bracket = |text: &mut String, place: &dyn fmt::Display| {
            text.push('[');
            text.push_str(&position(place));
            text.push(']');
        };
        for segment in &self.0 {
            match segment {
                Segment::Key(key) => {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    text.push_str(key);
                }
                Segment::Index(index) => bracket(&mut text, index),
                Segment::Item(name) => bracket(&mut text, name),
            }
        }
        text
    }
}

/// The root is not put, since it cannot be taken away.
fn put(segments: &[Segment], value: Value, part: Option<Value>) -> Value {
    let Some((segment, rest)) = segments.split_first() else { return part.unwrap_or(value) };
    match (segment, value) {
        (_, Value::Secret(inner)) => put(segments, *inner, part).into_secret(),
        (Segment::Key(key), Value::Map(mut map)) => {
            let new = match (map.remove(key), rest.is_empty()) {
                (_, true) => part,
                (Some(old), false) => Some(put(rest, old, part)),
                (None, false) => None,
            };
            map.extend(new.map(|new| (key.clone(), new)));
            Value::Map(map)
        }
        (segment, Value::List(mut list)) => {
            let found = match segment {
                Segment::Index(index) => list.get_mut(*index),
                Segment::Item(name) => {
                    list.iter_mut().find(|item| item.name().is_some_and(|own| own.eq_ignore_ascii_case(name)))
                }
                Segment::Key(_) => None,
            };
            if let Some(item) = found {
                *item = put(rest, std::mem::replace(item, Value::Null), part);
            }
            Value::List(list)
        }
        (_, other) => other,
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(|place| place.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_shown_with_positions_and_matched_without() {
        let mut path = Path::of_keys("properties/rules");
        path.push_index(2);
        path.push_key("name");
        assert_eq!(path.to_string(), "properties.rules[2].name");
        assert_eq!(path.pattern(), "properties.rules[].name");
    }

    #[test]
    fn an_item_is_found_and_shown_by_its_name() {
        let item = |name: &str, size: i64| Value::from([("name", name.into()), ("size", size.into())]);
        let value = Value::from([("rules", Value::List(vec![item("a", 1), item("B", 2)]))]);
        let mut path = Path::of_keys("rules");
        path.push_item("b");
        path.push_key("size");
        assert_eq!(path.find(&value), Some(&Value::from(2i64)));
        assert_eq!((path.to_string().as_str(), path.pattern().as_str()), ("rules[b].size", "rules[].size"));
    }

    #[test]
    fn a_path_finds_through_lists_and_secrets() {
        let value =
            Value::from([("a", Value::List(vec![Value::from([("b", Value::from(1i64))]).into_secret()]))]);
        let mut path = Path::of_keys("a");
        path.push_index(0);
        path.push_key("b");
        assert_eq!(path.find(&value), Some(&Value::from(1i64)));
        path.push_key("c");
        assert_eq!(path.find(&value), None);
    }

    #[test]
    fn a_part_is_put_where_its_path_leads_and_nothing_else_changes() {
        let item = |name: &str, size: i64| Value::from([("name", name.into()), ("size", size.into())]);
        let value = Value::from([("rules", Value::List(vec![item("a", 1), item("b", 2)]).into_secret())]);
        let mut path = Path::of_keys("rules");
        path.push_item("B");
        path.push_key("size");
        let put = path.put(value.clone(), Some(3_i64.into()));
        assert_eq!(path.find(&put), Some(&Value::from(3_i64)));
        assert!(put.has_secret());
        assert_eq!(path.put(value.clone(), Some(2_i64.into())), value);
        assert_eq!(path.find(&path.put(value.clone(), None)), None);
        assert_eq!(Path::of_keys("x/y").put(value.clone(), Some(1_i64.into())), value);
    }
}

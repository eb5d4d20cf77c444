//! Which parts of a value an option is about.

use super::{Map, Path, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The parts of a value that a text names: `properties.size`, `tags.*`, `rules[web].port`.
///
/// Keys have a dot between them, and `*` stands for any key, position or item. In brackets stands a position, the `name`
/// of an item, `*`, or a key in quotes: `tags["a.b"]`. What lies below a part is meant, too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern {
    text: String,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Any,
    Named(String),
}

/// A text that names no part of a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "has the path `{text}`, {problem}\n  way out: write keys with a dot between them, such as `properties.size`; `*` stands for \
     any key or position, and a key with a dot in it stands in brackets and quotes: `tags[\"a.b\"]`"
)]
pub struct PatternError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let wrong = |problem| PatternError { text: text.to_owned(), problem };
        let mut steps = Vec::new();
        let mut rest = text;
        loop {
            let (step, after) = step(rest, steps.is_empty()).map_err(wrong)?;
            steps.push(step);
            match after {
                "" => return Ok(Pattern { text: text.to_owned(), steps }),
                after => rest = after,
            }
        }
    }

    /// Whether the part at a path is meant.
    pub fn covers(&self, path: &Path) -> bool {
        self.rest(path).is_some_and(<[Step]>::is_empty)
    }

    /// Whether something that is meant differs between what stands at a path before and after.
    pub fn touches(&self, path: &Path, before: Option<&Value>, after: Option<&Value>) -> bool {
        let Some(rest) = self.rest(path) else { return false };
        if rest.is_empty() {
            return true;
        }
        let parts = |value: Option<&Value>| {
            let mut found = Vec::new();
            value.into_iter().for_each(|value| collect(rest, value, &mut found));
            found.into_iter().map(|part| part.exposed().clone()).collect::<Vec<_>>()
        };
        let (before, after) = (parts(before), parts(after));
        before != after || after.iter().any(Value::has_unknown)
    }

    /// What is left of the steps when the path was walked: none when the path leads to or into what is meant; `None` when
    /// it leads elsewhere.
    fn rest(&self, path: &Path) -> Option<&[Step]> {
        let mut steps = self.steps.iter();
        let leads = path.matches(|segment, item| {
            steps.next().is_none_or(|step| step.is(segment) || (item && step.is_name(segment)))
        });
        leads.then_some(steps.as_slice())
    }
}

/// The first step of a text, and what follows.
fn step(text: &str, first: bool) -> Result<(Step, &str), &'static str> {
    if let Some(inside) = text.strip_prefix('[') {
        return bracket(inside);
    }
    let key = match text.strip_prefix('.') {
        Some(key) if !first => key,
        _ if first => text,
        _ => return Err("where a dot or a bracket is missing after `]`"),
    };
    let (key, rest) = key.split_at(key.find(['.', '[']).unwrap_or(key.len()));
    match key {
        "" => Err("which has an empty key"),
        "*" => Ok((Step::Any, rest)),
        key if key.contains('*') => {
            Err("where `*` is a part of a key, and it can only stand for a whole one")
        }
        key if key.contains(']') => Err("where a `]` has no `[`"),
        key => Ok((Step::Named(key.to_owned()), rest)),
    }
}

fn bracket(inside: &str) -> Result<(Step, &str), &'static str> {
    const OPEN: &str = "where a `[` has no `]`";
    let (key, rest) = match inside.strip_prefix('"') {
        Some(quoted) => quoted.split_once("\"]").ok_or("where a quote is not closed")?,
        None => match inside.split_once(']').ok_or(OPEN)? {
            ("*", rest) => return Ok((Step::Any, rest)),
            other => other,
        },
    };
    if key.is_empty() { Err("which has empty brackets") } else { Ok((Step::Named(key.to_owned()), rest)) }
}

impl Step {
    fn is(&self, segment: &str) -> bool {
        match self {
            Step::Any => true,
            Step::Named(name) => name == segment,
        }
    }

    /// Names of items mean the same in any case.
    fn is_name(&self, name: &str) -> bool {
        matches!(self, Step::Named(own) if own.eq_ignore_ascii_case(name))
    }

    /// Whether it means an item of a list: by its position, or by its name.
    fn is_item(&self, index: usize, item: &Value) -> bool {
        self.is(&index.to_string()) || item.name().is_some_and(|name| self.is_name(name))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The parts of a value that the steps lead to. What is not known may have them.
fn collect<'v>(steps: &[Step], value: &'v Value, found: &mut Vec<&'v Value>) {
    let Some((step, rest)) = steps.split_first() else { return found.push(value) };
    match value.exposed() {
        unknown @ Value::Unknown(_) => found.push(unknown),
        Value::Map(map) => {
            let entries = map.iter().filter(|(key, _)| step.is(key));
            entries.for_each(|(_, value)| collect(rest, value, found));
        }
        Value::List(list) => {
            let items = list.iter().enumerate().filter(|(index, item)| step.is_item(*index, item));
            items.for_each(|(_, item)| collect(rest, item, found));
        }
        _ => {}
    }
}

/// `value` with `change` done to the parts that the steps lead to. What is not known may have them, and is changed.
fn replace(steps: &[Step], value: Value, change: &dyn Fn(Value) -> Value) -> Value {
    let Some((step, rest)) = steps.split_first() else { return change(value) };
    match value {
        Value::Secret(inner) => replace(steps, *inner, change).into_secret(),
        unknown @ Value::Unknown(_) => change(unknown),
        Value::Map(map) => {
            let entry = |(key, value): (String, Value)| match step.is(&key) {
                true => (key, replace(rest, value, change)),
                false => (key, value),
            };
            Value::Map(map.into_iter().map(entry).collect())
        }
        Value::List(list) => {
            let item = |(index, item): (usize, Value)| match step.is_item(index, &item) {
                true => replace(rest, item, change),
                false => item,
            };
            Value::List(list.into_iter().enumerate().map(item).collect())
        }
        other => other,
    }
}

/// `to` with the parts that the steps lead to as they are in `from`: what `from` lacks there is taken away. What is not
/// known in either is left.
fn keep(steps: &[Step], from: &Value, to: Value) -> Value {
    let secret = matches!(from, Value::Secret(_)) || matches!(to, Value::Secret(_));
    let kept = match (steps.split_first(), from.exposed(), into_exposed(to)) {
        (None, from, to) => {
            if from.has_unknown() {
                to
            } else {
                from.clone()
            }
        }
        (Some((step, rest)), Value::Map(from), Value::Map(to)) => {
            Value::Map(keep_entries(step, rest, from, to))
        }
        (Some((step, rest)), Value::List(from), Value::List(to)) => {
            Value::List(keep_items(step, rest, from, to))
        }
        (Some(_), Value::Null, to @ Value::Map(_)) => keep(steps, &Value::map(), to),
        (_, _, to) => to,
    };
    if secret { kept.into_secret() } else { kept }
}

fn into_exposed(value: Value) -> Value {
    match value {
        Value::Secret(inner) => *inner,
        other => other,
    }
}

fn keep_entries(step: &Step, rest: &[Step], from: &Map, mut to: Map) -> Map {
    let keys: BTreeSet<String> = from.keys().chain(to.keys()).filter(|key| step.is(key)).cloned().collect();
    for key in keys {
        let kept = match (from.get(&key), to.remove(&key)) {
            (Some(from), Some(to)) => Some(keep(rest, from, to)),
            (Some(from), None) if rest.is_empty() => Some(from.clone()),
            // The program dropped what the part is in.
            (Some(from), None) => {
                let kept = keep(rest, from, Value::map());
                kept.exposed().as_map().is_some_and(|map| !map.is_empty()).then_some(kept)
            }
            (None, Some(_)) if rest.is_empty() => None,
            (None, Some(to)) => Some(keep(rest, &Value::map(), to)),
            (None, None) => None,
        };
        if let Some(kept) = kept {
            to.insert(key, kept);
        }
    }
    to
}

/// Items match by name where all have one, else by position. Which items there are is as `to` says.
fn keep_items(step: &Step, rest: &[Step], from: &[Value], to: Vec<Value>) -> Vec<Value> {
    let named = |items: &[Value]| items.iter().all(|item| item.name().is_some());
    let by_name: Option<BTreeMap<String, &Value>> = (named(from) && named(&to))
        .then(|| from.iter().filter_map(|item| Some((item.name()?.to_lowercase(), item))).collect());
    let kept = |(index, item): (usize, Value)| {
        let other = match (&by_name, item.name()) {
            (Some(by_name), Some(name)) => by_name.get(&name.to_lowercase()).copied(),
            _ => from.get(index),
        };
        match other {
            Some(other) if step.is_item(index, &item) => keep(rest, other, item),
            _ => item,
        }
    };
    to.into_iter().enumerate().map(kept).collect()
}

/// The patterns of one option, and the texts that are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patterns {
    all: BTreeSet<Pattern>,
    wrong: Vec<PatternError>,
}

impl Patterns {
    /// Adds what texts name.
    pub fn extend<P: Into<String>>(&mut self, texts: impl IntoIterator<Item = P>) {
        for text in texts {
            match Pattern::parse(&text.into()) {
                Ok(pattern) => drop(self.all.insert(pattern)),
                Err(error) => self.wrong.push(error),
            }
        }
    }

    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty() && self.wrong.is_empty()
    }

    /// The first text that names no part of a value.
    pub fn wrong(&self) -> Option<&PatternError> {
        self.wrong.first()
    }

    /// The patterns, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Pattern> {
        self.all.iter()
    }

    /// Whether the part at a path is meant.
    pub fn cover(&self, path: &Path) -> bool {
        self.all.iter().any(|pattern| pattern.covers(path))
    }

    /// Whether something that is meant differs between what stands at a path before and after.
    pub fn touch(&self, path: &Path, before: Option<&Value>, after: Option<&Value>) -> bool {
        self.all.iter().any(|pattern| pattern.touches(path, before, after))
    }

    /// `to` with what is meant as it is in `from`: what `from` lacks is taken away. What is not known in either is left.
    pub(crate) fn keep(&self, from: &Value, to: Value) -> Value {
        self.all.iter().fold(to, |to, pattern| keep(&pattern.steps, from, to))
    }

    /// The value with what is meant marked as secret.
    pub fn mark(&self, value: Value) -> Value {
        self.all.iter().fold(value, |value, pattern| replace(&pattern.steps, value, &Value::into_secret))
    }

    /// What stands at a path, with something else in the place of what is meant.
    pub(crate) fn replace(&self, path: &Path, value: Value, by: &Value) -> Value {
        let rests = self.all.iter().filter_map(|pattern| pattern.rest(path));
        rests.fold(value, |value, rest| replace(rest, value, &|_| by.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Kind;

    fn patterns(texts: &[&str]) -> Patterns {
        let mut patterns = Patterns::default();
        patterns.extend(texts.iter().copied());
        assert_eq!(patterns.wrong(), None);
        patterns
    }

    fn value(json: serde_json::Value) -> Value {
        Value::from(json)
    }

    fn kept(texts: &[&str], from: serde_json::Value, to: serde_json::Value) -> Value {
        patterns(texts).keep(&value(from), value(to))
    }

    #[test]
    fn what_names_no_part_is_an_error_that_says_why() {
        for (text, problem) in [
            ("", "empty key"),
            ("a..b", "empty key"),
            ("a.", "empty key"),
            ("a.b*", "a part of a key"),
            ("a[0", "has no `]`"),
            ("a]", "has no `[`"),
            ("a[]", "empty brackets"),
            ("a[\"x]", "quote is not closed"),
            ("a[0]b", "missing after `]`"),
        ] {
            let error = Pattern::parse(text).unwrap_err();
            assert!(error.problem.contains(problem), "{text}: {error}");
            assert!(error.to_string().contains(&format!("`{text}`")), "{error}");
        }
    }

    #[test]
    fn a_pattern_means_its_part_and_all_below_it_and_a_star_any_key_position_or_item() {
        let mut path = Path::of_keys("rules");
        path.push_item("web");
        path.push_key("port");
        for text in ["rules", "rules.*", "rules[*].port", "rules[web].port", "*", "rules.web.port"] {
            assert!(Pattern::parse(text).unwrap().covers(&path), "{text}");
        }
        for text in ["rules[db]", "rules[web].port.x", "rule", "rules.*.name"] {
            assert!(!Pattern::parse(text).unwrap().covers(&path), "{text}");
        }
        assert!(Pattern::parse(r#"tags["a.b"]"#).unwrap().covers(&Path::of_keys("tags/a.b")));
    }

    #[test]
    fn a_change_of_a_whole_touches_the_parts_that_differ_in_it() {
        let (before, after) =
            (value(serde_json::json!({"a": 1, "b": 2})), value(serde_json::json!({"a": 1})));
        let touches = |text: &str, after: Option<&Value>| {
            Pattern::parse(text).unwrap().touches(&Path::of_keys("x"), Some(&before), after)
        };
        assert!(touches("x.b", Some(&after)) && touches("x.a", None) && touches("x", Some(&after)));
        assert!(!touches("x.a", Some(&after)) && !touches("y", None));
        assert!(touches("x.a", Some(&Value::unknown(Kind::Map, "${y.z}"))));
    }

    #[test]
    fn what_is_kept_is_as_it_was_whether_it_was_changed_added_or_dropped() {
        let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        let same = |kept: Value, expected: &str| assert_eq!(kept.to_json_exposed().unwrap(), json(expected));
        same(
            kept(&["a.b"], json(r#"{"a":{"b":1,"c":1}}"#), json(r#"{"a":{"b":2,"c":2}}"#)),
            r#"{"a":{"b":1,"c":2}}"#,
        );
        same(kept(&["a.b"], json(r#"{"a":{}}"#), json(r#"{"a":{"b":2}}"#)), r#"{"a":{}}"#);
        same(kept(&["a.b"], json(r#"{"a":{"b":1}}"#), json("{}")), r#"{"a":{"b":1}}"#);
        same(kept(&["*"], json(r#"{"a":1}"#), json(r#"{"a":2,"b":3}"#)), r#"{"a":1}"#);
        same(
            kept(&["a.*"], json(r#"{"a":{"x":1}}"#), json(r#"{"a":{"x":2,"y":2},"b":2}"#)),
            r#"{"a":{"x":1},"b":2}"#,
        );
    }

    #[test]
    fn items_are_kept_by_name_or_position_and_which_there_are_is_as_the_program_says() {
        let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        let (old, new) = (
            json(r#"{"r":[{"name":"a","n":1},{"name":"b","n":1}]}"#),
            json(r#"{"r":[{"name":"B","n":2},{"name":"c","n":2}]}"#),
        );
        let kept_items = kept(&["r[*].n"], old, new).to_json_exposed().unwrap();
        assert_eq!(kept_items, json(r#"{"r":[{"name":"B","n":1},{"name":"c","n":2}]}"#));
        let kept_items = kept(&["r[1]"], json(r#"{"r":[1,2]}"#), json(r#"{"r":[3,4,5]}"#));
        assert_eq!(kept_items.to_json_exposed().unwrap(), json(r#"{"r":[3,2,5]}"#));
    }

    #[test]
    fn secrecy_survives_and_what_is_not_known_is_left() {
        let secret = Value::from([("a", Value::from([("b", 1_i64.into())]).into_secret())]);
        let clear = Value::from([("a", Value::from([("b", 2_i64.into())]))]);
        assert_eq!(patterns(&["a.b"]).keep(&secret, clear.clone()), secret);
        let unknown = Value::from([("a", Value::unknown(Kind::Map, "x"))]);
        assert_eq!(patterns(&["a.b"]).keep(&clear, unknown.clone()), unknown);
        assert_eq!(patterns(&["a"]).keep(&unknown, clear.clone()), clear);
    }

    #[test]
    fn what_is_marked_is_secret_at_any_depth_also_while_it_is_not_known() {
        let keys = value(serde_json::json!({"keys": [{"value": "x", "name": "k"}], "id": "i"}));
        assert_eq!(
            format!("{:?}", patterns(&["keys.*.value"]).mark(keys)),
            r#"{"id": "i", "keys": [{"name": "k", "value": [secret]}]}"#
        );
        let unknown = Value::from([("keys", Value::unknown(Kind::List, "x"))]);
        assert!(patterns(&["keys.*.value"]).mark(unknown).has_secret());
    }
}

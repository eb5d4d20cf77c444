//! Which parts of a value an option is about.

mod parts;
mod step;

use super::{Path, Value};
use parts::{collect, keep, replace};
use std::collections::BTreeSet;
use std::fmt;
use step::{Step, step};

/// The parts of a value that a text names: `properties.size`, `tags.*`, `rules[web].port`.
///
/// Keys have a dot between them, and `*` stands for any key, position or item. In brackets stands a position, the `name`
/// of an item, `*`, or a key in quotes: `tags["a.b"]`. What lies below a part is meant, too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern {
    text: String,
    steps: Vec<Step>,
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

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
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

//! What differs between two values.

use crate::value::{Map, Path, Value};
use std::collections::{BTreeMap, BTreeSet};

/// One property that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Which.
    pub path: Path,
    /// What it was; `None` when it was not set.
    pub before: Option<Value>,
    /// What it will be; `None` when it is removed.
    pub after: Option<Value>,
    /// Whether the resource has to be replaced for it.
    pub replaces: bool,
}

/// How values of one type compare; unless told, everything counts and nothing forces a replacement. Patterns are paths
/// without list positions: `properties.rules[].name`.
pub trait Rules {
    /// Whether a change here needs a new resource.
    fn replaces(&self, _pattern: &str) -> bool {
        false
    }
    /// Whether two different texts mean the same here, such as ids that differ in case.
    fn same_text(&self, _pattern: &str, _before: &str, _after: &str) -> bool {
        false
    }
    /// Whether the order of the list here has a meaning.
    fn ordered(&self, _pattern: &str) -> bool {
        true
    }
    /// Whether the items of the list here are told apart by their `name`, in any case, and their order has no meaning.
    fn named(&self, _pattern: &str) -> bool {
        false
    }
    /// Whether what stands here is not compared at all.
    fn ignored(&self, _pattern: &str) -> bool {
        false
    }
}

/// Rules of a type of which nothing is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Exact;

impl Rules for Exact {}

/// The properties that differ, smallest parts first named. An unknown part differs from everything known.
pub fn compare(before: &Value, after: &Value, rules: &dyn Rules) -> Vec<Change> {
    if before == after && !after.has_unknown() {
        return Vec::new();
    }
    let mut walk = Walk { rules, path: Path::root(), changes: Vec::new(), replaces: false };
    walk.compare(Some(before), Some(after));
    walk.changes
}

struct Walk<'r> {
    rules: &'r dyn Rules,
    path: Path,
    changes: Vec<Change>,
    replaces: bool,
}

impl Walk<'_> {
    fn compare(&mut self, before: Option<&Value>, after: Option<&Value>) {
        let pattern = self.path.pattern();
        if self.rules.ignored(&pattern) {
            return;
        }
        let outer = self.replaces;
        self.replaces |= self.rules.replaces(&pattern);
        match (before, after) {
            (Some(Value::Map(before)), Some(Value::Map(after))) => self.compare_maps(before, after),
            (Some(Value::List(before)), Some(Value::List(after))) => {
                self.compare_lists(before, after, &pattern)
            }
            (Some(before), Some(after)) if self.same(before, after, &pattern) => {}
            (None, None) => {}
            (before, after) => self.changes.push(Change {
                path: self.path.clone(),
                before: before.cloned(),
                after: after.cloned(),
                replaces: self.replaces || self.replaces_below(before, after),
            }),
        }
        self.replaces = outer;
    }

    fn same(&self, before: &Value, after: &Value, pattern: &str) -> bool {
        match (before.exposed(), after.exposed()) {
            (_, after) if after.has_unknown() => false,
            (Value::String(a), Value::String(b)) => a == b || self.rules.same_text(pattern, a, b),
            (a, b) => a == b,
        }
    }

    fn compare_maps(&mut self, before: &Map, after: &Map) {
        for (key, old) in before {
            self.within_key(key, Some(old), after.get(key));
        }
        for (key, new) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
            self.within_key(key, None, Some(new));
        }
    }

    fn within_key(&mut self, key: &str, before: Option<&Value>, after: Option<&Value>) {
        self.path.push_key(key);
        self.compare(before, after);
        self.path.pop();
    }

    fn compare_lists(&mut self, before: &[Value], after: &[Value], pattern: &str) {
        if self.rules.named(pattern)
            && let (Some(before), Some(after)) = (by_name(before), by_name(after))
        {
            let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            for key in names {
                let (before, after) = (before.get(key).copied(), after.get(key).copied());
                self.path.push_item(after.or(before).and_then(Value::name).unwrap_or(key));
                self.compare(before, after);
                self.path.pop();
            }
            return;
        }
        if !self.rules.ordered(pattern) {
            return self.compare_sets(before, after);
        }
        for index in 0..before.len().max(after.len()) {
            self.within_index(index, before.get(index), after.get(index));
        }
    }

    /// Compares what is left of two sets when each item has been paired with its own equal. Changes are named by the
    /// positions in `after`; those of items that are only removed, by their positions in `before`.
    fn compare_sets(&mut self, before: &[Value], after: &[Value]) {
        let mut removed: Vec<(usize, &Value)> = before.iter().enumerate().collect();
        let mut added: Vec<(usize, &Value)> = after.iter().enumerate().collect();
        added.retain(|(_, item)| {
            match removed.iter().position(|(_, other)| self.is_same_item(other, item)) {
                Some(index) => {
                    removed.remove(index);
                    false
                }
                None => true,
            }
        });
        for at in 0..removed.len().max(added.len()) {
            let (old, new) = (removed.get(at), added.get(at));
            let Some((index, _)) = new.or(old) else { continue };
            self.within_index(*index, old.map(|(_, item)| *item), new.map(|(_, item)| *item));
        }
    }

    fn within_index(&mut self, index: usize, before: Option<&Value>, after: Option<&Value>) {
        self.path.push_index(index);
        self.compare(before, after);
        self.path.pop();
    }

    fn is_same_item(&self, before: &Value, after: &Value) -> bool {
        let mut walk =
            Walk { rules: self.rules, path: self.path.clone(), changes: Vec::new(), replaces: false };
        walk.within_index(0, Some(before), Some(after));
        walk.changes.is_empty()
    }

    /// Whether a whole part that comes, goes or changes its kind has something in it that forces a replacement.
    fn replaces_below(&self, before: Option<&Value>, after: Option<&Value>) -> bool {
        [before, after].into_iter().flatten().any(|value| self.any_below(value, &mut self.path.clone()))
    }

    fn any_below(&self, value: &Value, path: &mut Path) -> bool {
        let entries: Vec<(Option<&str>, &Value)> = match value.exposed() {
            Value::Map(map) => map.iter().map(|(key, value)| (Some(key.as_str()), value)).collect(),
            Value::List(list) => list.iter().map(|value| (None, value)).collect(),
            _ => return false,
        };
        entries.into_iter().any(|(key, value)| {
            match key {
                Some(key) => path.push_key(key),
                None => path.push_index(0),
            }
            let found = self.rules.replaces(&path.pattern()) || self.any_below(value, path);
            path.pop();
            found
        })
    }
}

/// The items by their names in lower case; `None` unless each has one of its own.
fn by_name(items: &[Value]) -> Option<BTreeMap<String, &Value>> {
    let named: Option<BTreeMap<String, &Value>> =
        items.iter().map(|item| Some((item.name()?.to_lowercase(), item))).collect();
    named.filter(|named| named.len() == items.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Kind;

    struct Azure;
    impl Rules for Azure {
        fn replaces(&self, pattern: &str) -> bool {
            matches!(pattern, "location" | "properties.network.id" | "properties.rules[].kind")
        }
        fn same_text(&self, pattern: &str, before: &str, after: &str) -> bool {
            pattern.ends_with("id") && before.eq_ignore_ascii_case(after)
        }
        fn ordered(&self, pattern: &str) -> bool {
            pattern != "zones"
        }
        fn named(&self, pattern: &str) -> bool {
            pattern == "properties.subnets"
        }
        fn ignored(&self, pattern: &str) -> bool {
            pattern == "etag"
        }
    }

    fn value(json: serde_json::Value) -> Value {
        Value::from(json)
    }

    fn changes(before: serde_json::Value, after: serde_json::Value) -> Vec<(String, bool)> {
        compare(&value(before), &value(after), &Azure)
            .into_iter()
            .map(|c| (c.path.to_string(), c.replaces))
            .collect()
    }

    #[test]
    fn equal_values_have_no_changes() {
        let json = serde_json::json!({"a": [1, {"b": true}]});
        assert!(changes(json.clone(), json).is_empty());
    }

    #[test]
    fn case_order_and_computed_parts_are_not_changes_where_the_rules_say_so() {
        let before = serde_json::json!({"id": "/A/b", "zones": ["1", "2"], "etag": "x"});
        let after = serde_json::json!({"id": "/a/B", "zones": ["2", "1"], "etag": "y"});
        assert!(changes(before, after).is_empty());
    }

    #[test]
    fn of_a_set_only_the_items_that_have_no_equal_are_named() {
        let one_other =
            changes(serde_json::json!({"zones": ["1", "2"]}), serde_json::json!({"zones": ["3", "1"]}));
        assert_eq!(one_other, [("zones[0]".to_owned(), false)]);
        let one_less = changes(serde_json::json!({"zones": ["1", "2"]}), serde_json::json!({"zones": ["2"]}));
        assert_eq!(one_less, [("zones[0]".to_owned(), false)]);
        let one_twice =
            changes(serde_json::json!({"zones": ["1", "2"]}), serde_json::json!({"zones": ["1", "1"]}));
        assert_eq!(one_twice, [("zones[1]".to_owned(), false)]);
    }

    #[test]
    fn the_property_that_forces_a_replacement_is_marked_at_any_depth() {
        let before = serde_json::json!({"location": "west", "properties": {"network": {"id": "/a"}, "n": 1}});
        let after = serde_json::json!({"location": "west", "properties": {"network": {"id": "/b"}, "n": 2}});
        let found = changes(before, after);
        assert_eq!(found, [("properties.n".to_owned(), false), ("properties.network.id".to_owned(), true)]);
        let gone = changes(
            serde_json::json!({"properties": {"network": {"id": "/a"}}}),
            serde_json::json!({"properties": {}}),
        );
        assert_eq!(gone, [("properties.network".to_owned(), true)]);
    }

    #[test]
    fn named_items_are_matched_by_name_and_each_change_says_whose_it_is() {
        let subnets = |items: serde_json::Value| serde_json::json!({"properties": {"subnets": items}});
        let item = |name: &str, size: i64| serde_json::json!({"name": name, "size": size});
        let before = subnets(serde_json::json!([item("a", 1), item("b", 2), item("c", 3)]));
        let after = subnets(serde_json::json!([item("C", 3), item("b", 4), item("d", 5)]));
        let found: Vec<String> = changes(before, after).into_iter().map(|(path, _)| path).collect();
        let expected = ["[a]", "[b].size", "[C].name", "[d]"];
        assert_eq!(found, expected.map(|item| format!("properties.subnets{item}")));
        let twice = subnets(serde_json::json!([item("a", 1), item("a", 2)]));
        let found = changes(subnets(serde_json::json!([item("a", 1)])), twice);
        assert_eq!(found, [("properties.subnets[1]".to_owned(), false)]);
    }

    #[test]
    fn an_unknown_part_counts_as_changed() {
        let before = Value::from([("a", "x".into())]);
        let after = Value::from([("a", Value::unknown(Kind::String, "${b.id}"))]);
        assert_eq!(compare(&before, &after, &Exact).len(), 1);
        assert_eq!(compare(&after, &after, &Exact).len(), 1);
    }

    #[test]
    fn a_value_that_only_becomes_secret_has_not_changed() {
        let before = Value::from([("a", "x".into())]);
        let after = Value::from([("a", Value::from("x").into_secret())]);
        assert!(compare(&before, &after, &Exact).is_empty());
    }
}

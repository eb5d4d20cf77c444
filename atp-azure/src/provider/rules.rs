//! How values of a type compare.

use super::kind::{self, EXTRA, REPLACE_ON, SECRETS};
use super::nested::NestedList;
use super::shape;
use crate::descriptor::{Shape, TypeDescriptor};
use crate::likeness::{self, is_id, is_location, same_duration, same_instant, same_location};
use atp_iac::diff::Rules;
use atp_iac::value::{Map, Value};

/// The rules of one type; those of a type without a descriptor are that everything counts, and that it cannot move.
#[derive(Debug)]
pub(crate) struct TypeRules {
    descriptor: Option<&'static TypeDescriptor>,
    /// Whether what the service sets by itself is left out.
    observed: bool,
    /// Where in the body the compared values stand; empty for the whole body.
    pub below: String,
    /// Paths whose change needs a new resource, besides those that the descriptor knows.
    replace_on: Vec<String>,
    /// Lists whose items are resources of their own.
    nested: Vec<String>,
}

impl TypeRules {
    /// For inputs.
    pub fn of_inputs(descriptor: Option<&'static TypeDescriptor>) -> Self {
        TypeRules {
            descriptor,
            observed: false,
            below: String::new(),
            replace_on: Vec::new(),
            nested: Vec::new(),
        }
    }

    /// With the paths that new inputs say need a new resource.
    pub fn replacing_as(mut self, inputs: &Value) -> Self {
        let map = inputs.as_map().into_iter();
        self.replace_on = map.flat_map(|map| kind::paths(map, REPLACE_ON)).map(str::to_owned).collect();
        self
    }

    /// With lists whose items are told apart by their names.
    pub fn by_name(mut self, lists: &[NestedList]) -> Self {
        let named = lists.iter().filter(|list| list.is_named());
        self.nested = named.map(|list| format!("properties.{}", list.name)).collect();
        self
    }

    /// For what the service said.
    pub fn of_observed(descriptor: Option<&'static TypeDescriptor>) -> Self {
        TypeRules { observed: true, ..TypeRules::of_inputs(descriptor) }
    }

    fn whole(&self, pattern: &str) -> String {
        match (self.below.as_str(), pattern) {
            ("", pattern) => pattern.to_owned(),
            (below, "") => below.to_owned(),
            (below, pattern) if pattern.starts_with('[') => format!("{below}{pattern}"),
            (below, pattern) => format!("{below}.{pattern}"),
        }
    }

    fn find(&self, pattern: &str) -> Option<shape::Found> {
        shape::find(self.descriptor?.body, &self.whole(pattern))
    }
}

impl Rules for TypeRules {
    fn replaces(&self, pattern: &str) -> bool {
        match pattern {
            "parent" | "name" => true,
            "location" => self.descriptor.is_none_or(TypeDescriptor::has_location),
            _ => {
                self.descriptor.is_some_and(|descriptor| descriptor.create_only.contains(&pattern))
                    || self.replace_on.iter().any(|path| path == pattern)
            }
        }
    }

    fn same_text(&self, pattern: &str, before: &str, after: &str) -> bool {
        let pattern = self.whole(pattern);
        let pattern = pattern.as_str();
        if likeness::is_literal(pattern) {
            return false;
        }
        if before.eq_ignore_ascii_case(after) {
            let is_enum = || {
                let found = shape_at(self.descriptor, pattern);
                matches!(found, Some(Shape::String(text)) if !text.values.is_empty())
            };
            return matches!(pattern, "name" | "parent")
                || is_location(pattern)
                || is_id(before)
                || uuid::Uuid::parse_str(before).is_ok()
                || is_enum();
        }
        is_location(pattern) && same_location(before, after)
            || same_instant(before, after)
            || same_duration(before, after)
    }

    fn ordered(&self, pattern: &str) -> bool {
        let pattern = self.whole(pattern);
        !likeness::is_set(shape_at(self.descriptor, &pattern), &pattern)
    }

    fn named(&self, pattern: &str) -> bool {
        self.nested.iter().any(|list| list == pattern)
    }

    fn ignored(&self, pattern: &str) -> bool {
        if !self.observed {
            return matches!(pattern, EXTRA | REPLACE_ON | SECRETS);
        }
        let last = pattern.rsplit('.').next().unwrap_or(pattern);
        matches!(last, "etag" | "eTag" | "systemData" | "provisioningState")
            || self.find(pattern).is_some_and(|found| found.flags.read_only || found.flags.write_only)
    }
}

fn shape_at(descriptor: Option<&'static TypeDescriptor>, pattern: &str) -> Option<&'static Shape> {
    shape::find(descriptor?.body, pattern).map(|found| found.shape)
}

/// The value with whole numbers written as such, without entries that are null, and with keys that are ids in lower
/// case.
pub(crate) fn canonical(value: &Value) -> Value {
    match value {
        Value::Number(number) if !number.is_i64() && !number.is_u64() => match number.as_f64() {
            #[allow(
                clippy::cast_possible_truncation,
                reason = "it was looked that it has no fraction and fits"
            )]
            Some(float) if float.fract() == 0.0 && float.abs() < 9e15 => Value::from(float as i64),
            _ => value.clone(),
        },
        Value::List(items) => Value::List(items.iter().map(canonical).collect()),
        Value::Map(map) => Value::Map(
            map.iter()
                .filter(|(_, value)| !matches!(value.exposed(), Value::Null))
                .map(|(key, value)| {
                    let key = if is_id(key) { key.to_ascii_lowercase() } else { key.clone() };
                    (key, canonical(value))
                })
                .collect::<Map>(),
        ),
        Value::Secret(inner) => canonical(inner).into_secret(),
        other => other.clone(),
    }
}

/// The value without entries that are null.
pub(crate) fn without_nulls(value: Value) -> Value {
    match value {
        Value::Map(map) => {
            let set = map.into_iter().filter(|(_, value)| !matches!(value.exposed(), Value::Null));
            Value::Map(set.map(|(key, value)| (key, without_nulls(value))).collect::<Map>())
        }
        Value::List(items) => Value::List(items.into_iter().map(without_nulls).collect()),
        Value::Secret(inner) => without_nulls(*inner).into_secret(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{ACCOUNT, NETWORK};
    use super::*;
    use atp_iac::diff::compare;
    use serde_json::json;

    fn changes(
        descriptor: &'static TypeDescriptor,
        old: serde_json::Value,
        new: serde_json::Value,
    ) -> Vec<(String, bool)> {
        let rules = TypeRules::of_inputs(Some(descriptor));
        compare(&canonical(&old.into()), &canonical(&new.into()), &rules)
            .into_iter()
            .map(|change| (change.path.to_string(), change.replaces))
            .collect()
    }

    #[test]
    fn what_means_the_same_to_the_service_is_no_change() {
        let old = json!({"parent": "/subscriptions/S/resourceGroups/G", "name": "Net", "location": "West Europe",
            "zones": ["1", "2"], "properties": {"flowTimeoutInMinutes": 4, "until": "2026-01-01T00:00:00Z",
            "ddosProtectionPlan": {"id": "/subscriptions/S/x"}}});
        let new = json!({"parent": "/subscriptions/s/resourcegroups/g", "name": "net", "location": "westeurope",
            "zones": ["2", "1"], "properties": {"flowTimeoutInMinutes": 4.0, "until": "2026-01-01T01:00:00.000+01:00",
            "ddosProtectionPlan": {"id": "/subscriptions/s/X"}, "unset": null}});
        assert!(changes(&NETWORK, old, new).is_empty());
        let old = json!({"properties": {"accessTier": "hot"}});
        assert!(changes(&ACCOUNT, old, json!({"properties": {"accessTier": "Hot"}})).is_empty());
    }

    #[test]
    fn tags_count_to_the_letter_and_prefixes_in_their_order() {
        let found = changes(&NETWORK, json!({"tags": {"a": "B"}}), json!({"tags": {"a": "b"}}));
        assert_eq!(found, [("tags.a".to_owned(), false)]);
        let prefixes = |list: [&str; 2]| json!({"properties": {"addressSpace": {"addressPrefixes": list}}});
        assert_eq!(changes(&NETWORK, prefixes(["a", "b"]), prefixes(["b", "a"])).len(), 2);
    }

    #[test]
    fn parent_name_location_and_create_only_properties_replace() {
        for key in ["parent", "name", "location"] {
            assert_eq!(changes(&NETWORK, json!({key: "a"}), json!({key: "b"})), [(key.to_owned(), true)]);
        }
        let found = changes(&ACCOUNT, json!({"kind": "Storage"}), json!({"kind": "StorageV2"}));
        assert_eq!(found, [("kind".to_owned(), true)]);
    }

    #[test]
    fn what_the_inputs_say_needs_a_new_resource_replaces_and_saying_so_is_no_change() {
        let old = Value::from(
            json!({"location": "a", "$replaceOn": [], "properties": {"sku": {"name": "s"}, "n": 1}}),
        );
        let new = json!({"location": "b", "$replaceOn": ["properties.sku"], "properties": {"sku": {"name": "t"}, "n": 2}});
        let new = Value::from(new);
        let rules = TypeRules::of_inputs(None).replacing_as(&new);
        let found: Vec<(String, bool)> = compare(&old, &new, &rules)
            .into_iter()
            .map(|change| (change.path.to_string(), change.replaces))
            .collect();
        let expected = [("location", true), ("properties.n", false), ("properties.sku.name", true)];
        assert_eq!(found, expected.map(|(path, replaces)| (path.to_owned(), replaces)));
    }

    #[test]
    fn a_value_that_is_never_returned_is_compared_by_what_the_program_says() {
        let found = changes(
            &ACCOUNT,
            json!({"properties": {"adminPassword": "a"}}),
            json!({"properties": {"adminPassword": "b"}}),
        );
        assert_eq!(found, [("properties.adminPassword".to_owned(), false)]);
    }
}

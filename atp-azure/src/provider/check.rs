//! What is wrong with inputs, as far as they are known.

use super::catalog::nearest;
use super::kind::{self, EXTRA, Kind};
use super::shape::{self, Variant};
use super::{address, body, names};
use crate::descriptor::{Object, Shape, Text};
use atp_iac::provider::Problem;
use atp_iac::value::{Kind as ValueKind, Map, Path, Value};
use std::collections::BTreeSet;

/// Checks the address and the body. Of a type without a descriptor, and at another version than its descriptor's, only
/// the address is known.
pub(crate) fn check(kind: &Kind<'_>, inputs: &Value) -> Vec<Problem> {
    let Value::Map(map) = inputs.exposed() else {
        let message = format!("expected a map, found {}", inputs.kind());
        return vec![Problem { path: Path::root(), message }];
    };
    let problems = address::check(kind, map);
    let Some(descriptor) = kind.descriptor.filter(|known| known.api_version == kind.api_version) else {
        return problems;
    };
    let extra = kind::paths(map, EXTRA).map(str::to_owned).collect();
    let mut walk = Walk { path: Path::root(), problems, hidden: false, extra };
    walk.value(descriptor.body, &body::without_address(inputs));
    walk.problems
}

struct Walk {
    path: Path,
    problems: Vec<Problem>,
    /// Inside a secret: values are not repeated.
    hidden: bool,
    /// Paths of properties that are not checked.
    extra: BTreeSet<String>,
}

impl Walk {
    fn report(&mut self, message: String) {
        self.problems.push(Problem { path: self.path.clone(), message });
    }

    fn within(&mut self, key: &str, inner: impl FnOnce(&mut Self)) {
        self.path.push_key(key);
        inner(self);
        self.path.pop();
    }

    /// Whether what stands here is not checked.
    fn is_extra(&self) -> bool {
        !self.extra.is_empty() && self.extra.contains(&self.path.to_string())
    }

    /// Whether something in what stands here is not checked.
    fn holds_extra(&self) -> bool {
        let here = format!("{}.", self.path);
        self.extra.iter().any(|path| path.starts_with(&here))
    }

    fn value(&mut self, shape: &'static Shape, value: &Value) {
        if self.is_extra() {
            return;
        }
        let outer = self.hidden;
        self.hidden |= matches!(value, Value::Secret(_));
        match (shape, value.exposed()) {
            (Shape::Any, _) | (_, Value::Unknown(_) | Value::Null) | (Shape::Boolean, Value::Bool(_)) => {}
            (Shape::Integer { min, max }, Value::Number(number)) => self.integer(number, *min, *max),
            (Shape::Number, Value::Number(_)) => {}
            (Shape::String(text), Value::String(value)) => self.text(text, value),
            (Shape::List { item, min, max }, Value::List(items)) => self.list(item, *min, *max, items),
            (Shape::Map(item), Value::Map(map)) => {
                for (key, value) in map {
                    self.within(key, |walk| walk.value(item, value));
                }
            }
            (Shape::Object(object), Value::Map(map)) => self.object(object, map),
            (shape, other) => {
                let expected = match shape {
                    Shape::Integer { .. } => "a whole number".to_owned(),
                    shape => shape::kind(shape).to_string(),
                };
                self.report(format!("expected {expected}, found {}", other.kind()));
            }
        }
        self.hidden = outer;
    }

    fn integer(&mut self, number: &serde_json::Number, min: Option<i64>, max: Option<i64>) {
        let whole = number.as_f64().is_some_and(|value| value.fract() == 0.0);
        if !whole {
            return self
                .report(format!("expected a whole number, found {}", self.shown(&number.to_string())));
        }
        let value = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
        let Some(value) = value else { return };
        if min.is_some_and(|min| value < i128::from(min)) || max.is_some_and(|max| value > i128::from(max)) {
            let range = match (min, max) {
                (Some(min), Some(max)) => format!("from {min} to {max}"),
                (Some(min), None) => format!("of at least {min}"),
                (_, max) => format!("of at most {}", max.unwrap_or(i64::MAX)),
            };
            self.report(format!("expected a number {range}, found {}", self.shown(&value.to_string())));
        }
    }

    fn text(&mut self, rules: &Text, value: &str) {
        let length = value.chars().count();
        if length < rules.min || length > rules.max {
            let range = match rules.max {
                usize::MAX => format!("at least {}", rules.min),
                max => format!("{} to {max}", rules.min),
            };
            return self.report(format!("expected {range} characters, found {length}"));
        }
        let known = rules.values.iter().any(|known| known.eq_ignore_ascii_case(value));
        if !rules.values.is_empty() && !rules.open && !known {
            let near = nearest(value, rules.values);
            let values =
                if near.is_empty() || self.hidden { rules.values.join(", ") } else { near.join(" or ") };
            let lead = if near.is_empty() || self.hidden { "expected one of" } else { "did you mean" };
            return self.report(format!(
                "{} is not a known value; {lead} {values}",
                self.shown(&format!("`{value}`"))
            ));
        }
        if !known && names::matches(rules.pattern, value) == Some(false) {
            self.report(format!(
                "{} does not have the form {}",
                self.shown(&format!("`{value}`")),
                rules.pattern
            ));
        }
    }

    fn list(&mut self, item: &'static Shape, min: usize, max: usize, items: &[Value]) {
        if items.len() < min {
            self.report(format!("expected at least {min} items, found {}", items.len()));
        }
        if items.len() > max {
            self.report(format!("expected at most {max} items, found {}", items.len()));
        }
        for (index, value) in items.iter().enumerate() {
            self.path.push_index(index);
            self.value(item, value);
            self.path.pop();
        }
    }

    fn object(&mut self, object: &'static Object, map: &Map) {
        let properties = shape::properties(object, map);
        let variant = shape::variant(object, map);
        for property in &properties {
            let value = map.get(property.name).filter(|value| value.kind() != ValueKind::Null);
            match value {
                None if property.flags.required && !property.flags.read_only => {
                    self.within(property.name, |walk| walk.report("is required and not set".to_owned()));
                }
                None => {}
                Some(_) if property.flags.read_only => self.within(property.name, |walk| {
                    if !walk.is_extra() {
                        walk.report("is set by the service and cannot be given".to_owned());
                    }
                }),
                Some(value) => self.within(property.name, |walk| {
                    let outer = walk.hidden;
                    walk.hidden |= property.flags.secret;
                    walk.value(property.shape, value);
                    walk.hidden = outer;
                }),
            }
        }
        if let (Variant::Unknown, Some((discriminator, variants)), None) =
            (variant, object.variants, object.additional)
        {
            let names: Vec<&str> = variants.iter().map(|(name, _)| *name).collect();
            let message = format!("selects no variant; expected one of {}", names.join(", "));
            self.within(discriminator, |walk| walk.report(message));
        }
        if !matches!(variant, Variant::None | Variant::Chosen(_)) {
            return;
        }
        let discriminator = object.variants.map(|(name, _)| name);
        for (key, value) in map {
            if properties.iter().any(|property| property.name == key) || discriminator == Some(key) {
                continue;
            }
            match object.additional {
                Some(shape) => self.within(key, |walk| walk.value(shape, value)),
                None => {
                    let names: Vec<&str> = properties.iter().map(|property| property.name).collect();
                    let message = match nearest(key, &names).first() {
                        Some(near) => format!("there is no such property; did you mean `{near}`?"),
                        None => "there is no such property".to_owned(),
                    };
                    self.within(key, |walk| {
                        if !walk.is_extra() && !walk.holds_extra() {
                            walk.report(message);
                        }
                    });
                }
            }
        }
    }

    fn shown(&self, text: &str) -> String {
        if self.hidden { "the secret value".to_owned() } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{ACCOUNT, GROUP, NETWORK, SUBNET};
    use super::*;
    use crate::descriptor::TypeDescriptor;
    use serde_json::json;

    fn problems(descriptor: &'static TypeDescriptor, inputs: serde_json::Value) -> Vec<String> {
        let inputs = Value::from(inputs);
        show(check(&Kind::new(descriptor.name, Some(descriptor), &inputs).unwrap(), &inputs))
    }

    fn show(problems: Vec<Problem>) -> Vec<String> {
        problems.into_iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect()
    }

    const PARENT: &str = "/subscriptions/s/resourceGroups/g";

    #[test]
    fn good_inputs_have_no_problems() {
        let inputs = json!({"parent": PARENT, "name": "net", "location": "westeurope", "tags": {"a": "b"},
            "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "flowTimeoutInMinutes": 4}});
        assert!(problems(&NETWORK, inputs).is_empty());
        assert!(problems(&GROUP, json!({"name": "g", "location": "westeurope"})).is_empty());
    }

    #[test]
    fn a_missing_name_parent_or_required_property_is_named() {
        assert_eq!(
            problems(&NETWORK, json!({"properties": {}})),
            [
                "name: the resource has no name",
                "parent: the resource has no parent: the id of a resource group is needed",
                "location: is required and not set",
            ]
        );
    }

    #[test]
    fn a_union_takes_other_variants_only_where_the_service_does() {
        let dashboards = crate::descriptor("Microsoft.Portal/dashboards").unwrap();
        let part = |metadata: serde_json::Value| json!({"position": {"x": 0, "y": 0, "rowSpan": 1, "colSpan": 1}, "metadata": metadata});
        let dashboard = |metadata| {
            json!({"parent": PARENT, "name": "board", "location": "westeurope",
                "properties": {"lenses": [{"order": 0, "parts": [part(metadata)]}]}})
        };
        let chart = json!({"type": "Extension/HubsExtension/PartType/MonitorChartPart", "inputs": []});
        assert!(problems(dashboards, dashboard(chart)).is_empty());
        let rules = crate::descriptor("Microsoft.Insights/metricAlerts").unwrap();
        let criteria = json!({"criteria": {"odata.type": "Microsoft.Azure.Monitor.NoSuchCriteria"}});
        let found = problems(rules, json!({"parent": PARENT, "name": "rule", "properties": criteria}));
        assert!(found.iter().any(|problem| problem.contains("selects no variant")), "{found:?}");
    }

    #[test]
    fn a_wrong_kind_value_or_bound_is_named_with_its_path() {
        let inputs = json!({"parent": PARENT, "name": "net", "location": "westeurope", "tags": {"a": 1},
            "properties": {"addressSpace": {"addressPrefixes": ["x", 1]}, "flowTimeoutInMinutes": 99, "subnet": []}});
        assert_eq!(
            problems(&NETWORK, inputs),
            [
                "properties.addressSpace.addressPrefixes[1]: expected a string, found a number",
                "properties.flowTimeoutInMinutes: expected a number from 4 to 30, found 99",
                "properties.subnet: there is no such property; did you mean `subnets`?",
                "tags.a: expected a string, found a number",
            ]
        );
    }

    #[test]
    fn a_read_only_property_and_an_unknown_enum_value_are_refused() {
        let inputs = json!({"parent": PARENT, "name": "acc1", "location": "westeurope", "kind": "Storage",
            "properties": {"provisioningState": "Succeeded", "accessTier": "Hott"}});
        assert_eq!(
            problems(&ACCOUNT, inputs),
            [
                "properties.accessTier: `Hott` is not a known value; did you mean Hot",
                "properties.provisioningState: is set by the service and cannot be given",
            ]
        );
    }

    #[test]
    fn what_is_extra_is_let_through_and_the_rest_is_checked() {
        let extra = ["properties.new.a", "properties.provisioningState", "properties.accessTier", "zone"];
        let inputs = json!({"parent": PARENT, "name": "acc1", "kind": "Storage", "zone": "1", "$extra": extra,
            "properties": {"new": {"a": 1}, "provisioningState": "x", "accessTier": "Hott", "old": 1}});
        assert_eq!(problems(&ACCOUNT, inputs), ["properties.old: there is no such property"]);
    }

    #[test]
    fn at_another_version_only_the_address_is_checked() {
        let inputs = json!({"$apiVersion": "2030-01-01", "parent": PARENT, "name": "acc1", "new": 1});
        assert!(problems(&ACCOUNT, inputs).is_empty());
    }

    #[test]
    fn a_parent_of_another_type_is_refused() {
        let inputs = json!({"parent": PARENT, "name": "a", "properties": {}});
        assert_eq!(
            problems(&SUBNET, inputs),
            [
                "parent: `/subscriptions/s/resourceGroups/g` is not the id of a Microsoft.Network/virtualNetworks"
            ]
        );
    }

    #[test]
    fn names_follow_the_rules_of_the_type() {
        let inputs = json!({"parent": PARENT, "name": "No-Good", "location": "x", "kind": "Storage"});
        assert_eq!(
            problems(&ACCOUNT, inputs),
            ["name: `No-Good` may not have upper case letters", "name: `No-Good` may not have a hyphen"]
        );
    }

    #[test]
    fn unknown_parts_pass_and_secrets_are_checked_but_not_shown() {
        let inputs = Value::from([
            ("parent", Value::unknown(ValueKind::String, "${g.id}")),
            ("name", "acc1".into()),
            ("location", Value::unknown(ValueKind::String, "${g.location}")),
            ("kind", "Storage".into()),
            ("properties", Value::from([("accessTier", Value::from("hunter2").into_secret())])),
        ]);
        let found = show(check(&Kind::new(ACCOUNT.name, Some(&ACCOUNT), &inputs).unwrap(), &inputs));
        assert_eq!(
            found,
            ["properties.accessTier: the secret value is not a known value; expected one of Hot, Cool"]
        );
    }
}

//! The rules of policies: conditions on fields of a resource, and what follows.
//!
//! A condition holds, does not hold, or is not understood (`None`). What is not understood decides nothing.

use atp_azure::descriptor::Shape;
use serde_json::{Map, Value, json};

use crate::catalog::property as shape_of;
use crate::cloud::Cloud;
use crate::expressions::{Environment, Problem, property, resolve};

/// The resource that a write would make.
pub(super) struct Subject<'a> {
    pub cloud: &'a Cloud,
    pub id: &'a str,
    pub type_name: &'a str,
    pub body: &'a Map<String, Value>,
    pub shape: Option<&'static Shape>,
}

/// What a rule can ask about: the resource, and the parameters of its assignment.
struct Scope<'a> {
    subject: &'a Subject<'a>,
    parameters: &'a Map<String, Value>,
    declared: &'a Value,
}

/// The effect in lower case, when the rule of a definition denies the resource.
pub(super) fn denial(
    subject: &Subject<'_>,
    definition: &Value,
    parameters: &Map<String, Value>,
) -> Option<String> {
    let scope = Scope { subject, parameters, declared: &definition["parameters"] };
    let rule = &definition["policyRule"];
    let effect = resolve(&rule["then"]["effect"], &scope, 0).ok()?;
    let effect = effect.as_str()?.to_ascii_lowercase();
    (effect == "deny" && scope.holds(&rule["if"], 0) == Some(true)).then_some(effect)
}

/// The parameters that a set hands to a member; `None` when one has no value.
pub(super) fn resolve_parameters(
    handed: &Map<String, Value>,
    declared: &Value,
    given: &Map<String, Value>,
    subject: &Subject<'_>,
) -> Option<Map<String, Value>> {
    let scope = Scope { subject, parameters: given, declared };
    handed.iter().map(|(name, value)| Some((name.clone(), resolve(value, &scope, 0).ok()?))).collect()
}

/// What a field of a resource is.
enum Field {
    /// Not understood.
    Unknown,
    /// One value, or none.
    One(Option<Value>),
    /// Each item of a list.
    Each(Vec<Value>),
}

impl Environment for Scope<'_> {
    fn call(&self, name: &str, arguments: &[Value], depth: usize) -> Option<Result<Value, Problem>> {
        let text = arguments.first().and_then(Value::as_str).unwrap_or_default();
        Some(match name {
            "parameters" => {
                let given = self.parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(text));
                let default =
                    || property(self.declared, text).and_then(|declared| declared.get("defaultValue"));
                match given.map(|(_, value)| value).or_else(default) {
                    Some(value) => Ok(value.clone()),
                    None => Err(Problem::new(format!("The parameter '{text}' has no value."))),
                }
            }
            "field" => match self.field(text, depth) {
                Field::One(value) => Ok(value.unwrap_or(json!(""))),
                Field::Each(values) => Ok(values.into()),
                Field::Unknown => Err(Problem::new(format!("The field '{text}' is not known."))),
            },
            "resourcegroup" => {
                let group: Vec<&str> = self.subject.id.split('/').take(5).collect();
                let group = group.join("/");
                let stored = self.subject.cloud.store.get(&group.to_ascii_lowercase());
                match stored {
                    Some(stored) => Ok(self.subject.cloud.shown(stored)),
                    None => Err(Problem::new("There is no resource group around.")),
                }
            }
            "subscription" => match self.subject.id.split('/').nth(2) {
                Some(id) => Ok(self.subject.cloud.subscription_value(id)),
                None => Err(Problem::new("There is no subscription around.")),
            },
            _ => return None,
        })
    }
}

impl Scope<'_> {
    fn holds(&self, condition: &Value, depth: usize) -> Option<bool> {
        if depth > 50 {
            return None;
        }
        let map = condition.as_object()?;
        let parts = |name: &str| property(condition, name).and_then(Value::as_array);
        if let Some(parts) = parts("allOf") {
            return all(parts.iter().map(|part| self.holds(part, depth + 1)));
        }
        if let Some(parts) = parts("anyOf") {
            return all(parts.iter().map(|part| self.holds(part, depth + 1).map(|holds| !holds)))
                .map(|none| !none);
        }
        if let Some(inner) = property(condition, "not") {
            return self.holds(inner, depth + 1).map(|holds| !holds);
        }
        let field = match (property(condition, "field"), property(condition, "value")) {
            (Some(field), None) => {
                let name = resolve(field, self, depth).ok()?;
                self.field(name.as_str()?, depth)
            }
            (None, Some(value)) => Field::One(Some(resolve(value, self, depth).ok()?)),
            _ => return None,
        };
        let known =
            |name: &&String| !name.eq_ignore_ascii_case("field") && !name.eq_ignore_ascii_case("value");
        let mut operators = map.keys().filter(known);
        let (Some(operator), None) = (operators.next(), operators.next()) else { return None };
        let wanted = resolve(&map[operator], self, depth).ok()?;
        let operator = operator.to_ascii_lowercase();
        match field {
            Field::Unknown => None,
            Field::One(value) => compare(&operator, value.as_ref(), &wanted),
            Field::Each(values) if operator == "exists" => Some(values.is_empty() != is_true(&wanted)?),
            Field::Each(values) => all(values.iter().map(|value| compare(&operator, Some(value), &wanted))),
        }
    }

    fn field(&self, name: &str, depth: usize) -> Field {
        let subject = self.subject;
        let lower = name.to_ascii_lowercase();
        let envelope = |name: &str| Field::One(subject.body.get(name).cloned());
        match lower.as_str() {
            "type" => return Field::One(Some(json!(subject.type_name))),
            "name" | "fullname" => {
                return Field::One(subject.id.rsplit('/').next().map(Value::from));
            }
            "id" => return Field::One(Some(json!(subject.id))),
            "location" => {
                let location = subject.body.get("location").and_then(Value::as_str).unwrap_or("global");
                return Field::One(Some(json!(location.replace(' ', "").to_ascii_lowercase())));
            }
            "kind" | "tags" => return envelope(&lower),
            "identity.type" => {
                return Field::One(
                    subject.body.get("identity").and_then(|identity| identity.get("type")).cloned(),
                );
            }
            _ => {}
        }
        if let Some(tag) = tag_name(name) {
            let Ok(tag) = resolve(&json!(tag), self, depth) else { return Field::Unknown };
            let tags = subject.body.get("tags").unwrap_or(&Value::Null);
            return Field::One(property(tags, tag.as_str().unwrap_or_default()).cloned());
        }
        let own = format!("{}/", subject.type_name.to_ascii_lowercase());
        match lower.strip_prefix(&own) {
            Some(_) => self.alias(&name[own.len()..]),
            // Other types have none of this.
            None if lower.contains('/') => Field::One(None),
            None => Field::Unknown,
        }
    }

    /// What an alias stands for. Most aliases are the path below `properties`, or in the envelope, such as `sku.name`.
    fn alias(&self, alias: &str) -> Field {
        let plain = alias.replace("[*]", "");
        let below = format!("properties.{plain}");
        let Some(shape) = self.subject.shape else { return Field::Unknown };
        let path = match [below.as_str(), plain.as_str()].into_iter().find(|path| has_path(shape, path)) {
            Some(path) if path.len() > plain.len() => format!("properties.{alias}"),
            Some(_) => alias.to_owned(),
            None => return Field::Unknown,
        };
        let body = Value::Object(self.subject.body.clone());
        let mut found = Vec::new();
        let segments: Vec<&str> = path.split('.').collect();
        collect(&body, &segments, &mut found);
        if path.contains("[*]") { Field::Each(found) } else { Field::One(found.pop()) }
    }
}

/// The tag in `tags.name`, `tags['name']` or `tags[name]`.
fn tag_name(field: &str) -> Option<&str> {
    let rest = field.get(..4).filter(|start| start.eq_ignore_ascii_case("tags")).map(|_| &field[4..])?;
    if let Some(name) = rest.strip_prefix('.') {
        return Some(name);
    }
    Some(rest.strip_prefix('[')?.strip_suffix(']')?.trim_matches('\''))
}

/// Whether a shape has a path, in any case, also through lists.
fn has_path(shape: &'static Shape, path: &str) -> bool {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let found = match shape {
        Shape::List { item, .. } => return has_path(item, path),
        Shape::Any | Shape::Map(_) => return true,
        Shape::Object(object) => object.properties.iter().find(|known| known.name.eq_ignore_ascii_case(name)),
        _ => None,
    };
    let found = found.or_else(|| shape_of(shape, name));
    found.is_some_and(|found| rest.is_none_or(|rest| has_path(found.shape, rest)))
}

fn collect(value: &Value, path: &[&str], found: &mut Vec<Value>) {
    let Some((segment, rest)) = path.split_first() else {
        found.push(value.clone());
        return;
    };
    let Some(inner) = property(value, segment.trim_end_matches("[*]")) else { return };
    match inner {
        Value::Array(items) if segment.ends_with("[*]") => {
            items.iter().for_each(|item| collect(item, rest, found));
        }
        inner => collect(inner, rest, found),
    }
}

/// Whether all hold: one that does not decides, also among some that are not understood.
fn all(holds: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for holds in holds {
        match holds {
            Some(false) => return Some(false),
            None => result = None,
            Some(true) => {}
        }
    }
    result
}

fn is_true(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn compare(operator: &str, value: Option<&Value>, wanted: &Value) -> Option<bool> {
    if let Some(positive) = operator.strip_prefix("not") {
        return compare(&positive.to_ascii_lowercase(), value, wanted).map(|holds| !holds);
    }
    let present = value.filter(|value| !value.is_null());
    match operator {
        "exists" => return Some(present.is_some() == is_true(wanted)?),
        "equals" | "in" | "like" | "contains" | "containskey" | "less" | "lessorequals" | "greater"
        | "greaterorequals" => {}
        _ => return None,
    }
    let Some(value) = present else { return Some(operator == "equals" && *wanted == json!("")) };
    Some(match operator {
        "equals" => same(value, wanted),
        "in" => wanted.as_array()?.iter().any(|wanted| same(value, wanted)),
        "like" => like(&wanted.as_str()?.to_lowercase(), &text_of(value).to_lowercase()),
        "contains" => match value {
            Value::Array(items) => items.iter().any(|item| same(item, wanted)),
            other => text_of(other).to_lowercase().contains(&wanted.as_str()?.to_lowercase()),
        },
        "containskey" => property(value, wanted.as_str()?).is_some(),
        _ => {
            let (left, right) = (value.as_f64()?, wanted.as_f64()?);
            match operator {
                "less" => left < right,
                "lessorequals" => left <= right,
                "greater" => left > right,
                _ => left >= right,
            }
        }
    })
}

/// Text without case; what is no text by what it is written as.
fn same(left: &Value, right: &Value) -> bool {
    left == right
        || (!left.is_object() && !left.is_array() && text_of(left).eq_ignore_ascii_case(&text_of(right)))
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A pattern has at most one `*`.
fn like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => {
            text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_know_no_case_and_absence_is_no_value() {
        let check = |operator: &str, value: Value, wanted: Value| compare(operator, Some(&value), &wanted);
        assert_eq!(check("equals", json!("WestEurope"), json!("westeurope")), Some(true));
        assert_eq!(check("equals", json!(true), json!("True")), Some(true));
        assert_eq!(check("notin", json!("a"), json!(["A", "b"])), Some(false));
        assert_eq!(check("like", json!("prod-net"), json!("PROD-*")), Some(true));
        assert_eq!(check("like", json!("aba"), json!("ab*ba")), Some(false));
        assert_eq!(check("greater", json!(3), json!(2)), Some(true));
        assert_eq!(compare("notequals", None, &json!("a")), Some(true));
        assert_eq!(compare("exists", None, &json!("false")), Some(true));
        assert_eq!(check("resembles", json!("a"), json!("a")), None);
    }

    #[test]
    fn what_is_not_understood_decides_only_when_nothing_else_does() {
        assert_eq!(all([Some(true), None].into_iter()), None);
        assert_eq!(all([None, Some(false)].into_iter()), Some(false));
        assert_eq!(all([Some(true)].into_iter()), Some(true));
    }
}

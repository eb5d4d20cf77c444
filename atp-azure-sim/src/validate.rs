//! Checks a body against the shape of its type. What is wrong is named by its dotted path.

use atp_azure::descriptor::{Flags, Object, Property, Shape, Text};
use serde_json::{Map, Value};

use crate::catalog::{Catalog, own};
use crate::errors::{Answer, ApiError};

/// How strictly a body is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// A body from a client.
    Sent,
    /// A stored body that a client changed: what the service never returns may be missing.
    Merged,
}

/// The body as the service understands it: without what only the service sets, without nulls, and with closed
/// enumerations in their own casing.
pub(crate) fn body(
    catalog: &mut Catalog,
    shape: &'static Shape,
    mut body: Map<String, Value>,
    mode: Mode,
) -> Answer<Map<String, Value>> {
    // Name and type come from the URL, never from the body.
    for name in ["id", "name", "type", "etag", "systemData"] {
        body.remove(name);
    }
    let mut reader = Reader { catalog, mode, path: Vec::new() };
    match shape {
        Shape::Object(object) => reader.object(object, body),
        _ => Ok(body),
    }
}

/// Removes the properties that the shape does not have.
pub(crate) fn drop_unknown(shape: &'static Shape, body: &mut Map<String, Value>) {
    match shape {
        Shape::Object(object) => {
            let envelope = ["id", "name", "type"];
            let known = |name: &str| own(object, name).is_some() || envelope.contains(&name);
            body.retain(|name, _| object.additional.is_some() || known(name));
            for (name, value) in body {
                let shape = own(object, name).map(|property| property.shape).or(object.additional);
                if let Some(shape) = shape {
                    drop_unknown_in(shape, value);
                }
            }
        }
        Shape::Map(item) => body.values_mut().for_each(|value| drop_unknown_in(item, value)),
        _ => {}
    }
}

fn drop_unknown_in(shape: &'static Shape, value: &mut Value) {
    match (shape, value) {
        (_, Value::Object(map)) => drop_unknown(shape, map),
        (Shape::List { item, .. }, Value::Array(items)) => {
            items.iter_mut().for_each(|value| drop_unknown_in(item, value));
        }
        _ => {}
    }
}

struct Reader<'a> {
    catalog: &'a mut Catalog,
    mode: Mode,
    path: Vec<String>,
}

impl Reader<'_> {
    fn at(&self, name: &str) -> String {
        let mut path = String::new();
        for segment in
            self.path.iter().map(String::as_str).chain([name]).filter(|segment| !segment.is_empty())
        {
            if !path.is_empty() && !segment.starts_with('[') {
                path.push('.');
            }
            path.push_str(segment);
        }
        path
    }

    fn here(&self) -> String {
        self.at("")
    }

    fn object(
        &mut self,
        object: &'static Object,
        mut body: Map<String, Value>,
    ) -> Answer<Map<String, Value>> {
        let variant = self.variant(object, &body)?;
        let extra = variant.map_or(&[][..], |variant| variant.properties);
        let mut read = Map::new();
        for property in object.properties.iter().chain(extra) {
            let value = body.remove(property.name).filter(|value| !value.is_null());
            if property.flags.read_only || read.contains_key(property.name) {
                continue;
            }
            match value {
                Some(value) => {
                    self.path.push(property.name.to_owned());
                    let value = self.value(property.shape, value)?;
                    self.path.pop();
                    read.insert(property.name.to_owned(), value);
                }
                None if self.missing(property) => {
                    let problem = format!("The required property '{}' is missing.", property.name);
                    return Err(ApiError::parameter(&self.at(property.name), problem));
                }
                None => {}
            }
        }
        let additional = object.additional.or_else(|| variant.and_then(|variant| variant.additional));
        for (name, value) in body {
            match additional {
                Some(shape) => {
                    self.path.push(name.clone());
                    let value = self.value(shape, value)?;
                    self.path.pop();
                    read.insert(name, value);
                }
                None if self.catalog.accepts_unknown() => drop(read.insert(name, value)),
                None => {
                    let problem = format!("Could not find member '{name}' on object of this type.");
                    return Err(ApiError::content(&self.at(&name), problem));
                }
            }
        }
        Ok(read)
    }

    fn missing(&self, property: &Property) -> bool {
        let Flags { required, write_only, .. } = property.flags;
        required && !(write_only && self.mode == Mode::Merged)
    }

    fn variant(&self, object: &'static Object, body: &Map<String, Value>) -> Answer<Option<&'static Object>> {
        let Some((selector, variants)) = object.variants else { return Ok(None) };
        let Some(selected) = body.get(selector).and_then(Value::as_str) else {
            let problem = format!("The required property '{selector}' is missing.");
            return Err(ApiError::parameter(&self.at(selector), problem));
        };
        match variants.iter().find(|(name, _)| name.eq_ignore_ascii_case(selected)) {
            Some((_, variant)) => Ok(Some(variant)),
            // The service knows more variants than are known here.
            None if object.additional.is_some() => Ok(None),
            None => {
                let known: Vec<&str> = variants.iter().map(|(name, _)| *name).collect();
                let problem = format!("'{selected}' is not one of: {}.", known.join(", "));
                Err(ApiError::parameter(&self.at(selector), problem))
            }
        }
    }

    fn value(&mut self, shape: &'static Shape, value: Value) -> Answer<Value> {
        match (shape, value) {
            (Shape::Any, value) => Ok(value),
            (Shape::Boolean, value @ Value::Bool(_)) => Ok(value),
            (Shape::Integer { min, max }, Value::Number(number)) if number.is_i64() || number.is_u64() => {
                let whole = number.as_i64().unwrap_or(i64::MAX);
                self.bounds(min.is_none_or(|min| whole >= min), max.is_none_or(|max| whole <= max), &number)?;
                Ok(Value::Number(number))
            }
            (Shape::Number, value @ Value::Number(_)) => Ok(value),
            (Shape::String(rules), Value::String(text)) => self.text(rules, text),
            (Shape::List { item, min, max }, Value::Array(items)) => {
                self.bounds(items.len() >= *min, items.len() <= *max, format!("{} items", items.len()))?;
                let items = items.into_iter().enumerate().map(|(index, value)| {
                    self.path.push(format!("[{index}]"));
                    let value = self.value(item, value)?;
                    self.path.pop();
                    Ok(value)
                });
                Ok(Value::Array(items.collect::<Answer<_>>()?))
            }
            (Shape::Map(item), Value::Object(map)) => {
                let entries = map.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| {
                    self.path.push(name.clone());
                    let value = self.value(item, value)?;
                    self.path.pop();
                    Ok((name, value))
                });
                Ok(Value::Object(entries.collect::<Answer<_>>()?))
            }
            (Shape::Object(object), Value::Object(map)) => Ok(Value::Object(self.object(object, map)?)),
            (shape, value) => {
                let problem = format!("Expected {} but found {}.", shape_name(shape), value_name(&value));
                Err(ApiError::content(&self.here(), problem))
            }
        }
    }

    fn bounds(&self, enough: bool, few: bool, found: impl std::fmt::Display) -> Answer<()> {
        match (enough, few) {
            (true, true) => Ok(()),
            (false, _) => Err(ApiError::parameter(&self.here(), format!("{found} is below the minimum."))),
            (true, false) => Err(ApiError::parameter(&self.here(), format!("{found} is above the maximum."))),
        }
    }

    fn text(&mut self, rules: &'static Text, text: String) -> Answer<Value> {
        let length = text.chars().count();
        if length < rules.min || length > rules.max {
            let max =
                if rules.max == usize::MAX { "any number of".to_owned() } else { rules.max.to_string() };
            let problem =
                format!("The length must be from {} to {max} characters, and is {length}.", rules.min);
            return Err(ApiError::parameter(&self.here(), problem));
        }
        if !rules.values.is_empty() && !rules.open {
            return match rules.values.iter().find(|value| value.eq_ignore_ascii_case(&text)) {
                Some(value) => Ok(Value::String((*value).to_owned())),
                None => {
                    let problem = format!("'{text}' is not one of: {}.", rules.values.join(", "));
                    Err(ApiError::parameter(&self.here(), problem))
                }
            };
        }
        if self.catalog.pattern(rules.pattern).is_some_and(|pattern| !pattern.is_match(&text)) {
            let problem = format!("'{text}' does not match the pattern '{}'.", rules.pattern);
            return Err(ApiError::parameter(&self.here(), problem));
        }
        Ok(Value::String(text))
    }
}

fn shape_name(shape: &Shape) -> &'static str {
    match shape {
        Shape::Any => "any value",
        Shape::Boolean => "a boolean",
        Shape::Integer { .. } => "a whole number",
        Shape::Number => "a number",
        Shape::String(_) => "a string",
        Shape::List { .. } => "an array",
        Shape::Map(_) | Shape::Object(_) => "an object",
    }
}

fn value_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The tags may have at most 50 keys of 512 characters, none of `< > % & \ ? /` in them, and values of 256 characters.
pub(crate) fn tags(body: &Map<String, Value>) -> Answer<()> {
    let Some(tags) = body.get("tags").and_then(Value::as_object) else { return Ok(()) };
    let refuse = |problem: String| Err(ApiError::new(400, "InvalidTag", problem).with_target("tags"));
    if tags.len() > 50 {
        return refuse(format!("A resource can have at most 50 tags, and has {}.", tags.len()));
    }
    for (key, value) in tags {
        let length = value.as_str().map_or(0, |value| value.chars().count());
        if key.chars().count() > 512 || length > 256 {
            return refuse(format!(
                "The tag '{key}' is longer than 512 or its value longer than 256 characters."
            ));
        }
        if key.contains(['<', '>', '%', '&', '\\', '?', '/']) {
            return refuse(format!(
                "The tag '{key}' contains one of the characters that tags cannot have: <,>,%,&,\\,?,/"
            ));
        }
    }
    Ok(())
}

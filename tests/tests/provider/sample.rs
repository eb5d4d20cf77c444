//! The smallest body that a descriptor allows.

use atp_azure::descriptor::{Object, Shape, Text, TypeDescriptor};
use serde_json::{Map, Value as Json, json};

/// What is tried where a text has a pattern or bounds.
const TEXTS: &[&str] = &[
    "10.0.0.0/16",
    "abc",
    "08:30",
    "00000000-0000-4000-8000-000000000001",
    "/subscriptions/s/resourceGroups/g",
];

/// Every required property of a type, with a value that its shape allows.
pub fn body(descriptor: &TypeDescriptor) -> Map<String, Json> {
    let mut body = match value(descriptor.body, "") {
        Json::Object(body) => body,
        other => panic!("{} has the body {other}", descriptor.name),
    };
    if descriptor.has_location() {
        body.insert("location".into(), "westeurope".into());
    }
    body
}

/// A name that a type allows; `number` makes it another.
pub fn name(descriptor: &TypeDescriptor, number: usize) -> String {
    // Types whose names have a form of their own want a GUID.
    atp_azure::names::resource_name(&descriptor.names, &["instance", &format!("{number:04}")], None)
        .unwrap_or_else(|_| format!("00000000-0000-4000-8000-{number:012}"))
}

fn value(shape: &Shape, name: &str) -> Json {
    match shape {
        Shape::Any | Shape::Map(_) => json!({}),
        Shape::Boolean => json!(true),
        Shape::Integer { min, max } => json!(min.unwrap_or(max.unwrap_or(1).min(1))),
        Shape::Number => json!(1),
        Shape::String(text) => json!(sample_text(text, name)),
        Shape::List { item, min, .. } => (0..*min).map(|_| value(item, name)).collect(),
        Shape::Object(object) => Json::Object(properties(object)),
    }
}

fn properties(object: &Object) -> Map<String, Json> {
    let mut found = Map::new();
    let mut objects = vec![object];
    if let Some((selector, [(name, variant), ..])) = object.variants {
        found.insert(selector.to_owned(), json!(name));
        objects.push(variant);
    }
    for property in objects.into_iter().flat_map(|object| object.properties) {
        if property.flags.required && !property.flags.read_only && !found.contains_key(property.name) {
            found.insert(property.name.to_owned(), value(property.shape, property.name));
        }
    }
    found
}

/// A text that has the form that is asked for.
pub fn sample_text(text: &Text, name: &str) -> &'static str {
    if let Some(first) = text.values.first() {
        return first;
    }
    text_that_fits(text, name).unwrap_or_else(|| panic!("no sample for `{name}` {text:?}"))
}

/// The sample that has the form that is asked for, if one has.
pub fn text_that_fits(text: &Text, name: &str) -> Option<&'static str> {
    let fits = |sample: &&&str| {
        let pattern = regex_lite::Regex::new(text.pattern);
        let matches = text.pattern.is_empty() || pattern.is_ok_and(|pattern| pattern.is_match(sample));
        let is_id = name.to_lowercase().ends_with("id");
        (text.min..=text.max).contains(&sample.len()) && matches && (!is_id || sample.contains('-'))
    };
    TEXTS.iter().find(fits).copied()
}

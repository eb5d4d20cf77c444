//! Secrets that somebody could read.

use super::{Declaration, Problems, Stack};
use atp_azure::descriptor::Shape;
use atp_iac::Value;

/// What stands in texts that let whoever has them in.
const TELLTALES: &[&str] =
    &["accountkey=", "sharedaccesskey=", "password=", "pwd=", "-----begin", "sig=", "client_secret="];

pub(super) fn none_in_clear(stack: &Stack<'_>, problems: &mut Problems<'_>) {
    for resource in stack.resources {
        look_for_telltales(resource, resource.inputs(), &mut String::new(), problems);
        if let Some(descriptor) = atp_azure::descriptor(resource.kind()) {
            look_at_shape(resource, descriptor.body, resource.inputs(), &mut String::new(), problems);
        }
    }
}

/// Secrets are marked as such, and what is unknown is not in the program.
fn look_for_telltales(resource: &Declaration, value: &Value, path: &mut String, problems: &mut Problems<'_>) {
    match value {
        Value::String(text) => {
            let lower = text.to_ascii_lowercase();
            if let Some(found) = TELLTALES.iter().find(|telltale| lower.contains(**telltale)) {
                problems.add(resource, format!("`{path}` holds `{found}` in clear"));
            }
        }
        Value::List(items) => {
            items.iter().for_each(|item| look_for_telltales(resource, item, path, problems));
        }
        Value::Map(map) => {
            for (name, value) in map {
                within(path, name, |path| look_for_telltales(resource, value, path, problems));
            }
        }
        _ => {}
    }
}

/// Properties that the type itself calls secret.
fn look_at_shape(
    resource: &Declaration,
    shape: &'static Shape,
    value: &Value,
    path: &mut String,
    problems: &mut Problems<'_>,
) {
    match (shape, value) {
        (Shape::Object(object), Value::Map(map)) => {
            for property in object.properties {
                let Some(value) = map.get(property.name) else { continue };
                within(path, property.name, |path| {
                    let in_clear = !matches!(value, Value::Secret(_) | Value::Unknown(_) | Value::Null);
                    match property.flags.secret && in_clear {
                        true => problems.add(resource, format!("`{path}` is a secret in clear")),
                        false => look_at_shape(resource, property.shape, value, path, problems),
                    }
                });
            }
        }
        (Shape::List { item, .. }, Value::List(items)) => {
            items.iter().for_each(|value| look_at_shape(resource, item, value, path, problems));
        }
        _ => {}
    }
}

fn within(path: &mut String, name: &str, look: impl FnOnce(&mut String)) {
    let length = path.len();
    if length > 0 {
        path.push('.');
    }
    path.push_str(name);
    look(path);
    path.truncate(length);
}

//! The outputs of a stack.

use super::look::clean;
use crate::value::{SECRET_MASK, Value};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// `name = value`, one per line, the values in JSON.
pub(in crate::cli) fn outputs(outputs: &BTreeMap<String, Value>, show_secrets: bool) -> String {
    let mut text = String::new();
    for (name, value) in outputs {
        let shown = match value {
            Value::Secret(_) if !show_secrets => SECRET_MASK.to_owned(),
            value => json(value, show_secrets).to_string(),
        };
        let _ = writeln!(text, "{} = {}", clean(name), clean(&shown));
    }
    text
}

/// A value in JSON. One with unknown parts is shown masked: a state has none.
pub(in crate::cli) fn json(value: &Value, show_secrets: bool) -> Json {
    match show_secrets {
        true => value.to_json_exposed().unwrap_or_else(|_| value.to_json_masked()),
        false => value.to_json_masked(),
    }
}

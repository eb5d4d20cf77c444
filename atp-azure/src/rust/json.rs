//! Documents in code.

use super::layout::{SHORT, STEP};
use serde_json::Value as Json;

/// The most entries of a `json!`: it counts its way through them.
const MACRO: usize = 20;

/// JSON in one line.
pub(super) fn spaced(json: &Json) -> String {
    match json {
        Json::Object(map) => {
            let entries = map.iter();
            let entries =
                entries.map(|(key, value)| format!("{}: {}", Json::String(key.clone()), spaced(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(spaced).collect::<Vec<_>>().join(", ")),
        scalar => scalar.to_string(),
    }
}

/// JSON in lines: what is short in one. Each level is a macro of its own, which can only count so far.
pub(super) fn pretty(json: &Json, indent: usize) -> String {
    let flat = spaced(json);
    if flat.chars().count() <= SHORT {
        return format!("json!({flat})");
    }
    let pad = " ".repeat(indent + STEP);
    let inner = |value: &Json| match value {
        Json::Object(_) | Json::Array(_) => pretty(value, indent + STEP),
        scalar => scalar.to_string(),
    };
    let (lines, brackets): (Vec<String>, _) = match json {
        Json::Object(map) => {
            let entry = |(key, value): (&String, &Json)| {
                format!("{pad}{}: {},\n", Json::String(key.clone()), inner(value))
            };
            (map.iter().map(entry).collect(), ("{", "}"))
        }
        Json::Array(items) => {
            (items.iter().map(|item| format!("{pad}{},\n", inner(item))).collect(), ("[", "]"))
        }
        scalar => return format!("json!({scalar})"),
    };
    let close = " ".repeat(indent);
    if lines.len() <= MACRO {
        return format!("json!({}\n{}{close}{})", brackets.0, lines.concat(), brackets.1);
    }
    // Pairs, or items, of values.
    let lines = lines_of_values(json, indent);
    format!("serde_json::Value::from_iter([\n{lines}{close}])")
}

/// The entries of a map or list that is too long for a macro.
fn lines_of_values(json: &Json, indent: usize) -> String {
    let pad = " ".repeat(indent + STEP);
    let value = |value: &Json| pretty(value, indent + STEP);
    match json {
        Json::Object(map) => map
            .iter()
            .map(|(key, own)| format!("{pad}({}, {}),\n", Json::String(key.clone()), value(own)))
            .collect(),
        Json::Array(items) => items.iter().map(|own| format!("{pad}{},\n", value(own))).collect(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_document_is_no_single_macro() {
        let long: Json =
            (0..30).map(|number| serde_json::json!({"number": number, "square": number * number})).collect();
        let text = pretty(&long, 0);
        assert!(text.starts_with("serde_json::Value::from_iter([\n    json!({\"number\": 0,"), "{text}");
        assert_eq!(text.matches("json!(").count(), 30);
    }
}

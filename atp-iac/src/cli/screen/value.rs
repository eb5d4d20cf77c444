//! Property values on one line.

use super::look::Look;
use super::look::clean;
use crate::secrets::Fingerprints;
use crate::value::{SECRET_MASK, Value};
use serde_json::Value as Json;

/// Longest value that is shown whole, in characters.
const LIMIT: usize = 80;

/// How much of the start of a long value is shown; of an id, the end tells more.
const START: usize = 24;
/// Likewise its end.
const END: usize = 50;

/// A value on one line: secrets masked, unknown parts as where they come from, long ones cut in the middle.
pub(in crate::cli) fn inline(value: &Value, look: Look<'_>) -> String {
    let mut text = String::new();
    write(value, look.fingerprints, &mut text);
    let length = text.chars().count();
    if length <= LIMIT {
        return text;
    }
    let start: String = text.chars().take(START).collect();
    let end: String = text.chars().skip(length - END).collect();
    format!("{start}...{end}")
}

/// What stands for a secret: with a mark by which it can be told from another, where there is a key for it.
fn mask(secret: &Value, fingerprints: Option<&Fingerprints>) -> String {
    match fingerprints {
        Some(fingerprints) if !secret.has_unknown() => format!("[secret {}]", fingerprints.of(secret)),
        _ => SECRET_MASK.to_owned(),
    }
}

fn write(value: &Value, fingerprints: Option<&Fingerprints>, text: &mut String) {
    match value {
        secret @ Value::Secret(_) => text.push_str(&mask(secret, fingerprints)),
        Value::Unknown(unknown) if unknown.from.is_empty() => text.push_str("${...}"),
        Value::Unknown(unknown) => text.push_str(&clean(&unknown.from).replace('\n', "\u{fffd}")),
        Value::List(list) => {
            text.push('[');
            for (index, item) in list.iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                write(item, fingerprints, text);
            }
            text.push(']');
        }
        Value::Map(map) => {
            text.push('{');
            for (index, (key, item)) in map.iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                text.push_str(&clean(key));
                text.push_str(": ");
                write(item, fingerprints, text);
            }
            text.push('}');
        }
        // JSON escapes control characters below the space; the others are taken out.
        other => text.push_str(&clean(&other.to_json_masked().to_string())),
    }
}

/// Whether a side of a change must not be shown: it is no secret itself, but the other side says that it is one.
fn hidden(side: Option<&Value>, other: Option<&Value>) -> bool {
    other.is_some_and(Value::has_secret) && side.is_some_and(|side| !side.has_secret())
}

/// Both sides of a change in JSON, masked; where one side holds a secret, a side that does not is masked whole.
pub(in crate::cli) fn masked_pair(
    before: Option<&Value>,
    after: Option<&Value>,
    fingerprints: Option<&Fingerprints>,
) -> (Json, Json) {
    let json = |side: Option<&Value>, other| match side {
        None => Json::Null,
        Some(_) if hidden(side, other) => SECRET_MASK.into(),
        Some(side) => masked(side, fingerprints),
    };
    (json(before, after), json(after, before))
}

/// A value in JSON, secrets masked.
fn masked(value: &Value, fingerprints: Option<&Fingerprints>) -> Json {
    match value {
        secret @ Value::Secret(_) => Json::String(mask(secret, fingerprints)),
        Value::List(list) => list.iter().map(|item| masked(item, fingerprints)).collect(),
        Value::Map(map) => map.iter().map(|(key, item)| (key.clone(), masked(item, fingerprints))).collect(),
        other => other.to_json_masked(),
    }
}

/// A change on one line: `before -> after`.
pub(super) fn change(before: Option<&Value>, after: Option<&Value>, look: Look<'_>) -> String {
    let text = |side: Option<&Value>, other| match side {
        None => "(not set)".to_owned(),
        Some(_) if hidden(side, other) => SECRET_MASK.to_owned(),
        Some(side) => inline(side, look),
    };
    format!("{} -> {}", text(before, after), text(after, before))
}

/// A value over several lines, as far as it is a map; each line begins with `indent`.
pub(super) fn block(value: &Value, indent: &str, look: Look<'_>, text: &mut String) {
    match value {
        Value::Map(map) => {
            for (key, item) in map {
                let key = clean(key).replace('\n', "\u{fffd}");
                if item.as_map().is_some_and(|map| !map.is_empty()) {
                    text.push_str(&format!("{indent}{key}:\n"));
                    block(item, &format!("{indent}  "), look, text);
                } else {
                    text.push_str(&format!("{indent}{key}: {}\n", inline(item, look)));
                }
            }
        }
        other => text.push_str(&format!("{indent}{}\n", inline(other, look))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Kind;

    #[test]
    fn a_value_that_becomes_secret_or_stops_being_one_is_hidden_on_both_sides() {
        let (clear, secret) = (Value::from("hunter2"), Value::from("hunter3").into_secret());
        assert_eq!(change(Some(&clear), Some(&secret), Look::default()), "[secret] -> [secret]");
        assert_eq!(change(Some(&secret), Some(&clear), Look::default()), "[secret] -> [secret]");
        let (before, after) = masked_pair(Some(&clear), Some(&Value::from([("password", secret)])), None);
        assert_eq!((before, after), ("[secret]".into(), serde_json::json!({"password": "[secret]"})));
        assert_eq!(
            change(None, Some(&Value::from("x").into_secret()), Look::default()),
            "(not set) -> [secret]"
        );
    }

    #[test]
    fn long_values_are_cut_and_strings_cannot_steer_the_terminal() {
        assert_eq!(inline(&Value::from("a\n\u{1b}[2J\u{9b}"), Look::default()), "\"a\\n\\u001b[2J\u{fffd}\"");
        let long = inline(&Value::from("x".repeat(500)), Look::default());
        assert_eq!(long, format!("\"{}...{}\"", "x".repeat(23), "x".repeat(49)));
        let value = Value::from([
            ("a", Value::List(vec![Value::from(1i64), Value::Null])),
            ("b", Value::unknown(Kind::String, "${vault.id}")),
        ]);
        assert_eq!(inline(&value, Look::default()), "{a: [1, null], b: ${vault.id}}");
    }

    #[test]
    fn a_changed_secret_is_seen_to_change_and_an_equal_one_to_be_equal() {
        let fingerprints = Fingerprints::passing(&crate::ports::SeededRandom::new(1)).unwrap();
        let look = Look { fingerprints: Some(&fingerprints), ..Look::default() };
        let secret = |text: &str| Value::from(text).into_secret();
        let changed = change(Some(&secret("hunter2")), Some(&secret("hunter3")), look);
        let (before, after) = changed.split_once(" -> ").unwrap();
        assert!(before.starts_with("[secret #") && before != after, "{changed}");
        assert_eq!(inline(&secret("hunter2"), look), before);
        assert!(!changed.contains("hunter"));
    }
}

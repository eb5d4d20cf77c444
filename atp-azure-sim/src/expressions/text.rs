//! Functions of text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::functions::{Outcome, count_of, integer};
use crate::message::{decode, encode};

/// The namespace of the ids that `guid` makes.
const GUIDS: Uuid = Uuid::from_u128(0x11fb06fb_712d_4ddd_98c7_e71bbd588830);

pub(super) fn call(name: &str, arguments: &[Value]) -> Option<Outcome> {
    Some(match (name, arguments) {
        ("concat", values) if !values.is_empty() => texts(values).map(|texts| json!(texts.concat())),
        ("format", [Value::String(format), values @ ..]) => formatted(format, values),
        ("string", [Value::String(text)]) => Ok(json!(text)),
        ("string", [value]) => Ok(json!(value.to_string())),
        ("json", [Value::String(text)]) => serde_json::from_str(text).map_err(|error| error.to_string()),
        ("tolower", [Value::String(text)]) => Ok(json!(text.to_lowercase())),
        ("toupper", [Value::String(text)]) => Ok(json!(text.to_uppercase())),
        ("trim", [Value::String(text)]) => Ok(json!(text.trim())),
        ("length", [Value::String(text)]) => Ok(json!(text.chars().count())),
        ("startswith", [Value::String(text), Value::String(start)]) => {
            Ok(json!(text.to_lowercase().starts_with(&start.to_lowercase())))
        }
        ("endswith", [Value::String(text), Value::String(end)]) => {
            Ok(json!(text.to_lowercase().ends_with(&end.to_lowercase())))
        }
        ("contains", [Value::String(text), Value::String(part)]) => Ok(json!(text.contains(part.as_str()))),
        ("indexof", [Value::String(text), Value::String(part)]) => {
            Ok(json!(at(text, text.to_lowercase().find(&part.to_lowercase()))))
        }
        ("lastindexof", [Value::String(text), Value::String(part)]) => {
            Ok(json!(at(text, text.to_lowercase().rfind(&part.to_lowercase()))))
        }
        ("replace", [Value::String(text), Value::String(old), Value::String(new)]) if !old.is_empty() => {
            Ok(json!(text.replace(old.as_str(), new)))
        }
        ("split", [Value::String(text), separators]) => split(text, separators),
        ("join", [Value::Array(items), Value::String(separator)]) => {
            texts(items).map(|texts| json!(texts.join(separator)))
        }
        ("substring", [Value::String(text), start]) => substring(text, start, None),
        ("substring", [Value::String(text), start, length]) => substring(text, start, Some(length)),
        ("first", [Value::String(text)]) => Ok(json!(text.chars().take(1).collect::<String>())),
        ("last", [Value::String(text)]) => {
            Ok(json!(text.chars().last().map(String::from).unwrap_or_default()))
        }
        ("take", [Value::String(text), count]) => {
            count_of(count).map(|count| json!(text.chars().take(count).collect::<String>()))
        }
        ("skip", [Value::String(text), count]) => {
            count_of(count).map(|count| json!(text.chars().skip(count).collect::<String>()))
        }
        ("padleft", [value, width]) => pad(value, width, ' '),
        ("padleft", [value, width, Value::String(with)]) => {
            pad(value, width, with.chars().next().unwrap_or(' '))
        }
        ("base64", [Value::String(text)]) => Ok(json!(STANDARD.encode(text))),
        ("base64tostring", [Value::String(text)]) => decoded(text),
        ("uri", [Value::String(base), Value::String(path)]) => {
            let base = if base.ends_with('/') { base.clone() } else { format!("{base}/") };
            Ok(json!(base + path.trim_start_matches('/')))
        }
        ("uricomponent", [Value::String(text)]) => Ok(json!(encode(text))),
        ("uricomponenttostring", [Value::String(text)]) => Ok(json!(decode(text))),
        ("uniquestring", values) if !values.is_empty() => texts(values).map(|texts| json!(unique(&texts))),
        ("guid", values) if !values.is_empty() => {
            texts(values).map(|texts| json!(Uuid::new_v5(&GUIDS, texts.join("-").as_bytes()).to_string()))
        }
        _ => return None,
    })
}

fn decoded(text: &str) -> Outcome {
    let bytes = STANDARD.decode(text).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map(Value::from).map_err(|error| error.to_string())
}

/// Plain values as text.
fn texts(values: &[Value]) -> Result<Vec<String>, String> {
    let text = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(true) => Ok("True".to_owned()),
        Value::Bool(false) => Ok("False".to_owned()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Null => Ok(String::new()),
        other => Err(format!("{other} cannot stand in a text")),
    };
    values.iter().map(text).collect()
}

fn at(text: &str, found: Option<usize>) -> i64 {
    let characters = found.and_then(|end| text.to_lowercase().get(..end).map(|start| start.chars().count()));
    characters.and_then(|count| i64::try_from(count).ok()).unwrap_or(-1)
}

/// `{0}` stands for the first value, `{{` for a brace. Lengths and formats after the number are not read.
fn formatted(format: &str, values: &[Value]) -> Outcome {
    let values = texts(values)?;
    let mut text = String::new();
    let mut rest = format;
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if rest.starts_with(brace) {
            text.push_str(brace);
            rest = &rest[1..];
            continue;
        }
        let end = rest.find('}').filter(|_| brace == "{").ok_or("a brace has no partner")?;
        let number = &rest[..end];
        let value = number.parse().ok().and_then(|number: usize| values.get(number));
        text.push_str(value.ok_or_else(|| format!("'{{{number}}}' is not the number of a value"))?);
        rest = &rest[end + 1..];
    }
    Ok(json!(text + rest))
}

fn split(text: &str, separators: &Value) -> Outcome {
    let separators = match separators {
        Value::String(separator) => vec![separator.as_str()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        other => return Err(format!("{other} is no separator")),
    };
    let mut parts = vec![text];
    for separator in separators.into_iter().filter(|separator| !separator.is_empty()) {
        parts = parts.into_iter().flat_map(|part| part.split(separator)).collect();
    }
    Ok(json!(parts))
}

fn substring(text: &str, start: &Value, length: Option<&Value>) -> Outcome {
    let total = text.chars().count();
    let start = usize::try_from(integer(start)?).map_err(|_| "the start is negative")?;
    let length = match length {
        Some(length) => usize::try_from(integer(length)?).map_err(|_| "the length is negative")?,
        None => total.saturating_sub(start),
    };
    if start.saturating_add(length) > total {
        return Err(format!("'{text}' has {total} characters only"));
    }
    Ok(json!(text.chars().skip(start).take(length).collect::<String>()))
}

fn pad(value: &Value, width: &Value, with: char) -> Outcome {
    let text = texts(std::slice::from_ref(value))?.concat();
    let width = count_of(width)?.min(16_000);
    let missing = width.saturating_sub(text.chars().count());
    Ok(json!(String::from(with).repeat(missing) + &text))
}

/// Thirteen characters that follow from the texts. They are not those that Azure computes.
fn unique(texts: &[String]) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let digest = Sha256::digest(texts.join("-").as_bytes());
    digest.iter().take(13).map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &str, arguments: Value) -> Value {
        call(name, arguments.as_array().unwrap()).unwrap().unwrap()
    }

    #[test]
    fn formats_take_their_values_by_number() {
        assert_eq!(value("format", json!(["{1}-{0} {{x}}", "a", 2])), json!("2-a {x}"));
        assert!(call("format", &[json!("{3}"), json!("a")]).unwrap().is_err());
    }

    #[test]
    fn a_guid_follows_from_its_texts() {
        let guid = value("guid", json!(["a", "b"]));
        assert_eq!(guid, value("guid", json!(["a", "b"])));
        assert_ne!(guid, value("guid", json!(["a", "c"])));
        assert_eq!(guid.as_str().unwrap().len(), 36);
    }

    #[test]
    fn parts_of_a_text_are_counted_in_characters() {
        assert_eq!(value("substring", json!(["äöü", 1, 1])), json!("ö"));
        assert_eq!(value("indexOf".to_lowercase().as_str(), json!(["äöü", "Ü"])), json!(2));
        assert!(call("substring", &[json!("ab"), json!(1), json!(2)]).unwrap().is_err());
        assert_eq!(value("padleft", json!([7, 3, "0"])), json!("007"));
    }
}

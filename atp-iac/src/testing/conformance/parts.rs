//! Parts of values: each by itself, another in its place, and whether a prediction came true.

use crate::value::{Kind, Path, Value};

/// The value once for each of its parts, with something else in the place of that part.
pub(super) fn with_each_part(value: &Value, other: &dyn Fn(&Value) -> Option<Value>) -> Vec<(Path, Value)> {
    let mut variants = Vec::new();
    collect(value, &mut Path::root(), other, &|whole| whole, &mut variants);
    variants
}

fn collect(
    value: &Value,
    path: &mut Path,
    other: &dyn Fn(&Value) -> Option<Value>,
    whole: &dyn Fn(Value) -> Value,
    variants: &mut Vec<(Path, Value)>,
) {
    if !path.is_root()
        && let Some(other) = other(value)
    {
        variants.push((path.clone(), whole(other)));
    }
    match value {
        Value::Map(map) => {
            for (key, part) in map {
                let around = |part| {
                    let mut map = map.clone();
                    map.insert(key.clone(), part);
                    whole(Value::Map(map))
                };
                path.push_key(key);
                collect(part, path, other, &around, variants);
                path.pop();
            }
        }
        Value::List(list) => {
            for (index, part) in list.iter().enumerate() {
                let around = |part| {
                    let mut list = list.clone();
                    list[index] = part;
                    whole(Value::List(list))
                };
                path.push_index(index);
                collect(part, path, other, &around, variants);
                path.pop();
            }
        }
        _ => {}
    }
}

/// Something unknown in the place of a part.
pub(super) fn unknown(part: &Value) -> Option<Value> {
    Some(match part {
        Value::Secret(inner) => Value::unknown(inner.kind(), "${later}").into_secret(),
        part => Value::unknown(part.kind(), "${later}"),
    })
}

/// Something of another kind in the place of a part.
pub(super) fn of_another_kind(part: &Value) -> Option<Value> {
    Some(match part {
        Value::Secret(inner) => Value::List(vec![inner.as_ref().clone()]).into_secret(),
        part if part.kind() == Kind::Bool => Value::from("maybe"),
        _ => Value::from(true),
    })
}

/// The texts that are secret.
pub(super) fn secret_texts(value: &Value, is_inside: bool, texts: &mut Vec<String>) {
    match value {
        Value::Secret(inner) => secret_texts(inner, true, texts),
        Value::String(text) if is_inside && text.len() >= 6 => texts.push(text.clone()),
        Value::List(list) => list.iter().for_each(|part| secret_texts(part, is_inside, texts)),
        Value::Map(map) => map.values().for_each(|part| secret_texts(part, is_inside, texts)),
        _ => {}
    }
}

/// Where something that was predicted and known did not come true.
pub(super) fn first_untrue(predicted: &Value, actual: Option<&Value>, path: &mut Path) -> Option<Path> {
    match (predicted.exposed(), actual.map(Value::exposed)) {
        (Value::Unknown(_), _) | (Value::Null, None | Some(Value::Null)) => None,
        (Value::Map(predicted), Some(Value::Map(actual))) => predicted.iter().find_map(|(key, part)| {
            path.push_key(key);
            let found = first_untrue(part, actual.get(key), path);
            path.pop();
            found
        }),
        (Value::List(predicted), Some(Value::List(actual))) if predicted.len() == actual.len() => {
            predicted.iter().zip(actual).enumerate().find_map(|(index, (part, actual))| {
                path.push_index(index);
                let found = first_untrue(part, Some(actual), path);
                path.pop();
                found
            })
        }
        (predicted, Some(actual)) if predicted == actual => None,
        _ => Some(path.clone()),
    }
}

/// Whether one path leads to the other or to a part of it.
pub(super) fn related(a: &Path, b: &Path) -> bool {
    let (a, b) = (a.pattern(), b.pattern());
    let leads = |short: &str, long: &str| {
        let rest = long.strip_prefix(short);
        rest.is_some_and(|rest| short.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']))
    };
    leads(&a, &b) || leads(&b, &a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_is_left_out_once() {
        let value =
            Value::from([("a", Value::List(vec![1i64.into()])), ("b", Value::from("x").into_secret())]);
        let found = with_each_part(&value, &unknown);
        let paths: Vec<String> = found.iter().map(|(path, _)| path.to_string()).collect();
        assert_eq!(paths, ["a", "a[0]", "b"]);
        assert_eq!(format!("{:?}", found[1].1), r#"{"a": [${later}], "b": [secret]}"#);
        assert!(found.iter().all(|(_, value)| value.has_unknown()));
    }

    #[test]
    fn a_prediction_is_untrue_where_it_was_known_and_is_otherwise() {
        let untrue = |predicted: Value, actual: Value| {
            first_untrue(&predicted, Some(&actual), &mut Path::root()).map(|path| path.to_string())
        };
        let known = |size: i64| Value::from([("a", Value::from([("size", size.into())]))]);
        assert_eq!(untrue(known(1), known(1)), None);
        assert_eq!(untrue(known(1), known(2)), Some("a.size".into()));
        assert_eq!(untrue(known(1), Value::map()), Some("a".into()));
        assert_eq!(untrue(Value::from([("a", Value::unknown(Kind::Any, "x"))]), known(1)), None);
    }

    #[test]
    fn paths_are_related_by_whole_steps() {
        let related = |a: &str, b: &str| related(&Path::of_keys(a), &Path::of_keys(b));
        assert!(related("a/b", "a") && related("a", "a/b") && related("a", "a"));
        assert!(!related("a", "ab") && !related("a/b", "a/c"));
    }
}

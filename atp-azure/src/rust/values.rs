//! Values on their way into code.

use super::layout::Expr;
use atp_iac::value::{Map, Value};

/// What has no form in Rust where it stands.
#[derive(Debug)]
pub(super) struct Unfit;

/// A value that has no type.
pub(super) fn any(value: &Value) -> Result<Expr, Unfit> {
    if value.has_secret() {
        return Err(Unfit);
    }
    let json = value.to_json_exposed().map_err(|_| Unfit)?;
    Ok(match value {
        Value::Map(map) if map.is_empty() => Expr::call("atp_iac::Value::map", []),
        Value::Map(_) | Value::List(_) => Expr::call("atp_iac::Value::from", [Expr::Json(json)]),
        Value::String(text) => Expr::call("atp_iac::Value::from", [Expr::text(text)]),
        Value::Bool(value) => Expr::call("atp_iac::Value::from", [Expr::atom(value.to_string())]),
        _ => Expr::call("atp_iac::Value::from", [Expr::Json(json)]),
    })
}

/// The path of a property in what stands at another one.
pub(super) fn joined(path: &str, wire: &str) -> String {
    let wire = wire.replace('/', ".");
    if path.is_empty() { wire } else { format!("{path}.{wire}") }
}

/// A value without what is secret in it: that has no place in code.
pub(super) fn without_secrets(value: Value) -> Value {
    let is_open = |value: &Value| !matches!(value, Value::Secret(_));
    match value {
        Value::Map(map) => {
            let open = map.into_iter().filter(|(_, value)| is_open(value));
            Value::Map(open.map(|(key, value)| (key, without_secrets(value))).collect())
        }
        Value::List(items) => Value::List(items.into_iter().filter(is_open).map(without_secrets).collect()),
        other => other,
    }
}

/// Whether there is nothing in a value.
pub(super) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Map(map) => map.values().all(is_nothing),
        Value::List(items) => items.is_empty(),
        _ => false,
    }
}

/// Takes what stands at a path of keys separated by `/` out of a map.
pub(super) fn take(map: &mut Map, wire: &str) -> Option<Value> {
    match wire.split_once('/') {
        None => map.remove(wire),
        Some((key, rest)) => match map.get_mut(key) {
            Some(Value::Map(inner)) => take(inner, rest),
            _ => None,
        },
    }
}

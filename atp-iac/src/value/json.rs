//! Values to JSON and back, at the edges: what a provider sends, what a screen shows.

use super::{Map, Path, Value};
use serde_json::Value as Json;

/// What stands in place of a secret wherever a value is shown.
pub const SECRET_MASK: &str = "[secret]";

/// A value that cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` is not known yet: it comes from {from}")]
pub struct JsonError {
    /// Where it stands.
    pub path: Path,
    /// Where it would come from.
    pub from: String,
}

impl From<Json> for Value {
    fn from(json: Json) -> Self {
        match json {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(value),
            Json::Number(value) => Value::Number(value),
            Json::String(value) => Value::String(value),
            Json::Array(list) => Value::List(list.into_iter().map(Value::from).collect()),
            Json::Object(map) => Value::Map(map.into_iter().map(|(k, v)| (k, v.into())).collect::<Map>()),
        }
    }
}

impl Value {
    /// The value for the wire, secrets in clear: only for the request that needs it.
    ///
    /// # Errors
    /// Names the first part that is not known.
    pub fn to_json_exposed(&self) -> Result<Json, JsonError> {
        let mut path = Path::root();
        convert(self, &mut path)
    }

    /// The value for a screen or a log: secrets masked, unknown parts as where they come from.
    pub fn to_json_masked(&self) -> Json {
        match self {
            Value::Secret(_) => Json::String(SECRET_MASK.into()),
            Value::Unknown(unknown) => Json::String(unknown.from.to_string()),
            Value::List(list) => Json::Array(list.iter().map(Value::to_json_masked).collect()),
            Value::Map(map) => {
                Json::Object(map.iter().map(|(key, value)| (key.clone(), value.to_json_masked())).collect())
            }
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(value) => Json::Number(value.clone()),
            Value::String(value) => Json::String(value.clone()),
        }
    }
}

fn convert(value: &Value, path: &mut Path) -> Result<Json, JsonError> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Number(value) => Json::Number(value.clone()),
        Value::String(value) => Json::String(value.clone()),
        Value::Secret(inner) => convert(inner, path)?,
        Value::Unknown(unknown) => {
            return Err(JsonError { path: path.clone(), from: unknown.from.to_string() });
        }
        Value::List(list) => {
            let mut items = Vec::with_capacity(list.len());
            for (index, item) in list.iter().enumerate() {
                path.push_index(index);
                items.push(convert(item, path)?);
                path.pop();
            }
            Json::Array(items)
        }
        Value::Map(map) => {
            let mut entries = serde_json::Map::new();
            for (key, item) in map {
                path.push_key(key);
                entries.insert(key.clone(), convert(item, path)?);
                path.pop();
            }
            Json::Object(entries)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;

    #[test]
    fn the_wire_gets_secrets_in_clear_and_the_screen_does_not() {
        let value = Value::from([("key", Value::from("k1").into_secret())]);
        assert_eq!(value.to_json_exposed().unwrap(), serde_json::json!({"key": "k1"}));
        assert_eq!(value.to_json_masked(), serde_json::json!({"key": "[secret]"}));
    }

    #[test]
    fn an_unknown_part_cannot_be_sent_and_is_named() {
        let value = Value::from([("a", Value::List(vec![Value::unknown(Kind::String, "${b.id}")]))]);
        assert_eq!(
            value.to_json_exposed().unwrap_err().to_string(),
            "`a[0]` is not known yet: it comes from ${b.id}"
        );
    }
}

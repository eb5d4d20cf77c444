//! A value in which one thing is another.

use atp_iac::Value;
use atp_iac::value::Path;

/// The value with one of its texts, numbers or booleans changed to something that means something else, and where that
/// stands. `None` when there is none.
pub fn one_leaf(value: &Value, number: u64) -> Option<(Path, Value)> {
    let mut leaves = Vec::new();
    collect(value, &mut Path::root(), &mut leaves);
    let count = leaves.len() as u64;
    // A prime apart, so that a few numbers are spread over the value.
    let path = leaves.into_iter().nth(usize::try_from((number * 7919).checked_rem(count)?).ok()?)?;
    let changed = replaced(value, &mut Path::root(), &path);
    Some((path, changed))
}

fn collect(value: &Value, path: &mut Path, leaves: &mut Vec<Path>) {
    match value {
        Value::Map(map) => {
            for (key, value) in map {
                path.push_key(key);
                collect(value, path, leaves);
                path.pop();
            }
        }
        Value::List(items) => {
            for (index, value) in items.iter().enumerate() {
                path.push_index(index);
                collect(value, path, leaves);
                path.pop();
            }
        }
        Value::String(_) | Value::Number(_) | Value::Bool(_) => leaves.push(path.clone()),
        _ => {}
    }
}

fn replaced(value: &Value, here: &mut Path, path: &Path) -> Value {
    if here == path {
        return match value {
            Value::String(text) => Value::from(format!("{text}-other")),
            Value::Bool(flag) => Value::from(!flag),
            Value::Number(number) => Value::from(number.as_i64().unwrap_or_default() + 17),
            other => other.clone(),
        };
    }
    match value {
        Value::Map(map) => Value::Map(
            map.iter()
                .map(|(key, value)| {
                    here.push_key(key);
                    let value = replaced(value, here, path);
                    here.pop();
                    (key.clone(), value)
                })
                .collect(),
        ),
        Value::List(items) => Value::List(
            items
                .iter()
                .enumerate()
                .map(|(index, value)| {
                    here.push_index(index);
                    let value = replaced(value, here, path);
                    here.pop();
                    value
                })
                .collect(),
        ),
        other => other.clone(),
    }
}

//! Functions of values only: comparison, logic, numbers, lists and objects. Those of text are in `text`.

use serde_json::{Map, Value};

use super::{network, property, text};

/// Why a function has no value.
pub(super) type Outcome = Result<Value, String>;

/// The value of the function `name`, which is in lower case; `None` when there is none.
pub(super) fn call(name: &str, arguments: &[Value]) -> Option<Outcome> {
    logic(name, arguments)
        .or_else(|| numbers(name, arguments))
        .or_else(|| collections(name, arguments))
        .or_else(|| network::call(name, arguments))
        .or_else(|| text::call(name, arguments))
}

fn logic(name: &str, arguments: &[Value]) -> Option<Outcome> {
    Some(match (name, arguments) {
        ("true", []) => Ok(true.into()),
        ("false", []) => Ok(false.into()),
        ("null", []) => Ok(Value::Null),
        ("equals", [left, right]) => Ok((left == right).into()),
        ("not", [value]) => boolean(value).map(|value| (!value).into()),
        ("and", values) if values.len() > 1 => all(values).map(Value::from),
        ("or", values) if values.len() > 1 => none(values).map(|none| (!none).into()),
        ("bool", [value]) => match value {
            Value::Bool(value) => Ok((*value).into()),
            Value::Number(number) => Ok((number.as_f64() != Some(0.0)).into()),
            Value::String(text) if text.eq_ignore_ascii_case("true") || text == "1" => Ok(true.into()),
            Value::String(text) if text.eq_ignore_ascii_case("false") || text == "0" => Ok(false.into()),
            other => Err(format!("{other} is not a bool")),
        },
        ("coalesce", values) if !values.is_empty() => {
            Ok(values.iter().find(|value| !value.is_null()).cloned().unwrap_or(Value::Null))
        }
        ("less", [left, right]) => order(left, right).map(|order| order.is_lt().into()),
        ("lessorequals", [left, right]) => order(left, right).map(|order| order.is_le().into()),
        ("greater", [left, right]) => order(left, right).map(|order| order.is_gt().into()),
        ("greaterorequals", [left, right]) => order(left, right).map(|order| order.is_ge().into()),
        _ => return None,
    })
}

fn all(values: &[Value]) -> Result<bool, String> {
    values.iter().try_fold(true, |all, value| Ok(all & boolean(value)?))
}

fn none(values: &[Value]) -> Result<bool, String> {
    values.iter().try_fold(true, |none, value| Ok(none & !boolean(value)?))
}

fn order(left: &Value, right: &Value) -> Result<std::cmp::Ordering, String> {
    match (left, right) {
        (Value::String(left), Value::String(right)) => Ok(left.cmp(right)),
        _ => Ok(integer(left)?.cmp(&integer(right)?)),
    }
}

fn numbers(name: &str, arguments: &[Value]) -> Option<Outcome> {
    Some(match (name, arguments) {
        ("add", [left, right]) => binary(left, right, i64::checked_add),
        ("sub", [left, right]) => binary(left, right, i64::checked_sub),
        ("mul", [left, right]) => binary(left, right, i64::checked_mul),
        ("div", [left, right]) => binary(left, right, i64::checked_div),
        ("mod", [left, right]) => binary(left, right, i64::checked_rem),
        ("min" | "max", values) if !values.is_empty() => extreme(name, values),
        ("int", [Value::String(text)]) => {
            text.trim().parse::<i64>().map(Value::from).map_err(|_| format!("'{text}' is not a whole number"))
        }
        ("int", [value]) => integer(value).map(Value::from),
        ("range", [start, count]) => range(start, count),
        _ => return None,
    })
}

fn binary(left: &Value, right: &Value, operation: fn(i64, i64) -> Option<i64>) -> Outcome {
    let (left, right) = (integer(left)?, integer(right)?);
    let result = operation(left, right);
    result.map(Value::from).ok_or_else(|| format!("it has no value for {left} and {right}"))
}

fn extreme(name: &str, values: &[Value]) -> Outcome {
    let values = match values {
        [Value::Array(items)] => items,
        values => values,
    };
    let numbers: Vec<i64> = values.iter().map(integer).collect::<Result<_, _>>()?;
    let found = if name == "min" { numbers.into_iter().min() } else { numbers.into_iter().max() };
    found.map(Value::from).ok_or_else(|| "the list is empty".to_owned())
}

fn range(start: &Value, count: &Value) -> Outcome {
    let (start, count) = (integer(start)?, integer(count)?);
    if !(0..=10_000).contains(&count) {
        return Err(format!("the count is {count}, and must be from 0 to 10000"));
    }
    Ok((0..count).map(|at| start.saturating_add(at)).collect())
}

fn collections(name: &str, arguments: &[Value]) -> Option<Outcome> {
    Some(match (name, arguments) {
        ("createarray", values) => Ok(values.to_vec().into()),
        ("array", [Value::Array(items)]) => Ok(items.clone().into()),
        ("array", [value]) => Ok(vec![value.clone()].into()),
        ("createobject", pairs) => object(pairs),
        ("length", [Value::Array(items)]) => Ok(items.len().into()),
        ("length", [Value::Object(map)]) => Ok(map.len().into()),
        ("empty", [value]) => Ok(is_empty(value).into()),
        ("contains", [Value::Array(items), wanted]) => Ok(items.contains(wanted).into()),
        ("contains", [Value::Object(_), Value::String(_)]) => {
            Ok(property(&arguments[0], arguments[1].as_str().unwrap_or_default()).is_some().into())
        }
        ("first", [Value::Array(items)]) => Ok(items.first().cloned().unwrap_or(Value::Null)),
        ("last", [Value::Array(items)]) => Ok(items.last().cloned().unwrap_or(Value::Null)),
        ("take", [Value::Array(items), count]) => {
            count_of(count).map(|count| items.iter().take(count).cloned().collect())
        }
        ("skip", [Value::Array(items), count]) => {
            count_of(count).map(|count| items.iter().skip(count).cloned().collect())
        }
        ("concat", [Value::Array(_), ..]) => joined(arguments),
        ("flatten", [Value::Array(lists)]) => joined(lists),
        ("union" | "shallowmerge", _) => union(name, arguments),
        ("intersection", [Value::Array(first), rest @ ..]) => {
            let in_all =
                |item: &&Value| rest.iter().all(|list| list.as_array().is_some_and(|l| l.contains(item)));
            Ok(first.iter().filter(in_all).cloned().collect())
        }
        ("items", [Value::Object(map)]) => {
            Ok(map.iter().map(|(key, value)| serde_json::json!({ "key": key, "value": value })).collect())
        }
        ("objectkeys", [Value::Object(map)]) => Ok(map.keys().cloned().collect()),
        ("tryget", [of, Value::String(name)]) => Ok(property(of, name).cloned().unwrap_or(Value::Null)),
        ("tryget", [Value::Array(items), Value::Number(at)]) => {
            let item = at.as_u64().and_then(|at| items.get(usize::try_from(at).ok()?));
            Ok(item.cloned().unwrap_or(Value::Null))
        }
        ("indexof", [Value::Array(items), wanted]) => {
            let at = items.iter().position(|item| item == wanted).and_then(|at| i64::try_from(at).ok());
            Ok(at.unwrap_or(-1).into())
        }
        _ => return None,
    })
}

fn object(pairs: &[Value]) -> Outcome {
    let mut map = Map::new();
    for pair in pairs.chunks(2) {
        match pair {
            [Value::String(key), value] => drop(map.insert(key.clone(), value.clone())),
            _ => return Err("it takes keys, which are texts, each with a value".to_owned()),
        }
    }
    Ok(map.into())
}

fn joined(lists: &[Value]) -> Outcome {
    let mut joined = Vec::new();
    for list in lists {
        let items = list.as_array().ok_or_else(|| format!("{list} is not an array"))?;
        joined.extend(items.iter().cloned());
    }
    Ok(joined.into())
}

/// Lists: the items of all, each once. Objects: the properties of all, where later ones win, inner objects as well.
fn union(name: &str, values: &[Value]) -> Outcome {
    let values: &[Value] = match values {
        [Value::Array(objects)] if name == "shallowmerge" => objects,
        values => values,
    };
    if values.iter().all(Value::is_array) {
        let mut items: Vec<Value> = Vec::new();
        for item in values.iter().flat_map(|list| list.as_array().into_iter().flatten()) {
            if !items.contains(item) {
                items.push(item.clone());
            }
        }
        return Ok(items.into());
    }
    let mut merged = Map::new();
    for value in values {
        let map = value.as_object().ok_or("it takes lists only, or objects only")?;
        for (key, value) in map {
            let (key, value) = (key.clone(), value.clone());
            match (merged.get_mut(&key), value) {
                (Some(before @ Value::Object(_)), value @ Value::Object(_)) if name == "union" => {
                    *before = union(name, &[before.clone(), value])?;
                }
                (_, value) => drop(merged.insert(key, value)),
            }
        }
    }
    Ok(merged.into())
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

pub(super) fn boolean(value: &Value) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| format!("{value} is not a bool"))
}

pub(super) fn integer(value: &Value) -> Result<i64, String> {
    value.as_i64().ok_or_else(|| format!("{value} is not a whole number"))
}

pub(super) fn count_of(value: &Value) -> Result<usize, String> {
    Ok(usize::try_from(integer(value)?).unwrap_or(0))
}

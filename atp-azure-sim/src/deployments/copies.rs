//! Loops in values: `"copy": [{"name": "subnets", "count": 2, "input": ..}]` beside other properties.

use serde_json::{Map, Value};

use super::environment::Surroundings;
use crate::expressions::{self, Problem};

/// Most turns of a loop.
const MOST: i64 = 800;

/// The turns of a loop, each as the name of the loop and its number, with the loops around it.
pub(super) fn rounds(
    copy: &Value,
    surroundings: &Surroundings<'_>,
    depth: usize,
) -> Result<Vec<Vec<(String, i64)>>, Problem> {
    let name = expressions::resolve(copy.get("name").unwrap_or(&Value::Null), surroundings, depth)?;
    let Some(name) = name.as_str() else { return Err(Problem::new("A 'copy' has no 'name'.")) };
    let count = expressions::resolve(copy.get("count").unwrap_or(&Value::Null), surroundings, depth)?;
    let count = count.as_i64().filter(|count| (0..=MOST).contains(count)).ok_or_else(|| {
        Problem::new(format!(
            "The 'count' of the copy loop '{name}' is {count}, and must be from 0 to {MOST}."
        ))
    })?;
    let around = surroundings.copies;
    Ok((0..count).map(|turn| around.iter().cloned().chain([(name.to_owned(), turn)]).collect()).collect())
}

/// The values of `input`, one for each turn.
pub(super) fn turns(
    copy: &Value,
    surroundings: &Surroundings<'_>,
    depth: usize,
) -> Result<Vec<Value>, Problem> {
    let input = copy.get("input").unwrap_or(&Value::Null);
    let rounds = rounds(copy, surroundings, depth)?;
    rounds.iter().map(|copies| resolve(input, &surroundings.with_copies(copies), depth)).collect()
}

/// `value` with every expression and every loop in it replaced by what it stands for.
pub(super) fn resolve(
    value: &Value,
    surroundings: &Surroundings<'_>,
    depth: usize,
) -> Result<Value, Problem> {
    match value {
        Value::Object(map) => {
            let mut resolved = Map::new();
            for (key, value) in map {
                match value.as_array().filter(|_| key == "copy") {
                    Some(loops) if loops.iter().all(|found| found.get("input").is_some()) => {
                        for found in loops {
                            let name = found.get("name").and_then(Value::as_str).unwrap_or_default();
                            resolved.insert(name.to_owned(), turns(found, surroundings, depth)?.into());
                        }
                    }
                    _ => {
                        let key = expressions::resolve(&Value::from(key.as_str()), surroundings, depth)?;
                        let key = key.as_str().unwrap_or_default().to_owned();
                        resolved.insert(key, resolve(value, surroundings, depth)?);
                    }
                }
            }
            Ok(resolved.into())
        }
        Value::Array(items) => items
            .iter()
            .map(|item| resolve(item, surroundings, depth))
            .collect::<Result<Vec<_>, _>>()
            .map(Value::from),
        other => expressions::resolve(other, surroundings, depth),
    }
}

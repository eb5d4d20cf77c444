//! Marking what is secret in what the service says.

use super::shape;
use crate::descriptor::Shape;
use atp_iac::value::{Map, Value};

/// The value with secrets marked: where the shape says so, and where the inputs were secret.
pub(crate) fn mark(body: &'static Shape, inputs: Option<&Value>, said: Value) -> Value {
    let inside = inputs.map(Value::exposed);
    let value = match (body, said) {
        (_, Value::Secret(inner)) => Value::Secret(inner),
        (body, Value::Map(map)) => {
            let entries = map.into_iter().map(|(key, value)| {
                let found = shape::find(body, &key);
                let shape = found.map_or(&Shape::Any, |found| found.shape);
                let marked = mark(shape, inside.and_then(|inputs| inputs.get(&key)), value);
                let secret = found.is_some_and(|found| found.flags.secret) && marked != Value::Null;
                (key, if secret { marked.into_secret() } else { marked })
            });
            Value::Map(entries.collect::<Map>())
        }
        (body, Value::List(items)) => {
            let shape = shape::find(body, "[]").map_or(&Shape::Any, |found| found.shape);
            let inputs = inside.and_then(Value::as_list).unwrap_or_default();
            let secret_item = inputs.iter().any(|input| matches!(input, Value::Secret(_)));
            let items = items.into_iter().enumerate().map(|(index, item)| {
                let marked = mark(shape, input_of(inputs, index, &item), item);
                if secret_item { marked.into_secret() } else { marked }
            });
            Value::List(items.collect())
        }
        (_, other) => other,
    };
    if matches!(inputs, Some(Value::Secret(_))) { value.into_secret() } else { value }
}

/// The input for an item: the one of its name, or the one at its position.
fn input_of<'v>(inputs: &'v [Value], index: usize, item: &Value) -> Option<&'v Value> {
    let name = item.get("name").and_then(Value::as_str);
    let same = |input: &&Value| input.exposed().get("name").and_then(|own| own.exposed().as_str()) == name;
    name.and_then(|_| inputs.iter().find(same)).or_else(|| inputs.get(index))
}

#[cfg(test)]
mod tests {
    use super::super::testing::ACCOUNT;
    use super::*;
    use serde_json::json;

    #[test]
    fn outputs_are_secret_where_the_type_or_the_inputs_say_so() {
        let inputs = Value::from([("tags", Value::from([("token", Value::from("t").into_secret())]))]);
        let said = Value::from(
            json!({"tags": {"token": "t", "plain": "p"}, "properties": {"primaryKey": "k", "accessTier": "Hot"}}),
        );
        let marked = mark(ACCOUNT.body, Some(&inputs), said);
        assert_eq!(
            format!("{marked:?}"),
            r#"{"properties": {"accessTier": "Hot", "primaryKey": [secret]}, "tags": {"plain": "p", "token": [secret]}}"#
        );
    }

    #[test]
    fn a_list_with_a_secret_item_is_secret_item_by_item_whatever_its_order() {
        let inputs = Value::List(vec!["a".into(), Value::from("b").into_secret()]);
        let marked = mark(&Shape::Any, Some(&inputs), Value::from(json!(["b", "a"])));
        assert_eq!(format!("{marked:?}"), "[[secret], [secret]]");
    }
}

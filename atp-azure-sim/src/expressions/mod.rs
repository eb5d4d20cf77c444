//! The language of expressions in templates and policy rules: `[concat(parameters('name'), '-x')]`.
//!
//! Functions of values only are in `functions`. What else there is, such as `parameters` or `resourceGroup`, an
//! [`Environment`] answers, so that templates and policies share the language.

mod functions;
mod lambda;
mod network;
mod parse;
mod text;

use serde_json::{Map, Value};

pub(crate) use parse::{Expression, is_expression, parse};

/// Why an expression has no value, in words for the person who wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem(pub String);

impl Problem {
    pub fn new(text: impl Into<String>) -> Problem {
        Problem(text.into())
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// How deep values, expressions and what they name may be nested.
const DEEPEST: usize = 60;

/// What expressions can ask about their surroundings.
pub(crate) trait Environment {
    /// The value of a function that is no function of its arguments only; `None` when there is no such function. `name`
    /// is in lower case.
    fn call(&self, name: &str, arguments: &[Value], depth: usize) -> Option<Result<Value, Problem>>;
}

/// `value` with every expression in it replaced by its value. Keys of objects may be expressions, too.
pub(crate) fn resolve(value: &Value, env: &dyn Environment, depth: usize) -> Result<Value, Problem> {
    let depth = deeper(depth)?;
    Ok(match value {
        Value::String(text) => resolve_text(text, env, depth)?,
        Value::Array(items) => {
            items.iter().map(|item| resolve(item, env, depth)).collect::<Result<Vec<_>, _>>()?.into()
        }
        Value::Object(map) => {
            let mut resolved = Map::new();
            for (key, value) in map {
                let key = match resolve_text(key, env, depth)? {
                    Value::String(key) => key,
                    other => return Err(Problem::new(format!("The key '{key}' is not a text but {other}."))),
                };
                resolved.insert(key, resolve(value, env, depth)?);
            }
            resolved.into()
        }
        other => other.clone(),
    })
}

fn resolve_text(text: &str, env: &dyn Environment, depth: usize) -> Result<Value, Problem> {
    if is_expression(text) {
        return evaluate(&parse(text)?, env, depth);
    }
    // Two brackets stand for one that begins no expression.
    let plain = if text.starts_with("[[") { &text[1..] } else { text };
    Ok(Value::String(plain.to_owned()))
}

/// The value of an expression.
pub(crate) fn evaluate(
    expression: &Expression,
    env: &dyn Environment,
    depth: usize,
) -> Result<Value, Problem> {
    let depth = deeper(depth)?;
    match expression {
        Expression::Text(text) => Ok(Value::String(text.clone())),
        Expression::Number(number) => Ok(Value::from(*number)),
        Expression::Call(name, arguments) => call(name, arguments, env, depth),
        Expression::Property { of, name, optional } => {
            let of = evaluate(of, env, depth)?;
            match (of.is_null() && *optional, property(&of, name)) {
                (true, _) => Ok(Value::Null),
                (_, Some(value)) => Ok(value.clone()),
                _ if *optional => Ok(Value::Null),
                _ => Err(missing_property(&of, name)),
            }
        }
        Expression::Index { of, index, optional } => {
            let of = evaluate(of, env, depth)?;
            let index = evaluate(index, env, depth)?;
            let found = match &index {
                Value::String(name) => property(&of, name),
                Value::Number(at) => at.as_u64().and_then(|at| of.get(usize::try_from(at).ok()?)),
                _ => None,
            };
            match found {
                Some(value) => Ok(value.clone()),
                None if *optional => Ok(Value::Null),
                None => match &index {
                    Value::String(name) => Err(missing_property(&of, name)),
                    _ => Err(Problem::new(format!(
                        "The language expression property array index '{index}' is out of bounds."
                    ))),
                },
            }
        }
    }
}

fn call(name: &str, arguments: &[Expression], env: &dyn Environment, depth: usize) -> Result<Value, Problem> {
    let lower = name.to_ascii_lowercase();
    // The branch that is not taken may have no value.
    if let ("if", [condition, then, otherwise]) = (lower.as_str(), arguments) {
        let chosen = match evaluate(condition, env, depth)? {
            Value::Bool(true) => then,
            Value::Bool(false) => otherwise,
            other => {
                let problem =
                    format!("The condition of the template function 'if' is not a bool but {other}.");
                return Err(Problem::new(problem));
            }
        };
        return evaluate(chosen, env, depth);
    }
    if let Some(answer) = lambda::call(&lower, arguments, env, depth) {
        return answer;
    }
    let arguments: Vec<Value> =
        arguments.iter().map(|argument| evaluate(argument, env, depth)).collect::<Result<_, _>>()?;
    if let Some(answer) = env.call(&lower, &arguments, depth) {
        return answer;
    }
    match functions::call(&lower, &arguments) {
        Some(Ok(value)) => Ok(value),
        Some(Err(problem)) => Err(Problem::new(format!("The template function '{name}' failed: {problem}"))),
        None => Err(Problem::new(format!(
            "The template function '{name}' is not valid here: it is unknown, or the simulator does not have it."
        ))),
    }
}

fn deeper(depth: usize) -> Result<usize, Problem> {
    if depth < DEEPEST {
        return Ok(depth + 1);
    }
    Err(Problem::new(format!(
        "Expressions are nested deeper than {DEEPEST}, or name each other in a circle."
    )))
}

/// A property of an object, by name without regard to case.
pub(crate) fn property<'a>(of: &'a Value, name: &str) -> Option<&'a Value> {
    let map = of.as_object()?;
    let folded = || map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    map.get(name).or_else(folded)
}

fn missing_property(of: &Value, name: &str) -> Problem {
    let known = of.as_object().map(|map| map.keys().cloned().collect::<Vec<_>>().join(", "));
    Problem::new(format!(
        "The language expression property '{name}' doesn't exist, available properties are '{}'.",
        known.unwrap_or_default()
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    struct Nothing;

    impl Environment for Nothing {
        fn call(&self, name: &str, _: &[Value], depth: usize) -> Option<Result<Value, Problem>> {
            match name {
                "numbers" => Some(Ok(json!({ "One": 1, "list": [10, 20] }))),
                "circle" => Some(resolve(&json!("[circle()]"), self, depth)),
                _ => None,
            }
        }
    }

    fn value(text: &str) -> Value {
        resolve(&json!(text), &Nothing, 0).unwrap_or_else(|problem| panic!("{text}: {problem}"))
    }

    fn problem(text: &str) -> String {
        resolve(&json!(text), &Nothing, 0).unwrap_err().0
    }

    #[test]
    fn text_without_brackets_is_no_expression() {
        assert_eq!(value("plain"), json!("plain"));
        assert_eq!(value("[[plain]"), json!("[plain]"));
        assert_eq!(value("[concat('it''s', ' ', 'here')]"), json!("it's here"));
    }

    #[test]
    fn properties_and_items_are_reached_in_any_case() {
        assert_eq!(value("[numbers().one]"), json!(1));
        assert_eq!(value("[numbers()['list'][1]]"), json!(20));
        assert_eq!(value("[numbers().?two]"), json!(null));
        assert!(problem("[numbers().two]").contains("'two' doesn't exist"));
        assert!(problem("[numbers().list[2]]").contains("out of bounds"));
    }

    #[test]
    fn a_branch_that_is_not_taken_may_have_no_value() {
        assert_eq!(value("[if(equals(1, 1), 'yes', nothing())]"), json!("yes"));
    }

    #[test]
    fn lambdas_have_the_values_of_the_list() {
        let list = "createArray(3, 1, 2)";
        assert_eq!(
            value(&format!(
                "[map({list}, lambda('x', 'i', add(lambdaVariables('x'), lambdaVariables('i'))))]"
            )),
            json!([3, 2, 4])
        );
        assert_eq!(
            value(&format!("[filter({list}, lambda('x', greater(lambdaVariables('x'), 1)))]")),
            json!([3, 2])
        );
        assert_eq!(
            value(&format!(
                "[reduce({list}, 10, lambda('s', 'x', add(lambdaVariables('s'), lambdaVariables('x'))))]"
            )),
            json!(16)
        );
        assert_eq!(
            value(&format!(
                "[sort({list}, lambda('a', 'b', less(lambdaVariables('a'), lambdaVariables('b'))))]"
            )),
            json!([1, 2, 3])
        );
        assert_eq!(
            value(
                "[toObject(createArray('a', 'b'), lambda('x', lambdaVariables('x')), lambda('x', numbers().one))]"
            ),
            json!({ "a": 1, "b": 1 })
        );
        assert!(problem("[map('text', lambda('x', 1))]").contains("'map'"));
        assert!(problem(&format!("[filter({list}, lambda('x', 1))]")).contains("bool"));
    }

    #[test]
    fn an_unknown_function_is_named() {
        assert!(problem("[mystery('x')]").contains("'mystery'"));
    }

    #[test]
    fn circles_end_with_a_problem() {
        assert!(problem("[circle()]").contains("circle"));
        let deep = format!("[{}1{}]", "not(".repeat(500), ")".repeat(500));
        assert!(problem(&deep).contains("deeper"));
    }

    #[test]
    fn what_is_no_expression_says_where_it_ends() {
        assert!(problem("[concat('a'").contains("character 11"), "{}", problem("[concat('a'"));
        assert!(problem("[concat('a') 'b']").contains("character"));
    }
}

//! Functions that take a function: `map(values, lambda('x', concat(lambdaVariables('x'), '!')))`.

use serde_json::{Map, Value};

use super::parse::Expression;
use super::{Environment, Problem, evaluate};

/// An environment in which a lambda's variables have values.
struct Bound<'a> {
    around: &'a dyn Environment,
    variables: Vec<(&'a str, Value)>,
}

impl Environment for Bound<'_> {
    fn call(&self, name: &str, arguments: &[Value], depth: usize) -> Option<Result<Value, Problem>> {
        let wanted = arguments.first().and_then(Value::as_str).unwrap_or_default();
        let own = self.variables.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        match own {
            Some((_, value)) if name == "lambdavariables" => Some(Ok(value.clone())),
            _ => self.around.call(name, arguments, depth),
        }
    }
}

/// A parsed `lambda('x', .., body)`.
struct Lambda<'a> {
    names: Vec<&'a str>,
    body: &'a Expression,
}

impl<'a> Lambda<'a> {
    fn of(expression: &'a Expression) -> Option<Lambda<'a>> {
        let Expression::Call(name, arguments) = expression else { return None };
        let (body, names) = arguments.split_last()?;
        let names = names.iter().map(|name| match name {
            Expression::Text(name) => Some(name.as_str()),
            _ => None,
        });
        name.eq_ignore_ascii_case("lambda").then_some(Lambda { names: names.collect::<Option<_>>()?, body })
    }

    /// The value of the body. A lambda may name fewer variables than there are values.
    fn apply(&self, values: &[&Value], around: &dyn Environment, depth: usize) -> Result<Value, Problem> {
        let variables = self.names.iter().copied().zip(values.iter().map(|value| (*value).clone())).collect();
        evaluate(self.body, &Bound { around, variables }, depth)
    }

    fn decides(&self, values: &[&Value], around: &dyn Environment, depth: usize) -> Result<bool, Problem> {
        let value = self.apply(values, around, depth)?;
        value
            .as_bool()
            .ok_or_else(|| Problem::new(format!("A lambda has to be a bool here, and is {value}.")))
    }
}

/// The value of a function, whose name is in lower case, that takes a list and lambdas. `None` when it is another one.
pub(super) fn call(
    name: &str,
    arguments: &[Expression],
    env: &dyn Environment,
    depth: usize,
) -> Option<Result<Value, Problem>> {
    if !matches!(name, "map" | "filter" | "reduce" | "sort" | "toobject") {
        return None;
    }
    Some(apply(name, arguments, env, depth))
}

fn apply(
    name: &str,
    arguments: &[Expression],
    env: &dyn Environment,
    depth: usize,
) -> Result<Value, Problem> {
    let wrong = || Problem::new(format!("The template function '{name}' takes a list and a lambda."));
    let list = evaluate(arguments.first().ok_or_else(wrong)?, env, depth)?;
    let items = list.as_array().ok_or_else(wrong)?;
    let lambda = |at: usize| arguments.get(at).and_then(Lambda::of).ok_or_else(wrong);
    let numbered = || items.iter().zip(0..).map(|(item, at): (&Value, i64)| (item, Value::from(at)));
    match name {
        "map" => {
            let lambda = lambda(1)?;
            numbered().map(|(item, at)| lambda.apply(&[item, &at], env, depth)).collect()
        }
        "filter" => {
            let lambda = lambda(1)?;
            let mut kept = Vec::new();
            for (item, at) in numbered() {
                if lambda.decides(&[item, &at], env, depth)? {
                    kept.push(item.clone());
                }
            }
            Ok(kept.into())
        }
        "reduce" => {
            let (first, lambda) = (evaluate(arguments.get(1).ok_or_else(wrong)?, env, depth)?, lambda(2)?);
            numbered().try_fold(first, |sum, (item, at)| lambda.apply(&[&sum, item, &at], env, depth))
        }
        "sort" => {
            // Inserted one by one, because the comparison of a template need not be an order.
            let lambda = lambda(1)?;
            let mut sorted: Vec<Value> = Vec::new();
            for item in items {
                let mut at = sorted.len();
                while at > 0 && lambda.decides(&[item, &sorted[at - 1]], env, depth)? {
                    at -= 1;
                }
                sorted.insert(at, item.clone());
            }
            Ok(sorted.into())
        }
        _ => {
            let key = lambda(1)?;
            let mut object = Map::new();
            for item in items {
                let name = key.apply(&[item], env, depth)?;
                let name =
                    name.as_str().ok_or_else(|| Problem::new(format!("A key is not a text but {name}.")))?;
                let value = match arguments.len() {
                    2 => item.clone(),
                    _ => lambda(2)?.apply(&[item], env, depth)?,
                };
                object.insert(name.to_owned(), value);
            }
            Ok(object.into())
        }
    }
}

//! From a template to the resources that it deploys, in an order that respects what depends on what.

use serde_json::Value;

use super::copies;
use super::environment::{Surroundings, is_read};
use super::ids::{Place, compose};
use super::record::{Step, StepState};
use crate::expressions::{self, Expression, Problem, is_expression, parse, property};

pub(super) const DEPLOYMENTS: &str = "Microsoft.Resources/deployments";

/// The resources of a template, each with what it waits for.
pub(super) fn steps(surroundings: &Surroundings<'_>) -> Result<Vec<Step>, Problem> {
    let resources = property(surroundings.template, "resources").unwrap_or(&Value::Null);
    let mut steps = Vec::new();
    match resources {
        Value::Array(items) => {
            for item in items {
                add(surroundings, item, "", None, &mut steps)?;
            }
        }
        Value::Object(map) => {
            for (symbol, item) in map {
                add(surroundings, item, symbol, None, &mut steps)?;
            }
        }
        _ => return Err(Problem::new("The 'resources' of the template are no list.")),
    }
    for (at, step) in steps.iter().enumerate() {
        let twin = steps[..at].iter().find(|other| {
            other.id.eq_ignore_ascii_case(&step.id)
                && [other, step].iter().all(|s| s.state == StepState::Waiting)
        });
        if twin.is_some() {
            return Err(Problem::new(format!(
                "The resource '{}' is defined multiple times in the template.",
                step.id
            )));
        }
    }
    let depends: Vec<Vec<usize>> =
        (0..steps.len()).map(|at| dependencies(surroundings, &steps, at)).collect::<Result<_, _>>()?;
    for (step, depends) in steps.iter_mut().zip(depends) {
        step.depends = depends;
    }
    refuse_circles(&steps)?;
    Ok(steps)
}

/// Type and name of the resource that a nested one stands in.
type Around<'a> = Option<(&'a str, &'a str)>;

fn add(
    surroundings: &Surroundings<'_>,
    resource: &Value,
    symbol: &str,
    around: Around<'_>,
    steps: &mut Vec<Step>,
) -> Result<(), Problem> {
    let Some(copy) = resource.get("copy") else {
        return add_one(surroundings, resource, symbol, around, steps);
    };
    let loop_name = copy.get("name").and_then(Value::as_str).unwrap_or_default();
    let symbol = if symbol.is_empty() { loop_name } else { symbol };
    for copies in copies::rounds(copy, surroundings, 0)? {
        add_one(&surroundings.with_copies(&copies), resource, symbol, around, steps)?;
    }
    Ok(())
}

fn add_one(
    surroundings: &Surroundings<'_>,
    resource: &Value,
    symbol: &str,
    around: Around<'_>,
    steps: &mut Vec<Step>,
) -> Result<(), Problem> {
    let wanted = |name: &str| {
        let value = text(surroundings, resource, name)?;
        value.ok_or_else(|| Problem::new(format!("The resource has no '{name}': {}", brief(resource))))
    };
    let (mut type_name, mut name) = (wanted("type")?, wanted("name")?);
    if let Some((outer_type, outer_name)) = around {
        type_name = format!("{outer_type}/{type_name}");
        name = format!("{outer_name}/{name}");
    }
    if type_name.to_ascii_lowercase().contains("/providers/") {
        return Err(Problem::new(format!(
            "The simulator does not support the type '{type_name}': give the resource a 'scope' instead."
        )));
    }
    let api_version = wanted("apiVersion")?;
    let scope = scope(surroundings, resource, &type_name)?;
    let id = compose(&scope, &type_name, &[&name])?;
    let condition = resource
        .get("condition")
        .map_or(Ok(Value::Bool(true)), |condition| expressions::resolve(condition, surroundings, 0))?;
    let state = match condition.as_bool() {
        None => return Err(Problem::new(format!("The condition of the resource '{id}' is not a bool."))),
        Some(false) => StepState::Skipped,
        Some(true) if resource.get("existing") == Some(&Value::Bool(true)) => StepState::Existing,
        Some(true) => StepState::Waiting,
    };
    steps.push(Step {
        id,
        type_name: type_name.clone(),
        name: name.clone(),
        symbol: symbol.to_owned(),
        api_version,
        resource: resource.clone(),
        copies: surroundings.copies.to_vec(),
        depends: Vec::new(),
        state,
        operation: None,
        started: 0,
        ended: 0,
        status: 0,
        error: None,
    });
    let inner = resource.get("resources").and_then(Value::as_array);
    // A deployment has its resources in its own template.
    for item in inner.into_iter().flatten().filter(|_| state != StepState::Skipped) {
        add(surroundings, item, "", Some((&type_name, &name)), steps)?;
    }
    Ok(())
}

fn text(surroundings: &Surroundings<'_>, resource: &Value, name: &str) -> Result<Option<String>, Problem> {
    let Some(value) = resource.get(name) else { return Ok(None) };
    match expressions::resolve(value, surroundings, 0)? {
        Value::String(text) => Ok(Some(text)),
        other => Err(Problem::new(format!("The '{name}' of a resource is not a text but {other}."))),
    }
}

fn brief(resource: &Value) -> String {
    resource.to_string().chars().take(120).collect()
}

/// Id of the scope that the resource is deployed to.
fn scope(surroundings: &Surroundings<'_>, resource: &Value, type_name: &str) -> Result<String, Problem> {
    let place = surroundings.place;
    if let Some(scope) = text(surroundings, resource, "scope")? {
        return scope_of(place, &scope);
    }
    if !type_name.eq_ignore_ascii_case(DEPLOYMENTS) {
        return Ok(place.scope.clone());
    }
    let subscription = text(surroundings, resource, "subscriptionId")?;
    let group = text(surroundings, resource, "resourceGroup")?;
    let subscription = subscription.or_else(|| place.subscription.clone());
    Ok(match (subscription, group) {
        (Some(subscription), Some(group)) => format!("/subscriptions/{subscription}/resourceGroups/{group}"),
        (Some(subscription), None) if resource.get("subscriptionId").is_some() => {
            format!("/subscriptions/{subscription}")
        }
        _ => place.scope.clone(),
    })
}

/// A scope in a template: an id, `/` for the tenant, or type and name of a resource, such as
/// `Microsoft.KeyVault/vaults/v`.
fn scope_of(place: &Place, scope: &str) -> Result<String, Problem> {
    if scope.starts_with('/') {
        return Ok(scope.trim_end_matches('/').to_owned());
    }
    let mut segments = scope.split('/');
    let namespace = segments.next().unwrap_or_default();
    let rest: Vec<&str> = segments.collect();
    let kinds: Vec<&str> = rest.iter().copied().step_by(2).collect();
    let names: Vec<&str> = rest.iter().copied().skip(1).step_by(2).collect();
    if namespace.eq_ignore_ascii_case("Microsoft.Management") {
        return compose("", &format!("{namespace}/{}", kinds.join("/")), &names);
    }
    compose(&place.scope, &format!("{namespace}/{}", kinds.join("/")), &names)
}

/// What the step at `at` waits for: what `dependsOn` names, and what its expressions read.
fn dependencies(surroundings: &Surroundings<'_>, steps: &[Step], at: usize) -> Result<Vec<usize>, Problem> {
    let step = &steps[at];
    let surroundings = Surroundings { copies: &step.copies, steps, ..*surroundings };
    let mut depends = Vec::new();
    if step.state == StepState::Skipped {
        return Ok(depends);
    }
    let named = step.resource.get("dependsOn").and_then(Value::as_array);
    for item in named.into_iter().flatten() {
        let item = expressions::resolve(item, &surroundings, 0)?;
        let text = item.as_str().unwrap_or_default();
        let before = depends.len();
        depends.extend(called(steps, text, at));
        if depends.len() == before {
            return Err(Problem::new(format!(
                "The resource '{text}', on which '{}' depends, is not defined in the template. Please see \
                 https://aka.ms/arm-syntax for usage details.",
                step.id
            )));
        }
    }
    depends.extend(turns_before(steps, at)?);
    let mut read = Vec::new();
    reads(&step.resource, is_inner(&step.resource), &mut read)?;
    for argument in read {
        // What cannot be known before the deployment runs names nothing here.
        if let Ok(Value::String(text)) = expressions::evaluate(&argument, &surroundings, 0) {
            depends.extend(called(steps, &text, at));
        }
    }
    depends.sort_unstable();
    depends.dedup();
    Ok(depends)
}

/// In a serial loop each batch of turns waits for the one before.
fn turns_before(steps: &[Step], at: usize) -> Result<Vec<usize>, Problem> {
    let step = &steps[at];
    let (Some(copy), Some((name, turn))) = (step.resource.get("copy"), step.copies.last()) else {
        return Ok(Vec::new());
    };
    let serial =
        copy.get("mode").and_then(Value::as_str).is_some_and(|mode| mode.eq_ignore_ascii_case("serial"));
    if !serial {
        return Ok(Vec::new());
    }
    let size = copy.get("batchSize").map_or(Some(1), Value::as_i64).filter(|size| *size > 0);
    let size = size.ok_or_else(|| {
        Problem::new(format!("The 'batchSize' of the copy loop '{name}' is not a number above 0."))
    })?;
    let batch = turn / size;
    let before = |other: &Step| {
        let around = step.copies.len() - 1;
        let same_loop = other.copies.get(..around) == step.copies.get(..around)
            && other.copies.len() == step.copies.len();
        let last = other.copies.last();
        same_loop && last.is_some_and(|(other, turn)| other == name && turn / size == batch - 1)
    };
    Ok((0..steps.len()).filter(|other| before(&steps[*other])).collect())
}

fn called(steps: &[Step], text: &str, but: usize) -> Vec<usize> {
    let exact = |step: &Step| step.id.eq_ignore_ascii_case(text) || step.symbol.eq_ignore_ascii_case(text);
    let found = |fits: &dyn Fn(&Step) -> bool| -> Vec<usize> {
        (0..steps.len()).filter(|at| *at != but && fits(&steps[*at])).collect()
    };
    let best = found(&exact);
    if best.is_empty() { found(&|step| step.is_called(text)) } else { best }
}

/// Whether the expressions in the template of a nested deployment are its own.
pub(super) fn is_inner(resource: &Value) -> bool {
    let options =
        resource.get("properties").and_then(|properties| properties.get("expressionEvaluationOptions"));
    let scope = options.and_then(|options| options.get("scope")).and_then(Value::as_str);
    scope.is_some_and(|scope| scope.eq_ignore_ascii_case("inner"))
}

/// The first arguments of `reference` and `list*` in the expressions of a value.
fn reads(value: &Value, inner: bool, found: &mut Vec<Expression>) -> Result<(), Problem> {
    match value {
        Value::String(text) if is_expression(text) => {
            parse(text)?.visit_calls(&mut |name, arguments| {
                if is_read(&name.to_ascii_lowercase())
                    && let Some(first) = arguments.first()
                {
                    found.push(first.clone());
                }
            });
            Ok(())
        }
        Value::Array(items) => items.iter().try_for_each(|item| reads(item, inner, found)),
        Value::Object(map) => map
            .iter()
            .filter(|(key, _)| *key != "dependsOn" && *key != "resources" && !(inner && *key == "template"))
            .try_for_each(|(_, value)| reads(value, inner, found)),
        _ => Ok(()),
    }
}

fn refuse_circles(steps: &[Step]) -> Result<(), Problem> {
    let mut done = vec![false; steps.len()];
    loop {
        let ready = |at: &usize| !done[*at] && steps[*at].depends.iter().all(|before| done[*before]);
        let next: Vec<usize> = (0..steps.len()).filter(ready).collect();
        if next.is_empty() {
            break;
        }
        next.into_iter().for_each(|at| done[at] = true);
    }
    let left: Vec<&str> = (0..steps.len()).filter(|at| !done[*at]).map(|at| steps[at].id.as_str()).collect();
    if left.is_empty() {
        return Ok(());
    }
    Err(Problem::new(format!(
        "Circular dependency detected on resource: '{}'. Please see https://aka.ms/arm-syntax-resources for usage details.",
        left.join("', '")
    )))
}

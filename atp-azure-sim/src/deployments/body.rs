//! What the expressions of a template stand for once it runs: bodies of requests, and outputs.

use serde_json::{Map, Value, json};

use super::copies;
use super::environment::Surroundings;
use super::expand::{DEPLOYMENTS, is_inner};
use super::record::Step;
use super::template::is_secure;
use crate::expressions::{self, Problem, property};

/// What of a resource in a template is for the deployment, and not for the service.
const OWN: [&str; 11] = [
    "type",
    "name",
    "apiVersion",
    "dependsOn",
    "condition",
    "copy",
    "comments",
    "scope",
    "resources",
    "metadata",
    "existing",
];

/// The body of the request for a resource.
pub(super) fn body_of(surroundings: &Surroundings<'_>, step: &Step) -> Result<Value, Problem> {
    let surroundings = surroundings.with_copies(&step.copies);
    let mut resource = step.resource.as_object().cloned().unwrap_or_default();
    let nested = step.type_name.eq_ignore_ascii_case(DEPLOYMENTS);
    resource.retain(|name, _| {
        let of_nested = nested && matches!(name.as_str(), "resourceGroup" | "subscriptionId");
        !OWN.contains(&name.as_str()) && !of_nested
    });
    // The expressions of an inner template are evaluated by the deployment that it is of.
    let inner = is_inner(&step.resource);
    let properties = resource.get_mut("properties").and_then(Value::as_object_mut);
    let template =
        properties.filter(|_| nested && inner).and_then(|properties| properties.remove("template"));
    let mut body = copies::resolve(&Value::Object(resource), &surroundings, 0)?;
    if let Some(template) = template {
        body["properties"]["template"] = template;
    }
    Ok(body)
}

/// The outputs of a template, with their types.
pub(super) fn outputs(surroundings: &Surroundings<'_>) -> Result<Map<String, Value>, Problem> {
    let declared = property(surroundings.template, "outputs").and_then(Value::as_object);
    let mut outputs = Map::new();
    for (name, output) in declared.into_iter().flatten() {
        let condition =
            output.get("condition").map(|condition| expressions::resolve(condition, surroundings, 0));
        if condition.transpose()? == Some(Value::Bool(false)) {
            continue;
        }
        let kind = output.get("type").cloned().unwrap_or(Value::Null);
        let value = match output.get("copy") {
            Some(copy) => {
                let mut copy = copy.clone();
                copy["name"] = json!(name);
                copies::turns(&copy, surroundings, 0)?.into()
            }
            None => copies::resolve(output.get("value").unwrap_or(&Value::Null), surroundings, 0)?,
        };
        let shown =
            if is_secure(output) { json!({ "type": kind }) } else { json!({ "type": kind, "value": value }) };
        outputs.insert(name.clone(), shown);
    }
    Ok(outputs)
}

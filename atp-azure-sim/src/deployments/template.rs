//! The template of a deployment and the values of its parameters, checked.

use serde_json::{Map, Value, json};

use super::environment::Surroundings;
use crate::expressions::{Problem, property, resolve};

/// What a template may have at its top.
const PARTS: [&str; 13] = [
    "$schema",
    "contentVersion",
    "languageVersion",
    "apiProfile",
    "definitions",
    "functions",
    "metadata",
    "imports",
    "extensions",
    "parameters",
    "variables",
    "resources",
    "outputs",
];

/// The template has the parts that it needs, and no others.
pub(super) fn check(template: &Value) -> Result<(), Problem> {
    let Some(parts) = template.as_object() else {
        return Err(Problem::new("The template is not an object."));
    };
    let unknown = parts.keys().find(|name| !PARTS.iter().any(|part| part.eq_ignore_ascii_case(name)));
    if let Some(name) = unknown {
        return Err(Problem::new(format!(
            "Could not find member '{name}' on object of type 'Template'. Path '{name}'."
        )));
    }
    for needed in ["$schema", "contentVersion", "resources"] {
        if property(template, needed).is_none() {
            return Err(Problem::new(format!("Required property '{needed}' not found in JSON. Path ''.")));
        }
    }
    for unsupported in ["functions", "definitions", "imports", "extensions"] {
        let empty = |part: &Value| part.as_array().is_some_and(Vec::is_empty) || *part == json!({});
        if property(template, unsupported).is_some_and(|part| !empty(part)) {
            return Err(Problem::new(format!(
                "The simulator does not support '{unsupported}' in templates."
            )));
        }
    }
    Ok(())
}

/// The values of all parameters of the template: those that were sent, `{name: {"value": ..}}`, and defaults.
pub(super) fn parameters(
    surroundings: &Surroundings<'_>,
    sent: &Value,
) -> Result<Map<String, Value>, Problem> {
    let none = Map::new();
    let sent = sent.as_object().unwrap_or(&none);
    let declared = property(surroundings.template, "parameters").and_then(Value::as_object).unwrap_or(&none);
    let is_declared = |name: &String| declared.keys().any(|known| known.eq_ignore_ascii_case(name));
    let strange: Vec<&str> = sent.keys().filter(|name| !is_declared(name)).map(String::as_str).collect();
    if !strange.is_empty() {
        let known: Vec<&str> = declared.keys().map(String::as_str).collect();
        return Err(Problem::new(format!(
            "The following parameters were supplied, but do not correspond to any parameters defined in the template: \
             '{}'. The parameters defined in the template are: '{}'.",
            strange.join(", "),
            known.join(", ")
        )));
    }
    // Defaults may name other parameters, which are in no order.
    let mut values = Map::new();
    let mut defaults = Vec::new();
    for name in declared.keys() {
        let given = sent.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, given)| given);
        if given.is_some_and(|given| given.get("reference").is_some()) {
            return Err(Problem::new(format!(
                "The value of the parameter '{name}' is a reference to a secret of a key vault, which the simulator does \
                 not read: send a value."
            )));
        }
        match given.and_then(|given| given.get("value")) {
            Some(value) => drop(values.insert(name.clone(), value.clone())),
            None => defaults.push(name),
        }
    }
    for name in defaults {
        let value = default_value(&surroundings.with_parameters(&values), name, &declared[name])?;
        values.insert(name.clone(), value);
    }
    values.iter().try_for_each(|(name, value)| check_value(name, &declared[name], value))?;
    Ok(values)
}

fn default_value(surroundings: &Surroundings<'_>, name: &str, rules: &Value) -> Result<Value, Problem> {
    match rules.get("defaultValue") {
        Some(default) => resolve(default, surroundings, 0),
        None if rules.get("nullable") == Some(&json!(true)) => Ok(Value::Null),
        None => Err(Problem::new(format!(
            "The value for the template parameter '{name}' is not provided. Please see \
             https://aka.ms/arm-create-parameter-file for usage details."
        ))),
    }
}

fn check_value(name: &str, rules: &Value, value: &Value) -> Result<(), Problem> {
    let nullable = rules.get("nullable") == Some(&json!(true));
    if value.is_null() && nullable {
        return Ok(());
    }
    let kind = rules.get("type").and_then(Value::as_str).unwrap_or_default();
    let fits = match kind.to_ascii_lowercase().as_str() {
        "string" | "securestring" => value.is_string(),
        "int" => value.is_i64(),
        "bool" => value.is_boolean(),
        "array" => value.is_array(),
        "object" | "secureobject" => value.is_object(),
        _ => {
            let problem =
                format!("The template parameter '{name}' has the type '{kind}', which is not known.");
            return Err(Problem::new(problem));
        }
    };
    if !fits {
        return Err(Problem::new(format!(
            "Template parameter JToken type is not valid. Expected '{kind}'. The parameter is '{name}'. Please see \
             https://aka.ms/resource-manager-parameter-files for usage details."
        )));
    }
    if let Some(allowed) = rules.get("allowedValues").and_then(Value::as_array) {
        let all_allowed =
            value.as_array().is_some_and(|items| items.iter().all(|item| allowed.contains(item)));
        if !allowed.contains(value) && !all_allowed {
            let allowed: Vec<String> = allowed.iter().map(plain).collect();
            return Err(Problem::new(format!(
                "The provided value for the template parameter '{name}' is not valid. The value '{}' is not part of the \
                 allowed value(s): '{}'.",
                if is_secure(rules) { "***".to_owned() } else { plain(value) },
                allowed.join(",")
            )));
        }
    }
    let length = match value {
        Value::String(text) => i64::try_from(text.chars().count()).ok(),
        Value::Array(items) => i64::try_from(items.len()).ok(),
        _ => None,
    };
    let bounds = [
        ("minValue", value.as_i64()),
        ("minLength", length),
        ("maxValue", value.as_i64()),
        ("maxLength", length),
    ];
    for (rule, found) in bounds {
        let (Some(bound), Some(found)) = (rules.get(rule).and_then(Value::as_i64), found) else { continue };
        if (rule.starts_with("min") && found < bound) || (rule.starts_with("max") && found > bound) {
            return Err(Problem::new(format!(
                "The provided value for the template parameter '{name}' is not valid: {found} is beyond its {rule}, \
                 which is {bound}."
            )));
        }
    }
    Ok(())
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether the value of a parameter or output is never shown.
pub(super) fn is_secure(rules: &Value) -> bool {
    let kind = rules.get("type").and_then(Value::as_str).unwrap_or_default();
    kind.to_ascii_lowercase().starts_with("secure")
}

/// Parameters as GET shows them: with their types, and secure ones without values.
pub(super) fn shown_parameters(template: &Value, values: &Map<String, Value>) -> Value {
    let declared = property(template, "parameters");
    let shown = values.iter().map(|(name, value)| {
        let rules = declared.and_then(|declared| declared.get(name)).unwrap_or(&Value::Null);
        let kind = rules.get("type").and_then(Value::as_str).unwrap_or_default();
        let kind = match kind.to_ascii_lowercase().as_str() {
            "securestring" => "SecureString".to_owned(),
            "secureobject" => "SecureObject".to_owned(),
            other => other[..1.min(other.len())].to_uppercase() + other.get(1..).unwrap_or_default(),
        };
        let shown =
            if is_secure(rules) { json!({ "type": kind }) } else { json!({ "type": kind, "value": value }) };
        (name.clone(), shown)
    });
    Value::Object(shown.collect())
}

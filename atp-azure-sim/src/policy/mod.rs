//! Azure Policy: assignments at a scope whose definition denies what a write would make.
//!
//! What a rule says in words that the simulator does not know is not enforced: a policy can only be stricter in Azure.

mod built_in;
mod rule;

use serde_json::{Map, Value, json};

use crate::catalog::{Catalog, property};
use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
pub(crate) use built_in::{DEFINITION, definitions};
use rule::Subject;

const DEPLOYMENTS: &str = "Microsoft.Resources/deployments";
const ASSIGNMENTS: &str = "/providers/microsoft.authorization/policyassignments/";
const EXEMPTIONS: &str = "/providers/microsoft.authorization/policyexemptions/";

/// A policy that denies: its assignment, its definition, and the effect.
struct Violation {
    assignment: String,
    definition: Value,
    effect: String,
    parameters: Value,
}

impl Cloud {
    /// Refuses with 403 `RequestDisallowedByPolicy` what a policy at a scope around the resource denies.
    pub(crate) fn enforce_policies(
        &self,
        type_name: &str,
        id: &str,
        body: &Map<String, Value>,
    ) -> Answer<()> {
        // Policies look at what a deployment writes, and not at the deployment.
        if type_name.eq_ignore_ascii_case(DEPLOYMENTS) {
            return Ok(());
        }
        let scopes = self.scopes_around(id);
        let exempt = self.exempt_assignments(&scopes);
        let descriptor = self.catalog.get(type_name);
        let type_name = &self.action_type(type_name);
        let subject = Subject { cloud: self, id, type_name, body, shape: descriptor.map(|found| found.body) };
        let mut violations = Vec::new();
        for scope in &scopes {
            let prefix = format!("{scope}{ASSIGNMENTS}");
            for (key, assignment) in self.store.range(&prefix, None) {
                let properties = assignment.body.get("properties").unwrap_or(&Value::Null);
                let enforced = properties["enforcementMode"].as_str() != Some("DoNotEnforce");
                if enforced && !exempt.contains(key) && !is_excluded(properties, id) {
                    let found = self.violations(&subject, &assignment.id, properties, scope);
                    violations.extend(found);
                }
            }
        }
        if violations.is_empty() { Ok(()) } else { Err(self.disallowed(&subject, &violations)) }
    }

    fn exempt_assignments(&self, scopes: &[String]) -> Vec<String> {
        let mut exempt = Vec::new();
        for scope in scopes {
            let prefix = format!("{scope}{EXEMPTIONS}");
            exempt.extend(self.store.range(&prefix, None).filter_map(|(_, exemption)| {
                let assignment = exemption.body.get("properties")?.get("policyAssignmentId")?.as_str()?;
                Some(assignment.to_ascii_lowercase())
            }));
        }
        exempt
    }

    fn violations(
        &self,
        subject: &Subject<'_>,
        assignment: &str,
        properties: &Value,
        scope: &str,
    ) -> Vec<Violation> {
        let given = |parameters: &Value| -> Map<String, Value> {
            let parameters = parameters.as_object().into_iter().flatten();
            parameters.map(|(name, value)| (name.clone(), value["value"].clone())).collect()
        };
        let parameters = given(&properties["parameters"]);
        let id = properties["policyDefinitionId"].as_str().unwrap_or_default();
        let Some(definition) = self.policy_definition(id) else { return Vec::new() };
        let mut members: Vec<(Value, Map<String, Value>)> = Vec::new();
        match definition["properties"]["policyDefinitions"].as_array() {
            None => members.push((definition, parameters)),
            // A set hands its own parameters on to its members.
            Some(set) => {
                let defaults = &definition["properties"]["parameters"];
                for member in set {
                    let id = member["policyDefinitionId"].as_str().unwrap_or_default();
                    let Some(found) = self.policy_definition(id) else { continue };
                    let own = given(&member["parameters"]);
                    let Some(own) = rule::resolve_parameters(&own, defaults, &parameters, subject) else {
                        continue;
                    };
                    members.push((found, own));
                }
            }
        }
        let mut violations = Vec::new();
        for (definition, parameters) in members {
            if !applies(&self.catalog, &definition, subject) {
                continue;
            }
            if let Some(effect) = rule::denial(subject, &definition["properties"], &parameters) {
                let assignment_name = assignment.rsplit('/').next().unwrap_or_default();
                violations.push(Violation {
                    assignment: assignment.to_owned(),
                    effect,
                    parameters: json!({
                        "policyAssignmentId": assignment,
                        "policyAssignmentName": assignment_name,
                        "policyAssignmentDisplayName": properties["displayName"],
                        "policyAssignmentScope": if scope.is_empty() { "/".to_owned() } else { self.id_of(scope) },
                        "policyAssignmentParameters": properties["parameters"],
                    }),
                    definition,
                });
            }
        }
        violations
    }

    /// The definition, or set of definitions, with an id.
    fn policy_definition(&self, id: &str) -> Option<Value> {
        let key = id.to_ascii_lowercase();
        match self.store.get(&key) {
            Some(stored) => Some(self.shown(stored)),
            None => {
                let name = key.strip_prefix("/providers/microsoft.authorization/policydefinitions/")?;
                definitions(DEFINITION).find(|known| known["name"] == name)
            }
        }
    }

    fn disallowed(&self, subject: &Subject<'_>, violations: &[Violation]) -> ApiError {
        let mut identifiers = Vec::new();
        let mut infos = Vec::new();
        for violation in violations {
            let (definition, properties) = (&violation.definition, &violation.definition["properties"]);
            let name = |display: &Value, name: &Value| {
                if display.is_string() { display.clone() } else { name.clone() }
            };
            let assignment = name(
                &violation.parameters["policyAssignmentDisplayName"],
                &violation.parameters["policyAssignmentName"],
            );
            identifiers.push(json!({
                "policyAssignment": { "name": assignment, "id": violation.assignment },
                "policyDefinition": {
                    "name": name(&properties["displayName"], &definition["name"]),
                    "id": definition["id"],
                },
            }));
            let mut info = violation.parameters.clone();
            info["policyDefinitionId"] = definition["id"].clone();
            info["policyDefinitionName"] = definition["name"].clone();
            info["policyDefinitionDisplayName"] = properties["displayName"].clone();
            info["policyDefinitionEffect"] = json!(violation.effect);
            if let Some(info) = info.as_object_mut() {
                info.retain(|_, value| !value.is_null());
            }
            infos.push(json!({ "type": "PolicyViolation", "info": info }));
        }
        let name = subject.id.rsplit('/').next().unwrap_or_default();
        let message = format!(
            "Resource '{name}' was disallowed by policy. Policy identifiers: '{}'.",
            Value::Array(identifiers)
        );
        let error = ApiError::new(403, "RequestDisallowedByPolicy", message).with_target(name);
        error.with_additional_info(infos)
    }
}

/// Whether a scope in `notScopes` is around the resource, or is it.
fn is_excluded(properties: &Value, id: &str) -> bool {
    let id = format!("{}/", id.to_ascii_lowercase());
    let mut excluded = properties["notScopes"].as_array().into_iter().flatten().filter_map(Value::as_str);
    excluded.any(|scope| id.starts_with(&format!("{}/", scope.trim_end_matches('/').to_ascii_lowercase())))
}

/// The mode `All` is for every type, and `Indexed` for those with location and tags.
fn applies(catalog: &Catalog, definition: &Value, subject: &Subject<'_>) -> bool {
    if definition["properties"]["mode"].as_str().is_some_and(|mode| mode.eq_ignore_ascii_case("All")) {
        return true;
    }
    let descriptor = catalog.get(subject.type_name);
    descriptor.is_some_and(|found| found.has_location() && property(found.body, "tags").is_some())
}

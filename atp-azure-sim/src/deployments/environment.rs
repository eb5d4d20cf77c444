//! What expressions in templates can ask: parameters, variables, the place of the deployment, and what is deployed.

use serde_json::{Map, Value, json};

use super::ids::Place;
use super::record::{Step, StepState};
use crate::cloud::Cloud;
use crate::expressions::{Environment, Problem, property, resolve};
use crate::message::{Method, Request};
use crate::time_format;

/// The surroundings of an expression in a template.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub cloud: &'a Cloud,
    pub place: &'a Place,
    /// Name of the deployment.
    pub name: &'a str,
    pub template: &'a Value,
    pub parameters: &'a Map<String, Value>,
    /// The loops around the expression, the innermost last, each with the number of its turn.
    pub copies: &'a [(String, i64)],
    /// The resources of the template, once they are known.
    pub steps: &'a [Step],
    /// Whether resources can be read: not while the template is only being looked at.
    pub running: bool,
}

impl<'a> Surroundings<'a> {
    pub fn with_parameters<'b>(&self, parameters: &'b Map<String, Value>) -> Surroundings<'b>
    where
        'a: 'b,
    {
        Surroundings { parameters, ..*self }
    }

    pub fn with_copies<'b>(&self, copies: &'b [(String, i64)]) -> Surroundings<'b>
    where
        'a: 'b,
    {
        Surroundings { copies, ..*self }
    }

    fn parameter(&self, name: &str, depth: usize) -> Result<Value, Problem> {
        let given = self.parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        if let Some((_, value)) = given {
            return Ok(value.clone());
        }
        // The default of another parameter may be asked for before its turn.
        let declared = property(self.template, "parameters").and_then(|declared| property(declared, name));
        match declared.and_then(|declared| declared.get("defaultValue")) {
            Some(default) => resolve(default, self, depth),
            None => Err(Problem::new(format!("The template parameter '{name}' is not found."))),
        }
    }

    fn variable(&self, name: &str, depth: usize) -> Result<Value, Problem> {
        let variables = property(self.template, "variables");
        if let Some(value) = variables.and_then(|variables| property(variables, name)) {
            return super::copies::resolve(value, self, depth);
        }
        let loops = variables.and_then(|variables| variables.get("copy")).and_then(Value::as_array);
        let named = |found: &&Value| {
            found.get("name").and_then(Value::as_str).is_some_and(|found| found.eq_ignore_ascii_case(name))
        };
        match loops.and_then(|loops| loops.iter().find(named)) {
            Some(found) => super::copies::turns(found, self, depth).map(Value::Array),
            None => Err(Problem::new(format!("The template variable '{name}' is not found."))),
        }
    }

    fn copy_index(&self, arguments: &[Value]) -> Result<Value, Problem> {
        let (name, offset) = match arguments {
            [] => (None, 0),
            [Value::String(name)] => (Some(name), 0),
            [Value::Number(offset)] => (None, offset.as_i64().unwrap_or(0)),
            [Value::String(name), offset] => (Some(name), offset.as_i64().unwrap_or(0)),
            _ => return Err(Problem::new("'copyIndex' takes the name of a loop and an offset.")),
        };
        let found = match name {
            Some(name) => self.copies.iter().rev().find(|(known, _)| known.eq_ignore_ascii_case(name)),
            None => self.copies.last(),
        };
        let outside = || Problem::new("The template function 'copyIndex' is not expected at this location.");
        found.map(|(_, turn)| json!(turn.saturating_add(offset))).ok_or_else(outside)
    }

    fn group(&self) -> Result<Value, Problem> {
        let (Some(subscription), Some(group)) = (&self.place.subscription, &self.place.group) else {
            return Err(Problem::new(
                "The template function 'resourceGroup' is not valid outside of a resource group.",
            ));
        };
        let id = format!("/subscriptions/{subscription}/resourceGroups/{group}");
        let stored = self.cloud.store.get(&id.to_ascii_lowercase());
        let entry =
            |name: &str| stored.and_then(|stored| stored.body.get(name)).cloned().unwrap_or(Value::Null);
        Ok(json!({
            "id": id,
            "name": group,
            "type": "Microsoft.Resources/resourceGroups",
            "location": entry("location"),
            "managedBy": entry("managedBy"),
            "tags": stored.and_then(|stored| stored.body.get("tags")).cloned().unwrap_or_else(|| json!({})),
            "properties": { "provisioningState": "Succeeded" },
        }))
    }

    fn subscription(&self) -> Result<Value, Problem> {
        let Some(subscription) = &self.place.subscription else {
            return Err(Problem::new(
                "The template function 'subscription' is not valid outside of a subscription.",
            ));
        };
        Ok(self.cloud.subscription_value(subscription))
    }

    /// The resource that an argument of `reference` or `list*` names: by id, by name, or by its symbol.
    pub fn named(&self, argument: &Value) -> Result<String, Problem> {
        let text = argument.as_str().unwrap_or_default();
        if text.starts_with('/') {
            return Ok(text.to_owned());
        }
        let found = self.steps.iter().find(|step| step.is_called(text) && step.state != StepState::Skipped);
        found.map(|step| step.id.clone()).ok_or_else(|| {
            Problem::new(format!("The resource '{text}' is not defined in the template. Name it by its id."))
        })
    }

    fn reference(&self, arguments: &[Value]) -> Result<Value, Problem> {
        let Some(first) = arguments.first() else {
            return Err(Problem::new("The template function 'reference' takes the id of a resource."));
        };
        let id = self.named(first)?;
        let stored = self.cloud.store.get(&id.to_ascii_lowercase()).filter(|stored| !stored.hidden);
        let Some(stored) = stored else {
            return Err(Problem::new(format!("The resource '{id}' that 'reference' names was not found.")));
        };
        let mut shown = self.cloud.shown(stored);
        let full =
            arguments.get(2).and_then(Value::as_str).is_some_and(|full| full.eq_ignore_ascii_case("Full"));
        Ok(if full { shown } else { shown["properties"].take() })
    }

    /// `listKeys` and other actions whose name starts with `list`.
    fn list(&self, action: &str, arguments: &[Value]) -> Result<Value, Problem> {
        let (Some(first), Some(version)) = (arguments.first(), arguments.get(1).and_then(Value::as_str))
        else {
            return Err(Problem::new(format!(
                "The template function '{action}' takes an id and an api-version."
            )));
        };
        let path = format!("{}/{action}", self.named(first)?);
        let request = Request::new(Method::Post, &format!("{path}?api-version={version}"));
        let request = match arguments.get(2) {
            Some(body) => request.with_json(body),
            None => request,
        };
        let answer = self.cloud.answer_action(&request);
        answer.map(|response| response.value()).map_err(|error| Problem::new(error.message))
    }
}

impl Environment for Surroundings<'_> {
    fn call(&self, name: &str, arguments: &[Value], depth: usize) -> Option<Result<Value, Problem>> {
        let text = |at: usize| arguments.get(at).and_then(Value::as_str).unwrap_or_default();
        Some(match name {
            "parameters" => self.parameter(text(0), depth),
            "variables" => self.variable(text(0), depth),
            "copyindex" => self.copy_index(arguments),
            "resourceid"
            | "subscriptionresourceid"
            | "tenantresourceid"
            | "managementgroupresourceid"
            | "extensionresourceid" => self.place.resource_id(name, arguments).map(Value::from),
            "resourcegroup" => self.group(),
            "subscription" => self.subscription(),
            "tenant" => {
                let tenant = &self.cloud.settings.tenant;
                Ok(
                    json!({ "tenantId": tenant, "id": format!("/tenants/{tenant}"), "displayName": "Simulated" }),
                )
            }
            "managementgroup" => Ok(json!({
                "id": self.place.scope,
                "name": self.place.scope.rsplit('/').next().unwrap_or_default(),
                "type": "Microsoft.Management/managementGroups",
            })),
            "deployment" => Ok(json!({
                "name": self.name,
                "properties": { "parameters": self.parameters, "provisioningState": "Accepted" },
            })),
            "environment" => Ok(json!({
                "name": "AzureCloud",
                "resourceManager": "https://management.azure.com/",
                "authentication": {
                    "loginEndpoint": "https://login.microsoftonline.com/",
                    "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
                    "tenant": "common",
                },
                "suffixes": {
                    "acrLoginServer": ".azurecr.io",
                    "keyvaultDns": ".vault.azure.net",
                    "sqlServerHostname": ".database.windows.net",
                    "storage": "core.windows.net",
                },
            })),
            "utcnow" => Ok(json!(time_format::compact(self.cloud.now))),
            "newguid" => {
                let seed = format!("template/{}/{}/{}", self.name, self.cloud.now, self.parameters.len());
                Ok(json!(self.cloud.uuid(&seed)))
            }
            _ if is_read(name) && !self.running => Err(Problem::new(format!(
                "The template function '{name}' is not expected at this location: it reads a resource, which can be done \
                 only while the template is deployed."
            ))),
            "reference" => self.reference(arguments),
            _ if is_read(name) => self.list(name, arguments),
            _ => return None,
        })
    }
}

/// Whether a function, whose name is in lower case, reads a resource.
pub(super) fn is_read(name: &str) -> bool {
    name == "reference" || (name.starts_with("list") && name.len() > "list".len())
}

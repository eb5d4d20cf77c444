//! What is checked of a deployment before it runs: its template and parameters, the rights of its caller, policies.

use serde_json::{Map, Value, json};

use super::body::body_of;
use super::environment::Surroundings;
use super::ids::Place;
use super::record::{Record, StepState};
use super::{expand, template};
use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::expressions::Problem;
use crate::route::Instance;
use crate::time_format;

impl Cloud {
    pub(super) fn initial_properties(&self, record: &Record, mode: &str) -> Value {
        let mut providers: Vec<Value> = Vec::new();
        for step in record.steps.iter().filter(|step| step.state != StepState::Skipped) {
            let (namespace, kind) = step.type_name.split_once('/').unwrap_or_default();
            let known = providers.iter_mut().find(|known| known["namespace"] == json!(namespace));
            let kind = json!({ "resourceType": kind, "locations": [null] });
            match known.and_then(|known| known["resourceTypes"].as_array_mut()) {
                Some(kinds) if !kinds.contains(&kind) => kinds.push(kind),
                Some(_) => {}
                None => providers.push(json!({ "namespace": namespace, "resourceTypes": [kind] })),
            }
        }
        let named = |at: usize| {
            let step = &record.steps[at];
            json!({ "id": step.id, "resourceType": step.type_name, "resourceName": step.name })
        };
        let dependent = (0..record.steps.len()).filter(|at| !record.steps[*at].depends.is_empty());
        let dependencies: Vec<Value> = dependent
            .map(|at| {
                let mut own = named(at);
                own["dependsOn"] = record.steps[at].depends.iter().map(|before| named(*before)).collect();
                own
            })
            .collect();
        json!({
            "mode": mode,
            "templateHash": self.uuid(&format!("template/{}", record.template)),
            "parameters": template::shown_parameters(&record.template, &record.parameters),
            "timestamp": time_format::rfc3339(self.now),
            "duration": "PT0S",
            "correlationId": self.uuid(&format!("correlation/{}", record.operation)),
            "providers": providers,
            "dependencies": dependencies,
        })
    }

    /// The record of a deployment that was asked for, with everything checked that can be without running it, and its
    /// mode.
    pub(super) fn prepare(
        &self,
        place: &Place,
        instance: &Instance,
        body: &Map<String, Value>,
    ) -> Answer<(Record, &'static str)> {
        let none = json!({});
        let properties = body.get("properties").unwrap_or(&none);
        let mode = properties.get("mode").and_then(Value::as_str).unwrap_or("Incremental");
        let mode = ["Incremental", "Complete"]
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(mode))
            .ok_or_else(|| ApiError::parameter("properties.mode", "The mode is Incremental or Complete."))?;
        if mode == "Complete" && place.group.is_none() {
            let message = "Deployment mode 'Complete' is supported in resource groups only.";
            return Err(ApiError::new(400, "InvalidDeploymentMode", message));
        }
        if properties.get("templateLink").is_some() || properties.get("parametersLink").is_some() {
            let problem = "The simulator reads no links: send 'template' and 'parameters'.";
            return Err(invalid_template(&Problem::new(problem)));
        }
        if properties.get("onErrorDeployment").is_some() {
            let problem =
                "The simulator does not deploy another template on an error: leave 'onErrorDeployment' out.";
            return Err(invalid_template(&Problem::new(problem)));
        }
        let template = properties.get("template").cloned().unwrap_or(Value::Null);
        template::check(&template).map_err(|problem| invalid_template(&problem))?;
        let nothing = Map::new();
        let surroundings = Surroundings {
            cloud: self,
            place,
            name: &instance.name,
            template: &template,
            parameters: &nothing,
            copies: &[],
            steps: &[],
            running: false,
        };
        let parameters =
            template::parameters(&surroundings, properties.get("parameters").unwrap_or(&Value::Null))
                .map_err(|problem| invalid_template(&problem))?;
        let steps = expand::steps(&surroundings.with_parameters(&parameters))
            .map_err(|problem| invalid_template(&problem))?;
        let record = Record {
            template: template.clone(),
            parameters,
            complete: mode == "Complete",
            operation: String::new(),
            started: self.now,
            steps,
            caller: self.caller.clone(),
        };
        Ok((record, mode))
    }

    /// What is known before a deployment runs to stand against it.
    pub(super) fn preflight(&self, instance: &Instance, place: &Place, record: &Record) -> Answer<()> {
        let writes = record.steps.iter().filter(|step| step.state == StepState::Waiting);
        let writes = writes.map(|step| (step.type_name.as_str(), step.id.as_str()));
        let outcome =
            self.authorize_writes(writes).and_then(|()| self.policies_of_steps(instance, place, record));
        outcome.map_err(|error| {
            let message = format!(
                "The template deployment '{}' is not valid according to the validation procedure. See inner errors for \
                 details.",
                instance.name
            );
            ApiError::new(error.status, "InvalidTemplateDeployment", message).with_details(vec![error.value()])
        })
    }

    /// Refuses what a policy denies, as far as the bodies are known before the deployment runs.
    fn policies_of_steps(&self, instance: &Instance, place: &Place, record: &Record) -> Answer<()> {
        let surroundings = self.surroundings(&instance.name, record, place, false);
        for step in record.steps.iter().filter(|step| step.state == StepState::Waiting) {
            if let Ok(Value::Object(body)) = body_of(&surroundings, step) {
                self.enforce_policies(&step.type_name, &step.id, &body)?;
            }
        }
        Ok(())
    }
}

fn invalid_template(problem: &Problem) -> ApiError {
    ApiError::new(400, "InvalidTemplate", format!("Deployment template validation failed: '{problem}'"))
}

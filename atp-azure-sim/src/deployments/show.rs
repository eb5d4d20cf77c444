//! What clients read of deployments: the deployment, its operations, its template.

use serde_json::{Value, json};

use super::record::{Step, StepState};
use super::{Record, not_found};
use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::message::{Method, Request, Response};
use crate::read::equals;
use crate::route::{Collection, Instance};
use crate::store::Resource;
use crate::time_format;

impl Cloud {
    pub(super) fn get_deployment(&self, instance: &Instance, request: &Request) -> Answer<Response> {
        let found = self.store.get(&instance.id.to_ascii_lowercase()).ok_or_else(|| not_found(instance))?;
        Ok(match request.method {
            Method::Head => Response::empty(204),
            _ => Response::json(200, &self.shown_deployment(found)),
        })
    }

    pub(super) fn shown_deployment(&self, deployment: &Resource) -> Value {
        let mut shown = self.shown(deployment);
        shown["properties"]["provisioningState"] = json!(deployment.state.as_deref().unwrap_or("Succeeded"));
        shown
    }

    pub(super) fn list_deployments(&self, list: &Collection, request: &Request) -> Answer<Response> {
        let prefix =
            format!("{}/providers/microsoft.resources/deployments/", list.parent).to_ascii_lowercase();
        let filter = request.parameter("$filter").unwrap_or_default();
        let state = equals(filter, "provisioningState");
        let wanted = |_: &str, found: &Resource| {
            state
                .as_ref()
                .is_none_or(|state| found.state.as_deref().unwrap_or_default().eq_ignore_ascii_case(state))
        };
        Ok(self.page(request, &prefix, Vec::new(), wanted, |found| self.shown_deployment(found)))
    }

    fn record(&self, deployment: &Instance) -> Answer<&Record> {
        let found = self.store.get(&deployment.id.to_ascii_lowercase());
        found.and_then(|found| found.deployment.as_deref()).ok_or_else(|| not_found(deployment))
    }

    pub(super) fn deployment_operations(&self, deployment: &Instance) -> Answer<Response> {
        let record = self.record(deployment)?;
        let begun = record.steps.iter().filter(|step| has_begun(step));
        let shown: Vec<Value> = begun.map(|step| self.step_value(&deployment.id, record, step)).collect();
        Ok(Response::json(200, &json!({ "value": shown })))
    }

    pub(super) fn deployment_operation(&self, instance: &Instance) -> Answer<Response> {
        let deployment = super::instance_of(&instance.parent);
        let record = self.record(&deployment)?;
        let mut begun = record.steps.iter().filter(|step| has_begun(step));
        let found = begun.find(|step| self.step_id(record, step).eq_ignore_ascii_case(&instance.name));
        let message = || format!("The operation '{}' of the deployment could not be found.", instance.name);
        let found = found.ok_or_else(|| ApiError::new(404, "DeploymentOperationNotFound", message()))?;
        Ok(Response::json(200, &self.step_value(&deployment.id, record, found)))
    }

    fn step_id(&self, record: &Record, step: &Step) -> String {
        self.uuid(&format!("step/{}/{}", record.operation, step.id.to_ascii_lowercase()))
    }

    fn step_value(&self, deployment: &str, record: &Record, step: &Step) -> Value {
        let id = self.step_id(record, step);
        let state = match step.state {
            StepState::Failed => "Failed",
            StepState::Succeeded => "Succeeded",
            _ => "Running",
        };
        let took = (step.ended - step.started).max(0) as f64 / 1000.0;
        let mut properties = json!({
            "provisioningOperation": "Create",
            "provisioningState": state,
            "timestamp": time_format::rfc3339(step.ended),
            "duration": format!("PT{took}S"),
            "trackingId": id,
            "statusCode": status_name(step.status),
            "targetResource": { "id": step.id, "resourceType": step.type_name, "resourceName": step.name },
        });
        if let Some(error) = &step.error {
            properties["statusMessage"] = json!({ "status": "Failed", "error": error });
        }
        json!({ "id": format!("{deployment}/operations/{id}"), "operationId": id, "properties": properties })
    }

    pub(super) fn export_deployment(&self, deployment: &Instance) -> Answer<Response> {
        Ok(Response::json(200, &json!({ "template": self.record(deployment)?.template })))
    }
}

fn has_begun(step: &Step) -> bool {
    matches!(step.state, StepState::Running | StepState::Succeeded | StepState::Failed)
}

/// Statuses are shown by their names.
fn status_name(status: u16) -> String {
    let name = match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "NoContent",
        400 => "BadRequest",
        403 => "Forbidden",
        404 => "NotFound",
        409 => "Conflict",
        412 => "PreconditionFailed",
        other => return other.to_string(),
    };
    name.to_owned()
}

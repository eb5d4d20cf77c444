//! A deployment while it runs: resource after resource, as in Azure by the same requests that clients send.

use serde_json::{Map, Value, json};

use super::body::{body_of, outputs};
use super::environment::Surroundings;
use super::ids::Place;
use super::record::{Record, Step, StepState};
use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::message::{Method, Request, Response, encode};
use crate::route;
use crate::store::Resource;
use crate::time_format;

/// After how many milliseconds a step that was throttled is tried again.
const AGAIN: i64 = 1000;

impl Cloud {
    /// Brings a deployment as far as it comes at this instant. The operation then ends, or is due when the next resource
    /// may be finished.
    pub(crate) fn step_deployment(&mut self, id: &str) {
        let Some(mut operation) = self.store.operation(id).cloned() else { return };
        let key = operation.target.clone();
        let resource = self.store.get(&key).cloned();
        let Some((resource, mut record)) = resource
            .and_then(|resource| Some((resource.clone(), resource.deployment.map(|record| *record)?)))
        else {
            // The deployment was deleted with its group.
            operation.ended = Some(self.now);
            self.store.put_operation(id, operation);
            return;
        };
        if operation.failure.is_some() {
            // It was said to fail when it was started.
            let state = if operation.canceled { "Canceled" } else { "Failed" };
            operation.ended = Some(self.now);
            self.store.put_operation(id, operation);
            let record = Some(Box::new(record));
            let failed =
                Resource { state: Some(state.to_owned()), operation: None, deployment: record, ..resource };
            self.store.put(&key, failed);
            return;
        }
        // What the deployment does, its caller does.
        let caller = std::mem::replace(&mut self.caller, record.caller.clone());
        while self.settle_steps(&mut record) | self.start_steps(&resource, &mut record) {}
        self.caller = caller;
        let next = record.steps.iter().filter_map(|step| self.next_look(&record, step)).min();
        match next {
            Some(next) => {
                operation.due = next.max(self.now + 1);
                self.store.put_operation(id, operation);
                let resource = Resource { deployment: Some(Box::new(record)), ..resource };
                self.store.put(&key, resource);
            }
            None => {
                let error = self.end_deployment(&key, resource, record);
                operation.ended = Some(self.now);
                operation.fail_with(error);
                self.store.put_operation(id, operation);
            }
        }
    }

    /// When a step may have changed; `None` for one that is not under way.
    fn next_look(&self, record: &Record, step: &Step) -> Option<i64> {
        match step.state {
            StepState::Running => {
                let operation = step.operation.as_ref().and_then(|id| self.store.operation(id));
                Some(operation.map_or(self.now, |operation| operation.due))
            }
            StepState::Waiting if step.started > self.now && !has_failed(record) => Some(step.started),
            _ => None,
        }
    }

    /// Notes which resources are finished. Says whether there was one.
    fn settle_steps(&mut self, record: &mut Record) -> bool {
        let mut settled = false;
        for step in record.steps.iter_mut().filter(|step| step.state == StepState::Running) {
            let Some(id) = step.operation.clone() else { continue };
            // Operations that are due at the same instant end in any order.
            if self.store.operation(&id).is_some_and(|found| found.ended.is_none() && found.due <= self.now) {
                self.end(&id);
            }
            let operation = self.store.operation(&id);
            if operation.is_some_and(|found| found.ended.is_none()) {
                continue;
            }
            let error = operation.and_then(|operation| operation.error());
            step.ended = self.now;
            step.state = if error.is_some() { StepState::Failed } else { StepState::Succeeded };
            step.status = error.as_ref().map_or(200, |error| error.status);
            step.error = error.map(|error| error.value());
            settled = true;
        }
        settled
    }

    /// Starts what waits for nothing any more. Says whether there was something.
    fn start_steps(&mut self, resource: &Resource, record: &mut Record) -> bool {
        let mut started = false;
        for at in 0..record.steps.len() {
            let step = &record.steps[at];
            let free = step.depends.iter().all(|before| record.steps[*before].state.is_done());
            if step.state != StepState::Waiting || !free || step.started > self.now || has_failed(record) {
                continue;
            }
            let answer = self.deploy(resource, record, at);
            let operation = self.store.get(&record.steps[at].id.to_ascii_lowercase());
            let operation = operation.and_then(|resource| resource.operation.clone());
            let step = &mut record.steps[at];
            step.started = self.now;
            step.ended = self.now;
            match answer {
                Err(error) if error.status == 429 => {
                    step.started = self.now + AGAIN;
                    continue;
                }
                Err(error) => {
                    step.state = StepState::Failed;
                    step.status = error.status;
                    step.error = Some(error.value());
                }
                Ok(response) => {
                    step.status = response.status;
                    step.state = if operation.is_some() { StepState::Running } else { StepState::Succeeded };
                    step.operation = operation;
                }
            }
            started = true;
        }
        started
    }

    /// Sends the request for one resource.
    fn deploy(&mut self, deployment: &Resource, record: &Record, at: usize) -> Answer<Response> {
        let step = &record.steps[at];
        let body = body_of(&self.surroundings(&deployment.name, record, &place_of(deployment), true), step);
        let body = body.map_err(|problem| {
            let message = format!(
                "Unable to process template language expressions for resource '{}': '{problem}'",
                step.id
            );
            ApiError::new(400, "InvalidTemplate", message)
        })?;
        self.send_inner(Method::Put, &step.id, &step.api_version, &body)
    }

    /// A request that the cloud sends to itself. The caller was authorized for it before.
    pub(crate) fn send_inner(
        &mut self,
        method: Method,
        id: &str,
        version: &str,
        body: &Value,
    ) -> Answer<Response> {
        let path: String = id.split('/').skip(1).map(|segment| format!("/{}", encode(segment))).collect();
        let request =
            Request::new(method, &format!("{path}?api-version={}", encode(version))).with_json(body);
        let route = route::parse(&request.path)?;
        self.dispatch(&route, &request, version)
    }

    pub(super) fn surroundings<'a>(
        &'a self,
        name: &'a str,
        record: &'a Record,
        place: &'a Place,
        running: bool,
    ) -> Surroundings<'a> {
        Surroundings {
            cloud: self,
            place,
            name,
            template: &record.template,
            parameters: &record.parameters,
            copies: &[],
            steps: &record.steps,
            running,
        }
    }

    /// Writes how a deployment ended, and returns why when it failed.
    fn end_deployment(&mut self, key: &str, resource: Resource, record: Record) -> Option<ApiError> {
        let place = place_of(&resource);
        let mut details: Vec<Value> = record.steps.iter().filter_map(failure).collect();
        if details.is_empty() && record.complete {
            details = self.delete_rest(&place, &record);
        }
        let outputs = match details.is_empty() {
            true => outputs(&self.surroundings(&resource.name, &record, &place, true)),
            false => Ok(Map::new()),
        };
        let mut error = outputs.as_ref().err().map(|problem| {
            let message = format!("The template output is not valid: {problem}");
            ApiError::new(400, "DeploymentOutputEvaluationFailed", message)
        });
        if !details.is_empty() {
            let message = "At least one resource deployment operation failed. Please list deployment operations for \
                           details. Please see https://aka.ms/arm-deployment-operations for usage details.";
            error = Some(
                ApiError::new(409, "DeploymentFailed", message)
                    .with_target(&resource.id)
                    .with_details(details),
            );
        }
        let mut resource = resource;
        resource.state = Some(if error.is_some() { "Failed" } else { "Succeeded" }.to_owned());
        resource.operation = None;
        if let Some(properties) = resource.body.get_mut("properties").and_then(Value::as_object_mut) {
            let took = (self.now - record.started).max(0) as f64 / 1000.0;
            properties.insert("timestamp".to_owned(), json!(time_format::rfc3339(self.now)));
            properties.insert("duration".to_owned(), json!(format!("PT{took}S")));
            if let Some(error) = &error {
                properties.insert("error".to_owned(), error.value());
            } else {
                let written = record.steps.iter().filter(|step| step.state == StepState::Succeeded);
                let written: Vec<Value> = written.map(|step| json!({ "id": step.id })).collect();
                properties.insert("outputResources".to_owned(), json!(written));
                properties.insert("outputs".to_owned(), outputs.unwrap_or_default().into());
            }
        }
        self.store.put(key, Resource { deployment: Some(Box::new(record)), ..resource });
        error
    }

    /// Deletes what a complete template lacks, except what something else manages, and returns what could not be deleted.
    fn delete_rest(&mut self, place: &Place, record: &Record) -> Vec<Value> {
        let keys = self.lacking(place, record);
        let locked: Vec<Value> = keys
            .iter()
            .filter_map(|key| self.refuse_locked(&self.id_of(key), crate::locks::Access::Delete).err())
            .map(|error| error.value())
            .collect();
        if !locked.is_empty() {
            return locked;
        }
        self.delete_in_order(keys).into_iter().map(|(_, error)| error.value()).collect()
    }

    /// Keys of the resources in the group that a template lacks and a complete deployment would delete.
    pub(super) fn lacking(&self, place: &Place, record: &Record) -> Vec<String> {
        let written: Vec<String> = record.steps.iter().map(|step| step.id.to_ascii_lowercase()).collect();
        let group = place.scope.to_ascii_lowercase();
        let resources = self.top_resources(&group);
        let is_managed = |key: &String| self.store.get(key).is_some_and(|r| r.body.contains_key("managedBy"));
        resources.into_iter().filter(|key| !written.contains(key) && !is_managed(key)).collect()
    }
}

pub(super) fn place_of(deployment: &Resource) -> Place {
    Place::new(scope_of(&deployment.id))
}

/// The scope in the id of a deployment.
pub(super) fn scope_of(id: &str) -> &str {
    let end = id.to_ascii_lowercase().rfind("/providers/microsoft.resources/deployments/");
    id.get(..end.unwrap_or(0)).unwrap_or_default()
}

fn has_failed(record: &Record) -> bool {
    record.steps.iter().any(|step| step.state == StepState::Failed)
}

fn failure(step: &Step) -> Option<Value> {
    let mut error = step.error.clone()?;
    if error.get("target").is_none() {
        error["target"] = json!(step.id);
    }
    Some(error)
}

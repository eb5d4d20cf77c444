//! Deployments of templates, `{scope}/providers/Microsoft.Resources/deployments/{name}`.
//!
//! A deployment is a resource whose [`Record`] holds the template, the values of its parameters and one step for each
//! resource. Its operation is due whenever a step may be finished; `run` then sends the requests that have become
//! possible. They are the requests that clients send, so that a template has no second way into the cloud.

mod body;
mod copies;
mod environment;
mod expand;
mod export;
mod ids;
mod prepare;
mod record;
mod run;
mod show;
mod template;
mod what_if;

use jsonc_parser::ParseOptions;
use serde_json::{Map, Value, json};

use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::latency::Phase;
use crate::locks::Access;
use crate::message::{Method, Request, Response};
use crate::operations::Work;
use crate::route::{Collection, Instance, Route, Target};
use crate::store::Resource;
use ids::Place;
pub(crate) use record::Record;
use record::StepState;

const DEPLOYMENTS: &str = "microsoft.resources/deployments";
/// The versions that deployments have besides those of all of Resource Manager.
const VERSIONS: [&str; 9] = [
    "2019-10-01",
    "2020-06-01",
    "2020-10-01",
    "2021-01-01",
    "2022-09-01",
    "2023-07-01",
    "2024-07-01",
    "2024-11-01",
    "2025-03-01",
];
/// Most deployments that one scope remembers.
const QUOTA: usize = 800;
const LONGEST_NAME: usize = 64;

impl Cloud {
    /// Answers what is about deployments.
    pub(crate) fn deployments(&mut self, route: &Route, request: &Request) -> Answer<Option<Response>> {
        let version = request.parameter("api-version").unwrap_or_default();
        let is_known = VERSIONS.contains(&version);
        let about_deployments = match &route.target {
            Target::Instance(instance) => is_deployments(&instance.type_name),
            Target::Collection(list) => is_deployments(&list.type_name),
            _ => false,
        };
        if !about_deployments {
            return Ok(None);
        }
        if !is_known {
            self.require_common_version(version)?;
        }
        match &route.target {
            Target::Instance(instance) => {
                let type_name = instance.type_name.to_ascii_lowercase();
                match (type_name.strip_prefix(DEPLOYMENTS), request.method) {
                    (Some(""), Method::Get | Method::Head) => {
                        self.get_deployment(instance, request).map(Some)
                    }
                    (Some(""), Method::Put) => self.put_deployment(instance, request).map(Some),
                    (Some(""), Method::Delete) => self.delete_deployment(instance, request).map(Some),
                    (Some("/operations"), Method::Get) => self.deployment_operation(instance).map(Some),
                    (Some(_), _) => Err(ApiError::method_not_allowed(&instance.id)),
                    (None, _) => Ok(None),
                }
            }
            Target::Collection(list) => {
                let type_name = list.type_name.to_ascii_lowercase();
                let Some(rest) = type_name.strip_prefix(DEPLOYMENTS) else { return Ok(None) };
                self.deployment_collection(rest, list, request).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn deployment_collection(
        &mut self,
        rest: &str,
        list: &Collection,
        request: &Request,
    ) -> Answer<Response> {
        let deployment = || instance_of(&list.parent);
        match (rest, request.method) {
            ("", Method::Get) => self.list_deployments(list, request),
            ("/operations", Method::Get) => self.deployment_operations(&deployment()),
            ("/validate", Method::Post) => self.validate_deployment(&deployment(), request),
            ("/whatif", Method::Post) => self.what_if(&deployment(), request),
            ("/cancel", Method::Post) => self.cancel_deployment(&deployment()),
            ("/exporttemplate", Method::Post) => self.export_deployment(&deployment()),
            _ => Err(ApiError::method_not_allowed(&request.path)),
        }
    }

    /// PUT checks the whole template, answers 201 or 200, and runs the deployment as an operation.
    fn put_deployment(&mut self, instance: &Instance, request: &Request) -> Answer<Response> {
        check_name(&instance.name)?;
        let place = Place::new(&instance.scope);
        self.require_place(&place)?;
        self.refuse_locked(&instance.id, Access::Write)?;
        let key = instance.id.to_ascii_lowercase();
        let body = parse(request)?;
        let old = self.store.get(&key).cloned();
        self.refuse_deployment_conflict(&key, instance, old.as_ref(), &body)?;
        let (mut record, mode) = self.prepare(&place, instance, &body)?;
        self.preflight(instance, &place, &record)?;
        let due = self.now;
        record.operation = self.start_at(&key, &instance.id, due, Work::Deploy);
        let number = self.store.next_number();
        let mut shown = Map::new();
        for name in ["location", "tags"] {
            if let Some(value) = body.get(name) {
                shown.insert(name.to_owned(), value.clone());
            }
        }
        shown.insert("properties".to_owned(), self.initial_properties(&record, mode));
        let created = old.is_none();
        let resource = Resource {
            type_name: expand::DEPLOYMENTS.to_owned(),
            id: instance.id.clone(),
            name: instance.name.clone(),
            body: shown,
            revision: number,
            order: number,
            created: self.now,
            operation: Some(record.operation.clone()),
            state: Some("Running".to_owned()),
            hidden: false,
            deployment: Some(Box::new(record.clone())),
        };
        self.store.put(&key, resource.clone());
        let mut shown = self.shown_deployment(&resource);
        shown["properties"]["provisioningState"] = json!("Accepted");
        let response = Response::json(if created { 201 } else { 200 }, &shown);
        let version = request.parameter("api-version").unwrap_or_default();
        Ok(self.follow_status(response, request, &record.operation, version))
    }

    fn require_place(&self, place: &Place) -> Answer<()> {
        let (Some(_), Some(group)) = (&place.subscription, &place.group) else { return Ok(()) };
        let key = place.scope.to_ascii_lowercase();
        if self.store.get(&key).is_none() {
            return Err(ApiError::group_not_found(group));
        }
        self.refuse_deleting_group(&format!("{key}/"))
    }

    /// A name can be used again when its deployment has ended, at the same location; a scope has room for so many.
    fn refuse_deployment_conflict(
        &self,
        key: &str,
        instance: &Instance,
        old: Option<&Resource>,
        body: &Map<String, Value>,
    ) -> Answer<()> {
        let location = body.get("location").and_then(Value::as_str);
        if Place::new(&instance.scope).group.is_none() && location.is_none() {
            let message = "The location property is required for this definition.";
            return Err(ApiError::new(400, "LocationRequired", message).with_target("location"));
        }
        let Some(old) = old else {
            let prefix = &key[..key.len() - instance.name.len()];
            if self.store.range(prefix, None).count() < QUOTA {
                return Ok(());
            }
            let message = format!(
                "Creating the deployment '{}' would exceed the quota of '{QUOTA}'. The current deployment count is \
                 '{QUOTA}', please delete some deployments before creating a new one. Please see \
                 https://aka.ms/arm-deploy for usage details.",
                instance.name
            );
            return Err(ApiError::new(409, "DeploymentQuotaExceeded", message));
        };
        if old.operation.is_some() {
            let message = format!(
                "The deployment with resource id '{}' cannot be saved, because this would overwrite an existing deployment \
                 which is still active. Please see https://aka.ms/arm-deploy for usage details.",
                old.id
            );
            return Err(ApiError::new(409, "DeploymentActive", message));
        }
        let plain = |location: &str| location.replace(' ', "").to_ascii_lowercase();
        let before = old.body.get("location").and_then(Value::as_str);
        if let (Some(before), Some(after)) = (before, location)
            && plain(before) != plain(after)
        {
            let message = format!(
                "Invalid deployment location '{after}'. The deployment '{}' already exists in location '{before}'.",
                instance.name
            );
            return Err(ApiError::new(409, "InvalidDeploymentLocation", message));
        }
        Ok(())
    }

    /// DELETE forgets the deployment, and nothing that it deployed.
    fn delete_deployment(&mut self, instance: &Instance, request: &Request) -> Answer<Response> {
        let key = instance.id.to_ascii_lowercase();
        let Some(found) = self.store.get(&key) else { return Ok(Response::empty(204)) };
        if found.operation.is_some() {
            let message = format!(
                "The deployment '{}' is running and cannot be deleted. Cancel it first.",
                instance.name
            );
            return Err(ApiError::new(409, "DeploymentActive", message));
        }
        self.refuse_locked(&instance.id, Access::Delete)?;
        let due = self.now.saturating_add(self.duration(expand::DEPLOYMENTS, Phase::Delete, &key, self.now));
        let id = self.start_at(&key, &instance.id, due, Work::Delete(204));
        let version = request.parameter("api-version").unwrap_or_default();
        Ok(self.follow_location(Response::empty(202), request, &id, version))
    }

    /// What was started goes on; nothing else is.
    fn cancel_deployment(&mut self, instance: &Instance) -> Answer<Response> {
        let key = instance.id.to_ascii_lowercase();
        let found = self.store.get(&key).cloned().ok_or_else(|| not_found(instance))?;
        let Some(id) = found.operation.clone() else {
            let message =
                format!("The deployment '{}' is not running, and cannot be cancelled.", instance.name);
            return Err(ApiError::new(409, "DeploymentCannotBeCancelled", message));
        };
        if let Some(mut operation) = self.store.operation(&id).cloned() {
            operation.ended = Some(self.now);
            operation.canceled = true;
            self.store.put_operation(&id, operation);
        }
        let resource = Resource { operation: None, state: Some("Canceled".to_owned()), ..found };
        self.store.put(&key, resource);
        Ok(Response::empty(204))
    }

    fn validate_deployment(&mut self, instance: &Instance, request: &Request) -> Answer<Response> {
        check_name(&instance.name)?;
        let place = Place::new(&instance.scope);
        self.require_place(&place)?;
        let body = parse(request)?;
        let (record, mode) = self.prepare(&place, instance, &body)?;
        self.preflight(instance, &place, &record)?;
        let mut properties = self.initial_properties(&record, mode);
        let steps = record.steps.iter().filter(|step| step.state == StepState::Waiting);
        properties["validatedResources"] = steps.map(|step| json!({ "id": step.id })).collect();
        properties["provisioningState"] = json!("Succeeded");
        let id = &instance.id;
        let body =
            json!({ "id": id, "name": instance.name, "type": expand::DEPLOYMENTS, "properties": properties });
        Ok(Response::json(200, &body))
    }
}

fn is_deployments(type_name: &str) -> bool {
    let lower = type_name.to_ascii_lowercase();
    lower.strip_prefix(DEPLOYMENTS).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The body. Azure CLI puts the text of the template into it as it is, with its comments, and under a name without
/// quotes; ARM reads that.
fn parse(request: &Request) -> Answer<Map<String, Value>> {
    let text = String::from_utf8_lossy(&request.body);
    let options = ParseOptions {
        allow_missing_commas: false,
        allow_non_finite_numbers: false,
        allow_hexadecimal_numbers: false,
        ..ParseOptions::default()
    };
    match jsonc_parser::parse_to_serde_value(&text, &options) {
        Ok(Value::Object(body)) => Ok(body),
        Ok(_) => Err(ApiError::content("", "The body must be a JSON object.")),
        Err(error) => Err(ApiError::content("", error)),
    }
}

fn not_found(instance: &Instance) -> ApiError {
    ApiError::new(404, "DeploymentNotFound", format!("Deployment '{}' could not be found.", instance.name))
}

fn check_name(name: &str) -> Answer<()> {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | '(' | ')');
    if name.chars().count() <= LONGEST_NAME && name.chars().all(allowed) {
        return Ok(());
    }
    let message = format!(
        "The deployment name '{name}' is invalid. It must have 1 to {LONGEST_NAME} characters: letters, digits, '-', '.', \
         '_' and parentheses."
    );
    Err(ApiError::new(400, "InvalidDeploymentName", message))
}

/// The deployment with this id.
fn instance_of(id: &str) -> Instance {
    let (scope, name) = (run::scope_of(id).to_owned(), id.rsplit('/').next().unwrap_or_default().to_owned());
    Instance {
        id: id.to_owned(),
        type_name: expand::DEPLOYMENTS.to_owned(),
        name,
        parent: scope.clone(),
        scope,
    }
}

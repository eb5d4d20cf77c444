//! Long-running operations: how they start, how clients follow them, and how they end.
//!
//! An operation carries the instant at which it ends. It is finished by the first request after that instant, so that
//! a process that was killed in the middle finds it finished later.

use atp_azure::descriptor::{FinalState, LongRunning, TypeDescriptor};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::latency::Phase;
use crate::message::{Request, Response};
use crate::operation_urls::Form;
use crate::store::Resource;
use crate::time_format;

/// What an operation does when it ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Work {
    /// Creates or replaces; when it fails, the previous resource is shown again. Where no URL tells clients how it ended,
    /// its state does.
    Write(Option<Box<Resource>>),
    /// Removes the resource and all below it; the body is the status code that the synchronous call would have had.
    Delete(u16),
    /// The same, and nothing is kept that could be recovered.
    Purge(u16),
    /// Removes a resource group and all that is in it, in phases, of which so many are done.
    DeleteGroup(u8),
    /// Runs a deployment.
    Deploy,
    /// Moves resources, given by their keys, to the group with this id.
    Move {
        /// Keys of the resources.
        keys: Vec<String>,
        /// Id of the group.
        target: String,
    },
    /// Nothing but giving this answer.
    Answer(Value),
    /// What an action asks of a pair of resources in two regions.
    Pair(String),
}

/// A long-running operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Operation {
    /// Key of the resource.
    pub target: String,
    /// `/subscriptions/{s}/providers/{namespace}/locations/{location}`, where its URLs start.
    pub place: String,
    /// When it started, in milliseconds since 1970.
    pub started: i64,
    /// When it ends.
    pub due: i64,
    /// When it ended.
    pub ended: Option<i64>,
    /// What it does when it ends.
    pub work: Work,
    /// Why it failed or is going to fail: status, code and message.
    pub failure: Option<(u16, String, String)>,
    /// What the failure is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_at: Option<String>,
    /// The errors behind the failure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Value>,
    /// Whether a client ended it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub canceled: bool,
}

impl Operation {
    fn status(&self) -> &'static str {
        match (self.ended, &self.failure) {
            (None, _) => "InProgress",
            (Some(_), _) if self.canceled => "Canceled",
            (Some(_), None) => "Succeeded",
            (Some(_), Some(_)) => "Failed",
        }
    }

    /// The state of a resource on which it failed.
    fn failed_state(&self) -> &'static str {
        if self.canceled { "Canceled" } else { "Failed" }
    }

    /// Why it failed or is going to fail.
    pub fn error(&self) -> Option<ApiError> {
        let (status, code, message) = self.failure.as_ref()?;
        let error = ApiError {
            target: self.failed_at.as_deref().map(Into::into),
            ..ApiError::new(*status, code, message.clone())
        };
        Some(error.with_details(self.details.clone()))
    }

    /// Notes why it failed, if it did.
    pub fn fail_with(&mut self, error: Option<ApiError>) {
        let Some(error) = error else { return };
        self.failure = Some((error.status, error.code, error.message));
        (self.failed_at, self.details) = (error.target.map(String::from), error.details.into());
    }
}

/// How an operation is going to end.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OperationFailure {
    pub status: u16,
    pub code: String,
    pub message: String,
    /// Whether it ends as canceled, and not as failed.
    pub canceled: bool,
}

/// What starts an operation.
pub(crate) struct Start<'a> {
    pub descriptor: &'static TypeDescriptor,
    pub key: &'a str,
    pub location: &'a str,
    pub work: Work,
}

impl Cloud {
    /// Starts an operation and returns its id.
    pub(crate) fn start(&mut self, start: Start<'_>) -> String {
        let subscription = start.key.split('/').nth(2).filter(|_| start.key.starts_with("/subscriptions/"));
        let scope = subscription.map(|s| format!("/subscriptions/{s}")).unwrap_or_default();
        let location = if start.location.is_empty() { "global" } else { start.location };
        let place = format!("{scope}/providers/{}/locations/{location}", start.descriptor.namespace());
        let phase = match &start.work {
            Work::Write(None) => Phase::Create,
            Work::Delete(_) | Work::Purge(_) | Work::DeleteGroup(_) => Phase::Delete,
            _ => Phase::Update,
        };
        let duration = self.duration(start.descriptor.name, phase, start.key, self.now);
        let due = self.now.saturating_add(duration);
        self.start_at(start.key, &place, due, start.work)
    }

    /// Starts an operation on the resource `key` whose URLs are below `place`, and returns its id.
    pub(crate) fn start_at(&mut self, key: &str, place: &str, due: i64, work: Work) -> String {
        let number = self.store.next_number();
        let id = self.uuid(&format!("operation/{number}/{key}"));
        let (failure, canceled) = match self.operation_failure.take() {
            Some(OperationFailure { status, code, message, canceled }) => {
                (Some((status, code, message)), canceled)
            }
            None => (None, false),
        };
        let operation = Operation {
            target: key.to_owned(),
            place: place.to_owned(),
            started: self.now,
            due,
            ended: None,
            work,
            failure,
            failed_at: None,
            details: Vec::new(),
            canceled,
        };
        self.store.put_operation(&id, operation);
        id
    }

    /// The answer, with the URL of the operation's status.
    pub(crate) fn follow_status(
        &self,
        response: Response,
        request: &Request,
        id: &str,
        version: &str,
    ) -> Response {
        let flags =
            LongRunning { azure_async_operation: true, location: false, final_state: FinalState::Resource };
        self.follow(response, request, id, version, flags)
    }

    /// The answer, with the URL of the operation's result.
    pub(crate) fn follow_location(
        &self,
        response: Response,
        request: &Request,
        id: &str,
        version: &str,
    ) -> Response {
        let flags =
            LongRunning { azure_async_operation: false, location: true, final_state: FinalState::Location };
        self.follow(response, request, id, version, flags)
    }

    /// Adds the headers with which clients follow an operation.
    pub(crate) fn follow(
        &self,
        response: Response,
        request: &Request,
        id: &str,
        version: &str,
        flags: LongRunning,
    ) -> Response {
        let Some(operation) = self.store.operation(id) else { return response };
        let (base, mut response) = (request.base(), response);
        if flags.azure_async_operation {
            let url = operation.url(&base, Form::Status, id, version);
            response = response.with_header("azure-asyncoperation", url);
        }
        if flags.location {
            response = response.with_header("location", operation.url(&base, Form::Result, id, version));
        }
        self.retry_after(response)
    }

    pub(crate) fn retry_after(&self, response: Response) -> Response {
        let response = response.with_header("retry-after", self.settings.retry_after_seconds.to_string());
        match self.settings.retry_after_milliseconds {
            Some(milliseconds) => response.with_header("x-ms-retry-after-ms", milliseconds.to_string()),
            None => response,
        }
    }

    /// The URL under which the status of an operation is read.
    pub(crate) fn operation_url(&self, request: &Request, id: &str, version: &str) -> String {
        let operation = self.store.operation(id);
        operation
            .map(|operation| operation.url(&request.base(), Form::Status, id, version))
            .unwrap_or_default()
    }

    /// GET on the `Azure-AsyncOperation` URL always answers 200 with a status, also when the operation failed.
    pub(crate) fn operation_status(&self, id: &str, request: &Request) -> Answer<Response> {
        let operation = self.known_operation(id)?;
        let mut body = json!({
            "id": operation.path(Form::Status, id),
            "name": id,
            "status": operation.status(),
            "startTime": time_format::rfc3339(operation.started),
        });
        if let Some(ended) = operation.ended {
            body["endTime"] = json!(time_format::rfc3339(ended));
            body["percentComplete"] = json!(100);
            match operation.error() {
                Some(error) => body["error"] = error.value(),
                None if matches!(operation.work, Work::Write(_)) => {
                    let resource = self.store.get(&operation.target);
                    let properties = resource.and_then(|resource| resource.body.get("properties"));
                    body["properties"] = properties.cloned().unwrap_or(Value::Null);
                }
                None => {}
            }
            return Ok(Response::json(200, &body));
        }
        let response = Response::json(200, &body);
        let version = request.parameter("api-version").unwrap_or_default();
        let url = operation.url(&request.base(), Form::Status, id, version);
        Ok(self.retry_after(response.with_header("azure-asyncoperation", url)))
    }

    /// GET on the `Location` URL answers 202 while the operation runs, and then what the synchronous call would have.
    pub(crate) fn operation_result(&self, id: &str, request: &Request) -> Answer<Response> {
        let operation = self.known_operation(id)?;
        if operation.ended.is_none() {
            let version = request.parameter("api-version").unwrap_or_default();
            let url = operation.url(&request.base(), Form::Result, id, version);
            return Ok(self.retry_after(Response::empty(202).with_header("location", url)));
        }
        if let Some(error) = operation.error() {
            return Err(error);
        }
        match &operation.work {
            Work::Delete(status) | Work::Purge(status) => Ok(Response::empty(*status)),
            Work::DeleteGroup(_) => Ok(Response::empty(200)),
            Work::Move { .. } => Ok(Response::empty(204)),
            Work::Pair(_) => Ok(Response::empty(200)),
            Work::Answer(answer) => Ok(Response::json(200, answer)),
            Work::Write(_) | Work::Deploy => Ok(match self.store.get(&operation.target) {
                Some(resource) => Response::json(200, &self.shown(resource)),
                None => Response::empty(204),
            }),
        }
    }

    fn known_operation(&self, id: &str) -> Answer<&Operation> {
        let operation = self.store.operation(&id.to_ascii_lowercase());
        operation.ok_or_else(|| {
            ApiError::new(404, "OperationNotFound", format!("Operation '{id}' was not found."))
        })
    }

    /// Ends the operations whose instant has passed.
    pub(crate) fn advance(&mut self) {
        let now = self.now;
        while let Some(id) = self.store.due(now) {
            // What follows from an operation follows at the instant at which it ends.
            self.now = self.store.operation(&id).map_or(now, |operation| operation.due);
            self.end(&id);
        }
        self.now = now;
    }

    /// Ends an operation, or does the next part of one that has parts.
    pub(crate) fn end(&mut self, id: &str) {
        let Some(mut operation) = self.store.operation(id).cloned() else { return };
        match operation.work {
            Work::Deploy => return self.step_deployment(id),
            Work::DeleteGroup(phase) if operation.failure.is_none() => return self.tear_down(id, phase),
            _ => {}
        }
        operation.ended = Some(operation.due);
        if matches!(operation.work, Work::Delete(_) | Work::Purge(_)) && operation.failure.is_none() {
            let blocked = self.refuse_in_use(&operation.target, &operation.target).err();
            operation.fail_with(blocked);
        }
        match (&operation.work, &operation.failure) {
            (Work::Delete(_), None) => self.remove_tree(&operation.target),
            (Work::Purge(_), None) => self.purge_tree(&operation.target),
            (Work::Move { keys, target }, None) => self.move_resources(&operation.target, keys, target),
            (Work::Pair(action), None) => {
                self.settle(&operation.target, id, None);
                self.end_pairing(&operation.target, action);
            }
            (Work::Pair(_), Some(_)) => self.settle(&operation.target, id, None),
            (Work::Answer(_) | Work::Deploy | Work::Move { .. }, _) => {}
            (Work::Delete(_) | Work::Purge(_) | Work::DeleteGroup(_), _) => {
                self.settle(&operation.target, id, None);
            }
            (Work::Write(_), None) => {
                self.settle(&operation.target, id, None);
                self.replicate(&operation.target);
            }
            // What was deleted in the meantime does not come back.
            (Work::Write(Some(_)), Some(_)) if self.store.get(&operation.target).is_none() => {}
            (Work::Write(Some(previous)), Some(_)) => {
                self.settle(&operation.target, id, None);
                let mut previous = (**previous).clone();
                previous.revision = self.store.next_number();
                previous.state = self.told_by_state(&previous.type_name, &operation).map(str::to_owned);
                self.store.put(&operation.target, previous);
            }
            (Work::Write(None), Some(_)) => {
                self.settle(&operation.target, id, Some(operation.failed_state()));
            }
        }
        self.store.put_operation(id, operation);
    }

    /// The state by which a resource tells that its update failed, of a type whose operations have no status of their own.
    fn told_by_state(&self, type_name: &str, operation: &Operation) -> Option<&'static str> {
        let flags = self.catalog.get(type_name)?.put.long_running?;
        (!flags.azure_async_operation).then(|| operation.failed_state())
    }

    /// Gives the resource and its embedded children, on which the operation `id` ran, their final state.
    pub(crate) fn settle(&mut self, key: &str, id: &str, state: Option<&str>) {
        let below = format!("{key}/");
        let mut keys = vec![key.to_owned()];
        let children =
            self.store.range(&below, None).filter(|(_, child)| child.operation.as_deref() == Some(id));
        keys.extend(children.map(|(key, _)| key.clone()));
        for key in keys {
            let Some(mut resource) = self.store.get(&key).cloned() else { continue };
            resource.operation = None;
            resource.state = state.map(str::to_owned);
            resource.hidden = false;
            self.store.put(&key, resource);
        }
    }
}

//! The error envelope of ARM, and the errors that more than one place answers with.

use serde_json::{Value, json};

use crate::message::Response;

/// An error that the cloud answers with: `{"error":{"code","message","target"?,"details"?}}`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ApiError {
    pub status: u16,
    pub code: String,
    pub message: String,
    pub target: Option<Box<str>>,
    pub details: Box<[Value]>,
    /// What else there is to know, each with its type: `{"type", "info"}`.
    pub additional_info: Box<[Value]>,
    /// Headers of the answer besides the usual ones.
    pub headers: Box<[(String, String)]>,
}

pub(crate) type Answer<T> = Result<T, ApiError>;

impl ApiError {
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> ApiError {
        let (code, message) = (code.to_owned(), message.into());
        ApiError {
            status,
            code,
            message,
            target: None,
            details: Box::default(),
            additional_info: Box::default(),
            headers: Box::default(),
        }
    }

    pub fn with_target(mut self, target: &str) -> ApiError {
        self.target = Some(target.into());
        self
    }

    pub fn with_details(mut self, details: Vec<Value>) -> ApiError {
        self.details = details.into();
        self
    }

    pub fn with_additional_info(mut self, infos: Vec<Value>) -> ApiError {
        self.additional_info = infos.into();
        self
    }

    pub fn with_header(mut self, name: &str, value: &str) -> ApiError {
        let mut headers = self.headers.into_vec();
        headers.push((name.to_owned(), value.to_owned()));
        self.headers = headers.into();
        self
    }

    /// The value of `error`.
    pub fn value(&self) -> Value {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some(target) = &self.target {
            error["target"] = json!(target);
        }
        if !self.details.is_empty() {
            error["details"] = json!(self.details);
        }
        if !self.additional_info.is_empty() {
            error["additionalInfo"] = json!(self.additional_info);
        }
        error
    }

    pub fn response(&self) -> Response {
        let mut response = Response::json(self.status, &json!({ "error": self.value() }))
            .with_header("x-ms-error-code", &self.code);
        response.headers.extend(self.headers.iter().cloned());
        response
    }

    /// The body is not JSON, or has an unknown property or a value of the wrong JSON type.
    pub fn content(path: &str, problem: impl std::fmt::Display) -> ApiError {
        let message = format!(
            "The request content was invalid and could not be deserialized: '{problem} Path '{path}'.'."
        );
        ApiError::new(400, "InvalidRequestContent", message).with_target(path)
    }

    /// A property has a value that the service refuses.
    pub fn parameter(path: &str, problem: impl std::fmt::Display) -> ApiError {
        let message = format!("The value of parameter '{path}' is invalid. {problem}");
        ApiError::new(400, "InvalidParameter", message).with_target(path)
    }

    pub fn group_not_found(group: &str) -> ApiError {
        ApiError::new(404, "ResourceGroupNotFound", format!("Resource group '{group}' could not be found."))
    }

    pub fn subscription_not_found(subscription: &str) -> ApiError {
        let message = format!("The subscription '{subscription}' could not be found.");
        ApiError::new(404, "SubscriptionNotFound", message)
    }

    pub fn parent_not_found(parent: &str) -> ApiError {
        let message = format!(
            "Can not perform requested operation on nested resource. Parent resource '{parent}' not found."
        );
        ApiError::new(404, "ParentResourceNotFound", message)
    }

    pub fn method_not_allowed(what: &str) -> ApiError {
        let message = format!("The requested resource '{what}' does not support this HTTP method.");
        ApiError::new(405, "MethodNotAllowed", message)
    }

    pub fn precondition_failed(id: &str) -> ApiError {
        let message = format!("The condition of the request is not met by the etag of '{id}'.");
        ApiError::new(412, "PreconditionFailed", message)
    }

    pub fn another_operation(id: &str, operation: &str) -> ApiError {
        let message = format!(
            "Another operation on this or dependent resource is in progress. To retrieve status of the operation \
             use uri: {operation}."
        );
        ApiError::new(409, "AnotherOperationInProgress", message).with_target(id)
    }
}

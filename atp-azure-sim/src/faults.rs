//! Injected faults: what goes wrong with which requests.

use crate::errors::ApiError;
use crate::message::{Method, Request, Response};

/// Something that goes wrong with some requests.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The method; absent for any.
    pub method: Option<Method>,
    /// What the path contains, without regard to case. Empty for any path.
    pub path_contains: String,
    /// How many matching requests pass before the first one fails.
    pub after: usize,
    /// How many matching requests fail.
    pub times: usize,
    /// What happens to them.
    pub action: FaultAction,
}

/// What happens to a request.
#[derive(Debug, Clone)]
pub enum FaultAction {
    /// It is answered with an error, and nothing is done.
    Refuse {
        /// The status code.
        status: u16,
        /// The error code.
        code: String,
        /// Headers of the answer, such as `retry-after`.
        headers: Vec<(String, String)>,
    },
    /// The connection fails before anything is done.
    Disconnect,
    /// It is done, and then the connection fails: the client does not learn what happened.
    LoseResponse,
    /// The long-running operation that it starts ends with this error.
    FailOperation {
        /// The status code.
        status: u16,
        /// The error code.
        code: String,
    },
}

impl Fault {
    /// The next request of this method on such a path is hit once.
    pub fn next(method: Method, path_contains: &str, action: FaultAction) -> Fault {
        Fault { method: Some(method), path_contains: path_contains.to_owned(), after: 0, times: 1, action }
    }

    fn matches(&self, request: &Request) -> bool {
        let path = request.path.to_ascii_lowercase();
        self.method.is_none_or(|method| method == request.method)
            && path.contains(&self.path_contains.to_ascii_lowercase())
    }
}

/// The faults that are still to happen.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    faults: Vec<Fault>,
}

impl Faults {
    pub fn add(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// What happens to this request, if anything. The first fault that is due wins.
    pub fn strike(&mut self, request: &Request) -> Option<FaultAction> {
        let mut struck = None;
        for fault in self.faults.iter_mut().filter(|fault| fault.matches(request)) {
            if fault.after > 0 {
                fault.after -= 1;
            } else if struck.is_none() && fault.times > 0 {
                fault.times -= 1;
                struck = Some(fault.action.clone());
            }
        }
        self.faults.retain(|fault| fault.times > 0);
        struck
    }
}

pub(crate) fn refusal(status: u16, code: &str, headers: &[(String, String)]) -> Response {
    let mut response =
        ApiError::new(status, code, "The simulator was asked to refuse this request.").response();
    response.headers.extend(headers.iter().cloned());
    response
}

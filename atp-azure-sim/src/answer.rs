//! What becomes of a request: the faults that hit it, stale reads, and else the cloud.

use std::time::Duration;

use serde_json::json;

use crate::errors::ApiError;
use crate::faults::stale::reading;
use crate::faults::{FaultAction, refusal};
use crate::message::{Request, Response, encode};
use crate::operations::OperationFailure;
use crate::simulator::{Simulator, SimulatorError};
use crate::time_format;

/// After this long Resource Manager no longer waits for a service.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

impl Simulator {
    /// Answers a request as the faults say that hit it, or as the cloud does.
    pub(crate) fn answer(&self, request: &Request) -> Result<Response, SimulatorError> {
        let now = self.clock.now();
        let milliseconds = time_format::milliseconds(now);
        let (fault, stale) = {
            let mut shared = self.shared();
            if !shared.connected {
                return Err(SimulatorError::Disconnected);
            }
            (shared.faults.strike(request, milliseconds), shared.stale.of(request, milliseconds))
        };
        let handle = || match &stale {
            Some(before) => Ok(self.with_headers(request, before.clone())),
            None => self.on_current(|cloud| cloud.handle(request, now)),
        };
        let Some(fault) = fault else { return handle() };
        match &fault.action {
            FaultAction::Refuse { status, code, headers } => {
                let mut response = refusal(&fault, request, *status, code);
                response.headers.extend(headers.iter().cloned());
                Ok(self.with_headers(request, response))
            }
            FaultAction::Disconnect => Err(SimulatorError::Disconnected),
            FaultAction::LoseResponse => {
                handle()?;
                Err(SimulatorError::ResponseLost)
            }
            FaultAction::FailOperation { status, code } => {
                let message = fault.says(request, "The simulator was asked to let this operation fail.");
                self.with_failure(
                    request,
                    OperationFailure { status: *status, code: code.clone(), message, canceled: false },
                )
            }
            FaultAction::CancelOperation => {
                let message = fault.says(request, "The operation was canceled.");
                let code = "OperationCanceled".to_owned();
                self.with_failure(request, OperationFailure { status: 409, code, message, canceled: true })
            }
            FaultAction::Delay(delay) => {
                let response = handle()?;
                if *delay <= LONGEST_WAIT {
                    return Ok(Response { delay: *delay, ..response });
                }
                let message = "The gateway did not receive a response from the resource provider in time.";
                let response =
                    self.with_headers(request, ApiError::new(504, "GatewayTimeout", message).response());
                Ok(Response { delay: LONGEST_WAIT, ..response })
            }
            FaultAction::StaleReads(lasting) => {
                let before = self.on_current(|cloud| cloud.handle(&reading(request), now))?;
                let response = handle()?;
                let lasting = i64::try_from(lasting.as_millis()).unwrap_or(i64::MAX);
                let until = milliseconds.saturating_add(lasting);
                if response.status < 400 {
                    self.shared().stale.show(request, before, until);
                }
                Ok(response)
            }
            FaultAction::EmptyPage => {
                let response = handle()?;
                let is_list = response.status == 200 && response.value()["value"].is_array();
                if !is_list {
                    return Ok(response);
                }
                let link = format!("{}{}?{}", request.base(), request.path, query(request));
                let body = json!({ "value": [], "nextLink": link });
                Ok(self.with_headers(request, Response::json(200, &body)))
            }
        }
    }

    /// Handles a request; the operation that it starts ends as `failure` says.
    fn with_failure(&self, request: &Request, failure: OperationFailure) -> Result<Response, SimulatorError> {
        let now = self.clock.now();
        self.on_current(|cloud| {
            cloud.operation_failure = Some(failure);
            let response = cloud.handle(request, now);
            cloud.operation_failure = None;
            response
        })
    }
}

fn query(request: &Request) -> String {
    let pairs = request.query.iter().map(|(key, value)| format!("{key}={}", encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

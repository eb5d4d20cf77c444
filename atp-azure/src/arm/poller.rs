//! Long-running operations, followed to their end.
//!
//! `Azure-AsyncOperation` goes before `Location`; without either, the resource's own `provisioningState` tells.

use super::client::{Answer, ArmClient, Call, Deadline};
use super::error::{ArmError, Refusal};
use super::retry;
use crate::descriptor::{FinalState, LongRunning};
use azure_core::http::Method;
use serde_json::Value as Json;
use std::time::Duration;

/// The state of an operation or resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Running,
    Succeeded,
    Failed,
}

impl State {
    /// Anything but the three terminal words is in progress; no word means done.
    fn of(word: Option<&str>) -> State {
        match word {
            None => State::Succeeded,
            Some(word) if word.eq_ignore_ascii_case("Succeeded") => State::Succeeded,
            Some(word) if word.eq_ignore_ascii_case("Failed") || word.eq_ignore_ascii_case("Canceled") => {
                State::Failed
            }
            Some(_) => State::Running,
        }
    }
}

/// The `provisioningState` of a resource's body.
pub(crate) fn provisioning_state(body: &Json) -> Option<&str> {
    body.get("properties")?.get("provisioningState")?.as_str()
}

/// Whether the service is still working on the resource with this body.
pub(crate) fn is_working(body: &Json) -> bool {
    State::of(provisioning_state(body)) == State::Running
}

impl ArmClient {
    /// Sends a request and follows the operation that it starts. The body of the resource as it is in the end; null
    /// for a DELETE.
    ///
    /// # Errors
    /// The refusal of the request or of the operation, or a timeout.
    pub async fn run(
        &self,
        call: &Call,
        how: Option<LongRunning>,
        deadline: Deadline,
    ) -> Result<Json, ArmError> {
        let first = self.send(call, deadline).await?;
        self.follow(call, first, how, deadline).await
    }

    /// Follows the operation that `first`, the answer to `call`, started.
    ///
    /// # Errors
    /// The refusal of the operation, or a timeout.
    pub async fn follow(
        &self,
        call: &Call,
        first: Answer,
        how: Option<LongRunning>,
        deadline: Deadline,
    ) -> Result<Json, ArmError> {
        let operation = first.header("azure-asyncoperation").map(str::to_owned);
        let location = first.header("location").map(str::to_owned);
        let writes = matches!(call.method, Method::Put | Method::Patch);
        let poll = Poll { client: self, call, deadline };
        if let Some(url) = operation {
            if poll.operation(&url, &first).await? == Known::Lost {
                return if writes { poll.resource(first).await } else { Ok(Json::Null) };
            }
            return match location {
                Some(url) if !writes && call.method != Method::Delete => poll.location(&url, None).await,
                Some(url) if wants_location(how) && writes => poll.location(&url, None).await,
                _ if writes => poll.resource_now().await,
                _ => Ok(Json::Null),
            };
        }
        if first.status == 202
            && let Some(url) = location
        {
            let last = poll.location(&url, Some(&first)).await?;
            return match writes && !wants_location(how) {
                true => poll.resource_now().await,
                false => Ok(last),
            };
        }
        if writes && (first.status == 202 || is_working(&first.body)) {
            return poll.resource(first).await;
        }
        if writes && State::of(provisioning_state(&first.body)) == State::Failed {
            return Err(failed(&first.body));
        }
        if writes && first.body.is_null() {
            return poll.resource_now().await;
        }
        Ok(first.body)
    }
}

fn wants_location(how: Option<LongRunning>) -> bool {
    how.is_some_and(|how| how.final_state == FinalState::Location)
}

#[derive(PartialEq)]
enum Known {
    Succeeded,
    /// The service no longer knows the operation.
    Lost,
}

struct Poll<'a> {
    client: &'a ArmClient,
    call: &'a Call,
    deadline: Deadline,
}

impl Poll<'_> {
    /// Waits for the status that an `Azure-AsyncOperation` URL tells.
    async fn operation(&self, url: &str, first: &Answer) -> Result<Known, ArmError> {
        let call = self.client.follow_url(url)?;
        let mut wish = first.retry_after();
        for attempt in 1.. {
            self.pause(attempt, wish).await?;
            let answer = match self.client.send(&call, self.deadline).await {
                Ok(answer) => answer,
                Err(error) if error.refusal().is_some_and(|refusal| refusal.status == 404) => break,
                Err(error) => return Err(error),
            };
            match State::of(Some(answer.body.get("status").and_then(Json::as_str).unwrap_or("Running"))) {
                State::Succeeded => return Ok(Known::Succeeded),
                State::Failed => return Err(failed(&answer.body)),
                State::Running => wish = answer.retry_after(),
            }
        }
        Ok(Known::Lost)
    }

    /// Waits while a `Location` URL answers 202. The body of its last answer.
    async fn location(&self, url: &str, first: Option<&Answer>) -> Result<Json, ArmError> {
        let mut call = self.client.follow_url(url)?;
        let mut wish = first.and_then(Answer::retry_after);
        for attempt in 1.. {
            if first.is_some() || attempt > 1 {
                self.pause(attempt, wish).await?;
            }
            let answer = match self.client.send(&call, self.deadline).await {
                Ok(answer) => answer,
                Err(error) if self.call.method == Method::Delete && error.is_absent() => {
                    return Ok(Json::Null);
                }
                Err(error) => return Err(error),
            };
            if answer.status != 202 {
                return match State::of(provisioning_state(&answer.body)) {
                    State::Failed => Err(failed(&answer.body)),
                    _ => Ok(answer.body),
                };
            }
            wish = answer.retry_after();
            if let Some(next) = answer.header("location") {
                call = self.client.follow_url(next)?;
            }
        }
        Ok(Json::Null)
    }

    /// Waits until the resource says that it is done. While a 202 is worked on, the resource may not be there yet.
    async fn resource(&self, first: Answer) -> Result<Json, ArmError> {
        let mut wish = first.retry_after();
        for attempt in 1.. {
            self.pause(attempt, wish).await?;
            match self.client.send(&self.get(), self.deadline).await {
                Ok(answer) => match State::of(provisioning_state(&answer.body)) {
                    State::Succeeded => return Ok(answer.body),
                    State::Failed => return Err(failed(&answer.body)),
                    State::Running => wish = answer.retry_after(),
                },
                Err(error) if first.status == 202 && error.is_absent() => wish = None,
                Err(error) => return Err(error),
            }
        }
        Ok(Json::Null)
    }

    /// The resource after the operation; its own state may lag behind.
    async fn resource_now(&self) -> Result<Json, ArmError> {
        let answer = self.client.send(&self.get(), self.deadline).await?;
        match State::of(provisioning_state(&answer.body)) {
            State::Succeeded => Ok(answer.body),
            State::Failed => Err(failed(&answer.body)),
            State::Running => self.resource(answer).await,
        }
    }

    fn get(&self) -> Call {
        Call { method: Method::Get, url: self.call.url.clone(), body: None, if_match: None }
    }

    async fn pause(&self, attempt: u32, wish: Option<Duration>) -> Result<(), ArmError> {
        let sleep = self.client.sleep();
        let wait = retry::wait(attempt, wish, self.call.url.path());
        if sleep.now().saturating_add(wait) > self.deadline.end {
            let after = sleep.now().saturating_sub(self.deadline.start);
            return Err(ArmError::Timeout { what: format!("{:?}", self.call), after });
        }
        sleep.sleep(wait).await;
        Ok(())
    }
}

/// The error of a failed operation or resource.
fn failed(body: &Json) -> ArmError {
    let properties = body.get("properties");
    let nested = properties.and_then(|properties| properties.get("error"));
    let error = body.get("error").or(nested).filter(|error| error.is_object());
    let state =
        body.get("status").and_then(Json::as_str).or_else(|| provisioning_state(body)).unwrap_or("Failed");
    let mut refusal = Refusal::read(0, error.unwrap_or(&Json::Null), None);
    if error.is_none() {
        refusal.code =
            if state.eq_ignore_ascii_case("Canceled") { "OperationCanceled" } else { "OperationFailed" }
                .to_owned();
        refusal.message = format!("the service ended in the state {state} and gave no reason");
    }
    ArmError::Refused(Box::new(refusal))
}

#[cfg(test)]
mod tests {
    use super::super::script::{Script, VirtualTime, client, refused};
    use super::*;
    use serde_json::json;

    const ID: &str = "/subscriptions/s/resourceGroups/g/providers/N.S/t/a";
    const OPERATION: (&str, &str) =
        ("azure-asyncoperation", "https://management.azure.com/subscriptions/s/operations/1?api-version=1");
    const LOCATION: (&str, &str) =
        ("location", "https://management.azure.com/subscriptions/s/results/1?api-version=1");

    fn body(state: &str) -> Json {
        json!({"id": ID, "properties": {"provisioningState": state}})
    }

    async fn run(
        method: Method,
        script: &Script,
        final_state: FinalState,
    ) -> (Result<Json, ArmError>, Duration) {
        let time = VirtualTime::default();
        let client = client(script, &time);
        let how = LongRunning { azure_async_operation: true, location: true, final_state };
        let call = client.call(method, ID, "2024-01-01");
        let result = client.run(&call, Some(how), client.deadline(Duration::from_secs(600))).await;
        (result, time.elapsed())
    }

    #[tokio::test]
    async fn an_operation_is_polled_as_told_and_then_the_resource_read() {
        let script = Script::new()
            .then_with(201, &[OPERATION, LOCATION, ("retry-after", "5")], body("Updating"))
            .then_with(200, &[("x-ms-retry-after-ms", "1500")], json!({"status": "InProgress"}))
            .then(200, json!({"status": "Succeeded"}))
            .then(200, body("Succeeded"));
        let (result, elapsed) = run(Method::Put, &script, FinalState::Resource).await;
        assert_eq!(result.unwrap(), body("Succeeded"));
        assert_eq!(elapsed, Duration::from_millis(6500));
        assert_eq!(script.lines()[1], "GET /subscriptions/s/operations/1");
        assert_eq!(script.lines()[3], format!("GET {ID}"));
    }

    #[tokio::test]
    async fn a_final_state_at_the_location_is_read_there() {
        let script = Script::new()
            .then_with(201, &[OPERATION, LOCATION], body("Updating"))
            .then(200, json!({"status": "Succeeded"}))
            .then(200, body("Succeeded"));
        assert!(run(Method::Put, &script, FinalState::Location).await.0.is_ok());
        assert_eq!(script.lines()[2], "GET /subscriptions/s/results/1");
    }

    #[tokio::test]
    async fn an_accepted_put_is_polled_at_its_location() {
        let script = Script::new()
            .then_with(202, &[LOCATION], Json::Null)
            .then_with(202, &[LOCATION, ("retry-after", "2")], Json::Null)
            .then(200, body("Succeeded"))
            .then(200, body("Succeeded"));
        assert!(run(Method::Put, &script, FinalState::Resource).await.0.is_ok());
        assert_eq!(script.lines().last().unwrap(), &format!("GET {ID}"));
    }

    #[tokio::test]
    async fn without_headers_the_state_of_the_resource_tells() {
        let script = Script::new()
            .then(200, body("Creating"))
            .then(200, body("Creating"))
            .then(200, body("Succeeded"));
        assert_eq!(run(Method::Put, &script, FinalState::Resource).await.0.unwrap(), body("Succeeded"));
        let script = Script::new()
            .then(202, Json::Null)
            .then(404, refused("ResourceNotFound", "not yet"))
            .then(200, body("Succeeded"));
        assert!(run(Method::Put, &script, FinalState::Resource).await.0.is_ok());
    }

    #[tokio::test]
    async fn a_failed_operation_gives_its_own_reason() {
        let script = Script::new().then_with(201, &[OPERATION], body("Updating")).then(
            200,
            json!({"status": "Failed", "error": {"code": "SkuNotAvailable", "message": "none left"}}),
        );
        let error = run(Method::Put, &script, FinalState::Resource).await.0.unwrap_err();
        assert_eq!(error.to_string(), "SkuNotAvailable: none left");
        assert!(error.hint().is_some());
        let script = Script::new().then(200, body("Creating")).then(200, body("Canceled"));
        let error = run(Method::Put, &script, FinalState::Resource).await.0.unwrap_err();
        assert_eq!(error.refusal().unwrap().code, "OperationCanceled");
    }

    #[tokio::test]
    async fn a_delete_ends_when_its_location_answers_or_is_gone() {
        for last in [(204, Json::Null), (200, Json::Null), (404, refused("ResourceNotFound", "gone"))] {
            let script = Script::new()
                .then_with(202, &[LOCATION], Json::Null)
                .then(202, Json::Null)
                .then(last.0, last.1);
            assert_eq!(run(Method::Delete, &script, FinalState::Location).await.0, Ok(Json::Null));
        }
    }

    #[tokio::test]
    async fn an_operation_that_never_ends_is_a_timeout() {
        let script = Script::new()
            .then_with(201, &[OPERATION], body("Updating"))
            .always(200, json!({"status": "InProgress"}));
        let (result, elapsed) = run(Method::Put, &script, FinalState::Resource).await;
        assert!(matches!(result, Err(ArmError::Timeout { .. })), "{result:?}");
        assert!(elapsed <= Duration::from_secs(600));
    }

    #[tokio::test]
    async fn a_poll_url_of_another_host_is_not_followed() {
        let evil = ("azure-asyncoperation", "https://evil.example/steal");
        let script = Script::new().then_with(201, &[evil], body("Updating"));
        let error = run(Method::Put, &script, FinalState::Resource).await.0.unwrap_err();
        assert!(error.to_string().contains("evil.example"), "{error}");
        assert_eq!(script.seen().len(), 1);
    }
}

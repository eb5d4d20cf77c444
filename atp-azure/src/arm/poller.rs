//! Long-running operations, followed to their end.
//!
//! `Azure-AsyncOperation` (`Operation-Location` in newer services) goes before `Location`; without either, the resource's
//! own `provisioningState` tells. The `Location` of an answer other than 202 is the place of the resource, and not of an
//! operation.

use super::client::{Answer, ArmClient, Call, Deadline};
use super::error::{ArmError, Refusal};
use super::recent::UNKNOWN_FOR;
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

/// Words for a resource that rests: nobody works on it, though the contract knows no such end. A managed HSM waits in the
/// first two for its security domain.
const RESTING: &[&str] = &["SecurityDomainRestore", "Activated", "Disabled", "Disconnected", "NotSpecified"];

impl State {
    /// Anything but the three terminal words and those of rest is in progress; no word means done.
    fn of(word: Option<&str>) -> State {
        match word {
            None => State::Succeeded,
            Some(word) if word.eq_ignore_ascii_case("Succeeded") => State::Succeeded,
            Some(word) if RESTING.iter().any(|rest| rest.eq_ignore_ascii_case(word)) => State::Succeeded,
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
    /// Any status of success is taken: services answer with others than they document, and the work was accepted.
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
        let poll = Poll { client: self, call, deadline };
        let result = poll.follow(first, how).await;
        if call.method == Method::Put && result.is_ok() {
            self.recent.made(call.url.path(), self.sleep().now());
        }
        result
    }
}

fn wants_location(how: Option<LongRunning>) -> bool {
    how.is_some_and(|how| how.final_state == FinalState::Location)
}

struct Poll<'a> {
    client: &'a ArmClient,
    call: &'a Call,
    deadline: Deadline,
}

impl Poll<'_> {
    async fn follow(&self, first: Answer, how: Option<LongRunning>) -> Result<Json, ArmError> {
        let operation = first.header("azure-asyncoperation").or_else(|| first.header("operation-location"));
        let location = first.header("location").map(str::to_owned);
        let writes = matches!(self.call.method, Method::Put | Method::Patch);
        if let Some(url) = operation.map(str::to_owned) {
            let Some(status) = self.operation(&url, &first).await? else {
                return if writes { self.resource(Some(first)).await } else { Ok(Json::Null) };
            };
            return match location {
                Some(url) if writes && wants_location(how) => self.location(&url, None).await,
                _ if writes => self.resource(None).await,
                _ if self.call.method == Method::Delete => Ok(Json::Null),
                Some(url) => self.location(&url, None).await,
                None => Ok(status.get("properties").cloned().unwrap_or_default()),
            };
        }
        if first.status == 202
            && let Some(url) = location
        {
            let last = self.location(&url, Some(&first)).await?;
            return match writes && (!wants_location(how) || !last.is_object()) {
                true => self.resource(None).await,
                false => Ok(last),
            };
        }
        if !writes {
            return Ok(first.body);
        }
        match State::of(provisioning_state(&first.body)) {
            _ if first.status == 202 => self.resource(Some(first)).await,
            State::Running => self.resource(Some(first)).await,
            State::Failed => Err(failed(&first.body)),
            State::Succeeded if first.body.is_null() => self.resource(None).await,
            State::Succeeded => Ok(first.body),
        }
    }

    /// Waits for the status that an `Azure-AsyncOperation` URL tells. The last one; `None` when the service no longer
    /// knows the operation.
    async fn operation(&self, url: &str, first: &Answer) -> Result<Option<Json>, ArmError> {
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
                State::Succeeded => return Ok(Some(answer.body)),
                State::Failed => return Err(failed(&answer.body)),
                State::Running => wish = answer.retry_after(),
            }
        }
        Ok(None)
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

    /// Waits until the resource says that it is done; looks at once when there is no answer to wait after. While a 202
    /// is worked on, the resource may not be there yet; and one that was just made may not be known everywhere.
    async fn resource(&self, first: Option<Answer>) -> Result<Json, ArmError> {
        let start = self.client.sleep().now();
        let mut wish = first.as_ref().and_then(Answer::retry_after);
        let at_once = first.is_none();
        let accepted = first.is_some_and(|first| first.status == 202);
        for attempt in 1.. {
            if !at_once || attempt > 1 {
                self.pause(attempt, wish).await?;
            }
            match self.client.send(&self.get(), self.deadline).await {
                Ok(answer) => match State::of(provisioning_state(&answer.body)) {
                    State::Succeeded => return Ok(answer.body),
                    State::Failed => return Err(failed(&answer.body)),
                    State::Running => wish = answer.retry_after(),
                },
                Err(error) if error.is_absent() => {
                    let passed = self.client.sleep().now().saturating_sub(start);
                    if !accepted && passed >= UNKNOWN_FOR {
                        return Err(error);
                    }
                    wish = None;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Json::Null)
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
    async fn fact_053_058_an_operation_is_polled_as_told_and_then_the_resource_read() {
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
    async fn the_newer_name_of_the_header_is_followed_too() {
        let newer = ("operation-location", OPERATION.1);
        let script = Script::new()
            .then_with(200, &[newer], body("Updating"))
            .then(200, json!({"status": "Succeeded"}))
            .then(200, body("Succeeded"));
        assert!(run(Method::Put, &script, FinalState::Resource).await.0.is_ok());
        assert_eq!(script.lines()[1], "GET /subscriptions/s/operations/1");
    }

    #[tokio::test]
    async fn fact_059_a_final_state_at_the_location_is_read_there_and_that_of_an_action_always() {
        for (method, final_state) in
            [(Method::Put, FinalState::Location), (Method::Post, FinalState::Resource)]
        {
            let script = Script::new()
                .then_with(202, &[OPERATION, LOCATION], Json::Null)
                .then(200, json!({"status": "Succeeded"}))
                .then(200, body("Succeeded"));
            assert_eq!(run(method, &script, final_state).await.0, Ok(body("Succeeded")));
            assert_eq!(script.lines()[2], "GET /subscriptions/s/results/1");
        }
    }

    #[tokio::test]
    async fn an_action_without_a_location_gives_what_its_operation_holds() {
        let script = Script::new()
            .then_with(202, &[OPERATION], Json::Null)
            .then(200, json!({"status": "Succeeded", "properties": {"key": 1}}));
        assert_eq!(run(Method::Post, &script, FinalState::Resource).await.0, Ok(json!({"key": 1})));
    }

    #[tokio::test]
    async fn fact_057_an_accepted_put_is_polled_at_its_location() {
        let moved = ("location", "https://management.azure.com/subscriptions/s/results/2?api-version=1");
        let script = Script::new()
            .then_with(202, &[LOCATION], Json::Null)
            .then_with(202, &[moved, ("retry-after", "2")], Json::Null)
            .then(200, body("Succeeded"))
            .then(200, body("Succeeded"));
        assert!(run(Method::Put, &script, FinalState::Resource).await.0.is_ok());
        assert_eq!(script.lines()[2], "GET /subscriptions/s/results/2");
        assert_eq!(script.lines().last().unwrap(), &format!("GET {ID}"));
    }

    #[tokio::test]
    async fn fact_060_without_headers_the_state_of_the_resource_tells() {
        let script = Script::new()
            .then(200, body("Creating"))
            .then(200, body("Creating"))
            .then(200, body("Succeeded"));
        assert_eq!(run(Method::Put, &script, FinalState::Resource).await.0.unwrap(), body("Succeeded"));
    }

    #[tokio::test]
    async fn fact_064_what_was_only_accepted_may_not_be_there_yet() {
        let missing = refused("ResourceNotFound", "not yet");
        let mut script = Script::new().then(202, Json::Null);
        for _ in 0..20 {
            script = script.then(404, missing.clone());
        }
        let (result, elapsed) =
            run(Method::Put, &script.then(200, body("Succeeded")), FinalState::Resource).await;
        assert!(result.is_ok(), "{result:?}");
        assert!(elapsed > UNKNOWN_FOR, "{elapsed:?}");
    }

    #[tokio::test]
    async fn a_new_resource_that_is_not_known_everywhere_is_waited_for_but_not_for_ever() {
        let missing = refused("ResourceNotFound", "not here");
        let done = || {
            Script::new()
                .then_with(201, &[OPERATION], body("Updating"))
                .then(200, json!({"status": "Succeeded"}))
        };
        let script =
            done().then(404, missing.clone()).then(404, missing.clone()).then(200, body("Succeeded"));
        assert!(run(Method::Put, &script, FinalState::Resource).await.0.is_ok());
        let (result, elapsed) = run(Method::Put, &done().always(404, missing), FinalState::Resource).await;
        assert!(result.unwrap_err().is_absent());
        assert!(elapsed < UNKNOWN_FOR + Duration::from_secs(60), "{elapsed:?}");
    }

    #[tokio::test]
    async fn a_status_of_success_that_is_not_documented_is_one_all_the_same() {
        for status in [200, 201, 203, 299] {
            let script = Script::new().then(status, body("Succeeded"));
            assert!(run(Method::Put, &script, FinalState::Resource).await.0.is_ok(), "{status}");
        }
        let script = Script::new().then(204, Json::Null).then(200, body("Succeeded"));
        assert_eq!(run(Method::Put, &script, FinalState::Resource).await.0, Ok(body("Succeeded")));
    }

    #[tokio::test]
    async fn fact_055_056_a_failed_operation_gives_its_own_reason() {
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
        assert_eq!(State::of(None), State::Succeeded);
        assert_eq!(State::of(Some("Evaluating")), State::Running);
        assert_eq!(State::of(Some("Activated")), State::Succeeded);
    }

    #[tokio::test]
    async fn fact_056_a_status_that_cannot_be_read_is_no_failure_of_the_operation() {
        let script = Script::new()
            .then_with(201, &[OPERATION], body("Updating"))
            .then(500, Json::Null)
            .then(404, refused("OperationNotFound", "which?"))
            .then(200, body("Updating"))
            .then(200, body("Succeeded"));
        assert_eq!(run(Method::Put, &script, FinalState::Resource).await.0, Ok(body("Succeeded")));
    }

    #[tokio::test]
    async fn a_failed_update_is_told_though_the_resource_has_its_old_state_again() {
        let failed = json!({"status": "Failed", "error": {"code": "Conflict", "message": "no"}});
        let script = Script::new()
            .then_with(200, &[OPERATION], body("Updating"))
            .then(200, failed)
            .always(200, body("Succeeded"));
        assert!(run(Method::Put, &script, FinalState::Resource).await.0.is_err());
        assert_eq!(script.seen().len(), 2);
    }

    #[tokio::test]
    async fn fact_054_070_a_delete_ends_when_its_location_answers_or_is_gone() {
        for last in [(204, Json::Null), (200, Json::Null), (404, refused("ResourceNotFound", "gone"))] {
            let script = Script::new()
                .then_with(202, &[LOCATION, ("retry-after", "15")], Json::Null)
                .then(202, Json::Null)
                .then(last.0, last.1);
            let (result, elapsed) = run(Method::Delete, &script, FinalState::Location).await;
            assert_eq!(result, Ok(Json::Null));
            assert!(elapsed >= Duration::from_secs(15), "{elapsed:?}");
        }
    }

    #[tokio::test]
    async fn fact_061_068_urls_of_operations_keep_their_query_and_may_be_long() {
        let long = "x".repeat(4000);
        let url = format!(
            "https://management.azure.com/subscriptions/s/providers/Microsoft.Storage/operations/{long}?monitor=true&api-version=2025-06-01"
        );
        let script = Script::new()
            .then_with(202, &[("location", &url)], Json::Null)
            .then(200, body("Succeeded"))
            .then(200, body("Succeeded"));
        assert!(run(Method::Put, &script, FinalState::Resource).await.0.is_ok());
        assert_eq!(script.seen()[1].query, "monitor=true&api-version=2025-06-01");
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

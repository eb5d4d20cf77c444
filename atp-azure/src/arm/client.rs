//! Requests to Azure Resource Manager, sent until they are answered for good.

use super::credentials::CredentialError;
use super::endpoint::Endpoint;
use super::error::{ArmError, Refusal, Tries};
use super::pace::Pace;
use super::recent::Recent;
use super::retry::{self, Cause};
use super::sleep::{Sleep, TokioSleep};
use azure_core::credentials::TokenCredential;
use azure_core::error::ErrorKind;
use azure_core::http::headers::{HeaderName, Headers};
use azure_core::http::policies::auth::BearerTokenAuthorizationPolicy;
use azure_core::http::{
    ClientOptions, Context, Method, Pipeline, PipelineSendOptions, RawResponse, Request, RetryOptions,
    Transport, Url, UserAgentOptions,
};
use serde_json::{Value as Json, json};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A client of one cloud, for one identity. Cheap to clone.
#[derive(Clone)]
pub struct ArmClient {
    pipeline: Pipeline,
    endpoint: Endpoint,
    sleep: Arc<dyn Sleep>,
    /// Absent when the limits of Azure are to be found out by being refused.
    pace: Option<Arc<Pace>>,
    pub(super) recent: Arc<Recent>,
}

/// What an [`ArmClient`] may be given besides its endpoint and credential.
#[derive(Debug, Clone)]
pub struct ArmClientOptions {
    /// Who carries requests: the network when absent.
    pub transport: Option<Transport>,
    /// How time passes.
    pub sleep: Arc<dyn Sleep>,
    /// A name for the logs of Azure, at most 24 characters.
    pub application: String,
    /// Whether requests are spaced when Azure says that few are left, instead of running into its limits.
    pub paced: bool,
}

impl Default for ArmClientOptions {
    fn default() -> Self {
        ArmClientOptions {
            transport: None,
            sleep: Arc::new(TokioSleep::default()),
            application: "atp-iac".to_owned(),
            paced: true,
        }
    }
}

/// One request.
#[derive(Clone)]
pub struct Call {
    /// GET, PUT, DELETE and so on.
    pub method: Method,
    /// Where to, with `api-version`.
    pub url: Url,
    /// The body; may hold secrets, and is not shown.
    pub body: Option<Json>,
    /// The version that the resource must still have.
    pub if_match: Option<String>,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.url.path())
    }
}

/// An answer with a good status.
#[derive(Clone)]
pub struct Answer {
    /// The status, 200 to 299.
    pub status: u16,
    /// The headers.
    pub headers: Headers,
    /// The body; null when there is none.
    pub body: Json,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}

impl Answer {
    /// A header by its lower-case name.
    pub fn header(&self, name: &'static str) -> Option<&str> {
        self.headers.get_optional_str(&HeaderName::from_static(name))
    }

    /// How long the service asks to wait before the next request.
    pub fn retry_after(&self) -> Option<Duration> {
        retry::retry_after(&self.headers)
    }
}

/// The moment after which an operation is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    pub(crate) start: Duration,
    pub(crate) end: Duration,
}

impl fmt::Debug for ArmClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArmClient").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl ArmClient {
    /// A client of `endpoint` with the tokens of `credential`.
    pub fn new(endpoint: Endpoint, credential: Arc<dyn TokenCredential>, options: ArmClientOptions) -> Self {
        let bearer = BearerTokenAuthorizationPolicy::new(credential, [endpoint.scope()]);
        let client_options = ClientOptions {
            retry: RetryOptions::none(),
            transport: options.transport,
            user_agent: UserAgentOptions { application_id: Some(options.application) },
            ..Default::default()
        };
        let pipeline = Pipeline::new(
            option_env!("CARGO_PKG_NAME"),
            option_env!("CARGO_PKG_VERSION"),
            client_options,
            Vec::new(),
            vec![Arc::new(bearer)],
            None,
        );
        ArmClient {
            pipeline,
            endpoint,
            sleep: options.sleep,
            pace: options.paced.then(Arc::default),
            recent: Arc::default(),
        }
    }

    /// The cloud that this client talks to.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// How time passes for this client.
    pub fn sleep(&self) -> &dyn Sleep {
        self.sleep.as_ref()
    }

    /// The moment `timeout` from now.
    pub fn deadline(&self, timeout: Duration) -> Deadline {
        let start = self.sleep.now();
        Deadline { start, end: start.saturating_add(timeout) }
    }

    /// A request about the resource or path `id`, at an api-version.
    pub fn call(&self, method: Method, id: &str, api_version: &str) -> Call {
        let mut url = self.endpoint.url(id);
        url.query_pairs_mut().append_pair("api-version", api_version);
        Call { method, url, body: None, if_match: None }
    }

    /// A GET on a URL that an answer named.
    pub(crate) fn follow_url(&self, text: &str) -> Result<Call, ArmError> {
        let malformed = |what: String| ArmError::Malformed { what };
        let url = Url::parse(text).map_err(|error| malformed(format!("it names a bad URL: {error}")))?;
        if !self.endpoint.trusts(&url) {
            let host = url.host_str().unwrap_or_default();
            return Err(malformed(format!("it names a URL of another host, {host}")));
        }
        Ok(Call { method: Method::Get, url, body: None, if_match: None })
    }

    /// Sends a request, again where the contract says so, until it is answered or the deadline comes. Registers the
    /// namespace of the type when the subscription has not done so yet.
    ///
    /// # Errors
    /// The last failure.
    pub async fn send(&self, call: &Call, deadline: Deadline) -> Result<Answer, ArmError> {
        match self.persist(call, deadline).await {
            Err(error)
                if error
                    .refusal()
                    .is_some_and(|refusal| refusal.has_code("MissingSubscriptionRegistration")) =>
            {
                self.register(call, &error, deadline).await?;
                self.persist(call, deadline).await
            }
            result => result,
        }
    }

    /// Sends a request, again where the contract says so.
    pub(super) async fn persist(&self, call: &Call, deadline: Deadline) -> Result<Answer, ArmError> {
        if call.method == Method::Delete {
            self.recent.going(call.url.path());
        }
        let first = self.sleep.now();
        let mut tries = Tries::default();
        let mut since: Option<(Cause, Duration)> = None;
        loop {
            let (error, cause, wish) = match self.try_in_turn(call, tries.count + 1, deadline).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => (failure.error, failure.again, failure.wish),
            };
            let now = self.sleep.now();
            tries = Tries { count: tries.count + 1, within: now.saturating_sub(first) };
            let Some(cause) = cause else { return Err(error.after(tries)) };
            let start = match since {
                Some((before, start)) if before == cause => start,
                _ => now,
            };
            since = Some((cause, start));
            let wait = retry::wait(tries.count, wish, call.url.path());
            let limit = deadline.end.min(start.saturating_add(cause.patience()));
            if now.saturating_add(wait) > limit {
                return Err(error.after(tries));
            }
            self.sleep.sleep(wait).await;
        }
    }

    /// Sends a request once it is its turn.
    async fn try_in_turn(&self, call: &Call, attempt: u32, deadline: Deadline) -> Result<Answer, Failure> {
        let path = call.url.path();
        let turn = match &self.pace {
            None => None,
            Some(pace) => match pace.turn(call.method, path, self.sleep(), deadline.end).await {
                Some(turn) => Some(turn),
                None => {
                    let after = self.sleep.now().saturating_sub(deadline.start);
                    let what = format!("{call:?}, which waits for its turn below Azure's limit of requests,");
                    return Err(Failure::last(ArmError::Timeout { what, after }));
                }
            },
        };
        let result = self.try_once(call).await;
        let now = self.sleep.now();
        match (turn, &result) {
            (Some(turn), Ok(answer)) => turn.answered(&answer.headers, now),
            (Some(turn), Err(Failure { error: ArmError::Refused(refusal), wish, .. }))
                if retry::is_limit(refusal) =>
            {
                turn.refused(now.saturating_add(retry::wait(attempt, *wish, path)));
            }
            _ => {}
        }
        result
    }

    async fn try_once(&self, call: &Call) -> Result<Answer, Failure> {
        let mut request = Request::new(call.url.clone(), call.method);
        request.insert_header("accept", "application/json");
        if let Some(etag) = &call.if_match {
            request.insert_header("if-match", etag.clone());
        }
        if let Some(body) = &call.body {
            request.insert_header("content-type", "application/json");
            request.set_body(body.to_string());
        }
        let options = PipelineSendOptions { skip_checks: true, ..Default::default() };
        match self.pipeline.send(&Context::new(), &mut request, Some(options)).await {
            Ok(response) => self.judge(call, response),
            Err(error) => Err(transport_error(&error)),
        }
    }

    fn judge(&self, call: &Call, response: RawResponse) -> Result<Answer, Failure> {
        let (status, headers, body) = response.deconstruct();
        let status = u16::from(status);
        let bytes: &[u8] = body.as_ref();
        let body = if bytes.iter().all(u8::is_ascii_whitespace) {
            Ok(Json::Null)
        } else {
            serde_json::from_slice::<Json>(bytes)
        };
        if (200..300).contains(&status) {
            return match body {
                Ok(body) => Ok(Answer { status, headers, body }),
                Err(error) => {
                    let what =
                        format!("status {status} with a body that is not JSON, at line {}", error.line());
                    Err(Failure::last(ArmError::Malformed { what }))
                }
            };
        }
        let header = |name: &'static str| headers.get_optional_string(&HeaderName::from_static(name));
        let code = header("x-ms-error-code").map(|code| json!({"code": code}));
        let body = body.ok().filter(|body| body.is_object()).or(code);
        let refusal = Refusal::read(status, &body.unwrap_or(Json::Null), header("x-ms-request-id"));
        if status == 401 {
            return Err(Failure::last(unauthorized(&refusal)));
        }
        let wish = retry::retry_after(&headers);
        let cause = retry::cause(&refusal, wish.is_some()).or_else(|| {
            let is_new = self.recent.calls_missing(call, &refusal, self.sleep.now());
            (call.method != Method::Get && is_new).then_some(Cause::Replication)
        });
        Err(Failure { error: ArmError::Refused(Box::new(refusal)), again: cause, wish })
    }
}

/// A try that failed.
struct Failure {
    error: ArmError,
    /// Why another try may help.
    again: Option<Cause>,
    /// How long the service asks to wait.
    wish: Option<Duration>,
}

impl Failure {
    fn last(error: ArmError) -> Self {
        Failure { error, again: None, wish: None }
    }
}

fn transport_error(error: &azure_core::Error) -> Failure {
    let reason = chain(error);
    match error.kind() {
        ErrorKind::Credential => {
            let (reason, hint) = match credential_error(error) {
                Some(error) => (error.to_string(), error.hint()),
                None => (reason, "sign in again, for the tenant of the subscription".to_owned()),
            };
            let code = "CredentialUnavailable".to_owned();
            Failure::last(ArmError::Unauthorized { code, reason, hint })
        }
        ErrorKind::Connection | ErrorKind::Io => {
            let error = ArmError::Unreachable { reason, tries: Tries::default() };
            Failure { error, again: Some(Cause::Transient), wish: None }
        }
        _ => Failure::last(ArmError::Unreachable { reason, tries: Tries::default() }),
    }
}

/// What the chain of credentials said, which may be wrapped.
fn credential_error<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e CredentialError> {
    match error.downcast_ref() {
        Some(found) => Some(found),
        None => credential_error(error.source()?),
    }
}

/// The messages of an error and its sources, each once, on one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let message = inner.to_string();
        if !text.contains(&message) {
            text.push_str(": ");
            text.push_str(&message);
        }
        source = inner.source();
    }
    text.replace("\r\n", "\n").replace('\n', "; ")
}

fn unauthorized(refusal: &Refusal) -> ArmError {
    let hint = refusal.hint.clone().unwrap_or_else(|| {
        "sign in again (`az login`), for the tenant of the subscription and the cloud of the endpoint"
            .to_owned()
    });
    ArmError::Unauthorized { code: refusal.code.clone(), reason: refusal.message.clone(), hint }
}

#[cfg(test)]
mod tests {
    use super::super::script::{Script, VirtualTime, client, refused};
    use super::*;

    const ID: &str = "/subscriptions/s/resourceGroups/g";

    async fn get(script: &Script, timeout: u64) -> (Result<Answer, ArmError>, VirtualTime) {
        let time = VirtualTime::default();
        let client = client(script, &time);
        let call = client.call(Method::Get, ID, "2024-01-01");
        let result = client.send(&call, client.deadline(Duration::from_secs(timeout))).await;
        (result, time)
    }

    #[tokio::test]
    async fn fact_080_a_throttled_request_waits_as_long_as_it_is_told() {
        let script = Script::new()
            .then_with(429, &[("retry-after", "17")], refused("TooManyRequests", "slow down"))
            .then(200, json!({"id": ID}));
        let (result, time) = get(&script, 600).await;
        assert_eq!(result.unwrap().body["id"], ID);
        assert_eq!(time.elapsed(), Duration::from_secs(17));
    }

    #[tokio::test]
    async fn another_operation_in_progress_is_waited_for() {
        let busy = refused("AnotherOperationInProgress", "wait");
        let script = Script::new().then(409, busy.clone()).then(409, busy).then(200, json!({}));
        assert!(get(&script, 600).await.0.is_ok());
        assert_eq!(script.seen().len(), 3);
    }

    #[tokio::test]
    async fn a_lost_connection_is_tried_again_and_then_reported() {
        let script = Script::new().then_lost().then(200, json!({}));
        assert!(get(&script, 600).await.0.is_ok());
        let script = Script::new().always_lost();
        let (result, time) = get(&script, 3600).await;
        assert!(matches!(result, Err(ArmError::Unreachable { .. })), "{result:?}");
        assert!(time.elapsed() <= Duration::from_secs(120), "{:?}", time.elapsed());
    }

    #[tokio::test]
    async fn an_error_says_how_often_and_how_long_it_was_tried() {
        let script = Script::new().always_lost();
        let error = get(&script, 3600).await.0.unwrap_err();
        let ArmError::Unreachable { tries, .. } = &error else { panic!("{error:?}") };
        assert!(tries.count > 5 && tries.within > Duration::from_secs(60), "{tries:?}");
        assert!(error.to_string().ends_with(&format!("({tries})")), "{error}");
        let script = Script::new().always(503, refused("ServiceUnavailable", "later"));
        let error = get(&script, 30).await.0.unwrap_err().to_string();
        assert!(error.contains("status 503, 6 tries in "), "{error}");
        let script = Script::new().then(400, refused("InvalidParameter", "no"));
        assert!(!get(&script, 30).await.0.unwrap_err().to_string().contains("1 try"));
    }

    #[tokio::test]
    async fn what_was_just_made_and_is_called_missing_is_waited_for() {
        let script = Script::new()
            .then(201, json!({"id": ID}))
            .then(404, refused("ResourceGroupNotFound", "Resource group 'g' could not be found."))
            .then(201, json!({}));
        let time = VirtualTime::default();
        let client = client(&script, &time);
        let deadline = client.deadline(Duration::from_secs(600));
        client.run(&client.call(Method::Put, ID, "1"), None, deadline).await.unwrap();
        let below = client.call(Method::Put, &format!("{ID}/providers/N.S/t/a"), "1");
        client.run(&below, None, deadline).await.unwrap();
        assert_eq!(script.seen().len(), 3);
    }

    #[tokio::test]
    async fn fact_029_without_an_envelope_the_header_or_the_status_is_the_code() {
        let script =
            Script::new().then_with(400, &[("x-ms-error-code", "BadThing")], json!("not an envelope"));
        let error = get(&script, 9).await.0.unwrap_err();
        assert_eq!(error.refusal().unwrap().code, "BadThing");
        let script = Script::new().then(418, Json::Null);
        assert_eq!(get(&script, 9).await.0.unwrap_err().refusal().unwrap().code, "Http418");
    }

    #[tokio::test]
    async fn the_deadline_bounds_all_tries() {
        let script = Script::new().always(409, refused("AnotherOperationInProgress", "wait"));
        let (result, time) = get(&script, 60).await;
        assert!(result.unwrap_err().refusal().unwrap().has_code("AnotherOperationInProgress"));
        assert!(time.elapsed() <= Duration::from_secs(60));
    }

    #[tokio::test]
    async fn a_missing_group_or_parent_is_reported_at_once() {
        for code in ["ResourceGroupNotFound", "ParentResourceNotFound"] {
            let script = Script::new().then(404, refused(code, "gone"));
            let (result, time) = get(&script, 600).await;
            assert!(result.unwrap_err().is_absent());
            assert_eq!(time.elapsed(), Duration::ZERO);
        }
    }

    #[tokio::test]
    async fn fact_098_a_principal_that_is_not_known_yet_is_waited_for_but_not_for_ever() {
        let script = Script::new().always(400, refused("PrincipalNotFound", "unknown"));
        let (result, time) = get(&script, 3600).await;
        assert!(result.is_err());
        assert!(time.elapsed() > Duration::from_secs(120) && time.elapsed() <= Duration::from_secs(300));
    }

    #[tokio::test]
    async fn errors_and_debug_forms_show_neither_token_nor_body() {
        let script = Script::new().then(401, refused("InvalidAuthenticationToken", "expired"));
        let time = VirtualTime::default();
        let client = client(&script, &time);
        let mut call = client.call(Method::Put, ID, "2024-01-01");
        call.body = Some(json!({"password": "hunter2"}));
        let error = client.send(&call, client.deadline(Duration::from_secs(9))).await.unwrap_err();
        assert!(matches!(error, ArmError::Unauthorized { .. }));
        let shown = format!("{error} {error:?} {call:?} {client:?}");
        assert!(!shown.contains("hunter2") && !shown.contains("test-token"), "{shown}");
        assert_eq!(script.seen()[0].authorization, "Bearer test-token");
    }
}

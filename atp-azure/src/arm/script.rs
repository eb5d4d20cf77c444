//! For tests: a service that answers what it is told to, and time that passes when waited for.

use super::{ArmClient, ArmClientOptions, Endpoint, FixedToken, Sleep};
use async_trait::async_trait;
use azure_core::error::{Error, ErrorKind};
use azure_core::http::headers::{HeaderName, Headers};
use azure_core::http::{AsyncRawResponse, Body, HttpClient, Request, StatusCode, Transport};
use serde_json::{Value as Json, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What was asked.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// Method and path.
    pub line: String,
    pub api_version: String,
    pub host: String,
    pub query: String,
    pub body: Json,
    pub authorization: String,
    pub if_match: Option<String>,
    /// Which request this is, as the client calls it.
    pub client_request_id: Option<String>,
}

#[derive(Debug, Clone)]
enum Step {
    Answer(u16, Vec<(String, String)>, Json),
    Lost,
}

#[derive(Debug, Default)]
struct Inner {
    steps: VecDeque<Step>,
    rest: Option<Step>,
    seen: Vec<Seen>,
}

/// Answers in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Script(Arc<Mutex<Inner>>);

impl Script {
    pub fn new() -> Self {
        Script::default()
    }

    pub fn then(self, status: u16, body: Json) -> Self {
        self.then_with(status, &[], body)
    }

    pub fn then_with(self, status: u16, headers: &[(&str, &str)], body: Json) -> Self {
        let headers = headers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        self.0.lock().unwrap().steps.push_back(Step::Answer(status, headers, body));
        self
    }

    pub fn then_lost(self) -> Self {
        self.0.lock().unwrap().steps.push_back(Step::Lost);
        self
    }

    pub fn always(self, status: u16, body: Json) -> Self {
        self.0.lock().unwrap().rest = Some(Step::Answer(status, Vec::new(), body));
        self
    }

    pub fn always_lost(self) -> Self {
        self.0.lock().unwrap().rest = Some(Step::Lost);
        self
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.0.lock().unwrap().seen.clone()
    }

    pub fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }

    pub fn transport(&self) -> Transport {
        Transport::new(Arc::new(self.clone()))
    }
}

#[async_trait]
impl HttpClient for Script {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let header =
            |name: &'static str| request.headers().get_optional_string(&HeaderName::from_static(name));
        let body = match request.body() {
            Body::Bytes(bytes) => serde_json::from_slice(bytes).unwrap_or(Json::Null),
            Body::SeekableStream(_) => Json::Null,
        };
        let mut inner = self.0.lock().unwrap();
        let url = request.url();
        let query =
            |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        inner.seen.push(Seen {
            line: format!("{} {}", request.method(), request.url().path()),
            api_version: query("api-version").unwrap_or_default(),
            host: request.url().host_str().unwrap_or_default().to_owned(),
            query: request.url().query().unwrap_or_default().to_owned(),
            body,
            authorization: header("authorization").unwrap_or_default(),
            if_match: header("if-match"),
            client_request_id: header("x-ms-client-request-id"),
        });
        let step = inner.steps.pop_front().or_else(|| inner.rest.clone());
        match step {
            Some(Step::Answer(status, headers, body)) => {
                let mut map = Headers::new();
                for (name, value) in headers {
                    map.insert(name, value);
                }
                let bytes = if body.is_null() { String::new() } else { body.to_string() };
                Ok(AsyncRawResponse::from_bytes(StatusCode::from(status), map, bytes))
            }
            Some(Step::Lost) => Err(Error::with_message(ErrorKind::Connection, "connection refused")),
            None => Err(Error::with_message(ErrorKind::Other, "the script has no answer left")),
        }
    }
}

/// Time that passes when somebody sleeps.
#[derive(Debug, Clone, Default)]
pub(crate) struct VirtualTime(Arc<Mutex<Duration>>);

impl VirtualTime {
    pub fn elapsed(&self) -> Duration {
        *self.0.lock().unwrap()
    }
}

#[async_trait]
impl Sleep for VirtualTime {
    fn now(&self) -> Duration {
        self.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        *self.0.lock().unwrap() += duration;
    }
}

/// A client of a script.
pub(crate) fn client(script: &Script, time: &VirtualTime) -> ArmClient {
    let options = ArmClientOptions {
        transport: Some(script.transport()),
        sleep: Arc::new(time.clone()),
        ..Default::default()
    };
    ArmClient::new(Endpoint::public(), Arc::new(FixedToken::new("test-token")), options)
}

/// The body of an error.
pub(crate) fn refused(code: &str, message: &str) -> Json {
    json!({"error": {"code": code, "message": message}})
}

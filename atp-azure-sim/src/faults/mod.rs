//! Injected faults: what goes wrong with which requests. A [`FaultScript`] reads them from a file.

pub(crate) mod script;
pub(crate) mod stale;

use std::time::Duration;

use serde_json::{Value, json};

use crate::draw::draw;
use crate::errors::ApiError;
use crate::glob::Glob;
use crate::message::{Method, Request, Response};

pub use script::{FaultScript, ScriptError};

/// Something that goes wrong with some requests.
#[derive(Debug, Clone)]
pub struct Fault {
    /// What people call it.
    pub name: String,
    /// The method; absent for any.
    pub method: Option<Method>,
    /// The paths.
    pub path: PathPattern,
    /// How many matching requests pass before the first one is hit.
    pub after: usize,
    /// How many matching requests are hit.
    pub times: usize,
    /// For how long requests are hit, from the first one on; absent for as long as [`times`](Fault::times) lasts.
    pub lasting: Option<Duration>,
    /// How probable it is that a matching request is hit, from 0 to 1. What happens follows from the seed.
    pub probability: f64,
    /// What the errors say; the simulator's own words when it is absent. `{path}` stands for the path of the request, and
    /// `{access}` for `write` or `delete`.
    pub message: Option<String>,
    /// What happens to them.
    pub action: FaultAction,
}

/// The paths that a fault hits, without regard to case.
#[derive(Debug, Clone)]
pub enum PathPattern {
    /// Those with this text in them. Empty for any path.
    Containing(String),
    /// Those that match.
    Like(Glob),
}

/// What happens to a request.
#[derive(Debug, Clone, PartialEq)]
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
    /// The long-running operation that it starts ends as if somebody had canceled it.
    CancelOperation,
    /// The answer comes late; after 60 seconds it is 504, as from Resource Manager. What was asked for is done at once.
    Delay(Duration),
    /// A write is done, and for this long GET and HEAD of the same path show what was there before: 404 after a create,
    /// the old body after an update or delete. Lists show what is there.
    StaleReads(Duration),
    /// A list is answered with no items, and a link to the page with all of them.
    EmptyPage,
}

impl FaultAction {
    /// Too many requests: 429 with `Retry-After`.
    pub fn throttle(retry_after_seconds: u64) -> FaultAction {
        let headers = vec![("retry-after".to_owned(), retry_after_seconds.to_string())];
        FaultAction::Refuse { status: 429, code: "TooManyRequests".to_owned(), headers }
    }

    fn name(&self) -> &'static str {
        match self {
            FaultAction::Refuse { .. } => "refuse",
            FaultAction::Disconnect => "disconnect",
            FaultAction::LoseResponse => "lose_response",
            FaultAction::FailOperation { .. } => "fail_operation",
            FaultAction::CancelOperation => "cancel_operation",
            FaultAction::Delay(_) => "delay",
            FaultAction::StaleReads(_) => "stale_reads",
            FaultAction::EmptyPage => "empty_page",
        }
    }
}

impl Fault {
    /// The next request of this method on a path with this text in it is hit once.
    pub fn next(method: Method, path_contains: &str, action: FaultAction) -> Fault {
        Fault {
            name: action.name().to_owned(),
            method: Some(method),
            path: PathPattern::Containing(path_contains.to_owned()),
            after: 0,
            times: 1,
            lasting: None,
            probability: 1.0,
            message: None,
            action,
        }
    }

    fn matches(&self, request: &Request) -> bool {
        let path = match &self.path {
            PathPattern::Containing(text) => {
                request.path.to_ascii_lowercase().contains(&text.to_ascii_lowercase())
            }
            PathPattern::Like(glob) => glob.matches(request.path.trim_end_matches('/')),
        };
        let reads = matches!(request.method, Method::Get | Method::Head);
        let has_effect = match self.action {
            FaultAction::StaleReads(_) => !reads,
            FaultAction::EmptyPage => request.method == Method::Get,
            _ => true,
        };
        path && has_effect && self.method.is_none_or(|method| method == request.method)
    }

    /// What its errors say of `request`.
    pub(crate) fn says(&self, request: &Request, otherwise: &str) -> String {
        let access = if request.method == Method::Delete { "delete" } else { "write" };
        let message = self.message.as_deref().unwrap_or(otherwise);
        message.replace("{path}", &request.path).replace("{access}", access)
    }
}

/// The faults that are still to happen.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    active: Vec<Active>,
    seed: u64,
    draws: u64,
}

#[derive(Debug)]
struct Active {
    fault: Fault,
    /// How many matching requests still pass.
    after: usize,
    /// How many requests were hit.
    hits: usize,
    /// When the last one can be hit, in milliseconds since 1970.
    until: Option<i64>,
}

impl Active {
    fn is_over(&self, now: i64) -> bool {
        self.hits >= self.fault.times || self.until.is_some_and(|until| now >= until)
    }
}

impl Faults {
    pub fn seeded(seed: u64) -> Faults {
        Faults { seed, ..Faults::default() }
    }

    pub fn add(&mut self, fault: Fault) {
        self.active.push(Active { after: fault.after, fault, hits: 0, until: None });
    }

    /// The fault that hits this request, if any. The first one that is due wins.
    pub fn strike(&mut self, request: &Request, now: i64) -> Option<Fault> {
        self.active.retain(|active| !active.is_over(now));
        let mut struck: Option<Fault> = None;
        for active in self.active.iter_mut().filter(|active| active.fault.matches(request)) {
            if active.after > 0 {
                active.after -= 1;
                continue;
            }
            if struck.is_some() {
                continue;
            }
            if active.fault.probability < 1.0 {
                self.draws += 1;
                if draw(self.seed, "fault", self.draws) >= active.fault.probability {
                    continue;
                }
            }
            active.hits += 1;
            if active.until.is_none() {
                let lasting = active.fault.lasting.map(|lasting| lasting.as_millis());
                active.until = lasting.and_then(|ms| i64::try_from(ms).ok()).map(|ms| now.saturating_add(ms));
            }
            struck = Some(active.fault.clone());
        }
        self.active.retain(|active| !active.is_over(now));
        struck
    }

    /// The faults that can still hit, for people.
    pub fn shown(&self) -> Value {
        let shown = self.active.iter().map(|active| {
            let Fault { name, method, path, times, .. } = &active.fault;
            let path = match path {
                PathPattern::Containing(text) if text.is_empty() => "**".to_owned(),
                PathPattern::Containing(text) => format!("**{text}**"),
                PathPattern::Like(glob) => glob.text().to_owned(),
            };
            let left = (*times < usize::MAX).then(|| times - active.hits);
            json!({
                "name": name,
                "action": active.fault.action.name(),
                "method": method.map_or("any", Method::name),
                "path": path,
                "hits": active.hits,
                "left": left,
            })
        });
        json!({ "seed": self.seed, "faults": shown.collect::<Vec<_>>() })
    }
}

pub(crate) fn refusal(fault: &Fault, request: &Request, status: u16, code: &str) -> Response {
    let message = fault.says(request, "The simulator was asked to refuse this request.");
    ApiError::new(status, code, message).response()
}

//! Faults from a file, in YAML or JSON.
//!
//! ```yaml
//! seed: 7
//! faults:
//!   - name: storage is busy            # what people call it
//!     method: PUT                      # any method when it is absent
//!     path: "**/storageAccounts/*"     # any path when it is absent
//!     skip: 1                          # so many matching requests pass first
//!     times: 2                         # so many are hit; all when it is absent
//!     seconds: 30                      # for so long, from the first hit on
//!     probability: 0.5                 # of each matching request
//!     message: "{path} is busy."       # instead of the simulator's own words
//!     action:
//!       refuse: { status: 503, code: ServerBusy, retry_after: 5, headers: { x-ms-test: "1" } }
//! ```
//!
//! The other actions are `throttle: { retry_after: 5 }`, `disconnect`, `lose_response`,
//! `fail_operation: { status: 409, code: SkuNotAvailable }`, `cancel_operation`, `delay: { seconds: 3 }`,
//! `stale_reads: { seconds: 10 }`, `replication_delay: { seconds: 20 }`, `scope_locked` and `empty_page`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::{Fault, FaultAction, PathPattern};
use crate::glob::Glob;
use crate::message::Method;

/// The faults of a file.
#[derive(Debug, Clone, Default)]
pub struct FaultScript {
    /// Seed of the draws of faults with a probability. Absent: that of the simulator.
    pub seed: Option<u64>,
    /// The faults; of those that match a request, the first one hits it.
    pub faults: Vec<Fault>,
}

/// A file that cannot be used, with the place in it.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct ScriptError {
    /// What the file is called.
    pub name: String,
    /// What is wrong, with line and column.
    pub problem: String,
}

/// Reads YAML, of which JSON is a part.
pub(crate) fn read<T: for<'de> Deserialize<'de>>(text: &str, name: &str) -> Result<T, ScriptError> {
    serde_saphyr::from_str(text).map_err(|error| {
        // The library's text shows the lines around the place; it starts with a word that our callers say themselves.
        let text = error.to_string();
        let problem = text.strip_prefix("error: ").unwrap_or(&text).to_owned();
        ScriptError { name: name.to_owned(), problem }
    })
}

impl FaultScript {
    /// Reads a script; `name` is the file, for errors.
    pub fn parse(text: &str, name: &str) -> Result<FaultScript, ScriptError> {
        let script: Script = read(text, name)?;
        Ok(FaultScript { seed: script.seed, faults: script.faults.into_iter().map(Fault::from).collect() })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    seed: Option<u64>,
    faults: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Option<String>,
    method: Option<MethodName>,
    path: Option<Glob>,
    #[serde(default)]
    skip: usize,
    times: Option<usize>,
    seconds: Option<Seconds>,
    probability: Option<Probability>,
    message: Option<String>,
    action: Action,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Action {
    Refuse {
        status: ErrorStatus,
        code: String,
        retry_after: Option<u64>,
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    Throttle {
        retry_after: u64,
    },
    Disconnect,
    LoseResponse,
    FailOperation {
        status: ErrorStatus,
        code: String,
    },
    CancelOperation,
    Delay {
        seconds: Seconds,
    },
    StaleReads {
        seconds: Seconds,
    },
    ReplicationDelay {
        seconds: Seconds,
    },
    ScopeLocked,
    EmptyPage,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct MethodName(Method);

impl TryFrom<String> for MethodName {
    type Error = String;

    fn try_from(name: String) -> Result<MethodName, String> {
        let known = "GET, HEAD, PUT, PATCH, DELETE or POST";
        let method = Method::parse(&name.to_ascii_uppercase());
        method.map(MethodName).ok_or_else(|| format!("`{name}` is not {known}"))
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "f64")]
pub(crate) struct Seconds(pub Duration);

impl TryFrom<f64> for Seconds {
    type Error = String;

    fn try_from(seconds: f64) -> Result<Seconds, String> {
        Duration::try_from_secs_f64(seconds)
            .map(Seconds)
            .map_err(|_| format!("{seconds} is not a number of seconds from 0 on"))
    }
}

#[derive(Deserialize)]
#[serde(try_from = "f64")]
struct Probability(f64);

impl TryFrom<f64> for Probability {
    type Error = String;

    fn try_from(value: f64) -> Result<Probability, String> {
        let fits = (0.0..=1.0).contains(&value);
        fits.then_some(Probability(value)).ok_or_else(|| format!("{value} is not a probability from 0 to 1"))
    }
}

#[derive(Deserialize)]
#[serde(try_from = "u16")]
struct ErrorStatus(u16);

impl TryFrom<u16> for ErrorStatus {
    type Error = String;

    fn try_from(status: u16) -> Result<ErrorStatus, String> {
        let fits = (400..600).contains(&status);
        fits.then_some(ErrorStatus(status))
            .ok_or_else(|| format!("{status} is not the status of an error, from 400 to 599"))
    }
}

impl From<Entry> for Fault {
    fn from(entry: Entry) -> Fault {
        let mut lasting = entry.seconds.map(|seconds| seconds.0);
        let mut message = entry.message;
        let refuse =
            |status, code: &str, headers| FaultAction::Refuse { status, code: code.to_owned(), headers };
        let action = match entry.action {
            Action::Refuse { status, code, retry_after, headers } => {
                let mut headers: Vec<(String, String)> =
                    headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
                headers.extend(retry_after.map(|seconds| ("retry-after".to_owned(), seconds.to_string())));
                refuse(status.0, &code, headers)
            }
            Action::Throttle { retry_after } => FaultAction::throttle(retry_after),
            Action::Disconnect => FaultAction::Disconnect,
            Action::LoseResponse => FaultAction::LoseResponse,
            Action::FailOperation { status, code } => FaultAction::FailOperation { status: status.0, code },
            Action::CancelOperation => FaultAction::CancelOperation,
            Action::Delay { seconds } => FaultAction::Delay(seconds.0),
            Action::StaleReads { seconds } => FaultAction::StaleReads(seconds.0),
            Action::ReplicationDelay { seconds } => {
                lasting = Some(seconds.0);
                message.get_or_insert_with(|| REPLICATION.to_owned());
                refuse(400, "PrincipalNotFound", Vec::new())
            }
            Action::ScopeLocked => {
                message.get_or_insert_with(|| LOCKED.to_owned());
                refuse(409, "ScopeLocked", Vec::new())
            }
            Action::EmptyPage => FaultAction::EmptyPage,
        };
        Fault {
            name: entry.name.unwrap_or_else(|| action.name().to_owned()),
            method: entry.method.map(|method| method.0),
            path: entry.path.map_or_else(|| PathPattern::Containing(String::new()), PathPattern::Like),
            after: entry.skip,
            times: entry.times.unwrap_or(usize::MAX),
            lasting,
            probability: entry.probability.map_or(1.0, |probability| probability.0),
            message,
            action,
        }
    }
}

const REPLICATION: &str = "The principal does not exist in the directory. If you are creating this principal and then \
                           immediately assigning a role, this error might be related to a replication delay.";

const LOCKED: &str = "The scope '{path}' cannot perform {access} operation because following scope(s) are locked: \
                      '{path}'. Please remove the lock and try again.";

//! What can go wrong between this process and Azure Resource Manager.

use super::{hints, retry};
use serde_json::Value as Json;
use std::fmt;
use std::time::Duration;

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArmError {
    /// No answer came: the call may or may not have had an effect.
    #[error("Azure Resource Manager was not reached: {reason}{}", .tries.in_brackets())]
    Unreachable {
        /// What the transport said.
        reason: String,
        /// How often it was tried.
        tries: Tries,
    },
    /// The service answered that it will not.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// The work was not done in time; it may still go on.
    #[error("{what} was not done after {} s", .after.as_secs())]
    Timeout {
        /// What was waited for.
        what: String,
        /// For how long.
        after: Duration,
    },
    /// There is no token, or the service does not accept it.
    #[error("not signed in to Azure: {reason}")]
    Unauthorized {
        /// The service's own code, or `CredentialUnavailable`.
        code: String,
        /// Why.
        reason: String,
        /// What to do about it.
        hint: String,
    },
    /// An answer that cannot be understood.
    #[error("the answer of Azure Resource Manager cannot be used: {what}")]
    Malformed {
        /// What is wrong with it.
        what: String,
    },
}

/// How often a request was sent, and in what time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tries {
    /// How often.
    pub count: u32,
    /// From the first to the last of them.
    pub within: Duration,
}

impl fmt::Display for Tries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tries = if self.count == 1 { "try" } else { "tries" };
        write!(f, "{} {tries} in {} s", self.count, self.within.as_secs())
    }
}

impl Tries {
    /// For the end of a message: nothing, unless it was tried more than once.
    fn in_brackets(&self) -> String {
        if self.count > 1 { format!(" ({self})") } else { String::new() }
    }
}

/// What the service said when it refused.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refusal {
    /// Status of the answer; zero when the request was accepted and its operation failed later.
    pub status: u16,
    /// The service's code, such as `ScopeLocked`.
    pub code: String,
    /// The service's message.
    pub message: String,
    /// What the error is about.
    pub target: Option<String>,
    /// Further errors.
    pub details: Vec<Detail>,
    /// The id to give to Azure support.
    pub request_id: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// How often the request was sent before that was believed.
    pub tries: Tries,
}

/// One of several errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// The service's code.
    pub code: String,
    /// The service's message.
    pub message: String,
    /// What it is about.
    pub target: Option<String>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        for detail in self.details.iter().filter(|detail| detail.message != self.message) {
            write!(f, "; {}: {}", detail.code, detail.message)?;
        }
        if self.status == 0 {
            return Ok(());
        }
        write!(f, " (status {}", self.status)?;
        if let Some(id) = &self.request_id {
            write!(f, ", request {id}")?;
        }
        if self.tries.count > 1 {
            write!(f, ", {}", self.tries)?;
        }
        f.write_str(")")
    }
}

impl Refusal {
    /// Reads `{"error": {..}}`, or the error object itself. Without either, the status names the error.
    pub(crate) fn read(status: u16, body: &Json, request_id: Option<String>) -> Self {
        let error = body.get("error").unwrap_or(body);
        let text = |key: &str| error.get(key).and_then(Json::as_str).map(str::to_owned);
        let code = text("code").unwrap_or_else(|| format!("Http{status}"));
        let message = text("message").unwrap_or_else(|| "the service gave no reason".to_owned());
        let mut refusal = Refusal {
            status,
            code,
            message,
            target: text("target"),
            details: details(error),
            request_id,
            hint: None,
            tries: Tries::default(),
        };
        refusal.hint = hints::hint(&refusal, error);
        refusal
    }

    /// Whether the error, or one of its details, has a code.
    pub fn has_code(&self, code: &str) -> bool {
        self.codes().any(|own| own.eq_ignore_ascii_case(code))
    }

    /// The code and those of the details.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.code.as_str()).chain(self.details.iter().map(|detail| detail.code.as_str()))
    }

    /// Whether the resource that was asked for does not exist, as opposed to the subscription, type or api-version.
    pub fn is_absent(&self) -> bool {
        const OTHER: [&str; 6] = [
            "SubscriptionNotFound",
            "InvalidResourceType",
            "InvalidResourceNamespace",
            "NoRegisteredProviderFound",
            "TenantNotFound",
            "InvalidSubscriptionId",
        ];
        matches!(self.status, 404 | 410) && !OTHER.iter().any(|code| self.has_code(code))
    }
}

fn details(error: &Json) -> Vec<Detail> {
    let text = |value: &Json, key: &str| value.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    let mut found = Vec::new();
    for detail in error.get("details").and_then(Json::as_array).into_iter().flatten() {
        found.push(Detail {
            code: text(detail, "code"),
            message: text(detail, "message"),
            target: detail.get("target").and_then(Json::as_str).map(str::to_owned),
        });
        found.extend(details(detail));
    }
    found
}

impl ArmError {
    /// The refusal, if it is one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            ArmError::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// Whether the request was accepted, and the operation that it started has failed: nothing goes on any more.
    pub fn is_of_operation(&self) -> bool {
        self.refusal().is_some_and(|refusal| refusal.status == 0)
    }

    /// How often the request was sent: all but the last try may have been heard. Zero where that is not known.
    pub fn tries(&self) -> u32 {
        match self {
            ArmError::Unreachable { tries, .. } => tries.count,
            ArmError::Refused(refusal) => refusal.tries.count,
            ArmError::Timeout { .. } | ArmError::Unauthorized { .. } | ArmError::Malformed { .. } => 0,
        }
    }

    /// The same error, after so many tries.
    pub(crate) fn after(mut self, total: Tries) -> Self {
        match &mut self {
            ArmError::Unreachable { tries, .. } => *tries = total,
            ArmError::Refused(refusal) => refusal.tries = total,
            ArmError::Timeout { .. } | ArmError::Unauthorized { .. } | ArmError::Malformed { .. } => {}
        }
        self
    }

    /// Whether the service said that the resource is not there.
    pub fn is_absent(&self) -> bool {
        self.refusal().is_some_and(Refusal::is_absent)
    }

    /// Whether the same request may succeed a little later.
    pub fn may_pass(&self) -> bool {
        self.refusal().is_some_and(retry::may_pass)
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<&str> {
        match self {
            ArmError::Refused(refusal) => refusal.hint.as_deref(),
            ArmError::Unauthorized { hint, .. } => Some(hint),
            ArmError::Timeout { .. } => {
                Some("raise the timeout of the resource, or run again: the work may still go on")
            }
            ArmError::Unreachable { .. } => {
                Some("check the network, a proxy and the endpoint, then run again")
            }
            ArmError::Malformed { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_envelope_is_read_with_nested_details() {
        let body = json!({"error": {"code": "Conflict", "message": "no", "target": "x", "details": [
            {"code": "Inner", "message": "why", "details": [{"code": "Deep", "message": "deeper"}]}]}});
        let refusal = Refusal::read(409, &body, Some("r1".into()));
        assert_eq!(refusal.to_string(), "Conflict: no; Inner: why; Deep: deeper (status 409, request r1)");
        assert!(refusal.has_code("deep"));
    }

    #[test]
    fn a_body_that_is_no_envelope_leaves_the_status() {
        assert_eq!(Refusal::read(502, &Json::Null, None).code, "Http502");
    }

    #[test]
    fn a_missing_subscription_is_not_a_missing_resource() {
        let of = |code: &str| Refusal::read(404, &json!({"error": {"code": code, "message": ""}}), None);
        assert!(of("ResourceNotFound").is_absent());
        assert!(of("ResourceGroupNotFound").is_absent());
        assert!(!of("SubscriptionNotFound").is_absent());
        assert!(!of("InvalidResourceType").is_absent());
    }
}

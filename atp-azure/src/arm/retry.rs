//! Which answers are worth another try, and when.
//!
//! One loop in [`ArmClient`](super::ArmClient) follows these rules; the retry of `azure_core` is off, because it knows
//! neither the deadline of an operation nor ARM's own codes, and honours `Retry-After` on two statuses only.

use super::error::Refusal;
use azure_core::http::headers::{HeaderName, Headers};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// Why another try may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The service or the way to it is troubled.
    Transient,
    /// Too many requests, or another operation is in the way.
    Busy,
    /// Something new is not known everywhere yet.
    Replication,
}

impl Cause {
    /// For how long trying again is sensible, whatever the deadline of the operation.
    pub(crate) fn patience(self) -> Duration {
        match self {
            Cause::Transient => Duration::from_secs(120),
            Cause::Replication => Duration::from_secs(300),
            Cause::Busy => Duration::MAX,
        }
    }
}

/// Why a refused request may be sent again; `None` when that would not help.
pub(crate) fn cause(refusal: &Refusal, asked_to_wait: bool) -> Option<Cause> {
    match refusal.status {
        429 => Some(Cause::Busy),
        // What a service does not know how to do it will not know later.
        501 | 505 => None,
        408 | 500..=599 => Some(Cause::Transient),
        409 if refusal.has_code("MissingSubscriptionRegistration") => None,
        409 if asked_to_wait || refusal.codes().any(is_busy) => Some(Cause::Busy),
        400 | 403 | 404 if refusal.has_code("PrincipalNotFound") => Some(Cause::Replication),
        400..=499 if refusal.codes().any(|code| code.starts_with("RetryableError")) => Some(Cause::Busy),
        _ if asked_to_wait => Some(Cause::Transient),
        _ => None,
    }
}

/// Whether the refusal is about the number of requests, and so about all of its kind. Networking also uses 429 for
/// another operation that is in the way of this one.
pub(crate) fn is_limit(refusal: &Refusal) -> bool {
    refusal.status == 429 && !refusal.codes().any(is_busy)
}

/// Whether an operation that was accepted and failed may succeed when it is started again.
pub(crate) fn may_pass(refusal: &Refusal) -> bool {
    refusal.codes().any(is_busy)
}

fn is_busy(code: &str) -> bool {
    code == "AnotherOperationInProgress"
        || code.ends_with("OperationInProgress")
        || code.starts_with("RetryableError")
        || matches!(code, "StorageAccountIsNotProvisioned" | "ReferencedResourceNotProvisioned")
}

/// How long the service asks to wait. Zero seconds count as not asked, as other clients take them; zero milliseconds
/// are meant. A `Retry-After` that is a date counts from the `Date` of the same answer: both are of the service's clock.
pub(crate) fn retry_after(headers: &Headers) -> Option<Duration> {
    let text = |name: &'static str| headers.get_optional_str(&HeaderName::from_static(name)).map(str::trim);
    let number = |name: &'static str| text(name).and_then(|text| text.parse::<u64>().ok());
    let date = |name: &'static str| text(name).and_then(|text| OffsetDateTime::parse(text, &Rfc2822).ok());
    number("x-ms-retry-after-ms")
        .or_else(|| number("retry-after-ms"))
        .map(Duration::from_millis)
        .or_else(|| number("retry-after").filter(|seconds| *seconds > 0).map(Duration::from_secs))
        .or_else(|| {
            let wait = Duration::try_from(date("retry-after")? - date("date")?).ok()?;
            (!wait.is_zero()).then_some(wait)
        })
}

/// The wait before the next request after try `attempt` (from 1): what the service asks for, or else longer each time.
/// A service that keeps asking for no wait at all is believed ten times.
pub(crate) fn wait(attempt: u32, wish: Option<Duration>, seed: &str) -> Duration {
    match wish {
        Some(Duration::ZERO) if attempt > 10 => backoff(attempt - 10, seed),
        Some(wish) => wish,
        None => backoff(attempt, seed),
    }
}

/// The wait before try `attempt` (from 1), doubling from half a second to half a minute. A fifth of it is spread by
/// `seed`, so that many callers do not come back together; no randomness is needed for that.
pub(crate) fn backoff(attempt: u32, seed: &str) -> Duration {
    let base = Duration::from_millis(500).saturating_mul(1 << attempt.saturating_sub(1).min(6));
    let base = base.min(Duration::from_secs(30));
    let mut hasher = DefaultHasher::new();
    (seed, attempt).hash(&mut hasher);
    let spread = u32::try_from(hasher.finish() % 100).unwrap_or(0);
    base * (90 + spread / 5) / 100
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    fn cause_of(status: u16, code: &str) -> Option<Cause> {
        let body =
            json!({"error": {"code": "Outer", "message": "", "details": [{"code": code, "message": ""}]}});
        cause(&Refusal::read(status, &body, None), false)
    }

    #[test]
    fn only_refusals_that_pass_are_tried_again() {
        assert_eq!(cause_of(409, "AnotherOperationInProgress"), Some(Cause::Busy));
        assert_eq!(cause_of(409, "StorageAccountOperationInProgress"), Some(Cause::Busy));
        assert_eq!(cause_of(429, "RetryableErrorDueToAnotherOperation"), Some(Cause::Busy));
        assert_eq!(cause_of(400, "PrincipalNotFound"), Some(Cause::Replication));
        assert_eq!(cause_of(503, "x"), Some(Cause::Transient));
        for (status, code) in [
            (409, "ScopeLocked"),
            (409, "MissingSubscriptionRegistration"),
            (404, "ParentResourceNotFound"),
            (404, "ResourceGroupNotFound"),
            (403, "AuthorizationFailed"),
            (501, "NotImplemented"),
        ] {
            assert_eq!(cause_of(status, code), None, "{code}");
        }
    }

    #[test]
    fn waits_double_up_to_half_a_minute() {
        let waits: Vec<u64> = (1..=10).map(|attempt| backoff(attempt, "/a").as_millis() as u64).collect();
        assert!((450..=550).contains(&waits[0]), "{waits:?}");
        assert!(waits.windows(2).take(5).all(|pair| pair[1] > pair[0]), "{waits:?}");
        assert!(waits.iter().all(|wait| *wait <= 33_000), "{waits:?}");
        assert_eq!(backoff(3, "/a"), backoff(3, "/a"));
    }

    #[test]
    fn fact_062_063_milliseconds_go_before_seconds_and_zero_seconds_are_no_wish() {
        let mut headers = Headers::new();
        headers.insert("retry-after", "7");
        assert_eq!(retry_after(&headers), Some(Duration::from_secs(7)));
        headers.insert("x-ms-retry-after-ms", "20");
        assert_eq!(retry_after(&headers), Some(Duration::from_millis(20)));
        let mut zero = Headers::new();
        zero.insert("retry-after", "0");
        assert_eq!(retry_after(&zero), None);
        zero.insert("x-ms-retry-after-ms", "0");
        assert_eq!(retry_after(&zero), Some(Duration::ZERO));
    }

    #[test]
    fn a_date_to_come_back_at_counts_from_the_date_of_the_answer() {
        let mut headers = Headers::new();
        headers.insert("retry-after", "Fri, 02 Jan 2026 10:00:30 GMT");
        assert_eq!(retry_after(&headers), None, "nobody knows how far away that is");
        headers.insert("date", "Fri, 02 Jan 2026 09:59:50 GMT");
        assert_eq!(retry_after(&headers), Some(Duration::from_secs(40)));
        headers.insert("date", "Fri, 02 Jan 2026 10:01:00 GMT");
        assert_eq!(retry_after(&headers), None, "it has passed");
    }

    #[test]
    fn fact_084_a_429_for_a_conflict_is_not_about_the_number_of_requests() {
        let of = |code: &str| Refusal::read(429, &json!({"error": {"code": code, "message": ""}}), None);
        assert!(is_limit(&of("TooManyRequests")));
        for code in ["RetryableError", "RetryableErrorDueToAnotherOperation"] {
            assert!(!is_limit(&of(code)), "{code}");
            assert_eq!(cause(&of(code), false), Some(Cause::Busy));
        }
        let detailed = json!({"error": {"code": "RetryableError", "message": "", "details": [
            {"code": "ReferencedResourceNotProvisioned", "message": "not yet"}]}});
        assert_eq!(cause(&Refusal::read(429, &detailed, None), false), Some(Cause::Busy));
    }

    #[test]
    fn fact_085_086_writes_that_are_in_the_way_of_each_other_are_waited_for() {
        for code in [
            "AnotherOperationInProgress",
            "StorageAccountOperationInProgress",
            "StorageAccountIsNotProvisioned",
        ] {
            assert_eq!(cause_of(409, code), Some(Cause::Busy), "{code}");
        }
        assert_eq!(cause_of(409, "StorageAccountAlreadyTaken"), None);
    }

    #[test]
    fn fact_087_timeouts_errors_of_the_server_and_whatever_names_a_wait_are_tried_again() {
        for status in [408, 500, 502, 503, 504, 599] {
            assert_eq!(cause_of(status, "x"), Some(Cause::Transient), "{status}");
        }
        let refusal = |status| Refusal::read(status, &Json::Null, None);
        for status in [400, 403, 404, 409, 412, 423] {
            assert_eq!(cause(&refusal(status), false), None, "{status}");
            assert!(cause(&refusal(status), true).is_some(), "{status}");
        }
    }

    #[test]
    fn a_service_that_keeps_asking_for_no_wait_is_not_asked_without_end() {
        assert_eq!(wait(10, Some(Duration::ZERO), "/a"), Duration::ZERO);
        assert!(wait(11, Some(Duration::ZERO), "/a") >= Duration::from_millis(450));
    }
}

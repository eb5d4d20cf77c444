//! How many requests there may be: token buckets of Resource Manager, and limits of services.
//!
//! A bucket is for one principal in one subscription, or in the tenant, and for one kind of request. A subscription also
//! has buckets for all principals together, fifteen times as large. A region has its own; the simulator is one region.

use std::collections::HashMap;

use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::message::{Method, Request, Response};
use crate::route::{Route, Target};

/// How much larger the buckets of all principals together are.
const TOGETHER: f64 = 15.0;

/// Services with limits of their own: type, whose children are meant, too, kind, and requests in [`WINDOW`].
const SERVICES: [(&str, Kind, u64); 4] = [
    ("microsoft.network/privatednszones", Kind::Read, 500),
    ("microsoft.network", Kind::Read, 10_000),
    ("microsoft.network", Kind::Write, 1000),
    ("microsoft.network", Kind::Delete, 1000),
];
/// Milliseconds in which a service counts.
const WINDOW: i64 = 300_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Read,
    Write,
    Delete,
}

impl Kind {
    fn of(method: Method) -> Kind {
        match method {
            Method::Get | Method::Head => Kind::Read,
            Method::Put | Method::Patch | Method::Post => Kind::Write,
            Method::Delete => Kind::Delete,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Kind::Read => "reads",
            Kind::Write => "writes",
            Kind::Delete => "deletes",
        }
    }

    /// Tokens of a full bucket, and how many come back each second.
    fn rates(self) -> (f64, f64) {
        match self {
            Kind::Read => (250.0, 25.0),
            Kind::Write | Kind::Delete => (200.0, 10.0),
        }
    }
}

/// What was used so far. It is not kept on disk.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    /// By subscription (empty for the tenant), principal (none for all together) and kind.
    buckets: HashMap<(String, Option<String>, Kind), Bucket>,
    /// By subscription and place in [`SERVICES`].
    windows: HashMap<(String, usize), Window>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    at: i64,
    /// Nobody gets a token before this instant: somebody was told to wait until then.
    closed_until: i64,
}

#[derive(Debug)]
struct Window {
    from: i64,
    used: u64,
}

impl Bucket {
    /// Takes a token, or says how many milliseconds to wait for one.
    fn take(&mut self, (most, refill): (f64, f64), now: i64) -> Result<(), i64> {
        let passed = (now - self.at).max(0) as f64 / 1000.0;
        self.at = now;
        self.tokens = (self.tokens + passed * refill).min(most);
        if now < self.closed_until {
            return Err(self.closed_until - now);
        }
        if self.tokens < 1.0 {
            let wait = ((1.0 - self.tokens) / refill).ceil() as i64 * 1000;
            self.closed_until = now + wait;
            return Err(wait);
        }
        self.tokens -= 1.0;
        Ok(())
    }
}

impl Limits {
    /// Takes a token from the bucket of the principal and from that of all; without one, how long to wait.
    fn take(&mut self, scope: &str, principal: &str, kind: Kind, now: i64) -> Result<(), i64> {
        let (most, refill) = kind.rates();
        let mut buckets = vec![(Some(principal.to_owned()), 1.0)];
        if !scope.is_empty() {
            buckets.push((None, TOGETHER));
        }
        for (principal, factor) in buckets {
            let rates = (most * factor, refill * factor);
            let full = || Bucket { tokens: rates.0, at: now, closed_until: 0 };
            self.buckets.entry((scope.to_owned(), principal, kind)).or_insert_with(full).take(rates, now)?;
        }
        Ok(())
    }

    fn left(&self, scope: &str, principal: Option<&str>, kind: Kind) -> Option<u64> {
        let key = (scope.to_owned(), principal.map(str::to_owned), kind);
        self.buckets.get(&key).map(|bucket| bucket.tokens.max(0.0) as u64)
    }

    /// Counts a request against the limit of a service; how long to wait when it is used up.
    fn count(&mut self, scope: &str, service: usize, now: i64) -> Result<(), i64> {
        let window = self.windows.entry((scope.to_owned(), service)).or_insert(Window { from: now, used: 0 });
        if now - window.from >= WINDOW {
            *window = Window { from: now, used: 0 };
        }
        if window.used >= SERVICES[service].2 {
            return Err(window.from + WINDOW - now);
        }
        window.used += 1;
        Ok(())
    }
}

/// The place in [`SERVICES`] of the limit that a request counts against. The narrowest one does.
fn service_of(target: &Target, kind: Kind) -> Option<usize> {
    let type_name = match target {
        Target::Instance(instance) => &instance.type_name,
        Target::Collection(list) => &list.type_name,
        _ => return None,
    };
    let type_name = format!("{}/", type_name.to_ascii_lowercase());
    SERVICES.iter().position(|(name, of, _)| *of == kind && type_name.starts_with(&format!("{name}/")))
}

fn refusal(message: String, wait: i64) -> ApiError {
    let seconds = (wait + 999) / 1000;
    ApiError::new(429, "TooManyRequests", message).with_header("retry-after", &seconds.max(1).to_string())
}

impl Cloud {
    fn principal(&self) -> &str {
        self.caller.as_ref().map_or("", |caller| caller.object_id.as_str())
    }

    /// Takes a token for the request; without one it is refused with 429. Without throttling nothing was used before each
    /// request, so that clients which look at what is left do not slow down.
    pub(crate) fn throttle(&mut self, route: &Route, request: &Request) -> Answer<()> {
        let scope = route.subscription.as_deref().unwrap_or_default().to_ascii_lowercase();
        let (kind, principal, now) = (Kind::of(request.method), self.principal().to_owned(), self.now);
        if !self.settings.throttle {
            self.limits = Limits::default();
        }
        let taken = self.limits.take(&scope, &principal, kind, now);
        let service = service_of(&route.target, kind);
        let counted = service.map_or(Ok(()), |service| self.limits.count(&scope, service, now));
        taken.map_err(|wait| {
            let place = if scope.is_empty() { "tenant" } else { "subscription" };
            let message = format!(
                "Number of '{}' for the {place} exceeded the limit. Please try again after the time that Retry-After says.",
                kind.name()
            );
            refusal(message, wait)
        })?;
        counted.map_err(|wait| {
            let (name, ..) = SERVICES[service.unwrap_or_default()];
            let message = format!(
                "The request is being throttled, as the limit of '{name}' for '{}' in five minutes has been reached.",
                kind.name()
            );
            refusal(message, wait)
        })
    }

    /// Adds how many requests are left, and on 429 when to come again.
    pub(crate) fn with_limits(&self, request: &Request, mut response: Response) -> Response {
        if response.status == 429 && response.header("retry-after").is_none() {
            response = self.retry_after(response);
        }
        let scope = subscription(&request.path);
        let kind = Kind::of(request.method);
        let Some(left) = self.limits.left(&scope, Some(self.principal()), kind) else { return response };
        let place = if scope.is_empty() { "tenant" } else { "subscription" };
        let header = |name: &str| format!("x-ms-ratelimit-remaining-{place}-{name}");
        response = response.with_header(&header(kind.name()), left.to_string());
        if let Some(left) = self.limits.left(&scope, None, kind) {
            response = response.with_header(&header(&format!("global-{}", kind.name())), left.to_string());
        }
        let Ok(route) = crate::route::parse(&request.path) else { return response };
        let Some(service) = service_of(&route.target, kind) else { return response };
        let used = self.limits.windows.get(&(scope, service)).map_or(0, |window| window.used);
        let left = SERVICES[service].2.saturating_sub(used).to_string();
        let list = matches!(route.target, Target::Collection(_)) && kind == Kind::Read;
        let name = if list { "resource-entities-read" } else { "resource-requests" };
        response.with_header(&header(name), left)
    }
}

fn subscription(path: &str) -> String {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let first = segments.next().unwrap_or_default();
    let second = segments.next().unwrap_or_default();
    if first.eq_ignore_ascii_case("subscriptions") { second.to_ascii_lowercase() } else { String::new() }
}

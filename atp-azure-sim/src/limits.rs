//! Token buckets: reads 250 with 25 more each second, writes and deletes 200 with 10 more, per subscription.

use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::message::{Method, Request, Response};
use crate::route::Route;

/// The tokens of one subscription.
#[derive(Debug, Clone)]
pub(crate) struct Buckets {
    reads: Bucket,
    writes: Bucket,
    deletes: Bucket,
}

#[derive(Debug, Clone)]
struct Bucket {
    tokens: f64,
    most: f64,
    refill: f64,
    at: i64,
}

impl Bucket {
    fn new(most: f64, refill: f64, at: i64) -> Bucket {
        Bucket { tokens: most, most, refill, at }
    }

    /// Takes a token; says whether there was one.
    fn take(&mut self, now: i64) -> bool {
        let passed = (now - self.at).max(0) as f64 / 1000.0;
        self.at = now;
        self.tokens = (self.tokens + passed * self.refill).min(self.most);
        let enough = self.tokens >= 1.0;
        if enough {
            self.tokens -= 1.0;
        }
        enough
    }
}

impl Buckets {
    fn new(at: i64) -> Buckets {
        Buckets {
            reads: Bucket::new(250.0, 25.0, at),
            writes: Bucket::new(200.0, 10.0, at),
            deletes: Bucket::new(200.0, 10.0, at),
        }
    }

    fn of(&mut self, method: Method) -> (&mut Bucket, &'static str) {
        match method {
            Method::Get | Method::Head => (&mut self.reads, "reads"),
            Method::Put | Method::Patch | Method::Post => (&mut self.writes, "writes"),
            Method::Delete => (&mut self.deletes, "deletes"),
        }
    }
}

fn subscription(path: &str) -> String {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let first = segments.next().unwrap_or_default();
    let second = segments.next().unwrap_or_default();
    if first.eq_ignore_ascii_case("subscriptions") { second.to_ascii_lowercase() } else { String::new() }
}

impl Cloud {
    /// Takes a token for the request; without one it is refused with 429. Without throttling the bucket is full again
    /// after each request, so that clients which look at what is left do not slow down.
    pub(crate) fn throttle(&mut self, route: &Route, request: &Request) -> Answer<()> {
        let key = route.subscription.as_deref().unwrap_or_default().to_ascii_lowercase();
        let now = self.now;
        let buckets = self.buckets.entry(key).or_insert_with(|| Buckets::new(now));
        let (bucket, kind) = buckets.of(request.method);
        if !self.settings.throttle {
            bucket.tokens = bucket.most;
        }
        if bucket.take(now) {
            return Ok(());
        }
        let message =
            format!("Number of '{kind}' for the subscription exceeded the limit. Try again after 1 second.");
        Err(ApiError::new(429, "TooManyRequests", message))
    }

    /// Adds how many requests are left, and on 429 when to come again.
    pub(crate) fn with_limits(&mut self, request: &Request, mut response: Response) -> Response {
        if response.status == 429 && response.header("retry-after").is_none() {
            response = self.retry_after(response);
        }
        let key = subscription(&request.path);
        let scope = if key.is_empty() { "tenant" } else { "subscription" };
        let Some(buckets) = self.buckets.get_mut(&key) else { return response };
        let (bucket, kind) = buckets.of(request.method);
        let left = bucket.tokens.max(0.0) as u64;
        response.with_header(&format!("x-ms-ratelimit-remaining-{scope}-{kind}"), left.to_string())
    }
}

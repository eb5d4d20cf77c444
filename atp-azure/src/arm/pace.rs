//! Keeps below the limits that Azure sets to the number of requests.
//!
//! Azure Resource Manager has a bucket of tokens per subscription and kind of request, and says with each answer how
//! many are left. While there are plenty, nothing waits. When few are left, requests are spaced as the bucket fills up
//! again; and when one was refused all the same, all of its kind wait until the time that the service named.
//!
//! Several programs may share a bucket: what the service says goes before what was counted here.

use super::sleep::Sleep;
use azure_core::http::Method;
use azure_core::http::headers::{HeaderName, Headers};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// So many tokens are left for others, and for what is on its way.
const RESERVE: f64 = 10.0;

/// What Azure counts on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Reads,
    Writes,
    Deletes,
}

impl Kind {
    fn of(method: Method) -> Self {
        match method {
            Method::Get | Method::Head => Kind::Reads,
            Method::Delete => Kind::Deletes,
            _ => Kind::Writes,
        }
    }

    /// How many tokens a bucket holds, and how many it gets each second, as Azure documents it since 2024.
    fn limits(self) -> (f64, f64) {
        match self {
            Kind::Reads => (250.0, 25.0),
            Kind::Writes | Kind::Deletes => (200.0, 10.0),
        }
    }

    /// The headers that say how many are left: below a subscription for who asks and for all together, and elsewhere.
    fn headers(self) -> [&'static str; 3] {
        match self {
            Kind::Reads => [
                "x-ms-ratelimit-remaining-subscription-reads",
                "x-ms-ratelimit-remaining-subscription-global-reads",
                "x-ms-ratelimit-remaining-tenant-reads",
            ],
            Kind::Writes => [
                "x-ms-ratelimit-remaining-subscription-writes",
                "x-ms-ratelimit-remaining-subscription-global-writes",
                "x-ms-ratelimit-remaining-tenant-writes",
            ],
            Kind::Deletes => [
                "x-ms-ratelimit-remaining-subscription-deletes",
                "x-ms-ratelimit-remaining-subscription-global-deletes",
                "x-ms-ratelimit-remaining-tenant-deletes",
            ],
        }
    }
}

/// Which bucket: the subscription, empty for requests to the tenant, and the kind.
type Key = (String, Kind);

#[derive(Debug, Default)]
struct Bucket {
    /// Tokens that are left for requests that have no turn yet; `None` until the service has said how many there are.
    left: Option<f64>,
    /// When `left` was right. In the future after a refusal: until then nothing is sent.
    at: Duration,
    /// Requests that have a turn, and no answer yet.
    taken: u32,
    /// How many refusals there were. A turn that was given before one is not taken after it.
    refusals: u64,
}

impl Bucket {
    fn take(&mut self, kind: Kind, now: Duration) -> Duration {
        let Some(left) = &mut self.left else { return Duration::ZERO };
        let (capacity, refill) = kind.limits();
        let passed = now.saturating_sub(self.at).as_secs_f64();
        *left = left.max((*left + passed * refill).min(capacity)) - 1.0;
        self.at = self.at.max(now);
        let missing = (RESERVE - *left).max(0.0) / refill;
        self.at
            .saturating_sub(now)
            .saturating_add(Duration::try_from_secs_f64(missing).unwrap_or(Duration::MAX))
    }
}

/// The buckets of one client.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<HashMap<Key, Bucket>>);

impl Pace {
    fn buckets(&self) -> MutexGuard<'_, HashMap<Key, Bucket>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a request may be sent; `None` when that would be after `end`.
    pub async fn turn(
        &self,
        method: Method,
        path: &str,
        sleep: &dyn Sleep,
        end: Duration,
    ) -> Option<Turn<'_>> {
        let key = (subscription(path), Kind::of(method));
        let turn = Turn { pace: self, key };
        self.buckets().entry(turn.key.clone()).or_default().taken += 1;
        loop {
            let now = sleep.now();
            let (wait, refusals) = turn.bucket(|bucket| (bucket.take(turn.key.1, now), bucket.refusals));
            if wait.is_zero() {
                return Some(turn);
            }
            if now.saturating_add(wait) > end {
                return None;
            }
            sleep.sleep(wait).await;
            if turn.bucket(|bucket| bucket.refusals) == refusals {
                return Some(turn);
            }
        }
    }
}

/// The right to send one request.
#[derive(Debug)]
pub(crate) struct Turn<'p> {
    pace: &'p Pace,
    key: Key,
}

impl Turn<'_> {
    fn bucket<T>(&self, work: impl FnOnce(&mut Bucket) -> T) -> T {
        work(self.pace.buckets().entry(self.key.clone()).or_default())
    }

    /// An answer came.
    pub fn answered(self, headers: &Headers, now: Duration) {
        let said = self.key.1.headers().into_iter().filter_map(|name| {
            let text = headers.get_optional_str(&HeaderName::from_static(name))?;
            text.trim().parse::<u32>().ok()
        });
        let Some(left) = said.min() else { return };
        self.bucket(|bucket| {
            // What was counted before a refusal is of no use after it.
            if bucket.at <= now {
                bucket.left = Some(f64::from(left) - f64::from(bucket.taken.saturating_sub(1)));
                bucket.at = now;
            }
        });
    }

    /// The service has had too many requests of this kind, and wants none for a while.
    pub fn refused(self, until: Duration) {
        self.bucket(|bucket| {
            if until > bucket.at || bucket.left.is_none() {
                bucket.at = until;
                // One goes at that time, and the others as the bucket fills.
                bucket.left = Some(RESERVE + 1.0);
                bucket.refusals += 1;
            }
        });
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.bucket(|bucket| bucket.taken = bucket.taken.saturating_sub(1));
    }
}

/// The subscription that a path is in.
pub(super) fn subscription(path: &str) -> String {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let in_subscription = segments.any(|segment| segment.eq_ignore_ascii_case("subscriptions"));
    in_subscription.then(|| segments.next()).flatten().unwrap_or_default().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::super::script::VirtualTime;
    use super::*;

    const PATH: &str = "/subscriptions/s/resourceGroups/g";
    const END: Duration = Duration::from_secs(3600);

    async fn send(pace: &Pace, time: &VirtualTime, left: &str) {
        let turn = pace.turn(Method::Put, PATH, time, END).await.unwrap();
        let mut headers = Headers::new();
        headers.insert("x-ms-ratelimit-remaining-subscription-writes", left.to_owned());
        turn.answered(&headers, time.now());
    }

    #[tokio::test]
    async fn fact_081_requests_wait_only_when_few_are_left_and_then_as_the_bucket_fills() {
        let (pace, time) = (Pace::default(), VirtualTime::default());
        for left in ["199", "100", "11"] {
            send(&pace, &time, left).await;
        }
        assert_eq!(time.elapsed(), Duration::ZERO);
        send(&pace, &time, "10").await;
        assert_eq!(time.elapsed(), Duration::ZERO);
        send(&pace, &time, "10").await;
        assert_eq!(time.elapsed(), Duration::from_millis(100), "ten writes a second come back");
        let _ = pace.turn(Method::Get, PATH, &time, END).await.unwrap();
        let _ = pace.turn(Method::Put, "/subscriptions/other", &time, END).await.unwrap();
        assert_eq!(time.elapsed(), Duration::from_millis(100), "other buckets are free");
    }

    #[tokio::test]
    async fn fact_080_after_a_refusal_all_of_the_kind_wait_and_come_back_one_by_one() {
        let (pace, time) = (Pace::default(), VirtualTime::default());
        let turn = pace.turn(Method::Put, PATH, &time, END).await.unwrap();
        turn.refused(Duration::from_secs(17));
        let turn = pace.turn(Method::Put, PATH, &time, END).await.unwrap();
        assert_eq!(time.elapsed(), Duration::from_secs(17));
        drop(turn);
        drop(pace.turn(Method::Put, PATH, &time, END).await.unwrap());
        assert_eq!(time.elapsed(), Duration::from_millis(17_100));
    }

    #[tokio::test]
    async fn fact_082_what_the_service_says_goes_before_what_was_counted() {
        let (pace, time) = (Pace::default(), VirtualTime::default());
        for _ in 0..1000 {
            send(&pace, &time, "11999").await;
        }
        assert_eq!(time.elapsed(), Duration::ZERO);
    }

    #[tokio::test]
    async fn of_several_numbers_the_smallest_counts() {
        let (pace, time) = (Pace::default(), VirtualTime::default());
        let turn = pace.turn(Method::Get, PATH, &time, END).await.unwrap();
        let mut headers = Headers::new();
        headers.insert("x-ms-ratelimit-remaining-subscription-reads", "200");
        headers.insert("x-ms-ratelimit-remaining-subscription-global-reads", "10");
        turn.answered(&headers, time.now());
        drop(pace.turn(Method::Get, PATH, &time, END).await.unwrap());
        assert_eq!(time.elapsed(), Duration::from_millis(40), "twenty-five reads a second come back");
    }

    #[tokio::test]
    async fn a_turn_that_would_come_too_late_is_not_waited_for_and_leaves_no_trace() {
        let (pace, time) = (Pace::default(), VirtualTime::default());
        pace.turn(Method::Put, PATH, &time, END).await.unwrap().refused(Duration::from_secs(60));
        assert!(pace.turn(Method::Put, PATH, &time, Duration::from_secs(30)).await.is_none());
        assert_eq!(time.elapsed(), Duration::ZERO);
        assert!(pace.buckets().values().all(|bucket| bucket.taken == 0));
    }
}

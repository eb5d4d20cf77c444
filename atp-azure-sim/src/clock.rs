//! Where the instant of a request comes from.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use atp_azure::arm::Sleep;
use time::OffsetDateTime;

/// Where the instant of a request comes from, so that tests can use virtual time.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The instant now.
    fn now(&self) -> OffsetDateTime;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

/// Time that passes only when somebody lets it, or sleeps by it: as the [`Sleep`] of a provider it makes operations of
/// an hour end at once.
#[derive(Debug)]
pub struct VirtualClock {
    start: OffsetDateTime,
    passed: Mutex<Duration>,
}

/// 2027-01-15T08:00:00Z, in seconds since 1970.
const START: i64 = 1_800_000_000;

impl Default for VirtualClock {
    /// A clock that shows 2027-01-15T08:00:00Z.
    fn default() -> Self {
        VirtualClock::starting_at(
            OffsetDateTime::from_unix_timestamp(START).unwrap_or(OffsetDateTime::UNIX_EPOCH),
        )
    }
}

impl VirtualClock {
    /// A clock that shows `start`.
    pub fn starting_at(start: OffsetDateTime) -> VirtualClock {
        VirtualClock { start, passed: Mutex::new(Duration::ZERO) }
    }

    /// Lets time pass.
    pub fn pass(&self, duration: Duration) {
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        *passed = passed.saturating_add(duration);
    }

    /// How much time has passed.
    pub fn passed(&self) -> Duration {
        *self.passed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> OffsetDateTime {
        self.start.saturating_add(time::Duration::try_from(self.passed()).unwrap_or(time::Duration::MAX))
    }
}

#[async_trait]
impl Sleep for VirtualClock {
    fn now(&self) -> Duration {
        self.passed()
    }

    async fn sleep(&self, duration: Duration) {
        self.pass(duration);
        // So that others have their turn.
        tokio::task::yield_now().await;
    }
}

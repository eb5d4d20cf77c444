//! One time for the engine, the provider and the simulated cloud: that of a runtime of tokio whose clock is paused. It
//! passes when everybody waits, by as much as the first of them waits for.

use async_trait::async_trait;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::time::Instant;

/// 2027-01-15T08:00:00Z, in seconds since 1970.
const START: i64 = 1_800_000_000;

/// Time since a run began.
#[derive(Debug)]
pub(crate) struct VirtualTime(Instant);

impl VirtualTime {
    pub fn new() -> Self {
        VirtualTime(Instant::now())
    }

    pub fn passed(&self) -> Duration {
        self.0.elapsed()
    }

    pub fn instant(&self) -> OffsetDateTime {
        let start = OffsetDateTime::from_unix_timestamp(START).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        start.saturating_add(self.passed().try_into().unwrap_or(time::Duration::MAX))
    }
}

#[async_trait]
impl atp_iac::ports::Clock for VirtualTime {
    fn now(&self) -> OffsetDateTime {
        self.instant()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

impl atp_azure_sim::Clock for VirtualTime {
    fn now(&self) -> OffsetDateTime {
        self.instant()
    }
}

#[async_trait]
impl atp_azure::arm::Sleep for VirtualTime {
    fn now(&self) -> Duration {
        self.passed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

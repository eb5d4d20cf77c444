//! Time as a port: how long to wait, and how much of it has passed.

use async_trait::async_trait;
use std::fmt;
use std::time::{Duration, Instant};

/// Waits, and tells how much time has passed.
#[async_trait]
pub trait Sleep: Send + Sync + fmt::Debug {
    /// Time since some fixed moment; never goes back.
    fn now(&self) -> Duration;

    /// Returns once `now` has grown by at least `duration`.
    async fn sleep(&self, duration: Duration);
}

/// The time of this machine, on the runtime of tokio.
#[derive(Debug)]
pub struct TokioSleep {
    start: Instant,
}

impl Default for TokioSleep {
    fn default() -> Self {
        TokioSleep { start: Instant::now() }
    }
}

#[async_trait]
impl Sleep for TokioSleep {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

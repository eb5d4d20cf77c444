//! The stores that races are run on, by their address.

use async_trait::async_trait;
use atp_iac::ports::{Clock, SystemClock};
use atp_iac::state::{LocalStore, StateStore};
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;

/// How long a lease lasts without a renewal.
pub const TERM: Duration = Duration::from_millis(800);

/// A clock that runs fast: for leases whose length cannot be chosen.
#[derive(Debug, Clone, Copy)]
pub struct FastClock(pub u32);

#[async_trait]
impl Clock for FastClock {
    fn now(&self) -> OffsetDateTime {
        let since = OffsetDateTime::now_utc() - OffsetDateTime::UNIX_EPOCH;
        OffsetDateTime::UNIX_EPOCH + since * f64::from(self.0)
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration / self.0).await;
    }
}

/// Leases in object stores are a minute of their clock.
#[cfg(feature = "stores")]
const SPEED: u32 = 60;

/// The store at an address: `folder:PATH`, or as the command line takes it.
///
/// # Errors
/// When there is none.
pub fn open(address: &str) -> anyhow::Result<Arc<dyn StateStore>> {
    match address.strip_prefix("folder:") {
        Some(path) => Ok(Arc::new(LocalStore::new(path, Arc::new(SystemClock)))),
        None => open_url(address),
    }
}

#[cfg(feature = "stores")]
fn open_url(url: &str) -> anyhow::Result<Arc<dyn StateStore>> {
    use atp_iac::state::{Backend as _, Opening, Presence};
    let variable = |name: &str| std::env::var(name).ok();
    let random = Arc::new(atp_iac::ports::SystemRandom);
    let opening = |clock| Opening {
        url,
        part: "race",
        variable: &variable,
        clock,
        random,
        presence: Presence::default(),
    };
    let failed = |error: atp_iac::state::BackendError| anyhow::anyhow!("{error}; {}", error.way_out);
    if url.starts_with("postgres:") {
        let opening = opening(Arc::new(SystemClock));
        return Ok(Arc::new(atp_stores::postgres::PostgresStore::with_term(&opening, TERM).map_err(failed)?));
    }
    atp_stores::Stores.open(&opening(Arc::new(FastClock(SPEED)))).map_err(failed)
}

#[cfg(not(feature = "stores"))]
fn open_url(_: &str) -> anyhow::Result<Arc<dyn StateStore>> {
    anyhow::bail!("races were built for folders alone")
}

/// Whether the lock of a store can be broken under a holder who is about to write, and he still writes nothing. In a folder
/// a lock of the operating system keeps others out; breaking that is for a holder who is dead.
pub fn has_fences(address: &str) -> bool {
    !address.starts_with("folder:")
}

//! The stores that races are run on, by their address.

use anyhow::Context as _;
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

/// The store at an address: `folder:PATH`, or as the command line takes it.
///
/// # Errors
/// When there is none.
pub fn open(address: &str) -> anyhow::Result<Arc<dyn StateStore>> {
    let (scheme, rest) = address.split_once(':').context("an address begins with `name:`")?;
    match scheme {
        "folder" => Ok(Arc::new(LocalStore::new(rest, Arc::new(SystemClock)))),
        #[cfg(feature = "postgres")]
        "postgres" => {
            let variable = |name: &str| std::env::var(name).ok();
            let clock = Arc::new(SystemClock);
            Ok(Arc::new(atp_stores::postgres::PostgresStore::with_term(address, &variable, clock, TERM)?))
        }
        other => anyhow::bail!("there is no store `{other}:`"),
    }
}

/// Whether the lock of a store can be broken under a holder who is about to write, and he still writes nothing. In a folder
/// a lock of the operating system keeps others out; breaking that is for a holder who is dead.
pub fn has_fences(address: &str) -> bool {
    !address.starts_with("folder:")
}

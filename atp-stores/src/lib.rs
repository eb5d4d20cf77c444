//! Stores of states beyond the folder of a project: object stores, which a team shares.
//!
//! Each is a feature: `azure`, `s3`, `gcs`. [`Stores`] opens them by URL; an [`ObjectStates`] is made of whatever
//! `object_store` connects to.

#[cfg(feature = "azure")]
mod azure;
#[cfg(feature = "gcs")]
mod gcs;
#[cfg(any(feature = "azure", feature = "s3", feature = "gcs"))]
mod location;
mod objects;
#[cfg(feature = "s3")]
mod s3;

pub use objects::{LEASE, ObjectStates};

use atp_iac::state::{Backend, BackendError, Opening, StateStore};
use object_store::path::Path;
use object_store::{BackoffConfig, ObjectStore, RetryConfig};
use std::sync::Arc;
use std::time::Duration;

/// Opens the stores that this crate was built with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stores;

/// How long a server that fails is asked again: less than a lock lasts.
#[allow(dead_code, reason = "without a feature there is no server")]
const RETRIES: RetryConfig = RetryConfig {
    backoff: BackoffConfig {
        init_backoff: Duration::from_millis(100),
        max_backoff: Duration::from_secs(5),
        base: 2.0,
    },
    max_retries: 8,
    retry_timeout: Duration::from_secs(40),
};

/// An object store, and where the states are in it.
struct Connected {
    store: Arc<dyn ObjectStore>,
    place: String,
    prefix: Path,
}

type Connect = fn(&Opening<'_>) -> Result<Connected, BackendError>;

const OBJECT_STORES: &[(&str, Connect)] = &[
    #[cfg(feature = "azure")]
    (azure::FORM, azure::connect),
    #[cfg(feature = "s3")]
    (s3::FORM, s3::connect),
    #[cfg(feature = "gcs")]
    (gcs::FORM, gcs::connect),
];

impl Backend for Stores {
    fn forms(&self) -> Vec<&'static str> {
        OBJECT_STORES.iter().map(|(form, _)| *form).collect()
    }

    fn open(&self, opening: &Opening<'_>) -> Result<Arc<dyn StateStore>, BackendError> {
        let scheme = |url: &str| url.split("://").next().map(str::to_owned);
        let found = OBJECT_STORES.iter().find(|(form, _)| scheme(form) == scheme(opening.url));
        let Some((_, connect)) = found else {
            let known = format!("write {}", self.forms().join(" or "));
            return Err(BackendError::new("the backend has a scheme that nothing here opens", known));
        };
        let Connected { store, place, prefix } = connect(opening)?;
        let (clock, random) = (opening.clock.clone(), opening.random.clone());
        Ok(Arc::new(ObjectStates::new(store, place, prefix, clock, random)))
    }
}

//! The port to whatever opens stores of states by URL.

use super::{Presence, StateStore};
use crate::ports::{Clock, Random};
use std::sync::Arc;

/// Opens stores by URL.
pub trait Backend: Send + Sync {
    /// How the URLs look that it opens, such as `s3://bucket/prefix`; each begins with its scheme.
    fn forms(&self) -> Vec<&'static str>;

    /// Opens the store at a URL of one of its schemes. Nothing is asked of the store yet.
    ///
    /// # Errors
    /// When the URL or the environment does not say enough, or says what makes no sense. No secret is in the error.
    fn open(&self, opening: &Opening<'_>) -> Result<Arc<dyn StateStore>, BackendError>;
}

/// What a store is opened with.
pub struct Opening<'a> {
    /// Where it is. There may be secrets in it.
    pub url: &'a str,
    /// What has to be kept apart at the same URL: states are of one cloud, and what is deployed to the simulator is not in
    /// Azure.
    pub part: &'a str,
    /// Reads an environment variable.
    pub variable: &'a (dyn Fn(&str) -> Option<String> + Send + Sync),
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Where holders of locks show that they are alive.
    pub presence: Presence,
}

impl std::fmt::Debug for Opening<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opening").field("url", &"[hidden]").field("part", &self.part).finish_non_exhaustive()
    }
}

/// Why a store cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BackendError {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub way_out: String,
}

impl BackendError {
    /// From both.
    pub fn new(message: impl Into<String>, way_out: impl Into<String>) -> Self {
        BackendError { message: message.into(), way_out: way_out.into() }
    }
}

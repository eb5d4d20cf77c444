//! How long calls may take.

use std::time::Duration;

/// How long calls for a resource may take; `None`: as long as those of the engine. A call that takes longer is given up,
/// and what became of it is looked up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// To create it.
    pub create: Option<Duration>,
    /// To read it.
    pub read: Option<Duration>,
    /// To change it.
    pub update: Option<Duration>,
    /// To delete it.
    pub delete: Option<Duration>,
}

impl Timeouts {
    /// The same for each call.
    pub fn all(limit: Duration) -> Self {
        Timeouts { create: Some(limit), read: Some(limit), update: Some(limit), delete: Some(limit) }
    }
}

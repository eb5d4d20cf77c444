//! Who holds the lock of a stack.

use std::fmt;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Who does what to a stack. Made by the caller: the library asks nobody for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The person or pipeline.
    pub who: String,
    /// The machine.
    pub host: String,
    /// The process on that machine.
    pub process: u32,
    /// Such as `up`.
    pub operation: String,
    /// Since when.
    pub since: OffsetDateTime,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Holder { who, host, process, operation, since } = self;
        let since = since.format(&Rfc3339).unwrap_or_else(|_| since.to_string());
        write!(f, "{who} on {host} (process {process}), running `{operation}` since {since}")
    }
}

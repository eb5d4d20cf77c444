//! Instants: [`Rotating`], [`Static`].
//!
//! Each keeps the instant at which it was made. Its `keepers` are any texts: when one changes, a new instant is taken.

mod period;
mod rotating;
mod stays;

pub use period::{Period, PeriodError};
pub use rotating::{Rotating, RotatingHandle};
pub use stays::{Static, StaticHandle};

use crate::kept::{Kept, Ports, refused};
use ::time::OffsetDateTime;
use ::time::format_description::well_known::Rfc3339;
use atp_iac::provider::ProviderError;

/// The name of the provider.
pub const PROVIDER: &str = "time";

pub(crate) const TYPES: &[&dyn Kept] = &[&rotating::Type, &stays::Type];

/// Now, in whole seconds.
fn now(ports: &Ports) -> OffsetDateTime {
    let now = ports.clock.now();
    now.replace_nanosecond(0).unwrap_or(now)
}

fn text(instant: OffsetDateTime) -> Result<String, ProviderError> {
    let beyond = || refused("Instant", "an instant lies beyond the year 9999");
    instant.format(&Rfc3339).map_err(|_| beyond())
}

fn instant(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}

/// An instant that is to be imported.
fn imported(id: &str) -> Result<OffsetDateTime, ProviderError> {
    let wrong = || refused("NoInstant", format!("`{id}` is not an instant such as `2027-01-31T12:00:00Z`"));
    instant(id).ok_or_else(wrong)
}

#[cfg(test)]
mod tests;

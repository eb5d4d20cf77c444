//! What holds for a whole subscription: policies, threat protection, the log of who did what.

mod definitions;
mod policies;
mod protection;

pub use definitions::{Definition, OWN};
pub use policies::Policies;
pub use protection::{DefenderPlan, ThreatProtection};

//! Operations: what holds for a whole subscription.

mod config;
mod outputs;
mod program;
pub mod roles;

pub use config::{BudgetConfig, BudgetGroup, GovernanceConfig, GroupsConfig};
pub use outputs::GovernanceOutputs;
pub use program::{Governance, governance};

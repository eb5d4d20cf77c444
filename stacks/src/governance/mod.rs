//! SKELETON of the stack `governance`.

mod config;
mod outputs;
mod program;

pub use config::GovernanceConfig;
pub use outputs::GovernanceOutputs;
pub use program::{Governance, governance};

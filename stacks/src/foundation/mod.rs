//! Layer 0: network, names, vault, identities and workspace of one environment and region.

mod access;
mod address_plan;
mod config;
mod groups;
mod identities;
mod network;
mod outputs;
mod program;
mod secrets;

pub use config::{FoundationConfig, ManagedHsmConfig, VaultSku};
pub use identities::Identity;
pub use outputs::FoundationOutputs;
pub use program::{Foundation, foundation};

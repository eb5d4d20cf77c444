//! Groups of resources that several stacks use.

pub mod egress;
pub mod key_vault;
pub mod log_workspace;
pub mod managed_hsm;
pub mod network;
pub mod private_service;

pub use egress::Egress;
pub use key_vault::{KeyVault, VaultKeys};
pub use log_workspace::LogWorkspace;
pub use managed_hsm::ManagedHsm;
pub use network::{Network, PrivateDns};
pub use private_service::PrivateService;

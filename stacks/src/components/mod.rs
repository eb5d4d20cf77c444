//! Groups of resources that several stacks use.

pub mod key_vault;
pub mod log_workspace;
pub mod network;
pub mod private_service;

pub use key_vault::KeyVault;
pub use log_workspace::LogWorkspace;
pub use network::{Network, PrivateDns};
pub use private_service::PrivateService;

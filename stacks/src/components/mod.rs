//! Groups of resources that several stacks use.

pub mod key_vault;
pub mod network;
pub mod private_link;

pub use key_vault::KeyVault;
pub use network::{Network, PrivateDns};
pub use private_link::PrivateLink;

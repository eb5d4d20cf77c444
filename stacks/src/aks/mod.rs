//! SKELETON of the stack `aks`.

mod config;
mod outputs;
mod program;

pub use config::AksConfig;
pub use outputs::AksOutputs;
pub use program::{Aks, aks};

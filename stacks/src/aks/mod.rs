//! The stack `aks`: the cluster that runs the platform's services, and the registry of their images.

mod access;
mod config;
mod images;
mod kubeconfig;
mod outputs;
mod program;

pub use config::AksConfig;
pub use outputs::AksOutputs;
pub use program::{Aks, aks};

//! SKELETON of the stack `observability`.

mod config;
mod outputs;
mod program;

pub use config::ObservabilityConfig;
pub use outputs::ObservabilityOutputs;
pub use program::{Observability, observability};

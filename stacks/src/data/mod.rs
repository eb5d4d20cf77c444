//! Layer 1: databases and storage of one environment and region.

mod config;
mod connections;
mod outputs;
mod platforms;
mod program;
mod recovery;
mod tenants;

pub use config::DataConfig;
pub use outputs::DataOutputs;
pub use program::{Data, data};

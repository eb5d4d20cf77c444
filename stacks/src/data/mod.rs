//! Layer 1: databases and storage of one environment and region.

mod config;
mod connections;
mod outputs;
mod platforms;
mod program;
mod tenants;

pub use config::{DataConfig, Keys};
pub use outputs::DataOutputs;
pub use program::{Data, data};

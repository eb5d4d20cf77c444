//! SKELETON of the stack `data`.

mod config;
mod outputs;
mod program;

pub use config::DataConfig;
pub use outputs::DataOutputs;
pub use program::{Data, data};

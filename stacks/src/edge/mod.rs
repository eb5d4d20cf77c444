//! SKELETON of the stack `edge`.

mod config;
mod outputs;
mod program;

pub use config::EdgeConfig;
pub use outputs::EdgeOutputs;
pub use program::{Edge, edge};

//! SKELETON of the stack `application`.

mod config;
mod outputs;
mod program;

pub use config::ApplicationConfig;
pub use outputs::ApplicationOutputs;
pub use program::{Application, application};

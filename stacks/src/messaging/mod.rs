//! SKELETON of the stack `messaging`.

mod config;
mod outputs;
mod program;

pub use config::MessagingConfig;
pub use outputs::MessagingOutputs;
pub use program::{Messaging, messaging};

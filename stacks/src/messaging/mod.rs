//! Layer 1: topics and queues of one environment and region.

mod config;
mod outputs;
mod program;

pub use config::MessagingConfig;
pub use outputs::MessagingOutputs;
pub use program::{Messaging, messaging};

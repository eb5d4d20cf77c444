//! The way in from the internet, and what leads clients to one region or the other.

mod catalogue;
mod config;
mod outputs;
mod program;

pub use catalogue::catalogue;
pub use config::{EdgeConfig, GatewayConfig, TrafficManagerConfig};
pub use outputs::EdgeOutputs;
pub use program::{Edge, edge};

//! The way in from the internet.

mod firewall;
mod gateway;
mod gateway_parts;
mod traffic_manager;

pub use firewall::{Exclusion, ExclusionVariable, FirewallMode, WebApplicationFirewall};
pub use gateway::{Backend, Gateway, GatewayOutputs};
pub use traffic_manager::{TrafficEndpoint, TrafficManager, TrafficManagerOutputs};

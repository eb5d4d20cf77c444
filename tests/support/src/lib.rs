//! What tests of several crates begin with: a simulated Azure, in this process or behind HTTPS, and an engine on it.
#![allow(clippy::unwrap_used, reason = "a test that cannot begin has failed")]

mod served;

pub use served::Served;

use atp_azure::provider::{AzureProvider, AzureSettings};
use atp_azure_sim::{Settings, Simulator, SystemClock};
use atp_iac::engine::Engine;
use atp_iac::state::MemoryStore;
use std::sync::Arc;

/// An empty Azure that knows every type, and has nobody wait before he asks again.
pub fn simulator(settings: Settings) -> Simulator {
    let settings = Settings { retry_after_milliseconds: Some(0), ..settings };
    Simulator::in_memory(atp_azure::descriptors(), settings, Arc::new(SystemClock))
}

/// The provider of a subscription in a simulator.
pub fn provider(simulator: &Simulator, subscription: &str) -> AzureProvider {
    let settings = AzureSettings::new(atp_azure::descriptors(), subscription);
    AzureProvider::with_transport(settings, simulator.transport())
}

/// An engine on a subscription in a simulator, whose states are in memory and empty.
pub fn engine(simulator: &Simulator, subscription: &str) -> Engine {
    let store = MemoryStore::new(Arc::new(atp_iac::ports::SystemClock));
    let provider = provider(simulator, subscription);
    atp_iac::testing::engine(Arc::new(store)).with_provider(Arc::new(provider))
}

//! The Azure provider on the simulator: two pieces that share the descriptors, and nothing else.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod changed;
mod conformance;
mod every_type;
mod faults;
mod full;
mod sample;

use atp_azure::provider::{AzureProvider, AzureSettings};
use atp_azure_sim::{Settings, Simulator, SystemClock};
use atp_iac::Value;
use atp_iac::provider::{Object, Provider, Request};
use std::sync::Arc;
use std::time::Duration;

const SUBSCRIPTION: &str = "00000000-0000-4000-8000-000000000001";
const TIMEOUT: Duration = Duration::from_secs(30);

fn world(settings: Settings) -> (Simulator, AzureProvider) {
    let settings = Settings { retry_after_milliseconds: Some(0), ..settings };
    let simulator = Simulator::in_memory(atp_azure::descriptors(), settings, Arc::new(SystemClock));
    // What this simulator accepted shows at once.
    let appears_within = Duration::ZERO;
    let settings =
        AzureSettings { appears_within, ..AzureSettings::new(atp_azure::descriptors(), SUBSCRIPTION) };
    let provider = AzureProvider::with_transport(settings, simulator.transport());
    (simulator, provider)
}

fn request<'a>(kind: &'a str, inputs: &'a Value) -> Request<'a> {
    Request { kind, inputs, timeout: TIMEOUT }
}

async fn created(provider: &AzureProvider, kind: &str, inputs: &Value) -> Object {
    match provider.create(request(kind, inputs)).await {
        Ok(object) => object,
        Err(error) => panic!("{kind} cannot be created: {error:?}\n{inputs:?}"),
    }
}

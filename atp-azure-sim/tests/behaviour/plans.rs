//! Plans of Defender for Cloud, which every subscription has.

use std::sync::Arc;

use atp_azure_sim::{Method, Request, Response, Settings, Simulator, VirtualClock};
use serde_json::{Value, json};

use crate::support::SUBSCRIPTION;

fn simulator() -> Simulator {
    Simulator::in_memory(atp_azure::descriptors(), Settings::default(), Arc::new(VirtualClock::default()))
}

fn send(simulator: &Simulator, method: Method, plan: &str, body: Option<Value>) -> Response {
    let path = format!("{SUBSCRIPTION}/providers/Microsoft.Security/pricings/{plan}?api-version=2024-01-01");
    let request = Request::new(method, &path);
    simulator.handle(&body.into_iter().fold(request, |request, body| request.with_json(&body))).unwrap()
}

fn tier(simulator: &Simulator, plan: &str) -> Value {
    send(simulator, Method::Get, plan, None).value()["properties"]["pricingTier"].clone()
}

fn set(simulator: &Simulator, plan: &str, tier: &str) -> u16 {
    let body = json!({ "properties": { "pricingTier": tier } });
    send(simulator, Method::Put, plan, Some(body)).status
}

#[test]
fn a_plan_is_free_from_the_beginning_and_a_plan_that_nobody_offers_is_not_there() {
    let simulator = simulator();
    assert_eq!(tier(&simulator, "KeyVaults"), "Free");
    assert_eq!(send(&simulator, Method::Get, "Teapots", None).status, 404);
}

#[test]
fn a_plan_is_paid_for_and_given_back_but_never_deleted() {
    let simulator = simulator();
    assert!(set(&simulator, "KeyVaults", "Standard") < 300);
    assert_eq!(tier(&simulator, "KeyVaults"), "Standard");
    assert_eq!(send(&simulator, Method::Delete, "KeyVaults", None).status, 405);
    assert!(!simulator.is_empty().unwrap());
    assert!(set(&simulator, "KeyVaults", "Free") < 300);
    assert!(simulator.is_empty().unwrap());
}

//! Plans of Defender for Cloud, which every subscription has.

use std::sync::Arc;

use atp_azure_sim::{Settings, Simulator, VirtualClock};
use serde_json::json;

use crate::support::{SUBSCRIPTION, World};

fn world() -> World {
    let time = Arc::new(VirtualClock::default());
    let simulator = Simulator::in_memory(atp_azure::descriptors(), Settings::default(), time.clone());
    World { simulator, time }
}

fn plan(name: &str) -> String {
    format!("{SUBSCRIPTION}/providers/Microsoft.Security/pricings/{name}")
}

#[test]
fn a_plan_is_free_from_the_beginning_and_a_plan_that_nobody_offers_is_not_there() {
    let world = world();
    let free = world.get(&plan("KeyVaults"));
    assert_eq!((free.status, &free.value()["properties"]["pricingTier"]), (200, &json!("Free")));
    assert_eq!(world.get(&plan("Teapots")).status, 404);
}

#[test]
fn a_plan_is_paid_for_and_given_back_but_never_deleted() {
    let world = world();
    let body = |tier: &str| json!({ "properties": { "pricingTier": tier } });
    assert!(world.put(&plan("KeyVaults"), body("Standard")).status < 300);
    assert_eq!(world.get(&plan("KeyVaults")).value()["properties"]["pricingTier"], "Standard");
    assert_eq!(world.delete(&plan("KeyVaults")).status, 405);
    assert!(!world.simulator.is_empty().unwrap());
    assert!(world.put(&plan("KeyVaults"), body("Free")).status < 300);
    assert!(world.simulator.is_empty().unwrap());
}

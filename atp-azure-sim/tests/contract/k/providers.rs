//! Providers and their registration.

use atp_azure_sim::{Method, Settings};
use serde_json::{Value, json};

use crate::support::{
    OPERATION, SUBSCRIPTION, World, accepted, descriptor, message, network, network_body, refused, settings,
    with, world,
};

fn provider(world: &World, namespace: &str) -> Value {
    world.get(&format!("{SUBSCRIPTION}/providers/{namespace}")).value()
}

fn state(world: &World, namespace: &str) -> Value {
    provider(world, namespace)["registrationState"].clone()
}

/// A cloud where nothing is registered.
fn bare() -> World {
    with(Settings { providers_registered: false, ..settings() })
}

#[test]
fn fact_103_a_provider_tells_its_types_versions_and_regions() {
    let world = world();
    let shown = provider(&world, "microsoft.network");
    assert_eq!(
        (&shown["namespace"], &shown["registrationState"]),
        (&json!("Microsoft.Network"), &json!("Registered"))
    );
    let types = shown["resourceTypes"].as_array().unwrap();
    let found = |name: &str| types.iter().find(|kind| kind["resourceType"] == name).unwrap();
    let networks = found("virtualNetworks");
    let version = descriptor("Microsoft.Network/virtualNetworks").api_version;
    assert_eq!(networks["apiVersions"], json!([version]));
    assert!(networks["locations"].as_array().unwrap().contains(&json!("West Europe")));
    assert!(networks["capabilities"].as_str().unwrap().contains("SupportsTags, SupportsLocation"));
    let subnets = found("virtualNetworks/subnets");
    assert_eq!((&subnets["locations"], &subnets["capabilities"]), (&json!([]), &json!("None")));
    let all = world.get(&format!("{SUBSCRIPTION}/providers")).value();
    assert!(all["value"].as_array().unwrap().iter().any(|one| one["namespace"] == "Microsoft.KeyVault"));
    refused(
        &world.get(&format!("{SUBSCRIPTION}/providers/Microsoft.Nothing")),
        404,
        "InvalidResourceNamespace",
    );
}

#[test]
fn fact_103_registering_takes_a_while_and_so_does_its_end() {
    let world = bare();
    assert_eq!(state(&world, "Microsoft.Network"), "NotRegistered");
    let register =
        |verb: &str| world.post(&format!("{SUBSCRIPTION}/providers/Microsoft.Network/{verb}"), json!({}));
    let answer = register("register");
    assert_eq!((answer.status, &answer.value()["registrationState"]), (200, &json!("Registering")));
    world.time.pass(OPERATION / 2);
    assert_eq!(register("register").value()["registrationState"], "Registering");
    world.time.pass(OPERATION / 2);
    assert_eq!(state(&world, "Microsoft.Network"), "Registered");
    assert_eq!(register("register").value()["registrationState"], "Registered");
    assert_eq!(register("unregister").value()["registrationState"], "Unregistering");
    world.time.pass(OPERATION);
    assert_eq!(state(&world, "Microsoft.Network"), "NotRegistered");
}

#[test]
fn fact_104_what_is_not_registered_is_refused_and_named_last() {
    let world = bare();
    let response = world.put(&network(), network_body());
    refused(&response, 409, "MissingSubscriptionRegistration");
    let message = message(&response);
    assert_eq!(message.rsplit('\'').nth(1), Some("Microsoft.Network"), "{message}");
    refused(&world.get(&network()), 409, "MissingSubscriptionRegistration");
    // What older clients do then.
    let path = format!("{SUBSCRIPTION}/providers/Microsoft.Network");
    let old = |method, path: &str| {
        world.send(atp_azure_sim::Request::new(method, &format!("{path}?api-version=2016-02-01")))
    };
    accepted(&old(Method::Post, &format!("{path}/register")));
    refused(&world.put(&network(), network_body()), 409, "MissingSubscriptionRegistration");
    world.time.pass(OPERATION);
    assert_eq!(old(Method::Get, &path).value()["registrationState"], "Registered");
    accepted(&world.put(&network(), network_body()));
}

#[test]
fn fact_104_some_providers_need_no_registration_and_others_are_for_one_subscription() {
    let world = bare();
    let lock = format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/locks/keep");
    accepted(&world.put(&lock, json!({ "properties": { "level": "CanNotDelete" } })));
    accepted(&world.post(&format!("{SUBSCRIPTION}/providers/Microsoft.Network/register"), json!({})));
    world.time.pass(OPERATION);
    let other = "/subscriptions/22222222-2222-4333-8444-555555555555/providers/Microsoft.Network";
    assert_eq!(world.get(other).value()["registrationState"], "NotRegistered");
    let shown = world.simulator.resources().unwrap();
    assert!(!shown.iter().any(|(id, _)| id.ends_with("providers/Microsoft.Network")), "no client made it");
}

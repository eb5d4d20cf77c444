//! Pairs in two regions.

use std::time::Duration;

use atp_azure_sim::{Method, Request, Response, Settings, Simulator};
use serde_json::{Value, json};

use crate::support::{World, accepted, clock, group, id, refused};

const MINUTE: Duration = Duration::from_secs(60);

/// The whole catalog; operations take a minute.
fn world() -> World {
    let time = clock();
    let settings = Settings { operation_duration: MINUTE, ..Settings::default() };
    let simulator = Simulator::in_memory(atp_azure::descriptors(), settings, time.clone());
    let world = World { simulator, time };
    accepted(&send(
        &world,
        Method::Put,
        &group("G"),
        "2025-04-01",
        Some(json!({ "location": "westeurope" })),
    ));
    world
}

fn send(world: &World, method: Method, path: &str, version: &str, body: Option<Value>) -> Response {
    let request = Request::new(method, &format!("{path}?api-version={version}"));
    world.send(match body {
        Some(body) => request.with_json(&body),
        None => request,
    })
}

const SQL: &str = "2025-01-01";
const BUS: &str = "2026-01-01";

fn version(path: &str) -> &'static str {
    if path.contains("Microsoft.Sql") { SQL } else { BUS }
}

fn put(world: &World, path: &str, body: Value) -> Response {
    send(world, Method::Put, path, version(path), Some(body))
}

fn get(world: &World, path: &str) -> Response {
    send(world, Method::Get, path, version(path), None)
}

fn delete(world: &World, path: &str) -> Response {
    send(world, Method::Delete, path, version(path), None)
}

fn post(world: &World, path: &str, body: Value) -> Response {
    send(world, Method::Post, path, version(path), Some(body))
}

/// Puts, and waits until it is done.
fn make(world: &World, path: &str, body: Value) {
    accepted(&put(world, path, body));
    world.time.pass(MINUTE);
}

fn server(name: &str) -> String {
    id(&format!("Microsoft.Sql/servers/{name}"))
}

fn failover_group(name: &str) -> String {
    format!("{}/failoverGroups/atp", server(name))
}

fn database(server_name: &str, name: &str) -> String {
    format!("{}/databases/{name}", server(server_name))
}

/// Servers in two regions, the first with a pool and two databases, of which one is in it.
fn servers() -> World {
    let world = world();
    for (name, location) in [("one", "westeurope"), ("two", "eastus")] {
        make(&world, &server(name), json!({ "location": location }));
        make(&world, &format!("{}/elasticPools/pool", server(name)), json!({ "location": location }));
    }
    let pool = format!("{}/elasticPools/pool", server("one"));
    make(
        &world,
        &database("one", "shared"),
        json!({ "location": "westeurope", "properties": { "elasticPoolId": pool } }),
    );
    make(&world, &database("one", "tenant"), json!({ "location": "westeurope" }));
    world
}

fn group_body(databases: &[&str], partner: &str) -> Value {
    let databases: Vec<String> = databases.iter().map(|name| database("one", name)).collect();
    json!({ "properties": {
        "databases": databases,
        "partnerServers": [{ "id": server(partner) }],
        "readWriteEndpoint": { "failoverPolicy": "Manual" },
    }})
}

fn grouped() -> World {
    let world = servers();
    make(&world, &failover_group("one"), group_body(&["shared", "tenant"], "two"));
    world
}

fn roles(world: &World) -> [String; 2] {
    ["one", "two"].map(|name| {
        let shown = get(world, &failover_group(name)).value();
        shown["properties"]["replicationRole"].as_str().unwrap_or("none").to_owned()
    })
}

#[test]
fn a_failover_group_is_on_both_servers_and_copies_its_databases() {
    let world = grouped();
    assert_eq!(roles(&world), ["Primary", "Secondary"]);
    let two = get(&world, &failover_group("two")).value()["properties"].clone();
    assert_eq!(two["replicationState"], "CATCH_UP");
    assert_eq!(two["databases"], json!([database("two", "shared"), database("two", "tenant")]));
    let partner = json!([{ "id": server("one"), "location": "westeurope", "replicationRole": "Primary" }]);
    assert_eq!(two["partnerServers"], partner);
    let copy = get(&world, &database("two", "shared")).value();
    assert_eq!((&copy["location"], &copy["properties"]["secondaryType"]), (&json!("eastus"), &json!("Geo")));
    assert_eq!(copy["properties"]["elasticPoolId"], format!("{}/elasticPools/pool", server("two")));
}

#[test]
fn databases_are_copied_when_the_operation_ends() {
    let world = servers();
    accepted(&put(&world, &failover_group("one"), group_body(&["tenant"], "two")));
    assert_eq!(get(&world, &database("two", "tenant")).status, 404);
    world.time.pass(MINUTE);
    assert_eq!(get(&world, &database("two", "tenant")).status, 200);
    make(&world, &failover_group("one"), group_body(&["tenant", "shared"], "two"));
    assert_eq!(get(&world, &database("two", "shared")).status, 200, "one that is added later");
}

#[test]
fn a_group_that_cannot_be_is_refused_with_the_reason() {
    let world = servers();
    let refuse = |databases: &[&str], partner: &str, code: &str| {
        refused(&put(&world, &failover_group("one"), group_body(databases, partner)), 400, code);
    };
    refuse(&[], "one", "FailoverGroupCreateOrUpdateRequestDuplicatePartner");
    refuse(&["missing"], "two", "FailoverGroupCreateOrUpdateRequestInvalidDatabaseServer");
    make(&world, &server("near"), json!({ "location": "westeurope" }));
    refuse(&[], "near", "InvalidFailoverGroupRegion");
    make(&world, &server("bare"), json!({ "location": "eastus" }));
    refuse(&["shared"], "bare", "FailoverGroupElasticPoolMissing");
    make(&world, &database("two", "tenant"), json!({ "location": "eastus" }));
    let body = group_body(&["tenant"], "two");
    refused(&put(&world, &failover_group("one"), body), 409, "DatabaseAlreadyExists");
    refuse(&[], "nowhere", "FailoverGroupCreateOrUpdateRequestInvalidPartner");
}

#[test]
fn a_failover_swaps_the_roles_when_it_ends_and_is_asked_of_the_secondary() {
    let world = grouped();
    let act =
        |name: &str, action: &str| post(&world, &format!("{}/{action}", failover_group(name)), json!({}));
    refused(&act("one", "failover"), 400, "FailoverGroupFailoverRequestOnPrimary");
    let started = act("two", "failover");
    assert_eq!(started.status, 202);
    assert_eq!(roles(&world), ["Primary", "Secondary"], "it takes its time");
    world.time.pass(MINUTE);
    assert_eq!(roles(&world), ["Secondary", "Primary"]);
    assert_eq!(get(&world, &database("one", "tenant")).value()["properties"]["secondaryType"], "Geo");
    assert_eq!(get(&world, &database("two", "tenant")).value()["properties"]["secondaryType"], Value::Null);
    accepted(&act("one", "forceFailoverAllowDataLoss"));
    world.time.pass(MINUTE);
    assert_eq!(roles(&world), ["Primary", "Secondary"]);
}

#[test]
fn a_group_is_changed_and_deleted_on_its_primary_and_leaves_the_databases() {
    let world = grouped();
    let code = "FailoverGroupUpdateOrDeleteRequestOnSecondary";
    refused(&put(&world, &failover_group("two"), group_body(&[], "one")), 400, code);
    refused(&delete(&world, &failover_group("two")), 400, code);
    accepted(&delete(&world, &failover_group("one")));
    world.time.pass(MINUTE);
    assert_eq!(roles(&world), ["none", "none"]);
    assert_eq!(get(&world, &database("two", "tenant")).status, 200);
    make(&world, &failover_group("one"), group_body(&["tenant"], "two"));
    assert_eq!(roles(&world), ["Primary", "Secondary"], "the copies are taken again");
    accepted(&delete(&world, &server("two")));
    world.time.pass(MINUTE);
    assert_eq!(roles(&world), ["none", "none"], "a server takes its groups with it");
}

fn namespace(name: &str) -> String {
    id(&format!("Microsoft.ServiceBus/namespaces/{name}"))
}

fn alias(name: &str) -> String {
    format!("{}/disasterRecoveryConfigs/orders", namespace(name))
}

fn namespaces() -> World {
    let world = world();
    for (name, location) in [("bus-one", "westeurope"), ("bus-two", "eastus")] {
        make(
            &world,
            &namespace(name),
            json!({ "location": location, "sku": { "name": "Premium", "tier": "Premium" } }),
        );
    }
    make(
        &world,
        &format!("{}/topics/events", namespace("bus-one")),
        json!({ "properties": { "maxSizeInMegabytes": 2048 } }),
    );
    make(
        &world,
        &format!("{}/topics/events/subscriptions/all", namespace("bus-one")),
        json!({ "properties": {} }),
    );
    world
}

fn pair(world: &World, from: &str, to: &str) -> Response {
    put(world, &alias(from), json!({ "properties": { "partnerNamespace": namespace(to) } }))
}

fn paired() -> World {
    let world = namespaces();
    let response = pair(&world, "bus-one", "bus-two");
    assert_eq!(
        (response.status, &response.value()["properties"]["provisioningState"]),
        (201, &json!("Accepted"))
    );
    world.time.pass(MINUTE);
    world
}

/// The role of each namespace, and how its alias is.
fn alias_roles(world: &World) -> [String; 2] {
    ["bus-one", "bus-two"].map(|name| {
        let shown = get(world, &alias(name)).value();
        let text = |name: &str| shown["properties"][name].as_str().unwrap_or("none").to_owned();
        format!("{} {}", text("role"), text("provisioningState"))
    })
}

#[test]
fn an_alias_is_at_both_namespaces_and_copies_what_is_defined_now_and_later() {
    let world = paired();
    assert_eq!(alias_roles(&world), ["Primary Succeeded", "Secondary Succeeded"]);
    let copy = get(&world, &format!("{}/topics/events", namespace("bus-two"))).value();
    assert_eq!(copy["properties"]["maxSizeInMegabytes"], 2048);
    assert_eq!(get(&world, &format!("{}/topics/events/subscriptions/all", namespace("bus-two"))).status, 200);
    let queue = |name: &str| format!("{}/queues/late", namespace(name));
    make(&world, &queue("bus-one"), json!({ "properties": {} }));
    assert_eq!(get(&world, &queue("bus-two")).status, 200);
    refused(&put(&world, &queue("bus-two"), json!({ "properties": {} })), 409, "Conflict");
    refused(&delete(&world, &queue("bus-two")), 409, "Conflict");
    accepted(&delete(&world, &queue("bus-one")));
    assert_eq!(get(&world, &queue("bus-two")).status, 404);
}

#[test]
fn a_pairing_that_cannot_be_is_refused() {
    let world = namespaces();
    refused(&pair(&world, "bus-two", "bus-one"), 409, "Conflict");
    for (name, location, sku) in [("bus-near", "westeurope", "Premium"), ("bus-small", "eastus", "Standard")]
    {
        make(&world, &namespace(name), json!({ "location": location, "sku": { "name": sku } }));
        refused(&pair(&world, "bus-one", name), 400, "BadRequest");
    }
    refused(&pair(&world, "bus-one", "nowhere"), 400, "BadRequest");
    let taken = format!("{}/disasterRecoveryConfigs/bus-small", namespace("bus-one"));
    let body = json!({ "properties": { "partnerNamespace": namespace("bus-two") } });
    refused(&put(&world, &taken, body), 400, "BadRequest");
}

#[test]
fn a_failover_moves_the_alias_and_leaves_the_old_namespace_as_it_is() {
    let world = paired();
    let act = |name: &str, action: &str| post(&world, &format!("{}/{action}", alias(name)), json!({}));
    refused(&act("bus-one", "failover"), 400, "BadRequest");
    assert_eq!(act("bus-two", "failover").status, 200);
    assert_eq!(alias_roles(&world), ["Primary Succeeded", "Secondary Accepted"]);
    world.time.pass(MINUTE);
    assert_eq!(alias_roles(&world), ["none none", "PrimaryNotReplicating Succeeded"]);
    assert_eq!(get(&world, &format!("{}/topics/events", namespace("bus-one"))).status, 200);
    refused(&pair(&world, "bus-two", "bus-one"), 409, "Conflict");
    accepted(&delete(&world, &format!("{}/topics/events", namespace("bus-one"))));
    accepted(&pair(&world, "bus-two", "bus-one"));
    world.time.pass(MINUTE);
    assert_eq!(alias_roles(&world), ["Secondary Succeeded", "Primary Succeeded"]);
    assert_eq!(get(&world, &format!("{}/topics/events/subscriptions/all", namespace("bus-one"))).status, 200);
}

#[test]
fn an_alias_is_deleted_after_its_pairing_is_broken() {
    let world = paired();
    refused(&delete(&world, &alias("bus-one")), 400, "BadRequest");
    assert_eq!(post(&world, &format!("{}/breakPairing", alias("bus-one")), json!({})).status, 200);
    world.time.pass(MINUTE);
    assert_eq!(alias_roles(&world), ["PrimaryNotReplicating Succeeded", "none none"]);
    let check = format!("{}/disasterRecoveryConfigs/CheckNameAvailability", namespace("bus-one"));
    let is_free = || post(&world, &check, json!({ "name": "orders" })).value()["nameAvailable"].clone();
    assert_eq!(is_free(), false);
    accepted(&delete(&world, &alias("bus-one")));
    assert_eq!(is_free(), true);
}

#[test]
fn a_namespace_that_goes_ends_its_pairing() {
    let world = paired();
    accepted(&delete(&world, &namespace("bus-two")));
    world.time.pass(MINUTE);
    assert_eq!(alias_roles(&world), ["PrimaryNotReplicating Succeeded", "none none"]);
}

//! Throttling and conflicts.

use std::time::Duration;

use atp_azure_sim::{Method, Response, Settings};
use serde_json::json;

use crate::support::{
    OPERATION, SUBSCRIPTION, World, accepted, group, id, network, network_body, refused, settings, storage,
    storage_body, with, world,
};

const SECOND: Duration = Duration::from_secs(1);

fn throttled() -> World {
    with(Settings { throttle: true, ..settings() })
}

fn retry_after(response: &Response) -> u64 {
    response.header("retry-after").unwrap().parse().unwrap()
}

/// How many requests in a row are let through, up to `most`.
fn burst(most: usize, send: impl Fn() -> Response) -> usize {
    (0..most).take_while(|_| send().status != 429).count()
}

/// A request by the service principal of a client.
fn by(world: &World, client: &str, method: Method, path: &str) -> Response {
    let token = format!("Bearer {}", world.simulator.token(client));
    world.send(world.request(method, path).with_header("authorization", &token))
}

#[test]
fn fact_080_who_comes_back_early_is_told_to_wait_again() {
    let world = throttled();
    assert_eq!(burst(1000, || world.get(&group("G"))), 250);
    let first = world.get(&group("G"));
    refused(&first, 429, "TooManyRequests");
    assert_eq!(retry_after(&first), 1);
    world.time.pass(SECOND / 2);
    let early = world.get(&group("G"));
    refused(&early, 429, "TooManyRequests");
    assert_eq!(retry_after(&early), 1);
    world.time.pass(SECOND / 2);
    assert_eq!(world.get(&group("G")).status, 200);
}

#[test]
fn fact_081_reads_writes_and_deletes_have_buckets_of_their_own_that_fill_again() {
    let world = throttled();
    let put = || world.put(&group("H"), json!({ "location": "westeurope" }));
    let delete = || world.delete(&format!("{}/providers/Microsoft.KeyVault/vaults/missing", group("G")));
    // One write made the group `G`.
    assert_eq!(burst(1000, put), 199);
    assert_eq!(burst(1000, || world.get(&group("G"))), 250);
    assert_eq!(burst(1000, delete), 200);
    world.time.pass(10 * SECOND);
    assert_eq!(burst(1000, put), 100);
    assert_eq!(burst(1000, || world.get(&group("G"))), 250);
    assert_eq!(burst(1000, delete), 100);
}

#[test]
fn fact_081_each_principal_and_subscription_has_its_own_and_the_tenant_too() {
    let world = throttled();
    let client = |number: usize| format!("aaaaaaaa-0000-4000-8000-{number:012}");
    assert_eq!(burst(1000, || by(&world, &client(0), Method::Get, &group("G"))), 250);
    assert_eq!(burst(1000, || by(&world, &client(1), Method::Get, &group("G"))), 250);
    let other = "/subscriptions/22222222-2222-4333-8444-555555555555";
    assert_eq!(burst(1000, || by(&world, &client(0), Method::Get, other)), 250);
    assert_eq!(burst(1000, || by(&world, &client(0), Method::Get, "/subscriptions")), 250);
}

#[test]
fn fact_081_all_principals_of_a_subscription_together_have_fifteen_times_as_much() {
    let world = throttled();
    let client = |number: usize| format!("aaaaaaaa-0000-4000-8000-{number:012}");
    let through = |number: usize| burst(1000, || by(&world, &client(number), Method::Get, &group("G")));
    assert_eq!((0..15).map(through).sum::<usize>(), 15 * 250);
    assert_eq!(through(15), 0);
}

#[test]
fn fact_082_answers_say_how_many_requests_are_left() {
    let world = throttled();
    let left = |response: &Response, name: &str| -> u64 {
        let header = response.header(&format!("x-ms-ratelimit-remaining-{name}"));
        header.unwrap_or_else(|| panic!("{name}")).parse().unwrap()
    };
    let read = world.get(&group("G"));
    assert_eq!((left(&read, "subscription-reads"), left(&read, "subscription-global-reads")), (249, 3749));
    assert_eq!(left(&world.get(&group("G")), "subscription-reads"), 248);
    assert_eq!(
        left(&world.put(&group("H"), json!({ "location": "westeurope" })), "subscription-writes"),
        198
    );
    assert_eq!(left(&world.delete(&group("H")), "subscription-deletes"), 199);
    assert_eq!(left(&world.get("/subscriptions"), "tenant-reads"), 249);
    let writes = world
        .put("/providers/Microsoft.Authorization/locks/x", json!({ "properties": { "level": "ReadOnly" } }));
    assert_eq!(left(&writes, "tenant-writes"), 199);
    let list = world.get(&format!("{SUBSCRIPTION}/providers/Microsoft.Network/virtualNetworks"));
    assert_eq!(left(&list, "subscription-resource-entities-read"), 9999);
    assert_eq!(left(&world.get(&network()), "subscription-resource-requests"), 9998);
}

#[test]
fn fact_083_the_network_service_has_limits_of_its_own() {
    let world = throttled();
    let put = || {
        world.time.pass(SECOND / 10);
        world.put(&id("Microsoft.Network/virtualNetworks/net"), json!({}))
    };
    assert_eq!(burst(2000, put), 1000);
    assert_eq!(world.put(&group("H"), json!({ "location": "westeurope" })).status, 201);
    let refusal = put();
    refused(&refusal, 429, "TooManyRequests");
    let wait = retry_after(&refusal);
    assert!((150..=300).contains(&wait), "{wait}");
    world.time.pass(wait as u32 * SECOND);
    assert_ne!(put().status, 429);
}

#[test]
fn fact_083_private_zones_are_read_500_times_in_five_minutes() {
    let world = throttled();
    let read = |path: &str| {
        world.time.pass(SECOND / 20);
        world.get(&id(path))
    };
    assert_eq!(burst(1000, || read("Microsoft.Network/privateDnsZones/a.b")), 500);
    refused(&read("Microsoft.Network/privateDnsZones/a.b/A/www"), 429, "TooManyRequests");
    assert_ne!(read("Microsoft.Network/virtualNetworks/net").status, 429);
}

#[test]
fn fact_084_the_network_service_answers_429_for_what_is_not_ready() {
    let world = world();
    let rules = id("Microsoft.Network/networkSecurityGroups/rules");
    accepted(&world.put(&rules, json!({ "location": "westeurope" })));
    let mut body = network_body();
    let properties = json!({ "addressPrefix": "10.0.0.0/24", "networkSecurityGroup": { "id": rules } });
    body["properties"]["subnets"] = json!([{ "name": "a", "properties": properties }]);
    let response = world.put(&network(), body.clone());
    refused(&response, 429, "RetryableError");
    let detail = &response.value()["error"]["details"][0];
    assert_eq!(detail["code"], "ReferencedResourceNotProvisioned");
    assert!(detail["message"].as_str().unwrap().contains(&rules), "{detail}");
    assert!(response.header("retry-after").is_some());
    world.time.pass(OPERATION);
    accepted(&world.put(&network(), body));
}

#[test]
fn fact_085_subnets_of_one_network_are_written_one_after_the_other() {
    let world = world();
    world.make(&network(), network_body());
    let subnet = |name: &str| format!("{}/subnets/{name}", network());
    let body = |third: u8| json!({ "properties": { "addressPrefix": format!("10.0.{third}.0/24") } });
    accepted(&world.put(&subnet("a"), body(1)));
    let response = world.put(&subnet("b"), body(2));
    refused(&response, 409, "AnotherOperationInProgress");
    let message = response.value()["error"]["message"].as_str().unwrap().to_owned();
    assert!(
        message.starts_with("Another operation on this or dependent resource is in progress"),
        "{message}"
    );
    refused(&world.put(&network(), network_body()), 409, "AnotherOperationInProgress");
    world.time.pass(OPERATION);
    accepted(&world.put(&subnet("b"), body(2)));
    world.time.pass(OPERATION);
    accepted(&world.delete(&subnet("a")));
    refused(&world.put(&subnet("b"), body(3)), 409, "AnotherOperationInProgress");
}

#[test]
fn fact_086_an_account_is_written_by_one_at_a_time_and_used_when_it_is_ready() {
    let world = world();
    accepted(&world.put(&storage(), storage_body()));
    refused(&world.put(&storage(), storage_body()), 409, "StorageAccountOperationInProgress");
    let keys = format!("{}/listKeys", storage());
    refused(&world.post(&keys, json!({})), 409, "StorageAccountIsNotProvisioned");
    let blobs = format!("{}/blobServices/default", storage());
    refused(&world.put(&blobs, json!({ "properties": {} })), 409, "StorageAccountIsNotProvisioned");
    world.time.pass(OPERATION);
    accepted(&world.post(&keys, json!({})));
    accepted(&world.put(&storage(), storage_body()));
}

#[test]
fn fact_087_what_is_worth_another_try_says_when() {
    let world = throttled();
    burst(1000, || world.get(&group("G")));
    let refusal = world.get(&group("G"));
    assert_eq!(refusal.status, 429);
    world.time.pass(retry_after(&refusal) as u32 * SECOND);
    assert_eq!(world.get(&group("G")).status, 200, "the time that was named is enough");
}

use std::time::Duration;

use atp_azure_sim::{Fault, FaultAction, Method, Request, Settings, Simulator};
use serde_json::{Value, json};

use crate::support::{World, accepted, clock, group, id, network, refused, with, world};

fn body() -> Value {
    json!({ "location": "westeurope" })
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_create_is_followed_by_its_operation_until_it_succeeded() {
    let world = world(10);
    let response = world.put(&network(), body());
    assert_eq!(response.status, 201);
    assert_eq!(response.value()["properties"]["provisioningState"], "Creating");
    assert_eq!(response.header("retry-after"), Some("1"));
    let url = response.header("azure-asyncoperation").unwrap();
    assert!(url.contains("/providers/Microsoft.Network/locations/westeurope/operations/"), "{url}");
    assert_eq!(world.follow(url).value()["status"], "InProgress");
    assert_eq!(world.get(&network()).value()["properties"]["provisioningState"], "Creating");
    world.time.pass(10 * SECOND);
    let status = world.follow(url).value();
    assert_eq!(status["status"], "Succeeded");
    assert_eq!(status["startTime"], "2027-01-15T08:00:00Z");
    assert_eq!(status["endTime"], "2027-01-15T08:00:10Z");
    assert_eq!(world.get(&network()).value()["properties"]["provisioningState"], "Succeeded");
}

#[test]
fn an_operation_that_takes_no_time_is_found_finished_by_the_first_poll() {
    let world = world(0);
    let response = world.put(&network(), body());
    assert_eq!(response.value()["properties"]["provisioningState"], "Creating");
    assert_eq!(world.follow(response.header("azure-asyncoperation").unwrap()).value()["status"], "Succeeded");
}

#[test]
fn a_create_answered_with_202_is_not_there_until_it_is_done() {
    let world = world(10);
    let account = id("Microsoft.Storage/storageAccounts/data");
    let response = world.put(&account, body());
    assert_eq!((response.status, response.body.len()), (202, 0));
    let url = response.header("location").unwrap();
    refused(&world.get(&account), 404, "ResourceNotFound");
    let running = world.follow(url);
    assert_eq!((running.status, running.header("location")), (202, Some(url)));
    world.time.pass(10 * SECOND);
    let done = world.follow(url);
    assert_eq!((done.status, &done.value()["name"]), (200, &json!("data")));
    assert_eq!(world.get(&account).status, 200);
}

#[test]
fn a_delete_shows_deleting_and_then_nothing() {
    let world = world(10);
    world.put(&network(), body());
    world.time.pass(10 * SECOND);
    let response = world.delete(&network());
    assert_eq!((response.status, response.body.len()), (202, 0));
    let url = response.header("location").unwrap();
    assert_eq!(world.get(&network()).value()["properties"]["provisioningState"], "Deleting");
    assert_eq!(world.delete(&network()).header("location"), Some(url));
    assert_eq!(world.follow(url).status, 202);
    world.time.pass(10 * SECOND);
    assert_eq!(world.follow(url).status, 200);
    refused(&world.get(&network()), 404, "ResourceNotFound");
    assert_eq!(world.delete(&network()).status, 204);
}

#[test]
fn a_group_is_deleted_with_all_that_is_in_it() {
    let world = world(10);
    accepted(&world.put(&network(), body()));
    let response = world.delete(&group("G"));
    assert_eq!(response.status, 202);
    assert_eq!(world.get(&group("g")).value()["properties"]["provisioningState"], "Deleting");
    refused(&world.put(&network(), body()), 409, "ResourceGroupBeingDeleted");
    world.time.pass(10 * SECOND);
    assert_eq!(world.follow(response.header("location").unwrap()).status, 200);
    refused(&world.get(&network()), 404, "ResourceGroupNotFound");
    assert!(world.simulator.is_empty().unwrap());
}

#[test]
fn a_group_whose_network_is_in_use_elsewhere_stays() {
    let world = world(0);
    world.put(&group("H"), body());
    let security = id("Microsoft.Network/networkSecurityGroups/rules");
    world.put(&security, body());
    let subnets = json!([{ "name": "a", "properties": { "networkSecurityGroup": { "id": security } } }]);
    let other = network().replace("/G/", "/H/");
    accepted(&world.put(&other, json!({ "location": "westeurope", "properties": { "subnets": subnets } })));
    let response = world.delete(&group("G"));
    refused(&world.follow(response.header("location").unwrap()), 409, "ResourceGroupDeletionBlocked");
    assert_eq!(world.get(&group("G")).value()["properties"]["provisioningState"], "Succeeded");
}

#[test]
fn siblings_in_one_network_cannot_be_written_at_the_same_time() {
    let world = world(10);
    let subnet = |name: &str| format!("{}/subnets/{name}", network());
    world.put(&network(), body());
    refused(&world.put(&subnet("a"), json!({})), 409, "AnotherOperationInProgress");
    world.time.pass(10 * SECOND);
    accepted(&world.put(&subnet("a"), json!({})));
    refused(&world.put(&subnet("b"), json!({})), 409, "AnotherOperationInProgress");
    refused(&world.put(&network(), body()), 409, "AnotherOperationInProgress");
    accepted(&world.put(&id("Microsoft.Network/virtualNetworks/other"), body()));
    world.time.pass(10 * SECOND);
    accepted(&world.put(&subnet("b"), json!({})));
}

#[test]
fn a_failed_create_stays_as_failed_and_a_failed_update_shows_what_was_before() {
    let world = world(10);
    let fail = || {
        let action = FaultAction::FailOperation { status: 409, code: "AllocationFailed".to_owned() };
        world.simulator.inject(Fault::next(Method::Put, "virtualNetworks", action));
    };
    fail();
    let response = world.put(&network(), body());
    world.time.pass(10 * SECOND);
    let status = world.follow(response.header("azure-asyncoperation").unwrap());
    assert_eq!((status.status, &status.value()["status"]), (200, &json!("Failed")));
    assert_eq!(status.value()["error"]["code"], "AllocationFailed");
    assert_eq!(world.get(&network()).value()["properties"]["provisioningState"], "Failed");

    world.put(&network(), body());
    world.time.pass(10 * SECOND);
    fail();
    world.put(&network(), json!({ "location": "westeurope", "tags": { "a": "b" } }));
    assert_eq!(world.get(&network()).value()["tags"]["a"], "b");
    world.time.pass(10 * SECOND);
    let shown = world.get(&network()).value();
    assert_eq!((shown.get("tags"), &shown["properties"]["provisioningState"]), (None, &json!("Succeeded")));
}

#[test]
fn where_no_url_tells_how_an_update_ended_the_resource_does() {
    let settings = Settings { operation_duration: 10 * SECOND, ..Settings::default() };
    let time = clock();
    let simulator = Simulator::in_memory(atp_azure::descriptors(), settings, time.clone());
    let world = World { simulator, time };
    let put = |path: &str, version: &str, body: Value| {
        let request = Request::new(Method::Put, &format!("{path}?api-version={version}"));
        let response = world.send(request.with_json(&body));
        world.time.pass(10 * SECOND);
        accepted(&response);
        response
    };
    put(&group("G"), "2025-04-01", json!({ "location": "westeurope" }));
    let zone = id("Microsoft.Network/privateDnsZones/zone.example");
    let plain = json!({ "location": "global" });
    let tagged = json!({ "location": "global", "tags": { "a": "b" } });
    let shown = || {
        let request = Request::new(Method::Get, &format!("{zone}?api-version=2024-06-01"));
        let body = world.send(request).value();
        (body.get("tags").cloned(), body["properties"]["provisioningState"].clone())
    };
    put(&zone, "2024-06-01", plain);
    let failed = FaultAction::FailOperation { status: 409, code: "Conflict".to_owned() };
    for (action, word) in [(failed, "Failed"), (FaultAction::CancelOperation, "Canceled")] {
        world.simulator.inject(Fault::next(Method::Put, "privateDnsZones", action));
        let response = put(&zone, "2024-06-01", tagged.clone());
        assert_eq!((response.status, response.header("azure-asyncoperation")), (200, None));
        assert_eq!(shown(), (None, json!(word)));
    }
    put(&zone, "2024-06-01", tagged);
    assert_eq!(shown(), (Some(json!({ "a": "b" })), json!("Succeeded")));
}

#[test]
fn clients_in_the_same_process_can_be_told_not_to_sleep() {
    let world = with(Settings { retry_after_milliseconds: Some(0), ..Settings::default() });
    assert_eq!(world.put(&network(), body()).header("x-ms-retry-after-ms"), Some("0"));
}

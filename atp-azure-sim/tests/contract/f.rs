//! Long-running operations.

use atp_azure_sim::{Fault, FaultAction, Method, Response};
use serde_json::{Value, json};

use crate::support::{
    OPERATION, World, descriptor, group, id, network, network_body, refused, smallest_body, storage,
    storage_body, vault, vault_body, world,
};

fn zone() -> String {
    id("Microsoft.Network/privateDnsZones/audit.example")
}

fn state(world: &World, path: &str) -> Value {
    world.get(path).value()["properties"]["provisioningState"].clone()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.header(name).unwrap_or_else(|| panic!("no {name} in {response:?}"))
}

fn next(world: &World, method: Method, action: FaultAction) {
    world.simulator.inject(Fault::next(method, "virtualNetworks", action));
}

fn failure() -> FaultAction {
    FaultAction::FailOperation { status: 409, code: "AllocationFailed".to_owned() }
}

#[test]
fn fact_053_put_answers_with_the_resource_and_where_to_look() {
    let world = world();
    let created = world.put(&network(), network_body());
    assert_eq!((created.status, &created.value()["name"]), (201, &json!("net")));
    assert_eq!(created.value()["properties"]["provisioningState"], "Creating");
    assert!(header(&created, "azure-asyncoperation").starts_with("https://"));
    world.time.pass(OPERATION);
    let updated = world.put(&network(), network_body());
    assert_eq!((updated.status, &updated.value()["name"]), (200, &json!("net")));
    assert_eq!(updated.value()["properties"]["provisioningState"], "Updating");
    assert!(header(&updated, "azure-asyncoperation").starts_with("https://"));
}

#[test]
fn fact_054_patch_delete_and_post_answer_with_nothing_but_where_to_look() {
    let world = world();
    world.make(&zone(), json!({ "location": "global" }));
    let patched = world.patch(&zone(), json!({ "tags": { "a": "b" } }));
    world.time.pass(OPERATION);
    let deleted = world.delete(&zone());
    world.make(&vault(), vault_body());
    world.delete(&vault());
    let purge = "providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/secrets/purge";
    let purged = world.post(&format!("{}/{purge}", crate::support::SUBSCRIPTION), json!({}));
    for response in [patched, deleted, purged] {
        assert_eq!((response.status, response.body.len()), (202, 0), "{response:?}");
        assert!(header(&response, "location").starts_with("https://"));
        assert_eq!(header(&response, "retry-after"), "1");
    }
}

#[test]
fn fact_054_an_action_that_goes_on_is_followed_like_a_delete() {
    let world = world();
    let cluster = world.place("Microsoft.ContainerService/managedClusters");
    world.make(&cluster, smallest_body(descriptor("Microsoft.ContainerService/managedClusters")));
    let action = format!("{cluster}/rotateClusterCertificates");
    let response = world.post(&action, json!({}));
    assert_eq!((response.status, response.body.len()), (202, 0), "{response:?}");
    let url = header(&response, "location").to_owned();
    assert_eq!(world.follow(&url).status, 202);
    refused(&world.post(&action, json!({})), 409, "AnotherOperationInProgress");
    world.time.pass(OPERATION);
    assert_eq!(world.follow(&url).status, 200);
    assert_eq!(state(&world, &cluster), json!("Succeeded"));
}

#[test]
fn fact_055_an_operation_ends_as_succeeded_failed_or_canceled() {
    for (action, end) in
        [(None, "Succeeded"), (Some(failure()), "Failed"), (Some(FaultAction::CancelOperation), "Canceled")]
    {
        let world = world();
        if let Some(action) = action {
            next(&world, Method::Put, action);
        }
        let url = header(&world.put(&network(), network_body()), "azure-asyncoperation").to_owned();
        let running = world.follow(&url).value();
        assert!(
            !["Succeeded", "Failed", "Canceled"].contains(&running["status"].as_str().unwrap()),
            "{running}"
        );
        world.time.pass(OPERATION);
        assert_eq!(world.follow(&url).value()["status"], end);
        assert_eq!(state(&world, &network()), json!(end));
    }
}

#[test]
fn fact_055_a_resource_without_a_state_is_done() {
    let world = world();
    let path = id("Microsoft.ManagedIdentity/userAssignedIdentities/who");
    let response = world.put(&path, json!({ "location": "westeurope" }));
    assert_eq!(response.status, 201);
    assert!(response.value()["properties"].get("provisioningState").is_none(), "{}", response.value());
    assert_eq!((response.header("location"), response.header("azure-asyncoperation")), (None, None));
}

#[test]
fn fact_056_the_status_is_read_with_200_whatever_became_of_the_operation() {
    let world = world();
    let url = header(&world.put(&network(), network_body()), "azure-asyncoperation").to_owned();
    let running = world.follow(&url);
    assert_eq!((running.status, &running.value()["status"]), (200, &json!("InProgress")));
    assert_eq!(running.value()["startTime"], "2027-01-15T08:00:00Z");
    world.time.pass(OPERATION);
    let done = world.follow(&url);
    assert_eq!(done.status, 200);
    let done = done.value();
    assert_eq!(done["endTime"], "2027-01-15T08:00:10Z");
    assert_eq!(done["percentComplete"], 100);
    assert!(done["id"].as_str().unwrap().ends_with(done["name"].as_str().unwrap()), "{done}");
    assert!(done["properties"].is_object() && done.get("error").is_none(), "{done}");
    next(&world, Method::Put, failure());
    let url = header(&world.put(&network(), network_body()), "azure-asyncoperation").to_owned();
    world.time.pass(OPERATION);
    let failed = world.follow(&url);
    assert_eq!((failed.status, &failed.value()["error"]["code"]), (200, &json!("AllocationFailed")));
    assert!(failed.value()["error"]["message"].is_string() && failed.value().get("properties").is_none());
}

#[test]
fn fact_057_the_location_answers_202_and_then_as_the_call_would_have() {
    let world = world();
    let url = header(&world.put(&storage(), storage_body()), "location").to_owned();
    let running = world.follow(&url);
    assert_eq!((running.status, running.body.len(), header(&running, "location")), (202, 0, url.as_str()));
    world.time.pass(OPERATION);
    let done = world.follow(&url);
    assert_eq!((done.status, &done.value()["name"]), (200, &json!("data")));
    world.make(&network(), network_body());
    let url = header(&world.delete(&network()), "location").to_owned();
    assert_eq!(world.follow(&url).status, 202);
    world.time.pass(OPERATION);
    let done = world.follow(&url);
    assert!([200, 204].contains(&done.status) && done.body.is_empty(), "{done:?}");
}

#[test]
fn fact_061_urls_are_absolute_and_on_the_host_that_the_client_used() {
    let world = world();
    let request = world.request(Method::Put, &network()).with_json(&network_body());
    let response = world.send(request.with_header("host", "localhost:7"));
    let url = header(&response, "azure-asyncoperation");
    assert!(url.starts_with("https://localhost:7/subscriptions/") && url.len() < 4096, "{url}");
}

#[test]
fn fact_062_the_wait_is_a_whole_number_of_seconds_and_not_zero() {
    let world = world();
    let started = world.put(&network(), network_body());
    let polled = world.follow(header(&started, "azure-asyncoperation"));
    for response in [started, polled] {
        assert_eq!(header(&response, "retry-after"), "1");
        assert_eq!(response.header("x-ms-retry-after-ms"), None);
    }
}

#[test]
fn fact_064_a_create_that_goes_on_is_shown_unless_it_was_answered_with_202() {
    let world = world();
    world.put(&network(), network_body());
    assert_eq!(state(&world, &network()), json!("Creating"));
    assert_eq!(world.put(&storage(), storage_body()).status, 202);
    refused(&world.get(&storage()), 404, "ResourceNotFound");
    world.time.pass(OPERATION);
    assert_eq!(
        (state(&world, &network()), state(&world, &storage())),
        (json!("Succeeded"), json!("Succeeded"))
    );
}

#[test]
fn fact_065_a_failed_update_shows_what_was_before() {
    let world = world();
    world.make(&network(), network_body());
    next(&world, Method::Put, failure());
    let mut body = network_body();
    body["tags"] = json!({ "a": "b" });
    world.put(&network(), body);
    assert_eq!(world.get(&network()).value()["tags"], json!({ "a": "b" }));
    world.time.pass(OPERATION);
    let shown = world.get(&network()).value();
    assert_eq!((shown.get("tags"), &shown["properties"]["provisioningState"]), (None, &json!("Succeeded")));
}

#[test]
fn fact_066_a_resource_is_deleting_and_then_gone_and_its_operation_still_answers() {
    let world = world();
    world.make(&network(), network_body());
    let url = header(&world.delete(&network()), "location").to_owned();
    assert!(!url.contains("resourceGroups"), "{url}");
    assert_eq!(state(&world, &network()), json!("Deleting"));
    world.time.pass(OPERATION);
    refused(&world.get(&network()), 404, "ResourceNotFound");
    let group_url = header(&world.delete(&group("G")), "location").to_owned();
    world.time.pass(OPERATION);
    for url in [url, group_url] {
        assert!([200, 204].contains(&world.follow(&url).status), "{url}");
    }
}

#[test]
fn fact_067_each_service_has_its_own_forms() {
    let world = world();
    let seen = |response: &Response| {
        let has = |name: &str| response.header(name).is_some();
        (response.status, has("azure-asyncoperation"), has("location"))
    };
    // A network: 201 and the status URL; 202 and the location for DELETE.
    assert_eq!(seen(&world.put(&network(), network_body())), (201, true, false));
    world.time.pass(OPERATION);
    assert_eq!(seen(&world.put(&network(), network_body())), (200, true, false));
    world.time.pass(OPERATION);
    assert_eq!(seen(&world.delete(&network())), (202, false, true));
    // A storage account: 202 and the location; DELETE at once.
    assert_eq!(seen(&world.put(&storage(), storage_body())), (202, false, true));
    world.time.pass(OPERATION);
    assert_eq!(seen(&world.delete(&storage())), (200, false, false));
    assert_eq!(world.delete(&storage()).status, 204);
    // A vault: 201 and the location; DELETE at once.
    assert_eq!(seen(&world.put(&vault(), vault_body())), (201, false, true));
    world.time.pass(OPERATION);
    assert_eq!(seen(&world.delete(&vault())), (200, false, false));
}

#[test]
fn fact_067_clusters_databases_and_accounts_have_theirs() {
    let forms = |type_name: &str| {
        let world = world();
        let path = world.place(type_name);
        let body = || smallest_body(descriptor(type_name));
        let seen = |response: Response| {
            let has = |name: &str| response.header(name).is_some();
            world.time.pass(OPERATION);
            (response.status, has("azure-asyncoperation"), has("location"))
        };
        [seen(world.put(&path, body())), seen(world.put(&path, body())), seen(world.delete(&path))]
    };
    let cluster = forms("Microsoft.ContainerService/managedClusters");
    assert_eq!(cluster, [(201, true, false), (200, true, false), (202, true, true)]);
    // A server does not show its state: without 202 nobody could tell that it is not there yet.
    let server = forms("Microsoft.Sql/servers");
    assert_eq!(server, [(202, false, true), (202, false, true), (202, false, true)]);
    let account = forms("Microsoft.DocumentDB/databaseAccounts");
    assert_eq!(account, [(200, false, true), (200, false, true), (202, true, true)]);
}

#[test]
fn fact_068_the_urls_of_operations_are_those_of_each_service() {
    let world = world();
    let path = |url: &str| {
        let (_, rest) = url.split_once("/subscriptions/11111111-2222-4333-8444-555555555555/").unwrap();
        rest.to_owned()
    };
    let storage = header(&world.put(&storage(), storage_body()), "location").to_owned();
    let url = path(&storage);
    assert!(url.starts_with("providers/Microsoft.Storage/operations/"), "{url}");
    assert!(url.contains("?monitor=true&api-version="), "{url}");
    assert_eq!(world.follow(&storage).status, 202);
    let url = path(header(&world.put(&network(), network_body()), "azure-asyncoperation"));
    assert!(url.starts_with("providers/Microsoft.Network/locations/westeurope/operations/"), "{url}");
    world.time.pass(OPERATION);
    assert_eq!(world.follow(&storage).status, 200);
    let group = header(&world.delete(&group("G")), "location").to_owned();
    assert!(path(&group).starts_with("operationresults/"), "{group}");
    assert_eq!(world.follow(&group).status, 202);
}

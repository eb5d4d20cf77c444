//! Conditional requests.

use atp_azure_sim::{Method, Response};
use serde_json::{Value, json};

use crate::support::{
    OPERATION, World, descriptor, id, network, network_body, refused, smallest_body, world,
};

fn zone() -> String {
    id("Microsoft.Network/privateDnsZones/audit.example")
}

fn send(world: &World, method: Method, path: &str, body: Value, header: (&str, &str)) -> Response {
    world.send(world.request(method, path).with_json(&body).with_header(header.0, header.1))
}

fn here() -> Value {
    json!({ "location": "global" })
}

#[test]
fn fact_048_the_conditions_of_a_put() {
    let world = world();
    let put = |header: &str, value: &str| send(&world, Method::Put, &zone(), here(), (header, value));
    refused(&put("if-match", "*"), 412, "PreconditionFailed");
    refused(&put("if-match", "\"x\""), 412, "PreconditionFailed");
    assert_eq!(put("if-none-match", "*").status, 201);
    world.time.pass(OPERATION);
    refused(&put("if-none-match", "*"), 412, "PreconditionFailed");
    refused(&put("if-match", "\"x\""), 412, "PreconditionFailed");
    let etag = world.get(&zone()).header("etag").unwrap().to_owned();
    assert_eq!(put("if-match", &etag).status, 200);
    world.time.pass(OPERATION);
    refused(&put("if-match", &etag), 412, "PreconditionFailed");
    assert_eq!(put("if-match", "*").status, 200);
}

#[test]
fn fact_049_the_conditions_of_patch_and_delete() {
    let world = world();
    let tags = || json!({ "tags": { "a": "b" } });
    refused(&send(&world, Method::Patch, &zone(), tags(), ("if-match", "\"x\"")), 404, "ResourceNotFound");
    assert_eq!(send(&world, Method::Delete, &zone(), json!({}), ("if-match", "\"x\"")).status, 204);
    world.make(&zone(), here());
    refused(&send(&world, Method::Patch, &zone(), tags(), ("if-match", "\"x\"")), 412, "PreconditionFailed");
    refused(
        &send(&world, Method::Delete, &zone(), json!({}), ("if-match", "\"x\"")),
        412,
        "PreconditionFailed",
    );
    let etag = world.get(&zone()).header("etag").unwrap().to_owned();
    assert!(send(&world, Method::Delete, &zone(), json!({}), ("if-match", &etag)).status < 300);
}

#[test]
fn fact_050_the_etag_is_the_same_in_body_and_header_and_changes_with_each_write() {
    let world = world();
    let mut seen = Vec::new();
    for number in 0..3 {
        let mut body = network_body();
        body["tags"] = json!({ "number": number.to_string() });
        let answers = [world.put(&network(), body), world.get(&network())];
        for response in &answers {
            assert_eq!(response.header("etag"), response.value()["etag"].as_str(), "{number}");
        }
        world.time.pass(OPERATION);
        seen.push(world.get(&network()).header("etag").unwrap().to_owned());
    }
    seen.dedup();
    assert_eq!(seen.len(), 3);
}

#[test]
fn fact_051_dns_zones_clusters_pools_and_scheduled_actions_take_conditions() {
    for type_name in [
        "Microsoft.Network/dnsZones",
        "Microsoft.Network/dnsZones/A",
        "Microsoft.ContainerService/managedClusters",
        "Microsoft.ContainerService/managedClusters/agentPools",
        "Microsoft.CostManagement/scheduledActions",
    ] {
        let world = world();
        let path = world.place(type_name);
        let put = |header: (&str, &str)| {
            let response = send(&world, Method::Put, &path, smallest_body(descriptor(type_name)), header);
            world.time.pass(OPERATION);
            response.status
        };
        assert_eq!(put(("if-match", "*")), 412, "{path}");
        assert!(put(("if-none-match", "*")) < 300, "{path}");
        assert_eq!(put(("if-none-match", "*")), 412, "{path}");
        assert_eq!(put(("if-match", "\"x\"")), 412, "{path}");
        assert!(put(("if-match", "*")) < 300, "{path}");
    }
}

#[test]
fn fact_051_zones_links_and_records_take_conditions() {
    let world = world();
    let net = world.make(&network(), network_body());
    let link = json!({
        "location": "global",
        "properties": { "registrationEnabled": false, "virtualNetwork": { "id": net["id"] } },
    });
    let record = json!({ "properties": { "ttl": 60, "aRecords": [{ "ipv4Address": "10.0.0.4" }] } });
    let all = [
        (zone(), here()),
        (format!("{}/virtualNetworkLinks/net", zone()), link),
        (format!("{}/A/www", zone()), record),
    ];
    for (path, body) in all {
        let put = |header| send(&world, Method::Put, &path, body.clone(), header).status;
        assert_eq!(put(("if-match", "*")), 412, "{path}");
        assert!(put(("if-none-match", "*")) < 300, "{path}");
        world.time.pass(OPERATION);
        assert_eq!(put(("if-none-match", "*")), 412, "{path}");
    }
}

const CONTAINER: &str = "Microsoft.Storage/storageAccounts/blobServices/containers";

#[test]
fn fact_052_an_immutability_policy_is_locked_extended_and_deleted_only_on_condition() {
    let world = world();
    let path = world.place(&format!("{CONTAINER}/immutabilityPolicies"));
    let days = |days: i64| json!({ "properties": { "immutabilityPeriodSinceCreationInDays": days } });
    let created = world.put(&path, days(3));
    assert_eq!(created.status, 200);
    let etag = created.header("etag").unwrap().to_owned();
    assert_eq!(world.get(&path).header("etag"), Some(etag.as_str()));
    refused(&world.delete(&path), 400, "MissingRequiredHeader");
    refused(&world.post(&format!("{path}/lock"), json!({})), 400, "MissingRequiredHeader");
    let act = |action: &str, body: Value, etag: &str| {
        send(&world, Method::Post, &format!("{path}/{action}"), body, ("if-match", etag))
    };
    refused(&act("lock", json!({}), "\"x\""), 412, "PreconditionFailed");
    refused(&act("extend", days(5), &etag), 409, "OperationNotAllowedOnImmutabilityPolicy");
    let locked = act("lock", json!({}), &etag);
    assert_eq!((locked.status, &locked.value()["properties"]["state"]), (200, &json!("Locked")));
    refused(&act("extend", days(5), &etag), 412, "PreconditionFailed");
    let etag = locked.header("etag").unwrap().to_owned();
    refused(&act("extend", days(1), &etag), 400, "InvalidParameter");
    let extended = act("extend", days(5), &etag).value();
    assert_eq!(extended["properties"]["immutabilityPeriodSinceCreationInDays"], 5);
    let deleted = send(&world, Method::Delete, &path, json!({}), ("if-match", "*"));
    assert_eq!(deleted.status, 200);
    assert!(deleted.header("etag").is_some());
}

#[test]
fn fact_052_a_container_is_created_with_201_and_an_etag() {
    let world = world();
    let path = world.place(CONTAINER);
    for status in [201, 200] {
        let response = world.put(&path, json!({ "properties": {} }));
        assert_eq!((response.status, response.header("etag").is_some()), (status, true), "{response:?}");
    }
}

//! Storage accounts: retention that is locked, and copies of blobs.

use atp_azure_sim::{Method, Request, Response, Settings, Simulator};
use serde_json::{Value, json};

use crate::support::{World, accepted, clock, group, id};

const VERSION: &str = "2026-04-01";

/// The whole catalog.
fn world() -> World {
    let time = clock();
    let simulator = Simulator::in_memory(atp_azure::descriptors(), Settings::default(), time.clone());
    let world = World { simulator, time };
    accepted(&send(&world, &group("G"), "2025-04-01", json!({ "location": "westeurope" })));
    world
}

fn send(world: &World, path: &str, version: &str, body: Value) -> Response {
    world.send(Request::new(Method::Put, &format!("{path}?api-version={version}")).with_json(&body))
}

fn put(world: &World, path: &str, body: Value) -> Response {
    send(world, path, VERSION, body)
}

fn account(name: &str) -> String {
    id(&format!("Microsoft.Storage/storageAccounts/{name}"))
}

fn body(state: &str, days: u32) -> Value {
    let policy = json!({ "state": state, "immutabilityPeriodSinceCreationInDays": days,
        "allowProtectedAppendWrites": false });
    json!({ "location": "westeurope", "kind": "StorageV2", "sku": { "name": "Standard_ZRS" },
        "properties": { "immutableStorageWithVersioning": { "enabled": true, "immutabilityPolicy": policy } } })
}

#[test]
fn an_account_is_locked_after_it_is_made_and_its_retention_only_becomes_longer_then() {
    let world = world();
    let archive = account("archive");
    let refused = |body: Value, problem: &str| {
        let answer = put(&world, &archive, body);
        assert_eq!(answer.status, 400);
        assert!(
            answer.value()["error"]["message"].as_str().unwrap().contains(problem),
            "{:?}",
            answer.value()
        );
    };
    refused(body("Locked", 7), "can be locked then");
    for good in [body("Unlocked", 30), body("Unlocked", 7), body("Locked", 7), body("Locked", 8)] {
        accepted(&put(&world, &archive, good));
    }
    refused(body("Unlocked", 8), "stays locked");
    refused(body("Locked", 7), "can only become longer");
    // What is left out stays.
    let without = json!({ "location": "westeurope", "kind": "StorageV2", "sku": { "name": "Standard_ZRS" },
        "properties": {} });
    accepted(&put(&world, &archive, without));
    refused(body("Unlocked", 8), "stays locked");
}

#[test]
fn a_replication_policy_is_named_where_copies_arrive_and_is_the_same_where_they_come_from() {
    let world = world();
    let plain =
        || json!({ "location": "westeurope", "kind": "StorageV2", "sku": { "name": "Standard_ZRS" } });
    let (from, to) = (account("source"), account("target"));
    for path in [&from, &to] {
        accepted(&put(&world, path, plain()));
    }
    let policy = |rule: Option<&str>| {
        let rule = json!({ "sourceContainer": "a", "destinationContainer": "a", "ruleId": rule });
        let rule: serde_json::Map<String, Value> =
            rule.as_object().unwrap().clone().into_iter().filter(|(_, value)| !value.is_null()).collect();
        json!({ "properties": { "sourceAccount": from, "destinationAccount": to, "rules": [rule] } })
    };
    let named = |account: &str, name: &str| format!("{account}/objectReplicationPolicies/{name}");
    assert_eq!(put(&world, &named(&from, "default"), policy(None)).status, 400, "copies arrive elsewhere");
    let made = put(&world, &named(&to, "default"), policy(None)).value();
    let name = made["properties"]["policyId"].as_str().unwrap();
    assert_eq!(made["id"], named(&to, name));
    let rule = made["properties"]["rules"][0]["ruleId"].as_str().unwrap();
    // Making it again changes the one that there is.
    assert_eq!(put(&world, &named(&to, "default"), policy(Some(rule))).value()["id"], made["id"]);
    assert_eq!(put(&world, &named(&from, name), policy(None)).status, 400, "the rule has an id");
    assert_eq!(put(&world, &named(&from, "other"), policy(Some(rule))).status, 400, "no such policy");
    let leaving = put(&world, &named(&from, name), policy(Some(rule))).value();
    assert_eq!(leaving["properties"]["rules"], made["properties"]["rules"]);
}

#[test]
fn a_subscription_begins_with_a_rule_that_lets_everything_through() {
    let world = world();
    let namespace = id("Microsoft.ServiceBus/namespaces/messages");
    let put = |path: &str, body: Value| send(&world, path, "2026-01-01", body);
    accepted(&put(&namespace, json!({ "location": "westeurope", "sku": { "name": "Standard" } })));
    let topic = format!("{namespace}/topics/events");
    accepted(&put(&topic, json!({ "properties": {} })));
    let subscription = format!("{topic}/subscriptions/all");
    accepted(&put(&subscription, json!({ "properties": {} })));
    let rule = format!("{subscription}/rules/$Default?api-version=2026-01-01");
    let rule = world.send(Request::new(Method::Get, &rule)).value();
    assert_eq!(rule["properties"]["sqlFilter"]["sqlExpression"], "1=1");
}

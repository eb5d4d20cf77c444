//! What-if.

use serde_json::{Value, json};

use super::deployments::{deploy, deployment, resource, template};
use crate::support::{OPERATION, World, id, network, network_body, refused, world};

/// The changes that what-if says, once its operation is done.
#[track_caller]
fn changes(world: &World, body: Value) -> Vec<Value> {
    let response = world.post(&format!("{}/whatIf", deployment("d")), body);
    assert_eq!(response.status, 202, "{}", response.value());
    let location = response.header("location").unwrap().to_owned();
    assert!(response.header("retry-after").is_some());
    assert_eq!(world.follow(&location).status, 202);
    world.time.pass(OPERATION);
    let answer = world.follow(&location);
    assert_eq!((answer.status, &answer.value()["status"]), (200, &json!("Succeeded")));
    answer.value()["properties"]["changes"].as_array().unwrap().clone()
}

fn kinds(changes: &[Value]) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let name = |change: &Value| text(&change["resourceId"]).rsplit('/').next().unwrap().to_owned();
    changes.iter().map(|change| (name(change), text(&change["changeType"]))).collect()
}

fn pair(name: &str, kind: &str) -> (String, String) {
    (name.to_owned(), kind.to_owned())
}

fn networks() -> Value {
    let mut changed = network_body();
    changed["properties"]["addressSpace"]["addressPrefixes"] = json!(["10.0.0.0/16", "10.1.0.0/16"]);
    changed["properties"]["subnets"] = json!([]);
    let kind = "Microsoft.Network/virtualNetworks";
    template(json!([resource(kind, "net", changed), resource(kind, "new", network_body())]))
}

#[test]
fn fact_107_what_if_says_what_would_be_created_changed_and_left_alone() {
    let world = world();
    world.make(&network(), network_body());
    world.make(&id("Microsoft.Network/virtualNetworks/other"), network_body());
    let found = changes(&world, deploy("Incremental", networks(), json!({})));
    assert_eq!(kinds(&found), [pair("net", "Modify"), pair("new", "Create"), pair("other", "Ignore")]);
    let delta = &found[0]["delta"];
    let prefixes = json!({
        "path": "properties.addressSpace.addressPrefixes",
        "propertyChangeType": "Array",
        "children": [{ "path": "1", "propertyChangeType": "Create", "after": "10.1.0.0/16" }],
    });
    assert_eq!(delta, &json!([prefixes]));
    assert_eq!(found[0]["before"]["properties"]["addressSpace"]["addressPrefixes"], json!(["10.0.0.0/16"]));
    assert_eq!(found[1]["after"]["location"], "westeurope");
    assert_eq!(world.get(&id("Microsoft.Network/virtualNetworks/new")).status, 404);
}

#[test]
fn fact_107_a_complete_what_if_says_what_would_be_deleted() {
    let world = world();
    world.make(&id("Microsoft.Network/virtualNetworks/other"), network_body());
    let found = changes(&world, deploy("Complete", networks(), json!({})));
    assert_eq!(kinds(&found), [pair("net", "Create"), pair("new", "Create"), pair("other", "Delete")]);
}

#[test]
fn fact_107_what_a_template_lacks_is_shown_as_deleted() {
    let world = world();
    let mut body = network_body();
    body["tags"] = json!({ "a": "b" });
    body["properties"]["flowTimeoutInMinutes"] = json!(10);
    body["properties"]["subnets"] = json!([]);
    world.make(&network(), body);
    let whole = template(json!([resource("Microsoft.Network/virtualNetworks", "net", network_body())]));
    let found = changes(&world, deploy("Incremental", whole, json!({})));
    let deleted =
        |path: &str, before: Value| json!({ "path": path, "propertyChangeType": "Delete", "before": before });
    let delta = found[0]["delta"].as_array().unwrap();
    assert!(delta.contains(&deleted("tags", json!({ "a": "b" }))), "{delta:?}");
    assert!(delta.contains(&deleted("properties.flowTimeoutInMinutes", json!(10))), "{delta:?}");
}

#[test]
fn fact_107_the_same_again_is_no_change() {
    let world = world();
    let mut body = network_body();
    body["properties"]["subnets"] = json!([]);
    world.make(&network(), body.clone());
    let whole = template(json!([resource("Microsoft.Network/virtualNetworks", "net", body)]));
    let found = changes(&world, deploy("Incremental", whole, json!({})));
    assert_eq!(kinds(&found), [pair("net", "NoChange")], "{}", found[0]["delta"]);
}

#[test]
fn fact_107_ids_only_leave_the_bodies_out() {
    let world = world();
    world.make(&network(), network_body());
    let mut body = deploy("Incremental", networks(), json!({}));
    body["properties"]["whatIfSettings"] = json!({ "resultFormat": "ResourceIdOnly" });
    let found = changes(&world, body.clone());
    assert_eq!(found[0], json!({ "resourceId": network(), "changeType": "Deploy" }));
    assert_eq!(kinds(&found)[1], pair("new", "Create"));
    body["properties"]["whatIfSettings"]["resultFormat"] = json!("Everything");
    refused(&world.post(&format!("{}/whatIf", deployment("d")), body), 400, "InvalidParameter");
}

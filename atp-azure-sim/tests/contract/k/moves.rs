//! Moves of resources between groups, and actions.

use atp_azure_sim::Response;
use serde_json::{Value, json};

use crate::support::{
    OPERATION, SUBSCRIPTION, World, accepted, group, id, network, network_body, refused, storage,
    storage_body, vault, vault_body, world,
};

fn two_groups() -> World {
    let world = world();
    world.put(&group("H"), json!({ "location": "westeurope" }));
    world
}

fn send(world: &World, action: &str, resources: Value, target: &str) -> Response {
    let body = json!({ "resources": resources, "targetResourceGroup": target });
    world.post(&format!("{}/{action}", group("G")), body)
}

fn move_all(world: &World, resources: Value) -> Response {
    send(world, "moveResources", resources, &group("H"))
}

fn in_h(rest: &str) -> String {
    format!("{}/providers/{rest}", group("H"))
}

#[test]
fn fact_109_resources_move_with_their_children_behind_a_location() {
    let world = two_groups();
    world.make(&id("Microsoft.Network/networkSecurityGroups/rules"), json!({ "location": "westeurope" }));
    let rules = id("Microsoft.Network/networkSecurityGroups/rules");
    let properties = json!({ "addressPrefix": "10.0.0.0/24", "networkSecurityGroup": { "id": rules } });
    let mut body = network_body();
    body["properties"]["subnets"] = json!([{ "name": "a", "properties": properties }]);
    let before = world.make(&network(), body);
    assert_eq!(send(&world, "validateMoveResources", json!([network(), rules]), &group("H")).status, 204);
    let response = move_all(&world, json!([network(), rules]));
    assert_eq!((response.status, response.body.is_empty()), (202, true));
    let location = response.header("location").unwrap().to_owned();
    assert_eq!((world.follow(&location).status, world.get(&network()).status), (202, 200));
    world.time.pass(OPERATION);
    assert_eq!(world.follow(&location).status, 204);
    assert_eq!(world.get(&network()).status, 404);
    let after = world.get(&in_h("Microsoft.Network/virtualNetworks/net")).value();
    assert_eq!(after["id"], json!(in_h("Microsoft.Network/virtualNetworks/net")));
    assert_eq!(after["properties"]["resourceGuid"], before["properties"]["resourceGuid"]);
    let subnet = &after["properties"]["subnets"][0];
    assert_eq!(subnet["id"], json!(in_h("Microsoft.Network/virtualNetworks/net/subnets/a")));
    let moved_rules = in_h("Microsoft.Network/networkSecurityGroups/rules");
    assert_eq!(subnet["properties"]["networkSecurityGroup"]["id"], json!(moved_rules));
    // It is still in use, where it is now.
    refused(&world.delete(&moved_rules), 400, "InUseNetworkSecurityGroupCannotBeDeleted");
}

#[test]
fn fact_109_moves_that_make_no_sense_are_refused() {
    let world = two_groups();
    world.make(&network(), network_body());
    let subnet = format!("{}/subnets/a", network());
    world.make(&subnet, json!({ "properties": { "addressPrefix": "10.0.0.0/24" } }));
    let identity = id("Microsoft.ManagedIdentity/userAssignedIdentities/app");
    world.make(&identity, json!({ "location": "westeurope" }));
    refused(&send(&world, "moveResources", json!([network()]), &group("G")), 400, "InvalidMoveTarget");
    for (resource, code) in [(&subnet, "ResourceNotTopLevel"), (&identity, "ResourceMoveNotSupported")] {
        let response = move_all(&world, json!([resource]));
        refused(&response, 400, "CannotMoveResource");
        assert_eq!(response.value()["error"]["details"][0]["code"], code);
    }
    let many: Vec<String> =
        (0..801).map(|n| id(&format!("Microsoft.Network/virtualNetworks/n{n}"))).collect();
    refused(&move_all(&world, json!(many)), 400, "MoveResourcesQuotaExceeded");
    refused(&move_all(&world, json!([])), 400, "InvalidParameter");
    refused(&move_all(&world, json!([vault()])), 404, "ResourceNotFound");
    refused(
        &send(&world, "moveResources", json!([network()]), &group("missing")),
        404,
        "ResourceGroupNotFound",
    );
    assert_eq!(world.get(&network()).status, 200);
}

#[test]
fn fact_109_locks_and_twins_at_the_target_are_conflicts() {
    let world = two_groups();
    world.make(&network(), network_body());
    world.make(&in_h("Microsoft.Network/virtualNetworks/net"), network_body());
    refused(&move_all(&world, json!([network()])), 409, "ResourceMoveConflict");
    world.delete(&in_h("Microsoft.Network/virtualNetworks/net"));
    world.time.pass(OPERATION);
    for scope in [network(), group("H")] {
        let lock = format!("{scope}/providers/Microsoft.Authorization/locks/keep");
        accepted(&world.put(&lock, json!({ "properties": { "level": "ReadOnly" } })));
        refused(&move_all(&world, json!([network()])), 409, "ScopeLocked");
        accepted(&world.delete(&lock));
    }
    accepted(&world.patch(&network(), json!({ "tags": { "a": "b" } })));
    accepted(&move_all(&world, json!([network()])));
}

#[test]
fn fact_110_actions_are_posted_to_what_is_there() {
    let world = world();
    let keys = format!("{}/listKeys", storage());
    refused(&world.post(&keys, json!({})), 404, "ResourceNotFound");
    world.make(&storage(), storage_body());
    let answer = world.post(&keys, json!({}));
    assert_eq!((answer.status, &answer.value()["keys"][0]["keyName"]), (200, &json!("key1")));
    assert_eq!(world.post(&keys, json!({})).value(), answer.value(), "reading keys changes none");
    refused(&world.get(&keys), 404, "InvalidResourceType");
    refused(&world.post(&format!("{}/listNothing", storage()), json!({})), 405, "MethodNotAllowed");
    let missing = format!("{}/providers/Microsoft.Storage/storageAccounts/data/listKeys", group("missing"));
    refused(&world.post(&missing, json!({})), 404, "ResourceGroupNotFound");
}

#[test]
fn fact_110_a_group_is_exported_as_a_template_that_can_be_deployed() {
    let world = two_groups();
    world.make(&network(), network_body());
    world.make(&vault(), vault_body());
    let export = world.post(&format!("{}/exportTemplate", group("G")), json!({ "resources": ["*"] }));
    let template = export.value()["template"].clone();
    let names: Vec<&str> =
        template["resources"].as_array().unwrap().iter().map(|r| r["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["secrets", "net"]);
    let one = world.post(&format!("{}/exportTemplate", group("G")), json!({ "resources": [network()] }));
    let mut template = one.value()["template"].clone();
    assert_eq!(template["resources"].as_array().unwrap().len(), 1);
    template["resources"][0]["name"] = json!("copy");
    let deployment = in_h("Microsoft.Resources/deployments/again");
    accepted(
        &world.put(&deployment, json!({ "properties": { "mode": "Incremental", "template": template } })),
    );
    world.time.pass(OPERATION);
    let shown = world.get(&deployment).value();
    assert_eq!(shown["properties"]["provisioningState"], "Succeeded", "{shown}");
    assert_eq!(world.get(&in_h("Microsoft.Network/virtualNetworks/copy")).status, 200);
    refused(
        &world.post(&format!("{SUBSCRIPTION}/resourceGroups/missing/exportTemplate"), json!({})),
        404,
        "ResourceGroupNotFound",
    );
}

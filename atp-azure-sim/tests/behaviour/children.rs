use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{World, accepted, id, network, refused, world};

fn put_network(world: &World, subnets: Value) -> Value {
    let response =
        world.put(&network(), json!({ "location": "westeurope", "properties": { "subnets": subnets } }));
    accepted(&response);
    response.value()
}

fn subnet(name: &str) -> String {
    format!("{}/subnets/{name}", network())
}

fn names(network: &Value) -> Vec<&str> {
    network["properties"]["subnets"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect()
}

#[test]
fn subnets_in_the_body_of_a_network_are_resources_in_the_order_sent() {
    let world = world(0);
    put_network(
        &world,
        json!([{ "name": "b" }, { "name": "a", "properties": { "addressPrefix": "10.0.0.0/24" } }]),
    );
    let shown = world.get(&subnet("a")).value();
    assert_eq!(shown["properties"]["addressPrefix"], "10.0.0.0/24");
    assert_eq!(shown["properties"]["provisioningState"], "Succeeded");
    assert_eq!(names(&world.get(&network()).value()), ["b", "a"]);
}

#[test]
fn a_network_without_a_list_keeps_its_subnets_and_with_one_drops_the_others() {
    let world = world(0);
    put_network(&world, Value::Null);
    assert_eq!(world.get(&network()).value()["properties"]["subnets"], json!([]));
    accepted(&world.put(&subnet("a"), json!({ "properties": { "addressPrefix": "10.0.0.0/24" } })));
    assert_eq!(names(&put_network(&world, Value::Null)), ["a"]);
    assert_eq!(names(&put_network(&world, json!([{ "name": "b" }]))), ["b"]);
    refused(&world.get(&subnet("a")), 404, "ResourceNotFound");
}

#[test]
fn a_patch_of_the_tags_keeps_the_subnets() {
    let world = world(0);
    put_network(&world, json!([{ "name": "a" }]));
    assert_eq!(names(&world.patch(&network(), json!({ "tags": { "a": "b" } })).value()), ["a"]);
}

#[test]
fn a_subnet_needs_a_name_of_its_own() {
    let world = world(0);
    for subnets in [json!([{}]), json!([{ "name": "a" }, { "name": "A" }])] {
        let body = json!({ "location": "westeurope", "properties": { "subnets": subnets } });
        refused(&world.put(&network(), body), 400, "InvalidParameter");
    }
}

#[test]
fn a_security_group_in_use_cannot_be_deleted() {
    let world = world(0);
    let security = id("Microsoft.Network/networkSecurityGroups/rules");
    world.put(&security, json!({ "location": "westeurope" }));
    put_network(
        &world,
        json!([{ "name": "a", "properties": { "networkSecurityGroup": { "id": security } } }]),
    );
    let refusal = world.delete(&security);
    refused(&refusal, 400, "InUseNetworkSecurityGroupCannotBeDeleted");
    assert!(refusal.value()["error"]["message"].as_str().unwrap().contains(&subnet("a")));
    put_network(&world, json!([{ "name": "a" }]));
    assert_eq!(world.delete(&security).status, 202);
}

#[test]
fn a_subnet_in_use_keeps_itself_and_its_network() {
    let world = world(0);
    put_network(&world, json!([{ "name": "a" }]));
    // Anything outside of the network whose body names the subnet uses it.
    let other = id("Microsoft.Network/virtualNetworks/other");
    let used = json!([{ "name": "x", "properties": { "networkSecurityGroup": { "id": subnet("a") } } }]);
    accepted(&world.put(&other, json!({ "location": "westeurope", "properties": { "subnets": used } })));
    refused(&world.delete(&subnet("a")), 400, "InUseSubnetCannotBeDeleted");
    refused(&world.delete(&network()), 400, "InUseSubnetCannotBeDeleted");
    let without = json!({ "location": "westeurope", "properties": { "subnets": [] } });
    refused(&world.put(&network(), without), 400, "InUseSubnetCannotBeDeleted");
}

#[test]
fn what_the_service_makes_with_a_resource_is_there_as_soon_as_that_is_and_goes_with_it() {
    let world = world(10);
    let account = id("Microsoft.Storage/storageAccounts/store");
    let service = format!("{account}/blobServices/default");
    accepted(&world.put(&account, json!({ "location": "westeurope", "sku": { "name": "Standard_LRS" } })));
    world.time.pass(Duration::from_secs(10));
    assert_eq!(world.get(&service).status, 200);
    world.put(&service, json!({ "properties": { "isVersioningEnabled": true } }));
    let again = json!({ "location": "westeurope", "sku": { "name": "Standard_ZRS" }, "tags": { "a": "b" } });
    accepted(&world.put(&account, again));
    world.time.pass(Duration::from_secs(10));
    assert_eq!(world.get(&service).value()["properties"]["isVersioningEnabled"], true);
    world.delete(&account);
    assert_eq!(world.get(&service).status, 404);
}

#[test]
fn the_pools_of_a_cluster_are_shown_in_it_and_stay_when_it_is_written_without_them() {
    let world = world(0);
    let cluster = id("Microsoft.ContainerService/managedClusters/aks");
    let pool = |name: &str| format!("{cluster}/agentPools/{name}");
    let put = || {
        let system = json!({ "name": "system", "count": 1, "type": "VirtualMachineScaleSets" });
        let properties = json!({ "agentPoolProfiles": [system] });
        accepted(&world.put(&cluster, json!({ "location": "westeurope", "properties": properties })));
    };
    put();
    assert_eq!(world.get(&pool("system")).value()["properties"]["type"], "VirtualMachineScaleSets");
    accepted(&world.put(&pool("work"), json!({ "properties": { "count": 2 } })));
    put();
    let shown = world.get(&cluster).value();
    let pools = shown["properties"]["agentPoolProfiles"].as_array().unwrap();
    let pools: Vec<_> = pools.iter().map(|pool| (pool["name"].as_str().unwrap(), &pool["count"])).collect();
    assert_eq!(pools, [("work", &json!(2)), ("system", &json!(1))]);
    world.delete(&pool("work"));
    let shown = world.get(&cluster).value();
    assert_eq!(shown["properties"]["agentPoolProfiles"].as_array().map(Vec::len), Some(1));
}

//! Deletes and locks.

use atp_azure_sim::{Fault, FaultAction, Method};
use serde_json::{Value, json};

use crate::support::{
    OPERATION, SUBSCRIPTION, World, accepted, group, id, message, network, network_body, refused, storage,
    storage_body, vault, vault_body, world,
};

fn lock(world: &World, scope: &str, level: &str) -> String {
    let lock = format!("{scope}/providers/Microsoft.Authorization/locks/keep");
    accepted(&world.put(&lock, json!({ "properties": { "level": level } })));
    lock
}

fn rules() -> String {
    id("Microsoft.Network/networkSecurityGroups/rules")
}

/// A network with the subnet `a`, which uses the security group.
fn make_network_with_rules(world: &World) {
    world.make(&rules(), json!({ "location": "westeurope" }));
    let mut body = network_body();
    let properties = json!({ "addressPrefix": "10.0.0.0/24", "networkSecurityGroup": { "id": rules() } });
    body["properties"]["subnets"] = json!([{ "name": "a", "properties": properties }]);
    world.make(&network(), body);
}

/// A private endpoint in a subnet.
fn endpoint_body(subnet: &str) -> Value {
    json!({ "location": "westeurope", "properties": { "subnet": { "id": subnet } } })
}

#[test]
fn fact_069_deletes_answer_with_the_codes_of_their_type() {
    let world = world();
    world.make(&vault(), vault_body());
    world.make(&network(), network_body());
    assert_eq!(world.delete(&vault()).status, 200);
    assert_eq!(world.delete(&vault()).status, 204);
    assert_eq!(world.delete(&network()).status, 202);
    world.time.pass(OPERATION);
    assert_eq!(world.delete(&network()).status, 204);
    refused(&world.delete(&group("missing")), 404, "ResourceGroupNotFound");
}

#[test]
fn fact_069_every_type_deletes_what_is_not_there_with_a_code_that_it_has() {
    let world = world();
    for descriptor in atp_azure::descriptors() {
        let (Some(rules), atp_azure::descriptor::Parent::ResourceGroup) =
            (descriptor.delete, descriptor.parent)
        else {
            continue;
        };
        let path = id(&format!("{}/{}", descriptor.name, descriptor.names.fixed.unwrap_or("missing")));
        let status = world.delete(&path).status;
        let expected = if rules.codes.contains(&204) { 204 } else { 404 };
        assert_eq!(status, expected, "{}", descriptor.name);
    }
}

#[test]
fn fact_070_a_group_is_deleted_behind_a_location() {
    let world = world();
    world.make(&network(), network_body());
    let response = world.delete(&group("G"));
    assert_eq!((response.status, response.body.is_empty()), (202, true));
    assert!(response.header("retry-after").is_some());
    let location = response.header("location").unwrap().to_owned();
    assert_eq!(world.follow(&location).status, 202);
    assert_eq!(world.get(&group("G")).value()["properties"]["provisioningState"], "Deleting");
    world.time.pass(OPERATION);
    assert_eq!(world.follow(&location).status, 200);
    assert_eq!((world.get(&group("G")).status, world.get(&network()).status), (404, 404));
}

#[test]
fn fact_071_children_go_first_then_those_that_manage_others_then_the_rest() {
    let world = world();
    make_network_with_rules(&world);
    let subnet = format!("{}/subnets/a", network());
    accepted(&world.delete(&group("G")));
    let there = || [&subnet, &network(), &rules()].map(|path| world.get(path).status == 200);
    assert_eq!(there(), [true, true, true]);
    world.time.pass(OPERATION / 3);
    assert_eq!(there(), [false, true, true], "children are gone");
    world.time.pass(OPERATION / 3);
    assert_eq!(there(), [false, true, true], "no resource here manages another one");
    world.time.pass(OPERATION / 2);
    assert_eq!(there(), [false, false, false]);
}

#[test]
fn fact_071_what_uses_others_in_the_group_is_deleted_before_them() {
    let world = world();
    make_network_with_rules(&world);
    let endpoint = id("Microsoft.Network/privateEndpoints/endpoint");
    world.make(&endpoint, endpoint_body(&format!("{}/subnets/a", network())));
    accepted(&world.delete(&group("G")));
    world.time.pass(OPERATION / 3);
    assert_eq!(world.get(&format!("{}/subnets/a", network())).status, 200, "it is still in use");
    world.time.pass(OPERATION);
    assert_eq!(world.get(&group("G")).status, 404);
}

#[test]
fn fact_072_what_cannot_be_deleted_blocks_the_group_and_is_named() {
    let world = world();
    make_network_with_rules(&world);
    world.make(&vault(), vault_body());
    world.put(&group("H"), json!({ "location": "westeurope" }));
    let endpoint = format!("{}/providers/Microsoft.Network/privateEndpoints/endpoint", group("H"));
    world.make(&endpoint, endpoint_body(&format!("{}/subnets/a", network())));
    let response = world.delete(&group("G"));
    world.time.pass(OPERATION);
    let refusal = world.follow(response.header("location").unwrap());
    refused(&refusal, 409, "ResourceGroupDeletionBlocked");
    let error = &refusal.value()["error"];
    let targets: Vec<&str> =
        error["details"].as_array().unwrap().iter().map(|d| d["code"].as_str().unwrap()).collect();
    assert_eq!(targets, ["InUseNetworkSecurityGroupCannotBeDeleted", "InUseSubnetCannotBeDeleted"]);
    assert!(message(&refusal).contains("Microsoft.Network/virtualNetworks/net"), "{}", message(&refusal));
    let shown = world.get(&group("G")).value();
    assert_eq!(shown["properties"]["provisioningState"], "Succeeded", "the state is rolled back");
    assert_eq!(world.get(&vault()).status, 404, "what could be deleted is gone");
    assert_eq!(world.get(&network()).status, 200);
    world.delete(&endpoint);
    world.time.pass(OPERATION);
    accepted(&world.delete(&group("G")));
    world.time.pass(OPERATION);
    assert_eq!(world.get(&group("G")).status, 404);
}

#[test]
fn fact_072_an_operation_that_fails_by_itself_leaves_the_group_as_it_was() {
    let world = world();
    world.make(&vault(), vault_body());
    let action = FaultAction::FailOperation { status: 500, code: "InternalServerError".to_owned() };
    world.simulator.inject(Fault::next(Method::Delete, "/resourceGroups/G", action));
    let response = world.delete(&group("G"));
    world.time.pass(OPERATION);
    refused(&world.follow(response.header("location").unwrap()), 500, "InternalServerError");
    assert_eq!(world.get(&group("G")).value()["properties"]["provisioningState"], "Succeeded");
    assert_eq!(world.get(&vault()).status, 200);
}

#[test]
fn fact_073_nothing_is_written_into_a_group_that_is_being_deleted() {
    let world = world();
    world.make(&vault(), vault_body());
    accepted(&world.delete(&group("G")));
    let response = world.put(&network(), network_body());
    refused(&response, 409, "ResourceGroupBeingDeleted");
    assert_eq!(
        message(&response),
        "The resource group 'G' is in deprovisioning state and cannot perform this operation."
    );
    refused(&world.patch(&vault(), json!({ "tags": {} })), 409, "ResourceGroupBeingDeleted");
    let deployment = id("Microsoft.Resources/deployments/d");
    refused(&world.put(&deployment, json!({})), 409, "ResourceGroupBeingDeleted");
}

#[test]
fn fact_074_one_kind_of_lock_blocks_deletes_and_the_other_writes_and_actions_too() {
    let world = world();
    world.make(&storage(), storage_body());
    let keys = format!("{}/listKeys", storage());
    let made = lock(&world, &storage(), "CanNotDelete");
    refused(&world.delete(&storage()), 409, "ScopeLocked");
    accepted(&world.patch(&storage(), json!({ "tags": { "a": "b" } })));
    world.time.pass(OPERATION);
    accepted(&world.post(&keys, json!({})));
    accepted(&world.delete(&made));
    lock(&world, &storage(), "ReadOnly");
    refused(&world.put(&storage(), storage_body()), 409, "ScopeLocked");
    refused(&world.patch(&storage(), json!({ "tags": {} })), 409, "ScopeLocked");
    refused(&world.delete(&storage()), 409, "ScopeLocked");
    refused(&world.post(&keys, json!({})), 409, "ScopeLocked");
    assert_eq!(world.get(&storage()).status, 200);
}

#[test]
fn fact_075_the_refusal_names_the_scope_and_where_it_is_locked() {
    let world = world();
    world.make(&vault(), vault_body());
    lock(&world, &group("G"), "ReadOnly");
    let text = |operation: &str| {
        format!(
            "The scope '{}' cannot perform {operation} operation because following scope(s) are locked: '{}'. Please \
             remove the lock and try again.",
            vault(),
            group("G")
        )
    };
    assert_eq!(message(&world.delete(&vault())), text("delete"));
    assert_eq!(message(&world.put(&vault(), vault_body())), text("write"));
}

#[test]
fn fact_076_a_lock_holds_for_everything_below_also_what_comes_later() {
    let world = world();
    lock(&world, SUBSCRIPTION, "CanNotDelete");
    world.make(&vault(), vault_body());
    refused(&world.delete(&vault()), 409, "ScopeLocked");
    let setting = format!("{}/providers/Microsoft.Insights/diagnosticSettings/all", vault());
    accepted(&world.put(&setting, json!({ "properties": {} })));
    refused(&world.delete(&setting), 409, "ScopeLocked");
    // The strictest lock wins.
    lock(&world, &group("G"), "ReadOnly");
    refused(&world.put(&setting, json!({ "properties": {} })), 409, "ScopeLocked");
}

#[test]
fn fact_077_one_lock_keeps_the_whole_group() {
    let world = world();
    world.make(&vault(), vault_body());
    world.make(&network(), network_body());
    lock(&world, &vault(), "CanNotDelete");
    refused(&world.delete(&group("G")), 409, "ScopeLocked");
    world.time.pass(OPERATION);
    assert_eq!((world.get(&network()).status, world.get(&vault()).status), (200, 200));
}

#[test]
fn fact_078_a_lock_keeps_role_assignments_and_deployments() {
    let world = world();
    let assignment = format!(
        "{}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-4000-8000-000000000001",
        group("G")
    );
    accepted(&world.put(&assignment, json!({ "properties": {
        "principalId": "00000000-0000-4000-8000-000000000002",
        "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7",
    }})));
    let deployment = id("Microsoft.Resources/deployments/d");
    let template = json!({ "$schema": "s", "contentVersion": "1.0.0.0", "resources": [] });
    accepted(
        &world.put(&deployment, json!({ "properties": { "mode": "Incremental", "template": template } })),
    );
    world.time.pass(OPERATION);
    let made = lock(&world, &group("G"), "CanNotDelete");
    refused(&world.delete(&assignment), 409, "ScopeLocked");
    refused(&world.delete(&deployment), 409, "ScopeLocked");
    accepted(&world.delete(&made));
    assert_eq!(world.delete(&assignment).status, 200);
    assert_eq!(world.delete(&deployment).status, 202);
}

#[test]
fn fact_079_what_is_in_use_is_not_deleted_and_its_user_is_named() {
    let world = world();
    make_network_with_rules(&world);
    let subnet = format!("{}/subnets/a", network());
    let endpoint = id("Microsoft.Network/privateEndpoints/endpoint");
    world.make(&endpoint, endpoint_body(&subnet));
    let response = world.delete(&subnet);
    refused(&response, 400, "InUseSubnetCannotBeDeleted");
    assert!(
        message(&response).starts_with(&format!("Subnet a is in use by {endpoint} and cannot be deleted"))
    );
    refused(&world.delete(&network()), 400, "InUseSubnetCannotBeDeleted");
    let response = world.delete(&rules());
    refused(&response, 400, "InUseNetworkSecurityGroupCannotBeDeleted");
    let expected = format!(
        "Network security group {} cannot be deleted because it is in use by the following resources: {subnet}.",
        rules()
    );
    assert_eq!(message(&response), expected);
    for path in [endpoint, subnet, rules()] {
        assert_eq!(world.delete(&path).status, 202, "{path}");
        world.time.pass(OPERATION);
        assert_eq!(world.get(&path).status, 404, "{path}");
    }
}

#[test]
fn fact_079_a_zone_is_not_deleted_before_its_links() {
    let world = world();
    world.make(&network(), network_body());
    let zone = id("Microsoft.Network/privateDnsZones/a.example");
    world.make(&zone, json!({ "location": "global" }));
    let link = format!("{zone}/virtualNetworkLinks/net");
    let properties = json!({ "virtualNetwork": { "id": network() }, "registrationEnabled": false });
    world.make(&link, json!({ "location": "global", "properties": properties }));
    refused(&world.delete(&zone), 409, "CannotDeleteResource");
    accepted(&world.delete(&link));
    world.time.pass(OPERATION);
    accepted(&world.delete(&zone));
}

#[test]
fn fact_079_addresses_routes_and_gateways_are_kept_by_their_users() {
    let world = world();
    let located = json!({ "location": "westeurope" });
    let address = id("Microsoft.Network/publicIPAddresses/address");
    let routes = id("Microsoft.Network/routeTables/routes");
    let gateway = id("Microsoft.Network/natGateways/gateway");
    world.make(&address, located.clone());
    world.make(&routes, located.clone());
    let mut body = located;
    body["properties"] = json!({ "publicIpAddresses": [{ "id": address }] });
    world.make(&gateway, body);
    let properties = json!({
        "addressPrefix": "10.0.0.0/24", "routeTable": { "id": routes }, "natGateway": { "id": gateway },
    });
    let mut net = network_body();
    net["properties"]["subnets"] = json!([{ "name": "a", "properties": properties }]);
    world.make(&network(), net);
    refused(&world.delete(&address), 400, "PublicIPAddressCannotBeDeleted");
    refused(&world.delete(&routes), 400, "InUseRouteTableCannotBeDeleted");
    refused(&world.delete(&gateway), 400, "InUseNatGatewayCannotBeDeleted");
    for path in [network(), routes, gateway, address] {
        assert_eq!(world.delete(&path).status, 202, "{path}");
        world.time.pass(OPERATION);
    }
}

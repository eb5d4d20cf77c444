//! What policies deny.

use serde_json::{Value, json};

use crate::k::deployments::{deploy, deployment, resource, template};
use crate::support::{
    OPERATION, SUBSCRIPTION, World, accepted, group, id, message, network, network_body, refused, storage,
    storage_body, vault, vault_body, world,
};

const ALLOWED_LOCATIONS: &str =
    "/providers/Microsoft.Authorization/policyDefinitions/e56962a6-4747-49cd-b67b-bf8b01975c4c";

fn define(world: &World, name: &str, properties: Value) -> String {
    let path = format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/policyDefinitions/{name}");
    let response = world.put(&path, json!({ "properties": properties }));
    assert_eq!(response.status, 201, "{}", response.value());
    path
}

fn assign(world: &World, scope: &str, definition: &str, parameters: Value) -> String {
    let path = format!("{scope}/providers/Microsoft.Authorization/policyAssignments/rule");
    let properties =
        json!({ "policyDefinitionId": definition, "parameters": parameters, "displayName": "The rule" });
    let response = world.put(&path, json!({ "properties": properties }));
    assert_eq!(response.status, 201, "{}", response.value());
    path
}

/// Assigns a rule at the group, which denies what the condition holds for.
fn deny(world: &World, condition: Value) -> String {
    let rule = json!({ "if": condition, "then": { "effect": "deny" } });
    let definition =
        define(world, "denied", json!({ "mode": "All", "policyRule": rule, "displayName": "Not this" }));
    assign(world, &group("G"), &definition, json!({}))
}

#[test]
fn fact_021_a_denied_write_names_the_policy_and_its_assignment() {
    let world = world();
    let assignment = deny(&world, json!({ "field": "type", "equals": "Microsoft.KeyVault/vaults" }));
    let response = world.put(&vault(), vault_body());
    refused(&response, 403, "RequestDisallowedByPolicy");
    let message = message(&response);
    assert!(
        message.starts_with("Resource 'secrets' was disallowed by policy. Policy identifiers: '[{"),
        "{message}"
    );
    let error = &response.value()["error"];
    assert_eq!(error["target"], "secrets");
    let info = &error["additionalInfo"][0];
    assert_eq!(info["type"], "PolicyViolation");
    let expected = format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/policyDefinitions/denied");
    assert_eq!(info["info"]["policyDefinitionId"], json!(expected));
    assert_eq!(info["info"]["policyAssignmentId"], json!(assignment));
    assert_eq!(info["info"]["policyAssignmentScope"], json!(group("G")));
    assert_eq!(info["info"]["policyDefinitionEffect"], "deny");
    assert_eq!(world.get(&vault()).status, 404);
    accepted(&world.put(&network(), network_body()));
}

#[test]
fn fact_021_built_in_policies_are_assigned_with_parameters() {
    let world = world();
    let parameters = json!({ "listOfAllowedLocations": { "value": ["North Europe", "northeurope"] } });
    let assignment = assign(&world, SUBSCRIPTION, ALLOWED_LOCATIONS, parameters);
    refused(&world.put(&network(), network_body()), 403, "RequestDisallowedByPolicy");
    let mut body = network_body();
    body["location"] = json!("northeurope");
    accepted(&world.put(&network(), body));
    // The policy is for indexed types: a group is none.
    accepted(&world.put(&group("H"), json!({ "location": "westeurope" })));
    accepted(&world.delete(&assignment));
    accepted(&world.put(&vault(), vault_body()));
}

#[test]
fn fact_021_conditions_look_at_tags_and_properties() {
    let world = world();
    deny(
        &world,
        json!({ "anyOf": [
            { "field": "tags['owner']", "exists": "false" },
            { "allOf": [
                { "field": "type", "equals": "Microsoft.Storage/storageAccounts" },
                { "field": "Microsoft.Storage/storageAccounts/supportsHttpsTrafficOnly", "equals": "false" },
            ]},
            { "field": "Microsoft.Storage/storageAccounts/sku.name", "like": "Premium*" },
            { "field": "Microsoft.Network/virtualNetworks/subnets[*].addressPrefix", "in": ["10.0.9.0/24"] },
        ]}),
    );
    let account = |tags: Value, secure: bool, sku: &str| {
        let mut body = storage_body();
        body["tags"] = tags;
        body["sku"]["name"] = json!(sku);
        body["properties"] = json!({ "supportsHttpsTrafficOnly": secure });
        world.put(&storage(), body)
    };
    let owned = || json!({ "owner": "anna" });
    refused(&account(json!({}), true, "Standard_LRS"), 403, "RequestDisallowedByPolicy");
    refused(&account(owned(), false, "Standard_LRS"), 403, "RequestDisallowedByPolicy");
    refused(&account(owned(), true, "Premium_LRS"), 403, "RequestDisallowedByPolicy");
    accepted(&account(owned(), true, "Standard_LRS"));
    world.time.pass(OPERATION);
    refused(&world.patch(&storage(), json!({ "tags": {} })), 403, "RequestDisallowedByPolicy");
}

#[test]
fn fact_021_audit_exclusion_and_words_that_are_not_known_deny_nothing() {
    let world = world();
    let rule = |condition: Value, effect: &str| json!({ "if": condition, "then": { "effect": effect } });
    let vaults = json!({ "field": "type", "equals": "Microsoft.KeyVault/vaults" });
    for (number, rule) in [
        rule(vaults.clone(), "audit"),
        rule(json!({ "field": "type", "resembles": "x" }), "deny"),
        rule(json!({ "count": { "field": "x" }, "greater": 0 }), "deny"),
        rule(json!({ "field": "Microsoft.KeyVault/vaults/noSuchThing", "exists": "false" }), "deny"),
    ]
    .into_iter()
    .enumerate()
    {
        let definition = define(&world, &format!("d{number}"), json!({ "mode": "All", "policyRule": rule }));
        let assignment = assign(&world, &group("G"), &definition, json!({}));
        accepted(&world.put(&vault(), vault_body()));
        accepted(&world.delete(&assignment));
        world.time.pass(OPERATION);
    }
    let rule = rule(vaults, "[parameters('effect')]");
    let declared = json!({ "effect": { "type": "String", "defaultValue": "Deny" } });
    let definition =
        define(&world, "last", json!({ "mode": "All", "policyRule": rule, "parameters": declared }));
    let assignment = assign(&world, &group("G"), &definition, json!({ "effect": { "value": "Disabled" } }));
    accepted(&world.put(&vault(), vault_body()));
    world.time.pass(OPERATION);
    assign(&world, &group("G"), &definition, json!({}));
    refused(&world.put(&vault(), vault_body()), 403, "RequestDisallowedByPolicy");
    let mut excluded = world.get(&assignment).value();
    excluded["properties"]["notScopes"] = json!([vault()]);
    accepted(&world.put(&assignment, excluded));
    accepted(&world.put(&vault(), vault_body()));
}

#[test]
fn fact_021_sets_hand_their_parameters_on() {
    let world = world();
    let path = format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/policySetDefinitions/all");
    let member = json!({
        "policyDefinitionId": ALLOWED_LOCATIONS,
        "parameters": { "listOfAllowedLocations": { "value": "[parameters('where')]" } },
    });
    accepted(&world.put(
        &path,
        json!({ "properties": {
            "parameters": { "where": { "type": "Array" } }, "policyDefinitions": [member],
        }}),
    ));
    assign(&world, &group("G"), &path, json!({ "where": { "value": ["northeurope"] } }));
    refused(&world.put(&network(), network_body()), 403, "RequestDisallowedByPolicy");
}

#[test]
fn fact_021_a_deployment_is_refused_before_it_runs() {
    let world = world();
    deny(&world, json!({ "field": "name", "like": "net*" }));
    let resources = json!([resource("Microsoft.Network/virtualNetworks", "net", network_body())]);
    let response = world.put(&deployment("d"), deploy("Incremental", template(resources), json!({})));
    refused(&response, 403, "InvalidTemplateDeployment");
    let detail = &response.value()["error"]["details"][0];
    assert_eq!(detail["code"], "RequestDisallowedByPolicy");
    assert_eq!(detail["additionalInfo"][0]["type"], "PolicyViolation");
    assert_eq!(world.get(&id("Microsoft.Resources/deployments/d")).status, 404);
}

#[test]
fn fact_027_built_in_policies_are_read_and_not_written() {
    let world = world();
    let shown = world.get(ALLOWED_LOCATIONS).value();
    assert_eq!(shown["properties"]["policyType"], "BuiltIn");
    assert_eq!(shown["properties"]["displayName"], "Allowed locations");
    refused(&world.put(ALLOWED_LOCATIONS, shown), 400, "PolicyDefinitionUpdateNotPermitted");
    refused(&world.delete(ALLOWED_LOCATIONS), 400, "PolicyDefinitionUpdateNotPermitted");
    let list = world.get("/providers/Microsoft.Authorization/policyDefinitions").value();
    assert!(
        list["value"]
            .as_array()
            .unwrap()
            .iter()
            .any(|known| known["name"] == "871b6d14-10aa-478d-b590-94f262ecfa99")
    );
}

#[test]
fn fact_021_an_exemption_lets_a_resource_be() {
    let world = world();
    let assignment = deny(&world, json!({ "field": "type", "equals": "Microsoft.KeyVault/vaults" }));
    let exemption = format!("{}/providers/Microsoft.Authorization/policyExemptions/waiver", group("G"));
    let properties = json!({ "policyAssignmentId": assignment, "exemptionCategory": "Waiver" });
    accepted(&world.put(&exemption, json!({ "properties": properties })));
    accepted(&world.put(&vault(), vault_body()));
    world.time.pass(OPERATION);
    accepted(&world.delete(&exemption));
    refused(&world.put(&vault(), vault_body()), 403, "RequestDisallowedByPolicy");
}

#[test]
fn fact_021_policies_of_management_groups_reach_their_subscriptions() {
    let world = world();
    let parameters = json!({ "listOfAllowedLocations": { "value": ["northeurope"] } });
    let root = "/providers/Microsoft.Management/managementGroups/72f988bf-0000-4000-8000-2d7cd011db47";
    let other = "/providers/Microsoft.Management/managementGroups/elsewhere";
    assign(&world, other, ALLOWED_LOCATIONS, parameters.clone());
    accepted(&world.put(&vault(), vault_body()));
    world.time.pass(OPERATION);
    assign(&world, root, ALLOWED_LOCATIONS, parameters);
    refused(&world.put(&vault(), vault_body()), 403, "RequestDisallowedByPolicy");
}

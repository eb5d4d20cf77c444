//! What callers may do.

use atp_azure_sim::{Grant, Method, Response, Simulator};
use serde_json::{Value, json};

use crate::k::deployments::{deploy, deployment, resource, template};
use crate::support::{
    SUBSCRIPTION, World, accepted, group, message, network, network_body, refused, storage, storage_body,
    vault, vault_body, world,
};

const CLIENT: &str = "aaaaaaaa-0000-4000-8000-000000000001";

fn grant(world: &World, role: &str, scope: &str) {
    let grant =
        Grant { principal: Simulator::principal(CLIENT), role: role.to_owned(), scope: scope.to_owned() };
    world.simulator.configure(|settings| settings.grants.push(grant));
}

/// A request by the principal whose rights are limited.
fn call(world: &World, method: Method, path: &str, body: Value) -> Response {
    let token = format!("Bearer {}", world.simulator.token(CLIENT));
    world.send(world.request(method, path).with_header("authorization", &token).with_json(&body))
}

#[test]
fn fact_019_without_settings_everybody_may_do_everything() {
    let world = world();
    accepted(&call(&world, Method::Put, &network(), network_body()));
}

#[test]
fn fact_019_a_reader_reads_and_the_refusal_of_a_write_names_action_and_scope() {
    let world = world();
    world.make(&network(), network_body());
    grant(&world, "Reader", SUBSCRIPTION);
    assert_eq!(call(&world, Method::Get, &network(), json!({})).status, 200);
    let principal = Simulator::principal(CLIENT);
    for (method, path, action) in [
        (Method::Put, network(), "Microsoft.Network/virtualNetworks/write"),
        (Method::Patch, network(), "Microsoft.Network/virtualNetworks/write"),
        (Method::Delete, network(), "Microsoft.Network/virtualNetworks/delete"),
        (Method::Put, format!("{}/subnets/a", network()), "Microsoft.Network/virtualNetworks/subnets/write"),
        (Method::Delete, group("G"), "Microsoft.Resources/subscriptions/resourceGroups/delete"),
    ] {
        let response = call(&world, method, &path, network_body());
        refused(&response, 403, "AuthorizationFailed");
        assert_eq!(
            message(&response),
            format!(
                "The client '{CLIENT}' with object id '{principal}' does not have authorization to perform action \
                 '{action}' over scope '{path}' or the scope is invalid. If access was recently granted, please refresh \
                 your credentials."
            )
        );
    }
    assert_eq!(world.get(&network()).status, 200, "others are not limited");
    let keys = call(&world, Method::Post, &format!("{}/listKeys", storage()), json!({}));
    refused(&keys, 403, "AuthorizationFailed");
    assert!(
        message(&keys).contains("'Microsoft.Storage/storageAccounts/listKeys/action'"),
        "{}",
        message(&keys)
    );
}

#[test]
fn fact_019_permission_is_decided_before_existence() {
    let world = world();
    grant(&world, "Reader", &group("G"));
    let path = format!("{}/providers/Microsoft.Network/virtualNetworks/net", group("missing"));
    refused(&call(&world, Method::Get, &path, json!({})), 403, "AuthorizationFailed");
    refused(&call(&world, Method::Get, &network(), json!({})), 404, "ResourceNotFound");
}

#[test]
fn fact_019_rights_come_from_role_assignments_at_any_scope_around() {
    let world = world();
    world.simulator.configure(|settings| settings.enforce_roles = true);
    refused(&call(&world, Method::Put, &network(), network_body()), 403, "AuthorizationFailed");
    refused(&world.get(&group("G")), 403, "AuthorizationFailed");
    world.simulator.configure(|settings| settings.enforce_roles = false);
    let contributor =
        "/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c";
    let assignment = |scope: &str| {
        format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{}", uuid(scope.len()))
    };
    let body = json!({ "properties": {
        "principalId": Simulator::principal(CLIENT),
        "principalType": "ServicePrincipal",
        "roleDefinitionId": contributor,
    }});
    accepted(&world.put(&assignment(&group("G")), body.clone()));
    world.simulator.configure(|settings| settings.enforce_roles = true);
    accepted(&call(&world, Method::Put, &network(), network_body()));
    refused(
        &call(&world, Method::Put, &group("H"), json!({ "location": "westeurope" })),
        403,
        "AuthorizationFailed",
    );
    // A contributor gives no roles.
    refused(&call(&world, Method::Put, &assignment(&network()), body), 403, "AuthorizationFailed");
}

fn uuid(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

#[test]
fn fact_019_custom_roles_count_with_what_they_except() {
    let world = world();
    let name = uuid(7);
    let definition = format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{name}");
    accepted(&world.put(
        &definition,
        json!({ "properties": {
            "roleName": "Networks but not their end",
            "assignableScopes": [SUBSCRIPTION],
            "permissions": [{ "actions": ["Microsoft.Network/*"], "notActions": ["*/delete"] }],
        }}),
    ));
    grant(&world, &definition, SUBSCRIPTION);
    accepted(&call(&world, Method::Put, &network(), network_body()));
    refused(&call(&world, Method::Delete, &network(), json!({})), 403, "AuthorizationFailed");
    refused(&call(&world, Method::Put, &vault(), vault_body()), 403, "AuthorizationFailed");
}

#[test]
fn fact_019_a_deployment_needs_the_right_to_write_each_of_its_resources() {
    let world = world();
    grant(&world, "Storage Account Contributor", SUBSCRIPTION);
    let account = resource("Microsoft.Storage/storageAccounts", "data", storage_body());
    let net = resource("Microsoft.Network/virtualNetworks", "net", network_body());
    let allowed = deploy("Incremental", template(json!([account])), json!({}));
    accepted(&call(&world, Method::Put, &deployment("a"), allowed));
    let response =
        call(&world, Method::Put, &deployment("b"), deploy("Incremental", template(json!([net])), json!({})));
    refused(&response, 403, "InvalidTemplateDeployment");
    assert_eq!(response.value()["error"]["details"][0]["code"], "AuthorizationFailed");
    assert_eq!(world.get(&deployment("b")).status, 404);
}

#[test]
fn fact_020_a_write_that_links_needs_the_right_to_join() {
    let world = world();
    world.put(&group("shared"), json!({ "location": "westeurope" }));
    let rules = format!("{}/providers/Microsoft.Network/networkSecurityGroups/rules", group("shared"));
    world.make(&rules, json!({ "location": "westeurope" }));
    grant(&world, "Network Contributor", &group("G"));
    let subnet = json!({ "name": "a", "properties": {
        "addressPrefix": "10.0.0.0/24", "networkSecurityGroup": { "id": rules },
    }});
    let mut body = network_body();
    body["properties"]["subnets"] = json!([subnet]);
    let response = call(&world, Method::Put, &network(), body.clone());
    refused(&response, 403, "LinkedAuthorizationFailed");
    let message = message(&response);
    for part in [
        "'Microsoft.Network/virtualNetworks/write'",
        "'Microsoft.Network/networkSecurityGroups/join/action'",
        network().as_str(),
        rules.as_str(),
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    grant(&world, "Network Contributor", &rules);
    accepted(&call(&world, Method::Put, &network(), body));
}

#[test]
fn fact_026_extensions_are_written_at_every_kind_of_scope() {
    let world = world();
    world.make(&network(), network_body());
    let management_group = "/providers/Microsoft.Management/managementGroups/platform";
    let scopes = ["", management_group, SUBSCRIPTION, &group("G"), &network()];
    for (number, scope) in scopes.into_iter().enumerate() {
        let path = format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{}", uuid(number));
        let body = json!({ "properties": {
            "principalId": uuid(99),
            "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7",
        }});
        let response = world.put(&path, body);
        assert_eq!(response.status, 201, "{scope}: {}", response.value());
        assert_eq!(world.get(&path).value()["id"], json!(path));
    }
    let above = world
        .get(&format!("{}/providers/Microsoft.Authorization/roleAssignments?$filter=atScope()", network()));
    let found = above.value()["value"].as_array().unwrap().len();
    assert!(found >= 3, "{found} assignments at the network, its group and its subscription");
}

#[test]
fn fact_026_a_resource_of_a_group_is_written_in_no_other_scope() {
    let world = world();
    let path = format!("{SUBSCRIPTION}/providers/Microsoft.Network/virtualNetworks/net");
    refused(&world.put(&path, network_body()), 400, "InvalidResourceScope");
}

#[test]
fn fact_027_built_in_roles_are_read_everywhere_with_what_they_allow() {
    let world = world();
    let acr_pull = "7f951dda-4ed3-4680-a7ca-43fe172d538d";
    for scope in ["", SUBSCRIPTION, &group("G")] {
        let path = format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{acr_pull}");
        let shown = world.get(&path).value();
        let properties = &shown["properties"];
        assert_eq!(
            (&properties["roleName"], &properties["type"]),
            (&json!("AcrPull"), &json!("BuiltInRole"))
        );
        let actions = &properties["permissions"][0]["actions"];
        assert_eq!(actions, &json!(["Microsoft.ContainerRegistry/registries/pull/read"]));
        refused(&world.put(&path, shown.clone()), 400, "RoleDefinitionUpdateNotPermitted");
        refused(&world.delete(&path), 400, "RoleDefinitionUpdateNotPermitted");
    }
    let list = "/providers/Microsoft.Authorization/roleDefinitions?$filter=roleName%20eq%20'Key%20Vault%20Secrets%20User'";
    let found = world.get(list).value();
    assert_eq!(found["value"][0]["name"], "4633458b-17de-408a-b874-0445c86b69e6");
    let permissions = &found["value"][0]["properties"]["permissions"][0];
    assert_eq!(permissions["dataActions"][0], "Microsoft.KeyVault/vaults/secrets/getSecret/action");
}

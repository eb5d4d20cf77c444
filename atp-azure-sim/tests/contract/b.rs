//! Authentication and scopes.

mod policies;
mod roles;

use std::time::Duration;

use atp_azure_sim::{Method, Response, Settings};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::{
    SUBSCRIPTION, World, accepted, group, id, message, network, network_body, refused, settings, vault, with,
    world,
};

const CLIENT: &str = "aaaaaaaa-0000-4000-8000-000000000001";

/// A cloud that asks for tokens.
fn guarded() -> World {
    let world = world();
    world.simulator.configure(|settings| settings.require_token = true);
    world
}

fn with_authorization(world: &World, value: &str) -> Response {
    world.send(world.request(Method::Get, &group("G")).with_header("authorization", value))
}

#[track_caller]
fn challenged(response: &Response, code: &str) {
    refused(response, 401, code);
    let challenge = response.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("Bearer authorization_uri=\"https://"), "{challenge}");
    assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
}

#[test]
fn fact_018_a_good_token_is_let_through_until_it_is_too_old() {
    let world = guarded();
    let token = format!("Bearer {}", world.simulator.token(CLIENT));
    assert_eq!(with_authorization(&world, &token).status, 200);
    world.time.pass(Duration::from_secs(3599));
    assert_eq!(with_authorization(&world, &token).status, 200);
    world.time.pass(Duration::from_secs(1));
    let response = with_authorization(&world, &token);
    challenged(&response, "ExpiredAuthenticationToken");
    assert!(message(&response).contains("'2027-01-15T09:00:00Z' is earlier than"), "{}", message(&response));
}

#[test]
fn fact_018_a_missing_or_broken_token_is_challenged() {
    let world = guarded();
    challenged(&world.get(&group("G")), "AuthenticationFailed");
    challenged(&with_authorization(&world, "Basic dTpw"), "AuthenticationFailed");
    challenged(&with_authorization(&world, "Bearer "), "AuthenticationFailed");
    for broken in ["x", "a.b.c", "a.e30.c", "a.e30.c.d"] {
        challenged(&with_authorization(&world, &format!("Bearer {broken}")), "InvalidAuthenticationToken");
    }
}

#[test]
fn fact_018_a_token_of_another_tenant_does_not_open_a_subscription() {
    let world = guarded();
    let claims = json!({ "tid": "bbbbbbbb-0000-4000-8000-000000000001", "oid": CLIENT });
    let token = format!("Bearer e30.{}.x", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let response = with_authorization(&world, &token);
    challenged(&response, "InvalidAuthenticationTokenTenant");
    let own = format!("https://sts.windows.net/{}/", Settings::default().tenant);
    assert!(message(&response).contains(&own), "{}", message(&response));
}

#[test]
fn fact_022_a_subscription_that_there_is_not() {
    let known = SUBSCRIPTION.trim_start_matches("/subscriptions/").to_owned();
    let world = with(Settings { subscriptions: vec![known], ..settings() });
    let other = "/subscriptions/aaaaaaaa-2222-4333-8444-555555555555";
    for path in [other.to_owned(), network().replace(SUBSCRIPTION, other)] {
        refused(&world.get(&path), 404, "SubscriptionNotFound");
        refused(&world.put(&path, network_body()), 404, "SubscriptionNotFound");
    }
}

#[test]
fn fact_023_an_unknown_group_is_told_before_anything_of_the_resource_is_looked_at() {
    let world = world();
    let elsewhere = |id: String| id.replace("/G/", "/other/");
    refused(&world.get(&elsewhere(network())), 404, "ResourceGroupNotFound");
    assert_eq!(world.head(&elsewhere(network())).status, 404);
    let nonsense = json!({ "nonsense": true });
    let response = world.put(&elsewhere(network()), nonsense.clone());
    refused(&response, 404, "ResourceGroupNotFound");
    assert_eq!(message(&response), "Resource group 'other' could not be found.");
    refused(&world.patch(&elsewhere(vault()), nonsense), 404, "ResourceGroupNotFound");
    refused(&world.get(&elsewhere(id("Microsoft.Network/virtualNetworks"))), 404, "ResourceGroupNotFound");
    let subnet = elsewhere(format!("{}/subnets/a", network()));
    refused(&world.put(&subnet, json!({})), 404, "ResourceGroupNotFound");
    let keys = elsewhere(id("Microsoft.Storage/storageAccounts/data/listKeys"));
    refused(&world.post(&keys, json!({})), 404, "ResourceGroupNotFound");
}

#[test]
fn fact_024_a_resource_that_there_is_not() {
    let world = world();
    let response = world.get(&network());
    refused(&response, 404, "ResourceNotFound");
    assert!(
        message(&response).starts_with(
            "The Resource 'Microsoft.Network/virtualNetworks/net' under resource group 'G' was not found."
        ),
        "{}",
        message(&response)
    );
}

#[test]
fn fact_025_a_child_needs_its_parent() {
    let world = world();
    let response = world.put(&format!("{}/subnets/a", network()), json!({}));
    refused(&response, 404, "ParentResourceNotFound");
    assert_eq!(
        message(&response),
        "Can not perform requested operation on nested resource. Parent resource \
         'Microsoft.Network/virtualNetworks/net' not found."
    );
}

fn assignment(scope: &str, number: u32) -> (String, Value) {
    let name = format!("00000000-0000-4000-8000-{number:012}");
    let role = "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7";
    let properties = json!({
        "principalId": CLIENT, "principalType": "ServicePrincipal", "roleDefinitionId": role,
    });
    let path = format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}");
    (path, json!({ "properties": properties }))
}

#[test]
fn fact_026_an_extension_is_written_at_every_kind_of_scope() {
    let world = world();
    world.make(&network(), network_body());
    let scopes = [
        String::new(),
        "/providers/Microsoft.Management/managementGroups/all".to_owned(),
        SUBSCRIPTION.to_owned(),
        group("G"),
        network(),
    ];
    for (number, scope) in scopes.iter().enumerate() {
        let (path, body) = assignment(scope, number as u32);
        let response = world.put(&path, body);
        assert_eq!(response.status, 201, "{path}: {}", response.value());
        assert_eq!(world.get(&path).value()["id"], json!(path));
        accepted(&world.delete(&path));
        refused(&world.get(&path), 404, "ResourceNotFound");
    }
}

#[test]
fn fact_026_a_resource_of_groups_is_not_written_elsewhere() {
    let world = world();
    let path = format!("{SUBSCRIPTION}/providers/Microsoft.Network/virtualNetworks/net");
    refused(&world.put(&path, network_body()), 400, "InvalidResourceScope");
    let (path, body) = assignment(&network(), 1);
    refused(&world.put(&path, body), 404, "ResourceNotFound");
}

use atp_azure_sim::{ApiVersions, Method, Request, Settings};
use serde_json::json;

use crate::support::{SUBSCRIPTION, group, id, network, refused, vault_body, with, world};

#[test]
fn a_request_without_a_version_is_refused() {
    let world = world(0);
    let response = world.send(Request::new(Method::Get, &group("G")));
    refused(&response, 400, "MissingApiVersionParameter");
    assert_eq!(
        response.value()["error"]["message"],
        "The api-version query parameter (?api-version=) is required for all requests."
    );
}

#[test]
fn another_version_is_refused_by_group_and_by_type() {
    let world = world(0);
    let get = |path: &str| world.send(Request::new(Method::Get, &format!("{path}?api-version=2001-01-01")));
    refused(&get(&group("G")), 400, "InvalidApiVersionParameter");
    refused(&get(&network()), 400, "NoRegisteredProviderFound");
}

#[test]
fn any_well_formed_version_can_be_let_through() {
    let world = with(Settings { api_versions: ApiVersions::WellFormed, ..Settings::default() });
    let get =
        |version| world.send(Request::new(Method::Get, &format!("{}?api-version={version}", group("G"))));
    assert_eq!(get("2001-01-01-preview").status, 200);
    assert_eq!(get("latest").status, 400);
}

#[test]
fn what_surrounds_a_resource_has_to_exist() {
    let world = world(0);
    let body = json!({ "location": "westeurope" });
    let elsewhere = network().replace("/G/", "/other/");
    refused(&world.put(&elsewhere, body.clone()), 404, "ResourceGroupNotFound");
    refused(&world.get(&elsewhere), 404, "ResourceGroupNotFound");
    refused(&world.get(&network()), 404, "ResourceNotFound");
    let subnet = world.put(&format!("{}/subnets/a", network()), json!({}));
    refused(&subnet, 404, "ParentResourceNotFound");
    assert_eq!(
        subnet.value()["error"]["message"],
        "Can not perform requested operation on nested resource. Parent resource \
         'Microsoft.Network/virtualNetworks/net' not found."
    );
    refused(&world.get("/subscriptions/nonsense"), 404, "SubscriptionNotFound");
}

#[test]
fn only_listed_subscriptions_exist_when_there_is_a_list() {
    let known = vec!["11111111-2222-4333-8444-555555555555".to_owned()];
    let world = with(Settings { subscriptions: known, ..Settings::default() });
    assert_eq!(world.get(SUBSCRIPTION).status, 200);
    let other = "/subscriptions/aaaaaaaa-2222-4333-8444-555555555555";
    refused(&world.get(other), 404, "SubscriptionNotFound");
}

#[test]
fn unknown_namespaces_and_types_are_named() {
    let world = world(0);
    refused(&world.get(&id("Microsoft.Nothing/things/a")), 404, "InvalidResourceNamespace");
    refused(&world.get(&id("Microsoft.Network/things/a")), 404, "InvalidResourceType");
    refused(&world.put(&id("Microsoft.Network/things/a"), json!({})), 400, "InvalidResourceType");
}

#[test]
fn a_location_cannot_change_but_may_be_spelt_differently() {
    let world = world(0);
    let at = |location: &str| json!({ "location": location });
    refused(&world.put(&group("G"), at("northeurope")), 409, "InvalidResourceGroupLocation");
    assert_eq!(world.put(&group("G"), at("West Europe")).status, 200);
    world.put(&network(), at("westeurope"));
    let moved = world.put(&network(), at("northeurope"));
    refused(&moved, 409, "InvalidResourceLocation");
    assert_eq!(
        moved.value()["error"]["message"],
        "The resource 'net' already exists in location 'westeurope' in resource group 'G'. A resource with the same \
         name cannot be created in location 'northeurope'. Please select a new resource name."
    );
    refused(&world.put(&id("Microsoft.Network/virtualNetworks/b"), json!({})), 400, "LocationRequired");
}

#[test]
fn a_create_only_property_cannot_change() {
    let world = world(0);
    let vault = id("Microsoft.KeyVault/vaults/secrets");
    world.put(&vault, vault_body());
    let mut body = vault_body();
    body["properties"]["tenantId"] = json!("00000000-0000-4000-8000-2d7cd011db47");
    let response = world.put(&vault, body);
    refused(&response, 400, "PropertyChangeNotAllowed");
    assert_eq!(response.value()["error"]["target"], "properties.tenantId");
}

#[test]
fn a_globally_unique_name_is_taken_in_every_group() {
    let world = world(0);
    world.put(&group("H"), json!({ "location": "westeurope" }));
    let body = || json!({ "location": "westeurope" });
    world.put(&id("Microsoft.Storage/storageAccounts/data"), body());
    let other = id("Microsoft.Storage/storageAccounts/data").replace("/G/", "/H/");
    refused(&world.put(&other, body()), 409, "StorageAccountAlreadyTaken");
    world.put(&id("Microsoft.KeyVault/vaults/secrets"), vault_body());
    let other = id("Microsoft.KeyVault/vaults/secrets").replace("/G/", "/H/");
    refused(&world.put(&other, vault_body()), 409, "VaultAlreadyExists");
}

#[test]
fn requests_beyond_the_limit_are_refused_when_asked_for() {
    let world = with(Settings { throttle: true, ..Settings::default() });
    let last = (0..250).map(|_| world.get(&group("G"))).reduce(|_, last| last).unwrap();
    assert_eq!(last.header("x-ms-ratelimit-remaining-subscription-reads"), Some("0"));
    let refusal = world.get(&group("G"));
    refused(&refusal, 429, "TooManyRequests");
    assert_eq!(refusal.header("retry-after"), Some("1"));
    world.time.pass(std::time::Duration::from_secs(1));
    assert_eq!(world.get(&group("G")).status, 200);
}

use atp_azure_sim::{ApiVersions, Method, Request, Response, Settings};
use serde_json::{Value, json};

use crate::support::{World, id, network, refused, vault_body, with, world};

fn vault(world: &World, change: impl FnOnce(&mut Value)) -> Response {
    let mut body = vault_body();
    change(&mut body);
    world.put(&id("Microsoft.KeyVault/vaults/secrets"), body)
}

fn net(world: &World, properties: Value) -> Response {
    world.put(&network(), json!({ "location": "westeurope", "properties": properties }))
}

#[track_caller]
fn names(response: &Response, status: u16, code: &str, path: &str) {
    refused(response, status, code);
    let error = &response.value()["error"];
    assert_eq!(error["target"], path);
    assert!(error["message"].as_str().unwrap().contains(path), "{error}");
}

#[test]
fn a_body_that_is_not_a_json_object_is_refused() {
    let world = world(0);
    let mut request = world.request(Method::Put, &network());
    refused(&world.send(request.clone()), 400, "InvalidRequestContent");
    request.body = b"{ not json".to_vec();
    refused(&world.send(request), 400, "InvalidRequestContent");
}

#[test]
fn an_unknown_property_and_a_wrong_type_are_named_by_path() {
    let world = world(0);
    let unknown = vault(&world, |body| body["properties"]["sku"]["colour"] = json!("red"));
    names(&unknown, 400, "InvalidRequestContent", "properties.sku.colour");
    let prefixes = json!({ "addressSpace": { "addressPrefixes": ["10.0.0.0/8", 7] } });
    names(&net(&world, prefixes), 400, "InvalidRequestContent", "properties.addressSpace.addressPrefixes[1]");
}

#[test]
fn wrong_values_are_named_by_path() {
    let world = world(0);
    let missing = vault(&world, |body| body["properties"]["tenantId"] = Value::Null);
    names(&missing, 400, "InvalidParameter", "properties.tenantId");
    let pattern = vault(&world, |body| body["properties"]["tenantId"] = json!("!".repeat(36)));
    names(&pattern, 400, "InvalidParameter", "properties.tenantId");
    let length = vault(&world, |body| body["properties"]["tenantId"] = json!("a"));
    names(&length, 400, "InvalidParameter", "properties.tenantId");
    let choice = vault(&world, |body| body["properties"]["sku"]["name"] = json!("gold"));
    names(&choice, 400, "InvalidParameter", "properties.sku.name");
    let bound = net(&world, json!({ "flowTimeoutInMinutes": 31 }));
    names(&bound, 400, "InvalidParameter", "properties.flowTimeoutInMinutes");
    assert_eq!(world.simulator.resources().unwrap().len(), 1);
}

#[test]
fn an_enumeration_is_read_in_any_case_and_shown_in_its_own() {
    let world = world(0);
    let response = vault(&world, |body| body["properties"]["sku"]["name"] = json!("Premium"));
    assert_eq!(response.value()["properties"]["sku"]["name"], "premium");
}

#[test]
fn what_only_the_service_sets_is_ignored_in_a_body() {
    let world = world(0);
    let response = vault(&world, |body| {
        body["properties"]["vaultUri"] = json!("https://other/");
        body["name"] = json!("other");
    });
    assert_eq!(response.value()["properties"]["vaultUri"], "https://secrets.vault.azure.net/");
    assert_eq!(response.value()["name"], "secrets");
}

#[test]
fn names_are_checked_when_something_is_created() {
    let world = world(0);
    refused(
        &world.put(&id("Microsoft.Storage/storageAccounts/Upper"), json!({ "location": "westeurope" })),
        400,
        "AccountNameInvalid",
    );
    refused(
        &world.put(&network().replace("net", &"n".repeat(91)), json!({ "location": "westeurope" })),
        400,
        "InvalidResourceName",
    );
}

#[test]
fn tags_have_limits() {
    let world = world(0);
    refused(&vault(&world, |body| body["tags"] = json!({ "a/b": "" })), 400, "InvalidTag");
    refused(&vault(&world, |body| body["tags"] = json!({ "a": "v".repeat(257) })), 400, "InvalidTag");
}

#[test]
fn what_a_client_of_another_version_sends_and_this_version_does_not_have_is_left_out() {
    let settings = Settings { api_versions: ApiVersions::WellFormed, ..Settings::default() };
    let world = with(settings);
    let mut body = vault_body();
    body["properties"]["fromThePast"] = json!(1);
    body["properties"]["sku"]["fromThePast"] = json!([1]);
    let vault = id("Microsoft.KeyVault/vaults/secrets");
    refused(&world.put(&vault, body.clone()), 400, "InvalidRequestContent");
    let old = Request::new(Method::Put, &format!("{vault}?api-version=2019-09-01")).with_json(&body);
    let made = world.send(old);
    assert_eq!(made.status, 201, "{}", made.value());
    assert!(!made.value().to_string().contains("fromThePast"));
}

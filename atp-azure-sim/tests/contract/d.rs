//! PUT, PATCH, GET, HEAD.

use atp_azure_sim::{Method, Request, Settings};
use serde_json::{Map, Value, json};

use crate::support::{
    OPERATION, SUBSCRIPTION, World, accepted, descriptor, group, id, message, network, network_body, refused,
    settings, smallest_body, storage, storage_body, vault, vault_body, with, world,
};

fn identity(name: &str) -> String {
    id(&format!("Microsoft.ManagedIdentity/userAssignedIdentities/{name}"))
}

fn here() -> Value {
    json!({ "location": "westeurope" })
}

#[test]
fn fact_031_put_creates_with_201_and_replaces_with_200() {
    let world = world();
    assert_eq!(world.put(&vault(), vault_body()).status, 201);
    world.time.pass(OPERATION);
    assert_eq!(world.put(&vault(), vault_body()).status, 200);
    assert_eq!(world.put(&group("H"), here()).status, 201);
    assert_eq!(world.put(&group("H"), here()).status, 200);
}

#[test]
fn fact_032_a_storage_account_is_never_answered_with_201() {
    let world = world();
    assert_eq!(world.put(&storage(), storage_body()).status, 202);
    world.time.pass(OPERATION);
    assert!([200, 202].contains(&world.put(&storage(), storage_body()).status));
}

#[test]
fn fact_032_a_cosmos_account_is_only_ever_answered_with_200() {
    let world = world();
    let account = id("Microsoft.DocumentDB/databaseAccounts/orders");
    let locations = json!([{ "locationName": "westeurope" }]);
    let properties = json!({ "databaseAccountOfferType": "Standard", "locations": locations });
    for _ in 0..2 {
        let response = world.put(&account, json!({ "location": "westeurope", "properties": properties }));
        assert_eq!(response.status, 200, "{}", response.value());
        world.time.pass(OPERATION);
    }
}

#[test]
fn fact_033_some_types_answer_every_put_with_one_code() {
    let only_200 = [
        "Microsoft.Storage/storageAccounts/blobServices",
        "Microsoft.Storage/storageAccounts/managementPolicies",
        "Microsoft.Storage/storageAccounts/objectReplicationPolicies",
        "Microsoft.Storage/storageAccounts/queueServices/queues",
        "Microsoft.Storage/storageAccounts/tableServices/tables",
        "Microsoft.ServiceBus/namespaces/topics",
        "Microsoft.ServiceBus/namespaces/queues",
        "Microsoft.ServiceBus/namespaces/topics/subscriptions",
        "Microsoft.ServiceBus/namespaces/topics/subscriptions/rules",
        "Microsoft.ServiceBus/namespaces/networkRuleSets",
        "Microsoft.Insights/components",
        "Microsoft.Insights/metricAlerts",
        "Microsoft.Insights/diagnosticSettings",
        "Microsoft.KeyVault/vaults/keys",
        "Microsoft.DocumentDB/databaseAccounts",
    ];
    let only_201 = [
        "Microsoft.Authorization/roleDefinitions",
        "Microsoft.Authorization/policyDefinitions",
        "Microsoft.Authorization/policyAssignments",
    ];
    let cases = only_200.map(|name| (name, 200)).into_iter().chain(only_201.map(|name| (name, 201)));
    for (type_name, status) in cases {
        let world = world();
        let mut path = world.place(type_name);
        let mut body = smallest_body(descriptor(type_name));
        if let Some((account, _)) = path.split_once("/objectReplicationPolicies/") {
            // The account that copies arrive in is asked first, and draws the name.
            body["properties"] = json!({"sourceAccount": "source", "destinationAccount": account});
            path = format!("{account}/objectReplicationPolicies/default");
        }
        for _ in 0..2 {
            let response = world.put(&path, body.clone());
            assert_eq!(response.status, status, "{path}: {}", response.value());
            world.time.pass(OPERATION);
        }
    }
}

#[test]
fn fact_034_the_answer_has_what_was_sent_and_what_the_service_says() {
    let world = world();
    let body = network_body();
    let shown = world.put(&network(), body.clone()).value();
    assert_eq!(shown["location"], body["location"]);
    assert_eq!(shown["properties"]["addressSpace"], body["properties"]["addressSpace"]);
    for name in ["id", "name", "type", "etag"] {
        assert!(shown[name].is_string(), "{name}: {shown}");
    }
    assert!(shown["properties"]["provisioningState"].is_string(), "{shown}");
}

#[test]
fn fact_035_what_a_put_leaves_out_is_gone() {
    let world = world();
    let mut body = network_body();
    body["tags"] = json!({ "team": "audit" });
    body["properties"]["dhcpOptions"] = json!({ "dnsServers": ["10.0.0.4"] });
    body["properties"]["subnets"] = json!([
        { "name": "a", "properties": { "addressPrefix": "10.0.0.0/24" } },
        { "name": "b", "properties": { "addressPrefix": "10.0.1.0/24" } },
    ]);
    assert_eq!(world.make(&network(), body.clone())["properties"]["subnets"].as_array().unwrap().len(), 2);
    let shown = world.make(&network(), network_body());
    assert!(shown.get("tags").is_none() && shown["properties"].get("dhcpOptions").is_none(), "{shown}");
    // A body without the list says nothing of the subnets; one with a shorter list removes the others.
    assert_eq!(shown["properties"]["subnets"].as_array().unwrap().len(), 2);
    body["properties"]["subnets"].as_array_mut().unwrap().pop();
    let shown = world.make(&network(), body);
    assert_eq!(shown["properties"]["subnets"].as_array().unwrap().len(), 1);
    assert_eq!(world.get(&format!("{}/subnets/b", network())).status, 404);
}

#[test]
fn fact_036_a_put_with_another_location_is_refused() {
    let world = world();
    world.make(&network(), network_body());
    let response = world.put(&network(), json!({ "location": "northeurope" }));
    refused(&response, 409, "InvalidResourceLocation");
    assert_eq!(
        message(&response),
        "The resource 'net' already exists in location 'westeurope' in resource group 'G'. A resource with the same \
         name cannot be created in location 'northeurope'. Please select a new resource name."
    );
    assert_eq!(world.get(&network()).value()["location"], "westeurope");
}

#[test]
fn fact_037_a_group_stays_where_it_is() {
    let world = world();
    let response = world.put(&group("G"), json!({ "location": "northeurope" }));
    refused(&response, 409, "InvalidResourceGroupLocation");
    assert_eq!(
        message(&response),
        "Invalid resource group location 'northeurope'. The Resource group already exists in location 'westeurope'."
    );
}

#[test]
fn fact_038_a_tracked_resource_needs_a_location() {
    let world = world();
    for (path, mut body) in
        [(network(), network_body()), (vault(), vault_body()), (storage(), storage_body())]
    {
        body.as_object_mut().unwrap().remove("location");
        refused(&world.put(&path, body), 400, "LocationRequired");
    }
    refused(&world.put(&group("H"), json!({})), 400, "LocationRequired");
}

#[test]
fn fact_039_a_create_only_property_keeps_its_value() {
    let world = world();
    let mut body = storage_body();
    body["properties"] = json!({ "dnsEndpointType": "Standard" });
    world.make(&storage(), body.clone());
    body["properties"]["dnsEndpointType"] = json!("AzureDnsZone");
    let response = world.put(&storage(), body);
    refused(&response, 400, "PropertyChangeNotAllowed");
    assert_eq!(response.value()["error"]["target"], "properties.dnsEndpointType");
    // One that is left out keeps its value.
    assert_eq!(world.make(&storage(), storage_body())["properties"]["dnsEndpointType"], "Standard");
}

#[test]
fn fact_040_what_cannot_be_read_and_what_is_wrong_are_told_apart() {
    let world = world();
    let raw = |text: &str| {
        let mut request = world.request(Method::Put, &network());
        request.body = text.as_bytes().to_vec();
        world.send(request)
    };
    for malformed in ["", "{", "[]", "7", r#"{"location":7}"#, r#"{"location":"westeurope","colour":"red"}"#]
    {
        refused(&raw(malformed), 400, "InvalidRequestContent");
    }
    let mut body = network_body();
    body["properties"]["addressSpace"]["addressPrefixes"] = json!("10.0.0.0/16");
    refused(&world.put(&network(), body), 400, "InvalidRequestContent");
    let mut body = vault_body();
    body["properties"]["tenantId"] = json!("nobody");
    let response = world.put(&vault(), body);
    refused(&response, 400, "InvalidParameter");
    assert_eq!(response.value()["error"]["target"], "properties.tenantId");
    let mut body = vault_body();
    body["properties"]["sku"] = json!({ "family": "A" });
    refused(&world.put(&vault(), body), 400, "InvalidParameter");
}

#[test]
fn fact_041_the_provisioning_state_in_a_body_is_the_current_one_or_refused() {
    let world = world();
    let mut shown = world.make(&network(), network_body());
    assert_eq!(world.put(&network(), shown.clone()).status, 200);
    world.time.pass(OPERATION);
    shown["properties"]["provisioningState"] = json!("Updating");
    let response = world.put(&network(), shown);
    refused(&response, 400, "InvalidParameter");
    assert_eq!(response.value()["error"]["target"], "properties.provisioningState");
}

#[test]
fn fact_042_a_patch_merges_properties_and_replaces_tags() {
    let world = world();
    let mut body = vault_body();
    body["tags"] = json!({ "team": "audit", "cost": "1" });
    body["properties"]["enabledForDeployment"] = json!(true);
    body["properties"]["networkAcls"] = json!({ "bypass": "None", "defaultAction": "Deny" });
    world.make(&vault(), body);
    let change = json!({
        "tags": { "team": "platform" },
        "properties": { "enabledForDeployment": null, "networkAcls": { "bypass": "AzureServices" } },
    });
    let response = world.patch(&vault(), change);
    assert_eq!(response.status, 200);
    let shown = response.value();
    assert_eq!(shown["tags"], json!({ "team": "platform" }));
    assert_eq!(shown["properties"].get("enabledForDeployment"), None);
    assert_eq!(shown["properties"]["networkAcls"]["bypass"], "AzureServices");
    assert_eq!(shown["properties"]["networkAcls"]["defaultAction"], "Deny");
    assert_eq!(shown["properties"]["sku"]["name"], "standard");
}

#[test]
fn fact_042_a_network_takes_only_tags_in_a_patch() {
    let world = world();
    world.make(&network(), network_body());
    let change = json!({ "properties": { "dhcpOptions": { "dnsServers": [] } } });
    refused(&world.patch(&network(), change), 400, "InvalidRequestContent");
    assert_eq!(world.patch(&network(), json!({ "tags": { "a": "b" } })).value()["tags"], json!({ "a": "b" }));
}

#[test]
fn fact_043_a_patch_of_what_is_not_there() {
    let world = world();
    refused(&world.patch(&vault(), json!({ "tags": {} })), 404, "ResourceNotFound");
    refused(&world.patch(&group("H"), json!({ "tags": {} })), 404, "ResourceGroupNotFound");
}

#[test]
fn fact_044_head_answers_204_or_404_without_a_body() {
    let world = world();
    world.make(&network(), network_body());
    for (path, status) in [(group("G"), 204), (group("H"), 404), (network(), 204), (vault(), 404)] {
        let response = world.head(&path);
        assert_eq!((response.status, response.body.len()), (status, 0), "{path}");
    }
}

fn names(body: &Value) -> Vec<&str> {
    body["value"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[test]
fn fact_045_pages_are_linked_until_there_is_no_more() {
    let world = with(Settings { page_size: 2, ..settings() });
    for name in ["aaa", "bbb", "ccc", "ddd"] {
        world.make(&identity(name), here());
    }
    let list = identity("").trim_end_matches('/').to_owned();
    let request = world.request(Method::Get, &list).with_header("host", "localhost:7");
    let first = world.send(request).value();
    assert_eq!(names(&first), ["aaa", "bbb"]);
    let link = first["nextLink"].as_str().unwrap();
    assert!(link.starts_with("https://localhost:7/subscriptions/") && link.contains("$skipToken="), "{link}");
    let last = world.follow(link).value();
    assert_eq!(names(&last), ["ccc", "ddd"]);
    assert!(!last.as_object().unwrap().contains_key("nextLink"), "{last}");
}

#[test]
fn fact_046_a_list_of_nothing_is_empty() {
    let world = world();
    world.make(&network(), network_body());
    let lists = [
        id("Microsoft.KeyVault/vaults"),
        format!("{SUBSCRIPTION}/providers/Microsoft.KeyVault/vaults"),
        format!("{}/subnets", network()),
        format!("{}/providers/Microsoft.Authorization/locks", network()),
    ];
    for list in lists {
        let response = world.get(&list);
        assert_eq!((response.status, response.value()), (200, json!({ "value": [] })), "{list}");
    }
}

#[test]
fn fact_047_tags_have_their_bounds() {
    let world = world();
    let put = |tags: Value| world.put(&identity("tagged"), json!({ "location": "westeurope", "tags": tags }));
    let one = |key: &str, value: &str| Value::Object(Map::from_iter([(key.to_owned(), json!(value))]));
    accepted(&put(one(&"k".repeat(512), &"v".repeat(256))));
    refused(&put(one(&"k".repeat(513), "v")), 400, "InvalidTag");
    refused(&put(one("k", &"v".repeat(257))), 400, "InvalidTag");
    for character in ["<", ">", "%", "&", "\\", "?", "/"] {
        refused(&put(one(&format!("a{character}"), "v")), 400, "InvalidTag");
    }
    let many = |count: u32| (0..count).map(|number| (number.to_string(), json!("v"))).collect();
    accepted(&put(Value::Object(many(50))));
    refused(&put(Value::Object(many(51))), 400, "InvalidTag");
}

fn tags_of(world: &World, scope: &str) -> Value {
    world.get(scope).value()["tags"].clone()
}

#[test]
fn fact_047_tags_are_changed_through_a_resource_of_their_own() {
    let world = world();
    for scope in [network(), group("G"), SUBSCRIPTION.to_owned()] {
        if scope == network() {
            world.make(&network(), network_body());
        }
        let tags = format!("{scope}/providers/Microsoft.Resources/tags/default");
        let body = |tags: Value| json!({ "properties": { "tags": tags } });
        let change =
            |operation: &str, tags: Value| json!({ "operation": operation, "properties": { "tags": tags } });
        assert_eq!(world.get(&tags).value()["properties"]["tags"], json!({}));
        assert_eq!(world.put(&tags, body(json!({ "a": "1", "b": "2" }))).status, 200);
        assert_eq!(tags_of(&world, &scope), json!({ "a": "1", "b": "2" }));
        accepted(&world.patch(&tags, change("Merge", json!({ "b": "3", "c": "4" }))));
        assert_eq!(tags_of(&world, &scope), json!({ "a": "1", "b": "3", "c": "4" }));
        accepted(&world.patch(&tags, change("Delete", json!({ "a": "1", "b": "other" }))));
        assert_eq!(tags_of(&world, &scope), json!({ "b": "3", "c": "4" }));
        let shown = world.patch(&tags, change("Replace", json!({ "d": "5" }))).value();
        assert_eq!(shown["properties"]["tags"], json!({ "d": "5" }));
        refused(&world.patch(&tags, change("Forget", json!({}))), 400, "InvalidParameter");
        refused(&world.put(&tags, body(json!({ "a/b": "1" }))), 400, "InvalidTag");
        assert_eq!(world.delete(&tags).status, 200);
        assert_eq!(world.get(&tags).value()["properties"]["tags"], json!({}));
    }
}

#[test]
fn fact_047_the_tags_of_nothing_are_not_there() {
    let world = world();
    let tags = |scope: &str| format!("{scope}/providers/Microsoft.Resources/tags/default");
    refused(&world.get(&tags(&network())), 404, "ResourceNotFound");
    refused(&world.get(&tags(&group("H"))), 404, "ResourceGroupNotFound");
    let missing = Request::new(Method::Get, &tags(SUBSCRIPTION));
    refused(&world.send(missing), 400, "MissingApiVersionParameter");
}

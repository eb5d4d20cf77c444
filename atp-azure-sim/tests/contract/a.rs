//! Requests, ids, envelope.

use std::time::Duration;

use atp_azure_sim::{ApiVersions, Fault, FaultAction, Method, Request, Response, Settings};
use serde_json::{Value, json};

use crate::support::{
    OPERATION, SUBSCRIPTION, World, accepted, descriptor, group, id, message, network, network_body, refused,
    settings, storage, storage_body, vault, vault_body, version, with, world,
};

const ZONE: &str = "Microsoft.Network/privateDnsZones/audit.example";

fn get_at(world: &World, path: &str, version: &str) -> Response {
    world.send(Request::new(Method::Get, &format!("{path}?api-version={version}")))
}

#[test]
fn fact_001_a_request_without_an_api_version_is_refused() {
    let world = world();
    for path in [SUBSCRIPTION.to_owned(), group("G"), network(), id("Microsoft.Network/virtualNetworks")] {
        let response = world.send(Request::new(Method::Get, &path));
        refused(&response, 400, "MissingApiVersionParameter");
        assert_eq!(
            message(&response),
            "The api-version query parameter (?api-version=) is required for all requests."
        );
    }
}

#[test]
fn fact_002_an_unknown_version_of_a_group_is_refused_with_those_that_there_are() {
    let world = world();
    for path in [SUBSCRIPTION.to_owned(), group("G"), format!("{SUBSCRIPTION}/resourcegroups")] {
        let response = get_at(&world, &path, "2001-01-01");
        refused(&response, 400, "InvalidApiVersionParameter");
        let start = "The api-version '2001-01-01' is invalid. The supported versions are '";
        let text = message(&response);
        assert!(text.starts_with(start) && text.contains("2025-04-01") && text.ends_with("'."), "{text}");
    }
}

#[test]
fn fact_003_an_unknown_version_of_a_type_is_refused_with_versions_and_locations() {
    let world = world();
    let target = format!("{}?api-version=2001-01-01", network());
    let response = world.send(Request::new(Method::Put, &target).with_json(&network_body()));
    refused(&response, 400, "NoRegisteredProviderFound");
    let known = descriptor("Microsoft.Network/virtualNetworks").api_version;
    let start = format!(
        "No registered resource provider found for location 'westeurope' and API version '2001-01-01' for type \
         'virtualNetworks'. The supported api-versions are '{known}'. The supported locations are '"
    );
    let text = message(&response);
    assert!(text.starts_with(&start) && text.contains("westeurope, westus2, westus3'."), "{text}");
    let zone = id(ZONE).replace(ZONE, "Microsoft.Network/privateDnsZones/a/A/b");
    let response = get_at(&world, &zone, "2001-01-01");
    refused(&response, 400, "NoRegisteredProviderFound");
    assert!(message(&response).ends_with("The supported locations are 'global'."), "{}", message(&response));
}

#[test]
fn fact_004_a_version_is_a_date_with_one_of_five_suffixes() {
    let world = with(Settings { api_versions: ApiVersions::WellFormed, ..settings() });
    for suffix in ["", "-preview", "-alpha", "-beta", "-rc", "-privatepreview"] {
        assert_eq!(get_at(&world, &group("G"), &format!("2001-01-01{suffix}")).status, 200, "{suffix}");
    }
    for other in ["latest", "2001-1-1", "20010101", "2001-01-01-gamma", "2001-01-01preview", "é001-01-01"] {
        refused(&get_at(&world, &group("G"), other), 400, "InvalidApiVersionParameter");
    }
}

#[test]
fn fact_005_unknown_namespaces_and_types_are_told_apart() {
    let world = world();
    let nowhere = id("Microsoft.Nothing/things/a");
    refused(&world.get(&nowhere), 404, "InvalidResourceNamespace");
    refused(&world.put(&nowhere, json!({})), 404, "InvalidResourceNamespace");
    let nothing = id("Microsoft.Network/things/a");
    refused(&world.get(&nothing), 404, "InvalidResourceType");
    refused(&world.put(&nothing, json!({})), 400, "InvalidResourceType");
}

#[test]
fn fact_006_names_match_in_any_case_and_the_last_casing_is_kept() {
    let world = world();
    world.make(&network(), network_body());
    assert_eq!(world.get(&network().to_uppercase()).status, 200);
    let shouted = network().replace("/net", "/NET").replace("/G/", "/g/");
    assert_eq!(world.put(&shouted, network_body()).status, 200);
    let shown = world.get(&network()).value();
    assert_eq!((&shown["name"], &shown["id"]), (&json!("NET"), &json!(shouted)));
    let list = world.get(&id("microsoft.network/VIRTUALNETWORKS")).value();
    assert_eq!(list["value"].as_array().unwrap().len(), 1);
}

#[test]
fn fact_007_both_spellings_of_resource_groups_are_one_route() {
    let world = world();
    world.make(&network(), network_body());
    let other = |path: &str| path.replace("resourceGroups", "resourcegroups");
    assert_eq!(world.get(&other(&network())).status, 200);
    assert_eq!(world.get(&other(&group("G"))).value()["id"], json!(group("G")));
    assert_eq!(world.put(&other(&group("H")), json!({ "location": "westeurope" })).status, 201);
    assert_eq!(world.get(&group("H")).value()["id"], json!(group("H")));
}

#[test]
fn fact_008_id_name_and_type_follow_from_the_path() {
    let world = world();
    world.make(&network(), network_body());
    let lock = format!("{}/providers/Microsoft.Authorization/locks/keep%20it", network());
    let query = format!("{lock}?api-version={}&a=b", version(&lock));
    let request = Request::new(Method::Put, &query).with_header("host", "localhost:1");
    let body = json!({ "properties": { "level": "CanNotDelete" } });
    let shown = world.send(request.with_json(&body)).value();
    assert_eq!(shown["id"], json!(lock.replace("%20", " ")));
    assert_eq!(shown["name"], "keep it");
    assert_eq!(shown["type"], "Microsoft.Authorization/locks");
    let subnet = format!("{}/subnets/a", network());
    let shown = world.put(&subnet, json!({ "properties": { "addressPrefix": "10.0.0.0/24" } })).value();
    assert_eq!((&shown["id"], &shown["name"]), (&json!(subnet), &json!("a")));
    assert_eq!(shown["type"], "Microsoft.Network/virtualNetworks/subnets");
}

#[test]
fn fact_009_a_name_in_the_body_is_not_looked_at() {
    let world = world();
    let mut body = network_body();
    body["name"] = json!("other");
    body["id"] = json!(group("H"));
    body["type"] = json!("Microsoft.Network/loadBalancers");
    let shown = world.make(&network(), body);
    assert_eq!((&shown["name"], &shown["id"]), (&json!("net"), &json!(network())));
    assert_eq!(shown["type"], "Microsoft.Network/virtualNetworks");
}

#[test]
fn fact_010_locations_compare_without_spaces_and_case() {
    let world = world();
    world.make(&network(), network_body());
    let mut body = network_body();
    body["location"] = json!("West Europe");
    assert_eq!(world.put(&network(), body).status, 200);
}

#[test]
fn fact_011_the_name_of_a_group_has_its_characters() {
    let world = world();
    let put = |name: &str| world.put(&group(name), json!({ "location": "westeurope" }));
    assert_eq!(put("a-b_(c).d9").status, 201);
    assert_eq!(put(&"x".repeat(90)).status, 201);
    for name in [&"x".repeat(91), "a*b", "a%20b", "a.", "a%2Fb"] {
        refused(&put(name), 400, "InvalidResourceName");
    }
}

#[test]
fn fact_012_a_name_has_no_reserved_characters() {
    let world = world();
    let put = |name: &str| world.put(&format!("{}{name}", id(&ZONE.replace("audit.example", ""))), json!({}));
    for name in ["a%3Cb", "a%3Eb", "a%25b", "a%26b", "a%3Ab", "a%5Cb", "a%3Fb", "a%2Fb", "a%07b"] {
        let response = world
            .put(&id(&format!("Microsoft.Network/natGateways/{name}")), json!({ "location": "westeurope" }));
        refused(&response, 400, "InvalidResourceName");
    }
    refused(&put(&"x".repeat(261)), 400, "InvalidResourceName");
    let account = storage().replace("/data", "/Not-Allowed");
    refused(&world.put(&account, storage_body()), 400, "AccountNameInvalid");
}

#[test]
fn fact_013_settings_of_the_service_stand_under_properties_only() {
    let world = world();
    let mut body = network_body();
    body["addressSpace"] = json!({});
    let response = world.put(&network(), body);
    refused(&response, 400, "InvalidRequestContent");
    assert_eq!(response.value()["error"]["target"], "addressSpace");
    let mut body = storage_body();
    body["tags"] = json!({ "team": "audit" });
    body["identity"] = json!({ "type": "SystemAssigned" });
    let shown = world.make(&storage(), body);
    for name in ["id", "name", "type", "location", "tags", "sku", "kind", "identity", "properties"] {
        assert!(shown.get(name).is_some(), "{name}: {shown}");
    }
}

fn put_as(world: &World, client: &str, path: &str, body: Value) -> Response {
    let token = format!("Bearer {}", world.simulator.token(client));
    world.send(world.request(Method::Put, path).with_json(&body).with_header("authorization", &token))
}

#[test]
fn fact_014_who_wrote_what_is_kept_and_children_do_not_touch_it() {
    let world = world();
    let zone = id(ZONE);
    accepted(&put_as(&world, "first", &zone, json!({ "location": "global" })));
    world.time.pass(Duration::from_secs(60));
    accepted(&put_as(&world, "second", &zone, json!({ "location": "global", "tags": { "a": "b" } })));
    let expected = json!({
        "createdBy": "first", "createdByType": "Application", "createdAt": "2027-01-15T08:00:00Z",
        "lastModifiedBy": "second", "lastModifiedByType": "Application",
        "lastModifiedAt": "2027-01-15T08:01:00Z",
    });
    assert_eq!(world.get(&zone).value()["systemData"], expected);
    world.time.pass(Duration::from_secs(60));
    refused(
        &put_as(&world, "third", &zone, json!({ "location": "westeurope" })),
        409,
        "InvalidResourceLocation",
    );
    let record = json!({ "properties": { "ttl": 60, "aRecords": [{ "ipv4Address": "10.0.0.4" }] } });
    accepted(&put_as(&world, "third", &format!("{zone}/A/www"), record));
    assert_eq!(world.get(&zone).value()["systemData"], expected);
}

#[test]
fn fact_014_system_data_is_read_only() {
    let world = world();
    let mut body = json!({ "location": "global" });
    body["systemData"] = json!({ "createdBy": "somebody else" });
    let shown = world.make(&id(ZONE), body);
    assert_eq!(shown["systemData"]["createdBy"], "simulator");
}

#[test]
fn fact_015_what_is_not_tracked_has_no_location_and_no_tags() {
    let world = world();
    world.make(&network(), network_body());
    let subnet = format!("{}/subnets/a", network());
    for name in ["location", "tags"] {
        let mut body = json!({ "properties": { "addressPrefix": "10.0.0.0/24" } });
        body[name] = if name == "tags" { json!({}) } else { json!("westeurope") };
        refused(&world.put(&subnet, body), 400, "InvalidRequestContent");
    }
    let shown = world.make(&subnet, json!({ "properties": { "addressPrefix": "10.0.0.0/24" } }));
    assert!(shown.get("location").is_none() && shown.get("tags").is_none(), "{shown}");
}

#[test]
fn fact_016_every_answer_has_its_headers() {
    let world = world();
    world.make(&network(), network_body());
    let answers = [
        world.get(&group("G")),
        world.head(&group("G")),
        world.get(&group("other")),
        world.delete(&network()),
        world.send(Request::new(Method::Get, "/nowhere")),
    ];
    let mut ids = Vec::new();
    for response in answers {
        for name in ["x-ms-request-id", "x-ms-correlation-request-id", "x-ms-routing-request-id"] {
            assert!(response.header(name).is_some_and(|value| value.len() > 30), "{name}: {response:?}");
        }
        assert_eq!(response.header("date"), Some("Fri, 15 Jan 2027 08:00:10 GMT"));
        assert_eq!(response.header("x-ms-client-request-id"), None);
        ids.push(response.header("x-ms-request-id").unwrap().to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

#[test]
fn fact_016_the_id_of_the_client_comes_back_only_when_it_asks() {
    let world = world();
    let asked = |echo: &str| {
        let request = world.request(Method::Get, &group("G")).with_header("x-ms-client-request-id", "mine");
        let response = world.send(request.with_header("x-ms-return-client-request-id", echo));
        response.header("x-ms-client-request-id").map(str::to_owned)
    };
    assert_eq!((asked("true").as_deref(), asked("false")), (Some("mine"), None));
}

#[test]
fn fact_017_an_answer_after_more_than_a_minute_becomes_a_504() {
    let world = world();
    let late = |seconds| FaultAction::Delay(Duration::from_secs(seconds));
    world.simulator.inject(Fault::next(Method::Put, "virtualNetworks", late(60)));
    let response = world.put(&network(), network_body());
    assert_eq!((response.status, response.delay), (201, Duration::from_secs(60)));
    world.time.pass(OPERATION);
    world.simulator.inject(Fault::next(Method::Put, "virtualNetworks", late(61)));
    let response = world.put(&network(), network_body());
    refused(&response, 504, "GatewayTimeout");
    assert_eq!(response.delay, Duration::from_secs(60));
    assert_eq!(world.get(&network()).value()["properties"]["provisioningState"], "Updating");
}

#[test]
fn fact_017_an_answer_beyond_eight_megabytes_becomes_a_500() {
    let world = world();
    let mut body = vault_body();
    let policy = json!({ "tenantId": body["properties"]["tenantId"], "objectId": "x".repeat(1 << 20), "permissions": {} });
    body["properties"]["accessPolicies"] = (0..9).map(|_| policy.clone()).collect();
    refused(&world.put(&vault(), body), 500, "ResourceProviderResponseTooLarge");
    refused(&world.get(&vault()), 500, "ResourceProviderResponseTooLarge");
    assert_eq!(world.head(&vault()).status, 204);
}

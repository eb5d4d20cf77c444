use atp_azure_sim::{Method, Request, Settings};
use serde_json::{Value, json};

use crate::support::{SUBSCRIPTION, World, group, id, network, refused, version, with, world};

fn ids(body: &Value) -> Vec<String> {
    body["value"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

fn identities(world: &World, names: &[&str]) {
    for name in names {
        let identity = id(&format!("Microsoft.ManagedIdentity/userAssignedIdentities/{name}"));
        world.put(&identity, json!({ "location": "westeurope" }));
    }
}

#[test]
fn a_list_of_nothing_is_empty_and_not_missing() {
    let world = world(0);
    let list = world.get(&id("Microsoft.Network/virtualNetworks"));
    assert_eq!((list.status, list.value()), (200, json!({ "value": [] })));
    let elsewhere = id("Microsoft.Network/virtualNetworks").replace("/G/", "/other/");
    refused(&world.get(&elsewhere), 404, "ResourceGroupNotFound");
}

#[test]
fn pages_are_linked_by_absolute_urls_of_the_host_that_was_asked() {
    let world = with(Settings { page_size: 2, ..Settings::default() });
    identities(&world, &["a", "b", "c", "d", "e"]);
    let path = id("Microsoft.ManagedIdentity/userAssignedIdentities");
    let target = format!("{path}?api-version={}", version(&path));
    let mut page = world.send(Request::new(Method::Get, &target).with_header("host", "localhost:7")).value();
    let mut seen = ids(&page);
    while let Some(link) = page.get("nextLink").map(|link| link.as_str().unwrap().to_owned()) {
        if seen.len() == 2 {
            assert!(link.starts_with("https://localhost:7/subscriptions/"), "{link}");
        }
        page = world.follow(&link).value();
        seen.extend(ids(&page));
    }
    assert_eq!(seen, ["a", "b", "c", "d", "e"]);
}

#[test]
fn a_subscription_lists_what_its_groups_hold() {
    let world = world(0);
    world.put(&group("H"), json!({ "location": "westeurope" }));
    identities(&world, &["a"]);
    let all = format!("{SUBSCRIPTION}/providers/Microsoft.ManagedIdentity/userAssignedIdentities");
    assert_eq!(ids(&world.get(&all).value()), ["a"]);
    assert_eq!(ids(&world.get(&format!("{SUBSCRIPTION}/resourcegroups")).value()), ["G", "H"]);
    assert_eq!(ids(&world.get(&format!("{SUBSCRIPTION}/resources")).value()), ["a"]);
    assert_eq!(ids(&world.get(&format!("{}/resources", group("H"))).value()), Vec::<String>::new());
    let filter = format!(
        "{SUBSCRIPTION}/resources?api-version=2025-04-01&$filter=resourceType%20eq%20%27Microsoft.Sql%2Fservers%27"
    );
    assert_eq!(ids(&world.send(Request::new(Method::Get, &filter)).value()), Vec::<String>::new());
}

#[test]
fn resources_are_filtered_by_group_and_expanded_as_asked() {
    let world = world(0);
    world.put(&group("H"), json!({ "location": "westeurope" }));
    identities(&world, &["a"]);
    let list = |group: &str| {
        let query = format!("$filter=resourceGroup%20eq%20'{group}'&$expand=createdTime,provisioningState");
        let target = format!("{SUBSCRIPTION}/resources?api-version=2025-04-01&{query}");
        world.send(Request::new(Method::Get, &target)).value()
    };
    assert_eq!(ids(&list("H")), Vec::<String>::new());
    let found = list("g");
    assert_eq!(ids(&found), ["a"]);
    assert_eq!(found["value"][0]["provisioningState"], "Succeeded");
    assert_eq!(found["value"][0]["createdTime"], "2027-01-15T08:00:00Z");
}

#[test]
fn children_are_listed_in_their_parent() {
    let world = world(0);
    refused(&world.get(&format!("{}/subnets", network())), 404, "ParentResourceNotFound");
    world.put(&network(), json!({ "location": "westeurope" }));
    world.put(&format!("{}/subnets/a", network()), json!({}));
    assert_eq!(ids(&world.get(&format!("{}/subnets", network())).value()), ["a"]);
    assert_eq!(ids(&world.get(&id("Microsoft.Network/virtualNetworks")).value()), ["net"]);
}

#[test]
fn locks_are_listed_with_those_below_their_scope() {
    let world = world(0);
    let lock = format!("{}/providers/Microsoft.Authorization/locks/keep", group("G"));
    world.put(&lock, json!({ "properties": { "level": "CanNotDelete" } }));
    let locks = format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/locks");
    assert_eq!(ids(&world.get(&locks).value()), ["keep"]);
    let here = Request::new(Method::Get, &format!("{locks}?api-version=2020-05-01&$filter=atScope()"));
    assert_eq!(ids(&world.send(here).value()), Vec::<String>::new());
}

#[test]
fn the_tenant_and_the_locations_of_a_subscription_are_listed() {
    let world = world(0);
    assert_eq!(world.get("/tenants").value()["value"][0]["tenantId"], "72f988bf-0000-4000-8000-2d7cd011db47");
    let locations = world.get(&format!("{SUBSCRIPTION}/locations")).value();
    let west = locations["value"].as_array().unwrap().iter().find(|region| region["name"] == "westeurope");
    assert_eq!(west.unwrap()["displayName"], "West Europe");
}

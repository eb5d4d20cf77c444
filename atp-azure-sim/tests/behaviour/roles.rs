use std::time::Duration;

use atp_azure_sim::{Method, Response, Settings};
use serde_json::json;

use crate::support::{SUBSCRIPTION, World, group, id, refused, with, world};

fn assign(world: &World, name: char, principal: &str, role: &str) -> Response {
    world.put(
        &assignment(name),
        json!({ "properties": { "principalId": principal, "roleDefinitionId": format!("/roles/{role}") } }),
    )
}

fn assignment(name: char) -> String {
    let name = name.to_string().repeat(36);
    format!("{}/providers/Microsoft.Authorization/roleAssignments/{name}", group("G"))
}

#[test]
fn the_same_assignment_can_be_put_again() {
    let world = world(0);
    assert_eq!(assign(&world, 'a', "p", "reader").status, 201);
    assert_eq!(assign(&world, 'a', "p", "reader").status, 200);
    let deleted = world.delete(&assignment('a'));
    assert_eq!((deleted.status, &deleted.value()["properties"]["principalId"]), (200, &json!("p")));
    assert_eq!(world.delete(&assignment('a')).status, 204);
}

#[test]
fn one_principal_has_a_role_once_at_a_scope() {
    let world = world(0);
    assign(&world, 'a', "p", "reader");
    refused(&assign(&world, 'b', "p", "reader"), 409, "RoleAssignmentExists");
    assert_eq!(assign(&world, 'b', "p", "writer").status, 201);
}

#[test]
fn a_name_cannot_get_another_principal_or_scope() {
    let world = world(0);
    assign(&world, 'a', "p", "reader");
    refused(&assign(&world, 'a', "q", "reader"), 400, "RoleAssignmentUpdateNotPermitted");
    world.put(&group("H"), json!({ "location": "westeurope" }));
    let elsewhere = assignment('a').replace("/G/", "/H/");
    let body = json!({ "properties": { "principalId": "p", "roleDefinitionId": "/roles/reader" } });
    refused(&world.put(&elsewhere, body), 400, "RoleAssignmentUpdateNotPermitted");
}

#[test]
fn a_new_principal_is_not_known_at_once_unless_its_type_is_sent() {
    let world = with(Settings { replication_delay: Duration::from_secs(10), ..Settings::default() });
    let identity = id("Microsoft.ManagedIdentity/userAssignedIdentities/app");
    let identity = world.put(&identity, json!({ "location": "westeurope" })).value();
    let principal = identity["properties"]["principalId"].as_str().unwrap();
    refused(&assign(&world, 'a', principal, "reader"), 400, "PrincipalNotFound");
    let properties = json!({ "principalId": principal, "roleDefinitionId": "/roles/x", "principalType": "ServicePrincipal" });
    assert_eq!(world.put(&assignment('b'), json!({ "properties": properties })).status, 201);
    world.time.pass(Duration::from_secs(10));
    assert_eq!(assign(&world, 'a', principal, "reader").status, 201);
}

#[test]
fn the_name_has_to_be_a_guid() {
    let world = world(0);
    refused(&assign(&world, 'z', "p", "reader"), 400, "InvalidRoleAssignmentId");
}

#[test]
fn an_assignment_shows_its_scope_and_is_found_by_its_principal() {
    let world = world(0);
    let shown = assign(&world, 'a', "p", "reader").value();
    assert_eq!(shown["properties"]["scope"], json!(group("G")));
    assert!(shown["properties"]["createdOn"].is_string());
    assign(&world, 'b', "q", "reader");
    let list = format!("{}/providers/Microsoft.Authorization/roleAssignments", group("G"));
    let mut request = world.request(Method::Get, &list);
    request.query.push(("$filter".to_owned(), "principalId eq 'q'".to_owned()));
    let found = world.send(request).value();
    assert_eq!(found["value"].as_array().map(Vec::len), Some(1), "{found}");
    assert_eq!(found["value"][0]["properties"]["principalId"], "q");
}

#[test]
fn built_in_roles_are_found_by_name_at_every_scope_and_cannot_be_changed() {
    let world = world(0);
    let roles = format!("{}/providers/Microsoft.Authorization/roleDefinitions", group("G"));
    let mut request = world.request(Method::Get, &roles);
    request.query.push(("$filter".to_owned(), "roleName eq 'Reader'".to_owned()));
    let found = world.send(request).value();
    assert_eq!(found["value"].as_array().map(Vec::len), Some(1), "{found}");
    let reader = found["value"][0]["id"].as_str().unwrap();
    assert_eq!(world.get(reader).value()["properties"]["type"], "BuiltInRole");
    let body =
        json!({ "properties": { "roleName": "Reader", "assignableScopes": ["/"], "permissions": [] } });
    refused(&world.put(reader, body), 400, "RoleDefinitionUpdateNotPermitted");
    refused(&world.delete(reader), 400, "RoleDefinitionUpdateNotPermitted");
}

#[test]
fn a_definition_of_ones_own_is_a_custom_role_and_is_shown_when_it_is_deleted() {
    let world = world(0);
    let role = "/providers/Microsoft.Authorization/roleDefinitions/aaaaaaaa-0000-4000-8000-000000000000";
    let role = format!("{SUBSCRIPTION}{role}");
    let properties = json!({ "roleName": "mine", "assignableScopes": [SUBSCRIPTION], "permissions": [{ "actions": ["*/read"] }] });
    assert_eq!(
        world.put(&role, json!({ "properties": properties })).value()["properties"]["type"],
        "CustomRole"
    );
    assert_eq!(world.delete(&role).value()["properties"]["roleName"], "mine");
}

//! Roles and policies.

use std::time::Duration;

use atp_azure_sim::{Grant, Response, Simulator};
use serde_json::{Value, json};

use crate::support::{
    SUBSCRIPTION, World, accepted, group, id, network, network_body, refused, settings, with, world,
};

const READER: &str =
    "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7";
const OWNER: &str = "/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const PRINCIPAL: &str = "99999999-0000-4000-8000-000000000001";

fn assignment(scope: &str, name: char) -> String {
    format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{}", guid(name))
}

fn guid(name: char) -> String {
    let digits = |count| name.to_string().repeat(count);
    format!("{}-{}-4{}-8{}-{}", digits(8), digits(4), digits(3), digits(3), digits(12))
}

fn body(principal: &str, role: &str) -> Value {
    json!({ "properties": { "principalId": principal, "roleDefinitionId": role } })
}

fn identity_path() -> String {
    id("Microsoft.ManagedIdentity/userAssignedIdentities/app")
}

fn make_identity(world: &World) -> String {
    let made = world.make(&identity_path(), json!({ "location": "westeurope" }));
    made["properties"]["principalId"].as_str().unwrap().to_owned()
}

fn assign(world: &World, name: char, principal: &str) -> Response {
    world.put(&assignment(&group("G"), name), body(principal, READER))
}

#[test]
fn fact_095_the_name_is_a_guid_and_the_codes_say_what_happened() {
    let world = world();
    let path = assignment(&group("G"), 'a');
    refused(
        &world.put(&path.replace("aaaaaaaa-", "not-a-guid"), body(PRINCIPAL, READER)),
        400,
        "InvalidRoleAssignmentId",
    );
    assert_eq!(assign(&world, 'a', PRINCIPAL).status, 201);
    assert_eq!(assign(&world, 'a', PRINCIPAL).status, 200);
    let deleted = world.delete(&path);
    assert_eq!((deleted.status, &deleted.value()["properties"]["principalId"]), (200, &json!(PRINCIPAL)));
    assert_eq!(world.delete(&path).status, 204);
}

#[test]
fn fact_095_a_name_is_used_once_in_the_tenant() {
    let world = world();
    assign(&world, 'a', PRINCIPAL);
    let elsewhere = assignment(SUBSCRIPTION, 'a');
    refused(&world.put(&elsewhere, body(PRINCIPAL, READER)), 400, "RoleAssignmentUpdateNotPermitted");
}

#[test]
fn fact_096_the_same_assignment_under_another_name_is_refused() {
    let world = world();
    assign(&world, 'a', PRINCIPAL);
    refused(&assign(&world, 'b', PRINCIPAL), 409, "RoleAssignmentExists");
    let with_subscription = format!("{SUBSCRIPTION}{READER}");
    let other_form = world.put(&assignment(&group("G"), 'b'), body(PRINCIPAL, &with_subscription));
    refused(&other_form, 409, "RoleAssignmentExists");
    assert_eq!(world.put(&assignment(&group("G"), 'b'), body(PRINCIPAL, OWNER)).status, 201);
}

#[test]
fn fact_097_principal_and_role_of_an_assignment_stay() {
    let world = world();
    assign(&world, 'a', PRINCIPAL);
    let other = "99999999-0000-4000-8000-000000000002";
    let response = assign(&world, 'a', other);
    refused(&response, 400, "RoleAssignmentUpdateNotPermitted");
    assert_eq!(
        response.value()["error"]["message"],
        "Tenant ID, application ID, principal ID, and scope are not allowed to be updated."
    );
    let role = world.put(&assignment(&group("G"), 'a'), body(PRINCIPAL, OWNER));
    refused(&role, 400, "RoleAssignmentUpdateNotPermitted");
}

#[test]
fn fact_098_a_new_principal_is_not_found_until_it_is_replicated() {
    let world = with(atp_azure_sim::Settings { replication_delay: Duration::from_secs(60), ..settings() });
    let principal = make_identity(&world);
    let response = assign(&world, 'a', &principal);
    refused(&response, 400, "PrincipalNotFound");
    let message = response.value()["error"]["message"].as_str().unwrap().to_owned();
    assert!(
        message.starts_with(&format!("Principal {principal} does not exist in the directory")),
        "{message}"
    );
    let mut with_type = body(&principal, READER);
    with_type["properties"]["principalType"] = json!("ServicePrincipal");
    assert_eq!(world.put(&assignment(&group("G"), 'b'), with_type).status, 201);
    world.delete(&assignment(&group("G"), 'b'));
    world.time.pass(Duration::from_secs(60));
    assert_eq!(assign(&world, 'a', &principal).status, 201);
}

#[test]
fn fact_100_an_assignment_outlives_its_principal_and_its_name_is_no_good_for_the_next() {
    let world = world();
    let principal = make_identity(&world);
    assign(&world, 'a', &principal);
    accepted(&world.delete(&identity_path()));
    let left = world.get(&assignment(&group("G"), 'a')).value();
    assert_eq!(left["properties"]["principalId"], json!(principal));
    assert_eq!(left["properties"]["principalType"], "Unknown");
    let again = make_identity(&world);
    assert_ne!(again, principal);
    refused(&assign(&world, 'a', &again), 400, "RoleAssignmentUpdateNotPermitted");
    assert_eq!(assign(&world, 'b', &again).status, 201);
}

#[test]
fn fact_101_a_condition_has_the_version_that_is_the_only_one() {
    let world = world();
    let mut conditional = body(PRINCIPAL, READER);
    conditional["properties"]["condition"] = json!("@Resource[x] StringEquals 'y'");
    accepted(&world.put(&assignment(&group("G"), 'a'), conditional));
    let shown = world.get(&assignment(&group("G"), 'a')).value();
    assert_eq!(shown["properties"]["conditionVersion"], "2.0");
    accepted(&world.put(&assignment(&group("G"), 'b'), body(PRINCIPAL, OWNER)));
    let shown = world.get(&assignment(&group("G"), 'b')).value();
    assert_eq!(shown["properties"].get("conditionVersion"), None);
}

#[test]
fn fact_101_the_last_owner_of_a_subscription_stays() {
    let world = world();
    let client = "aaaaaaaa-0000-4000-8000-000000000001";
    for (name, principal) in [('a', Simulator::principal(client)), ('b', PRINCIPAL.to_owned())] {
        accepted(&world.put(&assignment(SUBSCRIPTION, name), body(&principal, OWNER)));
    }
    world.simulator.configure(|settings| settings.enforce_roles = true);
    let delete = |name| {
        let token = format!("Bearer {}", world.simulator.token(client));
        let request = world.request(atp_azure_sim::Method::Delete, &assignment(SUBSCRIPTION, name));
        world.send(request.with_header("authorization", &token))
    };
    assert_eq!(delete('b').status, 200);
    let last = delete('a');
    refused(&last, 412, "CannotDeleteLastRbacAdminAssignment");
    assert_eq!(last.value()["error"]["message"], "Cannot delete the last RBAC admin assignment.");
    let owner = Grant { principal: PRINCIPAL.into(), role: "Owner".into(), scope: SUBSCRIPTION.into() };
    world.simulator.configure(|settings| settings.grants.push(owner));
    assert_eq!(delete('a').status, 200);
}

#[test]
fn fact_095_a_role_that_there_is_not_is_refused_when_references_are_checked() {
    let world = with(atp_azure_sim::Settings { check_references: true, ..settings() });
    let role = format!("/providers/Microsoft.Authorization/roleDefinitions/{}", guid('c'));
    refused(
        &world.put(&assignment(&group("G"), 'a'), body(PRINCIPAL, &role)),
        400,
        "RoleDefinitionDoesNotExist",
    );
    let custom = format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{}", guid('c'));
    accepted(&world.put(&custom, json!({ "properties": {
        "roleName": "custom", "assignableScopes": [SUBSCRIPTION], "permissions": [{ "actions": ["*/read"] }],
    }})));
    assert_eq!(world.put(&assignment(&group("G"), 'a'), body(PRINCIPAL, &role)).status, 201);
}

#[test]
fn fact_096_other_scopes_may_repeat_an_assignment() {
    let world = world();
    world.make(&network(), network_body());
    assign(&world, 'a', PRINCIPAL);
    assert_eq!(world.put(&assignment(&network(), 'b'), body(PRINCIPAL, READER)).status, 201);
}

#[test]
fn fact_102_a_move_leaves_the_assignments_on_the_resource_behind() {
    let world = world();
    world.put(&group("H"), json!({ "location": "westeurope" }));
    world.make(&network(), network_body());
    let direct = assignment(&network(), 'a');
    accepted(&world.put(&direct, body(PRINCIPAL, READER)));
    let body = json!({ "resources": [network()], "targetResourceGroup": group("H") });
    accepted(&world.post(&format!("{}/moveResources", group("G")), body));
    world.time.pass(crate::support::OPERATION);
    let moved = format!("{}/providers/Microsoft.Network/virtualNetworks/net", group("H"));
    assert_eq!(world.get(&moved).status, 200);
    assert_eq!(world.get(&assignment(&moved, 'a')).status, 404);
    assert_eq!(world.get(&direct).status, 200, "it is an orphan");
}

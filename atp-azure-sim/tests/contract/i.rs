//! Names and soft delete.

use std::time::Duration;

use atp_azure_sim::Response;
use serde_json::{Value, json};

use crate::support::{
    OPERATION, SUBSCRIPTION, World, accepted, descriptor, group, id, message, refused, smallest_body,
    storage, storage_body, vault, vault_body, world,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn available(world: &World, type_name: &str, name: &str) -> Response {
    let namespace = type_name.split('/').next().unwrap();
    let path = format!("{SUBSCRIPTION}/providers/{namespace}/checkNameAvailability");
    world.post(&path, json!({ "name": name, "type": type_name }))
}

#[test]
fn fact_088_whether_a_name_is_available_can_be_asked() {
    let world = world();
    let ask = |name: &str| {
        let response = available(&world, "Microsoft.Storage/storageAccounts", name);
        assert_eq!(response.status, 200);
        response.value()
    };
    assert_eq!(ask("data"), json!({ "nameAvailable": true }));
    world.make(&storage(), storage_body());
    let taken = ask("data");
    assert_eq!((&taken["nameAvailable"], &taken["reason"]), (&json!(false), &json!("AlreadyExists")));
    assert_eq!(taken["message"], "The storage account named data is already taken.");
    let invalid = ask("Not-Allowed");
    assert_eq!(
        (&invalid["nameAvailable"], &invalid["reason"]),
        (&json!(false), &json!("AccountNameInvalid"))
    );
    refused(
        &world.post(&format!("{SUBSCRIPTION}/providers/Microsoft.Storage/checkNameAvailability"), json!({})),
        400,
        "InvalidParameter",
    );
}

#[test]
fn fact_088_every_service_with_host_names_can_be_asked() {
    for (type_name, name, reason) in [
        ("Microsoft.Storage/storageAccounts", "namename01", "AlreadyExists"),
        ("Microsoft.KeyVault/vaults", "namename01", "AlreadyExists"),
        ("Microsoft.Sql/servers", "namename01", "AlreadyExists"),
        ("Microsoft.ServiceBus/namespaces", "namename01", "NameInUse"),
        ("Microsoft.ContainerRegistry/registries", "namename01", "AlreadyExists"),
        ("Microsoft.CostManagement/scheduledActions", "namename01", "AlreadyExists"),
    ] {
        let world = world();
        let free = available(&world, type_name, name);
        assert_eq!((free.status, free.value()), (200, json!({ "nameAvailable": true })), "{type_name}");
        world.make(&world.place(type_name), smallest_body(descriptor(type_name)));
        let taken = available(&world, type_name, name).value();
        assert_eq!(
            (&taken["nameAvailable"], &taken["reason"]),
            (&json!(false), &json!(reason)),
            "{type_name}"
        );
    }
}

#[test]
fn fact_088_redis_says_with_an_error_that_a_name_is_taken() {
    let world = world();
    assert_eq!(available(&world, "Microsoft.Cache/redis", "namename01").status, 200);
    world.make(&world.place("Microsoft.Cache/redis"), smallest_body(descriptor("Microsoft.Cache/redis")));
    refused(&available(&world, "Microsoft.Cache/redis", "namename01"), 409, "NameNotAvailable");
}

#[test]
fn fact_088_the_name_of_a_deleted_vault_is_not_available() {
    let world = world();
    deleted_vault(&world, vault_body());
    let taken = available(&world, "Microsoft.KeyVault/vaults", "secrets").value();
    assert_eq!((&taken["nameAvailable"], &taken["reason"]), (&json!(false), &json!("AlreadyExists")));
}

#[test]
fn fact_089_a_name_that_is_unique_in_all_of_azure_is_taken_in_every_group() {
    let world = world();
    world.make(&group("H"), json!({ "location": "westeurope" }));
    let cases = [
        (
            storage(),
            storage_body(),
            "StorageAccountAlreadyTaken",
            "The storage account named data is already taken.",
        ),
        (vault(), vault_body(), "VaultAlreadyExists", "The vault name 'secrets' is already in use."),
    ];
    for (path, body, code, text) in cases {
        world.make(&path, body.clone());
        let response = world.put(&path.replace("/G/", "/H/"), body);
        refused(&response, 409, code);
        assert!(message(&response).starts_with(text), "{}", message(&response));
    }
}

#[test]
fn fact_089_each_service_says_it_in_its_own_way() {
    for (type_name, status, code) in [
        ("Microsoft.Sql/servers", 409, "NameAlreadyExists"),
        ("Microsoft.DocumentDB/databaseAccounts", 400, "BadRequest"),
        ("Microsoft.ServiceBus/namespaces", 400, "BadRequest"),
        ("Microsoft.EventHub/namespaces", 400, "BadRequest"),
        ("Microsoft.ContainerRegistry/registries", 409, "AlreadyInUse"),
        ("Microsoft.Cache/redis", 409, "NameNotAvailable"),
    ] {
        let world = world();
        world.make(&group("H"), json!({ "location": "westeurope" }));
        let (path, body) = (world.place(type_name), smallest_body(descriptor(type_name)));
        world.make(&path, body.clone());
        refused(&world.put(&path.replace("/G/", "/H/"), body), status, code);
    }
}

fn deleted_vault(world: &World, body: Value) {
    world.make(&vault(), body);
    assert_eq!(world.delete(&vault()).status, 200);
    refused(&world.get(&vault()), 404, "ResourceNotFound");
}

fn deleted_path(rest: &str) -> String {
    format!("{SUBSCRIPTION}/providers/Microsoft.KeyVault/{rest}")
}

const DELETED: &str = "locations/westeurope/deletedVaults/secrets";

#[test]
fn fact_090_a_deleted_vault_keeps_its_name_for_ninety_days() {
    let world = world();
    deleted_vault(&world, vault_body());
    let response = world.put(&vault(), vault_body());
    refused(&response, 409, "ConflictError");
    assert!(
        message(&response).starts_with(
            "A vault with the same name already exists in deleted state. You need to either recover or purge \
             existing key vault."
        ),
        "{}",
        message(&response)
    );
    world.time.pass(90 * DAY - OPERATION - Duration::from_secs(1));
    refused(&world.put(&vault(), vault_body()), 409, "ConflictError");
    world.time.pass(OPERATION + Duration::from_secs(1));
    accepted(&world.put(&vault(), vault_body()));
}

#[test]
fn fact_090_a_vault_says_how_long_it_is_kept() {
    let world = world();
    let mut body = vault_body();
    body["properties"]["softDeleteRetentionInDays"] = json!(7);
    deleted_vault(&world, body);
    let shown = world.get(&deleted_path(DELETED)).value();
    assert_eq!(shown["properties"]["deletionDate"], "2027-01-15T08:00:10Z");
    assert_eq!(shown["properties"]["scheduledPurgeDate"], "2027-01-22T08:00:10Z");
    world.time.pass(7 * DAY);
    refused(&world.get(&deleted_path(DELETED)), 404, "DeletedVaultNotFound");
    assert_eq!(world.get(&deleted_path("deletedVaults")).value(), json!({ "value": [] }));
}

fn recover(world: &World) -> Response {
    let mut body = vault_body();
    body["properties"]["createMode"] = json!("recover");
    world.put(&vault(), body)
}

#[test]
fn fact_091_a_deleted_vault_is_recovered_as_it_was() {
    let world = world();
    refused(&recover(&world), 400, "SoftDeletedVaultDoesNotExist");
    let mut body = vault_body();
    body["tags"] = json!({ "team": "audit" });
    deleted_vault(&world, body);
    accepted(&recover(&world));
    assert_eq!(world.get(&vault()).value()["tags"], json!({ "team": "audit" }));
    assert_eq!(world.get(&deleted_path("deletedVaults")).value(), json!({ "value": [] }));
}

#[test]
fn fact_092_deleted_vaults_are_listed_and_purged_by_an_operation() {
    let world = world();
    deleted_vault(&world, vault_body());
    let list = world.get(&deleted_path("deletedVaults")).value();
    assert_eq!(list["value"][0]["properties"]["vaultId"], json!(vault()));
    assert_eq!(world.get(&deleted_path(DELETED)).value()["type"], "Microsoft.KeyVault/deletedVaults");
    let response = world.post(&deleted_path(&format!("{DELETED}/purge")), json!({}));
    assert_eq!((response.status, response.body.len()), (202, 0));
    let url = response.header("location").unwrap();
    assert_eq!(world.follow(url).status, 202);
    world.time.pass(OPERATION);
    assert_eq!(world.follow(url).status, 200);
    refused(&world.get(&deleted_path(DELETED)), 404, "DeletedVaultNotFound");
    accepted(&world.put(&vault(), vault_body()));
}

#[test]
fn fact_092_purge_protection_refuses_to_purge_and_stays() {
    let world = world();
    let mut body = vault_body();
    body["properties"]["enablePurgeProtection"] = json!(true);
    world.make(&vault(), body.clone());
    body["properties"]["enablePurgeProtection"] = json!(false);
    let response = world.put(&vault(), body);
    refused(&response, 400, "BadRequest");
    assert_eq!(response.value()["error"]["target"], "properties.enablePurgeProtection");
    accepted(&world.delete(&vault()));
    let purge = deleted_path(&format!("{DELETED}/purge"));
    refused(&world.post(&purge, json!({})), 409, "MethodNotAllowed");
}

#[test]
fn fact_092_a_managed_hsm_is_kept_and_its_purge_is_always_an_operation() {
    let world = world();
    let hsm = world.place("Microsoft.KeyVault/managedHSMs");
    let body = json!({
        "location": "westeurope",
        "sku": { "family": "B", "name": "Standard_B1" },
        "properties": { "tenantId": "72f988bf-0000-4000-8000-2d7cd011db47", "enablePurgeProtection": false },
    });
    world.make(&hsm, body.clone());
    accepted(&world.delete(&hsm));
    world.time.pass(OPERATION);
    let list = world.get(&deleted_path("deletedManagedHSMs")).value();
    assert_eq!(list["value"][0]["properties"]["mhsmId"], json!(hsm));
    refused(&world.put(&hsm, body.clone()), 409, "ConflictError");
    let purge = deleted_path("locations/westeurope/deletedManagedHSMs/namename01/purge");
    let response = world.post(&purge, json!({}));
    assert_eq!((response.status, response.header("location").is_some()), (202, true));
    world.time.pass(OPERATION);
    accepted(&world.put(&hsm, body));
}

#[test]
fn fact_093_a_secret_is_written_patched_and_listed_and_has_no_delete() {
    let world = world();
    world.make(&vault(), vault_body());
    let secret = format!("{}/secrets/password", vault());
    let body = json!({ "properties": { "value": "hunter2", "contentType": "text" } });
    for status in [201, 200] {
        assert_eq!(world.put(&secret, body.clone()).status, status);
    }
    accepted(&world.patch(&secret, json!({ "tags": { "a": "b" } })));
    assert_eq!(world.get(&secret).value()["tags"], json!({ "a": "b" }));
    assert_eq!(world.get(&format!("{}/secrets", vault())).value()["value"][0]["name"], "password");
    refused(&world.delete(&secret), 405, "MethodNotAllowed");
}

#[test]
fn fact_093_a_key_is_made_once_and_stays_as_it_is() {
    let world = world();
    world.make(&vault(), vault_body());
    let key = format!("{}/keys/sign", vault());
    let body = |size: u64| json!({ "properties": { "kty": "RSA", "keySize": size } });
    assert_eq!(world.put(&key, body(2048)).status, 200);
    let again = world.put(&key, body(4096));
    assert_eq!((again.status, &again.value()["properties"]["keySize"]), (200, &json!(2048)));
    assert_eq!(world.get(&key).value()["properties"]["keySize"], 2048);
    assert_eq!(world.get(&format!("{}/keys", vault())).value()["value"].as_array().unwrap().len(), 1);
    refused(&world.patch(&key, json!({})), 405, "MethodNotAllowed");
    refused(&world.delete(&key), 405, "MethodNotAllowed");
}

fn workspace() -> String {
    id("Microsoft.OperationalInsights/workspaces/logs")
}

fn delete_workspace(world: &World, query: &str) {
    accepted(&world.delete(&format!("{}{query}", workspace())));
    world.time.pass(OPERATION);
    refused(&world.get(&workspace()), 404, "ResourceNotFound");
}

#[test]
fn fact_094_a_workspace_that_is_made_again_is_the_old_one_for_fourteen_days() {
    let world = world();
    let here = json!({ "location": "westeurope" });
    let customer = || world.make(&workspace(), here.clone())["properties"]["customerId"].clone();
    let first = customer();
    delete_workspace(&world, "");
    let list = format!("{SUBSCRIPTION}/providers/Microsoft.OperationalInsights/deletedWorkspaces");
    assert_eq!(world.get(&list).value()["value"][0]["name"], "logs");
    assert_eq!(customer(), first);
    assert_eq!(world.get(&list).value(), json!({ "value": [] }));
    delete_workspace(&world, "");
    world.time.pass(14 * DAY);
    let second = customer();
    assert_ne!(second, first);
    delete_workspace(&world, "?force=true");
    assert_ne!(customer(), second);
}

#[test]
fn fact_094_the_role_assignments_of_a_deleted_vault_are_lost() {
    let world = world();
    world.make(&vault(), vault_body());
    let name = "00000000-0000-4000-8000-000000000001";
    let assignment = format!("{}/providers/Microsoft.Authorization/roleAssignments/{name}", vault());
    let role = "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7";
    let properties = json!({ "principalId": name, "principalType": "User", "roleDefinitionId": role });
    accepted(&world.put(&assignment, json!({ "properties": properties })));
    accepted(&world.delete(&vault()));
    accepted(&recover(&world));
    refused(&world.get(&assignment), 404, "ResourceNotFound");
}

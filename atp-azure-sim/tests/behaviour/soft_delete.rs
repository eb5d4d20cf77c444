use atp_azure_sim::{Method, Settings};
use serde_json::json;

use crate::support::{SUBSCRIPTION, World, group, id, refused, vault_body, with};

fn deleted(world: &World) -> String {
    let vault = id("Microsoft.KeyVault/vaults/secrets");
    let mut body = vault_body();
    body["tags"] = json!({ "team": "audit" });
    assert_eq!(world.put(&vault, body).status, 201);
    assert_eq!(world.delete(&vault).status, 200);
    vault
}

fn soft() -> World {
    with(Settings { soft_delete: true, ..Settings::default() })
}

const DELETED: &str = "providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/secrets";

#[test]
fn the_name_of_a_deleted_vault_is_reserved_until_it_is_purged() {
    let world = soft();
    let vault = deleted(&world);
    refused(&world.get(&vault), 404, "ResourceNotFound");
    refused(&world.put(&vault, vault_body()), 409, "ConflictError");
    assert_eq!(world.simulator.resources().unwrap().len(), 1);
    let list = world.get(&format!("{SUBSCRIPTION}/providers/Microsoft.KeyVault/deletedVaults")).value();
    assert_eq!(list["value"][0]["properties"]["vaultId"], json!(vault));
    let deleted = format!("{SUBSCRIPTION}/{DELETED}");
    assert_eq!(world.get(&deleted).value()["properties"]["deletionDate"], "2027-01-15T08:00:00Z");
    assert_eq!(world.send(world.request(Method::Post, &format!("{deleted}/purge"))).status, 202);
    assert_eq!(world.put(&vault, vault_body()).status, 201);
}

#[test]
fn a_deleted_vault_can_be_recovered() {
    let world = soft();
    let vault = deleted(&world);
    let mut body = vault_body();
    body["properties"]["createMode"] = json!("recover");
    let recovered = world.put(&vault, body.clone());
    assert_eq!((recovered.status, &recovered.value()["tags"]["team"]), (201, &json!("audit")));
    world.delete(&vault);
    world.send(world.request(Method::Post, &format!("{SUBSCRIPTION}/{DELETED}/purge")));
    refused(&world.put(&vault, body), 400, "SoftDeletedVaultDoesNotExist");
}

#[test]
fn a_vault_is_kept_when_its_group_is_deleted() {
    let world = soft();
    let vault = id("Microsoft.KeyVault/vaults/secrets");
    world.put(&vault, vault_body());
    world.delete(&group("G"));
    assert!(world.simulator.is_empty().unwrap());
    world.put(&group("G"), json!({ "location": "westeurope" }));
    refused(&world.put(&vault, vault_body()), 409, "ConflictError");
}

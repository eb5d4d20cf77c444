use atp_azure_sim::Method;
use serde_json::json;

use crate::support::{World, accepted, group, id, network, refused, vault_body, world};

fn lock(world: &World, scope: &str, level: &str) -> String {
    let lock = format!("{scope}/providers/Microsoft.Authorization/locks/keep");
    accepted(&world.put(&lock, json!({ "properties": { "level": level } })));
    lock
}

#[test]
fn a_lock_on_a_group_keeps_everything_in_it_from_being_deleted() {
    let world = world(0);
    let vault = id("Microsoft.KeyVault/vaults/secrets");
    world.put(&vault, vault_body());
    let lock = lock(&world, &group("G"), "CanNotDelete");
    let refusal = world.delete(&vault);
    refused(&refusal, 409, "ScopeLocked");
    assert_eq!(
        refusal.value()["error"]["message"],
        format!(
            "The scope '{vault}' cannot perform delete operation because following scope(s) are locked: '{}'. Please \
             remove the lock and try again.",
            group("G")
        )
    );
    refused(&world.delete(&group("G")), 409, "ScopeLocked");
    assert_eq!(world.put(&vault, vault_body()).status, 200);
    assert_eq!(world.delete(&lock).status, 200);
    assert_eq!(world.delete(&vault).status, 200);
}

#[test]
fn a_read_only_lock_refuses_writes_and_actions() {
    let world = world(0);
    let account = id("Microsoft.Storage/storageAccounts/data");
    world.put(&account, json!({ "location": "westeurope" }));
    lock(&world, &account, "ReadOnly");
    refused(&world.put(&account, json!({ "location": "westeurope" })), 409, "ScopeLocked");
    refused(&world.patch(&account, json!({ "tags": {} })), 409, "ScopeLocked");
    let keys = world.request(Method::Post, &format!("{account}/listKeys"));
    refused(&world.send(keys), 409, "ScopeLocked");
    assert_eq!(world.get(&account).status, 200);
}

#[test]
fn a_locked_child_keeps_its_parent_and_group() {
    let world = world(0);
    world.put(&network(), json!({ "location": "westeurope" }));
    let subnet = format!("{}/subnets/a", network());
    accepted(&world.put(&subnet, json!({})));
    lock(&world, &subnet, "CanNotDelete");
    refused(&world.delete(&network()), 409, "ScopeLocked");
    refused(&world.delete(&group("G")), 409, "ScopeLocked");
    assert_eq!(world.get(&subnet).status, 200);
}

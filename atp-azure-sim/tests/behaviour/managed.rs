use std::time::Duration;

use serde_json::json;

use crate::support::{World, accepted, group, id, vault_body, world};

const SECOND: Duration = Duration::from_secs(1);

/// A group with a vault that manages a storage account, and another account. Operations take nine seconds.
fn managed() -> (World, [String; 3]) {
    let world = world(9);
    let vault = id("Microsoft.KeyVault/vaults/manager");
    let account = |name: &str| id(&format!("Microsoft.Storage/storageAccounts/{name}"));
    accepted(&world.put(&vault, vault_body()));
    accepted(&world.put(&account("managed"), json!({ "location": "westeurope", "managedBy": vault })));
    accepted(&world.put(&account("free"), json!({ "location": "westeurope" })));
    world.time.pass(9 * SECOND);
    (world, [vault, account("managed"), account("free")])
}

#[test]
fn a_group_loses_what_manages_others_before_the_rest() {
    let (world, paths) = managed();
    accepted(&world.delete(&group("G")));
    let there = || paths.each_ref().map(|path| world.get(path).status == 200);
    world.time.pass(3 * SECOND);
    assert_eq!(there(), [true, true, true], "there are no children");
    world.time.pass(3 * SECOND);
    assert_eq!(there(), [false, true, true]);
    world.time.pass(3 * SECOND);
    assert_eq!(there(), [false, false, false]);
}

#[test]
fn a_complete_deployment_keeps_what_is_managed() {
    let (world, paths) = managed();
    let template = json!({ "$schema": "s", "contentVersion": "1.0.0.0", "resources": [] });
    let body = json!({ "properties": { "mode": "Complete", "template": template } });
    accepted(&world.put(&id("Microsoft.Resources/deployments/d"), body));
    assert_eq!(paths.each_ref().map(|path| world.get(path).status), [404, 200, 404]);
}

use atp_azure_sim::Method;
use serde_json::json;

use crate::support::{SUBSCRIPTION, accepted, group, id, network, refused, vault_body, world};

#[test]
fn put_creates_with_201_and_replaces_with_200() {
    let world = world(0);
    let vault = id("Microsoft.KeyVault/vaults/Secrets");
    assert_eq!(world.put(&vault, vault_body()).status, 201);
    let mut body = vault_body();
    body["tags"] = json!({ "a": "b" });
    let second = world.put(&vault, body);
    assert_eq!(second.status, 200);
    let shown = second.value();
    assert_eq!(shown["id"], json!(vault));
    assert_eq!(shown["type"], "Microsoft.KeyVault/vaults");
    assert_eq!(shown["tags"]["a"], "b");
    assert_eq!(shown["properties"]["vaultUri"], "https://secrets.vault.azure.net/");
    assert!(shown["systemData"]["createdAt"].is_string());
}

#[test]
fn paths_match_in_any_case_and_keep_the_case_last_sent() {
    let world = world(0);
    let vault = id("Microsoft.KeyVault/vaults/Secrets");
    world.put(&vault, vault_body());
    let lower = vault.to_lowercase();
    assert_eq!(world.get(&lower).value()["name"], "Secrets");
    world.put(&lower, vault_body());
    assert_eq!(world.get(&vault).value()["name"], "secrets");
}

#[test]
fn ids_have_keywords_and_types_as_azure_spells_them_and_names_as_they_were_sent() {
    let world = world(0);
    let made = world.put(&id("Microsoft.KeyVault/vaults/Secrets").to_lowercase(), vault_body()).value();
    assert_eq!(made["id"], id("Microsoft.KeyVault/vaults/secrets").replace("/G/", "/g/"));
    let subnet = format!("{}/subnets/a", network());
    world.put(&network(), json!({ "location": "westeurope", "properties": { "addressSpace": { "addressPrefixes": ["10.0.0.0/16"] } } }));
    let lock = format!("{subnet}/providers/Microsoft.Authorization/locks/keep");
    world.put(&subnet, json!({ "properties": { "addressPrefix": "10.0.0.0/24" } }));
    let made = world.put(
        &lock
            .replace("virtualNetworks", "virtualnetworks")
            .replace("/providers/Microsoft.Auth", "/PROVIDERS/microsoft.auth"),
        json!({ "properties": { "level": "CanNotDelete" } }),
    );
    assert_eq!(made.value()["id"], lock);
}

#[test]
fn what_the_service_never_returns_is_not_returned() {
    let world = world(0);
    let mut body = vault_body();
    body["properties"]["createMode"] = json!("default");
    let shown = world.put(&id("Microsoft.KeyVault/vaults/secrets"), body).value();
    assert!(shown["properties"].get("createMode").is_none());
}

#[test]
fn patch_merges_properties_and_replaces_tags() {
    let world = world(0);
    let vault = id("Microsoft.KeyVault/vaults/secrets");
    let mut body = vault_body();
    body["tags"] = json!({ "a": "1", "b": "2" });
    body["properties"]["enableSoftDelete"] = json!(true);
    world.put(&vault, body);
    let changes = json!({ "tags": { "c": "3" }, "properties": { "enableSoftDelete": null, "sku": { "name": "premium" } } });
    let response = world.patch(&vault, changes);
    assert_eq!(response.status, 200);
    let shown = response.value();
    assert_eq!(shown["tags"], json!({ "c": "3" }));
    assert_eq!(shown["properties"]["sku"]["name"], "premium");
    assert!(shown["properties"].get("enableSoftDelete").is_none());
    assert_eq!(shown["properties"]["vaultUri"], "https://secrets.vault.azure.net/");
    refused(&world.patch(&id("Microsoft.KeyVault/vaults/other"), json!({})), 404, "ResourceNotFound");
}

#[test]
fn head_answers_204_or_404_without_a_body() {
    let world = world(0);
    let head = |path: &str| world.send(world.request(Method::Head, path));
    assert_eq!(head(&group("g")).status, 204);
    let missing = head(&group("other"));
    assert_eq!((missing.status, missing.body.len()), (404, 0));
}

#[test]
fn deleting_what_is_not_there_answers_204_and_a_missing_group_404() {
    let world = world(0);
    let vault = id("Microsoft.KeyVault/vaults/secrets");
    world.put(&vault, vault_body());
    assert_eq!(world.delete(&vault).status, 200);
    assert_eq!(world.delete(&vault).status, 204);
    refused(&world.delete(&group("other")), 404, "ResourceGroupNotFound");
}

#[test]
fn deleting_a_resource_removes_its_extensions() {
    let world = world(0);
    let vault = id("Microsoft.KeyVault/vaults/secrets");
    world.put(&vault, vault_body());
    let role = format!("{vault}/providers/Microsoft.Authorization/roleAssignments/{}", "a".repeat(36));
    accepted(&world.put(&role, json!({ "properties": { "principalId": "p", "roleDefinitionId": "r" } })));
    world.delete(&vault);
    world.put(&vault, vault_body());
    refused(&world.get(&role), 404, "ResourceNotFound");
}

#[test]
fn a_recreated_identity_is_another_principal() {
    let world = world(0);
    let identity = id("Microsoft.ManagedIdentity/userAssignedIdentities/app");
    let body = json!({ "location": "westeurope" });
    let first = world.put(&identity, body.clone()).value();
    assert_eq!(first["properties"]["clientId"].as_str().map(str::len), Some(36));
    assert_eq!(world.put(&identity, body.clone()).value()["properties"], first["properties"]);
    world.delete(&identity);
    let again = world.put(&identity, body).value();
    assert_ne!(again["properties"]["principalId"], first["properties"]["principalId"]);
}

#[test]
fn the_same_requests_give_the_same_answers() {
    let run = || {
        let world = world(0);
        let body = json!({ "location": "westeurope" });
        let identity = world.put(&id("Microsoft.ManagedIdentity/userAssignedIdentities/app"), body.clone());
        (identity, world.put(&network(), body))
    };
    assert_eq!(run(), run());
}

#[test]
fn every_answer_carries_request_ids_and_limits() {
    let world = world(0);
    let request = world
        .request(Method::Get, &group("G"))
        .with_header("x-ms-client-request-id", "mine")
        .with_header("x-ms-return-client-request-id", "true");
    let response = world.send(request);
    for name in ["x-ms-request-id", "x-ms-correlation-request-id", "x-ms-routing-request-id", "date"] {
        assert!(response.header(name).is_some(), "{name}");
    }
    assert_eq!(response.header("x-ms-client-request-id"), Some("mine"));
    assert_eq!(response.header("date"), Some("Fri, 15 Jan 2027 08:00:00 GMT"));
    assert_eq!(response.header("x-ms-ratelimit-remaining-subscription-reads"), Some("249"));
}

#[test]
fn subscriptions_and_providers_can_be_read() {
    let world = world(0);
    assert_eq!(world.get("/subscriptions").value()["value"][0]["id"], json!(SUBSCRIPTION));
    assert_eq!(world.get(SUBSCRIPTION).value()["state"], "Enabled");
    let provider = format!("{SUBSCRIPTION}/providers/microsoft.network");
    assert_eq!(world.get(&provider).value()["namespace"], "Microsoft.Network");
    let register = Method::Post;
    let response = world.send(world.request(register, &format!("{provider}/register")));
    assert_eq!(response.value()["registrationState"], "Registered");
}

#[test]
fn keys_follow_from_the_id_and_a_taken_name_is_not_available() {
    let world = world(0);
    let account = id("Microsoft.Storage/storageAccounts/data");
    accepted(&world.put(&account, json!({ "location": "westeurope" })));
    let keys = world.send(world.request(Method::Post, &format!("{account}/listKeys"))).value();
    assert_eq!(keys["keys"][0]["keyName"], "key1");
    let path = format!("{SUBSCRIPTION}/providers/Microsoft.Storage/checkNameAvailability");
    let ask = |name: &str| {
        let body = json!({ "name": name, "type": "Microsoft.Storage/storageAccounts" });
        world.send(world.request(Method::Post, &path).with_json(&body)).value()
    };
    assert_eq!(ask("data")["reason"], "AlreadyExists");
    assert_eq!(ask("No!")["reason"], "AccountNameInvalid");
    assert_eq!(ask("free")["nameAvailable"], true);
}

#[test]
fn the_tier_of_a_sku_follows_its_name() {
    let world = world(0);
    let account = id("Microsoft.Storage/storageAccounts/store");
    let body = |sku: &str| json!({ "location": "westeurope", "sku": { "name": sku } });
    accepted(&world.put(&account, body("Standard_LRS")));
    assert_eq!(world.get(&account).value()["sku"], json!({ "name": "Standard_LRS", "tier": "Standard" }));
    accepted(&world.put(&account, body("Premium_ZRS")));
    assert_eq!(world.get(&account).value()["sku"], json!({ "name": "Premium_ZRS", "tier": "Premium" }));
}

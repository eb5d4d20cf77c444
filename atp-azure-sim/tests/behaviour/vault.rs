//! The data plane of key vaults, and keys of stacks that are wrapped there.

use atp_azure::VaultKeys;
use atp_azure_sim::{ApiVersions, Grant, Method, Settings, Simulator};
use atp_iac::ports::SeededRandom;
use atp_iac::secrets::{DataKey, KeyProvider, SecretError};
use serde_json::{Value, json};

use crate::support::{SUBSCRIPTION, World, clock, group, id};

const TENANT: &str = "72f988bf-0000-4000-8000-2d7cd011db47";

fn world(settings: Settings, vault: Value) -> World {
    let time = clock();
    let settings = Settings { api_versions: ApiVersions::WellFormed, ..settings };
    let simulator = Simulator::in_memory(atp_azure::descriptors(), settings, time.clone());
    let world = World { simulator, time };
    assert_eq!(world.put(&group("G"), json!({ "location": "westeurope" })).status, 201);
    let mut properties = json!({ "tenantId": TENANT, "sku": { "family": "A", "name": "standard" } });
    properties.as_object_mut().unwrap().extend(vault.as_object().unwrap().clone());
    let vault = json!({ "location": "westeurope", "properties": properties });
    let made = world.put(&id("Microsoft.KeyVault/vaults/keysofprod"), vault);
    assert!(made.status < 300, "{}", made.value());
    for name in ["state", "other"] {
        let key = json!({ "properties": { "kty": "RSA", "keySize": 2048 } });
        let made = world.put(&id(&format!("Microsoft.KeyVault/vaults/keysofprod/keys/{name}")), key);
        assert!(made.status < 300, "{}", made.value());
    }
    world
}

fn keys(world: &World, url: &str, client: &str) -> VaultKeys {
    let token = world.simulator.token(client);
    VaultKeys::with_transport(Some(url), &token, world.simulator.transport()).unwrap()
}

fn data_key() -> DataKey {
    DataKey::generate(&SeededRandom::new(3)).unwrap()
}

const URL: &str = "azurekeyvault://keysofprod/state";

#[tokio::test]
async fn a_key_of_a_stack_is_wrapped_in_a_vault_and_opens_there_in_its_context_only() {
    let world = world(Settings::default(), json!({ "accessPolicies": [] }));
    let keys = keys(&world, URL, "a");
    let wrapped = keys.wrap(&data_key(), "lineage").await.unwrap();
    assert_eq!(wrapped.provider, URL);
    let (version, value) = wrapped.data.split_once(':').unwrap();
    assert_eq!((version.len(), value.len()), (32, 342), "256 bytes, as RSA with 2048 bits gives");
    assert_eq!(keys.unwrap(&wrapped, "lineage").await.unwrap().expose(), data_key().expose());
    let wrong = keys.unwrap(&wrapped, "other").await.unwrap_err();
    assert!(matches!(wrong, SecretError::WrongKey { .. }), "{wrong}");
    // Another key of the vault does not open it, and a changed one is refused.
    let elsewhere = format!("{}/other", URL.trim_end_matches("/state"));
    let moved = atp_iac::secrets::WrappedKey { provider: elsewhere, ..wrapped.clone() };
    assert!(keys.unwrap(&moved, "lineage").await.is_err());
    let damaged = atp_iac::secrets::WrappedKey { data: format!("{version}:AAAA"), ..wrapped };
    assert!(keys.unwrap(&damaged, "lineage").await.is_err());
}

#[tokio::test]
async fn a_vault_and_a_key_that_were_not_made_are_not_there() {
    let world = world(Settings::default(), json!({ "accessPolicies": [] }));
    for (url, code) in [
        ("azurekeyvault://keysofprod/none", "KeyNotFound"),
        ("azurekeyvault://nowhere/state", "VaultNotFound"),
        ("azurekeyvault://keysofprod/state/00000000000000000000000000000000", "KeyNotFound"),
    ] {
        let error = keys(&world, url, "a").wrap(&data_key(), "x").await.unwrap_err().to_string();
        assert!(error.contains(code) && error.contains("azurekeyvault://"), "{error}");
    }
    assert!(world.simulator.count(Method::Post, "wrapkey") > 0);
}

#[tokio::test]
async fn roles_with_data_actions_decide_where_the_vault_says_so() {
    let settings = Settings { enforce_roles: true, ..Settings::default() };
    let grant = |client: &str, role: &str| Grant {
        principal: Simulator::principal(client),
        role: role.to_owned(),
        scope: SUBSCRIPTION.to_owned(),
    };
    let owner = Grant { principal: String::new(), role: "Owner".to_owned(), scope: SUBSCRIPTION.to_owned() };
    let user = grant("user", "Key Vault Crypto Service Encryption User");
    let settings = Settings { grants: vec![owner, user, grant("owner", "Owner")], ..settings };
    let world = world(settings, json!({ "enableRbacAuthorization": true }));
    let wrapped = keys(&world, URL, "user").wrap(&data_key(), "x").await.unwrap();
    assert!(keys(&world, URL, "user").unwrap(&wrapped, "x").await.is_ok());
    // Whoever may do everything with the vault may do nothing with what is in it.
    let error = keys(&world, URL, "owner").unwrap(&wrapped, "x").await.unwrap_err().to_string();
    assert!(
        error.contains("Forbidden") && error.contains("Key Vault Crypto Service Encryption User"),
        "{error}"
    );
}

#[tokio::test]
async fn access_policies_decide_where_the_vault_does_not_ask_for_roles() {
    let policy = json!([{
        "tenantId": TENANT, "objectId": Simulator::principal("user"), "permissions": { "keys": ["get", "wrapKey"] },
    }]);
    let owner = Grant { principal: String::new(), role: "Owner".to_owned(), scope: SUBSCRIPTION.to_owned() };
    let settings = Settings { enforce_roles: true, grants: vec![owner], ..Settings::default() };
    let world = world(settings, json!({ "accessPolicies": policy }));
    let wrapped = keys(&world, URL, "user").wrap(&data_key(), "x").await.unwrap();
    let error = keys(&world, URL, "user").unwrap(&wrapped, "x").await.unwrap_err().to_string();
    assert!(error.contains("does not have keys unwrapKey permission"), "{error}");
}

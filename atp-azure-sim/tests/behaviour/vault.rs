//! The data plane of key vaults, and keys of stacks that are wrapped there.

use atp_azure::VaultKeys;
use atp_azure_sim::{ApiVersions, Grant, Method, Request, Response, Settings, Simulator};
use atp_iac::ports::SeededRandom;
use atp_iac::secrets::{DataKey, KeyProvider, SecretError};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use serde_json::{Value, json};

use crate::support::{SUBSCRIPTION, World, clock, group, id, refused};

pub const TENANT: &str = "72f988bf-0000-4000-8000-2d7cd011db47";

pub fn world(settings: Settings, vault: Value) -> World {
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

/// Asks the data plane of the vault.
pub fn ask(world: &World, method: Method, path: &str, body: Value) -> Response {
    let request = Request::new(method, &format!("{path}?api-version=7.4"));
    world.send(request.with_header("host", "keysofprod.vault.azure.net").with_json(&body))
}

pub fn post(world: &World, path: &str, body: Value) -> Response {
    ask(world, Method::Post, path, body)
}

fn with_key(kind: Value) -> World {
    let world = world(Settings::default(), json!({ "accessPolicies": [] }));
    let made = post(&world, "/keys/signer/create", kind);
    assert_eq!(made.status, 200, "{}", made.value());
    world
}

fn coded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
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

#[test]
fn an_elliptic_key_signs_what_its_public_half_verifies() {
    let world = with_key(json!({ "kty": "EC", "crv": "P-256" }));
    let shown = ask(&world, Method::Get, "/keys/signer", Value::Null).value()["key"].clone();
    let digest = [7; 32];
    let signed =
        post(&world, "/keys/signer/sign", json!({ "alg": "ES256", "value": coded(&digest) })).value();
    assert_eq!(signed["kid"], shown["kid"]);
    let signature = URL_SAFE_NO_PAD.decode(signed["value"].as_str().unwrap()).unwrap();
    let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(shown[name].as_str().unwrap()).unwrap();
    let point = [&[4][..], &coordinate("x"), &coordinate("y")].concat();
    let public = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).unwrap();
    public.verify_prehash(&digest, &p256::ecdsa::Signature::from_slice(&signature).unwrap()).unwrap();
    for (digest, signature, valid) in
        [(digest, signature.clone(), true), ([8; 32], signature.clone(), false), (digest, vec![1; 64], false)]
    {
        let body = json!({ "alg": "ES256", "digest": coded(&digest), "value": coded(&signature) });
        assert_eq!(post(&world, "/keys/signer/verify", body).value(), json!({ "value": valid }));
    }
    refused(
        &post(&world, "/keys/signer/wrapkey", json!({ "alg": "RSA-OAEP-256", "value": "AAAA" })),
        403,
        "Forbidden",
    );
}

#[test]
fn a_key_of_rsa_signs_by_two_algorithms_and_refuses_what_is_no_digest_of_them() {
    let world = with_key(json!({ "kty": "RSA" }));
    for algorithm in ["RS256", "PS256"] {
        let body = json!({ "alg": algorithm, "value": coded(&[7; 32]) });
        let signed = post(&world, "/keys/signer/sign", body).value();
        let signature = signed["value"].as_str().unwrap();
        assert_eq!(signature.len(), 342, "256 bytes");
        for (digest, valid) in [([7; 32], true), ([8; 32], false)] {
            let body = json!({ "alg": algorithm, "digest": coded(&digest), "value": signature });
            assert_eq!(post(&world, "/keys/signer/verify", body).value(), json!({ "value": valid }));
        }
    }
    for (algorithm, digest) in
        [("ES256", &[7; 32][..]), ("RS256", &[7; 31]), ("RS384", &[7; 48]), ("", &[7; 32])]
    {
        let body = json!({ "alg": algorithm, "value": coded(digest) });
        refused(&post(&world, "/keys/signer/sign", body), 400, "BadParameter");
    }
}

#[test]
fn a_key_wraps_what_fits_into_it_by_its_algorithm_only() {
    let world = with_key(json!({ "kty": "RSA" }));
    let wrap = |algorithm: &str, length: usize| {
        post(&world, "/keys/signer/wrapkey", json!({ "alg": algorithm, "value": coded(&vec![1; length]) }))
    };
    let wrapped = [wrap("RSA-OAEP-256", 190).value(), wrap("RSA-OAEP-256", 190).value()];
    assert_ne!(wrapped[0]["value"], wrapped[1]["value"], "the padding is random");
    let unwrap = |value: &Value| {
        post(&world, "/keys/signer/unwrapkey", json!({ "alg": "RSA-OAEP-256", "value": value }))
    };
    assert_eq!(unwrap(&wrapped[0]["value"]).value()["value"], coded(&[1; 190]));
    refused(&wrap("RSA-OAEP-256", 191), 400, "BadParameter");
    refused(&wrap("RSA1_5", 32), 400, "BadParameter");
    refused(&unwrap(&json!(coded(&[1; 256]))), 400, "BadParameter");
    refused(&unwrap(&json!("%")), 400, "BadParameter");
}

#[test]
fn a_key_has_versions_and_what_one_wrapped_opens_with_it_alone() {
    let world = with_key(json!({ "kty": "RSA" }));
    let first = ask(&world, Method::Get, "/keys/signer", Value::Null).value()["key"]["kid"].clone();
    let path = |kid: &Value| format!("/keys/signer/{}", kid.as_str().unwrap().rsplit('/').next().unwrap());
    let body = json!({ "alg": "RSA-OAEP-256", "value": coded(b"secret") });
    let wrapped = post(&world, "/keys/signer/wrapkey", body).value()["value"].clone();
    let second = post(&world, "/keys/signer/rotate", Value::Null).value()["key"]["kid"].clone();
    let third = post(&world, "/keys/signer/create", json!({ "kty": "EC" })).value()["key"]["kid"].clone();
    assert!(first != second && second != third);
    assert_eq!(ask(&world, Method::Get, "/keys/signer", Value::Null).value()["key"]["kid"], third);
    let listed = ask(&world, Method::Get, "/keys/signer/versions", Value::Null).value();
    assert_eq!(listed["value"].as_array().unwrap().len(), 3);
    let all = ask(&world, Method::Get, "/keys", Value::Null).value();
    assert_eq!(all["value"].as_array().unwrap().len(), 3, "this one and two that were made before: {all}");
    let body = json!({ "alg": "RSA-OAEP-256", "value": wrapped });
    let opened = post(&world, &format!("{}/unwrapkey", path(&first)), body.clone());
    assert_eq!(opened.value()["value"], coded(b"secret"));
    refused(&post(&world, &format!("{}/unwrapkey", path(&second)), body), 400, "BadParameter");
    let shown = world.get(&id("Microsoft.KeyVault/vaults/keysofprod/keys/signer")).value();
    assert_eq!(shown["properties"]["keyUriWithVersion"], third, "{shown}");
    assert!(world.simulator.resources().unwrap().iter().all(|(id, _)| !id.contains("/versions/")));
}

#[test]
fn a_key_is_used_only_while_it_is_enabled_and_for_what_it_is_for() {
    let world = with_key(json!({ "kty": "RSA", "key_ops": ["sign", "unwrapKey"] }));
    let sign = json!({ "alg": "RS256", "value": coded(&[7; 32]) });
    let wrap = json!({ "alg": "RSA-OAEP-256", "value": "AAAA" });
    assert_eq!(post(&world, "/keys/signer/sign", sign.clone()).status, 200);
    let other = post(&world, "/keys/signer/wrapkey", wrap);
    assert!(other.value()["error"]["message"].as_str().unwrap().contains("wrapKey is not permitted"));
    for (attributes, problem) in [
        (json!({ "enabled": false }), Some("disabled key")),
        (json!({ "enabled": true, "exp": 1 }), Some("expired key")),
        (json!({ "exp": null }), None),
    ] {
        let changed = ask(&world, Method::Patch, "/keys/signer", json!({ "attributes": attributes }));
        assert_eq!(changed.status, 200, "{}", changed.value());
        let signed = post(&world, "/keys/signer/sign", sign.clone());
        match problem {
            Some(problem) => {
                refused(&signed, 403, "Forbidden");
                assert!(signed.value()["error"]["message"].as_str().unwrap().contains(problem));
            }
            None => assert_eq!(signed.status, 200),
        }
    }
    for kind in [json!({ "kty": "RSA", "key_size": 1024 }), json!({ "kty": "EC", "crv": "P-521" }), json!({})]
    {
        refused(&post(&world, "/keys/more/create", kind), 400, "BadParameter");
    }
    refused(&ask(&world, Method::Get, "/keys/more", Value::Null), 404, "KeyNotFound");
}

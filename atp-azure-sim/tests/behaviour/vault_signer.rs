//! Histories that a key in a vault signs.

use atp_azure::VaultSigner;
use atp_azure_sim::{Grant, Method, Settings, Simulator};
use atp_iac::apply::{Event, Interrupt};
use atp_iac::engine::{Decision, Deployment, Engine, EngineError, Kind, UpdateOptions};
use atp_iac::history::{Signer, TrustedKey, Verification, public_key};
use atp_iac::ports::{ManualClock, SeededRandom};
use atp_iac::program::Location;
use atp_iac::resource::Options;
use atp_iac::secrets::LocalKeyFile;
use atp_iac::state::{Folder, Holder, MemoryStore, StateStore};
use atp_iac::testing::MemoryCloud;
use atp_iac::{StackName, Value};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::support::{SUBSCRIPTION, World, id};
use crate::vault::{TENANT, ask, post, world};

const URL: &str = "azurekeyvault://keysofprod/history";

fn vault(key: Json) -> World {
    let world = world(Settings::default(), json!({ "accessPolicies": [] }));
    make(&world, "history", key);
    world
}

fn make(world: &World, name: &str, key: Json) {
    let made = post(world, &format!("/keys/{name}/create"), key);
    assert_eq!(made.status, 200, "{}", made.value());
}

fn elliptic() -> Json {
    json!({ "kty": "EC", "crv": "P-256" })
}

fn signer_of(world: &World, url: &str, client: &str) -> Arc<VaultSigner> {
    let token = world.simulator.token(client);
    Arc::new(VaultSigner::with_transport(url, &token, world.simulator.transport()).unwrap())
}

fn signer(world: &World) -> Arc<VaultSigner> {
    signer_of(world, URL, "a")
}

/// A stack of one resource in another cloud, whose history is signed.
struct Stack {
    engine: Engine,
    store: MemoryStore,
    _keys: tempfile::TempDir,
}

impl Stack {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::default());
        let store = MemoryStore::new(clock.clone());
        let random = Arc::new(SeededRandom::new(5));
        let keys = tempfile::tempdir().unwrap();
        let file = LocalKeyFile::new(keys.path().join("secret.key"), random.clone());
        let holder = Holder {
            who: "anna".into(),
            host: "desk".into(),
            process: 1,
            operation: "test".into(),
            since: time::OffsetDateTime::UNIX_EPOCH,
        };
        let engine = Engine::new(Arc::new(store.clone()), Arc::new(file), holder)
            .with_provider(Arc::new(MemoryCloud::new("memory")))
            .with_ports(clock, random);
        Stack { engine, store, _keys: keys }
    }

    fn name() -> StackName {
        StackName::new("test", "north", "app").unwrap()
    }

    /// Brings the resource to a size; who signs, and who is trusted.
    async fn up(
        &self,
        size: i64,
        signer: &Arc<VaultSigner>,
        trust: &[TrustedKey],
    ) -> Result<(), EngineError> {
        let deployment = Deployment::of_function(Stack::name(), move |cx| {
            let inputs = Value::from([("name", Value::from("one")), ("size", size.into())]);
            let place = Location { file: "test.rs", line: 1 };
            cx.register("Test.One", "memory", "one", inputs.into(), Options::new(), place)?;
            Ok(BTreeMap::new())
        });
        let engine = self.engine.clone().with_signer(signer.clone()).with_trust(trust.to_vec());
        let (options, interrupt) = (UpdateOptions::default(), Interrupt::default());
        let (mut decide, mut observe) = (|_: &_, _: &[_]| Decision::Apply, |_: Event<'_>| {});
        let update = engine.update(&deployment, Kind::Up, &options, &mut decide, &mut observe, &interrupt);
        let report = update.await?.report.unwrap();
        assert!(report.is_complete(), "{:?}", report.failures);
        Ok(())
    }

    async fn verified(&self, trust: &[TrustedKey]) -> Verification {
        let engine = self.engine.clone().with_trust(trust.to_vec());
        engine.verify_history(&Stack::name()).await.unwrap()
    }
}

#[tokio::test]
async fn a_key_on_p_256_and_one_of_rsa_sign_what_is_verified_without_the_vault() {
    for (key, algorithm) in [(elliptic(), "es256:"), (json!({ "kty": "RSA", "key_size": 2048 }), "rs256:")] {
        let world = vault(key);
        let signer = signer(&world);
        let signature = signer.sign(b"this").await.unwrap();
        assert!(signature.fits(b"this") && !signature.fits(b"that"));
        let trusted = public_key(&signer.public_key().await.unwrap().to_string()).unwrap();
        assert!(signature.key == trusted && trusted.to_string().starts_with(algorithm), "{trusted}");
        make(&world, "other", elliptic());
        let other = signer_of(&world, "azurekeyvault://keysofprod/other", "a");
        assert_ne!(other.public_key().await.unwrap(), trusted);
    }
}

#[tokio::test]
async fn a_history_that_a_vault_signed_is_verified_when_it_is_away_and_any_flipped_bit_is_found() {
    let world = vault(elliptic());
    let (stack, signer) = (Stack::new(), signer(&world));
    let trust = [signer.public_key().await.unwrap()];
    for size in 1..=3 {
        stack.up(size, &signer, &trust).await.unwrap();
    }
    assert_eq!(world.simulator.count(Method::Get, "keys/history"), 1, "it is asked once for its key");
    world.simulator.disconnect();
    let found = stack.verified(&trust).await;
    assert_eq!((found.good, found.signed, found.bad), (3, 3, None));
    let wrong = [public_key("ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=").unwrap()];
    let bad = stack.verified(&wrong).await.bad.unwrap();
    assert!(bad.number == 1 && bad.what.contains("which is not trusted"), "{}", bad.what);
    let name = "0000000002.json";
    let bytes = stack.store.document(&Stack::name(), Folder::History, name).await.unwrap().unwrap();
    for bit in (0..bytes.len() * 8).step_by(211) {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        stack.store.remove_document(&Stack::name(), Folder::History, name).await.unwrap();
        assert!(stack.store.put_document(&Stack::name(), Folder::History, name, flipped).await.unwrap());
        assert_eq!(stack.verified(&trust).await.bad.unwrap().number, 2, "bit {bit}");
    }
}

#[tokio::test]
async fn a_new_version_of_the_key_signs_once_it_is_trusted_and_the_former_records_stay_good() {
    let world = vault(elliptic());
    let (stack, former) = (Stack::new(), signer(&world));
    let old = former.public_key().await.unwrap();
    stack.up(1, &former, std::slice::from_ref(&old)).await.unwrap();
    assert_eq!(post(&world, "/keys/history/rotate", Json::Null).status, 200);
    // A run that began before goes on with the version that it began with.
    stack.up(2, &former, std::slice::from_ref(&old)).await.unwrap();
    let newer = signer(&world);
    let new = newer.public_key().await.unwrap();
    let refused = stack.up(3, &newer, std::slice::from_ref(&old)).await.unwrap_err();
    assert!(refused.is_refused() && refused.to_string().contains(&new.to_string()), "{refused}");
    assert_eq!(stack.verified(std::slice::from_ref(&old)).await.good, 2, "nothing was done");
    stack.up(3, &newer, &[old.clone(), new.clone()]).await.unwrap();
    let found = stack.verified(&[old.clone(), new.clone()]).await;
    assert_eq!((found.signed, found.bad), (3, None));
    assert_eq!(stack.verified(&[old]).await.bad.unwrap().number, 3);
    assert_eq!(stack.verified(&[new]).await.bad.unwrap().number, 1);
}

#[tokio::test]
async fn a_key_that_is_not_there_disabled_or_for_something_else_is_named_before_anything_is_done() {
    let world = vault(elliptic());
    make(&world, "wraps", json!({ "kty": "RSA", "key_ops": ["wrapKey", "unwrapKey"] }));
    let stack = Stack::new();
    let refused =
        async |url: &str| stack.up(1, &signer_of(&world, url, "a"), &[]).await.unwrap_err().to_string();
    for (url, why) in [
        ("azurekeyvault://keysofprod/none", "KeyNotFound"),
        ("azurekeyvault://nowhere/history", "VaultNotFound"),
        ("azurekeyvault://keysofprod/wraps", "the key may not sign"),
    ] {
        let error = refused(url).await;
        assert!(error.contains(why) && error.contains(url), "{error}");
    }
    let change = |attributes: Json| {
        let changed = ask(&world, Method::Patch, "/keys/history", json!({ "attributes": attributes }));
        assert_eq!(changed.status, 200, "{}", changed.value());
    };
    change(json!({ "enabled": false }));
    let error = refused(URL).await;
    assert!(error.contains("the key is disabled in its version") && error.contains("enable it"), "{error}");
    change(json!({ "enabled": true, "exp": 1 }));
    let error = refused(URL).await;
    assert!(error.contains("expired key") && !error.contains("Key Vault Crypto User"), "{error}");
    change(json!({ "exp": null }));
    assert!(stack.engine.history(&Stack::name(), None).await.unwrap().is_empty(), "nothing was done");
    stack.up(1, &signer(&world), &[]).await.unwrap();
}

#[tokio::test]
async fn an_identity_that_may_read_the_key_and_not_sign_is_told_what_it_needs() {
    let policy = json!([{
        "tenantId": TENANT, "objectId": Simulator::principal("user"), "permissions": { "keys": ["get", "verify"] },
    }]);
    let owner = Grant { principal: String::new(), role: "Owner".to_owned(), scope: SUBSCRIPTION.to_owned() };
    let settings = Settings { enforce_roles: true, grants: vec![owner], ..Settings::default() };
    let world = world(settings, json!({ "accessPolicies": policy }));
    let key = json!({ "properties": { "kty": "EC", "curveName": "P-256" } });
    let made = world.put(&id("Microsoft.KeyVault/vaults/keysofprod/keys/history"), key);
    assert!(made.status < 300, "{}", made.value());
    let user = signer_of(&world, URL, "user");
    let error = Stack::new().up(1, &user, &[]).await.unwrap_err().to_string();
    for part in ["does not have keys sign permission", "Key Vault Crypto User", "get and sign"] {
        assert!(error.contains(part), "{part}: {error}");
    }
}

#[tokio::test]
async fn a_vault_that_is_away_stops_an_update_before_anything_is_done() {
    let world = vault(elliptic());
    world.simulator.disconnect();
    let (stack, token) = (Stack::new(), world.simulator.token("a"));
    let signer = VaultSigner::with_transport(URL, &token, world.simulator.transport()).unwrap();
    let signer = Arc::new(signer.with_patience(Duration::from_millis(1)));
    let error = stack.up(1, &signer, &[]).await.unwrap_err().to_string();
    let why = "could not be signed: azurekeyvault://keysofprod/history: the vault was not reached";
    assert!(error.contains(why), "{error}");
    assert!(stack.engine.history(&Stack::name(), None).await.unwrap().is_empty());
}

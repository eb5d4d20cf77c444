//! Another key, and other wrappings of the same key.

use super::kill::die_after;
use super::*;
use crate::Value;
use crate::secrets::{KeyProvider, KeyRing, Passphrase, PassphraseKeys};
use crate::testing::stores::sample::urn;
use std::sync::atomic::{AtomicUsize, Ordering};

fn passphrase(text: &str) -> Arc<dyn KeyProvider> {
    Arc::new(PassphraseKeys::new(Passphrase::new(text), Arc::new(SeededRandom::new(7))))
}

fn with_keys(ports: &SessionPorts, keys: KeyRing) -> SessionPorts {
    SessionPorts { keys: Arc::new(keys), ..ports.clone() }
}

/// Deploys one resource with a secret.
async fn deploy_secret(bench: &Bench) {
    let session = bench.open().await.unwrap();
    let mut one = resource("a");
    one.inputs = Value::from([("password", Value::from("hunter2").into_secret())]);
    session.record(saved(one)).await.unwrap();
    session.close().await.unwrap();
}

async fn change(ports: &SessionPorts, change: KeyChange) -> Result<Closed, StateError> {
    let session = StateSession::open(ports, &stack(), &holder("anna"), Wait::NONE).await?;
    session.change_key(ports, change).await?;
    session.close().await
}

async fn secret_with(ports: &SessionPorts) -> Result<String, StateError> {
    let read = read_state(&*ports.store, &stack(), &*ports.keys).await?.unwrap();
    let inputs = &read.view.get(&urn("a")).unwrap().inputs;
    Ok(inputs.get("password").unwrap().exposed().as_str().unwrap().to_owned())
}

async fn stored(bench: &Bench) -> Content {
    bench.ports().store.read(&stack()).await.unwrap().unwrap().content
}

#[tokio::test]
async fn state_028_after_a_change_of_provider_the_new_one_opens_and_before_it_the_old_one_as_a_fallback() {
    for bench in [Bench::local(), Bench::memory()] {
        deploy_secret(&bench).await;
        let before = stored(&bench).await;
        // The old key is a fallback: it reads, and the new one writes when that is asked for.
        let both = KeyRing::new(passphrase("new")).with_fallback(bench.ports().keys.clone());
        let both = with_keys(bench.ports(), both);
        assert_eq!(secret_with(&both).await.unwrap(), "hunter2");
        // Without the fallback reading is refused, and nothing is written.
        let alone = with_keys(bench.ports(), KeyRing::new(passphrase("new")));
        assert!(matches!(secret_with(&alone).await, Err(StateError::Secret { .. })));
        assert!(change(&alone, KeyChange::NewWrapping).await.is_err());
        assert_eq!(stored(&bench).await, before);
        change(&both, KeyChange::NewWrapping).await.unwrap();
        let after = stored(&bench).await;
        assert_eq!((after.serial, &after.body), (before.serial + 1, &before.body), "the key is the same");
        assert_eq!(after.keys.providers(), ["passphrase"]);
        assert_eq!(secret_with(&alone).await.unwrap(), "hunter2");
        assert!(bench.read().await.is_err(), "the old provider opens nothing any more");
    }
}

#[tokio::test]
async fn a_new_key_seals_every_secret_anew_and_what_was_kept_before_still_opens() {
    let bench = Bench::local();
    deploy_secret(&bench).await;
    let before = stored(&bench).await;
    change(bench.ports(), KeyChange::NewKey).await.unwrap();
    let after = stored(&bench).await;
    let sealed = |content: &Content| {
        let body = String::from_utf8(content.body.clone()).unwrap();
        body.split("\"$secret\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    assert_ne!(sealed(&before), sealed(&after));
    assert_ne!(before.keys, after.keys);
    assert_eq!(secret_with(bench.ports()).await.unwrap(), "hunter2");
    // A copy of the former snapshot has its own key, wrapped.
    let session_key = bench.ports().keys.unwrap_any(&before.keys, &before.lineage).await.unwrap();
    let former = crate::state::encoding::Encoding::new(
        stack(),
        crate::secrets::Sealer::new(&session_key, &before.lineage),
    );
    let read = former.read_body(&before.lineage, before.serial, &before.body).unwrap();
    assert_eq!(read.resources[0].inputs.get("password").unwrap().exposed().as_str(), Some("hunter2"));
}

#[tokio::test]
async fn a_new_key_is_that_of_what_a_crashed_session_left_too() {
    let bench = Bench::local();
    deploy_secret(&bench).await;
    let crashed = bench.open().await.unwrap();
    crashed.record(saved(resource("b"))).await.unwrap();
    drop(crashed);
    tokio::task::yield_now().await;
    change(bench.ports(), KeyChange::NewKey).await.unwrap();
    assert_eq!(bench.ids().await, ["/a", "/b"]);
    assert_eq!(secret_with(bench.ports()).await.unwrap(), "hunter2");
}

#[tokio::test]
async fn death_at_any_step_of_a_change_leaves_the_state_with_the_old_key_or_the_new_one() {
    let mut torn = 0;
    for kind in [KeyChange::NewKey, KeyChange::NewWrapping] {
        for partial in [None, Some(40)] {
            let mut steps = 0;
            loop {
                let bench = Bench::unsynced();
                deploy_secret(&bench).await;
                let keys = KeyRing::new(passphrase("new")).with_fallback(bench.ports().keys.clone());
                let seen = Arc::new(AtomicUsize::new(0));
                let store = LocalStore::new(bench.folder.path().join("states"), bench.clock().clone())
                    .with_faults(die_after(steps, partial, seen.clone()));
                let both = with_keys(bench.ports(), keys);
                let dying = SessionPorts { store: Arc::new(store), ..both.clone() };
                let changed = change(&dying, kind).await;
                let context = format!("{kind:?}, dead after {steps} steps, partial {partial:?}");
                let secret = secret_with(&both).await;
                assert_eq!(secret.unwrap_or_else(|error| panic!("{context}: {error}")), "hunter2");
                let wrapped = stored(&bench).await.keys;
                match changed {
                    Ok(_) => assert_eq!(wrapped.providers(), ["passphrase"], "{context}"),
                    Err(_) => torn += 1,
                }
                // The next one can be carried out.
                change(&both, kind).await.unwrap_or_else(|error| panic!("{context}: {error}"));
                assert_eq!(secret_with(&both).await.unwrap(), "hunter2");
                if seen.load(Ordering::SeqCst) <= steps {
                    break;
                }
                steps += 1;
            }
        }
    }
    assert!(torn > 10, "{torn}");
}

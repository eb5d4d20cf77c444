//! No secret is in any file in clear.

use super::*;
use crate::secrets::SecretError;
use crate::testing::stores::sample::urn;
use crate::value::Value;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::fs;
use std::path::Path;

const PLANTED: &str = "correct horse battery staple";

fn with_secret(name: &str) -> ResourceState {
    let secret = || Value::from(PLANTED).into_secret();
    let nested = Value::from([("inner", Value::List(vec![secret()]))]).into_secret();
    ResourceState {
        inputs: Value::from([("password", secret()), ("name", name.into())]),
        outputs: Value::from([("nested", nested), ("list", Value::List(vec![secret()]))]),
        ..resource(name)
    }
}

fn every_file(folder: &Path, see: &mut dyn FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { every_file(&path, see) } else { see(&path, &fs::read(&path).unwrap()) }
    }
}

/// The secret in clear, and what base64 makes of it at each of the three places where it can begin.
fn traces() -> Vec<Vec<u8>> {
    let mut traces = vec![PLANTED.as_bytes().to_vec(), PLANTED.to_uppercase().into_bytes()];
    for shift in 0..3 {
        let shifted = [" ".repeat(shift).as_bytes(), PLANTED.as_bytes()].concat();
        for encoded in [STANDARD_NO_PAD.encode(&shifted), URL_SAFE_NO_PAD.encode(&shifted)] {
            traces.push(encoded.as_bytes()[4..encoded.len() - 4].to_vec());
        }
    }
    traces
}

async fn plant(bench: &Bench) -> StateSession {
    let session = bench.open().await.unwrap();
    let secret = with_secret("a");
    let intent = Intent { inputs: secret.inputs.clone(), ..intent(1, Action::Create, "a") };
    session.record(Record::Intent(intent)).await.unwrap();
    session.record(Record::Saved { step: Some(1), resource: secret }).await.unwrap();
    let values = [("out".to_owned(), Value::from(PLANTED).into_secret())].into();
    session.record(Record::Outputs { contract: 7, values }).await.unwrap();
    session
}

#[tokio::test]
async fn a_planted_secret_is_in_no_file_and_reads_back() {
    let bench = Bench::local();
    let session = plant(&bench).await;
    let search = || {
        let mut files = 0;
        every_file(bench.folder.path(), &mut |path, bytes| {
            files += 1;
            for trace in traces() {
                let found = bytes.windows(trace.len()).any(|window| window == trace);
                assert!(!found, "{} has {}", path.display(), String::from_utf8_lossy(&trace));
            }
        });
        assert!(files >= 5, "{files}");
    };
    search();
    session.close().await.unwrap();
    search();
    let view = bench.read().await.unwrap().unwrap().view;
    let read = view.get(&urn("a")).unwrap();
    assert_eq!((&read.inputs, &read.outputs), (&with_secret("a").inputs, &with_secret("a").outputs));
    assert_eq!(view.outputs()["out"].exposed(), &Value::from(PLANTED));
    assert!(!format!("{view:?}").contains(PLANTED));
}

#[tokio::test]
async fn another_key_or_none_is_an_error_with_a_name() {
    let bench = Bench::local();
    plant(&bench).await.close().await.unwrap();
    let random = Arc::new(SeededRandom::new(9));
    let other = LocalKeyFile::new(bench.folder.path().join("other"), random.clone());
    let read = async |keys: &LocalKeyFile| read_state(bench.store(), &stack(), keys).await.err().unwrap();
    let missing = read(&other).await;
    assert!(
        matches!(missing, StateError::Secret { source: SecretError::KeyMissing { .. }, .. }),
        "{missing}"
    );
    let key = crate::secrets::DataKey::generate(&*random).unwrap();
    crate::secrets::KeyProvider::wrap(&other, &key, "x").await.unwrap();
    let wrong = read(&other).await;
    assert!(matches!(wrong, StateError::Secret { source: SecretError::WrongKey { .. }, .. }), "{wrong}");
    assert!(wrong.to_string().contains("is not the one that the state was written with"), "{wrong}");
}

#[tokio::test]
async fn a_secret_that_was_moved_to_another_place_does_not_open() {
    let bench = Bench::local();
    plant(&bench).await.close().await.unwrap();
    let store = bench.store();
    let stored = store.read(&stack()).await.unwrap().unwrap();
    let mut content = stored.content;
    content.body = String::from_utf8(content.body).unwrap().replace("password", "username").into_bytes();
    content.serial += 1;
    let lease = store.lock(&stack(), &holder("mallory"), Wait::NONE).await.unwrap();
    store.replace(&lease, Some(&stored.version), content).await.unwrap();
    let error = bench.read().await.err().unwrap();
    assert!(matches!(error, StateError::Secret { source: SecretError::Sealed { .. }, .. }), "{error}");
    assert!(error.to_string().contains("inputs.username"), "{error}");
}

#[tokio::test]
async fn an_unchanged_secret_leaves_the_snapshot_as_it_was() {
    let bench = Bench::local();
    let first = plant(&bench).await.close().await.unwrap();
    let second = plant(&bench).await.close().await.unwrap();
    assert_eq!(second, Closed { changed: false, ..first });
}

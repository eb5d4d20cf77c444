//! States that an earlier version of this program wrote.

use super::*;
use crate::Value;
use crate::secrets::{DataKey, Sealer};
use crate::state::encoding::Encoding;
use crate::state::file::framed;
use crate::testing::stores::sample::urn;
use serde_json::json;
use std::fs;

/// A snapshot of format 1, with one protected resource and one secret.
async fn former(bench: &Bench) -> Vec<u8> {
    let key = DataKey::generate(&SeededRandom::new(5)).unwrap();
    let wrapped = bench.ports().keys.wrap(&key, "lineage").await.unwrap();
    let encoding = Encoding::new(stack(), Sealer::new(&key, "lineage"));
    let mut snapshot = Snapshot::empty(stack(), "lineage");
    let mut kept = resource("a");
    kept.inputs = Value::from([("password", Value::from("hunter2").into_secret())]);
    snapshot.resources = vec![kept];
    let body = encoding.write_body(&StateView::new(snapshot).unwrap()).unwrap();
    let body = String::from_utf8(body).unwrap();
    let body = body.replacen("\"provider\":", "\"protect\":true,\"retain\":\"holds data\",\"provider\":", 1);
    let header = json!({
        "format": "atp-iac state", "version": 1, "lineage": "lineage", "serial": 4, "length": body.len(),
        "key": {"provider": wrapped.provider, "data": wrapped.data},
    });
    framed::encode(&header, body.as_bytes()).unwrap().0
}

fn header(bench: &Bench) -> serde_json::Value {
    let bytes = fs::read(bench.files().join("snapshot.json")).unwrap();
    serde_json::from_slice(bytes.split(|byte| *byte == b'\n').next().unwrap()).unwrap()
}

async fn with_former() -> Bench {
    let bench = Bench::local();
    // The files of a deployed stack, and in the place of its snapshot the former one.
    bench.deploy(&["b"]).await;
    fs::write(bench.files().join("snapshot.json"), former(&bench).await).unwrap();
    for name in ["stack.json", "snapshot.previous.json"] {
        let _ = fs::remove_file(bench.files().join(name));
    }
    bench
}

#[tokio::test]
async fn a_state_of_format_1_is_read_with_what_it_said_of_protection() {
    let bench = with_former().await;
    let view = bench.read().await.unwrap().unwrap().view;
    let read = view.get(&urn("a")).unwrap();
    assert!(read.lifecycle.protect);
    assert_eq!(read.lifecycle.retain.as_deref(), Some("holds data"));
    assert_eq!(read.inputs, Value::from([("password", Value::from("hunter2").into_secret())]));
    assert_eq!(header(&bench)["version"], 1, "who only reads changes nothing");
}

#[tokio::test]
async fn the_next_write_upgrades_a_state_of_format_1_and_keeps_all_of_it() {
    let bench = with_former().await;
    let before = bench.read().await.unwrap().unwrap().view;
    bench.deploy(&["c"]).await;
    let header = header(&bench);
    assert_eq!((&header["version"], &header["serial"]), (&json!(2), &json!(5)), "{header}");
    assert_eq!(header["keys"][0]["provider"], "local-file");
    assert!(header.get("key").is_none());
    let after = bench.read().await.unwrap().unwrap().view;
    assert_eq!(after.get(&urn("a")), before.get(&urn("a")));
    assert!(after.get(&urn("c")).is_some());
}

#[tokio::test]
async fn a_state_whose_key_nobody_can_open_or_is_said_twice_is_damaged() {
    let bench = with_former().await;
    for keys in [json!({}), json!({"keys": []}), json!({"key": {"provider": "a", "data": ""}, "keys": []})] {
        let mut header = json!({
            "format": "atp-iac state", "version": 2, "lineage": "lineage", "serial": 4, "length": 3,
        });
        header.as_object_mut().unwrap().extend(keys.as_object().unwrap().clone());
        let bytes = framed::encode(&header, b"{}\n").unwrap().0;
        fs::write(bench.files().join("snapshot.json"), bytes).unwrap();
        let error = bench.read().await.err().unwrap();
        assert!(matches!(error, StateError::Corrupt { .. }), "{error}");
    }
}

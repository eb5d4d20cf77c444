//! Saved plans.

use crate::world::{block_on, deploy, engine, program};
use atp_iac::engine::{Engine, Kind, UpdateOptions};
use atp_iac::ports::ManualClock;
use atp_iac::state::MemoryStore;
use fuzz::{Edit, edited};
use sha2::{Digest, Sha256};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// A plan with another body, and a checksum that fits it.
fn with_body(saved: &[u8], edits: &[Edit]) -> Vec<u8> {
    let end = saved.iter().position(|byte| *byte == b'\n').unwrap();
    let (header, body) = (std::str::from_utf8(&saved[..end]).unwrap(), &saved[end + 1..]);
    let (covered, _) = header.split_once(",\"checksum\"").unwrap();
    let length = |body: &[u8]| format!("\"length\":{}", body.len());
    let changed = edited(body, edits);
    let covered = covered.replace(&length(body), &length(&changed));
    let digest = Sha256::new().chain_update(&covered).chain_update("\n").chain_update(&changed).finalize();
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let header = format!("{covered},\"checksum\":\"sha256:{digest}\"}}\n");
    [header.as_bytes(), &changed].concat()
}

/// What is behind the checksum is read without a panic, and the operations of a plan are those that were saved.
#[test]
fn bodies() {
    let (engine, saved) = saved();
    let engine = AssertUnwindSafe(engine);
    assert_eq!(with_body(&saved, &[]), saved);
    bolero::check!().with_type::<Vec<Edit>>().cloned().for_each(|edits| {
        let engine = &engine;
        if let Ok(opened) = block_on(engine.0.open_plan("plan", &with_body(&saved, &edits))) {
            let saved = opened.saved();
            assert!(saved.is_err() || saved.is_ok_and(|saved| saved.plan.digest() == saved.digest));
        }
    });
}

fn saved() -> (Engine, Vec<u8>) {
    let store = Arc::new(MemoryStore::new(Arc::new(ManualClock::default())));
    let engine = engine(store.clone());
    let saved = block_on(async {
        deploy(store, 0).await;
        engine.save_plan(&program(2), Kind::Up, &UpdateOptions::default()).await.unwrap().1
    });
    (engine, saved)
}

/// A plan is opened as it was saved, or not at all.
#[test]
fn files() {
    let (engine, saved) = saved();
    let engine = AssertUnwindSafe(engine);
    bolero::check!().with_type::<Vec<Edit>>().cloned().for_each(|edits| {
        let engine = &engine;
        let bytes = edited(&saved, &edits);
        let opened = block_on(engine.0.open_plan("plan", &bytes));
        assert_eq!(opened.is_ok(), bytes == saved, "{:?}", opened.err());
    });
}

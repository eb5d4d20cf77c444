//! Whatever happens to the files, it is noticed, and never taken for an empty state.

use super::*;
use std::fs;

/// A stack with a snapshot and a journal.
async fn with_journal() -> Bench {
    let bench = Bench::unsynced();
    bench.deploy(&["a"]).await;
    let session = bench.open().await.unwrap();
    session.record(begin()).await.unwrap();
    session.record(saved(resource("b"))).await.unwrap();
    drop(session);
    tokio::task::yield_now().await;
    bench
}

async fn refusal(bench: &Bench) -> StateError {
    let read = bench.read().await.err().unwrap();
    let opened = bench.open().await.err().unwrap();
    assert_eq!(read.to_string(), opened.to_string());
    assert!(!read.to_string().contains("lock"), "damage is no matter of locks: {read}");
    read
}

#[tokio::test]
async fn a_missing_snapshot_of_a_known_stack_is_an_error() {
    let bench = with_journal().await;
    fs::remove_file(bench.files().join("snapshot.json")).unwrap();
    assert!(matches!(refusal(&bench).await, StateError::Missing { .. }));
    fs::remove_file(bench.files().join("stack.json")).unwrap();
    assert!(matches!(refusal(&bench).await, StateError::Missing { .. }), "the journal is there still");
}

#[tokio::test]
async fn a_missing_snapshot_is_not_written_anew() {
    let bench = Bench::unsynced();
    let version = bench.deploy(&["a"]).await.version.unwrap();
    let store = bench.store();
    let lease = store.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    let content = store.read(&stack()).await.unwrap().unwrap().content;
    fs::remove_file(bench.files().join("snapshot.json")).unwrap();
    for expected in [None, Some(&version)] {
        let written = store.replace(&lease, expected, content.clone()).await;
        assert!(matches!(written, Err(StateError::Missing { .. })), "{written:?}");
    }
}

#[tokio::test]
async fn a_snapshot_cut_at_any_length_is_empty_or_torn() {
    let bench = Bench::unsynced();
    bench.deploy(&["a"]).await;
    let path = bench.files().join("snapshot.json");
    let bytes = fs::read(&path).unwrap();
    for length in 0..bytes.len() {
        fs::write(&path, &bytes[..length]).unwrap();
        match bench.store().read(&stack()).await {
            Err(StateError::Empty { .. }) if length == 0 => {}
            Err(StateError::Torn { .. }) if length > 0 => {}
            other => panic!("{length}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn any_flipped_bit_of_snapshot_or_journal_is_found() {
    let bench = with_journal().await;
    for name in ["snapshot.json", "journal.jsonl"] {
        let path = bench.files().join(name);
        let bytes = fs::read(&path).unwrap();
        for bit in (0..bytes.len() * 8).step_by(3) {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, damaged).unwrap();
            assert!(bench.store().read(&stack()).await.is_err(), "bit {bit} of {name}");
        }
        fs::write(&path, bytes).unwrap();
    }
    assert_eq!(bench.ids().await, ["/a", "/b"]);
}

#[tokio::test]
async fn a_torn_batch_at_the_end_is_dropped_and_does_not_hinder_the_next_session() {
    let bench = with_journal().await;
    let path = bench.files().join("journal.jsonl");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 9]).unwrap();
    assert_eq!(bench.ids().await, ["/a"]);
    bench.deploy(&["c"]).await;
    assert_eq!(bench.ids().await, ["/a", "/c"]);
}

#[tokio::test]
async fn a_journal_that_the_snapshot_has_already_is_passed_over_and_removed() {
    let bench = with_journal().await;
    let path = bench.files().join("journal.jsonl");
    let bytes = fs::read(&path).unwrap();
    bench.deploy(&[]).await;
    assert!(!path.exists());
    fs::write(&path, &bytes).unwrap();
    assert_eq!(bench.ids().await, ["/a", "/b"]);
    let session = bench.open().await.unwrap();
    session.record(saved(resource("c"))).await.unwrap();
    assert!(!fs::read(&path).unwrap().starts_with(&bytes[..40]));
    session.close().await.unwrap();
    assert_eq!(bench.ids().await, ["/a", "/b", "/c"]);
}

#[tokio::test]
async fn a_snapshot_from_before_the_journal_or_of_another_stack_is_refused() {
    let bench = with_journal().await;
    let path = bench.files().join("snapshot.json");
    fs::copy(bench.files().join("snapshot.previous.json"), &path).unwrap();
    assert!(matches!(refusal(&bench).await, StateError::Corrupt { .. }));
    let other = Bench::unsynced();
    other.deploy(&["a"]).await;
    fs::copy(other.files().join("snapshot.json"), &path).unwrap();
    fs::remove_file(bench.files().join("journal.jsonl")).unwrap();
    // Seeded alike, the other one even has the same lineage; its key is the same, too.
    assert_eq!(bench.ids().await, ["/a"]);
    fs::write(bench.files().join("stack.json"), r#"{"lineage":"mine"}"#).unwrap();
    assert!(matches!(refusal(&bench).await, StateError::LineageMismatch { .. }));
}

#[tokio::test]
async fn the_snapshot_before_the_first_change_is_kept() {
    let bench = Bench::unsynced();
    bench.deploy(&["a"]).await;
    let before = fs::read(bench.files().join("snapshot.json")).unwrap();
    bench.deploy(&["b"]).await;
    assert_eq!(fs::read(bench.files().join("snapshot.previous.json")).unwrap(), before);
}

#[tokio::test]
async fn a_lock_that_was_removed_from_outside_is_reported() {
    let bench = Bench::unsynced();
    let session = bench.open().await.unwrap();
    fs::remove_file(bench.files().join("lock")).unwrap();
    let error = session.close().await.unwrap_err();
    if cfg!(unix) {
        assert!(matches!(error, StateError::LockLost { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_snapshot_with_a_resource_twice_is_refused() {
    let bench = Bench::unsynced();
    let version = bench.deploy(&["a"]).await.version.unwrap();
    let store = bench.store();
    let lease = store.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    let mut content = store.read(&stack()).await.unwrap().unwrap().content;
    let body = String::from_utf8(content.body).unwrap();
    let line = body.lines().find(|line| line.contains("/a")).unwrap().trim_end_matches("]}");
    content.body = body.replace(line, &format!("{line},\n{line}")).into_bytes();
    content.serial += 1;
    store.replace(&lease, Some(&version), content).await.unwrap();
    store.unlock(&lease).await.unwrap();
    assert!(matches!(refusal(&bench).await, StateError::Duplicate { .. }));
}

#[tokio::test]
async fn a_lock_without_a_record_leaves_no_file_of_a_state() {
    let bench = Bench::unsynced();
    bench.open().await.unwrap().close().await.unwrap();
    assert!(!bench.files().join("lock.json").exists());
    assert!(!bench.files().join("snapshot.json").exists());
}

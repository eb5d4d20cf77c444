//! Pauses, lost answers and damage, on states as objects in memory.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "faults/faulty.rs"]
mod faulty;

use atp_iac::ports::{Clock, ManualClock, SystemRandom};
use atp_iac::state::{Content, Presence, StateError, StateStore, Wait};
use atp_iac::testing::stores::Bench;
use atp_iac::testing::stores::sample::{holder, resource, saved, stack};
use atp_stores::{LEASE, ObjectStates};
use faulty::Faulty;
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A store that can fail, and two who use it from two machines.
struct Two {
    objects: Arc<Faulty>,
    clock: Arc<ManualClock>,
    anna: ObjectStates,
    ben: ObjectStates,
}

fn two() -> Two {
    let objects = Arc::new(Faulty::default());
    let clock = Arc::new(ManualClock::default());
    let store = |clock: &Arc<ManualClock>| {
        let random = Arc::new(SystemRandom);
        ObjectStates::new(objects.clone(), "memory:", Path::from("x"), clock.clone(), random)
    };
    let (anna, ben) = (store(&clock), store(&clock));
    Two { objects, clock, anna, ben }
}

impl Two {
    fn bench(&self) -> Bench {
        Bench::new(Arc::new(self.anna.clone()), self.clock.clone()).with_lease(LEASE)
    }
}

/// A snapshot of one history, as a session writes it.
async fn content(serial: u64) -> Content {
    let bench = two().bench();
    bench.deploy(&["a"]).await;
    let written = bench.store().read(&stack()).await.unwrap().unwrap().content;
    Content { lineage: "a".into(), serial, ..written }
}

#[tokio::test]
async fn nobody_waits_for_the_lock_of_a_holder_who_ran_here_and_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let Two { anna, ben, .. } = two();
    let [anna, ben] = [anna, ben].map(|store| store.with_presence(Presence::new(folder.path(), "desk")));
    let lease = anna.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    let told = ben.lock(&stack(), &holder("ben"), Wait::NONE).await.unwrap_err();
    assert!(matches!(told, StateError::Locked { .. }), "{told}");
    assert_eq!(ben.holder(&stack()).await.unwrap(), Some(holder("anna")));
    // What the end of her process does.
    drop(lease);
    assert_eq!(ben.holder(&stack()).await.unwrap(), None);
    let lease = ben.lock(&stack(), &holder("ben"), Wait::NONE).await.unwrap();
    ben.unlock(&lease).await.unwrap();
    anna.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    let signs = std::fs::read_dir(folder.path().join(stack().to_string())).unwrap().count();
    assert_eq!(signs, 1, "signs that are of no use any more stay");
}

#[tokio::test]
async fn who_ran_elsewhere_may_be_alive() {
    let folder = tempfile::tempdir().unwrap();
    let Two { anna, ben, .. } = two();
    let anna = anna.with_presence(Presence::new(folder.path(), "server"));
    let ben = ben.with_presence(Presence::new(folder.path(), "desk"));
    drop(anna.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap());
    let told = ben.lock(&stack(), &holder("ben"), Wait::NONE).await.unwrap_err();
    assert!(matches!(told, StateError::Locked { .. }), "{told}");
}

#[tokio::test]
async fn a_paused_holder_who_comes_back_writes_nothing() {
    let two = two();
    let anna = two.anna.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    let zero = two.anna.replace(&anna, None, content(0).await).await.unwrap();
    two.anna.append(&anna, &zero, b"[1]".to_vec()).await.unwrap();
    // Anna's machine sleeps: nothing of hers runs, and her clock tells her nothing.
    two.objects.pause_renewals(true);
    two.clock.advance(LEASE);
    let ben = two.ben.lock(&stack(), &holder("ben"), Wait::NONE).await.unwrap();
    assert_eq!(two.ben.read(&stack()).await.unwrap().unwrap().journal, [b"[1]".to_vec()]);
    let one = two.ben.replace(&ben, Some(&zero), content(1).await).await.unwrap();
    two.objects.pause_renewals(false);
    let before = two.objects.names();
    let late = two.anna.append(&anna, &zero, b"[2]".to_vec()).await;
    assert!(matches!(late, Err(StateError::Fenced { held: 1, newest: 2, .. })), "{late:?}");
    let late = two.anna.replace(&anna, Some(&zero), content(1).await).await;
    assert!(matches!(late, Err(StateError::Fenced { .. })), "{late:?}");
    let late = two.anna.discard_journal(&anna, &zero).await;
    assert!(matches!(late, Err(StateError::Fenced { .. })), "{late:?}");
    assert!(matches!(two.anna.unlock(&anna).await, Err(StateError::Fenced { .. })));
    assert_eq!(two.objects.names(), before);
    let read = two.ben.read(&stack()).await.unwrap().unwrap();
    assert_eq!((read.version, read.journal.len()), (one.clone(), 0));
    two.ben.append(&ben, &one, b"[3]".to_vec()).await.unwrap();
}

#[tokio::test]
async fn a_holder_who_comes_back_long_after_his_work_was_folded_still_writes_nothing() {
    let two = two();
    let anna = two.anna.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    let mut version = two.anna.replace(&anna, None, content(0).await).await.unwrap();
    let zero = version.clone();
    two.ben.break_lock(&stack()).await.unwrap();
    for serial in 1..4 {
        let ben = two.ben.lock(&stack(), &holder("ben"), Wait::NONE).await.unwrap();
        two.ben.append(&ben, &version, b"[1]".to_vec()).await.unwrap();
        version = two.ben.replace(&ben, Some(&version), content(serial).await).await.unwrap();
        two.ben.unlock(&ben).await.unwrap();
    }
    let late = two.anna.append(&anna, &zero, b"[2]".to_vec()).await;
    assert!(matches!(late, Err(StateError::Fenced { .. })), "{late:?}");
    assert_eq!(two.ben.read(&stack()).await.unwrap().unwrap().version, version);
    // The head, how far epochs may have gone, one snapshot, and the seal on Anna's journal.
    assert_eq!(two.objects.names().len(), 4, "{:?}", two.objects.names());
}

#[tokio::test]
async fn a_lock_that_is_renewed_is_not_taken_over() {
    let two = two();
    let anna = two.anna.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    for _ in 0..20 {
        two.clock.advance(Duration::from_secs(21));
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        let ben = two.ben.lock(&stack(), &holder("ben"), Wait::NONE).await;
        assert!(matches!(ben, Err(StateError::Locked { .. })), "{ben:?}");
    }
    two.anna.unlock(&anna).await.unwrap();
    two.ben.lock(&stack(), &holder("ben"), Wait::NONE).await.unwrap();
}

#[tokio::test]
async fn a_put_whose_answer_was_lost_counts_once() {
    for put in 1..9 {
        let two = two();
        let bench = two.bench();
        bench.deploy(&["a"]).await;
        two.objects.lose_answer(put);
        bench.deploy(&["b"]).await;
        assert_eq!(bench.ids().await, ["/a", "/b"], "put {put}");
        assert!(bench.store().holder(&stack()).await.unwrap().is_none(), "put {put}");
    }
}

#[tokio::test]
async fn a_put_that_never_arrives_loses_nothing_that_was_acknowledged() {
    for put in 1..9 {
        let two = two();
        let bench = two.bench();
        bench.deploy(&["a"]).await;
        two.objects.fail_from(put);
        let mut acknowledged = vec!["/a".to_owned()];
        if let Ok(session) = bench.open().await {
            if session.record(saved(resource("b"))).await.is_ok() {
                acknowledged.push("/b".into());
            }
            let _ = session.close().await;
        }
        two.objects.fail_from(u32::MAX);
        bench.outlive_leases().await;
        assert_eq!(bench.ids().await, acknowledged, "put {put}");
        bench.deploy(&["c"]).await;
        acknowledged.push("/c".into());
        assert_eq!(bench.ids().await, acknowledged, "put {put}");
    }
}

#[tokio::test]
async fn a_batch_costs_one_request_at_any_size_of_the_state() {
    let mut costs = Vec::new();
    for size in [1, 1000] {
        let two = two();
        let lease = two.anna.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
        let body = vec![b'x'; size * 1000];
        let version = two.anna.replace(&lease, None, Content { body, ..content(0).await }).await.unwrap();
        two.anna.append(&lease, &version, b"[0]".to_vec()).await.unwrap();
        let before = two.objects.traffic();
        for _ in 0..10 {
            two.anna.append(&lease, &version, b"[1]".to_vec()).await.unwrap();
        }
        let after = two.objects.traffic();
        costs.push((after.0 - before.0, after.1 - before.1));
    }
    assert_eq!((costs[0].0, costs[0]), (10, costs[1]));
}

#[tokio::test]
async fn damage_is_an_error_by_name_and_never_an_empty_state() {
    let whole = async || {
        let two = two();
        let bench = two.bench();
        bench.deploy(&["a"]).await;
        let session = bench.open().await.unwrap();
        for name in ["b", "c", "d"] {
            session.record(saved(resource(name))).await.unwrap();
        }
        drop(session);
        bench.outlive_leases().await;
        two
    };
    let parts = |two: &Two| {
        let names = two.objects.names().into_iter();
        // Copies, and how far epochs may have gone, are of no account as long as nobody asks for them.
        let counts = |path: &Path| !["/backups/", "/epochs/"].iter().any(|part| path.as_ref().contains(part));
        names.filter(counts).collect::<Vec<_>>()
    };
    let names = parts(&whole().await);
    assert_eq!(names.len(), 5, "head, snapshot and three batches: {names:?}");
    for index in 0..names.len() {
        let is_last = index == 3;
        let two = whole().await;
        let path = parts(&two)[index].clone();
        let bytes = two.objects.inner.get(&path).await.unwrap().bytes().await.unwrap();
        let refused = async |what: &str| {
            let read = two.anna.read(&stack()).await;
            assert!(read.is_err(), "{what} of {path}: {read:?}");
            assert_eq!(two.anna.list().await.unwrap(), [stack()], "{what} of {path}");
        };
        two.objects.inner.delete(&path).await.unwrap();
        // That the last batch of a journal was taken away cannot be seen.
        if !is_last {
            refused("absence").await;
        }
        for damaged in [bytes.slice(..0), bytes.slice(..bytes.len() - 3), bytes.slice(3..)] {
            two.objects.inner.put(&path, damaged.into()).await.unwrap();
            refused("a piece").await;
        }
        let mut flipped = bytes.to_vec();
        flipped[bytes.len() / 2] ^= 1;
        two.objects.inner.put(&path, flipped.into()).await.unwrap();
        refused("a flipped bit").await;
        two.objects.inner.put(&path, bytes.into()).await.unwrap();
        assert_eq!(two.bench().ids().await, ["/a", "/b", "/c", "/d"]);
    }
    let two = whole().await;
    let head = two.objects.names().into_iter().find(|path| path.filename() == Some("head.json")).unwrap();
    two.objects.inner.delete(&head).await.unwrap();
    let locked = two.anna.lock(&stack(), &holder("anna"), Wait::NONE).await;
    assert!(matches!(locked, Err(StateError::Missing { .. })), "{locked:?}");
}

#[tokio::test]
async fn a_head_that_was_removed_while_it_was_locked_is_reported() {
    let two = two();
    let lease = two.anna.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    let head = two.objects.names().into_iter().find(|path| path.filename() == Some("head.json")).unwrap();
    two.objects.inner.delete(&head).await.unwrap();
    assert!(matches!(two.anna.unlock(&lease).await, Err(StateError::LockLost { .. })));
}

#[tokio::test]
async fn time_that_nobody_waits_for_does_not_end_a_lock_early() {
    let two = two();
    let before = two.clock.now();
    let _anna = two.anna.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    let wait = Wait { at_most: Duration::from_secs(600), on_wait: &|_| {} };
    let ben = two.ben.lock(&stack(), &holder("ben"), wait).await;
    assert!(matches!(ben, Err(StateError::Locked { .. })), "{ben:?}");
    assert_eq!(two.clock.now() - before, Duration::from_secs(600));
}

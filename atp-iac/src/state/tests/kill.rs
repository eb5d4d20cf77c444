//! The process ends between any two steps with files: what was acknowledged is there.

use super::*;
use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Lets so many steps be, spoils the next one, and lets none happen after it.
pub(super) fn die_after(steps: usize, partial: Option<usize>, seen: Arc<AtomicUsize>) -> Faults {
    Arc::new(move |_: &str, _: &Path| {
        let number = seen.fetch_add(1, Ordering::SeqCst);
        match partial {
            Some(length) if number == steps => Some(Fault::Partial(length)),
            _ if number >= steps => Some(Fault::Fail(io::ErrorKind::Other)),
            _ => Some(Fault::Unsynced),
        }
    })
}

/// Deploys, changes and closes; gives the ids that were acknowledged.
async fn work(ports: &SessionPorts) -> Vec<String> {
    let mut acknowledged = Vec::new();
    let Ok(session) = StateSession::open(ports, &stack(), &holder("anna"), Wait::NONE).await else {
        return acknowledged;
    };
    for (step, name) in (0..).zip(["b", "c", "d"]) {
        let intent = Record::Intent(intent(step, Action::Create, name));
        if session.record(intent).await.is_ok() {
            acknowledged.push(format!("intent {name}"));
            let saved = Record::Saved { step: Some(step), resource: resource(name) };
            if session.record(saved).await.is_ok() {
                acknowledged.push(format!("/{name}"));
            }
        }
    }
    if session.close().await.is_ok() {
        acknowledged.push("closed".into());
    }
    acknowledged
}

async fn survives(first: &[&str], steps: usize, partial: Option<usize>) -> bool {
    let bench = Bench::unsynced();
    if !first.is_empty() {
        bench.deploy(first).await;
    }
    let seen = Arc::new(AtomicUsize::new(0));
    let store = LocalStore::new(bench.folder.path().join("states"), bench.clock().clone())
        .with_faults(die_after(steps, partial, seen.clone()));
    let dying = SessionPorts { store: Arc::new(store), ..bench.ports().clone() };
    let acknowledged = work(&dying).await;
    let context = format!("{first:?}, dead after {steps} steps, partial {partial:?}: {acknowledged:?}");

    let read = bench.read().await.unwrap_or_else(|error| panic!("{context}: {error}"));
    let (ids, pending) = read.map_or_else(Default::default, |read| {
        let ids: Vec<String> = read.view.resources().map(|one| one.id.clone()).collect();
        (ids, read.view.pending().map(|intent| intent.id.clone()).collect::<Vec<_>>())
    });
    for id in first.iter().map(|name| format!("/{name}")) {
        assert!(ids.contains(&id), "{context}: {id} is lost");
    }
    for one in &acknowledged {
        let known = match one.strip_prefix("intent ") {
            Some(name) => pending.contains(&format!("/{name}")) || ids.contains(&format!("/{name}")),
            None => one == "closed" || ids.contains(one),
        };
        assert!(known, "{context}: {one} is lost; there are {ids:?} and pending {pending:?}");
    }
    // The next session works as if nothing had been.
    bench.deploy(&["z"]).await;
    let after = bench.ids().await;
    assert!(ids.iter().all(|id| after.contains(id)) && after.contains(&"/z".to_owned()), "{context}");
    seen.load(Ordering::SeqCst) > steps
}

#[tokio::test]
async fn death_at_any_step_loses_nothing_that_was_acknowledged() {
    for first in [&[][..], &["a"][..]] {
        let mut steps = 0;
        while survives(first, steps, None).await {
            survives(first, steps, Some(1)).await;
            survives(first, steps, Some(150)).await;
            steps += 1;
        }
        assert!(steps > 20, "{steps}");
    }
}

#[tokio::test]
async fn a_full_disk_at_the_end_leaves_the_journal_and_the_lock_is_given_back() {
    let bench = Bench::local();
    bench.deploy(&["a"]).await;
    let full = Arc::new(Mutex::new(false));
    let asked = full.clone();
    let faults: Faults = Arc::new(move |name, _| {
        (name == "write" && *asked.lock().unwrap()).then_some(Fault::Fail(io::ErrorKind::StorageFull))
    });
    let store =
        LocalStore::new(bench.folder.path().join("states"), bench.clock().clone()).with_faults(faults);
    let ports = SessionPorts { store: Arc::new(store), ..bench.ports().clone() };
    let session = StateSession::open(&ports, &stack(), &holder("anna"), Wait::NONE).await.unwrap();
    session.record(saved(resource("b"))).await.unwrap();
    *full.lock().unwrap() = true;
    let error = session.close().await.unwrap_err().to_string();
    assert!(error.contains("make room there: what was recorded before is safe"), "{error}");
    let recovery = session.export().unwrap();
    assert!(String::from_utf8(recovery).unwrap().contains("virtualNetworks::b"));
    assert_eq!(bench.ids().await, ["/a", "/b"]);
    bench.open().await.unwrap();
}

#[tokio::test]
async fn a_failed_batch_stops_the_session_and_the_final_snapshot_still_has_all() {
    let bench = Bench::local();
    let seen = Arc::new(AtomicUsize::new(0));
    let faults: Faults = Arc::new(move |name, _| {
        let second = name == "append" && seen.fetch_add(1, Ordering::SeqCst) == 1;
        second.then_some(Fault::Partial(20))
    });
    let store =
        LocalStore::new(bench.folder.path().join("states"), bench.clock().clone()).with_faults(faults);
    let ports = SessionPorts { store: Arc::new(store), ..bench.ports().clone() };
    let session = StateSession::open(&ports, &stack(), &holder("anna"), Wait::NONE).await.unwrap();
    for name in ["a", "b"] {
        session.record(saved(resource(name))).await.unwrap();
    }
    assert!(matches!(session.record(saved(resource("c"))).await, Err(StateError::Stopped(_))));
    assert!(matches!(session.record(saved(resource("d"))).await, Err(StateError::Stopped(_))));
    assert_eq!(bench.ids().await, ["/a", "/b"], "the torn batch is left out");
    session.close().await.unwrap();
    assert_eq!(bench.ids().await, ["/a", "/b", "/c", "/d"]);
}

#[tokio::test]
async fn nothing_is_put_in_place_before_it_is_synced_nor_acknowledged_before_its_folder_is() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let seen = log.clone();
    let faults: Faults = Arc::new(move |name, _| {
        seen.lock().unwrap().push(name.to_owned());
        None
    });
    let bench = Bench::with(|root, clock| Arc::new(LocalStore::new(root, clock).with_faults(faults)));
    bench.deploy(&["a", "b"]).await;
    let log = log.lock().unwrap();
    let position = |name: &str| -> Vec<usize> { (0..log.len()).filter(|at| log[*at] == name).collect() };
    for at in position("create") {
        // What is written once is put in place by a link.
        let placed = if log[at + 3] == "link" { "link" } else { "rename" };
        assert_eq!(log[at..at + 5], ["create", "write", "sync", placed, "sync"]);
    }
    for at in position("append") {
        assert_eq!(log[at + 1], "sync");
    }
    assert!(position("create").len() >= 4 && !position("append").is_empty(), "{log:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_beside_a_writer_always_sees_a_whole_state_and_never_an_older_one() {
    let bench = Arc::new(Bench::unsynced());
    bench.deploy(&["first"]).await;
    let writer = tokio::spawn({
        let bench = bench.clone();
        async move {
            for number in 0..40 {
                bench.deploy(&[&format!("x{number}"), &format!("y{number}")]).await;
            }
        }
    });
    let mut known = 0;
    while !writer.is_finished() {
        let now = bench.ids().await.len();
        assert!(now >= known, "{now} after {known}");
        known = now;
    }
    writer.await.unwrap();
    assert_eq!(bench.ids().await.len(), 81);
}

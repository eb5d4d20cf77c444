//! What every store must do: a function for each promise, which panics where it is not kept.

#![allow(missing_docs, reason = "the names of the cases say what they ask for")]
#![allow(clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use super::Bench;
use super::sample::{begin, holder, intent, resource, saved, stack, urn};
use crate::ports::Clock;
use crate::secrets::WrappedKey;
use crate::state::{
    Action, Closed, Content, Folder, Holder, Intent, Outcome, Record, ResourceState, StateError,
    StateSession, Version, Wait,
};
use crate::value::{Kind, Value};
use futures::future::join_all;
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub async fn a_stack_that_was_never_deployed_has_no_state_and_is_not_listed(bench: Bench) {
    assert!(bench.read().await.unwrap().is_none());
    assert_eq!(bench.store().list().await.unwrap(), []);
}

pub async fn what_was_recorded_reads_back_and_the_lineage_is_kept(bench: Bench) {
    bench.deploy(&["b", "a"]).await;
    let first = bench.read().await.unwrap().unwrap();
    bench.deploy(&["c"]).await;
    let second = bench.read().await.unwrap().unwrap();
    assert_eq!(first.view.lineage(), second.view.lineage());
    assert_eq!(bench.ids().await, ["/b", "/a", "/c"]);
    assert_eq!(bench.store().list().await.unwrap(), [stack()]);
    assert_ne!(first.digest, second.digest);
}

pub async fn the_serial_rises_by_one_with_a_change_and_not_without(bench: Bench) {
    let first = bench.deploy(&["a"]).await;
    assert_eq!((first.version.as_ref().unwrap().serial, first.changed), (1, true));
    let again = bench.deploy(&["a"]).await;
    assert_eq!(again, Closed { changed: false, ..first });
    assert_eq!(bench.deploy(&["b"]).await.version.unwrap().serial, 2);
    assert_eq!(bench.read().await.unwrap().unwrap().view.serial(), 2);
}

pub async fn a_first_session_that_left_nothing_is_written_once(bench: Bench) {
    let session = bench.open().await.unwrap();
    session.record(saved(resource("a"))).await.unwrap();
    session.record(Record::Removed { step: None, urn: urn("a"), id: "/a".into() }).await.unwrap();
    let closed = session.close().await.unwrap();
    assert_eq!((closed.version.unwrap().serial, closed.changed), (0, true));
    let stored = bench.store().read(&stack()).await.unwrap().unwrap();
    assert!(stored.journal.is_empty());
}

pub async fn who_carried_out_an_update_last_is_kept_also_when_it_was_cut_off(bench: Bench) {
    let session = bench.open().await.unwrap();
    session.record(begin()).await.unwrap();
    session.record(Record::End { result: Outcome::Done }).await.unwrap();
    session.close().await.unwrap();
    let last = async || bench.read().await.unwrap().unwrap().view.last_update().cloned().unwrap();
    assert_eq!((last().await.by, last().await.result), (holder("anna"), Some(Outcome::Done)));
    let session = bench.open().await.unwrap();
    session.record(begin()).await.unwrap();
    drop(session);
    assert_eq!(last().await.result, None);
}

pub async fn what_was_changed_and_changed_back_leaves_the_snapshot_alone(bench: Bench) {
    let first = bench.deploy(&["a"]).await;
    let session = bench.open().await.unwrap();
    session.record(saved(resource("b"))).await.unwrap();
    session.record(Record::Removed { step: None, urn: urn("b"), id: "/b".into() }).await.unwrap();
    assert_eq!(session.close().await.unwrap(), Closed { changed: false, ..first });
    let stored = bench.store().read(&stack()).await.unwrap().unwrap();
    assert!(stored.journal.is_empty());
}

fn content(lineage: &str, serial: u64) -> Content {
    let keys = WrappedKey { provider: "none".into(), data: String::new() }.into();
    Content { lineage: lineage.into(), serial, keys, body: b"{}\n".to_vec() }
}

pub async fn two_first_snapshots_race_and_one_wins(bench: Bench) {
    let store = bench.store();
    let lease = store.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    let won = store.replace(&lease, None, content("a", 0)).await.unwrap();
    let lost = store.replace(&lease, None, content("b", 0)).await;
    assert!(matches!(lost, Err(StateError::Changed { .. })), "{lost:?}");
    assert_eq!(store.read(&stack()).await.unwrap().unwrap().version, won);
}

pub async fn a_snapshot_of_another_version_or_lineage_is_not_replaced(bench: Bench) {
    let store = bench.store();
    let lease = store.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    let zero = store.replace(&lease, None, content("a", 0)).await.unwrap();
    let one = store.replace(&lease, Some(&zero), content("a", 1)).await.unwrap();
    let late = store.replace(&lease, Some(&zero), content("a", 1)).await;
    assert!(matches!(late, Err(StateError::Changed { .. })), "{late:?}");
    let other = store.replace(&lease, Some(&one), content("b", 2)).await;
    assert!(matches!(other, Err(StateError::LineageMismatch { .. })), "{other:?}");
    let late = store.append(&lease, &zero, b"[]".to_vec()).await;
    assert!(matches!(late, Err(StateError::Changed { .. })), "{late:?}");
}

pub async fn a_second_lock_waits_and_then_names_the_holder(bench: Bench) {
    let first = bench.open().await.unwrap();
    let heard = Mutex::new(Vec::new());
    let on_wait = |holder: Option<&Holder>| heard.lock().unwrap().push(holder.cloned());
    let before = bench.clock().now();
    let wait = Wait { at_most: Duration::from_secs(3), on_wait: &on_wait };
    let second = StateSession::open(bench.ports(), &stack(), &holder("ben"), wait).await;
    let error = second.err().unwrap().to_string();
    assert_eq!(bench.clock().now() - before, Duration::from_secs(3));
    assert_eq!(*heard.lock().unwrap(), [Some(holder("anna"))]);
    assert_eq!(
        error,
        "test/westeurope/foundation is in use by anna on builder (process 7), running `up` since \
         2023-11-14T22:13:20Z; wait until it is done"
    );
    assert_eq!(bench.store().holder(&stack()).await.unwrap(), Some(holder("anna")));
    first.close().await.unwrap();
    assert_eq!(bench.store().holder(&stack()).await.unwrap(), None);
    bench.open().await.unwrap();
}

pub async fn a_wait_ends_when_the_lock_is_free(bench: Bench) {
    let first = Arc::new(bench.open().await.unwrap());
    let closing = first.clone();
    let on_wait = move |_: Option<&Holder>| {
        let closing = closing.clone();
        tokio::spawn(async move { closing.close().await.unwrap() });
    };
    let wait = Wait { at_most: Duration::from_secs(100_000), on_wait: &on_wait };
    StateSession::open(bench.ports(), &stack(), &holder("ben"), wait).await.unwrap();
}

pub async fn a_lost_lease_frees_the_lock(bench: Bench) {
    let session = bench.open().await.unwrap();
    assert!(matches!(bench.open().await, Err(StateError::Locked { .. })));
    drop(session);
    bench.outlive_leases().await;
    bench.open().await.unwrap();
}

pub async fn a_writer_whose_lock_was_taken_writes_nothing_and_frees_nothing(bench: Bench) {
    bench.deploy(&["a"]).await;
    let first = bench.open().await.unwrap();
    first.record(saved(resource("b"))).await.unwrap();
    assert_eq!(bench.store().break_lock(&stack()).await.unwrap(), Some(holder("anna")));
    let second = bench.open().await.unwrap();
    second.record(saved(resource("c"))).await.unwrap();
    let refused = first.record(saved(resource("d"))).await.unwrap_err();
    assert!(refused.to_string().contains("was taken over"), "{refused}");
    assert!(first.close().await.unwrap_err().to_string().contains("was taken over"));
    assert!(matches!(bench.open().await, Err(StateError::Locked { .. })), "the second still holds it");
    second.record(saved(resource("e"))).await.unwrap();
    second.close().await.unwrap();
    assert_eq!(bench.ids().await, ["/a", "/b", "/c", "/e"]);
}

pub async fn a_locked_stack_can_still_be_read(bench: Bench) {
    let session = bench.open().await.unwrap();
    assert!(bench.read().await.unwrap().is_none());
    session.record(saved(resource("a"))).await.unwrap();
    assert_eq!(bench.ids().await, ["/a"]);
    session.close().await.unwrap();
    assert_eq!(bench.ids().await, ["/a"]);
}

pub async fn a_batch_is_durable_when_it_was_acknowledged(bench: Bench) {
    let store = bench.store();
    let lease = store.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    let version = store.replace(&lease, None, content("a", 0)).await.unwrap();
    let batches = [b"[1]".to_vec(), b"[2,3]".to_vec()];
    for batch in &batches {
        store.append(&lease, &version, batch.clone()).await.unwrap();
    }
    assert_eq!(store.read(&stack()).await.unwrap().unwrap().journal, batches);
    store.discard_journal(&lease, &version).await.unwrap();
    assert!(store.read(&stack()).await.unwrap().unwrap().journal.is_empty());
}

pub async fn a_journal_that_was_not_read_is_not_overwritten(bench: Bench) {
    let store = bench.store();
    let lease = store.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    let version = store.replace(&lease, None, content("a", 0)).await.unwrap();
    store.append(&lease, &version, b"[1]".to_vec()).await.unwrap();
    drop(lease);
    bench.outlive_leases().await;
    let lease = store.lock(&stack(), &holder("ben"), Wait::NONE).await.unwrap();
    let refused = store.append(&lease, &version, b"[2]".to_vec()).await;
    assert!(matches!(refused, Err(StateError::Changed { .. })), "{refused:?}");
    assert_eq!(store.read(&stack()).await.unwrap().unwrap().journal, [b"[1]".to_vec()]);
}

pub async fn a_session_that_was_dropped_is_found_by_the_next_one(bench: Bench) {
    bench.deploy(&["a"]).await;
    let session = bench.open().await.unwrap();
    session.record(begin()).await.unwrap();
    session.record(saved(resource("b"))).await.unwrap();
    drop(session);
    bench.outlive_leases().await;
    assert_eq!(bench.ids().await, ["/a", "/b"]);
    let next = bench.open().await.unwrap();
    assert_eq!(next.view().resources().count(), 2);
    assert_eq!(next.digest(), Some(bench.read().await.unwrap().unwrap().digest.as_str()));
    let closed = next.close().await.unwrap();
    assert_eq!((closed.version.unwrap().serial, closed.changed), (2, true));
    assert_eq!(bench.ids().await, ["/a", "/b"]);
}

pub async fn what_was_pending_stays_so_until_it_is_settled(bench: Bench) {
    let session = bench.open().await.unwrap();
    session.record(begin()).await.unwrap();
    session.record(Record::Intent(intent(1, Action::Create, "a"))).await.unwrap();
    session.record(Record::Intent(intent(2, Action::Create, "b"))).await.unwrap();
    session.close().await.unwrap();
    let session = bench.open().await.unwrap();
    let pending: Vec<Intent> = session.view().interrupted().cloned().collect();
    assert_eq!(pending, [intent(1, Action::Create, "a"), intent(2, Action::Create, "b")]);
    session.record(saved(resource("a"))).await.unwrap();
    session.record(Record::Failed { step: 2, urn: urn("b"), message: "not there".into() }).await.unwrap();
    session.close().await.unwrap();
    let read = bench.read().await.unwrap().unwrap();
    assert_eq!((read.view.pending().count(), read.view.resources().count()), (0, 1));
}

pub async fn a_lock_without_a_record_leaves_nothing(bench: Bench) {
    let closed = bench.open().await.unwrap().close().await.unwrap();
    assert_eq!(closed, Closed { version: None, changed: false, warnings: Vec::new() });
    assert!(bench.read().await.unwrap().is_none());
    assert_eq!(bench.store().holder(&stack()).await.unwrap(), None);
    assert_eq!(bench.store().list().await.unwrap(), []);
}

pub async fn a_forgotten_stack_starts_another_lineage(bench: Bench) {
    let version = bench.deploy(&["a"]).await.version.unwrap();
    let store = bench.store();
    let lease = store.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    let other = Version { serial: 7, ..version.clone() };
    assert!(matches!(store.remove(&lease, &other).await, Err(StateError::Changed { .. })));
    store.remove(&lease, &version).await.unwrap();
    store.unlock(&lease).await.unwrap();
    assert!(bench.read().await.unwrap().is_none());
    let again = bench.deploy(&["a"]).await.version.unwrap();
    assert_ne!(again.lineage, version.lineage);
}

pub async fn records_after_the_end_are_refused(bench: Bench) {
    let session = bench.open().await.unwrap();
    session.close().await.unwrap();
    assert!(matches!(session.record(begin()).await, Err(StateError::Closed(_))));
    assert!(matches!(session.close().await, Err(StateError::Closed(_))));
}

pub async fn a_record_that_does_not_fit_is_refused_and_the_rest_goes_on(bench: Bench) {
    let session = bench.open().await.unwrap();
    let removed = Record::Removed { step: Some(4), urn: urn("a"), id: "/a".into() };
    assert!(matches!(session.record(removed.clone()).await, Err(StateError::Inconsistent { .. })));
    let both = session.record_all(vec![saved(resource("a")), removed]).await;
    assert!(matches!(both, Err(StateError::Inconsistent { .. })));
    let unknown = Value::from([("id", Value::unknown(Kind::String, "${vault.id}"))]);
    let unknown = session.record(saved(ResourceState { inputs: unknown, ..resource("b") })).await;
    let unknown = unknown.unwrap_err().to_string();
    assert!(unknown.contains("`id` is not known yet") && unknown.contains("${vault.id}"), "{unknown}");
    session.record_all(Vec::new()).await.unwrap();
    session.close().await.unwrap();
    assert_eq!(bench.ids().await, ["/a"]);
}

pub async fn times_are_stamped_and_kept_when_nothing_changed(bench: Bench) {
    let start = bench.clock().now();
    bench.deploy(&["a"]).await;
    bench.clock().advance(Duration::from_secs(60));
    bench.deploy(&["a"]).await;
    let times = async || {
        let read = bench.read().await.unwrap().unwrap();
        let one = read.view.get(&urn("a")).unwrap().clone();
        (one.created, one.modified)
    };
    assert_eq!(times().await, (start, start));
    let session = bench.open().await.unwrap();
    session.record(saved(ResourceState { tainted: true, ..resource("a") })).await.unwrap();
    session.close().await.unwrap();
    assert_eq!(times().await, (start, start + Duration::from_secs(60)));
}

pub async fn a_document_is_written_once_and_outlives_the_state(bench: Bench) {
    let (store, stack) = (bench.store(), &stack());
    let put = |name: &'static str, text: &'static str| {
        store.put_document(stack, Folder::History, name, text.into())
    };
    assert!(store.documents(stack, Folder::History).await.unwrap().is_empty());
    assert!(put("0002", "two").await.unwrap());
    assert!(put("0001.json", "one").await.unwrap());
    assert!(!put("0002", "other").await.unwrap());
    assert_eq!(store.documents(stack, Folder::History).await.unwrap(), ["0001.json", "0002"]);
    assert!(store.documents(stack, Folder::Backups).await.unwrap().is_empty());
    let read = |name: &'static str| store.document(stack, Folder::History, name);
    assert_eq!(read("0002").await.unwrap().unwrap(), b"two");
    assert_eq!(read("0003").await.unwrap(), None);
    assert!(bench.read().await.unwrap().is_none(), "a stack with documents alone was never deployed");
    let version = bench.deploy(&["a"]).await.version.unwrap();
    let lease = store.lock(stack, &holder("anna"), Wait::NONE).await.unwrap();
    store.remove(&lease, &version).await.unwrap();
    assert_eq!(read("0002").await.unwrap().unwrap(), b"two");
    store.remove_document(stack, Folder::History, "0002").await.unwrap();
    store.remove_document(stack, Folder::History, "0002").await.unwrap();
    assert_eq!(store.documents(stack, Folder::History).await.unwrap(), ["0001.json"]);
}

pub async fn a_name_that_could_be_a_path_is_no_document(bench: Bench) {
    for name in ["", ".", "..", ".x", "a/b", "a\\b", "A", "\u{e9}"] {
        let put = bench.store().put_document(&stack(), Folder::History, name, Vec::new()).await;
        assert!(matches!(put, Err(StateError::DocumentName { .. })), "{name}: {put:?}");
    }
}

pub async fn of_many_who_lock_at_once_one_has_it(bench: Bench) {
    let (store, stack) = (bench.store(), &stack());
    let holders: Vec<Holder> = (0..8).map(|number| holder(&format!("n{number}"))).collect();
    let leases = join_all(holders.iter().map(|holder| store.lock(stack, holder, Wait::NONE))).await;
    let has = |lease: &Result<_, StateError>| lease.is_ok();
    assert_eq!(leases.iter().filter(|lease| has(lease)).count(), 1, "{leases:?}");
    let winner = leases.iter().position(has).unwrap();
    assert_eq!(store.holder(stack).await.unwrap().as_ref(), Some(&holders[winner]));
    assert!(leases.iter().all(|lease| matches!(lease, Ok(_) | Err(StateError::Locked { .. }))), "{leases:?}");
}

pub async fn of_many_who_put_the_same_document_one_does(bench: Bench) {
    let (store, stack) = (bench.store(), &stack());
    let put = || store.put_document(stack, Folder::Approvals, "one", b"the same".to_vec());
    let new = join_all((0..8).map(|_| put())).await;
    assert_eq!(new.into_iter().filter(|new| *new.as_ref().unwrap()).count(), 1);
}

pub async fn epochs_rise_with_every_lease_also_of_a_forgotten_stack(bench: Bench) {
    let (store, stack) = (bench.store(), &stack());
    let mut last = 0;
    for _ in 0..2 {
        let lease = store.lock(stack, &holder("anna"), Wait::NONE).await.unwrap();
        assert!(lease.epoch() > last);
        let version = store.replace(&lease, None, content("a", 0)).await.unwrap();
        store.remove(&lease, &version).await.unwrap();
        store.unlock(&lease).await.unwrap();
        last = lease.epoch();
    }
}

pub async fn a_journal_begins_anew_under_the_same_lease(bench: Bench) {
    let store = bench.store();
    let lease = store.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    let zero = store.replace(&lease, None, content("a", 0)).await.unwrap();
    store.append(&lease, &zero, b"[1]".to_vec()).await.unwrap();
    store.discard_journal(&lease, &zero).await.unwrap();
    store.append(&lease, &zero, b"[2]".to_vec()).await.unwrap();
    assert_eq!(store.read(&stack()).await.unwrap().unwrap().journal, [b"[2]".to_vec()]);
    let one = store.replace(&lease, Some(&zero), content("a", 1)).await.unwrap();
    assert!(store.read(&stack()).await.unwrap().unwrap().journal.is_empty());
    store.append(&lease, &one, b"[3]".to_vec()).await.unwrap();
    assert_eq!(store.read(&stack()).await.unwrap().unwrap().journal, [b"[3]".to_vec()]);
}

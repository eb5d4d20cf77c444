//! Connections that are lost in the middle, and holders who are gone.

use super::bench::{Server, content, open_with, server};
use super::proxy::Proxy;
use atp_iac::ports::SystemClock;
use atp_iac::state::{Folder, Lease, Presence, StateError, StateStore as _, Wait};
use atp_iac::testing::stores::sample::{holder, stack};
use atp_stores::postgres::PostgresStore;
use std::sync::Arc;
use std::time::Duration;

impl Server {
    /// A store that lives by the time of the machine, whose locks expire soon.
    fn quick(&self, term: Duration) -> PostgresStore {
        self.with_term(Arc::new(SystemClock), term)
    }
}

#[tokio::test]
async fn a_writer_goes_on_when_its_connections_end() {
    let Some(mut server) = server().await else { return };
    let proxy = Proxy::before(&mut server).await;
    let store = server.quick(Duration::from_secs(30));
    let lease = store.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    let mut version = store.replace(&lease, None, content(0, &["a"])).await.unwrap();
    let mut batches = Vec::new();
    for number in 0..20u64 {
        proxy.cut();
        let batch = format!("[{number}]").into_bytes();
        store.append(&lease, &version, batch.clone()).await.unwrap();
        batches.push(batch);
        assert_eq!(store.read(&stack()).await.unwrap().unwrap().journal, batches);
        if number % 7 == 6 {
            proxy.cut();
            version =
                store.replace(&lease, Some(&version), content(version.serial + 1, &["a"])).await.unwrap();
            batches.clear();
        }
    }
    store.unlock(&lease).await.unwrap();
}

#[tokio::test]
async fn what_took_place_and_was_not_heard_of_is_recognised_and_not_done_twice() {
    let Some(mut server) = server().await else { return };
    let proxy = Proxy::before(&mut server).await;
    let store = server.quick(Duration::from_secs(30));
    assert_eq!(store.list().await.unwrap(), []);
    // Taken by the first try, and again by the second.
    proxy.lose("COMMIT");
    let lease = store.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    assert_eq!((lease.epoch(), proxy.lost()), (2, 1));
    proxy.lose("COMMIT");
    let zero = store.replace(&lease, None, content(0, &["a"])).await.unwrap();
    proxy.lose("INSERT 0 1");
    store.append(&lease, &zero, b"[0]".to_vec()).await.unwrap();
    store.append(&lease, &zero, b"[1]".to_vec()).await.unwrap();
    proxy.lose("INSERT 0 1");
    store.append(&lease, &zero, b"[2]".to_vec()).await.unwrap();
    let read = store.read(&stack()).await.unwrap().unwrap();
    assert_eq!(read.journal, [b"[0]", b"[1]", b"[2]"]);
    proxy.lose("COMMIT");
    store.discard_journal(&lease, &zero).await.unwrap();
    proxy.lose("COMMIT");
    let one = store.replace(&lease, Some(&zero), content(1, &["b"])).await.unwrap();
    proxy.lose("INSERT 0 1");
    assert!(store.put_document(&stack(), Folder::History, "1", b"x".to_vec()).await.unwrap());
    assert!(!store.put_document(&stack(), Folder::History, "1", b"x".to_vec()).await.unwrap());
    proxy.lose("COMMIT");
    store.remove(&lease, &one).await.unwrap();
    proxy.lose("UPDATE 1");
    store.unlock(&lease).await.unwrap();
    assert_eq!(proxy.lost(), 9);
    assert_eq!(store.holder(&stack()).await.unwrap(), None);
}

#[tokio::test]
async fn a_lease_is_renewed_while_its_holder_lives() {
    let Some(server) = server().await else { return };
    let term = Duration::from_millis(900);
    let (first, second) = (server.quick(term), server.quick(term));
    let lease = first.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    tokio::time::sleep(term * 2).await;
    let busy = second.lock(&stack(), &holder("ben"), Wait::NONE).await;
    assert!(matches!(busy, Err(StateError::Locked { holder: Some(_), .. })), "{busy:?}");
    first.unlock(&lease).await.unwrap();
}

/// A lease that nothing renews any more.
fn stopped(store: &PostgresStore) -> Lease {
    let store = store.clone();
    let locking = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(store.lock(&stack(), &holder("anna"), Wait::NONE)).unwrap()
    });
    locking.join().unwrap()
}

#[tokio::test]
async fn a_lease_expires_when_its_holder_is_gone_and_he_writes_nothing_when_he_comes_back() {
    let Some(server) = server().await else { return };
    let term = Duration::from_millis(900);
    let (first, second) = (server.quick(term), server.quick(term));
    let lease = stopped(&first);
    let wait = Wait { at_most: Duration::from_secs(5), ..Wait::NONE };
    let next = second.lock(&stack(), &holder("ben"), wait).await.unwrap();
    assert_eq!(next.epoch(), lease.epoch() + 1);
    let late = first.replace(&lease, None, content(0, &["a"])).await;
    assert!(matches!(late, Err(StateError::Fenced { held: 1, newest: 2, .. })), "{late:?}");
    let version = second.replace(&next, None, content(0, &["b"])).await.unwrap();
    let late = first.append(&lease, &version, b"[1]".to_vec()).await;
    assert!(matches!(late, Err(StateError::Fenced { held: 1, newest: 2, .. })), "{late:?}");
    let late = first.unlock(&lease).await;
    assert!(matches!(late, Err(StateError::Fenced { .. })), "{late:?}");
    assert_eq!(second.holder(&stack()).await.unwrap(), Some(holder("ben")));
    assert_eq!(second.read(&stack()).await.unwrap().unwrap().version, version);
}

#[tokio::test]
async fn a_lock_that_was_removed_by_hand_is_not_held_any_more() {
    let Some(server) = server().await else { return };
    let store = server.quick(Duration::from_secs(30));
    let lease = store.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    let version = store.replace(&lease, None, content(0, &["a"])).await.unwrap();
    let removed = "UPDATE stacks SET token = NULL, expires = NULL, who = NULL, host = NULL, process = NULL,
        operation = NULL, since = NULL";
    server.sql.batch_execute(removed).await.unwrap();
    let lost = store.append(&lease, &version, b"[1]".to_vec()).await;
    assert!(matches!(lost, Err(StateError::LockLost { .. })), "{lost:?}");
    let lost = store.unlock(&lease).await;
    assert!(matches!(lost, Err(StateError::LockLost { .. })), "{lost:?}");
}

#[tokio::test]
async fn a_holder_who_stopped_in_the_middle_of_a_write_does_not_keep_others_out() {
    let Some(server) = server().await else { return };
    let store = server.quick(Duration::from_millis(500));
    let lease = store.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    drop(lease);
    server.sql.batch_execute("BEGIN; SELECT * FROM stacks FOR UPDATE").await.unwrap();
    let busy = store.lock(&stack(), &holder("ben"), Wait::NONE).await;
    assert!(matches!(busy, Err(StateError::Locked { .. })), "{busy:?}");
    server.sql.batch_execute("ROLLBACK").await.unwrap();
    let wait = Wait { at_most: Duration::from_secs(5), ..Wait::NONE };
    store.lock(&stack(), &holder("ben"), wait).await.unwrap();
}

#[tokio::test]
async fn nobody_waits_for_the_lock_of_a_holder_who_ran_here_and_is_gone() {
    let Some(server) = server().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let on = |host: &str| {
        let presence = Presence::new(folder.path(), host);
        open_with(&server.address, Arc::new(SystemClock), Duration::from_secs(30), presence)
    };
    // A process that ends without a word: nothing runs any more that could give the lock back.
    let killed = on("desk");
    let process = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let locked = runtime.block_on(async { killed.lock(&stack(), &holder("anna"), Wait::NONE).await });
        drop(runtime);
        drop(locked.unwrap());
    });
    process.join().unwrap();
    let elsewhere = on("server").lock(&stack(), &holder("ben"), Wait::NONE).await.unwrap_err();
    assert!(matches!(elsewhere, StateError::Locked { .. }), "{elsewhere}");
    let here = on("desk");
    assert_eq!(here.holder(&stack()).await.unwrap(), None);
    let lease = here.lock(&stack(), &holder("ben"), Wait::NONE).await.unwrap();
    let alive = on("desk").lock(&stack(), &holder("eve"), Wait::NONE).await.unwrap_err();
    assert!(matches!(alive, StateError::Locked { .. }), "{alive}");
    here.unlock(&lease).await.unwrap();
    assert_eq!(std::fs::read_dir(folder.path().join(stack().to_string())).unwrap().count(), 0);
}

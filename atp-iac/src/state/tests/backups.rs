//! What is kept of what was.

use super::*;
use std::fs;
use std::num::NonZeroU32;

impl Bench {
    async fn backups(&self) -> Vec<u64> {
        backups(&*self.ports().store, &stack()).await.unwrap().into_iter().collect()
    }

    fn keeping(mut self, count: u32) -> Bench {
        self.shared =
            self.shared.with_retention(Retention { newest: NonZeroU32::new(count).unwrap(), monthly: 0 });
        self
    }
}

#[tokio::test]
async fn every_session_that_changes_something_leaves_one_backup_and_the_newest_are_kept() {
    for bench in [Bench::unsynced(), Bench::memory()] {
        let bench = bench.keeping(3);
        for name in ["a", "b", "b", "c", "d"] {
            bench.deploy(&[name]).await;
        }
        // The third session said what was known already.
        assert_eq!(bench.backups().await, [2, 3, 4]);
        let stored = bench.ports().store.read(&stack()).await.unwrap().unwrap();
        let newest = backup(&*bench.ports().store, &stack(), 4).await.unwrap().unwrap();
        assert_eq!(newest, (stored.version, stored.content));
    }
}

#[tokio::test]
async fn a_backup_has_the_bytes_of_the_snapshot_file() {
    let bench = Bench::unsynced();
    bench.deploy(&["a"]).await;
    let kept = fs::read(bench.files().join("backups").join(backup_name(1))).unwrap();
    assert_eq!(kept, fs::read(bench.files().join("snapshot.json")).unwrap());
}

#[tokio::test]
async fn what_was_read_is_kept_before_the_first_change_when_it_is_missing() {
    let bench = Bench::unsynced();
    bench.deploy(&["a"]).await;
    let before = fs::read(bench.files().join("snapshot.json")).unwrap();
    fs::remove_dir_all(bench.files().join("backups")).unwrap();
    let session = bench.open().await.unwrap();
    assert_eq!(bench.backups().await, [] as [u64; 0]);
    session.record(saved(resource("b"))).await.unwrap();
    assert_eq!(fs::read(bench.files().join("backups").join(backup_name(1))).unwrap(), before);
    drop(session);
    tokio::task::yield_now().await;
    // What the cut-off session had recorded is what the next one starts from.
    bench.deploy(&["c"]).await;
    assert_eq!(bench.backups().await, [1, 2, 3]);
}

#[tokio::test]
async fn when_what_was_read_cannot_be_kept_nothing_is_changed() {
    let bench = Bench::local();
    bench.deploy(&["a"]).await;
    fs::remove_dir_all(bench.files().join("backups")).unwrap();
    let before = fs::read(bench.files().join("snapshot.json")).unwrap();
    let faults: Faults = Arc::new(|name, path| {
        let of_backup = path.parent().is_some_and(|above| above.ends_with("backups"));
        (name == "write" && of_backup).then_some(Fault::Fail(std::io::ErrorKind::StorageFull))
    });
    let store =
        LocalStore::new(bench.folder.path().join("states"), bench.clock().clone()).with_faults(faults);
    let ports = SessionPorts { store: Arc::new(store), ..bench.ports().clone() };
    let session = StateSession::open(&ports, &stack(), &holder("anna"), Wait::NONE).await.unwrap();
    let error = session.record(begin()).await.unwrap_err().to_string();
    assert!(error.contains("backups") && error.contains("make room there"), "{error}");
    assert!(session.close().await.is_err());
    assert_eq!(fs::read(bench.files().join("snapshot.json")).unwrap(), before);
    assert!(!bench.files().join("journal.jsonl").exists());
    assert_eq!(bench.ports().store.holder(&stack()).await.unwrap(), None);
}

#[tokio::test]
async fn a_backup_that_fails_in_the_end_is_a_warning() {
    let bench = Bench::local();
    bench.deploy(&["a"]).await;
    let last = backup_name(2);
    let faults: Faults = Arc::new(move |name, path| {
        (name == "link" && path.ends_with(&last)).then_some(Fault::Fail(std::io::ErrorKind::StorageFull))
    });
    let store =
        LocalStore::new(bench.folder.path().join("states"), bench.clock().clone()).with_faults(faults);
    let ports = SessionPorts { store: Arc::new(store), ..bench.ports().clone() };
    let session = StateSession::open(&ports, &stack(), &holder("anna"), Wait::NONE).await.unwrap();
    session.record(saved(resource("b"))).await.unwrap();
    let closed = session.close().await.unwrap();
    assert!(closed.changed && closed.warnings[0].contains("its backup is not"), "{closed:?}");
    assert_eq!(bench.ids().await, ["/a", "/b"]);
    bench.deploy(&["c"]).await;
    assert_eq!(bench.backups().await, [1, 2, 3]);
}

#[tokio::test]
async fn after_an_older_snapshot_was_put_back_by_hand_no_serial_is_given_twice() {
    let bench = Bench::unsynced();
    for name in ["a", "b", "c"] {
        bench.deploy(&[name]).await;
    }
    fs::copy(bench.files().join("backups").join(backup_name(1)), bench.files().join("snapshot.json"))
        .unwrap();
    let closed = bench.deploy(&["d"]).await;
    assert_eq!(closed.version.unwrap().serial, 4);
    assert_eq!(
        (bench.backups().await, bench.ids().await),
        (vec![1, 2, 3, 4], vec!["/a".into(), "/d".into()])
    );
}

#[tokio::test]
async fn a_new_stack_of_an_old_name_leaves_the_backups_of_the_old_one_alone() {
    let bench = Bench::unsynced();
    let version = bench.deploy(&["a"]).await.version.unwrap();
    let lease = bench.ports().store.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    bench.ports().store.remove(&lease, &version).await.unwrap();
    bench.ports().store.unlock(&lease).await.unwrap();
    let again = bench.deploy(&["b"]).await.version.unwrap();
    assert_ne!(again.lineage, version.lineage);
    assert_eq!(bench.backups().await, [1, 3]);
    let (kept, _) = backup(&*bench.ports().store, &stack(), 1).await.unwrap().unwrap();
    assert_eq!(kept, version);
}

#[tokio::test]
async fn the_first_backup_of_a_month_outlives_the_newest_ones_for_so_many_months() {
    for mut bench in [Bench::unsynced(), Bench::memory()] {
        let retention = Retention { newest: NonZeroU32::new(2).unwrap(), monthly: 3 };
        bench.shared = bench.shared.with_retention(retention);
        let mut firsts = Vec::new();
        for month in 0..5 {
            for number in 0..4 {
                let closed = bench.deploy(&[&format!("n{month}-{number}")]).await;
                if number == 0 {
                    firsts.push(closed.version.unwrap().serial);
                }
            }
            // More than a month has at most, and never two of them.
            bench.clock().advance(std::time::Duration::from_secs(31 * 86_400));
        }
        let newest = firsts[4] + 3;
        assert_eq!(bench.backups().await, [firsts[2], firsts[3], firsts[4], newest - 1, newest]);
        let names = bench.ports().store.documents(&stack(), Folder::Backups).await.unwrap();
        assert_eq!(names.iter().filter(|name| name.starts_with("month-")).count(), 3, "{names:?}");
    }
}

#[tokio::test]
async fn of_what_was_replaced_by_hand_the_newest_is_kept() {
    let bench = Bench::memory().keeping(2);
    bench.deploy(&["a"]).await;
    for round in 0..4_u8 {
        let raw = [("snapshot.json".to_owned(), vec![round]), ("journal.jsonl".to_owned(), vec![round])];
        // Two of them within the same second.
        bench.clock().advance(std::time::Duration::from_secs(u64::from(round / 2)));
        keep_replaced(bench.ports(), &stack(), &raw).await.unwrap();
    }
    bench.deploy(&["b"]).await;
    let store = &bench.ports().store;
    let names = store.documents(&stack(), Folder::Backups).await.unwrap();
    let replaced: Vec<&String> = names.iter().filter(|name| name.starts_with("replaced-")).collect();
    assert_eq!(replaced.len(), 4, "{names:?}");
    for (name, expected) in replaced.into_iter().zip([2_u8, 2, 3, 3]) {
        let bytes = store.document(&stack(), Folder::Backups, name).await.unwrap().unwrap();
        assert_eq!(bytes, [expected], "{name}");
    }
}

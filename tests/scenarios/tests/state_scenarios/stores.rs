//! Locks, files and versions.

use atp_iac::engine::EngineError;
use atp_iac::ports::{ManualClock, SeededRandom};
use atp_iac::secrets::{DataKey, KeyProvider, LocalKeyFile};
use atp_iac::state::{Fault, Holder, Lease, LocalStore, Snapshot, StateError, StateView, Wait, read_state};
use atp_iac::testing::MemoryCloud;
use atp_iac::{StackName, Value};
use scenarios::{World, item, stack_name};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;

/// A world whose states are files.
struct Files {
    folder: TempDir,
    world: World,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = LocalStore::new(folder.path(), Arc::new(ManualClock::default()));
        let unsynced = store.with_faults(Arc::new(|_, _| Some(Fault::Unsynced)));
        let world = World::with_store(MemoryCloud::new("test").replacing("fixed"), Arc::new(unsynced));
        Files { folder, world }
    }

    async fn deployed() -> Self {
        let files = Files::new();
        files.world.up(&[item("a")]).await.unwrap();
        files
    }

    fn file(&self, name: &str) -> PathBuf {
        let StackName { environment, region, stack } = stack_name();
        self.folder.path().join("state").join(environment).join(region).join(stack).join(name)
    }

    async fn lock(&self, who: &str) -> Lease {
        self.world.store.lock(&stack_name(), &holder(who), Wait::NONE).await.unwrap()
    }
}

fn holder(who: &str) -> Holder {
    let since = time::OffsetDateTime::UNIX_EPOCH;
    Holder { who: who.into(), host: "desk".into(), process: 7, operation: "destroy".into(), since }
}

#[tokio::test]
async fn state_011_a_second_process_hears_who_holds_the_lock_for_what_and_since_when() {
    let files = Files::deployed().await;
    let _held = files.lock("anna").await;
    let error = files.world.up(&[item("a")]).await.unwrap_err();
    assert!(error.is_locked());
    let told = error.to_string();
    for part in ["anna", "desk", "`destroy`", "1970-01-01T00:00:00Z"] {
        assert!(told.contains(part), "{told}");
    }
}

#[tokio::test]
async fn state_013_nobody_writes_beside_the_holder_and_everybody_reads() {
    let files = Files::deployed().await;
    let first = files.lock("anna").await;
    files.world.store.break_lock(&stack_name()).await.unwrap();
    let _second = files.lock("ben").await;
    let stored = files.world.store.read(&stack_name()).await.unwrap().unwrap();
    let refused = files.world.store.append(&first, &stored.version, b"[]".to_vec()).await;
    assert!(matches!(refused, Err(StateError::Fenced { .. })), "{refused:?}");
    assert!(!files.world.preview(&[item("a")]).await.unwrap().has_changes());
}

#[tokio::test]
async fn state_014_a_lock_without_a_write_leaves_nothing_behind() {
    let files = Files::new();
    let lease = files.lock("anna").await;
    files.world.store.unlock(&lease).await.unwrap();
    assert_eq!(files.world.store.holder(&stack_name()).await.unwrap(), None);
    assert!(files.world.store.read(&stack_name()).await.unwrap().is_none());
    assert!(!files.file("snapshot.json").exists() && !files.file("journal.jsonl").exists());
}

#[tokio::test]
async fn state_016_whose_lock_was_taken_over_is_told_and_frees_nothing() {
    let files = Files::deployed().await;
    let first = files.lock("anna").await;
    let taken = files.world.store.break_lock(&stack_name()).await.unwrap();
    assert_eq!(taken.map(|holder| holder.who), Some("anna".to_owned()));
    let _second = files.lock("ben").await;
    assert!(matches!(files.world.store.unlock(&first).await, Err(StateError::Fenced { .. })));
    assert_eq!(files.world.store.holder(&stack_name()).await.unwrap().unwrap().who, "ben");
}

#[tokio::test]
async fn state_017_a_lock_that_vanished_is_reported() {
    let files = Files::deployed().await;
    let lease = files.lock("anna").await;
    fs::remove_file(files.file("lock")).unwrap();
    let unlocked = files.world.store.unlock(&lease).await;
    assert!(matches!(unlocked, Err(StateError::LockLost { .. })), "{unlocked:?}");
}

#[tokio::test]
async fn state_019_of_two_who_write_the_same_version_the_second_is_refused() {
    let files = Files::deployed().await;
    let lease = files.lock("anna").await;
    let stored = files.world.store.read(&stack_name()).await.unwrap().unwrap();
    let mut content = stored.content.clone();
    content.serial += 1;
    files.world.store.replace(&lease, Some(&stored.version), content.clone()).await.unwrap();
    let late = files.world.store.replace(&lease, Some(&stored.version), content.clone()).await;
    assert!(matches!(late, Err(StateError::Changed { .. })), "{late:?}");
    // To have found nothing is a version, too.
    let first = files.world.store.replace(&lease, None, content).await;
    assert!(matches!(first, Err(StateError::Changed { .. })), "{first:?}");
}

#[tokio::test]
async fn state_020_the_serial_rises_with_a_change_only_and_the_lineage_stays() {
    let files = Files::deployed().await;
    let version = async || files.world.store.read(&stack_name()).await.unwrap().unwrap().version;
    let first = version().await;
    files.world.up(&[item("a")]).await.unwrap();
    assert_eq!(version().await, first);
    files.world.up(&[item("a"), item("b")]).await.unwrap();
    let second = version().await;
    assert_eq!((second.serial, &second.lineage), (first.serial + 1, &first.lineage));
}

#[tokio::test]
async fn state_022_the_state_before_the_first_change_is_kept() {
    let files = Files::deployed().await;
    let before = fs::read(files.file("snapshot.json")).unwrap();
    files.world.up(&[item("a"), item("b")]).await.unwrap();
    assert_eq!(fs::read(files.file("snapshot.previous.json")).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn state_023_readers_beside_a_writer_see_whole_states() {
    let files = Files::deployed().await;
    let items: Vec<_> = (0..40).map(|number| item(&format!("r{number}"))).collect();
    let (store, keys) = (files.world.store.clone(), files.world.keys());
    let reader = tokio::spawn(async move {
        let mut most = 0;
        while most < 40 {
            let read = read_state(store.as_ref(), &stack_name(), &keys).await.unwrap().unwrap();
            let present =
                read.view.resources().filter(|resource| resource.urn.name().starts_with('r')).count();
            assert!(present >= most, "{present} after {most}");
            most = present;
            tokio::task::yield_now().await;
        }
    });
    files.world.up(&items).await.unwrap();
    reader.await.unwrap();
}

#[tokio::test]
async fn state_025_a_newer_format_is_refused_by_its_version() {
    let files = Files::deployed().await;
    let text = fs::read_to_string(files.file("snapshot.json")).unwrap();
    let newer = text.replacen("\"version\":2", "\"version\":99", 1);
    assert_ne!(newer, text);
    fs::write(files.file("snapshot.json"), newer).unwrap();
    let error = files.world.preview(&[]).await.unwrap_err();
    let EngineError::State(StateError::NewerFormat { found: 99, .. }) = error else { panic!("{error}") };
}

#[tokio::test]
async fn state_026_an_object_that_is_there_twice_is_refused() {
    let files = Files::deployed().await;
    let state = files.world.engine.state(&stack_name()).await.unwrap().unwrap();
    let mut snapshot: Snapshot = state.to_snapshot();
    snapshot.resources.push(snapshot.resources[0].clone());
    let twice = StateView::new(snapshot);
    assert!(matches!(twice, Err(StateError::Duplicate { .. })), "{:?}", twice.err());
}

#[tokio::test]
async fn state_028_a_state_does_not_open_without_its_own_key() {
    let files = Files::deployed().await;
    let random = Arc::new(SeededRandom::new(99));
    let other = LocalKeyFile::new(files.folder.path().join("other.key"), random.clone());
    other.wrap(&DataKey::generate(random.as_ref()).unwrap(), "another").await.unwrap();
    let error = read_state(files.world.store.as_ref(), &stack_name(), &other).await.err().unwrap();
    assert!(matches!(error, StateError::Secret { .. }), "{error}");
}

#[tokio::test]
async fn state_029_a_secret_is_in_no_byte_of_what_is_kept() {
    let files = Files::new();
    let secret = Value::from("correct horse battery").into_secret();
    files.world.up(&[item("a").with("password", secret.clone())]).await.unwrap();
    files.world.up(&[item("a").with("password", secret).with("size", 2i64)]).await.unwrap();
    for name in ["snapshot.json", "snapshot.previous.json", "stack.json"] {
        let text = fs::read_to_string(files.file(name)).unwrap();
        assert!(!text.contains("correct horse"), "{name}");
    }
    let plan = files.world.preview(&[item("a")]).await.unwrap();
    assert!(!format!("{plan:?}").contains("correct horse"));
}

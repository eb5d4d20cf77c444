//! States: their files as a whole, and what is in them behind the checksums.

use crate::world::{block_on, deploy, keys, ports, stack};
use atp_iac::ports::ManualClock;
use atp_iac::state::{
    Content, LocalStore, MemoryStore, Record, Snapshot, StateSession, StateStore as _, Stored, Wait,
    read_state,
};
use atp_iac::testing::tester;
use fuzz::{Edit, edited};
use std::fs;
use std::sync::Arc;

const BATCHES: u64 = 3;

fn local(folder: &std::path::Path) -> LocalStore {
    LocalStore::new(folder, Arc::new(ManualClock::default()))
}

/// Damaged files are errors. Of a journal, the end may be missing: nobody can tell that from a write that was cut off.
#[test]
fn files() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("state/test/north/app");
    let read = || block_on(read_state(&local(folder.path()), &stack(), keys().as_ref()));
    block_on(deploy(Arc::new(local(folder.path())), BATCHES));
    let [snapshot, journal] =
        ["snapshot.json", "journal.jsonl"].map(|name| fs::read(files.join(name)).unwrap());
    let known: Vec<u64> = (0..=BATCHES).collect();
    bolero::check!().with_type::<(bool, Vec<Edit>)>().cloned().for_each(|(of_snapshot, edits)| {
        let (mut snapshot, mut journal) = (snapshot.clone(), journal.clone());
        let changed = if of_snapshot { &mut snapshot } else { &mut journal };
        let before = changed.clone();
        *changed = edited(changed, &edits);
        let is_whole = *changed == before;
        fs::write(files.join("snapshot.json"), &snapshot).unwrap();
        fs::write(files.join("journal.jsonl"), &journal).unwrap();
        match read() {
            Ok(None) => panic!("damage was taken for no state"),
            Ok(Some(read)) => {
                assert!(is_whole || !of_snapshot, "a damaged snapshot was read");
                assert_eq!(read.view.resources().len(), 2);
                assert!(known.contains(&read.view.contract()), "{}", read.view.contract());
            }
            Err(error) => assert!(!is_whole, "{error}"),
        }
    });
}

fn said(view: &atp_iac::state::StateView) -> Snapshot {
    Snapshot { serial: 0, ..view.to_snapshot() }
}

/// A store that holds this, whatever it is.
async fn holding(content: Content, journal: Vec<Vec<u8>>) -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::new(Arc::new(ManualClock::default())));
    let lease = store.lock(&stack(), &tester(), Wait::NONE).await.unwrap();
    let version = store.replace(&lease, None, content).await.unwrap();
    for batch in journal {
        store.append(&lease, &version, batch).await.unwrap();
    }
    store.unlock(&lease).await.unwrap();
    store
}

/// What can be read behind the checksum says the same when it is written and read again.
#[test]
fn bodies() {
    let store = Arc::new(MemoryStore::new(Arc::new(ManualClock::default())));
    let Stored { content, journal, .. } = block_on(async {
        deploy(store.clone(), BATCHES).await;
        store.read(&stack()).await.unwrap().unwrap()
    });
    bolero::check!().with_type::<(Vec<Edit>, u8, Vec<Edit>)>().cloned().for_each(
        |(of_body, batch, of_batch)| {
            let (mut content, mut journal) = (content.clone(), journal.clone());
            content.body = edited(&content.body, &of_body);
            let batch = usize::from(batch) % journal.len();
            journal[batch] = edited(&journal[batch], &of_batch);
            block_on(async {
                let store = holding(content, journal).await;
                let read = match read_state(store.as_ref(), &stack(), keys().as_ref()).await {
                    Err(_) => return,
                    Ok(None) => panic!("damage was taken for no state"),
                    Ok(Some(read)) => read.view,
                };
                let session =
                    StateSession::open(&ports(store.clone()), &stack(), &tester(), Wait::NONE).await.unwrap();
                let same = Record::Outputs { contract: read.contract(), values: read.outputs().clone() };
                session.record(same).await.unwrap();
                session.close().await.unwrap();
                let again =
                    read_state(store.as_ref(), &stack(), keys().as_ref()).await.unwrap().unwrap().view;
                assert_eq!(said(&again), said(&read));
            });
        },
    );
}

//! The power fails between any two changes of a file: what was acknowledged is there when it comes back.
//!
//! The work is done once, on real files, and every change is written down. From that a disk is modelled, and for each
//! moment every disk that may be left is put into a folder and opened.

mod model;

use self::model::{Files, Model, Node};
use super::*;
use crate::state::Change;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;

/// What happened, in order.
#[derive(Debug, Clone, PartialEq)]
enum Moment {
    Changed(Change),
    Acknowledged(Fact),
}

#[derive(Debug, Clone, PartialEq)]
enum Fact {
    Has(&'static str),
    Gone(&'static str),
    Document(&'static str),
}

fn files_below(folder: &Path, found: &mut Files) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files_below(&path, found),
            false => drop(found.insert(path.clone(), std::fs::read(path).unwrap())),
        }
    }
}

/// A first deployment, updates, a session that was not closed, and documents.
async fn work(bench: &Bench, log: &Mutex<Vec<Moment>>) {
    let told = |fact: Fact| log.lock().unwrap().push(Moment::Acknowledged(fact));
    let session = bench.open().await.unwrap();
    for name in ["a", "b"] {
        session.record(saved(resource(name))).await.unwrap();
        told(Fact::Has(if name == "a" { "/a" } else { "/b" }));
    }
    session.close().await.unwrap();
    let session = bench.open().await.unwrap();
    session.record(saved(resource("c"))).await.unwrap();
    told(Fact::Has("/c"));
    // The next session finds the journal of this one.
    drop(session);
    tokio::task::yield_now().await;
    let session = bench.open().await.unwrap();
    session.record(saved(resource("d"))).await.unwrap();
    told(Fact::Has("/d"));
    session.record(Record::Removed { step: None, urn: resource("a").urn, id: "/a".into() }).await.unwrap();
    told(Fact::Gone("/a"));
    session.close().await.unwrap();
    for name in ["1.json", "2.json"] {
        let store = &bench.ports().store;
        assert!(store.put_document(&stack(), Folder::History, name, name.into()).await.unwrap());
        told(Fact::Document(name));
    }
}

/// What is wrong with a disk that was left, if anything is.
async fn violation(root: &Path, disk: &Files, facts: &[Fact], bench: &Bench) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in disk {
        let path = folder.path().join(path.strip_prefix(root.parent().unwrap()).unwrap());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let unsynced: Faults = Arc::new(|_, _| Some(Fault::Unsynced));
    let store = LocalStore::new(folder.path().join("states"), bench.clock().clone()).with_faults(unsynced);
    let ports = SessionPorts { store: Arc::new(store), ..bench.ports().clone() };
    let read = match read_state(&*ports.store, &stack(), &*ports.keys).await {
        Ok(read) => read,
        Err(error) => return Some(format!("it cannot be read: {error}")),
    };
    let ids = read.map_or_else(BTreeSet::new, |read| {
        read.view.resources().map(|one| one.id.clone()).collect::<BTreeSet<String>>()
    });
    for fact in facts {
        let holds = match fact {
            // Its removal may be on its way.
            Fact::Has("/a") if facts.contains(&Fact::Has("/d")) => true,
            Fact::Has(id) => ids.contains(*id),
            Fact::Gone(id) => !ids.contains(*id),
            Fact::Document(name) => {
                let document = ports.store.document(&stack(), Folder::History, name).await;
                document.is_ok_and(|bytes| bytes.as_deref() == Some(name.as_bytes()))
            }
        };
        if !holds {
            return Some(format!("{fact:?} does not hold; there are {ids:?}"));
        }
    }
    let written = async {
        let session = StateSession::open(&ports, &stack(), &holder("berta"), Wait::NONE).await?;
        session.record(saved(resource("z"))).await?;
        session.close().await
    };
    written.await.err().map(|error| format!("it cannot be written: {error}"))
}

/// Works, and fails the power after every change. What is wrong first, and how many disks were looked at.
async fn after_a_power_cut(faults: Faults) -> (Option<String>, usize) {
    let log: Arc<Mutex<Vec<Moment>>> = Arc::default();
    let watched = log.clone();
    let bench = Bench::with(|root, clock| {
        let watch = Arc::new(move |change| watched.lock().unwrap().push(Moment::Changed(change)));
        Arc::new(LocalStore::new(root, clock).with_faults(faults).with_watch(watch))
    });
    let root = bench.folder.path().join("states");
    work(&bench, &log).await;
    let (mut model, mut facts, mut seen) = (Model::default(), Vec::new(), BTreeSet::new());
    let log = log.lock().unwrap().clone();
    for (number, moment) in log.iter().enumerate() {
        match moment {
            Moment::Changed(change) => model.apply(change),
            Moment::Acknowledged(fact) => facts.push(fact.clone()),
        }
        for disk in model.left(&root) {
            if !seen.insert((facts.len(), disk.clone())) {
                continue;
            }
            if let Some(what) = violation(&root, &disk, &facts, &bench).await {
                let files: Vec<String> =
                    disk.iter().map(|(path, bytes)| format!("{} {}", path.display(), bytes.len())).collect();
                return (Some(format!("after {number}, {moment:?}: {what}\n{files:#?}")), seen.len());
            }
        }
    }
    let (mut found, mut modelled) = (Files::new(), Files::new());
    files_below(&root, &mut found);
    for (path, node) in &model.names {
        if let Node::File(file) = node {
            modelled.insert(path.clone(), model.files[*file].0.clone());
        }
    }
    assert_eq!(
        found.keys().collect::<Vec<_>>(),
        modelled.keys().collect::<Vec<_>>(),
        "a change was not told"
    );
    assert!(found == modelled, "a change was not told");
    (None, seen.len())
}

#[tokio::test]
async fn a_power_cut_at_any_moment_loses_nothing_that_was_acknowledged() {
    let (violation, disks) = after_a_power_cut(Arc::new(|_, _| None)).await;
    assert_eq!(violation, None);
    assert!(disks > 100, "{disks}");
}

#[tokio::test]
async fn a_sync_that_is_left_out_is_noticed() {
    let folder =
        |path: &Path| path.extension().is_none() && path.file_name().is_some_and(|n| n == "foundation");
    let left_out: [(&str, Faults); 3] = [
        (
            "of the folder",
            Arc::new(move |step, path| (step == "sync" && folder(path)).then_some(Fault::Unsynced)),
        ),
        (
            "of the snapshot",
            Arc::new(|step, path| {
                (step == "sync" && path.ends_with("snapshot.json.new")).then_some(Fault::Unsynced)
            }),
        ),
        (
            "of the journal",
            Arc::new(|step, path| {
                (step == "sync" && path.ends_with("journal.jsonl")).then_some(Fault::Unsynced)
            }),
        ),
    ];
    for (what, faults) in left_out {
        let (violation, disks) = after_a_power_cut(faults).await;
        assert!(violation.is_some(), "the sync {what}: {disks} disks, and nothing is missed");
    }
}

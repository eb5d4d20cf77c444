//! The power fails between any two changes of a file: what was acknowledged is there when it comes back.
//!
//! The work is done once, on real files, and every change is written down. From that a disk is modelled: what was not
//! synced may be there or not, in any combination; bytes may be there in part, or as zeros; names are there only when
//! their folder was synced, or by luck. For each moment every disk that may be left is put into a folder and opened.

use super::*;
use crate::state::Change;
use std::collections::{BTreeMap, BTreeSet};
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

#[derive(Debug, Clone, Copy, PartialEq)]
enum Node {
    Folder,
    File(usize),
}

/// A change of the names in a folder.
#[derive(Debug, Clone)]
enum Naming {
    Set(PathBuf, Node),
    Unset(PathBuf),
    Rename(PathBuf, PathBuf, Node),
}

impl Naming {
    fn apply(&self, names: &mut BTreeMap<PathBuf, Node>) {
        match self {
            Naming::Set(path, node) => drop(names.insert(path.clone(), *node)),
            Naming::Unset(path) => drop(names.remove(path)),
            Naming::Rename(from, to, node) => {
                names.remove(from);
                names.insert(to.clone(), *node);
            }
        }
    }

    fn folder(&self) -> &Path {
        match self {
            Naming::Set(path, _) | Naming::Unset(path) | Naming::Rename(path, ..) => path.parent().unwrap(),
        }
    }
}

/// A disk with a cache.
#[derive(Default)]
struct Model {
    /// What is in each file, and how much of it is durable.
    files: Vec<(Vec<u8>, usize)>,
    names: BTreeMap<PathBuf, Node>,
    durable: BTreeMap<PathBuf, Node>,
    /// What was not synced.
    pending: Vec<Naming>,
}

type Files = BTreeMap<PathBuf, Vec<u8>>;

impl Model {
    fn file(&self, path: &Path) -> usize {
        match self.names.get(path) {
            Some(Node::File(file)) => *file,
            other => panic!("{} is {other:?}", path.display()),
        }
    }

    fn name(&mut self, naming: Naming) {
        naming.apply(&mut self.names);
        self.pending.push(naming);
    }

    fn apply(&mut self, change: &Change) {
        match change {
            Change::Folder(path) => self.name(Naming::Set(path.clone(), Node::Folder)),
            Change::Created(path) => {
                self.files.push((Vec::new(), 0));
                self.name(Naming::Set(path.clone(), Node::File(self.files.len() - 1)));
            }
            Change::Wrote(path, bytes) => {
                let file = self.file(path);
                self.files[file].0.extend(bytes);
            }
            Change::Synced(path) => {
                let file = self.file(path);
                self.files[file].1 = self.files[file].0.len();
            }
            Change::SyncedFolder(folder) => {
                let durable = &mut self.durable;
                self.pending.retain(|naming| {
                    let is_synced = naming.folder() == folder;
                    if is_synced {
                        naming.apply(durable);
                    }
                    !is_synced
                });
            }
            Change::Linked(from, to) => {
                self.name(Naming::Set(to.clone(), Node::File(self.file(from))));
            }
            Change::Renamed(from, to) => {
                self.name(Naming::Rename(from.clone(), to.clone(), Node::File(self.file(from))));
            }
            Change::Removed(path) => self.name(Naming::Unset(path.clone())),
        }
    }

    /// Every disk that may be left.
    fn left(&self, root: &Path) -> Vec<Files> {
        assert!(self.pending.len() <= 12, "too much is not synced: {:?}", self.pending);
        let mut all = Vec::new();
        for chosen in 0..1u32 << self.pending.len() {
            let mut names = self.durable.clone();
            let namings = self.pending.iter().enumerate().filter(|(index, _)| chosen & (1 << index) != 0);
            namings.for_each(|(_, naming)| naming.apply(&mut names));
            let is_there = |path: &Path| {
                let mut above = path.ancestors().skip(1).take_while(|above| above.starts_with(root));
                above.all(|above| names.get(above) == Some(&Node::Folder))
            };
            for way in 0..4 {
                let files = names.iter().filter(|(path, _)| is_there(path));
                let files = files.filter_map(|(path, node)| match node {
                    Node::Folder => None,
                    Node::File(file) => Some((path.clone(), self.content(*file, way))),
                });
                all.push(files.collect());
            }
        }
        all
    }

    /// What is left of a file: what is durable, all, the beginning of the rest, or its end behind zeros.
    fn content(&self, file: usize, way: u32) -> Vec<u8> {
        let (bytes, durable) = &self.files[file];
        let half = durable + (bytes.len() - durable) / 2;
        match way {
            0 => bytes[..*durable].to_vec(),
            1 => bytes.clone(),
            2 => bytes[..half].to_vec(),
            _ => [&bytes[..*durable], &vec![0; half - durable], &bytes[half..]].concat(),
        }
    }
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

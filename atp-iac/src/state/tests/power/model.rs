//! A disk with a cache: what was not synced may be there or not, in any combination; bytes may be there in part, or as
//! zeros; names are there only when their folder was synced, or by luck.

use crate::state::Change;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Node {
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
pub struct Model {
    /// What is in each file, and how much of it is durable.
    pub files: Vec<(Vec<u8>, usize)>,
    pub names: BTreeMap<PathBuf, Node>,
    durable: BTreeMap<PathBuf, Node>,
    /// What was not synced.
    pending: Vec<Naming>,
}

/// What is in each file of a disk.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

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

    pub fn apply(&mut self, change: &Change) {
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
    pub fn left(&self, root: &Path) -> Vec<Files> {
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

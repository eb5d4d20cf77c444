//! Tests of the state as a whole.

mod backups;
mod commit;
mod damage;
mod formats;
mod keys;
mod kill;
mod power;
mod round_trip;
mod secrets;

use super::*;
use crate::ports::{Clock, ManualClock, SeededRandom};
use crate::secrets::LocalKeyFile;
use crate::testing::stores;
use crate::testing::stores::damage::{Damage, Harm, Part};
use crate::testing::stores::sample::{begin, holder, intent, resource, saved, stack};
use async_trait::async_trait;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;

mod memory {
    crate::test_state_store!(async { Some(super::Bench::memory().shared) });
    crate::test_sharing_store!(async { Some(super::Bench::memory().shared) });
}

mod local {
    crate::test_state_store!(async {
        let bench = super::Bench::local();
        let files = super::FilesOf(bench.files());
        let super::Bench { shared, folder } = bench;
        Some(shared.with_kept(folder).with_damage(files))
    });
}

/// Damages the files of a stack in a folder.
struct FilesOf(PathBuf);

#[async_trait]
impl Damage for FilesOf {
    async fn damage(&self, part: Part, harm: Harm) -> bool {
        let path = match (part, harm) {
            (Part::Snapshot, _) => self.0.join("snapshot.json"),
            (Part::Journal, Harm::Changed) => self.0.join("journal.jsonl"),
            // A journal that is gone was never there, and an end that was cut off was never acknowledged.
            (Part::Journal, _) => return false,
            // The count goes on from the clock.
            (Part::Lock, Harm::Removed) => return false,
            (Part::Lock, Harm::CutOff) => {
                std::fs::write(self.0.join("epoch"), b"").unwrap();
                return true;
            }
            (Part::Lock, Harm::Changed) => {
                std::fs::write(self.0.join("epoch"), b"1x\n").unwrap();
                return true;
            }
        };
        let bytes = std::fs::read(&path).unwrap();
        // The first batch is in the second line.
        let begins = bytes.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let damaged = match part {
            Part::Journal => harm
                .applied(&bytes[..2 * begins + 60])
                .map(|beginning| [&beginning[..], &bytes[beginning.len()..]].concat()),
            _ => harm.applied(&bytes),
        };
        match damaged {
            Some(damaged) => std::fs::write(&path, damaged).unwrap(),
            None => std::fs::remove_file(&path).unwrap(),
        }
        true
    }
}

/// A store and what sessions need, in a folder of its own.
struct Bench {
    shared: stores::Bench,
    folder: TempDir,
}

impl Deref for Bench {
    type Target = stores::Bench;

    fn deref(&self) -> &stores::Bench {
        &self.shared
    }
}

impl Bench {
    fn with(store: impl FnOnce(PathBuf, Arc<dyn Clock>) -> Arc<dyn StateStore>) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::default());
        let keys = LocalKeyFile::new(folder.path().join("key"), Arc::new(SeededRandom::new(1)));
        let store = store(folder.path().join("states"), clock.clone());
        Bench { shared: stores::Bench::new(store, clock).with_keys(Arc::new(keys)), folder }
    }

    fn local() -> Bench {
        Bench::with(|root, clock| Arc::new(LocalStore::new(root, clock)))
    }

    /// Local, and quick: nothing is synced.
    fn unsynced() -> Bench {
        let faults: Faults = Arc::new(|_, _| Some(Fault::Unsynced));
        Bench::with(|root, clock| Arc::new(LocalStore::new(root, clock).with_faults(faults)))
    }

    fn memory() -> Bench {
        Bench::with(|_, clock| Arc::new(MemoryStore::new(clock)))
    }

    /// The folder of the stack, when the store is local.
    fn files(&self) -> PathBuf {
        self.folder.path().join("states/state/test/westeurope/foundation")
    }
}

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
use crate::testing::stores::sample::{begin, holder, intent, resource, saved, stack};
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
        let super::Bench { shared, folder } = super::Bench::local();
        Some(shared.with_kept(folder))
    });
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

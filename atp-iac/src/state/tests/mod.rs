//! Tests of the state as a whole.

mod commit;
mod conformance;
mod damage;
mod kill;
mod round_trip;
mod secrets;

use super::sample::{holder, intent, resource, stack, urn};
use super::*;
use crate::ports::{Clock, ManualClock, SeededRandom};
use crate::secrets::LocalKeyFile;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;

/// A store and what sessions need, in a folder of its own.
struct Bench {
    ports: SessionPorts,
    clock: Arc<ManualClock>,
    folder: TempDir,
}

impl Bench {
    fn with(store: impl FnOnce(PathBuf, Arc<dyn Clock>) -> Arc<dyn StateStore>) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::default());
        let random = Arc::new(SeededRandom::new(1));
        let keys = Arc::new(LocalKeyFile::new(folder.path().join("key"), random.clone()));
        let store = store(folder.path().join("states"), clock.clone());
        Bench { ports: SessionPorts { store, keys, clock: clock.clone(), random }, clock, folder }
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

    async fn open(&self) -> Result<StateSession, StateError> {
        StateSession::open(&self.ports, &stack(), &holder("anna"), Wait::NONE).await
    }

    async fn read(&self) -> Result<Option<ReadState>, StateError> {
        read_state(&*self.ports.store, &stack(), &*self.ports.keys).await
    }

    /// The ids of the resources, as a reader without the lock sees them.
    async fn ids(&self) -> Vec<String> {
        let read = self.read().await.unwrap();
        read.map_or_else(Vec::new, |read| read.view.resources().map(|one| one.id.clone()).collect())
    }

    /// Deploys resources in one session.
    async fn deploy(&self, names: &[&str]) -> Closed {
        let session = self.open().await.unwrap();
        for name in names {
            session.record(saved(resource(name))).await.unwrap();
        }
        session.close().await.unwrap()
    }
}

fn saved(resource: ResourceState) -> Record {
    Record::Saved { step: None, resource }
}

fn begin() -> Record {
    Record::Begin { operation: "up".into(), plan: "p1".into(), at: holder("anna").since, by: holder("anna") }
}

//! A store that looks at what was written, each time: whether it can be read, and whether it accounts for everything that
//! is in the cloud at that instant.

use async_trait::async_trait;
use atp_iac::StackName;
use atp_iac::ports::ManualClock;
use atp_iac::state::{
    Content, Folder, Holder, Lease, MemoryStore, Parts, StateError, StateStore, Stored, Version, Wait,
};
use atp_iac::testing::MemoryCloud;
use std::sync::{Arc, Mutex, PoisonError};

/// A store in memory under watch. Clones are one.
#[derive(Clone)]
pub struct WatchedStore {
    store: MemoryStore,
    cloud: MemoryCloud,
    problems: Arc<Mutex<Vec<String>>>,
}

impl WatchedStore {
    pub fn new(cloud: MemoryCloud) -> Self {
        WatchedStore {
            store: MemoryStore::new(Arc::new(ManualClock::default())),
            cloud,
            problems: Arc::default(),
        }
    }

    /// What was found wrong: who writes is a task of its own, in which a panic would be one more failure to survive.
    pub fn problems(&self) -> Vec<String> {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Every object in the cloud is named in what is kept: as a resource, or as something that was begun.
    async fn look(&self, stack: &StackName) {
        let problem = match self.store.read(stack).await {
            Ok(None) => return,
            Ok(Some(stored)) => {
                let journal = stored.journal.iter().map(Vec::as_slice);
                let kept = [stored.content.body.as_slice()].into_iter().chain(journal);
                let kept: Vec<String> =
                    kept.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
                let known = |id: &String| kept.iter().any(|text| text.contains(&format!("\"{id}\"")));
                self.cloud
                    .objects()
                    .into_keys()
                    .find(|id| !known(id))
                    .map(|id| format!("nobody knows of {id}"))
            }
            Err(error) => Some(error.to_string()),
        };
        self.problems.lock().unwrap_or_else(PoisonError::into_inner).extend(problem);
    }
}

#[async_trait]
impl StateStore for WatchedStore {
    fn describe(&self) -> String {
        self.store.describe()
    }

    async fn read(&self, stack: &StackName) -> Result<Option<Stored>, StateError> {
        self.store.read(stack).await
    }

    async fn lock(&self, stack: &StackName, holder: &Holder, wait: Wait<'_>) -> Result<Lease, StateError> {
        self.store.lock(stack, holder, wait).await
    }

    async fn replace(
        &self,
        lease: &Lease,
        expected: Option<&Version>,
        content: Content,
    ) -> Result<Version, StateError> {
        let replaced = self.store.replace(lease, expected, content).await;
        self.look(lease.stack()).await;
        replaced
    }

    async fn append(&self, lease: &Lease, base: &Version, batch: Vec<u8>) -> Result<(), StateError> {
        let appended = self.store.append(lease, base, batch).await;
        self.look(lease.stack()).await;
        appended
    }

    async fn discard_journal(&self, lease: &Lease, base: &Version) -> Result<(), StateError> {
        let discarded = self.store.discard_journal(lease, base).await;
        self.look(lease.stack()).await;
        discarded
    }

    async fn unlock(&self, lease: &Lease) -> Result<(), StateError> {
        self.store.unlock(lease).await
    }

    async fn break_lock(&self, stack: &StackName) -> Result<Option<Holder>, StateError> {
        self.store.break_lock(stack).await
    }

    async fn holder(&self, stack: &StackName) -> Result<Option<Holder>, StateError> {
        self.store.holder(stack).await
    }

    async fn list(&self) -> Result<Vec<StackName>, StateError> {
        self.store.list().await
    }

    async fn remove(&self, lease: &Lease, expected: &Version) -> Result<(), StateError> {
        self.store.remove(lease, expected).await
    }

    async fn parts(&self, stack: &StackName) -> Result<Parts, StateError> {
        self.store.parts(stack).await
    }

    async fn overwrite(&self, lease: &Lease, content: Content) -> Result<Version, StateError> {
        let overwritten = self.store.overwrite(lease, content).await;
        self.look(lease.stack()).await;
        overwritten
    }

    async fn mend_lock(&self, stack: &StackName) -> Result<bool, StateError> {
        self.store.mend_lock(stack).await
    }

    async fn put_document(
        &self,
        stack: &StackName,
        folder: Folder,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<bool, StateError> {
        self.store.put_document(stack, folder, name, bytes).await
    }

    async fn documents(&self, stack: &StackName, folder: Folder) -> Result<Vec<String>, StateError> {
        self.store.documents(stack, folder).await
    }

    async fn document(
        &self,
        stack: &StackName,
        folder: Folder,
        name: &str,
    ) -> Result<Option<Vec<u8>>, StateError> {
        self.store.document(stack, folder, name).await
    }

    async fn remove_document(&self, stack: &StackName, folder: Folder, name: &str) -> Result<(), StateError> {
        self.store.remove_document(stack, folder, name).await
    }
}

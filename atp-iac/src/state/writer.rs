//! The one task that writes the journal of a session: whatever was recorded while it wrote goes into its next batch.

use super::backups::Keeper;
use super::{Content, Lease, StateError, StateStore, Version};
use crate::secrets::WrappedKeys;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// No batch is longer than this, apart from what came last into it.
const BATCH_LIMIT: usize = 4 << 20;

/// Records that belong together, as JSON separated by commas, and who waits for them. None: for all before them.
pub struct Entry {
    pub records: Vec<u8>,
    /// Also without a record, what has to be there before the first one is put there.
    pub prepares: bool,
    pub done: oneshot::Sender<Result<(), Arc<StateError>>>,
}

/// What is on disk, and what has to be there before the first record.
pub struct Base {
    /// The snapshot that is there.
    pub version: Option<Version>,
    /// What that snapshot says; empty when there is none.
    pub body: Vec<u8>,
    /// The key to its secrets.
    pub keys: WrappedKeys,
    /// A snapshot that takes its place first: of a new stack, or with what a crashed session left in its journal.
    pub prepared: Option<Content>,
    /// Whether there is a journal beside the snapshot.
    pub journal: bool,
    /// Why nothing can be written any more.
    pub stopped: Option<Arc<StateError>>,
    /// Snapshots as they were.
    pub backups: Keeper,
}

impl Base {
    /// Before the first change: what was read is safe.
    pub async fn secure(&mut self) -> Result<(), StateError> {
        let Base { version, body, keys, backups, .. } = self;
        let read = || {
            let Version { lineage, serial, .. } = version.clone()?;
            Some(Content { lineage, serial, keys: keys.clone(), body: body.clone() })
        };
        backups.begin(read).await
    }

    /// The serial of the next snapshot.
    pub fn next_serial(&self) -> u64 {
        self.backups.next_serial(self.version.as_ref())
    }
}

pub struct Writer {
    pub store: Arc<dyn StateStore>,
    pub lease: Lease,
    pub base: Base,
}

impl Writer {
    /// Starts to write; gives back what is on disk when the sender is dropped.
    pub fn start(mut self) -> (mpsc::UnboundedSender<Vec<Entry>>, JoinHandle<Base>) {
        let (sender, mut queue) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            while let Some(first) = queue.recv().await {
                self.write(first, &mut queue).await;
            }
            self.base
        });
        (sender, task)
    }

    async fn write(&mut self, first: Vec<Entry>, queue: &mut mpsc::UnboundedReceiver<Vec<Entry>>) {
        let mut batch = Vec::new();
        let mut waiting = Vec::new();
        let mut prepares = false;
        let mut add = |entries: Vec<Entry>| {
            for Entry { records, prepares: asked, done } in entries {
                prepares |= asked;
                if !records.is_empty() {
                    batch.push(if batch.is_empty() { b'[' } else { b',' });
                    batch.extend_from_slice(&records);
                }
                waiting.push(done);
            }
            batch.len()
        };
        let mut length = add(first);
        while length < BATCH_LIMIT
            && let Ok(entries) = queue.try_recv()
        {
            length = add(entries);
        }
        if !batch.is_empty() {
            batch.push(b']');
        }
        let result = self.append(batch, prepares).await;
        for done in waiting {
            // Who does not wait any more has no use for the answer.
            let _ = done.send(result.clone());
        }
    }

    async fn append(&mut self, batch: Vec<u8>, prepares: bool) -> Result<(), Arc<StateError>> {
        if let Some(stopped) = &self.base.stopped {
            return Err(stopped.clone());
        }
        if batch.is_empty() && !prepares {
            return Ok(());
        }
        let appended = self.try_append(batch).await.map_err(Arc::new);
        if let Err(error) = &appended {
            self.base.stopped = Some(error.clone());
        }
        appended
    }

    async fn try_append(&mut self, batch: Vec<u8>) -> Result<(), StateError> {
        self.prepare().await?;
        let Writer { store, lease, base } = self;
        let Some(version) = base.version.as_ref().filter(|_| !batch.is_empty()) else { return Ok(()) };
        base.journal = true;
        store.append(lease, version, batch).await
    }

    /// Before the first record: what was read is safe, and a snapshot is there to which records can be added.
    async fn prepare(&mut self) -> Result<(), StateError> {
        let Writer { store, lease, base } = self;
        base.secure().await?;
        if let Some(prepared) = &base.prepared {
            let content = Content { serial: base.next_serial(), ..prepared.clone() };
            let was_there = base.version.is_some();
            base.version = Some(store.replace(lease, base.version.as_ref(), content.clone()).await?);
            base.prepared = None;
            base.journal = false;
            if was_there {
                base.backups.add(&content).await?;
            }
            base.body = content.body;
        }
        match base.version {
            Some(_) => Ok(()),
            None => Err(StateError::Closed(lease.stack().clone())),
        }
    }
}

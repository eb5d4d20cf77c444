//! States in a folder of this machine.
//!
//! `<root>/state/<environment>/<region>/<stack>/` holds `snapshot.json`, the one before it, `journal.jsonl`, `stack.json`
//! with the lineage, the lock, and a folder for each
//! kind of documents.

mod disk;
mod documents;
mod files;
mod lock;
mod parts;

pub use disk::{Change, Fault, Faults, Watch};

pub(crate) use self::disk::Disk;
use self::files::{StackFiles, Writer};
use self::lock::Attempt;
use super::{Content, Folder, Holder, Lease, Parts, StateError, StateStore, Stored, Version, Wait};
use crate::StackName;
use crate::ports::Clock;
use async_trait::async_trait;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How often a lock is asked for while somebody else has it.
const PAUSE: Duration = Duration::from_millis(100);

/// Keeps states in a folder.
#[derive(Clone)]
pub struct LocalStore {
    root: PathBuf,
    clock: Arc<dyn Clock>,
    disk: Disk,
}

/// What a lease of this store holds.
struct Held {
    lock: Mutex<Option<File>>,
    writer: Mutex<Writer>,
}

impl LocalStore {
    /// In this folder; it is made when it is needed.
    pub fn new(root: impl Into<PathBuf>, clock: Arc<dyn Clock>) -> Self {
        LocalStore { root: root.into(), clock, disk: Disk::default() }
    }

    /// For tests: asks `faults` before every step that changes a file.
    pub fn with_faults(mut self, faults: Faults) -> Self {
        self.disk.faults = Some(faults);
        self
    }

    /// For tests and measurements: tells `watch` of every change of a file.
    pub fn with_watch(mut self, watch: Watch) -> Self {
        self.disk.watch = Some(watch);
        self
    }

    fn state_folder(&self) -> PathBuf {
        self.root.join("state")
    }

    fn files(&self, stack: &StackName) -> StackFiles {
        let StackName { environment, region, stack: name } = stack;
        StackFiles {
            root: self.root.clone(),
            folder: self.state_folder().join(environment).join(region).join(name),
            stack: stack.clone(),
            disk: self.disk.clone(),
        }
    }

    /// Does something with the files of a leased stack, if the lease is still good.
    async fn write<T: Send + 'static>(
        &self,
        lease: &Lease,
        work: impl FnOnce(&StackFiles, &mut Writer) -> Result<T, StateError> + Send + 'static,
    ) -> Result<T, StateError> {
        let files = self.files(lease.stack());
        let held: Arc<Held> =
            lease.inner().ok_or_else(|| StateError::LockLost { stack: lease.stack().clone().into() })?;
        let epoch = lease.epoch();
        blocking(move || {
            if held.lock.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
                return Err(StateError::LockLost { stack: files.stack.clone().into() });
            }
            files.check_epoch(epoch)?;
            work(&files, &mut held.writer.lock().unwrap_or_else(PoisonError::into_inner))
        })
        .await
    }
}

/// Runs what blocks on a thread where that does no harm.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StateError> + Send + 'static,
) -> Result<T, StateError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => {
            Err(StateError::Write { file: "the state".into(), source: io::Error::other(error.to_string()) })
        }
    }
}

#[async_trait]
impl StateStore for LocalStore {
    fn describe(&self) -> String {
        format!("the folder {}", self.state_folder().display())
    }

    async fn read(&self, stack: &StackName) -> Result<Option<Stored>, StateError> {
        let files = self.files(stack);
        blocking(move || files.read()).await
    }

    async fn lock(&self, stack: &StackName, holder: &Holder, wait: Wait<'_>) -> Result<Lease, StateError> {
        let deadline = self.clock.now() + wait.at_most;
        let mut told: Option<Option<Holder>> = None;
        loop {
            let (files, own, now) = (self.files(stack), holder.clone(), self.clock.now());
            let other = match blocking(move || files.try_lock(&own, now)).await? {
                Attempt::Taken { file, epoch } => {
                    let held = Held { lock: Mutex::new(Some(file)), writer: Mutex::default() };
                    return Ok(Lease::new(stack.clone(), epoch, Arc::new(held)));
                }
                Attempt::Busy(other) => other,
            };
            let left = deadline - self.clock.now();
            if !left.is_positive() {
                return Err(StateError::Locked { stack: stack.clone().into(), holder: other.map(Box::new) });
            }
            if told.as_ref() != Some(&other) {
                (wait.on_wait)(other.as_ref());
                told = Some(other);
            }
            self.clock.sleep(PAUSE.min(left.unsigned_abs())).await;
        }
    }

    async fn replace(
        &self,
        lease: &Lease,
        expected: Option<&Version>,
        content: Content,
    ) -> Result<Version, StateError> {
        let expected = expected.cloned();
        self.write(lease, move |files, writer| {
            let version = files.replace(expected.as_ref(), &content)?;
            *writer = Writer::Idle;
            Ok(version)
        })
        .await
    }

    async fn parts(&self, stack: &StackName) -> Result<Parts, StateError> {
        let files = self.files(stack);
        blocking(move || files.parts()).await
    }

    async fn overwrite(&self, lease: &Lease, content: Content) -> Result<Version, StateError> {
        self.write(lease, move |files, writer| {
            let version = files.overwrite(&content)?;
            *writer = Writer::Idle;
            Ok(version)
        })
        .await
    }

    async fn mend_lock(&self, stack: &StackName) -> Result<bool, StateError> {
        let (files, now) = (self.files(stack), self.clock.now());
        blocking(move || files.mend_lock(now)).await
    }

    async fn append(&self, lease: &Lease, base: &Version, batch: Vec<u8>) -> Result<(), StateError> {
        let base = base.clone();
        self.write(lease, move |files, writer| files.append(writer, &base, &batch)).await
    }

    async fn discard_journal(&self, lease: &Lease, base: &Version) -> Result<(), StateError> {
        let base = base.clone();
        self.write(lease, move |files, writer| {
            files.discard_journal(&base)?;
            *writer = Writer::Idle;
            Ok(())
        })
        .await
    }

    async fn unlock(&self, lease: &Lease) -> Result<(), StateError> {
        let lost = || StateError::LockLost { stack: lease.stack().clone().into() };
        let held: Arc<Held> = lease.inner().ok_or_else(lost)?;
        let file = held.lock.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or_else(lost)?;
        let (files, epoch) = (self.files(lease.stack()), lease.epoch());
        blocking(move || files.unlock(file, epoch)).await
    }

    async fn break_lock(&self, stack: &StackName) -> Result<Option<Holder>, StateError> {
        let (files, now) = (self.files(stack), self.clock.now());
        blocking(move || files.break_lock(now)).await
    }

    async fn holder(&self, stack: &StackName) -> Result<Option<Holder>, StateError> {
        let files = self.files(stack);
        blocking(move || files.current_holder()).await
    }

    async fn list(&self) -> Result<Vec<StackName>, StateError> {
        let store = self.clone();
        blocking(move || {
            let mut found = Vec::new();
            for environment in names(&store.state_folder())? {
                let environments = store.state_folder().join(&environment);
                for region in names(&environments)? {
                    for name in names(&environments.join(&region))? {
                        let stack = StackName::new(&environment, &region, &name);
                        found.extend(stack.ok().filter(|stack| store.files(stack).exist()));
                    }
                }
            }
            found.sort();
            Ok(found)
        })
        .await
    }

    async fn remove(&self, lease: &Lease, expected: &Version) -> Result<(), StateError> {
        let expected = expected.clone();
        self.write(lease, move |files, writer| {
            files.remove(&expected)?;
            *writer = Writer::Idle;
            Ok(())
        })
        .await
    }

    async fn put_document(
        &self,
        stack: &StackName,
        folder: Folder,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<bool, StateError> {
        let (files, name) = (self.files(stack), name.to_owned());
        blocking(move || files.put_document(folder, &name, &bytes)).await
    }

    async fn documents(&self, stack: &StackName, folder: Folder) -> Result<Vec<String>, StateError> {
        let files = self.files(stack);
        blocking(move || files.documents(folder)).await
    }

    async fn document(
        &self,
        stack: &StackName,
        folder: Folder,
        name: &str,
    ) -> Result<Option<Vec<u8>>, StateError> {
        let (files, name) = (self.files(stack), name.to_owned());
        blocking(move || files.document(folder, &name)).await
    }

    async fn remove_document(&self, stack: &StackName, folder: Folder, name: &str) -> Result<(), StateError> {
        let (files, name) = (self.files(stack), name.to_owned());
        blocking(move || files.remove_document(folder, &name)).await
    }
}

/// The names of the folders in a folder.
fn names(folder: &Path) -> Result<Vec<String>, StateError> {
    let failed = |source| StateError::Read { file: folder.display().to_string(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        if entry.path().is_dir() {
            names.extend(entry.file_name().into_string().ok());
        }
    }
    Ok(names)
}

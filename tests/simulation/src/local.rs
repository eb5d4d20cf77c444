//! States in real files, whose every step happens at one instant of virtual time; and files that fail.

use crate::stage::{Stage, lock};
use async_trait::async_trait;
use atp_iac::StackName;
use atp_iac::state::{
    Content, Fault, Faults, Holder, Lease, LocalStore, Parts, StateError, StateStore, Stored, Version, Wait,
};
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Waker};

/// Runs to the end on this thread: for what waits for files and not for time.
pub(crate) fn now<T>(work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(tokio::task::unconstrained(work));
    let mut context = Context::from_waker(Waker::noop());
    loop {
        match work.as_mut().poll(&mut context) {
            Poll::Ready(done) => return done,
            Poll::Pending => std::thread::yield_now(),
        }
    }
}

/// A folder with a state.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> std::io::Result<Self> {
        tempfile::tempdir().map(Folder)
    }

    pub fn path(&self) -> String {
        self.0.path().display().to_string()
    }

    pub fn store(&self, stage: Weak<Stage>) -> AtOnce {
        let time = Arc::new(crate::time::VirtualTime::new());
        let faults: Faults = Arc::new(move |step: &str, file: &Path| {
            stage.upgrade().and_then(|stage| strike(&stage, step, file))
        });
        AtOnce(LocalStore::new(self.0.path(), time).with_faults(faults))
    }
}

/// What happens to a step.
fn strike(stage: &Stage, step: &str, file: &Path) -> Option<Fault> {
    // The disk of a simulated machine loses nothing when it does not wait for the real one.
    let calm = (step == "sync").then_some(Fault::Unsynced);
    let mut weather = lock(&stage.weather);
    let often = weather.write_fails;
    if often == 0 || !weather.dice.one_in(3 * often) {
        return calm;
    }
    let fault = match weather.dice.below(2) {
        0 => Fault::Partial(weather.dice.below(600) as usize),
        _ => Fault::Fail(ErrorKind::StorageFull),
    };
    drop(weather);
    let file = file.file_name().unwrap_or_default().display();
    stage.note(&format!("{step} of {file}: {fault:?}"));
    Some(fault)
}

/// A store whose calls do not give the time a chance to pass.
pub(crate) struct AtOnce(LocalStore);

#[async_trait]
impl StateStore for AtOnce {
    fn describe(&self) -> String {
        self.0.describe()
    }

    async fn read(&self, stack: &StackName) -> Result<Option<Stored>, StateError> {
        now(self.0.read(stack))
    }

    /// Waiting takes time; so this asks once.
    async fn lock(&self, stack: &StackName, holder: &Holder, _wait: Wait<'_>) -> Result<Lease, StateError> {
        now(self.0.lock(stack, holder, Wait::NONE))
    }

    async fn replace(
        &self,
        lease: &Lease,
        expected: Option<&Version>,
        content: Content,
    ) -> Result<Version, StateError> {
        now(self.0.replace(lease, expected, content))
    }

    async fn append(&self, lease: &Lease, base: &Version, batch: Vec<u8>) -> Result<(), StateError> {
        now(self.0.append(lease, base, batch))
    }

    async fn discard_journal(&self, lease: &Lease, base: &Version) -> Result<(), StateError> {
        now(self.0.discard_journal(lease, base))
    }

    async fn unlock(&self, lease: &Lease) -> Result<(), StateError> {
        now(self.0.unlock(lease))
    }

    async fn break_lock(&self, stack: &StackName) -> Result<Option<Holder>, StateError> {
        now(self.0.break_lock(stack))
    }

    async fn holder(&self, stack: &StackName) -> Result<Option<Holder>, StateError> {
        now(self.0.holder(stack))
    }

    async fn list(&self) -> Result<Vec<StackName>, StateError> {
        now(self.0.list())
    }

    async fn remove(&self, lease: &Lease, expected: &Version) -> Result<(), StateError> {
        now(self.0.remove(lease, expected))
    }

    async fn parts(&self, stack: &StackName) -> Result<Parts, StateError> {
        now(self.0.parts(stack))
    }

    async fn overwrite(&self, lease: &Lease, content: Content) -> Result<Version, StateError> {
        now(self.0.overwrite(lease, content))
    }

    async fn mend_lock(&self, stack: &StackName) -> Result<bool, StateError> {
        now(self.0.mend_lock(stack))
    }

    async fn put_document(
        &self,
        stack: &StackName,
        folder: atp_iac::state::Folder,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<bool, StateError> {
        now(self.0.put_document(stack, folder, name, bytes))
    }

    async fn documents(
        &self,
        stack: &StackName,
        folder: atp_iac::state::Folder,
    ) -> Result<Vec<String>, StateError> {
        now(self.0.documents(stack, folder))
    }

    async fn document(
        &self,
        stack: &StackName,
        folder: atp_iac::state::Folder,
        name: &str,
    ) -> Result<Option<Vec<u8>>, StateError> {
        now(self.0.document(stack, folder, name))
    }

    async fn remove_document(
        &self,
        stack: &StackName,
        folder: atp_iac::state::Folder,
        name: &str,
    ) -> Result<(), StateError> {
        now(self.0.remove_document(stack, folder, name))
    }
}

//! The store as one process of the engine sees it: writes take time, fail, and are acknowledged late; a process that was
//! killed writes nothing more.

use crate::life::{Doom, Life, Moment};
use crate::stage::{Stage, lock};
use crate::trace::name_of;
use async_trait::async_trait;
use atp_iac::StackName;
use atp_iac::state::{Content, Folder, Holder, Lease, Parts, StateError, StateStore, Stored, Version, Wait};
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(100);

/// The store of one process.
pub(crate) struct ProcessStore {
    pub stage: Arc<Stage>,
    pub life: Arc<Life>,
    pub process: u32,
}

/// What becomes of a write.
enum Luck {
    Good,
    /// It fails, and nothing was written.
    Fails,
    /// It is written, and the answer is an error.
    Unheard,
}

impl ProcessStore {
    fn fails(&self, why: ErrorKind) -> StateError {
        StateError::Write { file: "the simulated store".into(), source: why.into() }
    }

    /// Lets a write begin, unless the process does not live to see it.
    async fn begin(&self) -> Result<(u64, Luck), StateError> {
        if self.life.is_over() {
            return Err(self.fails(ErrorKind::BrokenPipe));
        }
        let number = self.life.next_write();
        tokio::time::sleep(self.delay()).await;
        if self.life.reach(Doom::Write(number, Moment::Before)) {
            return Err(self.fails(ErrorKind::BrokenPipe));
        }
        let mut weather = lock(&self.stage.weather);
        let often = weather.write_fails;
        if often == 0 || !weather.dice.one_in(often) {
            return Ok((number, Luck::Good));
        }
        Ok((number, if weather.dice.one_in(2) { Luck::Fails } else { Luck::Unheard }))
    }

    /// Answers a write that took place or failed.
    async fn end<T>(
        &self,
        what: &str,
        number: u64,
        luck: Luck,
        done: Result<T, StateError>,
    ) -> Result<T, StateError> {
        let said = match (&luck, &done) {
            (Luck::Unheard, Ok(_)) => "unheard".to_owned(),
            (_, Ok(_)) => "ok".to_owned(),
            (_, Err(error)) => error.to_string(),
        };
        self.stage.note(&format!("{} {what} -> {said}", self.process));
        self.stage.state();
        if self.life.reach(Doom::Write(number, Moment::After)) {
            return Err(self.fails(ErrorKind::BrokenPipe));
        }
        tokio::time::sleep(self.delay()).await;
        match luck {
            Luck::Unheard => done.and(Err(self.fails(ErrorKind::TimedOut))),
            _ => done,
        }
    }

    fn delay(&self) -> Duration {
        let mut weather = lock(&self.stage.weather);
        let most = weather.disk;
        Duration::from_millis(if most == 0 { 0 } else { weather.dice.below(most) })
    }
}

#[async_trait]
impl StateStore for ProcessStore {
    fn describe(&self) -> String {
        self.stage.store.describe()
    }

    async fn read(&self, stack: &StackName) -> Result<Option<Stored>, StateError> {
        self.stage.store.read(stack).await
    }

    async fn lock(&self, stack: &StackName, holder: &Holder, wait: Wait<'_>) -> Result<Lease, StateError> {
        let end = self.stage.time.passed() + wait.at_most;
        loop {
            let locked = self.stage.store.lock(stack, holder, Wait::NONE).await;
            match &locked {
                Err(StateError::Locked { holder, .. }) if self.stage.time.passed() < end => {
                    (wait.on_wait)(holder.as_deref());
                }
                _ => {
                    let said =
                        locked.as_ref().map_or_else(|error| error.to_string(), |lease| format!("{lease:?}"));
                    self.stage.note(&format!("{} lock -> {said}", self.process));
                    return locked;
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn replace(
        &self,
        lease: &Lease,
        expected: Option<&Version>,
        content: Content,
    ) -> Result<Version, StateError> {
        self.stage.check_bytes(&content.body);
        let what = format!("replace {} {}", content.serial, name_of(&content.body));
        let (number, luck) = self.begin().await?;
        let done = match luck {
            Luck::Fails => Err(self.fails(ErrorKind::StorageFull)),
            _ => self.stage.store.replace(lease, expected, content).await,
        };
        self.end(&what, number, luck, done).await
    }

    async fn append(&self, lease: &Lease, base: &Version, batch: Vec<u8>) -> Result<(), StateError> {
        self.stage.check_bytes(&batch);
        let what = format!("append {}", name_of(&batch));
        let (number, luck) = self.begin().await?;
        let done = match luck {
            Luck::Fails => Err(self.fails(ErrorKind::StorageFull)),
            _ => self.stage.store.append(lease, base, batch).await,
        };
        self.end(&what, number, luck, done).await
    }

    async fn discard_journal(&self, lease: &Lease, base: &Version) -> Result<(), StateError> {
        let (number, luck) = self.begin().await?;
        let done = match luck {
            Luck::Fails => Err(self.fails(ErrorKind::StorageFull)),
            _ => self.stage.store.discard_journal(lease, base).await,
        };
        self.end("discard the journal", number, luck, done).await
    }

    async fn unlock(&self, lease: &Lease) -> Result<(), StateError> {
        if self.life.is_over() {
            return Err(self.fails(ErrorKind::BrokenPipe));
        }
        let unlocked = self.stage.store.unlock(lease).await;
        self.stage.note(&format!(
            "{} unlock -> {}",
            self.process,
            if unlocked.is_ok() { "ok" } else { "failed" }
        ));
        unlocked
    }

    async fn break_lock(&self, stack: &StackName) -> Result<Option<Holder>, StateError> {
        self.stage.note(&format!("{} breaks the lock", self.process));
        self.stage.store.break_lock(stack).await
    }

    async fn holder(&self, stack: &StackName) -> Result<Option<Holder>, StateError> {
        self.stage.store.holder(stack).await
    }

    async fn list(&self) -> Result<Vec<StackName>, StateError> {
        self.stage.store.list().await
    }

    async fn remove(&self, lease: &Lease, expected: &Version) -> Result<(), StateError> {
        self.stage.store.remove(lease, expected).await
    }

    async fn parts(&self, stack: &StackName) -> Result<Parts, StateError> {
        self.stage.store.parts(stack).await
    }

    async fn overwrite(&self, lease: &Lease, content: Content) -> Result<Version, StateError> {
        let what = format!("overwrite {}", content.serial);
        let (number, luck) = self.begin().await?;
        let done = match luck {
            Luck::Fails => Err(self.fails(ErrorKind::StorageFull)),
            _ => self.stage.store.overwrite(lease, content).await,
        };
        self.end(&what, number, luck, done).await
    }

    async fn mend_lock(&self, stack: &StackName) -> Result<bool, StateError> {
        self.stage.store.mend_lock(stack).await
    }

    async fn put_document(
        &self,
        stack: &StackName,
        folder: Folder,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<bool, StateError> {
        self.stage.store.put_document(stack, folder, name, bytes).await
    }

    async fn documents(&self, stack: &StackName, folder: Folder) -> Result<Vec<String>, StateError> {
        self.stage.store.documents(stack, folder).await
    }

    async fn document(
        &self,
        stack: &StackName,
        folder: Folder,
        name: &str,
    ) -> Result<Option<Vec<u8>>, StateError> {
        self.stage.store.document(stack, folder, name).await
    }

    async fn remove_document(&self, stack: &StackName, folder: Folder, name: &str) -> Result<(), StateError> {
        self.stage.store.remove_document(stack, folder, name).await
    }
}

//! The lock of a stack: a lock of the operating system, which ends with the process that holds it.
//!
//! Beside it, `lock.json` says who holds it, and `epoch` counts the holders. A writer whose epoch is not the newest has
//! lost the lock, whatever it believes. When the count is lost, it goes on from the milliseconds since 1970: that many
//! holders there never were.

use super::files::StackFiles;
use crate::state::encoding::HolderForm;
use crate::state::{Holder, StateError};
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::PathBuf;
use time::OffsetDateTime;

/// How often the lock file may vanish under the hands of one attempt.
const ATTEMPTS: usize = 16;

/// What came of an attempt.
pub enum Attempt {
    /// The lock is held now; the file is closed to let it go.
    Taken { file: File, epoch: u64 },
    /// Somebody else holds it.
    Busy(Option<Holder>),
}

impl StackFiles {
    fn lock_path(&self) -> PathBuf {
        self.folder.join("lock")
    }

    pub(super) fn holder_path(&self) -> PathBuf {
        self.folder.join("lock.json")
    }

    pub(super) fn epoch_path(&self) -> PathBuf {
        self.folder.join("epoch")
    }

    /// Tries once.
    pub fn try_lock(&self, holder: &Holder, now: OffsetDateTime) -> Result<Attempt, StateError> {
        self.disk
            .create_folder(&self.folder, &self.root)
            .map_err(|source| self.cannot_write(&self.folder, source))?;
        let Some(file) = self.lock_file()? else { return Ok(Attempt::Busy(self.read_holder())) };
        let epoch = self.next_epoch(now)?;
        let text = serde_json::to_vec(&HolderForm(holder.clone())).map_err(io::Error::from);
        let path = self.holder_path();
        text.and_then(|text| self.disk.write_whole(&path, &text))
            .map_err(|source| self.cannot_write(&path, source))?;
        Ok(Attempt::Taken { file, epoch })
    }

    /// The locked file; `None` when somebody else has it.
    fn lock_file(&self) -> Result<Option<File>, StateError> {
        let path = self.lock_path();
        for _ in 0..ATTEMPTS {
            let file = self.disk.open_lock(&path);
            let file = file.map_err(|source| self.cannot_write(&path, source))?;
            match file.try_lock() {
                Ok(()) if self.is_lock_file(&file) => return Ok(Some(file)),
                // It was removed between the opening and the locking: this is not the lock any more.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(source)) => {
                    return Err(StateError::NoLocks { file: path.display().to_string(), source });
                }
            }
        }
        Ok(None)
    }

    /// Who holds the lock, as far as it can be read.
    pub fn read_holder(&self) -> Option<Holder> {
        let text = self.disk.read(&self.holder_path()).ok()??;
        serde_json::from_slice::<HolderForm>(&text).ok().map(|form| form.0)
    }

    /// Who holds the lock, if it is held.
    pub fn current_holder(&self) -> Result<Option<Holder>, StateError> {
        let path = self.lock_path();
        let file = match OpenOptions::new().write(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(self.cannot_read(&path, source)),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => Ok(self.read_holder()),
            Err(TryLockError::Error(source)) => {
                Err(StateError::NoLocks { file: path.display().to_string(), source })
            }
        }
    }

    /// The newest epoch; `None` before the first, and when the file is gone.
    fn epoch(&self) -> Result<Option<u64>, StateError> {
        let path = self.epoch_path();
        let Some(bytes) = self.load(&path)? else { return Ok(None) };
        let epoch = std::str::from_utf8(&bytes).ok().and_then(|text| text.trim_end().parse().ok());
        let corrupt =
            || StateError::Corrupt { file: path.display().to_string(), what: "it is not a number".into() };
        epoch.map(Some).ok_or_else(corrupt)
    }

    fn next_epoch(&self, now: OffsetDateTime) -> Result<u64, StateError> {
        let epoch = match self.epoch()? {
            Some(epoch) => epoch + 1,
            None if self.exist() => beyond_all(now),
            None => 1,
        };
        self.write_epoch(epoch)
    }

    fn write_epoch(&self, epoch: u64) -> Result<u64, StateError> {
        let path = self.epoch_path();
        self.disk
            .write_whole(&path, format!("{epoch}\n").as_bytes())
            .map_err(|source| self.cannot_write(&path, source))?;
        Ok(epoch)
    }

    /// That nobody took the lock over.
    pub fn check_epoch(&self, held: u64) -> Result<(), StateError> {
        match self.epoch()?.unwrap_or_default() {
            newest if newest == held => Ok(()),
            newest => Err(StateError::Fenced { stack: self.stack.clone().into(), held, newest }),
        }
    }

    /// Lets the lock go.
    pub fn unlock(&self, file: File, epoch: u64) -> Result<(), StateError> {
        self.check_epoch(epoch)?;
        if !self.is_lock_file(&file) {
            return Err(StateError::LockLost { stack: self.stack.clone().into() });
        }
        let path = self.holder_path();
        self.disk.remove(&path).map_err(|source| self.cannot_write(&path, source))
        // Closing the file frees the lock. The file stays: removing it would let two processes hold two locks.
    }

    /// Makes the present holder's lease worthless.
    pub fn break_lock(&self, now: OffsetDateTime) -> Result<Option<Holder>, StateError> {
        let holder = self.current_holder()?;
        if self.folder.is_dir() {
            self.next_epoch(now)?;
            for path in [self.lock_path(), self.holder_path()] {
                self.disk.remove(&path).map_err(|source| self.cannot_write(&path, source))?;
            }
        }
        Ok(holder)
    }

    /// Whether what stands beside the lock can be read.
    pub fn check_lock(&self) -> Result<(), StateError> {
        self.epoch()?;
        let path = self.holder_path();
        let Some(bytes) = self.load(&path)? else { return Ok(()) };
        let read = serde_json::from_slice::<HolderForm>(&bytes);
        let corrupt = |error: serde_json::Error| StateError::Corrupt {
            file: path.display().to_string(),
            what: error.to_string(),
        };
        read.map(drop).map_err(corrupt)
    }

    /// Writes it anew where it cannot.
    pub fn mend_lock(&self, now: OffsetDateTime) -> Result<bool, StateError> {
        match self.check_lock() {
            Ok(()) => return Ok(false),
            Err(error @ StateError::Read { .. }) => return Err(error),
            Err(_) => {}
        }
        if self.epoch().is_err() {
            self.write_epoch(beyond_all(now))?;
        }
        if self.read_holder().is_none() {
            self.remove_file(&self.holder_path())?;
        }
        Ok(true)
    }

    #[cfg(unix)]
    fn is_lock_file(&self, file: &File) -> bool {
        use std::os::unix::fs::MetadataExt as _;
        let here = file.metadata().map(|meta| (meta.dev(), meta.ino()));
        let there = std::fs::metadata(self.lock_path()).map(|meta| (meta.dev(), meta.ino()));
        matches!((here, there), (Ok(here), Ok(there)) if here == there)
    }

    #[cfg(not(unix))]
    fn is_lock_file(&self, _: &File) -> bool {
        self.lock_path().exists()
    }
}

/// An epoch that no lease had.
fn beyond_all(now: OffsetDateTime) -> u64 {
    let milliseconds = now.unix_timestamp_nanos() / 1_000_000;
    u64::try_from(milliseconds).unwrap_or_default().max(1)
}

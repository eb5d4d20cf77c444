//! Snapshots as they were, kept beside the state: one for each that a session left.
//!
//! Invariant: before the first change of a session there is a backup of what it read, or nothing is changed.
//! Invariant: no serial is given twice, also after an older snapshot was put back by hand.

use super::{Content, Folder, StateError, StateStore, Version, file};
use crate::StackName;
use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;

/// How many backups of a stack are kept: the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention(pub NonZeroU32);

impl Default for Retention {
    fn default() -> Self {
        Retention(const { NonZeroU32::new(100).unwrap() })
    }
}

/// The name of the backup with this serial.
pub fn backup_name(serial: u64) -> String {
    format!("{serial:020}.json")
}

/// The serial of the backup with this name; `None` when it is the name of something else.
pub fn backup_serial(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".json").filter(|digits| digits.len() == 20)?;
    digits.parse().ok()
}

/// The serials of the backups that there are, in order.
///
/// # Errors
/// When they cannot be listed.
pub async fn backups(store: &dyn StateStore, stack: &StackName) -> Result<BTreeSet<u64>, StateError> {
    let names = store.documents(stack, Folder::Backups).await?;
    Ok(names.iter().filter_map(|name| backup_serial(name)).collect())
}

/// A backup; `None` when there is none with this serial.
///
/// # Errors
/// When it cannot be read, or is damaged.
pub async fn backup(
    store: &dyn StateStore,
    stack: &StackName,
    serial: u64,
) -> Result<Option<(Version, Content)>, StateError> {
    let name = backup_name(serial);
    let Some(bytes) = store.document(stack, Folder::Backups, &name).await? else { return Ok(None) };
    file::snapshot::decode(&format!("the backup {name} of {stack}"), bytes).map(Some)
}

/// Keeps a snapshot as a backup, unless there is one of its serial.
///
/// # Errors
/// When it cannot be written.
pub async fn keep_backup(
    store: &dyn StateStore,
    stack: &StackName,
    content: &Content,
) -> Result<(), StateError> {
    let name = backup_name(content.serial);
    let cannot_write =
        |source: std::io::Error| StateError::Write { file: format!("the backup {name} of {stack}"), source };
    let (bytes, _) = file::snapshot::encode(content).map_err(|error| cannot_write(error.into()))?;
    store.put_document(stack, Folder::Backups, &name, bytes).await?;
    Ok(())
}

/// The backups of a stack during one session.
pub(super) struct Keeper {
    pub store: Arc<dyn StateStore>,
    pub stack: StackName,
    pub retention: Retention,
    /// What there is; `None` until it was looked at.
    known: Option<BTreeSet<u64>>,
}

impl Keeper {
    pub fn new(store: Arc<dyn StateStore>, stack: StackName, retention: Retention) -> Self {
        Keeper { store, stack, retention, known: None }
    }

    /// Whether what was read is safe.
    pub fn has_begun(&self) -> bool {
        self.known.is_some()
    }

    /// Before the first change: sees to it that what was read is there. Asks the store once.
    pub async fn begin(&mut self, read: impl FnOnce() -> Option<Content>) -> Result<(), StateError> {
        if self.known.is_some() {
            return Ok(());
        }
        let mut known = backups(&*self.store, &self.stack).await?;
        if let Some(content) = read().filter(|content| !known.contains(&content.serial)) {
            keep_backup(&*self.store, &self.stack, &content).await?;
            known.insert(content.serial);
        }
        self.known = Some(known);
        Ok(())
    }

    /// Keeps one more.
    pub async fn add(&mut self, content: &Content) -> Result<(), StateError> {
        keep_backup(&*self.store, &self.stack, content).await?;
        self.known.get_or_insert_default().insert(content.serial);
        Ok(())
    }

    /// The serial of the next snapshot: higher than that of the present one and of every backup.
    pub fn next_serial(&self, present: Option<&Version>) -> u64 {
        let newest = self.known.as_ref().and_then(BTreeSet::last).copied();
        newest.max(present.map(|version| version.serial)).map_or(0, |serial| serial + 1)
    }

    /// At the end: keeps what the session left, and lets go of what is too much. What could not be done is told.
    pub async fn end(&mut self, left: &Content) -> Vec<String> {
        let kept = match self.add(left).await {
            Ok(()) => self.prune().await,
            Err(error) => Err(error),
        };
        let warning = |error| format!("the state is safe, and its backup is not: {error}");
        kept.err().map(warning).into_iter().collect()
    }

    async fn prune(&mut self) -> Result<(), StateError> {
        let Some(known) = &mut self.known else { return Ok(()) };
        while known.len() as u64 > u64::from(self.retention.0.get())
            && let Some(oldest) = known.first().copied()
        {
            self.store.remove_document(&self.stack, Folder::Backups, &backup_name(oldest)).await?;
            known.remove(&oldest);
        }
        Ok(())
    }
}

//! Snapshots as they were, kept beside the state: one for each that a session left. The first one of a month has a mark, so
//! that it can stay longer than the others; what was replaced by hand is beside them byte by byte.
//!
//! Invariant: before the first change of a session there is a backup of what it read, or nothing is changed.
//! Invariant: no serial is given twice, also after an older snapshot was put back by hand.

use super::{Content, Folder, SessionPorts, StateError, StateStore, Version, file};
use crate::StackName;
use crate::ports::Clock;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::sync::Arc;

/// Which backups of a stack are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// So many of the newest.
    pub newest: NonZeroU32,
    /// Besides, the first one of each of the last so many months in which the state changed.
    pub monthly: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Retention { newest: const { NonZeroU32::new(100).unwrap() }, monthly: 12 }
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
    Ok(Kept::listed(store, stack).await?.serials)
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

/// What begins the name of what was replaced by hand.
const REPLACED: &str = "replaced-";
/// What begins the name of the mark of a month.
const MONTH: &str = "month-";

/// Keeps what is about to be replaced by hand, byte by byte.
///
/// # Errors
/// When it cannot be written.
pub(crate) async fn keep_replaced(
    ports: &SessionPorts,
    stack: &StackName,
    raw: &[(String, Vec<u8>)],
) -> Result<(), StateError> {
    let at = ports.clock.now().unix_timestamp();
    // Of what is replaced within one second, each has a number of its own.
    for number in 1_u32.. {
        let name = |part: &str| format!("{REPLACED}{at:010}-{number}-{part}");
        let mut rest = raw.iter();
        let Some((part, bytes)) = rest.next() else { return Ok(()) };
        if !ports.store.put_document(stack, Folder::Backups, &name(part), bytes.clone()).await? {
            continue;
        }
        for (part, bytes) in rest {
            ports.store.put_document(stack, Folder::Backups, &name(part), bytes.clone()).await?;
        }
        return Ok(());
    }
    Ok(())
}

/// What is among the backups.
#[derive(Debug, Default)]
struct Kept {
    /// The serials of the snapshots.
    serials: BTreeSet<u64>,
    /// The marks of the months, in order, each with the serial of its first backup.
    months: BTreeMap<String, u64>,
    /// What was replaced by hand, in order: the names by what they begin with.
    replaced: BTreeMap<String, Vec<String>>,
}

impl Kept {
    async fn listed(store: &dyn StateStore, stack: &StackName) -> Result<Kept, StateError> {
        let mut kept = Kept::default();
        for name in store.documents(stack, Folder::Backups).await? {
            if let Some(serial) = backup_serial(&name) {
                kept.serials.insert(serial);
            } else if let Some(rest) = name.strip_prefix(REPLACED) {
                let at: String = rest.splitn(3, '-').take(2).collect::<Vec<_>>().join("-");
                kept.replaced.entry(at).or_default().push(name);
            } else if name.starts_with(MONTH)
                && let Some(serial) = name.rsplit('-').next().and_then(|digits| digits.parse().ok())
            {
                kept.months.insert(name, serial);
            }
        }
        Ok(kept)
    }

    /// The names of what is too much.
    fn outdated(&self, retention: Retention) -> Vec<String> {
        let newest = retention.newest.get() as usize;
        let old_months = self.months.len().saturating_sub(retention.monthly as usize);
        let of_months: BTreeSet<u64> = self.months.values().skip(old_months).copied().collect();
        let old = self.serials.iter().take(self.serials.len().saturating_sub(newest));
        let old = old.filter(|serial| !of_months.contains(serial)).map(|serial| backup_name(*serial));
        let old_replaced = self.replaced.values().take(self.replaced.len().saturating_sub(newest)).flatten();
        old.chain(self.months.keys().take(old_months).cloned()).chain(old_replaced.cloned()).collect()
    }
}

/// The backups of a stack during one session.
pub(super) struct Keeper {
    store: Arc<dyn StateStore>,
    stack: StackName,
    clock: Arc<dyn Clock>,
    retention: Retention,
    /// What there is; `None` until it was looked at.
    known: Option<Kept>,
}

impl Keeper {
    pub fn new(ports: &SessionPorts, stack: &StackName) -> Self {
        let SessionPorts { store, clock, retention, .. } = ports.clone();
        Keeper { store, stack: stack.clone(), clock, retention, known: None }
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
        let mut known = Kept::listed(&*self.store, &self.stack).await?;
        if let Some(content) = read().filter(|content| !known.serials.contains(&content.serial)) {
            keep_backup(&*self.store, &self.stack, &content).await?;
            known.serials.insert(content.serial);
        }
        self.known = Some(known);
        Ok(())
    }

    /// Keeps one more.
    pub async fn add(&mut self, content: &Content) -> Result<(), StateError> {
        keep_backup(&*self.store, &self.stack, content).await?;
        self.known.get_or_insert_default().serials.insert(content.serial);
        Ok(())
    }

    /// The serial of the next snapshot: higher than that of the present one and of every backup.
    pub fn next_serial(&self, present: Option<&Version>) -> u64 {
        let newest = self.known.as_ref().and_then(|known| known.serials.last()).copied();
        newest.max(present.map(|version| version.serial)).map_or(0, |serial| serial + 1)
    }

    /// At the end: keeps what the session left, and lets go of what is too much. What could not be done is told.
    pub async fn end(&mut self, left: &Content) -> Vec<String> {
        let kept = match self.add(left).await {
            Ok(()) => self.tidy(left.serial).await,
            Err(error) => Err(error),
        };
        let warning = |error| format!("the state is safe, and its backup is not: {error}");
        kept.err().map(warning).into_iter().collect()
    }

    /// Marks the first backup of a month, and removes what is too much.
    async fn tidy(&mut self, serial: u64) -> Result<(), StateError> {
        let Some(known) = &mut self.known else { return Ok(()) };
        let now = self.clock.now();
        let month = format!("{MONTH}{:04}-{:02}-", now.year(), u8::from(now.month()));
        if self.retention.monthly > 0 && !known.months.keys().any(|name| name.starts_with(&month)) {
            let name = format!("{month}{serial:020}");
            let text = format!("{}\n", backup_name(serial)).into_bytes();
            self.store.put_document(&self.stack, Folder::Backups, &name, text).await?;
            known.months.insert(name, serial);
        }
        for name in known.outdated(self.retention) {
            self.store.remove_document(&self.stack, Folder::Backups, &name).await?;
            if let Some(serial) = backup_serial(&name) {
                known.serials.remove(&serial);
            }
        }
        Ok(())
    }
}

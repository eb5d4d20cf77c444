//! Reading a history.

use super::file::{self, Entry};
use crate::StackName;
use crate::state::{Folder, StateError, StateStore};

/// Why a history, or what was kept with it, cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// A record is not what was written.
    #[error("record {number} of the history of {stack} is damaged: {what}")]
    Damaged {
        /// Which.
        number: u64,
        /// The stack.
        stack: Box<StackName>,
        /// What does not fit.
        what: String,
    },
    /// There is no such record.
    #[error("the history of {stack} has no record {number}; {there}")]
    NoRecord {
        /// Which.
        number: u64,
        /// The stack.
        stack: Box<StackName>,
        /// Which there are.
        there: String,
    },
    /// The state after an update is not kept.
    #[error("the state after update {number} is not kept: {why}")]
    NoSnapshot {
        /// Which update.
        number: u64,
        /// Why not.
        why: String,
    },
    /// The store.
    #[error(transparent)]
    State(#[from] StateError),
}

/// The name of the snapshot with a serial, among the backups.
pub fn backup_name(serial: u64) -> String {
    format!("{serial:020}.json")
}

/// The numbers of all records, in order, and the names of documents that are none.
pub(super) async fn numbers(
    store: &dyn StateStore,
    stack: &StackName,
) -> Result<(Vec<u64>, Vec<String>), StateError> {
    let (mut numbers, mut strange) = (Vec::new(), Vec::new());
    for name in store.documents(stack, Folder::History).await? {
        match file::number(&name) {
            Some(number) => numbers.push(number),
            None => strange.push(name),
        }
    }
    numbers.sort_unstable();
    Ok((numbers, strange))
}

/// One record; `None` when there is none of that number.
///
/// # Errors
/// When it cannot be read, or is damaged.
pub async fn read_one(
    store: &dyn StateStore,
    stack: &StackName,
    number: u64,
) -> Result<Option<Entry>, HistoryError> {
    let bytes = store.document(stack, Folder::History, &file::name(number)).await?;
    bytes.map(|bytes| file::decode(stack, number, &bytes)).transpose()
}

/// The records of a stack, oldest first: each one, or what is wrong with it. At most so many of the newest.
///
/// # Errors
/// When they cannot be read.
pub async fn read_all(
    store: &dyn StateStore,
    stack: &StackName,
    newest: Option<usize>,
) -> Result<Vec<(u64, Result<Entry, HistoryError>)>, StateError> {
    let (numbers, _) = numbers(store, stack).await?;
    let skipped = newest.map_or(0, |newest| numbers.len().saturating_sub(newest));
    let mut entries = Vec::new();
    for number in numbers.into_iter().skip(skipped) {
        match read_one(store, stack, number).await {
            Ok(Some(entry)) => entries.push((number, Ok(entry))),
            // Somebody removed it meanwhile.
            Ok(None) => {}
            Err(HistoryError::State(error)) if !matches!(error, StateError::NewerFormat { .. }) => {
                return Err(error);
            }
            Err(error) => entries.push((number, Err(error))),
        }
    }
    Ok(entries)
}

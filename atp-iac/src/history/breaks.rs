//! Who took the lock of a stack from its holder: a note for each time, beside the records.
//!
//! Whoever breaks a lock may not get it himself, and so cannot change the state, which says how long its history is. So
//! notes are a chain of their own, and the next record names its end: from then on no note can be changed or dropped unseen.
//!
//! Invariant: a note is durable before the lock is broken.

use super::file::{self, Entry};
use super::read::HistoryError;
use super::record::{By, ChainEnd, Provenance};
use super::signing::Signer;
use super::verify::{Bad, follows};
use crate::StackName;
use crate::state::encoding::{HolderForm, time as moment};
use crate::state::{Folder, Holder, StateError, StateStore};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// How often the next number is looked for while others take it.
const ATTEMPTS: usize = 20;

/// That somebody took the lock of a stack from its holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockBreak {
    /// Its place among the notes of the stack; the first is 1.
    pub number: u64,
    /// The stack.
    pub stack: String,
    /// The command, such as `lock break`.
    pub operation: String,
    /// Who did it, and where that ran.
    pub by: By,
    /// When.
    #[serde(with = "moment")]
    pub at: OffsetDateTime,
    /// What it was run from, and why.
    pub from: Provenance,
    /// Who held the lock, as far as was known.
    pub holder: Option<HolderForm>,
    /// Checksum of the note before; `None` of the first.
    pub before: Option<String>,
}

impl LockBreak {
    /// A note that has no place yet.
    pub(crate) fn new(stack: &StackName, by: &Holder, from: Provenance, holder: Option<Holder>) -> Self {
        LockBreak {
            number: 0,
            stack: stack.to_string(),
            operation: by.operation.clone(),
            by: By::from(by),
            at: by.since,
            from,
            holder: holder.map(HolderForm),
            before: None,
        }
    }

    /// Keeps it behind all others.
    pub(crate) async fn keep(
        mut self,
        store: &dyn StateStore,
        stack: &StackName,
        signer: Option<&dyn Signer>,
    ) -> Result<(), StateError> {
        for _ in 0..ATTEMPTS {
            let last = end(store, stack).await?;
            self.number = last.as_ref().map_or(1, |last| last.number + 1);
            self.before = last.and_then(|last| last.checksum);
            let (bytes, _) = file::encode(stack, &self, signer).await?;
            if store.put_document(stack, Folder::Locks, &file::name(self.number), bytes).await? {
                return Ok(());
            }
        }
        let source = std::io::Error::other("others do the same all the time");
        Err(StateError::Write { file: format!("the note of the broken lock of {stack}"), source })
    }
}

/// The numbers of all notes, in order.
async fn numbers(store: &dyn StateStore, stack: &StackName) -> Result<Vec<u64>, StateError> {
    let names = store.documents(stack, Folder::Locks).await?;
    let mut numbers: Vec<u64> = names.iter().filter_map(|name| file::number(name)).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

async fn note(
    store: &dyn StateStore,
    stack: &StackName,
    number: u64,
) -> Result<Option<Entry<LockBreak>>, HistoryError> {
    let bytes = store.document(stack, Folder::Locks, &file::name(number)).await?;
    bytes.map(|bytes| file::decode(stack, number, &bytes)).transpose()
}

/// The last note; without a checksum where it is damaged.
pub(super) async fn end(store: &dyn StateStore, stack: &StackName) -> Result<Option<ChainEnd>, StateError> {
    let Some(number) = numbers(store, stack).await?.last().copied() else { return Ok(None) };
    match note(store, stack, number).await {
        Ok(entry) => Ok(Some(ChainEnd { number, checksum: entry.map(|entry| entry.checksum) })),
        Err(HistoryError::State(error @ StateError::Read { .. })) => Err(error),
        Err(_) => Ok(Some(ChainEnd { number, checksum: None })),
    }
}

/// The notes of a stack that are good, oldest first; and what is wrong with the first that is not.
///
/// # Errors
/// When they cannot be read.
pub(crate) async fn lock_breaks(
    store: &dyn StateStore,
    stack: &StackName,
) -> Result<(Vec<Entry<LockBreak>>, Option<String>), StateError> {
    let mut notes: Vec<Entry<LockBreak>> = Vec::new();
    for number in numbers(store, stack).await? {
        let entry = match note(store, stack, number).await {
            Ok(Some(entry)) => entry,
            // Somebody removed it meanwhile: the next one shows it.
            Ok(None) => continue,
            Err(HistoryError::State(error @ StateError::Read { .. })) => return Err(error),
            Err(error) => return Ok((notes, Some(error.to_string()))),
        };
        let unsigned = entry.signature.as_ref().filter(|signature| !signature.fits(&entry.signed));
        let unsigned =
            unsigned.map(|one| Bad { number, what: format!("its signature is not one of {}", one.key) });
        if let Some(Bad { number, what }) = follows(notes.last(), &entry).or(unsigned) {
            return Ok((notes, Some(format!("note {number} of a broken lock is not good: {what}"))));
        }
        notes.push(entry);
    }
    Ok((notes, None))
}

/// What stands against the notes, by what a record says of them.
pub(super) fn against(notes: &[Entry<LockBreak>], record: u64, said: &ChainEnd) -> Option<String> {
    let there = notes.iter().find(|note| note.record.number == said.number);
    let fits = there.is_some_and(|note| said.checksum.as_ref().is_none_or(|sum| *sum == note.checksum));
    let what = match there {
        None => "it is not there any more, or not good",
        Some(_) => "it says something else than then",
    };
    (!fits).then(|| {
        format!("record {record} was written after note {} of a broken lock, and {what}", said.number)
    })
}

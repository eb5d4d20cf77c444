//! What can be wrong with a state: each error says which file, and the way out.
//!
//! Invariant: no damage is ever taken for an empty state.

use super::Holder;
use crate::ports::RandomError;
use crate::secrets::SecretError;
use crate::value::Path;
use crate::{StackName, Urn};
use std::io;
use std::sync::Arc;

/// Why a state cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The stack was deployed, and its snapshot is gone.
    #[error(
        "the state of {stack} is missing: {file} is gone, though the stack was deployed before (lineage {lineage}); \
         `state repair` brings back what can be"
    )]
    Missing {
        /// The stack.
        stack: Box<StackName>,
        /// The file.
        file: String,
        /// The lineage that was recorded when the stack was created.
        lineage: String,
    },
    /// A file without a byte in it.
    #[error("{file} has no content, and a state always has some; `state repair` brings back what can be")]
    Empty {
        /// The file.
        file: String,
    },
    /// A file that was cut off.
    #[error(
        "{file} is cut off: {found} bytes are there of {expected}; `state repair` brings back what can be"
    )]
    Torn {
        /// The file.
        file: String,
        /// How long it should be, as far as that can be told.
        expected: String,
        /// How long it is.
        found: u64,
    },
    /// A file that is not what was written.
    #[error("{file} is damaged: {what}; `state repair` brings back what can be")]
    Corrupt {
        /// The file.
        file: String,
        /// What does not fit.
        what: String,
    },
    /// Written by a newer version of this program.
    #[error(
        "{file} has format {found}, and this program reads up to format {supported}; use a newer version"
    )]
    NewerFormat {
        /// The file.
        file: String,
        /// Its format.
        found: u64,
        /// The newest format that is understood.
        supported: u64,
    },
    /// Two files, or a file and a plan, are not of one history.
    #[error(
        "{file} is of lineage {found}, not of {expected}: it belongs to another history of the stack; where it is to take the place of the state all the same, add `--force`"
    )]
    LineageMismatch {
        /// The file.
        file: String,
        /// The lineage that was expected.
        expected: String,
        /// The lineage that was found.
        found: String,
    },
    /// Somebody else is at work.
    #[error(
        "{stack} is in use by {}; wait until it is done",
        .holder.as_ref().map_or_else(|| "a process that has not said who it is".to_owned(), |holder| holder.to_string())
    )]
    Locked {
        /// The stack.
        stack: Box<StackName>,
        /// Who, if it could be read.
        holder: Option<Box<Holder>>,
    },
    /// The file system has no locks, or refuses them.
    #[error("{file} cannot be locked: {source}; keep the state on a file system with locks")]
    NoLocks {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// The lock was taken over by somebody else; nothing was written.
    #[error(
        "the lock of {stack} was taken over: this process has epoch {held}, the newest is {newest}; nothing was \
         written; run the operation again"
    )]
    Fenced {
        /// The stack.
        stack: Box<StackName>,
        /// The epoch of the refused writer.
        held: u64,
        /// The newest epoch.
        newest: u64,
    },
    /// The lock is not held any more, though nobody else took it.
    #[error(
        "the lock of {stack} was removed from outside while it was held; look who else works on the stack"
    )]
    LockLost {
        /// The stack.
        stack: Box<StackName>,
    },
    /// The state changed since it was read; nothing was written.
    #[error(
        "the state of {stack} changed since it was read: expected {expected}, found {found}; nothing was written; run \
         the operation again"
    )]
    Changed {
        /// The stack.
        stack: Box<StackName>,
        /// What was read.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A file could not be read.
    #[error("{file} cannot be read: {source}")]
    Read {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// A file could not be written.
    #[error("{file} cannot be written: {source}{}", way_out(.source))]
    Write {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// A name that no document can have.
    #[error(
        "`{name}` is no name of a document: small letters, digits, `-`, `_` and `.` are, up to 120 of them"
    )]
    DocumentName {
        /// The name.
        name: String,
    },
    /// What was recorded could not be written, and was put elsewhere, or could not be put there either.
    #[error("{source}\n{kept}")]
    Unwritten {
        /// Why it could not be written.
        source: Box<StateError>,
        /// Where it is, and what to do with it.
        kept: String,
    },
    /// Something may not be put in the place of a state.
    #[error("{0}")]
    Refused(String),
    /// An earlier write failed, and this one was not tried.
    #[error("the state is not written any more after this: {0}")]
    Stopped(Arc<StateError>),
    /// The session was closed before.
    #[error("the state of {0} was closed; nothing can be recorded")]
    Closed(StackName),
    /// A secret could not be sealed or opened.
    #[error("the secrets of {stack} cannot be read: {source}")]
    Secret {
        /// The stack.
        stack: Box<StackName>,
        /// Why.
        source: SecretError,
    },
    /// A value without which nothing can be stored is not known.
    #[error("{urn}: `{path}` is not known yet and cannot be stored: it comes from {from}")]
    Unknown {
        /// The resource, or the stack.
        urn: String,
        /// Where the value stands.
        path: Path,
        /// Where it would come from.
        from: String,
    },
    /// A value that is nested so deep that it could not be read back.
    #[error("{urn}: `{path}` is nested deeper than {limit} levels and cannot be stored")]
    TooDeep {
        /// The resource, or the stack.
        urn: String,
        /// Where the value stands.
        path: Path,
        /// How deep values may be.
        limit: usize,
    },
    /// Two objects with one name.
    #[error("{urn} is in the state twice ({first} and {second}); `state repair` brings back what can be")]
    Duplicate {
        /// The resource.
        urn: Urn,
        /// Id of the one.
        first: String,
        /// Id of the other.
        second: String,
    },
    /// A record that does not fit the state: an error in the program that recorded it. Nothing was written.
    #[error("{urn}: {reason}; the record was refused")]
    Inconsistent {
        /// The resource.
        urn: Urn,
        /// What does not fit.
        reason: String,
    },
    /// The state is written, and what was done is not in the history yet.
    #[error(
        "the state of {stack} is written, and its history is not: {source}; the next run that changes it writes that, too"
    )]
    History {
        /// The stack.
        stack: Box<StackName>,
        /// Why not.
        source: Arc<StateError>,
    },
    /// The number of a record is taken by another one.
    #[error(
        "record {number} of the history of {stack} is there already, and says something else; `history verify` shows more"
    )]
    HistoryTaken {
        /// The stack.
        stack: Box<StackName>,
        /// The number.
        number: u64,
    },
    /// No randomness.
    #[error(transparent)]
    Random(#[from] RandomError),
}

fn way_out(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; make room there: what was recorded before is safe"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; give this user the right to write there"
        }
        _ => "",
    }
}

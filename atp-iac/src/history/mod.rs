//! What was done to a stack, update by update: who did it, when, from where, why, and what changed.
//!
//! Every session that changes a state leaves one [`HistoryRecord`] beside it, as a document with a number. Each record holds
//! the checksum of the one before, so that nothing in between can be changed, dropped, added or put elsewhere unseen; and
//! the state says which number was the last, so that nothing can be dropped at the end. Who can write the store could still
//! write all of it anew: against that, records are signed.
//!
//! Commands that put another state in place by hand leave records, too. That a lock was broken is in a note of its own, which
//! the next record names.
//!
//! Invariant: a record is written under the lock, after the snapshot that it is about, and only while its number is free.
//! Invariant: what cannot be written now is written by the next session that changes the state, and the run says so.
//! Invariant: no secret is in a record: what changed is told by digests with the key of the stack.

mod approval;
mod between;
mod breaks;
mod changes;
mod chronicle;
mod file;
mod public_key;
mod read;
mod record;
mod signing;
#[cfg(test)]
mod tests;
mod verify;

pub use approval::{
    Approval, ApprovalError, ApprovalRule, Discounted, JudgedApproval, KeptApproval, approvals, approve,
};
pub(crate) use approval::{Subject, judge};
pub use between::{Between, Difference};
pub(crate) use between::{between, record, state_after};
pub use breaks::LockBreak;
pub(crate) use breaks::lock_breaks;
pub(crate) use changes::known_object;
pub use changes::{Changed, ChangedOutput, How};
pub(crate) use chronicle::{Account, Chronicle};
pub use file::Entry;
pub use public_key::{TrustedKey, public_key};
pub use read::{HistoryError, backup_name, read_all, read_one};
pub use record::{
    ApprovalNote, By, ChainEnd, FailureNote, HistoryRecord, HistoryResult, Later, Provenance, StateMark,
    Verdict,
};
pub(crate) use signing::try_out;
pub use signing::{FileSigner, Signature, Signer};
pub use verify::{Bad, Verification, verify};

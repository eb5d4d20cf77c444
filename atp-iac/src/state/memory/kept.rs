//! What is kept of one stack in memory, and who may write it.

use crate::StackName;
use crate::state::{Claim, Content, Holder, Lease, LiveClaim, StateError, Version, file};
use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct Kept {
    pub snapshot: Option<(Version, Content)>,
    pub journal: Vec<Vec<u8>>,
    /// Epoch of the lease that began the journal; no other continues it.
    pub journal_of: u64,
    pub epoch: u64,
    pub holder: Option<Holder>,
    /// Epoch of a lease whose journal cannot be continued.
    pub broken: Option<u64>,
    /// By epoch.
    pub claims: BTreeMap<u64, Claimed>,
}

/// A part of a stack that somebody claimed, and what he recorded.
pub(super) struct Claimed {
    /// `None` when he is gone.
    pub holder: Option<Holder>,
    pub claim: Claim,
    pub journal: Vec<Vec<u8>>,
    /// Whether the journal cannot be continued.
    pub broken: bool,
}

impl Kept {
    pub fn live(&self) -> impl Iterator<Item = LiveClaim> {
        let live = |(epoch, claimed): (&u64, &Claimed)| {
            let (holder, claim) = (claimed.holder.clone()?, claimed.claim.clone());
            Some(LiveClaim { epoch: *epoch, holder, claim })
        };
        self.claims.iter().filter_map(live)
    }

    /// Ends a claim; what was recorded under it stays.
    pub fn end_claim(&mut self, epoch: u64) -> Option<Holder> {
        self.claims.get_mut(&epoch)?.holder.take()
    }

    /// Puts a snapshot in place.
    pub fn put(&mut self, content: Content, beside: &[LiveClaim]) -> Result<Version, StateError> {
        let encoded = file::snapshot::encode(&content);
        let failed = |error: serde_json::Error| StateError::Write {
            file: "the snapshot".into(),
            source: error.into(),
        };
        let (_, version) = encoded.map_err(failed)?;
        self.snapshot = Some((version.clone(), content));
        self.drop_journals(beside);
        Ok(version)
    }

    /// Drops every journal but of those who were at work when a lease began.
    pub fn drop_journals(&mut self, beside: &[LiveClaim]) {
        self.journal.clear();
        self.broken = None;
        self.claims.retain(|epoch, _| is_in(beside, *epoch));
    }
}

pub(super) fn is_in(claims: &[LiveClaim], epoch: u64) -> bool {
    claims.iter().any(|live| live.epoch == epoch)
}

/// That somebody else took over what a lease held.
pub(super) fn taken(kept: &Kept, lease: &Lease) -> StateError {
    let stack = Box::new(lease.stack().clone());
    match kept.epoch > lease.epoch() {
        true => StateError::Fenced { stack, held: lease.epoch(), newest: kept.epoch },
        false => StateError::LockLost { stack },
    }
}

pub(super) fn check_lease(kept: &Kept, lease: &Lease) -> Result<(), StateError> {
    let stack = Box::new(lease.stack().clone());
    if kept.epoch != lease.epoch() {
        return Err(StateError::Fenced { stack, held: lease.epoch(), newest: kept.epoch });
    }
    if kept.holder.is_none() {
        return Err(StateError::LockLost { stack });
    }
    Ok(())
}

pub(super) fn check_version(
    kept: &Kept,
    stack: &StackName,
    expected: Option<&Version>,
) -> Result<(), StateError> {
    let found = kept.snapshot.as_ref().map(|(version, _)| version);
    if found == expected {
        return Ok(());
    }
    let name = |version: Option<&Version>| version.map_or_else(|| "none".to_owned(), Version::to_string);
    Err(StateError::Changed { stack: stack.clone().into(), expected: name(expected), found: name(found) })
}

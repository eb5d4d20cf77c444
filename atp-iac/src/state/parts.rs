//! A state part by part, as far as it can be read: for looking what is wrong, and for repair.

use super::{Content, StateError, Stored, Version};

/// What is kept of a stack, whether it fits together or not.
#[derive(Debug)]
pub struct Parts {
    /// Whether it can be told who holds the lock, and so whether it can be taken.
    pub lock: Result<(), StateError>,
    /// The lineage that is written down beside the snapshot, where the store does that.
    pub lineage: Result<Option<String>, StateError>,
    /// The snapshot.
    pub snapshot: Result<Option<(Version, Content)>, StateError>,
    /// The one before it, where the store keeps that.
    pub previous: Option<(Version, Content)>,
    /// The journal.
    pub journal: JournalPart,
    /// What is there byte by byte, by name, so that nothing of it is lost whatever is done.
    pub raw: Vec<(String, Vec<u8>)>,
}

/// A journal as far as it can be read.
#[derive(Debug, Default)]
pub struct JournalPart {
    /// The snapshot that it belongs to; `None` when there is no journal, or that cannot be read.
    pub base: Option<Version>,
    /// Its batches, up to the first that is damaged.
    pub batches: Vec<Vec<u8>>,
    /// What is wrong with it.
    pub damage: Option<StateError>,
}

impl Parts {
    /// Those of a state that was read whole, or could not be.
    pub fn of(read: Result<Option<Stored>, StateError>) -> Self {
        let (snapshot, journal) = match read {
            Ok(None) => (Ok(None), JournalPart::default()),
            Ok(Some(Stored { version, content, journal })) => {
                let base = (!journal.is_empty()).then(|| version.clone());
                (Ok(Some((version, content))), JournalPart { base, batches: journal, damage: None })
            }
            Err(error) => (Err(error), JournalPart::default()),
        };
        let lineage =
            Ok(snapshot.as_ref().ok().and_then(Option::as_ref).map(|(version, _)| version.lineage.clone()));
        Parts { lock: Ok(()), lineage, snapshot, previous: None, journal, raw: Vec::new() }
    }

    /// The lineage that the stack has, as far as anything says it.
    pub fn known_lineage(&self) -> Option<&str> {
        let snapshot = self.snapshot.as_ref().ok().and_then(Option::as_ref);
        let of_marker = self.lineage.as_ref().ok().and_then(Option::as_deref);
        of_marker
            .or(self.journal.base.as_ref().map(|base| base.lineage.as_str()))
            .or(snapshot.map(|(version, _)| version.lineage.as_str()))
            .or(self.previous.as_ref().map(|(version, _)| version.lineage.as_str()))
    }

    /// The highest serial that anything has.
    pub fn newest_serial(&self) -> Option<u64> {
        let snapshot =
            self.snapshot.as_ref().ok().and_then(Option::as_ref).map(|(version, _)| version.serial);
        let journal = self.journal.base.as_ref().map(|base| base.serial);
        snapshot.max(journal).max(self.previous.as_ref().map(|(version, _)| version.serial))
    }

    /// The snapshot with the batches that were added to it; `None` when there is no state, or it is damaged.
    pub fn whole(&self) -> Option<Stored> {
        let (version, content) = self.snapshot.as_ref().ok()?.clone()?;
        if self.journal.damage.is_some() || self.lineage.is_err() {
            return None;
        }
        let journal = match &self.journal.base {
            Some(base) if *base == version => self.journal.batches.clone(),
            Some(base) if base.lineage == version.lineage && base.serial < version.serial => Vec::new(),
            None => Vec::new(),
            Some(_) => return None,
        };
        Some(Stored { version, content, journal })
    }
}

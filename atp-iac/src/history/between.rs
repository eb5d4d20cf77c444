//! What differs between the states that two updates left.

use super::changes::How;
use super::read::{HistoryError, backup_name, read_one};
use super::record::HistoryRecord;
use crate::diff::{Change, Exact, compare};
use crate::secrets::{Fingerprints, KeyProvider};
use crate::state::{Folder, ResourceState, StateError, StateStore, StateView, Stored, read_stored};
use crate::{StackName, Urn};
use std::collections::{BTreeMap, BTreeSet};

/// What differs between two recorded states.
#[derive(Debug, Default)]
pub struct Between {
    /// The resources that differ, by URN.
    pub resources: Vec<Difference>,
    /// The outputs of the stack that differ, by name.
    pub outputs: Vec<(String, How)>,
    /// Whether the snapshots of both are kept, so that properties can be told.
    pub in_full: bool,
    /// What people should know besides.
    pub notes: Vec<String>,
    /// Tells secrets apart.
    pub fingerprints: Option<Fingerprints>,
}

/// A resource that differs.
#[derive(Debug)]
pub struct Difference {
    /// Which.
    pub urn: String,
    /// In which way.
    pub operation: How,
    /// Its properties, where the snapshots are kept: what the program said of them.
    pub changes: Vec<Change>,
}

/// The state that an update left, from the snapshots that are kept; and fingerprints with its key.
///
/// # Errors
/// When it is not kept, or cannot be read.
pub(crate) async fn state_after(
    store: &dyn StateStore,
    keys: &dyn KeyProvider,
    stack: &StackName,
    record: &HistoryRecord,
) -> Result<(StateView, Fingerprints), HistoryError> {
    let missing = |why: &str| HistoryError::NoSnapshot { number: record.number, why: why.to_owned() };
    if record.state.journal {
        return Err(missing("that run was cut off and left none"));
    }
    let name = backup_name(record.state.serial);
    let bytes = store.document(stack, Folder::Backups, &name).await?;
    let bytes = bytes.ok_or_else(|| missing("it was not backed up, or the backup was removed since"))?;
    let (version, content) = crate::state::file::snapshot::decode(&format!("the backup {name}"), bytes)?;
    if (&version.checksum, &version.lineage) != (&record.state.checksum, &record.lineage) {
        return Err(missing("the backup with its serial is of another state"));
    }
    let stored = Stored { version, content, journal: Vec::new() };
    Ok(read_stored(&stored, stack, keys).await?)
}

/// What differs between the states that updates `from` and `to` left. Before the first update, there was nothing.
///
/// # Errors
/// When there is no such record, or a record in between is missing or damaged.
pub(crate) async fn between(
    store: &dyn StateStore,
    keys: &dyn KeyProvider,
    stack: &StackName,
    (from, to): (u64, u64),
) -> Result<Between, HistoryError> {
    let mut records = Vec::new();
    for number in from.min(to) + 1..=from.max(to) {
        records.push(record(store, stack, number).await?);
    }
    let whole = whole(store, keys, stack, (from, to)).await;
    match whole {
        Ok((before, after, fingerprints)) => Ok(in_full(&before, &after, fingerprints)),
        Err(HistoryError::State(error)) if !is_gone(&error) => Err(HistoryError::State(error)),
        Err(why) => {
            let mut told = by_digests(&records, from > to);
            told.notes.push(format!("properties cannot be told: {why}"));
            Ok(told)
        }
    }
}

fn is_gone(error: &StateError) -> bool {
    matches!(error, StateError::Secret { .. } | StateError::Corrupt { .. } | StateError::Torn { .. })
}

/// A record that has to be there.
pub(crate) async fn record(
    store: &dyn StateStore,
    stack: &StackName,
    number: u64,
) -> Result<HistoryRecord, HistoryError> {
    if let Some(entry) = read_one(store, stack, number).await? {
        return Ok(entry.record);
    }
    let (numbers, _) = super::read::numbers(store, stack).await?;
    let there = match (numbers.first(), numbers.last()) {
        (Some(first), Some(last)) => format!("there are {first} to {last}"),
        _ => "there is none yet".to_owned(),
    };
    Err(HistoryError::NoRecord { number, stack: stack.clone().into(), there })
}

async fn whole(
    store: &dyn StateStore,
    keys: &dyn KeyProvider,
    stack: &StackName,
    (from, to): (u64, u64),
) -> Result<(StateView, StateView, Fingerprints), HistoryError> {
    let (after, fingerprints) = match to {
        0 => (nothing(stack)?, None),
        to => {
            let (view, prints) = state_after(store, keys, stack, &record(store, stack, to).await?).await?;
            (view, Some(prints))
        }
    };
    let (before, others) = match from {
        0 => (nothing(stack)?, None),
        from => {
            let (view, prints) = state_after(store, keys, stack, &record(store, stack, from).await?).await?;
            (view, Some(prints))
        }
    };
    let missing = HistoryError::NoSnapshot { number: 0, why: "there was nothing yet".to_owned() };
    Ok((before, after, fingerprints.or(others).ok_or(missing)?))
}

fn nothing(stack: &StackName) -> Result<StateView, StateError> {
    StateView::new(crate::state::Snapshot::empty(stack.clone(), ""))
}

fn in_full(before: &StateView, after: &StateView, fingerprints: Fingerprints) -> Between {
    let (changed, outputs) = super::changes::changes(before, after, &fingerprints);
    let get = |view: &'_ StateView, urn: &str| -> Option<ResourceState> {
        Urn::parse(urn).ok().and_then(|urn| view.get(&urn).cloned())
    };
    let resources = changed.into_iter().map(|one| {
        let old = get(before, one.from.as_deref().unwrap_or(&one.urn));
        let new = get(after, &one.urn);
        let changes = match (&old, &new) {
            (Some(old), Some(new)) => compare(&old.inputs, &new.inputs, &Exact),
            _ => Vec::new(),
        };
        Difference { urn: one.urn, operation: one.operation, changes }
    });
    let resources = resources.collect();
    let outputs = outputs.into_iter().map(|one| (one.name, how(one.before.is_some(), one.after.is_some())));
    Between {
        resources,
        outputs: outputs.collect(),
        in_full: true,
        notes: Vec::new(),
        fingerprints: Some(fingerprints),
    }
}

fn how(before: bool, after: bool) -> How {
    match (before, after) {
        (false, _) => How::Created,
        (true, false) => How::Deleted,
        (true, true) => How::Updated,
    }
}

/// What all of these updates together changed: what is as it was before them is not in it.
fn by_digests(records: &[HistoryRecord], backwards: bool) -> Between {
    let mut resources: BTreeMap<&str, (Option<&str>, Option<&str>)> = BTreeMap::new();
    let mut outputs: BTreeMap<&str, (Option<&str>, Option<&str>)> = BTreeMap::new();
    for record in records {
        for one in &record.changed {
            let before = match one.from.as_deref() {
                Some(from) => {
                    let known = resources.get(from).map_or(one.before.as_deref(), |known| known.0);
                    resources.entry(from).or_insert((known, None)).1 = None;
                    None
                }
                None => one.before.as_deref(),
            };
            resources.entry(&one.urn).or_insert((before, None)).1 = one.after.as_deref();
        }
        for one in &record.outputs {
            outputs.entry(&one.name).or_insert((one.before.as_deref(), None)).1 = one.after.as_deref();
        }
    }
    let told = |(before, after): (Option<&str>, Option<&str>)| match backwards {
        false => how(before.is_some(), after.is_some()),
        true => how(after.is_some(), before.is_some()),
    };
    let resources = resources.into_iter().filter(|(_, (before, after))| before != after);
    let outputs = outputs.into_iter().filter(|(_, (before, after))| before != after);
    let unknown: BTreeSet<u64> = records
        .iter()
        .filter(|one| one.written_later.is_some() && one.changed.is_empty())
        .map(|one| one.number)
        .collect();
    let notes = unknown.into_iter().map(|number| {
        format!("what update {number} changed is not known: its record was written by a later run")
    });
    Between {
        resources: resources
            .map(|(urn, both)| Difference { urn: urn.to_owned(), operation: told(both), changes: Vec::new() })
            .collect(),
        outputs: outputs.map(|(name, both)| (name.to_owned(), told(both))).collect(),
        in_full: false,
        notes: notes.collect(),
        fingerprints: None,
    }
}

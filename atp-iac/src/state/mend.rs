//! The state that a damaged one can be mended to.
//!
//! Invariant: nothing here writes.

use super::encoding::Encoding;
use super::verify::{Findings, RESTORE};
use super::{
    Content, Parts, Record, ResourceState, SessionPorts, Snapshot, StateView, Stored, Version, unlock_secrets,
};
use crate::{StackName, Urn};
use std::collections::{BTreeMap, BTreeSet};

/// A state that was mended, and is not written yet.
pub(crate) struct Mended {
    /// What it says.
    pub view: StateView,
    /// How it is written.
    pub encoding: Encoding,
    /// The snapshot that it was made from.
    pub from: Version,
    /// What that one was: its lineage and its keys are those of the next one.
    pub content: Content,
}

/// The snapshot with the journal, and everything in it in order.
pub(super) async fn mend(
    ports: &SessionPorts,
    stack: &StackName,
    parts: &Parts,
    (version, content): (Version, Content),
    findings: &mut Findings,
) -> Option<Mended> {
    let encoding = match unlock_secrets(stack, &content, &*ports.keys).await {
        Ok(encoding) => encoding,
        Err(error) => {
            findings.hopeless(error.to_string(), "bring the key back: without it nothing can be repaired");
            return None;
        }
    };
    let fits = parts.journal.base.as_ref() == Some(&version);
    let journal = if fits { parts.journal.batches.clone() } else { Vec::new() };
    let stored = Stored { version, content, journal };
    let mut view = rebuilt(&encoding, &stored, findings)?;
    if !fits {
        reopen(&encoding, &parts.journal.batches, &mut view);
    }
    view = connected(view, findings);
    let pending = view.pending().count();
    if pending > 0 {
        findings.told(
            format!("{pending} calls were begun, and what became of them is not known"),
            "the next `up` or `refresh` looks them up",
        );
    }
    Some(Mended { view, encoding, from: stored.version, content: stored.content })
}

/// The snapshot, each object once, with the journal as far as it fits.
fn rebuilt(encoding: &Encoding, stored: &Stored, findings: &mut Findings) -> Option<StateView> {
    let Content { lineage, serial, body, .. } = &stored.content;
    let snapshot = match encoding.read_body(lineage, *serial, body) {
        Ok(snapshot) => unique(snapshot, findings),
        Err(error) => {
            findings.hopeless(error.to_string(), RESTORE);
            return None;
        }
    };
    let mut view = StateView::new(snapshot).ok()?;
    for (number, batch) in stored.journal.iter().enumerate() {
        let records = encoding.read_batch(batch);
        let applied = records.and_then(|records| records.iter().try_for_each(|record| view.apply(record)));
        if let Err(error) = applied {
            let remedy = "what is before it is kept; what is after it is lost";
            findings.mendable(format!("batch {} of the journal does not fit: {error}", number + 1), remedy);
            break;
        }
    }
    view.interrupt();
    Some(view)
}

/// Of objects that are there twice, the one that was changed last; when that is not known, the first.
fn unique(snapshot: Snapshot, findings: &mut Findings) -> Snapshot {
    let mut kept: Vec<ResourceState> = Vec::new();
    for resource in snapshot.resources {
        let same = |other: &ResourceState| {
            other.urn == resource.urn
                && (other.id.eq_ignore_ascii_case(&resource.id) || !other.replaced && !resource.replaced)
        };
        let Some(other) = kept.iter_mut().find(|other| same(other)) else {
            kept.push(resource);
            continue;
        };
        let newer = resource.modified > other.modified;
        let (stays, goes) = if newer { (&resource.id, &other.id) } else { (&other.id, &resource.id) };
        let goes_on = match stays.eq_ignore_ascii_case(goes) {
            true => "one of them stays".to_owned(),
            false => {
                format!("{stays} stays, as it was changed last; {goes} is to be deleted by the next `up`")
            }
        };
        findings.mendable(
            format!("{} is in the state twice ({} and {})", resource.urn, other.id, resource.id),
            goes_on,
        );
        let differ = !stays.eq_ignore_ascii_case(goes);
        let older = if newer { std::mem::replace(other, resource) } else { resource };
        if differ {
            kept.push(ResourceState { replaced: true, ..older });
        }
    }
    Snapshot { resources: kept, ..snapshot }
}

/// Of a journal that does not fit: the calls that it has open are open again.
fn reopen(encoding: &Encoding, batches: &[Vec<u8>], view: &mut StateView) {
    let records = batches.iter().map_while(|batch| encoding.read_batch(batch).ok()).flatten();
    for (step, record) in (0..).zip(records) {
        if let Record::Intent(intent) = record {
            // What does not fit is no worse off than before.
            let _ = view.apply(&Record::Intent(super::Intent { step, ..intent }));
        }
    }
    view.interrupt();
}

/// Without references to what is not there; objects that are there under two names are told.
fn connected(view: StateView, findings: &mut Findings) -> StateView {
    let mut snapshot = view.to_snapshot();
    let known: BTreeSet<Urn> = snapshot.resources.iter().map(|one| one.urn.clone()).collect();
    let mut names: BTreeMap<String, Urn> = BTreeMap::new();
    for resource in &mut snapshot.resources {
        let dangling: Vec<Urn> =
            resource.dependencies.iter().filter(|urn| !known.contains(*urn)).cloned().collect();
        for urn in &dangling {
            findings.mendable(
                format!("{} depends on {urn}, which is not in the state", resource.urn),
                "the dependency is dropped; the next `up` records those that the program says",
            );
        }
        resource.dependencies.retain(|urn| known.contains(urn));
        let lifecycle = &mut resource.lifecycle;
        lifecycle.deleted_with = lifecycle.deleted_with.take().filter(|urn| known.contains(urn));
        match names.insert(resource.id.to_ascii_lowercase(), resource.urn.clone()) {
            Some(other) if !resource.id.is_empty() && other != resource.urn => findings.told(
                format!("{other} and {} are one object in the cloud, {}", resource.urn, resource.id),
                "take the wrong name out with `state remove`; the object stays",
            ),
            _ => {}
        }
    }
    StateView::new(snapshot).unwrap_or(view)
}

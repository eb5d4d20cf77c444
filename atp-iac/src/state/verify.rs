//! What is wrong with a state, and the state that it can be mended to.
//!
//! Invariant: nothing here writes.

use super::backups::{backup, backups};
use super::encoding::Encoding;
use super::{
    Content, Folder, Parts, Record, ResourceState, SessionPorts, Snapshot, StateError, StateView, Stored,
    Version, is_document_name, unlock_secrets,
};
use crate::{StackName, Urn};
use std::collections::{BTreeMap, BTreeSet};

/// Something that is wrong with a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What.
    pub message: String,
    /// What `state repair` does about it, or who else does.
    pub remedy: String,
    /// Whether `state repair` does something about it.
    pub repairable: bool,
}

/// What was found out about a state.
pub struct Diagnosis {
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// The parts that were looked at.
    pub(crate) parts: Parts,
    /// What the state can be mended to, if that is another one than it is.
    pub(crate) mended: Option<Content>,
}

/// What is found, as it is found.
#[derive(Default)]
struct Findings {
    problems: Vec<Problem>,
    /// Something is to be written.
    mend: bool,
}

impl Findings {
    fn mendable(&mut self, message: impl Into<String>, remedy: impl Into<String>) {
        self.mend = true;
        self.problems.push(Problem { message: message.into(), remedy: remedy.into(), repairable: true });
    }

    fn told(&mut self, message: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(Problem { message: message.into(), remedy: remedy.into(), repairable: false });
    }
}

const RESTORE: &str = "put a snapshot in its place with `state restore FILE`";

/// Looks at everything that the store has of a stack.
///
/// # Errors
/// When the store cannot be asked.
pub async fn diagnose(ports: &SessionPorts, stack: &StackName) -> Result<Diagnosis, StateError> {
    let parts = ports.store.parts(stack).await?;
    let mut findings = Findings::default();
    let copies = documents(ports, stack, &mut findings).await?;
    look_at_parts(&parts, &mut findings);
    let base = choose(&parts, &copies, &mut findings);
    let mended = match base {
        Some(base) => mend(ports, stack, &parts, base, &mut findings).await,
        None => None,
    };
    let Findings { problems, mend } = findings;
    Ok(Diagnosis { problems, parts, mended: mended.filter(|_| mend) })
}

/// Reads all documents; gives the backups that are whole.
async fn documents(
    ports: &SessionPorts,
    stack: &StackName,
    findings: &mut Findings,
) -> Result<Vec<(Version, Content)>, StateError> {
    let mut copies = Vec::new();
    for serial in backups(&*ports.store, stack).await? {
        match backup(&*ports.store, stack, serial).await {
            Ok(copy) => copies.extend(copy),
            Err(error @ StateError::Read { .. }) => return Err(error),
            Err(error) => {
                findings.told(error.to_string(), "nothing hangs on it; it goes when it is the oldest")
            }
        }
    }
    for folder in Folder::ALL.into_iter().filter(|folder| *folder != Folder::Backups) {
        for name in ports.store.documents(stack, folder).await? {
            let there = ports.store.document(stack, folder, &name).await?;
            if !is_document_name(&name) || there.is_none_or(|bytes| bytes.is_empty()) {
                findings.told(
                    format!("the document {name} in {} has no content", folder.name()),
                    "look who wrote it",
                );
            }
        }
    }
    Ok(copies)
}

/// What is wrong with each part by itself.
fn look_at_parts(parts: &Parts, findings: &mut Findings) {
    if let Err(error) = &parts.snapshot {
        findings.mendable(error.to_string(), "a copy of it takes its place");
    }
    if let Err(error) = &parts.lineage {
        findings.mendable(error.to_string(), "it is written anew");
    }
    if let Some(damage) = &parts.journal.damage {
        let kept = parts.journal.batches.len();
        findings.mendable(
            damage.to_string(),
            format!(
                "its {kept} batches before the damage are kept; what was recorded after them is lost: calls that were \
                 open then are looked up by the next `up`, and what they made under names that are not known has to be \
                 looked for with `import --scope`"
            ),
        );
    }
}

/// The snapshot to start from: the present one, or the copy that fits best.
fn choose(
    parts: &Parts,
    copies: &[(Version, Content)],
    findings: &mut Findings,
) -> Option<(Version, Content)> {
    let lineage = parts.known_lineage();
    let of_lineage = |found: &(Version, Content)| lineage.is_none_or(|lineage| found.0.lineage == lineage);
    let present = parts.snapshot.as_ref().ok().and_then(Clone::clone);
    let never_deployed = matches!(parts.snapshot, Ok(None));
    if never_deployed {
        return None;
    }
    let journal = parts.journal.base.as_ref();
    if let Some(found) = &present {
        let fits = journal.is_none_or(|base| *base == found.0 || base.serial < found.0.serial);
        if of_lineage(found) && fits {
            return present;
        }
        let message = match (of_lineage(found), journal) {
            (false, _) => format!(
                "the snapshot is of lineage {}, and the stack of {}",
                found.0.lineage,
                lineage.unwrap_or_default()
            ),
            (true, base) => format!(
                "the snapshot is {}, and the journal continues {}: an older snapshot was put in its place",
                found.0,
                base.map_or_else(String::new, Version::to_string)
            ),
        };
        findings.mendable(message, "the copy that the journal continues takes its place, or the newest");
    }
    let mut candidates: Vec<&(Version, Content)> =
        copies.iter().chain(&parts.previous).chain(&present).filter(|found| of_lineage(found)).collect();
    candidates.sort_by_key(|found| (journal == Some(&found.0), found.0.serial));
    let Some(best) = candidates.last() else {
        findings.mend = false;
        findings.told("there is no copy of the snapshot in this store", RESTORE);
        return None;
    };
    let (version, newest) = (&best.0, parts.newest_serial());
    match journal {
        Some(base) if base == version => {
            findings.told(format!("the copy is {version}, which the journal continues"), "nothing is lost");
        }
        Some(base) if base.serial >= version.serial => findings.told(
            format!("the copy is {version}, and the journal continues {base}: it cannot be replayed"),
            "calls that it has open are looked up; other things that were done since are not known: `preview --refresh` \
             and `import --scope` show them",
        ),
        _ if newest.is_some_and(|newest| newest > version.serial) => findings.told(
            format!("the copy is {version}, and the state had been at {}", newest.unwrap_or_default()),
            "what was done since is not known: `preview --refresh` and `import --scope` show it",
        ),
        _ => findings.told(format!("the copy is {version}, the newest that there is"), "look at `preview --refresh`"),
    }
    Some((*best).clone())
}

/// The snapshot with the journal, and everything in it in order.
async fn mend(
    ports: &SessionPorts,
    stack: &StackName,
    parts: &Parts,
    (version, content): (Version, Content),
    findings: &mut Findings,
) -> Option<Content> {
    let encoding = match unlock_secrets(stack, &content, &*ports.keys).await {
        Ok(encoding) => encoding,
        Err(error) => {
            findings.mend = false;
            findings.told(error.to_string(), "bring the key back: without it nothing can be repaired");
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
    let body = encoding.write_body(&view).ok()?;
    Some(Content { body, ..stored.content })
}

/// The snapshot, each object once, with the journal as far as it fits.
fn rebuilt(encoding: &Encoding, stored: &Stored, findings: &mut Findings) -> Option<StateView> {
    let Content { lineage, serial, body, .. } = &stored.content;
    let snapshot = match encoding.read_body(lineage, *serial, body) {
        Ok(snapshot) => unique(snapshot, findings),
        Err(error) => {
            findings.mend = false;
            findings.told(error.to_string(), RESTORE);
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

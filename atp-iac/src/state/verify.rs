//! What is wrong with a state, and the state that it can be mended to.
//!
//! Invariant: nothing here writes.

use super::backups::{backup, backups};
use super::mend::{Mended, mend};
use super::{Content, Folder, Parts, SessionPorts, StateError, Version, is_document_name};
use crate::StackName;

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
    pub(crate) mended: Option<Mended>,
}

/// What is found, as it is found.
#[derive(Default)]
pub(super) struct Findings {
    problems: Vec<Problem>,
    /// Another snapshot is to be written.
    mend: bool,
}

impl Findings {
    /// Another snapshot is the remedy.
    pub fn mendable(&mut self, message: impl Into<String>, remedy: impl Into<String>) {
        self.mend = true;
        self.problems.push(Problem { message: message.into(), remedy: remedy.into(), repairable: true });
    }

    /// No other snapshot can be written.
    pub fn hopeless(&mut self, message: impl Into<String>, remedy: impl Into<String>) {
        self.mend = false;
        self.told(message, remedy);
    }

    pub fn told(&mut self, message: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(Problem { message: message.into(), remedy: remedy.into(), repairable: false });
    }
}

/// What is left to do where there is nothing to mend a state from.
pub(super) const RESTORE: &str = "put a snapshot in its place with `state restore FILE`";

/// Looks at everything that the store has of a stack.
///
/// # Errors
/// When the store cannot be asked.
pub async fn diagnose(ports: &SessionPorts, stack: &StackName) -> Result<Diagnosis, StateError> {
    let parts = ports.store.parts(stack).await?;
    let mut findings = Findings::default();
    let copies = documents(ports, stack, &mut findings).await?;
    if let Err(StateError::Read { file, source }) = parts.snapshot {
        return Err(StateError::Read { file, source });
    }
    if let Err(error @ StateError::NewerFormat { .. }) = &parts.snapshot {
        findings.told(error.to_string(), "this version leaves it alone");
        return Ok(Diagnosis { problems: findings.problems, parts, mended: None });
    }
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
    if let Err(error) = &parts.lock {
        let remedy = "it is written anew, so that the lock can be taken again; whoever holds it now loses it";
        let (message, remedy) = (error.to_string(), remedy.to_owned());
        findings.problems.push(Problem { message, remedy, repairable: true });
    }
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
        findings.hopeless("there is no copy of the snapshot in this store", RESTORE);
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

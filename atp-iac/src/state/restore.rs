//! Another snapshot in the place of the one that is there: from a backup, from a file, or mended.
//!
//! Invariant: what is there, whole or damaged, is kept before it is replaced.
//! Invariant: the serial goes on rising.

use super::backups::{backups, keep_backup};
use super::encoding::Encoding;
use super::{
    Content, Folder, Holder, Lease, Parts, Record, SessionPorts, Snapshot, StateError, StateView, Version,
    Wait, file, replay, unlock_secrets,
};
use crate::{StackName, Urn};
use std::collections::BTreeSet;

/// A snapshot that is to take the place of the one that is there.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// What it is, for people.
    pub name: String,
    /// The snapshot.
    pub content: Content,
    /// Also of another lineage, and older than what is there.
    pub force: bool,
    /// An older one than what is there is refused, unless it is forced.
    pub newer_only: bool,
    /// Only what has this serial, and no journal, is replaced.
    pub only_over: Option<u64>,
}

impl Incoming {
    /// From the bytes of a snapshot file.
    ///
    /// # Errors
    /// When they are none.
    pub fn read(name: &str, bytes: Vec<u8>, force: bool) -> Result<Self, StateError> {
        let (_, content) = file::snapshot::decode(name, bytes)?;
        Ok(Incoming { name: name.to_owned(), content, force, newer_only: false, only_over: None })
    }
}

/// What it means that a snapshot takes the place of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The serial that the snapshot had.
    pub serial: u64,
    /// The serial that it has now; `None` while it is only asked whether to go on.
    pub now: Option<u64>,
    /// What the present state has, as far as it can be read, and the new one does not: it is in the cloud, and nothing
    /// manages it any more.
    pub unknown: Vec<(Urn, String)>,
    /// What the new state has and the present one does not: it may be gone from the cloud.
    pub revived: Vec<(Urn, String)>,
    /// How many calls were open: the next plan looks what became of them.
    pub open: usize,
    /// Why the present state cannot be read.
    pub damage: Option<String>,
    /// What could not be done, though the state is safe.
    pub warnings: Vec<String>,
}

/// Keeps a backup of the present state, with what was recorded since its snapshot. Gives its serial; `None` when there is
/// no state.
///
/// # Errors
/// When the stack is locked, or its state cannot be read or kept.
pub async fn back_up(
    ports: &SessionPorts,
    stack: &StackName,
    holder: &Holder,
    wait: Wait<'_>,
) -> Result<Option<u64>, StateError> {
    // Whoever opens a session and closes it folds the journal, and keeps what it leaves.
    let session = super::StateSession::open(ports, stack, holder, wait).await?;
    let closed = session.close().await?;
    let Some(version) = closed.version else { return Ok(None) };
    let Some(stored) = ports.store.read(stack).await? else { return Ok(None) };
    if !backups(&*ports.store, stack).await?.contains(&version.serial) {
        keep_backup(&*ports.store, stack, &stored.content).await?;
    }
    Ok(Some(stored.version.serial))
}

/// Puts a snapshot in the place of whatever is there, under the lock. `decide` hears first what that means; `None` when it
/// does not want it.
///
/// # Errors
/// When the stack is locked, the snapshot is of another stack, lineage or key, or something cannot be written.
pub async fn restore(
    ports: &SessionPorts,
    stack: &StackName,
    (holder, wait): (&Holder, Wait<'_>),
    incoming: &Incoming,
    decide: &mut (dyn FnMut(&Restored) -> bool + Send),
) -> Result<Option<Restored>, StateError> {
    let lease = ports.store.lock(stack, holder, wait).await?;
    let restored = Box::pin(restore_locked(ports, &lease, incoming, decide)).await;
    let unlocked = ports.store.unlock(&lease).await;
    let restored = restored?;
    unlocked?;
    Ok(restored)
}

async fn restore_locked(
    ports: &SessionPorts,
    lease: &Lease,
    incoming: &Incoming,
    decide: &mut (dyn FnMut(&Restored) -> bool + Send),
) -> Result<Option<Restored>, StateError> {
    let parts = ports.store.parts(lease.stack()).await?;
    check(&parts, incoming)?;
    let encoding = unlock_secrets(lease.stack(), &incoming.content, &*ports.keys).await?;
    let Content { lineage, serial, body, .. } = &incoming.content;
    let snapshot = encoding.read_body(lineage, *serial, body)?;
    let present = present(ports, lease.stack(), &parts).await;
    let folded = folded(&parts, &present)?;
    let (mended, mut restored) = judge(snapshot, present)?;
    if !decide(&restored) {
        return Ok(None);
    }
    if let Some(folded) = folded {
        keep_backup(&*ports.store, lease.stack(), &folded).await?;
    }
    let content = Content { body: encoding.write_body(&mended)?, ..incoming.content.clone() };
    let (version, warnings) = put(ports, lease, &parts, content).await?;
    restored.now = Some(version.serial);
    restored.warnings = warnings;
    Ok(Some(restored))
}

/// That the snapshot may take the place.
fn check(parts: &Parts, incoming: &Incoming) -> Result<(), StateError> {
    let Incoming { name, content, force, newer_only, only_over } = incoming;
    if let Some(expected) = only_over {
        let there = parts.whole().filter(|whole| whole.journal.is_empty()).map(|whole| whole.version.serial);
        if there != Some(*expected) {
            return Err(StateError::Refused("the state was changed since; nothing was undone".to_owned()));
        }
    }
    if *force {
        return Ok(());
    }
    if let Some(known) = parts.known_lineage().filter(|known| **known != content.lineage) {
        let (expected, found) = (known.to_owned(), content.lineage.clone());
        return Err(StateError::LineageMismatch { file: name.clone(), expected, found });
    }
    match parts.newest_serial() {
        Some(newest) if *newer_only && content.serial < newest => Err(StateError::Refused(format!(
            "{name} has serial {}, and the state has {newest} already: it would go back to what was before; add \
             `--force` if that is wanted",
            content.serial
        ))),
        _ => Ok(()),
    }
}

/// What the present state says, or why that cannot be told.
async fn present(
    ports: &SessionPorts,
    stack: &StackName,
    parts: &Parts,
) -> Result<Option<(Encoding, StateView)>, String> {
    if matches!(parts.snapshot, Ok(None)) {
        return Ok(None);
    }
    let whole = match (&parts.snapshot, &parts.journal.damage, parts.whole()) {
        (_, _, Some(whole)) => whole,
        (Err(error), ..) => return Err(error.to_string()),
        (_, Some(damage), _) => return Err(damage.to_string()),
        _ => return Err("its parts do not fit together".to_owned()),
    };
    let encoding =
        unlock_secrets(stack, &whole.content, &*ports.keys).await.map_err(|error| error.to_string())?;
    let view = replay(&encoding, &whole).map_err(|error| error.to_string())?;
    Ok(Some((encoding, view)))
}

/// The present state with what was recorded since its snapshot, if anything was.
fn folded(
    parts: &Parts,
    present: &Result<Option<(Encoding, StateView)>, String>,
) -> Result<Option<Content>, StateError> {
    let whole = parts.whole().filter(|whole| !whole.journal.is_empty());
    let (Some(whole), Ok(Some((encoding, view)))) = (whole, present) else { return Ok(None) };
    let body = encoding.write_body(view)?;
    Ok(Some(Content { serial: whole.content.serial + 1, body, ..whole.content }))
}

/// The state that will be there: the snapshot, and the calls that are open in the present state.
fn judge(
    snapshot: Snapshot,
    present: Result<Option<(Encoding, StateView)>, String>,
) -> Result<(StateView, Restored), StateError> {
    let serial = snapshot.serial;
    let (present, damage) = match present {
        Ok(present) => (present.map(|(_, view)| view), None),
        Err(damage) => (None, Some(damage)),
    };
    let mut view = StateView::new(snapshot)?;
    let objects = |view: &StateView| -> BTreeSet<(Urn, String)> {
        view.resources().map(|one| (one.urn.clone(), one.id.clone())).collect()
    };
    let (now, then) = (present.as_ref().map(objects).unwrap_or_default(), objects(&view));
    if let Some(present) = present.as_ref().filter(|present| present.lineage() == view.lineage()) {
        let known: Vec<_> = view.pending().cloned().collect();
        let open = present.pending().filter(|intent| !known.contains(intent));
        for (step, intent) in (0..).zip(open) {
            view.apply(&Record::Intent(super::Intent { step, ..intent.clone() }))?;
        }
        view.interrupt();
    }
    let open = view.pending().count();
    let restored = Restored {
        serial,
        now: None,
        unknown: now.difference(&then).cloned().collect(),
        revived: if damage.is_some() { Vec::new() } else { then.difference(&now).cloned().collect() },
        open,
        damage,
        warnings: Vec::new(),
    };
    Ok((view, restored))
}

/// Keeps what is there, and puts the snapshot in its place, with a serial that nothing has yet.
pub(crate) async fn put(
    ports: &SessionPorts,
    lease: &Lease,
    parts: &Parts,
    content: Content,
) -> Result<(Version, Vec<String>), StateError> {
    let (store, stack) = (&ports.store, lease.stack());
    let known = backups(&**store, stack).await?;
    if let Ok(Some((_, present))) = &parts.snapshot
        && !known.contains(&present.serial)
    {
        keep_backup(&**store, stack, present).await?;
    }
    let loses_more = parts.whole().is_none_or(|whole| !whole.journal.is_empty());
    if loses_more {
        for (name, bytes) in &parts.raw {
            let name = format!("replaced-{:010}-{name}", lease.epoch());
            store.put_document(stack, Folder::Backups, &name, bytes.clone()).await?;
        }
    }
    let newest = known.last().copied().max(parts.newest_serial()).max(Some(content.serial));
    let content = Content { serial: newest.map_or(0, |newest| newest + 1), ..content };
    let version = store.overwrite(lease, content.clone()).await?;
    let kept = keep_backup(&**store, stack, &content).await;
    let warning = |error| format!("the state is safe, and its backup is not: {error}");
    Ok((version, kept.err().map(warning).into_iter().collect()))
}

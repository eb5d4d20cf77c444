//! Another snapshot in the place of the one that is there: from a backup, from a file, or mended.
//!
//! Invariant: what is there, whole or damaged, is kept before it is replaced.
//! Invariant: the serial goes on rising.

use super::backups::{backups, keep_backup};
use super::encoding::Encoding;
use super::place::{Place, place};
use super::read::{digest, replay_journal, snapshot as without_journal};
use super::{
    Content, Holder, Lease, Parts, Record, SessionPorts, Snapshot, StateError, StateView, Stored, Wait, file,
    unlock_secrets,
};
use crate::history::Chronicle;
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
    /// What it is called in the history to put it in place.
    pub operation: &'static str,
}

impl Incoming {
    /// From the bytes of a snapshot file.
    ///
    /// # Errors
    /// When they are none.
    pub fn read(name: &str, bytes: Vec<u8>, force: bool) -> Result<Self, StateError> {
        let (_, content) = file::snapshot::decode(name, bytes)?;
        Ok(Incoming {
            name: name.to_owned(),
            content,
            force,
            newer_only: false,
            only_over: None,
            operation: "state restore",
        })
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

/// Puts a snapshot in the place of whatever is there, under the lock of whom the chronicle names, and records that.
/// `decide` hears first what that means; `None` when it does not want it.
///
/// # Errors
/// When the stack is locked, the snapshot is of another stack, lineage or key, or something cannot be written.
pub(crate) async fn restore(
    ports: &SessionPorts,
    (chronicle, wait): (&Chronicle, Wait<'_>),
    incoming: &Incoming,
    decide: &mut (dyn FnMut(&Restored) -> bool + Send),
) -> Result<Option<Restored>, StateError> {
    let lease = ports.store.lock(&chronicle.stack, &chronicle.by, wait).await?;
    let restored = Box::pin(restore_locked(ports, &lease, chronicle, incoming, decide)).await;
    let unlocked = ports.store.unlock(&lease).await;
    let restored = restored?;
    unlocked?;
    Ok(restored)
}

async fn restore_locked(
    ports: &SessionPorts,
    lease: &Lease,
    chronicle: &Chronicle,
    incoming: &Incoming,
    decide: &mut (dyn FnMut(&Restored) -> bool + Send),
) -> Result<Option<Restored>, StateError> {
    let parts = ports.store.parts(lease.stack()).await?;
    check(&parts, incoming)?;
    let encoding = unlock_secrets(lease.stack(), &incoming.content, &*ports.keys).await?;
    let Content { lineage, serial, body, .. } = &incoming.content;
    let snapshot = encoding.read_body(lineage, *serial, body)?;
    let present = present(ports, lease.stack(), &parts).await;
    let (view, mut restored) = judge(snapshot, &present)?;
    if !decide(&restored) {
        return Ok(None);
    }
    let mut warnings = Vec::new();
    let known = match present {
        Ok(Some(present)) => Some(present.settled(ports, chronicle, &mut warnings).await?),
        _ => None,
    };
    let damage =
        restored.damage.as_ref().map(|damage| format!("; what was there could not be read: {damage}"));
    let note =
        format!("{} with serial {serial} was put in place{}", incoming.name, damage.unwrap_or_default());
    chronicle.tell(|account| account.note = Some(note));
    let known = known.as_ref().map(|present| (&present.view, &present.stored.version));
    let content = incoming.content.clone();
    let (version, more) =
        place(ports, lease, &parts, chronicle, Place { view, encoding, content, known }).await?;
    restored.now = Some(version.serial);
    restored.warnings = warnings;
    restored.warnings.extend(more);
    Ok(Some(restored))
}

/// That the snapshot may take the place.
fn check(parts: &Parts, incoming: &Incoming) -> Result<(), StateError> {
    let Incoming { name, content, force, newer_only, only_over, operation: _ } = incoming;
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

/// What is there, and can be read.
struct Present {
    stored: Stored,
    encoding: Encoding,
    /// The snapshot by itself.
    before: StateView,
    /// With what was recorded since.
    view: StateView,
}

impl Present {
    /// What was recorded since the snapshot is a run that was cut off: it gets its record, and a backup.
    async fn settled(
        mut self,
        ports: &SessionPorts,
        chronicle: &Chronicle,
        warnings: &mut Vec<String>,
    ) -> Result<Self, StateError> {
        let Present { stored, encoding, before, view } = &mut self;
        if stored.journal.is_empty() {
            return Ok(self);
        }
        let (read, fingerprints) =
            (digest(&stored.version, &stored.journal), encoding.sealer().fingerprints());
        match Box::pin(chronicle.cut_off((before, view), (&stored.version, &read), fingerprints)).await {
            Ok(head) => view.set_history(head),
            Err(error) => warnings.push(format!("the run that was cut off is not in the history: {error}")),
        }
        let content = Content {
            serial: stored.content.serial + 1,
            body: encoding.write_body(view)?,
            ..stored.content.clone()
        };
        keep_backup(&*ports.store, &chronicle.stack, &content).await?;
        Ok(self)
    }
}

/// What the present state says, or why that cannot be told.
async fn present(ports: &SessionPorts, stack: &StackName, parts: &Parts) -> Result<Option<Present>, String> {
    if matches!(parts.snapshot, Ok(None)) {
        return Ok(None);
    }
    let stored = match (&parts.snapshot, &parts.journal.damage, parts.whole()) {
        (_, _, Some(whole)) => whole,
        (Err(error), ..) => return Err(error.to_string()),
        (_, Some(damage), _) => return Err(damage.to_string()),
        _ => return Err("its parts do not fit together".to_owned()),
    };
    let read = async {
        let encoding = unlock_secrets(stack, &stored.content, &*ports.keys).await?;
        let before = without_journal(&encoding, &stored.content)?;
        let mut view = before.clone();
        replay_journal(&encoding, &stored.journal, &mut view)?;
        Ok((encoding, before, view))
    };
    let (encoding, before, view) = read.await.map_err(|error: StateError| error.to_string())?;
    Ok(Some(Present { stored, encoding, before, view }))
}

/// The state that will be there: the snapshot, and the calls that are open in the present state.
fn judge(
    snapshot: Snapshot,
    present: &Result<Option<Present>, String>,
) -> Result<(StateView, Restored), StateError> {
    let serial = snapshot.serial;
    let (present, damage) = match present {
        Ok(present) => (present.as_ref().map(|present| &present.view), None),
        Err(damage) => (None, Some(damage.clone())),
    };
    let mut view = StateView::new(snapshot)?;
    let objects = |view: &StateView| -> BTreeSet<(Urn, String)> {
        view.resources().map(|one| (one.urn.clone(), one.id.clone())).collect()
    };
    let (now, then) = (present.map(objects).unwrap_or_default(), objects(&view));
    if let Some(present) = present.filter(|present| present.lineage() == view.lineage()) {
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

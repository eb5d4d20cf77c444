//! Putting a state in place by hand, whatever is there: with a backup of that, and a record in the history.
//!
//! Invariant: what cannot be recorded is told, and hinders nobody.

use super::backups::{backups, keep_backup, keep_replaced};
use super::encoding::Encoding;
use super::{Content, Lease, Parts, SessionPorts, StateError, StateView, Version};
use crate::history::Chronicle;

/// A state that is to be put in place.
pub(crate) struct Place<'p> {
    /// What it says.
    pub view: StateView,
    /// How it is written.
    pub encoding: Encoding,
    /// Its lineage and its keys; the body is made of the view.
    pub content: Content,
    /// What is there, and its snapshot; `None` when there is nothing, or it cannot be read.
    pub known: Option<(&'p StateView, &'p Version)>,
}

/// Puts it in place; what could not be done is told.
pub(crate) async fn place(
    ports: &SessionPorts,
    lease: &Lease,
    parts: &Parts,
    chronicle: &Chronicle,
    place: Place<'_>,
) -> Result<(Version, Vec<String>), StateError> {
    let Place { mut view, encoding, content, known } = place;
    let mut warnings = Vec::new();
    let mut missed = |error: StateError| {
        warnings.push(format!("the state is safe, and what was done is not in the history: {error}"));
    };
    let head = match known {
        Some((present, version)) => chronicle.head(present, Some(version)).await,
        None => chronicle.head_of_records().await,
    };
    let head = head.map_err(&mut missed).ok();
    if let Some(head) = &head {
        view.set_history(head.clone());
    }
    let content = Content { body: encoding.write_body(&view)?, ..content };
    let (version, unkept) = put(ports, lease, parts, content).await?;
    if let Some(head) = head {
        let before = known.map_or(&view, |(present, _)| present);
        let fingerprints = encoding.sealer().fingerprints();
        let recorded = Box::pin(chronicle.record(&head, (before, &view), &version, fingerprints)).await;
        recorded.unwrap_or_else(missed);
    }
    warnings.extend(unkept);
    Ok((version, warnings))
}

/// Keeps what is there, and puts the snapshot in its place, with a serial that nothing has yet.
async fn put(
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
        keep_replaced(ports, stack, &parts.raw).await?;
    }
    let newest = known.last().copied().max(parts.newest_serial()).max(Some(content.serial));
    let content = Content { serial: newest.map_or(0, |newest| newest + 1), ..content };
    let version = store.overwrite(lease, content.clone()).await?;
    let kept = keep_backup(&**store, stack, &content).await;
    let warning = |error| format!("the state is safe, and its backup is not: {error}");
    Ok((version, kept.err().map(warning).into_iter().collect()))
}

//! Putting a snapshot in place, and what that leaves behind.

use super::head::Kept;
use super::journal::{self, Phase, Writer};
use super::lease::Held;
use super::names::{Names, Place, Written};
use super::{ObjectStates, changed};
use atp_iac::state::format::snapshot;
use atp_iac::state::{Content, StateError, Version};
use object_store::path::Path;

impl ObjectStates {
    /// Puts a snapshot, and lets it be the one that counts.
    pub(super) async fn put_in_place(
        &self,
        held: &Held,
        writer: &mut Writer,
        content: &Content,
    ) -> Result<Version, StateError> {
        let kept = self.put_snapshot(held, content).await?;
        let (version, path) = (kept.version.clone(), held.names.snapshot(&kept.name));
        let turned = self.turn(held, writer, Some(Some(kept))).await;
        if let Err(StateError::Fenced { .. } | StateError::LockLost { .. }) = turned {
            // Nobody will ever refer to it.
            let _ = self.requests.remove(vec![path]).await;
        }
        turned.map(|()| version)
    }

    /// Removes what a lease put and nobody needs any more. What cannot be removed is harmless: the next one tries again.
    async fn sweep(&self, held: &Held, kept: Option<&Kept>, journal: Place) {
        let mut outdated = journal::outdated(&self.requests, &held.names, journal).await.unwrap_or_default();
        let snapshots = self.requests.list(&held.names.snapshots()).await.unwrap_or_default();
        // Of later leases nothing is removed: by now they may have put the snapshot that counts.
        let newest = kept.map_or(Written { epoch: held.epoch, serial: u64::MAX }, |kept| Written {
            epoch: held.epoch,
            serial: kept.version.serial,
        });
        let stays = |path: &Path| kept.is_some_and(|kept| path.filename() == Some(kept.name.as_str()));
        let goes = |path: &Path| Written::of(path).is_some_and(|written| written <= newest) && !stays(path);
        outdated.extend(snapshots.into_iter().filter(goes));
        let _ = self.requests.remove(outdated).await;
    }

    /// Puts a snapshot, and gives what the head says of it.
    async fn put_snapshot(&self, held: &Held, content: &Content) -> Result<Kept, StateError> {
        let file = self.requests.file(&held.names.snapshots());
        let encoded = snapshot::encode(content);
        let (bytes, version) = encoded.map_err(|error| StateError::Write { file, source: error.into() })?;
        let name = Names::snapshot_name(held.epoch, &version);
        self.requests.put(&held.names.snapshot(&name), bytes).await?;
        Ok(Kept { version, name })
    }

    /// Lets a journal begin behind all that was written so far, and whatever else changes with it.
    pub(super) async fn turn(
        &self,
        held: &Held,
        writer: &mut Writer,
        snapshot: Option<Option<Kept>>,
    ) -> Result<(), StateError> {
        let journal = Place { epoch: held.epoch, number: writer.next };
        let put = held.change(|head| {
            head.journal = journal;
            if let Some(snapshot) = &snapshot {
                head.snapshot.clone_from(snapshot);
            }
        });
        put.await?;
        writer.phase = Phase::Empty;
        let head = held.head().await;
        writer.base = head.version().cloned();
        self.sweep(held, head.snapshot.as_ref(), journal).await;
        Ok(())
    }

    /// Whether nothing of the journal of the present snapshot is by another lease.
    pub(super) async fn check_journal(&self, held: &Held, base: &Version) -> Result<(), StateError> {
        let head = held.head().await;
        let Some(kept) = &head.snapshot else { return Err(changed(&held.stack, Some(base), None)) };
        if journal::read(&self.requests, &held.names, &head, kept).await?.is_empty() {
            return Ok(());
        }
        Err(StateError::Changed {
            stack: held.stack.clone().into(),
            expected: base.to_string(),
            found: format!("{base} and a journal"),
        })
    }
}

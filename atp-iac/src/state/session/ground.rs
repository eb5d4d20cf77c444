//! What a session finds when it has the lock.

use super::{Base, SessionPorts};
use crate::StackName;
use crate::history::Chronicle;
use crate::ports::random_uuid;
use crate::secrets::{DataKey, Sealer, SecretError, WrappedKeys};
use crate::state::backups::Keeper;
use crate::state::encoding::Encoding;
use crate::state::read::{digest, replay_journal, snapshot, unlock_secrets};
use crate::state::{Content, Lease, LiveClaim, Snapshot, StateError, StateView, Survey, Version};

/// A state as the holder of the lock finds it.
pub(super) struct Ground {
    pub encoding: Encoding,
    pub keys: WrappedKeys,
    /// The snapshot; `None` of a new stack.
    pub version: Option<Version>,
    /// What the snapshot says.
    pub body: Vec<u8>,
    /// Of the snapshot and of what those recorded who are gone.
    pub digest: Option<String>,
    /// The snapshot, with that.
    pub view: StateView,
    /// Whether somebody who is gone had left a journal.
    pub replayed: bool,
    /// Why the record of a run that was cut off could not be written.
    pub missed: Option<StateError>,
    /// Who is at work.
    pub beside: Vec<LiveClaim>,
}

impl Ground {
    /// Reads what is there, and writes what a run that was cut off left into the history.
    pub async fn read(
        ports: &SessionPorts,
        lease: &Lease,
        chronicle: Option<&Chronicle>,
    ) -> Result<Ground, StateError> {
        let stack = lease.stack();
        let Survey { snapshot: found, journals, beside } = ports.store.survey(lease).await?;
        let Some((version, content)) = found else {
            let (encoding, keys, view) = create(ports, stack).await?;
            let (version, body, digest, replayed, missed) = (None, Vec::new(), None, false, None);
            return Ok(Ground { encoding, keys, version, body, digest, view, replayed, missed, beside });
        };
        let encoding = unlock_secrets(stack, &content, &*ports.keys).await?;
        let digest = digest(&version, journals.iter().flatten());
        let (view, replayed) = (snapshot(&encoding, &content)?, !journals.is_empty());
        let Content { keys, body, .. } = content;
        let mut ground = Ground {
            encoding,
            keys,
            version: Some(version),
            body,
            digest: Some(digest),
            view,
            replayed,
            missed: None,
            beside,
        };
        for journal in &journals {
            ground.absorb(journal, chronicle).await?;
        }
        Ok(ground)
    }

    /// Takes in what somebody recorded who is gone.
    async fn absorb(&mut self, journal: &[Vec<u8>], chronicle: Option<&Chronicle>) -> Result<(), StateError> {
        let before = self.view.clone();
        replay_journal(&self.encoding, journal, &mut self.view)?;
        if let (Some(chronicle), Some(version)) = (chronicle, &self.version) {
            let fingerprints = self.encoding.sealer().fingerprints();
            let digest = digest(version, journal);
            let views = (&before, &self.view);
            match Box::pin(chronicle.cut_off(views, (version, &digest), fingerprints)).await {
                Ok(head) => self.view.set_history(head),
                Err(error) => drop(self.missed.get_or_insert(error)),
            }
        }
        Ok(())
    }

    /// From where the writer goes on.
    pub fn base(&self, ports: &SessionPorts, stack: &StackName) -> Result<Base, StateError> {
        let prepared = if self.version.is_none() || self.replayed {
            let (lineage, keys) = (self.view.lineage().to_owned(), self.keys.clone());
            // Its serial is known when it is written.
            Some(Content { lineage, serial: 0, keys, body: self.encoding.write_body(&self.view)? })
        } else {
            None
        };
        Ok(Base {
            version: self.version.clone(),
            body: self.body.clone(),
            keys: self.keys.clone(),
            prepared,
            journal: self.replayed,
            stopped: None,
            backups: Keeper::new(ports, stack),
        })
    }
}

async fn create(
    ports: &SessionPorts,
    stack: &StackName,
) -> Result<(Encoding, WrappedKeys, StateView), StateError> {
    let secret = |source: SecretError| StateError::Secret { stack: stack.clone().into(), source };
    let lineage = random_uuid(&*ports.random)?;
    let key = DataKey::generate(&*ports.random).map_err(secret)?;
    let wrapped = ports.keys.wrap_for_all(&key, &lineage).await.map_err(secret)?;
    let encoding = Encoding::new(stack.clone(), Sealer::new(&key, &lineage));
    let view = StateView::new(Snapshot::empty(stack.clone(), lineage))?;
    Ok((encoding, wrapped, view))
}

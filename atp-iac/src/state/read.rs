//! Reading a state without the lock, and what reading has in common with a session.

use super::encoding::Encoding;
use super::{Content, StateError, StateStore, StateView, Stored, Version};
use crate::StackName;
use crate::secrets::{Fingerprints, KeyProvider, Sealer, WrappedKeys};
use sha2::{Digest, Sha256};

/// A state as it was when it was read.
#[derive(Clone)]
pub struct ReadState {
    /// What it says, with everything that was recorded since the snapshot.
    pub view: StateView,
    /// The snapshot.
    pub version: Version,
    /// Hash of the snapshot and of everything that was recorded since: equal only if nothing was written between.
    pub digest: String,
    /// Fingerprints with the key of the stack.
    pub fingerprints: Fingerprints,
    /// The key to its secrets, as each of those who may open it wrapped it.
    pub keys: WrappedKeys,
}

/// Reads the state of a stack, for a preview; `None` when it was never deployed.
///
/// # Errors
/// When anything of it is missing or damaged, or its secrets do not open.
pub async fn read_state(
    store: &dyn StateStore,
    stack: &StackName,
    keys: &dyn KeyProvider,
) -> Result<Option<ReadState>, StateError> {
    let Some(stored) = store.read(stack).await? else { return Ok(None) };
    let encoding = unlock_secrets(stack, &stored.content, keys).await?;
    let fingerprints = encoding.sealer().fingerprints().clone();
    let (view, digest) = (replay(&encoding, &stored)?, digest(&stored.version, &stored.journal));
    let keys = stored.content.keys;
    Ok(Some(ReadState { view, version: stored.version, digest, fingerprints, keys }))
}

/// A state that was read, with its journal; and fingerprints with its key.
pub(crate) async fn read_stored(
    stored: &Stored,
    stack: &StackName,
    keys: &dyn KeyProvider,
) -> Result<(StateView, Fingerprints), StateError> {
    let encoding = unlock_secrets(stack, &stored.content, keys).await?;
    Ok((replay(&encoding, stored)?, encoding.sealer().fingerprints().clone()))
}

/// The encoding with the key of the stack.
pub(crate) async fn unlock_secrets(
    stack: &StackName,
    content: &Content,
    keys: &dyn KeyProvider,
) -> Result<Encoding, StateError> {
    let unwrapped = keys.unwrap_any(&content.keys, &content.lineage).await;
    let key = unwrapped.map_err(|source| StateError::Secret { stack: stack.clone().into(), source })?;
    Ok(Encoding::new(stack.clone(), Sealer::new(&key, &content.lineage)))
}

/// The snapshot with the journal applied. Nothing of it runs any more.
pub(crate) fn replay(encoding: &Encoding, stored: &Stored) -> Result<StateView, StateError> {
    let mut view = snapshot(encoding, &stored.content)?;
    replay_journal(encoding, &stored.journal, &mut view)?;
    Ok(view)
}

/// The snapshot by itself.
pub(super) fn snapshot(encoding: &Encoding, content: &Content) -> Result<StateView, StateError> {
    let Content { lineage, serial, body, .. } = content;
    StateView::new(encoding.read_body(lineage, *serial, body)?)
}

/// Applies a journal to what was there before it.
pub(super) fn replay_journal(
    encoding: &Encoding,
    journal: &[Vec<u8>],
    view: &mut StateView,
) -> Result<(), StateError> {
    for batch in journal {
        for record in encoding.read_batch(batch)? {
            view.apply(&record)?;
        }
    }
    view.interrupt();
    Ok(())
}

/// Of a snapshot and of what was added to it.
pub(super) fn digest<'b>(version: &Version, journal: impl IntoIterator<Item = &'b Vec<u8>>) -> String {
    let mut hash = Sha256::new();
    hash.update(version.checksum.as_bytes());
    for batch in journal {
        hash.update((batch.len() as u64).to_le_bytes());
        hash.update(batch);
    }
    let digest: [u8; 32] = hash.finalize().into();
    format!("sha256:{}", super::file::hex(&digest))
}

//! Locks that are looked at, and taken from their holders.

use super::{Engine, EngineError};
use crate::StackName;
use crate::history::{self, Entry, LockBreak};
use crate::state::{Holder, Intent, LiveClaim, StateError};

impl Engine {
    /// Takes the lock of a stack from its holder, who cannot write from then on, and leaves a note of it. Gives the holder,
    /// if one is known.
    ///
    /// # Errors
    /// When the note or the lock cannot be written.
    pub async fn break_lock(&self, name: &StackName) -> Result<Option<Holder>, EngineError> {
        let holder = self.holder_of(name).await?;
        self.note_lock_break(name, "lock break", holder).await?;
        Ok(self.store.break_lock(name).await?)
    }

    /// Who works on a part of a stack beside whoever holds the lock, and what they claimed.
    ///
    /// # Errors
    /// When that cannot be read.
    pub async fn claims(&self, name: &StackName) -> Result<Vec<LiveClaim>, EngineError> {
        Ok(self.store.claims(name).await?)
    }

    /// Takes one claim from its holder, who cannot write from then on, and leaves a note of it. Others work on.
    ///
    /// # Errors
    /// When there is no claim of this number, or it cannot be written.
    pub async fn break_claim(&self, name: &StackName, epoch: u64) -> Result<Holder, EngineError> {
        let claims = self.store.claims(name).await?;
        if let Some(live) = claims.into_iter().find(|live| live.epoch == epoch) {
            self.note_lock_break(name, "lock break", Some(live.holder)).await?;
        }
        let broken = self.store.break_claim(name, epoch).await?;
        let none =
            || StateError::Refused(format!("nobody holds claim {epoch} of {name}; `lock show` shows all"));
        Ok(broken.ok_or_else(none)?)
    }

    /// Writes down that the lock is about to be taken from whoever holds it.
    pub(super) async fn note_lock_break(
        &self,
        name: &StackName,
        operation: &str,
        holder: Option<Holder>,
    ) -> Result<(), StateError> {
        let by = self.holder_for(operation);
        let note = LockBreak::new(name, &by, self.records.from.clone(), holder);
        note.keep(self.store.as_ref(), name, self.records.signer.as_deref()).await
    }

    /// The notes of locks that were broken, oldest first, as far as they are good.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn lock_breaks(&self, name: &StackName) -> Result<Vec<Entry<LockBreak>>, EngineError> {
        Ok(history::lock_breaks(self.store.as_ref(), name).await?.0)
    }

    /// The calls that were begun and have no result, as far as the state can be read: they may be under way still.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub async fn open_calls(&self, name: &StackName) -> Result<Vec<Intent>, EngineError> {
        Ok(self.state(name).await?.map_or_else(Vec::new, |view| view.pending().cloned().collect()))
    }
}

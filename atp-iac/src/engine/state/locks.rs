//! Locks that are looked at, and taken from their holders.

use super::{Engine, EngineError};
use crate::StackName;
use crate::state::{Holder, Intent, LiveClaim, StateError};

impl Engine {
    /// Takes the lock of a stack from its holder, who cannot write from then on. Gives the holder, if one is known.
    ///
    /// # Errors
    /// When the lock cannot be written.
    pub async fn break_lock(&self, name: &StackName) -> Result<Option<Holder>, EngineError> {
        Ok(self.store.break_lock(name).await?)
    }

    /// Who works on a part of a stack beside whoever holds the lock, and what they claimed.
    ///
    /// # Errors
    /// When that cannot be read.
    pub async fn claims(&self, name: &StackName) -> Result<Vec<LiveClaim>, EngineError> {
        Ok(self.store.claims(name).await?)
    }

    /// Takes one claim from its holder, who cannot write from then on. Others work on.
    ///
    /// # Errors
    /// When there is no claim of this number, or it cannot be written.
    pub async fn break_claim(&self, name: &StackName, epoch: u64) -> Result<Holder, EngineError> {
        let broken = self.store.break_claim(name, epoch).await?;
        let none =
            || StateError::Refused(format!("nobody holds claim {epoch} of {name}; `lock show` shows all"));
        Ok(broken.ok_or_else(none)?)
    }

    /// The calls that were begun and have no result, as far as the state can be read: they may be under way still.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub async fn open_calls(&self, name: &StackName) -> Result<Vec<Intent>, EngineError> {
        Ok(self.state(name).await?.map_or_else(Vec::new, |view| view.pending().cloned().collect()))
    }
}

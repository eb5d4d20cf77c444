//! Locks that are looked at, and taken from their holders.

use super::{Engine, EngineError};
use crate::StackName;
use crate::state::{Holder, Intent};

impl Engine {
    /// Takes the lock of a stack from its holder, who cannot write from then on. Gives the holder, if one is known.
    ///
    /// # Errors
    /// When the lock cannot be written.
    pub async fn break_lock(&self, name: &StackName) -> Result<Option<Holder>, EngineError> {
        Ok(self.store.break_lock(name).await?)
    }

    /// The calls that were begun and have no result, as far as the state can be read: they may be under way still.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub async fn open_calls(&self, name: &StackName) -> Result<Vec<Intent>, EngineError> {
        Ok(self.state(name).await?.map_or_else(Vec::new, |view| view.pending().cloned().collect()))
    }
}

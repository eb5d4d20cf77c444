//! The keys of stacks: who wraps them, and changing them.

use super::{Engine, EngineError};
use crate::StackName;
use crate::secrets::WrappedKeys;
use crate::state::KeyChange;

impl Engine {
    /// The key of a stack as it is wrapped; `None` when the stack was never deployed. Nothing is opened.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub async fn wrapped_keys(&self, name: &StackName) -> Result<Option<WrappedKeys>, EngineError> {
        Ok(self.store.read(name).await?.map(|stored| stored.content.keys))
    }

    /// Who wraps keys from now on, in order.
    pub fn key_wrappers(&self) -> Vec<&str> {
        self.keys.wrappers()
    }

    /// Gives a stack another key, or has its key wrapped anew, under the lock and in one step: after a crash the state is
    /// as before or as after. `None` when the stack was never deployed.
    ///
    /// What was kept before, such as backups, keeps its own key, wrapped as it was.
    ///
    /// # Errors
    /// When the state cannot be locked, read or written, the present key does not open, or the next one cannot be wrapped.
    pub async fn change_key(
        &self,
        name: &StackName,
        change: KeyChange,
    ) -> Result<Option<WrappedKeys>, EngineError> {
        let operation = match change {
            KeyChange::NewKey => "secrets rotate",
            KeyChange::NewWrapping => "secrets change-provider",
        };
        let session = self.open_for(name, operation).await?;
        let changed = match session.version() {
            Some(_) => session.change_key(&self.session_ports(), change).await.map(Some),
            None => Ok(None),
        };
        let closed = session.close().await;
        let changed = changed?;
        closed?;
        Ok(changed)
    }
}

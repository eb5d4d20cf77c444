//! Backups, by hand and back.

use super::{Engine, EngineError};
use crate::StackName;
use crate::state::{Incoming, Restored, StateError, Version, back_up, backup, backups, restore};

impl Engine {
    /// Keeps a backup of the state now; its serial, or `None` when there is no state.
    ///
    /// # Errors
    /// When the stack is locked, or its state cannot be read or kept.
    pub async fn back_up(&self, name: &StackName) -> Result<Option<u64>, EngineError> {
        Ok(back_up(&self.session_ports(), name, &self.holder_for("state backup"), self.wait()).await?)
    }

    /// The backups of a stack, oldest first, each with its version or what is wrong with it.
    ///
    /// # Errors
    /// When they cannot be listed.
    pub async fn backups(
        &self,
        name: &StackName,
    ) -> Result<Vec<(u64, Result<Version, StateError>)>, EngineError> {
        let mut all = Vec::new();
        for serial in backups(self.store.as_ref(), name).await? {
            match backup(self.store.as_ref(), name, serial).await {
                Ok(Some((version, _))) => all.push((serial, Ok(version))),
                // It was let go of meanwhile.
                Ok(None) => {}
                Err(error) => all.push((serial, Err(error))),
            }
        }
        Ok(all)
    }

    /// A backup, to put it back.
    ///
    /// # Errors
    /// When there is none with this serial, or it is damaged.
    pub async fn backup(&self, name: &StackName, serial: u64, force: bool) -> Result<Incoming, EngineError> {
        let found = backup(self.store.as_ref(), name, serial).await?;
        let Some((_, content)) = found else {
            let message =
                format!("there is no backup with serial {serial}; `state backups` shows all of them");
            return Err(StateError::Refused(message).into());
        };
        Ok(Incoming {
            name: format!("the backup {serial}"),
            content,
            force,
            newer_only: false,
            only_over: None,
            operation: "state restore",
        })
    }

    /// Puts a snapshot in the place of the present state. `decide` hears first what that means; `None` when it does not
    /// want it.
    ///
    /// # Errors
    /// When the stack is locked, the snapshot is of another stack, lineage or key, or something cannot be written.
    pub async fn restore(
        &self,
        name: &StackName,
        incoming: &Incoming,
        decide: &mut (dyn FnMut(&Restored) -> bool + Send),
    ) -> Result<Option<Restored>, EngineError> {
        let chronicle = self.chronicle(name, &self.holder_for(incoming.operation));
        Ok(restore(&self.session_ports(), (&chronicle, self.wait()), incoming, decide).await?)
    }
}

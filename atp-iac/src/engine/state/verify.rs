//! Looking whether a state is whole, and mending it.

use super::{Engine, EngineError};
use crate::StackName;
use crate::state::{Diagnosis, Lease, Problem, StateError, diagnose, put};

impl Engine {
    /// Everything that is wrong with the state of a stack. Takes no lock and writes nothing.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn verify_state(&self, name: &StackName) -> Result<Vec<Problem>, EngineError> {
        Ok(diagnose(&self.session_ports(), name).await?.problems)
    }

    /// Repairs the state of a stack, under the lock. `decide` hears first what is wrong; what is there is kept as a backup
    /// before. Gives the serial of the repaired state, and the warnings; `None` when it was not wanted, or there is nothing
    /// that can be repaired.
    ///
    /// # Errors
    /// When the stack is locked, or something cannot be written.
    pub async fn repair_state(
        &self,
        name: &StackName,
        decide: &mut (dyn FnMut(&[Problem]) -> bool + Send),
    ) -> Result<Option<(u64, Vec<String>)>, EngineError> {
        let lease = self.store.lock(name, &self.holder_for("state repair"), self.wait()).await?;
        let repaired = self.repair_locked(&lease, decide).await;
        let unlocked = self.store.unlock(&lease).await;
        let repaired = repaired?;
        unlocked?;
        Ok(repaired)
    }

    async fn repair_locked(
        &self,
        lease: &Lease,
        decide: &mut (dyn FnMut(&[Problem]) -> bool + Send),
    ) -> Result<Option<(u64, Vec<String>)>, StateError> {
        let ports = self.session_ports();
        let Diagnosis { problems, parts, mended } = diagnose(&ports, lease.stack()).await?;
        let Some(mended) = mended else {
            decide(&problems);
            return Ok(None);
        };
        if !decide(&problems) {
            return Ok(None);
        }
        let (version, warnings) = put(&ports, lease, &parts, mended).await?;
        Ok(Some((version.serial, warnings)))
    }
}

//! Looking whether a state is whole, and mending it.

use super::{Engine, EngineError};
use crate::StackName;
use crate::history::Chronicle;
use crate::state::{Diagnosis, Lease, Mended, Place, Problem, StateError, diagnose, keep_replaced, place};

/// What a repair did.
#[derive(Debug, Default)]
pub struct Repaired {
    /// The lock can be taken again.
    pub lock: bool,
    /// The serial of the state that took the place of the damaged one; `None` when only the lock was mended.
    pub serial: Option<u64>,
    /// What is still wrong.
    pub left: Vec<Problem>,
    /// What could not be done, though the state is safe.
    pub warnings: Vec<String>,
}

impl Engine {
    /// Everything that is wrong with the state of a stack. Takes no lock and writes nothing.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn verify_state(&self, name: &StackName) -> Result<Vec<Problem>, EngineError> {
        Ok(diagnose(&self.session_ports(), name).await?.problems)
    }

    /// Repairs the state of a stack, under the lock, which is mended first where it has to be. `decide` hears before what is
    /// wrong; what is there is kept as a backup before. `None` when it was not wanted, or there is nothing that can be
    /// repaired.
    ///
    /// # Errors
    /// When the stack is locked, or something cannot be written.
    pub async fn repair_state(
        &self,
        name: &StackName,
        decide: &mut (dyn FnMut(&[Problem]) -> bool + Send),
    ) -> Result<Option<Repaired>, EngineError> {
        let ports = self.session_ports();
        let Diagnosis { problems, parts, .. } = diagnose(&ports, name).await?;
        let mut agreed = None;
        if parts.lock.is_err() {
            if !decide(&problems) {
                return Ok(None);
            }
            keep_replaced(&ports, name, &parts.raw).await?;
            self.note_lock_break(name, "state repair", None).await?;
            self.store.mend_lock(name).await?;
            agreed = Some(problems);
        }
        let chronicle = self.chronicle(name, &self.holder_for("state repair"));
        let lease = self.store.lock(name, &chronicle.by, self.wait()).await?;
        let repaired = self.repair_locked(&lease, &chronicle, agreed, decide).await;
        let unlocked = self.store.unlock(&lease).await;
        let repaired = repaired?;
        unlocked?;
        Ok(repaired)
    }

    /// The lock is good; `agreed` is what was to be repaired together with it.
    async fn repair_locked(
        &self,
        lease: &Lease,
        chronicle: &Chronicle,
        agreed: Option<Vec<Problem>>,
        decide: &mut (dyn FnMut(&[Problem]) -> bool + Send),
    ) -> Result<Option<Repaired>, StateError> {
        let ports = self.session_ports();
        let Diagnosis { problems, parts, mended } = diagnose(&ports, lease.stack()).await?;
        let lock = agreed.is_some();
        let is_agreed = agreed.is_some_and(|agreed| problems.iter().all(|one| agreed.contains(one)));
        let wanted = is_agreed || decide(&problems);
        let (true, Some(mended)) = (wanted, mended) else {
            let repaired = Repaired { lock, left: problems, ..Repaired::default() };
            return Ok(lock.then_some(repaired));
        };
        let what: Vec<&str> =
            problems.iter().filter(|one| one.repairable).map(|one| one.message.as_str()).collect();
        let note = format!("repaired from the copy with serial {}: {}", mended.from.serial, what.join("; "));
        chronicle.tell(|account| account.note = Some(note));
        let Mended { view, encoding, content, .. } = mended;
        let placed = Place { view, encoding, content, known: None };
        let (version, warnings) = place(&ports, lease, &parts, chronicle, placed).await?;
        Ok(Some(Repaired { lock, serial: Some(version.serial), left: Vec::new(), warnings }))
    }
}

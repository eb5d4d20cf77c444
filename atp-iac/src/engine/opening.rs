//! How the engine takes the lock of a stack to change something.

use super::claims::InTheWay;
use super::{Engine, EngineError};
use crate::StackName;
use crate::history::Chronicle;
use crate::state::{Holder, SessionPorts, StateSession, Wait};
use std::time::Duration;

/// How long an update of a part of a stack waits still, and for whom.
pub(super) struct Waits {
    left: Duration,
    /// Who is in its way.
    pub before: InTheWay,
}

impl Engine {
    /// For an update of a part of a stack, before it met anybody.
    pub(super) fn waits(&self) -> Waits {
        Waits { left: self.lock_wait, before: InTheWay { claims: Vec::new(), otherwise: None } }
    }

    /// Takes the lock of a stack for all of it.
    pub(super) async fn open_for(
        &self,
        name: &StackName,
        operation: &str,
    ) -> Result<StateSession, EngineError> {
        let (ports, holder, chronicle) = self.opening(name, operation).await?;
        Ok(StateSession::open_with(&ports, name, &holder, self.wait(), Some(chronicle)).await?)
    }

    /// Takes it for a part, once those have ended who are in the way.
    pub(super) async fn open_part_for(
        &self,
        name: &StackName,
        operation: &str,
        waits: &mut Waits,
    ) -> Result<StateSession, EngineError> {
        let (ports, holder, chronicle) = self.opening(name, operation).await?;
        let wait = Wait { at_most: waits.left, ..self.wait() };
        let (began, after) = (self.clock.now(), (&waits.before.claims[..], wait));
        let opened = StateSession::open_part(&ports, name, &holder, after, Some(chronicle)).await;
        let waited = (self.clock.now() - began).try_into().unwrap_or_default();
        waits.left = waits.left.saturating_sub(waited);
        opened.map_err(EngineError::from).map_err(|error| match waits.before.otherwise.take() {
            Some(otherwise) if error.is_locked() => otherwise,
            _ => error,
        })
    }

    /// What a session is opened with that changes something. What could not be signed afterwards is not begun.
    async fn opening(
        &self,
        name: &StackName,
        operation: &str,
    ) -> Result<(SessionPorts, Holder, Chronicle), EngineError> {
        self.check_signer().await?;
        let holder = self.holder_for(operation);
        let chronicle = self.chronicle(name, &holder);
        Ok((self.session_ports(), holder, chronicle))
    }

    pub(super) fn session_ports(&self) -> SessionPorts {
        SessionPorts {
            store: self.store.clone(),
            keys: self.keys.clone(),
            clock: self.clock.clone(),
            random: self.random.clone(),
            retention: self.retention,
        }
    }

    pub(super) fn wait(&self) -> Wait<'_> {
        Wait { at_most: self.lock_wait, on_wait: self.on_wait.as_ref() }
    }

    pub(super) fn holder_for(&self, operation: &str) -> Holder {
        Holder { operation: operation.to_owned(), since: self.clock.now(), ..self.who.clone() }
    }
}

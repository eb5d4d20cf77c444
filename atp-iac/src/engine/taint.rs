//! Marks what the next update replaces.

use super::{Engine, EngineError};
use crate::state::{Record, ResourceState, StateSession};
use crate::{StackName, Urn};

impl Engine {
    /// Says that the next update replaces a resource, or takes that back. Copies that were replaced already are not meant.
    /// Whether that is new.
    ///
    /// # Errors
    /// When the state does not have the resource, or cannot be locked, read or written.
    pub async fn taint(&self, name: &StackName, urn: &Urn, tainted: bool) -> Result<bool, EngineError> {
        let session = self.open_for(name, if tainted { "taint" } else { "untaint" }).await?;
        let result = self.mark(&session, urn, tainted).await;
        Ok(self.finish(&session, result).await?.0)
    }

    async fn mark(&self, session: &StateSession, urn: &Urn, tainted: bool) -> Result<bool, EngineError> {
        let resource = session.with_view(|view| view.get(urn).cloned());
        let resource = resource.ok_or_else(|| EngineError::NoResource { urn: urn.clone() })?;
        let is_new = resource.tainted != tainted;
        if is_new {
            let resource = ResourceState { tainted, ..resource };
            session.record(Record::Saved { step: None, resource }).await?;
        }
        Ok(is_new)
    }
}

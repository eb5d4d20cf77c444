//! Marks what the next update replaces.

use super::{Changed, Engine, EngineError};
use crate::state::{Record, ResourceState, StateView};
use crate::{StackName, Urn};

impl Engine {
    /// Says that the next update replaces a resource, or takes that back. Copies that were replaced already are not meant.
    ///
    /// # Errors
    /// When the state does not have the resource, or cannot be locked, read or written.
    pub async fn taint(&self, name: &StackName, urn: &Urn, tainted: bool) -> Result<Changed, EngineError> {
        let tell = |view: &StateView| {
            let resource = view.get(urn).ok_or_else(|| EngineError::NoResource { urn: urn.clone() })?;
            let is_new = resource.tainted != tainted;
            let resource = ResourceState { tainted, ..resource.clone() };
            let records = if is_new { vec![Record::Saved { step: None, resource }] } else { Vec::new() };
            let shown = urn.name();
            let message = match (tainted, is_new) {
                (true, true) => format!("{shown} is tainted: the next `up` replaces it"),
                (true, false) => format!("{shown} was tainted already"),
                (false, true) => format!("{shown} is not tainted any more"),
                (false, false) => format!("{shown} was not tainted"),
            };
            Ok((records, vec![message]))
        };
        self.change(name, if tainted { "taint" } else { "untaint" }, tell).await
    }
}

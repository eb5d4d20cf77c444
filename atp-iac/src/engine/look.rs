//! What is known of a stack besides its outputs, for people.

use super::{Engine, EngineError};
use crate::StackName;
use crate::apply::refresh;
use crate::state::{Holder, Record};

impl Engine {
    /// Who holds the lock of a stack, as far as is known.
    ///
    /// # Errors
    /// When the lock cannot be read.
    pub async fn holder_of(&self, name: &StackName) -> Result<Option<Holder>, EngineError> {
        Ok(self.store.holder(name).await?)
    }

    /// How many resources of a stack were changed or deleted outside of it. Reads the cloud, and writes nothing.
    ///
    /// # Errors
    /// When the state or the cloud cannot be read.
    pub async fn drifted(&self, name: &StackName) -> Result<usize, EngineError> {
        let Some(view) = self.state(name).await? else { return Ok(0) };
        let refreshed = refresh(&view, &self.providers, self.parallel, self.limits()).await?;
        let gone = refreshed.records.iter().filter(|record| matches!(record, Record::Removed { .. }));
        Ok(refreshed.drift.len() + gone.count())
    }
}

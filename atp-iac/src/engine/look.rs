//! What is known of a stack besides its outputs, for people.

use super::{Engine, EngineError};
use crate::StackName;
use crate::plan::Selection;
use crate::state::Holder;

impl Engine {
    /// Who holds the lock of a stack, as far as is known; where nobody does, whoever claimed a part of it first.
    ///
    /// # Errors
    /// When the lock cannot be read.
    pub async fn holder_of(&self, name: &StackName) -> Result<Option<Holder>, EngineError> {
        match self.store.holder(name).await? {
            Some(holder) => Ok(Some(holder)),
            None => Ok(self.store.claims(name).await?.into_iter().next().map(|live| live.holder)),
        }
    }

    /// How many resources of a stack were changed or deleted outside of it. Reads the cloud, and writes nothing.
    ///
    /// # Errors
    /// When the state or the cloud cannot be read.
    pub async fn drifted(&self, name: &StackName) -> Result<usize, EngineError> {
        let mut reading = self.drift(name, &Selection::default()).await?;
        match reading.failures.pop() {
            Some(error) => Err(error.into()),
            None => Ok(reading.drifted.len()),
        }
    }
}

//! How a state, and a plan, is written: JSON, secrets sealed, URNs of the same stack without their common beginning.
//!
//! Invariant: the same state gives the same bytes.
//! Invariant: no secret is in these bytes in clear.

mod body;
mod lifecycle;
mod record;
mod resource;
pub mod time;
mod value;

pub use lifecycle::{LifecycleIn, LifecycleOut};
pub use record::HolderForm;
pub use resource::{ResourceIn, ResourceOut};
pub use value::{Plain, Sealed};

use super::StateError;
use crate::secrets::Sealer;
use crate::{StackName, Urn};
use serde::de::DeserializeOwned;

/// Writes and reads the state of one stack, or a plan of it.
#[derive(Clone)]
pub struct Encoding {
    stack: StackName,
    /// What the URNs of the stack begin with.
    prefix: String,
    sealer: Sealer,
    /// Values need not be known.
    of_plan: bool,
}

impl Encoding {
    pub fn new(stack: StackName, sealer: Sealer) -> Self {
        let StackName { environment, region, stack: name } = &stack;
        let prefix = format!("urn:atp:{environment}:{region}:{name}::");
        Encoding { stack, prefix, sealer, of_plan: false }
    }

    /// One of a plan: what is not known yet can be written, too.
    pub fn of_plan(stack: StackName, sealer: Sealer) -> Self {
        Encoding { of_plan: true, ..Encoding::new(stack, sealer) }
    }

    pub fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// The URN as it is written: without the beginning, unless that could be misread.
    pub fn short<'u>(&self, urn: &'u Urn) -> &'u str {
        match urn.as_str().strip_prefix(&self.prefix) {
            Some(tail) if !tail.starts_with("urn:") => tail,
            _ => urn.as_str(),
        }
    }

    pub fn long(&self, text: &str) -> Result<Urn, StateError> {
        let urn = if text.starts_with("urn:") {
            Urn::parse(text)
        } else {
            Urn::parse(&[&self.prefix, text].concat())
        };
        urn.map_err(|error| self.damaged(error))
    }

    /// For what has the right checksum and still cannot be read.
    pub fn damaged(&self, what: impl ToString) -> StateError {
        StateError::Corrupt { file: format!("the state of {}", self.stack), what: what.to_string() }
    }

    fn parse<T: DeserializeOwned>(&self, bytes: &[u8]) -> Result<T, StateError> {
        serde_json::from_slice(bytes).map_err(|error| self.damaged(error))
    }

    fn unwritable(&self, error: serde_json::Error) -> StateError {
        StateError::Write { file: format!("the state of {}", self.stack), source: error.into() }
    }
}

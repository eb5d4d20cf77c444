//! What an operation writes down while it runs: each record is durable before the operation goes on.

use super::{Holder, Lifecycle, ResourceState};
use crate::Urn;
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use time::OffsetDateTime;

/// One entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// An operation begins. What was pending before is pending still, but no longer running.
    Begin {
        /// Such as `up` or `destroy`.
        operation: String,
        /// Hash of the plan that is carried out.
        plan: String,
        /// When.
        at: OffsetDateTime,
        /// By whom.
        by: Holder,
    },
    /// The cloud is about to be called.
    Intent(Intent),
    /// A resource is as given here; replaces what was known of it.
    Saved {
        /// The step of the intent that it ends, if any.
        step: Option<u64>,
        /// What is known now.
        resource: ResourceState,
    },
    /// An object is not there any more, or is not managed any more.
    Removed {
        /// The step of the intent that it ends, if any.
        step: Option<u64>,
        /// The resource.
        urn: Urn,
        /// Which object, among the present one and the replaced ones.
        id: String,
    },
    /// A call failed and had no effect: the intent is over.
    Failed {
        /// The step of the intent that it ends.
        step: u64,
        /// The resource.
        urn: Urn,
        /// Why. Never contains a secret.
        message: String,
    },
    /// The present object becomes a replaced one, to be deleted later.
    MarkReplaced {
        /// The resource.
        urn: Urn,
        /// The id of the present object.
        id: String,
    },
    /// Resources have other URNs from now on, all of them at once: their present objects, replaced copies and open calls,
    /// and whatever refers to them.
    Moved {
        /// The URN that each had, and the one that it has now.
        urns: BTreeMap<Urn, Urn>,
    },
    /// The outputs of the stack, all of them.
    Outputs {
        /// Contract of the program.
        contract: u64,
        /// By name.
        values: BTreeMap<String, Value>,
    },
    /// Some outputs of the stack: the others stay as they are.
    SomeOutputs {
        /// Contract of the program.
        contract: u64,
        /// By name.
        values: BTreeMap<String, Value>,
        /// The names of those that are there no more.
        dropped: BTreeSet<String>,
    },
    /// The operation ended.
    End {
        /// How.
        result: Outcome,
    },
}

/// A call to the cloud that is about to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// Number of the step, unique among the running ones of one operation.
    pub step: u64,
    /// What is done.
    pub action: Action,
    /// The resource.
    pub urn: Urn,
    /// Its type.
    pub kind: String,
    /// Name of its provider.
    pub provider: String,
    /// Its id in the cloud; empty when the cloud chooses it.
    pub id: String,
    /// What it is created with or updated to; null for a delete.
    pub inputs: Value,
    /// What it refers to directly.
    pub dependencies: Vec<Urn>,
    /// What later runs have to know of its options.
    pub lifecycle: Lifecycle,
    /// `file:line` of the declaration.
    pub location: Option<String>,
    /// The delete is about an object that was replaced.
    pub replaced: bool,
    /// When.
    pub at: OffsetDateTime,
}

/// What is done to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// It is made.
    Create,
    /// It is changed in place.
    Update,
    /// It is deleted.
    Delete,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Action::Create => "create",
            Action::Update => "update",
            Action::Delete => "delete",
        })
    }
}

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was done.
    Done,
    /// Something failed.
    Failed,
    /// It was asked to stop.
    Interrupted,
}

//! What is known of a stack at one moment.

use super::{Holder, Intent, Lifecycle, Outcome};
use crate::value::Value;
use crate::{StackName, Urn};
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// Everything that the state holds of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Given once, when the stack is first deployed; another lineage is another history.
    pub lineage: String,
    /// Rises by one with every changed snapshot.
    pub serial: u64,
    /// Whose state it is.
    pub stack: StackName,
    /// Contract of the program that deployed it last.
    pub contract: u64,
    /// Outputs of the stack by name.
    pub outputs: BTreeMap<String, Value>,
    /// The update that was carried out last; `None` in a state that nothing was done with since this is kept.
    pub last_update: Option<LastUpdate>,
    /// Where the history of the stack stands; `None` in a state that was written before there was one.
    pub history: Option<HistoryHead>,
    /// The resources, first saved first.
    pub resources: Vec<ResourceState>,
    /// What was begun and never ended: a crash came between. The next operation looks what became of it.
    pub pending: Vec<Intent>,
}

impl Snapshot {
    /// The state of a stack that has nothing yet.
    pub fn empty(stack: StackName, lineage: impl Into<String>) -> Self {
        Snapshot {
            lineage: lineage.into(),
            serial: 0,
            stack,
            contract: 0,
            outputs: BTreeMap::new(),
            last_update: None,
            history: None,
            resources: Vec::new(),
            pending: Vec::new(),
        }
    }
}

/// An update that was carried out, or is. One that had nothing to do leaves no trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastUpdate {
    /// Such as `up` or `destroy`.
    pub operation: String,
    /// Hash of the plan.
    pub plan: String,
    /// When it began.
    pub at: OffsetDateTime,
    /// By whom.
    pub by: Holder,
    /// How it ended; `None` while it runs, and after it was cut off.
    pub result: Option<Outcome>,
}

/// Where the history of a stack stands, as its state says it: so that records that are missing at the end are missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryHead {
    /// The number of the record that the last change of the state has.
    pub number: u64,
    /// Checksum of the record before that one; `None` of the first one, and where it could not be read.
    pub before: Option<String>,
    /// Who changed the state: enough to write that record later, if it could not be written then.
    pub by: Holder,
}

/// One object in the cloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceState {
    /// Its name in the program. Once with `replaced` false; any number of times, with different ids, with true.
    pub urn: Urn,
    /// Its type, as the provider knows it.
    pub kind: String,
    /// Name of the provider that manages it.
    pub provider: String,
    /// Its id in the cloud.
    pub id: String,
    /// What the program said.
    pub inputs: Value,
    /// What the cloud said.
    pub outputs: Value,
    /// What it refers to directly.
    pub dependencies: Vec<Urn>,
    /// What later runs have to know of its options.
    pub lifecycle: Lifecycle,
    /// When it was created. Stamped by the session.
    pub created: OffsetDateTime,
    /// When it was changed last. Stamped by the session.
    pub modified: OffsetDateTime,
    /// Its replacement was created, and it still has to be deleted.
    pub replaced: bool,
    /// A call failed half way; the next update repairs it.
    pub incomplete: bool,
    /// Somebody asked that the next update replaces it.
    pub tainted: bool,
    /// `file:line` of the declaration.
    pub location: Option<String>,
}

impl ResourceState {
    /// Whether both say the same, apart from when.
    pub fn same_content(&self, other: &ResourceState) -> bool {
        let ResourceState {
            urn,
            kind,
            provider,
            id,
            inputs,
            outputs,
            dependencies,
            lifecycle,
            created: _,
            modified: _,
            replaced,
            incomplete,
            tainted,
            location,
        } = self;
        *urn == other.urn
            && *kind == other.kind
            && *provider == other.provider
            && *id == other.id
            && *inputs == other.inputs
            && *outputs == other.outputs
            && *dependencies == other.dependencies
            && *lifecycle == other.lifecycle
            && *replaced == other.replaced
            && *incomplete == other.incomplete
            && *tainted == other.tainted
            && *location == other.location
    }
}

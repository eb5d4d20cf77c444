//! The parts of a plan.

use super::{LeftOut, Notice, Preparation, Proposal, StepGraph, Telling, Told, Work};
use crate::diff::Change;
use crate::output::Expression;
use crate::program::{Location, StackOutputs};
use crate::resource::Options;
use crate::secrets::Fingerprints;
use crate::state::{Lifecycle, ResourceState};
use crate::value::{Kind, Path, Patterns, Value};
use crate::{StackName, Urn};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What an update will do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// To which stack.
    pub stack: StackName,
    /// Which state it was made from.
    pub base: Base,
    /// What the state is told before the first step.
    pub preparation: Preparation,
    /// What people should know besides.
    pub notices: Vec<Notice>,
    /// What seems to be the same under another name, and is deleted and created unless somebody says that it is.
    pub proposals: Vec<Proposal>,
    /// What happens to each resource: those of the program in its order, then those that go.
    pub operations: Vec<Operation>,
    /// The order in which it happens.
    pub steps: StepGraph,
    /// What cannot be undone once the plan was carried out.
    pub warnings: Vec<Irreversible>,
    /// Why the plan may not be applied. Empty when it may.
    pub refusals: Vec<Refusal>,
    /// What the plan is not about, where only a part of the stack was selected.
    pub left_out: LeftOut,
    /// What happens to the outputs of the stack.
    pub outputs: BTreeMap<String, OutputChange>,
    /// The outputs as the program computes them; `None` for a destroy.
    pub output_expressions: Option<BTreeMap<String, Expression>>,
    /// Contract of the outputs.
    pub contract: u64,
    /// Tells secrets apart without showing them, with the key of the stack.
    pub fingerprints: Option<Fingerprints>,
    /// What queries answered before the plan was made.
    pub answers: Answers,
    /// The queries that can be asked before the plan, and were not: ask them, and plan again.
    pub unanswered: Vec<Question>,
}

/// What queries answered, by URN. Secrets in it are marked.
pub type Answers = BTreeMap<Urn, Value>;

/// A query whose inputs are known.
#[derive(Debug, Clone)]
pub struct Question {
    /// Which query.
    pub urn: Urn,
    /// Who answers it.
    pub provider: String,
    /// What is asked for.
    pub inputs: Value,
    /// Where it was declared.
    pub location: Location,
}

/// The state that a plan was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// Lineage of the state; empty when there is none yet.
    pub lineage: String,
    /// Serial of the state.
    pub serial: u64,
}

/// What happens to one resource.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Which resource.
    pub urn: Urn,
    /// Its type.
    pub kind: String,
    /// Its provider.
    pub provider: String,
    /// What happens.
    pub action: OperationKind,
    /// The inputs as far as they are known; those of the state for a delete.
    pub inputs: Value,
    /// The inputs as the program says them; `None` for a delete.
    pub expression: Option<Arc<Expression>>,
    /// The properties that differ.
    pub changes: Vec<Change>,
    /// What the state has of it, when an operation needs it.
    pub old: Option<Box<ResourceState>>,
    /// The resources that it waits for. In the place of a query stand those that the query waits for.
    pub dependencies: BTreeSet<Urn>,
    /// The queries that it waits for, of those that are asked while the plan is carried out.
    pub queries: BTreeSet<Urn>,
    /// What later runs have to know of its options.
    pub lifecycle: Lifecycle,
    /// What the program says of it besides its properties; of what it does not declare, at most hooks.
    pub options: Option<Arc<Options>>,
    /// Whether what it holds is lost when it is deleted or replaced.
    pub holds_data: bool,
    /// Where it was declared; `None` for a delete.
    pub location: Option<Location>,
    /// Why, where the changes do not say it.
    pub reason: Option<String>,
    /// What its old object goes with: nothing is called to delete it.
    pub goes_with: Option<Urn>,
}

/// What happens to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationKind {
    /// Nothing.
    Same,
    /// It is made.
    Create,
    /// It is changed in place.
    Update,
    /// A new one is made, then the old one is deleted.
    Replace,
    /// The old one is deleted, then a new one is made, because both have the same id.
    ReplaceDeleteFirst,
    /// It is deleted.
    Delete,
    /// It stays in the cloud, and is not managed any more.
    Retain,
    /// It is a query that could not be asked before the plan.
    Read,
}

impl Operation {
    /// The name of the provider that does a step: what an object was made by deletes it.
    pub fn provider_of(&self, work: Work) -> &str {
        match (&self.old, work) {
            (Some(old), Work::Delete) => &old.provider,
            _ => &self.provider,
        }
    }

    /// Whether the program forbids that the old one is deleted before the new one is there.
    pub(crate) fn keeps_old(&self) -> bool {
        let told = self.options.as_ref().and_then(|options| options.delete_before_replace);
        self.action == OperationKind::Replace && told == Some(false)
    }

    /// The inputs as they were resolved, with what is ignored as the plan says it: as in the state.
    pub(crate) fn keep_ignored(&self, inputs: Value) -> Value {
        match (&self.options, &self.old) {
            (Some(options), Some(old)) if !options.ignore_changes.is_empty() => {
                options.ignore_changes.keep(&self.inputs, options.ignore_changes.keep(&old.inputs, inputs))
            }
            _ => inputs,
        }
    }

    /// The inputs for people: what is not to be shown is not in them.
    pub fn shown_inputs(&self) -> Cow<'_, Value> {
        match &self.options {
            Some(options) if !options.hide_diff.is_empty() => {
                Cow::Owned(hidden(&options.hide_diff, &Path::root(), self.inputs.clone()))
            }
            _ => Cow::Borrowed(&self.inputs),
        }
    }
}

/// What stands at a path, without what is not to be shown.
pub(super) fn hidden(hide: &Patterns, path: &Path, value: Value) -> Value {
    hide.replace(path, value, &Value::unknown(Kind::Any, "(hidden)"))
}

impl Operation {
    /// The type of the object that a step is about: what is deleted may have had another one.
    pub fn kind_of(&self, work: Work) -> &str {
        match (&self.old, work) {
            (Some(old), Work::Delete) => &old.kind,
            _ => &self.kind,
        }
    }
}

impl OperationKind {
    /// Whether inputs are sent to the cloud.
    pub fn writes(self) -> bool {
        matches!(self, OperationKind::Create | OperationKind::Update) || self.replaces()
    }

    /// Whether the resource is not managed any more afterwards: deleted, or forgotten.
    pub fn leaves(self) -> bool {
        matches!(self, OperationKind::Delete | OperationKind::Retain)
    }

    /// Whether the resource is replaced, in either order.
    pub fn replaces(self) -> bool {
        matches!(self, OperationKind::Replace | OperationKind::ReplaceDeleteFirst)
    }
}

/// Something that a plan does and nobody can undo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Irreversible {
    /// To which resource.
    pub urn: Urn,
    /// By which property.
    pub path: Path,
    /// What follows from it.
    pub message: String,
}

/// Why a plan may not be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which resource stands against it.
    pub urn: Urn,
    /// Why.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// What happens to an output of the stack.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputChange {
    /// What it was; `None` when it is new.
    pub before: Option<Value>,
    /// What it will be; `None` when it is dropped.
    pub after: Option<Value>,
}

impl OutputChange {
    /// Whether there is a change at all.
    pub fn is_change(&self) -> bool {
        self.before != self.after || self.after.as_ref().is_some_and(Value::has_unknown)
    }
}

/// How many operations of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Created.
    pub create: usize,
    /// Changed in place.
    pub update: usize,
    /// Replaced.
    pub replace: usize,
    /// Deleted.
    pub delete: usize,
    /// Left in the cloud and forgotten.
    pub retain: usize,
    /// Left as they are.
    pub same: usize,
    /// Queries that are asked while the plan is carried out.
    pub read: usize,
}

impl Counts {
    /// How many resources something happens to.
    pub fn changes(&self) -> usize {
        self.create + self.update + self.replace + self.delete + self.retain
    }

    /// Counts one more.
    pub fn add(&mut self, action: OperationKind) {
        *match action {
            OperationKind::Create => &mut self.create,
            OperationKind::Update => &mut self.update,
            OperationKind::Replace | OperationKind::ReplaceDeleteFirst => &mut self.replace,
            OperationKind::Delete => &mut self.delete,
            OperationKind::Retain => &mut self.retain,
            OperationKind::Same => &mut self.same,
            OperationKind::Read => &mut self.read,
        } += 1;
    }
}

impl Plan {
    /// How many operations of each kind.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.operations.iter().for_each(|operation| counts.add(operation.action));
        counts
    }

    /// What the stack gives to others when the plan was carried out, as far as that is known.
    pub fn outputs_after(&self) -> StackOutputs {
        let after =
            self.outputs.iter().filter_map(|(name, change)| Some((name.clone(), change.after.clone()?)));
        StackOutputs { contract: self.contract, values: after.collect() }
    }

    /// Whether a resource is taken over by this plan.
    fn imports(&self, urn: &Urn) -> bool {
        let is_import = |told: &Told| told.urn == *urn && matches!(told.what, Telling::Imported { .. });
        self.preparation.told.iter().any(is_import)
    }

    /// The operations that lose what an object holds. What an earlier run replaced is not among them: that was decided then.
    pub fn data_losses(&self) -> impl Iterator<Item = &Operation> {
        self.operations.iter().filter(|operation| {
            let owed =
                operation.old.as_ref().is_some_and(|old| old.replaced) && !self.imports(&operation.urn);
            let loses = operation.action == OperationKind::Delete || operation.action.replaces();
            loses && operation.holds_data && !owed
        })
    }

    /// The resources of which nothing changes but what the program says of them besides properties, such as `protect`:
    /// that is written down without a call.
    pub fn recorded(&self) -> impl Iterator<Item = &Operation> {
        self.operations.iter().filter(|operation| {
            let differs = |old: &ResourceState| old.lifecycle != operation.lifecycle;
            operation.action == OperationKind::Same && operation.old.as_deref().is_some_and(differs)
        })
    }

    /// Whether anything would change: a resource, an output of the stack, or what the state calls a resource.
    pub fn has_changes(&self) -> bool {
        let changes = |action| !matches!(action, OperationKind::Same | OperationKind::Read);
        self.operations.iter().any(|operation| changes(operation.action))
            || !self.preparation.is_empty()
            || self.outputs.values().any(OutputChange::is_change)
    }
}

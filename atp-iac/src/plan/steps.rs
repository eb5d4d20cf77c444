//! The order of a plan: calls to the cloud, and which waits for which.
//!
//! An operation has one step, a replacement two. What has to be so:
//! - what is made or changed comes after what it depends on;
//! - what is deleted comes after the deletion of whatever depended on it;
//! - of a replacement, the new one comes before the old one goes, or after, as its operation says;
//! - what goes with something else is forgotten after that was deleted, and whatever depended on it is deleted before.
//!
//! What is so where it makes no circle, the first before the second:
//! - what is deleted comes after the change of whatever lets go of it;
//! - what had taken the place of a copy goes after the copy was taken back;
//! - what is changed comes after the deletion of whatever depended on it;
//! - what is replaced together with something is made again after the old object of that is gone.
//!
//! New and old dependencies together can form a circle, but only through a replacement that keeps the old one until the
//! new one is there. Such a replacement deletes the old one first instead.

use super::{Operation, OperationKind};
use crate::Urn;
use crate::program::ProgramError;
use crate::urn::UrnMap;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::BTreeMap;

/// One call to the cloud, or a look at what dependencies became.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Position of the operation in the plan.
    pub operation: usize,
    /// What is done.
    pub work: Work,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Makes the resource, new or in place of the old one.
    Create,
    /// Changes it in place.
    Update,
    /// Deletes what the state has.
    Delete,
    /// Forgets it: nothing is called, because it stays, or because it goes with something that was deleted.
    Forget,
    /// Looks whether inputs are still what the plan said, after something that they come from changed.
    Check,
    /// Asks a query.
    Read,
}

/// The steps of a plan as a graph without circles, by position.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepGraph {
    /// The steps.
    pub steps: Vec<Step>,
    /// For each step, those that wait for it.
    pub successors: Vec<Vec<usize>>,
    /// For each step, how many it waits for.
    pub waits_for: Vec<usize>,
}

/// From a step to one that waits for it.
type Edge = (usize, usize);

impl StepGraph {
    /// Orders the operations. Replacements that would stand in a circle become such that delete first.
    ///
    /// # Errors
    /// When the steps still wait for each other in a circle, which only a damaged state can bring about.
    pub(crate) fn new(operations: &mut [Operation]) -> Result<Self, ProgramError> {
        let mut builder = Builder::default();
        builder.add_steps(operations);
        builder.add_new_dependencies(operations);
        builder.add_old_dependencies(operations);
        builder.add_going_together(operations);
        builder.turn_replacements(operations);
        builder.grant_wishes();
        let graph = builder.finish();
        let stuck = graph.stuck();
        if stuck.is_empty() {
            return Ok(graph);
        }
        let names = stuck.iter().map(|step| operations[graph.steps[*step].operation].urn.name().to_owned());
        Err(ProgramError::Cycle { path: names.collect() })
    }

    /// The steps that can never start.
    fn stuck(&self) -> Vec<usize> {
        let mut waits_for = self.waits_for.clone();
        let mut ready: Vec<usize> = (0..self.steps.len()).filter(|step| waits_for[*step] == 0).collect();
        while let Some(step) = ready.pop() {
            for successor in &self.successors[step] {
                waits_for[*successor] -= 1;
                if waits_for[*successor] == 0 {
                    ready.push(*successor);
                }
            }
        }
        (0..self.steps.len()).filter(|step| waits_for[*step] > 0).collect()
    }
}

/// How the old object of a resource goes.
fn deletion(operation: &Operation) -> Work {
    if operation.goes_with.is_some() { Work::Forget } else { Work::Delete }
}

#[derive(Default)]
struct Builder {
    steps: Vec<Step>,
    /// The step that makes, changes or checks a resource.
    forward: UrnMap<usize>,
    /// The step that deletes the present object of a resource.
    delete: UrnMap<usize>,
    /// The steps that delete copies of a resource whose deletion an earlier run still owed.
    owed: UrnMap<Vec<usize>>,
    /// For each step that forgets what goes with something else, the resource that it goes with.
    goes_with: BTreeMap<usize, Urn>,
    /// What has to be so, apart from the two steps of a replacement.
    edges: Vec<Edge>,
    /// That what is deleted comes after whatever lets go of it.
    let_go: Vec<Edge>,
    /// That what is changed comes after the deletion of whatever depended on it, and what is made again together with
    /// something after the deletion of that.
    gone: Vec<Edge>,
    /// Operation, step that creates, step that deletes, of each replacement.
    replacements: Vec<(usize, usize, usize)>,
}

impl Builder {
    fn step(&mut self, operation: usize, work: Work) -> usize {
        self.steps.push(Step { operation, work });
        self.steps.len() - 1
    }

    fn add_steps(&mut self, operations: &[Operation]) {
        for (index, operation) in operations.iter().enumerate() {
            let urn = || operation.urn.clone();
            let work = match operation.action {
                OperationKind::Create | OperationKind::Replace | OperationKind::ReplaceDeleteFirst => {
                    Work::Create
                }
                OperationKind::Update => Work::Update,
                OperationKind::Read => Work::Read,
                OperationKind::Same if operation.old.is_some() => Work::Check,
                OperationKind::Same => continue,
                OperationKind::Delete | OperationKind::Retain => {
                    let work = match operation.action {
                        OperationKind::Retain => Work::Forget,
                        _ => deletion(operation),
                    };
                    let step = self.step(index, work);
                    self.goes_with.extend(operation.goes_with.clone().map(|container| (step, container)));
                    if operation.old.as_ref().is_some_and(|old| old.replaced) {
                        self.owed.entry(urn()).or_default().push(step);
                    } else {
                        self.delete.insert(urn(), step);
                    }
                    continue;
                }
            };
            let step = self.step(index, work);
            self.forward.insert(urn(), step);
            if operation.action.replaces() {
                let delete = self.step(index, deletion(operation));
                self.goes_with.extend(operation.goes_with.clone().map(|container| (delete, container)));
                if operation.takes_back() {
                    self.owed.entry(urn()).or_default().push(delete);
                } else {
                    self.delete.insert(urn(), delete);
                }
                self.replacements.push((index, step, delete));
            }
        }
    }

    fn add_new_dependencies(&mut self, operations: &[Operation]) {
        for operation in operations.iter().filter(|operation| !operation.action.leaves()) {
            let Some(step) = self.forward.get(&operation.urn).copied() else { continue };
            let urns = operation.dependencies.iter().chain(&operation.queries);
            let before = urns.filter_map(|urn| self.forward.get(urn).copied());
            self.edges.extend(before.map(|before| (before, step)));
        }
    }

    fn add_old_dependencies(&mut self, operations: &[Operation]) {
        for (index, operation) in operations.iter().enumerate() {
            let Some(old) = &operation.old else { continue };
            let own = self.own_delete(index, &operation.urn);
            let forward = self.forward.get(&operation.urn).copied();
            if let (Some(own), Some(back)) = (own.filter(|_| !old.replaced), forward)
                && operation.action.leaves()
            {
                self.let_go.push((back, own));
            }
            for dependency in &old.dependencies {
                let present = self.delete.get(dependency).copied();
                // Where nothing is called for it, it goes when something else does.
                let called = present.and_then(|step| self.call_of(step));
                let present = present.into_iter().chain(called);
                let owed = self.owed.get(dependency).into_iter().flatten().copied();
                match (own, forward) {
                    // It goes when something else does; that is to be before what it depends on, but need not.
                    (Some(own), _) if self.goes_with.contains_key(&own) => {
                        let goes = self.call_of(own);
                        self.let_go.extend(
                            goes.into_iter().flat_map(|goes| present.clone().map(move |to| (goes, to))),
                        );
                    }
                    // Copies are from other times: their dependencies need not fit together.
                    (Some(own), _) if old.replaced => {
                        self.let_go.extend(present.chain(owed).map(|target| (own, target)));
                    }
                    (Some(own), forward) => {
                        self.edges.extend(present.map(|target| (own, target)));
                        self.let_go.extend(owed.map(|target| (own, target)));
                        if forward.is_none() {
                            self.gone.extend(self.forward.get(dependency).map(|change| (own, *change)));
                        }
                    }
                    (None, Some(change)) => {
                        self.let_go.extend(present.chain(owed).map(|target| (change, target)));
                    }
                    (None, None) => {}
                }
            }
        }
    }

    /// What goes with something is forgotten after that was deleted. What is replaced together with something is made after
    /// that went.
    fn add_going_together(&mut self, operations: &[Operation]) {
        let containers = self.goes_with.iter();
        self.edges
            .extend(containers.filter_map(|(step, container)| Some((*self.delete.get(container)?, *step))));
        for operation in operations.iter().filter(|operation| operation.action.replaces()) {
            let Some(options) = &operation.options else { continue };
            let Some(create) = self.forward.get(&operation.urn) else { continue };
            for other in &options.replace_with {
                let owed = self.owed.get(other).into_iter().flatten().copied();
                let gone = self.delete.get(other).copied().into_iter().chain(owed);
                self.gone.extend(gone.map(|gone| (gone, *create)));
            }
        }
    }

    /// The call that deletes what a step forgets, through everything that it goes with.
    fn call_of(&self, step: usize) -> Option<usize> {
        let mut call = *self.delete.get(self.goes_with.get(&step)?)?;
        for _ in 0..self.goes_with.len() {
            match self.goes_with.get(&call) {
                Some(container) => call = *self.delete.get(container)?,
                None => return Some(call),
            }
        }
        // No plan has a circle of them.
        None
    }

    /// The step by which an old object is gone from the cloud.
    fn gone_by(&self, step: usize) -> usize {
        self.call_of(step).unwrap_or(step)
    }

    fn own_delete(&self, operation: usize, urn: &Urn) -> Option<usize> {
        let steps = self.delete.get(urn).into_iter().chain(self.owed.get(urn).into_iter().flatten());
        steps.copied().find(|step| self.steps[*step].operation == operation)
    }

    /// The edges between the two steps of each replacement.
    fn replacing(&self, operations: &[Operation]) -> impl Iterator<Item = Edge> {
        self.replacements.iter().map(|(operation, create, delete)| match operations[*operation].action {
            OperationKind::ReplaceDeleteFirst => (*delete, *create),
            _ => (*create, self.gone_by(*delete)),
        })
    }

    /// Lets replacements in circles delete first, until there is no circle.
    fn turn_replacements(&mut self, operations: &mut [Operation]) {
        loop {
            let edges: Vec<Edge> = self.edges.iter().copied().chain(self.replacing(operations)).collect();
            let keeps_old = |(operation, ..): &(usize, usize, usize)| {
                operations[*operation].action == OperationKind::Replace
            };
            if !self.replacements.iter().any(keeps_old) {
                self.edges = edges;
                return;
            }
            let circle = self.circles(&edges);
            let mut turned = false;
            for (operation, create, delete) in &self.replacements {
                let action = &mut operations[*operation].action;
                if *action == OperationKind::Replace && circle[*create] == circle[self.gone_by(*delete)] {
                    *action = OperationKind::ReplaceDeleteFirst;
                    turned = true;
                }
            }
            if !turned {
                self.edges = edges;
                return;
            }
        }
    }

    /// Adds those of the wished edges that make no circle, the weightier ones first.
    fn grant_wishes(&mut self) {
        for wished in [std::mem::take(&mut self.let_go), std::mem::take(&mut self.gone)] {
            if wished.is_empty() {
                continue;
            }
            let all: Vec<Edge> = self.edges.iter().chain(&wished).copied().collect();
            let circle = self.circles(&all);
            self.edges.extend(wished.into_iter().filter(|(before, after)| circle[*before] != circle[*after]));
        }
    }

    /// For each step, the number of the circle that it stands in; a step in none has a number of its own.
    fn circles(&self, edges: &[Edge]) -> Vec<usize> {
        let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(self.steps.len(), edges.len());
        let nodes: Vec<NodeIndex> = self.steps.iter().map(|_| graph.add_node(())).collect();
        for (before, after) in edges {
            graph.add_edge(nodes[*before], nodes[*after], ());
        }
        let mut circle = vec![0; nodes.len()];
        for (number, members) in kosaraju_scc(&graph).iter().enumerate() {
            members.iter().for_each(|node| circle[node.index()] = number);
        }
        circle
    }

    fn finish(self) -> StepGraph {
        let mut edges = self.edges;
        edges.retain(|(before, after)| before != after);
        edges.sort_unstable();
        edges.dedup();
        let count = self.steps.len();
        let mut graph =
            StepGraph { steps: self.steps, successors: vec![Vec::new(); count], waits_for: vec![0; count] };
        for (before, after) in edges {
            graph.successors[before].push(after);
            graph.waits_for[after] += 1;
        }
        graph
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn circles_are_told_apart_however_long_they_are() {
        let length = 100_000;
        let steps = vec![Step { operation: 0, work: Work::Check }; length + 1];
        let builder = Builder { steps, ..Builder::default() };
        let chain: Vec<Edge> = (0..length).map(|step| (step, step + 1)).collect();
        let of_chain: BTreeSet<usize> = builder.circles(&chain).into_iter().collect();
        assert_eq!(of_chain.len(), length + 1);
        let circle: Vec<Edge> = chain.into_iter().chain([(length, 1)]).collect();
        let of_circle = builder.circles(&circle);
        assert!(of_circle[1..].iter().all(|number| *number == of_circle[1]) && of_circle[0] != of_circle[1]);
    }
}

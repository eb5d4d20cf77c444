//! The order of a plan: calls to the cloud, and which waits for which.
//!
//! An operation has one step, a replacement two. Edges:
//! - what is made or changed comes after what it depends on;
//! - what is deleted comes after the deletion or change of whatever depended on it;
//! - a change comes after the deletion of what depended on the resource, where that makes no circle.

use super::{Operation, OperationKind};
use crate::Urn;
use crate::program::ProgramError;
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::{HashMap, HashSet};

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
    /// Looks whether inputs are still what the plan said, after something that they come from changed.
    Check,
}

/// The steps of a plan as a graph without circles, by position.
#[derive(Debug, Clone, Default)]
pub struct StepGraph {
    /// The steps.
    pub steps: Vec<Step>,
    /// For each step, those that wait for it.
    pub successors: Vec<Vec<usize>>,
    /// For each step, how many it waits for.
    pub waits_for: Vec<usize>,
}

impl StepGraph {
    /// # Errors
    /// When the steps wait for each other in a circle, which only a damaged state can bring about.
    pub(super) fn new(operations: &[Operation]) -> Result<Self, ProgramError> {
        let mut builder = Builder::default();
        builder.add_steps(operations);
        builder.add_new_dependencies(operations);
        builder.add_old_dependencies(operations);
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

#[derive(Default)]
struct Builder {
    graph: StepGraph,
    /// The step that makes, changes or checks a resource.
    forward: HashMap<Urn, usize>,
    /// The steps that delete a resource: its own, and those of old copies.
    deletes: HashMap<Urn, Vec<usize>>,
    delete_first: HashSet<Urn>,
    edges: HashSet<(usize, usize)>,
    wished: Vec<(usize, usize)>,
}

impl Builder {
    fn step(&mut self, operation: usize, work: Work) -> usize {
        self.graph.steps.push(Step { operation, work });
        self.graph.steps.len() - 1
    }

    fn add_steps(&mut self, operations: &[Operation]) {
        for (index, operation) in operations.iter().enumerate() {
            let forward = match operation.action {
                OperationKind::Create | OperationKind::Replace => Some(Work::Create),
                OperationKind::ReplaceDeleteFirst => Some(Work::Create),
                OperationKind::Update => Some(Work::Update),
                OperationKind::Same if operation.old.is_some() => Some(Work::Check),
                OperationKind::Same | OperationKind::Delete => None,
            };
            if let Some(work) = forward {
                let step = self.step(index, work);
                self.forward.insert(operation.urn.clone(), step);
            }
            if is_delete(operation.action) {
                let step = self.step(index, Work::Delete);
                self.deletes.entry(operation.urn.clone()).or_default().push(step);
                match operation.action {
                    OperationKind::ReplaceDeleteFirst => {
                        self.delete_first.insert(operation.urn.clone());
                        self.edge(step, step - 1);
                    }
                    OperationKind::Replace => self.edge(step - 1, step),
                    _ => {}
                }
            }
        }
    }

    fn add_new_dependencies(&mut self, operations: &[Operation]) {
        for operation in operations.iter().filter(|operation| operation.action != OperationKind::Delete) {
            let Some(step) = self.forward.get(&operation.urn).copied() else { continue };
            for dependency in &operation.dependencies {
                if let Some(before) = self.forward.get(dependency).copied() {
                    self.edge(before, step);
                }
            }
        }
    }

    fn add_old_dependencies(&mut self, operations: &[Operation]) {
        for (index, operation) in operations.iter().enumerate() {
            let Some(old) = &operation.old else { continue };
            let own_delete = self.own_delete(index, &operation.urn);
            let forward = self.forward.get(&operation.urn).copied();
            for dependency in &old.dependencies {
                let targets = self.deletes.get(dependency).cloned().unwrap_or_default();
                match (own_delete, forward) {
                    (Some(delete), _) => {
                        targets.iter().for_each(|target| self.edge(delete, *target));
                        let removed = operation.action == OperationKind::Delete;
                        if let Some(change) = self.forward.get(dependency).copied().filter(|_| removed)
                            && !self.delete_first.contains(dependency)
                        {
                            self.wished.push((delete, change));
                        }
                    }
                    // It waits for the new one, so the deletion of the old one cannot wait for it.
                    (None, Some(_)) if self.delete_first.contains(dependency) => {}
                    (None, Some(change)) => targets.iter().for_each(|target| self.edge(change, *target)),
                    (None, None) => {}
                }
            }
        }
    }

    fn own_delete(&self, operation: usize, urn: &Urn) -> Option<usize> {
        let steps = self.deletes.get(urn)?;
        steps.iter().copied().find(|step| self.graph.steps[*step].operation == operation)
    }

    fn edge(&mut self, before: usize, after: usize) {
        if before != after {
            self.edges.insert((before, after));
        }
    }

    /// Adds those of the wished edges that are in no circle, and lays out the graph.
    fn finish(mut self) -> StepGraph {
        if !self.wished.is_empty() {
            let mut graph: DiGraph<(), ()> = DiGraph::new();
            let nodes: Vec<NodeIndex> = self.graph.steps.iter().map(|_| graph.add_node(())).collect();
            for (before, after) in self.edges.iter().chain(&self.wished) {
                graph.add_edge(nodes[*before], nodes[*after], ());
            }
            let mut circle = vec![0usize; nodes.len()];
            for (number, members) in tarjan_scc(&graph).iter().enumerate() {
                members.iter().for_each(|node| circle[node.index()] = number);
            }
            let free = self.wished.iter().filter(|(before, after)| circle[*before] != circle[*after]);
            self.edges.extend(free.copied());
        }
        let count = self.graph.steps.len();
        let mut edges: Vec<(usize, usize)> = self.edges.into_iter().collect();
        edges.sort_unstable();
        self.graph.successors = vec![Vec::new(); count];
        self.graph.waits_for = vec![0; count];
        for (before, after) in edges {
            self.graph.successors[before].push(after);
            self.graph.waits_for[after] += 1;
        }
        self.graph
    }
}

fn is_delete(action: OperationKind) -> bool {
    matches!(action, OperationKind::Delete | OperationKind::Replace | OperationKind::ReplaceDeleteFirst)
}

//! Checks and orders what a program declares.

use crate::Urn;
use crate::program::{ProgramError, Registration};
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The positions of the registrations in an order in which each comes after those it depends on. It is the order of
/// the program, unless the program refers forward by URN.
///
/// # Errors
/// A dependency on something that is not declared, or a circle.
pub(super) fn order(registrations: &[Registration]) -> Result<Vec<usize>, ProgramError> {
    let positions: HashMap<&Urn, usize> =
        registrations.iter().enumerate().map(|(i, r)| (&r.urn, i)).collect();
    let mut forward = false;
    for (index, registration) in registrations.iter().enumerate() {
        for dependency in &registration.dependencies {
            match positions.get(dependency) {
                Some(position) => forward |= *position >= index,
                None => {
                    return Err(ProgramError::MissingDependency {
                        dependent: registration.urn.clone(),
                        missing: dependency.clone(),
                    });
                }
            }
        }
    }
    if !forward {
        return Ok((0..registrations.len()).collect());
    }
    sort(registrations, &positions)
}

fn sort(
    registrations: &[Registration],
    positions: &HashMap<&Urn, usize>,
) -> Result<Vec<usize>, ProgramError> {
    let mut waiting = vec![0usize; registrations.len()];
    let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); registrations.len()];
    for (index, registration) in registrations.iter().enumerate() {
        for position in registration.dependencies.iter().filter_map(|urn| positions.get(urn)) {
            waiting[index] += 1;
            dependents[*position].push(index);
        }
    }
    let mut ready: BTreeSet<usize> = (0..registrations.len()).filter(|index| waiting[*index] == 0).collect();
    let mut order = Vec::with_capacity(registrations.len());
    while let Some(index) = ready.pop_first() {
        order.push(index);
        for dependent in &dependents[index] {
            waiting[*dependent] -= 1;
            if waiting[*dependent] == 0 {
                ready.insert(*dependent);
            }
        }
    }
    if order.len() == registrations.len() {
        return Ok(order);
    }
    Err(ProgramError::Cycle { path: circle(registrations, positions) })
}

/// One circle, as the names along it.
fn circle(registrations: &[Registration], positions: &HashMap<&Urn, usize>) -> Vec<String> {
    let mut graph: DiGraph<usize, ()> = DiGraph::new();
    let nodes: Vec<NodeIndex> = (0..registrations.len()).map(|index| graph.add_node(index)).collect();
    for (index, registration) in registrations.iter().enumerate() {
        for position in registration.dependencies.iter().filter_map(|urn| positions.get(urn)) {
            graph.add_edge(nodes[index], nodes[*position], ());
        }
    }
    let in_circle = |members: &Vec<NodeIndex>| {
        members.len() > 1 || members.iter().any(|node| graph.contains_edge(*node, *node))
    };
    let Some(members) = tarjan_scc(&graph).into_iter().find(in_circle) else { return Vec::new() };
    let members: BTreeSet<NodeIndex> = members.into_iter().collect();
    let Some(start) = members.first().copied() else { return Vec::new() };
    let mut seen: BTreeMap<NodeIndex, usize> = BTreeMap::new();
    let mut path = vec![start];
    let mut node = start;
    loop {
        if let Some(first) = seen.insert(node, path.len() - 1) {
            path.drain(..first);
            break;
        }
        let next =
            graph.edges(node).map(|edge| edge.target()).filter(|target| members.contains(target)).min();
        let Some(next) = next else { break };
        path.push(next);
        node = next;
    }
    path.into_iter().map(|node| registrations[graph[node]].urn.name().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StackName;
    use crate::program::Location;
    use crate::value::Value;

    fn urn(name: &str) -> Urn {
        Urn::new(&StackName::new("dev", "north", "app").unwrap(), &["T"], &[name]).unwrap()
    }

    fn declared(name: &str, dependencies: &[&str]) -> Registration {
        Registration {
            urn: urn(name),
            provider: "test".into(),
            inputs: Value::map().into(),
            dependencies: dependencies.iter().map(|d| urn(d)).collect(),
            protect: false,
            location: Location { file: "x.rs", line: 1 },
            is_query: false,
        }
    }

    #[test]
    fn the_order_of_the_program_is_kept_where_it_can_be() {
        let program = [declared("a", &[]), declared("b", &["a"]), declared("c", &[])];
        assert_eq!(order(&program).unwrap(), [0, 1, 2]);
        let forward = [declared("a", &["c"]), declared("b", &[]), declared("c", &[])];
        assert_eq!(order(&forward).unwrap(), [1, 2, 0]);
    }

    #[test]
    fn a_circle_is_shown_along_its_names() {
        let program = [declared("a", &["b"]), declared("b", &["c"]), declared("c", &["b"])];
        let error = order(&program).unwrap_err().to_string();
        assert!(error.contains("b -> c -> b") || error.contains("c -> b -> c"), "{error}");
        let own = order(&[declared("a", &["a"])]).unwrap_err().to_string();
        assert!(own.contains("a -> a"), "{own}");
    }

    #[test]
    fn a_dependency_that_is_not_declared_is_named() {
        let error = order(&[declared("a", &["ghost"])]).unwrap_err().to_string();
        assert!(error.contains("ghost") && error.contains("does not declare"), "{error}");
    }
}

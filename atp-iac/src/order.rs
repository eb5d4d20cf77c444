//! Puts things into an order in which each comes after those that it waits for.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use std::collections::{BTreeMap, BTreeSet};

/// The positions in an order in which each comes after those it waits for, and otherwise as they were given.
/// `waits_for[i]` are the positions that the one at `i` waits for.
///
/// # Errors
/// The positions along a circle; the first is repeated at the end.
pub(crate) fn order(waits_for: &[Vec<usize>]) -> Result<Vec<usize>, Vec<usize>> {
    let mut waiting: Vec<usize> = waits_for.iter().map(Vec::len).collect();
    let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); waits_for.len()];
    for (index, positions) in waits_for.iter().enumerate() {
        positions.iter().for_each(|position| dependents[*position].push(index));
    }
    let mut ready: BTreeSet<usize> = (0..waits_for.len()).filter(|index| waiting[*index] == 0).collect();
    let mut order = Vec::with_capacity(waits_for.len());
    while let Some(index) = ready.pop_first() {
        order.push(index);
        for dependent in &dependents[index] {
            waiting[*dependent] -= 1;
            if waiting[*dependent] == 0 {
                ready.insert(*dependent);
            }
        }
    }
    if order.len() == waits_for.len() { Ok(order) } else { Err(circle(waits_for)) }
}

/// One circle.
fn circle(waits_for: &[Vec<usize>]) -> Vec<usize> {
    let mut graph: DiGraph<usize, ()> = DiGraph::new();
    let nodes: Vec<NodeIndex> = (0..waits_for.len()).map(|index| graph.add_node(index)).collect();
    for (index, positions) in waits_for.iter().enumerate() {
        for position in positions {
            graph.add_edge(nodes[index], nodes[*position], ());
        }
    }
    let in_circle = |members: &Vec<NodeIndex>| {
        members.len() > 1 || members.iter().any(|node| graph.contains_edge(*node, *node))
    };
    let Some(members) = kosaraju_scc(&graph).into_iter().find(in_circle) else { return Vec::new() };
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
    path.into_iter().map(|node| graph[node]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_given_order_is_kept_where_it_can_be() {
        assert_eq!(order(&[vec![], vec![0], vec![]]), Ok(vec![0, 1, 2]));
        assert_eq!(order(&[vec![2], vec![], vec![]]), Ok(vec![1, 2, 0]));
    }

    #[test]
    fn a_circle_is_followed_once_around() {
        assert_eq!(order(&[vec![1], vec![2], vec![1]]), Err(vec![1, 2, 1]));
        assert_eq!(order(&[vec![0]]), Err(vec![0, 0]));
    }

    #[test]
    fn a_circle_is_found_however_long_it_is() {
        let long: Vec<Vec<usize>> = (0..100_000).map(|index| vec![(index + 1) % 100_000]).collect();
        assert_eq!(order(&long).unwrap_err().len(), 100_001);
    }
}

//! In which nested deployment each resource goes.
//!
//! One for each resource group is not enough: the groups of a stack wait for each other in circles, as a network does
//! for a workspace that has an endpoint in it. So a group has a deployment for each stage: a resource goes into the
//! first in which all that it waits for in other groups has been deployed before.

use super::place::Place;
use std::collections::{BTreeMap, BTreeSet};

/// A resource, as far as it matters here.
#[derive(Debug)]
pub(super) struct Node {
    /// The group that it is in; `None` for what stands in the template itself.
    pub place: Option<Place>,
    /// Positions of those that it waits for, all before its own.
    pub waits_for: BTreeSet<usize>,
    /// The position of the same resource in the state that it is made in: a template can have it only once.
    pub first: Option<usize>,
}

/// The stage of each resource in its group, counted from 1.
pub(super) fn stages(nodes: &[Node]) -> Vec<usize> {
    let mut raw: Vec<usize> = Vec::with_capacity(nodes.len());
    for node in nodes {
        let after = |before: &usize| match (&node.place, nodes.get(*before).map(|other| &other.place)) {
            (Some(own), Some(Some(other))) if own == other => raw.get(*before).copied(),
            _ => raw.get(*before).map(|stage| stage + 1),
        };
        let first = node.first.and_then(|first| raw.get(first)).map(|stage| stage + 1);
        raw.push(node.waits_for.iter().filter_map(after).chain(first).max().unwrap_or(0));
    }
    let mut used: BTreeMap<&Option<Place>, BTreeSet<usize>> = BTreeMap::new();
    for (node, stage) in nodes.iter().zip(&raw) {
        used.entry(&node.place).or_default().insert(*stage);
    }
    let number = |(node, stage): (&Node, &usize)| {
        used.get(&node.place).map_or(1, |stages| stages.range(..=stage).count())
    };
    nodes.iter().zip(&raw).map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(group: &str, waits_for: &[usize]) -> Node {
        let place = Place::Group { subscription: "s".to_owned(), group: group.to_owned() };
        Node { place: Some(place), waits_for: waits_for.iter().copied().collect(), first: None }
    }

    #[test]
    fn groups_that_wait_for_each_other_have_several_stages() {
        let group = Node { place: None, waits_for: BTreeSet::new(), first: None };
        let nodes =
            [group, node("a", &[0]), node("b", &[1]), node("a", &[2]), node("a", &[1]), node("b", &[])];
        assert_eq!(stages(&nodes), [1, 1, 2, 2, 1, 1]);
    }

    #[test]
    fn a_group_that_waits_for_nothing_elsewhere_is_deployed_at_once() {
        assert_eq!(stages(&[node("a", &[]), node("a", &[0]), node("a", &[1])]), [1, 1, 1]);
    }

    #[test]
    fn a_resource_is_brought_to_its_last_state_in_a_later_stage() {
        let second = Node { first: Some(0), ..node("a", &[0]) };
        assert_eq!(stages(&[node("a", &[]), second, node("a", &[1]), node("a", &[0])]), [1, 2, 2, 1]);
    }
}

//! What stacks are called where several are on one screen.

use crate::StackName;
use std::collections::{BTreeMap, BTreeSet};

/// Names without what all of them have in common.
#[derive(Debug, Default, Clone)]
pub(in crate::cli) struct Labels {
    place: String,
    labels: BTreeMap<StackName, String>,
    width: usize,
}

impl Labels {
    /// For these stacks.
    pub fn new(stacks: &[StackName]) -> Self {
        let environments: BTreeSet<&str> = stacks.iter().map(|name| name.environment.as_str()).collect();
        let regions: BTreeSet<&str> = stacks.iter().map(|name| name.region.as_str()).collect();
        let list = |names: &BTreeSet<&str>| names.iter().copied().collect::<Vec<_>>().join(", ");
        let label = |name: &StackName| match (environments.len() > 1, regions.len() > 1) {
            (true, _) => name.to_string(),
            (false, true) => format!("{}/{}", name.region, name.stack),
            (false, false) => name.stack.clone(),
        };
        let labels: BTreeMap<StackName, String> =
            stacks.iter().map(|name| (name.clone(), label(name))).collect();
        let place = match environments.len() {
            1 => format!("{} in {}", list(&environments), list(&regions)),
            _ => list(&environments),
        };
        let width = labels.values().map(|label| label.chars().count()).max().unwrap_or(0);
        Labels { place, labels, width }
    }

    /// The environments and regions of all.
    pub fn place(&self) -> String {
        self.place.clone()
    }

    /// What a stack is called; nothing when it is none of them.
    pub fn of(&self, name: &StackName) -> &str {
        self.labels.get(name).map_or("", String::as_str)
    }

    /// The same, as wide as the widest.
    pub fn padded(&self, name: &StackName) -> String {
        format!("{:<width$}", self.of(name), width = self.width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(stacks: &[(&str, &str, &str)]) -> Vec<String> {
        let names: Vec<StackName> = stacks.iter().map(|(e, r, s)| StackName::new(e, r, s).unwrap()).collect();
        let labels = Labels::new(&names);
        names.iter().map(|name| labels.padded(name)).chain([labels.place()]).collect()
    }

    #[test]
    fn names_are_as_long_as_it_takes_to_tell_them_apart() {
        assert_eq!(
            labels(&[("prod", "west", "aks"), ("prod", "west", "data")]),
            ["aks ", "data", "prod in west"]
        );
        assert_eq!(
            labels(&[("prod", "west", "aks"), ("prod", "east", "aks")]),
            ["west/aks", "east/aks", "prod in east, west"]
        );
        assert_eq!(
            labels(&[("a", "west", "aks"), ("b", "west", "aks")]),
            ["a/west/aks", "b/west/aks", "a, b"]
        );
    }
}

//! How the resources of a benchmark depend on each other, for every tool that is measured.

use clap::ValueEnum;

const LAYERS: u32 = 10;

/// How the resources of a benchmark depend on each other.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Not at all.
    Wide,
    /// Ten layers; each resource below the first refers to two or three of the layer above.
    Dag,
    /// Each refers to the one before it.
    Chain,
    /// Not at all; made in a loop in one component, where Terraform has `for_each`.
    Foreach,
}

impl Shape {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Shape::Wide => "wide",
            Shape::Dag => "dag",
            Shape::Chain => "chain",
            Shape::Foreach => "foreach",
        }
    }

    /// Positions of the resources that resource `i` of `n` refers to, all below `i`.
    pub fn parents(self, n: u32, i: u32) -> Vec<u32> {
        let width = n.div_ceil(LAYERS);
        let (layer, column) = (i / width, i % width);
        match self {
            Shape::Wide | Shape::Foreach => Vec::new(),
            Shape::Chain => i.checked_sub(1).into_iter().collect(),
            Shape::Dag if layer == 0 => Vec::new(),
            Shape::Dag => {
                let offsets = [0, 1, width / 2];
                let offsets = &offsets[..2 + (i % 2) as usize];
                let above = offsets.iter().map(|offset| (layer - 1) * width + (column + offset) % width);
                let mut found: Vec<u32> = above.collect();
                found.sort_unstable();
                found.dedup();
                found
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dag_refers_to_two_or_three_of_the_layer_above() {
        assert!(Shape::Dag.parents(100, 9).is_empty());
        assert_eq!(Shape::Dag.parents(100, 10), [0, 1]);
        assert_eq!(Shape::Dag.parents(100, 11), [1, 2, 6]);
        assert_eq!(Shape::Dag.parents(100, 99), [80, 84, 89]);
    }

    #[test]
    fn a_chain_refers_to_the_one_before_and_others_to_none() {
        assert_eq!(Shape::Chain.parents(5, 3), [2]);
        assert!(Shape::Chain.parents(5, 0).is_empty());
        assert!(Shape::Wide.parents(5, 3).is_empty() && Shape::Foreach.parents(5, 3).is_empty());
    }
}

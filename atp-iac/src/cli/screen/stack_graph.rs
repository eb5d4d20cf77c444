//! Stacks for Graphviz.

use super::graph::quoted;
use crate::StackName;
use crate::estate::Graph;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A graph in the language of `dot`: an arrow points to what a stack refers to; a frame is a region.
pub(in crate::cli) fn stack_graph(
    graph: &Graph,
    stacks: &[StackName],
    layer: &dyn Fn(&StackName) -> &'static str,
) -> String {
    let mut text = String::from("digraph stacks {\n  rankdir=\"RL\";\n");
    text.push_str("  node [shape=\"box\", fontname=\"sans-serif\"];\n");
    let mut regions: BTreeMap<(&str, &str), Vec<&StackName>> = BTreeMap::new();
    for name in stacks {
        regions.entry((&name.environment, &name.region)).or_default().push(name);
    }
    for ((environment, region), stacks) in &regions {
        let place = format!("{environment}/{region}");
        let _ = writeln!(text, "  subgraph {} {{", quoted(&format!("cluster {place}")));
        let _ = writeln!(text, "    label={}; fontname=\"sans-serif\";", quoted(&place));
        for name in stacks {
            let label = quoted(&format!("{}\n{}", name.stack, layer(name)));
            let _ = writeln!(text, "    {} [label={label}];", quoted(&name.to_string()));
        }
        text.push_str("  }\n");
    }
    let shown: BTreeSet<&StackName> = stacks.iter().collect();
    for name in stacks {
        for reference in graph.references(name).filter(|reference| shown.contains(reference)) {
            let _ = writeln!(text, "  {} -> {};", quoted(&name.to_string()), quoted(&reference.to_string()));
        }
    }
    text.push_str("}\n");
    text
}

//! The resources of a plan for Graphviz.

use super::{symbol, verb};
use crate::plan::{OperationKind, Plan};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A graph in the language of `dot`: an arrow points to what a resource depends on; what goes is dashed.
pub(in crate::cli) fn graph(plan: &Plan) -> String {
    let mut text = format!("digraph {} {{\n", quoted(&plan.stack.to_string()));
    text.push_str("  rankdir=\"RL\";\n  node [shape=\"box\", fontname=\"sans-serif\"];\n");
    let mut known = BTreeSet::new();
    for operation in &plan.operations {
        if !known.insert(&operation.urn) {
            continue;
        }
        let sign = match operation.action {
            OperationKind::Same => String::new(),
            action => format!("{} ", symbol(action)),
        };
        let label = quoted(&format!("{sign}{}\n{}", operation.urn.name(), operation.kind));
        let style = if operation.action.leaves() { ", style=\"dashed\"" } else { "" };
        let tooltip = quoted(verb(operation.action));
        let _ =
            writeln!(text, "  {} [label={label}, tooltip={tooltip}{style}];", quoted(operation.urn.as_str()));
    }
    for operation in &plan.operations {
        let dependencies = operation.dependencies.iter().chain(&operation.queries);
        for dependency in dependencies.filter(|urn| known.contains(urn)) {
            let _ =
                writeln!(text, "  {} -> {};", quoted(operation.urn.as_str()), quoted(dependency.as_str()));
        }
    }
    text.push_str("}\n");
    text
}

pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => quoted.push('\u{fffd}'),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

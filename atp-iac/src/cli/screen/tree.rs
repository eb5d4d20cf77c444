//! The resources of a plan in their components.

use super::look::{Look, clean};
use super::value::{block, change};
use super::{colour, symbol, verb};
use crate::plan::{Operation, OperationKind};
use crate::value::Value;
use std::collections::HashMap;
use std::fmt::Write as _;

struct Node<'p> {
    label: &'p str,
    kind: &'p str,
    operation: Option<&'p Operation>,
    children: Vec<usize>,
}

/// Components and resources in the order in which the plan names them first.
struct Tree<'p> {
    nodes: Vec<Node<'p>>,
    components: HashMap<(usize, &'p str, &'p str), usize>,
}

const ROOT: usize = 0;

impl<'p> Tree<'p> {
    fn new(operations: &'p [Operation]) -> Self {
        let root = Node { label: "", kind: "", operation: None, children: Vec::new() };
        let mut tree = Tree { nodes: vec![root], components: HashMap::new() };
        for operation in operations.iter().filter(|o| o.action != OperationKind::Same) {
            tree.insert(operation);
        }
        tree
    }

    fn insert(&mut self, operation: &'p Operation) {
        let kinds: Vec<&str> = operation.urn.types().split('$').collect();
        // A name may hold a `/` of its own: then the last part keeps it.
        let names: Vec<&str> = operation.urn.name().splitn(kinds.len(), '/').collect();
        let mut parent = ROOT;
        let (Some((label, components)), Some((kind, component_kinds))) =
            (names.split_last(), kinds.split_last())
        else {
            return;
        };
        for (label, kind) in components.iter().zip(component_kinds) {
            parent = match self.components.get(&(parent, *kind, *label)) {
                Some(known) => *known,
                None => {
                    let new = self.push(parent, Node { label, kind, operation: None, children: Vec::new() });
                    self.components.insert((parent, kind, label), new);
                    new
                }
            };
        }
        // What is under a resource finds it as it finds a component.
        match self.components.get(&(parent, *kind, *label)) {
            Some(known) if self.nodes[*known].operation.is_none() => {
                self.nodes[*known].operation = Some(operation);
            }
            _ => {
                let new =
                    self.push(parent, Node { label, kind, operation: Some(operation), children: Vec::new() });
                self.components.insert((parent, kind, label), new);
            }
        }
    }

    fn push(&mut self, parent: usize, node: Node<'p>) -> usize {
        let index = self.nodes.len();
        self.nodes.push(node);
        self.nodes[parent].children.push(index);
        index
    }

    fn write(&self, index: usize, depth: usize, look: Look, text: &mut String) {
        let node = &self.nodes[index];
        let indent = "  ".repeat(depth);
        let (label, kind) = (one_line(node.label), one_line(node.kind));
        match node.operation {
            Some(operation) => write_operation(operation, &label, &indent, look, text),
            None => {
                let _ = writeln!(text, "{indent}{label} ({kind})");
            }
        }
        for child in &node.children {
            self.write(*child, depth + 1, look, text);
        }
    }
}

fn one_line(text: &str) -> String {
    clean(text).replace('\n', "\u{fffd}")
}

/// The changed resources by component, with their changed properties.
pub(super) fn tree(operations: &[Operation], look: Look) -> String {
    let tree = Tree::new(operations);
    let mut text = String::new();
    for child in &tree.nodes[ROOT].children {
        tree.write(*child, 0, look, &mut text);
    }
    text
}

fn write_operation(operation: &Operation, label: &str, indent: &str, look: Look, text: &mut String) {
    let action = operation.action;
    let sign = look.paint(colour(action), symbol(action));
    let _ = write!(text, "{indent}{sign} {label} ({}) {}", one_line(&operation.kind), verb(action));
    if let Some(reason) = &operation.reason {
        let _ = write!(text, ": {}", one_line(reason));
    }
    if let (true, Some(location)) = (look.verbose, operation.location) {
        let _ = write!(text, "  at {location}");
    }
    text.push('\n');
    let inner = format!("{indent}{}", " ".repeat(symbol(action).len() + 5));
    for changed in &operation.changes {
        let path =
            if changed.path.is_root() { "(all)".to_owned() } else { one_line(&changed.path.to_string()) };
        let line = change(changed.before.as_ref(), changed.after.as_ref(), look);
        let force = if changed.replaces {
            look.paint(colour(action), " (forces replacement)")
        } else {
            String::new()
        };
        let _ = writeln!(text, "{inner}{path}: {line}{force}");
    }
    if look.verbose && action == OperationKind::Create && operation.inputs != Value::map() {
        block(&operation.shown_inputs(), &inner, look, text);
    }
}

//! What could hurt, first.

use super::look::{Colour, Look, clean, some};
use super::{colour, symbol};
use crate::plan::{Operation, OperationKind, Plan};
use std::fmt::Write as _;

/// How many risky operations are named.
const LIMIT: usize = 20;

/// Deletes and replacements by name, and how many updates and creates there are.
pub(super) fn risk(plan: &Plan, look: Look) -> String {
    let mut text = look.paint(Colour::Bold, "changes, riskiest first:");
    text.push('\n');
    named(plan, &[OperationKind::Delete], look, &mut text);
    named(plan, &[OperationKind::ReplaceDeleteFirst], look, &mut text);
    named(plan, &[OperationKind::Replace], look, &mut text);
    let counts = plan.counts();
    for (action, verb, count) in
        [(OperationKind::Update, "update", counts.update), (OperationKind::Create, "create", counts.create)]
    {
        if count > 0 {
            let _ = writeln!(text, "  {} {verb:<7}  {count}", sign(action, look));
        }
    }
    text
}

fn named(plan: &Plan, actions: &[OperationKind], look: Look, text: &mut String) {
    let of_kind: Vec<&Operation> =
        plan.operations.iter().filter(|operation| actions.contains(&operation.action)).collect();
    for operation in of_kind.iter().take(LIMIT) {
        let (name, kind) = (clean(operation.urn.name()), clean(&operation.kind));
        let (verb, note) = match operation.action {
            OperationKind::Delete => ("delete", "what is in it is lost".to_owned()),
            OperationKind::ReplaceDeleteFirst => {
                ("replace", format!("{}; the old one is deleted first, with what is in it", cause(operation)))
            }
            _ => {
                ("replace", format!("{}; the old one is deleted then, with what is in it", cause(operation)))
            }
        };
        let _ = writeln!(text, "  {} {verb:<7}  {name} ({kind}): {note}", sign(operation.action, look));
    }
    if let (Some(first), more @ 1..) = (of_kind.first(), of_kind.len().saturating_sub(LIMIT)) {
        let _ = writeln!(text, "  {} and {more} more, below", sign(first.action, look));
    }
}

/// The properties that force a replacement.
fn cause(operation: &Operation) -> String {
    let forcing = operation.changes.iter().filter(|change| change.replaces);
    let paths: Vec<String> = forcing.map(|change| format!("`{}`", change.path)).collect();
    match (paths.is_empty(), &operation.reason) {
        (false, _) => format!("forced by {}", some(&paths, 3)),
        (true, Some(reason)) => clean(reason),
        (true, None) => "forced by its provider".to_owned(),
    }
}

fn sign(action: OperationKind, look: Look) -> String {
    look.paint(colour(action), &format!("{:<3}", symbol(action)))
}

//! What could hurt, first.

use super::look::{Colour, Look, clean, hang, some};
use super::{colour, symbol};
use crate::plan::{Operation, OperationKind, Plan};
use std::fmt::Write as _;

/// How many risky operations are named.
const LIMIT: usize = 20;

/// What loses data, then other replacements and deletes, all by name; and how many updates and creates there are.
pub(super) fn risk(plan: &Plan, look: Look) -> String {
    let mut text = look.paint(Colour::Bold, "changes, riskiest first:");
    text.push('\n');
    for warning in &plan.warnings {
        let sign = look.paint(Colour::Red, "!  ");
        let (name, path) = (clean(warning.urn.name()), clean(&warning.path.to_string()));
        let _ = writeln!(text, "  {sign} FOR EVER {name}: `{path}`: {}", hang(&warning.message, "    "));
    }
    for (action, holds_data) in [
        (OperationKind::Delete, true),
        (OperationKind::ReplaceDeleteFirst, true),
        (OperationKind::Replace, true),
        (OperationKind::ReplaceDeleteFirst, false),
        (OperationKind::Replace, false),
        (OperationKind::Delete, false),
        (OperationKind::Retain, true),
        (OperationKind::Retain, false),
    ] {
        let alike = |o: &&Operation| o.action == action && o.holds_data == holds_data;
        named(&plan.operations.iter().filter(alike).collect::<Vec<_>>(), look, &mut text);
    }
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

fn named(alike: &[&Operation], look: Look, text: &mut String) {
    for operation in alike.iter().take(LIMIT) {
        let (name, kind) = (clean(operation.urn.name()), clean(&operation.kind));
        let verb = match operation.action {
            OperationKind::Retain => "retain",
            action if action.replaces() => "replace",
            _ => "delete",
        };
        let _ = writeln!(
            text,
            "  {} {verb:<7}  {name} ({kind}){}",
            sign(operation.action, look),
            note(operation)
        );
    }
    if let (Some(first), more @ 1..) = (alike.first(), alike.len().saturating_sub(LIMIT)) {
        let _ = writeln!(text, "  {} and {more} more, below", sign(first.action, look));
    }
}

fn note(operation: &Operation) -> String {
    if operation.action == OperationKind::Retain {
        let reason = operation.reason.as_deref().map(clean).unwrap_or_default();
        return format!(": stays in the cloud and is forgotten; {reason}");
    }
    let cause = operation.action.replaces().then(|| cause(operation));
    let loss = operation.holds_data.then(|| "DATA LOSS, what it holds is deleted with it".to_owned());
    let notes: Vec<String> = loss.into_iter().chain(cause).collect();
    if notes.is_empty() { String::new() } else { format!(": {}", notes.join("; ")) }
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

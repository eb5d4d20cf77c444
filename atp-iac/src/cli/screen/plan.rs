//! The screen of a plan.

use super::look::{Colour, Look, clean, hang, some};
use super::risk::risk;
use super::tree::tree;
use super::value::{change, inline};
use crate::Urn;
use crate::apply::Recovered;
use crate::engine::Kind;
use crate::plan::{Counts, OutputChange, Plan, Proposal, Telling, Told};
use crate::state::Lifecycle;
use std::fmt::Write as _;

/// The whole screen: what was recovered, risks, resources, outputs, refusals, counts.
pub(in crate::cli) fn plan(plan: &Plan, recovered: &[Recovered], kind: Kind, look: Look<'_>) -> String {
    let look = Look { fingerprints: plan.fingerprints.as_ref(), ..look };
    let mut parts = Vec::new();
    if !recovered.is_empty() {
        parts.push(recoveries(recovered));
    }
    let counts = plan.counts();
    if counts.changes() > 0 {
        parts.push(risk(plan, look));
        parts.push(tree(&plan.operations, look));
    }
    if !plan.preparation.is_empty() {
        parts.push(preparation(plan));
    }
    let outputs = outputs(plan, look);
    if !outputs.is_empty() {
        parts.push(format!("outputs:\n{outputs}"));
    }
    let recorded = recorded(plan);
    if !recorded.is_empty() {
        parts.push(format!("written down without a call:\n{recorded}"));
    }
    if !plan.notices.is_empty() {
        parts.push(notices(plan));
    }
    if !plan.proposals.is_empty() {
        parts.push(proposals(plan));
    }
    if !plan.refusals.is_empty() {
        parts.push(refusals(plan, look));
    }
    if !plan.answers.is_empty() {
        parts.push(answered(plan.answers.len()));
    }
    if !plan.left_out.is_empty() {
        parts.push(left_out(plan, look));
    }
    parts.push(last_line(plan, &counts, kind));
    parts.join("\n")
}

fn recoveries(recovered: &[Recovered]) -> String {
    let mut text = String::from("an earlier run was cut off; what became of its calls:\n");
    for Recovered { urn, action, finding } in recovered {
        let _ = writeln!(text, "  {} {}: {finding}", action, clean(urn.name()));
    }
    text
}

fn outputs(plan: &Plan, look: Look<'_>) -> String {
    let mut text = String::new();
    for (name, output) in plan.outputs.iter().filter(|(_, output)| output.is_change()) {
        let name = clean(name);
        let _ = match output {
            OutputChange { before: None, after: Some(after) } => {
                writeln!(text, "  {} {name}: {}", look.paint(Colour::Green, "+"), inline(after, look))
            }
            OutputChange { before: Some(_), after: None } => {
                writeln!(text, "  {} {name}", look.paint(Colour::Red, "-"))
            }
            OutputChange { before, after } => {
                let line = change(before.as_ref(), after.as_ref(), look);
                writeln!(text, "  {} {name}: {line}", look.paint(Colour::Yellow, "~"))
            }
        };
    }
    text
}

/// What the state is told first.
fn preparation(plan: &Plan) -> String {
    let mut text = String::from("told to the state, without a call:\n");
    for Told { urn, what } in &plan.preparation.told {
        let (name, kind) = (clean(urn.name()), clean(urn.resource_type()));
        let _ = match what {
            Telling::Moved { from } => {
                writeln!(text, "  > {name} ({kind}) moved from {}", clean(&since(from, urn)))
            }
            Telling::Detached { from } => {
                writeln!(
                    text,
                    "  > {name} ({kind}) is a resource by itself, and no part of {} any more",
                    clean(from.name())
                )
            }
            Telling::Attached { to } => {
                writeln!(
                    text,
                    "  > {name} ({kind}) is a part of {}, and no resource by itself any more",
                    clean(to.name())
                )
            }
            Telling::Imported { id } => writeln!(text, "  < {name} ({kind}) taken over: {}", clean(id)),
        };
    }
    text
}

/// The earlier URN as far as it was another one.
fn since(from: &Urn, to: &Urn) -> String {
    match from.name() != to.name() && from.resource_type() == to.resource_type() {
        true => from.name().to_owned(),
        false => format!("{} ({})", from.name(), from.types()),
    }
}

fn notices(plan: &Plan) -> String {
    let mut text = String::from("note:\n");
    for notice in &plan.notices {
        let _ = writeln!(text, "  {}", hang(&notice.message, "    "));
        let _ = writeln!(text, "    way out: {}", hang(&notice.hint, "    "));
    }
    text
}

/// What seems to be the same under another name, and how to say so.
fn proposals(plan: &Plan) -> String {
    let mut text =
        String::from("the same under another name? Say so in the program, or by `--accept-moves`:\n");
    for proposal in &plan.proposals {
        let Proposal { from, to, same_object } = proposal;
        let why = if *same_object { "is the same object in the cloud" } else { "has the same properties" };
        let (name, kind) = (clean(to.name()), clean(to.resource_type()));
        let _ = writeln!(text, "  > {name} ({kind}) from {}: it {why}", clean(&since(from, to)));
        let created = plan.operations.iter().find(|operation| operation.urn == *to);
        let place = created.and_then(|operation| operation.location);
        let at = place.map(|location| format!(" at {location}")).unwrap_or_default();
        let _ = writeln!(text, "    {}{at}", clean(&proposal.alias()));
    }
    text
}

/// What the program says of unchanged resources besides their properties, where that is new.
fn recorded(plan: &Plan) -> String {
    let mut text = String::new();
    for operation in plan.recorded() {
        let Some(old) = &operation.old else { continue };
        let said = said(&old.lifecycle, &operation.lifecycle);
        let _ = writeln!(text, "  {}: {}", clean(operation.urn.name()), said.join(", "));
    }
    text
}

/// What is new of what is written down of the options of a resource.
fn said(before: &Lifecycle, now: &Lifecycle) -> Vec<String> {
    let mut said = Vec::new();
    match (before.protect, now.protect) {
        (true, false) => said.push("not protected any more".to_owned()),
        (false, true) => said.push("protected".to_owned()),
        _ => {}
    }
    match &now.retain {
        retain if before.retain == *retain => {}
        Some(reason) => said.push(format!("retained when it leaves: {}", clean(reason))),
        None => said.push("deleted when it leaves".to_owned()),
    }
    match &now.deleted_with {
        with if before.deleted_with == *with => {}
        Some(other) => said.push(format!("goes with `{}`", clean(other.name()))),
        None => said.push("goes by itself".to_owned()),
    }
    let others = [
        ("timeouts", before.timeouts != now.timeouts),
        ("replacement trigger", before.replacement_trigger != now.replacement_trigger),
        ("hooks around its deletion", before.delete_hooks != now.delete_hooks),
        ("which outputs are secret", before.secret_outputs != now.secret_outputs),
    ];
    said.extend(others.into_iter().filter(|(_, new)| *new).map(|(what, _)| what.to_owned()));
    said
}

fn refusals(plan: &Plan, look: Look<'_>) -> String {
    let mut text = look.paint(Colour::Red, "refused:");
    text.push('\n');
    for refusal in &plan.refusals {
        let _ = writeln!(text, "  {}", hang(&refusal.message, "    "));
        let _ = writeln!(text, "    way out: {}", hang(&refusal.hint, "    "));
    }
    text
}

/// What was not selected: what stays as it is, and what is not made.
fn left_out(plan: &Plan, look: Look<'_>) -> String {
    let kept = match plan.left_out.kept {
        0 => None,
        1 => Some("1 resource that was not selected stays as it is".to_owned()),
        count => Some(format!("{count} resources that were not selected stay as they are")),
    };
    let names: Vec<String> = plan.left_out.new.iter().map(|urn| urn.name().to_owned()).collect();
    let new = (!names.is_empty()).then(|| format!("not selected, and not made: {}", some(&names, 5)));
    let lines: Vec<String> = kept.into_iter().chain(new).collect();
    format!("{}\n", look.paint(Colour::Yellow, &lines.join("; ")))
}

fn answered(count: usize) -> String {
    match count {
        1 => "1 query was answered before the plan\n".to_owned(),
        count => format!("{count} queries were answered before the plan\n"),
    }
}

fn last_line(plan: &Plan, counts: &Counts, kind: Kind) -> String {
    if plan.has_changes() {
        let words = ["to create", "to update", "to replace", "to delete", "to retain", "to read"];
        let told = told(plan);
        return match (told.is_empty(), counts.changes()) {
            (true, _) => format!("plan: {}\n", counted(counts, words)),
            (false, 0) => format!("plan: {}, nothing to call\n", told.join(", ")),
            (false, _) => format!("plan: {}, {}\n", told.join(", "), counted(counts, words)),
        };
    }
    if !plan.left_out.is_empty() {
        return "no changes of what was selected\n".to_owned();
    }
    match (kind, counts.same) {
        (Kind::Destroy, _) => "nothing to delete\n".to_owned(),
        (Kind::Up, 0) => "no changes: the program declares nothing, and nothing is there\n".to_owned(),
        (Kind::Up, 1) => "no changes: the 1 resource is as the program says\n".to_owned(),
        (Kind::Up, same) => format!("no changes: all {same} resources are as the program says\n"),
    }
}

/// How much the state is told first.
fn told(plan: &Plan) -> Vec<String> {
    let is_import = |told: &&Told| matches!(told.what, Telling::Imported { .. });
    let imports = plan.preparation.told.iter().filter(is_import).count();
    let all = [(imports, "to take over"), (plan.preparation.told.len() - imports, "to move")];
    all.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect()
}

/// Counts in words; what is nothing is left out.
pub(super) fn counted(counts: &Counts, words: [&str; 6]) -> String {
    let [create, update, replace, delete, retain, read] = words;
    let all = [
        (counts.create, create),
        (counts.update, update),
        (counts.replace, replace),
        (counts.delete, delete),
        (counts.retain, retain),
        (counts.same, "unchanged"),
        (counts.read, read),
    ];
    let counted = all.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
    let outputs = (counts.changes() == 0).then(|| "outputs only".to_owned());
    outputs.into_iter().chain(counted).collect::<Vec<_>>().join(", ")
}

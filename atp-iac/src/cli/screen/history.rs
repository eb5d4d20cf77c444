//! What was done to a stack.

use super::look::{Colour, Look, clean, moment as time};
use super::value::change;
use crate::Urn;
use crate::history::{
    ApprovalRule, Between, Entry, HistoryRecord, HistoryResult, How, JudgedApproval, LockBreak, Verification,
};
use crate::state::format::HolderForm;
use std::fmt::Write as _;

/// A text from a record, in one line.
fn line(text: &str) -> String {
    clean(text).replace('\n', "\u{fffd}")
}

fn short_name(urn: &str) -> String {
    Urn::parse(urn).map_or_else(|_| line(urn), |urn| line(urn.name()))
}

/// A record in one line.
pub(in crate::cli) fn record_line(entry: &Entry, look: Look<'_>) -> String {
    let record = &entry.record;
    let result = match record.result {
        HistoryResult::Done => record.result.to_string(),
        _ => look.paint(Colour::Red, &record.result.to_string()),
    };
    let mut text = format!("{:>5}  {}  ", record.number, time(record.began));
    let what =
        record.to.map_or_else(|| record.operation.clone(), |to| format!("{} to {to}", record.operation));
    let _ = write!(text, "{:<14}  {:<12}  {result}", line(&what), line(&record.by.who));
    if !record.changed.is_empty() {
        let _ = write!(text, ", {}", counted(record));
    }
    if let Some(note) = &record.note {
        let _ = write!(text, "  {}", line(note));
    }
    if let Some(message) = &record.from.message {
        let _ = write!(text, "  {}", line(message));
    }
    text.push('\n');
    text
}

/// That a lock was broken, in one line.
pub(in crate::cli) fn lock_break(entry: &Entry<LockBreak>) -> String {
    let note = &entry.record;
    let from = match &note.holder {
        Some(HolderForm(holder)) => format!("taken from {}", line(&holder.to_string())),
        None => "who held it was not known".to_owned(),
    };
    let why = note.from.message.as_deref().map(|message| format!("  {}", line(message))).unwrap_or_default();
    let (at, operation, who) = (time(note.at), line(&note.operation), line(&note.by.who));
    format!("{:>5}  {at}  {operation:<14} {who:<12} {from}{why}\n", "-")
}

fn counted(record: &HistoryRecord) -> String {
    let all = [How::Created, How::Updated, How::Replaced, How::Moved, How::Deleted];
    let count = |how: How| record.changed.iter().filter(|one| one.operation == how).count();
    let counts = all.iter().map(|how| (count(*how), how)).filter(|(count, _)| *count > 0);
    counts.map(|(count, how)| format!("{count} {how}")).collect::<Vec<_>>().join(", ")
}

/// Everything that a record says.
pub(in crate::cli) fn record(entry: &Entry, look: Look<'_>) -> String {
    let record = &entry.record;
    let mut text = String::new();
    let mut row = |name: &str, value: String| {
        let _ = writeln!(text, "{name:<12} {value}");
    };
    row("update", record.number.to_string());
    row(
        "operation",
        record.to.map_or_else(
            || line(&record.operation),
            |to| format!("{} to update {to}", line(&record.operation)),
        ),
    );
    row(
        "by",
        format!("{} on {} (process {})", line(&record.by.who), line(&record.by.host), record.by.process),
    );
    row("began", time(record.began));
    if let Some(milliseconds) = record.milliseconds {
        row("took", format!("{}.{:03} s", milliseconds / 1000, milliseconds % 1000));
    }
    if let Some(commit) = &record.from.commit {
        let dirty = if record.from.dirty == Some(true) { ", with changed files" } else { "" };
        row("commit", format!("{}{dirty}", line(commit)));
    }
    if let Some(pipeline) = &record.from.pipeline {
        row("pipeline", line(pipeline));
    }
    if let Some(message) = &record.from.message {
        row("why", line(message));
    }
    if let Some(plan) = &record.plan {
        row("plan", line(plan));
    }
    for one in &record.approvals {
        let why = one.message.as_deref().map(|message| format!(": {}", line(message))).unwrap_or_default();
        row("approved", format!("by {} on {} at {}{why}", line(&one.who), line(&one.host), time(one.at)));
    }
    if let Some(note) = &record.note {
        row("what", line(note));
    }
    row("result", record.result.to_string());
    for failure in &record.failures {
        row("failed", format!("{}: {}", short_name(&failure.urn), line(&failure.message)));
    }
    let journal = if record.state.journal { ", and a journal" } else { "" };
    row("state", format!("serial {}{journal}, {}", record.state.serial, line(&record.state.checksum)));
    row("checksum", entry.checksum.clone());
    row("before", record.before.as_deref().map_or_else(|| "nothing".to_owned(), line));
    match &entry.signature {
        Some(signature) => row("signed by", signature.key.to_string()),
        None => row("signed by", "nobody".to_owned()),
    }
    if let Some(later) = &record.written_later {
        row("written", format!("by a later run, at {}", time(later.0)));
    }
    text.push('\n');
    for one in &record.changed {
        let from = one.from.as_deref().map(|from| format!(" from {}", short_name(from))).unwrap_or_default();
        let _ =
            writeln!(text, "{} {} {}{from}", sign(one.operation, look), short_name(&one.urn), one.operation);
    }
    for one in &record.outputs {
        let how = match (&one.before, &one.after) {
            (None, _) => How::Created,
            (_, None) => How::Deleted,
            _ => How::Updated,
        };
        let _ = writeln!(text, "{} output {} {how}", sign(how, look), line(&one.name));
    }
    text
}

fn sign(how: How, look: Look<'_>) -> String {
    let (colour, sign) = match how {
        How::Created => (Colour::Green, "+"),
        How::Updated => (Colour::Yellow, "~"),
        How::Moved => (Colour::Yellow, ">"),
        How::Replaced => (Colour::Magenta, "±"),
        How::Deleted => (Colour::Red, "-"),
    };
    look.paint(colour, sign).to_string()
}

/// What differs between two recorded states.
pub(in crate::cli) fn between(between: &Between, (from, to): (u64, u64), look: Look<'_>) -> String {
    let look = Look { fingerprints: between.fingerprints.as_ref(), ..look };
    let mut text = String::new();
    for one in &between.resources {
        let _ = writeln!(text, "{} {} {}", sign(one.operation, look), short_name(&one.urn), one.operation);
        if between.in_full && one.operation == How::Updated && one.changes.is_empty() {
            text.push_str("      its properties are the same: only its outputs or options are otherwise\n");
        }
        for one in &one.changes {
            let path = line(&one.path.to_string());
            let _ = writeln!(text, "      {path}: {}", change(one.before.as_ref(), one.after.as_ref(), look));
        }
    }
    for (name, how) in &between.outputs {
        let _ = writeln!(text, "{} output {} {how}", sign(*how, look), line(name));
    }
    if between.resources.is_empty() && between.outputs.is_empty() {
        let _ = writeln!(text, "the states after updates {from} and {to} say the same of every resource");
    }
    between.notes.iter().for_each(|note| text.push_str(&format!("note: {}\n", line(note))));
    text
}

/// Whether a history is whole.
pub(in crate::cli) fn verification(found: &Verification) -> String {
    let mut text = match found.good {
        0 => "no record is good\n".to_owned(),
        1 => "1 record is good".to_owned(),
        good => format!("{good} records are good"),
    };
    if found.good == 0 && found.bad.is_none() {
        text = "nothing was done to this stack yet\n".to_owned();
    }
    if found.good > 0 {
        let _ = writeln!(text, ", {} of them signed by a trusted key", found.signed);
    }
    if let (Some(head), None) = (&found.head, &found.bad) {
        let _ = writeln!(text, "the last one has the checksum {head}");
    }
    found.notes.iter().for_each(|note| text.push_str(&format!("note: {}\n", line(note))));
    text
}

/// Who agreed to a plan.
pub(in crate::cli) fn approvals(given: &[JudgedApproval], rule: ApprovalRule) -> String {
    let mut text = String::new();
    for JudgedApproval { kept, discounted } in given {
        let approval = &kept.approval;
        let why =
            approval.message.as_deref().map(|message| format!(": {}", line(message))).unwrap_or_default();
        let counts = match (discounted, rule.valid_for) {
            (Some(why_not), _) => format!("  (does not count: {why_not})"),
            (None, Some(valid_for)) => format!("  (counts until {})", time(approval.at + valid_for)),
            (None, None) => String::new(),
        };
        let signed = kept.signed_by.as_ref().map(|key| format!(", signed by {key}")).unwrap_or_default();
        let _ = writeln!(
            text,
            "approved by {} on {} at {}{signed}{why}{counts}",
            line(&approval.by.who),
            line(&approval.by.host),
            time(approval.at)
        );
    }
    let counting = given.iter().filter(|one| one.discounted.is_none()).count();
    let _ = match rule.needed {
        0 => writeln!(text, "no approvals are needed"),
        needed => writeln!(text, "{counting} of {needed} approvals that it needs"),
    };
    text
}

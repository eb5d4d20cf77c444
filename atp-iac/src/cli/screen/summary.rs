//! How an apply ended.

use super::look::{Colour, Look, clean, hang, seconds, some};
use super::plan::counted;
use super::progress::{Progress, work};
use crate::apply::{Failure, Report};
use std::fmt::Write as _;

/// Counts and time, every failure with its place and way out, and what to do next.
pub(in crate::cli) fn summary(report: &Report, progress: &Progress, interrupted: bool, look: Look) -> String {
    let (word, colour) = match (report.is_complete(), interrupted) {
        (true, _) => ("done", Colour::Green),
        (false, true) => ("interrupted", Colour::Yellow),
        (false, false) => ("failed", Colour::Red),
    };
    let mut counts = Vec::new();
    let done = counted(&report.done, ["created", "updated", "replaced", "deleted", "retained", "read"]);
    if report.done.changes() + report.done.same > 0 || report.is_complete() {
        counts.push(done);
    }
    for (count, word) in
        [(report.failures.len(), "failed"), (report.skipped, "skipped"), (report.not_started, "not started")]
    {
        if count > 0 {
            counts.push(format!("{count} {word}"));
        }
    }
    let mut text =
        format!("{} in {}: {}\n", look.paint(colour, word), seconds(report.elapsed), counts.join(", "));
    for failure in &report.failures {
        text.push('\n');
        write_failure(failure, progress, look, &mut text);
    }
    if !report.is_complete() {
        text.push_str("\nrun again: what is done stays done, and the next run goes on from there\n");
    }
    text
}

fn write_failure(failure: &Failure, progress: &Progress, look: Look, text: &mut String) {
    let sign = look.paint(Colour::Red, "x");
    let _ = writeln!(text, "{sign} {}: {} failed", clean(failure.urn.name()), work(failure.work));
    let _ = writeln!(text, "    {}", clean(failure.urn.as_str()));
    if let Some(location) = failure.location {
        let _ = writeln!(text, "    declared at {location}");
    }
    let _ = writeln!(text, "    {}", hang(&failure.cause.to_string(), "    "));
    if let Some(hint) = failure.cause.hint() {
        let _ = writeln!(text, "    way out: {}", hang(&hint, "    "));
    }
    let skipped = progress.skipped_for(failure.urn.as_str());
    if !skipped.is_empty() {
        let _ = writeln!(text, "    skipped because of it: {}", some(skipped, 10));
    }
}

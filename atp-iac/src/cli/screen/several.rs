//! What was planned for and done to several stacks.

use super::labels::Labels;
use super::look::{Colour, Look, clean, hang, seconds};
use super::plan::counted;
use super::progress::Progress;
use super::summary::summary;
use crate::apply::Report;
use crate::engine::{Kind, Update};
use crate::estate::{Ended, Forecast, Obstacle, Outcome};
use crate::plan::Counts;
use std::fmt::Write as _;
use std::time::Duration;

/// The sum of all plans.
pub(in crate::cli) fn forecast(forecast: &Forecast) -> String {
    let total = forecast.stacks.len();
    let changed = forecast.changed();
    if changed == 0 {
        return match forecast.kind {
            Kind::Up => format!("total: no changes in {}\n", stacks(total)),
            Kind::Destroy => "total: nothing to delete\n".to_owned(),
        };
    }
    let words = ["to create", "to update", "to replace", "to delete", "to retain", "to read"];
    format!("total: {changed} of {} would change: {}\n", stacks(total), counted(&forecast.counts(), words))
}

fn stacks(count: usize) -> String {
    if count == 1 { "1 stack".to_owned() } else { format!("{count} stacks") }
}

const DONE: [&str; 6] = ["created", "updated", "replaced", "deleted", "retained", "read"];

/// What became of one stack, in a line.
pub(in crate::cli) fn ended(ended: &Ended, labels: &Labels, look: Look) -> String {
    let (word, colour, rest) = words(ended, labels);
    let elapsed = match &ended.outcome {
        Outcome::NotStarted(_) => String::new(),
        _ => format!(" in {}", seconds(ended.elapsed)),
    };
    let rest = if rest.is_empty() { rest } else { format!(": {rest}") };
    format!("{}{elapsed}{rest}", look.paint(colour, word))
}

/// A word, its colour, and what there is to say.
fn words(ended: &Ended, labels: &Labels) -> (&'static str, Colour, String) {
    match &ended.outcome {
        Outcome::Done(update) if !update.plan.has_changes() => ("no changes", Colour::Dim, String::new()),
        Outcome::Done(update) => ("done", Colour::Green, counts(update)),
        Outcome::Failed(update) => ("failed", Colour::Red, counts(update)),
        Outcome::Interrupted(update) => ("interrupted", Colour::Yellow, counts(update)),
        Outcome::Error(error) if error.is_locked() => ("locked", Colour::Red, String::new()),
        Outcome::Error(error) if error.is_refused() => ("refused", Colour::Red, String::new()),
        Outcome::Error(_) => ("failed", Colour::Red, "nothing was done".to_owned()),
        Outcome::Panic => ("failed", Colour::Red, "it stopped with a panic".to_owned()),
        Outcome::Moved(_) => ("refused", Colour::Red, "its plan is another one by now".to_owned()),
        Outcome::NotStarted(Obstacle::Interrupted) => {
            ("not started", Colour::Yellow, "the run was interrupted".to_owned())
        }
        Outcome::NotStarted(Obstacle::Stack(other)) => {
            ("not started", Colour::Yellow, format!("because {} is not done", labels.of(other)))
        }
    }
}

fn counts(update: &Update) -> String {
    update.report.as_ref().map_or_else(String::new, counts_of)
}

fn counts_of(report: &Report) -> String {
    let done = report.done;
    let mut parts = Vec::new();
    if done.changes() + done.same > 0 || report.is_complete() {
        parts.push(counted(&done, DONE));
    }
    for (count, word) in
        [(report.failures.len(), "failed"), (report.skipped, "skipped"), (report.not_started, "not started")]
    {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    parts.join(", ")
}

/// Everything about a stack that is not done, where a line does not say it.
pub(in crate::cli) fn trouble(ended: &Ended, progress: Option<&Progress>, look: Look) -> Option<String> {
    match &ended.outcome {
        Outcome::Failed(update) | Outcome::Interrupted(update) => {
            let interrupted = matches!(ended.outcome, Outcome::Interrupted(_));
            let report = update.report.as_ref()?;
            Some(summary(report, progress.unwrap_or(&Progress::default()), interrupted, look))
        }
        Outcome::Moved(departures) => {
            let mut text = String::from("refused: its plan is not within the one that was approved\n");
            for departure in departures {
                let _ = writeln!(text, "  {}", hang(&departure.to_string(), "    "));
            }
            text.push_str("  way out: run again, and look at the new plan\n");
            Some(text)
        }
        Outcome::Error(error) => Some(format!("{}\n", clean(&error.to_string()))),
        Outcome::Panic | Outcome::Done(_) | Outcome::NotStarted(_) => None,
    }
}

/// A table of all stacks, and the sum.
pub(in crate::cli) fn total(all: &[Ended], elapsed: Duration, labels: &Labels, look: Look) -> String {
    let mut text = String::new();
    let mut sum = Counts::default();
    for ended in all {
        let (word, colour, rest) = words(ended, labels);
        let time = match &ended.outcome {
            Outcome::NotStarted(_) => String::new(),
            _ => seconds(ended.elapsed),
        };
        let line = format!(
            "  {}  {}  {time:>7}  {rest}",
            labels.padded(&ended.stack),
            look.paint(colour, &format!("{word:<11}"))
        );
        let _ = writeln!(text, "{}", line.trim_end());
        if let Outcome::Done(update) | Outcome::Failed(update) | Outcome::Interrupted(update) = &ended.outcome
            && let Some(report) = &update.report
        {
            let done = &report.done;
            sum.create += done.create;
            sum.update += done.update;
            sum.replace += done.replace;
            sum.delete += done.delete;
            sum.same += done.same;
            sum.read += done.read;
        }
    }
    let done = all.iter().filter(|ended| ended.is_done()).count();
    let mut parts = vec![match done == all.len() {
        true => format!("{} done", stacks(done)),
        false => format!("{done} of {} done", stacks(all.len())),
    }];
    if sum.changes() > 0 {
        parts.push(counted(&sum, DONE));
    }
    let _ = writeln!(text, "total in {}: {}", seconds(elapsed), parts.join("; "));
    text
}

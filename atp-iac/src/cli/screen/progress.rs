//! What an apply is doing, line by line.

use super::look::{Colour, Look, clean, seconds, some};
use crate::apply::{Event, Failure};
use crate::plan::{Operation, OperationKind, Plan, Work};
use std::collections::BTreeMap;
use std::time::Duration;

/// What has happened so far.
#[derive(Debug, Default)]
pub(in crate::cli) struct Progress {
    total: usize,
    ended: usize,
    running: Vec<String>,
    last_failed: Option<String>,
    skipped: BTreeMap<String, Vec<String>>,
}

impl Progress {
    /// Before a plan is carried out.
    pub fn new(plan: &Plan) -> Self {
        let total = plan.steps.steps.iter().filter(|step| step.work != Work::Check).count();
        Progress { total, ..Progress::default() }
    }

    /// Takes notice of an event; the line to show for it, if any.
    pub fn line(&mut self, event: &Event<'_>, look: Look) -> Option<String> {
        match event {
            Event::Started { operation, .. } => {
                self.start(operation.urn.name());
                None
            }
            Event::Finished { operation, work, elapsed } => {
                self.end(operation.urn.name());
                Some(finished(operation, *work, *elapsed, look))
            }
            Event::Failed(failure) => {
                self.end(failure.urn.name());
                self.last_failed = Some(failure.urn.to_string());
                Some(failed(failure, look))
            }
            // The executor tells what is skipped right after the failure that it is skipped for.
            Event::Skipped { operation, work } => {
                self.ended += usize::from(*work != Work::Check);
                if let Some(cause) = &self.last_failed {
                    let skipped = self.skipped.entry(cause.clone()).or_default();
                    let name = operation.urn.name().to_owned();
                    if skipped.last() != Some(&name) {
                        skipped.push(name);
                    }
                }
                None
            }
        }
    }

    /// A step of this resource runs.
    pub fn start(&mut self, name: &str) {
        self.running.push(name.to_owned());
    }

    fn end(&mut self, name: &str) {
        self.ended += 1;
        if let Some(position) = self.running.iter().position(|running| running == name) {
            self.running.remove(position);
        }
    }

    /// The names of what was skipped because a resource failed.
    pub fn skipped_for(&self, urn: &str) -> &[String] {
        self.skipped.get(urn).map_or(&[], Vec::as_slice)
    }

    /// What runs now, on at most `width` characters.
    pub fn status(&self, width: usize) -> String {
        Progress::status_of([("", self)].into_iter(), width)
    }

    /// What runs now of several stacks.
    pub fn status_of<'p>(all: impl Iterator<Item = (&'p str, &'p Progress)>, width: usize) -> String {
        let (mut ended, mut total, mut running) = (0, 0, Vec::new());
        for (stack, progress) in all {
            ended += progress.ended;
            total += progress.total;
            let prefix = if stack.is_empty() { String::new() } else { format!("{stack} ") };
            running.extend(progress.running.iter().map(|name| format!("{prefix}{name}")));
        }
        if running.is_empty() {
            return String::new();
        }
        let text = format!("{ended}/{total} done, running: {}", some(&running, 4));
        match text.chars().count() > width {
            true => text.chars().take(width.saturating_sub(3)).chain("...".chars()).collect(),
            false => text,
        }
    }
}

fn finished(operation: &Operation, work: Work, elapsed: Duration, look: Look) -> String {
    let replaces = matches!(operation.action, OperationKind::Replace | OperationKind::ReplaceDeleteFirst);
    if let (Work::Forget, Some(container)) = (work, &operation.goes_with) {
        let (sign, name) = (look.paint(Colour::Red, "-"), clean(operation.urn.name()));
        return format!("{sign} {name} gone with {} ({})", clean(container.name()), seconds(elapsed));
    }
    let (sign, colour, done) = match (work, replaces) {
        (Work::Create, false) => ("+", Colour::Green, "created"),
        (Work::Create, true) => ("+", Colour::Green, "new one created"),
        (Work::Update, _) => ("~", Colour::Yellow, "updated"),
        (Work::Delete, false) => ("-", Colour::Red, "deleted"),
        (Work::Delete, true) => ("-", Colour::Red, "old one deleted"),
        (Work::Check, _) => ("=", Colour::Dim, "checked"),
        (Work::Forget, _) => ("o", Colour::Yellow, "retained"),
        (Work::Read, _) => ("<", Colour::Dim, "read"),
    };
    format!("{} {} {done} ({})", look.paint(colour, sign), clean(operation.urn.name()), seconds(elapsed))
}

fn failed(failure: &Failure, look: Look) -> String {
    let cause = failure.cause.to_string();
    let first = clean(cause.lines().next().unwrap_or_default());
    let work = work(failure.work);
    format!("{} {} {work} failed: {first}", look.paint(Colour::Red, "x"), clean(failure.urn.name()))
}

/// What a step does, in a word.
pub(in crate::cli) fn work(work: Work) -> &'static str {
    match work {
        Work::Create => "create",
        Work::Update => "update",
        Work::Delete => "delete",
        Work::Check => "check",
        Work::Forget => "forget",
        Work::Read => "read",
    }
}

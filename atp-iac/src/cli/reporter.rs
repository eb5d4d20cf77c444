//! Tells what happens: as screens, or as events.

mod history;
mod keys;
mod several;

use super::arguments::Options;
use super::commands::Told;
use super::failure::Failure;
use super::ports::Terminal;
use super::screen::{self, Colour, Look, Progress, clean};
use super::{events, target::Target};
use crate::StackName;
use crate::apply::{Event, Recovered, Report};
use crate::cloud::Cloud;
use crate::config::{ConfigField, ConfigLine};
use crate::engine::{Discovered, Kind, Reading};
use crate::plan::{Operation, OperationKind, Plan, Why};
use crate::secrets::Fingerprints;
use crate::state::{Holder, ResourceState};
use crate::value::Value;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

/// Writes data to the one stream and everything else to the other; with `--json`, events to the first.
///
/// Writing never stops a run: what could not be written to the first stream is known in the end.
pub(super) struct Reporter<'p> {
    out: &'p mut (dyn Write + Send),
    err: &'p mut (dyn Write + Send),
    look: Look<'static>,
    json: bool,
    /// Where the status of a running apply is redrawn: how wide the line is.
    live: Option<usize>,
    drawn: bool,
    progress: Progress,
    /// Which stack the events are about.
    stack: Option<StackName>,
    several: several::Several,
    lost: Option<io::Error>,
}

impl<'p> Reporter<'p> {
    pub fn new(
        out: &'p mut (dyn Write + Send),
        err: &'p mut (dyn Write + Send),
        options: &Options,
        terminal: Terminal,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Self {
        let no_color = options.no_color || environment("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = environment("TERM").is_some_and(|name| name == "dumb");
        let steers = terminal.error && !dumb;
        Reporter {
            out,
            err,
            look: Look { fingerprints: None, colour: steers && !no_color, verbose: options.verbose },
            json: options.json,
            live: (steers && !options.json).then(|| terminal.width.unwrap_or(80).saturating_sub(1)),
            drawn: false,
            progress: Progress::default(),
            stack: None,
            several: several::Several::default(),
            lost: None,
        }
    }

    /// Text for people.
    fn screen(&mut self, text: &str) {
        if !self.json {
            self.erase();
            // Nobody is left to be told that the error stream is closed.
            let _ = self.err.write_all(text.as_bytes()).and_then(|()| self.err.flush());
        }
    }

    /// A remark for people, that no event says.
    pub fn note(&mut self, text: &str) {
        self.screen(&format!("{}\n", clean(text)));
    }

    /// What a command about states found or did: in words, and with the same for machines.
    pub fn report(&mut self, operation: &str, messages: &[String], details: Json) {
        match self.json {
            true => self.event(events::report(operation, messages, details)),
            false => messages.iter().for_each(|message| self.note(message)),
        }
    }

    /// Something that could not be done, and stops nothing.
    pub fn warning(&mut self, text: &str) {
        if self.json {
            return self.event(events::warning(text));
        }
        let sign = self.look.paint(Colour::Yellow, "warning:");
        self.screen(&format!("{sign} {}\n", clean(text)));
    }

    /// Data.
    pub fn data(&mut self, text: &str) {
        self.erase();
        if let Err(error) = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush()) {
            self.lost.get_or_insert(error);
        }
    }

    /// Every event says which stack it is about, or that it is about none.
    fn event(&mut self, mut event: Json) {
        let stack = self.stack.as_ref().map(StackName::to_string);
        if let Json::Object(fields) = &mut event {
            fields.entry("stack").or_insert(stack.into());
        }
        self.data(&format!("{event}\n"));
    }

    /// Why data could not be written. That nobody reads on is no reason.
    pub fn lost(&self) -> Option<&io::Error> {
        self.lost.as_ref().filter(|error| error.kind() != io::ErrorKind::BrokenPipe)
    }

    /// Which stack and which cloud.
    pub fn header(&mut self, target: &Target<'_>, on: &[String]) {
        self.stack = Some(target.name().clone());
        if self.json {
            return self.event(events::header(target.name(), target.cloud(), on));
        }
        self.head(target, &format!("on {}{}", clean(&on.join(", ")), choose(target.cloud())));
    }

    /// Which stack, where only its state or configuration is looked at.
    pub fn header_without_cloud(&mut self, target: &Target<'_>, place: &str) {
        self.stack = Some(target.name().clone());
        match self.json {
            true => self.event(events::header(target.name(), target.cloud(), &[])),
            false => self.head(target, &format!("{place}, for {}{}", target.cloud(), choose(target.cloud()))),
        }
    }

    fn head(&mut self, target: &Target<'_>, rest: &str) {
        let (title, name) = (self.look.paint(Colour::Bold, "atp"), target.name().to_string());
        let name = self.look.paint(Colour::Bold, &name);
        self.screen(&format!("{title}  {name}  {rest}\n\n"));
    }

    pub fn plan(&mut self, plan: &Plan, recovered: &[Recovered], kind: Kind) {
        self.progress = Progress::new(plan);
        if !self.json {
            let text = screen::plan(plan, recovered, kind, self.look);
            return self.screen(&text);
        }
        self.plan_events(plan, recovered);
    }

    fn plan_events(&mut self, plan: &Plan, recovered: &[Recovered]) {
        recovered.iter().for_each(|recovered| self.event(events::recovered(recovered)));
        self.event(events::plan(plan));
        plan.preparation.told.iter().for_each(|told| self.event(events::told(told)));
        for operation in plan.operations.iter().filter(|o| o.action != OperationKind::Same) {
            self.event(events::operation(operation, plan.fingerprints.as_ref()));
        }
        for (name, change) in plan.outputs.iter().filter(|(_, change)| change.is_change()) {
            self.event(events::output_change(name, change, plan.fingerprints.as_ref()));
        }
        plan.notices.iter().for_each(|notice| self.event(events::notice(notice)));
        for proposal in &plan.proposals {
            self.event(events::proposal(proposal));
        }
        plan.refusals.iter().for_each(|refusal| self.event(events::refusal(refusal)));
    }

    /// Why something happens to a resource.
    pub fn why(&mut self, why: &Why, fingerprints: Option<&Fingerprints>) {
        match self.json {
            true => self.event(events::why(why, fingerprints)),
            false => {
                let text = screen::why(why, Look { fingerprints, ..self.look });
                self.data(&text);
            }
        }
    }

    /// What reading the cloud showed, and whether the state knows of it now.
    pub fn reading(&mut self, reading: &Reading, written: bool) {
        if !self.json {
            let text = screen::reading(reading, written, self.look);
            return self.screen(&text);
        }
        reading.drifted.iter().for_each(|one| self.event(events::drift(one, reading.fingerprints.as_ref())));
        self.event(events::reading(reading, written));
    }

    /// What is in a scope, as a program, which was written to a file or is printed. `from` are the provider and the scope.
    pub fn discovered(&mut self, discovered: &Discovered, from: (&str, &str), file: Option<&Path>) {
        let file = file.map(|file| file.display().to_string());
        if self.json {
            return self.event(events::discovered(discovered, from, file.as_deref()));
        }
        if file.is_none() {
            self.data(&discovered.code);
        }
        let text = screen::discovered(discovered, file.as_deref(), self.look);
        self.screen(&text);
    }

    /// What becomes of the file of another tool.
    pub fn migration(&mut self, told: &Told<'_>) {
        if !self.json {
            let text = screen::migration(told, self.look);
            return self.screen(&text);
        }
        told.migration.lines.iter().for_each(|line| self.event(events::foreign(line)));
        self.event(events::migration(told));
    }

    /// How what is taken over differs from the program.
    pub fn differences(&mut self, differences: &[Operation], fingerprints: Option<&Fingerprints>) {
        if !self.json {
            let text = screen::differences(differences, Look { fingerprints, ..self.look });
            return self.screen(&text);
        }
        differences.iter().for_each(|one| self.event(events::difference(one, fingerprints)));
    }

    /// The lock of the stack is held by somebody else.
    pub fn waiting(&mut self, holder: Option<&Holder>) {
        match (self.json, holder) {
            (true, holder) => self.event(events::waiting(holder)),
            (false, Some(holder)) => self.note(&format!("waiting for {holder}")),
            (false, None) => self.note("waiting for a process that has not said who it is"),
        }
    }

    /// Ends the line of a question that was not answered, or keeps what follows apart.
    pub fn end_line(&mut self) {
        self.screen("\n");
    }

    /// Something happened in an apply.
    pub fn step(&mut self, event: &Event<'_>) {
        if self.json {
            return self.event(events::step(event));
        }
        if let Some(line) = self.progress.line(event, self.look) {
            self.screen(&format!("{line}\n"));
        }
        self.draw();
    }

    pub fn summary(&mut self, report: &Report, interrupted: bool) {
        if self.json {
            return self.event(events::summary(report, interrupted));
        }
        let text = screen::summary(report, &self.progress, interrupted, self.look);
        self.screen(&format!("\n{text}"));
    }

    pub fn outputs(&mut self, outputs: &BTreeMap<String, Value>, show_secrets: bool) {
        match self.json {
            true => self.event(events::outputs(outputs, show_secrets)),
            false => self.data(&screen::outputs(outputs, show_secrets)),
        }
    }

    /// Resources of a state: the URNs, or one of them in full.
    pub fn resources(&mut self, resources: &[&ResourceState], full: bool) {
        for resource in resources {
            match (self.json, full) {
                (true, _) => self.event(events::resource(resource)),
                (false, true) => self.data(&screen::resource(resource)),
                (false, false) => self.data(&format!("{}\n", clean(resource.urn.as_str()))),
            }
        }
    }

    pub fn graph(&mut self, plan: &Plan) {
        let dot = screen::graph(plan);
        match self.json {
            true => self.event(events::graph(&dot)),
            false => self.data(&dot),
        }
    }

    pub fn config(&mut self, lines: &[ConfigLine]) {
        match self.json {
            true => lines.iter().for_each(|line| self.event(events::config(line))),
            false => self.data(&screen::show_config(lines)),
        }
    }

    pub fn config_fields(&mut self, fields: &[ConfigField]) {
        if self.json {
            for (path, field) in screen::config_fields(fields) {
                self.event(events::config_field(&path, field));
            }
            return;
        }
        self.data(&screen::describe_config(fields));
    }

    /// A question, on the line where the answer is typed.
    pub fn question(&mut self, text: &str) {
        let text = self.look.paint(Colour::Bold, text);
        self.screen(&format!("\n{text} "));
    }

    /// An error; also on the error stream when events are printed.
    pub fn failure(&mut self, failure: &Failure) {
        if self.json {
            self.event(events::error(failure));
        }
        self.erase();
        let text = screen::failure(failure, self.look);
        let _ = self.err.write_all(text.as_bytes()).and_then(|()| self.err.flush());
    }

    fn erase(&mut self) {
        if self.drawn {
            self.drawn = false;
            let _ = self.err.write_all(b"\r\x1b[K");
        }
    }

    fn draw(&mut self) {
        let Some(width) = self.live else { return };
        self.erase();
        let status = match self.several.is_running() {
            true => self.several.status(width),
            false => self.progress.status(width),
        };
        if !status.is_empty() {
            self.drawn = true;
            let _ = self.err.write_all(status.as_bytes()).and_then(|()| self.err.flush());
        }
    }
}

/// How to get to the real cloud from the simulated one.
fn choose(cloud: Cloud) -> &'static str {
    match cloud {
        Cloud::Simulator => " (use --cloud azure for Azure)",
        Cloud::Azure => "",
    }
}

//! Tells what happens to several stacks.

use super::{Reporter, choose, events, screen};
use crate::StackName;
use crate::cli::failure::Failure;
use crate::cli::screen::{Colour, Labels, Progress, clean};
use crate::cloud::Cloud;
use crate::engine::Kind;
use crate::estate::{Ended, Forecast, Graph, Instance, Outcome, Status, Told};
use crate::state::Holder;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::time::Duration;
use time::OffsetDateTime;

/// What has happened to each of several stacks.
#[derive(Debug, Default)]
pub(super) struct Several {
    labels: Labels,
    progress: BTreeMap<StackName, Progress>,
}

impl Several {
    pub fn is_running(&self) -> bool {
        !self.progress.is_empty()
    }

    pub fn status(&self, width: usize) -> String {
        let all = self.progress.iter().map(|(name, progress)| (self.labels.of(name), progress));
        Progress::status_of(all, width)
    }
}

impl Reporter<'_> {
    /// Which stacks, and which cloud.
    pub fn header_of_several(&mut self, stacks: &[StackName], cloud: Cloud, on: &[String]) {
        self.several.labels = Labels::new(stacks);
        if self.json {
            for name in stacks {
                self.event(events::header(name, cloud, on));
            }
            return;
        }
        let title = self.look.paint(Colour::Bold, "atp");
        let place = self.look.paint(Colour::Bold, &self.several.labels.place());
        let count = match stacks.len() {
            1 => "1 stack".to_owned(),
            count => format!("{count} stacks"),
        };
        let on = match on {
            [] => format!("for {cloud}"),
            on => format!("on {}", clean(&on.join(", "))),
        };
        self.screen(&format!("{title}  {place}  {count}  {on}{}\n\n", choose(cloud)));
    }

    /// A line that what follows stands under.
    fn title(&mut self, name: &StackName) {
        let title = self.look.paint(Colour::Bold, &format!("== {}", self.several.labels.of(name)));
        self.screen(&format!("{title}\n"));
    }

    /// What would be done to each stack, and to all of them.
    pub fn forecast(&mut self, forecast: &Forecast) {
        for (name, preview) in &forecast.stacks {
            self.stack = Some(name.clone());
            if self.json {
                self.plan_events(&preview.plan, &preview.recovered);
                continue;
            }
            self.title(name);
            let text = screen::plan(&preview.plan, &preview.recovered, forecast.kind, self.look);
            self.screen(&format!("{text}\n"));
        }
        self.stack = None;
        match self.json {
            true => self.event(events::forecast(forecast)),
            false => self.screen(&screen::forecast(forecast)),
        }
    }

    /// Why there is no plan for a stack.
    pub fn trouble(&mut self, name: &StackName, failure: &Failure) {
        self.stack = Some(name.clone());
        if self.json {
            self.event(events::trouble(failure));
        }
        self.title(name);
        let text = screen::failure(failure, self.look);
        self.screen(&format!("{text}\n"));
        self.stack = None;
    }

    /// Whether the state of a stack is whole.
    pub fn verified(&mut self, name: &StackName, messages: &[String], details: Json) {
        self.stack = Some(name.clone());
        if let (false, [only]) = (self.json, messages) {
            self.screen(&format!("{}  {only}\n", self.several.labels.padded(name)));
        } else {
            self.title(name);
            self.report("state verify", messages, details);
        }
        self.stack = None;
    }

    /// Somebody else holds the lock of a stack.
    pub fn waiting_for(&mut self, name: &StackName, holder: Option<&Holder>) {
        self.stack = Some(name.clone());
        self.waiting(holder);
        self.stack = None;
    }

    /// Something happened to a stack.
    pub fn told(&mut self, name: &StackName, told: &Told<'_>, kind: Kind) {
        if self.json {
            self.stack = Some(name.clone());
            self.told_as_events(told, kind);
            self.stack = None;
            return;
        }
        match told {
            Told::Begun(plan, _) => {
                self.several.progress.insert(name.clone(), Progress::new(plan));
            }
            Told::Step(event) => {
                let line = self.several.progress.entry(name.clone()).or_default().line(event, self.look);
                if let Some(line) = line {
                    let label = self.several.labels.padded(name);
                    self.screen(&format!("{label}  {line}\n"));
                }
            }
            Told::Ended(ended) => {
                let label = self.several.labels.padded(name);
                let line = screen::ended(ended, &self.several.labels, self.look);
                self.screen(&format!("{label}  {line}\n"));
                for warning in warnings(ended) {
                    self.warning(&format!("{name}: {warning}"));
                }
            }
        }
        self.draw();
    }

    fn told_as_events(&mut self, told: &Told<'_>, kind: Kind) {
        match told {
            Told::Begun(plan, recovered) => {
                recovered.iter().for_each(|recovered| self.event(events::recovered(recovered)));
                self.event(events::plan(plan));
            }
            Told::Step(event) => self.event(events::step(event)),
            Told::Ended(ended) => {
                if let Outcome::Done(update) | Outcome::Failed(update) | Outcome::Interrupted(update) =
                    &ended.outcome
                    && let Some(report) = &update.report
                {
                    let interrupted = matches!(ended.outcome, Outcome::Interrupted(_));
                    self.event(events::summary(report, interrupted));
                }
                warnings(ended).iter().for_each(|warning| self.warning(warning));
                self.event(events::ended(ended));
                if let (Outcome::Done(update), Kind::Up) = (&ended.outcome, kind) {
                    self.event(events::outputs(&update.outputs, false));
                }
            }
        }
    }

    /// What became of every stack.
    pub fn total(&mut self, ended: &[Ended], elapsed: Duration) {
        if self.json {
            return self.event(events::total(ended, elapsed));
        }
        for ended in ended {
            let progress = self.several.progress.get(&ended.stack);
            let Some(text) = screen::trouble(ended, progress, self.look) else { continue };
            self.screen("\n");
            self.title(&ended.stack);
            self.screen(&text);
        }
        let text = screen::total(ended, elapsed, &self.several.labels, self.look);
        self.screen(&format!("\n{text}"));
    }

    /// The stacks, and which refers to which.
    pub fn stack_graph(
        &mut self,
        graph: &Graph,
        stacks: &[StackName],
        layer: &dyn Fn(&StackName) -> &'static str,
    ) {
        let dot = screen::stack_graph(graph, stacks, layer);
        match self.json {
            false => self.data(&dot),
            true => {
                for name in stacks {
                    self.stack = Some(name.clone());
                    self.event(events::stack(graph, name, layer(name)));
                }
                self.stack = None;
                self.event(events::graph(&dot));
            }
        }
    }

    /// How stacks stand; `without_program` are those that no program is there for.
    pub fn status(&mut self, all: &[Status], without_program: &[StackName]) {
        if !self.json {
            let text = screen::status(all, without_program, &self.several.labels);
            return self.data(&text);
        }
        for status in all {
            self.stack = Some(status.stack.clone());
            self.event(events::status(status));
        }
        self.stack = None;
    }

    /// The instances whose time is over.
    pub fn expired(&mut self, all: &[Instance], now: OffsetDateTime) {
        match (self.json, all) {
            (true, _) => all.iter().for_each(|instance| self.event(events::expired(instance))),
            (false, []) => self.note("no instance is expired"),
            (false, _) => self.data(&screen::expired(all, now)),
        }
    }
}

/// What could not be done of the update of a stack, though its state is safe.
fn warnings(ended: &Ended) -> &[String] {
    match &ended.outcome {
        Outcome::Done(update) | Outcome::Failed(update) | Outcome::Interrupted(update) => &update.warnings,
        _ => &[],
    }
}

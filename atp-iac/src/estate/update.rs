//! Carries out the plans of several stacks, as many at a time as allowed.

use super::{Estate, Forecast, Member};
use crate::StackName;
use crate::apply::{Event, Interrupt, Recovered};
use crate::engine::{Decision, EngineError, Kind, Update, UpdateOptions};
use crate::plan::{Departure, Plan};
use futures::StreamExt;
use futures::future::{BoxFuture, FutureExt};
use futures::stream::FuturesUnordered;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

/// What bounds a run.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many stacks are worked on at a time; at least one.
    pub stacks: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { stacks: 4 }
    }
}

/// Something that happened in a run.
#[derive(Debug)]
pub enum Told<'a> {
    /// The plan of a stack was made, is within the preview, and will be carried out.
    Begun(&'a Plan, &'a [Recovered]),
    /// A step of it.
    Step(Event<'a>),
    /// A stack has ended, or will not be started.
    Ended(&'a Ended),
}

/// What became of a stack.
#[derive(Debug)]
pub struct Ended {
    /// Which.
    pub stack: StackName,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took, with planning and waiting for its lock.
    pub elapsed: Duration,
}

/// How a stack ended.
#[derive(Debug)]
pub enum Outcome {
    /// It is as it should be.
    Done(Box<Update>),
    /// Steps of it failed.
    Failed(Box<Update>),
    /// It was interrupted before all was done.
    Interrupted(Box<Update>),
    /// It could not be planned, locked or written.
    Error(EngineError),
    /// Its program or a provider stopped with a panic.
    Panic,
    /// Its plan has moved from the one that was approved. Nothing of it was done.
    Moved(Vec<Departure>),
    /// It was not started.
    NotStarted(Obstacle),
}

/// Why a stack was not started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// Another one that it has to wait for is not done.
    Stack(StackName),
    /// The run was interrupted.
    Interrupted,
}

impl Ended {
    /// Whether all was done.
    pub fn is_done(&self) -> bool {
        matches!(self.outcome, Outcome::Done(_))
    }
}

impl Estate {
    /// Updates every stack of a forecast, each under its own lock, as soon as those that it has to wait for are done. Of
    /// those that fail, others that have to wait for them are not started; the rest goes on.
    pub async fn update(
        &self,
        approved: &Forecast,
        options: &UpdateOptions,
        limits: Limits,
        tell: &(dyn Fn(&StackName, Told<'_>) + Send + Sync),
        interrupt: &Interrupt,
    ) -> Vec<Ended> {
        let mut run = Run {
            estate: self,
            approved,
            options,
            tell,
            interrupt,
            waiting: (0..approved.stacks.len()).collect(),
            running: FuturesUnordered::new(),
            ended: BTreeMap::new(),
        };
        loop {
            run.start_ready(limits.stacks.max(1));
            let Some(ended) = run.running.next().await else { break };
            run.end(ended);
        }
        let waiting = std::mem::take(&mut run.waiting);
        waiting.into_iter().for_each(|position| run.give_up(position, Obstacle::Interrupted));
        let Run { mut ended, .. } = run;
        approved.stacks.iter().filter_map(|(name, _)| ended.remove(name)).collect()
    }
}

struct Run<'r> {
    estate: &'r Estate,
    approved: &'r Forecast,
    options: &'r UpdateOptions,
    tell: &'r (dyn Fn(&StackName, Told<'_>) + Send + Sync),
    interrupt: &'r Interrupt,
    /// Positions in the forecast.
    waiting: BTreeSet<usize>,
    running: FuturesUnordered<BoxFuture<'r, Ended>>,
    ended: BTreeMap<StackName, Ended>,
}

impl<'r> Run<'r> {
    fn start_ready(&mut self, limit: usize) {
        // The forecast is in an order in which one pass over it finds whoever waits for one that failed.
        for position in self.waiting.clone() {
            if self.interrupt.is_raised() {
                return;
            }
            let approved = self.approved;
            let (name, preview) = &approved.stacks[position];
            if let Some(obstacle) = self.obstacle(name) {
                self.waiting.remove(&position);
                self.give_up(position, Obstacle::Stack(obstacle));
            } else if self.running.len() < limit
                && self.before(name).all(|other| self.ended.get(other).is_some_and(Ended::is_done))
                && let Some(member) = self.estate.members.get(name)
            {
                self.waiting.remove(&position);
                let one = One {
                    name,
                    member,
                    plan: &preview.plan,
                    kind: approved.kind,
                    options: self.options,
                    tell: self.tell,
                    interrupt: self.interrupt,
                };
                let clock = self.estate.clock.as_ref();
                self.running.push(
                    async move {
                        let begun = clock.now();
                        let outcome = AssertUnwindSafe(one.run()).catch_unwind().await;
                        let outcome = outcome.unwrap_or(Outcome::Panic);
                        let elapsed = (clock.now() - begun).try_into().unwrap_or_default();
                        Ended { stack: name.clone(), outcome, elapsed }
                    }
                    .boxed(),
                );
            }
        }
    }

    /// The stacks of this run that a stack has to wait for.
    fn before(&self, name: &'r StackName) -> impl Iterator<Item = &'r StackName> {
        let graph = &self.estate.graph;
        let (up, destroy) = match self.approved.kind {
            Kind::Up => (Some(graph.references(name)), None),
            Kind::Destroy => (None, Some(graph.dependents(name))),
        };
        let before = up.into_iter().flatten().chain(destroy.into_iter().flatten());
        before.filter(|other| self.estate.members.contains_key(*other))
    }

    /// The stack that keeps another one from ever being started: the first cause, not one that only waited for it.
    fn obstacle(&self, name: &'r StackName) -> Option<StackName> {
        let ended = self.before(name).filter_map(|other| self.ended.get(other));
        ended.filter(|ended| !ended.is_done()).find_map(|ended| match &ended.outcome {
            Outcome::NotStarted(Obstacle::Stack(cause)) => Some(cause.clone()),
            // Nothing is started any more.
            Outcome::NotStarted(Obstacle::Interrupted) => None,
            _ => Some(ended.stack.clone()),
        })
    }

    fn give_up(&mut self, position: usize, obstacle: Obstacle) {
        let stack = self.approved.stacks[position].0.clone();
        self.end(Ended { stack, outcome: Outcome::NotStarted(obstacle), elapsed: Duration::ZERO });
    }

    fn end(&mut self, ended: Ended) {
        (self.tell)(&ended.stack, Told::Ended(&ended));
        self.ended.insert(ended.stack.clone(), ended);
    }
}

/// The update of one stack.
struct One<'r> {
    name: &'r StackName,
    member: &'r Member,
    plan: &'r Plan,
    kind: Kind,
    options: &'r UpdateOptions,
    tell: &'r (dyn Fn(&StackName, Told<'_>) + Send + Sync),
    interrupt: &'r Interrupt,
}

impl One<'_> {
    async fn run(self) -> Outcome {
        let One { name, member, plan: approved, kind, options, tell, interrupt } = self;
        let mut departures = Vec::new();
        let mut decide = |plan: &Plan, recovered: &[Recovered]| {
            departures = plan.departures(approved);
            if !departures.is_empty() || interrupt.is_raised() {
                return Decision::Decline;
            }
            tell(name, Told::Begun(plan, recovered));
            Decision::Apply
        };
        let mut observe = |event: Event<'_>| tell(name, Told::Step(event));
        let Member { deployment, engine } = member;
        match engine.update(deployment, kind, options, &mut decide, &mut observe, interrupt).await {
            Err(EngineError::Interrupted) => Outcome::NotStarted(Obstacle::Interrupted),
            Err(error) => Outcome::Error(error),
            Ok(update) => ended(update, departures, interrupt),
        }
    }
}

fn ended(update: Update, departures: Vec<Departure>, interrupt: &Interrupt) -> Outcome {
    match &update.report {
        None if departures.is_empty() => Outcome::NotStarted(Obstacle::Interrupted),
        None => Outcome::Moved(departures),
        Some(report) if report.is_complete() => Outcome::Done(update.into()),
        Some(_) if interrupt.is_raised() => Outcome::Interrupted(update.into()),
        Some(_) => Outcome::Failed(update.into()),
    }
}

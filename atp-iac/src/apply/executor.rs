//! Runs the steps of a plan, as many at a time as allowed.

use super::event::{Event, Failure, FailureCause};
use super::interrupt::Interrupt;
use super::scheduler::{Scheduler, StepStatus};
use super::step::StepContext;
use crate::Urn;
use crate::output::Resolver;
use crate::plan::{Answers, Counts, Operation, Plan, Work, agrees, first_difference};
use crate::ports::Clock;
use crate::provider::Provider;
use crate::state::{Record, StateSession, StateView};
use crate::value::Value;
use futures::StreamExt;
use futures::future::{BoxFuture, FutureExt};
use futures::stream::FuturesUnordered;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;

/// Carries out plans.
pub struct Executor<'a> {
    /// The providers, by name.
    pub providers: &'a BTreeMap<String, Arc<dyn Provider>>,
    /// The locked state.
    pub session: &'a StateSession,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Steps at a time, at least one.
    pub parallel: usize,
    /// How long one call may take.
    pub timeout: Duration,
    /// Asks to stop.
    pub interrupt: &'a Interrupt,
}

/// How an apply ended.
#[derive(Debug, Default)]
pub struct Report {
    /// What was done.
    pub done: Counts,
    /// What failed.
    pub failures: Vec<Failure>,
    /// How many steps were not started because one that they wait for was not done.
    pub skipped: usize,
    /// How many steps were not started because the run was interrupted, or the state could not be written any more.
    pub not_started: usize,
    /// How many results could not be written down after the state could not be written any more, which is the last of
    /// the failures. The next run looks up what became of them.
    pub unrecorded: usize,
    /// How long it took.
    pub elapsed: Duration,
    /// What all queries answered, before the plan and since. Secrets are marked.
    pub answers: Answers,
}

impl Report {
    /// Whether everything was done.
    pub fn is_complete(&self) -> bool {
        self.failures.is_empty() && self.skipped == 0 && self.not_started == 0 && self.unrecorded == 0
    }
}

/// A step, when it began, and how it ended: with the answer, if it asked a query.
type Ended = (usize, OffsetDateTime, Result<Option<Value>, FailureCause>);

impl Executor<'_> {
    /// Carries out a plan to its end, or until it is interrupted or the state cannot be written any more.
    pub async fn run(&self, plan: &Plan, observe: &mut (dyn FnMut(Event<'_>) + Send)) -> Report {
        let begun = self.clock.now();
        let mut run = Run {
            executor: self,
            plan,
            scheduler: Scheduler::new(&plan.steps),
            running: FuturesUnordered::new(),
            report: Report { answers: plan.answers.clone(), ..Report::default() },
            stopped: false,
        };
        loop {
            run.start_ready(observe);
            if run.running.is_empty() {
                break;
            }
            futures::select_biased! {
                ended = run.running.select_next_some() => run.end(ended, observe),
                () = self.interrupt.aborted().fuse() => {
                    run.abort(observe);
                    break;
                }
            }
        }
        let mut report = run.finish();
        report.elapsed = elapsed(begun, self.clock.now());
        report
    }
}

fn elapsed(from: OffsetDateTime, to: OffsetDateTime) -> Duration {
    (to - from).try_into().unwrap_or_default()
}

struct Run<'r, 'a> {
    executor: &'r Executor<'a>,
    plan: &'r Plan,
    scheduler: Scheduler<'r>,
    running: FuturesUnordered<BoxFuture<'r, Ended>>,
    report: Report,
    stopped: bool,
}

impl Run<'_, '_> {
    fn start_ready(&mut self, observe: &mut (dyn FnMut(Event<'_>) + Send)) {
        while !self.stopped
            && !self.executor.interrupt.is_raised()
            && self.scheduler.running() < self.executor.parallel.max(1)
        {
            let Some(step) = self.scheduler.take_ready() else { break };
            self.start(step, observe);
        }
    }

    fn operation(&self, step: usize) -> (&'_ Operation, Work) {
        let step = self.plan.steps.steps[step];
        (&self.plan.operations[step.operation], step.work)
    }

    fn start(&mut self, step: usize, observe: &mut (dyn FnMut(Event<'_>) + Send)) {
        let plan = self.plan;
        let work = plan.steps.steps[step].work;
        let operation = &plan.operations[plan.steps.steps[step].operation];
        let executor = self.executor;
        let begun = executor.clock.now();
        let Some(provider) = executor.providers.get(operation.provider_of(work)) else {
            let cause = FailureCause::Inputs(format!(
                "the provider `{}` is not registered",
                operation.provider_of(work)
            ));
            return self.end((step, begun, Err(cause)), observe);
        };
        let inputs = match self.inputs(operation, work) {
            Ok(inputs) => inputs,
            Err(cause) => return self.end((step, begun, Err(cause)), observe),
        };
        let id = match (&operation.old, work) {
            (Some(old), Work::Delete | Work::Update) => Some(old.id.clone()),
            (_, Work::Check | Work::Read | Work::Forget) => None,
            _ => provider.id(&operation.kind, &inputs),
        };
        let key = id.and_then(|id| provider.serial_key(&operation.kind, &id));
        if !self.scheduler.start(step, key) {
            return;
        }
        if work != Work::Check {
            observe(Event::Started { operation, work });
        }
        self.running.push(
            async move {
                let context = StepContext {
                    session: executor.session,
                    provider: provider.as_ref(),
                    clock: executor.clock,
                    number: step as u64,
                    timeout: executor.timeout,
                };
                (step, begun, context.run(operation, work, inputs).await)
            }
            .boxed(),
        );
    }

    /// The inputs as they are now; a failure when they are not what the plan said.
    fn inputs(&self, operation: &Operation, work: Work) -> Result<Value, FailureCause> {
        let Some(expression) =
            operation.expression.as_ref().filter(|_| !matches!(work, Work::Delete | Work::Forget))
        else {
            return Ok(Value::Null);
        };
        let answers = &self.report.answers;
        let resolved = self.executor.session.with_view(|view| expression.resolve(&Current { view, answers }));
        let inputs = resolved.map_err(|error| FailureCause::Inputs(error.to_string()))?;
        if !agrees(&operation.inputs, &inputs) {
            let path = first_difference(&operation.inputs, &inputs);
            return Err(FailureCause::Diverged { path });
        }
        if !inputs.has_unknown() {
            return Ok(inputs);
        }
        let unknown = inputs.to_json_exposed().err().map(|error| error.to_string());
        Err(FailureCause::Inputs(unknown.unwrap_or_default()))
    }

    fn end(&mut self, (step, begun, result): Ended, observe: &mut (dyn FnMut(Event<'_>) + Send)) {
        let well = result.is_ok();
        let skipped = self.scheduler.finish(step, well);
        let (operation, work) = self.operation(step);
        match result {
            Ok(_) if work == Work::Check => {}
            Ok(answer) => {
                let elapsed = elapsed(begun, self.executor.clock.now());
                observe(Event::Finished { operation, work, elapsed });
                let urn = operation.urn.clone();
                self.report.answers.extend(answer.map(|answer| (urn, answer)));
            }
            Err(FailureCause::State(_)) if self.stopped => self.report.unrecorded += 1,
            Err(cause) => {
                let (urn, location) = (operation.urn.clone(), operation.location);
                self.stopped |= matches!(cause, FailureCause::State(_));
                let failure = Failure { urn, work, location, cause };
                observe(Event::Failed(&failure));
                self.report.failures.push(failure);
            }
        }
        self.report.skipped += skipped.len();
        for step in skipped {
            let (operation, work) = self.operation(step);
            observe(Event::Skipped { operation, work });
        }
    }

    fn abort(&mut self, observe: &mut (dyn FnMut(Event<'_>) + Send)) {
        self.running.clear();
        let begun = self.executor.clock.now();
        for step in 0..self.plan.steps.steps.len() {
            if self.scheduler.status(step) == StepStatus::Running {
                self.end((step, begun, Err(FailureCause::Aborted)), observe);
            }
        }
    }

    fn finish(self) -> Report {
        let Run { plan, scheduler, mut report, .. } = self;
        let mut complete = vec![true; plan.operations.len()];
        for (index, step) in plan.steps.steps.iter().enumerate() {
            let status = scheduler.status(index);
            complete[step.operation] &= status == StepStatus::Done;
            report.not_started += usize::from(status == StepStatus::Waiting);
        }
        for (operation, _) in plan.operations.iter().zip(complete).filter(|(_, complete)| *complete) {
            report.done.add(operation.action);
        }
        report
    }
}

/// The outputs that the state has now, and what queries answered.
struct Current<'v> {
    view: &'v StateView,
    answers: &'v Answers,
}

impl Resolver for Current<'_> {
    fn outputs(&self, urn: &Urn) -> Option<&Value> {
        self.answers.get(urn).or_else(|| self.view.get(urn).map(|resource| &resource.outputs))
    }
}

impl Executor<'_> {
    /// Computes the outputs of the stack, after an apply that did everything and had these answers to its queries, and
    /// writes them down.
    ///
    /// # Errors
    /// When one cannot be computed, or the state cannot be written.
    pub async fn save_outputs(&self, plan: &Plan, answers: &Answers) -> Result<(), FailureCause> {
        let mut values = BTreeMap::new();
        for (name, expression) in plan.output_expressions.iter().flatten() {
            let resolved = self.session.with_view(|view| expression.resolve(&Current { view, answers }));
            let value = resolved.map_err(|error| FailureCause::Inputs(error.to_string()))?;
            values.insert(name.clone(), value);
        }
        let known =
            self.session.with_view(|view| *view.outputs() == values && view.contract() == plan.contract);
        if known {
            return Ok(());
        }
        let record = Record::Outputs { contract: plan.contract, values };
        self.session.record(record).await.map_err(FailureCause::State)
    }
}

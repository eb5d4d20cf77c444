//! Runs the steps of a plan, as many at a time as allowed.

use super::event::{Event, Failure, FailureCause};
use super::hooks::{hooks, moments};
use super::interrupt::Interrupt;
use super::limit::Limits;
use super::scheduler::{Scheduler, StepStatus};
use super::step::{Done, StepContext};
use crate::Urn;
use crate::output::{Expression, Resolver};
use crate::plan::{Answers, Counts, Operation, Plan, Work, agrees, first_difference};
use crate::ports::Clock;
use crate::provider::Provider;
use crate::state::{Lifecycle, StateError, StateSession, StateView};
use crate::value::Value;
use futures::StreamExt;
use futures::future::{BoxFuture, FutureExt};
use futures::stream::FuturesUnordered;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
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
    /// After a failure, start nothing more.
    pub stop_on_failure: bool,
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
    /// How many steps were not started because the run was interrupted, the state could not be written any more,
    /// or a failure was to stop the run.
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

/// What became of a step that was started.
enum Progress<'r> {
    /// The hooks that come before it ran, or one of them failed.
    Prepared(usize, Value, Result<(), FailureCause>),
    /// What it is about to do is durable, or could not be made so.
    Intended(usize, Value, Result<(), StateError>),
    /// It began then, and its call came back.
    Called(usize, OffsetDateTime, Result<Done<'r>, FailureCause>),
    /// It began then and went well, and its result is durable, or could not be made so.
    Settled(usize, OffsetDateTime, Result<(), StateError>),
}

impl Executor<'_> {
    /// Carries out a plan to its end, or until it is interrupted or the state cannot be written any more.
    pub async fn run(&self, plan: &Plan, observe: &mut (dyn FnMut(Event<'_>) + Send)) -> Report {
        let begun = self.clock.now();
        let mut run = Run {
            executor: self,
            plan,
            scheduler: Scheduler::new(&plan.steps),
            running: FuturesUnordered::new(),
            settling: FuturesUnordered::new(),
            report: Report { answers: plan.answers.clone(), ..Report::default() },
            stopped: false,
        };
        loop {
            run.start_ready(observe);
            if run.running.is_empty() {
                break;
            }
            // What waits for a result starts when that is durable, at the same time as its intent: so that is told first.
            futures::select_biased! {
                settled = run.settling.select_next_some() => run.progress(settled, observe),
                progress = run.running.select_next_some() => run.progress(progress, observe),
                () = self.interrupt.aborted().fuse() => {
                    run.abort(observe);
                    break;
                }
            }
        }
        while let Some(settled) = run.settling.next().await {
            run.progress(settled, observe);
        }
        let mut report = run.finish();
        report.elapsed = elapsed(begun, self.clock.now());
        report
    }
}

/// A panic in what is computed is an error of one operation.
fn guarded<T>(compute: impl FnOnce() -> Result<T, FailureCause>) -> Result<T, FailureCause> {
    catch_unwind(AssertUnwindSafe(compute)).unwrap_or(Err(FailureCause::Panic))
}

/// The inputs are computed by functions of the program, and nothing was called yet.
fn of_program(cause: FailureCause) -> FailureCause {
    match cause {
        FailureCause::Panic => FailureCause::Inputs("a function of the program stopped with a panic".into()),
        other => other,
    }
}

fn elapsed(from: OffsetDateTime, to: OffsetDateTime) -> Duration {
    (to - from).try_into().unwrap_or_default()
}

/// The value, or a failure when a part of it is not known.
fn known(value: Value) -> Result<Value, FailureCause> {
    if !value.has_unknown() {
        return Ok(value);
    }
    let unknown = value.to_json_exposed().err().map(|error| error.to_string());
    Err(FailureCause::Inputs(unknown.unwrap_or_default()))
}

struct Run<'r, 'a> {
    executor: &'r Executor<'a>,
    plan: &'r Plan,
    scheduler: Scheduler<'r>,
    /// The steps whose intents are being written, and those that are doing their work.
    running: FuturesUnordered<BoxFuture<'r, Progress<'r>>>,
    /// The steps whose results are being written.
    settling: FuturesUnordered<BoxFuture<'r, Progress<'r>>>,
    report: Report,
    stopped: bool,
}

impl<'r> Run<'r, '_> {
    fn start_ready(&mut self, observe: &mut (dyn FnMut(Event<'_>) + Send)) {
        while !self.stopped
            && (!self.executor.stop_on_failure || self.report.failures.is_empty())
            && !self.executor.interrupt.is_raised()
            && self.scheduler.running() < self.executor.parallel.max(1)
        {
            let Some(step) = self.scheduler.take_ready() else { break };
            self.start(step, observe);
        }
    }

    fn operation(&self, step: usize) -> (&'r Operation, Work) {
        let step = self.plan.steps.steps[step];
        (&self.plan.operations[step.operation], step.work)
    }

    fn context(&self, step: usize) -> Result<StepContext<'r>, FailureCause> {
        let (operation, work) = self.operation(step);
        let executor = self.executor;
        let name = operation.provider_of(work);
        let missing = || FailureCause::Inputs(format!("the provider `{name}` is not registered"));
        Ok(StepContext {
            session: executor.session,
            provider: executor.providers.get(name).ok_or_else(missing)?.as_ref(),
            limits: Limits { clock: executor.clock, timeout: executor.timeout },
            interrupt: executor.interrupt,
            number: step as u64,
            lifecycle: self.lifecycle(operation, work)?,
        })
    }

    /// What the state will keep of the options, with the replacement trigger as it is now; a failure when that is not what
    /// the plan said.
    fn lifecycle(&self, operation: &'r Operation, work: Work) -> Result<Cow<'r, Lifecycle>, FailureCause> {
        if let (Some(old), Work::Delete | Work::Forget) = (&operation.old, work) {
            return Ok(Cow::Borrowed(&old.lifecycle));
        }
        let planned = Cow::Borrowed(&operation.lifecycle);
        let trigger = operation.options.as_ref().and_then(|options| options.replacement_trigger.as_ref());
        let (Some(trigger), Some(said)) = (trigger, &planned.replacement_trigger) else { return Ok(planned) };
        let now = known(self.resolve(trigger)?)?;
        if !agrees(said, &now) {
            return Err(FailureCause::Diverged { path: "replacement_trigger".into() });
        }
        if !said.has_unknown() {
            return Ok(planned);
        }
        Ok(Cow::Owned(Lifecycle { replacement_trigger: Some(now), ..operation.lifecycle.clone() }))
    }

    fn resolve(&self, expression: &Expression) -> Result<Value, FailureCause> {
        let answers = &self.report.answers;
        let resolved = self.executor.session.with_view(|view| expression.resolve(&Current { view, answers }));
        resolved.map_err(|error| FailureCause::Inputs(error.to_string()))
    }

    fn start(&mut self, step: usize, observe: &mut (dyn FnMut(Event<'_>) + Send)) {
        if let Err(cause) = self.try_start(step, observe) {
            self.fail(step, cause, observe);
        }
    }

    fn try_start(
        &mut self,
        step: usize,
        observe: &mut (dyn FnMut(Event<'_>) + Send),
    ) -> Result<(), FailureCause> {
        let (operation, work) = self.operation(step);
        let computed = guarded(|| Ok((self.context(step)?, self.inputs(operation, work)?)));
        let (context, inputs) = computed.map_err(of_program)?;
        let id = match (&operation.old, work) {
            (Some(old), Work::Delete | Work::Update) => Some(old.id.clone()),
            (_, Work::Check | Work::Read | Work::Forget) => None,
            _ => guarded(|| Ok(context.provider.id(&operation.kind, &inputs)))?,
        };
        let serial = |id: String| context.provider.serial_key(operation.kind_of(work), &id);
        let key = guarded(|| Ok(id.and_then(serial)))?;
        if !self.scheduler.start(step, key) {
            return Ok(());
        }
        let before = moments(work).map(|(before, _)| (before, hooks(operation, before)));
        let Some((moment, hooks)) = before.filter(|(_, hooks)| !hooks.is_empty()) else {
            return self.intend(step, inputs, observe);
        };
        let prepared = async move {
            let prepared = context.run_hooks(operation, moment, &hooks, &inputs).await;
            Progress::Prepared(step, inputs, prepared)
        };
        self.running.push(prepared.boxed());
        Ok(())
    }

    fn intend(
        &mut self,
        step: usize,
        inputs: Value,
        observe: &mut (dyn FnMut(Event<'_>) + Send),
    ) -> Result<(), FailureCause> {
        let (operation, work) = self.operation(step);
        let context = self.context(step)?;
        match guarded(|| context.intend(operation, work, &inputs))? {
            Some(intent) => {
                let intended = async move { Progress::Intended(step, inputs, intent.durable().await) };
                self.running.push(intended.boxed());
                Ok(())
            }
            None => self.call(step, inputs, observe),
        }
    }

    fn call(
        &mut self,
        step: usize,
        inputs: Value,
        observe: &mut (dyn FnMut(Event<'_>) + Send),
    ) -> Result<(), FailureCause> {
        let (operation, work) = self.operation(step);
        let context = self.context(step)?;
        if work != Work::Check {
            observe(Event::Started { operation, work });
        }
        let begun = self.executor.clock.now();
        let called = async move {
            let ran = AssertUnwindSafe(context.run(operation, work, inputs)).catch_unwind().await;
            Progress::Called(step, begun, ran.unwrap_or(Err(FailureCause::Panic)))
        };
        self.running.push(called.boxed());
        Ok(())
    }

    /// The inputs as they are now; a failure when they are not what the plan said.
    fn inputs(&self, operation: &Operation, work: Work) -> Result<Value, FailureCause> {
        let Some(expression) =
            operation.expression.as_ref().filter(|_| !matches!(work, Work::Delete | Work::Forget))
        else {
            return Ok(Value::Null);
        };
        let inputs = operation.keep_ignored(self.resolve(expression)?);
        if !agrees(&operation.inputs, &inputs) {
            let path = first_difference(&operation.inputs, &inputs);
            return Err(FailureCause::Diverged { path });
        }
        known(inputs)
    }

    fn progress(&mut self, progress: Progress<'r>, observe: &mut (dyn FnMut(Event<'_>) + Send)) {
        let (step, done) = match progress {
            Progress::Prepared(step, inputs, prepared) => {
                (step, prepared.and_then(|()| self.intend(step, inputs, observe)))
            }
            Progress::Intended(step, inputs, durable) => {
                let durable = durable.map_err(FailureCause::State);
                (step, durable.and_then(|()| self.call(step, inputs, observe)))
            }
            Progress::Called(step, begun, called) => {
                (step, called.map(|done| self.release(step, begun, done, observe)))
            }
            Progress::Settled(step, begun, durable) => {
                let durable = durable.map_err(FailureCause::State);
                (step, durable.map(|()| self.finished(step, begun, observe)))
            }
        };
        if let Err(cause) = done {
            self.fail(step, cause, observe);
        }
    }

    /// Lets go what waits for a step. Its result is not durable yet; what comes after it begins when it is.
    fn release(
        &mut self,
        step: usize,
        begun: OffsetDateTime,
        Done { answer, recording }: Done<'r>,
        observe: &mut (dyn FnMut(Event<'_>) + Send),
    ) {
        self.scheduler.finish(step, true);
        let (operation, _) = self.operation(step);
        self.report.answers.extend(answer.map(|answer| (operation.urn.clone(), answer)));
        match recording {
            Some(recording) => {
                let settled = async move { Progress::Settled(step, begun, recording.durable().await) };
                self.settling.push(settled.boxed());
            }
            None => self.finished(step, begun, observe),
        }
    }

    fn finished(&self, step: usize, begun: OffsetDateTime, observe: &mut (dyn FnMut(Event<'_>) + Send)) {
        let (operation, work) = self.operation(step);
        if work != Work::Check {
            let elapsed = elapsed(begun, self.executor.clock.now());
            observe(Event::Finished { operation, work, elapsed });
        }
    }

    fn fail(&mut self, step: usize, cause: FailureCause, observe: &mut (dyn FnMut(Event<'_>) + Send)) {
        let skipped = self.scheduler.finish(step, false);
        if self.stopped && matches!(cause, FailureCause::State(_)) {
            self.report.unrecorded += 1;
        } else {
            let (operation, work) = self.operation(step);
            let (urn, location) = (operation.urn.clone(), operation.location);
            self.stopped |= matches!(cause, FailureCause::State(_));
            let failure = Failure { urn, work, location, cause };
            observe(Event::Failed(&failure));
            self.report.failures.push(failure);
        }
        self.report.skipped += skipped.len();
        for step in skipped {
            let (operation, work) = self.operation(step);
            observe(Event::Skipped { operation, work });
        }
    }

    fn abort(&mut self, observe: &mut (dyn FnMut(Event<'_>) + Send)) {
        self.running.clear();
        for step in 0..self.plan.steps.steps.len() {
            if self.scheduler.status(step) == StepStatus::Running {
                self.fail(step, FailureCause::Aborted, observe);
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
        let Some(record) = self.session.record_of_outputs(plan.contract, values) else { return Ok(()) };
        self.session.record(record).await.map_err(FailureCause::State)
    }
}

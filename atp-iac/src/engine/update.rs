//! An update from lock to unlock.

use super::claims::{InTheWay, claim_of, in_the_way, may_pass};
use super::history::{ended, tell};
use super::{Deployment, Engine, EngineError, Made, Moved, Planned, Saved, SavedPlan, Wanted};
use crate::Urn;
use crate::apply::{Event, Executor, Failure, FailureCause, Interrupt, Recovered, Report};
use crate::history::{ApprovalNote, ApprovalRule};
use crate::plan::{ImportRequest, Pattern, Plan, Selection, Work};
use crate::state::{Record, StateError, StateSession};
use crate::value::Value;
use futures::FutureExt;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;

/// What is wanted of a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// That it is as its program says.
    Up,
    /// That nothing is left of it.
    Destroy,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Up => "up",
            Kind::Destroy => "destroy",
        }
    }

    /// What it is called where it is the way back to an update.
    pub(super) fn name_to(self, to: Option<u64>) -> &'static str {
        match to {
            Some(_) => "rollback",
            None => self.name(),
        }
    }
}

/// How to plan. A saved plan holds it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UpdateOptions {
    /// Read every resource from the cloud first.
    pub refresh: bool,
    /// Let what is protected be deleted and replaced. What stays is as protected as before.
    pub ignore_protect: bool,
    /// What of the stack is meant.
    pub selection: Selection,
    /// Replaces these though nothing forces it.
    pub replace: Vec<Pattern>,
    /// What seems to be the same under another name is: see [`Plan::proposals`].
    pub accept_moves: bool,
    /// A destroy runs the program, too, for the hooks around what is deleted.
    pub run_program: bool,
    /// After a failure, starts nothing more. Otherwise whatever does not depend on what failed goes on.
    pub stop_on_failure: bool,
    /// Takes these over, besides those that the program says. A saved plan does not hold them.
    #[serde(skip)]
    pub import: Vec<ImportRequest>,
    /// Nothing else is done: what the program says otherwise of what is taken over, and of everything else, is left to the
    /// next update. The outputs of the stack stay.
    #[serde(skip)]
    pub only_import: bool,
}

/// What an update would do.
#[derive(Debug)]
pub struct Preview {
    /// The plan.
    pub plan: Plan,
    /// What became of the calls that an earlier run left open.
    pub recovered: Vec<Recovered>,
}

/// Whether a plan is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is.
    Apply,
    /// It is not; the state stays as it is.
    Decline,
}

/// What an update did.
#[derive(Debug)]
pub struct Update {
    /// What it was to do.
    pub plan: Plan,
    /// What became of the calls that an earlier run left open.
    pub recovered: Vec<Recovered>,
    /// How it ended; `None` when it was declined.
    pub report: Option<Report>,
    /// The outputs of the stack now.
    pub outputs: BTreeMap<String, Value>,
    /// What could not be done beside it, such as a backup of the state.
    pub warnings: Vec<String>,
}

impl Engine {
    /// Plans and carries out an update under the lock of the stack. `decide` sees the plan first.
    ///
    /// Failures of single operations are in the [`Report`]: the others are done, and the state holds every result.
    ///
    /// # Errors
    /// When no plan can be made, when it may not be carried out, and when the state cannot be locked or written.
    pub async fn update(
        &self,
        deployment: &Deployment,
        kind: Kind,
        options: &UpdateOptions,
        decide: &mut (dyn FnMut(&Plan, &[Recovered]) -> Decision + Send),
        observe: &mut (dyn FnMut(Event<'_>) + Send),
        interrupt: &Interrupt,
    ) -> Result<Update, EngineError> {
        let ApprovalRule { needed, .. } = self.records.approvals;
        if needed > 0 && !options.only_import {
            let (stack, to) = (deployment.name.clone(), deployment.goes_back_to());
            let operation = kind.name_to(to);
            return Err(EngineError::NeedsApproval { stack, needed, operation, to });
        }
        let order = Order { deployment, kind, options, saved: None, approvals: Vec::new() };
        self.locked(&order, &mut Attended { decide, observe, interrupt }).await
    }

    /// Carries out a saved plan under the lock of the stack, and nothing else: the program runs once more, and what it gives
    /// now has to be that plan. After a run of the same plan that ended half way, what is left of it is done. For the plan of a
    /// rollback, the deployment is that of [`Engine::rollback`] to the same update.
    ///
    /// # Errors
    /// As [`Engine::update`]; [`EngineError::Moved`] with everything that is otherwise than when the plan was made. Nothing
    /// was done then.
    pub async fn update_with_plan(
        &self,
        deployment: &Deployment,
        plan: &SavedPlan,
        decide: &mut (dyn FnMut(&Plan, &[Recovered]) -> Decision + Send),
        observe: &mut (dyn FnMut(Event<'_>) + Send),
        interrupt: &Interrupt,
    ) -> Result<Update, EngineError> {
        let saved = plan.saved()?;
        if deployment.goes_back_to() != plan.to {
            return Err(EngineError::Moved(vec![Moved::Goal { operation: plan.operation(), to: plan.to }]));
        }
        let approvals = self.approved(plan).await?;
        let saved = Some((plan, saved));
        let order = Order { deployment, kind: plan.kind, options: &plan.options, saved, approvals };
        self.locked(&order, &mut Attended { decide, observe, interrupt }).await
    }

    /// Plans and carries out; an update of a part again, for as long as others who are at work are in its way.
    async fn locked(&self, order: &Order<'_>, attended: &mut Attended<'_>) -> Result<Update, EngineError> {
        let mut waits = self.waits();
        let (name, operation) = (&order.deployment.name, order.operation());
        loop {
            let opened = async {
                match order.is_part() {
                    true => self.open_part_for(name, operation, &mut waits).await,
                    false => self.open_for(name, operation).await,
                }
            };
            let session = unless(attended.interrupt, Box::pin(opened)).await?;
            match Box::pin(self.update_locked(&session, order, attended)).await {
                Ok(Attempt::Waits(others)) => {
                    Box::pin(self.close(&session)).await?;
                    waits.before = others;
                }
                Ok(Attempt::Ended(update)) => return Box::pin(self.end(&session, order, Ok(*update))).await,
                Err(error) => return Box::pin(self.end(&session, order, Err(error))).await,
            }
        }
    }

    /// Tells the history, gives the stack free, and says how it all ended.
    async fn end(
        &self,
        session: &StateSession,
        order: &Order<'_>,
        result: Result<Update, EngineError>,
    ) -> Result<Update, EngineError> {
        if let Some(chronicle) = session.chronicle() {
            chronicle.tell(|account| {
                account.to = order.deployment.goes_back_to();
                account.approvals = order.approvals.clone();
                tell(account, &result, &order.deployment.name);
            });
        }
        let closed = self.close(session).await;
        let mut update = match (result, &closed) {
            (Err(error), Err(state @ StateError::Unwritten { .. })) => {
                return Err(EngineError::Unwritten { error: Box::new(error), state: state.to_string() });
            }
            (result, _) => result?,
        };
        match (closed, &mut update.report) {
            (Ok(closed), _) => update.warnings = closed.warnings,
            // The journal still holds what the snapshot would say: both this and what failed before are told.
            (Err(error), Some(report)) => {
                let told =
                    report.failures.iter().any(|failure| matches!(failure.cause, FailureCause::State(_)));
                if !told || matches!(error, StateError::Unwritten { .. }) {
                    report.failures.push(failure_of_stack(&update.plan, FailureCause::State(error)));
                }
            }
            (Err(error), None) => return Err(error.into()),
        }
        Ok(update)
    }

    /// Asks every provider that the plan calls whether it can be called.
    async fn verify(&self, plan: &Plan) -> Result<(), EngineError> {
        let steps = plan.steps.steps.iter().filter(|step| !matches!(step.work, Work::Check | Work::Forget));
        let names: BTreeSet<&str> =
            steps.map(|step| plan.operations[step.operation].provider_of(step.work)).collect();
        for provider in names.into_iter().filter_map(|name| self.providers.get(name)) {
            let verified = provider.verify().await;
            verified.map_err(|error| EngineError::Cloud { provider: provider.describe(), error })?;
        }
        Ok(())
    }

    async fn update_locked(
        &self,
        session: &StateSession,
        order: &Order<'_>,
        attended: &mut Attended<'_>,
    ) -> Result<Attempt, EngineError> {
        let Order { deployment, kind, options, saved, .. } = *order;
        let (view, beside) = (session.planning_view(), session.beside());
        let standing = saved.map(|(plan, saved)| plan.stands(saved, &view, session.digest())).transpose();
        let standing = standing.map_err(EngineError::Moved)?;
        let inspect = saved.and_then(|(_, saved)| saved.plan.fingerprints.as_ref());
        let wanted = Wanted { deployment, kind, options, planned: &Planned::new(), inspect };
        let mut records = Vec::new();
        let planning = Box::pin(self.plan(&wanted, view, Some(session.fingerprints()), &mut records));
        let made = match unless(attended.interrupt, planning).await {
            Err(error) if !beside.is_empty() && may_pass(&error) => {
                return Ok(Attempt::Waits(InTheWay::all(beside, Some(error))));
            }
            made => made?,
        };
        let Made { plan, recovered, seen } = made;
        if let (Some((_, saved)), Some(standing)) = (saved, standing) {
            let moved = saved.moved(&plan, &seen, standing);
            if !moved.is_empty() {
                return Err(EngineError::Moved(moved));
            }
        }
        let claim = session.with_view(|view| claim_of(&plan, &records, view));
        if let Some(others) = in_the_way(beside, &plan, claim.as_ref()) {
            return Ok(Attempt::Waits(others));
        }
        let applies = (attended.decide)(&plan, &recovered) == Decision::Apply;
        let refused = applies && !plan.refusals.is_empty();
        // Between the plan and the first call, an interrupt stops all of it.
        let begins = applies && !refused && plan.has_changes() && !attended.interrupt.is_raised();
        if applies && !refused {
            self.verify(&plan).await?;
        }
        if begins {
            // What was found out about the last run is written together with the beginning of this one, so that whoever
            // finds either knows which plan it was found for.
            let digest = saved.map_or_else(|| plan.digest(), |(_, saved)| saved.digest.clone());
            if let Some(chronicle) = session.chronicle() {
                chronicle.tell(|account| account.plan = Some(digest.clone()));
            }
            let operation = order.operation().to_owned();
            let by = self.holder_for(&operation);
            records.push(Record::Begin { operation, plan: digest, at: self.clock.now(), by });
            records.extend(plan.preparation.records.iter().cloned());
        }
        if begins && let Some(claim) = claim {
            // From here on others may plan and begin beside this update, if they touch something else.
            session.claim(claim).await?;
        }
        session.record_all(records).await?;
        if refused {
            return Err(EngineError::Refused(plan.refusals));
        }
        let report = match applies {
            false => None,
            true => Some(self.carry_out(session, &plan, (begins, options), attended).await?),
        };
        let outputs = session.with_view(|view| view.outputs().clone());
        let update = Update { plan, recovered, report, outputs, warnings: Vec::new() };
        Ok(Attempt::Ended(Box::new(update)))
    }

    async fn carry_out(
        &self,
        session: &StateSession,
        plan: &Plan,
        (begun, options): (bool, &UpdateOptions),
        attended: &mut Attended<'_>,
    ) -> Result<Report, EngineError> {
        let executor = Executor {
            providers: &self.providers,
            session,
            clock: self.clock.as_ref(),
            parallel: self.parallel,
            timeout: self.timeout,
            stop_on_failure: options.stop_on_failure,
            interrupt: attended.interrupt,
        };
        let mut report = executor.run(plan, attended.observe).await;
        if report.is_complete()
            && let Err(cause) = executor.save_outputs(plan, &report.answers).await
        {
            report.failures.push(failure_of_stack(plan, cause));
        }
        if begun {
            let result = ended(&report);
            // When the state cannot be written, that failure is in the report already, and the journal holds the rest.
            let state_failed = report.failures.iter().any(|f| matches!(f.cause, FailureCause::State(_)));
            if !state_failed {
                session.record(Record::End { result }).await?;
            }
        }
        Ok(report)
    }
}

/// What belongs to no resource, such as the outputs: the failure names the stack.
fn failure_of_stack(plan: &Plan, cause: FailureCause) -> Failure {
    Failure { urn: Urn::of_stack(&plan.stack), work: Work::Update, location: None, cause }
}

/// What is to be done.
struct Order<'a> {
    deployment: &'a Deployment,
    kind: Kind,
    options: &'a UpdateOptions,
    /// The plan that has to come out of it.
    saved: Option<(&'a SavedPlan, &'a Saved)>,
    /// Who agreed to that.
    approvals: Vec<ApprovalNote>,
}

/// How an attempt at an update ended.
enum Attempt {
    /// It was carried out, or declined.
    Ended(Box<Update>),
    /// It comes after what others are doing.
    Waits(InTheWay),
}

impl Order<'_> {
    /// Whether it looks at a part of the stack alone. A rollback is planned from what the whole stack was.
    fn is_part(&self) -> bool {
        let UpdateOptions { selection, import, only_import, .. } = self.options;
        let targets = !selection.targets.is_empty();
        targets && self.deployment.aim.is_none() && import.is_empty() && !only_import
    }

    /// What it is called.
    fn operation(&self) -> &'static str {
        match self.deployment.goes_back_to() {
            None if self.options.only_import => "import",
            to => self.kind.name_to(to),
        }
    }
}

/// Who is asked, and told, and can stop it.
struct Attended<'a> {
    decide: &'a mut (dyn FnMut(&Plan, &[Recovered]) -> Decision + Send),
    observe: &'a mut (dyn FnMut(Event<'_>) + Send),
    interrupt: &'a Interrupt,
}

/// Waits for something that has no effect yet, unless the run is interrupted.
async fn unless<T>(
    interrupt: &Interrupt,
    work: impl Future<Output = Result<T, EngineError>>,
) -> Result<T, EngineError> {
    let mut work = pin!(work.fuse());
    futures::select_biased! {
        result = work => result,
        () = interrupt.raised().fuse() => Err(EngineError::Interrupted),
    }
}

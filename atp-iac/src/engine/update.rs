//! An update from lock to unlock.

use super::{Deployment, Engine, EngineError, Planned, Wanted};
use crate::Urn;
use crate::apply::{Event, Executor, Failure, FailureCause, Interrupt, Recovered, Report};
use crate::plan::{Plan, Work};
use crate::state::{Holder, Outcome, Record, SessionPorts, StateSession, Wait};
use crate::value::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// What is wanted of a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
}

/// How to plan.
#[derive(Debug, Clone, Default)]
pub struct UpdateOptions {
    /// Read every resource from the cloud first.
    pub refresh: bool,
    /// Let what is protected be deleted and replaced. What stays is as protected as before.
    pub ignore_protect: bool,
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
        let session = self.open(deployment, kind).await?;
        let result =
            self.update_locked(&session, deployment, kind, options, decide, observe, interrupt).await;
        let closed = session.close().await;
        let update = result?;
        closed?;
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

    async fn open(&self, deployment: &Deployment, kind: Kind) -> Result<StateSession, EngineError> {
        let ports = SessionPorts {
            store: self.store.clone(),
            keys: self.keys.clone(),
            clock: self.clock.clone(),
            random: self.random.clone(),
        };
        let wait = Wait { at_most: self.lock_wait, on_wait: self.on_wait.as_ref() };
        Ok(StateSession::open(&ports, &deployment.name, &self.holder(kind), wait).await?)
    }

    fn holder(&self, kind: Kind) -> Holder {
        Holder { operation: kind.name().to_owned(), since: self.clock.now(), ..self.who.clone() }
    }

    #[allow(clippy::too_many_arguments, reason = "the inside of `update`, between lock and unlock")]
    async fn update_locked(
        &self,
        session: &StateSession,
        deployment: &Deployment,
        kind: Kind,
        options: &UpdateOptions,
        decide: &mut (dyn FnMut(&Plan, &[Recovered]) -> Decision + Send),
        observe: &mut (dyn FnMut(Event<'_>) + Send),
        interrupt: &Interrupt,
    ) -> Result<Update, EngineError> {
        let mut records = Vec::new();
        let view = session.with_view(Clone::clone);
        let fingerprints = Some(session.fingerprints());
        let wanted = Wanted { deployment, kind, options, planned: &Planned::new() };
        let (plan, recovered) = self.plan(&wanted, view, fingerprints, &mut records).await?;
        session.record_all(records).await?;
        let decision = decide(&plan, &recovered);
        if decision == Decision::Apply && !plan.refusals.is_empty() {
            return Err(EngineError::Refused(plan.refusals));
        }
        let report = match decision {
            Decision::Decline => None,
            Decision::Apply => Some(self.carry_out(session, &plan, kind, observe, interrupt).await?),
        };
        let outputs = session.with_view(|view| view.outputs().clone());
        Ok(Update { plan, recovered, report, outputs })
    }

    async fn carry_out(
        &self,
        session: &StateSession,
        plan: &Plan,
        kind: Kind,
        observe: &mut (dyn FnMut(Event<'_>) + Send),
        interrupt: &Interrupt,
    ) -> Result<Report, EngineError> {
        let executor = Executor {
            providers: &self.providers,
            session,
            clock: self.clock.as_ref(),
            parallel: self.parallel,
            timeout: self.timeout,
            interrupt,
        };
        self.verify(plan).await?;
        if plan.has_changes() {
            let (operation, by) = (kind.name().to_owned(), self.holder(kind));
            session
                .record(Record::Begin { operation, plan: plan.digest(), at: self.clock.now(), by })
                .await?;
        }
        let mut report = executor.run(plan, observe).await;
        if report.is_complete()
            && let Err(cause) = executor.save_outputs(plan, &report.answers).await
        {
            report.failures.push(outputs_failure(plan, cause));
        }
        if plan.has_changes() {
            let result = match &report {
                report if report.is_complete() => Outcome::Done,
                report if report.not_started > 0 && report.failures.is_empty() => Outcome::Interrupted,
                _ => Outcome::Failed,
            };
            // When the state cannot be written, that failure is in the report already, and the journal holds the rest.
            let state_failed = report.failures.iter().any(|f| matches!(f.cause, FailureCause::State(_)));
            if !state_failed {
                session.record(Record::End { result }).await?;
            }
        }
        Ok(report)
    }
}

/// The outputs belong to no resource: the failure names the stack.
fn outputs_failure(plan: &Plan, cause: FailureCause) -> Failure {
    Failure { urn: Urn::of_stack(&plan.stack), work: Work::Update, location: None, cause }
}

impl Plan {
    /// A hash of what the plan does: the same plan of the same state has the same. Secrets do not count in it.
    pub fn digest(&self) -> String {
        let mut text = format!("{} {} {}", self.stack, self.base.lineage, self.base.serial);
        for operation in &self.operations {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n{} {:?} {:?}", operation.urn, operation.action, operation.inputs);
        }
        let digest = Sha256::digest(text.as_bytes());
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

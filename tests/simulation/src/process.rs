//! One process of the engine: it plans and carries out one update, until it is done, stopped or killed.

use crate::checks::{Mandate, check_recorded};
use crate::dice::Dice;
use crate::life::{Doom, Life};
use crate::network::Network;
use crate::program::{Program, SUBSCRIPTION};

use crate::stage::Stage;
use crate::store::ProcessStore;
use atp_azure::provider::{AzureProvider, AzureSettings};
use atp_iac::apply::{Event, FailureCause, Interrupt};
use atp_iac::engine::{Decision, Engine, EngineError, Kind, Preview, Update, UpdateOptions};
use atp_iac::plan::Plan;
use atp_iac::ports::SeededRandom;
use atp_iac::state::{Holder, StateError};
use atp_iac::testing::{KeyInClear, tester};
use futures::FutureExt as _;
use std::sync::Arc;
use std::time::Duration;

/// How a process is run.
#[derive(Debug, Clone)]
pub(crate) struct Orders {
    pub kind: Kind,
    pub refresh: bool,
    pub doom: Doom,
    /// When somebody presses Ctrl-C, each after the one before.
    pub interrupts: Vec<Duration>,
    /// Whether the plan is only looked at.
    pub declines: bool,
    /// Takes the lock from whoever has it.
    pub breaks_lock: bool,
    pub parallel: usize,
    pub timeout: Duration,
}

/// How a process ended.
pub(crate) enum Ended {
    Killed,
    Done(Box<Result<Update, EngineError>>),
}

impl Ended {
    /// Whether somebody took the lock from it while it worked.
    pub fn lost_the_lock(&self) -> bool {
        let is_fenced = |error: &StateError| match error {
            StateError::Stopped(cause) => {
                matches!(**cause, StateError::Fenced { .. } | StateError::LockLost { .. })
            }
            error => matches!(error, StateError::Fenced { .. } | StateError::LockLost { .. }),
        };
        match self {
            Ended::Killed => false,
            Ended::Done(update) => match update.as_ref() {
                Err(EngineError::State(error)) => is_fenced(error),
                // When a step notices it first, the run ends with the report of that step.
                Ok(Update { report: Some(report), .. }) => {
                    let mut causes = report.failures.iter().map(|failure| &failure.cause);
                    causes.any(|cause| matches!(cause, FailureCause::State(error) if is_fenced(error)))
                }
                _ => false,
            },
        }
    }
}

impl Orders {
    /// Runs to its end, and nobody disturbs it.
    pub fn calm(kind: Kind, refresh: bool) -> Self {
        Orders {
            kind,
            refresh,
            doom: Doom::None,
            interrupts: Vec::new(),
            declines: false,
            breaks_lock: false,
            parallel: 10,
            timeout: Duration::from_secs(3600),
        }
    }

    /// Anything may happen to it.
    pub fn draw(dice: &mut Dice) -> Self {
        let kind = if dice.one_in(12) { Kind::Destroy } else { Kind::Up };
        let mut orders = Orders::calm(kind, dice.one_in(3));
        orders.parallel = *dice.pick(&[1, 2, 10]);
        if dice.one_in(8) {
            orders.timeout = Duration::from_secs(5 + dice.below(60));
        }
        match dice.below(8) {
            0..=3 => orders.doom = Doom::draw(dice),
            4 => orders.interrupts.push(dice.time_up_to(Duration::from_secs(900))),
            5 => {
                orders.interrupts.push(dice.time_up_to(Duration::from_secs(900)));
                orders.interrupts.push(dice.time_up_to(Duration::from_secs(60)));
            }
            6 => orders.declines = dice.one_in(3),
            _ => {}
        }
        orders
    }
}

/// A process that can be run once.
pub(crate) struct Process {
    pub stage: Arc<Stage>,
    pub number: u32,
    pub orders: Orders,
    /// Where its random bytes come from.
    pub seed: u64,
}

impl Process {
    /// Brings the stack to a program, or destroys it.
    pub async fn run(self, program: &Program) -> Ended {
        let Process { stage, number, orders, .. } = &self;
        stage.note(&format!("{number} starts: {orders:?}"));
        let life = Arc::new(Life::new(orders.doom));
        let mandate = Arc::new(Mandate::default());
        let engine = self.engine(&life, &mandate);
        if orders.breaks_lock {
            let broken = stage.store.break_lock(&stage.stack).await;
            stage.note(&format!("{number} breaks the lock: {}", broken.is_ok()));
        }
        let deployment = program.deployment(&stage.stack);
        let (interrupt, options) =
            (Interrupt::default(), UpdateOptions { refresh: orders.refresh, ..UpdateOptions::default() });
        let planned = (orders.kind == Kind::Up).then_some(program);
        let mut decide = |plan: &Plan, _: &[_]| {
            mandate.give(stage, plan, planned);
            if orders.declines { Decision::Decline } else { Decision::Apply }
        };
        let mut observe = |event: Event<'_>| observed(stage, *number, &event);
        let ended = {
            let update =
                engine.update(&deployment, orders.kind, &options, &mut decide, &mut observe, &interrupt);
            let mut update = std::pin::pin!(update.fuse());
            let mut killed = std::pin::pin!(life.ended().fuse());
            let mut presses = std::pin::pin!(press(&interrupt, &orders.interrupts).fuse());
            loop {
                futures::select_biased! {
                    () = killed => break Ended::Killed,
                    update = update => break Ended::Done(Box::new(update)),
                    () = presses => {}
                }
            }
        };
        life.end();
        stage.note(&format!("{number} {}", said(&ended)));
        ended
    }

    /// What the engine would do. Takes no lock.
    pub async fn preview(self, program: &Program) -> Result<Preview, EngineError> {
        let engine = self.engine(&Arc::new(Life::new(Doom::None)), &Arc::default());
        let options = UpdateOptions { refresh: self.orders.refresh, ..UpdateOptions::default() };
        engine.preview(&program.deployment(&self.stage.stack), self.orders.kind, &options).await
    }

    /// How many resources differ from what the state says.
    pub async fn drifted(self) -> Result<usize, EngineError> {
        let engine = self.engine(&Arc::new(Life::new(Doom::None)), &Arc::default());
        engine.drifted(&self.stage.stack).await
    }

    fn engine(&self, life: &Arc<Life>, mandate: &Arc<Mandate>) -> Engine {
        let Process { stage, number, orders, seed } = self;
        let settings = AzureSettings {
            sleep: stage.time.clone(),
            ..AzureSettings::new(atp_azure::descriptors(), SUBSCRIPTION)
        };
        let network = Network {
            stage: stage.clone(),
            life: life.clone(),
            mandate: mandate.clone(),
            cloud: stage.simulator.client(),
            process: *number,
        };
        let provider = AzureProvider::with_transport(settings, network.transport());
        let store = ProcessStore { stage: stage.clone(), life: life.clone(), process: *number };
        let who = Holder { who: "simulation".into(), process: *number, ..tester() };
        Engine::new(Arc::new(store), Arc::new(KeyInClear), who)
            .with_provider(Arc::new(provider))
            .with_ports(stage.time.clone(), Arc::new(SeededRandom::new(*seed)))
            .with_parallel(orders.parallel)
            .with_timeout(orders.timeout)
    }
}

async fn press(interrupt: &Interrupt, times: &[Duration]) {
    for time in times {
        tokio::time::sleep(*time).await;
        interrupt.raise();
    }
}

/// What is reported as done is recorded.
fn observed(stage: &Stage, number: u32, event: &Event<'_>) {
    match event {
        Event::Started { operation, work } => {
            stage.note(&format!("{number} {work:?} {}", operation.urn.name()))
        }
        Event::Finished { operation, work, .. } => {
            stage.note(&format!("{number} {work:?} {} is done", operation.urn.name()));
            check_recorded(stage, &operation.urn, *work, operation.old.as_ref().map(|old| old.id.as_str()));
        }
        Event::Failed(failure) => {
            let (work, name, cause) = (failure.work, failure.urn.name(), &failure.cause);
            stage.note(&format!("{number} {work:?} {name} failed: {cause}"));
        }
        Event::Skipped { .. } => {}
    }
}

fn said(ended: &Ended) -> String {
    match ended {
        Ended::Killed => "is killed".to_owned(),
        Ended::Done(update) => match update.as_ref() {
            Err(error) => format!("fails: {}", error.to_string().lines().next().unwrap_or_default()),
            Ok(Update { report: None, .. }) => "was declined".to_owned(),
            Ok(Update { report: Some(report), .. }) if report.is_complete() => "ends well".to_owned(),
            Ok(Update { report: Some(report), .. }) => {
                format!("ends with {} failures, {} not started", report.failures.len(), report.not_started)
            }
        },
    }
}

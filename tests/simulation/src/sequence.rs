//! What happens from one seed: rounds of programs, each tried in bad weather, then settled in good weather.

use crate::checks::{Made, check_cloud};
use crate::dice::Dice;
use crate::local::Folder;
use crate::others;
use crate::process::{Ended, Orders, Process};
use crate::program::{Program, SUBSCRIPTION};
use crate::stage::{Stage, lock};
use crate::time::VirtualTime;
use crate::weather;
use atp_azure_sim::{Latency, Settings, Simulator};
use atp_iac::StackName;
use atp_iac::engine::Kind;
use atp_iac::plan::{OperationKind, Plan};
use std::sync::Arc;
use std::time::Duration;

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Ran {
    /// What must not be and was seen.
    pub violation: Option<String>,
    /// Hash of everything that happened: all requests and answers, writes of the store, and the state at the end.
    pub hash: String,
    /// How much happened.
    pub events: u64,
    /// The end of it, for people.
    pub text: String,
    /// How much virtual time it took.
    pub passed: Duration,
}

/// So long takes at most what others do.
const MEDDLING: Duration = Duration::from_secs(3600);

struct Sequence {
    stage: Arc<Stage>,
    dice: Dice,
    made: Made,
    processes: u32,
    /// Whether others changed something, so that the state is not what the cloud is.
    disturbed: bool,
}

type Checked = Result<(), String>;

/// Runs everything that follows from a seed, on a runtime whose clock is paused and which has one thread.
pub async fn run(seed: u64) -> Ran {
    let mut dice = Dice::new(seed);
    let time = Arc::new(VirtualTime::new());
    let simulator = Simulator::in_memory(atp_azure::descriptors(), settings(&mut dice.apart()), time.clone());
    simulator.keep_no_log();
    let folder = if dice.one_in(3) { Folder::new().ok().map(Arc::new) } else { None };
    let stack = match StackName::new("test", "west", "simulation") {
        Ok(stack) => stack,
        Err(error) => unreachable!("{error}"),
    };
    let stage = Stage::new(time, simulator, stack, folder.clone(), dice.apart());
    let mut sequence =
        Sequence { stage: stage.clone(), dice, made: Made::default(), processes: 0, disturbed: false };
    let ended = sequence.rounds().await;
    stage.note(&format!("the state: {:?}", stage.state().map(|view| view.to_snapshot())));
    let trace = lock(&stage.trace);
    Ran {
        violation: ended.and(stage.verdict()).err(),
        hash: trace.hash(),
        events: trace.count(),
        text: trace.text(),
        passed: stage.time.passed(),
    }
}

fn settings(dice: &mut Dice) -> Settings {
    let realistic = Latency::named("realistic").filter(|_| dice.one_in(2)).unwrap_or_default();
    Settings {
        operation_duration: Duration::from_secs(*dice.pick(&[0, 1, 20, 60])),
        latency: realistic,
        page_size: *dice.pick(&[1, 3, 100]),
        throttle: dice.one_in(3),
        check_references: dice.one_in(2),
        soft_delete: dice.one_in(2),
        replication_delay: Duration::from_secs(*dice.pick(&[0, 30])),
        noise: dice.one_in(2).then(|| dice.next()),
        providers_registered: !dice.one_in(4),
        subscriptions: vec![SUBSCRIPTION.to_owned()],
        seed: dice.next(),
        ..Settings::default()
    }
}

impl Sequence {
    async fn rounds(&mut self) -> Checked {
        let mut program = Program::nothing(&mut self.dice);
        for round in 0..2 + self.dice.below(3) {
            program = program.changed(&mut self.dice);
            self.made.may_be_of(&program);
            *lock(&self.stage.secrets) = program.secrets().into_iter().collect();
            let names: Vec<&str> = program.present().map(|item| item.name.as_str()).collect();
            self.stage.note(&format!("round {round}: {}", names.join(" ")));
            self.storm(&mut program).await?;
            if round == 0 || self.dice.one_in(2) {
                self.settle(&program).await?;
            }
        }
        self.settle(&program).await?;
        self.end(&program).await
    }

    /// Tries, with everything that can go wrong.
    async fn storm(&mut self, program: &mut Program) -> Checked {
        let mut dice = self.dice.apart();
        for _ in 0..dice.below(5) {
            weather::bad(&self.stage, &mut dice);
            if dice.one_in(5) {
                self.disturbed = true;
                others::meddle(&self.stage, program, &mut dice);
                // Nothing tells a run that something is about to vanish because of somebody else.
                tokio::time::sleep(MEDDLING).await;
            }
            if dice.one_in(4) {
                *program = program.changed(&mut dice);
                self.made.may_be_of(program);
                lock(&self.stage.secrets).extend(program.secrets());
            }
            let process = self.process(Orders::draw(&mut dice));
            if dice.one_in(5) {
                let mut orders = Orders::draw(&mut dice);
                orders.kind = process.orders.kind;
                orders.breaks_lock = dice.one_in(2);
                let rival = self.process(orders);
                let wait = dice.time_up_to(Duration::from_secs(300));
                let second = async {
                    tokio::time::sleep(wait).await;
                    rival.run(program).await
                };
                let (first, second) = futures::join!(process.run(program), second);
                if first.lost_the_lock() || second.lost_the_lock() {
                    self.make_peace(program).await;
                }
            } else {
                process.run(program).await;
            }
            self.stage.verdict()?;
            self.made.check_orphans(&self.stage);
            self.stage.verdict()?;
            tokio::time::sleep(dice.time_up_to(Duration::from_secs(600))).await;
        }
        Ok(())
    }

    /// Who takes the lock from somebody who is still at work gets what that one is about to make beside his own. The store
    /// stays whole, and who breaks a lock has to clean up.
    async fn make_peace(&mut self, program: &Program) {
        weather::good(&self.stage);
        others::clean_up(&self.stage, program, &self.made.orphans(&self.stage));
        tokio::time::sleep(MEDDLING).await;
        self.disturbed = true;
    }

    /// Nothing goes wrong any more: one update ends well, and then there is nothing to do.
    async fn settle(&mut self, program: &Program) -> Checked {
        weather::good(&self.stage);
        self.update(program, Orders::calm(Kind::Up, self.disturbed)).await?;
        self.disturbed = false;
        check_cloud(&self.stage, program, &self.made);
        self.made.check_orphans(&self.stage);
        for refresh in [false, true] {
            let preview = self.process(Orders::calm(Kind::Up, refresh)).preview(program).await;
            let preview = preview.map_err(|error| format!("no plan after an update: {error}"))?;
            let changes = changes(&preview.plan);
            if preview.plan.has_changes() {
                return Err(format!("after an update, refresh {refresh}, the plan is: {changes}"));
            }
        }
        match self.process(Orders::calm(Kind::Up, false)).drifted().await {
            Ok(0) => self.stage.verdict(),
            Ok(number) => Err(format!("after an update, {number} resources drifted")),
            Err(error) => Err(format!("no drift after an update: {error}")),
        }
    }

    /// Destroys everything.
    async fn end(&mut self, program: &Program) -> Checked {
        self.update(program, Orders::calm(Kind::Destroy, false)).await?;
        check_cloud(&self.stage, &program.emptied(), &self.made);
        if let Some(view) = self.stage.state().filter(|view| !view.is_empty() || view.pending().count() > 0) {
            return Err(format!("after a destroy, the state has {:?}", view.to_snapshot()));
        }
        self.stage.verdict()
    }

    /// An update that must end well.
    async fn update(&mut self, program: &Program, orders: Orders) -> Checked {
        let ended = self.process(orders).run(program).await;
        self.stage.verdict()?;
        match ended {
            Ended::Killed => Err("nobody killed it, and it is dead".to_owned()),
            Ended::Done(update) => match *update {
                Err(error) => Err(format!("an update in good weather fails: {error}")),
                Ok(update) => match update.report {
                    Some(report) if report.is_complete() => Ok(()),
                    Some(report) => Err(format!("an update in good weather ends so: {:#?}", report.failures)),
                    None => Err("an update was declined, and nobody did that".to_owned()),
                },
            },
        }
    }

    fn process(&mut self, orders: Orders) -> Process {
        self.processes += 1;
        Process { stage: self.stage.clone(), number: self.processes, orders, seed: self.dice.next() }
    }
}

fn changes(plan: &Plan) -> String {
    let changed = plan.operations.iter().filter(|operation| operation.action != OperationKind::Same);
    let changed = changed.map(|operation| {
        format!(
            "{:?} {} {:?} {:?}",
            operation.action,
            operation.urn.name(),
            operation.reason,
            operation.changes
        )
    });
    changed.collect::<Vec<_>>().join("\n")
}

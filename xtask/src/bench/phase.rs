//! One phase, in a process of its own.

use super::program::Bench;
use super::shape::Shape;
use anyhow::{Context, ensure};
use atp_iac::Value;
use atp_iac::apply::Interrupt;
use atp_iac::config::ConfigTree;
use atp_iac::engine::{Decision, Deployment, Engine, Kind, UpdateOptions};
use atp_iac::plan::Counts;
use atp_iac::ports::{Clock, SystemClock, SystemRandom};
use atp_iac::program::Program;
use atp_iac::secrets::LocalKeyFile;
use atp_iac::state::{Holder, LocalStore};
use atp_iac::testing::MemoryCloud;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::sync::Arc;

/// The id of the first resource.
const FIRST: &str = "Bench/items/resource-00000";

/// One phase of a benchmark.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[value(rename_all = "snake_case")]
pub enum Phase {
    /// A plan without a state: everything is created.
    PlanEmpty,
    /// Everything is created, every operation durable.
    Apply,
    /// A plan in which nothing changes.
    PlanNoop,
    /// A plan in which one resource changes.
    PlanOneChanged,
    /// That one is changed.
    ApplyOneChanged,
    /// Everything is deleted.
    Destroy,
}

impl Phase {
    /// All of them, in the order in which they are run.
    pub const ALL: [Phase; 6] = [
        Phase::PlanEmpty,
        Phase::Apply,
        Phase::PlanNoop,
        Phase::PlanOneChanged,
        Phase::ApplyOneChanged,
        Phase::Destroy,
    ];

    /// The name on the command line.
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Phase::PlanEmpty => "plan from nothing",
            Phase::Apply => "apply",
            Phase::PlanNoop => "plan, nothing changed",
            Phase::PlanOneChanged => "plan, one changed",
            Phase::ApplyOneChanged => "apply, one changed",
            Phase::Destroy => "destroy",
        }
    }

    /// Whether the first resource has another payload.
    pub fn is_changed(self) -> bool {
        matches!(self, Phase::PlanOneChanged | Phase::ApplyOneChanged)
    }
}

/// One phase of a benchmark; started by `bench engine`.
#[derive(Args)]
pub struct PhaseArguments {
    #[arg(long, value_enum)]
    phase: Phase,
    #[arg(long, value_enum)]
    shape: Shape,
    #[arg(long)]
    n: u32,
    #[arg(long)]
    parallel: usize,
    #[arg(long)]
    dir: PathBuf,
}

/// Runs a phase.
///
/// # Errors
/// When it fails, or does not do what it should.
pub fn run_phase(arguments: &PhaseArguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let done = runtime.block_on(phase(arguments))?;
    let expected = expected(arguments.phase, arguments.n as usize);
    ensure!(done == expected, "expected {expected:?}, got {done:?}");
    Ok(())
}

fn expected(phase: Phase, n: usize) -> Counts {
    match phase {
        Phase::PlanEmpty | Phase::Apply => Counts { create: n, ..Counts::default() },
        Phase::PlanNoop => Counts { same: n, ..Counts::default() },
        Phase::PlanOneChanged | Phase::ApplyOneChanged => {
            Counts { same: n - 1, update: 1, ..Counts::default() }
        }
        Phase::Destroy => Counts { delete: n, ..Counts::default() },
    }
}

async fn phase(arguments: &PhaseArguments) -> anyhow::Result<Counts> {
    let mut config = ConfigTree::empty();
    config.set("shape", arguments.shape.name())?;
    config.set("n", &arguments.n.to_string())?;
    config.set("changed", &arguments.phase.is_changed().to_string())?;
    let deployment = Deployment::new("bench", "memory", Program::of::<Bench>(), config)?;
    let cloud = MemoryCloud::new("memory").without_log();
    let engine = engine(arguments, cloud.clone());
    let options = UpdateOptions::default();
    let kind = match arguments.phase {
        Phase::PlanEmpty | Phase::PlanNoop | Phase::PlanOneChanged => {
            return Ok(engine.preview(&deployment, Kind::Up, &options).await?.plan.counts());
        }
        Phase::Apply => Kind::Up,
        Phase::ApplyOneChanged => {
            // The cloud of the process that made it is gone.
            cloud.put(FIRST, Value::map());
            Kind::Up
        }
        Phase::Destroy => Kind::Destroy,
    };
    let mut decide = |_: &_, _: &_| Decision::Apply;
    let interrupt = Interrupt::default();
    let update = engine.update(&deployment, kind, &options, &mut decide, &mut |_| {}, &interrupt).await?;
    let report = update.report.context("nothing was done")?;
    ensure!(report.is_complete(), "{:?}", report.failures);
    Ok(report.done)
}

fn engine(arguments: &PhaseArguments, cloud: MemoryCloud) -> Engine {
    let random = Arc::new(SystemRandom);
    let keys = LocalKeyFile::new(arguments.dir.join("secret.key"), random);
    let holder = Holder {
        who: "bench".into(),
        host: "localhost".into(),
        process: std::process::id(),
        operation: "bench".into(),
        since: SystemClock.now(),
    };
    Engine::new(Arc::new(LocalStore::new(&arguments.dir, Arc::new(SystemClock))), Arc::new(keys), holder)
        .with_provider(Arc::new(cloud))
        .with_parallel(arguments.parallel)
}

//! One phase, in a process of its own.

use super::program::Bench;
use super::report::Measured;
use super::{Phase, Shape};
use anyhow::{Context, ensure};
use atp_iac::apply::Interrupt;
use atp_iac::config::ConfigTree;
use atp_iac::engine::{Decision, Deployment, Engine, Kind, UpdateOptions};
use atp_iac::plan::Counts;
use atp_iac::ports::{Clock, SystemClock, SystemRandom};
use atp_iac::program::Program;
use atp_iac::secrets::LocalKeyFile;
use atp_iac::state::{Holder, LocalStore};
use atp_iac::testing::MemoryCloud;
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

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

/// Runs a phase and prints what it took.
///
/// # Errors
/// When it fails, or does not do what it should.
pub fn run_phase(arguments: &PhaseArguments, out: &mut dyn std::io::Write) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let begun = Instant::now();
    let done = runtime.block_on(phase(arguments))?;
    let wall = begun.elapsed();
    let expected = expected(arguments.phase, arguments.n as usize);
    ensure!(done == expected, "expected {expected:?}, got {done:?}");
    let measured = Measured::of_this_process(wall).context("/proc cannot be read")?;
    writeln!(out, "{}", measured.json())?;
    Ok(())
}

fn expected(phase: Phase, n: usize) -> Counts {
    match phase {
        Phase::PlanEmpty | Phase::Apply => Counts { create: n, ..Counts::default() },
        Phase::PlanNoop => Counts { same: n, ..Counts::default() },
        Phase::PlanOneChanged => Counts { same: n - 1, update: 1, ..Counts::default() },
        Phase::Destroy => Counts { delete: n, ..Counts::default() },
    }
}

async fn phase(arguments: &PhaseArguments) -> anyhow::Result<Counts> {
    let mut config = ConfigTree::empty();
    config.set("shape", arguments.shape.name())?;
    config.set("n", &arguments.n.to_string())?;
    config.set("changed", &(arguments.phase == Phase::PlanOneChanged).to_string())?;
    let deployment = Deployment::new("bench", "memory", Program::of::<Bench>(), config)?;
    let engine = engine(arguments);
    let options = UpdateOptions::default();
    let kind = match arguments.phase {
        Phase::PlanEmpty | Phase::PlanNoop | Phase::PlanOneChanged => {
            return Ok(engine.preview(&deployment, Kind::Up, &options).await?.plan.counts());
        }
        Phase::Apply => Kind::Up,
        Phase::Destroy => Kind::Destroy,
    };
    let mut decide = |_: &_, _: &_| Decision::Apply;
    let interrupt = Interrupt::default();
    let update = engine.update(&deployment, kind, &options, &mut decide, &mut |_| {}, &interrupt).await?;
    let report = update.report.context("nothing was done")?;
    ensure!(report.is_complete(), "{:?}", report.failures);
    Ok(report.done)
}

fn engine(arguments: &PhaseArguments) -> Engine {
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
        .with_provider(Arc::new(MemoryCloud::new("memory").without_log()))
        .with_parallel(arguments.parallel)
}

//! `cargo xtask bench arm`: how many requests deployments need. `cargo xtask bench engine`: what the engine itself costs, on a cloud in memory and the real local state store.
//!
//! Every phase is a process of its own, so that its processor time and its peak memory are its own.

mod phase;
mod program;
mod report;

pub use phase::{PhaseArguments, run_phase};

use anyhow::{Context, ensure};
use clap::{Args, ValueEnum};
use report::{Measured, Report};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What to measure.
#[derive(Args, Clone)]
pub struct EngineBench {
    /// How the resources depend on each other.
    #[arg(long, value_enum, default_value = "dag")]
    pub shape: Shape,
    /// How many resources.
    #[arg(long, default_value_t = 10_000)]
    pub n: u32,
    /// Calls at a time.
    #[arg(long, default_value_t = 10)]
    pub parallel: usize,
    /// Where the state goes; a temporary folder unless told. Its disk is part of what is measured.
    #[arg(long)]
    pub dir: Option<PathBuf>,
    /// One JSON object instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// How the resources of a benchmark depend on each other.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Not at all.
    Wide,
    /// Ten layers; each resource below the first refers to two or three of the layer above.
    Dag,
    /// Each refers to the one before it.
    Chain,
}

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
    /// Everything is deleted.
    Destroy,
}

/// Runs every phase and prints what it took.
///
/// # Errors
/// When a phase fails, or does not do what it should.
pub fn engine(bench: &EngineBench, out: &mut dyn Write) -> anyhow::Result<()> {
    ensure!(bench.n > 0, "--n must be at least 1");
    if cfg!(debug_assertions) {
        let warning = "warning: the numbers of a debug build mean little\n  way out: cargo run --release -p xtask -- bench engine ..";
        writeln!(std::io::stderr(), "{warning}")?;
    }
    let temporary;
    let dir: &Path = match &bench.dir {
        Some(dir) => dir,
        None => {
            temporary = tempfile::tempdir().context("no temporary folder")?;
            temporary.path()
        }
    };
    let mut report = Report { shape: bench.shape, n: bench.n, state_bytes: 0, phases: Vec::new() };
    for phase in [Phase::PlanEmpty, Phase::Apply, Phase::PlanNoop, Phase::PlanOneChanged, Phase::Destroy] {
        let measured = spawn(bench, phase, dir)?;
        if phase == Phase::Apply {
            report.state_bytes = bytes_below(&dir.join("state"))?;
        }
        report.phases.push((phase, measured));
    }
    if bench.json {
        writeln!(out, "{}", report.json())?
    } else {
        write!(out, "{}", report.table())?
    }
    Ok(())
}

/// Runs the benchmark of the requests, which needs what `generate` writes: a program of its own, so that `generate` can be
/// built while what it wrote cannot.
///
/// # Errors
/// When it cannot be built, or fails.
pub fn arm() -> anyhow::Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["run", "--quiet", "--release", "--package", "tests", "--bin", "bench_arm"])
        .status()
        .context("cargo cannot be started")?;
    ensure!(status.success(), "the benchmark failed");
    Ok(())
}

fn spawn(bench: &EngineBench, phase: Phase, dir: &Path) -> anyhow::Result<Measured> {
    let phase_name = report::name(phase);
    let output = Command::new(std::env::current_exe()?)
        .args(["bench", "phase", "--phase", &phase_name, "--shape", bench.shape.name()])
        .args(["--n", &bench.n.to_string(), "--parallel", &bench.parallel.to_string(), "--dir"])
        .arg(dir)
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("the phase {phase_name} did not start"))?;
    ensure!(output.status.success(), "the phase {phase_name} failed");
    Measured::parse(&output.stdout).with_context(|| format!("the phase {phase_name} printed something else"))
}

fn bytes_below(folder: &Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() { bytes_below(&entry.path())? } else { metadata.len() };
    }
    Ok(bytes)
}

//! `cargo xtask bench arm`: how many requests deployments need. `cargo xtask bench engine`: what the engine itself costs, on
//! a cloud in memory and the real local state store, next to Terraform where that is installed. `cargo xtask bench state`:
//! what an operation costs in each store of states.
//!
//! Every phase is a process of its own, so that its processor time and its peak memory are its own.

mod machine;
mod measure;
mod phase;
mod program;
mod report;
mod shape;
mod terraform;

pub use measure::{MeasureArguments, run_measure};
pub use phase::{PhaseArguments, run_phase};

use anyhow::{Context, ensure};
use atp_iac::state::Folder;
use clap::Args;
use measure::measure;
use phase::Phase;
use report::{Outcome, Report, Row};
use shape::Shape;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use terraform::{Terraform, Workspace};

/// A day. Phases of the engine itself come to their end.
const UNLIMITED: u64 = 24 * 60 * 60;

/// What to measure.
#[derive(Args, Clone)]
pub struct EngineBench {
    /// How the resources depend on each other; every way unless told.
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["wide", "dag", "chain", "foreach"])]
    pub shape: Vec<Shape>,
    /// How many resources; several numbers, smallest first, unless told.
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 10_000, 100_000])]
    pub n: Vec<u32>,
    /// Calls at a time.
    #[arg(long, default_value_t = 10)]
    pub parallel: usize,
    /// Seconds after which a command of Terraform is killed.
    #[arg(long, default_value_t = 120)]
    pub limit: u64,
    /// Seconds to wait, before a command, for a quiet machine.
    #[arg(long, default_value_t = 20)]
    pub quiet: u64,
    /// Measures the engine alone, though Terraform or OpenTofu is installed.
    #[arg(long)]
    pub alone: bool,
    /// Where the states go; a temporary folder unless told. Its disk is part of what is measured.
    #[arg(long)]
    pub dir: Option<PathBuf>,
}

/// Runs every phase of every shape and number, and prints what they took as Markdown.
///
/// # Errors
/// When a phase fails, or does not do what it should.
pub fn engine(bench: &EngineBench, out: &mut dyn Write) -> anyhow::Result<()> {
    ensure!(bench.n.iter().all(|n| *n > 0), "--n must be at least 1");
    ensure!(bench.n.is_sorted(), "--n must be given smallest first");
    if cfg!(debug_assertions) {
        let warning = "warning: the numbers of a debug build mean little\n  way out: cargo run --release -p xtask -- bench engine ..";
        writeln!(std::io::stderr(), "{warning}")?;
    }
    let terraform = if bench.alone { None } else { Terraform::find() };
    let mut report = Report::new(bench, terraform.as_ref());
    for shape in &bench.shape {
        for n in &bench.n {
            let folder = match &bench.dir {
                Some(dir) => tempfile::tempdir_in(dir),
                None => tempfile::tempdir(),
            };
            let folder = folder.context("no temporary folder")?;
            of_engine(bench, *shape, *n, folder.path(), &mut report)?;
            if let Some(terraform) = &terraform {
                let workspace = terraform.workspace(folder.path(), *shape, *n, bench.parallel)?;
                of_terraform(bench, *shape, *n, &workspace, &mut report)?;
            }
            writeln!(std::io::stderr(), "{} of {n} resources: done", shape.name())?;
        }
    }
    write!(out, "{}", report.markdown())?;
    Ok(())
}

fn of_engine(
    bench: &EngineBench,
    shape: Shape,
    n: u32,
    folder: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    for phase in Phase::ALL {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bench", "phase", "--phase", &phase.name(), "--shape", shape.name()]);
        command.args(["--n", &n.to_string(), "--parallel", &bench.parallel.to_string(), "--dir"]);
        command.arg(folder);
        machine::wait_until_quiet(Duration::from_secs(bench.quiet))?;
        let measured = measure(&command, UNLIMITED)?;
        let finished = measured.exit == Some(0);
        ensure!(finished, "{} of {n} resources, {}: {:?}", shape.name(), phase.title(), measured.exit);
        let state_bytes =
            if phase == Phase::Apply { Some(bytes_of_states(&folder.join("state"))?) } else { None };
        report.rows.push(Row {
            shape,
            n,
            phase,
            ours: measured,
            state_bytes,
            terraform: None,
            terraform_state_bytes: None,
        });
    }
    Ok(())
}

fn of_terraform(
    bench: &EngineBench,
    shape: Shape,
    n: u32,
    workspace: &Workspace<'_>,
    report: &mut Report,
) -> anyhow::Result<()> {
    // What is in the state file: nothing yet, all resources, or something that a killed command left.
    let mut whole = true;
    for phase in Phase::ALL {
        if !whole {
            whole = workspace.prepare_state()?;
        }
        let outcome =
            if whole { report.expectation(shape, n, phase, bench.limit) } else { Some(Outcome::NotTried) };
        let outcome = match outcome {
            Some(hopeless) => hopeless,
            None => {
                machine::wait_until_quiet(Duration::from_secs(bench.quiet))?;
                Outcome::of(workspace.run(phase, bench.limit)?)
            }
        };
        let finished = matches!(outcome, Outcome::Finished(_));
        let state_bytes =
            if finished && phase == Phase::Apply { Some(workspace.state_bytes()?) } else { None };
        whole &= finished || !matches!(phase, Phase::Apply | Phase::ApplyOneChanged);
        report.of_terraform(shape, n, phase, outcome, state_bytes);
    }
    Ok(())
}

/// Runs the benchmark of the requests, which needs what `generate` writes: a program of its own, so that `generate` can be
/// built while what it wrote cannot.
///
/// # Errors
/// When it cannot be built, or fails.
pub fn arm() -> anyhow::Result<()> {
    elsewhere(&["--package", "tests", "--bin", "bench_arm"])
}

/// Runs the benchmark of the stores of states, which is in the crate that races them.
///
/// # Errors
/// When it cannot be built, or fails.
pub fn state() -> anyhow::Result<()> {
    elsewhere(&["--package", "races", "--features", "stores", "--bin", "bench_state"])
}

fn elsewhere(program: &[&str]) -> anyhow::Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["run", "--quiet", "--release"])
        .args(program)
        .status()
        .context("cargo cannot be started")?;
    ensure!(status.success(), "the benchmark failed");
    Ok(())
}

/// How long the states below a folder are, without their backups and what else is kept beside them; of Terraform, neither
/// is counted.
fn bytes_of_states(folder: &Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let is_beside = Folder::ALL.iter().any(|beside| entry.file_name() == beside.name());
        let metadata = entry.metadata()?;
        bytes += match metadata.is_dir() {
            true if is_beside => 0,
            true => bytes_of_states(&entry.path())?,
            false => metadata.len(),
        };
    }
    Ok(bytes)
}

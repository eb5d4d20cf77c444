//! One command and what it took: in a process of its own that has no other child, so that the system's account of the
//! children of this process is that of the command.

use super::machine;
use anyhow::{Context, ensure};
use clap::Args;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Measures one command; started by `bench engine`.
#[derive(Args)]
pub struct MeasureArguments {
    /// Seconds after which it is killed.
    #[arg(long)]
    limit: u64,
    /// The command.
    #[arg(last = true)]
    command: Vec<OsString>,
}

/// What a command took.
#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// How it ended; `None` when it was killed at the limit.
    pub exit: Option<i32>,
    pub wall_s: f64,
    pub cpu_s: f64,
    pub peak_mib: f64,
    /// Cores that everything else on the machine used meanwhile.
    pub others: f64,
}

/// Runs a command, and prints what it took.
///
/// # Errors
/// When it cannot be started or looked at.
pub fn run_measure(arguments: &MeasureArguments, out: &mut dyn Write) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (busy, begun) = (machine::busy()?, Instant::now());
    let exit = runtime.block_on(run(arguments))?;
    let wall_s = begun.elapsed().as_secs_f64();
    let used = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let cpu_s = (used.user_time() + used.system_time()).num_microseconds() as f64 / 1e6;
    let others = ((machine::busy()? - busy - cpu_s) / wall_s).max(0.0);
    let measured = Measured { exit, wall_s, cpu_s, peak_mib: used.max_rss() as f64 / 1024.0, others };
    serde_json::to_writer(&mut *out, &measured)?;
    Ok(())
}

async fn run(MeasureArguments { limit, command }: &MeasureArguments) -> anyhow::Result<Option<i32>> {
    let (program, arguments) = command.split_first().context("no command")?;
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .with_context(|| program.to_string_lossy().into_owned())?;
    match tokio::time::timeout(Duration::from_secs(*limit), child.wait()).await {
        Ok(status) => Ok(Some(status?.code().context("it was killed")?)),
        Err(_) => {
            child.kill().await?;
            Ok(None)
        }
    }
}

/// Has a command measured, with a limit in seconds.
///
/// # Errors
/// When that fails.
pub fn measure(command: &Command, limit: u64) -> anyhow::Result<Measured> {
    let mut measuring = Command::new(std::env::current_exe()?);
    measuring.args(["bench", "measure", "--limit", &limit.to_string(), "--"]);
    measuring.arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        measuring.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            measuring.env(name, value);
        }
    }
    let output = measuring.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "it could not be measured");
    Ok(serde_json::from_slice(&output.stdout)?)
}

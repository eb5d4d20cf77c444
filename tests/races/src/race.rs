//! A race: starts workers, pauses some, kills some, and has the judge look at the logs.

use crate::history::{self, Answer, Call, Event};
use crate::judge::{End, judge};
use crate::parts;
use crate::stores::{self, TERM};
use crate::worker;
use anyhow::Context as _;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What is raced.
pub struct Race<'r> {
    /// The program of a worker.
    pub program: &'r Path,
    /// The store.
    pub address: &'r str,
    /// How many work at once.
    pub workers: usize,
    /// For how long.
    pub length: Duration,
    /// Decides about all but the time that things take.
    pub seed: u64,
    /// Whether they work on parts at once.
    pub shares: bool,
}

/// How it went.
#[derive(Debug, Default)]
pub struct Outcome {
    /// All that is wrong.
    pub faults: Vec<String>,
    /// Leases that were held.
    pub leases: usize,
    /// Records that were acknowledged.
    pub records: usize,
    /// Snapshots that were acknowledged.
    pub snapshots: usize,
    /// Calls of a writer that were refused.
    pub refused: usize,
    /// Workers that were paused for longer than a lease.
    pub pauses: usize,
    /// Workers that were killed.
    pub kills: usize,
}

struct Running {
    child: Child,
    wakes: Option<Instant>,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; a paused one dies, too.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let id = i32::try_from(self.child.id()).context("the id of a process")?;
        Ok(kill(Pid::from_raw(id), signal)?)
    }
}

impl Race<'_> {
    /// Runs it.
    ///
    /// # Errors
    /// When a worker cannot be started or fails by itself, or its log cannot be read.
    pub fn run(&self) -> anyhow::Result<Outcome> {
        let folder = tempfile::tempdir()?;
        let mut dice = StdRng::seed_from_u64(self.seed);
        let ends = Instant::now() + self.length;
        let mut outcome = Outcome::default();
        let mut logs = Vec::new();
        let mut running = Vec::new();
        for _ in 0..self.workers {
            running.push(self.start(&mut logs, folder.path(), &mut dice, ends)?);
        }
        while Instant::now() < ends {
            std::thread::sleep(Duration::from_millis(dice.random_range(5..60)));
            for one in running.iter_mut().filter(|one| one.wakes.is_some_and(|wakes| wakes <= Instant::now()))
            {
                one.signal(Signal::SIGCONT)?;
                one.wakes = None;
            }
            let chosen = dice.random_range(0..running.len());
            let one = &mut running[chosen];
            if one.wakes.is_some() {
                continue;
            }
            match dice.random_range(0..12) {
                0..=2 => {
                    one.signal(Signal::SIGSTOP)?;
                    let pause = TERM.mul_f64(dice.random_range(0.1..2.5));
                    outcome.pauses += usize::from(pause > TERM);
                    one.wakes = Some(Instant::now() + pause);
                }
                3 => {
                    outcome.kills += 1;
                    *one = self.start(&mut logs, folder.path(), &mut dice, ends)?;
                }
                _ => {}
            }
        }
        // All of them first: a server that answers one after the other may be waiting for one that is paused.
        running.iter().try_for_each(|one| one.signal(Signal::SIGCONT))?;
        for mut one in running {
            let status = one.child.wait()?;
            anyhow::ensure!(status.success(), "a worker ended with {status}");
        }
        self.judge(&logs, outcome)
    }

    fn start(
        &self,
        logs: &mut Vec<PathBuf>,
        folder: &Path,
        dice: &mut StdRng,
        ends: Instant,
    ) -> anyhow::Result<Running> {
        let log = folder.join(format!("{}.jsonl", logs.len()));
        let left = ends.saturating_duration_since(Instant::now()).as_millis();
        let child = Command::new(self.program)
            .args([if self.shares { "share" } else { "work" }, self.address])
            .args([logs.len().to_string(), dice.random::<u64>().to_string(), left.to_string()])
            .arg(&log)
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("{} cannot be started", self.program.display()))?;
        logs.push(log);
        Ok(Running { child, wakes: None })
    }

    fn judge(&self, logs: &[PathBuf], mut outcome: Outcome) -> anyhow::Result<Outcome> {
        let mut events = Vec::new();
        for (number, log) in logs.iter().enumerate().filter(|(_, log)| log.exists()) {
            events.extend(history::read(number, log)?);
        }
        let end = tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(self.end())?;
        outcome.faults = if self.shares { parts::judge(&events, &end) } else { judge(&events, &end) };
        let count = |fits: fn(&Event) -> bool| events.iter().filter(|event| fits(event)).count();
        outcome.leases = count(|event| matches!(event.answer, Some(Answer::Locked { .. })));
        outcome.snapshots = count(|event| matches!(event.answer, Some(Answer::Replaced { .. })));
        let writes = |event: &Event| matches!(event.call, Call::Append { .. } | Call::Replace { .. });
        outcome.refused = events
            .iter()
            .filter(|event| writes(event) && matches!(event.answer, Some(Answer::Refused(_))))
            .count();
        outcome.records =
            count(|event| matches!((&event.call, &event.answer), (Call::Append { .. }, Some(Answer::Done))));
        Ok(outcome)
    }

    /// What is there when everybody is done.
    async fn end(&self) -> anyhow::Result<End> {
        let Some(stored) = stores::open(self.address)?.read(&worker::stack()?).await? else {
            return Ok(End::default());
        };
        let records = worker::records(&stored)?;
        let version = stored.version;
        Ok(End { records, version: Some((version.lineage, version.serial, version.checksum)) })
    }
}

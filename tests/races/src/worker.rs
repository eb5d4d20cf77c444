//! One of many processes that work on a stack.

use crate::history::{Answer, Call, Log, Seen};
use crate::judge::digest;
use crate::stores;
use anyhow::Context as _;
use atp_iac::StackName;
use atp_iac::secrets::WrappedKey;
use atp_iac::state::{Content, Holder, Lease, StateError, StateStore, Stored, Version, Wait};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde::Deserialize;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use time::OffsetDateTime;

/// The stack that everybody works on.
///
/// # Errors
/// Never: its name is good.
pub fn stack() -> anyhow::Result<StackName> {
    Ok(StackName::new("race", "anywhere", "shared")?)
}

/// Works for so long.
///
/// # Errors
/// When the log cannot be written, or the address is none.
pub async fn work(
    address: &str,
    number: usize,
    seed: u64,
    length: Duration,
    log: &Path,
) -> anyhow::Result<()> {
    let mut worker = Worker {
        store: stores::open(address)?,
        stack: stack()?,
        fences: stores::has_fences(address),
        number,
        written: 0,
        dice: StdRng::seed_from_u64(seed),
        log: Log::create(log)?,
    };
    let began = Instant::now();
    while began.elapsed() < length {
        worker.turn().await?;
    }
    Ok(())
}

struct Worker {
    store: Arc<dyn StateStore>,
    stack: StackName,
    fences: bool,
    number: usize,
    written: u64,
    dice: StdRng,
    log: Log,
}

/// The state under a lease.
struct Held {
    lease: Lease,
    version: Version,
    records: Vec<String>,
}

impl Worker {
    async fn turn(&mut self) -> anyhow::Result<()> {
        match self.dice.random_range(0..40) {
            0 if self.fences => self.break_lock().await,
            1..=9 => self.read().await.map(drop),
            _ => self.session().await,
        }
    }

    /// Locks, reads, writes, folds, unlocks; ends with whatever is refused.
    async fn session(&mut self) -> anyhow::Result<()> {
        let Some(lease) = self.lock().await? else { return Ok(()) };
        let Some(mut held) = self.begin(lease).await? else { return Ok(()) };
        for _ in 0..self.dice.random_range(0..8) {
            if !self.append(&mut held).await? {
                return Ok(());
            }
        }
        if self.dice.random_bool(0.5) {
            let content = content(&held.version, held.version.serial + 1, &held.records);
            if self.replace(&held.lease, Some(&held.version), content).await?.is_none() {
                return Ok(());
            }
        }
        if self.dice.random_bool(0.8) {
            self.log.begin(Call::Unlock)?;
            let unlocked = self.store.unlock(&held.lease).await;
            self.log.end(answer(unlocked, |()| Answer::Done))?;
        }
        Ok(())
    }

    async fn lock(&mut self) -> anyhow::Result<Option<Lease>> {
        let holder = Holder {
            who: format!("worker {}", self.number),
            host: "race".into(),
            process: std::process::id(),
            operation: "race".into(),
            since: OffsetDateTime::UNIX_EPOCH,
        };
        let wait = Wait { at_most: Duration::from_millis(500), ..Wait::NONE };
        self.log.begin(Call::Lock)?;
        let locked = self.store.lock(&self.stack, &holder, wait).await;
        let lease = locked.as_ref().ok().cloned();
        self.log.end(answer(locked, |lease| Answer::Locked { epoch: lease.epoch() }))?;
        Ok(lease)
    }

    async fn read(&mut self) -> anyhow::Result<Option<Option<Stored>>> {
        self.log.begin(Call::Read)?;
        let read = self.store.read(&self.stack).await;
        let (answer, read) = match read {
            Ok(read) => (Answer::Read(seen(read.as_ref())?), Some(read)),
            Err(error) => (answer(Err(error), |()| Answer::Done), None),
        };
        self.log.end(answer)?;
        Ok(read)
    }

    /// The state as it is, without a journal: what an earlier lease left in one becomes part of the snapshot.
    async fn begin(&mut self, lease: Lease) -> anyhow::Result<Option<Held>> {
        let Some(read) = self.read().await? else { return Ok(None) };
        let records = read.as_ref().map(records).transpose()?.unwrap_or_default();
        let version = match read {
            Some(Stored { version, journal, .. }) if journal.is_empty() => version,
            Some(Stored { version, .. }) => {
                let content = content(&version, version.serial + 1, &records);
                match self.replace(&lease, Some(&version), content).await? {
                    Some(version) => version,
                    None => return Ok(None),
                }
            }
            None => {
                let lineage = format!("of worker {} in epoch {}", self.number, lease.epoch());
                let none = Version { lineage, serial: 0, checksum: String::new() };
                match self.replace(&lease, None, content(&none, 0, &records)).await? {
                    Some(version) => version,
                    None => return Ok(None),
                }
            }
        };
        Ok(Some(Held { lease, version, records }))
    }

    async fn append(&mut self, held: &mut Held) -> anyhow::Result<bool> {
        self.written += 1;
        let epoch = held.lease.epoch();
        let record = format!("{epoch}-{}-{}", self.number, self.written);
        self.log.begin(Call::Append { epoch, record: record.clone() })?;
        let batch = serde_json::to_vec(&[&record])?;
        let appended = self.store.append(&held.lease, &held.version, batch).await;
        let done = appended.is_ok();
        self.log.end(answer(appended, |()| Answer::Done))?;
        held.records.push(record);
        Ok(done)
    }

    async fn replace(
        &mut self,
        lease: &Lease,
        expected: Option<&Version>,
        content: Content,
    ) -> anyhow::Result<Option<Version>> {
        self.log.begin(Call::Replace {
            epoch: lease.epoch(),
            expected: expected.map(|version| version.checksum.clone()),
            serial: content.serial,
            lineage: content.lineage.clone(),
        })?;
        let replaced = self.store.replace(lease, expected, content).await;
        let version = replaced.as_ref().ok().cloned();
        self.log.end(answer(replaced, |version| Answer::Replaced { checksum: version.checksum }))?;
        Ok(version)
    }

    async fn break_lock(&mut self) -> anyhow::Result<()> {
        self.log.begin(Call::Break)?;
        let broken = self.store.break_lock(&self.stack).await;
        self.log.end(answer(broken, |_| Answer::Done))
    }
}

/// What a call gave. Whoever lost a race is refused; anything else is no answer to a good question.
pub(crate) fn answer<T>(result: Result<T, StateError>, done: impl FnOnce(T) -> Answer) -> Answer {
    match result {
        Ok(value) => done(value),
        Err(
            error @ (StateError::Locked { .. }
            | StateError::Fenced { .. }
            | StateError::LockLost { .. }
            | StateError::Changed { .. }),
        ) => Answer::Refused(error.to_string()),
        Err(error) => Answer::Broken(error.to_string()),
    }
}

/// A snapshot in the form of the engine's: one record a line.
pub(crate) fn content(of: &Version, serial: u64, records: &[String]) -> Content {
    let lines: Vec<String> = records.iter().map(|record| format!("{{\"urn\":\"{record}\"}}")).collect();
    let open = if lines.is_empty() { "" } else { "\n" };
    let body = format!("{{\"stack\":\"race\",\"resources\":[{open}{}]}}\n", lines.join(",\n"));
    let key = WrappedKey { provider: "none".into(), data: String::new() };
    Content { lineage: of.lineage.clone(), serial, keys: key.into(), body: body.into_bytes() }
}

/// The records of a state, in order.
///
/// # Errors
/// When it is none of a race.
pub fn records(stored: &Stored) -> anyhow::Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Body {
        resources: Vec<Resource>,
    }
    #[derive(Deserialize)]
    struct Resource {
        urn: String,
    }
    let body: Body = serde_json::from_slice(&stored.content.body).context("the body of a snapshot")?;
    let mut records: Vec<String> = body.resources.into_iter().map(|resource| resource.urn).collect();
    for batch in &stored.journal {
        records.extend(serde_json::from_slice::<Vec<String>>(batch).context("a batch of a journal")?);
    }
    Ok(records)
}

fn seen(stored: Option<&Stored>) -> anyhow::Result<Seen> {
    let records = stored.map(records).transpose()?.unwrap_or_default();
    let version = stored.map(|stored| (stored.version.lineage.clone(), stored.version.serial));
    Ok(Seen { version, count: records.len(), digest: digest(&records) })
}

//! One of many processes that work on parts of a stack at once. A part is a key; a record is of one key.

use crate::history::{Answer, Call, Log};
use crate::stores;
use crate::worker::{answer, content, records, stack};
use atp_iac::state::{Claim, Holder, Lease, StateStore, Survey, Version, Wait};
use atp_iac::{StackName, Urn};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use time::OffsetDateTime;

/// How many keys there are.
const KEYS: usize = 8;

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
    let mut sharer = Sharer {
        store: stores::open(address)?,
        stack: stack()?,
        number,
        written: 0,
        dice: StdRng::seed_from_u64(seed),
        log: Log::create(log)?,
    };
    let began = Instant::now();
    while began.elapsed() < length {
        sharer.turn().await?;
    }
    Ok(())
}

struct Sharer {
    store: Arc<dyn StateStore>,
    stack: StackName,
    number: usize,
    written: u64,
    dice: StdRng,
    log: Log,
}

/// A claim under work.
struct Held {
    lease: Lease,
    base: Version,
    keys: Vec<usize>,
    own: Vec<String>,
}

impl Sharer {
    async fn turn(&mut self) -> anyhow::Result<()> {
        match self.dice.random_range(0..60) {
            0 => self.break_all().await,
            1 => self.break_one().await,
            _ => self.session().await,
        }
    }

    /// Claims some keys, writes, and folds; ends with whatever is refused.
    async fn session(&mut self) -> anyhow::Result<()> {
        let Some(mut held) = self.begin().await? else { return Ok(()) };
        for _ in 0..self.dice.random_range(1..8) {
            if !self.append(&mut held).await? {
                return Ok(());
            }
        }
        if self.dice.random_bool(0.1) {
            return Ok(());
        }
        self.fold(held).await
    }

    async fn begin(&mut self) -> anyhow::Result<Option<Held>> {
        let wait = Wait { at_most: Duration::from_millis(500), ..Wait::NONE };
        self.log.begin(Call::Lock)?;
        let locked = self.store.lock_part(&self.stack, &self.holder(), &[], wait).await;
        let lease = locked.as_ref().ok().cloned();
        self.log.end(answer(locked, |lease| Answer::Locked { epoch: lease.epoch() }))?;
        let Some(lease) = lease else { return Ok(None) };
        let Some(survey) = self.survey(&lease).await? else { return Ok(None) };
        let keys: BTreeSet<usize> =
            (0..self.dice.random_range(1..3)).map(|_| self.dice.random_range(0..KEYS)).collect();
        let urn = |key: &usize| Urn::new(&self.stack, &["Key"], &[&key.to_string()]);
        let claim = Claim { writes: keys.iter().map(urn).collect::<Result<_, _>>()?, ..Claim::default() };
        if survey.beside.iter().any(|live| live.claim.conflict(&claim).is_some()) {
            self.unlock(&lease).await?;
            return Ok(None);
        }
        let base = match (&survey.snapshot, survey.journals.is_empty()) {
            (Some((version, _)), true) => version.clone(),
            _ => match self.absorb(&lease, &survey, &[]).await? {
                Some(version) => version,
                None => return Ok(None),
            },
        };
        let keys: Vec<usize> = keys.into_iter().collect();
        self.log.begin(Call::Claim { epoch: lease.epoch(), keys: keys.clone() })?;
        let claimed = self.store.claim(&lease, &claim).await;
        let is_held = matches!(claimed, Ok(true));
        self.log.end(answer(claimed, |_| Answer::Done))?;
        Ok(is_held.then(|| Held { lease, base, keys, own: Vec::new() }))
    }

    async fn survey(&mut self, lease: &Lease) -> anyhow::Result<Option<Survey>> {
        self.log.begin(Call::Read)?;
        let survey = self.store.survey(lease).await;
        let found = survey.as_ref().ok().cloned();
        self.log.end(answer(survey, |_| Answer::Done))?;
        Ok(found)
    }

    /// Puts what is there, and what is new, into a snapshot.
    async fn absorb(
        &mut self,
        lease: &Lease,
        survey: &Survey,
        own: &[String],
    ) -> anyhow::Result<Option<Version>> {
        let mut all = survey.stored().as_ref().map(records).transpose()?.unwrap_or_default();
        all.extend_from_slice(own);
        let present = survey.snapshot.as_ref().map(|(version, _)| version);
        let first = Version { lineage: format!("of {}", self.number), serial: 0, checksum: String::new() };
        let serial = present.map_or(0, |version| version.serial + 1);
        let content = content(present.unwrap_or(&first), serial, &all);
        self.log.begin(Call::Replace {
            epoch: lease.epoch(),
            expected: present.map(|version| version.checksum.clone()),
            serial,
            lineage: content.lineage.clone(),
        })?;
        let replaced = self.store.replace(lease, present, content).await;
        let version = replaced.as_ref().ok().cloned();
        let told = answer(replaced, |version| Answer::Replaced { checksum: version.checksum });
        self.log.end(told)?;
        Ok(version)
    }

    async fn append(&mut self, held: &mut Held) -> anyhow::Result<bool> {
        self.written += 1;
        let epoch = held.lease.epoch();
        let key = held.keys[self.dice.random_range(0..held.keys.len())];
        let record = format!("{key}:{epoch}-{}-{}", self.number, self.written);
        self.log.begin(Call::Append { epoch, record: record.clone() })?;
        let appended = self.store.append(&held.lease, &held.base, serde_json::to_vec(&[&record])?).await;
        let done = appended.is_ok();
        self.log.end(answer(appended, |()| Answer::Done))?;
        held.own.push(record);
        Ok(done)
    }

    async fn fold(&mut self, held: Held) -> anyhow::Result<()> {
        let wait = Wait { at_most: Duration::from_secs(2), ..Wait::NONE };
        self.log.begin(Call::Lock)?;
        let regained = self.store.regain(&held.lease, wait).await;
        let gate = regained.as_ref().ok().cloned();
        self.log.end(answer(regained, |lease| Answer::Locked { epoch: lease.epoch() }))?;
        let Some(gate) = gate else { return Ok(()) };
        let Some(survey) = self.survey(&gate).await? else { return Ok(()) };
        if self.absorb(&gate, &survey, &held.own).await?.is_some() && self.dice.random_bool(0.9) {
            self.unlock(&gate).await?;
        }
        Ok(())
    }

    async fn unlock(&mut self, lease: &Lease) -> anyhow::Result<()> {
        self.log.begin(Call::Unlock)?;
        let unlocked = self.store.unlock(lease).await;
        self.log.end(answer(unlocked, |()| Answer::Done))
    }

    async fn break_all(&mut self) -> anyhow::Result<()> {
        self.log.begin(Call::Break)?;
        let broken = self.store.break_lock(&self.stack).await;
        self.log.end(answer(broken, |_| Answer::Done))
    }

    async fn break_one(&mut self) -> anyhow::Result<()> {
        self.log.begin(Call::Break)?;
        let broken = match self.store.claims(&self.stack).await {
            Ok(claims) if claims.is_empty() => Ok(None),
            Ok(claims) => {
                let chosen = self.dice.random_range(0..claims.len());
                self.store.break_claim(&self.stack, claims[chosen].epoch).await
            }
            Err(error) => Err(error),
        };
        self.log.end(answer(broken, |_| Answer::Done))
    }

    fn holder(&self) -> Holder {
        Holder {
            who: format!("sharer {}", self.number),
            host: "race".into(),
            process: std::process::id(),
            operation: "race".into(),
            since: OffsetDateTime::UNIX_EPOCH,
        }
    }
}

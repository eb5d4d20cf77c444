//! The rows of a stack one by one, whatever is wrong with them.
//!
//! The lock needs no repair here: a lease has a token that no other one ever has, so that nobody writes by a count that was
//! changed.

use super::claims::{self, Written};
use super::connection::{Database, Failure, Purpose};
use super::guard::Guard;
use super::journal::{Journal, PATIENCE};
use super::lock::{self, held};
use super::{rows, snapshot};
use atp_iac::StackName;
use atp_iac::state::format::{journal, snapshot as framing};
use atp_iac::state::{Content, JournalPart, Lease, Parts, StateError, Version};
use serde_json::json;
use tokio_postgres::IsolationLevel;

/// What is kept of a stack, as far as it can be read.
pub async fn parts(database: &Database, stack: &StackName) -> Result<Parts, StateError> {
    let mut tries = database.tries(lock::PATIENCE, Purpose::Read);
    loop {
        if let Some(done) = tries.settle(read_once(database, stack)).await {
            return done;
        }
    }
}

async fn read_once(database: &Database, stack: &StackName) -> Result<Parts, Failure> {
    let rows = Rows::read(database, stack).await?;
    let place = format!("the state of {stack} in {}", database.place);
    Ok(rows.parts(&place, stack)?)
}

/// The rows of a stack.
#[derive(Default)]
struct Rows {
    /// What `stacks` says: a snapshot, and how many batches.
    said: Option<(Option<Version>, i64)>,
    /// What stands around the resources: the header of the snapshot, and the head and tail of its body.
    around: Option<[Vec<u8>; 3]>,
    /// The resources, with the URN beside each line.
    resources: Vec<(String, Vec<u8>)>,
    /// The lines of the journal, of a row each.
    journal: Vec<Vec<u8>>,
    /// The journals of those who claimed a part.
    claimed: Vec<Written>,
}

impl Rows {
    async fn read(database: &Database, stack: &StackName) -> Result<Rows, Failure> {
        let mut client = database.client().await?;
        let isolation = IsolationLevel::RepeatableRead;
        let transaction =
            client.build_transaction().isolation_level(isolation).read_only(true).start().await?;
        let name = stack.to_string();
        let mut rows = Rows::default();
        let said = "SELECT lineage, serial, checksum, batches FROM stacks WHERE stack = $1";
        if let Some(row) = transaction.query_opt(said, &[&name]).await? {
            let (lineage, serial): (Option<String>, Option<i64>) = (row.try_get(0)?, row.try_get(1)?);
            let version = lineage.zip(serial).zip(row.try_get::<_, Option<String>>(2)?);
            let version = version.map(|((lineage, serial), checksum)| Version {
                lineage,
                serial: serial.cast_unsigned(),
                checksum,
            });
            rows.said = Some((version, row.try_get(3)?));
        }
        let around = "SELECT header, head, tail FROM snapshots WHERE stack = $1";
        if let Some(row) = transaction.query_opt(around, &[&name]).await? {
            rows.around = Some([row.try_get(0)?, row.try_get(1)?, row.try_get(2)?]);
        }
        let resources = "SELECT urn, line FROM resources WHERE stack = $1 ORDER BY position";
        for row in transaction.query(resources, &[&name]).await? {
            rows.resources.push((row.try_get(0)?, row.try_get(1)?));
        }
        let journal = "SELECT lines FROM journal WHERE stack = $1 ORDER BY number";
        for row in transaction.query(journal, &[&name]).await? {
            rows.journal.push(row.try_get(0)?);
        }
        rows.claimed = claims::journals(&transaction, &name).await?;
        transaction.commit().await?;
        Ok(rows)
    }

    fn parts(&self, place: &str, stack: &StackName) -> Result<Parts, StateError> {
        let (said, batches) = self.said.clone().unwrap_or_default();
        let has_rows = !self.resources.is_empty() || !self.journal.is_empty();
        let is_claimed = self.claimed.iter().any(|written| written.batches > 0);
        if said.is_none() && self.around.is_none() && !has_rows && !is_claimed {
            return Ok(Parts::of(Ok(None)));
        }
        let snapshot = self.snapshot(place, stack, said.as_ref());
        let present = snapshot.as_ref().ok().map(|(version, _)| version.clone());
        let lineage = match (&said, &present) {
            (Some(said), Some(present)) if said != present => Err(StateError::Corrupt {
                file: place.to_owned(),
                what: format!("`stacks` says {said}, and its snapshot is {present}"),
            }),
            (None, _) => Err(StateError::Corrupt {
                file: place.to_owned(),
                what: "there are rows of it, and `stacks` says that there is no snapshot".to_owned(),
            }),
            (Some(said), _) => Ok(Some(said.lineage.clone())),
        };
        let mut journal = self.journal(place, batches);
        for written in &self.claimed {
            add_claimed(&mut journal, place, present.as_ref().or(said.as_ref()), written);
        }
        Ok(Parts {
            lock: Ok(()),
            lineage,
            snapshot: snapshot.map(Some),
            previous: None,
            journal,
            raw: self.raw(),
        })
    }

    fn snapshot(
        &self,
        place: &str,
        stack: &StackName,
        said: Option<&Version>,
    ) -> Result<(Version, Content), StateError> {
        let Some(around) = &self.around else {
            let lineage = said.map_or_else(|| "unknown".to_owned(), |said| said.lineage.clone());
            let file = format!("the row in `snapshots` of {place}");
            return Err(StateError::Missing { stack: stack.clone().into(), file, lineage });
        };
        if let Some((urn, _)) = self.resources.iter().find(|(urn, line)| rows::urn(line) != *urn) {
            let what = format!("a row in `resources` is said to be of {urn}, and its line is not");
            return Err(StateError::Corrupt { file: place.to_owned(), what });
        }
        framing::decode(place, self.bytes(around))
    }

    /// The snapshot as it would be in a file.
    fn bytes(&self, [header, head, tail]: &[Vec<u8>; 3]) -> Vec<u8> {
        let lines: Vec<Vec<u8>> = self.resources.iter().map(|(_, line)| line.clone()).collect();
        [&header[..], &rows::join(head, &lines, tail)].concat()
    }

    fn journal(&self, place: &str, expected: i64) -> JournalPart {
        let file = format!("the journal of {place}");
        let found = self.journal.len() as u64;
        let what = format!("`stacks` says that it has {expected} batches, and it has {found}");
        let counted =
            (found != expected.cast_unsigned()).then(|| StateError::Corrupt { file: file.clone(), what });
        if self.journal.is_empty() {
            return JournalPart { damage: counted, ..JournalPart::default() };
        }
        let (base, batches, damage) = journal::salvage(&file, &self.journal.concat());
        let torn = (batches.len() as u64 != found)
            .then(|| StateError::Corrupt { file, what: "its last batch is not what was written".to_owned() });
        JournalPart { base, batches, damage: damage.or(counted).or(torn) }
    }

    fn raw(&self) -> Vec<(String, Vec<u8>)> {
        let mut raw = Vec::new();
        if let Some((said, batches)) = &self.said {
            let said = said.as_ref().map(|said| (&said.lineage, said.serial, &said.checksum));
            raw.push((
                "stacks.json".to_owned(),
                json!({"snapshot": said, "batches": batches}).to_string().into(),
            ));
        }
        let nothing = <[Vec<u8>; 3]>::default();
        raw.push(("snapshot.json".to_owned(), self.bytes(self.around.as_ref().unwrap_or(&nothing))));
        raw.push(("journal.jsonl".to_owned(), self.journal.concat()));
        let of_claim =
            |written: &Written| (format!("claim-{:020}.jsonl", written.epoch), written.framed.clone());
        raw.extend(self.claimed.iter().map(of_claim));
        raw.retain(|(_, bytes)| !bytes.is_empty());
        raw
    }
}

/// Adds what was recorded under a claim, which is about other resources than all else: so it counts whatever is wrong with
/// that. It continues the snapshot that was there when it was claimed, and any one since.
fn add_claimed(journal: &mut JournalPart, place: &str, present: Option<&Version>, written: &Written) {
    if written.batches == 0 && written.framed.is_empty() {
        return;
    }
    let file = format!("the journal of claim {} of {place}", written.epoch);
    let (base, batches, damage) = journal::salvage(&file, &written.framed);
    let fits = base.as_ref().is_none_or(|base| {
        present.is_none_or(|present| base.lineage == present.lineage && base.serial <= present.serial)
    });
    let counted = batches.len() as u64 == written.batches.cast_unsigned();
    let what = match (fits, counted) {
        (false, _) => Some("it continues another snapshot than the one that is there".to_owned()),
        (true, false) => Some(format!("`claims` says that it has {} batches", written.batches)),
        (true, true) => None,
    };
    let damage = damage.or(what.map(|what| StateError::Corrupt { file, what }));
    journal.damage = journal.damage.take().or(damage);
    if fits {
        journal.base = journal.base.take().or_else(|| present.cloned().or(base));
        journal.batches.extend(batches);
    }
}

/// Puts a snapshot in the place of whatever is there.
pub async fn overwrite(database: &Database, lease: &Lease, content: &Content) -> Result<Version, StateError> {
    let failed =
        |source: serde_json::Error| StateError::Write { file: database.place.clone(), source: source.into() };
    let (bytes, version) = framing::encode(content).map_err(failed)?;
    let new = snapshot::New::of(content, &bytes, &version);
    let held = held(lease)?;
    let mut journal = held.journal.lock().await;
    let mut tries = database.tries(PATIENCE, Purpose::Write);
    loop {
        let again = tries.again();
        let attempt = async {
            let mut client = database.client().await?;
            let transaction = client.transaction().await?;
            Guard::locked(&transaction, lease, &held).await?;
            claims::check(&transaction, lease, again).await?;
            // Done twice, it is done once: what is there already is not written again.
            snapshot::put(&transaction, lease.stack(), &new, &held).await?;
            Ok(transaction.commit().await?)
        };
        if let Some(done) = tries.settle(attempt).await {
            if done.is_ok() {
                *journal = Journal::Idle;
            }
            return done.map(|()| version);
        }
    }
}

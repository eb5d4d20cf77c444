//! The snapshot of a stack: its header, a row for each resource, and what stands around them.

use super::claims::{self, Written};
use super::connection::{Database, Failure, Purpose};
use super::guard::{self, Guard};
use super::journal::{Journal, PATIENCE};
use super::lock::{self, Held, held};
use super::rows::{self, Changes, Kept, Parts, Row};
use atp_iac::StackName;
use atp_iac::state::format::{journal, snapshot};
use atp_iac::state::{Content, Lease, StateError, Stored, Survey, Version};
use deadpool_postgres::{GenericClient as _, Transaction};
use futures::future::try_join3;
use std::borrow::Cow;
use tokio_postgres::IsolationLevel;

/// How many bytes of lines are sent in one statement, about.
const CHUNK: usize = 4 << 20;

/// A state as it is kept.
struct Found {
    version: Version,
    content: Content,
    /// What was added by those who had the lock.
    journal: Vec<Vec<u8>>,
    /// What was added by those who claimed a part, by epoch.
    claimed: Vec<(u64, Vec<Vec<u8>>)>,
}

/// What is kept of a stack.
pub async fn read(database: &Database, stack: &StackName) -> Result<Option<Stored>, StateError> {
    let found = find(database, stack).await?;
    Ok(found.map(|Found { version, content, mut journal, claimed }| {
        journal.extend(claimed.into_iter().flat_map(|(_, batches)| batches));
        Stored { version, content, journal }
    }))
}

/// What the holder of a lock finds.
pub async fn survey(database: &Database, lease: &Lease) -> Result<Survey, StateError> {
    let held = held(lease)?;
    let beside = held.beside.clone();
    let Some(found) = find(database, lease.stack()).await? else {
        return Ok(Survey { beside, ..Survey::default() });
    };
    let own = held.of.as_ref().map(Lease::epoch);
    let is_of_others = |epoch: u64| Some(epoch) == own || beside.iter().any(|live| live.epoch == epoch);
    let ended = found.claimed.into_iter().filter(|(epoch, _)| !is_of_others(*epoch));
    let journals = std::iter::once(found.journal).chain(ended.map(|(_, batches)| batches));
    let journals = journals.filter(|journal| !journal.is_empty()).collect();
    Ok(Survey { snapshot: Some((found.version, found.content)), journals, beside })
}

async fn find(database: &Database, stack: &StackName) -> Result<Option<Found>, StateError> {
    let mut tries = database.tries(lock::PATIENCE, Purpose::Read);
    loop {
        if let Some(done) = tries.settle(read_once(database, stack)).await {
            return done;
        }
    }
}

async fn read_once(database: &Database, stack: &StackName) -> Result<Option<Found>, Failure> {
    let mut client = database.client().await?;
    let isolation = IsolationLevel::RepeatableRead;
    let transaction = client.build_transaction().isolation_level(isolation).read_only(true).start().await?;
    let name = stack.to_string();
    let text = format!(
        "SELECT {}, header, head, tail FROM stacks LEFT JOIN snapshots USING (stack) WHERE stack = $1",
        guard::COLUMNS
    );
    let (of_stack, of_resources, of_journal) = (
        transaction.prepare_cached(&text).await?,
        transaction
            .prepare_cached("SELECT urn, line FROM resources WHERE stack = $1 ORDER BY position")
            .await?,
        transaction.prepare_cached("SELECT lines FROM journal WHERE stack = $1 ORDER BY number").await?,
    );
    let (row, resources, batches) = try_join3(
        transaction.query_opt(&of_stack, &[&name]),
        transaction.query(&of_resources, &[&name]),
        transaction.query(&of_journal, &[&name]),
    )
    .await?;
    let claimed = claims::journals(&transaction, &name).await?;
    transaction.commit().await?;

    let place = format!("the state of {stack} in {}", database.place);
    let corrupt = |what: String| StateError::Corrupt { file: place.clone(), what };
    let Some(row) = row else { return Ok(None) };
    let guard = Guard::from_row(&row)?;
    let Some(expected) = guard.version else {
        if row.try_get::<_, Option<&[u8]>>(6)?.is_some()
            || !resources.is_empty()
            || !batches.is_empty()
            || claimed.iter().any(|journal| journal.batches > 0)
        {
            return Err(
                corrupt("there are rows of it, and `stacks` says that there is no snapshot".into()).into()
            );
        }
        return Ok(None);
    };
    let (Some(header), Some(head), Some(tail)) = (
        row.try_get::<_, Option<&[u8]>>(6)?,
        row.try_get::<_, Option<&[u8]>>(7)?,
        row.try_get::<_, Option<&[u8]>>(8)?,
    ) else {
        let (stack, lineage) = (stack.clone().into(), expected.lineage);
        return Err(StateError::Missing {
            stack,
            file: format!("the row in `snapshots` of {place}"),
            lineage,
        }
        .into());
    };
    let mut lines = Vec::with_capacity(resources.len());
    for resource in &resources {
        let (urn, line): (&str, &[u8]) = (resource.try_get(0)?, resource.try_get(1)?);
        if rows::urn(line) != urn {
            return Err(
                corrupt(format!("a row in `resources` is said to be of {urn}, and its line is not")).into()
            );
        }
        lines.push(line.to_vec());
    }
    let bytes = [header, &rows::join(head, &lines, tail)].concat();
    let (version, content) = snapshot::decode(&place, bytes)?;
    if version != expected {
        return Err(corrupt(format!("`stacks` says {expected}, and its snapshot is {version}")).into());
    }
    let mut framed = Vec::new();
    for batch in &batches {
        framed.extend_from_slice(batch.try_get(0)?);
    }
    let journal = read_journal(&place, &version, guard.batches, &framed)?;
    let of_claim = |written: Written| Ok((written.epoch, read_claimed(&place, &version, &written)?));
    let claimed = claimed.into_iter().map(of_claim).collect::<Result<_, StateError>>()?;
    Ok(Some(Found { version, content, journal, claimed }))
}

/// The batches of a journal of a claim, all of them.
fn read_claimed(place: &str, version: &Version, written: &Written) -> Result<Vec<Vec<u8>>, StateError> {
    let file = format!("the journal of claim {} of {place}", written.epoch);
    let corrupt = |what: String| StateError::Corrupt { file: file.clone(), what };
    let (base, batches) = match written.framed.is_empty() {
        true => (version.clone(), Vec::new()),
        false => journal::decode(&file, &written.framed)?,
    };
    if base.lineage != version.lineage || base.serial > version.serial {
        return Err(corrupt(format!("it continues {base}, and the snapshot is {version}")));
    }
    if batches.len() as u64 != written.batches.cast_unsigned() {
        let (expected, found) = (written.batches, batches.len());
        return Err(corrupt(format!("`claims` says that it has {expected} batches, and it has {found}")));
    }
    Ok(batches)
}

/// The batches of a journal, all of them: no row of it is ever half written.
fn read_journal(
    place: &str,
    version: &Version,
    expected: i64,
    framed: &[u8],
) -> Result<Vec<Vec<u8>>, StateError> {
    let corrupt = |what: String| StateError::Corrupt { file: format!("the journal of {place}"), what };
    let (base, batches) = match framed.is_empty() {
        true => (version.clone(), Vec::new()),
        false => journal::decode(&format!("the journal of {place}"), framed)?,
    };
    if base != *version {
        return Err(corrupt(format!("it continues {base}, and the snapshot is {version}")));
    }
    if batches.len() as u64 != expected.cast_unsigned() {
        let found = batches.len();
        return Err(corrupt(format!("`stacks` says that it has {expected} batches, and it has {found}")));
    }
    Ok(batches)
}

/// Puts a snapshot in the place of another, and drops the journal of that.
pub async fn replace(
    database: &Database,
    lease: &Lease,
    expected: Option<&Version>,
    content: &Content,
) -> Result<Version, StateError> {
    let failed =
        |source: serde_json::Error| StateError::Write { file: database.place.clone(), source: source.into() };
    let (bytes, version) = snapshot::encode(content).map_err(failed)?;
    let new = New::of(content, &bytes, &version);
    let held = held(lease)?;
    let mut journal = held.journal.lock().await;
    let mut tries = database.tries(PATIENCE, Purpose::Write);
    loop {
        let again = tries.again();
        let attempt = async {
            let mut client = database.client().await?;
            let transaction = client.transaction().await?;
            let guard = Guard::locked(&transaction, lease, &held).await?;
            // An earlier try of this one took place, and its answer was lost.
            if again && guard.version.as_ref() == Some(&version) && guard.batches == 0 {
                return Ok(());
            }
            guard.check_version(lease.stack(), expected)?;
            check_lineage(database, lease, guard.version.as_ref(), &content.lineage)?;
            claims::check(&transaction, lease, again).await?;
            put(&transaction, lease.stack(), &new, &held).await?;
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

fn check_lineage(
    database: &Database,
    lease: &Lease,
    present: Option<&Version>,
    lineage: &str,
) -> Result<(), StateError> {
    match present {
        Some(present) if present.lineage != lineage => Err(StateError::LineageMismatch {
            file: format!("the state of {} in {}", lease.stack(), database.place),
            expected: present.lineage.clone(),
            found: lineage.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// A snapshot to be put in place.
pub struct New<'b> {
    header: &'b [u8],
    parts: Parts<'b>,
    version: &'b Version,
}

impl<'b> New<'b> {
    /// From a snapshot and its bytes.
    pub fn of(content: &'b Content, bytes: &'b [u8], version: &'b Version) -> Self {
        let header = &bytes[..bytes.len() - content.body.len()];
        New { header, parts: rows::split(&content.body), version }
    }
}

const PUT_SNAPSHOT: &str = "
INSERT INTO snapshots (stack, header, head, tail) VALUES ($1, $2, $3, $4)
ON CONFLICT (stack) DO UPDATE SET header = excluded.header, head = excluded.head, tail = excluded.tail";

const PUT_RESOURCES: &str = "
INSERT INTO resources (stack, position, urn, line)
SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::bytea[])
ON CONFLICT (stack, position) DO UPDATE SET urn = excluded.urn, line = excluded.line";

const PUT_VERSION: &str =
    "UPDATE stacks SET lineage = $2, serial = $3, checksum = $4, batches = 0 WHERE stack = $1";

/// Writes what differs, and drops what the snapshot has in it.
pub async fn put(
    transaction: &Transaction<'_>,
    stack: &StackName,
    new: &New<'_>,
    held: &Held,
) -> Result<(), Failure> {
    let New { header, parts, version } = new;
    let stack = stack.to_string();
    let Changes { written, dropped } = rows::changes(&kept(transaction, &stack).await?, &parts.lines);
    if !dropped.is_empty() {
        let drop = "DELETE FROM resources WHERE stack = $1 AND position = ANY($2)";
        transaction.execute(drop, &[&stack, &dropped]).await?;
    }
    let mut rest = &written[..];
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(chunk(rest));
        let positions: Vec<i64> = chunk.iter().map(|row| row.position).collect();
        let urns: Vec<&Cow<'_, str>> = chunk.iter().map(|row| &row.urn).collect();
        let lines: Vec<&[u8]> = chunk.iter().map(|row| row.line).collect();
        transaction.execute(PUT_RESOURCES, &[&stack, &positions, &urns, &lines]).await?;
        rest = after;
    }
    transaction.execute(PUT_SNAPSHOT, &[&stack, header, &parts.head, &parts.tail]).await?;
    transaction.execute("DELETE FROM journal WHERE stack = $1", &[&stack]).await?;
    claims::drop_but(transaction, &stack, &held.beside()).await?;
    let Version { lineage, serial, checksum } = version;
    transaction.execute(PUT_VERSION, &[&stack, lineage, &serial.cast_signed(), checksum]).await?;
    Ok(())
}

/// The rows that are there, without their lines: the server has those, and hashes them itself.
async fn kept(transaction: &Transaction<'_>, stack: &str) -> Result<Vec<Kept>, Failure> {
    let text = "SELECT position, urn, sha256(line) FROM resources WHERE stack = $1 ORDER BY position";
    let rows = transaction.query(text, &[&stack]).await?;
    let read = |row: &tokio_postgres::Row| {
        Ok(Kept { position: row.try_get(0)?, urn: row.try_get(1)?, digest: row.try_get(2)? })
    };
    rows.iter().map(read).collect()
}

/// How many rows go into one statement: at least one.
fn chunk(rows: &[Row<'_>]) -> usize {
    let mut bytes = 0;
    let fits = |row: &&Row<'_>| {
        bytes += row.line.len();
        bytes <= CHUNK
    };
    rows.iter().take_while(fits).count().max(1)
}

/// Forgets a stack. Its row in `stacks` stays, with its epoch.
pub async fn remove(database: &Database, lease: &Lease, expected: &Version) -> Result<(), StateError> {
    let held = held(lease)?;
    let mut journal = held.journal.lock().await;
    let mut tries = database.tries(PATIENCE, Purpose::Write);
    loop {
        let again = tries.again();
        let attempt = async {
            let mut client = database.client().await?;
            let transaction = client.transaction().await?;
            let guard = Guard::locked(&transaction, lease, &held).await?;
            // An earlier try of this one took place, and its answer was lost.
            if again && guard.version.is_none() {
                return Ok(());
            }
            guard.check_version(lease.stack(), Some(expected))?;
            claims::check(&transaction, lease, again).await?;
            let stack = lease.stack().to_string();
            claims::drop_but(&transaction, &stack, &held.beside()).await?;
            for table in ["resources", "journal", "snapshots"] {
                transaction.execute(&format!("DELETE FROM {table} WHERE stack = $1"), &[&stack]).await?;
            }
            let forget = "UPDATE stacks SET lineage = NULL, serial = NULL, checksum = NULL, batches = 0
                WHERE stack = $1";
            transaction.execute(forget, &[&stack]).await?;
            Ok(transaction.commit().await?)
        };
        if let Some(done) = tries.settle(attempt).await {
            if done.is_ok() {
                *journal = Journal::Idle;
            }
            return done;
        }
    }
}

const LIST: &str = "
SELECT stack FROM stacks WHERE lineage IS NOT NULL
UNION SELECT stack FROM snapshots UNION SELECT stack FROM resources UNION SELECT stack FROM journal";

/// The stacks that have a snapshot, or rows of one.
pub async fn list(database: &Database) -> Result<Vec<StackName>, StateError> {
    let mut tries = database.tries(lock::PATIENCE, Purpose::Read);
    loop {
        let attempt = async {
            let client = database.client().await?;
            let rows = client.query(LIST, &[]).await?;
            let mut stacks = Vec::with_capacity(rows.len());
            for row in &rows {
                stacks.push(stack_name(database, row.try_get(0)?)?);
            }
            stacks.sort();
            Ok(stacks)
        };
        if let Some(done) = tries.settle(attempt).await {
            return done;
        }
    }
}

fn stack_name(database: &Database, text: &str) -> Result<StackName, StateError> {
    let corrupt =
        |what: String| StateError::Corrupt { file: format!("`stacks` in {}", database.place), what };
    match text.split('/').collect::<Vec<_>>()[..] {
        [environment, region, name] => {
            StackName::new(environment, region, name).map_err(|error| corrupt(error.to_string()))
        }
        _ => Err(corrupt(format!("`{text}` is no name of a stack"))),
    }
}

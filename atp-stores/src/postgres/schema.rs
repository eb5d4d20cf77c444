//! The tables. They are made on first use, and have a number: a newer one is left alone.

use super::connection::{Client, Failure};
use atp_iac::state::StateError;
use deadpool_postgres::Transaction;

/// The newest form of the tables that is understood.
pub const VERSION: i32 = 2;

/// Serialises those who make the tables; any number does that nobody else is likely to use.
const LOCK: i64 = 0x0061_7470_5f69_6163;

/// `stacks` says of each stack which snapshot it has and who holds its lock. Every write to anything of a stack changes or
/// locks its row there, so that there is one order of all writes. The row stays when the stack is forgotten: epochs never
/// begin again.
///
/// `claims` has a row for each who works on a part of a stack, and `claim_journal` what he recorded. When a row of it has no
/// token, nobody writes that any more, and whoever locks the stack next takes it into the snapshot.
///
/// `form` says that whoever takes the lock knows of claims: who worked with older tables fails when he tries.
///
/// A row of `journal` and of `claim_journal` holds one or more lines of a journal as it would be in a file, each with the checksum of all before
/// it.
const TABLES: &str = "
CREATE TABLE stacks (
    stack text PRIMARY KEY,
    lineage text,
    serial bigint,
    checksum text,
    batches bigint NOT NULL DEFAULT 0,
    epoch bigint NOT NULL,
    token uuid,
    expires timestamptz,
    who text,
    host text,
    process bigint,
    operation text,
    since timestamptz,
    form integer NOT NULL,
    CHECK (num_nulls(lineage, serial, checksum) IN (0, 3)),
    CHECK (num_nulls(token, expires, who, host, process, operation, since) IN (0, 7))
);
CREATE TABLE snapshots (
    stack text PRIMARY KEY REFERENCES stacks,
    header bytea NOT NULL,
    head bytea NOT NULL,
    tail bytea NOT NULL
);
CREATE TABLE resources (
    stack text NOT NULL REFERENCES stacks,
    position bigint NOT NULL,
    urn text NOT NULL,
    line bytea NOT NULL,
    PRIMARY KEY (stack, position)
);
CREATE TABLE journal (
    stack text NOT NULL REFERENCES stacks,
    number bigint NOT NULL,
    lines bytea NOT NULL,
    PRIMARY KEY (stack, number)
);
CREATE TABLE documents (
    stack text NOT NULL,
    folder text NOT NULL,
    name text NOT NULL,
    writer uuid NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (stack, folder, name)
);
CREATE TABLE format (version integer NOT NULL);
";

const CLAIMS: &str = "
CREATE TABLE claims (
    stack text NOT NULL REFERENCES stacks,
    epoch bigint NOT NULL,
    claim text NOT NULL,
    batches bigint NOT NULL DEFAULT 0,
    token uuid,
    expires timestamptz,
    who text,
    host text,
    process bigint,
    operation text,
    since timestamptz,
    PRIMARY KEY (stack, epoch),
    CHECK (num_nulls(token, expires, who, host, process, operation, since) IN (0, 7))
);
CREATE TABLE claim_journal (
    stack text NOT NULL,
    epoch bigint NOT NULL,
    number bigint NOT NULL,
    lines bytea NOT NULL,
    PRIMARY KEY (stack, epoch, number),
    FOREIGN KEY (stack, epoch) REFERENCES claims
);
";

/// What makes tables of the first form into such.
const FROM_1: &str = "
ALTER TABLE stacks ADD COLUMN form integer NOT NULL DEFAULT 2;
ALTER TABLE stacks ALTER COLUMN form DROP DEFAULT;
";

/// Sees to it that the tables are there. The connection has the schema as its search path.
pub async fn prepare(client: &mut Client, schema: &str, place: &str) -> Result<(), Failure> {
    match version(client, schema).await? {
        None | Some(1) => {}
        Some(found) => return check(found, place),
    }
    let transaction = client.transaction().await?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    // Who waited for the lock may find that the tables are there now.
    match version(&transaction, schema).await? {
        None => {
            // The name was checked to be one that needs no quotes; quoted, it is not taken for a word of the language.
            transaction.batch_execute(&format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\"")).await?;
            transaction.batch_execute(TABLES).await?;
            transaction.batch_execute(CLAIMS).await?;
            transaction.execute("INSERT INTO format (version) VALUES ($1)", &[&VERSION]).await?;
        }
        Some(1) => upgrade(&transaction, place).await?,
        Some(_) => {}
    }
    transaction.commit().await?;
    match version(client, schema).await? {
        Some(found) => check(found, place),
        None => Err(StateError::Corrupt { file: place.to_owned(), what: "its tables vanish".into() }.into()),
    }
}

/// Brings tables of the first form to the present one. Who works with those has the lock of a stack, and is waited for.
async fn upgrade(transaction: &Transaction<'_>, place: &str) -> Result<(), Failure> {
    transaction.batch_execute("LOCK TABLE stacks IN ACCESS EXCLUSIVE MODE").await?;
    let busy = "
        SELECT stack, who, host FROM stacks WHERE token IS NOT NULL AND expires > clock_timestamp()
        ORDER BY stack LIMIT 1";
    if let Some(row) = transaction.query_opt(busy, &[]).await? {
        let (stack, who, host): (String, String, String) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let told = format!(
            "the tables in {place} are of an older version, and {who} on {host} works on {stack} with that; they are \
             brought to the present form when nobody does: try again then"
        );
        return Err(StateError::Refused(told).into());
    }
    transaction.batch_execute(FROM_1).await?;
    transaction.batch_execute(CLAIMS).await?;
    transaction.execute("UPDATE format SET version = $1", &[&VERSION]).await?;
    Ok(())
}

/// The number of the tables; `None` when there are none.
async fn version(
    client: &impl deadpool_postgres::GenericClient,
    schema: &str,
) -> Result<Option<i32>, Failure> {
    // Functions such as `to_regclass` may go by what was there before the lock was waited for.
    let table = "SELECT FROM pg_catalog.pg_tables WHERE schemaname = $1 AND tablename = 'format'";
    if client.query_opt(table, &[&schema]).await?.is_none() {
        return Ok(None);
    }
    let row = client.query_one("SELECT max(version) FROM format", &[]).await?;
    Ok(row.try_get(0)?)
}

fn check(found: i32, place: &str) -> Result<(), Failure> {
    match found {
        VERSION => Ok(()),
        newer if newer > VERSION => {
            let (found, supported) = (u64::from(newer.unsigned_abs()), u64::from(VERSION.unsigned_abs()));
            Err(StateError::NewerFormat { file: place.to_owned(), found, supported }.into())
        }
        other => {
            let what = format!("its tables have the number {other}, which there never was");
            Err(StateError::Corrupt { file: place.to_owned(), what }.into())
        }
    }
}

//! A store of its own for each test: a schema that no other test has.

use async_trait::async_trait;
use atp_iac::ports::{Clock, ManualClock, SystemRandom};
use atp_iac::secrets::WrappedKey;
use atp_iac::state::{Content, Opening, Presence};
use atp_iac::testing::stores::Bench;
use atp_iac::testing::stores::damage::{Damage, Harm, Part};
use atp_stores::postgres::PostgresStore;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

pub const SERVER: &str = "ATP_TEST_POSTGRES";

/// A schema, and a way into it beside the store.
pub struct Server {
    pub address: String,
    pub schema: String,
    pub sql: Client,
}

/// None, with a word, when there is no server to test on.
#[expect(clippy::print_stderr, reason = "whoever reads the results has to know what was left out")]
pub async fn server() -> Option<Server> {
    let Ok(server) = std::env::var(SERVER) else {
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        eprintln!("skipped {test}: {SERVER} names no PostgreSQL server");
        return None;
    };
    let named = format!("test_{}", Uuid::new_v4().simple());
    let schema = format!("{named}_azure");
    let (sql, connection) = tokio_postgres::connect(&server, NoTls).await.unwrap();
    tokio::spawn(connection);
    sql.batch_execute(&format!("SET search_path TO {schema}")).await.unwrap();
    Some(Server { address: format!("{server}?schema={named}"), schema, sql })
}

impl Server {
    pub fn store(&self, clock: &Arc<ManualClock>) -> PostgresStore {
        self.with_term(clock.clone(), Duration::from_secs(30))
    }

    pub fn with_term(&self, clock: Arc<dyn Clock>, term: Duration) -> PostgresStore {
        open(&self.address, clock, term)
    }

    pub fn bench(&self) -> Bench {
        let clock = Arc::new(ManualClock::default());
        Bench::new(Arc::new(self.store(&clock)), clock)
    }
}

pub fn open(url: &str, clock: Arc<dyn Clock>, term: Duration) -> PostgresStore {
    open_with(url, clock, term, Presence::default())
}

pub fn open_with(url: &str, clock: Arc<dyn Clock>, term: Duration, presence: Presence) -> PostgresStore {
    let random = Arc::new(SystemRandom);
    let opening = Opening { url, part: "azure", variable: &|_| None, clock, random, presence };
    PostgresStore::with_term(&opening, term).unwrap()
}

pub async fn empty() -> Option<Bench> {
    let server = server().await?;
    let bench = server.bench();
    Some(bench.with_damage(Rows { sql: server.sql }))
}

/// A snapshot with a resource for each name, and nothing that only the engine understands.
pub fn content(serial: u64, names: &[&str]) -> Content {
    let lines: Vec<String> =
        names.iter().map(|name| format!("{{\"urn\":\"{name}\",\"id\":\"/{name}\"}}")).collect();
    let body = format!("{{\"stack\":\"x\",\"resources\":[\n{}],\"pending\":[\n{{}}]}}\n", lines.join(",\n"));
    let key = WrappedKey { provider: "none".into(), data: String::new() };
    Content { lineage: "one".into(), serial, keys: key.into(), body: body.into_bytes() }
}

/// Damages the rows of a stack.
struct Rows {
    sql: Client,
}

#[async_trait]
impl Damage for Rows {
    async fn damage(&self, part: Part, harm: Harm) -> bool {
        let statement = match (part, harm) {
            (Part::Snapshot, Harm::Removed) => "DELETE FROM snapshots",
            (Part::Snapshot, Harm::CutOff) => {
                "DELETE FROM resources WHERE position = (SELECT max(position) FROM resources)"
            }
            (Part::Snapshot, Harm::Changed) => {
                "UPDATE stacks SET lineage = NULL, serial = NULL, checksum = NULL, batches = 0"
            }
            (Part::Journal, Harm::Removed) => "DELETE FROM journal WHERE number = 0",
            (Part::Journal, Harm::CutOff) => {
                "UPDATE journal SET lines = substr(lines, 1, length(lines) / 2) WHERE number = 0"
            }
            (Part::Journal, Harm::Changed) => {
                "UPDATE journal SET lines = set_byte(lines, 90, 0) WHERE number = 0"
            }
            // A lease is known by its token, whatever is said of its number.
            (Part::Lock, _) => return false,
        };
        self.sql.execute(statement, &[]).await.unwrap() > 0
    }
}

//! A store of its own for each test: a schema that no other test has.

use atp_iac::ports::{Clock, ManualClock, SystemRandom};
use atp_iac::secrets::WrappedKey;
use atp_iac::state::{Content, Opening, Presence};
use atp_iac::testing::stores::Bench;
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
    server().await.map(|server| server.bench())
}

/// A snapshot with a resource for each name, and nothing that only the engine understands.
pub fn content(serial: u64, names: &[&str]) -> Content {
    let lines: Vec<String> =
        names.iter().map(|name| format!("{{\"urn\":\"{name}\",\"id\":\"/{name}\"}}")).collect();
    let body = format!("{{\"stack\":\"x\",\"resources\":[\n{}],\"pending\":[\n{{}}]}}\n", lines.join(",\n"));
    let key = WrappedKey { provider: "none".into(), data: String::new() };
    Content { lineage: "one".into(), serial, keys: key.into(), body: body.into_bytes() }
}

//! What an operation costs in each store of states, at states of three sizes: bytes that are sent and answered, and how
//! often somebody waits for the other side. `cargo xtask bench state` runs it.
//!
//! A folder is asked for every change of a file. In front of a server stands a relay on loopback, which counts what
//! passes. Servers are those that the environment names; `tests/stores/run --with cargo xtask bench state` starts them.

use anyhow::Context as _;
use atp_iac::ports::{ManualClock, SystemRandom, random_uuid};
use atp_iac::state::{Action, Backend as _, Change, LocalStore, Opening, Presence, Record, StateStore};
use atp_iac::testing::stores::Bench;
use atp_iac::testing::stores::sample::{intent, resource, saved};
use atp_stores::Stores;
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Resources in the state.
const SIZES: [u64; 3] = [100, 1_000, 10_000];
/// Operations that are measured, one after the other: an intent and a result of each, durable before the next.
const OPERATIONS: u64 = 20;
/// Records that are written at once while a state is filled.
const CHUNK: u64 = 500;

/// What was counted.
#[derive(Debug, Default)]
struct Counts {
    /// Requests to a server; syncs of a folder.
    waits: AtomicU64,
    /// Bytes to the store.
    sent: AtomicU64,
    /// Bytes from a server.
    answered: AtomicU64,
}

impl Counts {
    fn take(&self) -> [u64; 3] {
        [&self.waits, &self.sent, &self.answered].map(|count| count.swap(0, Ordering::SeqCst))
    }
}

/// What the three parts of a session cost.
struct Cost {
    open: [u64; 3],
    operations: [u64; 3],
    close: [u64; 3],
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    writeln!(
        out,
        "| store | resources | an operation: waits | bytes sent | bytes answered | next to the smallest state |"
    )?;
    writeln!(out, "| --- | ---: | ---: | ---: | ---: | ---: |")?;
    let mut sessions = Vec::new();
    for name in ["folder", "azblob", "s3", "postgres"] {
        let mut smallest = None;
        for size in SIZES {
            let Some(cost) = cost(name, size).await.with_context(|| format!("{name}, {size} resources"))?
            else {
                writeln!(std::io::stderr(), "left out {name}: {} names no server", variable(name))?;
                break;
            };
            let [waits, sent, answered] = cost.operations.map(|count| count as f64 / OPERATIONS as f64);
            let first = *smallest.get_or_insert(sent + answered);
            let ratio = (sent + answered) / first;
            writeln!(out, "| {name} | {size} | {waits:.1} | {sent:.0} | {answered:.0} | {ratio:.2} |")?;
            sessions.push((name, size, cost.open, cost.close));
        }
    }
    writeln!(
        out,
        "\n| store | resources | opening: waits | kB sent | kB answered | closing: waits | kB sent | kB answered |"
    )?;
    writeln!(out, "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")?;
    for (name, size, open, close) in sessions {
        write!(out, "| {name} | {size} |")?;
        for [waits, sent, answered] in [open, close] {
            write!(out, " {waits} | {} | {} |", sent / 1000, answered / 1000)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The environment variable that names a server.
fn variable(store: &str) -> String {
    format!("ATP_TEST_{}", store.to_uppercase())
}

/// Fills a state, and counts what a session on it costs; `None` when there is no such server.
async fn cost(name: &str, size: u64) -> anyhow::Result<Option<Cost>> {
    let counts = Arc::new(Counts::default());
    let clock = Arc::new(ManualClock::default());
    let folder = tempfile::tempdir()?;
    let store: Arc<dyn StateStore> = match name {
        "folder" => {
            let counts = counts.clone();
            let watch = move |change: Change| {
                match change {
                    Change::Wrote(_, bytes) => counts.sent.fetch_add(bytes.len() as u64, Ordering::SeqCst),
                    Change::Synced(_) | Change::SyncedFolder(_) => {
                        counts.waits.fetch_add(1, Ordering::SeqCst)
                    }
                    _ => 0,
                };
            };
            Arc::new(LocalStore::new(folder.path(), clock.clone()).with_watch(Arc::new(watch)))
        }
        server => match std::env::var(variable(server)) {
            Ok(url) => relayed(server, &url, counts.clone(), clock.clone()).await?,
            Err(_) => return Ok(None),
        },
    };
    let bench = Bench::new(store, clock);
    fill(&bench, size).await?;
    counts.take();
    let session = bench.open().await?;
    let open = counts.take();
    for number in 0..OPERATIONS {
        let name = format!("more{number}");
        session.record(Record::Intent(intent(number, Action::Create, &name))).await?;
        session.record(Record::Saved { step: Some(number), resource: resource(&name) }).await?;
    }
    let operations = counts.take();
    session.close().await?;
    Ok(Some(Cost { open, operations, close: counts.take() }))
}

async fn fill(bench: &Bench, size: u64) -> anyhow::Result<()> {
    let session = bench.open().await?;
    for start in (0..size).step_by(CHUNK as usize) {
        let chunk = start..size.min(start + CHUNK);
        session
            .record_all(chunk.map(|number| saved(resource(&format!("network{number}")))).collect())
            .await?;
    }
    session.close().await?;
    Ok(())
}

/// A store of its own on a server, behind a relay.
async fn relayed(
    name: &str,
    url: &str,
    counts: Arc<Counts>,
    clock: Arc<ManualClock>,
) -> anyhow::Result<Arc<dyn StateStore>> {
    let endpoint = match name {
        "azblob" => Some("AZURE_STORAGE_ENDPOINT"),
        "s3" => Some("AWS_ENDPOINT_URL_S3"),
        _ => None,
    };
    let own = random_uuid(&SystemRandom)?;
    let told = endpoint.map_or(Ok(url.to_owned()), std::env::var)?;
    let server = address(&told).with_context(|| format!("{name}: no host and port on loopback"))?;
    let relay = relay(server, counts).await?;
    let behind = |text: &str| text.replacen(&server.to_string(), &relay.to_string(), 1);
    let url = match endpoint {
        Some(_) => format!("{url}/{own}"),
        None => format!("{}?schema=bench_{}", behind(url), own.replace('-', "")),
    };
    let variable = |wanted: &str| match Some(wanted) == endpoint {
        true => Some(behind(&told)),
        false => std::env::var(wanted).ok(),
    };
    let (random, presence) = (Arc::new(SystemRandom), Presence::default());
    let opening = Opening { url: &url, part: "bench", variable: &variable, clock, random, presence };
    Stores.open(&opening).map_err(|error| anyhow::anyhow!("{error}; {}", error.way_out))
}

/// The `127.0.0.1:port` in a URL.
fn address(url: &str) -> Option<SocketAddr> {
    let host = url.find("127.0.0.1:")?;
    let rest = &url[host..];
    rest[..rest.find('/').unwrap_or(rest.len())].parse().ok()
}

/// Passes everything on to a server and back, and counts it. A request begins when something is sent after an answer.
async fn relay(server: SocketAddr, counts: Arc<Counts>) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let own = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let Ok(onward) = TcpStream::connect(server).await else { continue };
            let asks = Arc::new(AtomicBool::new(false));
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = onward.into_split();
            let (sending, answering) = (counts.clone(), counts.clone());
            let asked = asks.clone();
            tokio::spawn(pass(from_client, to_server, move |length| {
                if !asked.swap(true, Ordering::SeqCst) {
                    sending.waits.fetch_add(1, Ordering::SeqCst);
                }
                sending.sent.fetch_add(length, Ordering::SeqCst);
            }));
            tokio::spawn(pass(from_server, to_client, move |length| {
                asks.store(false, Ordering::SeqCst);
                answering.answered.fetch_add(length, Ordering::SeqCst);
            }));
        }
    });
    Ok(own)
}

async fn pass(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    count: impl Fn(u64) + Send,
) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        count(length as u64);
        if to.write_all(&buffer[..length]).await.is_err() {
            break;
        }
    }
}

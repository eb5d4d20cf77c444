//! The real binary, killed again and again on one state and one cloud: no operation is lost, and none is done twice.
//!
//! ```text
//! cargo test -p tests --test kill_loop folder                           # a few rounds, with a seed that is printed
//! KILL_ROUNDS=200 KILL_SEED=42 cargo test -p tests --test kill_loop folder -- --nocapture
//! KILL_ROUNDS=200 tests/stores/run --with cargo test -p tests --test kill_loop azblob -- --nocapture
//! ```
//!
//! States are in a folder, and on each of the servers that the environment names; `tests/stores/run` starts them. The cloud
//! is the simulator behind TLS, which outlives the killed processes: it knows every request that reached it.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and says how it goes"
)]

use atp_azure_sim::Method;
use atp_iac::ports::{Random, SystemRandom};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::process::Stdio;
use std::time::{Duration, Instant};
use support::Served;
use tokio::process::Command;

/// How many rounds there are unless `KILL_ROUNDS` says otherwise.
const ROUNDS: u64 = 4;
/// After so many rounds a line says how it goes.
const TOLD: u64 = 10;
/// The simulator may be in the middle of a request when its sender dies.
const LAST_REQUEST: Duration = Duration::from_millis(100);

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

struct World {
    azure: Served,
    backend: Option<String>,
}

/// What a process said that it had done.
struct Acknowledged {
    urn: String,
    work: String,
}

impl World {
    async fn start(backend: Option<String>) -> Self {
        World { azure: Served::start().await, backend }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command =
            self.azure.command(env!("CARGO_BIN_EXE_foundation_of_prod"), env!("CARGO_MANIFEST_DIR"));
        // Otherwise nothing could be destroyed.
        command.arg("--json").args(arguments).args(["--set", "protect=false"]);
        if let Some(backend) = &self.backend {
            command.args(["--backend", backend]);
        }
        // The simulator shows at once what it made.
        command.env("ATP_APPEARS_WITHIN", "0").stdin(Stdio::null());
        command
    }

    /// Runs to the end; gives the events.
    async fn succeeds(&self, arguments: &[&str]) -> Vec<Json> {
        let output = self.command(arguments).output().await.unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?} failed\n{text}\n{said}");
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    async fn takes(&self, direction: &str) -> Duration {
        let begun = Instant::now();
        self.succeeds(&[direction, "--yes"]).await;
        begun.elapsed()
    }

    /// Kills a run after a while. Whether it was still running, and what it had said.
    async fn killed(&self, direction: &str, after: Duration) -> (bool, Vec<Acknowledged>) {
        let path = self.azure.folder().join("events");
        let mut command = self.command(&[direction, "--yes"]);
        command.stdout(File::create(&path).unwrap()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        tokio::time::sleep(after).await;
        let running = child.try_wait().unwrap().is_none();
        // Its end is that of `kill -9`.
        child.kill().await.unwrap();
        tokio::time::sleep(LAST_REQUEST).await;
        let text = std::fs::read_to_string(path).unwrap();
        // The last line may be cut off: it was not said.
        let events = text.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
        let finished = events.filter(|event| event["event"] == "finished").map(|event| Acknowledged {
            urn: event["urn"].as_str().unwrap().to_owned(),
            work: event["work"].as_str().unwrap().to_owned(),
        });
        (running, finished.collect())
    }

    /// The ids of the resources in the state, in small letters, by URN.
    async fn state(&self) -> BTreeMap<String, String> {
        let events = self.succeeds(&["state", "list"]).await;
        let resources = events.iter().filter(|event| event["event"] == "resource");
        let text = |value: &Json| value.as_str().unwrap().to_owned();
        resources.map(|one| (text(&one["urn"]), text(&one["id"]).to_ascii_lowercase())).collect()
    }

    fn cloud(&self) -> BTreeSet<String> {
        self.azure.simulator.resources().unwrap().into_iter().map(|(id, _)| id.to_ascii_lowercase()).collect()
    }

    /// What was written or deleted since the log was emptied, by id, with how often that was accepted.
    fn done(&self, methods: &[Method]) -> BTreeMap<String, u32> {
        let mut done = BTreeMap::new();
        for request in self.azure.simulator.requests() {
            // 204 says that there was nothing to delete.
            if methods.contains(&request.method) && (200..204).contains(&request.status) {
                let path = request.path.split('?').next().unwrap_or_default();
                *done.entry(path.trim_end_matches('/').to_ascii_lowercase()).or_default() += 1;
            }
        }
        done
    }
}

/// What the ids of two deployments of the same have in common: names of role assignments follow from identities, which
/// are new each time.
fn shapes(ids: &BTreeSet<String>) -> Vec<String> {
    let shape = |id: &String| match id.split_once("/roleassignments/") {
        Some((scope, _)) => format!("{scope}/roleassignments/*"),
        None => id.clone(),
    };
    let mut shapes: Vec<String> = ids.iter().map(shape).collect();
    shapes.sort();
    shapes
}

struct Dice(u64);

impl Dice {
    /// From 0 to 1.
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

fn random() -> u64 {
    let mut bytes = [0; 8];
    SystemRandom.fill(&mut bytes).unwrap();
    u64::from_le_bytes(bytes) % 1_000_000_000
}

/// What became of all rounds so far.
#[derive(Default)]
struct Tally {
    killed: u64,
    acknowledged: usize,
    lost: usize,
    doubled: usize,
    repeated: usize,
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Tally { killed, acknowledged, lost, doubled, repeated } = self;
        write!(
            f,
            "{killed} killed before the end, {acknowledged} operations acknowledged before that, {lost} lost, {doubled} \
             doubled; {repeated} that were in flight sent again"
        )
    }
}

/// Rounds on states in the work folder, or at a URL.
async fn rounds(name: &str, backend: Option<String>) {
    let rounds = setting("KILL_ROUNDS").unwrap_or(ROUNDS);
    let seed = setting("KILL_SEED").unwrap_or_else(random);
    println!("{name}: again with KILL_ROUNDS={rounds} KILL_SEED={seed}");
    let mut dice = Dice(seed);
    let world = World::start(backend).await;
    let up = world.takes("up").await;
    let whole = shapes(&world.cloud());
    assert_eq!(world.state().await.len(), world.state().await.values().collect::<BTreeSet<_>>().len());
    let destroy = world.takes("destroy").await;
    assert!(world.cloud().is_empty());

    let mut tally = Tally::default();
    for round in 1..=rounds {
        let (direction, length) = if world.cloud().is_empty() { ("up", up) } else { ("destroy", destroy) };
        let after = length.mul_f64(dice.roll());
        // Some are taken back instead of finished.
        let next = if dice.roll() < 0.75 || direction == "destroy" { direction } else { "destroy" };
        let context = format!(
            "{name}, KILL_SEED={seed}, round {round}: {direction} killed after {after:?}, then {next}"
        );
        let faults = world.round(direction, after, next, &whole, &mut tally).await;
        assert!(faults.is_empty(), "{context}: {faults:#?}\n{tally}");
        if round % TOLD == 0 || round == rounds {
            println!("{name}: {round} of {rounds} rounds, {tally}");
        }
    }
    assert!(tally.killed > 0, "no run was killed before its end: the test shows nothing");
}

impl World {
    /// Kills a run, looks at what it left, runs to the end, and looks again. All that is wrong, in words.
    async fn round(
        &self,
        direction: &str,
        after: Duration,
        next: &str,
        whole: &[String],
        tally: &mut Tally,
    ) -> Vec<String> {
        self.azure.simulator.forget_requests();
        let before = self.state().await;
        let (running, said) = self.killed(direction, after).await;
        tally.killed += u64::from(running);
        tally.acknowledged += said.len();

        let state = self.state().await;
        let is_lost = |one: &&Acknowledged| state.contains_key(&one.urn) == (one.work == "delete");
        let lost = said.iter().filter(is_lost);
        let mut faults: Vec<String> =
            lost.map(|one| format!("{} of {} is lost", one.work, one.urn)).collect();
        tally.lost += faults.len();
        let first = self.done(&[Method::Put, Method::Delete]);
        self.azure.simulator.forget_requests();
        self.succeeds(&[next, "--yes"]).await;
        if next == direction {
            let [method, other] =
                if direction == "up" { [Method::Put, Method::Delete] } else { [Method::Delete, Method::Put] };
            let again = self.done(&[method]);
            let id = |urn: &String| state.get(urn).or_else(|| before.get(urn));
            let acknowledged =
                said.iter().filter(|one| id(&one.urn).is_some_and(|id| again.contains_key(id)));
            let sent = again.iter().filter(|(id, times)| **times > 1 && first.contains_key(*id));
            let doubled: Vec<String> = acknowledged
                .map(|one| format!("{} of {} is done twice", one.work, one.urn))
                .chain(sent.map(|(id, times)| format!("{id} is sent {times} times after the kill")))
                .collect();
            tally.doubled += doubled.len();
            tally.repeated += again.keys().filter(|id| first.contains_key(*id)).count();
            faults.extend(doubled);
            faults.extend(
                self.done(&[other]).keys().map(|id| format!("{id}: {other:?} on the way {direction}")),
            );
        }
        faults.extend(self.differs(if next == "up" { whole } else { &[] }).await);
        faults
    }

    /// What the cloud has otherwise than it should, and what only one of the state and the cloud has.
    async fn differs(&self, expected: &[String]) -> Vec<String> {
        let (state, cloud) = (self.state().await, self.cloud());
        let managed: BTreeSet<String> = state.into_values().collect();
        let orphans = cloud.difference(&managed).filter(|id| !id.contains("/securityrules/"));
        let mut faults: Vec<String> = orphans.map(|id| format!("{id} is in the cloud only")).collect();
        faults.extend(managed.difference(&cloud).map(|id| format!("{id} is in the state only")));
        if shapes(&cloud) != expected {
            faults.push(format!("the cloud has {:#?} instead of {expected:#?}", shapes(&cloud)));
        }
        faults
    }
}

/// Rounds on a server, in a place of its own there.
async fn rounds_on(name: &str, server: &str, place: &str) {
    match std::env::var(server) {
        Ok(url) => rounds(name, Some(format!("{url}{place}{}", random()))).await,
        Err(_) => println!("left out {name}: {server} names no server"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_folder_no_operation_is_lost_or_done_twice_however_often_the_binary_is_killed() {
    rounds("folder", None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_azblob_no_operation_is_lost_or_done_twice_however_often_the_binary_is_killed() {
    rounds_on("azblob", "ATP_TEST_AZBLOB", "/kill-").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_s3_no_operation_is_lost_or_done_twice_however_often_the_binary_is_killed() {
    rounds_on("s3", "ATP_TEST_S3", "/kill-").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres_no_operation_is_lost_or_done_twice_however_often_the_binary_is_killed() {
    rounds_on("postgres", "ATP_TEST_POSTGRES", "?schema=kill_").await;
}

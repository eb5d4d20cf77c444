//! The real binary, killed at random points: nothing is lost, made twice or orphaned.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use atp_azure_sim::{Settings, Simulator, SystemClock};
use atp_iac::ports::{Random, SystemRandom};
use atp_iac::secrets::LocalKeyFile;
use atp_iac::state::{LocalStore, StateView, read_state};
use atp_iac::{StackName, ports};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often the binary is killed. More by hand: `KILLS=200 cargo test -p tests --test kill`.
const KILLS: u32 = 20;

fn command(work_dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_foundation_of_prod"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("--work-dir").arg(work_dir).args(arguments);
    // Otherwise nothing could be destroyed.
    command.args(["--set", "protect=false"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(work_dir: &Path, arguments: &[&str]) -> Output {
    command(work_dir, arguments).output().unwrap()
}

fn succeeds(work_dir: &Path, arguments: &[&str]) {
    let output = run(work_dir, arguments);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?} failed\n{out}\n{err}");
}

/// Everything in the simulated cloud, without what differs between any two runs.
fn cloud(work_dir: &Path) -> BTreeMap<String, Json> {
    let folder = work_dir.join("simulator").join("cloud");
    let simulator =
        Simulator::open(&folder, atp_azure::descriptors(), Settings::default(), Arc::new(SystemClock))
            .unwrap();
    let mut resources: BTreeMap<String, Json> = simulator.resources().unwrap().into_iter().collect();
    resources.values_mut().for_each(forget_accidents);
    resources
}

fn forget_accidents(value: &mut Json) {
    const DIFFERENT: [&str; 13] = [
        "keyUriWithVersion",
        "ipPrefix",
        "systemData",
        "etag",
        "createdDate",
        "modifiedDate",
        "createdOn",
        "updatedOn",
        "creationTime",
        "resourceGuid",
        "customerId",
        "networkInterfaces",
        "customDnsConfigs",
    ];
    match value {
        Json::Object(map) => {
            map.retain(|key, _| !DIFFERENT.contains(&key.as_str()));
            map.values_mut().for_each(forget_accidents);
        }
        Json::Array(list) => {
            list.iter_mut().for_each(forget_accidents);
            // Subnets stand in the order in which they were made.
            if list.iter().all(|item| item["id"].is_string()) {
                list.sort_by_key(|item| item["id"].to_string());
            }
        }
        _ => {}
    }
}

/// The cloud as texts that are the same for two runs that did the same. The simulator gives every identity its own
/// principal, and the names of role assignments follow from principals: both are written by what they stand for.
fn described(cloud: &BTreeMap<String, Json>) -> Vec<String> {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let mut names: Vec<(String, String)> = Vec::new();
    for (id, body) in cloud {
        for key in ["principalId", "clientId"] {
            if id.contains("/userAssignedIdentities/") && body["properties"][key].is_string() {
                names.push((text(&body["properties"][key]), format!("{key} of {id}")));
            }
        }
        if id.contains("/roleAssignments/") {
            names.push((text(&body["name"]), "(assignment)".to_owned()));
        }
    }
    let describe = |(id, body): (&String, &Json)| {
        names.iter().fold(format!("{id} {body}"), |text, (from, to)| text.replace(from, to))
    };
    let mut described: Vec<String> = cloud.iter().map(describe).collect();
    described.sort();
    described
}

async fn state(work_dir: &Path) -> StateView {
    let work_dir = work_dir.join("simulator");
    let store = LocalStore::new(&work_dir, Arc::new(ports::SystemClock));
    let keys = LocalKeyFile::new(work_dir.join("secret.key"), Arc::new(SystemRandom));
    let stack = StackName::new("prod", "westeurope", "foundation").unwrap();
    read_state(&store, &stack, &keys).await.unwrap().unwrap().view
}

/// Kills a run after a while. Returns whether it was still running.
fn killed(work_dir: &Path, arguments: &[&str], after: Duration) -> bool {
    let mut child = command(work_dir, arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(after);
    let running = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    running
}

#[tokio::test]
async fn a_run_killed_anywhere_is_finished_by_the_next_one() {
    let kills = std::env::var("KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS);
    let whole = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    succeeds(whole.path(), &["up", "--yes"]);
    let length = begun.elapsed();
    let expected = cloud(whole.path());

    let mut seed = [0; 8];
    SystemRandom.fill(&mut seed).unwrap();
    let mut random = u64::from_le_bytes(seed) | 1;
    println!("seed {random}, a whole run takes {length:?}");
    let mut interrupted = 0;
    for number in 0..kills {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let after = length.mul_f64((random >> 11) as f64 / (1u64 << 53) as f64);
        let folder = tempfile::tempdir().unwrap();
        interrupted += u32::from(killed(folder.path(), &["up", "--yes"], after));
        succeeds(folder.path(), &["up", "--yes"]);
        let found = cloud(folder.path());
        for (found, expected) in described(&found).iter().zip(described(&expected)) {
            assert_eq!(*found, expected, "kill {number} after {after:?}");
        }
        assert_eq!(found.len(), expected.len(), "kill {number} after {after:?}");

        let state = state(folder.path()).await;
        assert_eq!(state.pending().count(), 0, "kill {number} after {after:?}");
        for resource in state.resources() {
            assert!(found.contains_key(&resource.id), "{} is in the state only", resource.id);
        }
        let managed: std::collections::BTreeSet<&str> = state.resources().map(|r| r.id.as_str()).collect();
        for id in found.keys().filter(|id| !id.contains("/securityRules/")) {
            assert!(managed.contains(id.as_str()), "{id} is an orphan: kill {number} after {after:?}");
        }
        succeeds(folder.path(), &["--refresh", "--detailed-exitcode"]);
    }
    assert!(interrupted > 0, "no run was killed before its end: the test shows nothing");
}

#[tokio::test]
async fn a_destroy_killed_anywhere_is_finished_by_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    succeeds(folder.path(), &["up", "--yes"]);
    let begun = Instant::now();
    succeeds(folder.path(), &["destroy", "--yes"]);
    let length = begun.elapsed();
    let mut interrupted = 0;
    for tenth in 2..9u32 {
        succeeds(folder.path(), &["up", "--yes"]);
        interrupted += u32::from(killed(folder.path(), &["destroy", "--yes"], length * tenth / 10));
        // Whatever is left goes on being managed.
        let left = cloud(folder.path()).len();
        succeeds(folder.path(), &["destroy", "--yes"]);
        assert!(cloud(folder.path()).is_empty(), "{left} were left after {tenth} tenths of {length:?}");
    }
    assert!(interrupted > 0, "no run was killed before its end: the test shows nothing");
}

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use atp_azure_sim::{PersistenceError, Settings, Simulator, SimulatorError, VirtualClock};
use serde_json::json;

use crate::descriptors;
use crate::support::{World, clock, group, network, world};

fn open(folder: &Path, time: &Arc<VirtualClock>) -> World {
    let settings = Settings { operation_duration: Duration::from_secs(10), ..Settings::default() };
    let simulator = Simulator::open(folder, descriptors::ALL, settings, time.clone()).unwrap();
    World { simulator, time: time.clone() }
}

fn put_group(world: &World, name: &str) -> u16 {
    world.put(&group(name), json!({ "location": "westeurope" })).status
}

#[test]
fn another_run_sees_the_same_cloud_and_finds_operations_finished() {
    let (folder, time) = (tempfile::tempdir().unwrap(), clock());
    let first = open(folder.path(), &time);
    put_group(&first, "G");
    let response = first.put(&network(), json!({ "location": "westeurope" }));
    drop(first);
    time.pass(Duration::from_secs(10));
    let second = open(folder.path(), &time);
    let url = response.header("azure-asyncoperation").unwrap();
    assert_eq!(second.follow(url).value()["status"], "Succeeded");
    assert_eq!(second.get(&network()).value()["properties"]["provisioningState"], "Succeeded");
}

#[test]
fn two_handles_on_one_folder_see_each_other() {
    let (folder, time) = (tempfile::tempdir().unwrap(), clock());
    let (left, right) = (open(folder.path(), &time), open(folder.path(), &time));
    assert_eq!(put_group(&left, "A"), 201);
    assert_eq!(put_group(&right, "B"), 201);
    assert_eq!(put_group(&left, "B"), 200);
    assert_eq!(right.simulator.resources().unwrap().len(), 2);
}

#[test]
fn a_torn_last_line_is_dropped_at_every_length() {
    let (folder, time) = (tempfile::tempdir().unwrap(), clock());
    let log = folder.path().join("log.jsonl");
    put_group(&open(folder.path(), &time), "A");
    let before = fs::read(&log).unwrap();
    put_group(&open(folder.path(), &time), "B");
    let after = fs::read(&log).unwrap();
    for length in before.len()..after.len() {
        fs::write(&log, &after[..length]).unwrap();
        let world = open(folder.path(), &time);
        assert_eq!(world.get(&group("B")).status, 404);
        assert_eq!(put_group(&world, "C"), 201);
        assert_eq!(open(folder.path(), &time).get(&group("C")).status, 200);
    }
}

#[test]
fn compaction_loses_nothing_and_other_handles_notice_it() {
    let (folder, time) = (tempfile::tempdir().unwrap(), clock());
    let compacting = || {
        let settings = Settings { compact_after_bytes: 300, ..Settings::default() };
        let simulator = Simulator::open(folder.path(), descriptors::ALL, settings, time.clone()).unwrap();
        World { simulator, time: time.clone() }
    };
    let (left, right) = (compacting(), compacting());
    let mut cut = 0;
    for number in 0..40 {
        let before = fs::metadata(folder.path().join("log.jsonl")).unwrap().len();
        let writer = if number % 3 == 0 { &left } else { &right };
        assert_eq!(put_group(writer, &format!("g{number}")), 201);
        cut += usize::from(fs::metadata(folder.path().join("log.jsonl")).unwrap().len() < before);
    }
    assert!(cut > 2, "{cut}");
    for world in [left, right, open(folder.path(), &time)] {
        assert_eq!(world.simulator.resources().unwrap().len(), 40);
    }
}

#[test]
fn compaction_may_be_interrupted_between_its_two_steps() {
    let (folder, time) = (tempfile::tempdir().unwrap(), clock());
    let log = folder.path().join("log.jsonl");
    let settings = Settings { compact_after_bytes: 300, ..Settings::default() };
    let world = open(folder.path(), &time);
    put_group(&world, "A");
    let compacting = Simulator::open(folder.path(), descriptors::ALL, settings, time.clone()).unwrap();
    let compacting = World { simulator: compacting, time: time.clone() };
    let before = fs::read(&log).unwrap();
    put_group(&compacting, "B");
    assert!(fs::metadata(&log).unwrap().len() < before.len() as u64);
    // The snapshot is new and the log still the old one, or cut and not started again.
    for old in [before.as_slice(), &[]] {
        fs::write(&log, old).unwrap();
        assert_eq!(open(folder.path(), &time).simulator.resources().unwrap().len(), 2);
        assert_eq!(put_group(&world, "A"), 200);
        assert_eq!(compacting.get(&group("A")).status, 200);
    }
}

#[test]
fn a_changed_byte_is_an_error_and_not_another_cloud() {
    let (folder, time) = (tempfile::tempdir().unwrap(), clock());
    put_group(&open(folder.path(), &time), "A");
    let log = folder.path().join("log.jsonl");
    let text = fs::read_to_string(&log).unwrap().replace("westeurope", "easteurope");
    fs::write(&log, text).unwrap();
    let refused = Simulator::open(folder.path(), descriptors::ALL, Settings::default(), time);
    let damaged = matches!(refused, Err(SimulatorError::Persistence(PersistenceError::Damaged { .. })));
    assert!(damaged);
}

#[test]
fn a_folder_that_cannot_be_used_is_an_error() {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().write_all(b"x").unwrap();
    let refused = Simulator::open(file.path(), descriptors::ALL, Settings::default(), clock());
    assert!(matches!(refused, Err(SimulatorError::Persistence(PersistenceError::Io { .. }))));
}

#[test]
fn a_cloud_as_json_is_the_same_cloud() {
    use atp_azure_sim::{Clock, Cloud, Method};
    let (world, time) = (world(0), clock());
    let send = |cloud: &mut Cloud, method, body: &serde_json::Value| {
        cloud.handle(&world.request(method, &group("G")).with_json(body), time.now())
    };
    let mut first = Cloud::new(descriptors::ALL, Settings::default());
    send(&mut first, Method::Put, &json!({ "location": "westeurope" }));
    let mut second = Cloud::new(descriptors::ALL, Settings::default());
    second.restore(first.to_json()).unwrap();
    assert_eq!(first.resources(), second.resources());
    assert_eq!(send(&mut second, Method::Get, &json!({})).status, 200);
}

/// Tells the process that this test starts what it is there for, and where.
const WRITER: &str = "ATP_SIM_TEST_FOLDER";

/// What the killed processes do: they create groups and say so, for ever.
#[allow(clippy::print_stdout, reason = "the test that kills this process reads it")]
fn write_for_ever(folder: &Path) {
    let settings = Settings { compact_after_bytes: 2000, ..Settings::default() };
    let simulator = Simulator::open(folder, descriptors::ALL, settings, clock()).unwrap();
    let world = World { simulator, time: clock() };
    let process = std::process::id();
    for number in 0.. {
        let name = format!("g-{process}-{number}");
        assert_eq!(put_group(&world, &name), 201);
        println!("\ncreated {name}");
    }
}

#[test]
fn two_processes_that_are_killed_lose_nothing_that_was_answered() {
    if let Some(folder) = std::env::var_os(WRITER) {
        return write_for_ever(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let this = "persistence::two_processes_that_are_killed_lose_nothing_that_was_answered";
        let command = command.args(["--exact", this, "--nocapture"]).env(WRITER, folder.path());
        command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
    };
    let mut created = Vec::new();
    for round in 0..5 {
        let mut writers = [start(), start()];
        for (index, writer) in writers.iter_mut().enumerate() {
            let lines = BufReader::new(writer.stdout.take().unwrap()).lines();
            let names =
                lines.map_while(Result::ok).filter_map(|l| l.strip_prefix("created ").map(str::to_owned));
            let mut names = names.peekable();
            // At another place in each round.
            created.extend(names.by_ref().take(20 + 17 * round + index));
            writer.kill().unwrap();
            writer.wait().unwrap();
            created.extend(names);
        }
    }
    let world = open(folder.path(), &clock());
    assert!(created.len() > 200, "{}", created.len());
    for name in created {
        assert_eq!(world.get(&group(&name)).status, 200, "{name}");
    }
}

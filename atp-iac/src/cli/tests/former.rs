//! What the last version of this program that wrote format 1 left behind: `former/` holds what it wrote, byte by byte.
//!
//! Its data keys are wrapped by the plain provider of this bench; `password` is `hunter2`, sealed.

use super::support::Bench;
use crate::Value;
use crate::state::LocalStore;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, str};

/// A deployed stack with the guest `ann`, and a plan for the guest `ben` and protection.
const PLANNED: &[u8] = include_bytes!("former/planned.snapshot.json");
const PLANNED_RECORD: &[u8] = include_bytes!("former/planned.record.json");
const PLAN: &[u8] = include_bytes!("former/planned.plan");
/// A deployed stack, and the journal of a run that was killed while it made the guest `ben`; `ann` was made before.
const KILLED: &[u8] = include_bytes!("former/killed.snapshot.json");
const KILLED_RECORD: &[u8] = include_bytes!("former/killed.record.json");
const JOURNAL: &[u8] = include_bytes!("former/killed.journal.jsonl");

fn files(folder: &Path) -> PathBuf {
    folder.join("state/dev/north/shop")
}

/// A bench whose store has these files, and whose cloud has what they say, and the guests.
fn former(folder: &Path, given: &[(&str, &[u8])], guests: &[&str]) -> Bench {
    fs::create_dir_all(files(folder).join("history")).unwrap();
    for (name, bytes) in given {
        fs::write(files(folder).join(name), bytes).unwrap();
    }
    let mut bench = Bench::new();
    bench.store = Arc::new(LocalStore::new(folder, bench.clock.clone()));
    let object = |kind: &str, name: &str, more: BTreeMap<String, Value>| {
        let id = format!("{kind}/{name}");
        let own =
            [("id", id.as_str().into()), ("name", name.into())].map(|(key, value)| (key.to_owned(), value));
        bench.cloud.put(&id, Value::from(own.into_iter().chain(more).collect::<BTreeMap<String, Value>>()));
    };
    let said = |pairs: &[(&str, Value)]| {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
    };
    object("Test.Front", "front", said(&[("place", "north".into()), ("address", "https://front".into())]));
    let password = Value::from("hunter2").into_secret();
    object("Test.Store", "store", said(&[("size", 1_u64.into()), ("password", password)]));
    for guest in guests {
        object("Test.Guest", guest, said(&[("front", "Test.Front/front".into())]));
    }
    bench
}

/// The version in the header of a file.
fn version(folder: &Path, name: &str) -> u64 {
    let bytes = fs::read(files(folder).join(name)).unwrap();
    header(&bytes)["version"].as_u64().unwrap()
}

fn header(bytes: &[u8]) -> serde_json::Value {
    let line = str::from_utf8(bytes.split(|byte| *byte == b'\n').next().unwrap()).unwrap();
    serde_json::from_str(&line[line.find('{').unwrap()..]).unwrap()
}

#[test]
fn what_is_kept_here_is_of_format_1() {
    for bytes in [PLANNED, PLANNED_RECORD, PLAN, KILLED, KILLED_RECORD, JOURNAL] {
        assert_eq!(header(bytes)["version"], 1);
    }
}

#[tokio::test]
async fn a_run_that_was_killed_under_format_1_is_continued() {
    let folder = tempfile::tempdir().unwrap();
    let given =
        [("snapshot.json", KILLED), ("journal.jsonl", JOURNAL), ("history/0000000001.json", KILLED_RECORD)];
    let bench = former(folder.path(), &given, &["ann", "ben"]);
    let listed = bench.run("state list").await;
    assert!(listed.code == 0 && listed.out.contains("ann"), "{}{}", listed.out, listed.err);
    assert_eq!(version(folder.path(), "journal.jsonl"), 1, "who only reads changes nothing");
    let up = bench.run("up --yes --set guests=[ann,ben] --set protect=true --set size=3").await;
    assert_eq!(up.code, 0, "{}", up.err);
    assert!(up.err.contains("ben") && up.err.contains("it was created, and is adopted"), "{}", up.err);
    assert_eq!(version(folder.path(), "snapshot.json"), 2);
    let password = bench.run("outputs password --show-secrets").await;
    assert_eq!(password.out, "hunter2\n");
    let shown = bench.run("state show vault/store").await;
    assert!(shown.out.contains("size") && shown.out.contains('3'), "{}", shown.out);
    assert_eq!(bench.cloud.objects().len(), 4);
    let verified = bench.run("history verify").await;
    assert_eq!(verified.code, 0, "{}", verified.err);
    let again =
        bench.run("preview --detailed-exitcode --set guests=[ann,ben] --set protect=true --set size=3");
    assert_eq!(again.await.code, 0);
}

#[tokio::test]
async fn a_plan_that_was_saved_under_format_1_is_shown_and_carried_out() {
    let folder = tempfile::tempdir().unwrap();
    let given = [("snapshot.json", PLANNED), ("history/0000000001.json", PLANNED_RECORD)];
    let bench = former(folder.path(), &given, &["ann"]);
    bench.plans.0.lock().unwrap().insert("/shop/deep/the.plan".into(), PLAN.to_vec());
    let shown = bench.run("plan show the.plan").await;
    assert!(shown.code == 0 && shown.err.contains("ben") && !shown.err.contains("hunter2"), "{}", shown.err);
    let up = bench.run("up --plan the.plan --set guests=[ann,ben] --set protect=true").await;
    assert_eq!(up.code, 0, "{}", up.err);
    assert!(bench.cloud.objects().contains_key("Test.Guest/ben"));
    assert_eq!(version(folder.path(), "snapshot.json"), 2);
}

#[tokio::test]
async fn damage_to_a_journal_or_plan_of_format_1_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = JOURNAL.to_vec();
    let middle = journal.len() / 2;
    journal[middle] ^= 1;
    let given = [("snapshot.json", KILLED), ("journal.jsonl", &journal[..])];
    let bench = former(folder.path(), &given, &["ann", "ben"]);
    let up = bench.run("up --yes").await;
    assert!(up.code == 1 && up.err.contains("journal"), "{}", up.err);
    let mut plan = PLAN.to_vec();
    let middle = plan.len() / 2;
    plan[middle] ^= 1;
    bench.plans.0.lock().unwrap().insert("/shop/deep/the.plan".into(), plan);
    let shown = bench.run("plan show the.plan").await;
    assert!(shown.code == 3 && shown.err.contains("is damaged"), "{}", shown.err);
}

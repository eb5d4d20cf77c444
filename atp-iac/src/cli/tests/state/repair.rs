//! `state verify` and `state repair`: on every kind of damage.

use super::{done, file, listed, on_files, says};
use crate::cli::tests::support::Bench;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const BEN: &str = "up --yes --set guests=[ben]";

/// A stack with `ben`, and a journal of a run that was cut off after it had made `eve`.
async fn cut_off() -> (Bench, TempDir) {
    let (bench, folder) = on_files();
    done(&bench, "up --yes").await;
    done(&bench, BEN).await;
    let engine_folder = file(&folder, "");
    let before = copy_of(&engine_folder);
    done(&bench, "up --yes --set guests=[ben,eve]").await;
    let whole = fs::read(file(&folder, "snapshot.json")).unwrap();
    // As if the process had been killed before its end: the journal holds what the snapshot does not.
    let journal = journal_between(&before.snapshot, &whole);
    before.put_back(&engine_folder);
    fs::remove_file(file(&folder, "backups").join(crate::state::backup_name(3))).unwrap();
    fs::write(file(&folder, "journal.jsonl"), journal).unwrap();
    assert_eq!(listed(&bench).await, ["front", "vault/store", "ben", "eve"]);
    (bench, folder)
}

struct Copy {
    snapshot: Vec<u8>,
    previous: Vec<u8>,
}

fn copy_of(folder: &Path) -> Copy {
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    Copy { snapshot: read("snapshot.json"), previous: read("snapshot.previous.json") }
}

impl Copy {
    fn put_back(&self, folder: &Path) {
        fs::write(folder.join("snapshot.json"), &self.snapshot).unwrap();
        fs::write(folder.join("snapshot.previous.json"), &self.previous).unwrap();
    }
}

/// A journal of two batches: an empty one, and one that saves the last resource of the second snapshot.
fn journal_between(before: &[u8], after: &[u8]) -> Vec<u8> {
    let version = crate::state::file::snapshot::peek("before", before).unwrap();
    let text = String::from_utf8(after.to_vec()).unwrap();
    let line = text.lines().find(|line| line.contains("Test.Guest::eve")).unwrap();
    let line = line.trim_end_matches(['}', ']', ',']);
    let opened = line.matches('{').count() - line.matches('}').count();
    let resource = format!("{line}{}", "}".repeat(opened));
    let (mut framer, mut bytes) = crate::state::file::journal::Framer::begin(&version).unwrap();
    bytes.extend(framer.frame(b"[]"));
    bytes.extend(framer.frame(format!(r#"[{{"saved":{{"resource":{resource}}}}}]"#).as_bytes()));
    bytes
}

/// Verify finds something, repair mends it, and verify is content then.
async fn repaired(bench: &Bench, parts: &[&str]) -> Vec<String> {
    let found = bench.run("state verify").await;
    assert_eq!(found.code, 1, "{}", found.err);
    says(&found.err, parts);
    let asked = bench.run("state repair").await;
    assert_eq!(asked.code, 3, "nobody was asked: {}", asked.err);
    let ran = done(bench, "state repair --yes").await;
    says(&ran.err, &["the state is repaired, with serial"]);
    says(&done(bench, "state verify").await.err, &["the state is whole"]);
    let all = listed(bench).await;
    done(bench, "up --yes --set guests=[ben,eve]").await;
    assert_eq!(bench.cloud.objects().len(), 4, "nothing was made twice");
    all
}

const ALL: [&str; 4] = ["front", "vault/store", "ben", "eve"];

#[tokio::test]
async fn a_whole_state_is_called_whole_and_a_stack_without_one_too() {
    let (bench, _folder) = on_files();
    says(&done(&bench, "state verify").await.err, &["the state is whole"]);
    done(&bench, BEN).await;
    says(&done(&bench, "state verify").await.err, &["the state is whole"]);
    let before = bench.store.read(&super::name()).await.unwrap();
    done(&bench, "state repair").await;
    assert_eq!(bench.store.read(&super::name()).await.unwrap(), before);
}

#[tokio::test]
async fn a_snapshot_that_is_missing_cut_off_or_changed_comes_back_with_the_journal() {
    for damage in ["missing", "empty", "torn", "flipped"] {
        let (bench, folder) = cut_off().await;
        let path = file(&folder, "snapshot.json");
        let mut bytes = fs::read(&path).unwrap();
        match damage {
            "missing" => fs::remove_file(&path).unwrap(),
            "empty" => fs::write(&path, b"").unwrap(),
            "torn" => fs::write(&path, &bytes[..bytes.len() / 2]).unwrap(),
            _ => {
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
                fs::write(&path, bytes).unwrap();
            }
        }
        assert_eq!(repaired(&bench, &["snapshot.json", "nothing is lost"]).await, ALL, "{damage}");
    }
}

#[tokio::test]
async fn of_a_journal_that_is_damaged_in_the_middle_the_beginning_is_kept() {
    let (bench, folder) = cut_off().await;
    let path = file(&folder, "journal.jsonl");
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 30;
    bytes[last] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let refused = bench.run(BEN).await;
    says(&refused.err, &["journal.jsonl is damaged", "`state repair`"]);
    bench.cloud.remove("Test.Guest/eve");
    let left =
        repaired(&bench, &["journal.jsonl is damaged", "its 1 batches before the damage are kept"]).await;
    assert_eq!(left, &ALL[..3]);
    let kept =
        fs::read_dir(file(&folder, "backups")).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    assert!(kept.into_iter().any(|kept| kept == bytes), "what was there is kept");
}

#[tokio::test]
async fn an_older_snapshot_in_the_place_of_the_newer_one_is_found_by_the_journal() {
    let (bench, folder) = cut_off().await;
    fs::copy(file(&folder, "snapshot.previous.json"), file(&folder, "snapshot.json")).unwrap();
    assert_eq!(repaired(&bench, &["an older snapshot was put in its place", "nothing is lost"]).await, ALL);
}

#[tokio::test]
async fn without_any_copy_it_is_said_what_is_left_to_do() {
    let (bench, folder) = cut_off().await;
    fs::remove_file(file(&folder, "snapshot.json")).unwrap();
    fs::remove_file(file(&folder, "snapshot.previous.json")).unwrap();
    fs::remove_dir_all(file(&folder, "backups")).unwrap();
    let before = fs::read(file(&folder, "journal.jsonl")).unwrap();
    let ran = bench.run("state repair --yes").await;
    assert_eq!(ran.code, 1);
    says(&ran.err, &["there is no copy of the snapshot", "`state restore FILE`"]);
    assert_eq!(fs::read(file(&folder, "journal.jsonl")).unwrap(), before);
}

#[tokio::test]
async fn a_damaged_marker_is_written_anew() {
    for text in ["", "nothing"] {
        let (bench, folder) = cut_off().await;
        fs::write(file(&folder, "stack.json"), text).unwrap();
        assert_eq!(repaired(&bench, &["stack.json"]).await, ALL);
    }
}

#[tokio::test]
async fn another_history_is_not_made_ones_own() {
    let (bench, folder) = cut_off().await;
    fs::remove_file(file(&folder, "journal.jsonl")).unwrap();
    fs::write(file(&folder, "stack.json"), r#"{"lineage":"mine"}"#).unwrap();
    let ran = bench.run("state repair --yes").await;
    assert_eq!(ran.code, 1);
    says(&ran.err, &["the snapshot is of lineage", "and the stack of mine", "no copy of the snapshot"]);
}

/// Writes the snapshot with other text, as whole as before.
fn rewritten(folder: &TempDir, change: impl Fn(String) -> String) {
    let path = file(folder, "snapshot.json");
    let (_, mut content) = crate::state::file::snapshot::decode("f", fs::read(&path).unwrap()).unwrap();
    content.body = change(String::from_utf8(content.body).unwrap()).into_bytes();
    fs::write(&path, crate::state::file::snapshot::encode(&content).unwrap().0).unwrap();
}

#[tokio::test]
async fn an_object_that_is_there_twice_is_there_once_then() {
    let (bench, folder) = on_files();
    done(&bench, "up --yes --set guests=[ben,eve]").await;
    rewritten(&folder, |body| {
        let line = body.lines().find(|line| line.contains("Test.Guest::ben")).unwrap();
        let line = line.trim_end_matches(',').to_owned();
        body.replacen(&line, &format!("{line},\n{line}"), 1)
    });
    says(&bench.run("state list").await.err, &["is in the state twice", "`state repair`"]);
    assert_eq!(repaired(&bench, &["is in the state twice", "one of them stays"]).await.len(), 4);
}

#[tokio::test]
async fn a_dependency_on_what_is_not_there_is_dropped() {
    let (bench, folder) = on_files();
    done(&bench, "up --yes --set guests=[ben,eve]").await;
    rewritten(&folder, |body| {
        body.replacen(r#""dependencies":["Test.Front::front"]"#, r#""dependencies":["Test.Front::ghost"]"#, 1)
    });
    assert_eq!(repaired(&bench, &["which is not in the state", "the dependency is dropped"]).await.len(), 4);
}

#[tokio::test]
async fn open_calls_and_damaged_backups_are_told_and_are_not_for_repair() {
    let bench = Bench::new();
    done(&bench, "up --yes").await;
    bench.memory.fail_append(bench.memory.counters().appends + 3);
    bench.memory.fail_replace(bench.memory.counters().replaces + 1);
    bench.run(BEN).await;
    let ran = bench.run("state verify").await;
    assert_eq!(ran.code, 1);
    says(&ran.err, &["1 calls were begun", "the next `up` or `refresh` looks them up"]);
    let (bench, folder) = on_files();
    done(&bench, "up --yes").await;
    done(&bench, BEN).await;
    fs::write(file(&folder, "backups").join(crate::state::backup_name(1)), b"damaged").unwrap();
    let ran = bench.run("state verify").await;
    assert_eq!(ran.code, 1);
    says(&ran.err, &["the backup 00000000000000000001.json", "nothing hangs on it"]);
    assert_eq!(bench.run("state repair --yes").await.code, 1);
}

#[tokio::test]
async fn all_states_of_a_store_are_looked_at_at_once() {
    let (mut bench, folder) = on_files();
    bench.fixed = crate::cli::Fixed { environment: None, program: None };
    done(&bench, "up --yes -s shop --env dev --region north --set guests=[ben]").await;
    done(&bench, "state move ben --to-stack void -s shop --env dev --region north").await;
    bench.cloud.objects().keys().for_each(|id| bench.cloud.remove(id));
    done(&bench, "up --yes -s shop --env dev --region south").await;
    let ran = done(&bench, "state verify --all").await;
    assert_eq!(ran.err.matches("the state is whole").count(), 3, "{}", ran.err);
    let south = folder.path().join("state/dev/south/shop/snapshot.json");
    fs::write(&south, b"{").unwrap();
    fs::remove_file(file(&folder, "../void/snapshot.json")).unwrap();
    let ran = bench.run("state verify --all").await;
    assert_eq!(ran.code, 1);
    says(&ran.err, &["2 of 3 states are not as they should be", "is cut off", "void/snapshot.json is gone"]);
    let json = bench.run("state verify --all --json").await.out;
    says(&json, &[r#""stack":"dev/south/shop""#, r#""repairable":true"#]);
    says(&bench.run("state verify --all --region north").await.err, &["1 of 2 states", "the state is whole"]);
    let wrong = bench.run("state verify --all --affected-since HEAD").await;
    assert_eq!(wrong.code, 1);
    says(&wrong.err, &["leave `--affected-since` out"]);
}

#[tokio::test]
async fn what_stands_beside_the_lock_is_named_and_written_anew_and_no_epoch_is_given_twice() {
    for (name, text) in [("epoch", ""), ("epoch", "many"), ("lock.json", "{")] {
        let (bench, folder) = cut_off().await;
        let before: u64 = fs::read_to_string(file(&folder, "epoch")).unwrap().trim().parse().unwrap();
        fs::write(file(&folder, name), text).unwrap();
        says(&bench.run("state verify").await.err, &[name, "it is written anew"]);
        assert_eq!(bench.run("state repair").await.code, 3, "nobody was asked");
        let ran = done(&bench, "state repair --yes").await;
        says(&ran.err, &["the lock can be taken again"]);
        says(&done(&bench, "state verify").await.err, &["the state is whole"]);
        let after: u64 = fs::read_to_string(file(&folder, "epoch")).unwrap().trim().parse().unwrap();
        assert!(after > before, "{after} {before}");
        assert_eq!(listed(&bench).await, ALL);
        says(&done(&bench, "history list").await.out, &["state repair", "who held it was not known"]);
        let kept = fs::read_dir(file(&folder, "backups")).unwrap().map(|one| one.unwrap().file_name());
        let kept: Vec<String> = kept.map(|name| name.to_string_lossy().into_owned()).collect();
        assert!(kept.iter().any(|kept| kept.starts_with("replaced-") && kept.ends_with(name)), "{kept:?}");
    }
    // Where it is gone, the count goes on from where nobody was.
    let (bench, folder) = cut_off().await;
    fs::remove_file(file(&folder, "epoch")).unwrap();
    done(&bench, "up --yes --set guests=[ben,eve]").await;
    let after: u64 = fs::read_to_string(file(&folder, "epoch")).unwrap().trim().parse().unwrap();
    assert!(after > 1_000_000, "{after}");
}

#[tokio::test]
async fn what_a_newer_version_wrote_is_left_alone() {
    let (bench, folder) = cut_off().await;
    let newer = b"{\"format\":\"atp-iac state\",\"version\":99}\n";
    fs::write(file(&folder, "snapshot.json"), newer).unwrap();
    let ran = bench.run("state repair --yes").await;
    assert_eq!(ran.code, 1);
    says(&ran.err, &["has format 99", "this version leaves it alone"]);
    assert_eq!(fs::read(file(&folder, "snapshot.json")).unwrap(), newer);
}

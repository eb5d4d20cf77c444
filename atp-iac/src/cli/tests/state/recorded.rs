//! What commands about the state leave in the history.

use super::{done, file, listed, name, on_files, says};
use crate::cli::tests::support::Bench;
use crate::state::{Folder, Wait};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

const BEN: &str = "up --yes --set guests=[ben]";
/// Where `ben` is in the cloud, and not in the state.
const KIM: &str = "up --yes --set guests=[kim]";

/// The history is whole, and its last record has these parts.
async fn recorded(bench: &Bench, parts: &[&str]) {
    done(bench, "history verify").await;
    let list = done(bench, "history list").await.out;
    says(list.lines().last().unwrap(), parts);
}

#[tokio::test]
async fn what_is_put_in_place_by_hand_has_a_record_and_the_history_is_whole_right_after() {
    for bench in [Bench::new(), on_files().0] {
        done(&bench, "up --yes").await;
        done(&bench, BEN).await;
        done(&bench, "state restore 1 --yes --message wrong").await;
        recorded(&bench, &["    3  ", "state restore", "1 deleted", "the backup 1 with serial 1", "wrong"])
            .await;
        let export = done(&bench, "state export").await.out.into_bytes();
        done(&bench, "state restore 2 --yes").await;
        recorded(&bench, &["    4  ", "state restore", "1 created"]).await;
        bench.plans.0.lock().unwrap().insert(PathBuf::from("/shop/deep/kept.json"), export);
        done(&bench, "state import kept.json --yes --force").await;
        recorded(&bench, &["    5  ", "state import", "kept.json with serial 3 was put in place"]).await;
        done(&bench, "state rename vault/store safe").await;
        done(&bench, "state undo").await;
        recorded(&bench, &["    7  ", "state undo", "1 moved"]).await;
        done(&bench, KIM).await;
        recorded(&bench, &["    8  ", "up"]).await;
        says(&done(&bench, "history show 3").await.out, &["what         the backup 1 with serial 1"]);
        says(&done(&bench, "history diff 2 3").await.out, &["- ben deleted"]);
        bench.cloud.remove("Test.Guest/ben");
        done(&bench, "rollback --to 2 --yes --allow-delete").await;
        assert_eq!(listed(&bench).await, ["front", "vault/store", "ben"]);
    }
}

#[tokio::test]
async fn a_repair_says_what_was_wrong_and_a_restore_over_damage_that_nothing_could_be_read() {
    let (bench, folder) = on_files();
    done(&bench, "up --yes").await;
    done(&bench, BEN).await;
    fs::write(file(&folder, "snapshot.json"), b"{").unwrap();
    done(&bench, "state repair --yes").await;
    recorded(&bench, &["    3  ", "state repair", "repaired from the copy with serial 2", "snapshot.json"])
        .await;
    fs::remove_file(file(&folder, "snapshot.json")).unwrap();
    done(&bench, "state restore 1 --yes").await;
    recorded(&bench, &["    4  ", "what was there could not be read", "snapshot.json is gone"]).await;
    done(&bench, KIM).await;
    recorded(&bench, &["    5  "]).await;
}

#[tokio::test]
async fn a_run_that_was_cut_off_before_a_restore_has_its_own_record() {
    let bench = Bench::new();
    done(&bench, "up --yes").await;
    bench.memory.fail_append(bench.memory.counters().appends + 3);
    bench.memory.fail_replace(bench.memory.counters().replaces + 1);
    assert_eq!(bench.run(BEN).await.code, 1);
    done(&bench, "state restore 1 --yes").await;
    let list = done(&bench, "history list").await.out;
    says(&list, &["cut off", "state restore"]);
    recorded(&bench, &["    3  ", "state restore"]).await;
    done(&bench, BEN).await;
    recorded(&bench, &["    4  "]).await;
}

#[tokio::test]
async fn a_broken_lock_is_noted_and_the_next_record_holds_on_to_the_note() {
    for bench in [Bench::new(), on_files().0] {
        done(&bench, "up --yes").await;
        let _held = bench.store.lock(&name(), &bench.holder("ben"), Wait::NONE).await.unwrap();
        bench.clock.advance(Duration::from_secs(60));
        done(&bench, "lock break --yes --message gone").await;
        recorded(&bench, &["lock break", "taken from ben on desk (process 7), running `up`", "gone"]).await;
        let json = done(&bench, "history list --json").await.out;
        says(&json, &[r#""event":"lock_break""#, r#""who":"ben""#]);
        bench.clock.advance(Duration::from_secs(60));
        done(&bench, BEN).await;
        recorded(&bench, &["    2  ", "up"]).await;
        done(&bench, "lock break --yes").await;
        let list = done(&bench, "history list").await.out;
        assert_eq!(list.matches("lock break").count(), 2, "{list}");
        let note = bench.store.document(&name(), Folder::Locks, "0000000001.json").await.unwrap().unwrap();
        bench.store.remove_document(&name(), Folder::Locks, "0000000001.json").await.unwrap();
        let dropped = bench.run("history verify").await;
        assert_eq!(dropped.code, 1);
        says(&dropped.err, &["note 1 of a broken lock is not good", "it is missing"]);
        let mut flipped = note.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        bench.store.put_document(&name(), Folder::Locks, "0000000001.json", flipped).await.unwrap();
        let damaged = bench.run("history verify").await;
        assert_eq!(damaged.code, 1);
        says(&damaged.err, &["note 1 of a broken lock"]);
        for number in ["0000000001.json", "0000000002.json"] {
            bench.store.remove_document(&name(), Folder::Locks, number).await.unwrap();
        }
        let dropped = bench.run("history verify").await;
        says(&dropped.err, &["record 2 was written after note 1 of a broken lock", "not there any more"]);
    }
}

#[tokio::test]
async fn what_cannot_be_recorded_is_told_and_hinders_nobody() {
    let bench = Bench::new();
    done(&bench, "up --yes").await;
    done(&bench, BEN).await;
    bench.clock.advance(Duration::from_secs(60));
    bench.memory.fail_history(true);
    let ran = done(&bench, "state restore 1 --yes").await;
    says(&ran.err, &["what was done is not in the history"]);
    bench.memory.fail_history(false);
    done(&bench, KIM).await;
    done(&bench, "history verify").await;
    says(&done(&bench, "history list").await.out, &["state restore"]);
    assert_eq!(listed(&bench).await, ["front", "vault/store", "kim"]);
}

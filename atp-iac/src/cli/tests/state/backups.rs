//! `state backup`, `state backups`, `state restore`.

use super::{done, file, listed, name, on_files, says};
use crate::cli::tests::support::Bench;
use crate::ports::SeededRandom;
use crate::state::{Holder, StateError, Wait, backup_name, backups};
use std::fs;
use std::sync::Arc;

const BEN: &str = "up --yes --set guests=[ben]";

async fn serials(bench: &Bench) -> Vec<u64> {
    backups(&*bench.store, &name()).await.unwrap().into_iter().collect()
}

#[tokio::test]
async fn a_backup_is_put_back_and_says_what_is_not_known_any_more() {
    for bench in [Bench::new(), on_files().0] {
        done(&bench, "up --yes").await;
        let kept = done(&bench, "state backup").await;
        says(&kept.err, &["the state is kept as the backup 1"]);
        done(&bench, BEN).await;
        let listed_serials = done(&bench, "state backups").await.out;
        assert_eq!(listed_serials.lines().count(), 2, "{listed_serials}");
        let asked = bench.run("state restore 1").await;
        assert_eq!(asked.code, 3, "nobody was asked");
        says(&asked.err, &["recorded since, and not known any more", "- ben (Test.Guest/ben)"]);
        assert_eq!(listed(&bench).await, ["front", "vault/store", "ben"]);
        let ran = done(&bench, "state restore 1 --yes").await;
        says(&ran.err, &["the state is the backup 1 now, with serial 3"]);
        assert_eq!(listed(&bench).await, ["front", "vault/store"]);
        // What was there before is a backup, too, and can be put back.
        assert_eq!(serials(&bench).await, [1, 2, 3]);
        done(&bench, "state restore 2 --yes").await;
        assert_eq!(listed(&bench).await, ["front", "vault/store", "ben"]);
        assert!(
            done(&bench, "preview --set guests=[ben] --json").await.out.contains(r#""has_changes":false"#)
        );
    }
}

#[tokio::test]
async fn a_damaged_state_is_replaced_and_kept_byte_by_byte() {
    let (bench, folder) = on_files();
    done(&bench, "up --yes").await;
    done(&bench, BEN).await;
    let damaged = b"{\"format\":\"atp-iac state\",".to_vec();
    fs::write(file(&folder, "snapshot.json"), &damaged).unwrap();
    assert_eq!(bench.run("state list").await.code, 1);
    let ran = done(&bench, "state restore 2 --yes").await;
    says(&ran.err, &["the present state cannot be read", "is cut off"]);
    assert_eq!(listed(&bench).await, ["front", "vault/store", "ben"]);
    let kept = fs::read_dir(file(&folder, "backups")).unwrap().map(|entry| entry.unwrap().path());
    let replaced = kept.filter(|path| path.to_string_lossy().contains("replaced-"));
    assert!(replaced.map(|path| fs::read(path).unwrap()).any(|bytes| bytes == damaged));
}

#[tokio::test]
async fn a_deleted_snapshot_and_even_a_deleted_marker_come_back_from_a_backup() {
    let (bench, folder) = on_files();
    done(&bench, "up --yes").await;
    for name in ["snapshot.json", "stack.json"] {
        fs::remove_file(file(&folder, name)).unwrap();
        if file(&folder, "snapshot.json").exists() {
            continue;
        }
        done(&bench, "state restore 1 --yes").await;
        assert_eq!(listed(&bench).await, ["front", "vault/store"], "{name}");
    }
}

#[tokio::test]
async fn a_snapshot_of_another_history_needs_force_and_what_does_not_exist_is_an_error() {
    let (bench, folder) = on_files();
    done(&bench, "up --yes").await;
    let (mut other, others) = on_files();
    other.random = Arc::new(SeededRandom::new(2));
    done(&other, BEN).await;
    let bytes = fs::read(file(&others, "snapshot.json")).unwrap();
    bench.plans.0.lock().unwrap().insert("/shop/deep/other.json".into(), bytes);
    let refused = bench.run("state restore other.json --yes").await;
    assert_eq!(refused.code, 1);
    says(&refused.err, &["other.json is of lineage", "belongs to another history", "--force"]);
    done(&bench, "state restore other.json --yes --force").await;
    assert_eq!(listed(&bench).await, ["front", "vault/store", "ben"]);
    let before = fs::read(file(&folder, "snapshot.json")).unwrap();
    for (arguments, why) in [
        ("state restore 77 --yes", "no backup with serial 77"),
        ("state restore nothing.json --yes", "there is no file nothing.json"),
    ] {
        let ran = bench.run(arguments).await;
        assert_eq!(ran.code, 1);
        says(&ran.err, &[why]);
    }
    assert_eq!(fs::read(file(&folder, "snapshot.json")).unwrap(), before);
}

#[tokio::test]
async fn what_was_open_is_looked_up_after_a_restore() {
    let bench = Bench::new();
    done(&bench, "up --yes").await;
    bench.memory.fail_append(bench.memory.counters().appends + 3);
    bench.memory.fail_replace(bench.memory.counters().replaces + 1);
    bench.run(BEN).await;
    bench.cloud.put("Test.Guest/ben", crate::Value::from([("name", "ben".into())]));
    let ran = done(&bench, "state restore 1 --yes").await;
    says(&ran.err, &["1 calls were open: the next `up` looks what became of them"]);
    let next = done(&bench, BEN).await;
    says(&next.err, &["it was created, and is adopted"]);
    assert_eq!(listed(&bench).await, ["front", "vault/store", "ben"]);
}

#[tokio::test]
async fn the_number_of_backups_is_that_of_the_project() {
    let mut bench = Bench::new();
    let project =
        "name: shop\nstate: {backups: 2, monthly: 0}\nenvironments:\n  dev: {regions: [north, south]}\n";
    bench.files.insert("/shop/atp.yaml".into(), project.into());
    for guests in ["[]", "[ben]", "[ben,eve]", "[ben,eve,kim]"] {
        done(&bench, &format!("up --yes --set guests={guests}")).await;
    }
    assert_eq!(serials(&bench).await, [3, 4]);
    let kept = bench.store.document(&name(), crate::state::Folder::Backups, &backup_name(3)).await.unwrap();
    assert!(kept.is_some());
}

#[tokio::test]
async fn nothing_is_put_back_while_somebody_else_has_the_lock() {
    let bench = Bench::new();
    done(&bench, "up --yes").await;
    let holder: Holder = bench.holder("ben");
    let _held = bench.store.lock(&name(), &holder, Wait::NONE).await.unwrap();
    for arguments in ["state restore 1 --yes --lock-timeout 0s", "state backup --lock-timeout 0s"] {
        let ran = bench.run(arguments).await;
        assert_eq!(ran.code, 4, "{}", ran.err);
        says(&ran.err, &["is in use by ben on desk", "`lock break`"]);
    }
    let direct = bench.store.lock(&name(), &holder, Wait::NONE).await;
    assert!(matches!(direct, Err(StateError::Locked { .. })));
}

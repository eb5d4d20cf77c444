//! What a run could not write, and `state recover`.

use super::{done, listed, name, says};
use crate::cli::tests::support::Bench;

use crate::ports::{Clock as _, SeededRandom};
use std::sync::Arc;
use std::time::Duration;

const BEN: &str = "up --yes --set guests=[ben]";

/// A run that made `ben`, and then could write nothing any more.
async fn after_a_full_disk() -> Bench {
    let bench = Bench::new();
    done(&bench, "up --yes").await;
    bench.memory.fail_append(bench.memory.counters().appends + 3);
    bench.memory.fail_replace(bench.memory.counters().replaces + 1);
    let ran = bench.run(BEN).await;
    assert_eq!(ran.code, 1);
    says(
        &ran.err,
        &["cannot be written", "what was recorded since is in dev-north-shop-2024", "`state recover`"],
    );
    assert_eq!(bench.store.holder(&name()).await.unwrap(), None);
    bench
}

#[tokio::test]
async fn what_could_not_be_written_is_taken_into_the_state_and_nothing_is_left_to_do() {
    let bench = after_a_full_disk().await;
    assert_eq!(listed(&bench).await, ["front", "vault/store"]);
    let asked = bench.run("state recover").await;
    assert_eq!(asked.code, 3, "nobody was asked");
    says(&asked.err, &["has what the state does not know", "ben (Test.Guest/ben): it is there"]);
    let ran = done(&bench, "state recover --yes").await;
    says(&ran.err, &["the state knows all that is in", ".json.merged"]);
    assert_eq!(listed(&bench).await, ["front", "vault/store", "ben"]);
    let next = done(&bench, "preview --set guests=[ben] --json").await.out;
    says(&next, &[r#""has_changes":false"#]);
    assert!(!next.contains("recovered"), "{next}");
    says(&done(&bench, "state recover --yes").await.err, &["there is no recovery file of this stack"]);
}

#[tokio::test]
async fn a_file_that_is_merged_twice_or_late_changes_nothing() {
    let bench = after_a_full_disk().await;
    // Meanwhile somebody has gone on.
    done(&bench, BEN).await;
    let before = bench.store.read(&name()).await.unwrap();
    let ran = done(&bench, "state recover").await;
    says(&ran.err, &["has nothing that the state does not know"]);
    assert_eq!(bench.store.read(&name()).await.unwrap(), before);
}

#[tokio::test]
async fn what_was_deleted_since_does_not_come_back() {
    let bench = after_a_full_disk().await;
    done(&bench, "up --yes --allow-delete").await;
    assert!(!bench.cloud.objects().contains_key("Test.Guest/ben"));
    done(&bench, "state recover --yes").await;
    assert_eq!(listed(&bench).await, ["front", "vault/store"]);
}

#[tokio::test]
async fn what_was_made_a_moment_ago_has_time_to_show() {
    for shows in [Some(30), None] {
        let mut bench = after_a_full_disk().await;
        bench.cloud = bench.cloud.clone().appearing_within(Duration::from_secs(120));
        let ben = bench.cloud.objects()["Test.Guest/ben"].clone();
        bench.cloud.remove("Test.Guest/ben");
        let before = bench.clock.now();
        if let Some(shows) = shows {
            let (clock, cloud) = (bench.clock.clone(), bench.cloud.clone());
            tokio::spawn(async move {
                clock.sleep(Duration::from_secs(shows)).await;
                cloud.put("Test.Guest/ben", ben);
            });
        }
        done(&bench, "state recover --yes").await;
        let passed = (bench.clock.now() - before).whole_seconds();
        let guests = listed(&bench).await.len() - 2;
        match shows {
            Some(shows) => assert!(guests == 1 && (shows as i64..120).contains(&passed), "{guests} {passed}"),
            None => assert!(guests == 0 && passed >= 120, "{guests} {passed}"),
        }
    }
}

#[tokio::test]
async fn a_file_of_another_history_is_refused() {
    let bench = after_a_full_disk().await;
    let mut other = Bench::new();
    other.random = Arc::new(SeededRandom::new(2));
    done(&other, "up --yes").await;
    let path = crate::state::RecoveryFiles::list(&*bench.recovery).unwrap().remove(0);
    let bytes = crate::state::RecoveryFiles::read(&*bench.recovery, &path).unwrap().unwrap();
    crate::state::RecoveryFiles::keep(&*other.recovery, path.to_str().unwrap(), &bytes).unwrap();
    let ran = other.run("state recover --yes").await;
    assert_eq!(ran.code, 1);
    says(&ran.err, &["is of lineage", "belongs to another history"]);
    let missing = bench.run("state recover nothing.json --yes").await;
    assert_eq!(missing.code, 1);
    says(&missing.err, &["nothing.json cannot be read"]);
}

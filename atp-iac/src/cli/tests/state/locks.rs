//! `lock show` and `lock break`.

use super::{done, name, on_files, says};
use crate::Urn;
use crate::cli::tests::support::Bench;
use crate::cli::{Answer, Terminal};
use crate::state::{Claim, Lease, StateError, Wait};

#[tokio::test]
async fn a_lock_says_who_holds_it_and_is_taken_away_after_a_question() {
    for mut bench in [Bench::new(), on_files().0] {
        done(&bench, "up --yes").await;
        says(&done(&bench, "lock show").await.err, &["nobody is known to hold the lock"]);
        let lease = bench.store.lock(&name(), &bench.holder("ben"), Wait::NONE).await.unwrap();
        says(
            &done(&bench, "lock show").await.err,
            &["held by ben on desk (process 7), running `up` since 2024"],
        );
        let shown = done(&bench, "lock show --json").await.out;
        says(&shown, &[r#""who":"ben""#, r#""broken":false"#]);
        assert_eq!(bench.run("lock break").await.code, 3, "nobody can be asked");
        bench.terminal = Terminal { input: true, error: true, width: None };
        bench.answer = Answer::Line("n".into());
        assert_eq!(bench.run("lock break").await.code, 3);
        assert!(bench.store.holder(&name()).await.unwrap().is_some());
        bench.answer = Answer::Line("y".into());
        let ran = done(&bench, "lock break").await;
        says(&ran.err, &["was taken from ben", "`state recover`"]);
        assert!(matches!(bench.store.unlock(&lease).await, Err(StateError::Fenced { .. })));
        done(&bench, "up --yes --set guests=[ben]").await;
    }
}

#[tokio::test]
async fn what_may_still_be_under_way_is_named() {
    let bench = Bench::new();
    done(&bench, "up --yes").await;
    bench.memory.fail_append(bench.memory.counters().appends + 3);
    bench.memory.fail_replace(bench.memory.counters().replaces + 1);
    bench.run("up --yes --set guests=[ben]").await;
    let _held = bench.store.lock(&name(), &bench.holder("ben"), Wait::NONE).await.unwrap();
    says(&done(&bench, "lock show").await.err, &["it may be under way: create ben"]);
    says(&done(&bench, "lock break --yes").await.err, &["it may be under way: create ben", "looks them up"]);
}

/// Somebody who has claimed some resources, and works on them.
async fn at_work(bench: &Bench, who: &str, names: &[&str]) -> Lease {
    let urn = |guest: &&str| Urn::new(&name(), &["Test.Guest"], &[*guest]).unwrap();
    let claim = Claim { writes: names.iter().map(urn).collect(), ..Claim::default() };
    let lease = bench.store.lock_part(&name(), &bench.holder(who), &[], Wait::NONE).await.unwrap();
    assert!(bench.store.claim(&lease, &claim).await.unwrap());
    lease
}

#[tokio::test]
async fn claims_are_shown_shortened_and_taken_one_by_one_or_all_at_once() {
    let bench = Bench::new();
    done(&bench, "up --yes").await;
    let guests = ["ben", "g1", "g2", "g3", "g4", "g5", "g6"];
    let (ben, kim) = (at_work(&bench, "ben", &guests).await, at_work(&bench, "kim", &["kim"]).await);
    let number = ben.epoch();
    let shown = done(&bench, "lock show").await.err;
    let first = format!("claim {number} is held by ben on desk (process 7), running `up` since 2024");
    says(&shown, &[&first, "it changes ben, g1, g2, g3, g4 and 2 more", "it changes kim"]);
    assert!(!shown.contains("the lock is held"), "{shown}");
    let json = done(&bench, "lock show --json").await.out;
    says(&json, &[r#""holder":null"#, &format!(r#""epoch":{number}"#), r#""who":"kim""#]);
    says(&done(&bench, "status").await.out, &["ben"]);
    assert_eq!(bench.run("lock break --yes --epoch 99").await.code, 1);
    let ran = done(&bench, &format!("lock break --yes --epoch {number}")).await;
    says(&ran.err, &["the claim was taken from ben", "`state recover`"]);
    assert!(bench.store.unlock(&ben).await.is_err());
    let claims = bench.store.claims(&name()).await.unwrap();
    assert_eq!(claims.iter().map(|live| live.holder.who.as_str()).collect::<Vec<_>>(), ["kim"]);
    says(&done(&bench, "lock break --yes").await.err, &["the claim was taken from kim"]);
    assert!(bench.store.unlock(&kim).await.is_err());
    done(&bench, "up --yes").await;
}

#[tokio::test]
async fn a_target_is_updated_beside_who_works_on_something_else_and_waits_for_who_works_on_it() {
    let bench = Bench::new();
    done(&bench, "up --yes").await;
    let kim = at_work(&bench, "kim", &["kim"]).await;
    done(&bench, "up --yes --set guests=[ben] --target ben").await;
    says(&done(&bench, "state list").await.out, &["ben"]);
    done(&bench, "preview --set guests=[ben,kim]").await;
    let all = bench.run("up --yes --set guests=[ben,kim] --lock-timeout 0s").await;
    assert_eq!(all.code, 4, "{}", all.err);
    says(&all.err, &["is in use by kim on desk", "--lock-timeout"]);
    let same = bench.run("up --yes --set guests=[ben,kim] --target kim --lock-timeout 0s").await;
    assert_eq!(same.code, 4, "{}", same.err);
    says(&same.err, &["is in use by kim on desk"]);
    bench.store.unlock(&kim).await.unwrap();
    done(&bench, "up --yes --set guests=[ben,kim] --target kim --lock-timeout 0s").await;
}

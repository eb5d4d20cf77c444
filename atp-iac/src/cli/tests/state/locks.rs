//! `lock show` and `lock break`.

use super::{done, name, on_files, says};
use crate::cli::tests::support::Bench;
use crate::cli::{Answer, Terminal};
use crate::state::{StateError, Wait};

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

//! What runs at once, and what becomes of it when one of them ends before its time.

use super::{in_net, two};
use atp_iac::engine::Kind;
use atp_iac::history::HistoryResult;
use atp_iac::state::{StateError, StateStore as _};
use scenarios::mortal::{Life, Moment};
use scenarios::{actions, item, program_that_tells, report, stack_name, targets, urn};

#[tokio::test]
async fn two_updates_of_different_targets_run_at_once_and_each_leaves_a_record() {
    let two = two(&in_net(&[])).await;
    let items = in_net(&["a", "b"]);
    two.cloud.hold("T/a");
    let ben = async {
        two.cloud.reached("T/a").await;
        let ben = two.ben.up_with(&items, targets(&["b"])).await.unwrap();
        let seen = two.ben.known().await;
        assert_eq!(seen, ["net", "b"], "Anna has made nothing yet");
        let open: Vec<String> = two.ben.state().await.pending().map(|open| open.id.clone()).collect();
        assert_eq!(open, ["T/a"], "and whoever looks sees what she is at");
        two.cloud.release("T/a");
        ben
    };
    let (anna, ben) = tokio::join!(two.anna.up_with(&items, targets(&["a"])), ben);
    let anna = anna.unwrap();
    assert!(report(&anna).is_complete() && report(&ben).is_complete());
    assert_eq!((two.waits(), ben.recovered.len()), (0, 0));
    assert_eq!(two.anna.known().await, ["net", "b", "a"]);
    let records = two.records().await;
    let of = |one: &atp_iac::history::HistoryRecord| -> Vec<String> {
        one.changed.iter().map(|one| one.urn.clone()).collect()
    };
    let changed: Vec<_> = records.iter().map(of).collect();
    let urns = |name: &str| vec![urn(name).to_string()];
    assert_eq!(
        changed,
        [urns("net"), urns("b"), urns("a")],
        "each record has what its update did, and no more"
    );
    assert!(records.iter().all(|one| one.written_later.is_none() && one.result == HistoryResult::Done));
    two.is_in_order().await;
    assert_eq!(actions(&two.anna.preview(&items).await.unwrap()), Vec::<String>::new());
}

#[tokio::test]
async fn each_gives_the_outputs_of_what_it_changes_and_keeps_those_of_the_other() {
    let two = two(&in_net(&[])).await;
    let items = in_net(&["a", "b", "c"]);
    let program = program_that_tells(&items);
    let up = async |world: &scenarios::World, name: &str| {
        world.run(&program, Kind::Up, targets(&[name])).await.unwrap()
    };
    up(&two.anna, "net").await;
    two.cloud.hold("T/a");
    let ben = async {
        two.cloud.reached("T/a").await;
        let ben = up(&two.ben, "b").await;
        two.cloud.release("T/a");
        ben
    };
    let (anna, ben) = tokio::join!(up(&two.anna, "a"), ben);
    assert!(report(&anna).is_complete() && report(&ben).is_complete());
    assert_eq!(two.waits(), 0);
    let outputs = || async { two.anna.state().await.outputs().keys().cloned().collect::<Vec<_>>() };
    assert_eq!(outputs().await, ["a", "b", "net"]);
    two.is_in_order().await;
    // Whoever is killed in the middle leaves the outputs of others alone, too.
    two.cloud.hold("T/c");
    let killed = async {
        tokio::select! {
            biased;
            () = two.cloud.reached("T/c") => {}
            _ = up(&two.ben, "c") => unreachable!("it is held up"),
        }
    };
    killed.await;
    two.cloud.release("T/c");
    up(&two.anna, "c").await;
    assert_eq!(outputs().await, ["a", "b", "c", "net"]);
    two.is_in_order().await;
}

#[tokio::test]
async fn an_update_of_everything_is_joined_by_one_of_a_part_that_it_does_not_touch() {
    let two = two(&in_net(&["a", "b"])).await;
    let mut items = in_net(&["a", "b", "c"]);
    two.cloud.hold("T/c");
    let ben = async {
        two.cloud.reached("T/c").await;
        items_of_b(&two).await;
        two.cloud.release("T/c");
    };
    let (anna, ()) = tokio::join!(two.anna.up(&items), ben);
    assert!(report(&anna.unwrap()).is_complete());
    items[2] = item("b").link("net", "net").with("size", 2_i64);
    two.is_in_order().await;
    assert_eq!(two.records().await.len(), 3);
    let plan = two.anna.preview(&items).await.unwrap();
    assert!(!plan.has_changes());
    async fn items_of_b(two: &super::Two) {
        let mut items = in_net(&["a", "b", "c"]);
        items[2] = item("b").link("net", "net").with("size", 2_i64);
        assert!(report(&two.ben.up_with(&items, targets(&["b"])).await.unwrap()).is_complete());
        assert_eq!(two.waits(), 0);
    }
}

#[tokio::test]
async fn what_one_left_in_the_middle_is_looked_up_while_another_goes_on() {
    for moment in [Moment::Before, Moment::After] {
        let two = two(&in_net(&[])).await;
        let items = in_net(&["a", "b", "c"]);
        two.cloud.hold("T/a");
        let ben = async {
            two.cloud.reached("T/a").await;
            let life = Life::ending(0, moment);
            let mortal = two.ben.again(two.ben.store.clone(), life.cloud(two.anna.cloud.clone()));
            assert!(life.live(mortal.up_with(&items, targets(&["b"]))).await.is_none());
            drop(mortal);
            tokio::task::yield_now().await;
            // A third one finds what Ben left, and not what Anna is at.
            let third = two.ben.up_with(&items, targets(&["c"])).await.unwrap();
            let found: Vec<_> = third.recovered.iter().map(|found| found.urn.clone()).collect();
            assert_eq!(found, [urn("b")]);
            two.cloud.release("T/a");
        };
        let (anna, ()) = tokio::join!(two.anna.up_with(&items, targets(&["a"])), ben);
        assert!(report(&anna.unwrap()).is_complete());
        two.is_in_order().await;
        let results: Vec<_> = two.records().await.iter().map(|one| one.result).collect();
        let done = HistoryResult::Done;
        assert_eq!(results, [done, HistoryResult::CutOff, done, done]);
        two.anna.up(&items).await.unwrap();
        assert_eq!(two.anna.ids(), ["T/a", "T/b", "T/c", "T/net"]);
        two.is_in_order().await;
    }
}

#[tokio::test]
async fn whose_claim_is_broken_is_refused_and_what_he_began_is_found() {
    let two = two(&in_net(&[])).await;
    let items = in_net(&["a", "b"]);
    two.cloud.hold("T/a");
    let ben = async {
        two.cloud.reached("T/a").await;
        let epoch = two.store.claims(&stack_name()).await.unwrap()[0].epoch;
        two.store.break_claim(&stack_name(), epoch).await.unwrap().unwrap();
        two.cloud.release("T/a");
        while !two.anna.ids().contains(&"T/a".to_owned()) {
            tokio::task::yield_now().await;
        }
        let ben = two.ben.up_with(&items, targets(&["b"])).await.unwrap();
        assert_eq!(ben.recovered.len(), 1);
    };
    let (anna, ()) = tokio::join!(two.anna.up_with(&items, targets(&["a"])), ben);
    let failed = report(&anna.unwrap()).failures.iter().map(|one| one.cause.to_string()).collect::<String>();
    assert!(failed.contains("what was recorded since is not in the state"), "{failed}");
    two.anna.up(&items).await.unwrap();
    assert_eq!(two.anna.ids(), ["T/a", "T/b", "T/net"]);
    two.is_in_order().await;
}

#[tokio::test]
async fn one_that_is_interrupted_takes_nothing_from_another() {
    let two = two(&in_net(&[])).await;
    let items = in_net(&["a", "b"]);
    two.cloud.hold("T/b");
    let anna = async {
        two.cloud.reached("T/b").await;
        let interrupt = atp_iac::apply::Interrupt::default();
        two.cloud.hold("T/a");
        let interrupts = async {
            two.cloud.reached("T/a").await;
            interrupt.raise();
            interrupt.raise();
        };
        let mut decide = |_: &atp_iac::plan::Plan, _: &[_]| atp_iac::engine::Decision::Apply;
        let mut observe = |_: atp_iac::apply::Event<'_>| {};
        let (what, options) = (scenarios::program(&items), targets(&["a"]));
        let kind = atp_iac::engine::Kind::Up;
        let update = two.anna.engine.update(&what, kind, &options, &mut decide, &mut observe, &interrupt);
        let (update, ()) = tokio::join!(update, interrupts);
        assert!(!report(&update.unwrap()).is_complete());
        two.cloud.release("T/a");
        two.cloud.release("T/b");
    };
    let (ben, ()) = tokio::join!(two.ben.up_with(&items, targets(&["b"])), anna);
    assert!(report(&ben.unwrap()).is_complete());
    assert_eq!(two.anna.state().await.pending().count(), 1, "what became of Anna's call is not known");
    two.anna.up(&items).await.unwrap();
    two.is_in_order().await;
    assert_eq!(two.anna.ids(), ["T/a", "T/b", "T/net"]);
}

#[tokio::test]
async fn when_a_journal_cannot_be_continued_the_snapshot_at_the_end_has_what_another_did_too() {
    let two = two(&in_net(&[])).await;
    let items = in_net(&["a", "b"]);
    two.cloud.hold("T/a");
    let ben = async {
        two.cloud.reached("T/a").await;
        two.ben.up_with(&items, targets(&["b"])).await.unwrap();
        two.store.fail_append(two.store.counters().appends + 1);
        two.cloud.release("T/a");
    };
    let (anna, ()) = tokio::join!(two.anna.up_with(&items, targets(&["a"])), ben);
    let anna = anna.unwrap();
    let causes: Vec<_> = report(&anna).failures.iter().map(|one| one.cause.to_string()).collect();
    assert!(causes.iter().any(|cause| cause.contains("cannot be written")), "{causes:?}");
    assert_eq!(two.anna.known().await, ["net", "b", "a"]);
    two.is_in_order().await;
}

#[tokio::test]
async fn commands_that_are_about_all_of_a_stack_wait_for_whoever_is_at_work() {
    let mut two = two(&in_net(&["a"])).await;
    two.ben.engine = two.ben.engine.with_lock_wait(std::time::Duration::ZERO);
    let items = in_net(&["a", "b"]);
    two.cloud.hold("T/b");
    let ben = async {
        two.cloud.reached("T/b").await;
        let name = stack_name();
        let locked = [
            two.ben.engine.taint(&name, &urn("a"), true).await.err().unwrap(),
            two.ben.engine.back_up(&name).await.err().unwrap(),
            two.ben.engine.repair_state(&name, &mut |_| true).await.err().unwrap(),
            two.ben.refresh().await.err().unwrap(),
            two.ben.up(&items).await.err().unwrap(),
        ];
        for error in locked {
            let error = error.to_string();
            assert!(error.contains("is in use by tester on localhost (process 1), running `up`"), "{error}");
        }
        two.cloud.release("T/b");
    };
    let (anna, ()) = tokio::join!(two.anna.up_with(&items, targets(&["b"])), ben);
    assert!(report(&anna.unwrap()).is_complete());
    two.is_in_order().await;
}

#[tokio::test]
async fn who_cannot_write_any_more_says_so_once() {
    let two = two(&in_net(&[])).await;
    let items = in_net(&["a"]);
    two.cloud.hold("T/a");
    let ben = async {
        two.cloud.reached("T/a").await;
        two.store.break_lock(&stack_name()).await.unwrap();
        two.cloud.release("T/a");
    };
    let (anna, ()) = tokio::join!(two.anna.up_with(&items, targets(&["a"])), ben);
    let failures = &anna.unwrap().report.unwrap().failures;
    let unwritten = failures.iter().filter(|one| {
        matches!(&one.cause, atp_iac::apply::FailureCause::State(StateError::Unwritten { .. }))
    });
    assert_eq!(unwritten.count(), 1);
}

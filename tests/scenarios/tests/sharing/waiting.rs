//! What waits for what, and plans again then.

use super::{in_net, two};
use atp_iac::apply::{Event, Interrupt};
use atp_iac::engine::{Decision, EngineError, Kind, UpdateOptions};
use atp_iac::plan::Plan;
use atp_iac::resource::Alias;
use scenarios::{Item, actions, item, program, report, targets};
use std::time::Duration;

/// Anna updates some targets and is held up at an object; Ben does the same with others, and she goes on when he waits.
async fn in_the_way(
    before: &[Item],
    items: &[Item],
    (anna, at): (&[&str], &str),
    ben: &[&str],
) -> super::Two {
    let two = two(before).await;
    two.cloud.hold(at);
    let release = async {
        two.cloud.reached(at).await;
        let go_on = async {
            while two.waits() == 0 {
                tokio::task::yield_now().await;
            }
            two.cloud.release(at);
        };
        let (ben, ()) = tokio::join!(two.ben.up_with(items, targets(ben)), go_on);
        ben
    };
    let (anna, ben) = tokio::join!(two.anna.up_with(items, targets(anna)), release);
    assert!(report(&anna.unwrap()).is_complete());
    assert!(report(&ben.unwrap()).is_complete());
    assert_eq!(*two.waited.lock().unwrap(), ["up"]);
    two.is_in_order().await;
    two
}

#[tokio::test]
async fn who_means_the_same_resource_waits_and_finds_nothing_left_to_do() {
    let two = in_the_way(&in_net(&[]), &in_net(&["a"]), (&["a"], "T/a"), &["a"]).await;
    assert_eq!(two.anna.writes(), ["+net", "+a"]);
    assert_eq!(two.records().await.len(), 2);
}

#[tokio::test]
async fn what_depends_on_what_is_being_changed_waits_for_it() {
    let mut items = in_net(&["a"]);
    items[0] = item("net").with("size", 2_i64);
    let two = in_the_way(&in_net(&[]), &items, (&["net"], "T/net"), &["a"]).await;
    assert_eq!(two.anna.writes(), ["+net", "~net", "+a"]);
}

#[tokio::test]
async fn what_needs_something_that_is_being_made_waits_for_it() {
    let items = [item("net"), item("a"), item("b").link("to", "a")];
    let two = in_the_way(&[item("net")], &items, (&["a"], "T/a"), &["b"]).await;
    assert_eq!(two.anna.writes(), ["+net", "+a", "+b"]);
}

#[tokio::test]
async fn updates_that_change_the_same_output_of_the_stack_come_one_after_the_other() {
    // The first resource is an output of the stack.
    let two = in_the_way(&[], &[item("a"), item("b")], (&["a"], "T/a"), &["a", "b"]).await;
    assert_eq!(two.anna.state().await.outputs().len(), 1);
}

#[tokio::test]
async fn what_somebody_is_about_to_depend_on_is_not_deleted_under_him() {
    let two = two(&in_net(&["a"])).await;
    let items = in_net(&["b"]);
    two.cloud.hold("T/b");
    let ben = async {
        two.cloud.reached("T/b").await;
        let go_on = async {
            while two.waits() == 0 {
                tokio::task::yield_now().await;
            }
            two.cloud.release("T/b");
        };
        let destroy = two.ben.destroy_with(targets(&["net", "a"]));
        let (destroyed, ()) = tokio::join!(destroy, go_on);
        let error = destroyed.unwrap_err().to_string();
        assert!(error.contains("`b`, which is not selected"), "{error}");
    };
    let (anna, ()) = tokio::join!(two.anna.up_with(&items, targets(&["b"])), ben);
    assert!(report(&anna.unwrap()).is_complete());
    two.is_in_order().await;
    assert_eq!(two.anna.ids(), ["T/a", "T/b", "T/net"]);
}

#[tokio::test]
async fn who_does_not_wait_is_told_who_is_in_the_way_and_a_plan_that_cannot_be_made_says_why() {
    let mut two = two(&in_net(&[])).await;
    two.ben.engine = two.ben.engine.with_lock_wait(Duration::ZERO);
    let items = [item("net"), item("a"), item("b").link("to", "a")];
    two.cloud.hold("T/a");
    let ben = async {
        two.cloud.reached("T/a").await;
        let same = two.ben.up_with(&items, targets(&["a"])).await.unwrap_err();
        assert!(same.is_locked() && same.to_string().contains("in use by tester"), "{same}");
        let torn = two.ben.up_with(&items, targets(&["b"])).await.unwrap_err();
        assert!(matches!(&torn, EngineError::Plan(_)), "{torn}");
        assert!(torn.to_string().contains("`a`, which is not there yet"), "{torn}");
        two.cloud.release("T/a");
    };
    let (anna, ()) = tokio::join!(two.anna.up_with(&items, targets(&["a"])), ben);
    assert!(report(&anna.unwrap()).is_complete());
    two.is_in_order().await;
}

#[tokio::test]
async fn a_plan_that_gives_resources_other_names_is_carried_out_alone() {
    let two = two(&in_net(&["a", "b"])).await;
    let mut items = in_net(&["a", "c"]);
    items[1] = item("a").link("net", "net").with("size", 2_i64);
    items[2] = item("c").named("b").link("net", "net").once(Alias::name("b"));
    two.cloud.hold("T/a");
    let ben = async {
        two.cloud.reached("T/a").await;
        let go_on = async {
            while two.waits() == 0 {
                tokio::task::yield_now().await;
            }
            two.cloud.release("T/a");
        };
        tokio::join!(two.ben.up_with(&items, targets(&["c"])), go_on).0.unwrap()
    };
    let before = in_net(&["a", "b"]);
    let changed = [before[0].clone(), items[1].clone(), before[2].clone()];
    let (anna, ben) = tokio::join!(two.anna.up_with(&changed, targets(&["a"])), ben);
    assert!(report(&anna.unwrap()).is_complete() && report(&ben).is_complete());
    two.is_in_order().await;
    assert_eq!(two.anna.known().await, ["net", "a", "c"]);
}

#[tokio::test]
async fn a_saved_plan_is_carried_out_beside_another_update_and_refused_when_the_state_moved() {
    let two = two(&in_net(&[])).await;
    let items = in_net(&["a", "b"]);
    let saved = two.ben.save(&program(&items), targets(&["b"])).await.unwrap();
    let late = two.ben.save(&program(&items), targets(&["b"])).await.unwrap();
    two.cloud.hold("T/a");
    let ben = async {
        two.cloud.reached("T/a").await;
        let update = two.ben.up_saved(&items, &saved).await.unwrap();
        two.cloud.release("T/a");
        update
    };
    let (anna, ben) = tokio::join!(two.anna.up_with(&items, targets(&["a"])), ben);
    assert!(report(&anna.unwrap()).is_complete() && report(&ben).is_complete());
    assert_eq!(two.waits(), 0);
    let refused = two.ben.up_saved(&items, &late).await.unwrap_err();
    assert!(matches!(refused, EngineError::Moved(_)), "{refused}");
    two.is_in_order().await;
}

#[tokio::test]
async fn a_part_is_declined_or_only_read_beside_another_update_and_nothing_is_left_of_that() {
    let two = two(&in_net(&[])).await;
    let items = in_net(&["a", "b"]);
    two.cloud.hold("T/a");
    let ben = async {
        two.cloud.reached("T/a").await;
        let mut decide = |plan: &Plan, _: &[_]| {
            assert_eq!(actions(plan), ["+ b"]);
            Decision::Decline
        };
        let (interrupt, options) = (Interrupt::default(), targets(&["b"]));
        let (engine, what, mut observe) = (&two.ben.engine, program(&items), |_: Event<'_>| {});
        let declined = engine.update(&what, Kind::Up, &options, &mut decide, &mut observe, &interrupt);
        assert!(declined.await.unwrap().report.is_none());
        let refreshed = UpdateOptions { refresh: true, ..targets(&["net"]) };
        assert!(report(&two.ben.up_with(&items, refreshed).await.unwrap()).is_complete());
        two.cloud.release("T/a");
    };
    let (anna, ()) = tokio::join!(two.anna.up_with(&items, targets(&["a"])), ben);
    assert!(report(&anna.unwrap()).is_complete());
    assert_eq!((two.waits(), two.records().await.len()), (0, 2));
    two.is_in_order().await;
}

//! Replacements that failed or were cut off.

use atp_iac::testing::CallKind;
use scenarios::{Item, World, actions, item, refused, report};

fn fixed(value: i64) -> [Item; 1] {
    [item("a").with("fixed", value)]
}

#[tokio::test]
async fn engine_037_when_the_old_one_cannot_be_deleted_first_the_next_run_does_all_of_it_again() {
    let world = World::default();
    world.up(&fixed(1)).await.unwrap();
    world.cloud.fail_next(CallKind::Delete, "T/a", refused());
    world.up(&fixed(2)).await.unwrap();
    let old = world.resource("a").await.unwrap();
    assert_eq!((old.replaced, old.incomplete, old.inputs.get("fixed")), (false, false, Some(&1_i64.into())));
    let update = world.up(&fixed(2)).await.unwrap();
    assert_eq!(actions(&update.plan), ["-/+ a"]);
    assert_eq!(world.writes(), ["+a", "-a", "-a", "+a"]);
}

/// The state says that the old one is gone, as it is, and not that a replacement is pending: what is not there is made.
#[tokio::test]
async fn engine_038_when_the_old_one_is_gone_and_the_new_one_failed_the_next_run_makes_it_and_deletes_nothing()
 {
    let world = World::default();
    world.up(&fixed(1)).await.unwrap();
    world.cloud.fail_next(CallKind::Create, "T/a", refused());
    world.up(&fixed(2)).await.unwrap();
    assert!(world.resource("a").await.is_none());
    let update = world.up(&fixed(2)).await.unwrap();
    assert!(report(&update).is_complete());
    assert_eq!(world.writes(), ["+a", "-a", "+a", "+a"]);
}

#[tokio::test]
async fn engine_040_the_new_one_is_made_also_when_the_program_says_by_then_what_an_update_would_have_done() {
    let world = World::default();
    world.up(&fixed(1)).await.unwrap();
    world.cloud.fail_next(CallKind::Create, "T/a", refused());
    world.up(&fixed(2)).await.unwrap();
    let goals = [item("a").with("fixed", 1_i64).with("size", 2_i64)];
    let update = world.up(&goals).await.unwrap();
    assert_eq!(actions(&update.plan), ["+ a"]);
    assert!(!world.preview(&goals).await.unwrap().has_changes());
}

#[tokio::test]
async fn engine_041_an_old_one_stays_until_what_was_to_follow_it_is_made_and_then_goes_last() {
    let world = World::default();
    let program = |name: &str| {
        let dependent = format!("{name}-b");
        [item("a").named(name), item("b").named(&dependent).link("parent", "a")]
    };
    world.up(&program("one")).await.unwrap();
    world.cloud.fail_next(CallKind::Create, "T/two-b", refused());
    world.up(&program("two")).await.unwrap();
    assert!(world.ids().contains(&"T/one".to_owned()), "the old one is not deleted in that run");
    let kept =
        world.state().await.replaced(&scenarios::urn("a")).map(|old| old.id.clone()).collect::<Vec<_>>();
    assert_eq!(kept, ["T/one"]);
    let calls = world.writes().len();
    assert!(report(&world.up(&program("two")).await.unwrap()).is_complete());
    assert_eq!(world.writes().split_off(calls), ["+two-b", "-one-b", "-one"]);
}

#[tokio::test]
async fn engine_043_a_destroy_deletes_every_copy_of_what_was_replaced() {
    let world = World::default();
    world.up(&[item("a").named("one")]).await.unwrap();
    for name in ["two", "three"] {
        world.cloud.fail_next(CallKind::Delete, "T/one", refused());
        world.cloud.fail_next(CallKind::Delete, "T/two", refused());
        world.up(&[item("a").named(name)]).await.unwrap();
        world.cloud.forget_faults();
    }
    assert_eq!(world.state().await.resources().len(), 3);
    assert!(report(&world.destroy().await.unwrap()).is_complete());
    assert!(world.ids().is_empty() && world.state().await.is_empty());
}

//! Replacements that failed or were cut off.

use atp_iac::provider::{ProviderError, ProviderErrorKind};
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

/// A program that has gone from one name to the other, where the first object could not be deleted.
async fn gone_on(world: &World, program: impl Fn(&str) -> Vec<Item>) {
    world.up(&program("one")).await.unwrap();
    world.cloud.fail_next(CallKind::Delete, "T/one", refused());
    world.up(&program("two")).await.unwrap();
    world.cloud.forget_faults();
    assert_eq!(world.ids(), ["T/one", "T/two"]);
}

fn sized(name: &str, size: i64) -> Vec<Item> {
    vec![item("a").named(name).with("size", size)]
}

#[tokio::test]
async fn a_program_that_goes_back_gets_the_old_one_that_was_not_deleted_yet() {
    for size in [1, 2] {
        let world = World::default();
        gone_on(&world, |name| sized(name, 1)).await;
        let calls = world.writes().len();
        let update = world.up(&sized("one", size)).await.unwrap();
        assert_eq!(actions(&update.plan), ["~ a", "- a"]);
        assert!(report(&update).is_complete(), "{:#?}", report(&update).failures);
        assert_eq!(world.writes().split_off(calls), ["~one", "-two"]);
        let present = world.resource("a").await.unwrap();
        assert_eq!((present.id.as_str(), present.replaced, present.incomplete), ("T/one", false, false));
        assert!(!world.preview(&sized("one", size)).await.unwrap().has_changes());
    }
}

#[tokio::test]
async fn an_old_one_that_cannot_become_what_the_program_says_is_deleted_before_it_is_made_again() {
    let world = World::default();
    let program = |name: &str, fixed: i64| vec![item("a").named(name).with("fixed", fixed)];
    gone_on(&world, |name| program(name, 1)).await;
    let calls = world.writes().len();
    let update = world.up(&program("one", 2)).await.unwrap();
    assert!(report(&update).is_complete(), "{:#?}", report(&update).failures);
    assert_eq!(world.writes().split_off(calls), ["-one", "+one", "-two"]);
    assert!(!world.preview(&program("one", 2)).await.unwrap().has_changes());
}

#[tokio::test]
async fn an_old_one_that_was_being_taken_back_when_the_run_was_cut_off_is_taken_back_by_the_next() {
    for kind in [ProviderErrorKind::Unreachable, ProviderErrorKind::Refused] {
        let world = World::default();
        gone_on(&world, |name| sized(name, 1)).await;
        world.cloud.fail_next(CallKind::Update, "T/one", ProviderError::new(kind, "Planted", "planted"));
        world.up(&sized("one", 2)).await.unwrap();
        assert_eq!(world.ids(), ["T/one", "T/two"], "what had taken its place stays until it is there");
        assert_eq!(world.resource("a").await.unwrap().id, "T/two");
        let update = world.up(&sized("one", 2)).await.unwrap();
        assert!(report(&update).is_complete(), "{:#?}", report(&update).failures);
        assert_eq!(world.ids(), ["T/one"]);
        assert!(!world.preview(&sized("one", 2)).await.unwrap().has_changes());
    }
}

#[tokio::test]
async fn what_had_taken_the_place_of_an_old_one_is_protected_though_the_old_one_comes_back() {
    let world = World::default();
    gone_on(&world, |name| sized(name, 1)).await;
    world.cloud.fail_next(CallKind::Delete, "T/one", refused());
    world.up(&[item("a").named("two").with("size", 1_i64).protected()]).await.unwrap();
    world.cloud.forget_faults();
    let plan = world.preview(&[item("a").named("one")]).await.unwrap();
    assert_eq!(plan.refusals.len(), 1, "{:?}", plan.refusals);
    assert!(plan.refusals[0].message.contains("protected"), "{:?}", plan.refusals);
}

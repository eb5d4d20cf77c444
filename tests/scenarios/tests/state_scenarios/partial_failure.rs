//! Failures half way.

use atp_iac::Value;
use atp_iac::provider::{Object, ProviderError};
use atp_iac::testing::CallKind;
use scenarios::{World, actions, item, refused, report, without};

#[tokio::test]
async fn state_047_when_the_new_one_cannot_be_made_the_old_one_is_still_the_present_one() {
    let world = World::default();
    world.up(&[item("a").named("one"), item("b").link("parent", "a")]).await.unwrap();
    world.cloud.fail_next(CallKind::Create, "T/two", refused());
    world.up(&[item("a").named("two"), item("b").link("parent", "a")]).await.unwrap();
    let a = world.resource("a").await.unwrap();
    assert_eq!((a.id.as_str(), a.replaced, a.incomplete), ("T/one", false, false));
    assert!(
        !world.preview(&[item("a").named("one"), item("b").link("parent", "a")]).await.unwrap().has_changes()
    );
}

#[tokio::test]
async fn state_049_an_old_copy_that_went_by_itself_is_dropped_by_the_next_plan() {
    let world = World::default();
    world.up(&[item("a").named("one")]).await.unwrap();
    world.cloud.fail_next(CallKind::Delete, "T/one", refused());
    world.up(&[item("a").named("two")]).await.unwrap();
    world.cloud.remove("T/one");
    let update = world.up_refreshed(&[item("a").named("two")]).await.unwrap();
    assert!(actions(&update.plan).is_empty());
    assert_eq!(world.state().await.resources().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["T/two"]);
}

#[tokio::test]
async fn state_050_a_destroy_goes_on_with_whatever_an_earlier_one_left() {
    let world = World::default();
    let program = [item("a"), item("b").link("parent", "a"), item("c").link("parent", "b")];
    world.up(&program).await.unwrap();
    world.cloud.fail_next(CallKind::Delete, "T/b", refused());
    assert!(!report(&world.destroy().await.unwrap()).is_complete());
    assert_eq!(world.ids(), ["T/a", "T/b"]);
    assert!(report(&world.destroy().await.unwrap()).is_complete());
    assert!(world.ids().is_empty() && world.state().await.is_empty());
}

#[tokio::test]
async fn state_046_when_a_delete_fails_all_that_was_known_of_the_resource_survives() {
    let world = World::default();
    let secret = Value::from("hunter2").into_secret();
    world.up(&[item("a"), item("b").link("to", "a").with("password", secret)]).await.unwrap();
    let before = world.resource("b").await;
    world.cloud.fail_next(CallKind::Delete, "T/b", refused());
    let update = world.up(&[]).await.unwrap();
    assert_eq!((report(&update).failures.len(), report(&update).skipped), (1, 1));
    let after = world.resource("b").await;
    assert_eq!(after, before);
    assert_eq!(after.unwrap().dependencies, [scenarios::urn("a")]);
    assert!(report(&world.up(&[]).await.unwrap()).is_complete());
    assert!(world.ids().is_empty());
}

/// The other reading is `engine_058`: going on with what does not depend on a failure is what happens unless told.
#[tokio::test]
async fn state_043_of_many_that_one_fails_the_finished_are_in_the_state_and_what_depends_on_it_is_skipped() {
    let world = World::default();
    world.cloud.fail_next(CallKind::Create, "T/b", refused());
    let program = [item("a"), item("b").link("next", "a"), item("c").link("next", "b"), item("d")];
    let update = world.up(&program).await.unwrap();
    let ended = report(&update);
    assert_eq!((ended.done.create, ended.failures.len(), ended.skipped), (2, 1, 1));
    assert_eq!(world.known().await, ["a", "d"]);
    assert!(report(&world.up(&program).await.unwrap()).is_complete());
}

/// Contradicts the design: what a failed create left is brought to what the program says instead of being replaced, since
/// replacing loses what it holds; whoever wants that says `taint`.
#[tokio::test]
async fn state_044_what_a_failed_create_left_is_saved_and_finished_and_replaced_when_it_is_tainted() {
    let world = World::default();
    let left = Value::from([("id", "T/a".into()), ("name", Value::from("a"))]);
    world.cloud.put("T/a", left.clone());
    let half =
        ProviderError { left: Some(Box::new(Object { id: "T/a".into(), outputs: left })), ..refused() };
    world.cloud.fail_next(CallKind::Create, "T/a", half);
    let program = [item("a").with("size", 1i64)];
    world.up(&program).await.unwrap();
    assert_eq!(actions(&world.preview(&program).await.unwrap()), ["~ a"]);
    world.taint("a", true).await.unwrap();
    assert_eq!(actions(&world.up(&program).await.unwrap().plan), ["-/+ a"]);
    assert!(!world.preview(&program).await.unwrap().has_changes());
}

#[tokio::test]
async fn state_058_leaving_out_skips_what_depends_on_it_also_when_destroying() {
    let world = World::default();
    let program = [item("a"), item("b").link("next", "a"), item("c").link("next", "b"), item("d")];
    assert!(report(&world.up_with(&program, without(&["b"])).await.unwrap()).is_complete());
    assert_eq!(world.known().await, ["a", "d"]);
    world.up(&program).await.unwrap();
    assert!(report(&world.destroy_with(without(&["b"])).await.unwrap()).is_complete());
    assert_eq!(world.known().await, ["a", "b", "c"], "what it stands on stays, too");
}

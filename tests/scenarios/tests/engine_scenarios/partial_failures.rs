//! Calls that failed half way, and what goes on after a failure.

use atp_iac::Value;
use atp_iac::engine::UpdateOptions;
use atp_iac::provider::{Object, ProviderError, ProviderErrorKind};
use atp_iac::testing::CallKind;
use scenarios::{World, actions, item, refused, report, stack_name, urn};

/// A failure that leaves an object behind.
fn half(id: &str, outputs: Value) -> ProviderError {
    let mut error = ProviderError::new(ProviderErrorKind::Refused, "Half", "half made");
    error.left = Some(Box::new(Object { id: id.into(), outputs }));
    error
}

#[tokio::test]
async fn engine_055_a_create_that_fails_and_leaves_an_object_saves_it_to_be_finished() {
    let world = World::default();
    let left = Value::from([("id", "T/a".into()), ("name", Value::from("a"))]);
    world.cloud.put("T/a", left.clone());
    world.cloud.fail_next(CallKind::Create, "T/a", half("T/a", left));
    let update = world.up(&[item("a").with("size", 1i64)]).await.unwrap();
    assert!(!report(&update).is_complete());
    let state = world.engine.state(&stack_name()).await.unwrap().unwrap();
    assert!(state.get(&urn("a")).is_some_and(|a| a.id == "T/a" && a.incomplete));
    assert_eq!(actions(&world.preview(&[item("a").with("size", 1i64)]).await.unwrap()), ["~ a"]);
    assert!(report(&world.up(&[item("a").with("size", 1i64)]).await.unwrap()).is_complete());
    assert_eq!(world.cloud.objects()["T/a"].get("size"), Some(&Value::from(1i64)));
}

#[tokio::test]
async fn engine_056_an_update_that_fails_half_way_keeps_the_old_inputs_and_the_new_outputs() {
    let world = World::default();
    world.up(&[item("a").with("size", 1i64)]).await.unwrap();
    let outputs = Value::from([("id", "T/a".into()), ("name", Value::from("a")), ("size", 2i64.into())]);
    world.cloud.fail_next(CallKind::Update, "T/a", half("T/a", outputs.clone()));
    world.up(&[item("a").with("size", 2i64)]).await.unwrap();
    let state = world.engine.state(&stack_name()).await.unwrap().unwrap();
    let a = state.get(&urn("a")).unwrap();
    assert_eq!((a.inputs.get("size"), &a.outputs), (Some(&Value::from(1i64)), &outputs));
}

#[tokio::test]
async fn engine_058_what_depends_on_a_failure_in_any_way_is_skipped_and_the_rest_goes_on() {
    let world = World::default();
    world.cloud.fail_next(CallKind::Create, "T/a", refused());
    let program = [
        item("a"),
        item("waits").after("a"),
        item("uses").link("next", "a"),
        item("goes").options(|options| options.deleted_with(&urn("a"))).after("a"),
        item("further").after("uses"),
        item("free"),
    ];
    let update = world.up(&program).await.unwrap();
    assert_eq!((report(&update).skipped, report(&update).is_complete()), (4, false));
    assert_eq!(world.known().await, ["free"]);
}

#[tokio::test]
async fn engine_058_a_failure_stops_all_that_has_not_begun_where_that_is_wanted() {
    let mut world = World::default();
    world.engine = world.engine.clone().with_parallel(1);
    world.cloud.fail_next(CallKind::Create, "T/b", refused());
    let options = UpdateOptions { stop_on_failure: true, ..UpdateOptions::default() };
    let program = [item("a"), item("b"), item("c"), item("d")];
    let update = world.up_with(&program, options).await.unwrap();
    assert_eq!((report(&update).failures.len(), report(&update).not_started), (1, 2));
    assert_eq!(world.known().await, ["a"]);
    assert!(report(&world.up(&program).await.unwrap()).is_complete());
}

/// No provider is a resource here; the rest holds.
#[tokio::test]
async fn engine_059_what_could_not_be_deleted_stays_with_what_it_depends_on_and_the_rest_is_gone() {
    let world = World::default();
    let program = [item("a"), item("f").link("next", "a"), item("b"), item("c").link("next", "b")];
    world.up(&program).await.unwrap();
    world.cloud.fail_next(CallKind::Delete, "T/f", refused());
    let update = world.destroy().await.unwrap();
    assert_eq!((report(&update).failures.len(), report(&update).skipped), (1, 1));
    assert_eq!(world.known().await, ["a", "f"]);
}

/// Contradicts the design: a component is built while the program runs, before anything is created, so it cannot hang on
/// what failed; a run always ends with the failure.
#[tokio::test]
async fn engine_061_a_run_ends_with_the_error_of_the_create_that_failed() {
    let world = World::default();
    world.cloud.fail_next(CallKind::Create, "T/child", refused());
    let update = world.up(&[item("child"), item("after").after("child")]).await.unwrap();
    let failures = &report(&update).failures;
    assert_eq!((failures.len(), failures[0].urn.name()), (1, "child"));
    assert!(failures[0].cause.to_string().contains("refused by the test"));
}

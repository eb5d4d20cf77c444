//! Calls that failed half way, and what goes on after a failure.

use atp_iac::Value;
use atp_iac::provider::{Object, ProviderError, ProviderErrorKind};
use atp_iac::testing::CallKind;
use scenarios::{World, actions, item, report, stack_name, urn};

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

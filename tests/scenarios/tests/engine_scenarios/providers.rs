//! Providers that change.

use atp_iac::Value;
use atp_iac::engine::EngineError;
use atp_iac::plan::PlanError;
use scenarios::{World, actions, item};

/// A provider is no resource and has no version in the state: what counts is how it compares.
#[tokio::test]
async fn engine_109_a_newer_provider_that_compares_the_same_changes_nothing() {
    let world = World::default();
    let program = [item("a").with("size", 1_i64), item("b").link("parent", "a")];
    world.up(&program).await.unwrap();
    let newer = world.cloud.clone().with_outputs("T", Value::from([("version", "2".into())]));
    let world = world.with_provider(newer);
    assert!(!world.preview(&program).await.unwrap().has_changes());
}

/// A provider is configured where the engine is set up; that a resource has another one is what the program can say.
#[tokio::test]
async fn engine_110_only_what_gets_another_provider_is_replaced() {
    let world = World::default();
    world.up(&[item("a"), item("b")]).await.unwrap();
    let moved = [item("a"), item("b").options(|options| options.provider("other"))];
    let update = world.up(&moved).await.unwrap();
    assert_eq!(actions(&update.plan), ["-/+ b"]);
    let reason = update.plan.operations[1].reason.as_deref();
    assert_eq!(reason, Some("its provider changes from `test` to `other`"));
    assert_eq!(world.ids(), ["T/a"]);
    assert!(world.other.objects().contains_key("T/b"));
}

/// Contradicts the design: a provider has no URN that could have an alias; it keeps its name as long as it is the same cloud,
/// and a resource keeps its provider's name whatever stands behind it.
#[tokio::test]
async fn engine_112_a_provider_that_is_made_otherwise_under_its_name_replaces_nothing() {
    let world = World::default();
    world.up(&[item("a")]).await.unwrap();
    let made_otherwise = scenarios::Plain(world.cloud.clone());
    let world = world.with_provider(made_otherwise);
    assert!(!world.preview(&[item("a")]).await.unwrap().has_changes());
    assert_eq!(world.resource("a").await.unwrap().provider, "test");
}

#[tokio::test]
async fn engine_113_a_provider_that_is_not_there_is_an_error_that_names_it() {
    let world = World::default();
    let program = [item("a").options(|options| options.provider("denied"))];
    let error = world.up(&program).await.unwrap_err();
    assert!(matches!(error, EngineError::Plan(PlanError::UnknownProvider { .. })));
    assert!(error.to_string().contains("the provider `denied`, which is not registered"), "{error}");
    assert!(world.cloud.calls().is_empty());
}

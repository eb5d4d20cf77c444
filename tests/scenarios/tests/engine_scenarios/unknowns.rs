//! What is not known before it is there, and previews.

use atp_iac::Value;
use atp_iac::testing::{CallKind, MemoryCloud};
use scenarios::{World, actions, item, program_with_endpoint, program_with_reader, report};

fn world() -> World {
    World::new(MemoryCloud::new("test").with_outputs("T", Value::from([("endpoint", "https://a".into())])))
}

#[tokio::test]
async fn engine_014_a_preview_knows_what_the_inputs_say_and_hands_on_what_it_expects() {
    let world = world();
    let plan = world.plan(&program_with_reader(1)).await.unwrap();
    let [a, b] = &plan.operations[..] else { panic!("{:?}", plan.operations) };
    assert!(!a.inputs.has_unknown());
    assert_eq!(format!("{:?}", b.inputs.get("server").unwrap()), "${a.endpoint}");
    let plan = world.preview(&[item("a"), item("b").link("parent", "a")]).await.unwrap();
    assert_eq!(
        plan.operations[1].inputs.get("parent"),
        Some(&"T/a".into()),
        "an id is known before it is made"
    );
    assert!(world.cloud.calls().is_empty());
}

#[tokio::test]
async fn engine_016_a_preview_says_of_outputs_of_the_stack_what_they_were_and_what_is_known_of_them() {
    let world = world();
    let program = program_with_endpoint();
    let new = world.plan(&program).await.unwrap();
    let output = &new.outputs["endpoint"];
    assert_eq!(
        (&output.before, format!("{:?}", output.after.as_ref().unwrap())),
        (&None, "${a.endpoint}".into())
    );
    world.deploy(&program).await.unwrap();
    let output = &world.plan(&program).await.unwrap().outputs["endpoint"];
    assert_eq!(
        (output.before.clone(), output.after.clone()),
        (Some("https://a".into()), Some("https://a".into()))
    );
    let gone = world.preview(&[item("a")]).await.unwrap();
    assert_eq!(gone.outputs["endpoint"].after, None);
}

#[tokio::test]
async fn engine_017_what_asks_about_something_that_is_not_there_yet_is_asked_after_that_was_made() {
    let world = World::default();
    let program = [item("a"), item("b").ask("of", "a")];
    let plan = world.preview(&program).await.unwrap();
    assert_eq!(actions(&plan), ["+ a", "< b-of", "+ b"]);
    assert!(plan.operations[2].inputs.get("of").unwrap().has_unknown());
    assert!(world.cloud.calls().is_empty(), "the provider hears nothing of it");
    assert!(report(&world.up(&program).await.unwrap()).is_complete());
    let calls: Vec<CallKind> = world.cloud.calls().into_iter().map(|call| call.kind).collect();
    assert_eq!(calls, [CallKind::Create, CallKind::Query, CallKind::Create]);
}

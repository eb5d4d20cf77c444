//! Hooks and saved plans.

use atp_iac::Value;
use atp_iac::engine::{EngineError, How, Moved};
use scenarios::{World, item, report, urn};

fn moved<T>(result: Result<T, EngineError>) -> Vec<Moved> {
    match result {
        Err(EngineError::Moved(moved)) => moved,
        Err(other) => unreachable!("{other}"),
        Ok(_) => unreachable!("it was carried out"),
    }
}

#[tokio::test]
async fn engine_125_what_a_plan_of_nothing_does_not_say_is_not_created() {
    let world = World::default();
    let saved = world.saved(&[]).await;
    let refused = world.up_saved(&[item("a")], &saved).await;
    assert!(refused.as_ref().is_err_and(EngineError::is_refused));
    let refused = moved(refused);
    let said: Vec<String> = refused.iter().map(Moved::to_string).collect();
    assert!(said.contains(&"`a` would be created: create is not allowed by the plan".to_owned()), "{said:?}");
    assert!(refused.contains(&Moved::Declared(urn("a"), How::New)), "{said:?}");
    assert!(world.ids().is_empty() && world.cloud.calls().is_empty());
}

#[tokio::test]
async fn engine_127_what_was_unknown_in_the_plan_may_become_anything_or_nothing() {
    for given in [Value::from("https://a"), Value::Null, Value::from([("deep", Value::from(1i64))])] {
        let cloud = atp_iac::testing::MemoryCloud::new("test")
            .with_outputs("T", Value::from([("endpoint", given.clone())]));
        let world = World::new(cloud);
        let reader = scenarios::program_with_value("endpoint");
        let saved = world.save(&reader, Default::default()).await.unwrap();
        let update = world.carry_out(&reader, &saved).await.unwrap();
        assert!(report(&update).is_complete(), "{:?}", report(&update).failures);
        assert_eq!(world.cloud.objects()["T/b"].get("server"), Some(&given));
    }
}

#[tokio::test]
async fn engine_128_a_stack_that_changed_since_is_left_as_it_is_and_what_changed_is_named() {
    let world = World::default();
    world.up(&[item("a").with("size", 1i64), item("b")]).await.unwrap();
    let saved = world.saved(&[item("a").with("size", 2i64), item("b")]).await;
    world.up(&[item("a").with("size", 3i64), item("b"), item("c")]).await.unwrap();
    let refused = moved(world.up_saved(&[item("a").with("size", 2i64), item("b")], &saved).await);
    assert!(matches!(&refused[0], Moved::State { planned, found, by: Some(_) } if planned < found));
    assert_eq!(refused[1..], [Moved::Known(urn("a"), How::Changed), Moved::Known(urn("c"), How::New)]);
    assert_eq!(world.cloud.objects()["T/a"].get("size"), Some(&Value::from(3i64)));
}

//! Protection, conditions, and what is forgotten.

use atp_iac::apply::FailureCause;
use atp_iac::engine::Deployment;
use atp_iac::output::Expression;
use atp_iac::program::Location;
use atp_iac::testing::MemoryCloud;
use atp_iac::value::Mismatch;
use atp_iac::{Options, Value};
use scenarios::{World, actions, item, report, stack_name};
use std::collections::BTreeMap;

#[tokio::test]
async fn state_059_what_is_protected_stays_when_there_are_fewer_of_it_and_through_replacements_and_destroys()
{
    let world = World::default();
    let many = |count: usize, fixed: i64| {
        let one = |n: usize| item(&format!("a{n}")).with("fixed", fixed).protected();
        (0..count).map(one).collect::<Vec<_>>()
    };
    world.up(&many(2, 1)).await.unwrap();
    let calls = world.cloud.calls().len();
    for (error, expected) in [
        (world.up(&many(1, 1)).await.unwrap_err(), "`a1` is protected and would be deleted"),
        (world.up(&many(2, 2)).await.unwrap_err(), "`a0` is protected and would be replaced"),
        (world.destroy().await.unwrap_err(), "`a0` is protected and would be deleted"),
    ] {
        assert!(error.is_refused() && error.to_string().contains(expected), "{error}");
    }
    assert_eq!(world.cloud.calls().len(), calls);
}

/// A program of `a`, whose endpoint only the cloud knows, and of `b`, which never changes. Its output has a condition.
fn with_condition() -> Deployment {
    Deployment::of_function(stack_name(), |cx| {
        let location = Location { file: "program.rs", line: 1 };
        let mut add = |name: &str| {
            let inputs = Value::from([("name", name.into())]).into();
            cx.register("T", "test", name, inputs, Options::new(), location)
        };
        let (a, _) = (add("a")?, add("b")?);
        let secure =
            a.output::<String>("endpoint").try_map(|endpoint| match endpoint.starts_with("https:") {
                true => Ok(endpoint),
                false => Err(Mismatch::new("an endpoint with TLS", endpoint)),
            });
        Ok(BTreeMap::from([("secure".to_owned(), Expression::from(secure))]))
    })
}

#[tokio::test]
async fn state_061_a_condition_that_is_not_known_in_the_plan_is_looked_at_when_it_is() {
    let insecure = MemoryCloud::new("test").with_outputs("T", Value::from([("endpoint", "http://a".into())]));
    let world = World::new(insecure);
    assert!(
        world.plan(&with_condition()).await.unwrap().outputs["secure"].after.as_ref().unwrap().has_unknown()
    );
    let update = world.deploy(&with_condition()).await.unwrap();
    let failures = &report(&update).failures;
    assert!(
        matches!(&failures[..], [one] if matches!(&one.cause, FailureCause::Inputs(why) if why.contains("with TLS")))
    );
    assert_eq!(world.ids(), ["T/a", "T/b"], "what was made is kept, and in the state");
    assert_eq!(world.state().await.resources().len(), 2);
}

/// Nothing is forgotten by a command that leaves it in the program: that it stays is an option of the resource.
#[tokio::test]
async fn state_062_what_is_forgotten_stays_in_the_cloud_and_what_is_in_the_program_is_not_forgotten() {
    let world = World::default();
    let kept = |fixed: i64| item("a").with("fixed", fixed).retained("the law");
    world.up(&[kept(1), item("b")]).await.unwrap();
    let error = world.up(&[kept(2), item("b")]).await.unwrap_err();
    assert!(error.is_refused() && error.to_string().contains("`a` must stay"), "{error}");
    let calls = world.cloud.calls().len();
    let update = world.up(&[item("b")]).await.unwrap();
    assert_eq!(actions(&update.plan), ["o a"]);
    assert_eq!((world.cloud.calls().len(), world.ids()), (calls, vec!["T/a".to_owned(), "T/b".to_owned()]));
    assert!(world.resource("a").await.is_none());
}

//! Both providers with the engine, on a state in memory.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use atp_iac::engine::Deployment;
use atp_iac::output::Expression;
use atp_iac::plan::OperationKind;
use atp_iac::ports::{ManualClock, SeededRandom};
use atp_iac::program::Location;
use atp_iac::testing::MemoryCloud;
use atp_iac::testing::conformance::{Check, Conformance, Outcome, Sample};
use atp_iac::{Options, ResourceType, Value};
use atp_local::LocalProvider;
use atp_local::random::{Id, Password, Pet, Uuid};
use atp_local::time::{Period, Rotating, Static};
use scenarios::{World, actions, report, stack_name, urn};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

fn providers() -> (Arc<ManualClock>, LocalProvider, LocalProvider) {
    let (clock, random) = (Arc::new(ManualClock::default()), Arc::new(SeededRandom::new(1)));
    let time = LocalProvider::time(clock.clone(), random.clone());
    (clock.clone(), LocalProvider::random(clock, random), time)
}

fn world() -> (Arc<ManualClock>, World) {
    let (clock, random, time) = providers();
    (clock, World::default().with_provider(random).with_provider(time))
}

/// A password that is made anew each hour, and a resource of a cloud that has it.
fn program(protect: bool) -> Deployment {
    Deployment::of_function(stack_name(), move |cx| {
        let hour = cx.add("hour", Rotating::new(Period::hours(1)))?;
        let password = Password::new(20).keepers([("hour", hour.rotated_at())]);
        let password = cx.add_with("password", Options::new().protect(protect), password)?;
        let inputs = BTreeMap::from([
            ("name".to_owned(), Value::from("server").into()),
            ("password".to_owned(), password.result().into()),
        ]);
        let location = Location { file: "program.rs", line: 1 };
        cx.register("T", "test", "server", Expression::Map(inputs), Options::new(), location)?;
        Ok(BTreeMap::from([("password".to_owned(), password.result().into())]))
    })
}

fn password(cloud: &MemoryCloud) -> String {
    let server = &cloud.objects()["T/server"];
    let Some(Value::Secret(password)) = server.get("password") else { unreachable!("it is no secret") };
    password.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_password_stays_is_secret_and_is_made_anew_when_its_hour_is_over() {
    let (clock, world) = world();
    let first = world.deploy(&program(false)).await.unwrap();
    assert!(report(&first).is_complete());
    let made = password(&world.cloud);
    assert_eq!(made.len(), 20);
    assert!(!format!("{first:?}").contains(&made));

    clock.advance(Duration::from_secs(59 * 60));
    let options = atp_iac::engine::UpdateOptions { refresh: true, ..Default::default() };
    let kind = atp_iac::engine::Kind::Up;
    let quiet = world.engine.preview(&program(false), kind, &options).await.unwrap().plan;
    assert_eq!(actions(&quiet), Vec::<String>::new());

    clock.advance(Duration::from_secs(60));
    let plan = world.plan(&program(false)).await.unwrap();
    assert_eq!(actions(&plan), ["+/- hour", "+/- password", "~ server"]);
    let hour = plan.operations.iter().find(|operation| operation.urn.name() == "hour").unwrap();
    assert_eq!(hour.changes[0].path.to_string(), "rotatesAt");
    assert!(hour.changes[0].before.is_some());

    let second = world.deploy(&program(false)).await.unwrap();
    assert!(report(&second).is_complete());
    assert_ne!(password(&world.cloud), made);
    assert_eq!(actions(&world.plan(&program(false)).await.unwrap()), Vec::<String>::new());
    assert_eq!(world.engine.state(&stack_name()).await.unwrap().unwrap().resources().len(), 3);
}

#[tokio::test]
async fn a_protected_password_is_not_made_anew() {
    let (clock, world) = world();
    world.deploy(&program(true)).await.unwrap();
    let made = password(&world.cloud);
    clock.advance(Duration::from_secs(60 * 60));
    let plan = world.plan(&program(true)).await.unwrap();
    assert!(plan.refusals[0].message.contains("is protected and would be replaced"), "{:?}", plan.refusals);
    assert!(world.deploy(&program(true)).await.is_err());
    assert_eq!(password(&world.cloud), made);
}

#[tokio::test]
async fn when_the_user_of_a_new_password_fails_the_next_run_gives_it_the_same_one() {
    use atp_iac::provider::{ProviderError, ProviderErrorKind};
    use atp_iac::testing::CallKind;
    let (clock, world) = world();
    world.deploy(&program(false)).await.unwrap();
    let made = password(&world.cloud);
    clock.advance(Duration::from_secs(60 * 60));
    let error = ProviderError::new(ProviderErrorKind::Refused, "Busy", "the server is busy");
    world.cloud.fail_next(CallKind::Update, "server", error);
    let failed = world.deploy(&program(false)).await.unwrap();
    assert_eq!(report(&failed).failures.len(), 1);
    assert_eq!(password(&world.cloud), made);
    let state = world.engine.state(&stack_name()).await.unwrap().unwrap();
    let of_password = atp_iac::Urn::new(&stack_name(), &[Password::TYPE], &["password"]).unwrap();
    let new = state.get(&of_password).unwrap().outputs.get("result").unwrap().exposed().clone();

    let resumed = world.deploy(&program(false)).await.unwrap();
    assert!(report(&resumed).is_complete());
    assert_eq!(new.as_str(), Some(password(&world.cloud).as_str()));
    assert!(resumed.plan.operations.iter().all(|o| o.action != OperationKind::Create));
    let objects = world.engine.state(&stack_name()).await.unwrap().unwrap();
    assert_eq!(objects.replaced(&of_password).count(), 0);
    assert!(objects.get(&urn("server")).is_some());
}

fn keepers(value: &str) -> (&'static str, Value) {
    ("keepers", Value::from([("of", value.into())]))
}

#[tokio::test]
async fn the_random_provider_is_conformant() {
    let (_, random, _) = providers();
    let secret = |text: &str| ("keepers", Value::from([("of", Value::from(text).into_secret())]));
    let password = |keeper: &str| Value::from([("length", 20_u64.into()), secret(keeper)]);
    let id = |keeper: &str| Value::from([("byteLength", 1_u64.into()), keepers(keeper)]);
    let conformance = Conformance::new(Arc::new(random))
        .with_sample(Sample::new(Id::TYPE, id("a")).replaced(id("b")))
        .with_sample(Sample::new(Password::TYPE, password("first-secret")).replaced(password("other-secret")))
        .with_sample(
            Sample::new(Pet::TYPE, Value::from([keepers("a")])).replaced(Value::from([keepers("b")])),
        )
        .with_sample(
            Sample::new(Uuid::TYPE, Value::from([keepers("a")])).replaced(Value::from([keepers("b")])),
        );
    let report = conformance.run().await;
    assert!(report.is_conformant(), "{report}");
    let password: Vec<_> = report.checks.iter().filter(|checked| checked.kind == Password::TYPE).collect();
    let passed = |check| password.iter().any(|c| c.check == check && c.outcome == Outcome::Passed);
    for check in [Check::Unknown, Check::Replaced, Check::CutOff, Check::Destroyed, Check::Secrets] {
        assert!(passed(check), "{check:?}:\n{report}");
    }
}

#[tokio::test]
async fn the_time_provider_is_conformant() {
    let (_, _, time) = providers();
    let rotating = |rotation: &str, keeper| Value::from([("rotation", rotation.into()), keepers(keeper)]);
    let sample = Sample::new(Rotating::TYPE, rotating("30d", "a")).changed(rotating("31d", "a"));
    let conformance =
        Conformance::new(Arc::new(time)).with_sample(sample.replaced(rotating("30d", "b"))).with_sample(
            Sample::new(Static::TYPE, Value::from([keepers("a")])).replaced(Value::from([keepers("b")])),
        );
    let report = conformance.run().await;
    assert!(report.is_conformant(), "{report}");
    let passed = |check| report.checks.iter().any(|c| c.check == check && c.outcome == Outcome::Passed);
    for check in [Check::Updated, Check::Replaced, Check::CutOff, Check::Refreshed] {
        assert!(passed(check), "{check:?}:\n{report}");
    }
}

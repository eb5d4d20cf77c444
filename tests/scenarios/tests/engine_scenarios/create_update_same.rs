//! Creating, updating, and leaving alone.

use atp_iac::apply::FailureCause;
use atp_iac::engine::Deployment;
use atp_iac::output::Expression;
use atp_iac::plan::OperationKind;
use atp_iac::ports::Clock;
use atp_iac::program::{Component, Location};
use atp_iac::resource::Timeouts;
use atp_iac::testing::{CallKind, MemoryCloud};
use atp_iac::{Context, Options, Output, Result, Urn, Value, component};
use scenarios::awkward::Kink;
use scenarios::{Plain, World, actions, item, report, stack_name, urn};
use std::collections::BTreeMap;
use std::time::Duration;

/// A provider is registered with the engine and is no resource: the state says its name.
#[tokio::test]
async fn engine_001_what_is_declared_first_is_checked_and_created_and_in_the_state() {
    let cloud = MemoryCloud::new("test").with_outputs("T", Value::from([("endpoint", "https://a".into())]));
    let world = World::new(cloud);
    world.up(&[item("a").with("size", 1_i64)]).await.unwrap();
    let a = world.resource("a").await.unwrap();
    assert_eq!((a.provider.as_str(), a.id.as_str()), ("test", "T/a"));
    assert_eq!(a.inputs, Value::from([("name", "a".into()), ("size", 1_i64.into())]));
    assert_eq!(a.outputs.get("endpoint"), Some(&"https://a".into()));
    assert_eq!(world.writes(), ["+a"]);
}

#[tokio::test]
async fn engine_002_what_is_as_it_was_is_left_alone_and_keeps_its_id_and_outputs() {
    let world = World::default();
    let program = [item("a").with("size", 1_i64)];
    world.up(&program).await.unwrap();
    let before = world.resource("a").await;
    let update = world.up(&program).await.unwrap();
    assert!(update.plan.operations.iter().all(|one| one.action == OperationKind::Same));
    assert_eq!(world.resource("a").await, before);
    assert_eq!(world.writes(), ["+a"]);
}

#[tokio::test]
async fn engine_004_the_engine_compares_for_a_provider_that_does_not_and_secrecy_is_no_difference() {
    let world = World::default();
    let plain = Plain(world.cloud.clone());
    let world = world.with_provider(plain);
    world.up(&[item("a").with("size", 1_i64)]).await.unwrap();
    let same = [item("a").with("size", Value::from(1_i64).into_secret())];
    assert!(actions(&world.preview(&same).await.unwrap()).is_empty());
    let plan = world.preview(&[item("a").with("size", 2_i64)]).await.unwrap();
    assert_eq!(
        (actions(&plan), plan.operations[0].changes[0].path.to_string()),
        (vec!["~ a".into()], "size".into())
    );
}

/// Contradicts the design: comparing is pure and cannot fail; a provider that cannot compare leaves it to the engine.
#[tokio::test]
async fn engine_005_whatever_differs_is_an_update_where_the_provider_cannot_tell() {
    let world = World::default();
    let plain = Plain(world.cloud.clone());
    let world = world.with_provider(plain);
    world.up(&[item("a").with("fixed", 1_i64)]).await.unwrap();
    let update = world.up(&[item("a").with("fixed", 2_i64)]).await.unwrap();
    assert_eq!((actions(&update.plan), world.writes()), (vec!["~ a".into()], vec!["+a".into(), "~a".into()]));
}

/// A component with a child of its own name.
#[component(type = "test:Odd")]
pub struct Odd;

impl Component for Odd {
    type Outputs = (Urn, Output<String>);
    fn build(self, cx: &mut Context) -> Result<Self::Outputs> {
        let inputs = Value::from([("name", "a :: ü/b".into())]).into();
        let location = Location { file: "odd.rs", line: 1 };
        let child = cx.register("T", "odd :: ü", "child :: ü", inputs, Options::new(), location)?;
        Ok((child.urn().clone(), child.output("id")))
    }
}

fn odd() -> Deployment {
    Deployment::of_function(stack_name(), |cx| {
        let (urn, id) = cx.add(" a :: b ü ", Odd::new())?;
        let inputs =
            BTreeMap::from([("name".to_owned(), Value::from("x y").into()), ("of".into(), id.into())]);
        let (location, options) = (Location { file: "odd.rs", line: 2 }, Options::new().depends_on(&urn));
        cx.register("T", "odd :: ü", "x :: y", Expression::Map(inputs), options, location)?;
        Ok(BTreeMap::new())
    })
}

#[tokio::test]
async fn engine_007_names_with_spaces_colons_and_unicode_survive_as_providers_components_and_resources() {
    let world = World::default().with_provider(MemoryCloud::new("odd :: ü"));
    assert!(report(&world.deploy(&odd()).await.unwrap()).is_complete());
    let names: Vec<String> = world.state().await.resources().map(|one| one.urn.name().to_owned()).collect();
    assert_eq!(names, [" a :: b ü /child :: ü", "x :: y"]);
    assert!(!world.plan(&odd()).await.unwrap().has_changes());
}

/// The value is not in the message, since it could be a secret: the property and its place in the program are.
#[tokio::test]
async fn engine_008_what_the_provider_does_not_take_fails_with_the_property_and_nothing_is_created() {
    let world = World::default();
    let wrong = Deployment::of_function(stack_name(), |cx| {
        let location = Location { file: "wrong.rs", line: 7 };
        cx.register(
            "T",
            "test",
            "a",
            Value::from([("name", 5_i64.into())]).into(),
            Options::new(),
            location,
        )?;
        Ok(BTreeMap::new())
    });
    let error = world.deploy(&wrong).await.unwrap_err().to_string();
    assert_eq!(error, "`a` (T) at wrong.rs:7: `name` a name is required");
    assert!(world.cloud.calls().is_empty() && world.engine.state(&stack_name()).await.unwrap().is_none());
}

#[tokio::test]
async fn engine_010_created_stays_and_modified_moves_with_updates_only() {
    let world = World::default();
    let times = async || {
        let a = world.resource("a").await.unwrap();
        world.clock.advance(Duration::from_secs(60));
        (a.created, a.modified)
    };
    world.up(&[item("a").with("size", 1_i64)]).await.unwrap();
    let created = times().await;
    assert_eq!(created.0, created.1);
    world.up(&[item("a").with("size", 1_i64)]).await.unwrap();
    assert_eq!(times().await, created);
    world.up_refreshed(&[item("a").with("size", 1_i64)]).await.unwrap();
    assert_eq!(times().await, created);
    world.up(&[item("a").with("size", 2_i64)]).await.unwrap();
    let updated = times().await;
    assert!(updated.0 == created.0 && updated.1 > created.1, "{updated:?}");
    world.up(&[item("a").with("size", 2_i64).with("fixed", 1_i64)]).await.unwrap();
    let replaced = times().await;
    assert_eq!(replaced.0, replaced.1, "a new object under the old id is new");
}

/// Contradicts the design: a component is a function of the program whose outputs are what it returns; the state knows none.
#[tokio::test]
async fn engine_013_outputs_of_a_component_are_those_of_what_is_in_it_and_the_state_has_no_component() {
    let world = World::default().with_provider(MemoryCloud::new("odd :: ü"));
    world.deploy(&odd()).await.unwrap();
    let state = world.state().await;
    assert!(state.resources().all(|one| one.kind == "T"));
    let reader = state.resources().last().unwrap();
    assert_eq!(reader.inputs.get("of"), Some(&"T/a :: ü/b".into()));
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test]
async fn engine_011_time_outs_are_kept_and_told_to_the_provider() {
    let (world, cloud) = World::awkward();
    let [create, read, update, delete] = [60, 240, 60, 30].map(|limit| Some(seconds(limit)));
    let timeouts = Timeouts { create, read, update, delete };
    let limited = |size: i64| [item("a").with("size", size).options(|options| options.timeouts(timeouts))];
    world.up(&limited(1)).await.unwrap();
    world.up(&limited(2)).await.unwrap();
    let state = world.engine.state(&stack_name()).await.unwrap().unwrap();
    assert_eq!(state.get(&urn("a")).unwrap().lifecycle.timeouts, timeouts);
    world.up(&[]).await.unwrap();
    let told = [(CallKind::Create, 60), (CallKind::Update, 60), (CallKind::Delete, 30)];
    assert_eq!(cloud.timeouts(), told.map(|(kind, limit)| (kind, seconds(limit))));
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_given_up_and_the_next_run_looks_what_became_of_it() {
    let (world, cloud) = World::awkward();
    let limited = |name: &str| item(name).options(|options| options.timeouts(Timeouts::all(seconds(60))));
    cloud.next(CallKind::Create, "T/a", Kink::Slow(seconds(3600)));
    let begun = world.clock.now();
    let update = world.up(&[limited("a"), item("b").link("to", "a"), item("c")]).await.unwrap();
    let [failure] = &report(&update).failures[..] else { panic!("{:?}", report(&update).failures) };
    assert!(
        matches!(&failure.cause, FailureCause::Provider(error) if error.code == "TimedOut"),
        "{failure:?}"
    );
    assert!((60..70).contains(&(world.clock.now() - begun).whole_seconds()));
    let state = world.engine.state(&stack_name()).await.unwrap().unwrap();
    assert_eq!(state.pending().map(|intent| intent.urn.name()).collect::<Vec<_>>(), ["a"]);
    assert_eq!(world.ids(), ["T/a", "T/c"]);
    let next = world.up(&[limited("a"), item("b").link("to", "a"), item("c")]).await.unwrap();
    assert_eq!(next.recovered[0].finding, "it was created, and is adopted");
    assert_eq!((report(&next).is_complete(), world.ids().len()), (true, 3));
}

#[tokio::test]
async fn a_read_that_takes_too_long_or_panics_is_an_error_and_the_state_stays() {
    let (world, cloud) = World::awkward();
    let limited = item("a").options(|options| options.timeouts(Timeouts::all(seconds(60))));
    world.up(&[limited.clone(), item("b")]).await.unwrap();
    let before = world.engine.state(&stack_name()).await.unwrap().unwrap().to_snapshot();
    for (id, kink, code) in [
        ("T/a", Kink::Slow(seconds(3600)), "no answer came within 60s"),
        ("T/b", Kink::Slow(seconds(36_000)), "no answer came within 3600s"),
        ("T/b", Kink::Panic, "the provider stopped with a panic"),
        ("T/a", Kink::Nothing, "something that is no resource"),
    ] {
        cloud.next(CallKind::Read, id, kink);
        let error = world.up_refreshed(&[limited.clone(), item("b")]).await.unwrap_err().to_string();
        assert!(error.contains(code), "{error}");
    }
    assert_eq!(world.engine.state(&stack_name()).await.unwrap().unwrap().to_snapshot(), before);
    assert!(!world.up_refreshed(&[limited, item("b")]).await.unwrap().plan.has_changes());
}

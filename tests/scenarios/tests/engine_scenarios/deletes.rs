//! The order of deletes, protection, and errors.

use atp_iac::engine::{Deployment, Kind, UpdateOptions};
use atp_iac::program::{Component, Location};
use atp_iac::testing::CallKind;
use atp_iac::{Context, Options, Result, Value, component};
use scenarios::{Item, World, actions, item, program, refused, report, stack_name};

#[tokio::test]
async fn engine_044_what_leaves_goes_before_what_it_depended_on() {
    let world = World::default();
    world.up(&[item("a"), item("b").link("parent", "a"), item("c")]).await.unwrap();
    assert_eq!(actions(&world.up(&[item("c")]).await.unwrap().plan), ["- a", "- b"]);
    assert_eq!(world.writes().split_off(3), ["-b", "-a"]);
}

#[tokio::test]
async fn engine_049_what_is_protected_is_neither_removed_nor_replaced_and_the_preview_shows_what_would_change()
 {
    let world = World::default();
    world.up(&[item("a").with("fixed", 1_i64).protected()]).await.unwrap();
    let error = world.up(&[]).await.unwrap_err();
    assert!(
        error.is_refused() && error.to_string().contains("`a` is protected and would be deleted"),
        "{error}"
    );
    let changed = [item("a").with("fixed", 2_i64).protected(), item("b")];
    let plan = world.preview(&changed).await.unwrap();
    assert_eq!((plan.refusals.len(), plan.operations[0].changes[0].path.to_string().as_str()), (1, "fixed"));
    let error = world.up(&changed).await.unwrap_err();
    assert!(error.is_refused() && error.to_string().contains("would be replaced"), "{error}");
    assert_eq!(world.writes(), ["+a"], "nothing is created either");
    assert!(world.resource("a").await.unwrap().lifecycle.protect);
}

#[tokio::test]
async fn engine_050_what_stops_being_protected_can_be_replaced_by_the_same_update() {
    let world = World::default();
    world.up(&[item("a").with("fixed", 1_i64).protected()]).await.unwrap();
    let update = world.up(&[item("a").with("fixed", 2_i64)]).await.unwrap();
    assert_eq!(
        (actions(&update.plan), world.writes()),
        (vec!["-/+ a".into()], vec!["+a".into(), "-a".into(), "+a".into()])
    );
}

/// Two resources of which one says that it is not protected.
#[component(type = "test:Pair")]
pub struct Pair;

impl Component for Pair {
    type Outputs = ();
    fn build(self, cx: &mut Context) -> Result<()> {
        let location = Location { file: "pair.rs", line: 1 };
        for (name, options) in [("kept", Options::new()), ("free", Options::new().protect(false))] {
            cx.register("T", "test", name, Value::from([("name", name.into())]).into(), options, location)?;
        }
        Ok(())
    }
}

#[tokio::test]
async fn engine_052_what_is_in_something_protected_is_protected_unless_it_says_otherwise() {
    let world = World::default();
    let pair = Deployment::of_function(stack_name(), |cx| {
        cx.add_with("pair", Options::new().protect(true), Pair::new())?;
        let (location, inputs) =
            (Location { file: "p.rs", line: 1 }, Value::from([("name", "parent".into())]));
        let parent =
            cx.register("T", "test", "parent", inputs.into(), Options::new().protect(true), location)?;
        let inputs = Value::from([("name", "child".into())]);
        cx.register("T", "test", "child", inputs.into(), Options::new().parent(&parent), location)?;
        Ok(Default::default())
    });
    world.deploy(&pair).await.unwrap();
    let protected = world
        .state()
        .await
        .resources()
        .map(|one| (one.urn.name().to_owned(), one.lifecycle.protect))
        .collect::<Vec<_>>();
    let expected = [("pair/kept", true), ("pair/free", false), ("parent", true), ("parent/child", true)];
    assert_eq!(protected, expected.map(|(name, protect)| (name.to_owned(), protect)));
}

fn two(fixed: i64) -> [Item; 2] {
    [item("a").with("fixed", fixed).protected(), item("b").protected()]
}

#[tokio::test]
async fn engine_053_protection_can_be_ignored_for_a_run_and_what_stays_is_as_protected_as_before() {
    let world = World::default();
    let ignoring = UpdateOptions { ignore_protect: true, ..UpdateOptions::default() };
    world.up(&two(1)).await.unwrap();
    let replaced = world.run(&program(&two(2)), Kind::Up, ignoring.clone()).await.unwrap();
    assert_eq!((actions(&replaced.plan), report(&replaced).is_complete()), (vec!["-/+ a".into()], true));
    let removed = world.run(&program(&two(2)[..1]), Kind::Up, ignoring.clone()).await.unwrap();
    assert_eq!(actions(&removed.plan), ["- b"]);
    assert!(world.resource("a").await.unwrap().lifecycle.protect);
    assert!(world.destroy().await.unwrap_err().is_refused());
    world.run(&program(&[]), Kind::Destroy, ignoring).await.unwrap();
    assert!(world.ids().is_empty());
}

/// Contradicts the design: a program gives all outputs at its end, and one that fails has given none: nothing is done, and
/// all outputs stay as they were.
#[tokio::test]
async fn engine_046_when_the_program_fails_all_outputs_stay_as_they_were() {
    let world = World::default();
    world.up(&[item("a")]).await.unwrap();
    let before = world.state().await.to_snapshot();
    let failing = Deployment::of_function(stack_name(), |cx| {
        let location = Location { file: "program.rs", line: 1 };
        let inputs = Value::from([("name", Value::from("b"))]).into();
        cx.register("T", "test", "b", inputs, Options::new(), location)?;
        Err(atp_iac::ProgramError::Other("the program failed".to_owned()))
    });
    let error = world.deploy(&failing).await.unwrap_err().to_string();
    assert_eq!((error.as_str(), world.state().await.to_snapshot()), ("the program failed", before));
}

#[tokio::test]
async fn engine_047_when_a_resource_fails_all_outputs_stay_as_they_were() {
    let world = World::default();
    world.up(&[item("a")]).await.unwrap();
    world.cloud.fail_next(CallKind::Create, "T/c", refused());
    let update = world.up(&[item("b"), item("c"), item("a")]).await.unwrap();
    assert_eq!((report(&update).is_complete(), &update.outputs["first"]), (false, &"T/a".into()));
    assert_eq!(world.up(&[item("b"), item("c"), item("a")]).await.unwrap().outputs["first"], "T/b".into());
}

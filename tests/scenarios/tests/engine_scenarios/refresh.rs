//! Reading the cloud again.

use async_trait::async_trait;
use atp_iac::Value;
use atp_iac::apply::Interrupt;
use atp_iac::diff::Change;
use atp_iac::engine::{Finding, RefreshOptions};
use atp_iac::provider::{Existing, Object, Problem, Provider, ProviderError, Request, Target};
use atp_iac::testing::{CallKind, MemoryCloud};
use scenarios::{World, actions, item, program, refused, report, urn};
use std::time::Duration;

fn names(dependencies: &[atp_iac::Urn]) -> Vec<&str> {
    dependencies.iter().map(atp_iac::Urn::name).collect()
}

#[tokio::test]
async fn engine_065_what_is_gone_leaves_the_state_and_the_lists_of_its_dependents() {
    let world = World::default();
    world.up(&[item("a"), item("b").after("a"), item("c").after("b")]).await.unwrap();
    world.cloud.remove("T/b");
    let reading = world.refresh().await.unwrap();
    let found: Vec<_> = reading.drifted.iter().map(|one| (one.urn.name(), &one.finding)).collect();
    assert_eq!((reading.read, found), (3, vec![("b", &Finding::Gone)]));
    assert_eq!(world.known().await, ["a", "c"]);
    let left = world.resource("c").await.unwrap().dependencies;
    assert_eq!(names(&left), ["a"], "what is gone is not in it, and the order of deletions stays");
}

#[tokio::test]
async fn engine_067_nothing_points_at_what_is_gone() {
    let world = World::default();
    let bound = item("b").link("next", "a").options(|options| options.deleted_with(&urn("a")));
    world.up(&[item("a"), bound]).await.unwrap();
    world.cloud.remove("T/a");
    world.refresh().await.unwrap();
    let left = world.resource("b").await.unwrap();
    assert_eq!((names(&left.dependencies), left.lifecycle.deleted_with), (vec![], None));
    assert!(report(&world.destroy().await.unwrap()).is_complete());
    assert!(world.ids().is_empty());
}

#[tokio::test]
async fn engine_068_an_id_that_the_cloud_changed_is_kept() {
    let world = World::default();
    world.up(&[item("a")]).await.unwrap();
    world.change_outside("T/a", "id", "T/moved");
    world.refresh().await.unwrap();
    assert_eq!(world.resource("a").await.unwrap().id, "T/moved");
    assert_eq!(world.known().await, ["a"]);
}

#[tokio::test]
async fn engine_070_what_only_the_cloud_says_changes_outputs_and_no_inputs() {
    let world = World::new(MemoryCloud::new("test").with_outputs("T", Value::from([("seen", 1i64.into())])));
    world.up(&[item("a").with("size", 1i64)]).await.unwrap();
    let before = world.resource("a").await.unwrap();
    world.change_outside("T/a", "seen", 2i64);
    assert!(world.refresh().await.unwrap().drifted.is_empty());
    let after = world.resource("a").await.unwrap();
    assert_eq!((after.inputs, after.outputs.get("seen")), (before.inputs, Some(&2i64.into())));
    assert!(!world.preview(&[item("a").with("size", 1i64)]).await.unwrap().has_changes());
}

/// What is only looked up is in no state, so a refresh has nothing to compare it with.
#[tokio::test]
async fn engine_071_what_is_only_looked_up_is_not_compared() {
    let world = World::default();
    world.up(&[item("a"), item("b").ask("next", "a")]).await.unwrap();
    assert_eq!(world.refresh().await.unwrap().read, 2);
    assert_eq!(world.known().await, ["a", "b"]);
}

/// A cloud that asks to stop when it is read.
struct Stopping(MemoryCloud, Interrupt);

#[async_trait]
impl Provider for Stopping {
    fn name(&self) -> &str {
        self.0.name()
    }
    fn describe(&self) -> String {
        self.0.describe()
    }
    fn check(&self, kind: &str, inputs: &Value) -> Vec<Problem> {
        self.0.check(kind, inputs)
    }
    fn id(&self, kind: &str, inputs: &Value) -> Option<String> {
        self.0.id(kind, inputs)
    }
    fn predict(&self, kind: &str, inputs: &Value, current: Option<&Value>) -> Value {
        self.0.predict(kind, inputs, current)
    }
    fn drift(&self, kind: &str, old: &Existing<'_>, observed: &Value) -> Vec<Change> {
        self.0.drift(kind, old, observed)
    }
    async fn create(&self, request: Request<'_>) -> Result<Object, ProviderError> {
        self.0.create(request).await
    }
    async fn read(&self, target: Target<'_>) -> Result<Option<Value>, ProviderError> {
        self.1.raise();
        self.0.read(target).await
    }
    async fn update(&self, request: Request<'_>, old: &Existing<'_>) -> Result<Object, ProviderError> {
        self.0.update(request, old).await
    }
    async fn delete(&self, target: Target<'_>, timeout: Duration) -> Result<(), ProviderError> {
        self.0.delete(target, timeout).await
    }
}

#[tokio::test]
async fn engine_073_what_was_read_before_an_interrupt_is_kept_and_the_rest_is_untouched() {
    let world = World::default();
    world.up(&[item("a").with("size", 1i64), item("b").elsewhere()]).await.unwrap();
    world.change_outside("T/a", "size", 7i64);
    world.other.remove("T/b");
    let interrupt = Interrupt::default();
    let world = world_with(world, &interrupt);
    let reading = world.engine.refresh(&program(&[]), &RefreshOptions::default(), &interrupt).await.unwrap();
    assert!(reading.interrupted && !reading.is_complete());
    assert_eq!(world.known().await, ["a"], "that `b` is gone was read first");
    assert_eq!(world.resource("a").await.unwrap().inputs.get("size"), Some(&1i64.into()));
}

fn world_with(world: World, interrupt: &Interrupt) -> World {
    let other = Stopping(world.other.clone(), interrupt.clone());
    world.with_provider(other)
}

#[tokio::test]
async fn what_cannot_be_read_stays_as_it_is_and_the_rest_is_kept() {
    let world = World::default();
    world.up(&[item("a"), item("b")]).await.unwrap();
    world.cloud.remove("T/a");
    world.cloud.fail_next(CallKind::Read, "T/b", refused());
    let reading = world.refresh().await.unwrap();
    assert_eq!((reading.failures.len(), reading.is_complete()), (1, false));
    assert_eq!(world.known().await, ["b"]);
}

#[tokio::test]
async fn engine_074_however_it_is_read_the_order_of_the_state_stays() {
    let world = World::default();
    let chain = [item("a"), item("b").after("a"), item("c").after("b").elsewhere(), item("d").after("c")];
    world.up(&chain).await.unwrap();
    for id in ["T/a", "T/b", "T/d"] {
        world.change_outside(id, "name", "changed");
    }
    let reading = world.refresh().await.unwrap();
    let found: Vec<_> = reading.drifted.iter().map(|one| one.urn.name()).collect();
    assert_eq!(
        (found, world.known().await),
        (vec!["a", "b", "d"], vec!["a".into(), "b".into(), "c".into(), "d".into()])
    );
}

#[tokio::test]
async fn engine_076_a_program_that_runs_with_a_refresh_sees_that_something_is_gone_and_creates_nothing() {
    let world = World::default();
    world.up(&[item("a"), item("b")]).await.unwrap();
    world.cloud.remove("T/a");
    let calls = world.writes().len();
    world.refresh_with(&[item("a"), item("b")]).await.unwrap();
    let state = world.state().await;
    assert!(!state.outputs().contains_key("first"), "{:?}", state.outputs());
    assert_eq!((world.known().await, world.writes().len()), (vec!["b".to_owned()], calls));
    assert_eq!(actions(&world.preview(&[item("a"), item("b")]).await.unwrap()), ["+ a"]);
}

#[tokio::test]
async fn engine_077_more_resources_than_calls_at_a_time_are_refreshed_with_the_program() {
    let mut world = World::default();
    world.engine = world.engine.clone().with_parallel(1);
    let many: Vec<_> = (0..40).map(|number| item(&format!("r{number}"))).collect();
    world.up(&many).await.unwrap();
    let reading = world.refresh_with(&many).await.unwrap();
    assert_eq!((reading.read, reading.is_complete()), (40, true));
}

#[tokio::test]
async fn what_was_changed_outside_is_told_without_writing_and_is_changed_back_after_a_refresh() {
    let world = World::default();
    let program = [item("a").with("size", 1i64)];
    world.up(&program).await.unwrap();
    world.change_outside("T/a", "size", 7i64);
    let before = world.state().await.to_snapshot();
    let told = world.drift().await.unwrap().drifted;
    assert!(matches!(&told[0].finding, Finding::Changed(changes) if changes[0].after == Some(7i64.into())));
    assert_eq!(world.state().await.to_snapshot(), before);
    assert_eq!(world.refresh().await.unwrap().drifted, told);
    assert!(world.refresh().await.unwrap().drifted.is_empty(), "the state says so now");
    let update = world.up(&program).await.unwrap();
    assert_eq!(actions(&update.plan), ["~ a"], "and the next plan shows the change back");
    assert_eq!(world.cloud.objects()["T/a"].get("size"), Some(&1i64.into()));
}

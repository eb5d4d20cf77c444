//! What the engine plans and does, on a cloud in memory.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod moves;
mod planned;
mod references;
mod retained;

use async_trait::async_trait;
use atp_iac::Value;
use atp_iac::apply::FailureCause;
use atp_iac::diff::Change;
use atp_iac::engine::{EngineError, Kind, UpdateOptions};
use atp_iac::ports::ManualClock;
use atp_iac::provider::{
    Existing, Known, Object, Problem, Provider, ProviderError, ProviderErrorKind, Request, Target,
};
use atp_iac::state::{MemoryStore, Outcome};
use atp_iac::testing::{CallKind, MemoryCloud};
use scenarios::{World, actions, item, refused, report};
use std::sync::Arc;
use std::time::Duration;

#[tokio::test]
async fn what_was_applied_plans_to_nothing() {
    let world = World::default();
    let program = [item("a").with("size", 1i64), item("b").link("parent", "a")];
    assert_eq!(actions(&world.preview(&program).await.unwrap()), ["+ a", "+ b"]);
    let update = world.up(&program).await.unwrap();
    assert!(report(&update).is_complete());
    assert_eq!(update.outputs["first"], Value::from("T/a"));
    assert!(!world.preview(&program).await.unwrap().has_changes());
    assert_eq!(world.cloud.objects()["T/b"].get("parent"), Some(&Value::from("T/a")));
}

#[tokio::test]
async fn the_state_says_who_did_what_last_and_how_it_ended() {
    let world = World::default();
    let last = async || world.engine.state(&scenarios::stack_name()).await.unwrap()?.last_update().cloned();
    world.cloud.fail_next(CallKind::Create, "T/b", refused());
    let failed = world.up(&[item("a"), item("b")]).await.unwrap();
    let update = last().await.unwrap();
    assert_eq!((update.by.who.as_str(), update.operation.as_str()), ("tester", "up"));
    assert_eq!((update.result, update.plan), (Some(Outcome::Failed), failed.plan.digest()));

    let done = world.up(&[item("a"), item("b")]).await.unwrap();
    assert_eq!(
        last().await.map(|update| (update.result, update.plan)),
        Some((Some(Outcome::Done), done.plan.digest()))
    );
    world.up(&[item("a"), item("b")]).await.unwrap();
    assert_eq!(last().await.unwrap().plan, done.plan.digest(), "what had nothing to do is no update");
    world.destroy().await.unwrap();
    assert_eq!(last().await.unwrap().operation, "destroy");
}

#[tokio::test]
async fn creates_follow_dependencies_and_deletes_go_the_other_way() {
    let world = World::default();
    let program = [item("a"), item("b").link("parent", "a"), item("c").after("b")];
    world.up(&program).await.unwrap();
    world.destroy().await.unwrap();
    assert_eq!(world.writes(), ["+a", "+b", "+c", "-c", "-b", "-a"]);
    assert!(world.ids().is_empty());
    assert!(world.engine.state(&scenarios::stack_name()).await.unwrap().unwrap().is_empty());
}

#[tokio::test]
async fn one_changed_property_is_one_update() {
    let world = World::default();
    world.up(&[item("a").with("size", 1i64), item("b").link("parent", "a")]).await.unwrap();
    let changed = [item("a").with("size", 2i64), item("b").link("parent", "a")];
    let plan = world.preview(&changed).await.unwrap();
    assert_eq!(actions(&plan), ["~ a"]);
    assert_eq!(plan.operations[0].changes[0].path.to_string(), "size");
    world.up(&changed).await.unwrap();
    assert_eq!(world.cloud.objects()["T/a"].get("size"), Some(&Value::from(2i64)));
}

#[tokio::test]
async fn a_new_name_makes_the_new_one_before_the_old_one_goes_and_takes_dependents_along() {
    let world = World::default();
    world.up(&[item("a"), item("b").link("parent", "a")]).await.unwrap();
    let renamed = [item("a").named("a2"), item("b").link("parent", "a")];
    let plan = world.preview(&renamed).await.unwrap();
    assert_eq!(actions(&plan), ["+/- a", "~ b"]);
    let forcing: Vec<String> =
        plan.operations[0].changes.iter().filter(|c| c.replaces).map(|c| c.path.to_string()).collect();
    assert_eq!(forcing, ["name"]);
    world.up(&renamed).await.unwrap();
    assert_eq!(world.writes()[2..], ["+a2", "~b", "-a"]);
    assert!(!world.preview(&renamed).await.unwrap().has_changes());
}

#[tokio::test]
async fn a_fixed_property_of_one_id_deletes_first_and_dependents_bound_to_it_are_replaced_around_it() {
    let world = World::new(MemoryCloud::new("test").replacing("fixed"));
    let program = |fixed: i64| {
        [item("a").with("fixed", fixed), item("b").link("fixed", "a"), item("c").link("uses", "a")]
    };
    world.up(&program(1)).await.unwrap();
    assert_eq!(actions(&world.preview(&program(2)).await.unwrap()), ["-/+ a", "-/+ b", "~ c"]);
    world.up(&program(2)).await.unwrap();
    let order = world.writes();
    let position = |call: &str| order.iter().rposition(|c| c == call).unwrap();
    assert!(position("-b") < position("-a") && position("-a") < position("+a"), "{order:?}");
    assert!(position("+a") < position("+b") && position("+a") < position("~c"), "{order:?}");
    assert!(!world.preview(&program(2)).await.unwrap().has_changes());
}

#[tokio::test]
async fn what_waits_for_something_that_goes_first_goes_before_it_even_under_a_new_name() {
    let world = World::default();
    let program = |name: &str, fixed: i64| {
        [item("a").with("fixed", fixed), item("b").link("fixed", "a"), item("lock").named(name).after("b")]
    };
    world.up(&program("lock1", 1)).await.unwrap();
    let changed = program("lock2", 2);
    assert_eq!(actions(&world.preview(&changed).await.unwrap()), ["-/+ a", "-/+ b", "-/+ lock"]);
    assert!(report(&world.up(&changed).await.unwrap()).is_complete());
    assert_eq!(world.writes()[3..], ["-lock1", "-b", "-a", "+a", "+b", "+lock2"]);
    assert!(!world.preview(&changed).await.unwrap().has_changes());
}

#[tokio::test]
async fn what_leaves_the_program_is_deleted_after_who_used_it_let_go() {
    let world = World::default();
    world.up(&[item("a"), item("b").link("parent", "a")]).await.unwrap();
    world.up(&[item("b").with("alone", true)]).await.unwrap();
    assert_eq!(world.writes()[2..], ["~b", "-a"]);
}

#[tokio::test]
async fn a_removed_dependent_goes_before_what_it_used_is_changed() {
    let world = World::default();
    world.up(&[item("a").with("size", 1i64), item("b").link("parent", "a")]).await.unwrap();
    world.up(&[item("a").with("size", 2i64)]).await.unwrap();
    assert_eq!(world.writes()[2..], ["-b", "~a"]);
}

#[tokio::test]
async fn one_failure_skips_what_depends_on_it_and_the_rest_is_done_and_kept() {
    let world = World::default();
    world.cloud.fail_next(CallKind::Create, "T/a", refused());
    let program = [item("a"), item("b").link("parent", "a"), item("c")];
    let update = world.up(&program).await.unwrap();
    let report = report(&update);
    assert_eq!((report.failures.len(), report.skipped, report.done.create), (1, 1, 1));
    assert_eq!(report.failures[0].cause.to_string(), "Planted: refused by the test");
    assert_eq!(world.ids(), ["T/c"]);
    assert_eq!(actions(&world.preview(&program).await.unwrap()), ["+ a", "+ b"]);
    assert!(scenarios::report(&world.up(&program).await.unwrap()).is_complete());
    assert!(!world.preview(&program).await.unwrap().has_changes());
}

#[tokio::test]
async fn a_failed_replacement_leaves_the_old_one_and_the_next_run_finishes() {
    let world = World::default();
    world.up(&[item("a")]).await.unwrap();
    let renamed = [item("a").named("a2")];
    world.cloud.fail_next(CallKind::Delete, "T/a", refused());
    assert!(!report(&world.up(&renamed).await.unwrap()).is_complete());
    assert_eq!(world.ids(), ["T/a", "T/a2"]);
    assert_eq!(actions(&world.preview(&renamed).await.unwrap()), ["- a"]);
    world.up(&renamed).await.unwrap();
    assert_eq!(world.ids(), ["T/a2"]);
}

#[tokio::test]
async fn a_call_that_may_have_worked_is_looked_up_by_the_next_run() {
    let world = World::default();
    let lost = || ProviderError::new(ProviderErrorKind::Unreachable, "Lost", "no answer");
    world.cloud.fail_next(CallKind::Create, "T/a", lost());
    assert!(!report(&world.up(&[item("a")]).await.unwrap()).is_complete());
    // The cloud did it all the same.
    world.cloud.put("T/a", Value::from([("name", Value::from("a")), ("id", "T/a".into())]));
    let update = world.up(&[item("a")]).await.unwrap();
    assert_eq!(update.recovered.len(), 1);
    assert!(report(&update).is_complete());
    assert!(!world.writes()[1..].contains(&"+a".to_owned()), "{:?}", world.writes());
    assert!(!world.preview(&[item("a")]).await.unwrap().has_changes());
}

#[tokio::test]
async fn a_protected_resource_is_neither_deleted_nor_replaced() {
    let world = World::default();
    world.up(&[item("a").protected()]).await.unwrap();
    for program in [vec![], vec![item("a").protected().named("a2")]] {
        let error = world.up(&program).await.unwrap_err();
        assert!(matches!(error, EngineError::Refused(_)), "{error}");
        assert!(
            error.to_string().contains("`a` is protected") && error.to_string().contains("way out"),
            "{error}"
        );
    }
    assert!(matches!(world.destroy().await.unwrap_err(), EngineError::Refused(_)));
    assert_eq!(world.ids(), ["T/a"]);
    // Taking the protection off and replacing may be one update.
    assert!(report(&world.up(&[item("a").named("a2")]).await.unwrap()).is_complete());
}

#[tokio::test]
async fn protection_taken_off_alone_is_kept_without_a_call() {
    let world = World::default();
    world.up(&[item("a").protected()]).await.unwrap();
    let calls = world.cloud.calls().len();
    world.up(&[item("a")]).await.unwrap();
    assert_eq!(world.cloud.calls().len(), calls);
    assert!(report(&world.up(&[]).await.unwrap()).is_complete());
}

#[tokio::test]
async fn what_is_there_already_is_not_taken_over() {
    let world = World::default();
    world.cloud.put("T/a", Value::map());
    let update = world.up(&[item("a")]).await.unwrap();
    assert!(report(&update).failures[0].cause.to_string().contains("already there"));
    assert_eq!(world.cloud.objects()["T/a"], Value::map());
}

#[tokio::test]
async fn a_refresh_finds_what_changed_and_what_is_gone_and_the_update_repairs_it() {
    let world = World::default();
    let program = [item("a").with("size", 1i64), item("b")];
    world.up(&program).await.unwrap();
    let changed =
        Value::from([("name", Value::from("a")), ("size", Value::from(9i64)), ("id", "T/a".into())]);
    world.cloud.put("T/a", changed);
    world.cloud.remove("T/b");
    assert!(!world.preview(&program).await.unwrap().has_changes(), "without a refresh nothing is read");
    let update = world.up_refreshed(&program).await.unwrap();
    assert_eq!(actions(&update.plan), ["~ a", "+ b"]);
    assert_eq!(world.cloud.objects()["T/a"].get("size"), Some(&Value::from(1i64)));
    assert!(!actions(&world.up_refreshed(&program).await.unwrap().plan).iter().any(|a| !a.is_empty()));
}

#[tokio::test]
async fn an_output_that_only_the_cloud_knows_is_unknown_in_the_plan_and_there_afterwards() {
    let world = World::new(
        MemoryCloud::new("test").with_outputs("T", Value::from([("endpoint", "https://e".into())])),
    );
    let program = scenarios::program_with_endpoint();
    let plan =
        world.engine.preview(&program, atp_iac::engine::Kind::Up, &Default::default()).await.unwrap().plan;
    assert!(plan.outputs["endpoint"].after.as_ref().unwrap().has_unknown());
    let update = world.run(&program, atp_iac::engine::Kind::Up, Default::default()).await.unwrap();
    assert_eq!(update.outputs["endpoint"], Value::from("https://e"));
}

#[tokio::test]
async fn a_second_run_at_the_same_time_is_told_who_holds_the_lock() {
    let world = World::default();
    let holder = atp_iac::state::Holder {
        who: "anna".into(),
        host: "build-7".into(),
        process: 42,
        operation: "destroy".into(),
        since: time::OffsetDateTime::UNIX_EPOCH,
    };
    let wait = atp_iac::state::Wait::NONE;
    let lease = world.store.lock(&scenarios::stack_name(), &holder, wait).await.unwrap();
    let error = world.up(&[item("a")]).await.unwrap_err();
    assert!(error.is_locked());
    for part in ["anna", "build-7", "destroy", "1970"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    world.store.unlock(&lease).await.unwrap();
    assert!(report(&world.up(&[item("a")]).await.unwrap()).is_complete());
}

#[tokio::test]
async fn a_circle_and_a_missing_dependency_are_clear_errors_and_nothing_is_called() {
    let world = World::default();
    let circle = world.up(&[item("a").after("b"), item("b").after("a")]).await.unwrap_err().to_string();
    assert!(circle.contains("a -> b -> a"), "{circle}");
    let missing = world.up(&[item("a").after("ghost")]).await.unwrap_err().to_string();
    assert!(missing.contains("ghost"), "{missing}");
    assert!(world.cloud.calls().is_empty());
}

#[tokio::test]
async fn a_state_that_cannot_be_written_stops_the_run_with_one_failure_and_the_next_run_finishes() {
    let program: Vec<_> = (0..20).map(|number| item(&format!("r{number:02}"))).collect();
    for append in 1..12 {
        let store = MemoryStore::new(Arc::new(ManualClock::default()));
        let world = World::with_store(MemoryCloud::new("test"), Arc::new(store.clone()));
        store.fail_append(append);
        match world.up(&program).await {
            // The snapshot at the end was written: it holds everything that was recorded.
            Ok(update) => {
                let report = report(&update);
                let state =
                    report.failures.iter().filter(|f| matches!(f.cause, FailureCause::State(_))).count();
                assert!(report.is_complete() || state == 1, "append {append}: {:#?}", report.failures);
            }
            Err(error) => assert!(matches!(error, EngineError::State(_)), "append {append}: {error}"),
        }
        let update = world.up(&program).await.unwrap();
        assert!(
            scenarios::report(&update).is_complete(),
            "append {append}: {:#?}",
            scenarios::report(&update).failures
        );
        assert_eq!(world.ids().len(), 20, "append {append}");
        let creates = world.writes().into_iter().filter(|call| call.starts_with('+')).count();
        assert_eq!(creates, 20, "append {append}: something was made twice");
        assert!(!world.preview(&program).await.unwrap().has_changes(), "append {append}");
    }
}

#[tokio::test]
async fn a_resource_that_moves_to_another_provider_is_deleted_by_the_one_that_made_it() {
    let world = World::default();
    world.up(&[item("a")]).await.unwrap();
    let moved = [item("a").elsewhere()];
    assert_eq!(actions(&world.preview(&moved).await.unwrap()), ["-/+ a"]);
    assert!(report(&world.up(&moved).await.unwrap()).is_complete());
    assert!(world.ids().is_empty());
    assert_eq!(world.other.objects().len(), 1);
    assert!(!world.preview(&moved).await.unwrap().has_changes());
}

#[tokio::test]
async fn what_becomes_something_else_than_the_plan_said_stops_its_dependents_and_the_next_plan_has_them() {
    let cloud = |endpoint: &str| {
        MemoryCloud::new("test").with_outputs("T", Value::from([("endpoint", endpoint.into())]))
    };
    let first = cloud("https://one");
    let moved = first.clone().with_outputs("T", Value::from([("endpoint", "https://two".into())]));
    let world = World::new(first);
    world.run(&scenarios::program_with_reader(1), Kind::Up, UpdateOptions::default()).await.unwrap();
    // From now on the cloud gives another endpoint to whatever is changed, which no plan can know.
    let world = world.with_provider(moved);
    let update =
        world.run(&scenarios::program_with_reader(2), Kind::Up, UpdateOptions::default()).await.unwrap();
    assert_eq!(actions(&update.plan), ["~ a"]);
    let report = report(&update);
    assert!(
        matches!(&report.failures[..], [failure] if failure.urn.name() == "b"
            && matches!(&failure.cause, FailureCause::Diverged { path } if path == "server")),
        "{:?}",
        report.failures
    );
    assert_eq!(world.cloud.objects()["T/b"].get("server"), Some(&Value::from("https://one")));
    let update =
        world.run(&scenarios::program_with_reader(2), Kind::Up, UpdateOptions::default()).await.unwrap();
    assert_eq!(actions(&update.plan), ["~ b"]);
    assert!(scenarios::report(&update).is_complete());
    assert_eq!(world.cloud.objects()["T/b"].get("server"), Some(&Value::from("https://two")));
}

/// A provider out of order: the calls for one resource panic after the work is done, and reading many says nothing.
struct Panics(MemoryCloud);

#[async_trait]
impl Provider for Panics {
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
    fn diff(&self, kind: &str, old: &Existing<'_>, new: &Value) -> Vec<Change> {
        self.0.diff(kind, old, new)
    }
    fn drift(&self, kind: &str, old: &Existing<'_>, observed: &Value) -> Vec<Change> {
        self.0.drift(kind, old, observed)
    }
    async fn create(&self, request: Request<'_>) -> Result<Object, ProviderError> {
        let object = self.0.create(request).await?;
        assert_ne!(object.id, "T/a", "planted");
        Ok(object)
    }
    async fn read(&self, target: Target<'_>) -> Result<Option<Value>, ProviderError> {
        self.0.read(target).await
    }
    async fn read_many(&self, _: &[Known<'_>], _: usize) -> Vec<Result<Option<Value>, ProviderError>> {
        Vec::new()
    }
    async fn update(&self, request: Request<'_>, old: &Existing<'_>) -> Result<Object, ProviderError> {
        self.0.update(request, old).await
    }
    async fn delete(&self, target: Target<'_>, timeout: Duration) -> Result<(), ProviderError> {
        self.0.delete(target, timeout).await
    }
}

#[tokio::test]
async fn a_panic_of_a_provider_is_the_failure_of_one_operation_and_what_it_made_is_adopted() {
    let world = World::default();
    let cloud = world.cloud.clone();
    let world = world.with_provider(Panics(cloud.clone()));
    let program = [item("a"), item("b")];
    let update = world.up(&program).await.unwrap();
    let causes: Vec<&FailureCause> = report(&update).failures.iter().map(|failure| &failure.cause).collect();
    assert!(matches!(causes[..], [FailureCause::Panic]), "{causes:?}");
    assert_eq!(world.ids(), ["T/a", "T/b"]);
    let world = world.with_provider(cloud);
    assert!(report(&world.up(&program).await.unwrap()).is_complete());
    let creates = world.writes().into_iter().filter(|call| call.starts_with('+')).count();
    assert_eq!(creates, 2);
    assert!(!world.preview(&program).await.unwrap().has_changes());
}

#[tokio::test]
async fn a_provider_that_says_nothing_of_a_resource_has_not_said_that_it_is_gone() {
    let world = World::default();
    let program = [item("b")];
    world.up(&program).await.unwrap();
    let cloud = world.cloud.clone();
    let world = world.with_provider(Panics(cloud.clone()));
    let error = world.up_refreshed(&program).await.unwrap_err().to_string();
    assert!(error.contains("did not say what became of it"), "{error}");
    let world = world.with_provider(cloud);
    assert!(!world.preview(&program).await.unwrap().has_changes());
}

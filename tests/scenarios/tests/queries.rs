//! Looking up what a program does not manage, on a cloud in memory.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use atp_iac::codec::{Codec, Structure};
use atp_iac::engine::{Deployment, Kind, UpdateOptions};
use atp_iac::output::{Expression, NothingKnown, Secret};
use atp_iac::plan::{OperationKind, Plan};
use atp_iac::program::Location;
use atp_iac::resource::Declared;
use atp_iac::testing::{CallKind, MemoryCloud};
use atp_iac::{Context, Input, IntoInput, Options, Output, Query, Result, Value};
use scenarios::{World, actions, report, stack_name};
use std::borrow::Cow;
use std::collections::BTreeMap;

const KEYS: &str = "T/keys/action";

/// Looks up a thing by id, or asks for its keys.
#[derive(Default, Clone)]
struct Look {
    id: Input<String>,
    kind: &'static str,
}

impl Structure for Look {
    fn visit(&mut self, codec: &mut Codec<'_>) {
        codec.property("id", &mut self.id);
    }
}

impl Query for Look {
    const PROVIDER: &'static str = "test";
    type Handle = Declared;
    fn kind(&self) -> Cow<'static, str> {
        self.kind.into()
    }
    fn handle(declared: Declared) -> Declared {
        declared
    }
}

fn thing(id: impl IntoInput<String>) -> Look {
    Look { id: id.into_input(), kind: "T/read" }
}

fn keys(id: impl IntoInput<String>) -> Look {
    Look { id: id.into_input(), kind: KEYS }
}

type Properties<'a> = &'a [(&'a str, Expression)];

fn add(cx: &mut Context, name: &str, properties: Properties<'_>) -> Result<Declared> {
    let mut inputs: BTreeMap<String, Expression> =
        properties.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    inputs.insert("name".into(), Value::from(name).into());
    let location = Location { file: "program.rs", line: 1 };
    cx.register("T", "test", name, Expression::Map(inputs), Options::new(), location)
}

fn program(run: impl Fn(&mut Context) -> Result<()> + Send + Sync + 'static) -> Deployment {
    Deployment::of_function(stack_name(), move |cx| run(cx).map(|()| BTreeMap::new()))
}

fn world() -> World {
    let key = Value::from([("value", "hunter2".into())]);
    let keys = Value::from([("keys", Value::List(vec![key]))]).into_secret();
    World::new(MemoryCloud::new("test").replacing("fixed").with_answer(KEYS, keys))
}

async fn preview(world: &World, program: &Deployment) -> Plan {
    world.engine.preview(program, Kind::Up, &UpdateOptions::default()).await.unwrap().plan
}

async fn up(world: &World, program: &Deployment) -> atp_iac::engine::Update {
    world.run(program, Kind::Up, UpdateOptions::default()).await.unwrap()
}

fn calls(world: &World) -> Vec<String> {
    let calls = world.cloud.calls();
    calls.iter().map(|call| format!("{:?} {}", call.kind, call.id.trim_start_matches("T/"))).collect()
}

/// A resource that has the key of another one, which the same program makes.
fn with_key(size: i64) -> Deployment {
    Deployment::of_function(stack_name(), move |cx| {
        let account = add(cx, "account", &[("size", Value::from(size).into())])?;
        let keys = cx.read("keys", keys(account.output::<String>("id")))?;
        let key: Expression = keys.output::<Secret<String>>("keys/0/value").into();
        add(cx, "app", &[("key", key.clone())])?;
        Ok(BTreeMap::from([("key".to_owned(), key)]))
    })
}

#[tokio::test]
async fn what_is_there_is_read_before_the_plan_and_never_managed() {
    let world = world();
    world.cloud.put("T/old", Value::from([("id", "T/old".into()), ("uri", "https://old".into())]));
    let program = Deployment::of_function(stack_name(), |cx| {
        let old = cx.read("old", thing("T/old"))?;
        add(cx, "app", &[("uri", old.output::<String>("uri").into())])?;
        Ok(BTreeMap::from([("uri".to_owned(), old.output::<String>("uri").into())]))
    });
    let plan = preview(&world, &program).await;
    assert_eq!(actions(&plan), ["+ app"]);
    assert_eq!(plan.operations[0].inputs.get("uri"), Some(&"https://old".into()));
    let update = up(&world, &program).await;
    assert!(report(&update).is_complete());
    assert_eq!(update.outputs["uri"], "https://old".into());
    assert!(!preview(&world, &program).await.has_changes());
    let state = world.engine.state(&stack_name()).await.unwrap().unwrap();
    let known: Vec<&str> = state.resources().map(|resource| resource.urn.name()).collect();
    assert_eq!(known, ["app"]);
    assert!(state.resources().all(|resource| resource.dependencies.is_empty()));
    world.run(&program, Kind::Destroy, UpdateOptions::default()).await.unwrap();
    assert_eq!(world.ids(), ["T/old"]);
}

#[tokio::test]
async fn what_changes_outside_changes_what_uses_it() {
    let world = world();
    let put = |uri: &str| world.cloud.put("T/old", Value::from([("uri", uri.into())]));
    let program = program(|cx| {
        let old = cx.read("old", thing("T/old"))?;
        add(cx, "app", &[("uri", old.output::<String>("uri").into())]).map(drop)
    });
    put("a");
    up(&world, &program).await;
    put("b");
    assert_eq!(actions(&preview(&world, &program).await), ["~ app"]);
}

#[tokio::test]
async fn what_is_not_there_stops_the_plan_and_every_one_is_named_with_its_place() {
    let world = world();
    let program = program(|cx| {
        cx.read("one", thing("T/one"))?;
        cx.read("two", thing("T/two"))?;
        Ok(())
    });
    let error = world.engine.preview(&program, Kind::Up, &UpdateOptions::default()).await.unwrap_err();
    let text = error.to_string();
    for name in ["one", "two"] {
        assert!(text.contains(&format!("`{name}` (T/read) at ")), "{text}");
        assert!(text.contains(&format!("`T/{name}` is not there")), "{text}");
    }
    assert!(text.contains("queries.rs:") && text.contains("way out: create it first"), "{text}");
}

#[tokio::test]
async fn a_query_about_what_is_made_in_the_same_run_is_asked_behind_it() {
    let world = world();
    let plan = preview(&world, &with_key(1)).await;
    assert_eq!(actions(&plan), ["+ account", "< keys", "+ app"]);
    assert!(plan.operations[2].inputs.get("key").unwrap().has_unknown());
    assert!(calls(&world).is_empty(), "a plan asks nothing that is not there yet");
    let update = up(&world, &with_key(1)).await;
    assert!(report(&update).is_complete());
    assert_eq!((report(&update).done.create, report(&update).done.read), (2, 1));
    assert_eq!(calls(&world), ["Create account", "Query account", "Create app"]);
    assert_eq!(world.cloud.objects()["T/app"].get("key"), Some(&Value::from("hunter2").into_secret()));
    assert_eq!(update.outputs["key"], Value::from("hunter2").into_secret());
    assert!(!format!("{update:?}").contains("hunter2"));
    let plan = preview(&world, &with_key(1)).await;
    assert!(!plan.has_changes() && plan.answers.len() == 1 && plan.steps.steps.is_empty(), "{plan:?}");
}

#[tokio::test]
async fn what_uses_an_answer_is_deleted_before_what_was_asked() {
    let world = world();
    up(&world, &with_key(1)).await;
    world.run(&with_key(1), Kind::Destroy, UpdateOptions::default()).await.unwrap();
    assert_eq!(calls(&world)[3..], ["Delete app", "Delete account"]);
}

#[tokio::test]
async fn an_update_in_place_of_what_is_asked_changes_nothing_else() {
    let world = world();
    up(&world, &with_key(1)).await;
    assert_eq!(actions(&preview(&world, &with_key(2)).await), ["~ account"]);
    assert!(report(&up(&world, &with_key(2)).await).is_complete());
}

#[tokio::test]
async fn what_was_not_finished_is_asked_about_when_it_is() {
    let world = world();
    up(&world, &with_key(1)).await;
    let mut error = atp_iac::provider::ProviderError::new(
        atp_iac::provider::ProviderErrorKind::Refused,
        "Planted",
        "half of it",
    );
    let outputs = world.cloud.objects()["T/account"].clone();
    error.left = Some(Box::new(atp_iac::provider::Object { id: "T/account".into(), outputs }));
    world.cloud.fail_next(CallKind::Update, "account", error);
    assert_eq!(report(&up(&world, &with_key(2)).await).failures.len(), 1);
    assert_eq!(actions(&preview(&world, &with_key(2)).await), ["~ account", "< keys", "~ app"]);
    assert!(report(&up(&world, &with_key(2)).await).is_complete());
    assert_eq!(calls(&world)[5..], ["Update account", "Query account", "Update app"]);
}

#[tokio::test]
async fn a_query_that_fails_during_the_apply_fails_there_and_skips_what_uses_it() {
    let world = world();
    let missing = program(|cx| {
        let first = add(cx, "first", &[])?;
        let ghost = cx.read("ghost", thing(first.output::<String>("id").map(|id| format!("{id}-ghost"))))?;
        add(cx, "app", &[("uri", ghost.output::<Option<String>>("uri").into())])?;
        add(cx, "other", &[]).map(drop)
    });
    let update = up(&world, &missing).await;
    let report = report(&update);
    assert_eq!((report.failures.len(), report.skipped, report.done.create), (1, 1, 2));
    assert_eq!(report.failures[0].cause.to_string(), "NotThere: `T/first-ghost` is not there");
    assert!(report.failures[0].location.is_some());
    world.cloud.put("T/first-ghost", Value::from([("uri", "u".into())]));
    assert_eq!(actions(&preview(&world, &missing).await), ["+ app"]);
}

#[tokio::test]
async fn a_query_may_use_the_answer_of_another_one_and_wait_for_what_it_does_not_use() {
    let world = world();
    world.cloud.put("T/a", Value::from([("next", "T/b".into())]));
    world.cloud.put("T/b", Value::from([("uri", "u".into())]));
    let chain = |waits: bool| {
        program(move |cx| {
            let other = add(cx, "other", &[])?;
            let a = cx.read("a", thing("T/a"))?;
            let options = if waits { Options::new().depends_on(&other) } else { Options::new() };
            let b = cx.read_with("b", options, thing(a.output::<String>("next")))?;
            add(cx, "app", &[("uri", b.output::<String>("uri").into())]).map(drop)
        })
    };
    assert_eq!(actions(&preview(&world, &chain(true)).await), ["+ other", "< b", "+ app"]);
    let plan = preview(&world, &chain(false)).await;
    assert_eq!((actions(&plan), plan.answers.len()), (vec!["+ other".to_owned(), "+ app".to_owned()], 2));
    assert!(report(&up(&world, &chain(true)).await).is_complete());
    let plan = preview(&world, &chain(true)).await;
    assert!(!plan.has_changes());
    assert!(plan.operations.iter().all(|operation| operation.action == OperationKind::Same));
    let state = world.engine.state(&stack_name()).await.unwrap().unwrap();
    let app = state.resources().find(|resource| resource.urn.name() == "app").unwrap();
    assert_eq!(app.dependencies, [scenarios::urn("other")]);
}

#[tokio::test]
async fn a_query_that_is_refused_stops_the_plan_with_what_the_cloud_said() {
    let world = world();
    let error = atp_iac::provider::ProviderError::new(
        atp_iac::provider::ProviderErrorKind::Unauthorized,
        "Forbidden",
        "not for you",
    );
    world.cloud.fail_next(CallKind::Query, "T/a", error);
    let program = program(|cx| cx.read("a", thing("T/a")).map(drop));
    let error = world.engine.preview(&program, Kind::Up, &UpdateOptions::default()).await.unwrap_err();
    assert!(error.to_string().contains("cannot be read: Forbidden: not for you"), "{error}");
}

#[test]
fn a_program_that_is_only_declared_has_its_queries_apart_and_their_outputs_unknown() {
    let mut cx = Context::new(stack_name(), Default::default());
    let read = cx.read("old", thing("T/old")).unwrap();
    add(&mut cx, "old", &[]).unwrap();
    assert!(cx.read("old", thing("T/old")).unwrap_err().to_string().contains("declared twice"));
    let uri: Output<String> = read.output("uri");
    assert_eq!(uri.resolve(&NothingKnown).unwrap().value, None);
    let registrations = cx.into_registrations();
    assert_eq!(registrations.iter().map(|r| r.is_query).collect::<Vec<_>>(), [true, false]);
    assert_eq!(registrations[0].urn.resource_type(), "T/read");
}

//! Hooks and saved plans.

use atp_iac::apply::{FailureCause, Interrupt, Report};
use atp_iac::engine::{Decision, Deployment, EngineError, How, Kind, Moved, UpdateOptions};
use atp_iac::ports::Clock;
use atp_iac::provider::{ProviderError, ProviderErrorKind};
use atp_iac::resource::{Hook, HookCall, HookMoment, OnError, Retry};
use atp_iac::testing::CallKind;
use atp_iac::{Options, Value};
use scenarios::{Item, World, actions, item, report, urn};
use std::sync::{Arc, Mutex};
use std::time::Duration;

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

const ALL: [HookMoment; 6] = [
    HookMoment::BeforeCreate,
    HookMoment::AfterCreate,
    HookMoment::BeforeUpdate,
    HookMoment::AfterUpdate,
    HookMoment::BeforeDelete,
    HookMoment::AfterDelete,
];

/// What a hook was told, as `after the create T/a`.
type Heard = Arc<Mutex<Vec<String>>>;

/// A hook for all moments that writes down what it is told, and fails at one.
fn hook(heard: &Heard, fails: Option<HookMoment>) -> Hook {
    let heard = heard.clone();
    Hook::new("watch", ALL, move |HookCall { moment, id, outputs, .. }| {
        let id = id.unwrap_or_default();
        heard.lock().unwrap().push(format!("{moment} {id}{}", if outputs.is_some() { " there" } else { "" }));
        async move { if fails == Some(moment) { Err("planted".to_owned()) } else { Ok(()) } }
    })
}

fn hooked(name: &str, hook: Hook) -> Item {
    item(name).options(move |options| options.hook(hook.clone()))
}

fn refused(code: &str) -> ProviderError {
    ProviderError::new(ProviderErrorKind::Refused, code, "planted")
}

fn causes(report: &Report) -> Vec<&FailureCause> {
    report.failures.iter().map(|failure| &failure.cause).collect()
}

#[tokio::test]
async fn engine_119_a_hook_that_fails_before_the_call_stops_it() {
    let (world, heard) = (World::default(), Heard::default());
    let fails = |moment| hooked("a", hook(&heard, Some(moment)));
    let update =
        world.up(&[fails(HookMoment::BeforeCreate), item("b").link("to", "a"), item("c")]).await.unwrap();
    assert!(matches!(
        causes(report(&update))[..],
        [FailureCause::Hook { moment: HookMoment::BeforeCreate, .. }]
    ));
    assert_eq!((report(&update).skipped, world.ids()), (1, vec!["T/c".to_owned()]));
    world.up(&[hooked("a", hook(&heard, None))]).await.unwrap();
    world.up(&[fails(HookMoment::BeforeUpdate).with("size", 1i64)]).await.unwrap();
    assert_eq!(world.cloud.objects()["T/a"].get("size"), None);
    world.up(&[fails(HookMoment::BeforeDelete).named("a2")]).await.unwrap();
    assert_eq!(world.ids(), ["T/a", "T/a2"], "the old one waits for the next run");
    assert!(world.engine.state(&scenarios::stack_name()).await.unwrap().unwrap().pending().next().is_none());
}

#[tokio::test]
async fn engine_119_after_a_hook_that_fails_the_resource_is_in_the_state_and_the_run_fails() {
    let (world, heard) = (World::default(), Heard::default());
    let program =
        [hooked("a", hook(&heard, Some(HookMoment::AfterCreate))), item("b").link("to", "a"), item("c")];
    let update = world.up(&program).await.unwrap();
    assert!(matches!(
        causes(report(&update))[..],
        [FailureCause::Hook { moment: HookMoment::AfterCreate, .. }]
    ));
    let state = world.engine.state(&scenarios::stack_name()).await.unwrap().unwrap();
    assert!(state.get(&urn("a")).is_some_and(|a| !a.incomplete) && state.get(&urn("b")).is_none());
    assert!(state.get(&urn("c")).is_some(), "what does not depend on it goes on");
    assert_eq!(actions(&world.preview(&program).await.unwrap()), ["+ b"]);
}

#[tokio::test]
async fn hooks_run_around_every_call_and_a_replacement_creates_and_deletes() {
    let (world, heard) = (World::default(), Heard::default());
    let program = |size: i64, name: &str| [hooked("a", hook(&heard, None)).with("size", size).named(name)];
    for (size, name) in [(1, "a"), (2, "a"), (2, "a2")] {
        assert!(report(&world.up(&program(size, name)).await.unwrap()).is_complete());
    }
    let expected = [
        "before the create T/a",
        "after the create T/a there",
        "before the update T/a there",
        "after the update T/a there",
        "before the create T/a2",
        "after the create T/a2 there",
        "before the delete T/a there",
        "after the delete T/a",
    ];
    assert_eq!(*heard.lock().unwrap(), expected);
}

#[tokio::test]
async fn a_hook_that_panics_is_an_error_of_one_operation() {
    let world = World::default();
    let panics = Hook::new("watch", ALL, |call: HookCall| async move {
        assert!(call.id.is_none(), "planted");
        Ok(())
    });
    let update = world.up(&[hooked("a", panics), item("b")]).await.unwrap();
    assert!(matches!(causes(report(&update))[..], [FailureCause::Hook { .. }]));
    assert_eq!(world.ids(), ["T/b"]);
}

/// The program gives the hook, and declares nothing.
fn without(hook: Hook) -> Deployment {
    Deployment::of_function(scenarios::stack_name(), move |cx| {
        cx.delete_hook(hook.clone());
        Ok(Default::default())
    })
}

#[tokio::test]
async fn what_left_the_program_is_deleted_with_its_hooks_or_not_at_all() {
    let (world, heard) = (World::default(), Heard::default());
    world.up(&[hooked("a", hook(&heard, None))]).await.unwrap();
    let plan = world.preview(&[]).await.unwrap();
    assert!(plan.refusals[0].message.contains("without its hooks `watch`"), "{:?}", plan.refusals);
    assert!(matches!(world.up(&[]).await, Err(EngineError::Refused(_))));
    heard.lock().unwrap().clear();
    assert!(report(&world.deploy(&without(hook(&heard, None))).await.unwrap()).is_complete());
    assert_eq!(*heard.lock().unwrap(), ["before the delete T/a there", "after the delete T/a"]);
    assert!(world.ids().is_empty());
}

#[tokio::test]
async fn engine_121_a_destroy_without_the_program_is_refused_when_there_are_hooks_around_deletes() {
    let (world, heard) = (World::default(), Heard::default());
    world.up(&[hooked("a", hook(&heard, None)), item("b")]).await.unwrap();
    assert!(matches!(world.destroy().await, Err(EngineError::Refused(_))));
    assert_eq!(world.ids(), ["T/a", "T/b"]);
    world.up(&[item("a"), item("b")]).await.unwrap();
    world.destroy().await.unwrap();
    assert!(world.ids().is_empty());
}

#[tokio::test]
async fn engine_121_a_destroy_that_runs_the_program_runs_the_hooks_around_deletes() {
    let (world, heard) = (World::default(), Heard::default());
    let program = [hooked("a", hook(&heard, None)), item("b")];
    world.up(&program).await.unwrap();
    heard.lock().unwrap().clear();
    let options = UpdateOptions { run_program: true, ..UpdateOptions::default() };
    let update = world.run(&scenarios::program(&program), Kind::Destroy, options).await.unwrap();
    assert!(report(&update).is_complete());
    assert_eq!(*heard.lock().unwrap(), ["before the delete T/a there", "after the delete T/a"]);
    assert!(world.ids().is_empty() && world.known().await.is_empty());
}

fn trying(decide: impl Fn(&HookCall, &ProviderError, u32) -> Retry + Send + Sync + 'static) -> Options {
    Options::new().on_error(OnError::new(decide))
}

#[tokio::test]
async fn engine_122_a_call_is_tried_again_a_hundred_times_and_then_fails_with_a_warning() {
    let world = World::default();
    (0..200).for_each(|_| world.cloud.fail_next(CallKind::Create, "T/a", refused("Busy")));
    let again = |_: &HookCall, _: &ProviderError, _| Retry::After(Duration::from_secs(30));
    let begun = world.clock.now();
    let update = world.up(&[item("a").options(|_| trying(again))]).await.unwrap();
    let failure = &causes(report(&update))[0];
    assert!(matches!(failure, FailureCause::Exhausted { retries: 100, .. }), "{failure:?}");
    assert!(failure.to_string().contains("it was tried again 100 times, which is the most"), "{failure}");
    assert_eq!(world.cloud.calls().len(), 101);
    assert_eq!((world.clock.now() - begun).whole_seconds(), 3000);
}

#[tokio::test]
async fn engine_122_creates_updates_and_deletes_are_tried_again_until_they_succeed() {
    let world = World::default();
    let program = |name: &str, size: i64| {
        let decide = |call: &HookCall, error: &ProviderError, failures| {
            assert!(!call.moment.is_after());
            match error.code.as_str() {
                "Busy" if failures < 3 => Retry::After(Duration::from_millis(1)),
                _ => Retry::Fail,
            }
        };
        [item("a").named(name).with("size", size).options(|_| trying(decide))]
    };
    for (kind, name, size) in
        [(CallKind::Create, "a", 1), (CallKind::Update, "a", 2), (CallKind::Delete, "a2", 2)]
    {
        (0..2).for_each(|_| world.cloud.fail_next(kind, "T/a", refused("Busy")));
        assert!(report(&world.up(&program(name, size)).await.unwrap()).is_complete(), "{kind:?}");
    }
    assert_eq!(world.ids(), ["T/a2"]);
    world.cloud.fail_next(CallKind::Update, "T/a2", refused("Fatal"));
    let update = world.up(&program("a2", 3)).await.unwrap();
    assert!(matches!(causes(report(&update))[..], [FailureCause::Provider(error)] if error.code == "Fatal"));
}

#[tokio::test]
async fn an_interrupt_ends_the_pause_before_a_call_is_tried_again() {
    let world = World::default();
    world.cloud.fail_next(CallKind::Create, "T/a", refused("Busy"));
    let interrupt = Interrupt::default();
    let raise = interrupt.clone();
    let again = move |_: &HookCall, _: &ProviderError, _| {
        raise.raise();
        Retry::After(Duration::from_secs(3600))
    };
    let program = scenarios::program(&[item("a").options(|_| trying(again))]);
    let mut decide = |_: &_, _: &[_]| Decision::Apply;
    let begun = world.clock.now();
    let options = UpdateOptions::default();
    let update = world
        .engine
        .update(&program, Kind::Up, &options, &mut decide, &mut |_| {}, &interrupt)
        .await
        .unwrap();
    assert!(matches!(causes(report(&update))[..], [FailureCause::Provider(error)] if error.code == "Busy"));
    assert_eq!(world.clock.now(), begun);
}

/// Contradicts the design: what stands against a plan is found before it is carried out, so that nothing has to be taken back.
#[tokio::test]
async fn engine_124_what_must_not_be_is_refused_before_anything_is_made() {
    let world = World::default();
    world.up(&[item("a").protected()]).await.unwrap();
    let error = world.up(&[item("b")]).await.unwrap_err();
    assert!(error.is_refused() && error.to_string().contains("`a` is protected"), "{error}");
    assert_eq!((world.writes(), world.ids()), (vec!["+a".to_owned()], vec!["T/a".to_owned()]));
}

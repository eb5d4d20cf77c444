//! What is written, when, and what stands against losing it.

use atp_iac::Value;
use atp_iac::apply::{Event, FailureCause, Interrupt};
use atp_iac::engine::{Decision, EngineError, Kind, Merging, UpdateOptions};
use atp_iac::plan::Plan;
use atp_iac::ports::{Clock, ManualClock};
use atp_iac::provider::{ProviderError, ProviderErrorKind};
use atp_iac::state::{Holder, LocalStore, MemoryRecovery, MemoryStore, RecoveryFiles, StateStore, Wait};
use atp_iac::testing::{CallKind, MemoryCloud};
use atp_iac::{Options, StackName};
use futures::FutureExt;
use scenarios::awkward::Kink;
use scenarios::mortal::{Life, Moment};
use scenarios::{Item, World, actions, item, program, report, stack_name};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

fn refused(code: &str) -> ProviderError {
    ProviderError::new(ProviderErrorKind::Refused, code, "planted")
}

fn items() -> [Item; 2] {
    [item("a"), item("b").link("to", "a")]
}

fn local(folder: &Path) -> Arc<LocalStore> {
    Arc::new(LocalStore::new(folder, Arc::new(ManualClock::default())))
}

/// One run of a process with this life, and the names of what it was told is done. Whatever the process left in its
/// runtime goes with it.
fn run(world: &World, folder: &Path, life: &Life) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store = life.store(folder, Arc::new(ManualClock::default()));
    let process = world.again(Arc::new(store), life.cloud(world.cloud.clone()));
    let mut done = Vec::new();
    let mut observe = |event: Event<'_>| {
        if let Event::Finished { operation, .. } = event {
            done.push(operation.urn.name().to_owned());
        }
    };
    let mut decide = |_: &Plan, _: &[_]| Decision::Apply;
    let (what, options, interrupt) = (program(&items()), UpdateOptions::default(), Interrupt::default());
    let update = process.engine.update(&what, Kind::Up, &options, &mut decide, &mut observe, &interrupt);
    drop(runtime.block_on(life.live(update)));
    done
}

/// Cuts a run off at every point and moment, and looks at what is there then.
fn at_all_points(look: impl AsyncFn(&World, Vec<String>, &Life)) {
    let count = |folder: &Path| {
        let life = Life::whole();
        run(&World::default(), folder, &life);
        life.points()
    };
    let points = count(tempfile::tempdir().unwrap().path());
    assert!(points > 10, "{points}");
    for point in 0..points {
        for moment in [Moment::Before, Moment::Middle, Moment::After] {
            let folder = tempfile::tempdir().unwrap();
            let store = Life::whole().store(folder.path(), Arc::new(ManualClock::default()));
            let world = World::with_store(MemoryCloud::new("test"), Arc::new(store));
            let life = Life::ending(point, moment);
            let done = run(&world, folder.path(), &life);
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(look(&world, done, &life));
        }
    }
}

#[test]
fn state_001_killed_at_any_write_the_state_reads_and_has_all_that_was_acknowledged() {
    at_all_points(async |world, done, life| {
        let state = world
            .engine
            .state(&stack_name())
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", life.last()));
        let known: Vec<String> = (state.iter().flat_map(|state| state.resources()))
            .map(|resource| resource.urn.name().to_owned())
            .collect();
        assert!(done.iter().all(|name| known.contains(name)), "{}: {known:?} of {done:?}", life.last());
    });
}

#[test]
fn state_002_killed_between_a_call_and_its_record_nothing_is_made_twice() {
    at_all_points(async |world, _, life| {
        let update = world.up(&items()).await.unwrap_or_else(|error| panic!("{}: {error}", life.last()));
        assert!(report(&update).is_complete(), "{}: {:?}", life.last(), report(&update).failures);
        assert_eq!(world.ids(), ["T/a", "T/b"], "{}", life.last());
        let creates = world.cloud.calls().iter().filter(|call| call.kind == CallKind::Create).count();
        assert!(creates <= 2, "{}: something was made twice", life.last());
    });
}

#[tokio::test]
async fn state_004_damage_is_no_lock_and_nobody_is_told_to_do_without_locks() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_store(MemoryCloud::new("test"), local(folder.path()));
    world.up(&[item("a")]).await.unwrap();
    let StackName { environment, region, stack } = stack_name();
    let files = folder.path().join("state").join(environment).join(region).join(stack);
    let mut damaged = 0;
    for file in
        std::fs::read_dir(files).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file())
    {
        let bytes = std::fs::read(&file).unwrap();
        if bytes.starts_with(b"{\"format\":\"atp-iac state\"") {
            std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
            damaged += 1;
        }
    }
    assert!(damaged > 0);
    let error = world.up(&[item("a")]).await.unwrap_err();
    assert!(!error.is_locked() && !error.to_string().contains("lock"), "{error}");
    assert!(error.to_string().contains("is cut off"), "{error}");
}

/// Where only the last snapshot cannot be written, there is no recovery file: the journal says the same.
#[tokio::test]
async fn state_005_when_the_final_write_fails_both_failures_are_told_and_nothing_is_lost() {
    let store = MemoryStore::new(Arc::new(ManualClock::default()));
    let world = World::with_store(MemoryCloud::new("test"), Arc::new(store.clone()));
    world.up(&[item("a")]).await.unwrap();
    world.cloud.fail_next(CallKind::Create, "T/c", refused("No"));
    store.fail_replace(store.counters().replaces + 1);
    let update = world.up(&[item("a"), item("b"), item("c")]).await.unwrap();
    let causes: Vec<&FailureCause> = report(&update).failures.iter().map(|failure| &failure.cause).collect();
    assert!(matches!(causes[..], [FailureCause::Provider(_), FailureCause::State(_)]), "{causes:?}");
    let next = world.up(&[item("a"), item("b"), item("c")]).await.unwrap();
    assert_eq!((actions(&next.plan), report(&next).is_complete()), (vec!["+ c".to_owned()], true));
}

/// What the store does not take any more goes into a recovery file; the lock is given back.
#[tokio::test]
async fn state_005_when_nothing_can_be_written_any_more_the_rest_is_in_a_recovery_file() {
    let store = MemoryStore::new(Arc::new(ManualClock::default()));
    let world = World::with_store(MemoryCloud::new("test"), Arc::new(store.clone()));
    let files = Arc::new(MemoryRecovery::default());
    let engine = world.engine.clone().with_recovery(files.clone());
    world.up(&[item("a")]).await.unwrap();
    store.fail_append(store.counters().appends + 3);
    store.fail_replace(store.counters().replaces + 1);
    let mut decide = |_: &Plan, _: &[_]| Decision::Apply;
    let (what, options, interrupt) = (program(&items()), UpdateOptions::default(), Interrupt::default());
    let update =
        engine.update(&what, Kind::Up, &options, &mut decide, &mut |_| {}, &interrupt).await.unwrap();
    let told: Vec<String> =
        report(&update).failures.iter().map(|failure| failure.cause.to_string()).collect();
    assert!(told[0].contains("cannot be written") && told[1].contains("`state recover`"), "{told:?}");
    assert_eq!(store.holder(&stack_name()).await.unwrap(), None);
    let path = files.list().unwrap().remove(0);
    engine.recover_from(&stack_name(), &path, &mut |_| true).await.unwrap();
    assert!(!world.preview(&items()).await.unwrap().has_changes());
    assert_eq!(world.ids(), ["T/a", "T/b"]);
}

/// The lock is taken from a holder while its call is under way; another one works, and sees nothing of it yet.
#[tokio::test]
async fn state_016_a_paused_holder_that_comes_back_is_refused_and_its_work_is_merged() {
    let store = MemoryStore::new(Arc::new(ManualClock::default()));
    let world = World::with_store(MemoryCloud::new("test"), Arc::new(store.clone()));
    let files = Arc::new(MemoryRecovery::default());
    let paused = world.engine.clone().with_recovery(files.clone());
    world.up(&[item("a")]).await.unwrap();
    let mut taken = |event: Event<'_>| {
        if matches!(event, Event::Started { .. }) {
            let taken = store.break_lock(&stack_name()).now_or_never();
            assert!(matches!(taken, Some(Ok(Some(_)))));
        }
    };
    let mut decide = |_: &Plan, _: &[_]| Decision::Apply;
    let (what, options, interrupt) = (program(&items()), UpdateOptions::default(), Interrupt::default());
    let update = paused.update(&what, Kind::Up, &options, &mut decide, &mut taken, &interrupt).await.unwrap();
    let told: Vec<String> =
        report(&update).failures.iter().map(|failure| failure.cause.to_string()).collect();
    assert!(told[0].contains("was taken over"), "{told:?}");
    // The other one looked before the call had its effect.
    let made = world.cloud.objects().get("T/b").cloned().unwrap();
    world.cloud.remove("T/b");
    let other = world.up(&[item("a").with("size", 2i64)]).await.unwrap();
    assert_eq!(other.recovered[0].finding, "it was not created");
    world.cloud.put("T/b", made);
    let path = files.list().unwrap().remove(0);
    for expected in [vec!["b"], Vec::new()] {
        let mut found = Vec::new();
        let mut decide = |merging: &Merging| {
            found = merging.found.iter().map(|one| one.urn.name().to_owned()).collect();
            true
        };
        let bytes = files.read(&path).unwrap().unwrap();
        paused.recover_from(&stack_name(), &path, &mut decide).await.unwrap();
        assert_eq!(found, expected);
        files.keep(path.to_str().unwrap(), &bytes).unwrap();
    }
    let last = [item("a").with("size", 2i64), item("b").link("to", "a")];
    assert!(!world.preview(&last).await.unwrap().has_changes());
    assert_eq!(world.ids(), ["T/a", "T/b"]);
}

#[tokio::test]
async fn state_007_after_an_interrupt_nothing_starts_and_what_ran_is_in_the_state() {
    let world = World::default();
    let chain = [item("a"), item("b").link("to", "a"), item("c").link("to", "b")];
    let update = interrupted_at_once(&world, &chain, 1).await;
    assert!(!report(&update).is_complete() && report(&update).failures.is_empty());
    let state = world.engine.state(&stack_name()).await.unwrap().unwrap();
    let known: Vec<&str> = state.resources().map(|resource| resource.id.as_str()).collect();
    assert_eq!((known, state.pending().count()), (vec!["T/a"], 0));
    assert_eq!(world.ids(), ["T/a"]);
    assert!(report(&world.up(&chain).await.unwrap()).is_complete());
}

/// Raises the interrupt as soon as a step begins.
async fn interrupted_at_once(world: &World, items: &[Item], times: usize) -> atp_iac::engine::Update {
    let interrupt = Interrupt::default();
    let mut observe = |event: Event<'_>| {
        if matches!(event, Event::Started { .. }) {
            (0..times).for_each(|_| interrupt.raise());
        }
    };
    let mut decide = |_: &Plan, _: &[_]| Decision::Apply;
    let (what, options) = (program(items), UpdateOptions::default());
    world.engine.update(&what, Kind::Up, &options, &mut decide, &mut observe, &interrupt).await.unwrap()
}

#[tokio::test]
async fn state_008_an_interrupted_run_returns_when_what_runs_has_returned() {
    let (world, cloud) = World::awkward();
    cloud.next(CallKind::Create, "T/a", Kink::Slow(Duration::from_secs(600)));
    let begun = world.clock.now();
    let update = interrupted_at_once(&world, &[item("a"), item("b").link("to", "a")], 1).await;
    assert_eq!((world.clock.now() - begun).whole_seconds(), 600);
    assert_eq!((report(&update).done.create, report(&update).not_started), (1, 1));
    assert_eq!(world.engine.state(&stack_name()).await.unwrap().unwrap().resources().count(), 1);
}

#[tokio::test]
async fn a_second_interrupt_waits_for_nothing_and_the_next_run_looks_what_became_of_it() {
    let (world, cloud) = World::awkward();
    cloud.next(CallKind::Create, "T/a", Kink::Slow(Duration::from_secs(600)));
    let begun = world.clock.now();
    let update = interrupted_at_once(&world, &[item("a")], 2).await;
    assert!((world.clock.now() - begun).whole_seconds() < 600);
    assert!(matches!(report(&update).failures[0].cause, FailureCause::Aborted));
    let next = world.up(&[item("a")]).await.unwrap();
    assert_eq!((next.recovered.len(), report(&next).is_complete()), (1, true));
}

#[tokio::test]
async fn state_010_an_interrupt_between_the_plan_and_its_approval_applies_nothing() {
    let world = World::default();
    let interrupt = Interrupt::default();
    let mut decide = |_: &Plan, _: &[_]| {
        interrupt.raise();
        Decision::Apply
    };
    let (what, options) = (program(&[item("a")]), UpdateOptions::default());
    let update = world.engine.update(&what, Kind::Up, &options, &mut decide, &mut |_| {}, &interrupt).await;
    assert_eq!(report(&update.unwrap()).not_started, 1);
    assert!(world.cloud.calls().is_empty());
    assert!(world.engine.state(&stack_name()).await.unwrap().is_none(), "nothing was written either");
}

#[tokio::test]
async fn an_interrupt_ends_the_wait_for_a_lock() {
    let world = World::default();
    let since = world.clock.now();
    let holder = Holder { who: "anna".into(), host: "t".into(), process: 1, operation: "up".into(), since };
    let lease = world.store.lock(&stack_name(), &holder, Wait::NONE).await.unwrap();
    let interrupt = Interrupt::default();
    let raise = interrupt.clone();
    let engine = world.engine.clone().with_lock_wait(Duration::from_secs(3600));
    let engine = engine.with_on_wait(move |_| raise.raise());
    let mut decide = |_: &Plan, _: &[_]| Decision::Apply;
    let (what, options) = (program(&[item("a")]), UpdateOptions::default());
    let waited = engine.update(&what, Kind::Up, &options, &mut decide, &mut |_| {}, &interrupt).await;
    assert!(matches!(waited, Err(EngineError::Interrupted)), "{waited:?}");
    assert!((world.clock.now() - since).whole_seconds() < 3600);
    world.store.unlock(&lease).await.unwrap();
}

/// There are no plugins: providers are compiled in, so a package cannot be exchanged for another. What the program names and
/// the binary does not have is refused before anything is called.
#[tokio::test]
async fn state_064_a_provider_that_the_binary_does_not_have_is_refused_by_name() {
    let world = World::default();
    let foreign = item("a").options(|options: Options| options.provider("stranger"));
    let error = world.up(&[item("b"), foreign]).await.unwrap_err().to_string();
    assert!(error.contains("`stranger`, which is not registered"), "{error}");
    assert!(world.cloud.calls().is_empty());
    assert_eq!(world.cloud.objects().get("T/b"), None::<&Value>);
}

//! How long calls may take.

use atp_iac::apply::FailureCause;
use atp_iac::ports::Clock;
use atp_iac::resource::Timeouts;
use atp_iac::testing::CallKind;
use scenarios::awkward::Kink;
use scenarios::{World, item, report, stack_name, urn};
use std::time::Duration;

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

//! What is durable when: an intent before its call, a result before what builds on it is begun, and both at once where
//! one follows the other.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use atp_iac::apply::{Event, Interrupt};
use atp_iac::engine::{Decision, Kind, UpdateOptions};
use atp_iac::ports::ManualClock;
use atp_iac::state::MemoryStore;
use atp_iac::testing::{CallKind, MemoryCloud};
use scenarios::{Item, World, item, program};
use std::sync::Arc;

const LENGTH: u64 = 6;

fn chain() -> Vec<Item> {
    let name = |number: u64| format!("n{number}");
    let link = |number: u64| match number {
        0 => item(&name(0)),
        _ => item(&name(number)).link("before", &name(number - 1)),
    };
    (0..LENGTH).map(link).collect()
}

fn world() -> (World, MemoryStore) {
    let store = MemoryStore::new(Arc::new(ManualClock::default()));
    (World::with_store(MemoryCloud::new("test"), Arc::new(store.clone())), store)
}

fn creates(world: &World) -> u64 {
    world.cloud.calls().iter().filter(|call| call.kind == CallKind::Create).count() as u64
}

#[tokio::test]
async fn a_result_and_the_intent_that_waited_for_it_are_one_write() {
    let (world, store) = world();
    assert!(world.up(&chain()).await.unwrap().report.unwrap().is_complete());
    // The beginning, the first intent, each result, the outputs, the end.
    assert_eq!(store.counters().appends, 2 + LENGTH + 2);
}

#[tokio::test]
async fn nothing_is_called_or_told_before_what_it_builds_on_is_durable() {
    for failing in 2..=2 + LENGTH {
        let (world, store) = world();
        store.fail_append(failing);
        let mut told = (0, 0);
        let mut observe = |event: Event<'_>| match event {
            Event::Started { .. } => told.0 += 1,
            Event::Finished { .. } => told.1 += 1,
            _ => {}
        };
        let (what, options, interrupt) = (program(&chain()), UpdateOptions::default(), Interrupt::default());
        let mut decide = |_: &_, _: &[_]| Decision::Apply;
        let update =
            world.engine.update(&what, Kind::Up, &options, &mut decide, &mut observe, &interrupt).await;
        let report = update.unwrap().report.unwrap();
        let begun = failing - 2;
        assert_eq!(
            (creates(&world), told),
            (begun, (begun, begun.saturating_sub(1))),
            "write {failing} fails"
        );
        assert!(!report.is_complete());
        assert_eq!(report.failures.len(), 1, "{:?}", report.failures);
        assert!(world.up(&chain()).await.unwrap().report.unwrap().is_complete());
        assert_eq!((creates(&world), world.ids().len() as u64), (LENGTH, LENGTH));
    }
}

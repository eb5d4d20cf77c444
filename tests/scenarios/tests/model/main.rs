//! The engine against a model of it: random programs, one after the other, with calls that fail, interruptions, and
//! changes by others. A naive interpreter says what a plan must do and what must be there afterwards; the store and the
//! log of the cloud say whether the way there was right.
//!
//! A failure prints the smallest case and the seed: `SEED=.. cargo test -p scenarios --test model` runs it again;
//! `CASES=5000` tries more.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod log;
mod programs;
mod reference;
mod watched;

use atp_iac::plan::Plan;
use atp_iac::ports::{Random, SystemRandom};
use atp_iac::provider::{ProviderError, ProviderErrorKind};
use atp_iac::testing::{CallKind, MemoryCloud};
use log::Log;
use programs::{Round, Trouble, rounds};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use reference::Reference;
use scenarios::{Item, World, actions, report};
use std::sync::Arc;
use watched::WatchedStore;

/// How many sequences of programs are tried.
const CASES: u32 = 160;

#[test]
fn the_engine_does_what_a_naive_interpreter_of_its_programs_would() {
    let read = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let mut bytes = [0; 8];
    SystemRandom.fill(&mut bytes).unwrap();
    let seed = read("SEED").unwrap_or(u64::from_le_bytes(bytes));
    println!("SEED={seed}");
    let cases = read("CASES").map_or(CASES, |cases| cases as u32);
    let config =
        Config { rng_seed: RngSeed::Fixed(seed), failure_persistence: None, cases, ..Config::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let tried = TestRunner::new(config).run(&rounds(), |rounds| {
        runtime.block_on(sequence(&rounds));
        Ok(())
    });
    tried.unwrap_or_else(|error| panic!("SEED={seed}: {error}"));
}

async fn sequence(rounds: &[Round]) {
    let cloud = MemoryCloud::new("test").replacing("fixed");
    let store = WatchedStore::new(cloud.clone());
    let world = World::with_store(cloud, Arc::new(store.clone()));
    let mut reference = Reference::default();
    for round in rounds {
        let items = round.items();
        trouble(&world, &round.trouble, &items, &mut reference).await;
        if round.abandoned {
            continue;
        }
        let plan = world.preview(&items).await.unwrap();
        let planned = sorted(actions(&plan));
        assert_eq!(planned, reference.actions(&items), "what is planned");
        let log = Log::begin(&world, &items).await;
        let update = world.up(&items).await.unwrap();
        assert!(report(&update).is_complete(), "{:#?}", report(&update).failures);
        log.check(&world, &plan);
        reference.apply(&items);
        assert_eq!(world.cloud.objects(), reference.objects(), "what is there");
        assert_eq!(store.problems(), Vec::<String>::new(), "what was written");
        assert_nothing_to_do(&world.preview(&items).await.unwrap());
    }
    destroyed(&world).await;
}

fn assert_nothing_to_do(plan: &Plan) {
    assert!(!plan.has_changes(), "the second plan has changes: {:?}", actions(plan));
}

/// What is written. Both ways to replace look the same.
fn sorted(actions: Vec<String>) -> Vec<String> {
    let either = |action: String| action.replace("+/-", "±").replace("-/+", "±");
    let writes = actions.into_iter().filter(|action| !action.starts_with('<'));
    let mut actions: Vec<String> = writes.map(either).collect();
    actions.sort();
    actions
}

async fn destroyed(world: &World) {
    let update = world.destroy().await.unwrap();
    assert!(report(&update).is_complete(), "{:#?}", report(&update).failures);
    assert_eq!(world.ids(), Vec::<String>::new(), "what is left");
    let state = world.engine.state(&scenarios::stack_name()).await.unwrap();
    assert!(state.is_none_or(|state| state.is_empty()));
}

/// What goes wrong before a round. The reference learns what is there now.
async fn trouble(world: &World, trouble: &Trouble, items: &[Item], reference: &mut Reference) {
    match trouble {
        Trouble::None => return,
        Trouble::Fails { call, name, lost } => {
            let kind = if *lost { ProviderErrorKind::Unreachable } else { ProviderErrorKind::Refused };
            let error = ProviderError::new(kind, "Planted", "planted");
            let call = [CallKind::Create, CallKind::Update, CallKind::Delete][*call];
            world.cloud.fail_next(call, &format!("r{name}"), error);
            world.up(items).await.unwrap();
            world.cloud.forget_faults();
        }
        Trouble::Interrupted { after } => drop(world.interrupted(items, *after).await.unwrap()),
        Trouble::DestroyedHalfWay { after } => {
            world.interrupted(items, *after).await.unwrap();
            destroyed(world).await;
        }
        Trouble::Deleted { name } => {
            world.cloud.remove(&format!("T/r{name}"));
            world.up_refreshed(items).await.unwrap();
        }
    }
    reference.learn(world).await;
}

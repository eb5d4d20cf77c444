//! Random programs with options, one after the other, on a cloud that deletes what is in something with it, and refuses
//! some calls. Whatever the options ask for, a run ends, the state says what is there, and the next plan is empty.
//!
//! A failure prints the smallest case and the seed: `SEED=.. cargo test -p scenarios --test options` runs it again;
//! `CASES=5000` tries more.

use atp_iac::ports::{Random, SystemRandom};
use atp_iac::provider::{Existing, Object, Problem, Provider, ProviderError, Request, Target};
use atp_iac::testing::{CallKind, MemoryCloud};
use atp_iac::{Options, Value, diff::Change};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use scenarios::{Item, World, actions, item, refused, report, urn};
use std::time::Duration;

/// How many sequences of programs are tried.
const CASES: u32 = 150;

/// How many resources a program has at most.
const SIZE: usize = 6;

/// One resource of a program; what it is bound to are numbers of others.
#[derive(Debug, Clone)]
struct Drawn {
    is_there: bool,
    name: u8,
    fixed: u8,
    size: u8,
    within: Option<usize>,
    bound_to: Option<usize>,
    uses: Option<usize>,
    waits_for: Option<usize>,
    replace_with: Option<usize>,
    trigger: Option<u8>,
    delete_first: Option<bool>,
    replace_on_size: bool,
    ignore_size: bool,
}

/// A program, and the calls that are refused while it is brought about for the first time.
#[derive(Debug, Clone)]
struct Round {
    drawn: Vec<Drawn>,
    refused: Vec<(bool, usize)>,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let other = || proptest::option::weighted(0.3, 0..SIZE);
    let scalars = (prop::bool::weighted(0.85), 0..2_u8, 0..2_u8, 0..3_u8);
    let others = (other(), other(), other(), other(), other());
    let flags = (any::<Option<bool>>(), prop::bool::weighted(0.2), prop::bool::weighted(0.2));
    let trigger = proptest::option::weighted(0.2, 0..2_u8);
    (scalars, others, flags, trigger).prop_map(|(scalars, others, flags, trigger)| Drawn {
        is_there: scalars.0,
        name: scalars.1,
        fixed: scalars.2,
        size: scalars.3,
        within: others.0,
        bound_to: others.1,
        uses: others.2,
        waits_for: others.3,
        replace_with: others.4,
        trigger,
        delete_first: flags.0,
        replace_on_size: flags.1,
        ignore_size: flags.2,
    })
}

fn rounds() -> impl Strategy<Value = (bool, Vec<Round>)> {
    let refused = vec((any::<bool>(), 0..SIZE), 0..3);
    let round = (vec(drawn(), SIZE), refused).prop_map(|(drawn, refused)| Round { drawn, refused });
    (any::<bool>(), vec(round, 1..5))
}

impl Round {
    fn items(&self) -> Vec<Item> {
        let there = |index: usize| self.drawn.get(index).is_some_and(|one| one.is_there);
        let mut items = Vec::new();
        for (index, one) in self.drawn.iter().enumerate().filter(|(_, one)| one.is_there) {
            let name = |index: usize| format!("r{index}");
            // What it depends on comes before it, so that there is no circle.
            let before =
                |other: Option<usize>| other.filter(|other| *other < index && there(*other)).map(name);
            let mut made = item(&name(index)).named(&format!("r{index}-{}", one.name));
            made = made.with("fixed", i64::from(one.fixed)).with("size", i64::from(one.size));
            let mut options = Options::new();
            if let Some(container) = before(one.within) {
                options = options.deleted_with(&urn(&container));
                made = made.link("in", &container);
            }
            if let Some(other) = before(one.bound_to) {
                made = made.link("bound", &other);
            }
            if let Some(other) = before(one.uses) {
                made = made.link("uses", &other);
            }
            if let Some(other) = before(one.waits_for) {
                made = made.after(&other);
            }
            if let Some(other) = one.replace_with.filter(|other| there(*other)) {
                options = options.replace_with(&urn(&name(other)));
            }
            if let Some(trigger) = one.trigger {
                options = options.replacement_trigger(i64::from(trigger));
            }
            if let Some(first) = one.delete_first {
                options = options.delete_before_replace(first);
            }
            if one.replace_on_size {
                options = options.replace_on_changes(["size"]);
            }
            if one.ignore_size {
                options = options.ignore_changes(["size"]);
            }
            items.push(made.options(|_| options));
        }
        items
    }
}

/// A cloud that deletes what is in something with it.
#[derive(Clone)]
struct Cascading(MemoryCloud);

impl Cascading {
    fn remove_within(&self, container: &str) {
        for (id, object) in self.0.objects() {
            if object.get("in").and_then(Value::as_str) == Some(container) {
                self.0.remove(&id);
                self.remove_within(&id);
            }
        }
    }
}

#[async_trait::async_trait]
impl Provider for Cascading {
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
        self.0.create(request).await
    }
    async fn read(&self, target: Target<'_>) -> Result<Option<Value>, ProviderError> {
        self.0.read(target).await
    }
    async fn update(&self, request: Request<'_>, old: &Existing<'_>) -> Result<Object, ProviderError> {
        self.0.update(request, old).await
    }
    async fn delete(&self, target: Target<'_>, timeout: Duration) -> Result<(), ProviderError> {
        self.0.delete(target, timeout).await?;
        self.remove_within(target.id);
        Ok(())
    }
}

async fn assert_state_is_true(world: &World, when: &str) {
    let Some(state) = world.engine.state(&scenarios::stack_name()).await.unwrap() else { return };
    let mut known: Vec<String> = state.resources().map(|one| one.id.clone()).collect();
    known.sort();
    assert_eq!(known, world.ids(), "what the state says {when}, and what is there");
}

async fn sequence(chooses_ids: bool, rounds: &[Round]) {
    let cloud = MemoryCloud::new("test").replacing("fixed").replacing("bound").replacing("in");
    let cloud = if chooses_ids { cloud.choosing_ids() } else { cloud };
    let world = World::new(cloud.clone()).with_provider(Cascading(cloud));
    for round in rounds {
        let items = round.items();
        for (deletes, index) in &round.refused {
            let kind = if *deletes { CallKind::Delete } else { CallKind::Create };
            world.cloud.fail_next(kind, &format!("T/r{index}"), refused());
        }
        world.up(&items).await.unwrap();
        world.cloud.forget_faults();
        assert_state_is_true(&world, "after calls were refused").await;
        world.clock.advance(Duration::from_secs(1));
        let update = world.up(&items).await.unwrap();
        assert!(report(&update).is_complete(), "{:#?}", report(&update).failures);
        assert_state_is_true(&world, "after all was done").await;
        let plan = world.preview(&items).await.unwrap();
        assert!(!plan.has_changes(), "the second plan has changes: {:?}", actions(&plan));
        world.clock.advance(Duration::from_secs(1));
    }
    assert!(report(&world.destroy().await.unwrap()).is_complete());
    assert_eq!(world.ids(), Vec::<String>::new());
}

#[test]
fn whatever_options_ask_for_a_run_ends_the_state_is_true_and_nothing_is_left_to_do() {
    let read = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let mut bytes = [0; 8];
    SystemRandom.fill(&mut bytes).unwrap();
    let seed = read("SEED").unwrap_or(u64::from_le_bytes(bytes));
    println!("SEED={seed}");
    let cases = read("CASES").map_or(CASES, |cases| cases as u32);
    let config =
        Config { rng_seed: RngSeed::Fixed(seed), failure_persistence: None, cases, ..Config::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let tried = TestRunner::new(config).run(&rounds(), |(chooses_ids, rounds)| {
        runtime.block_on(sequence(chooses_ids, &rounds));
        Ok(())
    });
    tried.unwrap_or_else(|error| panic!("SEED={seed}: {error}"));
}

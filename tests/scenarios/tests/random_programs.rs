//! Random programs, one after the other, on a cloud in memory, with calls that fail: what must hold of any.
//!
//! A failure prints the seed: `SEED=.. cargo test -p scenarios --test random_programs` runs that one alone.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use atp_iac::ports::{Random, SystemRandom};
use atp_iac::provider::{ProviderError, ProviderErrorKind};
use atp_iac::testing::{CallKind, MemoryCloud};
use scenarios::{Item, World, item, report};
use std::collections::{BTreeMap, BTreeSet};

/// How many sequences of programs are tried; `SEQUENCES=10000` tries more.
const SEQUENCES: u64 = 150;

struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

/// Up to eight resources out of ten names, with properties that force replacements, names that change, references and
/// queries in whatever direction the order of the program allows.
fn program(dice: &mut Dice) -> Vec<Item> {
    let mut names: Vec<u64> = (0..10).collect();
    for index in (1..names.len()).rev() {
        names.swap(index, dice.below(index as u64 + 1) as usize);
    }
    names.truncate(dice.below(9) as usize);
    let mut items: Vec<Item> = Vec::new();
    for name in names {
        let mut next = item(&format!("r{name}")).with("size", dice.below(3) as i64);
        if dice.one_in(3) {
            next = next.with("fixed", dice.below(2) as i64);
        }
        if dice.one_in(4) {
            next = next.named(&format!("r{name}-{}", dice.below(2)));
        }
        for other in &items {
            next = match dice.below(8) {
                0 => next.link(&format!("uses-{}", other.name), &other.name),
                1 if is_free(&next) => next.link("fixed", &other.name),
                4 if is_free(&next) => next.ask("fixed", &other.name),
                2 => next.after(&other.name),
                3 => next.ask(&format!("asks-{}", other.name), &other.name),
                _ => next,
            };
        }
        items.push(next);
    }
    items
}

/// Whether the property that forces replacements is not set.
fn is_free(item: &Item) -> bool {
    let set = [item.links.contains_key("fixed"), item.asks.contains_key("fixed")];
    !item.properties.contains_key("fixed") && set == [false; 2]
}

fn cloud_name(item: &Item) -> String {
    format!("T/{}", item.cloud_name.as_deref().unwrap_or(&item.name))
}

/// What must be in the cloud: the names, and for each the ids that it refers to.
fn expected(items: &[Item]) -> BTreeMap<String, BTreeSet<String>> {
    let ids: BTreeMap<&str, String> =
        items.iter().map(|item| (item.name.as_str(), cloud_name(item))).collect();
    let links = |item: &Item| {
        let others = item.links.values().chain(item.asks.values());
        others.map(|other| ids[other.as_str()].clone()).collect()
    };
    items.iter().map(|item| (cloud_name(item), links(item))).collect()
}

fn found(world: &World) -> BTreeMap<String, BTreeSet<String>> {
    let refers =
        |value: &atp_iac::Value| value.as_str().filter(|text| text.starts_with("T/")).map(str::to_owned);
    world
        .cloud
        .objects()
        .into_iter()
        .map(|(id, object)| {
            let map = object.as_map().cloned().unwrap_or_default();
            let links =
                map.iter().filter(|(key, _)| *key != "id").filter_map(|(_, value)| refers(value)).collect();
            (id, links)
        })
        .collect()
}

async fn sequence(seed: u64) {
    let mut dice = Dice(seed);
    let world = World::new(MemoryCloud::new("test").replacing("fixed"));
    for round in 0..4 {
        let items = program(&mut dice);
        let faulty = dice.one_in(2);
        if faulty {
            let kind = [CallKind::Create, CallKind::Update, CallKind::Delete][dice.below(3) as usize];
            let lost =
                if dice.one_in(2) { ProviderErrorKind::Unreachable } else { ProviderErrorKind::Refused };
            let name = format!("r{}", dice.below(10));
            world.cloud.fail_next(kind, &name, ProviderError::new(lost, "Planted", "planted"));
            world.up(&items).await.unwrap();
            world.cloud.forget_faults();
        }
        let context = format!("SEED={seed} round {round}: {items:#?}");
        let update = world.up(&items).await.unwrap();
        let report = report(&update);
        assert!(report.is_complete(), "{:#?}\n{context}", report.failures);
        assert_eq!(found(&world), expected(&items), "{context}");
        let plan = world.preview(&items).await.unwrap();
        assert!(!plan.has_changes(), "{:?}\n{context}", scenarios::actions(&plan));
    }
    world.destroy().await.unwrap();
    assert!(world.ids().is_empty(), "SEED={seed}: {:?}", world.ids());
}

#[tokio::test]
async fn any_program_after_any_other_ends_in_what_it_says_and_then_plans_to_nothing() {
    if let Ok(seed) = std::env::var("SEED") {
        return sequence(seed.parse().unwrap()).await;
    }
    let mut bytes = [0; 8];
    SystemRandom.fill(&mut bytes).unwrap();
    let first = u64::from_le_bytes(bytes) >> 1;
    println!("SEED={first} and those after it");
    let count = std::env::var("SEQUENCES").ok().and_then(|text| text.parse().ok()).unwrap_or(SEQUENCES);
    for seed in first..first + count {
        sequence(seed).await;
    }
}

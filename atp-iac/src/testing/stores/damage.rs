//! What every store must do when what it keeps was damaged: name it, and be mended.
//!
//! A bench that knows how to damage its store says so ([`Bench::with_damage`](super::Bench::with_damage)); a store that
//! nobody can damage, such as one in memory, has the other promises to keep.

#![allow(missing_docs, reason = "the names of the cases say what they ask for")]
#![allow(clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use super::Bench;
use super::sample::{holder, resource, saved, stack};
use crate::engine::Engine;
use crate::secrets::WrappedKey;
use crate::state::{Content, Parts, StateError, Wait, diagnose};
use async_trait::async_trait;
use std::time::Duration;

/// A part of what a store keeps of a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The snapshot.
    Snapshot,
    /// The first batch of the journal; there are two.
    Journal,
    /// What says who holds the lock.
    Lock,
}

/// What happened to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harm {
    /// It is gone.
    Removed,
    /// Its end is missing.
    CutOff,
    /// Something in it is not what was written.
    Changed,
}

impl Part {
    /// All of them.
    pub const ALL: [Part; 3] = [Part::Snapshot, Part::Journal, Part::Lock];
}

impl Harm {
    /// All of them.
    pub const ALL: [Harm; 3] = [Harm::Removed, Harm::CutOff, Harm::Changed];

    /// Bytes that it happened to; `None` when they are gone.
    pub fn applied(self, bytes: &[u8]) -> Option<Vec<u8>> {
        let half = bytes.len() / 2;
        match self {
            Harm::Removed => None,
            Harm::CutOff => Some(bytes[..half].to_vec()),
            Harm::Changed => {
                let mut changed = bytes.to_vec();
                changed.get_mut(half).into_iter().for_each(|byte| *byte ^= 1);
                Some(changed)
            }
        }
    }
}

/// Changes what a store keeps, beside the store.
#[async_trait]
pub trait Damage: Send + Sync {
    /// Does it to what is kept of the [`stack`]. False where the store has no such part, or cannot see that it happened.
    async fn damage(&self, part: Part, harm: Harm) -> bool;
}

impl Part {
    /// What is said of it.
    fn told(self, parts: &Parts) -> Option<&StateError> {
        match self {
            Part::Snapshot => parts.snapshot.as_ref().err().or(parts.lineage.as_ref().err()),
            Part::Journal => parts.journal.damage.as_ref(),
            Part::Lock => parts.lock.as_ref().err(),
        }
    }
}

/// A resource that was deployed, and two that a session recorded which was cut off.
async fn cut_off(bench: &Bench, round: usize) -> [String; 3] {
    let names = [format!("a{round}"), format!("b{round}"), format!("c{round}")];
    bench.deploy(&[&names[0]]).await;
    let session = bench.open().await.unwrap();
    for name in &names[1..] {
        session.record(saved(resource(name))).await.unwrap();
    }
    drop(session);
    bench.outlive_leases().await;
    names.map(|name| format!("/{name}"))
}

fn engine(bench: &Bench) -> Engine {
    let ports = bench.ports();
    let engine = Engine::new(ports.store.clone(), ports.keys.clone(), holder("ben"));
    engine.with_ports(ports.clock.clone(), ports.random.clone())
}

pub async fn the_parts_of_a_whole_state_are_what_is_read(bench: Bench) {
    let store = bench.store();
    let nothing = store.parts(&stack()).await.unwrap();
    assert!(matches!((&nothing.snapshot, &nothing.lock), (Ok(None), Ok(()))), "{nothing:?}");
    assert!(!store.mend_lock(&stack()).await.unwrap(), "there is nothing to mend");
    cut_off(&bench, 0).await;
    let parts = store.parts(&stack()).await.unwrap();
    assert_eq!(parts.whole(), store.read(&stack()).await.unwrap());
    assert_eq!(parts.whole().unwrap().journal.len(), 2);
    assert!(Part::ALL.iter().all(|part| part.told(&parts).is_none()), "{parts:?}");
    assert!(!store.mend_lock(&stack()).await.unwrap());
    assert!(diagnose(bench.ports(), &stack()).await.unwrap().problems.is_empty());
}

pub async fn whatever_is_damaged_is_named_and_a_repair_brings_it_back(bench: Bench) {
    let mut expected = Vec::new();
    let kinds = Part::ALL.into_iter().flat_map(|part| Harm::ALL.map(|harm| (part, harm)));
    for (round, (part, harm)) in kinds.enumerate() {
        let names = cut_off(&bench, round).await;
        if !bench.damage(part, harm).await {
            expected.extend(names);
            assert_eq!(bench.ids().await, expected, "{part:?} {harm:?}");
            continue;
        }
        let what = format!("{part:?} {harm:?}");
        let parts = bench.store().parts(&stack()).await.unwrap();
        assert!(part.told(&parts).is_some(), "{what}: {parts:?}");
        assert!(!parts.raw.is_empty(), "{what}: what is there can be kept");
        let read = bench.store().read(&stack()).await;
        assert!(part == Part::Lock || read.is_err(), "{what}: {read:?}");
        assert_eq!(bench.store().list().await.unwrap(), [stack()], "{what}");
        let engine = engine(&bench);
        assert!(engine.verify_state(&stack()).await.unwrap().iter().any(|one| one.repairable), "{what}");
        let repaired = engine.repair_state(&stack(), &mut |_| true).await.unwrap().unwrap();
        assert_eq!(repaired.lock, part == Part::Lock, "{what}");
        assert_eq!(engine.verify_state(&stack()).await.unwrap(), [], "{what}");
        assert_eq!(engine.verify_history(&stack()).await.unwrap().bad, None, "{what}");
        // Of a journal that lost its beginning, nothing can be told; all else is there.
        expected.extend(names.into_iter().take(if part == Part::Journal { 1 } else { 3 }));
        assert_eq!(bench.ids().await, expected, "{what}");
    }
}

pub async fn whoever_held_a_lock_that_was_mended_writes_nothing_any_more(bench: Bench) {
    for (round, harm) in Harm::ALL.into_iter().enumerate() {
        bench.deploy(&[&format!("a{round}")]).await;
        bench.clock().advance(Duration::from_secs(1));
        let (store, stack) = (bench.store(), &stack());
        let anna = store.lock(stack, &holder("anna"), Wait::NONE).await.unwrap();
        let before = store.read(stack).await.unwrap().unwrap();
        if !bench.damage(Part::Lock, harm).await {
            store.unlock(&anna).await.unwrap();
            continue;
        }
        assert!(store.parts(stack).await.unwrap().lock.is_err(), "{harm:?}");
        assert!(store.mend_lock(stack).await.unwrap(), "{harm:?}");
        assert!(!store.mend_lock(stack).await.unwrap(), "{harm:?}");
        // Where a system keeps others out until a process ends, this one is taken for dead.
        store.break_lock(stack).await.unwrap();
        let ben = store.lock(stack, &holder("ben"), Wait::NONE).await.unwrap();
        assert!(ben.epoch() > anna.epoch(), "{harm:?}: {ben:?} after {anna:?}");
        let fenced = |error: StateError| {
            assert!(matches!(error, StateError::Fenced { .. } | StateError::LockLost { .. }), "{error}");
        };
        fenced(store.append(&anna, &before.version, b"[]".to_vec()).await.unwrap_err());
        let next = Content { serial: before.version.serial + 1, ..before.content.clone() };
        fenced(store.replace(&anna, Some(&before.version), next.clone()).await.unwrap_err());
        fenced(store.overwrite(&anna, next).await.unwrap_err());
        fenced(store.discard_journal(&anna, &before.version).await.unwrap_err());
        fenced(store.unlock(&anna).await.unwrap_err());
        assert_eq!(store.read(stack).await.unwrap().unwrap(), before, "{harm:?}");
        store.unlock(&ben).await.unwrap();
    }
}

fn content(lineage: &str, serial: u64) -> Content {
    let keys = WrappedKey { provider: "none".into(), data: String::new() }.into();
    Content { lineage: lineage.into(), serial, keys, body: b"{}\n".to_vec() }
}

pub async fn another_lineage_takes_the_place_only_under_the_newest_lease(bench: Bench) {
    let (store, stack) = (bench.store(), &stack());
    let anna = store.lock(stack, &holder("anna"), Wait::NONE).await.unwrap();
    let zero = store.replace(&anna, None, content("a", 0)).await.unwrap();
    store.append(&anna, &zero, b"[1]".to_vec()).await.unwrap();
    store.break_lock(stack).await.unwrap();
    let ben = store.lock(stack, &holder("ben"), Wait::NONE).await.unwrap();
    let late = store.overwrite(&anna, content("b", 7)).await;
    assert!(matches!(late, Err(StateError::Fenced { .. })), "{late:?}");
    let read = store.read(stack).await.unwrap().unwrap();
    assert_eq!((read.version, read.journal.len()), (zero, 1));
    let seven = store.overwrite(&ben, content("b", 7)).await.unwrap();
    store.append(&ben, &seven, b"[2]".to_vec()).await.unwrap();
    let read = store.read(stack).await.unwrap().unwrap();
    assert_eq!((read.version, read.content), (seven, content("b", 7)));
    assert_eq!(read.journal, [b"[2]".to_vec()]);
    store.unlock(&ben).await.unwrap();
}

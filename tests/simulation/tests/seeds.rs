//! The simulation, seed after seed. See the documentation of the crate for the settings.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use atp_iac::ports::{Random, SystemRandom};
use simulation::{Ran, run};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// For how long seeds are tried; `SIMULATION_SECONDS=3600` tries new ones for that long.
const SECONDS: u64 = 60;
/// So many seeds are tried at most unless new ones are wished for: all of them have passed once, so that a faster machine
/// tries none that nobody tried.
const SEEDS: u64 = 4_000;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a number")))
}

/// A seed that nobody tried; short, so that it can be typed.
fn anew() -> u64 {
    let mut bytes = [0; 8];
    SystemRandom.fill(&mut bytes).unwrap();
    u64::from_le_bytes(bytes) % 1_000_000_000
}

fn ran(seed: u64) -> Ran {
    let builder = &mut tokio::runtime::Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().unwrap().block_on(run(seed))
}

fn assert_good(seed: u64) {
    let Ran { violation, text, .. } = ran(seed);
    if let Some(violation) = violation {
        panic!("{text}\n{violation}\nagain: SEED={seed} cargo test -p simulation");
    }
}

#[test]
fn whatever_goes_wrong_nothing_is_lost_orphaned_or_made_twice() {
    if let Some(seed) = setting("SEED") {
        return assert_good(seed);
    }
    let seconds = setting("SIMULATION_SECONDS");
    // Without a wish the seeds are always the same, so that what makes the difference is the change under test.
    let (first, last) = seconds.map_or((1, SEEDS), |_| (anew(), u64::MAX));
    let end = Instant::now() + Duration::from_secs(seconds.unwrap_or(SECONDS));
    let next = AtomicU64::new(first);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while Instant::now() < end {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed > last {
                        return;
                    }
                    assert_good(seed);
                }
            });
        }
    });
    let tried = next.load(Ordering::SeqCst).min(last.saturating_add(1)) - first;
    println!("{tried} seeds from {first} on");
    assert!(tried > 0, "no seed was tried: the test shows nothing");
}

#[test]
fn the_same_seed_gives_the_same_run() {
    for seed in 1..=5 {
        let (once, again) = (ran(seed), ran(seed));
        assert!(once.events > 10, "{}", once.text);
        assert_eq!(
            (once.hash, once.events, once.passed),
            (again.hash, again.events, again.passed),
            "SEED={seed}"
        );
    }
    assert_ne!(ran(1).hash, ran(2).hash);
}

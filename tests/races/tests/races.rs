//! Races on each store. RACE_SECONDS makes them longer, RACE_SEED repeats the choices of one.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on has failed")]

use races::race::{Outcome, Race};
use races::stores::has_fences;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// One race after the other: each has as many processes as a small machine can serve.
static TRACK: Mutex<()> = Mutex::new(());

/// From then on a race without a writer who was refused is suspicious.
const LONG: Duration = Duration::from_secs(30);
/// No race is so long because too little took place in a shorter one.
const LONGEST: Duration = Duration::from_secs(120);

/// A number from the environment.
fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

fn random() -> u64 {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).unwrap();
    u32::from_le_bytes(bytes).into()
}

/// A race in a place of its own; where the machine was so busy that too little took place, another one of twice the length.
fn race_by(place: impl Fn() -> String, shares: bool) {
    let _alone = TRACK.lock().unwrap_or_else(PoisonError::into_inner);
    let seed = setting("RACE_SEED").unwrap_or_else(random);
    let mut length = Duration::from_secs(setting("RACE_SECONDS").unwrap_or(8));
    while !race(&place(), shares, seed, length) {
        length *= 2;
        assert!(length < LONGEST, "too little took place, however long it was");
    }
}

/// Whether enough took place in it to show something.
fn race(address: &str, shares: bool, seed: u64, length: Duration) -> bool {
    let scheme = address.split(':').next().unwrap();
    eprintln!(
        "a race on {scheme}: again with RACE_SEED={seed} cargo test -p races --features stores {scheme}"
    );
    let program = Path::new(env!("CARGO_BIN_EXE_races"));
    let outcome = Race { program, address, workers: 6, length, seed, shares }.run().unwrap();
    let Outcome { faults, leases, records, snapshots, refused, pauses, kills } = &outcome;
    let first: Vec<&str> = faults.iter().take(5).map(String::as_str).collect();
    assert!(faults.is_empty(), "seed {seed}, {} faults, such as\n{}", faults.len(), first.join("\n"));
    eprintln!(
        "{scheme}: {records} records, {snapshots} snapshots, {leases} leases, {refused} refused, {pauses} pauses, \
         {kills} kills"
    );
    // In a short race it may happen that nobody comes back too late.
    let fenced = *refused > 0 || length < LONG || !has_fences(address);
    assert!(fenced, "nobody came back too late: {outcome:?}");
    *records > 10 && *leases > 5 && *pauses > 0 && *kills > 0
}

#[test]
fn many_processes_on_a_folder_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    race_by(|| format!("folder:{}", folder.path().join(random().to_string()).display()), false);
}

/// A race on a server, in a place of its own there.
#[cfg(feature = "stores")]
fn race_on(server: &str, place: &str) {
    race_on_by(server, place, false);
}

#[cfg(feature = "stores")]
fn race_on_by(server: &str, place: &str, shares: bool) {
    match std::env::var(server) {
        Ok(url) => race_by(|| format!("{url}{place}{}", random()), shares),
        Err(_) => {
            let test = std::thread::current().name().unwrap_or_default().to_owned();
            eprintln!("left out {test}: {server} names no server");
        }
    }
}

#[cfg(feature = "stores")]
#[test]
fn many_processes_on_postgres_lose_nothing() {
    race_on("ATP_TEST_POSTGRES", "?schema=race_");
}

#[cfg(feature = "stores")]
#[test]
fn many_processes_that_share_a_stack_on_postgres_lose_nothing() {
    race_on_by("ATP_TEST_POSTGRES", "?schema=share_", true);
}

#[cfg(feature = "stores")]
#[test]
fn many_processes_on_azblob_lose_nothing() {
    race_on("ATP_TEST_AZBLOB", "/race-");
}

#[cfg(feature = "stores")]
#[test]
fn many_processes_on_s3_lose_nothing() {
    race_on("ATP_TEST_S3", "/race-");
}

#[cfg(feature = "stores")]
#[test]
fn many_processes_on_gs_lose_nothing() {
    race_on("ATP_TEST_GCS", "/race-");
}

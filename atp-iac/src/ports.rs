//! Time and randomness come in from outside, so that a run can be repeated exactly.
//!
//! Invariant: no other module of the library asks the operating system for either.

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use time::OffsetDateTime;

/// Tells the time and waits.
#[async_trait]
pub trait Clock: Send + Sync {
    /// What time it is, in UTC.
    fn now(&self) -> OffsetDateTime;
    /// Waits.
    async fn sleep(&self, duration: Duration);
}

/// Gives random bytes.
pub trait Random: Send + Sync {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// When the source of randomness fails: nothing may be made of `bytes` then.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError>;
}

/// The source of randomness failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gives no random bytes: {0}")]
pub struct RandomError(pub String);

/// A version 4 UUID.
///
/// # Errors
/// When the source of randomness fails.
pub fn random_uuid(random: &dyn Random) -> Result<String, RandomError> {
    let mut bytes = [0; 16];
    random.fill(&mut bytes)?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid().to_string())
}

/// The clock of the machine.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// The randomness of the machine.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        getrandom::fill(bytes).map_err(|error| RandomError(error.to_string()))
    }
}

/// Virtual time for tests: it stands still until it is advanced or until everybody who looks at it sleeps.
///
/// The sleeper with the earliest deadline wakes first and takes the time along. On a runtime with one thread the order
/// is the same in every run.
#[derive(Debug)]
pub struct ManualClock {
    state: Mutex<ManualTime>,
}

#[derive(Debug)]
struct ManualTime {
    now: OffsetDateTime,
    next: u64,
    sleepers: BTreeSet<(OffsetDateTime, u64)>,
}

/// How often a sleeper lets the other tasks run before it takes the time along.
const POLITENESS: u32 = 8;

impl ManualClock {
    /// Starts at a time.
    pub fn new(now: OffsetDateTime) -> Self {
        ManualClock { state: Mutex::new(ManualTime { now, next: 0, sleepers: BTreeSet::new() }) }
    }

    /// Moves the time on.
    pub fn advance(&self, duration: Duration) {
        self.state().now += duration;
    }

    fn state(&self) -> MutexGuard<'_, ManualTime> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        ManualClock::new(OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_000))
    }
}

/// Takes a sleeper off the list, also when its task is dropped.
struct Sleeper<'c> {
    clock: &'c ManualClock,
    key: (OffsetDateTime, u64),
}

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        self.clock.state().sleepers.remove(&self.key);
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> OffsetDateTime {
        self.state().now
    }

    async fn sleep(&self, duration: Duration) {
        let sleeper = {
            let mut state = self.state();
            let key = (state.now + duration, state.next);
            state.next += 1;
            state.sleepers.insert(key);
            Sleeper { clock: self, key }
        };
        let mut yields = 0;
        loop {
            tokio::task::yield_now().await;
            yields += 1;
            let mut state = self.state();
            if state.now >= sleeper.key.0 {
                return;
            }
            if yields >= POLITENESS && state.sleepers.first() == Some(&sleeper.key) {
                state.now = sleeper.key.0;
                return;
            }
        }
    }
}

/// Bytes that depend on nothing but a seed and on how many were taken before.
#[derive(Debug)]
pub struct SeededRandom {
    seed: u64,
    counter: Mutex<u64>,
}

impl SeededRandom {
    /// The bytes of a seed.
    pub fn new(seed: u64) -> Self {
        SeededRandom { seed, counter: Mutex::new(0) }
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        let mut counter = self.counter.lock().unwrap_or_else(PoisonError::into_inner);
        for chunk in bytes.chunks_mut(32) {
            let block = Sha256::new()
                .chain_update(self.seed.to_le_bytes())
                .chain_update(counter.to_le_bytes())
                .finalize();
            for (to, from) in chunk.iter_mut().zip(block) {
                *to = from;
            }
            *counter += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[tokio::test]
    async fn sleepers_wake_in_the_order_of_their_deadlines() {
        let clock = Arc::new(ManualClock::default());
        let start = clock.now();
        let woken = Arc::new(Mutex::new(Vec::new()));
        let tasks: Vec<_> = [30u64, 10, 20]
            .map(|seconds| {
                let (clock, woken) = (clock.clone(), woken.clone());
                tokio::spawn(async move {
                    clock.sleep(Duration::from_secs(seconds)).await;
                    woken.lock().unwrap().push((seconds, (clock.now() - start).whole_seconds()));
                })
            })
            .into();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*woken.lock().unwrap(), [(10, 10), (20, 20), (30, 30)]);
    }

    #[tokio::test]
    async fn a_dropped_sleeper_does_not_hold_the_time() {
        let clock = Arc::new(ManualClock::default());
        let task = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(Duration::from_secs(1)).await }
        });
        tokio::task::yield_now().await;
        task.abort();
        let start = clock.now();
        clock.sleep(Duration::from_secs(5)).await;
        assert_eq!((clock.now() - start).whole_seconds(), 5);
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_call_gives_others() {
        let take = |random: &SeededRandom| {
            let mut bytes = [0; 40];
            random.fill(&mut bytes).unwrap();
            bytes
        };
        let (a, b) = (SeededRandom::new(7), SeededRandom::new(7));
        let first = take(&a);
        assert_eq!(first, take(&b));
        assert_ne!(first, take(&a));
        assert_ne!(first, take(&SeededRandom::new(8)));
    }
}

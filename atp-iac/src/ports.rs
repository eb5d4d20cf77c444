//! Time and randomness come in from outside, so that a run can be repeated exactly.
//!
//! Invariant: no other module of the library asks the operating system for either.

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use time::OffsetDateTime;
use tokio::sync::Notify;

/// Tells the time and waits.
#[async_trait]
pub trait Clock: Send + Sync {
    /// What time it is, in UTC.
    fn now(&self) -> OffsetDateTime;
    /// Waits.
    async fn sleep(&self, duration: Duration);
    /// Returns when so much time has passed, for whoever hopes that something else comes first. Virtual time does not move
    /// on for its sake alone.
    async fn deadline(&self, limit: Duration) {
        self.sleep(limit).await;
    }
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
/// is the same in every run. While nobody sleeps, a [`deadline`](Clock::deadline) does not come: what everybody waits for
/// may be a disk or a network, which know nothing of this time.
#[derive(Debug)]
pub struct ManualClock {
    state: Mutex<ManualTime>,
    moved: Notify,
}

#[derive(Debug)]
struct ManualTime {
    now: OffsetDateTime,
    next: u64,
    sleepers: BTreeSet<Waiting>,
    deadlines: BTreeSet<Waiting>,
}

/// Until when somebody waits, and the number of the wait.
type Waiting = (OffsetDateTime, u64);

/// How often a sleeper lets the other tasks run before it takes the time along.
const POLITENESS: u32 = 8;

impl ManualClock {
    /// Starts at a time.
    pub fn new(now: OffsetDateTime) -> Self {
        let (sleepers, deadlines) = (BTreeSet::new(), BTreeSet::new());
        ManualClock {
            state: Mutex::new(ManualTime { now, next: 0, sleepers, deadlines }),
            moved: Notify::new(),
        }
    }

    /// Moves the time on.
    pub fn advance(&self, duration: Duration) {
        self.state().now += duration;
        self.moved.notify_waiters();
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

impl ManualTime {
    fn list(&mut self, sleeps: bool) -> &mut BTreeSet<Waiting> {
        if sleeps { &mut self.sleepers } else { &mut self.deadlines }
    }
}

/// Somebody who waits; taken off the list also when the task is dropped.
struct Waiter<'c> {
    clock: &'c ManualClock,
    sleeps: bool,
    until: Waiting,
}

impl<'c> Waiter<'c> {
    fn new(clock: &'c ManualClock, duration: Duration, sleeps: bool) -> Self {
        let mut state = clock.state();
        let until = (state.now + duration, state.next);
        state.next += 1;
        state.list(sleeps).insert(until);
        Waiter { clock, sleeps, until }
    }

    fn is_over(&self) -> bool {
        self.clock.state().now >= self.until.0
    }

    /// The first of all sleepers takes the time along, as far as the first deadline.
    fn take_along(&self) {
        let mut state = self.clock.state();
        if state.sleepers.first() != Some(&self.until) {
            return;
        }
        let now = state.now;
        let deadline = state.deadlines.iter().map(|deadline| deadline.0).find(|deadline| *deadline > now);
        state.now = deadline.map_or(self.until.0, |deadline| deadline.min(self.until.0)).max(now);
        drop(state);
        self.clock.moved.notify_waiters();
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let Waiter { clock, sleeps, until } = self;
        clock.state().list(*sleeps).remove(until);
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> OffsetDateTime {
        self.state().now
    }

    async fn sleep(&self, duration: Duration) {
        let sleeper = Waiter::new(self, duration, true);
        let mut yields = 0;
        loop {
            tokio::task::yield_now().await;
            yields += 1;
            if sleeper.is_over() {
                return;
            }
            if yields >= POLITENESS {
                sleeper.take_along();
                if sleeper.is_over() {
                    return;
                }
                yields = 0;
            }
        }
    }

    async fn deadline(&self, limit: Duration) {
        let waiter = Waiter::new(self, limit, false);
        loop {
            let mut moved = std::pin::pin!(self.moved.notified());
            moved.as_mut().enable();
            if waiter.is_over() {
                return;
            }
            moved.await;
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
    async fn a_deadline_comes_when_somebody_sleeps_longer_and_not_by_itself() {
        let clock = Arc::new(ManualClock::default());
        let start = clock.now();
        let passed = |clock: &ManualClock| (clock.now() - start).whole_seconds();
        let waiting = tokio::spawn({
            let clock = clock.clone();
            async move { clock.deadline(Duration::from_secs(5)).await }
        });
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert!(!waiting.is_finished() && passed(&clock) == 0);
        let sleeping = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(Duration::from_secs(60)).await }
        });
        waiting.await.unwrap();
        assert_eq!(passed(&clock), 5);
        sleeping.await.unwrap();
        assert_eq!(passed(&clock), 60);
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

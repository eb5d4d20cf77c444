//! When a process of the engine is killed.

use crate::dice::Dice;
use crate::stage::lock;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Notify;

/// What ends a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doom {
    /// Nothing: it lives as long as it needs.
    None,
    /// After so much time.
    Time(Duration),
    /// When it sends the request with this number.
    Request(u64, Moment),
    /// When it writes to the store for the time with this number.
    Write(u64, Moment),
}

/// When exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    Before,
    After,
}

/// Whether a process lives, and what it did so far.
#[derive(Debug)]
pub(crate) struct Life {
    doom: Doom,
    dead: AtomicBool,
    end: Notify,
    done: Mutex<(u64, u64)>,
}

impl Doom {
    /// Some way to end early.
    pub fn draw(dice: &mut Dice) -> Doom {
        let moment = if dice.one_in(2) { Moment::Before } else { Moment::After };
        match dice.below(3) {
            0 => Doom::Time(dice.time_up_to(Duration::from_secs(1800))),
            1 => Doom::Request(1 + dice.below(150), moment),
            _ => Doom::Write(1 + dice.below(40), moment),
        }
    }
}

impl Life {
    pub fn new(doom: Doom) -> Self {
        Life { doom, dead: AtomicBool::new(false), end: Notify::new(), done: Mutex::default() }
    }

    pub fn is_over(&self) -> bool {
        self.dead.load(Ordering::SeqCst)
    }

    pub fn end(&self) {
        self.dead.store(true, Ordering::SeqCst);
        self.end.notify_one();
    }

    /// Returns when the process was killed.
    pub async fn ended(&self) {
        match self.doom {
            Doom::Time(after) => tokio::time::sleep(after).await,
            _ => self.end.notified().await,
        }
        self.end();
    }

    /// The number of the next request.
    pub fn next_request(&self) -> u64 {
        let mut done = lock(&self.done);
        done.0 += 1;
        done.0
    }

    /// The number of the next write.
    pub fn next_write(&self) -> u64 {
        let mut done = lock(&self.done);
        done.1 += 1;
        done.1
    }

    /// Kills the process if this is the moment, and says whether it is over.
    pub fn reach(&self, moment: Doom) -> bool {
        if self.doom == moment {
            self.end();
        }
        self.is_over()
    }
}

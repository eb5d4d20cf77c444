//! What workers did and were told.

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// A call to the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Call {
    /// The lock is asked for.
    Lock,
    /// The state is read.
    Read,
    /// A record is added to the journal.
    Append {
        /// Of the lease.
        epoch: u64,
        /// The record, which nobody else adds.
        record: String,
    },
    /// A snapshot is put in the place of another one.
    Replace {
        /// Of the lease.
        epoch: u64,
        /// The checksum of the other one.
        expected: Option<String>,
        /// Its own number.
        serial: u64,
        /// Its history.
        lineage: String,
    },
    /// The lock is given back.
    Unlock,
    /// The lock is taken from whoever has it.
    Break,
    /// Keys are claimed, and the lock is given back.
    Claim {
        /// Of the lease.
        epoch: u64,
        /// Which.
        keys: Vec<usize>,
    },
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// It took place.
    Done,
    /// The lock is held.
    Locked {
        /// Of the lease.
        epoch: u64,
    },
    /// What was read.
    Read(Seen),
    /// The snapshot is in place.
    Replaced {
        /// Its checksum.
        checksum: String,
    },
    /// Somebody else has the lock, or the state is another one: nothing took place.
    Refused(String),
    /// Something that must not be.
    Broken(String),
}

/// A state as it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Of its snapshot; `None` when there is no state.
    pub version: Option<(String, u64)>,
    /// How many records there are.
    pub count: usize,
    /// Digest of them all.
    pub digest: String,
}

/// A line of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Line {
    /// A call begins.
    Begin {
        /// When, in nanoseconds.
        at: u64,
        /// Which.
        call: Call,
    },
    /// The call that began last ends.
    End {
        /// When.
        at: u64,
        /// How.
        answer: Answer,
    },
}

/// A call from its beginning to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The process.
    pub worker: usize,
    /// When it began.
    pub from: u64,
    /// When it ended; never, when its process was killed meanwhile.
    pub to: u64,
    /// The call.
    pub call: Call,
    /// What came of it, if that is known.
    pub answer: Option<Answer>,
}

/// The log of one process. A line is in the file when its write returns: the end of the process does not take it back.
pub struct Log(File);

impl Log {
    /// A new one.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(path: &Path) -> anyhow::Result<Log> {
        Ok(Log(OpenOptions::new().create_new(true).append(true).open(path)?))
    }

    /// A call begins.
    ///
    /// # Errors
    /// When that cannot be written.
    pub fn begin(&mut self, call: Call) -> anyhow::Result<()> {
        self.write(&Line::Begin { at: now(), call })
    }

    /// The call that began last ends.
    ///
    /// # Errors
    /// Likewise.
    pub fn end(&mut self, answer: Answer) -> anyhow::Result<()> {
        self.write(&Line::End { at: now(), answer })
    }

    fn write(&mut self, line: &Line) -> anyhow::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        Ok(self.0.write_all(&text)?)
    }
}

/// All processes run on one machine and look at its clock.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// What a log says. A line that a killed process did not end is left out.
///
/// # Errors
/// When the file is not a log.
pub fn read(worker: usize, path: &Path) -> anyhow::Result<Vec<Event>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let mut events: Vec<Event> = Vec::new();
    for line in text.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
        match serde_json::from_str(line)? {
            Line::Begin { at, call } => {
                events.push(Event { worker, from: at, to: u64::MAX, call, answer: None });
            }
            Line::End { at, answer } => {
                let event = events.last_mut().context("an end without a beginning")?;
                (event.to, event.answer) = (at, Some(answer));
            }
        }
    }
    Ok(events)
}

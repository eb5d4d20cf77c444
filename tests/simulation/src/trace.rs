//! What happened, as a hash of all of it and as text of the end of it.

use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::time::Duration;

/// So many lines are kept for people.
const KEPT: usize = 400;

#[derive(Debug, Default)]
pub(crate) struct Trace {
    hash: Sha256,
    lines: VecDeque<String>,
    count: u64,
}

impl Trace {
    pub fn note(&mut self, passed: Duration, what: &str) {
        let line = format!("{:>12.3} s  {what}", passed.as_secs_f64());
        self.hash.update(line.as_bytes());
        self.hash.update(b"\n");
        self.count += 1;
        if self.lines.len() == KEPT {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    pub fn hash(&self) -> String {
        let digest = self.hash.clone().finalize();
        digest.iter().take(16).fold(String::new(), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    pub fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }
}

/// A short name for bytes that are the same in two runs when the names are.
pub(crate) fn name_of(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

//! Tells what was done to a stack.

use super::Reporter;
use crate::cli::{events, screen};
use crate::history::{ApprovalRule, Between, Entry, JudgedApproval, LockBreak, Verification};

impl Reporter<'_> {
    /// A record, in one line or with all that it says.
    pub fn record(&mut self, entry: &Entry, full: bool) {
        match (self.json, full) {
            (true, _) => self.event(events::history::record(entry)),
            (false, true) => self.data(&screen::history::record(entry, self.look)),
            (false, false) => self.data(&screen::history::record_line(entry, self.look)),
        }
    }

    /// That somebody took the lock from its holder.
    pub fn lock_break(&mut self, entry: &Entry<LockBreak>) {
        match self.json {
            true => self.event(events::history::lock_break(entry)),
            false => self.data(&screen::history::lock_break(entry)),
        }
    }

    /// What differs between the states that two updates left.
    pub fn between(&mut self, between: &Between, numbers: (u64, u64)) {
        match self.json {
            true => self.event(events::history::between(between, numbers)),
            false => self.data(&screen::history::between(between, numbers, self.look)),
        }
    }

    /// Whether a history is whole.
    pub fn verification(&mut self, found: &Verification) {
        match self.json {
            true => self.event(events::history::verification(found)),
            false => self.data(&screen::history::verification(found)),
        }
    }

    /// A key that was made.
    pub fn key(&mut self, file: &str, public: &str) {
        match self.json {
            true => self.event(events::history::key(file, public)),
            false => {
                self.data(&format!("{public}\n"));
                self.note(&format!(
                    "the private key is in {file}: name it under `history: {{sign: ..}}` in `atp.yaml`, and the public key under `trust:`"
                ));
            }
        }
    }

    /// The public key of the key that signs.
    pub fn signing_key(&mut self, public: &str, is_trusted: bool) {
        match self.json {
            true => self.event(events::history::signing_key(public, is_trusted)),
            false => {
                self.data(&format!("{public}\n"));
                self.note(match is_trusted {
                    true => "it is trusted: it stands under `history: {trust: [..]}` in `atp.yaml`",
                    false => "it is not trusted: see that it is yours, and add it to `history: {trust: [..]}` in `atp.yaml`",
                });
            }
        }
    }

    /// Who agreed to a plan, and how many have to.
    pub fn approvals(&mut self, given: &[JudgedApproval], rule: ApprovalRule) {
        match self.json {
            true => given.iter().for_each(|one| self.event(events::history::approval(one, rule.needed))),
            false => self.data(&screen::history::approvals(given, rule)),
        }
    }
}

//! What an update keeps for itself while others work on the same stack.
//!
//! The lock of a stack is a gate: whoever plans holds it, alone. Before the first call, an update claims what it touches and
//! frees the gate, so that another one can plan and begin beside it. At the end it takes the gate again, and folds what it
//! recorded into the snapshot that is there then.
//!
//! What comes of it is what would have come of the same updates one after the other, in the order of their claims. An update
//! plans without what those at work before it do; but it writes nothing that one of them reads or writes, and reads nothing
//! that one of them writes, so it would have made the same plan after them. Whoever looks at all of a stack, such as an update
//! without targets, is planned when nobody else is at work, and claims only then what it touches.
//!
//! Invariant: of two claims that are live at once, neither writes what the other reads or writes.
//! Invariant: claims are added under the gate alone, so whoever looks at them there and adds one has overlooked none.

use super::{Content, Holder, Record, Stored, Version};
use crate::{StackName, Urn};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What an update touches. Each output of the stack has a name of its own here ([`output_urn`]); the URN of the stack stands
/// for the contract of all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claim {
    /// What it may record something about.
    pub writes: BTreeSet<Urn>,
    /// What that depends on, directly or not.
    pub reads: BTreeSet<Urn>,
}

impl Claim {
    /// What stands against two of them at once, if anything does.
    pub fn conflict<'c>(&'c self, other: &'c Claim) -> Option<&'c Urn> {
        let shared = |ours: &'c BTreeSet<Urn>, theirs: &'c BTreeSet<Urn>| ours.intersection(theirs).next();
        shared(&self.writes, &other.writes)
            .or_else(|| shared(&self.writes, &other.reads))
            .or_else(|| shared(&self.reads, &other.writes))
    }

    /// For stores: as text.
    pub fn to_text(&self) -> String {
        let texts = |urns: &BTreeSet<Urn>| urns.iter().map(Urn::to_string).collect();
        let form = Form { writes: texts(&self.writes), reads: texts(&self.reads) };
        // Lists of texts can always be written.
        serde_json::to_string(&form).unwrap_or_default()
    }

    /// From text.
    ///
    /// # Errors
    /// When it is none that [`to_text`](Self::to_text) made.
    pub fn from_text(text: &str) -> Result<Self, String> {
        let form: Form = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let urns = |texts: Vec<String>| {
            let read = texts.iter().map(|text| Urn::parse(text).map_err(|error| error.to_string()));
            read.collect::<Result<BTreeSet<Urn>, String>>()
        };
        Ok(Claim { writes: urns(form.writes)?, reads: urns(form.reads)? })
    }
}

#[derive(Serialize, Deserialize)]
struct Form {
    writes: Vec<String>,
    reads: Vec<String>,
}

/// A claim of somebody who is at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveClaim {
    /// The epoch of the lease that it was made with: its number.
    pub epoch: u64,
    /// Whose it is.
    pub holder: Holder,
    /// What it is about.
    pub claim: Claim,
}

/// What the holder of a lock finds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// The snapshot.
    pub snapshot: Option<(Version, Content)>,
    /// What was recorded since by those who are gone: a list of batches for each of them, in the order of their epochs.
    /// Nobody goes on with any of these, and what takes the place of the snapshot under this lock has them in it.
    pub journals: Vec<Vec<Vec<u8>>>,
    /// Who was at work when the lock was taken. What they record is not in the journals.
    pub beside: Vec<LiveClaim>,
}

impl Survey {
    /// Of a store in which nobody else is at work.
    pub fn alone(stored: Option<Stored>) -> Self {
        let Some(Stored { version, content, journal }) = stored else { return Survey::default() };
        let journals = if journal.is_empty() { Vec::new() } else { vec![journal] };
        Survey { snapshot: Some((version, content)), journals, beside: Vec::new() }
    }

    /// The snapshot with the batches of those who are gone.
    pub fn stored(&self) -> Option<Stored> {
        let (version, content) = self.snapshot.clone()?;
        Some(Stored { version, content, journal: self.journals.concat() })
    }
}

impl Record {
    /// What it is about: resources, outputs of the stack, or their contract; nothing where it is about the run itself, or
    /// gives other names.
    pub fn urns(&self, stack: &StackName) -> Vec<Urn> {
        match self {
            Record::Begin { .. } | Record::End { .. } | Record::Moved { .. } => Vec::new(),
            Record::Intent(intent) => vec![intent.urn.clone()],
            Record::Saved { resource, .. } => vec![resource.urn.clone()],
            Record::Removed { urn, .. } | Record::Failed { urn, .. } | Record::MarkReplaced { urn, .. } => {
                vec![urn.clone()]
            }
            Record::Outputs { .. } => vec![Urn::of_stack(stack)],
            Record::SomeOutputs { values, dropped, .. } => {
                values.keys().chain(dropped).map(|name| output_urn(stack, name)).collect()
            }
        }
    }
}

/// What stands for an output of a stack in claims.
pub fn output_urn(stack: &StackName, name: &str) -> Urn {
    Urn::new(stack, &["atp:Output"], &[name]).unwrap_or_else(|_| Urn::of_stack(stack))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::stores::sample::urn;

    fn claim(writes: &[&str], reads: &[&str]) -> Claim {
        let urns = |names: &[&str]| names.iter().map(|name| urn(name)).collect();
        Claim { writes: urns(writes), reads: urns(reads) }
    }

    #[test]
    fn claims_stand_against_each_other_where_one_writes_what_the_other_reads_or_writes() {
        let ours = claim(&["a"], &["net"]);
        assert_eq!(ours.conflict(&claim(&["b"], &["net"])), None);
        assert_eq!(ours.conflict(&claim(&["b", "a"], &[])), Some(&urn("a")));
        assert_eq!(ours.conflict(&claim(&["net"], &[])), Some(&urn("net")));
        assert_eq!(ours.conflict(&claim(&["b"], &["a"])), Some(&urn("a")));
    }

    #[test]
    fn a_claim_reads_back_from_its_text() {
        let ours = claim(&["a", "b"], &["net"]);
        assert_eq!(Claim::from_text(&ours.to_text()), Ok(ours));
        assert!(Claim::from_text(r#"{"writes":["x"],"reads":[]}"#).unwrap_err().contains("`x` is not a URN"));
    }
}

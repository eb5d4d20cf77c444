//! What a record says.

use super::changes::{Changed, ChangedOutput};
use crate::state::encoding::{HolderForm, time as moment};
use crate::state::{Holder, Outcome};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// One change of a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryRecord {
    /// Its place in the history of the stack; the first is 1.
    pub number: u64,
    /// The stack.
    pub stack: String,
    /// Lineage of its state.
    pub lineage: String,
    /// Such as `up`, `destroy` or `refresh`.
    pub operation: String,
    /// Who did it, and where that ran.
    pub by: By,
    /// When it began.
    #[serde(with = "moment")]
    pub began: OffsetDateTime,
    /// How long it took, in milliseconds; `None` where that is not known.
    pub milliseconds: Option<u64>,
    /// What it was run from.
    pub from: Provenance,
    /// Hash of the plan, where one was carried out.
    pub plan: Option<String>,
    /// Of a rollback: the record whose state was the aim.
    pub to: Option<u64>,
    /// Who agreed to the plan.
    pub approvals: Vec<ApprovalNote>,
    /// What policies said of it.
    pub verdicts: Vec<Verdict>,
    /// How it ended.
    pub result: HistoryResult,
    /// How many operations of each kind the plan had.
    pub counts: BTreeMap<String, usize>,
    /// What failed.
    pub failures: Vec<FailureNote>,
    /// The resources that are otherwise than before.
    pub changed: Vec<Changed>,
    /// The outputs of the stack that are otherwise than before.
    pub outputs: Vec<ChangedOutput>,
    /// The state that it left.
    pub state: StateMark,
    /// Of a record that a later run wrote: the time of that. What only the run itself knew is not in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_later: Option<Later>,
    /// Of a command about the state: what it did, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The last note of a broken lock that there was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock_breaks: Option<ChainEnd>,
    /// Checksum of the record before; `None` of the first.
    pub before: Option<String>,
}

/// Where a chain of documents ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainEnd {
    /// The number of the last one.
    pub number: u64,
    /// Its checksum; `None` where it was damaged.
    pub checksum: Option<String>,
}

/// A moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Later(#[serde(with = "moment")] pub OffsetDateTime);

/// Who does something, and where that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// The person or pipeline.
    pub who: String,
    /// The machine.
    pub host: String,
    /// The process on that machine.
    pub process: u32,
}

impl From<&Holder> for By {
    fn from(Holder { who, host, process, .. }: &Holder) -> Self {
        By { who: who.clone(), host: host.clone(), process: *process }
    }
}

impl From<&HolderForm> for By {
    fn from(HolderForm(holder): &HolderForm) -> Self {
        holder.into()
    }
}

/// What an update is run from, and why. Made by the caller: the library asks nobody for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Provenance {
    /// The commit of the program.
    pub commit: Option<String>,
    /// Whether files differed from that commit.
    pub dirty: Option<bool>,
    /// The run of a pipeline, such as its address.
    pub pipeline: Option<String>,
    /// Why it is done, in the words of whoever does it.
    pub message: Option<String>,
}

/// An approval of the plan that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalNote {
    /// Who agreed.
    pub who: String,
    /// On which machine.
    pub host: String,
    /// When.
    #[serde(with = "moment")]
    pub at: OffsetDateTime,
    /// What they said to it.
    pub message: Option<String>,
    /// Checksum of the document that says so.
    pub checksum: String,
}

/// What a policy said of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Which policy.
    pub policy: String,
    /// What it said.
    pub verdict: String,
}

/// How a change ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HistoryResult {
    /// Everything was done.
    Done,
    /// Something failed.
    Failed,
    /// It was asked to stop.
    Interrupted,
    /// The process ended without a word: what it had written down until then counts.
    CutOff,
    /// A later run wrote the record, and nothing says how it ended.
    Unknown,
}

impl From<Outcome> for HistoryResult {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => HistoryResult::Done,
            Outcome::Failed => HistoryResult::Failed,
            Outcome::Interrupted => HistoryResult::Interrupted,
        }
    }
}

impl std::fmt::Display for HistoryResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            HistoryResult::Done => "done",
            HistoryResult::Failed => "failed",
            HistoryResult::Interrupted => "interrupted",
            HistoryResult::CutOff => "cut off",
            HistoryResult::Unknown => "not known",
        })
    }
}

/// What failed. Has no secret in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureNote {
    /// The resource, or the stack.
    pub urn: String,
    /// Why.
    pub message: String,
}

/// Which state a change left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateMark {
    /// The serial of the snapshot.
    pub serial: u64,
    /// Its checksum; where a journal is beside it, the hash of both.
    pub checksum: String,
    /// Whether a journal is beside the snapshot, because the run was cut off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub journal: bool,
}

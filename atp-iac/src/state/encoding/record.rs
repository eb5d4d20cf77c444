//! Records of the journal.

use super::body::OutputsOut;
use super::lifecycle::{Former, LifecycleIn, LifecycleOut};
use super::resource::{ResourceIn, ResourceOut};
use super::value::{Plain, Sealed};
use super::{Encoding, time as moment};
use crate::state::{Action, HistoryHead, Holder, Intent, LastUpdate, Outcome, Record, StateError};
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Not;
use time::OffsetDateTime;

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum RecordOut<'a> {
    Begin {
        operation: &'a str,
        plan: &'a str,
        #[serde(with = "moment")]
        at: OffsetDateTime,
        by: HolderForm,
    },
    Intent(IntentOut<'a>),
    Saved {
        #[serde(skip_serializing_if = "Option::is_none")]
        step: Option<u64>,
        resource: ResourceOut<'a>,
    },
    Removed {
        #[serde(skip_serializing_if = "Option::is_none")]
        step: Option<u64>,
        urn: &'a str,
        id: &'a str,
    },
    Failed {
        step: u64,
        urn: &'a str,
        message: &'a str,
    },
    MarkReplaced {
        urn: &'a str,
        id: &'a str,
    },
    Moved {
        urns: BTreeMap<&'a str, &'a str>,
    },
    Outputs {
        contract: u64,
        values: OutputsOut<'a>,
    },
    SomeOutputs {
        contract: u64,
        values: OutputsOut<'a>,
        #[serde(skip_serializing_if = "BTreeSet::is_empty")]
        dropped: &'a BTreeSet<String>,
    },
    End {
        result: OutcomeForm,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[allow(clippy::large_enum_variant, reason = "lives for the reading of one record")]
enum RecordIn {
    Begin {
        operation: String,
        plan: String,
        #[serde(with = "moment")]
        at: OffsetDateTime,
        by: HolderForm,
    },
    Intent(IntentIn),
    Saved {
        step: Option<u64>,
        resource: ResourceIn,
    },
    Removed {
        step: Option<u64>,
        urn: String,
        id: String,
    },
    Failed {
        step: u64,
        urn: String,
        message: String,
    },
    MarkReplaced {
        urn: String,
        id: String,
    },
    Moved {
        urns: BTreeMap<String, String>,
    },
    Outputs {
        contract: u64,
        values: BTreeMap<String, Plain>,
    },
    SomeOutputs {
        contract: u64,
        values: BTreeMap<String, Plain>,
        #[serde(default)]
        dropped: BTreeSet<String>,
    },
    End {
        result: OutcomeForm,
    },
}

#[derive(Serialize)]
pub struct IntentOut<'a> {
    step: u64,
    action: ActionForm,
    urn: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    provider: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    id: &'a str,
    #[serde(skip_serializing_if = "is_null")]
    inputs: Sealed<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dependencies: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifecycle: Option<LifecycleOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a str>,
    #[serde(skip_serializing_if = "Not::not")]
    replaced: bool,
    #[serde(with = "moment")]
    at: OffsetDateTime,
}

fn is_null(sealed: &Sealed<'_>) -> bool {
    *sealed.value == Value::Null
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntentIn {
    step: u64,
    action: ActionForm,
    urn: String,
    kind: Option<String>,
    provider: String,
    #[serde(default)]
    id: String,
    inputs: Option<Plain>,
    #[serde(default)]
    dependencies: Vec<String>,
    lifecycle: Option<LifecycleIn>,
    /// Of format 1.
    #[serde(default)]
    protect: bool,
    /// Of format 1.
    retain: Option<String>,
    location: Option<String>,
    #[serde(default)]
    replaced: bool,
    #[serde(with = "moment", default = "long_ago")]
    at: OffsetDateTime,
}

/// When a call was begun that does not say so: what became of it shows by now.
fn long_ago() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH
}

/// [`Action`], as it is written.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Action", rename_all = "snake_case")]
enum ActionRemote {
    Create,
    Update,
    Delete,
}

#[derive(Serialize, Deserialize)]
struct ActionForm(#[serde(with = "ActionRemote")] Action);

/// [`Outcome`], as it is written.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Outcome", rename_all = "snake_case")]
enum OutcomeRemote {
    Done,
    Failed,
    Interrupted,
}

#[derive(Serialize, Deserialize)]
struct OutcomeForm(#[serde(with = "OutcomeRemote")] Outcome);

/// [`LastUpdate`], as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastUpdateForm {
    operation: String,
    plan: String,
    #[serde(with = "moment")]
    at: OffsetDateTime,
    by: HolderForm,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<OutcomeForm>,
}

impl From<LastUpdate> for LastUpdateForm {
    fn from(LastUpdate { operation, plan, at, by, result }: LastUpdate) -> Self {
        LastUpdateForm { operation, plan, at, by: HolderForm(by), result: result.map(OutcomeForm) }
    }
}

impl From<LastUpdateForm> for LastUpdate {
    fn from(LastUpdateForm { operation, plan, at, by, result }: LastUpdateForm) -> Self {
        LastUpdate { operation, plan, at, by: by.0, result: result.map(|result| result.0) }
    }
}

/// [`HistoryHead`], as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryHeadForm {
    number: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<String>,
    by: HolderForm,
}

impl From<HistoryHead> for HistoryHeadForm {
    fn from(HistoryHead { number, before, by }: HistoryHead) -> Self {
        HistoryHeadForm { number, before, by: HolderForm(by) }
    }
}

impl From<HistoryHeadForm> for HistoryHead {
    fn from(HistoryHeadForm { number, before, by }: HistoryHeadForm) -> Self {
        HistoryHead { number, before, by: by.0 }
    }
}

/// [`Holder`], as it is written.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Holder")]
struct HolderRemote {
    who: String,
    host: String,
    process: u32,
    operation: String,
    #[serde(with = "moment")]
    since: OffsetDateTime,
}

/// A holder, in a journal, in a lock or in a history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolderForm(#[serde(with = "HolderRemote")] pub Holder);

impl Encoding {
    /// One record as JSON, without a line break.
    pub fn write_record(&self, record: &Record) -> Result<Vec<u8>, StateError> {
        let out = match record {
            Record::Begin { operation, plan, at, by } => {
                RecordOut::Begin { operation, plan, at: *at, by: HolderForm(by.clone()) }
            }
            Record::Intent(intent) => RecordOut::Intent(self.intent(intent)?),
            Record::Saved { step, resource } => {
                RecordOut::Saved { step: *step, resource: self.resource(resource)? }
            }
            Record::Removed { step, urn, id } => RecordOut::Removed { step: *step, urn: self.short(urn), id },
            Record::Failed { step, urn, message } => {
                RecordOut::Failed { step: *step, urn: self.short(urn), message }
            }
            Record::MarkReplaced { urn, id } => RecordOut::MarkReplaced { urn: self.short(urn), id },
            Record::Moved { urns } => RecordOut::Moved {
                urns: urns.iter().map(|(from, to)| (self.short(from), self.short(to))).collect(),
            },
            Record::Outputs { contract, values } => {
                RecordOut::Outputs { contract: *contract, values: self.outputs(values)? }
            }
            Record::SomeOutputs { contract, values, dropped } => {
                RecordOut::SomeOutputs { contract: *contract, values: self.outputs(values)?, dropped }
            }
            Record::End { result } => RecordOut::End { result: OutcomeForm(*result) },
        };
        serde_json::to_vec(&out).map_err(|error| self.unwritable(error))
    }

    /// The records of one batch: a JSON list.
    pub fn read_batch(&self, batch: &[u8]) -> Result<Vec<Record>, StateError> {
        self.parse::<Vec<RecordIn>>(batch)?.into_iter().map(|read| self.read_record(read)).collect()
    }

    fn read_record(&self, read: RecordIn) -> Result<Record, StateError> {
        Ok(match read {
            RecordIn::Begin { operation, plan, at, by } => Record::Begin { operation, plan, at, by: by.0 },
            RecordIn::Intent(intent) => Record::Intent(self.read_intent(intent)?),
            RecordIn::Saved { step, resource } => {
                Record::Saved { step, resource: self.read_resource(resource)? }
            }
            RecordIn::Removed { step, urn, id } => Record::Removed { step, urn: self.long(&urn)?, id },
            RecordIn::Failed { step, urn, message } => {
                Record::Failed { step, urn: self.long(&urn)?, message }
            }
            RecordIn::MarkReplaced { urn, id } => Record::MarkReplaced { urn: self.long(&urn)?, id },
            RecordIn::Moved { urns } => {
                let long = |(from, to): (String, String)| Ok((self.long(&from)?, self.long(&to)?));
                Record::Moved { urns: urns.into_iter().map(long).collect::<Result<_, StateError>>()? }
            }
            RecordIn::Outputs { contract, values } => {
                Record::Outputs { contract, values: self.read_outputs(values)? }
            }
            RecordIn::SomeOutputs { contract, values, dropped } => {
                Record::SomeOutputs { contract, values: self.read_outputs(values)?, dropped }
            }
            RecordIn::End { result } => Record::End { result: result.0 },
        })
    }

    pub(super) fn intent<'a>(&'a self, intent: &'a Intent) -> Result<IntentOut<'a>, StateError> {
        let urn = &intent.urn;
        Ok(IntentOut {
            step: intent.step,
            action: ActionForm(intent.action),
            urn: self.short(urn),
            kind: (intent.kind != urn.resource_type()).then_some(&intent.kind),
            provider: &intent.provider,
            id: &intent.id,
            inputs: self.sealed(urn, "inputs", &intent.inputs)?,
            dependencies: intent.dependencies.iter().map(|urn| self.short(urn)).collect(),
            lifecycle: self.lifecycle(urn, &intent.lifecycle)?,
            location: intent.location.as_deref(),
            replaced: intent.replaced,
            at: intent.at,
        })
    }

    pub(super) fn read_intent(&self, read: IntentIn) -> Result<Intent, StateError> {
        let urn = self.long(&read.urn)?;
        Ok(Intent {
            step: read.step,
            action: read.action.0,
            kind: read.kind.unwrap_or_else(|| urn.resource_type().to_owned()),
            provider: read.provider,
            id: read.id,
            inputs: self.opened(&urn, "inputs", read.inputs.unwrap_or(Plain(Value::Null)))?,
            dependencies: self.long_all(&read.dependencies)?,
            lifecycle: {
                let former = Former { protect: read.protect, retain: read.retain };
                self.read_lifecycle(&urn, former.within(read.lifecycle))?
            },
            location: read.location,
            replaced: read.replaced,
            at: read.at,
            urn,
        })
    }
}

//! The body of a saved plan: JSON, values and objects as a state has them.
//!
//! What derives from the operations is not written: their steps are made of them again.

use super::digests::{Object, Seen};
use super::{PlanFileError, PlanOrigin, Saved, SavedBase, SavedPlan};
use crate::engine::{Kind, UpdateOptions};
use crate::plan::{
    Answers, Base, Irreversible, Notice, Operation, OutputChange, Plan, Preparation, Proposal, Refusal,
    StepGraph, Telling, Told,
};
use crate::state::StateError;
use crate::state::encoding::{Encoding, HolderForm, Plain, Sealed};
use crate::value::{Path, Value};
use crate::{StackName, Urn};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

mod operation;

use operation::{OperationIn, OperationOut};

#[derive(Serialize)]
struct BodyOut<'a> {
    #[serde(flatten)]
    made: Made,
    digest: &'a str,
    base: Option<BaseForm>,
    seen: SeenForm,
    contract: u64,
    gives: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    told: Vec<ToldForm>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notices: Vec<RefusalForm>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    proposals: Vec<ProposalForm>,
    operations: Vec<OperationOut<'a>>,
    outputs: BTreeMap<&'a str, [Option<Slot<Sealed<'a>>>; 2]>,
    warnings: Vec<WarningForm>,
    refusals: Vec<RefusalForm>,
}

#[derive(Deserialize)]
struct BodyIn {
    #[serde(flatten)]
    made: Made,
    digest: String,
    base: Option<BaseForm>,
    seen: SeenForm,
    contract: u64,
    gives: bool,
    #[serde(default)]
    told: Vec<ToldForm>,
    #[serde(default)]
    notices: Vec<RefusalForm>,
    #[serde(default)]
    proposals: Vec<ProposalForm>,
    operations: Vec<OperationIn>,
    outputs: BTreeMap<String, [Option<Slot<Plain>>; 2]>,
    warnings: Vec<WarningForm>,
    refusals: Vec<RefusalForm>,
}

/// A plan that could not be made.
#[derive(Serialize, Deserialize)]
struct FailedForm {
    #[serde(flatten)]
    made: Made,
    failed: String,
}

/// What of every plan is known.
#[derive(Serialize, Deserialize)]
struct Made {
    kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<u64>,
    options: UpdateOptions,
    by: HolderForm,
}

/// In a list, since `null` is a value, too.
type Slot<T> = [T; 1];

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BaseForm {
    lineage: String,
    serial: u64,
    digest: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeenForm {
    declared: BTreeMap<String, String>,
    outputs: BTreeMap<String, String>,
    config: BTreeMap<String, String>,
    objects: Vec<ObjectForm>,
    answers: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ObjectForm {
    urn: String,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    read: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WarningForm {
    urn: String,
    path: Path,
    message: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RefusalForm {
    urn: String,
    message: String,
    hint: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProposalForm {
    from: String,
    to: String,
    same_object: bool,
}

/// What the state is told of a resource before the first step.
#[derive(Serialize, Deserialize)]
struct ToldForm {
    urn: String,
    #[serde(flatten)]
    what: TellingForm,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
enum TellingForm {
    Moved { from: String },
    Detached { from: String },
    Attached { to: String },
    Imported { id: String },
}

/// What stands for the URN where outputs of the stack are sealed.
const STACK: &str = "outputs of the stack";

impl SavedPlan {
    fn made(&self) -> Made {
        let SavedPlan { kind, to, options, by, .. } = self;
        Made { kind: *kind, to: *to, options: options.clone(), by: HolderForm(by.clone()) }
    }

    /// The body of the file. `encoding` is that of the plan's stack and key.
    pub(super) fn write(&self, encoding: &Encoding) -> Result<Vec<u8>, StateError> {
        let Ok(saved) = &self.content else { return self.write_failed() };
        let Saved { plan, digest, base, seen } = &**saved;
        let short = |urn: &Urn| encoding.short(urn).to_owned();
        let mut outputs = BTreeMap::new();
        for (name, OutputChange { before, after }) in &plan.outputs {
            let slot = |value| -> Result<_, StateError> {
                let value: Option<&Value> = value;
                value.map(|value| Ok([encoding.sealed_at(STACK, "outputs", value)?])).transpose()
            };
            outputs.insert(name.as_str(), [slot(before.as_ref())?, slot(after.as_ref())?]);
        }
        let operations = plan.operations.iter().map(|operation| OperationOut::new(operation, encoding));
        let body = BodyOut {
            made: self.made(),
            digest,
            base: base.clone().map(|SavedBase { lineage, serial, digest }| BaseForm {
                lineage,
                serial,
                digest,
            }),
            seen: seen_form(seen, encoding),
            contract: plan.contract,
            gives: plan.output_expressions.is_some(),
            told: plan.preparation.told.iter().map(|told| told_form(told, encoding)).collect(),
            notices: (plan.notices.iter())
                .map(|Notice { urn, message, hint }| RefusalForm {
                    urn: short(urn),
                    message: message.clone(),
                    hint: hint.clone(),
                })
                .collect(),
            proposals: (plan.proposals.iter())
                .map(|Proposal { from, to, same_object }| ProposalForm {
                    from: short(from),
                    to: short(to),
                    same_object: *same_object,
                })
                .collect(),
            operations: operations.collect::<Result<_, _>>()?,
            outputs,
            warnings: (plan.warnings.iter())
                .map(|Irreversible { urn, path, message }| WarningForm {
                    urn: short(urn),
                    path: path.clone(),
                    message: message.clone(),
                })
                .collect(),
            refusals: (plan.refusals.iter())
                .map(|Refusal { urn, message, hint }| RefusalForm {
                    urn: short(urn),
                    message: message.clone(),
                    hint: hint.clone(),
                })
                .collect(),
        };
        serde_json::to_vec(&body).map_err(unwritable)
    }

    /// The body of the file of a plan that could not be made.
    pub(super) fn write_failed(&self) -> Result<Vec<u8>, StateError> {
        let failed = self.content.as_ref().err().cloned().unwrap_or_default();
        serde_json::to_vec(&FailedForm { made: self.made(), failed }).map_err(unwritable)
    }

    /// A plan that could not be made, from the body of its file.
    pub(super) fn read_failed(file: &str, stack: StackName, body: &[u8]) -> Result<Self, PlanFileError> {
        let read: Result<FailedForm, _> = serde_json::from_slice(body);
        let FailedForm { made: Made { kind, to, options, by }, failed } =
            read.map_err(|error| PlanFileError::Corrupt { file: file.to_owned(), what: error.to_string() })?;
        let (content, origin) = (Err(failed), PlanOrigin::default());
        Ok(SavedPlan { stack, kind, to, options, by: by.0, content, origin })
    }

    /// A plan from the body of its file. It tells no secrets apart yet.
    pub(super) fn read(stack: StackName, encoding: &Encoding, body: &[u8]) -> Result<Self, StateError> {
        let read: BodyIn = serde_json::from_slice(body).map_err(|error| encoding.damaged(error))?;
        let operations = read.operations.into_iter().map(|operation| operation.read(encoding));
        let mut operations = operations.collect::<Result<Vec<_>, _>>()?;
        if goes_in_circles(&operations) {
            return Err(encoding.damaged("what goes with what is a circle"));
        }
        let steps = StepGraph::new(&mut operations).map_err(|error| encoding.damaged(error))?;
        let base =
            read.base.map(|BaseForm { lineage, serial, digest }| SavedBase { lineage, serial, digest });
        let mut outputs = BTreeMap::new();
        for (name, [before, after]) in read.outputs {
            let open = |slot: Option<Slot<Plain>>| {
                slot.map(|[plain]| encoding.opened_at(STACK, "outputs", plain)).transpose()
            };
            outputs.insert(name, OutputChange { before: open(before)?, after: open(after)? });
        }
        let warning = |WarningForm { urn, path, message }| -> Result<_, StateError> {
            Ok(Irreversible { urn: encoding.long(&urn)?, path, message })
        };
        let refusal = |RefusalForm { urn, message, hint }: RefusalForm| -> Result<_, StateError> {
            Ok(Refusal { urn: encoding.long(&urn)?, message, hint })
        };
        let notice = |RefusalForm { urn, message, hint }: RefusalForm| -> Result<_, StateError> {
            Ok(Notice { urn: encoding.long(&urn)?, message, hint })
        };
        let proposal = |ProposalForm { from, to, same_object }: ProposalForm| -> Result<_, StateError> {
            Ok(Proposal { from: encoding.long(&from)?, to: encoding.long(&to)?, same_object })
        };
        let told = read.told.into_iter().map(|told| read_told(told, encoding)).collect::<Result<_, _>>()?;
        let plan = Plan {
            // A part of the stack was selected by the options, which are in the file.
            left_out: Default::default(),
            // What the state is told is made anew with the plan; here is what people are told of it.
            preparation: Preparation { records: Vec::new(), told },
            notices: read.notices.into_iter().map(notice).collect::<Result<_, _>>()?,
            proposals: read.proposals.into_iter().map(proposal).collect::<Result<_, _>>()?,
            stack: stack.clone(),
            base: match &base {
                Some(SavedBase { lineage, serial, .. }) => Base { lineage: lineage.clone(), serial: *serial },
                None => Base { lineage: String::new(), serial: 0 },
            },
            operations,
            steps,
            warnings: read.warnings.into_iter().map(warning).collect::<Result<_, _>>()?,
            refusals: read.refusals.into_iter().map(refusal).collect::<Result<_, _>>()?,
            outputs,
            // What the program says is not in the file; whether it was asked is.
            output_expressions: read.gives.then(BTreeMap::new),
            contract: read.contract,
            fingerprints: None,
            answers: Answers::new(),
            unanswered: Vec::new(),
        };
        let seen = read_seen(read.seen, encoding)?;
        let content = Ok(Box::new(Saved { plan, digest: read.digest, base, seen }));
        let Made { kind, to, options, by } = read.made;
        Ok(SavedPlan { stack, kind, to, options, by: by.0, content, origin: PlanOrigin::default() })
    }
}

/// Whether some operations go with each other in a circle, which no plan has.
fn goes_in_circles(operations: &[Operation]) -> bool {
    let with: HashMap<&Urn, &Urn> =
        operations.iter().filter_map(|one| Some((&one.urn, one.goes_with.as_ref()?))).collect();
    // Nobody goes with more than all others, one after the other.
    with.keys().any(|urn| {
        let mut chain = std::iter::successors(Some(*urn), |urn| with.get(urn).copied());
        chain.nth(with.len()).is_some_and(|last| with.contains_key(last))
    })
}

fn told_form(Told { urn, what }: &Told, encoding: &Encoding) -> ToldForm {
    let short = |urn: &Urn| encoding.short(urn).to_owned();
    let what = match what {
        Telling::Moved { from } => TellingForm::Moved { from: short(from) },
        Telling::Detached { from } => TellingForm::Detached { from: short(from) },
        Telling::Attached { to } => TellingForm::Attached { to: short(to) },
        Telling::Imported { id } => TellingForm::Imported { id: id.clone() },
    };
    ToldForm { urn: short(urn), what }
}

fn read_told(ToldForm { urn, what }: ToldForm, encoding: &Encoding) -> Result<Told, StateError> {
    let what = match what {
        TellingForm::Moved { from } => Telling::Moved { from: encoding.long(&from)? },
        TellingForm::Detached { from } => Telling::Detached { from: encoding.long(&from)? },
        TellingForm::Attached { to } => Telling::Attached { to: encoding.long(&to)? },
        TellingForm::Imported { id } => Telling::Imported { id },
    };
    Ok(Told { urn: encoding.long(&urn)?, what })
}

fn seen_form(seen: &Seen, encoding: &Encoding) -> SeenForm {
    let by_urn = |digests: &BTreeMap<Urn, String>| {
        let digests = digests.iter();
        digests.map(|(urn, digest)| (encoding.short(urn).to_owned(), digest.clone())).collect()
    };
    let object = |((urn, id), Object { known, read }): (&(Urn, String), &Object)| ObjectForm {
        urn: encoding.short(urn).to_owned(),
        id: id.clone(),
        known: known.clone(),
        read: read.clone(),
    };
    SeenForm {
        declared: by_urn(&seen.declared),
        outputs: seen.outputs.clone(),
        config: seen.config.clone(),
        objects: seen.objects.iter().map(object).collect(),
        answers: by_urn(&seen.answers),
    }
}

fn read_seen(form: SeenForm, encoding: &Encoding) -> Result<Seen, StateError> {
    let by_urn = |digests: BTreeMap<String, String>| -> Result<BTreeMap<Urn, String>, StateError> {
        digests.into_iter().map(|(urn, digest)| Ok((encoding.long(&urn)?, digest))).collect()
    };
    let object = |ObjectForm { urn, id, known, read }| -> Result<_, StateError> {
        Ok(((encoding.long(&urn)?, id), Object { known, read }))
    };
    Ok(Seen {
        declared: by_urn(form.declared)?,
        outputs: form.outputs,
        config: form.config,
        objects: form.objects.into_iter().map(object).collect::<Result<_, _>>()?,
        answers: by_urn(form.answers)?,
    })
}

fn unwritable(error: serde_json::Error) -> StateError {
    StateError::Write { file: "the saved plan".into(), source: error.into() }
}

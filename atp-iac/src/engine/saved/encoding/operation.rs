//! One operation of a saved plan. What is at its default is left out.

use crate::Urn;
use crate::diff::Change;
use crate::plan::{Operation, OperationKind};
use crate::program::Location;
use crate::resource::Options;
use crate::state::StateError;
use crate::state::encoding::{Encoding, LifecycleIn, LifecycleOut, Plain, ResourceIn, ResourceOut, Sealed};
use crate::value::Path;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ops::Not;
use std::sync::{Arc, Mutex, PoisonError};

/// In a list, since `null` is a value, too.
type Slot<T> = Option<[T; 1]>;

#[derive(Serialize)]
pub struct OperationOut<'a> {
    urn: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    provider: &'a str,
    action: OperationKind,
    inputs: Sealed<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<ChangeOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<ResourceOut<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dependencies: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    queries: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifecycle: Option<LifecycleOut<'a>>,
    /// The properties whose change is not shown; `None` for what the program does not declare.
    #[serde(skip_serializing_if = "Option::is_none")]
    hidden: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Not::not")]
    holds_data: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<(&'a str, u32)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    goes_with: Option<&'a str>,
}

#[derive(Serialize)]
struct ChangeOut<'a> {
    path: &'a Path,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Slot<Sealed<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Slot<Sealed<'a>>,
    #[serde(skip_serializing_if = "Not::not")]
    replaces: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationIn {
    urn: String,
    kind: Option<String>,
    provider: String,
    action: OperationKind,
    inputs: Plain,
    #[serde(default)]
    changes: Vec<ChangeIn>,
    old: Option<ResourceIn>,
    #[serde(default)]
    dependencies: Vec<String>,
    #[serde(default)]
    queries: Vec<String>,
    lifecycle: Option<LifecycleIn>,
    hidden: Option<Vec<String>>,
    #[serde(default)]
    holds_data: bool,
    location: Option<(String, u32)>,
    reason: Option<String>,
    goes_with: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeIn {
    path: Path,
    before: Slot<Plain>,
    after: Slot<Plain>,
    #[serde(default)]
    replaces: bool,
}

impl<'a> OperationOut<'a> {
    pub fn new(operation: &'a Operation, encoding: &'a Encoding) -> Result<Self, StateError> {
        let urn = &operation.urn;
        let changes = operation.changes.iter().map(|change| {
            let slot = |value| -> Result<Slot<Sealed<'a>>, StateError> {
                let value: Option<&'a crate::value::Value> = value;
                value.map(|value| Ok([encoding.sealed(urn, "changes", value)?])).transpose()
            };
            let (before, after) = (slot(change.before.as_ref())?, slot(change.after.as_ref())?);
            Ok(ChangeOut { path: &change.path, before, after, replaces: change.replaces })
        });
        Ok(OperationOut {
            urn: encoding.short(urn),
            kind: (operation.kind != urn.resource_type()).then_some(&operation.kind),
            provider: &operation.provider,
            action: operation.action,
            inputs: encoding.sealed(urn, "inputs", &operation.inputs)?,
            changes: changes.collect::<Result<_, StateError>>()?,
            old: operation.old.as_deref().map(|old| encoding.resource(old)).transpose()?,
            dependencies: operation.dependencies.iter().map(|urn| encoding.short(urn)).collect(),
            queries: operation.queries.iter().map(|urn| encoding.short(urn)).collect(),
            lifecycle: encoding.lifecycle(urn, &operation.lifecycle)?,
            hidden: (operation.options.as_deref())
                .map(|options| options.hide_diff.iter().map(ToString::to_string).collect()),
            holds_data: operation.holds_data,
            location: operation.location.map(|location| (location.file, location.line)),
            reason: operation.reason.as_deref(),
            goes_with: operation.goes_with.as_ref().map(|urn| encoding.short(urn)),
        })
    }
}

impl OperationIn {
    pub fn read(self, encoding: &Encoding) -> Result<Operation, StateError> {
        let urn = encoding.long(&self.urn)?;
        let changes = self.changes.into_iter().map(|change| {
            let open =
                |slot: Slot<Plain>| slot.map(|[plain]| encoding.opened(&urn, "changes", plain)).transpose();
            let ChangeIn { path, before, after, replaces } = change;
            Ok(Change { path, before: open(before)?, after: open(after)?, replaces })
        });
        let urns = |texts: &[String]| -> Result<BTreeSet<Urn>, StateError> {
            texts.iter().map(|text| encoding.long(text)).collect()
        };
        Ok(Operation {
            kind: self.kind.unwrap_or_else(|| urn.resource_type().to_owned()),
            provider: self.provider,
            action: self.action,
            inputs: encoding.opened(&urn, "inputs", self.inputs)?,
            expression: None,
            changes: changes.collect::<Result<_, StateError>>()?,
            old: self.old.map(|old| encoding.read_resource(old).map(Box::new)).transpose()?,
            dependencies: urns(&self.dependencies)?,
            queries: urns(&self.queries)?,
            lifecycle: encoding.read_lifecycle(&urn, self.lifecycle)?,
            options: self.hidden.map(|hidden| Arc::new(Options::new().hide_diff(hidden))),
            holds_data: self.holds_data,
            location: self.location.map(|(file, line)| Location { file: kept(file), line }),
            reason: self.reason,
            goes_with: self.goes_with.map(|urn| encoding.long(&urn)).transpose()?,
            urn,
        })
    }
}

/// A text that stays for as long as the process runs, as the names of source files that the compiler wrote into it do. Each
/// is kept once.
fn kept(file: String) -> &'static str {
    static FILES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = files.get(file.as_str()) {
        return known;
    }
    let file: &'static str = Box::leak(file.into_boxed_str());
    files.insert(file);
    file
}

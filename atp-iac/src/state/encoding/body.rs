//! The body of a snapshot: one resource a line, so that people can read and compare it.

use super::Encoding;
use super::record::{HistoryHeadForm, IntentIn, LastUpdateForm};
use super::resource::ResourceIn;
use super::value::{Place, Plain, Sealed};
use crate::state::{Snapshot, StateError, StateView};
use crate::value::Value;
use serde::ser::{SerializeMap as _, Serializer};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What stands for the URN where outputs of the stack are sealed.
const STACK: &str = "outputs of the stack";

/// The outputs of a stack.
pub struct OutputsOut<'a> {
    encoding: &'a Encoding,
    values: &'a BTreeMap<String, Value>,
}

const ROOT: Place<'static> = Place::Root { urn: STACK, field: "outputs" };

impl Serialize for OutputsOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.values.len()))?;
        for (name, value) in self.values {
            let place = Place::Key(&ROOT, name);
            map.serialize_entry(name, &Sealed { encoding: self.encoding, value, place })?;
        }
        map.end()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BodyIn {
    stack: String,
    contract: u64,
    last_update: Option<LastUpdateForm>,
    history: Option<HistoryHeadForm>,
    outputs: BTreeMap<String, Plain>,
    resources: Vec<ResourceIn>,
    #[serde(default)]
    pending: Vec<IntentIn>,
}

impl Encoding {
    /// The body of the snapshot of a view.
    pub fn write_body(&self, view: &StateView) -> Result<Vec<u8>, StateError> {
        let mut body = Vec::with_capacity(256 + 1024 * view.resources().len());
        body.extend_from_slice(b"{\"stack\":");
        self.push(&mut body, &self.stack.to_string())?;
        body.extend_from_slice(b",\"contract\":");
        self.push(&mut body, &view.contract())?;
        if let Some(update) = view.last_update() {
            body.extend_from_slice(b",\"last_update\":");
            self.push(&mut body, &LastUpdateForm::from(update.clone()))?;
        }
        if let Some(head) = view.history() {
            body.extend_from_slice(b",\"history\":");
            self.push(&mut body, &HistoryHeadForm::from(head.clone()))?;
        }
        body.extend_from_slice(b",\"outputs\":");
        self.push(&mut body, &self.outputs(view.outputs())?)?;
        body.extend_from_slice(b",\"resources\":[");
        for (index, resource) in view.resources().enumerate() {
            body.extend_from_slice(if index == 0 { b"\n" } else { b",\n" });
            self.push(&mut body, &self.resource(resource)?)?;
        }
        body.extend_from_slice(b"]");
        for (index, intent) in view.pending().enumerate() {
            body.extend_from_slice(if index == 0 { b",\"pending\":[\n" } else { b",\n" });
            self.push(&mut body, &self.intent(intent)?)?;
        }
        body.extend_from_slice(if view.pending().next().is_some() { b"]}\n" } else { b"}\n" });
        Ok(body)
    }

    /// A snapshot from its body; lineage and serial come from its header.
    pub fn read_body(&self, lineage: &str, serial: u64, body: &[u8]) -> Result<Snapshot, StateError> {
        let read: BodyIn = self.parse(body)?;
        if read.stack != self.stack.to_string() {
            return Err(self.damaged(format!("it is the state of {}", read.stack)));
        }
        let resources = read.resources.into_iter().map(|resource| self.read_resource(resource));
        let pending = read.pending.into_iter().map(|intent| self.read_intent(intent));
        Ok(Snapshot {
            lineage: lineage.to_owned(),
            serial,
            stack: self.stack.clone(),
            contract: read.contract,
            last_update: read.last_update.map(Into::into),
            history: read.history.map(Into::into),
            outputs: self.read_outputs(read.outputs)?,
            resources: resources.collect::<Result<_, _>>()?,
            pending: pending.collect::<Result<_, _>>()?,
        })
    }

    pub(super) fn outputs<'a>(
        &'a self,
        values: &'a BTreeMap<String, Value>,
    ) -> Result<OutputsOut<'a>, StateError> {
        let mut named = values.iter();
        named.try_for_each(|(name, value)| self.check_storable(value, &format!("the output `{name}`")))?;
        Ok(OutputsOut { encoding: self, values })
    }

    pub(super) fn read_outputs(
        &self,
        read: BTreeMap<String, Plain>,
    ) -> Result<BTreeMap<String, Value>, StateError> {
        let open = |(name, plain): (String, Plain)| {
            let value = self.open(plain, Place::Key(&ROOT, &name))?;
            Ok((name, value))
        };
        read.into_iter().map(open).collect()
    }

    fn push(&self, body: &mut Vec<u8>, value: &impl Serialize) -> Result<(), StateError> {
        serde_json::to_writer(body, value).map_err(|error| self.unwritable(error))
    }
}

//! Resources, on one line each. What is at its default is left out.

use super::lifecycle::{Former, LifecycleIn, LifecycleOut};
use super::value::{Place, Plain, Sealed};
use super::{Encoding, time as moment};
use crate::Urn;
use crate::state::{ResourceState, StateError};
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::ops::Not;
use time::OffsetDateTime;

#[derive(Serialize)]
pub struct ResourceOut<'a> {
    urn: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    provider: &'a str,
    id: &'a str,
    inputs: Sealed<'a>,
    outputs: Sealed<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dependencies: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifecycle: Option<LifecycleOut<'a>>,
    #[serde(with = "moment")]
    created: OffsetDateTime,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified: Option<Moment>,
    #[serde(skip_serializing_if = "Not::not")]
    replaced: bool,
    #[serde(skip_serializing_if = "Not::not")]
    incomplete: bool,
    #[serde(skip_serializing_if = "Not::not")]
    tainted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a str>,
}

#[derive(Serialize, Deserialize)]
struct Moment(#[serde(with = "moment")] OffsetDateTime);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceIn {
    urn: String,
    kind: Option<String>,
    provider: String,
    id: String,
    inputs: Plain,
    outputs: Plain,
    #[serde(default)]
    dependencies: Vec<String>,
    lifecycle: Option<LifecycleIn>,
    /// Of format 1.
    #[serde(default)]
    protect: bool,
    /// Of format 1.
    retain: Option<String>,
    #[serde(with = "moment")]
    created: OffsetDateTime,
    modified: Option<Moment>,
    #[serde(default)]
    replaced: bool,
    #[serde(default)]
    incomplete: bool,
    #[serde(default)]
    tainted: bool,
    location: Option<String>,
}

impl Encoding {
    pub fn resource<'a>(&'a self, resource: &'a ResourceState) -> Result<ResourceOut<'a>, StateError> {
        let urn = &resource.urn;
        Ok(ResourceOut {
            urn: self.short(urn),
            kind: (resource.kind != urn.resource_type()).then_some(&resource.kind),
            provider: &resource.provider,
            id: &resource.id,
            inputs: self.sealed(urn, "inputs", &resource.inputs)?,
            outputs: self.sealed(urn, "outputs", &resource.outputs)?,
            dependencies: resource.dependencies.iter().map(|urn| self.short(urn)).collect(),
            lifecycle: self.lifecycle(urn, &resource.lifecycle)?,
            created: resource.created,
            modified: (resource.modified != resource.created).then_some(Moment(resource.modified)),
            replaced: resource.replaced,
            incomplete: resource.incomplete,
            tainted: resource.tainted,
            location: resource.location.as_deref(),
        })
    }

    pub fn read_resource(&self, read: ResourceIn) -> Result<ResourceState, StateError> {
        let urn = self.long(&read.urn)?;
        Ok(ResourceState {
            kind: read.kind.unwrap_or_else(|| urn.resource_type().to_owned()),
            provider: read.provider,
            id: read.id,
            inputs: self.opened(&urn, "inputs", read.inputs)?,
            outputs: self.opened(&urn, "outputs", read.outputs)?,
            dependencies: self.long_all(&read.dependencies)?,
            lifecycle: {
                let former = Former { protect: read.protect, retain: read.retain };
                self.read_lifecycle(&urn, former.within(read.lifecycle))?
            },
            created: read.created,
            modified: read.modified.map_or(read.created, |moment| moment.0),
            replaced: read.replaced,
            incomplete: read.incomplete,
            tainted: read.tainted,
            location: read.location,
            urn,
        })
    }

    pub fn sealed<'a>(
        &'a self,
        urn: &'a Urn,
        field: &'static str,
        value: &'a Value,
    ) -> Result<Sealed<'a>, StateError> {
        self.sealed_at(urn.as_str(), field, value)
    }

    /// Where no URN is, another text stands for it.
    pub fn sealed_at<'a>(
        &'a self,
        urn: &'a str,
        field: &'static str,
        value: &'a Value,
    ) -> Result<Sealed<'a>, StateError> {
        self.check_storable(value, urn)?;
        Ok(Sealed { encoding: self, value, place: Place::Root { urn, field } })
    }

    pub fn opened(&self, urn: &Urn, field: &'static str, plain: Plain) -> Result<Value, StateError> {
        self.opened_at(urn.as_str(), field, plain)
    }

    pub fn opened_at(&self, urn: &str, field: &'static str, plain: Plain) -> Result<Value, StateError> {
        self.open(plain, Place::Root { urn, field })
    }

    pub fn long_all(&self, texts: &[String]) -> Result<Vec<Urn>, StateError> {
        texts.iter().map(|text| self.long(text)).collect()
    }
}

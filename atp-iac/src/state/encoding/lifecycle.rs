//! [`Lifecycle`], as it is written. What is at its default is left out.

use super::Encoding;
use super::value::{Plain, Sealed};
use crate::Urn;
use crate::resource::Timeouts;
use crate::state::{Lifecycle, StateError};
use crate::value::Patterns;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ops::Not;
use std::time::Duration;

#[derive(Serialize)]
pub struct LifecycleOut<'a> {
    #[serde(skip_serializing_if = "Not::not")]
    protect: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    retain: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_with: Option<&'a str>,
    #[serde(skip_serializing_if = "TimeoutsForm::is_empty")]
    timeouts: TimeoutsForm,
    /// In a list, since `null` is a value, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    replacement_trigger: Option<[Sealed<'a>; 1]>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    delete_hooks: &'a BTreeSet<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secret_outputs: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct LifecycleIn {
    #[serde(default)]
    protect: bool,
    retain: Option<String>,
    deleted_with: Option<String>,
    #[serde(default)]
    timeouts: TimeoutsForm,
    replacement_trigger: Option<[Plain; 1]>,
    #[serde(default)]
    delete_hooks: BTreeSet<String>,
    #[serde(default)]
    secret_outputs: Vec<String>,
}

/// What format 1 says outside of a lifecycle.
pub struct Former {
    pub protect: bool,
    pub retain: Option<String>,
}

impl Former {
    /// A lifecycle that says this, too.
    pub fn within(self, lifecycle: Option<LifecycleIn>) -> Option<LifecycleIn> {
        let Former { protect, retain } = self;
        if !protect && retain.is_none() {
            return lifecycle;
        }
        let mut lifecycle = lifecycle.unwrap_or_default();
        lifecycle.protect |= protect;
        lifecycle.retain = lifecycle.retain.or(retain);
        Some(lifecycle)
    }
}

/// In milliseconds.
#[derive(Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct TimeoutsForm {
    #[serde(skip_serializing_if = "Option::is_none")]
    create: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    read: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delete: Option<u64>,
}

impl TimeoutsForm {
    fn is_empty(&self) -> bool {
        let TimeoutsForm { create, read, update, delete } = self;
        [create, read, update, delete].into_iter().all(Option::is_none)
    }
}

impl From<Timeouts> for TimeoutsForm {
    fn from(Timeouts { create, read, update, delete }: Timeouts) -> Self {
        let form =
            |limit: Option<Duration>| limit.map(|limit| u64::try_from(limit.as_millis()).unwrap_or(u64::MAX));
        TimeoutsForm { create: form(create), read: form(read), update: form(update), delete: form(delete) }
    }
}

impl From<TimeoutsForm> for Timeouts {
    fn from(TimeoutsForm { create, read, update, delete }: TimeoutsForm) -> Self {
        let limit = |form: Option<u64>| form.map(Duration::from_millis);
        Timeouts { create: limit(create), read: limit(read), update: limit(update), delete: limit(delete) }
    }
}

impl Encoding {
    /// `None` when all of it is at its default.
    pub fn lifecycle<'a>(
        &'a self,
        urn: &'a Urn,
        lifecycle: &'a Lifecycle,
    ) -> Result<Option<LifecycleOut<'a>>, StateError> {
        if *lifecycle == Lifecycle::default() {
            return Ok(None);
        }
        let trigger = lifecycle.replacement_trigger.as_ref();
        Ok(Some(LifecycleOut {
            protect: lifecycle.protect,
            retain: lifecycle.retain.as_deref(),
            deleted_with: lifecycle.deleted_with.as_ref().map(|urn| self.short(urn)),
            timeouts: lifecycle.timeouts.into(),
            replacement_trigger: trigger
                .map(|value| self.sealed(urn, "replacement_trigger", value))
                .transpose()?
                .map(|sealed| [sealed]),
            delete_hooks: &lifecycle.delete_hooks,
            secret_outputs: lifecycle.secret_outputs.iter().map(ToString::to_string).collect(),
        }))
    }

    pub fn read_lifecycle(&self, urn: &Urn, read: Option<LifecycleIn>) -> Result<Lifecycle, StateError> {
        let read = read.unwrap_or_default();
        let trigger = read.replacement_trigger;
        let mut secret_outputs = Patterns::default();
        secret_outputs.extend(read.secret_outputs);
        if let Some(wrong) = secret_outputs.wrong() {
            return Err(self.damaged(format!("what is secret of `{urn}` {wrong}")));
        }
        Ok(Lifecycle {
            protect: read.protect,
            retain: read.retain,
            deleted_with: read.deleted_with.map(|urn| self.long(&urn)).transpose()?,
            timeouts: read.timeouts.into(),
            replacement_trigger: trigger
                .map(|[plain]| self.opened(urn, "replacement_trigger", plain))
                .transpose()?,
            delete_hooks: read.delete_hooks,
            secret_outputs,
        })
    }
}

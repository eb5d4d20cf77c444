//! What the checks of one sample share.

use super::report::{Check, Outcome};
use super::sample::Sample;
use super::watched::Watched;
use crate::provider::{Existing, Object, Provider, ProviderError, Request, Target};
use crate::value::Value;
use std::sync::Arc;
use std::time::Duration;

/// How a check ends: an error is any outcome but that it passed.
pub(super) type Verdict = Result<(), Outcome>;

pub(super) const OF_STATE: Outcome = Outcome::DoesNotApply("it lives in the state alone");
pub(super) const NO_CHANGE: Outcome = Outcome::DoesNotApply("the sample has nothing to change in place");
pub(super) const NO_REPLACEMENT: Outcome = Outcome::DoesNotApply("the sample has nothing that replaces");

/// That it failed.
pub(super) fn failed(why: impl Into<String>) -> Outcome {
    Outcome::Failed(why.into())
}

/// Passes when it is so.
pub(super) fn ensure(so: bool, why: impl FnOnce() -> String) -> Verdict {
    if so { Ok(()) } else { Err(failed(why())) }
}

/// That a call failed.
pub(super) fn call_failed(call: &str) -> impl Fn(ProviderError) -> Outcome {
    move |error| failed(format!("{call} failed: {}: {}", error.code, error.message))
}

/// An object that the provider made.
pub(super) struct Made {
    pub kind: String,
    pub inputs: Value,
    pub object: Object,
}

impl Made {
    pub fn existing(&self) -> Existing<'_> {
        Existing { id: &self.object.id, inputs: &self.inputs, outputs: &self.object.outputs }
    }

    pub fn target(&self) -> Target<'_> {
        Target { kind: &self.kind, id: &self.object.id, inputs: &self.inputs }
    }
}

/// A provider, and a sample to try with it.
pub(super) struct Bench<'s> {
    pub provider: Arc<Watched>,
    pub sample: &'s Sample,
    pub timeout: Duration,
}

impl<'s> Bench<'s> {
    pub fn new(provider: Arc<dyn Provider>, sample: &'s Sample, timeout: Duration) -> Self {
        Bench { provider: Arc::new(Watched::new(provider)), sample, timeout }
    }

    pub async fn check(&self, check: Check) -> Verdict {
        match check {
            Check::Accepted => self.accepted(),
            Check::Id => self.id().await,
            Check::Predictions => self.predictions().await,
            Check::CreatedOnce => self.created_once().await,
            Check::Read => self.reads().await,
            Check::ReadMany => self.reads_many().await,
            Check::Same => self.same().await,
            Check::Unknown => self.unknown().await,
            Check::Updated => self.updated().await,
            Check::Replaced => self.replaced().await,
            Check::NoDrift => self.no_drift().await,
            Check::Drift => self.drifted().await,
            Check::Deleted => self.deleted().await,
            Check::DeletedTwice => self.deleted_twice().await,
            Check::Up => self.up().await,
            Check::Refreshed => self.refreshed().await,
            Check::CutOff => self.cut_off().await,
            Check::Destroyed => self.destroyed().await,
            Check::Secrets => self.secrets().await,
        }
    }

    /// Takes away what a check left.
    pub async fn clean(&self) {
        for live in self.provider.live().iter().rev() {
            let target = Target { kind: &live.kind, id: &live.id, inputs: &live.inputs };
            // What stays is in the way of the next check, which says so.
            let _ = self.provider.delete(target, self.timeout).await;
        }
    }

    pub fn lives_in_state(&self) -> bool {
        self.provider.lives_in_state(&self.sample.kind)
    }

    pub fn outside_of_the_state(&self) -> Verdict {
        if self.lives_in_state() { Err(OF_STATE) } else { Ok(()) }
    }

    pub fn changed(&self) -> Result<&Value, Outcome> {
        self.sample.changed.as_ref().ok_or(NO_CHANGE)
    }

    pub fn request<'v>(&'v self, inputs: &'v Value) -> Request<'v> {
        Request { kind: &self.sample.kind, inputs, timeout: self.timeout }
    }

    /// Makes what the object needs around it.
    pub async fn surround(&self) -> Result<Vec<Made>, Outcome> {
        let mut made = Vec::new();
        for (kind, inputs) in &self.sample.surroundings {
            let request = Request { kind, inputs, timeout: self.timeout };
            let object = self.provider.create(request).await;
            let object = object.map_err(call_failed(&format!("creating the `{kind}` around it")))?;
            made.push(Made { kind: kind.clone(), inputs: inputs.clone(), object });
        }
        Ok(made)
    }

    /// Makes the object, and what it needs around it.
    pub async fn make(&self) -> Result<Made, Outcome> {
        self.surround().await?;
        let inputs = self.sample.inputs.clone();
        let object = self.provider.create(self.request(&inputs)).await.map_err(call_failed("creating it"))?;
        Ok(Made { kind: self.sample.kind.clone(), inputs, object })
    }

    pub async fn read(&self, made: &Made) -> Result<Option<Value>, Outcome> {
        self.provider.read(made.target()).await.map_err(call_failed("reading it"))
    }

    /// What is there of an object that has to be there.
    pub async fn observe(&self, made: &Made) -> Result<Value, Outcome> {
        self.read(made).await?.ok_or_else(|| failed("it is not there when it is read"))
    }

    /// Changes it in place.
    pub async fn update(&self, made: &Made, inputs: &Value) -> Result<Made, Outcome> {
        let updated = self.provider.update(self.request(inputs), &made.existing()).await;
        let object = updated.map_err(call_failed("updating it"))?;
        Ok(Made { kind: made.kind.clone(), inputs: inputs.clone(), object })
    }

    pub async fn delete(&self, made: &Made) -> Verdict {
        let deleted = self.provider.delete(made.target(), self.timeout).await;
        deleted.map_err(call_failed("deleting it"))
    }
}

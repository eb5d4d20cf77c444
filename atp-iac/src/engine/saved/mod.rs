//! Saved plans: what was looked at is what is done.
//!
//! A plan holds closures of the program, which no file can hold. So a saved plan says what will be done and what that was
//! made from, and whoever carries it out runs the program once more, under the lock, and plans again. Only when that gives
//! the saved plan, from the same state, program, configuration and objects, is it carried out. Otherwise the run is refused,
//! and [`Moved`] says what is otherwise.
//!
//! The one exception is a run of this very plan that was cut off or failed half way, which the state knows by the plan's
//! digest: then what is left to do has to be within the saved plan, and that is done.
//!
//! Invariant: no secret is in the file in clear. Values are sealed with the key of the stack, and digests are made with it.

mod digests;
mod encoding;
mod file;
mod moved;
#[cfg(test)]
mod tests;

pub(super) use digests::Seen;
pub use file::PlanFileError;
pub use moved::{How, Moved};

use super::history::Records;
use super::{Deployment, Engine, EngineError, Kind, Planned, Preview, UpdateOptions, Wanted};
use crate::StackName;
use crate::history::{Signature, TrustedKey};
use crate::plan::Plan;
use crate::ports::random_uuid;
use crate::secrets::{DataKey, Sealer, SecretError, WrappedKeys};
use crate::state::encoding::Encoding;
use crate::state::{Holder, Snapshot, StateError, StateView, read_state};
use file::Envelope;

/// A plan as it was saved.
#[derive(Debug, Clone)]
pub struct SavedPlan {
    /// Of which stack.
    pub stack: StackName,
    /// What is wanted of it.
    pub kind: Kind,
    /// Of a rollback: the update whose state is wanted.
    pub to: Option<u64>,
    /// How it was planned, which is how it is planned again.
    pub options: UpdateOptions,
    /// Who made it, and when.
    pub by: Holder,
    /// What it does, or why there is none.
    pub content: Result<Box<Saved>, String>,
    /// The file that it was read from.
    pub origin: PlanOrigin,
}

/// The file of a plan, as people agree to it; empty of a plan that was not read from one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanOrigin {
    /// Its checksum.
    pub checksum: String,
    /// Whose key signed it when it was made, if one did.
    pub signed_by: Option<TrustedKey>,
}

/// A plan that could be made. Its operations have no expressions, and no options but what screens need.
#[derive(Debug, Clone)]
pub struct Saved {
    /// What is done.
    pub plan: Plan,
    /// The digest of the plan: the state knows a run of it by this.
    pub digest: String,
    /// The state that it was made from; `None` when the stack had none.
    pub base: Option<SavedBase>,
    /// What it was made from besides.
    pub(super) seen: Seen,
}

/// The state that a plan was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedBase {
    /// Its history.
    pub lineage: String,
    /// Its number in it.
    pub serial: u64,
    /// Hash of the snapshot and of all that was recorded since.
    pub digest: String,
}

impl SavedPlan {
    /// What it is a plan to: `up`, `destroy` or `rollback`.
    pub fn operation(&self) -> &'static str {
        self.kind.name_to(self.to)
    }

    /// What it does.
    ///
    /// # Errors
    /// When it could not be made.
    pub fn saved(&self) -> Result<&Saved, EngineError> {
        self.content.as_deref().map_err(|why| EngineError::FailedPlan(why.clone()))
    }
}

/// The key of a plan: that of the stack, or a new one when the stack has none yet.
struct PlanKey {
    wrapped: WrappedKeys,
    context: String,
    sealer: Sealer,
}

impl PlanKey {
    /// Sealed values of a plan do not open in a state, and the other way round.
    fn new(key: &DataKey, wrapped: WrappedKeys, context: String) -> Self {
        let sealer = Sealer::new(key, &format!("plan of {context}"));
        PlanKey { wrapped, context, sealer }
    }
}

impl Engine {
    /// What an update would do, and the same as a file, to be carried out later by
    /// [`update_with_plan`](Self::update_with_plan). Takes no lock and writes nothing.
    ///
    /// # Errors
    /// As [`Engine::preview`]. Whoever keeps the file in one place should then put
    /// [`failed_plan`](Self::failed_plan) there: nobody is to carry out an older one by mistake.
    pub async fn save_plan(
        &self,
        deployment: &Deployment,
        kind: Kind,
        options: &UpdateOptions,
    ) -> Result<(Preview, Vec<u8>), EngineError> {
        let stack = &deployment.name;
        let (view, base, key) = match read_state(self.store.as_ref(), stack, self.keys.as_ref()).await? {
            Some(read) => {
                let (lineage, serial) = (read.view.lineage().to_owned(), read.view.serial());
                let key = self.unwrap(&read.keys, &lineage).await.map_err(|e| secret(stack, e))?;
                let key = PlanKey::new(&key, read.keys, lineage.clone());
                (read.view, Some(SavedBase { lineage, serial, digest: read.digest }), key)
            }
            None => {
                let view = StateView::new(Snapshot::empty(stack.clone(), ""))?;
                (view, None, self.new_plan_key(stack).await?)
            }
        };
        let fingerprints = key.sealer.fingerprints().clone();
        let wanted =
            Wanted { deployment, kind, options, planned: &Planned::new(), inspect: Some(&fingerprints) };
        let made = self.plan(&wanted, view, Some(&fingerprints), &mut Vec::new()).await?;
        let saved = Saved { digest: made.plan.digest(), plan: made.plan, base, seen: made.seen };
        let what = (kind, deployment.goes_back_to());
        let saved = self.saved_plan(stack, what, options, Ok(Box::new(saved)));
        let encoding = Encoding::of_plan(stack.clone(), key.sealer);
        let body = saved.write(&encoding)?;
        let signature = self.sign_plan(stack, &body).await?;
        let envelope = Envelope { stack: stack.clone(), keys: Some((key.wrapped, key.context)), signature };
        let bytes = file::write(&envelope, &body)?;
        let Ok(saved) = saved.content else { return Err(EngineError::FailedPlan(String::new())) };
        Ok((Preview { plan: saved.plan, recovered: made.recovered }, bytes))
    }

    /// The file of a plan that could not be made: carrying it out is refused, and `why` is said, which has no secret in it.
    /// `what` is what was wanted, and of a rollback the update whose state it was.
    ///
    /// # Errors
    /// When it cannot be encoded.
    pub fn failed_plan(
        &self,
        stack: &StackName,
        what: (Kind, Option<u64>),
        options: &UpdateOptions,
        why: &str,
    ) -> Result<Vec<u8>, EngineError> {
        let body = self.saved_plan(stack, what, options, Err(why.to_owned())).write_failed()?;
        Ok(file::write(&Envelope { stack: stack.clone(), keys: None, signature: None }, &body)?)
    }

    /// Says by a key who made a plan, where others have to agree to it and something signs.
    async fn sign_plan(&self, stack: &StackName, body: &[u8]) -> Result<Option<Signature>, EngineError> {
        let Records { signer, approvals, .. } = &self.records;
        let Some(signer) = signer.as_ref().filter(|_| approvals.needed > 0) else { return Ok(None) };
        let signature = signer.sign(&file::signed(stack, body)).await.map_err(EngineError::Signer)?;
        Ok(Some(signature))
    }

    /// A plan that is made now.
    fn saved_plan(
        &self,
        stack: &StackName,
        (kind, to): (Kind, Option<u64>),
        options: &UpdateOptions,
        content: Result<Box<Saved>, String>,
    ) -> SavedPlan {
        SavedPlan {
            stack: stack.clone(),
            kind,
            to,
            options: options.clone(),
            by: self.holder_for(kind.name_to(to)),
            content,
            origin: PlanOrigin::default(),
        }
    }

    /// Reads a saved plan; `file` is what it is called in errors.
    ///
    /// # Errors
    /// When the bytes are not a whole plan of this or an older format, or its secrets do not open.
    pub async fn open_plan(&self, file: &str, bytes: &[u8]) -> Result<SavedPlan, PlanFileError> {
        let (envelope, body, checksum) = file::read(file, bytes)?;
        let Envelope { stack, keys, signature } = envelope;
        let Some((wrapped, context)) = keys else { return SavedPlan::read_failed(file, stack, body) };
        let unwrapped = self.unwrap(&wrapped, &context).await;
        let key = unwrapped.map_err(|error| PlanFileError::Secret { file: file.to_owned(), error })?;
        let key = PlanKey::new(&key, wrapped, context);
        let read = SavedPlan::read(stack.clone(), &Encoding::of_plan(stack, key.sealer.clone()), body);
        let mut saved = read.map_err(|error| PlanFileError::of(file, error))?;
        saved.origin = PlanOrigin { checksum, signed_by: signature.map(|signature| signature.key) };
        if let Ok(saved) = &mut saved.content {
            saved.plan.fingerprints = Some(key.sealer.fingerprints().clone());
            if saved.plan.digest() != saved.digest {
                let what = "its operations are not those that its digest was made of".to_owned();
                return Err(PlanFileError::Corrupt { file: file.to_owned(), what });
            }
        }
        Ok(saved)
    }

    async fn unwrap(&self, wrapped: &WrappedKeys, context: &str) -> Result<DataKey, SecretError> {
        self.keys.unwrap_any(wrapped, context).await
    }

    async fn new_plan_key(&self, stack: &StackName) -> Result<PlanKey, EngineError> {
        let context = random_uuid(self.random.as_ref()).map_err(StateError::from)?;
        let key = DataKey::generate(self.random.as_ref()).map_err(|error| secret(stack, error))?;
        let wrapped = self.keys.wrap_for_all(&key, &context).await.map_err(|error| secret(stack, error))?;
        Ok(PlanKey::new(&key, wrapped, context))
    }
}

fn secret(stack: &StackName, source: SecretError) -> StateError {
    StateError::Secret { stack: stack.clone().into(), source }
}

//! What runs before and after the cloud is called, and when a call fails.

use crate::Urn;
use crate::provider::ProviderError;
use crate::value::Value;
use futures::future::BoxFuture;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// Something that runs before or after the cloud is called for a resource.
///
/// When it fails before a call, nothing is called. When it fails after one, the resource is as the call left it, and is in
/// the state; the run fails, and what depends on the resource is not done. It is called once for a call: a run that is cut
/// off between the two calls it no more.
///
/// What leaves the program takes its hooks along. So that its deletion still runs them, the program goes on giving them,
/// by [`Context::delete_hook`](crate::program::Context::delete_hook).
#[derive(Clone)]
pub struct Hook {
    pub(crate) name: String,
    pub(crate) moments: BTreeSet<HookMoment>,
    pub(crate) run: RunHook,
}

type RunHook = Arc<dyn Fn(HookCall) -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// When a hook runs. A replacement creates and deletes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HookMoment {
    /// Before a create.
    BeforeCreate,
    /// After a create.
    AfterCreate,
    /// Before an update.
    BeforeUpdate,
    /// After an update.
    AfterUpdate,
    /// Before a delete.
    BeforeDelete,
    /// After a delete.
    AfterDelete,
}

impl HookMoment {
    /// Whether the call was made.
    pub fn is_after(self) -> bool {
        matches!(self, HookMoment::AfterCreate | HookMoment::AfterUpdate | HookMoment::AfterDelete)
    }

    /// Whether it is about a delete.
    pub fn is_delete(self) -> bool {
        matches!(self, HookMoment::BeforeDelete | HookMoment::AfterDelete)
    }
}

impl fmt::Display for HookMoment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            HookMoment::BeforeCreate => "before the create",
            HookMoment::AfterCreate => "after the create",
            HookMoment::BeforeUpdate => "before the update",
            HookMoment::AfterUpdate => "after the update",
            HookMoment::BeforeDelete => "before the delete",
            HookMoment::AfterDelete => "after the delete",
        })
    }
}

/// What a hook is told. Secrets in it are marked.
#[derive(Debug, Clone)]
pub struct HookCall {
    /// Of which resource.
    pub urn: Urn,
    /// When.
    pub moment: HookMoment,
    /// Its id, as far as it is known.
    pub id: Option<String>,
    /// What the program says of it now; of a delete, what it said last.
    pub inputs: Value,
    /// What the cloud said last, if it is there.
    pub outputs: Option<Value>,
}

impl Hook {
    /// A hook with a name for people, and for the state: what runs around deletes is remembered by name, because a
    /// `destroy` that does not run the program has no code to run.
    pub fn new<F>(
        name: impl Into<String>,
        moments: impl IntoIterator<Item = HookMoment>,
        run: impl Fn(HookCall) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        let run: RunHook = Arc::new(move |call| Box::pin(run(call)));
        Hook { name: name.into(), moments: moments.into_iter().collect(), run }
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hook({}, {:?})", self.name, self.moments)
    }
}

/// Decides what to do about a call that failed.
#[derive(Clone)]
pub struct OnError(pub(crate) Arc<DecideRetry>);

type DecideRetry = dyn Fn(&HookCall, &ProviderError, u32) -> Retry + Send + Sync;

/// What to do about a call that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// It failed.
    Fail,
    /// It is tried again after this time; a hundred times at most.
    After(std::time::Duration),
}

impl OnError {
    /// `decide` is told which call, by the moment before it, how it failed, and how often it failed so far. The run waits
    /// for the time that it says; an interrupt ends that. What may have had an effect though no
    /// answer came is not asked about: the next run looks what became of it.
    pub fn new(decide: impl Fn(&HookCall, &ProviderError, u32) -> Retry + Send + Sync + 'static) -> Self {
        OnError(Arc::new(decide))
    }
}

impl fmt::Debug for OnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnError")
    }
}

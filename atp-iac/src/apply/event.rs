//! What an apply tells while it runs.

use crate::Urn;
use crate::plan::{Operation, Work};
use crate::program::Location;
use crate::provider::ProviderError;
use crate::resource::HookMoment;
use crate::state::StateError;
use std::time::Duration;

/// Something happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// A step began.
    Started {
        /// Of which operation.
        operation: &'a Operation,
        /// What is done.
        work: Work,
    },
    /// A step ended well.
    Finished {
        /// Of which operation.
        operation: &'a Operation,
        /// What was done.
        work: Work,
        /// How long it took.
        elapsed: Duration,
    },
    /// A step failed.
    Failed(&'a Failure),
    /// A step is not done, because one that it waits for was not.
    Skipped {
        /// Of which operation.
        operation: &'a Operation,
        /// What is not done.
        work: Work,
    },
}

/// A step that failed.
#[derive(Debug)]
pub struct Failure {
    /// Of which resource.
    pub urn: Urn,
    /// What was being done.
    pub work: Work,
    /// Where the resource was declared, if the program still has it.
    pub location: Option<Location>,
    /// Why.
    pub cause: FailureCause,
}

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub enum FailureCause {
    /// The provider.
    #[error("{}: {}", .0.code, .0.message)]
    Provider(ProviderError),
    /// The provider panicked.
    #[error("the provider stopped with a panic; what it did to the resource is looked up by the next run")]
    Panic,
    /// Something that the inputs come from became something else than the plan said.
    #[error(
        "`{path}` is not what the plan said: something that it comes from became another value while the plan was carried out"
    )]
    Diverged {
        /// The first part that differs.
        path: String,
    },
    /// A hook. After a call, what the call did is in the state.
    #[error("the hook `{name}` failed {moment}: {message}")]
    Hook {
        /// Its name.
        name: String,
        /// When it ran.
        moment: HookMoment,
        /// What it said.
        message: String,
    },
    /// The provider, as often as `on_error` may try again.
    #[error("{}: {}; it was tried again {retries} times, which is the most that `on_error` can ask for", .error.code, .error.message)]
    Exhausted {
        /// How it failed last.
        error: ProviderError,
        /// How often it was tried again.
        retries: u32,
    },
    /// What the provider answered cannot be kept.
    #[error(
        "the provider answered with what cannot be kept: {what}; what became of the call is looked up by the next run"
    )]
    Malformed {
        /// Why not.
        what: String,
    },
    /// The inputs cannot be computed.
    #[error("the inputs cannot be computed: {0}")]
    Inputs(String),
    /// The state could not be written.
    #[error("{0}")]
    State(StateError),
    /// The run was aborted while the call was under way.
    #[error("the run was aborted; what became of the call is looked up by the next run")]
    Aborted,
}

impl FailureCause {
    /// What the user can do.
    pub fn hint(&self) -> Option<String> {
        match self {
            FailureCause::Provider(error) | FailureCause::Exhausted { error, .. } => error.hint.clone(),
            FailureCause::Diverged { .. } => {
                Some("run again: the next plan starts from what is there now".into())
            }
            FailureCause::Inputs(_) => {
                Some("run with --refresh, so that the state holds what the cloud says now".into())
            }
            FailureCause::Hook { moment, .. } if moment.is_after() => Some(
                "put right what it does; the next run does not call it again: what it was called for is done"
                    .into(),
            ),
            FailureCause::Hook { .. } => Some("put right what it does, or take it off the resource".into()),
            FailureCause::Malformed { .. } => Some("this is a mistake in the provider".into()),
            FailureCause::Panic | FailureCause::Aborted => {
                Some("run again: it continues where this one stopped".into())
            }
            FailureCause::State(_) => None,
        }
    }
}

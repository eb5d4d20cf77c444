//! What can stop an update before anything is done.

use super::{DiscoveryNote, Moved, PlanFileError};
use crate::Urn;
use crate::apply::{QueryError, RecoverError, RefreshError};
use crate::history::{ApprovalError, Discounted, HistoryError};
use crate::plan::{PlanError, Refusal};
use crate::program::ProgramError;
use crate::provider::ProviderError;
use crate::state::StateError;

/// Why an update was not started, or its result could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The program is wrong.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// No plan can be made.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The state cannot be read, locked or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// It failed, and what was recorded before could not be written.
    #[error("{error}\n{state}")]
    Unwritten {
        /// Why it failed.
        error: Box<EngineError>,
        /// Why it could not be written, and where it is.
        state: String,
    },
    /// What an earlier run left open cannot be looked up.
    #[error(transparent)]
    Recover(#[from] RecoverError),
    /// The cloud cannot be read.
    #[error(transparent)]
    Refresh(#[from] RefreshError),
    /// What the program only looks up cannot be read.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The cloud is not there, or does not let this run in.
    #[error("{provider} cannot be used: {error}{}", hint(.error))]
    Cloud {
        /// Which cloud.
        provider: String,
        /// Why not.
        error: ProviderError,
    },
    /// The plan may not be carried out.
    #[error("{}", refusals(.0))]
    Refused(Vec<Refusal>),
    /// A saved plan cannot be read.
    #[error(transparent)]
    PlanFile(#[from] PlanFileError),
    /// A saved plan says that it could not be made.
    #[error("the plan could not be made, and there is nothing to carry out: {0}")]
    FailedPlan(String),
    /// A saved plan is not what would be done now.
    #[error("the saved plan is not carried out: {}", listed(.0))]
    Moved(Vec<Moved>),
    /// The state does not have a resource.
    #[error("the state has no resource `{urn}`\n  way out: `state list` shows all of them")]
    NoResource {
        /// Which.
        urn: Urn,
    },
    /// There is no such provider.
    #[error("{message}")]
    UnknownProvider {
        /// Which, and what was perhaps meant.
        message: String,
    },
    /// What is in a scope cannot be found out.
    #[error("what is in `{scope}` cannot be found out: {error}")]
    Discover {
        /// Which scope.
        scope: String,
        /// Why not.
        error: ProviderError,
    },
    /// Nothing in a scope can be taken over.
    #[error("in `{scope}` there is nothing to take over{}", lines(.notes))]
    NothingFound {
        /// Which scope.
        scope: String,
        /// Why not, object by object.
        notes: Vec<DiscoveryNote>,
    },
    /// A provider cannot write programs.
    #[error("the provider `{provider}` writes no programs")]
    NoCode {
        /// Which.
        provider: String,
    },
    /// The history of a stack.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// The approvals of a plan.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// Only approved plans are carried out, and this is none.
    #[error("{stack} is protected: only plans that {} agreed to are carried out", others(*.needed))]
    NeedsApproval {
        /// The stack.
        stack: crate::StackName,
        /// How many have to agree.
        needed: usize,
        /// What was to be done: `up`, `destroy` or `rollback`.
        operation: &'static str,
        /// Of a rollback: to which update.
        to: Option<u64>,
    },
    /// What is done could not be signed.
    #[error("nothing was done, since it could not be signed: {0}")]
    Signer(String),
    /// What is done would be signed by a key that is not trusted.
    #[error("nothing was done, since it would be signed by a key that is not trusted: {key}")]
    UntrustedSigner {
        /// The public key.
        key: String,
    },
    /// Only approvals of signed plans count.
    #[error("the plan is not signed by a key that is trusted, so that anybody could have made it")]
    UnsignedPlan,
    /// Only signed approvals count, and there is no key to sign one with.
    #[error(
        "the approval would not count: only those that a trusted key signed do, and there is no key to sign with"
    )]
    UnsignedApproval,
    /// Too few people agreed to a plan.
    #[error(
        "the plan was made by {maker} and needs the approval of {}: {}",
        others(*.needed),
        approved_by(.given, .discounted)
    )]
    NotApproved {
        /// How many have to agree.
        needed: usize,
        /// Who does.
        given: Vec<String>,
        /// Whose approval does not count, and why.
        discounted: Vec<(String, Discounted)>,
        /// Who made the plan.
        maker: String,
    },
    /// Whoever made a plan agrees to it anyway.
    #[error("{who} made this plan: the approval of somebody else is needed")]
    OwnPlan {
        /// Who.
        who: String,
    },
    /// The run was asked to stop before anything was done.
    #[error("the run was interrupted before anything was done")]
    Interrupted,
}

impl EngineError {
    /// Whether the lock of the stack was not to be had.
    pub fn is_locked(&self) -> bool {
        matches!(self, EngineError::State(StateError::Locked { .. }))
    }

    /// Whether the engine refused, rather than failed.
    pub fn is_refused(&self) -> bool {
        matches!(
            self,
            EngineError::Refused(_)
                | EngineError::PlanFile(_)
                | EngineError::FailedPlan(_)
                | EngineError::Moved(_)
                | EngineError::NeedsApproval { .. }
                | EngineError::NotApproved { .. }
                | EngineError::OwnPlan { .. }
                | EngineError::UntrustedSigner { .. }
                | EngineError::UnsignedApproval
                | EngineError::UnsignedPlan
        )
    }
}

fn others(needed: usize) -> String {
    match needed {
        1 => "one other person".to_owned(),
        needed => format!("{needed} other people"),
    }
}

fn approved_by(given: &[String], discounted: &[(String, Discounted)]) -> String {
    let given = match given {
        [] => "nobody approved it".to_owned(),
        given => format!("approved by {}", given.join(", ")),
    };
    let lines =
        discounted.iter().map(|(who, why)| format!("\n  the approval of {who} does not count: {why}"));
    std::iter::once(given).chain(lines).collect()
}

/// One on each line, below.
fn lines(notes: &[DiscoveryNote]) -> String {
    notes.iter().map(|note| format!("\n  {note}")).collect()
}

/// One on the same line, several below.
fn listed(moved: &[Moved]) -> String {
    match moved {
        [one] => one.to_string(),
        several => several.iter().map(|one| format!("\n  {one}")).collect(),
    }
}

fn hint(error: &ProviderError) -> String {
    error.hint.as_ref().map(|hint| format!("\n  way out: {hint}")).unwrap_or_default()
}

fn refusals(refusals: &[Refusal]) -> String {
    let lines: Vec<String> =
        refusals.iter().map(|refusal| format!("{}\n  way out: {}", refusal.message, refusal.hint)).collect();
    lines.join("\n")
}

//! What an update will do. Planning is pure: it reads the program's declarations and the state, and calls nothing.
//!
//! Invariant: a plan's operations are in an order in which each comes after those that it depends on.
//! Invariant: apply performs the operations of the plan and no others.

mod aliases;
mod approval;
mod back;
mod chain;
mod compare;
mod digest;
mod graph;
mod hooks;
mod import;
mod nested;
mod operation;
mod partial;
mod pattern;
mod planner;
mod predict;
mod preparation;
mod proposals;
mod queries;
mod refusal;
mod retain;
mod selection;
mod steps;
mod together;
mod trigger;
mod why;

pub(crate) use aliases::aliased;
pub use approval::Departure;
pub(crate) use approval::verb;
pub use import::ImportRequest;
pub(crate) use import::{Import, asked, provider_of as import_provider, taken_over};
pub(crate) use nested::regrouped;
pub use operation::{
    Answers, Base, Counts, Irreversible, Operation, OperationKind, OutputChange, Plan, Question, Refusal,
};
pub use pattern::{Pattern, PatternError};
pub use planner::{Desired, Drift, Planner};
pub(crate) use predict::{agrees, first_difference};
pub use preparation::{Notice, Preparation, Telling, Told};
pub use proposals::Proposal;
pub(crate) use proposals::{accepted, declined, proposals};
pub(crate) use selection::Selected;
pub use selection::{LeftOut, Selection, Torn};
pub use steps::{Step, StepGraph, Work};
pub use why::{Origin, Property, Unexplained, Why};

use crate::Urn;
use crate::output::OutputError;
use crate::program::{Location, ProgramError};
use crate::provider::Problem;

/// Why no plan could be made. Everything that was found is in it, not only the first.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The program is wrong.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// Inputs that the provider would refuse.
    #[error("{}", invalid(.0))]
    Invalid(Vec<Invalid>),
    /// A resource names a provider that is not there.
    #[error(
        "`{urn}` needs the provider `{provider}`, which is not registered\n  way out: register it where the engine is set up"
    )]
    UnknownProvider {
        /// Which resource.
        urn: Urn,
        /// Which provider.
        provider: String,
    },
    /// A pattern, or a request to take something over, that means no resource.
    #[error("{0}")]
    NothingMeant(String),
    /// What is selected and what is not cannot be taken apart.
    #[error("{}", selection::torn_apart(.0))]
    Torn(Vec<Torn>),
    /// A resource's outputs in the state do not have the type that the program reads.
    #[error(
        "the inputs of `{urn}` cannot be computed: {error}\n  way out: run with --refresh, so that the state holds what the cloud says now"
    )]
    Output {
        /// Whose inputs.
        urn: Urn,
        /// What is wrong.
        error: OutputError,
    },
}

/// An input that the provider would refuse.
#[derive(Debug, Clone)]
pub struct Invalid {
    /// Of which resource.
    pub urn: Urn,
    /// Where it was declared.
    pub location: Location,
    /// What is wrong with it.
    pub problem: Problem,
}

fn invalid(found: &[Invalid]) -> String {
    let lines: Vec<String> = found
        .iter()
        .map(|Invalid { urn, location, problem }| {
            let place = if problem.path.is_root() { String::new() } else { format!(" `{}`", problem.path) };
            format!("`{}` ({}) at {location}:{place} {}", urn.name(), urn.resource_type(), problem.message)
        })
        .collect();
    lines.join("\n")
}

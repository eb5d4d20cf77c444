//! Programs: stacks, components, layers, references, and the context that records what they declare.

mod component;
mod context;
mod declare;
mod earlier;
mod layer;
mod place;
mod query;
mod reference;
mod registration;
mod stack;

pub use component::Component;
pub use context::{Context, Setup};
pub use declare::Declare;
#[doc(hidden)]
pub use layer::above;
pub use layer::{Above, Layer, layers};
pub use place::{Here, Place, PlaceEnvironment, PlaceRegion, Primary, PrimaryRegions, ReferencePlace};
#[doc(hidden)]
pub use place::{always_elsewhere, sometimes_elsewhere};
pub use query::Query;
pub(crate) use reference::stack_for;
pub use reference::{ReferencedOutputs, StackRef};
pub use registration::{Location, Registration};
#[doc(hidden)]
pub use stack::OutputValue;
pub use stack::{
    OutputField, Outputs, Program, Reference, Stack, StackContract, StackOutputs, contract_hash,
};

use crate::Urn;
use crate::config::ConfigError;
use crate::resource::IdError;
use crate::urn::UrnError;

/// The result of program code.
pub type Result<T> = std::result::Result<T, ProgramError>;

/// What can be wrong in a program, before anything is planned.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// Two resources have one URN.
    #[error(
        "`{name}` of type `{kind}` is declared twice: at {first} and at {second}\n  way out: give one of them another name"
    )]
    Duplicate {
        /// Name of the resource, with its components.
        name: String,
        /// Type of the resource.
        kind: String,
        /// Where it was declared first.
        first: Location,
        /// Where it was declared again.
        second: Location,
    },
    /// A dependency that no resource of the program has.
    #[error("`{dependent}` depends on `{missing}`, which the program does not declare")]
    MissingDependency {
        /// Who depends.
        dependent: Urn,
        /// On what.
        missing: Urn,
    },
    /// Resources that wait for each other.
    #[error("these resources depend on each other in a circle: {}\n  way out: remove one of the dependencies", path.join(" -> "))]
    Cycle {
        /// Names along the circle; the first is repeated at the end.
        path: Vec<String>,
    },
    /// A property that cannot be set.
    #[error("`{name}` of type `{kind}` at {location}: the property `{path}` {problem}")]
    Property {
        /// Name of the resource, with its components.
        name: String,
        /// Type of the resource.
        kind: String,
        /// Where it was declared.
        location: Location,
        /// Which property.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// An option that cannot be what it is, or means nothing where it is given.
    #[error("`{name}` of type `{kind}` at {location}: the option `{option}` {problem}")]
    Option {
        /// Name of the resource or component, with those around it.
        name: String,
        /// Type of the resource or component.
        kind: String,
        /// Where it was declared.
        location: Location,
        /// Which option.
        option: &'static str,
        /// What is wrong with it, and the way out.
        problem: String,
    },
    /// A name that cannot be part of a URN.
    #[error(transparent)]
    Name(#[from] UrnError),
    /// A text that should be an id and is not.
    #[error(transparent)]
    Id(#[from] IdError),
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Another stack is not there, or not as this program was compiled against.
    #[error("{message}\n  way out: {hint}")]
    Reference {
        /// What is wrong.
        message: String,
        /// What to do.
        hint: String,
    },
    /// Said by the program itself.
    #[error("{0}")]
    Other(String),
}

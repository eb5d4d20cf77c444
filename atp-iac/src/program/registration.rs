//! What a program declared, as it is recorded.

use crate::Urn;
use crate::output::Expression;
use crate::resource::Options;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// Where in a program a resource was declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// Source file, as the compiler names it.
    pub file: &'static str,
    /// Line.
    pub line: u32,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// One declared resource, or one query.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Its URN.
    pub urn: Urn,
    /// The provider that manages it.
    pub provider: String,
    /// What the program says of its properties.
    pub inputs: Arc<Expression>,
    /// Everything that it waits for, by property or by option.
    pub dependencies: BTreeSet<Urn>,
    /// Its options, with those of the components around it.
    pub options: Arc<Options>,
    /// The URNs that it had before.
    pub aliases: Vec<Urn>,
    /// Where it was declared.
    pub location: Location,
    /// Whether it is only looked up: a [`Query`](super::Query).
    pub is_query: bool,
}

impl Registration {
    /// Whether plans that delete or replace it are refused.
    pub fn protect(&self) -> bool {
        self.options.protect.unwrap_or(false)
    }

    /// Why it stays in the cloud when it is not managed any more; `None`: it is deleted.
    pub fn retain(&self) -> Option<&str> {
        self.options.retain.as_deref()
    }
}

/// Where the program called the engine.
#[track_caller]
pub(super) fn caller() -> Location {
    let place = std::panic::Location::caller();
    Location { file: place.file(), line: place.line() }
}

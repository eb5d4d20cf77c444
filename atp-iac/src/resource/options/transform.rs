//! Changes of what is declared, before it is recorded.

use super::Options;
use crate::Urn;
use crate::output::Expression;
use std::fmt;
use std::sync::Arc;

/// Changes what is declared: of one resource, of everything in a component, or of everything in a stack. Those of a
/// resource come first, then those of the components around it, then those of the stack.
#[derive(Clone)]
pub struct Transform(Arc<dyn Fn(&mut Transforming<'_>) + Send + Sync>);

/// What a transform sees and may change.
#[derive(Debug)]
pub struct Transforming<'a> {
    /// Which resource.
    pub urn: &'a Urn,
    /// Its properties.
    pub inputs: &'a mut Expression,
    /// Its options, with those of the components around it.
    pub options: &'a mut Options,
}

impl Transform {
    /// A transform.
    pub fn new(change: impl Fn(&mut Transforming<'_>) + Send + Sync + 'static) -> Self {
        Transform(Arc::new(change))
    }

    pub(crate) fn apply(&self, what: &mut Transforming<'_>) {
        (self.0)(what);
    }
}

impl fmt::Debug for Transform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transform")
    }
}

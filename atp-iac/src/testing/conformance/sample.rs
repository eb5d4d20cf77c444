//! What is tried with a provider.

use crate::value::Value;

/// A type, and inputs to try.
#[derive(Debug, Clone)]
pub struct Sample {
    pub(super) kind: String,
    pub(super) inputs: Value,
    pub(super) changed: Option<Value>,
    pub(super) replaced: Option<Value>,
    pub(super) surroundings: Vec<(String, Value)>,
}

impl Sample {
    /// A type, and inputs that are good. What is secret in them should be marked so, be a text of at least six
    /// characters, and stand nowhere else in the sample.
    pub fn new(kind: impl Into<String>, inputs: Value) -> Self {
        Sample { kind: kind.into(), inputs, changed: None, replaced: None, surroundings: Vec::new() }
    }

    /// With inputs that the object can be changed to in place. The cloud should show the change when it is read.
    pub fn changed(mut self, inputs: Value) -> Self {
        self.changed = Some(inputs);
        self
    }

    /// With inputs that need another object.
    pub fn replaced(mut self, inputs: Value) -> Self {
        self.replaced = Some(inputs);
        self
    }

    /// With a resource that has to be there before, such as the one in which the object lies. Several are made in this
    /// order.
    pub fn within(mut self, kind: impl Into<String>, inputs: Value) -> Self {
        self.surroundings.push((kind.into(), inputs));
        self
    }
}

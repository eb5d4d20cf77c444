//! What a program says of a resource besides its properties.

use super::HasUrn;
use crate::Urn;
use std::collections::BTreeSet;

/// Options of a resource or component. Those of a component hold for everything in it.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub(crate) depends_on: BTreeSet<Urn>,
    pub(crate) protect: Option<bool>,
    pub(crate) retain: Option<String>,
    pub(crate) provider: Option<String>,
}

impl Options {
    /// No options.
    pub fn new() -> Self {
        Options::default()
    }

    /// Waits for another resource, though no property of it is used; and is deleted before it.
    pub fn depends_on(mut self, resource: &impl HasUrn) -> Self {
        self.depends_on.insert(resource.urn().clone());
        self
    }

    /// Waits for other resources.
    pub fn depends_on_all(mut self, urns: impl IntoIterator<Item = Urn>) -> Self {
        self.depends_on.extend(urns);
        self
    }

    /// Whether plans that delete or replace the resource are refused.
    pub fn protect(mut self, protect: bool) -> Self {
        self.protect = Some(protect);
        self
    }

    /// When the resource leaves the program, or the stack is destroyed, it is forgotten and stays in the cloud. The reason
    /// is shown in plans. What the resource lies in, such as its resource group, is then retained, too. A plan that
    /// replaces it is refused.
    pub fn retain_on_delete(mut self, reason: impl Into<String>) -> Self {
        self.retain = Some(reason.into());
        self
    }

    /// Manages the resource through another registered provider than its type's own.
    pub fn provider(mut self, name: impl Into<String>) -> Self {
        self.provider = Some(name.into());
        self
    }

    /// These options where they are given, else those of the enclosing component.
    pub(crate) fn inherit(mut self, outer: &Options) -> Self {
        self.depends_on.extend(outer.depends_on.iter().cloned());
        self.protect = self.protect.or(outer.protect);
        self.retain = self.retain.or_else(|| outer.retain.clone());
        self.provider = self.provider.or_else(|| outer.provider.clone());
        self
    }
}

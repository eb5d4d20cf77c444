//! What a resource was called before.

use crate::Urn;
use crate::resource::HasUrn;

/// An earlier name of a resource: a whole URN, or what was otherwise in it. What is not said was as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alias {
    /// The whole URN.
    Urn(Urn),
    /// Parts of it.
    Parts {
        /// Its own name, without those of its components.
        name: Option<String>,
        /// Its type.
        kind: Option<String>,
        /// What it was in.
        parent: AliasParent,
        /// The stack that it was in, of the same environment and region.
        stack: Option<String>,
    },
}

/// What a resource was in before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum AliasParent {
    /// The same as now.
    #[default]
    Same,
    /// In nothing: directly in the stack.
    None,
    /// In a component or under a resource.
    Urn(Urn),
}

impl Alias {
    const SAME: Alias = Alias::Parts { name: None, kind: None, parent: AliasParent::Same, stack: None };

    /// It had another name.
    pub fn name(name: impl Into<String>) -> Self {
        Alias::SAME.and_name(name)
    }

    /// It had another type.
    pub fn kind(kind: impl Into<String>) -> Self {
        Alias::SAME.and_kind(kind)
    }

    /// It was in another component, or under another resource.
    pub fn parent(parent: &impl HasUrn) -> Self {
        Alias::SAME.and_parent(AliasParent::Urn(parent.urn().clone()))
    }

    /// It was directly in the stack.
    pub fn no_parent() -> Self {
        Alias::SAME.and_parent(AliasParent::None)
    }

    /// It was in another stack of the same environment and region.
    pub fn stack(stack: impl Into<String>) -> Self {
        Alias::SAME.and_stack(stack)
    }

    /// And it had another name.
    pub fn and_name(self, to: impl Into<String>) -> Self {
        match self {
            Alias::Parts { kind, parent, stack, .. } => {
                Alias::Parts { name: Some(to.into()), kind, parent, stack }
            }
            urn @ Alias::Urn(_) => urn,
        }
    }

    /// And it had another type.
    pub fn and_kind(self, to: impl Into<String>) -> Self {
        match self {
            Alias::Parts { name, parent, stack, .. } => {
                Alias::Parts { name, kind: Some(to.into()), parent, stack }
            }
            urn @ Alias::Urn(_) => urn,
        }
    }

    /// And it was in something else.
    pub fn and_parent(self, parent: AliasParent) -> Self {
        match self {
            Alias::Parts { name, kind, stack, .. } => Alias::Parts { name, kind, parent, stack },
            urn @ Alias::Urn(_) => urn,
        }
    }

    /// And it was in another stack.
    pub fn and_stack(self, to: impl Into<String>) -> Self {
        match self {
            Alias::Parts { name, kind, parent, .. } => {
                Alias::Parts { name, kind, parent, stack: Some(to.into()) }
            }
            urn @ Alias::Urn(_) => urn,
        }
    }
}

impl From<Urn> for Alias {
    fn from(urn: Urn) -> Self {
        Alias::Urn(urn)
    }
}

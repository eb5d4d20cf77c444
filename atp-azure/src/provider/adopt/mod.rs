//! Taking over what exists: what a program would say of it, and everything that is in a resource group.
//!
//! Parts that others refer to, such as the subnets of a network, are resources of their own here, and their parents do not
//! say them. All other parts stay parts: the rules of a security group, the pools of a cluster. Nothing is said twice.

mod discover;
mod extensions;
mod inputs;
mod made;
mod namespaces;

pub(super) use inputs::inputs;
pub(crate) use inputs::missing;

//! Typed Azure resources and the provider that talks to Azure Resource Manager.
//!
//! Every namespace of Azure is a module and a cargo feature: [`network`], [`key_vault`] and so on. What has no typed
//! resource is a [`RawResource`]; what is there and is not managed is [`Existing`], or the answer to an [`Action`].

pub mod arm;
pub mod descriptor;
pub mod export;
mod generated;
pub mod likeness;
mod migrate;
pub mod names;
pub mod nested;
pub mod provider;
mod query;
mod raw;
mod reference;
mod rust;
pub mod typed;
mod vault;

#[allow(unused_imports, reason = "without a feature there is no typed resource")]
pub use generated::*;
pub use query::{Action, ActionHandle, Existing, RawExisting};
pub use raw::{RawHandle, RawResource};
pub use reference::{Scope, SubResource, user_assigned};
pub use vault::{VaultKeys, VaultSigner};

use descriptor::TypeDescriptor;

/// The descriptors of all types, by namespace.
pub fn descriptors() -> &'static [&'static TypeDescriptor] {
    generated::descriptors::ALL
}

/// The descriptor of a type such as `Microsoft.Network/virtualNetworks`, in any case.
pub fn descriptor(kind: &str) -> Option<&'static TypeDescriptor> {
    descriptors().iter().copied().find(|descriptor| descriptor.name.eq_ignore_ascii_case(kind))
}

//! Typed Azure resources and the provider that talks to Azure Resource Manager.
//!
//! Every namespace of Azure is a module and a cargo feature: [`network`], [`key_vault`] and so on.

pub mod arm;
pub mod descriptor;
mod generated;
pub mod names;
pub mod provider;
mod reference;

#[cfg(feature = "authorization")]
pub use generated::authorization;
#[cfg(feature = "insights")]
pub use generated::insights;
#[cfg(feature = "key_vault")]
pub use generated::key_vault;
#[cfg(feature = "managed_identity")]
pub use generated::managed_identity;
#[cfg(feature = "network")]
pub use generated::network;
#[cfg(feature = "operational_insights")]
pub use generated::operational_insights;
#[cfg(feature = "resources")]
pub use generated::resources;
#[cfg(feature = "storage")]
pub use generated::storage;
pub use reference::{Scope, SubResource, user_assigned};

use descriptor::TypeDescriptor;

/// The descriptors of all types, by namespace.
pub fn descriptors() -> &'static [&'static TypeDescriptor] {
    generated::DESCRIPTORS
}

/// The descriptor of a type such as `Microsoft.Network/virtualNetworks`, in any case.
pub fn descriptor(kind: &str) -> Option<&'static TypeDescriptor> {
    descriptors().iter().copied().find(|descriptor| descriptor.name.eq_ignore_ascii_case(kind))
}

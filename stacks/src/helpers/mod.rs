//! What every stack of the platform does in the same way.

pub mod date;
pub mod diagnostics;
pub mod exceptions;
pub mod locks;
pub mod names;
pub mod roles;
pub mod security;
pub mod site;
pub mod sku;
pub mod tags;

pub use date::Date;
pub use exceptions::Exceptions;
pub use locks::lock;
pub use names::Names;
pub use roles::BuiltInRole;
pub use security::Hardened;
pub use site::Site;
pub use sku::Tier;
pub use tags::{Tags, TagsConfig};

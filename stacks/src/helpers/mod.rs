//! What every stack of the platform does in the same way.

pub mod diagnostics;
pub mod names;
pub mod roles;
pub mod site;
pub mod tags;

pub use names::Names;
pub use roles::BuiltInRole;
pub use site::Site;
pub use tags::{Tags, TagsConfig};

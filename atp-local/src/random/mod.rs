//! Random values: [`Id`], [`Password`], [`Pet`], [`Uuid`].
//!
//! Each is made once. Its `keepers` are any texts: when one changes, a new value is made, as when another property does.

mod id;
mod password;
mod pet;
mod uuid;

pub use id::{Id, IdHandle};
pub use password::{Password, PasswordHandle};
pub use pet::{Pet, PetHandle};
pub use uuid::{Uuid, UuidHandle};

use crate::kept::Kept;

/// The name of the provider.
pub const PROVIDER: &str = "random";

pub(crate) const TYPES: &[&dyn Kept] = &[&id::Type, &password::Type, &pet::Type, &uuid::Type];

#[cfg(test)]
mod tests;

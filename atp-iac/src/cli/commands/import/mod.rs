//! `import`: taking over what the cloud has.

mod adopt;
mod discover;
mod requests;

pub(super) use adopt::{Adoption, adopt};
pub(super) use discover::discover;
pub(super) use requests::Asked;

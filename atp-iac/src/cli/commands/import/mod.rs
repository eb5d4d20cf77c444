//! `import`: taking over what the cloud has.

mod adopt;
mod discover;
mod requests;

pub(super) use adopt::{Adoption, adopt, differences};
pub(super) use discover::{discover, refuse_present, write};
pub(super) use requests::Asked;

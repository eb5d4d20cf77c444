//! Keys, and what they seal: secrets in a state are encrypted one by one.

mod error;

pub use error::SecretError;

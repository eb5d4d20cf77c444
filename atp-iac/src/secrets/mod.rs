//! Keys, and what they seal: secrets in a state are encrypted one by one.
//!
//! Every stack has a data key. It is stored in the state, wrapped by a key that is not: a [`KeyProvider`] has that one.

mod error;
mod fingerprint;
mod key;
mod local;
mod passphrase;
mod seal;

pub use error::SecretError;
pub(crate) use fingerprint::Digest;
pub use fingerprint::Fingerprints;
pub use key::{DataKey, KeyProvider, WrappedKey};
pub use local::LocalKeyFile;
#[cfg(feature = "cli")]
pub(crate) use local::private;
pub use passphrase::{ConfigSecrets, Passphrase, is_encrypted, stand_in};
pub use seal::Sealer;

//! Keys, and what they seal: secrets in a state are encrypted one by one.
//!
//! Every stack has a data key. It is stored in the state, wrapped by a key that is not: a [`KeyProvider`] has that one.

#[cfg(feature = "age")]
mod age;
pub mod bound;
mod config;
mod derive;
mod error;
mod fingerprint;
mod key;
mod local;
mod mask;
mod passphrase;
mod ring;
mod seal;

#[cfg(feature = "age")]
pub use age::{AgeIdentities, AgeRecipient};
pub use config::{ConfigSecrets, is_encrypted, stand_in};
pub use derive::Passphrase;
pub use error::SecretError;
pub(crate) use fingerprint::Digest;
pub use fingerprint::Fingerprints;
pub use key::{DataKey, KeyProvider, WrappedKey, WrappedKeys};
pub use local::LocalKeyFile;
#[cfg(feature = "cli")]
pub(crate) use local::private;
pub(crate) use mask::{KnownSecrets, Masks};
pub use passphrase::PassphraseKeys;
pub use ring::KeyRing;
pub use seal::Sealer;

/// That a text is a recipient of age, as far as it shows in this program.
///
/// # Errors
/// When it is none, or this program was built without age.
pub(crate) fn check_recipient(text: &str) -> Result<(), String> {
    if !text.starts_with("age1") {
        return Err(format!(
            "`{text}` is no recipient of age: these begin with `age1`, as `age-keygen` prints them"
        ));
    }
    #[cfg(feature = "age")]
    return AgeRecipient::new(text).map(|_| ());
    #[cfg(not(feature = "age"))]
    Err("this program was built without the feature `age`, and cannot wrap keys for recipients".to_owned())
}

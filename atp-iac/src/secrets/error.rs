//! What can go wrong with keys.

/// A key or a sealed value that is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// The state's key was wrapped by another provider.
    #[error("the key of the state was wrapped by `{found}`, and the keys given are of `{expected}`")]
    OtherProvider {
        /// The provider that was given.
        expected: String,
        /// The provider that wrapped the key.
        found: String,
    },
    /// The key file is not there.
    #[error(
        "the key file {file} is missing; put it back: without it the secrets of the state cannot be read"
    )]
    KeyMissing {
        /// The file.
        file: String,
    },
    /// The key file cannot be read or written.
    #[error("the key file {file} is of no use: {what}")]
    KeyFile {
        /// The file.
        file: String,
        /// Why.
        what: String,
    },
    /// The key does not open the state's key.
    #[error("the key from {from} is not the one that the state was written with")]
    WrongKey {
        /// Where the key came from.
        from: String,
    },
    /// Nobody gave the passphrase.
    #[error(
        "the key is wrapped by a passphrase, and there is none: set ATP_PASSPHRASE, or ATP_PASSPHRASE_FILE to the file that holds it"
    )]
    NoPassphrase,
    /// The provider cannot be asked.
    #[error("{provider} cannot be used: {reason}")]
    Unavailable {
        /// Its name.
        provider: String,
        /// Why, and what can be done.
        reason: String,
    },
    /// A sealed value that the state's key does not open: it was changed or moved.
    #[error("the secret at {place} does not open with the key of the state: it was changed or moved")]
    Sealed {
        /// The resource and the path.
        place: String,
    },
    /// No randomness.
    #[error("{0}")]
    Random(String),
}

//! The key of a stack, and who keeps the key to it.

use super::SecretError;
use crate::ports::Random;
use async_trait::async_trait;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use std::hint::black_box;

/// The key that seals the secrets of one stack. Erased from memory when it is dropped.
pub struct DataKey([u8; 32]);

impl DataKey {
    /// A new key.
    ///
    /// # Errors
    /// When the source of randomness fails.
    pub fn generate(random: &dyn Random) -> Result<Self, SecretError> {
        let mut key = DataKey([0; 32]);
        random.fill(&mut key.0).map_err(|error| SecretError::Random(error.to_string()))?;
        Ok(key)
    }

    /// A key that was unwrapped; `None` when it does not have 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(DataKey(bytes.try_into().ok()?))
    }

    /// The key in clear, to wrap it.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// A key for one purpose.
    pub(super) fn derive(&self, purpose: &str) -> DataKey {
        let mut mac = keyed(self);
        mac.update(b"atp-iac ");
        mac.update(purpose.as_bytes());
        DataKey(mac.finalize().into_bytes().into())
    }
}

/// HMAC-SHA256 with a key.
pub(super) fn keyed(key: &DataKey) -> Hmac<Sha256> {
    // HMAC pads a short key with zeros to the block of the hash.
    let mut block = [0; 64];
    block[..32].copy_from_slice(&key.0);
    Hmac::new((&block).into())
}

impl Drop for DataKey {
    fn drop(&mut self) {
        self.0 = [0; 32];
        black_box(&self.0);
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}

/// One wrapping of a data key: of no use without the provider that made it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct WrappedKey {
    /// Name of the provider.
    pub provider: String,
    /// What the provider made of the key.
    pub data: String,
}

/// A data key as the state has it: wrapped once by each of those who may open it. Any one of them suffices.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct WrappedKeys(Vec<WrappedKey>);

impl WrappedKeys {
    /// Several wrappings of one key; `None` when there is none, since nobody could open it.
    pub fn new(wrappings: Vec<WrappedKey>) -> Option<Self> {
        (!wrappings.is_empty()).then_some(WrappedKeys(wrappings))
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &WrappedKey> {
        self.0.iter()
    }

    /// Who made them, in order.
    pub fn providers(&self) -> Vec<&str> {
        self.0.iter().map(|one| one.provider.as_str()).collect()
    }
}

impl From<WrappedKey> for WrappedKeys {
    fn from(only: WrappedKey) -> Self {
        WrappedKeys(vec![only])
    }
}

/// Wraps and unwraps the keys of stacks.
///
/// Most know one way to do it. [`KeyRing`](super::KeyRing) is made of several.
#[async_trait]
pub trait KeyProvider: Send + Sync {
    /// Its name, recorded with every key that it wrapped.
    fn name(&self) -> &str;

    /// Wraps the key of a new stack. What is wrapped with one `context` does not unwrap with another.
    ///
    /// # Errors
    /// When the provider's own key is not to be had.
    async fn wrap(&self, key: &DataKey, context: &str) -> Result<WrappedKey, SecretError>;

    /// Unwraps the key of a stack.
    ///
    /// # Errors
    /// When the provider's own key is not to be had, or is not the one that wrapped this key.
    async fn unwrap(&self, wrapped: &WrappedKey, context: &str) -> Result<DataKey, SecretError>;

    /// Whether it may be able to unwrap what a provider of this name wrapped.
    fn unwraps(&self, provider: &str) -> bool {
        provider == self.name()
    }

    /// The names of those by whom [`wrap_for_all`](Self::wrap_for_all) has a key wrapped, in order.
    fn wrappers(&self) -> Vec<&str> {
        vec![self.name()]
    }

    /// Wraps a key for everybody who is to be able to open it.
    ///
    /// # Errors
    /// As [`wrap`](Self::wrap), of any of them.
    async fn wrap_for_all(&self, key: &DataKey, context: &str) -> Result<WrappedKeys, SecretError> {
        Ok(self.wrap(key, context).await?.into())
    }

    /// Unwraps a key by whichever of its wrappings can be opened.
    ///
    /// # Errors
    /// When none can; then why not the one that was tried first.
    async fn unwrap_any(&self, keys: &WrappedKeys, context: &str) -> Result<DataKey, SecretError> {
        match keys.iter().find(|one| self.unwraps(&one.provider)) {
            Some(own) => self.unwrap(own, context).await,
            None => Err(SecretError::OtherProvider {
                expected: self.name().to_owned(),
                found: keys.providers().join("`, `"),
            }),
        }
    }
}

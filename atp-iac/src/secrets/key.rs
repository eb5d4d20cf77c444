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

/// A data key as the state has it: of no use without the provider that wrapped it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct WrappedKey {
    /// Name of the provider.
    pub provider: String,
    /// What the provider made of the key.
    pub data: String,
}

/// Wraps and unwraps the keys of stacks.
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
}

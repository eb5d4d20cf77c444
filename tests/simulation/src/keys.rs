//! Keys of stacks without a file.

use async_trait::async_trait;
use atp_iac::secrets::{DataKey, KeyProvider, SecretError, WrappedKey};

/// Wraps nothing: a simulated state needs no protection from its reader.
pub(crate) struct PlainKeys;

const NAME: &str = "plain";

#[async_trait]
impl KeyProvider for PlainKeys {
    fn name(&self) -> &str {
        NAME
    }

    async fn wrap(&self, key: &DataKey, _context: &str) -> Result<WrappedKey, SecretError> {
        let data = key.expose().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(WrappedKey { provider: NAME.to_owned(), data })
    }

    async fn unwrap(&self, wrapped: &WrappedKey, _context: &str) -> Result<DataKey, SecretError> {
        let byte =
            |at: usize| wrapped.data.get(2 * at..2 * at + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
        let bytes: Option<Vec<u8>> = (0..32).map(byte).collect();
        let key = bytes.and_then(|bytes| DataKey::from_bytes(&bytes));
        key.ok_or_else(|| SecretError::WrongKey { from: NAME.to_owned() })
    }
}

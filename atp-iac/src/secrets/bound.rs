//! Binding a key to its context where a cipher knows no associated data: the hash of the context is wrapped with the key,
//! and compared when it is unwrapped.

use super::DataKey;
use sha2::{Digest, Sha256};

/// Bytes of the hash.
const HASH: usize = 32;

/// What is to be wrapped: the hash of the context, and the key. 64 bytes, few enough for RSA-OAEP.
pub fn bind(key: &DataKey, context: &str) -> Vec<u8> {
    [&hash(context)[..], key.expose()].concat()
}

/// The key, if it was bound to this context.
pub fn release(bound: &[u8], context: &str) -> Option<DataKey> {
    let (found, key) = bound.split_at_checked(HASH)?;
    (found == hash(context)).then(|| DataKey::from_bytes(key))?
}

fn hash(context: &str) -> [u8; HASH] {
    Sha256::new().chain_update(b"atp-iac key of ").chain_update(context).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::SeededRandom;

    #[test]
    fn a_key_is_released_in_its_own_context_only() {
        let key = DataKey::generate(&SeededRandom::new(3)).unwrap();
        let bound = bind(&key, "lineage");
        assert_eq!(bound.len(), 64);
        assert_eq!(release(&bound, "lineage").unwrap().expose(), key.expose());
        assert!(release(&bound, "other").is_none());
        assert!(release(&bound[..63], "lineage").is_none() && release(&[], "lineage").is_none());
    }
}

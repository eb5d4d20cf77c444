//! A passphrase as the key to data keys.
//!
//! A wrapped key is `argon2id:<cost>:<salt>:<sealed>`: whoever has the passphrase needs nothing else.

use super::derive::{Cost, Passphrase, SALT};
use super::seal::{cipher, decrypt, encrypt};
use super::{DataKey, KeyProvider, SecretError, WrappedKey};
use crate::ports::Random;
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

const NAME: &str = "passphrase";
const ALGORITHM: &str = "argon2id";

/// Keys by what they were made with besides the passphrase.
type Made = BTreeMap<(Cost, Vec<u8>), DataKey>;

/// Wraps keys with what Argon2id makes of a passphrase. A key is made once for each salt, since that takes its time.
#[derive(Clone)]
pub struct PassphraseKeys {
    /// `None` where nobody gave one: that is an error when it is needed.
    passphrase: Option<Passphrase>,
    random: Arc<dyn Random>,
    made: Arc<Mutex<Made>>,
}

impl PassphraseKeys {
    /// The name under which keys are wrapped.
    pub const NAME: &str = NAME;

    /// With a passphrase; without one, nothing can be wrapped and unwrapped, and the error says what is missing.
    pub fn new(passphrase: Option<Passphrase>, random: Arc<dyn Random>) -> Self {
        PassphraseKeys { passphrase, random, made: Arc::default() }
    }

    fn passphrase(&self) -> Result<&Passphrase, SecretError> {
        self.passphrase.as_ref().ok_or(SecretError::NoPassphrase)
    }

    /// The key of a salt; `None` when nobody could have made one with it.
    fn key(&self, cost: Cost, salt: &[u8]) -> Result<Option<DataKey>, SecretError> {
        let passphrase = self.passphrase()?;
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (cost, salt.to_vec());
        if !made.contains_key(&place) {
            let Some(key) = passphrase.derive(salt, cost) else { return Ok(None) };
            made.insert(place.clone(), key);
        }
        Ok(made.get(&place).and_then(|key| DataKey::from_bytes(key.expose())))
    }

    /// A salt that a key was made with already, or a new one.
    fn salt(&self) -> Result<Vec<u8>, SecretError> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, salt)) = made.keys().find(|(cost, salt)| *cost == Cost::DEFAULT && salt.len() == SALT)
        {
            return Ok(salt.clone());
        }
        let mut salt = vec![0; SALT];
        self.random.fill(&mut salt).map_err(|error| SecretError::Random(error.to_string()))?;
        Ok(salt)
    }
}

fn wrong() -> SecretError {
    SecretError::WrongKey { from: "the passphrase".to_owned() }
}

#[async_trait]
impl KeyProvider for PassphraseKeys {
    fn name(&self) -> &str {
        NAME
    }

    async fn wrap(&self, key: &DataKey, context: &str) -> Result<WrappedKey, SecretError> {
        self.passphrase()?;
        let salt = self.salt()?;
        let own = self.key(Cost::DEFAULT, &salt)?.ok_or_else(wrong)?;
        let mut nonce = [0; 12];
        self.random.fill(&mut nonce).map_err(|error| SecretError::Random(error.to_string()))?;
        let sealed = encrypt(&cipher(&own.derive("wrapping")), nonce, context.as_bytes(), key.expose());
        let (salt, sealed) =
            (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(sealed.ok_or_else(wrong)?));
        let data = format!("{ALGORITHM}:{}:{salt}:{sealed}", Cost::DEFAULT);
        Ok(WrappedKey { provider: NAME.to_owned(), data })
    }

    async fn unwrap(&self, wrapped: &WrappedKey, context: &str) -> Result<DataKey, SecretError> {
        if wrapped.provider != NAME {
            return Err(SecretError::OtherProvider {
                expected: NAME.into(),
                found: wrapped.provider.clone(),
            });
        }
        let mut parts = wrapped.data.split(':');
        let (Some(ALGORITHM), Some(cost), Some(salt), Some(sealed), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong());
        };
        let cost: Cost = cost.parse().map_err(|()| wrong())?;
        let salt = STANDARD_NO_PAD.decode(salt).map_err(|_| wrong())?;
        let sealed = STANDARD_NO_PAD.decode(sealed).map_err(|_| wrong())?;
        let own = self.key(cost, &salt)?.ok_or_else(wrong)?;
        decrypt(&cipher(&own.derive("wrapping")), context.as_bytes(), &sealed)
            .and_then(|key| DataKey::from_bytes(&key))
            .ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::SeededRandom;

    fn keys(passphrase: &str) -> PassphraseKeys {
        PassphraseKeys::new(Passphrase::new(passphrase), Arc::new(SeededRandom::new(1)))
    }

    #[tokio::test]
    async fn a_wrapped_key_comes_back_with_the_same_passphrase_and_context_only() {
        let key = DataKey::generate(&SeededRandom::new(3)).unwrap();
        let wrapped = keys("correct horse").wrap(&key, "lineage").await.unwrap();
        assert!(wrapped.data.starts_with("argon2id:m=19456,t=2,p=1:"), "{}", wrapped.data);
        assert_eq!(keys("correct horse").unwrap(&wrapped, "lineage").await.unwrap().expose(), key.expose());
        for (passphrase, context) in [("wrong horse", "lineage"), ("correct horse", "other")] {
            let error = keys(passphrase).unwrap(&wrapped, context).await.unwrap_err();
            assert!(matches!(error, SecretError::WrongKey { .. }), "{error}");
        }
        let none = keys("").unwrap(&wrapped, "lineage").await.unwrap_err();
        assert!(none.to_string().contains("ATP_PASSPHRASE"), "{none}");
    }

    #[tokio::test]
    async fn a_wrapped_key_that_was_damaged_is_refused() {
        let keys = keys("a");
        let key = DataKey::generate(&SeededRandom::new(3)).unwrap();
        let wrapped = keys.wrap(&key, "x").await.unwrap();
        for data in ["", "argon2id", "argon2id:m=99999999,t=2,p=1:AAAA:AAAA", "argon2id:m=8,t=1,p=1:?:?"] {
            let damaged = WrappedKey { data: data.into(), ..wrapped.clone() };
            assert!(keys.unwrap(&damaged, "x").await.is_err(), "{data}");
        }
    }

    #[tokio::test]
    async fn keys_of_many_stacks_share_a_salt() {
        let keys = keys("a");
        let key = DataKey::generate(&SeededRandom::new(3)).unwrap();
        let salt = |wrapped: WrappedKey| wrapped.data.split(':').nth(2).unwrap().to_owned();
        let one = salt(keys.wrap(&key, "one").await.unwrap());
        assert_eq!(one, salt(keys.wrap(&key, "two").await.unwrap()));
    }
}

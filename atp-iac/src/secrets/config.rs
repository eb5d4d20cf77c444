//! Encrypted values in configuration files: `encrypted:v1:<salt>:<data>`.
//!
//! A key is made of a passphrase and the salt ([`derive`](super::derive)), and seals each value with AES-256-GCM, bound to
//! the key of the configuration that it stands under: moved to another key, it does not open. Whoever shares a passphrase
//! shares the values: prod has its own.

use super::derive::{Cost, Passphrase, SALT};
use super::{DataKey, Sealer};
use crate::ports::Random;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;

/// What every encrypted value begins with.
const PREFIX: &str = "encrypted:v1:";
/// What values are bound to besides their key.
const CONTEXT: &str = "configuration";
/// Opens and seals values of configuration. A key is made once for each salt.
#[derive(Debug)]
pub struct ConfigSecrets {
    passphrase: Passphrase,
    keys: BTreeMap<String, Option<Keys>>,
}

/// A key that was made of the passphrase.
struct Keys(Sealer);

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}

impl ConfigSecrets {
    /// With a passphrase.
    pub fn new(passphrase: Passphrase) -> Self {
        ConfigSecrets { passphrase, keys: BTreeMap::new() }
    }

    /// The clear text of an encrypted value that stands under `key`; `None` when the text is not encrypted.
    ///
    /// # Errors
    /// When it does not open, in words that hold nothing of it.
    pub fn open(&mut self, key: &str, text: &str) -> Option<Result<String, String>> {
        let rest = text.strip_prefix(PREFIX)?;
        let opened = rest.split_once(':').and_then(|(salt, data)| {
            let json = self.sealer(salt)?.open(key.as_bytes(), data)?;
            serde_json::from_slice(&json).ok()
        });
        Some(opened.ok_or_else(|| {
            "does not open: the passphrase is another one, or the value was changed or stood under another key"
                .to_owned()
        }))
    }

    /// Encrypts a value that is to stand under `key`.
    ///
    /// # Errors
    /// When the source of randomness fails, or the value is too long.
    pub fn seal(&mut self, key: &str, value: &str, random: &dyn Random) -> Result<String, String> {
        // The salt of a value that was opened before is used again: then opening all of them takes one derivation.
        let known = self.keys.iter().find(|(_, keys)| keys.is_some()).map(|(salt, _)| salt.clone());
        let salt = match known {
            Some(salt) => salt,
            None => {
                let mut salt = [0; SALT];
                random.fill(&mut salt).map_err(|error| error.to_string())?;
                STANDARD_NO_PAD.encode(salt)
            }
        };
        let json = serde_json::to_vec(value).map_err(|error| error.to_string())?;
        let sealed = self.sealer(&salt).and_then(|sealer| sealer.seal(key.as_bytes(), json));
        let sealed = sealed.ok_or("the value is too long to be encrypted")?;
        Ok(format!("{PREFIX}{salt}:{sealed}"))
    }

    fn sealer(&mut self, salt: &str) -> Option<&Sealer> {
        let passphrase = &self.passphrase;
        let keys = self.keys.entry(salt.to_owned()).or_insert_with(|| {
            let bytes = STANDARD_NO_PAD.decode(salt).ok()?;
            let data_key: DataKey = passphrase.derive(&bytes, Cost::DEFAULT)?;
            Some(Keys(Sealer::new(&data_key, CONTEXT)))
        });
        keys.as_ref().map(|Keys(sealer)| sealer)
    }
}

/// Whether a text of a configuration is encrypted.
pub fn is_encrypted(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// What stands for an encrypted value where nobody has the passphrase and nothing real is deployed: a URL that leads
/// nowhere, the same for the same value.
pub fn stand_in(text: &str) -> Option<String> {
    let digest = is_encrypted(text).then(|| Sha256::digest(text.as_bytes()))?;
    let short: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Some(format!("https://stand-in.invalid/{short}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::SeededRandom;

    fn secrets(passphrase: &str) -> ConfigSecrets {
        ConfigSecrets::new(Passphrase::new(passphrase).unwrap())
    }

    #[test]
    fn a_value_opens_with_its_passphrase_under_its_key_and_not_otherwise() {
        let random = SeededRandom::new(1);
        let sealed =
            secrets("correct horse\n").seal("webhooks.call", "https://x/?t=hunter2", &random).unwrap();
        assert!(is_encrypted(&sealed) && !sealed.contains("hunter2"), "{sealed}");
        let opened = secrets("correct horse").open("webhooks.call", &sealed);
        assert_eq!(opened, Some(Ok("https://x/?t=hunter2".to_owned())));
        for (passphrase, key) in [("correct horse", "webhooks.mail"), ("wrong horse", "webhooks.call")] {
            let message = secrets(passphrase).open(key, &sealed).unwrap().unwrap_err();
            assert!(message.starts_with("does not open"), "{message}");
        }
        assert_eq!(secrets("correct horse").open("webhooks.call", "https://x/"), None);
    }

    #[test]
    fn a_damaged_value_does_not_open() {
        for text in [
            "encrypted:v1:",
            "encrypted:v1:AA:AA",
            "encrypted:v1:AAAAAAAAAAAAAAAAAAAAAA:",
            "encrypted:v1:?:?",
        ] {
            assert!(secrets("a").open("k", text).unwrap().is_err(), "{text}");
        }
    }

    #[test]
    fn a_second_value_shares_the_salt_of_one_that_was_opened() {
        let random = SeededRandom::new(1);
        let first = secrets("a").seal("k", "one", &random).unwrap();
        let mut again = secrets("a");
        again.open("k", &first).unwrap().unwrap();
        let second = again.seal("l", "two", &SeededRandom::new(9)).unwrap();
        let salt = |text: &str| text.split(':').nth(2).unwrap().to_owned();
        assert_eq!(salt(&first), salt(&second));
    }

    #[test]
    fn nothing_is_shown_of_passphrases_and_a_stand_in_is_stable() {
        assert_eq!(
            format!("{:?}", secrets("hunter2")),
            "ConfigSecrets { passphrase: [passphrase], keys: {} }"
        );
        assert_eq!(stand_in("encrypted:v1:a:b"), stand_in("encrypted:v1:a:b"));
        assert_eq!(stand_in("clear"), None);
    }
}

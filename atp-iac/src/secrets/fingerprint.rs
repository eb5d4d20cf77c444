//! Showing that a secret changed without showing it.

use super::key::keyed;
use super::{DataKey, SecretError};
use crate::ports::Random;
use crate::value::Value;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;

/// Makes short keyed hashes of values: of use to compare, and of none to guess without the key of the stack.
#[derive(Clone)]
pub struct Fingerprints(Hmac<Sha256>);

impl Fingerprints {
    /// Those of a stack.
    pub fn new(key: &DataKey) -> Self {
        Fingerprints(keyed(&key.derive("fingerprints")))
    }

    /// Those of a stack that has no key yet: they mean nothing after this run.
    ///
    /// # Errors
    /// When the source of randomness fails.
    pub fn passing(random: &dyn Random) -> Result<Self, SecretError> {
        Ok(Fingerprints::new(&DataKey::generate(random)?))
    }

    /// Four hexadecimal digits, such as `#a1f3`. A secret has the fingerprint of what it hides.
    pub fn of(&self, value: &Value) -> String {
        let mut mac = self.0.clone();
        feed(&mut mac, value);
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        format!("#{:02x}{:02x}", digest[0], digest[1])
    }

    /// Begins a long one, of several things one after the other.
    pub(crate) fn digest(&self) -> Digest {
        Digest(self.0.clone())
    }
}

/// A keyed hash that is long enough to tell whether things are the same. Secrets count in it as what they hide.
pub(crate) struct Digest(Hmac<Sha256>);

impl Digest {
    /// With a text.
    pub fn text(mut self, text: &str) -> Self {
        feed_text(&mut self.0, b"x", text);
        self
    }

    /// With a value.
    pub fn value(mut self, value: &Value) -> Self {
        feed(&mut self.0, value);
        self
    }

    /// 32 hexadecimal digits.
    pub fn finish(self) -> String {
        let digest: [u8; 32] = self.0.finalize().into_bytes().into();
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Debug for Fingerprints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprints")
    }
}

fn feed(mac: &mut Hmac<Sha256>, value: &Value) {
    match value {
        Value::Secret(inner) => feed(mac, inner),
        Value::Null => mac.update(b"n"),
        Value::Bool(value) => mac.update(if *value { b"t" } else { b"f" }),
        Value::Number(number) => feed_text(mac, b"#", &number.to_string()),
        Value::String(text) => feed_text(mac, b"s", text),
        Value::Unknown(unknown) => feed_text(mac, b"?", &unknown.from),
        Value::List(list) => {
            feed_length(mac, b"l", list.len());
            list.iter().for_each(|item| feed(mac, item));
        }
        Value::Map(map) => {
            feed_length(mac, b"m", map.len());
            for (key, item) in map {
                feed_text(mac, b"k", key);
                feed(mac, item);
            }
        }
    }
}

fn feed_text(mac: &mut Hmac<Sha256>, tag: &[u8], text: &str) {
    feed_length(mac, tag, text.len());
    mac.update(text.as_bytes());
}

fn feed_length(mac: &mut Hmac<Sha256>, tag: &[u8], length: usize) {
    mac.update(tag);
    mac.update(&(length as u64).to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::SeededRandom;

    #[test]
    fn a_fingerprint_depends_on_the_value_and_the_key_and_not_on_the_secret_mark() {
        let (a, b) = (SeededRandom::new(1), SeededRandom::new(2));
        let (a, b) = (Fingerprints::passing(&a).unwrap(), Fingerprints::passing(&b).unwrap());
        let value = Value::from([("k", Value::from("hunter2"))]);
        assert_eq!(a.of(&value), a.of(&value.clone().into_secret()));
        assert_ne!(a.of(&value), a.of(&Value::from("hunter2")));
        assert_ne!(a.of(&value), b.of(&value));
        let text = a.of(&value);
        assert!(text.len() == 5 && text.starts_with('#'), "{text}");
        assert!(text[1..].chars().all(|c| c.is_ascii_hexdigit()));
    }
}

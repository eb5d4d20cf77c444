//! Public keys of those who vouch for a record, as `atp.yaml` trusts them and signatures name them.
//!
//! A key in a file is one of ed25519. A service that keeps a key to itself signs with ECDSA on P-256 (ES256) or with RSA and
//! PKCS#1 v1.5 (RS256), both over SHA-256. What stands behind `es256:` and `rs256:` is what stands between the two lines of
//! a PEM file with the public key, so that people can compare both.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Verifier as _;
use p256::pkcs8::{DecodePublicKey as _, EncodePublicKey as _};
use rsa::BoxedUint;
use rsa::pkcs1v15;
use rsa::traits::PublicKeyParts as _;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;

const ED25519: &str = "ed25519";
const ES256: &str = "es256";
const RS256: &str = "rs256";

/// Shorter moduli are within reach of those who can pay for it.
const MODULUS_BITS: usize = 2048;

/// A public key, as its algorithm, `:` and base64.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TrustedKey {
    key: Key,
    /// As it is written: each key has one spelling.
    text: String,
}

#[derive(Clone, PartialEq, Eq)]
enum Key {
    Ed25519(ed25519_dalek::VerifyingKey),
    Es256(p256::ecdsa::VerifyingKey),
    Rs256(Box<rsa::PublicKey>),
}

impl TrustedKey {
    pub(super) fn of_ed25519(key: ed25519_dalek::VerifyingKey) -> Self {
        let text = spelled(ED25519, key.as_bytes());
        TrustedKey { key: Key::Ed25519(key), text }
    }

    /// A key on P-256 by the coordinates of its point, as a JSON Web Key has them.
    ///
    /// # Errors
    /// When that is no point of the curve.
    pub fn of_p256(x: &[u8], y: &[u8]) -> Result<Self, String> {
        let point = [&[4], x, y].concat();
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point);
        TrustedKey::of_es256(key.map_err(|_| "its coordinates are no point of P-256".to_owned())?)
    }

    pub(super) fn of_es256(key: p256::ecdsa::VerifyingKey) -> Result<Self, String> {
        let der = key.to_public_key_der().map_err(|error| error.to_string())?;
        let text = spelled(ES256, der.as_bytes());
        Ok(TrustedKey { key: Key::Es256(key), text })
    }

    /// A key of RSA by its modulus and exponent, as a JSON Web Key has them.
    ///
    /// # Errors
    /// When that is no such key, or one that is too short.
    pub fn of_rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, String> {
        let number = BoxedUint::from_be_slice_vartime;
        let key = rsa::PublicKey::new(number(modulus), number(exponent));
        TrustedKey::of_rs256(key.map_err(|error| format!("it is no key of RSA: {error}"))?)
    }

    fn of_rs256(key: rsa::PublicKey) -> Result<Self, String> {
        if key.size() * 8 < MODULUS_BITS {
            return Err(format!("it has {} bits, and {MODULUS_BITS} are the least", key.size() * 8));
        }
        let der = key.to_public_key_der().map_err(|error| error.to_string())?;
        let text = spelled(RS256, der.as_bytes());
        Ok(TrustedKey { key: Key::Rs256(Box::new(key)), text })
    }

    /// Whether this is a signature of these bytes by this key.
    pub(super) fn fits(&self, bytes: &[u8], signature: &[u8]) -> bool {
        match &self.key {
            Key::Ed25519(key) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(bytes, &signature).is_ok()),
            Key::Es256(key) => p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(bytes, &signature).is_ok()),
            Key::Rs256(key) => {
                let verifying = pkcs1v15::VerifyingKey::<Sha256>::new((**key).clone());
                pkcs1v15::Signature::try_from(signature)
                    .is_ok_and(|signature| verifying.verify(bytes, &signature).is_ok())
            }
        }
    }
}

fn spelled(algorithm: &str, bytes: &[u8]) -> String {
    format!("{algorithm}:{}", STANDARD.encode(bytes))
}

impl TryFrom<String> for TrustedKey {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = |why: &str| {
            format!(
                "`{text}` is no public key: {why}; write `{ED25519}:` and 32 bytes in base64, or `{ES256}:` or `{RS256}:` \
                 and what stands between the two lines of a PEM file with the public key"
            )
        };
        let (algorithm, encoded) = text.split_once(':').ok_or_else(|| wrong("it names no algorithm"))?;
        let bytes = STANDARD.decode(encoded).map_err(|_| wrong("this is not base64"))?;
        match algorithm {
            ED25519 => {
                let bytes: [u8; 32] = bytes.try_into().map_err(|_| wrong("32 bytes are needed"))?;
                let key = ed25519_dalek::VerifyingKey::from_bytes(&bytes);
                key.map(TrustedKey::of_ed25519).map_err(|_| wrong("it is no point of the curve"))
            }
            ES256 => {
                let key = p256::ecdsa::VerifyingKey::from_public_key_der(&bytes);
                TrustedKey::of_es256(key.map_err(|_| wrong("it is no key on P-256"))?)
                    .map_err(|why| wrong(&why))
            }
            RS256 => {
                let key = rsa::PublicKey::from_public_key_der(&bytes);
                TrustedKey::of_rs256(key.map_err(|_| wrong("it is no key of RSA"))?)
                    .map_err(|why| wrong(&why))
            }
            _ => Err(wrong("it names no algorithm that is known")),
        }
    }
}

impl From<TrustedKey> for String {
    fn from(key: TrustedKey) -> Self {
        key.text
    }
}

impl fmt::Display for TrustedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for TrustedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TrustedKey({self})")
    }
}

/// The public key in a text.
///
/// # Errors
/// When it is none.
pub fn public_key(text: &str) -> Result<TrustedKey, String> {
    text.to_owned().try_into()
}

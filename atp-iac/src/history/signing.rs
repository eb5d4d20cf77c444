//! Who vouches for a record: signatures with ed25519.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, spki::der::pem::LineEnding};
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use std::fmt;

const PREFIX: &str = "ed25519:";

/// Signs records and approvals. A key in a file can ([`FileSigner`]), and so can a service that keeps the key to itself.
#[async_trait]
pub trait Signer: Send + Sync {
    /// The public key, for people and for `trust`.
    fn key(&self) -> TrustedKey;

    /// Signs some bytes.
    ///
    /// # Errors
    /// Why it cannot, in words that hold no secret.
    async fn sign(&self, bytes: &[u8]) -> Result<Signature, String>;
}

/// A signature, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The public key.
    pub key: TrustedKey,
    /// The signature, in base64.
    pub signature: String,
}

impl Signature {
    /// Whether it is one of these bytes by its key. Whether the key is trusted is another question.
    pub fn fits(&self, bytes: &[u8]) -> bool {
        let decoded = STANDARD.decode(&self.signature).ok();
        let signature = decoded.and_then(|bytes| ed25519_dalek::Signature::from_slice(&bytes).ok());
        signature.is_some_and(|signature| self.key.0.verify_strict(bytes, &signature).is_ok())
    }
}

/// A public key, as `ed25519:` and base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TrustedKey(VerifyingKey);

impl TryFrom<String> for TrustedKey {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no public key: write `{PREFIX}` and 32 bytes in base64");
        let bytes = text.strip_prefix(PREFIX).and_then(|encoded| STANDARD.decode(encoded).ok());
        let bytes: [u8; 32] = bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(wrong)?;
        VerifyingKey::from_bytes(&bytes).map(TrustedKey).map_err(|_| wrong())
    }
}

impl From<TrustedKey> for String {
    fn from(key: TrustedKey) -> Self {
        key.to_string()
    }
}

impl fmt::Display for TrustedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", STANDARD.encode(self.0.as_bytes()))
    }
}

/// A private key from a file: PKCS#8 in PEM, as other tools write it, too.
pub struct FileSigner(SigningKey);

impl FileSigner {
    /// A new key from 32 random bytes.
    pub fn new(seed: &[u8; 32]) -> Self {
        FileSigner(SigningKey::from_bytes(seed))
    }

    /// The key in the text of a file.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(pem: &str) -> Result<Self, String> {
        let read = SigningKey::from_pkcs8_pem(pem.trim_ascii_start());
        read.map(FileSigner).map_err(|_| "it is no ed25519 key in PKCS#8 and PEM".to_owned())
    }

    /// The text of the file. It holds the private key.
    ///
    /// # Errors
    /// When it cannot be encoded.
    pub fn write(&self) -> Result<String, String> {
        let pem = self.0.to_pkcs8_pem(LineEnding::LF);
        pem.map(|pem| pem.as_str().to_owned()).map_err(|error| format!("the key cannot be encoded: {error}"))
    }
}

impl fmt::Debug for FileSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileSigner({})", self.key())
    }
}

#[async_trait]
impl Signer for FileSigner {
    fn key(&self) -> TrustedKey {
        TrustedKey(self.0.verifying_key())
    }

    async fn sign(&self, bytes: &[u8]) -> Result<Signature, String> {
        let signature = STANDARD.encode(self.0.sign(bytes).to_bytes());
        Ok(Signature { key: self.key(), signature })
    }
}

/// The public key in a text.
///
/// # Errors
/// When it is none.
pub fn public_key(text: &str) -> Result<TrustedKey, String> {
    text.to_owned().try_into()
}

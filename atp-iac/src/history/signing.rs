//! Who vouches for a record: signatures, and who makes them.

use super::public_key::TrustedKey;
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, spki::der::pem::LineEnding};
use ed25519_dalek::{Signer as _, SigningKey};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is signed to find out whether a signer can sign. It begins otherwise than records and approvals do.
const TRIAL: &[u8] = b"atp-iac trial\n";

/// Signs records and approvals. A key in a file can ([`FileSigner`]), and so can a service that keeps the key to itself.
#[async_trait]
pub trait Signer: Send + Sync {
    /// The public key, for people and for `trust`. A service is asked for it.
    ///
    /// # Errors
    /// Why it is not to be had, with a way out, in words that hold no secret.
    async fn public_key(&self) -> Result<TrustedKey, String>;

    /// Signs some bytes.
    ///
    /// # Errors
    /// Why it cannot, with a way out, in words that hold no secret.
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
    /// A signature by its bytes.
    pub fn new(key: TrustedKey, signature: &[u8]) -> Self {
        Signature { key, signature: STANDARD.encode(signature) }
    }

    /// Whether it is one of these bytes by its key. Whether the key is trusted is another question.
    pub fn fits(&self, bytes: &[u8]) -> bool {
        STANDARD.decode(&self.signature).is_ok_and(|signature| self.key.fits(bytes, &signature))
    }
}

/// Has a signer sign something that is of no use, so that one that cannot is found out before anything is done. Its key.
///
/// # Errors
/// Why it cannot sign.
pub(crate) async fn try_out(signer: &dyn Signer) -> Result<TrustedKey, String> {
    let signature = signer.sign(TRIAL).await?;
    match signature.fits(TRIAL) {
        true => Ok(signature.key),
        false => Err(format!("what it gave is no signature by its key {}", signature.key)),
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

    /// The public key.
    pub fn key(&self) -> TrustedKey {
        TrustedKey::of_ed25519(self.0.verifying_key())
    }
}

impl fmt::Debug for FileSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileSigner({})", self.key())
    }
}

#[async_trait]
impl Signer for FileSigner {
    async fn public_key(&self) -> Result<TrustedKey, String> {
        Ok(self.key())
    }

    async fn sign(&self, bytes: &[u8]) -> Result<Signature, String> {
        Ok(Signature::new(self.key(), &self.0.sign(bytes).to_bytes()))
    }
}

//! The private keys behind the keys of vaults, and what is done by them.
//!
//! They follow from the seed of the cloud and the URL of the version, so that nothing has to be kept: whoever has the
//! simulator has these keys. There are RSA with 2048, 3072 and 4096 bits, for RSA-OAEP-256, RS256 and PS256, and EC on
//! P-256, for ES256.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use p256::ecdsa::{Signature, SigningKey};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rsa::traits::PublicKeyParts;
use rsa::{Oaep, Pkcs1v15Sign, PrivateKey, Pss, PublicKey};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::key::VaultKey;

/// What is done by a private key or its public half.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    Encrypt,
    Decrypt,
    Wrap,
    Unwrap,
    Sign,
    Verify,
}

impl Work {
    pub const ALL: [Work; 6] =
        [Work::Encrypt, Work::Decrypt, Work::Sign, Work::Verify, Work::Wrap, Work::Unwrap];

    /// Of the last part of a path.
    pub fn parse(verb: &str) -> Option<Work> {
        Work::ALL.into_iter().find(|work| work.name().eq_ignore_ascii_case(verb))
    }

    /// As keys and access policies name it.
    pub fn name(self) -> &'static str {
        match self {
            Work::Encrypt => "encrypt",
            Work::Decrypt => "decrypt",
            Work::Wrap => "wrapKey",
            Work::Unwrap => "unwrapKey",
            Work::Sign => "sign",
            Work::Verify => "verify",
        }
    }

    /// Whether it undoes or checks what was done before, which goes on when the time of the key is over.
    pub fn looks_back(self) -> bool {
        matches!(self, Work::Decrypt | Work::Unwrap | Work::Verify)
    }
}

/// Why nothing came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is none of this type of key, or not there.
    Algorithm,
    TooLong,
    NotADigest,
    /// It is nothing that this key made.
    Value,
}

/// A private key.
pub(super) enum Material {
    Rsa(Box<PrivateKey>),
    Elliptic(Box<SigningKey>),
}

/// The private keys that were needed so far, by the URL of the version: finding the primes takes a while.
#[derive(Default)]
pub(crate) struct Keyring(BTreeMap<String, Material>);

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Keyring {
    /// The private key of a version; none for types, sizes and curves that are not there.
    pub(super) fn of(&mut self, seed: u64, key: &VaultKey) -> Option<&Material> {
        if !self.0.contains_key(&key.id) {
            self.0.insert(key.id.clone(), Material::derive(seed, key)?);
        }
        self.0.get(&key.id)
    }
}

impl Material {
    fn derive(seed: u64, key: &VaultKey) -> Option<Material> {
        let text = format!("private key of a vault/{seed}/{}", key.id);
        if key.is_elliptic() {
            let scalar = Sha256::digest(&text);
            return match key.curve.as_str() {
                "P-256" => SigningKey::from_slice(&scalar).ok().map(Box::new).map(Material::Elliptic),
                _ => None,
            };
        }
        let fits = key.is_rsa() && [2048, 3072, 4096].contains(&key.bits);
        let made = fits.then(|| PrivateKey::new(&mut random(&text), key.bits))?;
        made.ok().map(Box::new).map(Material::Rsa)
    }

    /// The public half, as JSON Web Keys have it.
    pub fn public(&self) -> Map<String, Value> {
        let coded = |bytes: &[u8]| json!(URL_SAFE_NO_PAD.encode(bytes));
        let parts = match self {
            Material::Rsa(key) => {
                let (modulus, exponent) = (key.n_bytes(), key.e_bytes());
                vec![("n", coded(&modulus)), ("e", coded(&exponent))]
            }
            Material::Elliptic(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let coordinate = |bytes: Option<&[u8]>| coded(bytes.unwrap_or_default());
                vec![
                    ("crv", json!("P-256")),
                    ("x", coordinate(point.x().map(|x| x.as_slice()))),
                    ("y", coordinate(point.y().map(|y| y.as_slice()))),
                ]
            }
        };
        parts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    pub fn encrypt(&self, algorithm: &str, value: &[u8], salt: &str) -> Result<Vec<u8>, Refusal> {
        match (self, algorithm) {
            (Material::Rsa(key), "RSA-OAEP-256") => PublicKey::from(&**key)
                .encrypt(&mut random(salt), Oaep::<Sha256>::new(), value)
                .map_err(|_| Refusal::TooLong),
            _ => Err(Refusal::Algorithm),
        }
    }

    pub fn decrypt(&self, algorithm: &str, value: &[u8]) -> Result<Vec<u8>, Refusal> {
        match (self, algorithm) {
            (Material::Rsa(key), "RSA-OAEP-256") => {
                key.decrypt(Oaep::<Sha256>::new(), value).map_err(|_| Refusal::Value)
            }
            _ => Err(Refusal::Algorithm),
        }
    }

    /// Signs a digest by SHA-256.
    pub fn sign(&self, algorithm: &str, digest: &[u8], salt: &str) -> Result<Vec<u8>, Refusal> {
        self.refuse(algorithm, digest)?;
        match self {
            Material::Rsa(key) if algorithm == "RS256" => {
                key.sign(Pkcs1v15Sign::new::<Sha256>(), digest).map_err(|_| Refusal::Value)
            }
            Material::Rsa(key) => {
                key.sign_with_rng(&mut random(salt), Pss::<Sha256>::new(), digest).map_err(|_| Refusal::Value)
            }
            Material::Elliptic(key) => {
                let signed: Result<Signature, _> = key.sign_prehash(digest);
                signed.map(|signature| signature.to_bytes().to_vec()).map_err(|_| Refusal::Value)
            }
        }
    }

    /// Whether a signature of a digest is one of this key.
    pub fn verify(&self, algorithm: &str, digest: &[u8], signature: &[u8]) -> Result<bool, Refusal> {
        self.refuse(algorithm, digest)?;
        Ok(match self {
            Material::Rsa(key) => {
                let public = PublicKey::from(&**key);
                match algorithm {
                    "RS256" => public.verify(Pkcs1v15Sign::new::<Sha256>(), digest, signature).is_ok(),
                    _ => public.verify(Pss::<Sha256>::new(), digest, signature).is_ok(),
                }
            }
            Material::Elliptic(key) => Signature::from_slice(signature)
                .is_ok_and(|signature| key.verifying_key().verify_prehash(digest, &signature).is_ok()),
        })
    }

    /// Refuses algorithms that the key does not sign by, and what is no digest.
    fn refuse(&self, algorithm: &str, digest: &[u8]) -> Result<(), Refusal> {
        let fits = match self {
            Material::Rsa(_) => matches!(algorithm, "RS256" | "PS256"),
            Material::Elliptic(_) => algorithm == "ES256",
        };
        match (fits, digest.len()) {
            (false, _) => Err(Refusal::Algorithm),
            (true, 32) => Ok(()),
            (true, _) => Err(Refusal::NotADigest),
        }
    }
}

/// Random numbers that follow from a text.
fn random(text: &str) -> StdRng {
    StdRng::from_seed(Sha256::digest(text).into())
}

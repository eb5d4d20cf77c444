//! Sealing one value: AES-256-GCM, bound to the place where it stands.
//!
//! Invariant: the same value at the same place gives the same bytes, so that an unchanged state stays unchanged.
//! Invariant: a nonce is used for one message only. It is made of the message, the place and the key; two messages get
//! the same one only if HMAC-SHA256 collides in 96 bits.

use super::key::keyed;
use super::{DataKey, Fingerprints};
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Lengths are rounded up to this, so that `true` and `false` look alike.
const BLOCK: usize = 16;
const NONCE: usize = 12;

/// Seals and opens the secrets of one stack.
#[derive(Clone)]
pub struct Sealer {
    cipher: Aes256Gcm,
    nonces: Hmac<Sha256>,
    fingerprints: Fingerprints,
    context: String,
}

impl Sealer {
    /// With the key of a stack; nothing opens in another `context`.
    pub fn new(key: &DataKey, context: &str) -> Self {
        Sealer {
            cipher: cipher(&key.derive("encryption")),
            nonces: keyed(&key.derive("nonces")),
            fingerprints: Fingerprints::new(key),
            context: context.to_owned(),
        }
    }

    /// What shows that a secret changed without showing it.
    pub fn fingerprints(&self) -> &Fingerprints {
        &self.fingerprints
    }

    /// Seals JSON text: white space at its end may come back. `None` when the text is too long for the cipher.
    pub fn seal(&self, place: &[u8], mut text: Vec<u8>) -> Option<String> {
        text.resize(text.len().next_multiple_of(BLOCK), b' ');
        let bound = self.bound(place);
        let mut mac = self.nonces.clone();
        mac.update(&bound);
        mac.update(&text);
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&digest[..NONCE]);
        let sealed = encrypt(&self.cipher, nonce, &bound, &text)?;
        text.fill(0);
        Some(STANDARD_NO_PAD.encode(sealed))
    }

    /// Opens what [`seal`](Self::seal) made; `None` when it was changed, or stood elsewhere, or had another key.
    pub fn open(&self, place: &[u8], sealed: &str) -> Option<Vec<u8>> {
        decrypt(&self.cipher, &self.bound(place), &STANDARD_NO_PAD.decode(sealed).ok()?)
    }

    /// The place with its length first, so that no two pairs of context and place are the same bytes.
    fn bound(&self, place: &[u8]) -> Vec<u8> {
        let mut bound = Vec::with_capacity(8 + self.context.len() + place.len());
        bound.extend_from_slice(&(self.context.len() as u64).to_le_bytes());
        bound.extend_from_slice(self.context.as_bytes());
        bound.extend_from_slice(place);
        bound
    }
}

pub(super) fn cipher(key: &DataKey) -> Aes256Gcm {
    Aes256Gcm::new(key.expose().into())
}

/// The nonce, the ciphertext and the tag.
pub(super) fn encrypt(cipher: &Aes256Gcm, nonce: [u8; NONCE], bound: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    let body = cipher.encrypt(&Nonce::from(nonce), Payload { msg: text, aad: bound }).ok()?;
    Some([&nonce[..], &body].concat())
}

pub(super) fn decrypt(cipher: &Aes256Gcm, bound: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, body) = sealed.split_at_checked(NONCE)?;
    let nonce: [u8; NONCE] = nonce.try_into().ok()?;
    cipher.decrypt(&Nonce::from(nonce), Payload { msg: body, aad: bound }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::SeededRandom;

    fn sealer(seed: u64, context: &str) -> Sealer {
        Sealer::new(&DataKey::generate(&SeededRandom::new(seed)).unwrap(), context)
    }

    #[test]
    fn a_sealed_text_opens_only_with_its_key_context_and_place() {
        let sealed = sealer(1, "a").seal(b"here", b"\"x\"".to_vec()).unwrap();
        assert_eq!(sealer(1, "a").open(b"here", &sealed).unwrap().trim_ascii(), b"\"x\"");
        assert_eq!(sealer(1, "a").open(b"there", &sealed), None);
        assert_eq!(sealer(1, "b").open(b"here", &sealed), None);
        assert_eq!(sealer(2, "a").open(b"here", &sealed), None);
        assert_eq!(sealer(1, "a").open(b"here", "short"), None);
        assert_eq!(sealer(1, "a").open(b"here", "not base64!"), None);
    }

    #[test]
    fn context_and_place_do_not_run_into_each_other() {
        let sealed = sealer(1, "ab").seal(b"c", b"1".to_vec()).unwrap();
        assert_eq!(sealer(1, "a").open(b"bc", &sealed), None);
    }

    #[test]
    fn the_same_text_at_the_same_place_gives_the_same_bytes_and_elsewhere_others() {
        let seal = |place: &str, text: &str| sealer(1, "a").seal(place.as_bytes(), text.into()).unwrap();
        assert_eq!(seal("p", "x"), seal("p", "x"));
        assert_ne!(seal("p", "x")[..16], seal("q", "x")[..16]);
        assert_ne!(seal("p", "x")[..16], seal("p", "y")[..16]);
    }

    #[test]
    fn the_length_does_not_tell_true_from_false() {
        let seal = |text: &str| sealer(1, "a").seal(b"p", text.into()).unwrap();
        assert_eq!(seal("true").len(), seal("false").len());
    }
}

//! What was done, signed by a key in a vault.
//!
//! The vault is given a SHA-256 digest, and signs it with ECDSA on P-256 (ES256) or with RSA (RS256), as the key is. What it
//! gives back is checked here by the public key that it shows, so that whoever verifies later needs no vault. Without a
//! version in the URL, the newest one signs; each process asks once which that is.

use super::{Access, VaultKey, is_url, version_of};
use crate::arm::credentials::Environment;
use crate::provider::{AzureSettings, ConnectError};
use async_trait::async_trait;
use atp_iac::history::{Signature, Signer, TrustedKey};
use azure_core::base64::{decode_url_safe, encode_url_safe};
use azure_core::http::Transport;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::time::Duration;
use tokio::sync::OnceCell;

const NEEDED: &str = "the identity needs the role `Key Vault Crypto User` on the key, or an access policy of the vault with get and sign";

/// Signs by one key in a vault.
#[derive(Debug)]
pub struct VaultSigner {
    key: VaultKey,
    access: Access,
    shown: OnceCell<Shown>,
}

/// What a vault says of a key that can sign.
#[derive(Debug)]
struct Shown {
    version: String,
    algorithm: &'static str,
    public: TrustedKey,
}

impl VaultSigner {
    /// Whether a URL is one of a key in a vault.
    pub fn is_url(url: &str) -> bool {
        is_url(url)
    }

    /// By the key at a URL in Azure, with the identity that settings and environment describe. The subscription of the
    /// settings may be empty.
    ///
    /// # Errors
    /// When the settings, or what the environment asks for, cannot be used.
    pub fn connect(
        url: &str,
        settings: &AzureSettings,
        environment: Environment<'_>,
    ) -> Result<Self, ConnectError> {
        VaultSigner::new(url, Access::connect(settings, environment, NEEDED)?)
    }

    /// Likewise, where requests go through `transport`, with a fixed token: for the simulator.
    ///
    /// # Errors
    /// When the URL is wrong.
    pub fn with_transport(url: &str, token: &str, transport: Transport) -> Result<Self, ConnectError> {
        VaultSigner::new(url, Access::with_transport(token, transport, NEEDED))
    }

    /// How long a vault that does not answer is asked again; a minute unless told.
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.access.patience = patience;
        self
    }

    fn new(url: &str, access: Access) -> Result<Self, ConnectError> {
        let key = VaultKey::parse(url).map_err(ConnectError::Vault)?;
        Ok(VaultSigner { key, access, shown: OnceCell::new() })
    }

    async fn shown(&self) -> Result<&Shown, String> {
        self.shown
            .get_or_try_init(|| async { read(&self.access.ask(&self.key, None).await?) })
            .await
            .map_err(|why| format!("{}: {why}", self.key))
    }
}

/// What an answer says of a key.
fn read(answer: &Json) -> Result<Shown, String> {
    let version = version_of(answer)?;
    let key = &answer["key"];
    if answer["attributes"]["enabled"] == false {
        return Err(format!("the key is disabled in its version {version}: enable it, or name another one"));
    }
    let operations = key["key_ops"].as_array();
    if operations.is_some_and(|known| known.iter().all(|one| one != "sign")) {
        return Err("the key may not sign: make one whose operations have `sign`".to_owned());
    }
    let part = |name: &str| {
        let bytes = key[name].as_str().and_then(|text| decode_url_safe(text).ok());
        bytes.ok_or_else(|| format!("the answer of the vault has no `{name}` of the key"))
    };
    let (algorithm, public) = match (key["kty"].as_str().unwrap_or_default(), key["crv"].as_str()) {
        ("EC" | "EC-HSM", Some("P-256")) => ("ES256", TrustedKey::of_p256(&part("x")?, &part("y")?)?),
        ("RSA" | "RSA-HSM", _) => ("RS256", TrustedKey::of_rsa(&part("n")?, &part("e")?)?),
        (kind, curve) => {
            let what = curve.map_or_else(|| kind.to_owned(), |curve| format!("{kind} on {curve}"));
            return Err(format!("a key of type {what} is of no use here: make one on P-256, or one of RSA"));
        }
    };
    Ok(Shown { version, algorithm, public })
}

#[async_trait]
impl Signer for VaultSigner {
    async fn public_key(&self) -> Result<TrustedKey, String> {
        Ok(self.shown().await?.public.clone())
    }

    async fn sign(&self, bytes: &[u8]) -> Result<Signature, String> {
        let Shown { version, algorithm, public } = self.shown().await?;
        let key = VaultKey { version: Some(version.clone()), ..self.key.clone() };
        let failed = |why: String| format!("{key}: {why}");
        let body = json!({ "alg": algorithm, "value": encode_url_safe(Sha256::digest(bytes)) });
        let answer = self.access.ask(&key, Some(("sign", body))).await.map_err(failed)?;
        let value = answer["value"].as_str().and_then(|text| decode_url_safe(text).ok());
        let value = value.ok_or_else(|| failed("the answer of the vault has no signature".to_owned()))?;
        let signature = Signature::new(public.clone(), &value);
        match signature.fits(bytes) {
            true => Ok(signature),
            false => Err(failed("what the vault gave is no signature by the key that it shows".to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(key: Json) -> Result<Shown, String> {
        read(&json!({ "key": key, "attributes": { "enabled": true } }))
    }

    #[test]
    fn a_key_that_cannot_sign_is_refused_with_what_to_do() {
        let kid = "https://keys.vault.azure.net/keys/history/0a1b";
        // The point that the specification of JSON Web Keys has as its example.
        let point = json!({
            "kid": kid, "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        });
        let good = shown(point.clone()).unwrap();
        assert_eq!((good.version.as_str(), good.algorithm), ("0a1b", "ES256"));
        assert!(good.public.to_string().starts_with("es256:MFkwEwYHKoZI"), "{}", good.public);
        let with = |name: &str, value: Json| {
            let mut key = point.clone();
            key[name] = value;
            shown(key).unwrap_err()
        };
        assert!(with("y", json!("AAAA")).contains("no point of P-256"));
        assert!(with("crv", json!("P-384")).contains("make one on P-256"));
        assert!(with("x", Json::Null).contains("no `x`"));
        assert!(with("key_ops", json!(["verify"])).contains("may not sign"));
        let disabled = read(&json!({ "key": point, "attributes": { "enabled": false } })).unwrap_err();
        assert!(disabled.contains("disabled in its version 0a1b"), "{disabled}");
        let short = shown(json!({ "kid": kid, "kty": "RSA", "n": "sXch", "e": "AQAB" })).unwrap_err();
        assert!(short.contains("RSA"), "{short}");
    }
}

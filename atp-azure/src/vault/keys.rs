//! Keys of stacks, wrapped by a key in a vault.
//!
//! The key wraps and unwraps in the vault, with RSA-OAEP-256, which knows no associated data. So what is wrapped is bound to
//! its context ([`bound`](atp_iac::secrets::bound)). Without a version the newest one wraps; every wrapped key says which
//! version that was, so that it opens after the key in the vault was rotated.

use super::{Access, VaultKey, is_url, version_of};
use crate::arm::credentials::Environment;
use crate::provider::{AzureSettings, ConnectError};
use async_trait::async_trait;
use atp_iac::secrets::bound::{bind, release};
use atp_iac::secrets::{DataKey, KeyProvider, SecretError, WrappedKey};
use azure_core::base64::{decode_url_safe, encode_url_safe};
use azure_core::http::Transport;
use serde_json::{Value as Json, json};

const ALGORITHM: &str = "RSA-OAEP-256";
const NEEDED: &str = "the identity needs the role `Key Vault Crypto Service Encryption User` on the key, or an access policy of the vault with get, wrapKey and unwrapKey";

/// Wraps keys by one key in a vault, and unwraps what any key in a vault wrapped, as far as the identity may.
#[derive(Debug)]
pub struct VaultKeys {
    /// The key that wraps; `None` when nothing is to be wrapped.
    key: Option<VaultKey>,
    name: String,
    access: Access,
}

impl VaultKeys {
    /// Whether a URL is one of a key in a vault.
    pub fn is_url(url: &str) -> bool {
        is_url(url)
    }

    /// By the key at a URL, or none, in Azure, with the identity that settings and environment describe. The subscription of
    /// the settings may be empty.
    ///
    /// # Errors
    /// When the settings, or what the environment asks for, cannot be used.
    pub fn connect(
        url: Option<&str>,
        settings: &AzureSettings,
        environment: Environment<'_>,
    ) -> Result<Self, ConnectError> {
        VaultKeys::new(url, Access::connect(settings, environment, NEEDED)?)
    }

    /// Likewise, where requests go through `transport`, with a fixed token: for the simulator.
    ///
    /// # Errors
    /// When the URL is wrong.
    pub fn with_transport(
        url: Option<&str>,
        token: &str,
        transport: Transport,
    ) -> Result<Self, ConnectError> {
        VaultKeys::new(url, Access::with_transport(token, transport, NEEDED))
    }

    fn new(url: Option<&str>, access: Access) -> Result<Self, ConnectError> {
        let key = url.map(VaultKey::parse).transpose().map_err(ConnectError::Vault)?;
        Ok(VaultKeys { key, name: url.unwrap_or("a key vault").to_owned(), access })
    }

    async fn ask(&self, key: &VaultKey, operation: Option<(&str, Json)>) -> Result<Json, SecretError> {
        self.access.ask(key, operation).await.map_err(|reason| {
            let provider = VaultKey { version: None, ..key.clone() }.to_string();
            SecretError::Unavailable { provider, reason }
        })
    }

    /// The key, with the version that it has now.
    async fn current(&self, key: &VaultKey) -> Result<VaultKey, SecretError> {
        if key.version.is_some() {
            return Ok(key.clone());
        }
        let version = version_of(&self.ask(key, None).await?);
        let version =
            version.map_err(|reason| SecretError::Unavailable { provider: self.name.clone(), reason })?;
        Ok(VaultKey { version: Some(version), ..key.clone() })
    }

    fn malformed(&self, what: &str) -> SecretError {
        let reason = format!("the answer of the vault has {what}");
        SecretError::Unavailable { provider: self.name.clone(), reason }
    }

    /// What an answer gives back.
    fn value(&self, answer: &Json) -> Result<Vec<u8>, SecretError> {
        let value = answer["value"].as_str().and_then(|text| decode_url_safe(text).ok());
        value.ok_or_else(|| self.malformed("no value"))
    }
}

#[async_trait]
impl KeyProvider for VaultKeys {
    fn name(&self) -> &str {
        &self.name
    }

    fn unwraps(&self, provider: &str) -> bool {
        VaultKeys::is_url(provider)
    }

    async fn wrap(&self, key: &DataKey, context: &str) -> Result<WrappedKey, SecretError> {
        let own = self.key.as_ref().ok_or_else(|| SecretError::Unavailable {
            provider: self.name.clone(),
            reason: "it is not said which one: `secrets: {provider: azurekeyvault://vault/key}`".to_owned(),
        })?;
        let own = self.current(own).await?;
        let mut bound = bind(key, context);
        let body = json!({ "alg": ALGORITHM, "value": encode_url_safe(&bound) });
        bound.fill(0);
        let wrapped = self.value(&self.ask(&own, Some(("wrapkey", body))).await?)?;
        let version = own.version.unwrap_or_default();
        Ok(WrappedKey {
            provider: self.name.clone(),
            data: format!("{version}:{}", encode_url_safe(&wrapped)),
        })
    }

    async fn unwrap(&self, wrapped: &WrappedKey, context: &str) -> Result<DataKey, SecretError> {
        let wrong = || SecretError::WrongKey { from: wrapped.provider.clone() };
        let key = VaultKey::parse(&wrapped.provider).map_err(|_| wrong())?;
        let (version, value) = wrapped.data.split_once(':').ok_or_else(wrong)?;
        let fits = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !fits {
            return Err(wrong());
        }
        let key = VaultKey { version: Some(version.to_owned()), ..key };
        let body = json!({ "alg": ALGORITHM, "value": value });
        let mut opened = self.value(&self.ask(&key, Some(("unwrapkey", body))).await?)?;
        let released = release(&opened, context);
        opened.fill(0);
        released.ok_or_else(wrong)
    }
}

//! Keys of stacks, wrapped by a key in Azure Key Vault: `azurekeyvault://<vault>/<key>`, or with `/<version>`.
//!
//! The key never leaves the vault: it wraps and unwraps there, with RSA-OAEP-256, which knows no associated data. So what
//! is wrapped is bound to its context ([`bound`](atp_iac::secrets::bound)). Without a version the newest one wraps; every
//! wrapped key says which version that was, so that it opens after the key in the vault was rotated.

use crate::arm::credentials::Environment;
use crate::arm::{Answer, ArmClient, ArmClientOptions, ArmError, Endpoint, FixedToken};
use crate::provider::{AzureSettings, ConnectError, sign_in};
use async_trait::async_trait;
use atp_iac::secrets::bound::{bind, release};
use atp_iac::secrets::{DataKey, KeyProvider, SecretError, WrappedKey};
use azure_core::base64::{decode_url_safe, encode_url_safe};
use azure_core::credentials::TokenCredential;
use azure_core::http::{Method, Transport};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use std::time::Duration;

const SCHEME: &str = "azurekeyvault://";
const ALGORITHM: &str = "RSA-OAEP-256";
const API_VERSION: &str = "7.4";
const PATIENCE: Duration = Duration::from_secs(60);
const NEEDED: &str = "the identity needs the role `Key Vault Crypto Service Encryption User` on the key, or an access policy of the vault with get, wrapKey and unwrapKey";

/// Wraps keys by one key in a vault, and unwraps what any key in a vault wrapped, as far as the identity may.
#[derive(Debug)]
pub struct VaultKeys {
    /// The key that wraps; `None` when nothing is to be wrapped.
    key: Option<VaultKey>,
    name: String,
    access: Access,
}

/// A key in a vault.
#[derive(Debug, Clone, PartialEq, Eq)]
struct VaultKey {
    vault: String,
    name: String,
    version: Option<String>,
}

/// How vaults are reached.
#[derive(Debug)]
struct Access {
    /// What follows the name of a vault in its host.
    suffix: &'static str,
    credential: Arc<dyn TokenCredential>,
    transport: Option<Transport>,
}

impl VaultKey {
    /// # Errors
    /// When it is not the URL of a key.
    fn parse(url: &str) -> Result<Self, String> {
        let bad = |why: &str| format!("`{url}` is not a key in a vault: {why}; write `{SCHEME}vault/key`");
        let rest = url.strip_prefix(SCHEME).ok_or_else(|| bad("another scheme"))?;
        let parts: Vec<&str> = rest.split('/').collect();
        let plain =
            |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !parts.iter().all(|part| plain(part)) {
            return Err(bad("names are letters, digits and `-`"));
        }
        match parts[..] {
            [vault, _] | [vault, _, _] if !(3..=24).contains(&vault.len()) => {
                Err(bad("the name of a vault has 3 to 24 characters"))
            }
            [vault, name] => Ok(VaultKey { vault: vault.into(), name: name.into(), version: None }),
            [vault, name, version] => {
                Ok(VaultKey { vault: vault.into(), name: name.into(), version: Some(version.into()) })
            }
            _ => Err(bad("a vault, a key and, if one is meant, a version")),
        }
    }
}

impl VaultKeys {
    /// Whether a URL is one of a key in a vault.
    pub fn is_url(url: &str) -> bool {
        url.starts_with(SCHEME)
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
        let (credential, transport) = sign_in(settings, environment)?;
        let suffix = settings.endpoint.vault_suffix();
        VaultKeys::new(url, Access { suffix, credential, transport })
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
        let suffix = Endpoint::public().vault_suffix();
        let credential = Arc::new(FixedToken::new(token));
        VaultKeys::new(url, Access { suffix, credential, transport: Some(transport) })
    }

    fn new(url: Option<&str>, access: Access) -> Result<Self, ConnectError> {
        let key = url.map(VaultKey::parse).transpose().map_err(ConnectError::Vault)?;
        Ok(VaultKeys { key, name: url.unwrap_or("a key vault").to_owned(), access })
    }

    /// Asks a vault: `operation` on a key, or the key itself.
    async fn ask(&self, key: &VaultKey, operation: Option<(&str, Json)>) -> Result<Json, SecretError> {
        let Access { suffix, credential, transport } = &self.access;
        let VaultKey { vault, name, version } = key;
        let failed =
            |reason: String| SecretError::Unavailable { provider: format!("{SCHEME}{vault}/{name}"), reason };
        let endpoint = Endpoint::custom(&format!("https://{vault}.{suffix}"));
        let endpoint = endpoint.map_err(|error| failed(error.to_string()))?;
        let endpoint = endpoint.with_audience(format!("https://{suffix}"));
        let options = ArmClientOptions { transport: transport.clone(), ..Default::default() };
        let client = ArmClient::new(endpoint, credential.clone(), options);
        let mut path = format!("/keys/{name}");
        for part in version.as_deref().into_iter().chain(operation.as_ref().map(|(name, _)| *name)) {
            path.push('/');
            path.push_str(part);
        }
        let method = if operation.is_some() { Method::Post } else { Method::Get };
        let mut call = client.call(method, &path, API_VERSION);
        call.body = operation.map(|(_, body)| body);
        match client.send(&call, client.deadline(PATIENCE)).await {
            Ok(Answer { body, .. }) => Ok(body),
            Err(error) => Err(failed(explained(&error))),
        }
    }

    /// The key, with the version that it has now.
    async fn current(&self, key: &VaultKey) -> Result<VaultKey, SecretError> {
        if key.version.is_some() {
            return Ok(key.clone());
        }
        let shown = self.ask(key, None).await?;
        let version = shown["key"]["kid"].as_str().and_then(|kid| kid.rsplit('/').next());
        let version = version.map(str::to_owned).ok_or_else(|| self.malformed("no version of the key"))?;
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

/// An error of a vault, in words for people, with what they can do.
fn explained(error: &ArmError) -> String {
    match error {
        ArmError::Unreachable { reason, .. } => format!("the vault was not reached: {reason}"),
        ArmError::Refused(refusal) if refusal.status == 403 => format!("{refusal}; {NEEDED}"),
        ArmError::Unauthorized { hint, .. } => format!("{error}; {hint}"),
        other => other.to_string(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_vault_a_key_and_perhaps_a_version() {
        let key = VaultKey::parse("azurekeyvault://keys-of-prod/state").unwrap();
        assert_eq!((key.vault.as_str(), key.name.as_str(), key.version), ("keys-of-prod", "state", None));
        let key = VaultKey::parse("azurekeyvault://keys-of-prod/state/0a1b").unwrap();
        assert_eq!(key.version.as_deref(), Some("0a1b"));
        for url in [
            "azurekeyvault://vault",
            "azurekeyvault://vault/",
            "azurekeyvault://v/key",
            "azurekeyvault://evil.example.com/key",
            "azurekeyvault://vault/key?x=1",
            "azurekeyvault://vault/key/version/more",
            "awskms://key",
        ] {
            let error = VaultKey::parse(url).unwrap_err();
            assert!(error.contains(url) && error.contains("write `azurekeyvault://vault/key`"), "{error}");
        }
    }
}

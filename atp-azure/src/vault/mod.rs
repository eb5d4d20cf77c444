//! Keys in Azure Key Vault, which never leave it: `azurekeyvault://<vault>/<key>`, or with `/<version>`.
//!
//! [`VaultKeys`] has a vault wrap the keys of stacks, and [`VaultSigner`] has one sign what was done. Both reach it by the
//! client of the resource manager, with its credentials and retries.

mod keys;
mod signer;

pub use keys::VaultKeys;
pub use signer::VaultSigner;

use crate::arm::credentials::Environment;
use crate::arm::{Answer, ArmClient, ArmClientOptions, ArmError, Endpoint, FixedToken};
use crate::provider::{AzureSettings, ConnectError, sign_in};
use azure_core::credentials::TokenCredential;
use azure_core::http::{Method, Transport};
use serde_json::Value as Json;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

const SCHEME: &str = "azurekeyvault://";
const API_VERSION: &str = "7.4";
const PATIENCE: Duration = Duration::from_secs(60);

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
    /// What the identity needs, for whoever does not have it.
    needed: &'static str,
    /// How long a vault that does not answer is asked again.
    patience: Duration,
}

/// Whether a URL is one of a key in a vault.
fn is_url(url: &str) -> bool {
    url.starts_with(SCHEME)
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

impl fmt::Display for VaultKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}/{}", self.vault, self.name)?;
        self.version.as_ref().map_or(Ok(()), |version| write!(f, "/{version}"))
    }
}

impl Access {
    /// In Azure, with the identity that settings and environment describe.
    fn connect(
        settings: &AzureSettings,
        environment: Environment<'_>,
        needed: &'static str,
    ) -> Result<Self, ConnectError> {
        let (credential, transport) = sign_in(settings, environment)?;
        let suffix = settings.endpoint.vault_suffix();
        Ok(Access { suffix, credential, transport, needed, patience: PATIENCE })
    }

    /// Through a transport, with a fixed token: for the simulator.
    fn with_transport(token: &str, transport: Transport, needed: &'static str) -> Self {
        let credential = Arc::new(FixedToken::new(token));
        let suffix = Endpoint::public().vault_suffix();
        Access { suffix, credential, transport: Some(transport), needed, patience: PATIENCE }
    }

    /// Asks a vault: for `operation` on a key, or for the key itself.
    ///
    /// # Errors
    /// Why not, and what can be done about it, in words for people.
    async fn ask(&self, key: &VaultKey, operation: Option<(&str, Json)>) -> Result<Json, String> {
        let Access { suffix, credential, transport, .. } = self;
        let VaultKey { vault, name, version } = key;
        let endpoint = Endpoint::custom(&format!("https://{vault}.{suffix}"));
        let endpoint = endpoint.map_err(|error| error.to_string())?;
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
        match client.send(&call, client.deadline(self.patience)).await {
            Ok(Answer { body, .. }) => Ok(body),
            Err(error) => Err(self.explained(&error)),
        }
    }

    /// An error of a vault, in words for people, with what they can do.
    fn explained(&self, error: &ArmError) -> String {
        match error {
            ArmError::Unreachable { reason, .. } => format!("the vault was not reached: {reason}"),
            ArmError::Refused(refusal) if refusal.status == 403 && is_about_identity(&refusal.message) => {
                format!("{refusal}; {}", self.needed)
            }
            ArmError::Refused(refusal) if refusal.message.contains("disabled key") => {
                format!("{refusal}; `az keyvault key set-attributes --enabled true` enables it")
            }
            ArmError::Refused(refusal) if refusal.status == 404 => format!("{refusal}; {DELETED}"),
            ArmError::Unauthorized { hint, .. } => format!("{error}; {hint}"),
            other => other.to_string(),
        }
    }
}

/// What whoever misses a vault or a key can do.
const DELETED: &str = "correct the name; what was deleted can be had back for a while, by `az keyvault recover` or `az keyvault key recover`";

/// Whether the vault refused whoever asks, and not what was asked of the key as it is: both have one code.
fn is_about_identity(message: &str) -> bool {
    let of_key = ["disabled key", "expired key", "not yet valid", "on this key"];
    !of_key.iter().any(|part| message.contains(part))
}

/// The version in an answer that shows a key.
fn version_of(shown: &Json) -> Result<String, String> {
    let version = shown["key"]["kid"].as_str().and_then(|kid| kid.rsplit('/').next());
    version.map(str::to_owned).ok_or_else(|| "the answer of the vault has no version of the key".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_vault_a_key_and_perhaps_a_version() {
        let key = VaultKey::parse("azurekeyvault://keys-of-prod/state").unwrap();
        assert_eq!((key.vault.as_str(), key.name.as_str(), &key.version), ("keys-of-prod", "state", &None));
        assert_eq!(key.to_string(), "azurekeyvault://keys-of-prod/state");
        let key = VaultKey::parse("azurekeyvault://keys-of-prod/state/0a1b").unwrap();
        assert_eq!(key.version.as_deref(), Some("0a1b"));
        assert_eq!(key.to_string(), "azurekeyvault://keys-of-prod/state/0a1b");
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

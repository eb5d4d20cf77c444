//! Which identity talks to Azure: a chain of sources, in a documented order.
//!
//! 0. what the program gives ([`AzureProvider::with_credential`](crate::provider::AzureProvider::with_credential));
//! 1. a client secret: `AZURE_CLIENT_SECRET`, `AZURE_TENANT_ID`, `AZURE_CLIENT_ID`;
//! 2. a client certificate: `AZURE_CLIENT_CERTIFICATE_PATH` (PKCS #12), `AZURE_CLIENT_CERTIFICATE_PASSWORD` if it has one,
//!    `AZURE_TENANT_ID`, `AZURE_CLIENT_ID`; with the feature `client-certificate`;
//! 3. workload identity: `AZURE_FEDERATED_TOKEN_FILE`, `AZURE_TENANT_ID`, `AZURE_CLIENT_ID`;
//! 4. Azure Pipelines: `AZURESUBSCRIPTION_SERVICE_CONNECTION_ID` and what else a task sets, and `SYSTEM_ACCESSTOKEN`;
//! 5. managed identity, where `IDENTITY_ENDPOINT` is set; that of `AZURE_CLIENT_ID`, or the system's own;
//! 6. the Azure CLI; 7. the Azure Developer CLI.
//!
//! One of them can be chosen by its name, such as `cli` or `managed-identity`; then no other is looked at. On a virtual
//! machine nothing in the environment tells of its identity, so there it has to be chosen.
//!
//! Invariant: a source that the environment configures is used or fails; it is never passed over in favour of whoever
//! happens to be signed in on this machine.

#[cfg(feature = "client-certificate")]
mod certificate;
mod sources;
#[cfg(test)]
mod tests;

use super::endpoint::Endpoint;
use async_trait::async_trait;
use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use azure_core::error::{Error, ErrorKind};
use azure_core::http::Transport;
use azure_core::time::{Duration, OffsetDateTime};
use sources::{Attempt, Builder};
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

/// The environment, as a port: a variable's value by its name.
pub type Environment<'a> = &'a (dyn Fn(&str) -> Option<String> + Send + Sync);

/// What the sources of a chain are built with.
#[derive(Debug, Clone)]
pub struct CredentialOptions {
    /// The cloud whose authority issues tokens.
    pub endpoint: Endpoint,
    /// The only source to look at; all in their order when absent.
    pub source: Option<Source>,
    /// The tenant to sign in to, when it is known; the CLIs use it too.
    pub tenant: Option<String>,
    /// The subscription that is worked in: the Azure CLI may know several accounts.
    pub subscription: Option<String>,
    /// Who carries requests for tokens: the network when absent.
    pub transport: Option<Transport>,
    /// Who runs `az` and `azd`: this machine when absent.
    pub executor: Option<Arc<dyn azure_identity::Executor>>,
}

/// Where an identity may come from, in the order in which they are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A client secret in the environment.
    ClientSecret,
    /// A client certificate that the environment names.
    ClientCertificate,
    /// A token that Kubernetes, or another issuer, writes into a file.
    WorkloadIdentity,
    /// A service connection of Azure Pipelines.
    AzurePipelines,
    /// The identity of the machine or app.
    ManagedIdentity,
    /// Whoever is signed in to `az`.
    AzureCli,
    /// Whoever is signed in to `azd`.
    AzureDeveloperCli,
}

impl Source {
    /// All of them.
    pub const ALL: [Source; 7] = [
        Source::ClientSecret,
        Source::ClientCertificate,
        Source::WorkloadIdentity,
        Source::AzurePipelines,
        Source::ManagedIdentity,
        Source::AzureCli,
        Source::AzureDeveloperCli,
    ];

    /// The name to choose it by.
    pub fn name(self) -> &'static str {
        match self {
            Source::ClientSecret => "client-secret",
            Source::ClientCertificate => "client-certificate",
            Source::WorkloadIdentity => "workload-identity",
            Source::AzurePipelines => "pipelines",
            Source::ManagedIdentity => "managed-identity",
            Source::AzureCli => "cli",
            Source::AzureDeveloperCli => "developer-cli",
        }
    }

    /// Whether the source is configured for this process, rather than found on the machine.
    fn is_configured(self) -> bool {
        !matches!(self, Source::AzureCli | Source::AzureDeveloperCli)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Source::ClientSecret => "client secret",
            Source::ClientCertificate => "client certificate",
            Source::WorkloadIdentity => "workload identity",
            Source::AzurePipelines => "Azure Pipelines",
            Source::ManagedIdentity => "managed identity",
            Source::AzureCli => "Azure CLI",
            Source::AzureDeveloperCli => "Azure Developer CLI",
        })
    }
}

/// A text that names no source of credentials.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no source of Azure credentials: use one of {names}", names = names())]
pub struct UnknownSource(pub String);

fn names() -> String {
    Source::ALL.map(Source::name).join(", ")
}

impl FromStr for Source {
    type Err = UnknownSource;

    fn from_str(text: &str) -> Result<Self, UnknownSource> {
        let wanted = text.trim();
        let found = Source::ALL.into_iter().find(|source| source.name().eq_ignore_ascii_case(wanted));
        found.ok_or_else(|| UnknownSource(text.to_owned()))
    }
}

/// No source gave a token: one line for each, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no source of Azure credentials works{}", lines(.reasons))]
pub struct CredentialError {
    /// Each source that was looked at, and why it gave none. Never contains a secret.
    pub reasons: Vec<(Source, String)>,
}

fn lines(reasons: &[(Source, String)]) -> String {
    reasons.iter().map(|(source, reason)| format!("\n  {source}: {reason}")).collect()
}

impl CredentialError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        let choose = format!("choose another source with ATP_AZURE_CREDENTIAL ({})", names());
        match self.reasons.as_slice() {
            [_] => format!("correct that, or {choose}"),
            [.., (source, _)] if source.is_configured() => {
                format!("correct the last one, which is set up and therefore not passed over, or {choose}")
            }
            _ => "sign in with `az login`, or set up one of the others".to_owned(),
        }
    }
}

/// Sources of tokens, tried in order. The first that works is kept.
#[derive(Debug)]
pub struct CredentialChain {
    sources: Vec<(Source, Arc<dyn TokenCredential>)>,
    /// Those that are not set up.
    skipped: Vec<(Source, String)>,
    /// The one that is set up wrongly: it ends the chain.
    broken: Option<(Source, String)>,
    chosen: OnceLock<usize>,
}

impl CredentialChain {
    /// The chain that the environment describes.
    pub fn from_environment(environment: Environment<'_>, options: &CredentialOptions) -> Self {
        let builder = Builder { environment, options };
        let mut chain = CredentialChain::of(Vec::new());
        for source in Source::ALL.into_iter().filter(|source| options.source.is_none_or(|it| it == *source)) {
            match builder.attempt(source) {
                Attempt::Ready(credential) => {
                    chain.sources.push((source, credential));
                    if source.is_configured() {
                        break;
                    }
                }
                Attempt::Broken(reason) => {
                    chain.broken = Some((source, reason));
                    break;
                }
                Attempt::Absent(reason) => chain.skipped.push((source, reason)),
            }
        }
        chain
    }

    /// A chain of given sources.
    pub fn of(sources: Vec<(Source, Arc<dyn TokenCredential>)>) -> Self {
        CredentialChain { sources, skipped: Vec::new(), broken: None, chosen: OnceLock::new() }
    }

    /// The source in use, once a token was asked for.
    pub fn name(&self) -> Option<Source> {
        self.chosen.get().and_then(|index| self.sources.get(*index)).map(|(source, _)| *source)
    }

    /// The source in use, or those that will be asked, for people.
    pub fn describe(&self) -> String {
        let candidates = self.sources.iter().map(|(source, _)| *source);
        let candidates = candidates.chain(self.broken.iter().map(|(source, _)| *source));
        let candidates: Vec<String> = match self.name() {
            Some(chosen) => vec![chosen.to_string()],
            None => candidates.map(|source| source.to_string()).collect(),
        };
        if candidates.is_empty() { "none".to_owned() } else { candidates.join(" or ") }
    }
}

#[async_trait]
impl TokenCredential for CredentialChain {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let chosen = self.chosen.get().copied();
        let mut reasons = self.skipped.clone();
        for (index, (source, credential)) in self.sources.iter().enumerate() {
            if chosen.is_some_and(|chosen| chosen != index) {
                continue;
            }
            match credential.get_token(scopes, options.clone()).await {
                Ok(token) => {
                    // When two callers come first together, both took the same way: either value is right.
                    let _ = self.chosen.set(index);
                    return Ok(token);
                }
                Err(error) => reasons.push((*source, sources::reason(&error))),
            }
            if source.is_configured() {
                break;
            }
        }
        reasons.extend(self.broken.clone());
        Err(Error::new(ErrorKind::Credential, CredentialError { reasons }))
    }
}

/// A credential that is one given token: for the simulator, which does not check it, and for tests.
pub struct FixedToken(Secret);

impl FixedToken {
    /// A credential that gives this token for ever.
    pub fn new(token: impl Into<String>) -> Self {
        FixedToken(Secret::from(token.into()))
    }
}

impl fmt::Debug for FixedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FixedToken")
    }
}

#[async_trait]
impl TokenCredential for FixedToken {
    async fn get_token(
        &self,
        _scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        Ok(AccessToken::new(self.0.clone(), OffsetDateTime::now_utc() + Duration::days(1)))
    }
}

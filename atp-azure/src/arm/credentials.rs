//! Which identity talks to Azure: a chain of sources, in a documented order.
//!
//! 1. a client secret in the environment (`AZURE_TENANT_ID`, `AZURE_CLIENT_ID`, `AZURE_CLIENT_SECRET`);
//! 2. workload identity (`AZURE_FEDERATED_TOKEN_FILE`, `AZURE_TENANT_ID`, `AZURE_CLIENT_ID`);
//! 3. Azure Pipelines (`SYSTEM_OIDCREQUESTURI` and what a service connection sets);
//! 4. managed identity, when `IDENTITY_ENDPOINT` is set or `AZURE_MANAGED_IDENTITY=true` asks for it;
//! 5. the Azure CLI; 6. the Azure Developer CLI.
//!
//! Invariant: a source that the environment configures is used or fails; it is never passed over in favour of whoever
//! happens to be signed in on this machine.

use super::client::chain;
use super::endpoint::Endpoint;
use async_trait::async_trait;
use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use azure_core::error::{Error, ErrorKind};
use azure_core::http::{ClientOptions, ExponentialRetryOptions, RetryOptions, Transport};
use azure_core::time::{Duration, OffsetDateTime};
use azure_identity as identity;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// The environment, as a port: a variable's value by its name.
pub type Environment<'a> = &'a (dyn Fn(&str) -> Option<String> + Send + Sync);

/// What the sources of a chain are built with.
#[derive(Debug, Clone)]
pub struct CredentialOptions {
    /// The cloud whose authority issues tokens.
    pub endpoint: Endpoint,
    /// The tenant to sign in to, when it is known; the CLIs use it too.
    pub tenant: Option<String>,
    /// Who carries requests for tokens: the network when absent.
    pub transport: Option<Transport>,
}

/// Where an identity may come from, in the order in which they are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A client secret in the environment.
    Environment,
    /// A token that Kubernetes projects into a file.
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

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Source::Environment => "environment",
            Source::WorkloadIdentity => "workload identity",
            Source::AzurePipelines => "Azure Pipelines",
            Source::ManagedIdentity => "managed identity",
            Source::AzureCli => "Azure CLI",
            Source::AzureDeveloperCli => "Azure Developer CLI",
        })
    }
}

/// No source gave a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no source of Azure credentials works: {}", list(.reasons))]
pub struct CredentialError {
    /// Each source and why it gave none.
    pub reasons: Vec<(Source, String)>,
}

fn list(reasons: &[(Source, String)]) -> String {
    let lines: Vec<String> = reasons.iter().map(|(source, reason)| format!("{source}: {reason}")).collect();
    lines.join("; ")
}

/// Sources of tokens, tried in order. The first that works is kept.
#[derive(Debug)]
pub struct CredentialChain {
    sources: Vec<(Source, Arc<dyn TokenCredential>)>,
    skipped: Vec<(Source, String)>,
    chosen: OnceLock<usize>,
}

impl CredentialChain {
    /// The chain that the environment describes.
    pub fn from_environment(environment: Environment<'_>, options: &CredentialOptions) -> Self {
        let builder = Builder { environment, options };
        let mut chain = CredentialChain { sources: Vec::new(), skipped: Vec::new(), chosen: OnceLock::new() };
        let attempts = [
            (Source::Environment, builder.client_secret()),
            (Source::WorkloadIdentity, builder.workload_identity()),
            (Source::AzurePipelines, builder.pipelines()),
            (Source::ManagedIdentity, builder.managed_identity()),
            (Source::AzureCli, builder.azure_cli()),
            (Source::AzureDeveloperCli, builder.developer_cli()),
        ];
        for (source, attempt) in attempts {
            match attempt {
                Ok(credential) => chain.sources.push((source, credential)),
                Err(reason) => chain.skipped.push((source, reason)),
            }
        }
        chain
    }

    /// A chain of given sources.
    pub fn of(sources: Vec<(Source, Arc<dyn TokenCredential>)>) -> Self {
        CredentialChain { sources, skipped: Vec::new(), chosen: OnceLock::new() }
    }

    /// The source in use, once a token was asked for.
    pub fn name(&self) -> Option<Source> {
        self.chosen.get().and_then(|index| self.sources.get(*index)).map(|(source, _)| *source)
    }
}

impl Source {
    /// Whether the source is configured for this process, rather than found on the machine.
    fn is_configured(self) -> bool {
        !matches!(self, Source::AzureCli | Source::AzureDeveloperCli)
    }
}

#[async_trait]
impl TokenCredential for CredentialChain {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        if let Some((_, credential)) = self.chosen.get().and_then(|index| self.sources.get(*index)) {
            return credential.get_token(scopes, options).await;
        }
        let mut reasons = self.skipped.clone();
        for (index, (source, credential)) in self.sources.iter().enumerate() {
            match credential.get_token(scopes, options.clone()).await {
                Ok(token) => {
                    // When two callers come first together, both took the same way: either value is right.
                    let _ = self.chosen.set(index);
                    return Ok(token);
                }
                Err(error) => reasons.push((*source, chain(&error))),
            }
            if source.is_configured() {
                break;
            }
        }
        reasons.sort_by_key(|(source, _)| *source);
        Err(Error::new(ErrorKind::Credential, CredentialError { reasons }))
    }
}

struct Builder<'a> {
    environment: Environment<'a>,
    options: &'a CredentialOptions,
}

type Built = Result<Arc<dyn TokenCredential>, String>;

impl Builder<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        (self.environment)(name).filter(|value| !value.trim().is_empty())
    }

    fn need(&self, name: &str) -> Result<String, String> {
        self.variable(name).ok_or_else(|| format!("{name} is not set"))
    }

    fn client_options(&self) -> ClientOptions {
        ClientOptions {
            transport: self.options.transport.clone(),
            cloud: Some(Arc::new(self.options.endpoint.cloud())),
            // Signing in is at the start of everything: who waits for it wants to know soon.
            retry: RetryOptions::exponential(ExponentialRetryOptions {
                max_retries: 4,
                ..Default::default()
            }),
            ..Default::default()
        }
    }

    fn assertion_options(&self) -> identity::ClientAssertionCredentialOptions {
        identity::ClientAssertionCredentialOptions { client_options: self.client_options() }
    }

    fn tenant(&self) -> Result<String, String> {
        match &self.options.tenant {
            Some(tenant) => Ok(tenant.clone()),
            None => self.need("AZURE_TENANT_ID"),
        }
    }

    fn client_secret(&self) -> Built {
        let secret = Secret::from(self.need("AZURE_CLIENT_SECRET")?);
        let client = self.need("AZURE_CLIENT_ID")?;
        let options = identity::ClientSecretCredentialOptions { client_options: self.client_options() };
        built(identity::ClientSecretCredential::new(&self.tenant()?, client, secret, Some(options)))
    }

    fn workload_identity(&self) -> Built {
        let file = self.need("AZURE_FEDERATED_TOKEN_FILE")?;
        built(identity::WorkloadIdentityCredential::new(Some(identity::WorkloadIdentityCredentialOptions {
            credential_options: self.assertion_options(),
            client_id: Some(self.need("AZURE_CLIENT_ID")?),
            tenant_id: Some(self.tenant()?),
            token_file_path: Some(file.into()),
        })))
    }

    fn pipelines(&self) -> Built {
        self.need("SYSTEM_OIDCREQUESTURI")?;
        let connection = self.need("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID")?;
        let client =
            self.variable("AZURESUBSCRIPTION_CLIENT_ID").map_or_else(|| self.need("AZURE_CLIENT_ID"), Ok)?;
        let tenant = self.variable("AZURESUBSCRIPTION_TENANT_ID").map_or_else(|| self.tenant(), Ok)?;
        let token = self.need("SYSTEM_ACCESSTOKEN")?;
        let options =
            identity::AzurePipelinesCredentialOptions { credential_options: self.assertion_options() };
        built(identity::AzurePipelinesCredential::new(tenant, client, &connection, token, Some(options)))
    }

    fn managed_identity(&self) -> Built {
        let asked =
            self.variable("AZURE_MANAGED_IDENTITY").is_some_and(|value| value.eq_ignore_ascii_case("true"));
        if !asked && self.variable("IDENTITY_ENDPOINT").is_none() {
            return Err("neither IDENTITY_ENDPOINT nor AZURE_MANAGED_IDENTITY=true is set".to_owned());
        }
        let options = identity::ManagedIdentityCredentialOptions {
            user_assigned_id: self.variable("AZURE_CLIENT_ID").map(identity::UserAssignedId::ClientId),
            client_options: ClientOptions::default(),
        };
        built(identity::ManagedIdentityCredential::new(Some(options)))
    }

    fn azure_cli(&self) -> Built {
        let options =
            identity::AzureCliCredentialOptions { tenant_id: self.tenant().ok(), ..Default::default() };
        built(identity::AzureCliCredential::new(Some(options)))
    }

    fn developer_cli(&self) -> Built {
        let options = identity::AzureDeveloperCliCredentialOptions {
            tenant_id: self.tenant().ok(),
            ..Default::default()
        };
        built(identity::AzureDeveloperCliCredential::new(Some(options)))
    }
}

fn built<C: TokenCredential + 'static>(result: azure_core::Result<Arc<C>>) -> Built {
    match result {
        Ok(credential) => Ok(credential),
        Err(error) => Err(error.to_string()),
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

#[cfg(test)]
mod tests {
    use super::super::script::Script;
    use super::*;
    use serde_json::json;

    #[derive(Debug)]
    struct Broken(&'static str);

    #[async_trait]
    impl TokenCredential for Broken {
        async fn get_token(
            &self,
            _: &[&str],
            _: Option<TokenRequestOptions<'_>>,
        ) -> azure_core::Result<AccessToken> {
            Err(Error::with_message(ErrorKind::Credential, self.0))
        }
    }

    fn options(script: &Script) -> CredentialOptions {
        CredentialOptions { endpoint: Endpoint::public(), tenant: None, transport: Some(script.transport()) }
    }

    fn configured(chain: &CredentialChain) -> Vec<Source> {
        chain.sources.iter().map(|(source, _)| *source).collect()
    }

    #[test]
    fn without_a_configured_environment_only_the_command_lines_are_asked() {
        let chain = CredentialChain::from_environment(&|_| None, &options(&Script::new()));
        assert_eq!(configured(&chain), [Source::AzureCli, Source::AzureDeveloperCli]);
        assert_eq!(chain.skipped.len(), 4);
        assert_eq!(chain.name(), None);
    }

    #[test]
    fn a_managed_identity_is_asked_only_when_it_is_there_or_asked_for() {
        let asked = |name: &str| (name == "AZURE_MANAGED_IDENTITY").then(|| "true".to_owned());
        let chain = CredentialChain::from_environment(&asked, &options(&Script::new()));
        assert!(configured(&chain).contains(&Source::ManagedIdentity));
    }

    #[tokio::test]
    async fn a_client_secret_in_the_environment_goes_first_and_is_named() {
        let environment = |name: &str| {
            let value = match name {
                "AZURE_TENANT_ID" => "11111111-1111-1111-1111-111111111111",
                "AZURE_CLIENT_ID" => "22222222-2222-2222-2222-222222222222",
                "AZURE_CLIENT_SECRET" => "hunter2",
                _ => return None,
            };
            Some(value.to_owned())
        };
        let script = Script::new().then(
            200,
            json!({"token_type": "Bearer", "expires_in": 3600, "ext_expires_in": 3600, "access_token": "t1"}),
        );
        let chain = CredentialChain::from_environment(&environment, &options(&script));
        let token = chain.get_token(&[&Endpoint::public().scope()], None).await.unwrap();
        assert_eq!(token.token.secret(), "t1");
        assert_eq!(chain.name(), Some(Source::Environment));
        assert_eq!(script.lines(), ["POST /11111111-1111-1111-1111-111111111111/oauth2/v2.0/token"]);
        assert!(!format!("{chain:?}").contains("hunter2"));
    }

    #[tokio::test]
    async fn when_no_source_works_one_error_says_why_each_failed() {
        let chain = CredentialChain::of(vec![
            (Source::AzureCli, Arc::new(Broken("az is not installed"))),
            (Source::AzureDeveloperCli, Arc::new(Broken("azd is not installed"))),
        ]);
        let error = chain.get_token(&["s"], None).await.unwrap_err().to_string();
        assert!(error.contains("Azure CLI: az is not installed"), "{error}");
        assert!(error.contains("Azure Developer CLI: azd is not installed"), "{error}");
    }

    #[tokio::test]
    async fn a_configured_source_that_fails_is_not_passed_over() {
        let chain = CredentialChain::of(vec![
            (Source::Environment, Arc::new(Broken("the secret has expired"))),
            (Source::AzureCli, Arc::new(FixedToken::new("someone else"))),
        ]);
        let error = chain.get_token(&["s"], None).await.unwrap_err().to_string();
        assert!(error.contains("environment: the secret has expired"), "{error}");
        assert_eq!(chain.name(), None);
    }

    #[tokio::test]
    async fn of_the_sources_found_on_the_machine_the_first_that_works_is_kept() {
        let chain = CredentialChain::of(vec![
            (Source::AzureCli, Arc::new(Broken("signed out"))),
            (Source::AzureDeveloperCli, Arc::new(FixedToken::new("t"))),
        ]);
        assert!(chain.get_token(&["s"], None).await.is_ok());
        assert_eq!(chain.name(), Some(Source::AzureDeveloperCli));
    }
}

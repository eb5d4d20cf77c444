//! From the environment to a credential of each kind.

use super::{CredentialOptions, Environment, Source};
use crate::arm::client::chain;
use azure_core::credentials::{Secret, TokenCredential};
use azure_core::http::{ClientOptions, ExponentialRetryOptions, RetryOptions};
use azure_identity as identity;
use std::sync::Arc;

/// The longest reason that is shown; the tools at the ends of the chain print whole pages.
const LONGEST: usize = 400;

/// What became of looking for a source.
pub(super) enum Attempt {
    /// It can be asked for tokens.
    Ready(Arc<dyn TokenCredential>),
    /// It is not set up: others may be.
    Absent(String),
    /// It is set up, and cannot be used as it is.
    Broken(String),
}

impl Attempt {
    fn of(built: Result<Arc<dyn TokenCredential>, String>) -> Self {
        built.map_or_else(Attempt::Broken, Attempt::Ready)
    }
}

/// Why a credential gave no token, on one line.
pub(super) fn reason(error: &dyn std::error::Error) -> String {
    let text = chain(error);
    // The line says which source it is, and links to manuals are not a reason.
    let text = text.split("; To troubleshoot").next().unwrap_or_default();
    let text = text.split_once("Credential authentication failed. ").map_or(text, |(_, reason)| reason);
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}..", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

pub(super) struct Builder<'a> {
    pub environment: Environment<'a>,
    pub options: &'a CredentialOptions,
}

type Built = Result<Arc<dyn TokenCredential>, String>;

impl Builder<'_> {
    /// Looks for a source.
    pub fn attempt(&self, source: Source) -> Attempt {
        match source {
            Source::ClientSecret => self.client_secret(),
            Source::ClientCertificate => self.client_certificate(),
            Source::WorkloadIdentity => self.when_set("AZURE_FEDERATED_TOKEN_FILE", Self::workload_identity),
            Source::AzurePipelines => self.pipelines(),
            Source::ManagedIdentity => self.managed_identity(),
            Source::AzureCli => Attempt::of(self.azure_cli()),
            Source::AzureDeveloperCli => Attempt::of(self.developer_cli()),
        }
    }

    fn variable(&self, name: &str) -> Option<String> {
        (self.environment)(name).filter(|value| !value.trim().is_empty())
    }

    fn need(&self, name: &str) -> Result<String, String> {
        self.variable(name).ok_or_else(|| format!("{name} is not set"))
    }

    /// The variable that says that a source is set up.
    fn when_set(&self, name: &str, build: impl FnOnce(&Self, String) -> Built) -> Attempt {
        match self.need(name) {
            Ok(value) => Attempt::of(build(self, value)),
            Err(reason) => Attempt::Absent(reason),
        }
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

    fn client_secret(&self) -> Attempt {
        let password = self.variable("AZURE_USERNAME").and(self.variable("AZURE_PASSWORD"));
        if password.is_some() && self.variable("AZURE_CLIENT_SECRET").is_none() {
            let reason = "AZURE_USERNAME and AZURE_PASSWORD are set, and signing in with a user name is not supported: \
                          unset them, and use a client secret, a workload identity or `az login`";
            return Attempt::Broken(reason.to_owned());
        }
        self.when_set("AZURE_CLIENT_SECRET", |builder, secret| {
            let client = builder.need("AZURE_CLIENT_ID")?;
            let tenant = builder.tenant()?;
            let options =
                identity::ClientSecretCredentialOptions { client_options: builder.client_options() };
            built(identity::ClientSecretCredential::new(&tenant, client, Secret::from(secret), Some(options)))
        })
    }

    #[cfg(feature = "client-certificate")]
    fn client_certificate(&self) -> Attempt {
        self.when_set("AZURE_CLIENT_CERTIFICATE_PATH", |builder, path| {
            let certificate = super::certificate::read(path.as_ref())?;
            let options = identity::ClientCertificateCredentialOptions {
                client_options: builder.client_options(),
                password: builder.variable("AZURE_CLIENT_CERTIFICATE_PASSWORD").map(Secret::from),
            };
            let client = builder.need("AZURE_CLIENT_ID")?;
            built(identity::ClientCertificateCredential::new(
                builder.tenant()?,
                client,
                certificate,
                Some(options),
            ))
        })
    }

    #[cfg(not(feature = "client-certificate"))]
    fn client_certificate(&self) -> Attempt {
        self.when_set("AZURE_CLIENT_CERTIFICATE_PATH", |_, _| {
            Err("this program was built without certificates: build it with the feature `client-certificate` of \
                 atp-azure, or unset AZURE_CLIENT_CERTIFICATE_PATH"
                .to_owned())
        })
    }

    fn workload_identity(&self, file: String) -> Built {
        built(identity::WorkloadIdentityCredential::new(Some(identity::WorkloadIdentityCredentialOptions {
            credential_options: self.assertion_options(),
            client_id: Some(self.need("AZURE_CLIENT_ID")?),
            tenant_id: Some(self.tenant()?),
            token_file_path: Some(file.into()),
        })))
    }

    /// Every job has the first variable, and many tasks the second; who gives a job the third means it.
    fn pipelines(&self) -> Attempt {
        for name in ["SYSTEM_OIDCREQUESTURI", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"] {
            if let Err(reason) = self.need(name) {
                return Attempt::Absent(reason);
            }
        }
        self.when_set("SYSTEM_ACCESSTOKEN", |builder, token| {
            let connection = builder.need("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID")?;
            let client = builder.variable("AZURESUBSCRIPTION_CLIENT_ID");
            let client = client.map_or_else(|| builder.need("AZURE_CLIENT_ID"), Ok)?;
            let tenant = builder.variable("AZURESUBSCRIPTION_TENANT_ID");
            let tenant = tenant.map_or_else(|| builder.tenant(), Ok)?;
            let options =
                identity::AzurePipelinesCredentialOptions { credential_options: builder.assertion_options() };
            built(identity::AzurePipelinesCredential::new(tenant, client, &connection, token, Some(options)))
        })
    }

    fn managed_identity(&self) -> Attempt {
        let is_chosen = self.options.source == Some(Source::ManagedIdentity);
        if !is_chosen && self.variable("IDENTITY_ENDPOINT").is_none() {
            let reason = "IDENTITY_ENDPOINT is not set; on a virtual machine, choose it with \
                          ATP_AZURE_CREDENTIAL=managed-identity";
            return Attempt::Absent(reason.to_owned());
        }
        let options = identity::ManagedIdentityCredentialOptions {
            user_assigned_id: self.variable("AZURE_CLIENT_ID").map(identity::UserAssignedId::ClientId),
            client_options: ClientOptions {
                transport: self.options.transport.clone(),
                ..ClientOptions::default()
            },
        };
        Attempt::of(built(identity::ManagedIdentityCredential::new(Some(options))))
    }

    /// `az` takes a tenant or a subscription, and not both.
    fn azure_cli(&self) -> Built {
        let tenant = self.tenant().ok();
        let options = identity::AzureCliCredentialOptions {
            subscription: self.options.subscription.clone().filter(|_| tenant.is_none()),
            tenant_id: tenant,
            executor: self.options.executor.clone(),
        };
        built(identity::AzureCliCredential::new(Some(options)))
    }

    fn developer_cli(&self) -> Built {
        let options = identity::AzureDeveloperCliCredentialOptions {
            tenant_id: self.tenant().ok(),
            executor: self.options.executor.clone(),
        };
        built(identity::AzureDeveloperCliCredential::new(Some(options)))
    }
}

fn built<C: TokenCredential + 'static>(result: azure_core::Result<Arc<C>>) -> Built {
    match result {
        Ok(credential) => Ok(credential),
        Err(error) => Err(reason(&error)),
    }
}

//! Making a provider: for Azure, for another endpoint, for the simulator.

use super::AzureProvider;
use super::catalog::Catalog;
use crate::arm::credentials::Environment;
use crate::arm::{
    ArmClient, ArmClientOptions, CredentialChain, CredentialOptions, Endpoint, FixedToken, Sleep, Source,
    TokioSleep, TransportError, UNKNOWN_FOR, UnknownSource, trusting,
};
use crate::descriptor::TypeDescriptor;
use azure_core::credentials::TokenCredential;
use azure_core::http::Transport;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What a provider is made with.
#[derive(Debug, Clone)]
pub struct AzureSettings {
    /// The types that it manages.
    pub descriptors: &'static [&'static TypeDescriptor],
    /// The subscription that resource groups are made in.
    pub subscription: String,
    /// The tenant to sign in to; the environment's when absent.
    pub tenant: Option<String>,
    /// The only source of credentials to look at; when absent, the one that `ATP_AZURE_CREDENTIAL` names, or else the
    /// first that is set up.
    pub credential: Option<Source>,
    /// Which cloud this is, for people; the endpoint and the subscription when absent.
    pub description: Option<String>,
    /// Where Azure Resource Manager is.
    pub endpoint: Endpoint,
    /// A PEM file with a certificate authority to trust besides the known ones.
    pub certificate_authority: Option<PathBuf>,
    /// How time passes.
    pub sleep: Arc<dyn Sleep>,
    /// For how long what was made a moment ago may not be known everywhere.
    pub appears_within: Duration,
}

/// A provider that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The certificate authority is of no use.
    #[error(transparent)]
    CertificateAuthority(#[from] TransportError),
    /// Not the id of a subscription.
    #[error("`{0}` is not the id of a subscription: expected a GUID such as `az account show` gives")]
    Subscription(String),
    /// Not a source of credentials.
    #[error(transparent)]
    Credential(#[from] UnknownSource),
    /// Not the URL of a key in a vault.
    #[error("{0}")]
    Vault(String),
}

/// Whose credentials a provider uses.
#[derive(Debug)]
pub(super) enum Credentials {
    /// Nobody's: the simulator asks for none.
    Nobody,
    /// Those that the program gave.
    Given,
    /// The first that works.
    Chain(Arc<CredentialChain>),
}

impl AzureSettings {
    /// Settings for the public cloud.
    pub fn new(descriptors: &'static [&'static TypeDescriptor], subscription: impl Into<String>) -> Self {
        AzureSettings {
            descriptors,
            description: None,
            subscription: subscription.into(),
            tenant: None,
            credential: None,
            endpoint: Endpoint::public(),
            certificate_authority: None,
            sleep: Arc::new(TokioSleep::default()),
            appears_within: UNKNOWN_FOR,
        }
    }
}

/// The identity that settings and environment describe, and the transport that tokens and requests go through.
pub(crate) fn sign_in(
    settings: &AzureSettings,
    environment: Environment<'_>,
) -> Result<(Arc<CredentialChain>, Option<Transport>), ConnectError> {
    let transport = settings.certificate_authority.as_deref().map(trusting).transpose()?;
    let asked = environment("ATP_AZURE_CREDENTIAL").filter(|name| !name.trim().is_empty());
    let source = match (settings.credential, asked) {
        (Some(source), _) => Some(source),
        (None, asked) => asked.map(|name| name.parse()).transpose()?,
    };
    let options = CredentialOptions {
        endpoint: settings.endpoint.clone(),
        source,
        tenant: settings.tenant.clone(),
        subscription: Some(settings.subscription.clone()).filter(|id| !id.is_empty()),
        transport: transport.clone(),
        executor: None,
    };
    Ok((Arc::new(CredentialChain::from_environment(environment, &options)), transport))
}

impl AzureProvider {
    /// A provider for Azure, with the identity that the environment describes.
    ///
    /// # Errors
    /// When the settings, or what the environment asks for, cannot be used. Whether signing in works shows at the first
    /// request.
    pub fn connect(settings: AzureSettings, environment: Environment<'_>) -> Result<Self, ConnectError> {
        if uuid::Uuid::parse_str(&settings.subscription).is_err() {
            return Err(ConnectError::Subscription(settings.subscription));
        }
        let (chain, transport) = sign_in(&settings, environment)?;
        Ok(Self::assemble(settings, chain.clone(), transport, Credentials::Chain(chain)))
    }

    /// A provider whose requests go through `transport`, with a fixed token: for the simulator.
    pub fn with_transport(settings: AzureSettings, transport: Transport) -> Self {
        let credential = Arc::new(FixedToken::new("simulator"));
        Self::assemble(settings, credential, Some(transport), Credentials::Nobody)
    }

    /// A provider with a given credential and, if it is given, transport.
    pub fn with_credential(
        settings: AzureSettings,
        credential: Arc<dyn TokenCredential>,
        transport: Option<Transport>,
    ) -> Self {
        Self::assemble(settings, credential, transport, Credentials::Given)
    }

    fn assemble(
        settings: AzureSettings,
        credential: Arc<dyn TokenCredential>,
        transport: Option<Transport>,
        credentials: Credentials,
    ) -> Self {
        let options = ArmClientOptions { transport, sleep: settings.sleep, ..Default::default() };
        let description = settings.description;
        let description = description.unwrap_or_else(|| settings.endpoint.describe(&settings.subscription));
        AzureProvider {
            client: ArmClient::new(settings.endpoint, credential, options),
            catalog: Catalog::new(settings.descriptors),
            subscription: settings.subscription,
            appears_within: settings.appears_within,
            description,
            credentials,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::DESCRIPTORS;
    use super::*;
    use atp_iac::provider::Provider;

    #[test]
    fn a_subscription_that_is_no_guid_is_refused_before_any_request() {
        let error =
            AzureProvider::connect(AzureSettings::new(DESCRIPTORS, "production"), &|_| None).unwrap_err();
        assert!(matches!(error, ConnectError::Subscription(_)));
    }

    #[test]
    fn a_provider_says_which_cloud_it_is() {
        let subscription = "00000000-0000-0000-0000-000000000001";
        let provider =
            AzureProvider::connect(AzureSettings::new(DESCRIPTORS, subscription), &|_| None).unwrap();
        let expected =
            format!("Azure subscription {subscription} (credentials: Azure CLI or Azure Developer CLI)");
        assert_eq!(provider.describe(), expected);
        assert_eq!(provider.identity(), None);
        let settings = AzureSettings::new(DESCRIPTORS, subscription);
        let given = AzureProvider::with_credential(settings, Arc::new(FixedToken::new("t")), None);
        assert!(given.describe().ends_with("(credentials: given by the program)"));
    }

    #[test]
    fn the_source_of_credentials_can_be_chosen_by_name() {
        let subscription = "00000000-0000-0000-0000-000000000001";
        let connect = |settings, name: &'static str| {
            AzureProvider::connect(settings, &move |variable| {
                (variable == "ATP_AZURE_CREDENTIAL").then(|| name.to_owned())
            })
        };
        let settings = || AzureSettings::new(DESCRIPTORS, subscription);
        assert!(connect(settings(), "cli").unwrap().describe().ends_with("(credentials: Azure CLI)"));
        let error = connect(settings(), "az").unwrap_err();
        assert!(matches!(error, ConnectError::Credential(_)), "{error}");
        let chosen = AzureSettings { credential: Some(Source::AzureDeveloperCli), ..settings() };
        assert!(connect(chosen, "cli").unwrap().describe().ends_with("(credentials: Azure Developer CLI)"));
    }
}

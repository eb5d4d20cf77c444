//! Making a provider: for Azure, for another endpoint, for the simulator.

use super::AzureProvider;
use super::catalog::Catalog;
use crate::arm::credentials::Environment;
use crate::arm::{
    ArmClient, ArmClientOptions, CredentialChain, CredentialOptions, Endpoint, FixedToken, Sleep, TokioSleep,
    TransportError, trusting,
};
use crate::descriptor::TypeDescriptor;
use azure_core::credentials::TokenCredential;
use azure_core::http::Transport;
use std::path::PathBuf;
use std::sync::Arc;

/// What a provider is made with.
#[derive(Debug, Clone)]
pub struct AzureSettings {
    /// The types that it manages.
    pub descriptors: &'static [&'static TypeDescriptor],
    /// The subscription that resource groups are made in.
    pub subscription: String,
    /// The tenant to sign in to; the environment's when absent.
    pub tenant: Option<String>,
    /// Which cloud this is, for people.
    pub description: String,
    /// Where Azure Resource Manager is.
    pub endpoint: Endpoint,
    /// A PEM file with a certificate authority to trust besides the known ones.
    pub certificate_authority: Option<PathBuf>,
    /// How time passes.
    pub sleep: Arc<dyn Sleep>,
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
}

impl AzureSettings {
    /// Settings for the public cloud.
    pub fn new(descriptors: &'static [&'static TypeDescriptor], subscription: impl Into<String>) -> Self {
        let subscription = subscription.into();
        AzureSettings {
            descriptors,
            description: format!("Azure subscription {subscription}"),
            subscription,
            tenant: None,
            endpoint: Endpoint::public(),
            certificate_authority: None,
            sleep: Arc::new(TokioSleep::default()),
        }
    }
}

impl AzureProvider {
    /// A provider for Azure, with the identity that the environment describes.
    ///
    /// # Errors
    /// When the settings cannot be used. Whether signing in works shows at the first request.
    pub fn connect(settings: AzureSettings, environment: Environment<'_>) -> Result<Self, ConnectError> {
        if uuid::Uuid::parse_str(&settings.subscription).is_err() {
            return Err(ConnectError::Subscription(settings.subscription));
        }
        let transport = settings.certificate_authority.as_deref().map(trusting).transpose()?;
        let chain = Arc::new(CredentialChain::from_environment(
            environment,
            &CredentialOptions {
                endpoint: settings.endpoint.clone(),
                tenant: settings.tenant.clone(),
                transport: transport.clone(),
            },
        ));
        Ok(Self::assemble(settings, chain.clone(), transport, Some(chain)))
    }

    /// A provider whose requests go through `transport`, with a fixed token: for the simulator.
    pub fn with_transport(settings: AzureSettings, transport: Transport) -> Self {
        let credential = Arc::new(FixedToken::new("simulator"));
        Self::assemble(settings, credential, Some(transport), None)
    }

    /// A provider with a given credential and, if it is given, transport.
    pub fn with_credential(
        settings: AzureSettings,
        credential: Arc<dyn TokenCredential>,
        transport: Option<Transport>,
    ) -> Self {
        Self::assemble(settings, credential, transport, None)
    }

    fn assemble(
        settings: AzureSettings,
        credential: Arc<dyn TokenCredential>,
        transport: Option<Transport>,
        chain: Option<Arc<CredentialChain>>,
    ) -> Self {
        let options = ArmClientOptions { transport, sleep: settings.sleep, ..Default::default() };
        AzureProvider {
            client: ArmClient::new(settings.endpoint, credential, options),
            catalog: Catalog::new(settings.descriptors),
            subscription: settings.subscription,
            description: settings.description,
            chain,
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
        assert_eq!(provider.describe(), format!("Azure subscription {subscription}"));
        assert_eq!(provider.identity(), None);
    }
}

//! The clouds that a command line can choose from: the simulator in this process, and Azure.

use crate::{ApiVersions, Settings, Simulator, SimulatorError, SystemClock};
use atp_azure::arm::{Endpoint, UnknownSource};
use atp_azure::provider::{AzureProvider, AzureSettings, ConnectError};
use atp_azure::{VaultKeys, VaultSigner};
use atp_iac::cloud::{Cloud, CloudError, CloudRequest, Clouds};
use atp_iac::history::Signer;
use atp_iac::provider::Provider;
use atp_iac::secrets::KeyProvider;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The folder of the simulated cloud, in the work folder.
const FOLDER: &str = "cloud";

/// The subscription that the simulator is used with when the configuration names none.
const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000001";

/// Names a cloud, or the URL of a resource manager.
const RESOURCE_MANAGER: &str = "AZURE_RESOURCE_MANAGER_ENDPOINT";

/// Names a PEM file with a certificate authority to trust besides the known ones, for other endpoints than Azure's own.
const CERTIFICATE_AUTHORITY: &str = "ATP_CERTIFICATE_AUTHORITY";

/// How many seconds the resource manager may need to show what it made.
const APPEARS_WITHIN: &str = "ATP_APPEARS_WITHIN";

/// Azure, and its simulator. The configuration may give `subscription_id` and `tenant_id`; `azure_cloud`, the cloud or
/// the URL of a resource manager; and `azure_credential`, the only source of credentials to look at.
///
/// All stacks that are deployed to one simulated cloud share it: it is in memory once.
#[derive(Debug, Clone, Default)]
pub struct AzureClouds {
    /// The simulated clouds by their folder.
    simulators: Arc<Mutex<BTreeMap<PathBuf, Simulator>>>,
}

impl AzureClouds {
    /// The simulated cloud that is kept in a folder.
    fn simulator(&self, folder: &Path) -> Result<Simulator, SimulatorError> {
        let mut simulators = self.simulators.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(simulator) = simulators.get(folder) {
            return Ok(simulator.clone());
        }
        // The client is in this process: it need not wait between two looks at an operation.
        let settings = Settings {
            retry_after_milliseconds: Some(0),
            // What has no typed resource is checked by nobody, here as little as in a plan.
            accept_unknown: true,
            api_versions: ApiVersions::WellFormed,
            ..Settings::default()
        };
        let simulator = Simulator::open(folder, atp_azure::descriptors(), settings, Arc::new(SystemClock))?;
        // Nobody asks which requests there were.
        simulator.keep_no_log();
        simulators.insert(folder.to_owned(), simulator.clone());
        Ok(simulator)
    }
}

impl AzureClouds {
    /// The simulated cloud of a working directory.
    fn opened(&self, request: &CloudRequest<'_>) -> Result<Simulator, CloudError> {
        let folder = request.work_dir.join(FOLDER);
        self.simulator(&folder).map_err(|error| {
            CloudError::new(format!("the simulated cloud in {} cannot be used: {error}", folder.display()))
                .with_hint("choose another folder with --work-dir, or repair this one")
        })
    }
}

impl Clouds for AzureClouds {
    fn keys(&self) -> &'static [&'static str] {
        &["subscription_id", "tenant_id", "azure_cloud", "azure_credential"]
    }

    fn keys_in(
        &self,
        url: Option<&str>,
        request: &CloudRequest<'_>,
    ) -> Result<Option<Arc<dyn KeyProvider>>, CloudError> {
        if url.is_some_and(|url| !VaultKeys::is_url(url)) {
            return Ok(None);
        }
        let keys = match request.cloud {
            // What a simulated vault wrapped says so; nobody has to open the cloud to find out that there is nothing.
            Cloud::Simulator if url.is_none() && !request.work_dir.join(FOLDER).exists() => return Ok(None),
            Cloud::Simulator => {
                VaultKeys::with_transport(url, "simulator", self.opened(request)?.transport())
            }
            Cloud::Azure => VaultKeys::connect(url, &settings(request, String::new())?, request.environment),
        };
        match keys {
            Ok(keys) => Ok(Some(Arc::new(keys))),
            Err(error) => Err(not_connected(&error)),
        }
    }

    fn signer_in(
        &self,
        url: &str,
        request: &CloudRequest<'_>,
    ) -> Result<Option<Arc<dyn Signer>>, CloudError> {
        if !VaultSigner::is_url(url) {
            return Ok(None);
        }
        let signer = match request.cloud {
            Cloud::Simulator => {
                VaultSigner::with_transport(url, "simulator", self.opened(request)?.transport())
            }
            Cloud::Azure => {
                VaultSigner::connect(url, &settings(request, String::new())?, request.environment)
            }
        };
        match signer {
            Ok(signer) => Ok(Some(Arc::new(signer))),
            Err(error) => Err(not_connected(&error)),
        }
    }

    fn connect(&self, request: &CloudRequest<'_>) -> Result<Vec<Arc<dyn Provider>>, CloudError> {
        let provider = match request.cloud {
            Cloud::Simulator => simulated(self, request)?,
            Cloud::Azure => azure(request)?,
        };
        Ok(vec![Arc::new(provider)])
    }
}

fn simulated(clouds: &AzureClouds, request: &CloudRequest<'_>) -> Result<AzureProvider, CloudError> {
    let simulator = clouds.opened(request)?;
    let subscription = request.config.text("subscription_id").unwrap_or(SUBSCRIPTION);
    let mut settings = AzureSettings::new(atp_azure::descriptors(), subscription);
    settings.description = Some("the Azure simulator, in this process".to_owned());
    settings.appears_within = Duration::ZERO;
    Ok(AzureProvider::with_transport(settings, simulator.transport()))
}

fn azure(request: &CloudRequest<'_>) -> Result<AzureProvider, CloudError> {
    let subscription = request.config.text("subscription_id").map(str::to_owned);
    let subscription = subscription.or_else(|| (request.environment)("AZURE_SUBSCRIPTION_ID"));
    let subscription = subscription.ok_or_else(|| {
        CloudError::new("no subscription to deploy to").with_hint(
            "set `subscription_id` in the configuration, or AZURE_SUBSCRIPTION_ID in the environment",
        )
    })?;
    let settings = settings(request, subscription)?;
    AzureProvider::connect(settings, request.environment).map_err(|error| not_connected(&error))
}

fn not_connected(error: &ConnectError) -> CloudError {
    match error {
        ConnectError::Credential(_) => {
            CloudError::new(error.to_string()).with_hint("correct or unset ATP_AZURE_CREDENTIAL")
        }
        _ => CloudError::new(error.to_string()),
    }
}

/// How Azure is reached, and who signs in.
fn settings(request: &CloudRequest<'_>, subscription: String) -> Result<AzureSettings, CloudError> {
    let mut settings = AzureSettings::new(atp_azure::descriptors(), subscription);
    settings.tenant = request.config.text("tenant_id").map(str::to_owned);
    settings.certificate_authority = (request.environment)(CERTIFICATE_AUTHORITY).map(PathBuf::from);
    if let Some(text) = (request.environment)(APPEARS_WITHIN) {
        let seconds = text.parse().map_err(|_| {
            CloudError::new(format!("{APPEARS_WITHIN} is `{text}`, which is no number of seconds"))
                .with_hint(format!("correct or unset {APPEARS_WITHIN}"))
        })?;
        settings.appears_within = Duration::from_secs(seconds);
    }
    let credential = request.config.text("azure_credential").map(str::parse).transpose();
    settings.credential = credential.map_err(|error: UnknownSource| {
        CloudError::new(error.to_string()).with_hint("correct `azure_credential` in the configuration")
    })?;
    let cloud = request.config.text("azure_cloud");
    let endpoint = Endpoint::from_environment(&|name| match (name, cloud) {
        (RESOURCE_MANAGER, Some(cloud)) => Some(cloud.to_owned()),
        _ => (request.environment)(name),
    });
    settings.endpoint = endpoint.map_err(|error| {
        let hint = match cloud {
            Some(_) => "correct `azure_cloud` in the configuration".to_owned(),
            None => format!("correct or unset {RESOURCE_MANAGER}"),
        };
        CloudError::new(error.to_string()).with_hint(hint)
    })?;
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Method, Request};

    fn answers(simulator: &Simulator) -> bool {
        simulator.handle(&Request::new(Method::Get, "/subscriptions?api-version=2022-12-01")).is_ok()
    }

    #[test]
    fn what_is_kept_in_one_folder_is_one_cloud_for_all_stacks() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let clouds = AzureClouds::default();
        clouds.simulator(one.path()).unwrap().disconnect();
        assert!(!answers(&clouds.simulator(one.path()).unwrap()), "it is the same");
        assert!(answers(&clouds.clone().simulator(other.path()).unwrap()), "it is another");
    }
}

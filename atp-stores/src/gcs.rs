//! `gs://bucket/prefix`: Google Cloud Storage.
//!
//! Who asks is said by `GOOGLE_APPLICATION_CREDENTIALS`, or `GOOGLE_SERVICE_ACCOUNT` with the path of a key, or
//! `GOOGLE_SERVICE_ACCOUNT_KEY` with the key; or else it is the identity of the machine. The parameter `endpoint` or
//! `STORAGE_EMULATOR_HOST` names another endpoint; one on this machine without encryption is an emulator, and is not signed
//! in to.

use crate::Connected;
use crate::location::{Location, RETRIES, check_endpoint, prefix};
use atp_iac::state::{BackendError, Opening};
use object_store::gcp::{GcpCredential, GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::{ClientOptions, StaticCredentialProvider};
use std::sync::Arc;

pub const FORM: &str = "gs://bucket/prefix";

/// What is read of the environment.
const VARIABLES: &[(&str, GoogleConfigKey)] = &[
    ("GOOGLE_APPLICATION_CREDENTIALS", GoogleConfigKey::ApplicationCredentials),
    ("GOOGLE_SERVICE_ACCOUNT", GoogleConfigKey::ServiceAccount),
    ("GOOGLE_SERVICE_ACCOUNT_KEY", GoogleConfigKey::ServiceAccountKey),
];

pub fn connect(opening: &Opening<'_>) -> Result<Connected, BackendError> {
    let mut location = Location::parse(opening.url, FORM)?;
    let set = |name: &str| (opening.variable)(name).filter(|value| !value.is_empty());
    let endpoint = location.take("endpoint").or_else(|| set("STORAGE_EMULATOR_HOST"));
    location.finish(FORM, "what it may have is `endpoint`")?;
    let mut builder = GoogleCloudStorageBuilder::new().with_bucket_name(&location.host).with_retry(RETRIES);
    for (name, key) in VARIABLES {
        if let Some(value) = set(name) {
            builder = builder.with_config(*key, value);
        }
    }
    if let Some(endpoint) = endpoint {
        if check_endpoint(&endpoint)? {
            let nobody = GcpCredential { bearer: String::new() };
            builder = builder
                .with_client_options(ClientOptions::new().with_allow_http(true))
                .with_credentials(Arc::new(StaticCredentialProvider::new(nobody)));
        }
        builder = builder.with_config(GoogleConfigKey::BaseUrl, endpoint);
    }
    let store = builder.build().map_err(|_| {
        let way_out = "look at the URL, and at the variables that begin with GOOGLE";
        BackendError::new("the backend cannot be opened: its credentials cannot be read", way_out)
    })?;
    Ok(Connected {
        store: Arc::new(store),
        place: format!("gs://{}", location.host),
        prefix: prefix(&location.folders, opening.part),
    })
}

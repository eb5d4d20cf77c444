//! `azblob://account/container/prefix`: Azure Blob Storage.
//!
//! Who asks is, in this order: the SAS of the URL; the key in `AZURE_STORAGE_ACCOUNT_KEY` or `AZURE_STORAGE_KEY`; the SAS in
//! `AZURE_STORAGE_SAS_TOKEN`; a client secret; workload identity; managed identity, where `IDENTITY_ENDPOINT` is set or
//! `ATP_AZURE_CREDENTIAL` is `managed-identity`; whoever is signed in to `az`. The variables are those of the Azure SDKs.
//! Another endpoint, such as that of Azurite, is named by `AZURE_STORAGE_ENDPOINT` or the parameter `endpoint`.

use crate::Connected;
use crate::location::{Location, RETRIES, check_endpoint, prefix};
use atp_iac::state::{BackendError, Opening};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use std::sync::Arc;

pub const FORM: &str = "azblob://account/container/prefix";

pub fn connect(opening: &Opening<'_>) -> Result<Connected, BackendError> {
    let mut location = Location::parse(opening.url, FORM)?;
    let endpoint = location.take("endpoint").or_else(|| variable(opening, "AZURE_STORAGE_ENDPOINT"));
    let Some((container, folders)) = location.folders.split_first() else {
        return Err(BackendError::new("the backend names no container", format!("write it as `{FORM}`")));
    };
    let builder = MicrosoftAzureBuilder::new()
        .with_account(&location.host)
        .with_container_name(container)
        .with_retry(RETRIES);
    let builder = match endpoint {
        Some(endpoint) => builder.with_allow_http(check_endpoint(&endpoint)?).with_endpoint(endpoint),
        None => builder,
    };
    let store = sign_in(builder, &location, opening)?.build().map_err(|_| {
        // What the builder says may have the key in it.
        let way_out = "look at the URL, and at the variables that begin with AZURE_STORAGE";
        BackendError::new("the backend cannot be opened: its key, SAS or endpoint cannot be read", way_out)
    })?;
    Ok(Connected {
        store: Arc::new(store),
        place: format!("azblob://{}/{container}", location.host),
        prefix: prefix(folders, opening.part),
    })
}

fn sign_in(
    builder: MicrosoftAzureBuilder,
    location: &Location,
    opening: &Opening<'_>,
) -> Result<MicrosoftAzureBuilder, BackendError> {
    let set = |name: &str| variable(opening, name);
    if location.parameters.iter().any(|(name, _)| name == "sig") {
        let builder = builder.with_sas_authorization(location.parameters.clone());
        return Ok(builder.with_credential_type("sas_token"));
    }
    location.finish(FORM, "what it may have is `endpoint`, or a SAS")?;
    if let Some(key) = set("AZURE_STORAGE_ACCOUNT_KEY").or_else(|| set("AZURE_STORAGE_KEY")) {
        return Ok(builder.with_access_key(key).with_credential_type("access_key"));
    }
    if let Some(token) = set("AZURE_STORAGE_SAS_TOKEN") {
        let builder = builder.with_config(AzureConfigKey::SasKey, token);
        return Ok(builder.with_credential_type("sas_token"));
    }
    let need = |name: &str, beside: &str| {
        let missing =
            || BackendError::new(format!("{beside} is set, and {name} is not"), format!("set {name}"));
        set(name).ok_or_else(missing)
    };
    if let Some(secret) = set("AZURE_CLIENT_SECRET") {
        let client = need("AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET")?;
        let tenant = need("AZURE_TENANT_ID", "AZURE_CLIENT_SECRET")?;
        let builder = builder.with_client_secret_authorization(client, secret, tenant);
        return Ok(builder.with_credential_type("client_secret"));
    }
    if let Some(file) = set("AZURE_FEDERATED_TOKEN_FILE") {
        let client = need("AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE")?;
        let tenant = need("AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE")?;
        let builder = builder.with_federated_token_file(file).with_client_id(client).with_tenant_id(tenant);
        return Ok(builder.with_credential_type("workload_identity"));
    }
    let endpoint = set("IDENTITY_ENDPOINT");
    if endpoint.is_some() || set("ATP_AZURE_CREDENTIAL").as_deref() == Some("managed-identity") {
        let builder = endpoint.into_iter().fold(builder, MicrosoftAzureBuilder::with_msi_endpoint);
        let builder = set("AZURE_CLIENT_ID").into_iter().fold(builder, MicrosoftAzureBuilder::with_client_id);
        return Ok(builder.with_credential_type("managed_identity"));
    }
    Ok(builder.with_credential_type("azure_cli"))
}

fn variable(opening: &Opening<'_>, name: &str) -> Option<String> {
    (opening.variable)(name).filter(|value| !value.is_empty())
}

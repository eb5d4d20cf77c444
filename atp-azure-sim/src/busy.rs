//! What services answer while something is under way: on the resource itself, or on what it names.

use atp_azure::descriptor::TypeDescriptor;
use serde_json::{Map, Value, json};

use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::route::scopes;
use crate::store::{Resource, named_ids};

const ACCOUNT: &str = "microsoft.storage/storageaccounts";

impl Cloud {
    /// The refusal of a call on `key` while the operation at `url` runs.
    pub(crate) fn busy(&self, descriptor: &TypeDescriptor, key: &str, url: &str) -> ApiError {
        if !descriptor.namespace().eq_ignore_ascii_case("Microsoft.Storage") {
            return ApiError::another_operation(key, url);
        }
        if !descriptor.name.eq_ignore_ascii_case(ACCOUNT)
            && let Err(error) = self.refuse_unprovisioned(key)
        {
            return error;
        }
        let message =
            "An operation is currently performing on this storage account that requires exclusive access.";
        ApiError::new(409, "StorageAccountOperationInProgress", message)
    }

    /// Refuses what needs a storage account that is being created: the account around `key`.
    pub(crate) fn refuse_unprovisioned(&self, key: &str) -> Answer<()> {
        let account = scopes(key).into_iter().filter_map(|scope| self.store.get(scope)).find(|found| {
            found.type_name.eq_ignore_ascii_case(ACCOUNT) && found.state.as_deref() == Some("Creating")
        });
        if account.is_none() {
            return Ok(());
        }
        let message =
            "The storage account provisioning state must be 'Succeeded' before executing the operation.";
        Err(ApiError::new(409, "StorageAccountIsNotProvisioned", message))
    }

    /// The network service refuses with 429 what names something of its own that is not provisioned.
    pub(crate) fn refuse_unready(
        &self,
        descriptor: &TypeDescriptor,
        id: &str,
        body: &Map<String, Value>,
    ) -> Answer<()> {
        if !descriptor.namespace().eq_ignore_ascii_case("Microsoft.Network") {
            return Ok(());
        }
        let key = id.to_ascii_lowercase();
        let is_own = |other: &str| {
            let (own, other) = (format!("{key}/"), format!("{other}/"));
            own.starts_with(&other) || other.starts_with(&own)
        };
        let named = named_ids(body).into_iter().filter(|other| !is_own(other));
        let mut unready = named.filter_map(|other| self.store.get(&other)).filter(|other| is_unready(other));
        let Some(other) = unready.next() else { return Ok(()) };
        let state = other.state.as_deref().unwrap_or_default();
        let detail = format!(
            "Cannot proceed with operation because resource {} used by resource {id} is not in Succeeded state. Resource is \
             in {state} state.",
            other.id
        );
        let details = vec![json!({ "code": "ReferencedResourceNotProvisioned", "message": detail })];
        Err(ApiError::new(429, "RetryableError", "A retryable error occurred.").with_details(details))
    }
}

fn is_unready(resource: &Resource) -> bool {
    resource.type_name.starts_with("Microsoft.Network/") && resource.operation.is_some()
}

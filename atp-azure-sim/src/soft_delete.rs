//! Key vaults that were deleted: the name stays reserved until the vault is recovered or purged.
//!
//! A deleted vault is kept under its subscription-level id, `../locations/{l}/deletedVaults/{name}`, with the old body
//! beside what clients see. Lists of resources do not show it.

use serde_json::{Map, Value, json};

use crate::cloud::{Cloud, object};
use crate::errors::{Answer, ApiError};
use crate::message::{Method, Request, Response};
use crate::route::Instance;
use crate::store::Resource;
use crate::time_format;

/// The type of deleted vaults.
pub(crate) const DELETED_VAULT: &str = "Microsoft.KeyVault/deletedVaults";
const VAULT: &str = "microsoft.keyvault/vaults";
const DAY: i64 = 24 * 60 * 60 * 1000;

impl Cloud {
    /// Keeps a vault that is about to be removed.
    pub(crate) fn keep_deleted(&mut self, key: &str) {
        let Some(vault) = self.store.get(key).cloned() else { return };
        if !self.settings.soft_delete || !vault.type_name.eq_ignore_ascii_case(VAULT) {
            return;
        }
        let properties = object(vault.body.get("properties"));
        let property = |name: &str| properties.and_then(|properties| properties.get(name)).cloned();
        let days = property("softDeleteRetentionInDays").and_then(|days| days.as_i64()).unwrap_or(90);
        let location = vault.body.get("location").and_then(Value::as_str).unwrap_or_default();
        let location = location.replace(' ', "").to_ascii_lowercase();
        let subscription = vault.id.split('/').nth(2).unwrap_or_default();
        let id = format!(
            "/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{location}/deletedVaults/{}",
            vault.name
        );
        let mut body = Map::new();
        body.insert(
            "properties".to_owned(),
            json!({
                "vaultId": vault.id,
                "location": location,
                "tags": vault.body.get("tags").cloned().unwrap_or_else(|| json!({})),
                "deletionDate": time_format::rfc3339(self.now),
                "scheduledPurgeDate": time_format::rfc3339(self.now.saturating_add(days * DAY)),
                "purgeProtectionEnabled": property("enablePurgeProtection").unwrap_or(Value::Null),
            }),
        );
        body.insert("deleted".to_owned(), Value::Object(vault.body.clone()));
        let deleted = Resource {
            type_name: DELETED_VAULT.to_owned(),
            id: id.clone(),
            body,
            operation: None,
            state: None,
            ..vault
        };
        self.store.put(&id.to_ascii_lowercase(), deleted);
    }

    /// What a PUT of a vault does that was deleted: `createMode` `recover` brings the old body back, and anything else
    /// is refused.
    pub(crate) fn recovered(
        &mut self,
        instance: &Instance,
        sent: Map<String, Value>,
        exists: bool,
    ) -> Answer<Map<String, Value>> {
        if exists || !self.settings.soft_delete || !instance.type_name.eq_ignore_ascii_case(VAULT) {
            return Ok(sent);
        }
        let mode = object(sent.get("properties")).and_then(|properties| properties.get("createMode"));
        let recover = mode.and_then(Value::as_str).is_some_and(|mode| mode.eq_ignore_ascii_case("recover"));
        let deleted = self.store.named(DELETED_VAULT, &instance.name).next().cloned();
        match (recover, deleted) {
            (false, None) => Ok(sent),
            (false, Some(_)) => {
                let message = "A vault with the same name already exists in deleted state. You need to either recover \
                               or purge existing key vault. Follow this link https://go.microsoft.com/fwlink/?linkid=2149745 \
                               for more information on soft delete.";
                Err(ApiError::new(409, "ConflictError", message))
            }
            (true, Some(key)) => {
                let deleted = self.store.remove(&key);
                let body = deleted.and_then(|deleted| object(deleted.body.get("deleted")).cloned());
                Ok(body.unwrap_or(sent))
            }
            (true, None) => {
                let message =
                    format!("A soft deleted vault with the given name '{}' does not exist.", instance.name);
                Err(ApiError::new(400, "SoftDeletedVaultDoesNotExist", message))
            }
        }
    }

    /// `../deletedVaults`, `../locations/{l}/deletedVaults/{name}` and POST `../purge`.
    pub(crate) fn deleted_vaults(&mut self, request: &Request) -> Answer<Response> {
        let path = request.path.trim_end_matches('/').to_ascii_lowercase();
        if let Some(key) = path.strip_suffix("/purge").filter(|_| request.method == Method::Post) {
            let deleted = self.store.get(key).ok_or_else(|| deleted_not_found(key))?;
            let properties = object(deleted.body.get("properties"));
            if properties.and_then(|p| p.get("purgeProtectionEnabled")) == Some(&Value::Bool(true)) {
                let message =
                    "The vault has purge protection, and cannot be purged before its scheduled date.";
                return Err(ApiError::new(409, "MethodNotAllowed", message));
            }
            self.store.remove(key);
            return Ok(Response::empty(200));
        }
        if request.method != Method::Get {
            return Err(ApiError::method_not_allowed(&request.path));
        }
        // There are no managed HSMs, but clients list both at once.
        if path.ends_with("/deletedmanagedhsms") {
            return Ok(Response::json(200, &json!({ "value": [] })));
        }
        if path.ends_with("/deletedvaults") {
            let subscription: Vec<&str> = path.split('/').take(3).collect();
            let prefix = format!("{}/providers/microsoft.keyvault/locations/", subscription.join("/"));
            let deleted = self.store.range(&prefix, None).filter(|(_, r)| r.type_name == DELETED_VAULT);
            let shown: Vec<Value> = deleted.map(|(_, resource)| shown(resource)).collect();
            return Ok(Response::json(200, &json!({ "value": shown })));
        }
        let deleted = self.store.get(&path).ok_or_else(|| deleted_not_found(&path))?;
        Ok(Response::json(200, &shown(deleted)))
    }
}

fn shown(deleted: &Resource) -> Value {
    json!({
        "id": deleted.id,
        "name": deleted.name,
        "type": DELETED_VAULT,
        "properties": deleted.body.get("properties"),
    })
}

fn deleted_not_found(key: &str) -> ApiError {
    let name = key.rsplit('/').next().unwrap_or_default();
    let message = format!("The specified deleted vault '{name}' does not exist.");
    ApiError::new(404, "DeletedVaultNotFound", message)
}

//! What stays for a while after it was deleted: key vaults, managed HSMs and workspaces.
//!
//! A deleted resource is kept under an id of its own, such as `../locations/{l}/deletedVaults/{name}`, with the old body
//! beside what clients see. Lists of resources do not show it. After its retention it is as if it were not there.

use atp_azure::descriptor::{FinalState, LongRunning, TypeDescriptor};
use serde_json::{Map, Value, json};

use crate::cloud::{Cloud, object};
use crate::errors::{Answer, ApiError};
use crate::message::{Method, Request, Response};
use crate::operations::{Start, Work};
use crate::route::Instance;
use crate::store::Resource;
use crate::time_format;

/// A type whose instances are kept.
#[derive(Debug)]
struct Kept {
    /// The type, in lower case.
    type_name: &'static str,
    /// The type of what is kept.
    deleted: &'static str,
    /// The property that names the resource that was deleted.
    id: &'static str,
    /// For how many days, unless the resource says otherwise.
    days: i64,
    /// Whether the name stays taken until the resource is recovered or purged. A workspace just comes back.
    reserves_name: bool,
    /// What messages call it.
    noun: &'static str,
}

const KEPT: [Kept; 3] = [
    Kept {
        type_name: "microsoft.keyvault/vaults",
        deleted: "Microsoft.KeyVault/deletedVaults",
        id: "vaultId",
        days: 90,
        reserves_name: true,
        noun: "vault",
    },
    Kept {
        type_name: "microsoft.keyvault/managedhsms",
        deleted: "Microsoft.KeyVault/deletedManagedHSMs",
        id: "mhsmId",
        days: 90,
        reserves_name: true,
        noun: "managed HSM",
    },
    Kept {
        type_name: "microsoft.operationalinsights/workspaces",
        deleted: "Microsoft.OperationalInsights/deletedWorkspaces",
        id: "workspaceId",
        days: 14,
        reserves_name: false,
        noun: "workspace",
    },
];

const DAY: i64 = 24 * 60 * 60 * 1000;

fn kept(type_name: &str) -> Option<&'static Kept> {
    KEPT.iter().find(|kept| kept.type_name.eq_ignore_ascii_case(type_name))
}

/// Whether a resource is one that was deleted and is kept.
pub(crate) fn is_deleted(resource: &Resource) -> bool {
    KEPT.iter().any(|kept| kept.deleted == resource.type_name)
}

fn leaf(type_name: &str) -> &str {
    type_name.rsplit('/').next().unwrap_or(type_name)
}

/// Namespace and last segment of what is kept, as they stand in paths, in lower case.
fn in_path(kept: &Kept) -> (String, String) {
    let namespace = kept.deleted.split('/').next().unwrap_or_default();
    (
        format!("/providers/{namespace}/").to_ascii_lowercase(),
        format!("/{}", leaf(kept.deleted)).to_ascii_lowercase(),
    )
}

/// What the path of a request asks for, when that is about what was deleted.
fn asked(path: &str) -> Option<&'static Kept> {
    KEPT.iter().find(|kept| {
        let (namespace, leaf) = in_path(kept);
        path.contains(&namespace) && (path.ends_with(&leaf) || path.contains(&format!("{leaf}/")))
    })
}

/// Whether a path is about what was deleted. Those are no resources of a type that has a descriptor.
pub(crate) fn is_about_deleted(path: &str) -> bool {
    asked(&path.trim_end_matches('/').to_ascii_lowercase()).is_some()
}

impl Cloud {
    /// Keeps a resource that is about to be removed.
    pub(crate) fn keep_deleted(&mut self, key: &str) {
        let Some(old) = self.store.get(key).cloned() else { return };
        let Some(kept) = kept(&old.type_name).filter(|_| self.settings.soft_delete) else { return };
        let properties = object(old.body.get("properties"));
        let property = |name: &str| properties.and_then(|properties| properties.get(name)).cloned();
        let days = property("softDeleteRetentionInDays").and_then(|days| days.as_i64()).unwrap_or(kept.days);
        let location = old.body.get("location").and_then(Value::as_str).unwrap_or_default();
        let location = location.replace(' ', "").to_ascii_lowercase();
        let purge_at = self.now.saturating_add(days * DAY);
        let id = kept.id_of(&old, &location);
        let mut body = Map::new();
        body.insert(
            "properties".to_owned(),
            json!({
                (kept.id): old.id,
                "location": location,
                "tags": old.body.get("tags").cloned().unwrap_or_else(|| json!({})),
                "deletionDate": time_format::rfc3339(self.now),
                "scheduledPurgeDate": time_format::rfc3339(purge_at),
                "purgeProtectionEnabled": property("enablePurgeProtection").unwrap_or(Value::Null),
            }),
        );
        body.insert("purgeAt".to_owned(), json!(purge_at));
        body.insert("deleted".to_owned(), Value::Object(old.body.clone()));
        let type_name = kept.deleted.to_owned();
        let deleted = Resource { type_name, id: id.clone(), body, operation: None, state: None, ..old };
        self.store.put(&id.to_ascii_lowercase(), deleted);
    }

    /// Key of the deleted resource of a type that has this name and is still kept.
    fn kept_key(&self, kept: &Kept, name: &str) -> Option<String> {
        self.store.named(kept.deleted, name).find(|key| self.kept_at(key).is_some()).cloned()
    }

    /// The deleted resource with this key, unless its time has passed.
    fn kept_at(&self, key: &str) -> Option<&Resource> {
        self.store.get(key).filter(|deleted| is_deleted(deleted) && self.is_kept(deleted))
    }

    fn is_kept(&self, deleted: &Resource) -> bool {
        deleted.body.get("purgeAt").and_then(Value::as_i64).is_none_or(|purge_at| self.now < purge_at)
    }

    /// Whether a deleted resource still has this name.
    pub(crate) fn reserved(&self, type_name: &str, name: &str) -> bool {
        let kept = kept(type_name).filter(|kept| kept.reserves_name);
        kept.is_some_and(|kept| self.kept_key(kept, name).is_some())
    }

    /// What a PUT does of a resource that was deleted: `createMode` `recover` brings the old body back, and anything
    /// else is refused. A workspace is brought back by every PUT, with what the service gave it.
    pub(crate) fn recovered(
        &mut self,
        instance: &Instance,
        sent: Map<String, Value>,
        exists: bool,
    ) -> Answer<Map<String, Value>> {
        let kept = kept(&instance.type_name).filter(|_| !exists && self.settings.soft_delete);
        let Some(kept) = kept else { return Ok(sent) };
        let deleted = self.kept_key(kept, &instance.name);
        if !kept.reserves_name {
            return Ok(sent);
        }
        let mode = object(sent.get("properties")).and_then(|properties| properties.get("createMode"));
        let recover = mode.and_then(Value::as_str).is_some_and(|mode| mode.eq_ignore_ascii_case("recover"));
        match (recover, deleted) {
            (false, None) => Ok(sent),
            (false, Some(_)) => {
                let message = format!(
                    "A {noun} with the same name already exists in deleted state. You need to either recover or purge \
                     existing key {noun}. Follow this link https://go.microsoft.com/fwlink/?linkid=2149745 for more \
                     information on soft delete.",
                    noun = kept.noun
                );
                Err(ApiError::new(409, "ConflictError", message))
            }
            (true, Some(key)) => {
                let deleted = self.store.remove(&key);
                let body = deleted.and_then(|deleted| object(deleted.body.get("deleted")).cloned());
                Ok(body.unwrap_or(sent))
            }
            (true, None) => {
                let message = format!(
                    "A soft deleted {} with the given name '{}' does not exist.",
                    kept.noun, instance.name
                );
                Err(ApiError::new(400, "SoftDeletedVaultDoesNotExist", message))
            }
        }
    }

    /// The workspace that a PUT brings back, which is then no longer kept.
    pub(crate) fn brought_back(&mut self, instance: &Instance) -> Option<Resource> {
        let kept =
            kept(&instance.type_name).filter(|kept| !kept.reserves_name && self.settings.soft_delete)?;
        let is_it = |key: &&String| {
            let properties = self.kept_at(key).and_then(|deleted| object(deleted.body.get("properties")));
            let id = properties.and_then(|properties| properties.get(kept.id)?.as_str());
            id.is_some_and(|id| id.eq_ignore_ascii_case(&instance.id))
        };
        let key = self.store.named(kept.deleted, &instance.name).find(is_it).cloned()?;
        let deleted = self.store.remove(&key)?;
        let body = object(deleted.body.get("deleted")).cloned().unwrap_or_default();
        Some(Resource { body, ..deleted })
    }

    /// `../deletedVaults`, `../locations/{l}/deletedVaults/{name}` and POST `../purge`, and the same for the others.
    pub(crate) fn deleted(&mut self, request: &Request) -> Answer<Response> {
        let path = request.path.trim_end_matches('/').to_ascii_lowercase();
        let kept = asked(&path).ok_or_else(|| deleted_not_found(&path, "resource"))?;
        if let Some(key) = path.strip_suffix("/purge").filter(|_| request.method == Method::Post) {
            return self.purge(kept, key, request);
        }
        if request.method != Method::Get {
            return Err(ApiError::method_not_allowed(&request.path));
        }
        let (namespace, leaf) = in_path(kept);
        if path.ends_with(&leaf) {
            let scope = path.find(&namespace).map_or("", |end| &path[..end]);
            let below = format!("{scope}/");
            let all = self.store.range(&below, None);
            let deleted =
                all.filter(|(_, deleted)| deleted.type_name == kept.deleted && self.is_kept(deleted));
            let shown: Vec<Value> = deleted.map(|(_, resource)| shown(resource)).collect();
            return Ok(Response::json(200, &json!({ "value": shown })));
        }
        let deleted = self.kept_at(&path).ok_or_else(|| deleted_not_found(&path, kept.noun))?;
        Ok(Response::json(200, &shown(deleted)))
    }

    fn purge(&mut self, kept: &Kept, key: &str, request: &Request) -> Answer<Response> {
        let deleted = self.kept_at(key).ok_or_else(|| deleted_not_found(key, kept.noun))?;
        let properties = object(deleted.body.get("properties"));
        if properties.and_then(|p| p.get("purgeProtectionEnabled")) == Some(&Value::Bool(true)) {
            let message = format!(
                "The {} has purge protection, and cannot be purged before its scheduled date.",
                kept.noun
            );
            return Err(ApiError::new(409, "MethodNotAllowed", message));
        }
        let location =
            properties.and_then(|properties| properties.get("location")?.as_str()).unwrap_or_default();
        let location = location.to_owned();
        let descriptor = self.catalog.known(kept.type_name, request.method)?;
        let id = match self.store.running(key) {
            Some(id) => id.clone(),
            None => self.start(Start { descriptor, key, location: &location, work: Work::Purge(200) }),
        };
        let flags =
            LongRunning { azure_async_operation: false, location: true, final_state: FinalState::Location };
        Ok(self.follow(Response::empty(202), request, &id, descriptor.api_version, flags))
    }
}

impl Kept {
    fn id_of(&self, old: &Resource, location: &str) -> String {
        let (namespace, leaf) = self.deleted.split_once('/').unwrap_or_default();
        if self.reserves_name {
            let subscription = old.id.split('/').nth(2).unwrap_or_default();
            let place = format!("/subscriptions/{subscription}/providers/{namespace}/locations/{location}");
            return format!("{place}/{leaf}/{}", old.name);
        }
        let group: Vec<&str> = old.id.split('/').take(5).collect();
        format!("{}/providers/{namespace}/{leaf}/{}", group.join("/"), old.name)
    }
}

/// Refuses to switch off the protection against purging, which is for ever.
pub(crate) fn refuse_to_unprotect(
    descriptor: &TypeDescriptor,
    old: Option<&Resource>,
    body: &Map<String, Value>,
) -> Answer<()> {
    const NAME: &str = "enablePurgeProtection";
    let protection = |body: &Map<String, Value>| object(body.get("properties"))?.get(NAME)?.as_bool();
    let protected = old.and_then(|old| protection(&old.body)) == Some(true);
    if protected && protection(body) == Some(false) && kept(descriptor.name).is_some() {
        let message = format!(
            "The property \"{NAME}\" cannot be set to false. Enabling the purge protection for a vault is an \
             irreversible action."
        );
        return Err(ApiError::new(400, "BadRequest", message).with_target(&format!("properties.{NAME}")));
    }
    Ok(())
}

fn shown(deleted: &Resource) -> Value {
    json!({
        "id": deleted.id,
        "name": deleted.name,
        "type": deleted.type_name,
        "properties": deleted.body.get("properties"),
    })
}

fn deleted_not_found(key: &str, noun: &str) -> ApiError {
    let name = key.rsplit('/').next().unwrap_or_default();
    let code = if noun == "vault" { "DeletedVaultNotFound" } else { "DeletedResourceNotFound" };
    ApiError::new(404, code, format!("The specified deleted {noun} '{name}' does not exist."))
}

//! A version of a key of a vault, as the data plane knows it.

use serde_json::{Map, Value, json};

use super::material::Work;
use crate::errors::{Answer, ApiError};
use crate::store::Resource;

/// The type under which versions are kept that are not the newest. Resource Manager shows nothing of them here.
pub(super) const VERSIONS: &str = "Microsoft.KeyVault/vaults/keys/versions";

/// Whether it is such a version.
pub(crate) fn is_version(resource: &Resource) -> bool {
    resource.type_name == VERSIONS
}

/// Under which id the store has an earlier version of a key.
pub(super) fn version_id(key_id: &str, version: &str) -> String {
    format!("{key_id}/versions/{}", version.to_ascii_lowercase())
}

/// A version of a key.
pub(super) struct VaultKey {
    /// Its URL, with the version.
    pub id: String,
    pub version: String,
    kind: String,
    pub bits: usize,
    pub curve: String,
    operations: Option<Vec<Value>>,
    attributes: Map<String, Value>,
    tags: Option<Value>,
    /// In seconds since 1970.
    created: i64,
}

impl VaultKey {
    pub fn of(resource: &Resource) -> Option<Self> {
        let properties = resource.body.get("properties")?.as_object()?;
        let text = |name: &str, otherwise: &str| {
            properties.get(name).and_then(Value::as_str).unwrap_or(otherwise).to_owned()
        };
        let id = text("keyUriWithVersion", "");
        let operations = properties.get("keyOps").and_then(Value::as_array);
        Some(VaultKey {
            version: id.rsplit('/').next().filter(|version| !version.is_empty())?.to_owned(),
            id,
            kind: text("kty", "RSA"),
            bits: properties.get("keySize").and_then(Value::as_u64).map_or(2048, |bits| bits as usize),
            curve: text("curveName", "P-256"),
            operations: operations.filter(|known| !known.is_empty()).cloned(),
            attributes: properties.get("attributes").and_then(Value::as_object).cloned().unwrap_or_default(),
            tags: resource.body.get("tags").cloned(),
            created: resource.created / 1000,
        })
    }

    pub fn is_rsa(&self) -> bool {
        matches!(self.kind.as_str(), "RSA" | "RSA-HSM")
    }

    pub fn is_elliptic(&self) -> bool {
        matches!(self.kind.as_str(), "EC" | "EC-HSM")
    }

    /// What may be done with it: all that its type can do, unless it says otherwise.
    fn allowed(&self) -> Vec<&str> {
        match &self.operations {
            Some(known) => known.iter().filter_map(Value::as_str).collect(),
            None if self.is_elliptic() => vec![Work::Sign.name(), Work::Verify.name()],
            None => Work::ALL.map(Work::name).to_vec(),
        }
    }

    /// Refuses with 403 what the key is not for, or not now.
    pub fn refuse(&self, work: Work, now: i64) -> Answer<()> {
        let name = work.name();
        let instant = |name: &str| self.attributes.get(name).and_then(Value::as_i64);
        let problem = if self.attributes.get("enabled") == Some(&Value::Bool(false)) {
            format!("Operation {name} is not allowed on a disabled key.")
        } else if !self.allowed().iter().any(|allowed| allowed.eq_ignore_ascii_case(name)) {
            format!("Operation {name} is not permitted on this key.")
        } else if !work.looks_back() && instant("exp").is_some_and(|end| now >= end) {
            format!("Operation {name} is not allowed on an expired key.")
        } else if !work.looks_back() && instant("nbf").is_some_and(|start| now < start) {
            format!("Operation {name} is not allowed on a key that is not yet valid.")
        } else {
            return Ok(());
        };
        Err(ApiError::new(403, "Forbidden", problem))
    }

    fn attributes(&self) -> Value {
        let mut attributes = json!({
            "enabled": true, "created": self.created, "updated": self.created,
            "recoveryLevel": "Recoverable+Purgeable", "recoverableDays": 90,
        });
        if let Some(all) = attributes.as_object_mut() {
            all.extend(self.attributes.clone());
        }
        attributes
    }

    /// With its public half.
    pub fn shown(&self, public: Map<String, Value>) -> Value {
        let mut key = json!({ "kid": self.id, "kty": self.kind, "key_ops": self.allowed() });
        if let Some(parts) = key.as_object_mut() {
            parts.extend(public);
        }
        self.with_tags(json!({ "key": key, "attributes": self.attributes() }))
    }

    /// As lists have it, where `kid` has the version or not.
    pub fn listed(&self, kid: &str) -> Value {
        self.with_tags(json!({ "kid": kid, "attributes": self.attributes() }))
    }

    fn with_tags(&self, mut shown: Value) -> Value {
        if let Some(tags) = &self.tags {
            shown["tags"] = tags.clone();
        }
        shown
    }
}

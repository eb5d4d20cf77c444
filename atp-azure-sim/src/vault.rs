//! The data plane of key vaults, at `https://<vault>.vault.azure.net`: what is needed to wrap keys by a key in a vault.
//!
//! Vaults and keys are those of the resource manager: a key is there when it was made as `Microsoft.KeyVault/vaults/keys`.
//! There are `GET /keys/<key>[/<version>]` and `POST /keys/<key>[/<version>]/wrapkey` and `/unwrapkey`, for keys of type
//! RSA, with the algorithm RSA-OAEP-256. Secrets and certificates are not there.
//!
//! The simulator has no private keys. It wraps with AES-256-GCM under a key that follows from its seed and the id and the
//! version of the key: what one key wrapped no other one unwraps, any change is noticed, and lengths are those of RSA.
//! Whoever has the simulator has these keys; and since there is no public half, none is shown.

use aes_gcm::aead::Aead;
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::message::{Method, Request, Response};
use crate::store::Resource;

const HOST: &str = ".vault.azure.net";
const VAULTS: &str = "Microsoft.KeyVault/vaults";
const ALGORITHM: &str = "RSA-OAEP-256";
const NONCE: usize = 12;
/// What OAEP with SHA-256 takes of the length of the key.
const PADDING: usize = 66;

/// The vault whose data plane a request is for.
pub(crate) fn of(request: &Request) -> Option<String> {
    let host = request.header("host")?.to_ascii_lowercase();
    let host = host.split(':').next().unwrap_or_default();
    host.strip_suffix(HOST).filter(|vault| !vault.is_empty()).map(str::to_owned)
}

/// What is done with a key.
#[derive(Clone, Copy)]
enum Use {
    Get,
    Wrap,
    Unwrap,
}

impl Use {
    /// As access policies and keys name it.
    fn permission(self) -> &'static str {
        match self {
            Use::Get => "get",
            Use::Wrap => "wrapKey",
            Use::Unwrap => "unwrapKey",
        }
    }

    fn data_action(self) -> &'static str {
        match self {
            Use::Get => "Microsoft.KeyVault/vaults/keys/read",
            Use::Wrap => "Microsoft.KeyVault/vaults/keys/wrap/action",
            Use::Unwrap => "Microsoft.KeyVault/vaults/keys/unwrap/action",
        }
    }
}

impl Cloud {
    /// Answers a request to the data plane of a vault.
    pub(crate) fn vault(&self, vault: &str, request: &Request) -> Answer<Response> {
        if request.parameter("api-version").is_none() {
            return Err(bad("The query parameter api-version is required."));
        }
        let found = self.store.named(VAULTS, vault).filter_map(|id| Some((id, self.store.get(id)?)));
        let Some((vault_id, vault)) = { found }.find(|(_, resource)| !resource.hidden) else {
            return Err(ApiError::new(404, "VaultNotFound", format!("There is no vault {vault}.")));
        };
        let parts: Vec<&str> = request.path.split('/').filter(|part| !part.is_empty()).collect();
        let (name, version, used) = match (request.method, &parts[..]) {
            (Method::Get, ["keys", name]) => (name, None, Use::Get),
            (Method::Get, ["keys", name, version]) => (name, Some(*version), Use::Get),
            (Method::Post, ["keys", name, verb]) => (name, None, verb_of(verb, request)?),
            (Method::Post, ["keys", name, version, verb]) => (name, Some(*version), verb_of(verb, request)?),
            _ => return Err(ApiError::method_not_allowed(&request.path)),
        };
        let key_id = format!("{vault_id}/keys/{}", name.to_ascii_lowercase());
        self.authorize_key(vault, &key_id, used)?;
        let missing = || {
            let message = format!("A key with (name/id) {name} was not found in this key vault.");
            ApiError::new(404, "KeyNotFound", message)
        };
        let key = self.store.get(&key_id).filter(|key| !key.hidden).ok_or_else(missing)?;
        let key = VaultKey::of(key).filter(|key| version.is_none_or(|version| version == key.version));
        let key = key.ok_or_else(missing)?;
        match used {
            Use::Get => Ok(Response::json(200, &key.shown())),
            Use::Wrap | Use::Unwrap => self.transform(&key, used, request),
        }
    }

    /// Refuses with 403 what neither roles nor, for a vault without them, access policies allow.
    fn authorize_key(&self, vault: &Resource, key_id: &str, used: Use) -> Answer<()> {
        let Some(principal) = self.limited_caller() else { return Ok(()) };
        let properties = vault.body.get("properties").unwrap_or(&Value::Null);
        let allowed = match properties["enableRbacAuthorization"].as_bool() {
            Some(true) => self.may_with_data(principal, used.data_action(), key_id),
            _ => policies_allow(properties, principal, used.permission()),
        };
        if allowed {
            return Ok(());
        }
        let (permission, name) = (used.permission(), &vault.name);
        let message = format!(
            "The user, group or application 'oid={principal}' does not have keys {permission} permission on key vault \
             '{name}'."
        );
        Err(ApiError::new(403, "Forbidden", message))
    }

    fn transform(&self, key: &VaultKey<'_>, used: Use, request: &Request) -> Answer<Response> {
        let body: Value = serde_json::from_slice(&request.body).map_err(|_| bad("The body is not JSON."))?;
        if key.kind != "RSA" && key.kind != "RSA-HSM" || body["alg"] != ALGORITHM {
            return Err(bad("Key and/or algorithm not supported."));
        }
        let operation = used.permission();
        if !key.enabled || key.operations.is_some_and(|known| !known.iter().any(|one| one == operation)) {
            let message = format!("Operation {operation} is not permitted on this key.");
            return Err(ApiError::new(403, "Forbidden", message));
        }
        let value = body["value"].as_str().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        let value = value.ok_or_else(|| bad("Property value is not base64url."))?;
        let cipher = self.cipher(key);
        let result = match used {
            Use::Unwrap => {
                unwrapped(&cipher, key, &value).ok_or_else(|| bad("The parameter is incorrect."))?
            }
            _ => wrapped(&cipher, key, &value).ok_or_else(|| bad("The value is too long for the key."))?,
        };
        Ok(Response::json(200, &json!({ "kid": key.id, "value": URL_SAFE_NO_PAD.encode(result) })))
    }

    fn cipher(&self, key: &VaultKey<'_>) -> Aes256Gcm {
        let seed = self.settings.seed.to_string();
        let material: [u8; 32] = Sha256::digest(format!("key in a vault/{seed}/{}", key.id)).into();
        Aes256Gcm::new(&material.into())
    }
}

fn verb_of(verb: &str, request: &Request) -> Answer<Use> {
    match verb {
        "wrapkey" => Ok(Use::Wrap),
        "unwrapkey" => Ok(Use::Unwrap),
        _ => Err(ApiError::method_not_allowed(&request.path)),
    }
}

fn bad(message: &str) -> ApiError {
    ApiError::new(400, "BadParameter", message)
}

fn policies_allow(properties: &Value, principal: &str, permission: &str) -> bool {
    let policies = properties["accessPolicies"].as_array().into_iter().flatten();
    let own = policies.filter(|policy| {
        policy["objectId"].as_str().is_some_and(|object| object.eq_ignore_ascii_case(principal))
    });
    own.flat_map(|policy| policy["permissions"]["keys"].as_array().into_iter().flatten())
        .filter_map(Value::as_str)
        .any(|given| given.eq_ignore_ascii_case(permission) || given.eq_ignore_ascii_case("all"))
}

/// A key as the data plane knows it.
struct VaultKey<'a> {
    /// Its URL, with the version.
    id: &'a str,
    version: &'a str,
    kind: &'a str,
    /// In bytes.
    size: usize,
    operations: Option<&'a Vec<Value>>,
    enabled: bool,
}

impl<'a> VaultKey<'a> {
    fn of(resource: &'a Resource) -> Option<Self> {
        let properties: &'a Map<String, Value> = resource.body.get("properties")?.as_object()?;
        let id = properties.get("keyUriWithVersion")?.as_str()?;
        let enabled = properties.get("attributes").and_then(|attributes| attributes["enabled"].as_bool());
        Some(VaultKey {
            id,
            version: id.rsplit('/').next()?,
            kind: properties.get("kty").and_then(Value::as_str).unwrap_or("RSA"),
            size: properties.get("keySize").and_then(Value::as_u64).unwrap_or(2048) as usize / 8,
            operations: properties.get("keyOps").and_then(Value::as_array).filter(|known| !known.is_empty()),
            enabled: enabled.unwrap_or(true),
        })
    }

    fn shown(&self) -> Value {
        let all = || json!(["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"]);
        let operations = self.operations.map_or_else(all, |known| json!(known));
        json!({
            "key": { "kid": self.id, "kty": self.kind, "key_ops": operations },
            "attributes": { "enabled": self.enabled },
        })
    }
}

/// As long as the key: a nonce, the length of what follows, that, and zeros.
fn wrapped(cipher: &Aes256Gcm, key: &VaultKey<'_>, value: &[u8]) -> Option<Vec<u8>> {
    if value.len() > key.size.checked_sub(PADDING)? {
        return None;
    }
    let digest = Sha256::new().chain_update(key.id).chain_update(value).finalize();
    let nonce: [u8; NONCE] = digest.get(..NONCE)?.try_into().ok()?;
    let sealed = cipher.encrypt(&Nonce::from(nonce), value).ok()?;
    let length = u16::try_from(sealed.len()).ok()?.to_be_bytes();
    let mut all = [&nonce[..], &length, &sealed].concat();
    all.resize(key.size, 0);
    Some(all)
}

fn unwrapped(cipher: &Aes256Gcm, key: &VaultKey<'_>, all: &[u8]) -> Option<Vec<u8>> {
    let (nonce, rest) = all.split_at_checked(NONCE).filter(|_| all.len() == key.size)?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let (sealed, zeros) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    let nonce: [u8; NONCE] = nonce.try_into().ok()?;
    let opened = cipher.decrypt(&Nonce::from(nonce), sealed).ok()?;
    zeros.iter().all(|byte| *byte == 0).then_some(opened)
}

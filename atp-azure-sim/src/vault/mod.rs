//! The data plane of key vaults, at `https://<vault>.vault.azure.net`: making keys, and wrapping and signing by them.
//!
//! Vaults and keys are those of the resource manager: a key that was made as `Microsoft.KeyVault/vaults/keys` is there,
//! and one that is made here is shown there. There are
//!
//! - `GET /keys`, `/keys/<key>[/<version>]` and `/keys/<key>/versions`;
//! - `POST /keys/<key>/create` and `/keys/<key>/rotate`, which add a version to a key that is there;
//! - `PATCH /keys/<key>[/<version>]`, which enables and disables it and changes what may be done with it;
//! - `POST /keys/<key>[/<version>]/` and `wrapkey`, `unwrapkey`, `encrypt`, `decrypt`, `sign` or `verify`.
//!
//! Secrets, certificates, and the deletion of keys are not there. Each version has a real private key
//! ([`material`]), and the public half is shown.

mod key;
mod manage;
mod material;

pub(crate) use key::is_version;
pub(crate) use material::Keyring;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::message::{Method, Request, Response};
use crate::store::Resource;
use key::VaultKey;
use material::{Refusal, Work};

const HOST: &str = ".vault.azure.net";
const VAULTS: &str = "Microsoft.KeyVault/vaults";

/// The vault whose data plane a request is for.
pub(crate) fn of(request: &Request) -> Option<String> {
    let host = request.header("host")?.to_ascii_lowercase();
    let host = host.split(':').next().unwrap_or_default();
    host.strip_suffix(HOST).filter(|vault| !vault.is_empty()).map(str::to_owned)
}

/// What a vault says to whoever has no token.
pub(crate) fn challenge(tenant: &str) -> String {
    format!(
        "Bearer authorization=\"https://login.windows.net/{tenant}\", resource=\"https://vault.azure.net\""
    )
}

/// What is done with a key, as access policies and keys name it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Get,
    List,
    Create,
    Rotate,
    Update,
    Work(Work),
}

impl Use {
    fn permission(self) -> &'static str {
        match self {
            Use::Get => "get",
            Use::List => "list",
            Use::Create => "create",
            Use::Rotate => "rotate",
            Use::Update => "update",
            Use::Work(work) => work.name(),
        }
    }

    /// As roles name it.
    fn data_action(self) -> String {
        let what = match self {
            Use::Get | Use::List => "read",
            Use::Work(Work::Wrap) => "wrap/action",
            Use::Work(Work::Unwrap) => "unwrap/action",
            other => return format!("Microsoft.KeyVault/vaults/keys/{}/action", other.permission()),
        };
        format!("Microsoft.KeyVault/vaults/keys/{what}")
    }
}

/// Where in a vault a request is to do something.
struct Place<'a> {
    vault: &'a Resource,
    name: &'a str,
    /// The id of the key in lower case, under which the store has it.
    key_id: String,
}

impl Cloud {
    /// Answers a request to the data plane of a vault.
    pub(crate) fn vault(&mut self, vault: &str, request: &Request) -> Answer<Response> {
        if request.parameter("api-version").is_none() {
            return Err(bad("The query parameter api-version is required."));
        }
        let found = self.store.named(VAULTS, vault).filter_map(|id| Some((id, self.store.get(id)?)));
        let Some((vault_id, vault)) = { found }.find(|(_, resource)| !resource.hidden) else {
            return Err(ApiError::new(404, "VaultNotFound", format!("There is no vault {vault}.")));
        };
        let (vault_id, vault) = (vault_id.clone(), vault.clone());
        let parts: Vec<&str> = request.path.split('/').filter(|part| !part.is_empty()).collect();
        let at = |name| Place {
            vault: &vault,
            name,
            key_id: format!("{vault_id}/keys/{}", name.to_ascii_lowercase()),
        };
        match (request.method, &parts[..]) {
            (Method::Get, ["keys"]) => self.vault_keys(&at("")),
            (Method::Get, ["keys", name, "versions"]) => self.vault_key_versions(&at(name)),
            (Method::Get, ["keys", name]) => self.vault_key(&at(name), None),
            (Method::Get, ["keys", name, version]) => self.vault_key(&at(name), Some(version)),
            (Method::Post, ["keys", name, "create"]) => self.create_vault_key(&at(name), request),
            (Method::Post, ["keys", name, "rotate"]) => self.rotate_vault_key(&at(name)),
            (Method::Patch, ["keys", name]) => self.update_vault_key(&at(name), None, request),
            (Method::Patch, ["keys", name, version]) => {
                self.update_vault_key(&at(name), Some(version), request)
            }
            (Method::Post, ["keys", name, verb]) => self.use_vault_key(&at(name), None, verb, request),
            (Method::Post, ["keys", name, version, verb]) => {
                self.use_vault_key(&at(name), Some(version), verb, request)
            }
            _ => Err(ApiError::method_not_allowed(&request.path)),
        }
    }

    /// Refuses with 403 what neither roles nor, for a vault without them, access policies allow.
    fn authorize_key(&self, place: &Place<'_>, used: Use) -> Answer<()> {
        let Some(principal) = self.limited_caller() else { return Ok(()) };
        let properties = place.vault.body.get("properties").unwrap_or(&Value::Null);
        let scope = place.key_id.trim_end_matches('/');
        let allowed = match properties["enableRbacAuthorization"].as_bool() {
            Some(true) => self.may_with_data(principal, &used.data_action(), scope),
            _ => policies_allow(properties, principal, used.permission()),
        };
        if allowed {
            return Ok(());
        }
        let (permission, name) = (used.permission(), &place.vault.name);
        let message = format!(
            "The user, group or application 'oid={principal}' does not have keys {permission} permission on key vault \
             '{name}'."
        );
        Err(ApiError::new(403, "Forbidden", message))
    }

    /// A version of a key, or the newest one.
    fn find_vault_key(&self, place: &Place<'_>, version: Option<&str>) -> Answer<VaultKey> {
        let found = match self.store.get(&place.key_id).filter(|key| !key.hidden) {
            Some(key) => match (VaultKey::of(key), version) {
                (Some(newest), Some(version)) if newest.version != version => {
                    self.store.get(&key::version_id(&place.key_id, version)).and_then(VaultKey::of)
                }
                (newest, _) => newest,
            },
            None => None,
        };
        found.ok_or_else(|| {
            let message = format!("A key with (name/id) {} was not found in this key vault.", place.name);
            ApiError::new(404, "KeyNotFound", message)
        })
    }

    fn vault_key(&mut self, place: &Place<'_>, version: Option<&str>) -> Answer<Response> {
        self.authorize_key(place, Use::Get)?;
        let key = self.find_vault_key(place, version)?;
        self.show_vault_key(&key)
    }

    fn show_vault_key(&mut self, key: &VaultKey) -> Answer<Response> {
        let public = self.keyring.of(self.settings.seed, key).map(|material| material.public());
        // What there is no private key for has no public half to show either.
        Ok(Response::json(200, &key.shown(public.unwrap_or_default())))
    }

    fn use_vault_key(
        &mut self,
        place: &Place<'_>,
        version: Option<&str>,
        verb: &str,
        request: &Request,
    ) -> Answer<Response> {
        let work = Work::parse(verb).ok_or_else(|| ApiError::method_not_allowed(&request.path))?;
        self.authorize_key(place, Use::Work(work))?;
        let key = self.find_vault_key(place, version)?;
        key.refuse(work, self.now / 1000)?;
        let body = json_of(request)?;
        let bytes = |name: &str| {
            let bytes =
                body[name].as_str().and_then(|text| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok());
            bytes.ok_or_else(|| bad(&format!("Property {name} is not base64url.")))
        };
        let algorithm = body["alg"].as_str().unwrap_or_default();
        let value = bytes(if work == Work::Verify { "digest" } else { "value" })?;
        // Padding and salts differ from request to request, and follow from the seed.
        let salt = self.uuid(&format!("vault/{}/{}/{}", self.requests(), self.now, request.path));
        let seed = self.settings.seed;
        let material = self.keyring.of(seed, &key).ok_or_else(|| refused(Refusal::Algorithm))?;
        if work == Work::Verify {
            let valid = material.verify(algorithm, &value, &bytes("value")?).map_err(refused)?;
            return Ok(Response::json(200, &json!({ "value": valid })));
        }
        let result = match work {
            Work::Wrap | Work::Encrypt => material.encrypt(algorithm, &value, &salt),
            Work::Unwrap | Work::Decrypt => material.decrypt(algorithm, &value),
            _ => material.sign(algorithm, &value, &salt),
        };
        let result = result.map_err(refused)?;
        Ok(Response::json(200, &json!({ "kid": key.id, "value": URL_SAFE_NO_PAD.encode(result) })))
    }
}

fn json_of(request: &Request) -> Answer<Value> {
    serde_json::from_slice(&request.body).map_err(|_| bad("The body is not JSON."))
}

fn refused(refusal: Refusal) -> ApiError {
    bad(match refusal {
        Refusal::Algorithm => "Key and/or algorithm not supported.",
        Refusal::TooLong => "The value is too long for the key.",
        Refusal::NotADigest => "Invalid length of the digest for the algorithm.",
        Refusal::Value => "The parameter is incorrect.",
    })
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

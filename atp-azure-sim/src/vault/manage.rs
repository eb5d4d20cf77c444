//! Making keys and versions of keys in the data plane of a vault, changing and listing them.

use serde_json::{Map, Value, json};

use super::key::{VERSIONS, VaultKey, version_id};
use super::{Place, Use, bad, json_of};
use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::message::{Method, Request, Response};
use crate::route;
use crate::store::Resource;

const KEYS: &str = "Microsoft.KeyVault/vaults/keys";

/// How what is sent is called by the resource manager.
const NAMES: [(&str, &str); 5] = [
    ("kty", "kty"),
    ("key_size", "keySize"),
    ("crv", "curveName"),
    ("key_ops", "keyOps"),
    ("attributes", "attributes"),
];

impl Cloud {
    /// Makes a key, or a new version of one that is there.
    pub(super) fn create_vault_key(&mut self, place: &Place<'_>, request: &Request) -> Answer<Response> {
        self.authorize_key(place, Use::Create)?;
        let sent = json_of(request)?;
        refuse_unknown(&sent)?;
        let mut properties = Map::new();
        for (name, known) in NAMES {
            if let Some(value) = sent.get(name).filter(|value| !value.is_null()) {
                properties.insert(known.to_owned(), value.clone());
            }
        }
        if self.store.get(&place.key_id).is_some() {
            self.add_version(place, Some(&properties))?;
        } else {
            self.put_vault_key(place, properties, sent.get("tags"))?;
        }
        let key = self.find_vault_key(place, None)?;
        self.show_vault_key(&key)
    }

    /// A key is one of the resource manager, whose rules for it hold.
    fn put_vault_key(
        &mut self,
        place: &Place<'_>,
        properties: Map<String, Value>,
        tags: Option<&Value>,
    ) -> Answer<()> {
        let known = self.catalog.get(KEYS).ok_or_else(|| bad("There are no keys in this cloud."))?;
        let version = known.api_version;
        let target = format!("{}/keys/{}?api-version={version}", place.vault.id, place.name);
        let mut body = json!({ "properties": properties });
        if let Some(tags) = tags.filter(|tags| tags.is_object()) {
            body["tags"] = tags.clone();
        }
        let request = Request::new(Method::Put, &target).with_json(&body);
        let route = route::parse(&request.path)?;
        self.dispatch(&route, &request, version).map(|_| ())
    }

    pub(super) fn rotate_vault_key(&mut self, place: &Place<'_>) -> Answer<Response> {
        self.authorize_key(place, Use::Rotate)?;
        self.find_vault_key(place, None)?;
        self.add_version(place, None)?;
        let key = self.find_vault_key(place, None)?;
        self.show_vault_key(&key)
    }

    /// Keeps the newest version as an earlier one, and makes a new one: with `properties`, or like the one before.
    fn add_version(&mut self, place: &Place<'_>, properties: Option<&Map<String, Value>>) -> Answer<()> {
        let newest = self.find_vault_key(place, None)?;
        let Some(mut key) = self.store.get(&place.key_id).cloned() else { return Ok(()) };
        let number = self.store.next_number();
        let mut earlier = Resource {
            type_name: VERSIONS.to_owned(),
            id: format!("{}/versions/{}", key.id, newest.version),
            name: newest.version.clone(),
            ..key.clone()
        };
        // What has no location is in no list of the resource manager.
        earlier.body.retain(|name, _| name == "properties" || name == "tags");
        self.store.put(&version_id(&place.key_id, &newest.version), earlier);
        let version = self.uuid(&format!("version/{}/{number}", place.key_id)).replace('-', "");
        let uri = newest.id.trim_end_matches(&newest.version).to_owned();
        if let Some(body) = key.body.get_mut("properties").and_then(Value::as_object_mut) {
            if let Some(new) = properties {
                NAMES.iter().for_each(|(_, known)| drop(body.remove(*known)));
                body.extend(new.clone());
            }
            body.insert("keyUriWithVersion".to_owned(), json!(format!("{uri}{version}")));
        }
        (key.revision, key.created) = (number, self.now);
        self.store.put(&place.key_id, key);
        Ok(())
    }

    pub(super) fn update_vault_key(
        &mut self,
        place: &Place<'_>,
        version: Option<&str>,
        request: &Request,
    ) -> Answer<Response> {
        self.authorize_key(place, Use::Update)?;
        let sent = json_of(request)?;
        let found = self.find_vault_key(place, version)?;
        let newest = self.find_vault_key(place, None)?;
        let at = match found.version == newest.version {
            true => place.key_id.clone(),
            false => version_id(&place.key_id, &found.version),
        };
        if let Some(mut resource) = self.store.get(&at).cloned() {
            if let Some(body) = resource.body.get_mut("properties") {
                if sent["key_ops"].is_array() {
                    body["keyOps"] = sent["key_ops"].clone();
                }
                for (name, value) in sent["attributes"].as_object().into_iter().flatten() {
                    body["attributes"][name] = value.clone();
                }
            }
            if sent["tags"].is_object() {
                resource.body.insert("tags".to_owned(), sent["tags"].clone());
            }
            resource.revision = self.store.next_number();
            self.store.put(&at, resource);
        }
        let changed = self.find_vault_key(place, Some(&found.version))?;
        self.show_vault_key(&changed)
    }

    pub(super) fn vault_key_versions(&self, place: &Place<'_>) -> Answer<Response> {
        self.authorize_key(place, Use::List)?;
        let newest = self.find_vault_key(place, None)?;
        let below = version_id(&place.key_id, "");
        let earlier = self.store.range(&below, None).filter_map(|(_, version)| VaultKey::of(version));
        let all: Vec<_> = earlier.chain([newest]).map(|version| version.listed(&version.id)).collect();
        Ok(list(all))
    }

    pub(super) fn vault_keys(&self, place: &Place<'_>) -> Answer<Response> {
        self.authorize_key(place, Use::List)?;
        let keys = self
            .store
            .range(&place.key_id, None)
            .filter(|(_, resource)| resource.type_name.eq_ignore_ascii_case(KEYS) && !resource.hidden);
        let keys = keys.filter_map(|(_, key)| VaultKey::of(key));
        let listed = keys.map(|key| key.listed(key.id.rsplit_once('/').map_or("", |(kid, _)| kid)));
        Ok(list(listed.collect()))
    }
}

fn list(items: Vec<Value>) -> Response {
    Response::json(200, &json!({ "value": items, "nextLink": null }))
}

/// Refuses types, sizes and curves that are not there.
fn refuse_unknown(sent: &Value) -> Answer<()> {
    let refuse = |what: &str| Err::<(), ApiError>(bad(what));
    match sent["kty"].as_str() {
        Some("RSA" | "RSA-HSM") => match &sent["key_size"] {
            Value::Null => Ok(()),
            size if [2048, 3072, 4096].iter().any(|known| size == known) => Ok(()),
            size => refuse(&format!("Key size {size} is not one of 2048, 3072 and 4096.")),
        },
        Some("EC" | "EC-HSM") => match sent["crv"].as_str() {
            None | Some("P-256") => Ok(()),
            Some(curve) => refuse(&format!("Curve {curve} is not in this simulator, which has P-256.")),
        },
        Some(kind) => refuse(&format!("Key type {kind} is not in this simulator, which has RSA and EC.")),
        None => refuse("Property kty is required."),
    }
}

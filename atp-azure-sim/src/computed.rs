//! What the service adds to a body: identities, host names, keys of its own. Only where the shape of the type has it.

use atp_azure::descriptor::{Object, Shape, TypeDescriptor};
use serde_json::{Map, Value, json};

use crate::catalog::{own, property};
use crate::cloud::Cloud;
use crate::store::Resource;
use crate::time_format;

impl Cloud {
    /// The body as it is stored: without what is never returned, with what the service sets. Facts that the service
    /// gave at creation stay as they are.
    pub(crate) fn completed(
        &mut self,
        descriptor: &'static TypeDescriptor,
        key: &str,
        id: &str,
        body: Map<String, Value>,
        old: Option<&Resource>,
    ) -> Map<String, Value> {
        let mut body = Value::Object(body);
        drop_write_only(descriptor.body, &mut body);
        let Value::Object(mut body) = body else { return Map::new() };
        if let (Shape::Object(object), Some(old)) = (descriptor.body, old) {
            keep_read_only(object, &old.body, &mut body);
        }
        let birth = if old.is_some() { String::new() } else { self.store.next_number().to_string() };
        let name = id.rsplit('/').next().unwrap_or_default();
        let unique = |what: &str| self.uuid(&format!("{what}/{key}/{birth}"));
        let (tenant, now) = (self.settings.tenant.as_str(), time_format::rfc3339(self.now));
        let facts = Facts { id, name, tenant, now: &now, unique: &unique };
        self.complete_identity(descriptor, &facts, &mut body, old);
        for (path, value) in facts.of(descriptor, &body) {
            let before = old.and_then(|old| at(&old.body, path)).cloned();
            add(descriptor.body, &mut body, path, before.unwrap_or(value));
        }
        for (path, value) in derived(descriptor, &body) {
            remove_read_only(descriptor.body, &mut body, path);
            add(descriptor.body, &mut body, path, value);
        }
        self.complete_system_data(descriptor, &mut body);
        body
    }

    fn complete_identity(
        &self,
        descriptor: &'static TypeDescriptor,
        facts: &Facts<'_>,
        body: &mut Map<String, Value>,
        old: Option<&Resource>,
    ) {
        if property(descriptor.body, "identity").is_none() {
            return;
        }
        let Some(identity) = body.get_mut("identity").and_then(Value::as_object_mut) else { return };
        let kind = identity.get("type").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        if kind.contains("systemassigned") {
            let before = old.and_then(|old| at(&old.body, "identity.principalId"));
            let principal = || before.cloned().unwrap_or_else(|| json!((facts.unique)("principal")));
            identity.entry("principalId").or_insert_with(principal);
            identity.entry("tenantId").or_insert_with(|| json!(facts.tenant));
        } else {
            identity.remove("principalId");
            identity.remove("tenantId");
        }
        let assigned = identity.get_mut("userAssignedIdentities").and_then(Value::as_object_mut);
        for (id, value) in assigned.into_iter().flatten() {
            let resource = self.store.get(&id.to_ascii_lowercase());
            let properties = resource.and_then(|resource| resource.body.get("properties"));
            if let Some(properties) = properties {
                *value = json!({
                    "principalId": properties["principalId"],
                    "clientId": properties["clientId"],
                });
            }
        }
    }

    fn complete_system_data(&self, descriptor: &'static TypeDescriptor, body: &mut Map<String, Value>) {
        if property(descriptor.body, "systemData").is_none() {
            return;
        }
        let now = time_format::rfc3339(self.now);
        let (by, kind) = match &self.caller {
            Some(caller) => match &caller.application {
                Some(application) => (application.as_str(), "Application"),
                None => (caller.object_id.as_str(), "User"),
            },
            None => ("simulator", "Application"),
        };
        let entry = body
            .entry("systemData")
            .or_insert_with(|| json!({ "createdBy": by, "createdByType": kind, "createdAt": now }));
        if let Some(data) = entry.as_object_mut() {
            data.insert("lastModifiedBy".to_owned(), json!(by));
            data.insert("lastModifiedByType".to_owned(), json!(kind));
            data.insert("lastModifiedAt".to_owned(), json!(now));
        }
    }
}

/// What the computed values of one resource follow from.
struct Facts<'a> {
    id: &'a str,
    name: &'a str,
    tenant: &'a str,
    now: &'a str,
    unique: &'a dyn Fn(&str) -> String,
}

impl Facts<'_> {
    /// The computed values of the type, by path.
    fn of(&self, descriptor: &TypeDescriptor, body: &Map<String, Value>) -> Vec<(&'static str, Value)> {
        let name = self.name.to_ascii_lowercase();
        let host = |suffix: &str| json!(format!("{name}.{suffix}"));
        let url = |suffix: &str| json!(format!("https://{name}.{suffix}/"));
        let unique = |what: &str| json!((self.unique)(what));
        let location = body.get("location").and_then(Value::as_str).unwrap_or("global");
        let location = location.replace(' ', "").to_ascii_lowercase();
        let group = self.id.split('/').nth(4).unwrap_or_default();
        let mut facts = vec![("properties.resourceGuid", unique("guid"))];
        let more = match descriptor.name.to_ascii_lowercase().as_str() {
            "microsoft.managedidentity/userassignedidentities" => vec![
                ("properties.principalId", unique("principal")),
                ("properties.clientId", unique("client")),
                ("properties.tenantId", json!(self.tenant)),
            ],
            "microsoft.authorization/roleassignments" => {
                let scope = self.id.to_ascii_lowercase().rfind("/providers/microsoft.authorization/");
                let scope = scope.map(|end| &self.id[..end]).filter(|scope| !scope.is_empty());
                vec![
                    ("properties.scope", json!(scope.unwrap_or("/"))),
                    ("properties.createdOn", json!(self.now)),
                    ("properties.updatedOn", json!(self.now)),
                ]
                .into_iter()
                .chain(condition_version(body))
                .collect()
            }
            "microsoft.authorization/roledefinitions" => vec![
                ("properties.type", json!("CustomRole")),
                ("properties.createdOn", json!(self.now)),
                ("properties.updatedOn", json!(self.now)),
            ],
            "microsoft.storage/storageaccounts/blobservices/containers/immutabilitypolicies" => {
                vec![("properties.state", json!("Unlocked"))]
            }
            "microsoft.keyvault/vaults" => vec![("properties.vaultUri", url("vault.azure.net"))],
            "microsoft.keyvault/vaults/keys" => {
                self.versioned("keys", "properties.keyUri", "properties.keyUriWithVersion")
            }
            "microsoft.keyvault/vaults/secrets" => {
                self.versioned("secrets", "properties.secretUri", "properties.secretUriWithVersion")
            }
            "microsoft.operationalinsights/workspaces" => vec![("properties.customerId", unique("customer"))],
            "microsoft.insights/components" => {
                let key = (self.unique)("instrumentation");
                let connection = format!(
                    "InstrumentationKey={key};IngestionEndpoint=https://{location}.in.applicationinsights.azure.com/"
                );
                vec![
                    ("properties.AppId", unique("application")),
                    ("properties.InstrumentationKey", json!(key)),
                    ("properties.ConnectionString", json!(connection)),
                ]
            }
            "microsoft.storage/storageaccounts" => vec![(
                "properties.primaryEndpoints",
                json!({
                    "blob": url("blob.core.windows.net"), "dfs": url("dfs.core.windows.net"),
                    "file": url("file.core.windows.net"), "queue": url("queue.core.windows.net"),
                    "table": url("table.core.windows.net"), "web": url("web.core.windows.net"),
                }),
            )],
            "microsoft.storage/storageaccounts/objectreplicationpolicies" => {
                vec![("properties.policyId", json!(self.name)), ("properties.enabledTime", json!(self.now))]
            }
            "microsoft.sql/servers" => {
                vec![("properties.fullyQualifiedDomainName", host("database.windows.net"))]
            }
            "microsoft.documentdb/databaseaccounts" => {
                let endpoint = format!("https://{name}.documents.azure.com:443/");
                vec![("properties.documentEndpoint", json!(endpoint))]
            }
            "microsoft.servicebus/namespaces" | "microsoft.eventhub/namespaces" => {
                let endpoint = format!("https://{name}.servicebus.windows.net:443/");
                vec![("properties.serviceBusEndpoint", json!(endpoint))]
            }
            "microsoft.containerregistry/registries" => vec![("properties.loginServer", host("azurecr.io"))],
            "microsoft.cache/redis" => {
                vec![
                    ("properties.hostName", host("redis.cache.windows.net")),
                    ("properties.sslPort", json!(6380)),
                ]
            }
            "microsoft.containerservice/managedclusters" => self.cluster(group, &location, body),
            "microsoft.network/publicipaddresses" => vec![("properties.ipAddress", json!(self.address(20)))],
            "microsoft.network/privateendpoints" => self.endpoint(),
            "microsoft.network/publicipprefixes" => {
                let length = at(body, "properties.prefixLength").and_then(Value::as_u64).unwrap_or(28);
                let address = self.address(20);
                let (network, _) = address.rsplit_once('.').unwrap_or((&address, ""));
                vec![("properties.ipPrefix", json!(format!("{network}.0/{length}")))]
            }
            "microsoft.keyvault/managedhsms" => vec![("properties.hsmUri", url("managedhsm.azure.net"))],
            "microsoft.keyvault/managedhsms/keys" => {
                let hsm = self.id.split('/').nth(8).unwrap_or_default().to_ascii_lowercase();
                let uri = format!("https://{hsm}.managedhsm.azure.net/keys/{}", self.name);
                vec![("properties.keyUri", json!(uri))]
            }
            _ => Vec::new(),
        };
        facts.extend(more);
        facts
    }

    fn cluster(&self, group: &str, location: &str, body: &Map<String, Value>) -> Vec<(&'static str, Value)> {
        let node_group = at(body, "properties.nodeResourceGroup").and_then(Value::as_str);
        let node_group =
            node_group.map_or_else(|| format!("MC_{group}_{}_{location}", self.name), str::to_owned);
        let subscription = self.id.split('/').nth(2).unwrap_or_default();
        let issuer =
            format!("https://{location}.oic.prod-aks.azure.com/{}/{}/", self.tenant, (self.unique)("issuer"));
        let kubelet = format!(
            "/subscriptions/{subscription}/resourceGroups/{node_group}/providers/Microsoft.ManagedIdentity/\
             userAssignedIdentities/{}-agentpool",
            self.name
        );
        let host = |zone: &str| {
            let prefix = at(body, "properties.dnsPrefix").and_then(Value::as_str).unwrap_or(self.name);
            let hash: String = (self.unique)("host").chars().take(8).collect();
            json!(format!("{}-{hash}.{zone}", prefix.to_ascii_lowercase()))
        };
        let is_private =
            at(body, "properties.apiServerAccessProfile.enablePrivateCluster") == Some(&json!(true));
        let address = match is_private {
            true => (
                "properties.privateFQDN",
                host(&format!("{}.privatelink.{location}.azmk8s.io", (self.unique)("zone"))),
            ),
            false => ("properties.fqdn", host(&format!("hcp.{location}.azmk8s.io"))),
        };
        let mut facts = vec![
            address,
            ("properties.nodeResourceGroup", json!(node_group)),
            ("properties.oidcIssuerProfile.issuerURL", json!(issuer)),
            (
                "properties.identityProfile",
                json!({ "kubeletidentity": {
                    "resourceId": kubelet,
                    "clientId": (self.unique)("kubelet-client"),
                    "objectId": (self.unique)("kubelet"),
                }}),
            ),
        ];
        facts.extend(ADD_ONS.iter().filter(|(add_on, ..)| {
            let enabled = format!("properties.addonProfiles.{add_on}.enabled");
            at(body, &enabled) == Some(&json!(true))
        }).map(|(add_on, path)| {
            let name = format!("{}-{}", add_on.to_ascii_lowercase(), self.name);
            let identity = json!({
                "resourceId": format!(
                    "/subscriptions/{subscription}/resourceGroups/{node_group}/providers/Microsoft.ManagedIdentity/\
                     userAssignedIdentities/{name}"
                ),
                "clientId": (self.unique)(&format!("{add_on}-client")),
                "objectId": (self.unique)(add_on),
            });
            (*path, identity)
        }));
        facts
    }

    fn endpoint(&self) -> Vec<(&'static str, Value)> {
        let interface = self.id.rsplitn(3, '/').nth(2).unwrap_or_default();
        let interface =
            format!("{interface}/networkInterfaces/{}.nic.{}", self.name, (self.unique)("interface"));
        let domain = format!("{}.privatelink.azure.net", self.name.to_ascii_lowercase());
        vec![
            ("properties.networkInterfaces", json!([{ "id": interface }])),
            ("properties.customDnsConfigs", json!([{ "fqdn": domain, "ipAddresses": [self.address(10)] }])),
        ]
    }

    /// Where the data plane of the vault has what was made, with and without its version.
    fn versioned(
        &self,
        collection: &str,
        plain: &'static str,
        with_version: &'static str,
    ) -> Vec<(&'static str, Value)> {
        let vault = self.id.split('/').nth(8).unwrap_or_default().to_ascii_lowercase();
        let uri = format!("https://{vault}.vault.azure.net/{collection}/{}", self.name);
        let version = (self.unique)("version").replace('-', "");
        vec![(with_version, json!(format!("{uri}/{version}"))), (plain, json!(uri))]
    }

    /// An address that follows from the id.
    fn address(&self, first: u8) -> String {
        let hash = (self.unique)("address");
        let part = |at: usize| u8::from_str_radix(hash.get(at..at + 2).unwrap_or_default(), 16).unwrap_or(1);
        format!("{first}.{}.{}.{}", part(0), part(2), part(4).max(4))
    }
}

/// The add-ons of clusters that the service gives an identity each, and where it says which.
const ADD_ONS: [(&str, &str); 3] = [
    ("azureKeyvaultSecretsProvider", "properties.addonProfiles.azureKeyvaultSecretsProvider.identity"),
    ("azurepolicy", "properties.addonProfiles.azurepolicy.identity"),
    ("omsagent", "properties.addonProfiles.omsagent.identity"),
];

/// A condition is of the version 2.0, unless the assignment says otherwise.
fn condition_version(body: &Map<String, Value>) -> Option<(&'static str, Value)> {
    let condition = body.get("properties")?.get("condition")?;
    (!condition.is_null()).then(|| ("properties.conditionVersion", json!("2.0")))
}

/// What follows from what the client sent, every time, by path.
fn derived(descriptor: &TypeDescriptor, body: &Map<String, Value>) -> Vec<(&'static str, Value)> {
    let Some(sku) = at(body, "sku.name").and_then(Value::as_str) else { return Vec::new() };
    let tier = match descriptor.name.to_ascii_lowercase().as_str() {
        "microsoft.storage/storageaccounts" => sku.split('_').next(),
        "microsoft.sql/servers/databases" => SQL_TIERS
            .iter()
            .find(|(start, _)| sku.to_ascii_uppercase().starts_with(start))
            .map(|(_, tier)| *tier),
        _ => None,
    };
    tier.map(|tier| ("sku.tier", json!(tier))).into_iter().collect()
}

/// How the names of the SKUs of SQL databases begin, and their tiers.
const SQL_TIERS: [(&str, &str); 8] = [
    ("SYSTEM", "System"),
    ("BASIC", "Basic"),
    ("GP_", "GeneralPurpose"),
    ("BC_", "BusinessCritical"),
    ("HS_", "Hyperscale"),
    ("DW", "DataWarehouse"),
    ("S", "Standard"),
    ("P", "Premium"),
];

/// Sets the value at `path` where the shape has it and nothing is there, without making objects on the way except
/// `properties`.
fn add(shape: &'static Shape, body: &mut Map<String, Value>, path: &str, value: Value) {
    if property(shape, path).is_none() {
        return;
    }
    let mut target = body;
    let mut segments = path.split('.').peekable();
    while let Some(segment) = segments.next() {
        if segments.peek().is_none() {
            target.entry(segment).or_insert(value);
            return;
        }
        if segment == "properties" {
            target.entry(segment).or_insert_with(|| json!({}));
        }
        match target.get_mut(segment).and_then(Value::as_object_mut) {
            Some(next) => target = next,
            None => return,
        }
    }
}

/// Removes the value at `path` when only the service sets it.
fn remove_read_only(shape: &'static Shape, body: &mut Map<String, Value>, path: &str) {
    let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
    if property(shape, path).is_none_or(|property| !property.flags.read_only) {
        return;
    }
    let start = body.get_mut(parent.split('.').next().unwrap_or_default());
    let parent = parent.split('.').skip(1).fold(start, |value, segment| value?.get_mut(segment));
    if let Some(parent) = parent.and_then(Value::as_object_mut) {
        parent.remove(name);
    }
}

/// The value at a dotted path.
fn at<'a>(body: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let mut segments = path.split('.');
    let first = body.get(segments.next()?);
    segments.fold(first, |value, segment| value?.get(segment))
}

/// Removes what the service never returns.
fn drop_write_only(shape: &'static Shape, value: &mut Value) {
    match (shape, value) {
        (Shape::Object(object), Value::Object(map)) => {
            map.retain(|name, _| own(object, name).is_none_or(|property| !property.flags.write_only));
            for (name, value) in map {
                let shape = own(object, name).map(|property| property.shape).or(object.additional);
                if let Some(shape) = shape {
                    drop_write_only(shape, value);
                }
            }
        }
        (Shape::Map(shape), Value::Object(map)) => {
            map.values_mut().for_each(|value| drop_write_only(shape, value));
        }
        (Shape::List { item, .. }, Value::Array(items)) => {
            items.iter_mut().for_each(|value| drop_write_only(item, value));
        }
        _ => {}
    }
}

/// Copies what the service set before into the new body.
fn keep_read_only(object: &'static Object, old: &Map<String, Value>, new: &mut Map<String, Value>) {
    for (name, before) in old {
        let Some(property) = own(object, name) else { continue };
        if property.flags.read_only {
            new.entry(name.as_str()).or_insert_with(|| before.clone());
            continue;
        }
        if name == "properties" && !new.contains_key(name) {
            new.insert(name.clone(), json!({}));
        }
        let after = new.get_mut(name).and_then(Value::as_object_mut);
        if let (Shape::Object(object), Some(before), Some(after)) =
            (property.shape, before.as_object(), after)
        {
            keep_read_only(object, before, after);
        }
    }
}

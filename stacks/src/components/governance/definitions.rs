//! The policies of the platform, as data: what is refused whoever asks for it, also where no program of ours is used.
//!
//! They say in the words of Azure Policy what the rules of [`compliance`](crate::compliance) say of our own programs.

use crate::helpers::exceptions::TAG;
use serde_json::{Value, json};

/// A policy of the platform's own.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// Its name, behind that of the project.
    pub name: &'static str,
    /// What people see.
    pub title: &'static str,
    /// Why it is there.
    pub description: &'static str,
    condition: fn() -> Value,
}

/// All of them.
pub const OWN: &[Definition] = &[
    Definition {
        name: "no-public-network",
        title: "Data services have no public network access",
        description: "Storage, SQL, vaults, HSMs, Cosmos DB, Service Bus, registries and workspaces are reached by \
                      private endpoints. What the configuration grants an exception carries its name in a tag.",
        condition: no_public_network,
    },
    Definition {
        name: "no-public-address",
        title: "Public addresses need a named exception",
        description: "A public address, or prefix of addresses, carries the name of a granted exception in a tag.",
        condition: no_public_address,
    },
    Definition {
        name: "tls-1-2",
        title: "TLS 1.2 at least",
        description: "Storage, SQL, Cosmos DB and Service Bus refuse older versions of TLS.",
        condition: old_tls,
    },
    Definition {
        name: "no-shared-keys",
        title: "Nobody signs in with a shared key",
        description: "Storage, Cosmos DB, Service Bus and registries take accounts of the directory only.",
        condition: shared_keys,
    },
    Definition {
        name: "vault-hardening",
        title: "Vaults use roles and cannot be purged",
        description: "Access policies are off, and what was deleted can be brought back.",
        condition: soft_vault,
    },
    Definition {
        name: "no-anonymous-blobs",
        title: "No blob is public",
        description: "Storage accounts allow no container that is read without signing in.",
        condition: anonymous_blobs,
    },
];

impl Definition {
    /// The rule, in the language of Azure Policy.
    pub fn rule(&self) -> Value {
        json!({ "if": (self.condition)(), "then": { "effect": "[parameters('effect')]" } })
    }
}

/// A resource of a type whose property is not as it should be.
fn unless(kind: &str, property: &str, wanted: Value) -> Value {
    let field = format!("{kind}/{property}");
    json!({ "allOf": [
        { "field": "type", "equals": kind },
        { "anyOf": [
            { "field": field, "exists": "false" },
            { "not": { "field": field, "in": wanted } },
        ]},
    ]})
}

/// Whether the resource does not carry the name of a granted exception.
fn not_excepted() -> Value {
    json!({ "field": format!("tags['{TAG}']"), "notIn": "[parameters('exceptions')]" })
}

fn any(conditions: impl IntoIterator<Item = Value>) -> Value {
    json!({ "anyOf": conditions.into_iter().collect::<Vec<_>>() })
}

fn no_public_network() -> Value {
    let closed = || json!(["Disabled"]);
    let types = [
        "Microsoft.ContainerRegistry/registries",
        "Microsoft.DocumentDB/databaseAccounts",
        "Microsoft.KeyVault/managedHSMs",
        "Microsoft.KeyVault/vaults",
        "Microsoft.ServiceBus/namespaces",
        "Microsoft.Sql/servers",
        "Microsoft.Storage/storageAccounts",
    ];
    let open = types.map(|kind| unless(kind, "publicNetworkAccess", closed()));
    let workspace = ["publicNetworkAccessForIngestion", "publicNetworkAccessForQuery"]
        .map(|property| unless("Microsoft.OperationalInsights/workspaces", property, closed()));
    json!({ "allOf": [any(open.into_iter().chain(workspace)), not_excepted()] })
}

fn no_public_address() -> Value {
    let types = ["Microsoft.Network/publicIPAddresses", "Microsoft.Network/publicIPPrefixes"];
    json!({ "allOf": [{ "field": "type", "in": types }, not_excepted()] })
}

fn old_tls() -> Value {
    any([
        unless("Microsoft.Storage/storageAccounts", "minimumTlsVersion", json!(["TLS1_2", "TLS1_3"])),
        unless("Microsoft.Sql/servers", "minimalTlsVersion", json!(["1.2", "1.3"])),
        unless("Microsoft.DocumentDB/databaseAccounts", "minimalTlsVersion", json!(["Tls12"])),
        unless("Microsoft.ServiceBus/namespaces", "minimumTlsVersion", json!(["1.2", "1.3"])),
    ])
}

fn shared_keys() -> Value {
    any([
        unless("Microsoft.Storage/storageAccounts", "allowSharedKeyAccess", json!(["false"])),
        unless("Microsoft.DocumentDB/databaseAccounts", "disableLocalAuth", json!(["true"])),
        unless("Microsoft.ServiceBus/namespaces", "disableLocalAuth", json!(["true"])),
        unless("Microsoft.ContainerRegistry/registries", "adminUserEnabled", json!(["false"])),
    ])
}

fn soft_vault() -> Value {
    any([
        unless("Microsoft.KeyVault/vaults", "enableRbacAuthorization", json!(["true"])),
        unless("Microsoft.KeyVault/vaults", "enablePurgeProtection", json!(["true"])),
        unless("Microsoft.KeyVault/managedHSMs", "enablePurgeProtection", json!(["true"])),
    ])
}

fn anonymous_blobs() -> Value {
    unless("Microsoft.Storage/storageAccounts", "allowBlobPublicAccess", json!(["false"]))
}

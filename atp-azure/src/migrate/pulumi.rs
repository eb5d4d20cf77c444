//! Types of `azure-native`: `network:Subnet` is `Microsoft.Network/virtualNetworks/subnets`.
//!
//! A module is named after a namespace of Resource Manager, and a type after the last word of a type there. Where that is
//! otherwise, a table says so.

/// Modules with the namespaces of their types, where these are not called the same.
const MODULES: &[(&str, &[&str])] = &[
    ("aad", &["microsoft.aad", "microsoft.aadiam"]),
    ("applicationinsights", &["microsoft.insights"]),
    ("cosmosdb", &["microsoft.documentdb"]),
    ("dns", &["microsoft.network"]),
    ("frontdoor", &["microsoft.network"]),
    ("insights", &["microsoft.insights", "microsoft.alertsmanagement"]),
    ("management", &["microsoft.management", "microsoft.managementpartner"]),
    ("monitor", &["microsoft.insights", "microsoft.monitor", "microsoft.alertsmanagement"]),
    ("portal", &["microsoft.portal", "microsoft.dashboard"]),
    ("privatedns", &["microsoft.network"]),
    ("redis", &["microsoft.cache"]),
    ("redisenterprise", &["microsoft.cache"]),
    ("resources", &["microsoft.resources", "microsoft.authorization"]),
    ("trafficmanager", &["microsoft.network"]),
];

/// Types that have no word of the type of Resource Manager in their names: the name, and those types.
const NAMES: &[(&str, &[&str])] = &[
    ("RecordSet", &["a", "aaaa", "caa", "cname", "mx", "ns", "ptr", "soa", "srv", "txt"]),
    ("PrivateRecordSet", &["a", "aaaa", "cname", "mx", "ptr", "soa", "srv", "txt"]),
];

/// Types that Pulumi makes of what is data, or a part of something else.
const NO_OBJECTS: &[(&str, &str, &str)] = &[
    ("keyvault", "AccessPolicy", "it is a part of the vault: say it there"),
    ("storage", "Blob", "it is data within a container: no tool has to declare it"),
    (
        "storage",
        "StorageAccountStaticWebsite",
        "it is a part of what the account serves: set it with the Azure CLI",
    ),
    (
        "authorization",
        "PimRoleEligibilitySchedule",
        "its id does not say which request made it: declare a new one",
    ),
];

/// Why a type is nothing to take over; `None` when it may be.
pub(super) fn no_object(module: &str, name: &str) -> Option<&'static str> {
    NO_OBJECTS.iter().find(|(of, own, _)| *of == module && *own == name).map(|(.., why)| *why)
}

/// Whether a type of `azure-native` can be one of Resource Manager.
pub(super) fn confirms(module: &str, name: &str, kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    let (namespace, types) = kind.split_once('/').unwrap_or((&kind, ""));
    is_of(module, namespace) && is_called(name, types)
}

fn is_of(module: &str, namespace: &str) -> bool {
    let listed = MODULES.iter().find(|(own, _)| *own == module);
    let own = namespace.split_once('.').map_or(namespace, |(_, own)| own);
    listed.is_some_and(|(_, namespaces)| namespaces.contains(&namespace))
        || own.replace('.', "") == module
        // Those of other companies: `nginx` is `NGINX.NGINXPLUS`.
        || namespace.split('.').next() == Some(module)
}

/// Whether a type of Pulumi has a word in common with the last one of these types, or is known to have none.
fn is_called(name: &str, types: &str) -> bool {
    let last = types.rsplit('/').next().unwrap_or_default();
    let listed = NAMES.iter().find(|(own, _)| *own == name);
    // The last letter of `Policy` and `policies` is another one.
    let is_in = |word: String| last.contains(word.strip_suffix('y').unwrap_or(&word));
    match listed {
        Some((_, all)) => all.contains(&last),
        None => words(name).into_iter().filter(|word| word.len() > 2).any(is_in),
    }
}

/// The words of `PrivateDnsZone`, in small letters.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for character in name.chars() {
        match words.last_mut() {
            Some(word) if !character.is_ascii_uppercase() => word.push(character),
            _ => words.push(character.to_ascii_lowercase().to_string()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptors;

    /// What `azure-native` calls a namespace.
    fn module(namespace: &str) -> String {
        namespace.split_once('.').unwrap().1.to_ascii_lowercase()
    }

    #[test]
    fn every_type_is_confirmed_by_the_name_that_a_typed_resource_has() {
        // What Azure itself calls by two names.
        let own = descriptors().iter().filter(|one| one.name != "Microsoft.Insights/components");
        let named = own.filter_map(|one| {
            // All types of records are one type there.
            let is_record = one.name.to_ascii_lowercase().contains("dnszones/") && one.leaf().len() <= 5;
            Some((one, if is_record { "RecordSet" } else { one.typed?.main.name }))
        });
        let doubted: Vec<String> = named
            .filter(|(one, name)| !confirms(&module(one.namespace()), name, one.name))
            .map(|(one, name)| format!("{} {name}", one.name))
            .collect();
        assert_eq!(doubted, Vec::<String>::new());
    }

    #[test]
    fn names_that_pulumi_has_are_those_of_types() {
        for (module, name, kind) in [
            ("network", "Subnet", "Microsoft.Network/virtualNetworks/subnets"),
            ("network", "PrivateRecordSet", "Microsoft.Network/privateDnsZones/A"),
            ("privatedns", "PrivateZone", "Microsoft.Network/privateDnsZones"),
            ("storage", "BlobServiceProperties", "Microsoft.Storage/storageAccounts/blobServices"),
            ("storage", "BlobContainer", "Microsoft.Storage/storageAccounts/blobServices/containers"),
            ("sql", "ServerAzureADAdministrator", "Microsoft.Sql/servers/administrators"),
            ("sql", "TransparentDataEncryption", "Microsoft.Sql/servers/databases/transparentDataEncryption"),
            ("authorization", "ManagementLockByScope", "Microsoft.Authorization/locks"),
            (
                "cosmosdb",
                "SqlResourceSqlContainer",
                "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers",
            ),
            ("monitor", "ActionGroup", "Microsoft.Insights/actionGroups"),
            ("applicationinsights", "Component", "Microsoft.Insights/components"),
            ("insights", "DiagnosticSetting", "Microsoft.Insights/diagnosticSettings"),
            ("containerservice", "ManagedCluster", "Microsoft.ContainerService/managedClusters"),
        ] {
            assert!(confirms(module, name, kind), "{module}:{name}");
        }
    }

    #[test]
    fn a_type_of_another_service_is_not_confirmed() {
        for (module, name, kind) in [
            ("keyvault", "Vault", "Microsoft.Storage/storageAccounts"),
            ("network", "Subnet", "Microsoft.Network/routeTables"),
            ("compute", "Disk", "Microsoft.KeyVault/vaults"),
        ] {
            assert!(!confirms(module, name, kind), "{module}:{name} {kind}");
        }
    }
}

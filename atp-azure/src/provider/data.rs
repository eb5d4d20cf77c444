//! Which types hold data that goes with them.

/// Types of stores, by the beginning of their names: what is in them, and in their children, is lost with them.
const STORES: &[&str] = &[
    "Microsoft.Cache/redis",
    "Microsoft.ContainerRegistry/registries",
    "Microsoft.DocumentDB/databaseAccounts",
    "Microsoft.EventHub/namespaces",
    "Microsoft.KeyVault/managedHSMs",
    "Microsoft.KeyVault/vaults",
    "Microsoft.Monitor/accounts",
    "Microsoft.OperationalInsights/workspaces",
    "Microsoft.ServiceBus/namespaces",
    "Microsoft.Sql/servers",
    "Microsoft.Storage/storageAccounts",
    // Deleting a group deletes whatever anybody put into it.
    "Microsoft.Resources/resourceGroups",
];

/// Types below those that are settings.
const SETTINGS: &[&str] = &[
    "/accessPolicies",
    "/administrators",
    "/authorizationRules",
    "/firewallRules",
    "/managementPolicies",
    "/networkRuleSets",
    "/privateEndpointConnections",
    "/virtualNetworkRules",
];

/// Whether deleting an instance of a type loses data.
pub(super) fn holds_data(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    let is_store = STORES
        .iter()
        .map(|store| store.to_ascii_lowercase())
        .any(|store| kind.strip_prefix(&store).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    is_store && !SETTINGS.iter().any(|setting| kind.ends_with(&setting.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::holds_data;

    #[test]
    fn stores_and_what_is_in_them_hold_data_and_settings_do_not() {
        for kind in ["Microsoft.KeyVault/vaults", "microsoft.storage/storageaccounts/blobServices/containers"]
        {
            assert!(holds_data(kind), "{kind}");
        }
        for kind in [
            "Microsoft.Network/virtualNetworks",
            "Microsoft.Sql/servers/firewallRules",
            "Microsoft.Sql/serversX",
        ] {
            assert!(!holds_data(kind), "{kind}");
        }
    }
}

//! What keeps data, and what goes on when a zone is lost.

use super::must::{Must, Wanted, check};
use super::{Problems, Stack};
use crate::helpers::Tier;

/// Types that hold what cannot be made again.
const DATA: &[&str] = &[
    "Microsoft.DocumentDB/databaseAccounts",
    "Microsoft.KeyVault/managedHSMs",
    "Microsoft.KeyVault/vaults",
    "Microsoft.OperationalInsights/workspaces",
    "Microsoft.ServiceBus/namespaces",
    "Microsoft.Sql/servers",
    "Microsoft.Sql/servers/databases",
    "Microsoft.Storage/storageAccounts",
];

pub(super) fn protected(stack: &Stack<'_>, problems: &mut Problems<'_>) {
    if !stack.expectations.protect {
        return;
    }
    for resource in DATA.iter().flat_map(|kind| stack.of_type(kind)) {
        if !resource.is_protected() {
            problems.add(resource, "can be deleted or replaced by a plan");
        }
    }
}

pub(super) fn locked(stack: &Stack<'_>, problems: &mut Problems<'_>) {
    if !stack.expectations.locks {
        return;
    }
    for resource in DATA.iter().flat_map(|kind| stack.of_type(kind)) {
        if !stack.stands_around("Microsoft.Authorization/locks", resource) {
            problems.add(resource, "has no lock, and neither has what it is in");
        }
    }
}

pub(super) fn zones(stack: &Stack<'_>, problems: &mut Problems<'_>) {
    if stack.expectations.tier != Tier::Large {
        return;
    }
    let replicated = &["Standard_ZRS", "Standard_GZRS", "Standard_RAGZRS", "Premium_ZRS"];
    let cluster = "Microsoft.ContainerService/managedClusters";
    let table = [
        Must::new("Microsoft.Storage/storageAccounts", "sku/name", Wanted::Is(replicated)),
        Must::new("Microsoft.Sql/servers/elasticPools", "properties/zoneRedundant", Wanted::Yes),
        Must::new("Microsoft.ServiceBus/namespaces", "sku/name", Wanted::Is(&["Premium"])),
        Must::new(
            "Microsoft.DocumentDB/databaseAccounts",
            "properties/locations/*/isZoneRedundant",
            Wanted::Yes,
        ),
        Must::new(
            "Microsoft.ContainerRegistry/registries",
            "properties/zoneRedundancy",
            Wanted::Is(&["Enabled"]),
        ),
        Must::new(cluster, "properties/agentPoolProfiles/*/availabilityZones", Wanted::Given),
        Must::new(
            "Microsoft.ContainerService/managedClusters/agentPools",
            "properties/availabilityZones",
            Wanted::Given,
        ),
        Must::new("Microsoft.Network/applicationGateways", "zones", Wanted::Given),
        Must::new("Microsoft.Network/natGateways", "zones", Wanted::Given),
        Must::new("Microsoft.Network/publicIPAddresses", "zones", Wanted::Given),
        Must::new("Microsoft.Network/publicIPPrefixes", "zones", Wanted::Given),
    ];
    check(&table, stack, |_| false, problems);
    // A database in a pool stands where the pool does.
    for database in stack.of_type("Microsoft.Sql/servers/databases") {
        let redundant = database.find("properties/zoneRedundant") == Some(&atp_iac::Value::Bool(true));
        if database.find("properties/elasticPoolId").is_none() && !redundant {
            problems.add(database, "stands in one zone only");
        }
    }
}

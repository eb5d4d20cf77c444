//! Which properties hold the id of which type.

use super::{IDENTITY, NETWORK, PUBLIC_IP, SUBNET, ZONE};

/// The id of a resource of any type.
pub const ANY: &str = "*";
/// No id, whatever the name looks like.
const NONE: &str = "";

const ACTION_GROUP: &str = "Microsoft.Insights/actionGroups";
const APPLICATION_SECURITY_GROUP: &str = "Microsoft.Network/applicationSecurityGroups";
const COLLECTION_ENDPOINT: &str = "Microsoft.Insights/dataCollectionEndpoints";
const COLLECTION_RULE: &str = "Microsoft.Insights/dataCollectionRules";
const FIREWALL_POLICY: &str = "Microsoft.Network/firewallPolicies";
const METRICS_ACCOUNT: &str = "Microsoft.Monitor/accounts";
const PUBLIC_IP_PREFIX: &str = "Microsoft.Network/publicIPPrefixes";
const ROLE_DEFINITION: &str = "Microsoft.Authorization/roleDefinitions";
const SQL_DATABASE: &str = "Microsoft.Sql/servers/databases";
const STORAGE: &str = "Microsoft.Storage/storageAccounts";
const TRAFFIC_MANAGER: &str = "Microsoft.Network/trafficmanagerprofiles";
const VAULT: &str = "Microsoft.KeyVault/vaults";
const WORKSPACE: &str = "Microsoft.OperationalInsights/workspaces";

/// The namespaces, by module, such that a typed id names a type of the same or an earlier one. An id of a later one is
/// an id of anything: otherwise using one namespace would mean compiling nearly all of them.
pub const ORDER: &[&str] = &[
    "resources",
    "management",
    "managed_identity",
    "network",
    "operational_insights",
    "storage",
    "key_vault",
    "monitor",
    "authorization",
    "insights",
    "container_registry",
];

/// Properties of one type: type, path, type that the id names. They go before [`NAMED`].
#[rustfmt::skip]
const OWN: &[(&str, &str, &str)] = &[
    ("Microsoft.AlertsManagement/smartDetectorAlertRules", "properties.actionGroups.groupIds[]", ACTION_GROUP),
    ("Microsoft.AlertsManagement/smartDetectorAlertRules", "properties.scope[]", ANY),
    ("Microsoft.Authorization/roleAssignments", "properties.roleDefinitionId", ROLE_DEFINITION),
    ("Microsoft.Authorization/roleAssignmentScheduleRequests", "properties.roleDefinitionId", ROLE_DEFINITION),
    ("Microsoft.Authorization/roleEligibilityScheduleRequests", "properties.roleDefinitionId", ROLE_DEFINITION),
    ("Microsoft.Cache/redis/linkedServers", "properties.linkedRedisCacheId", "Microsoft.Cache/redis"),
    ("Microsoft.ContainerRegistry/registries/cacheRules", "properties.credentialSetResourceId", "Microsoft.ContainerRegistry/registries/credentialSets"),
    ("Microsoft.ContainerRegistry/registries/connectedRegistries", "properties.parent.id", ANY),
    ("Microsoft.ContainerService/managedClusters", "properties.identityProfile.*.resourceId", IDENTITY),
    ("Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments", "properties.roleDefinitionId", "Microsoft.DocumentDB/databaseAccounts/sqlRoleDefinitions"),
    ("Microsoft.Insights/actionGroups", "properties.itsmReceivers[].workspaceId", NONE),
    ("Microsoft.Insights/actionGroups", "properties.azureFunctionReceivers[].functionAppResourceId", ANY),
    ("Microsoft.Insights/diagnosticSettings", "properties.workspaceId", WORKSPACE),
    ("Microsoft.Insights/workbooks", "properties.sourceId", NONE),
    ("Microsoft.Management/managementGroups", "properties.details.parent.id", "Microsoft.Management/managementGroups"),
    ("Microsoft.Network/applicationGateways", "properties.firewallPolicy.id", "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies"),
    ("Microsoft.Network/azureFirewalls", "properties.firewallPolicy.id", FIREWALL_POLICY),
    ("Microsoft.Network/networkInterfaces", "properties.networkSecurityGroup.id", "Microsoft.Network/networkSecurityGroups"),
    ("Microsoft.Network/privateEndpoints", "properties.manualPrivateLinkServiceConnections[].properties.privateLinkServiceId", ANY),
    ("Microsoft.Network/privateEndpoints", "properties.privateLinkServiceConnections[].properties.privateLinkServiceId", ANY),
    ("Microsoft.Sql/servers/failoverGroups", "properties.partnerServers[].id", "Microsoft.Sql/servers"),
];

/// Properties by the end of their path, in every type: end, type that the id names.
#[rustfmt::skip]
const NAMED: &[(&str, &str)] = &[
    ("WorkspaceResourceId", WORKSPACE),
    ("accountResourceId", METRICS_ACCOUNT),
    ("actionGroupId", ACTION_GROUP),
    ("actionGroupIds[]", ACTION_GROUP),
    ("applicationSecurityGroups[].id", APPLICATION_SECURITY_GROUP),
    ("automationAccountId", ANY),
    ("azureMonitorWorkspaceResourceId", METRICS_ACCOUNT),
    ("basePolicy.id", FIREWALL_POLICY),
    ("capacityReservationGroupID", ANY),
    ("clusterResourceId", "Microsoft.OperationalInsights/clusters"),
    ("componentId", "Microsoft.Insights/components"),
    ("containerRegistryId", "Microsoft.ContainerRegistry/registries"),
    ("customIPPrefix.id", ANY),
    ("dataCollectionEndpointId", COLLECTION_ENDPOINT),
    ("dataCollectionRuleId", COLLECTION_RULE),
    ("ddosProtectionPlan.id", "Microsoft.Network/ddosProtectionPlans"),
    ("defaultDataCollectionRuleResourceId", COLLECTION_RULE),
    ("defaultWorkspaceId.id", WORKSPACE),
    ("delegatedManagedIdentityResourceId", IDENTITY),
    ("destinationApplicationSecurityGroups[].id", APPLICATION_SECURITY_GROUP),
    ("diskEncryptionSetID", ANY),
    ("elasticPoolId", "Microsoft.Sql/servers/elasticPools"),
    ("encryption.identity.userAssignedIdentity", IDENTITY),
    ("eventHubAuthorizationRuleId", ANY),
    ("eventHubResourceId", ANY),
    ("hostGroupID", ANY),
    ("keyVault.id", VAULT),
    ("keyVaultResourceId", VAULT),
    ("linkedPublicIPAddress.id", PUBLIC_IP),
    ("linkedResourceId", ANY),
    ("logAnalyticsWorkspaceResourceId", WORKSPACE),
    ("logicAppResourceId", ANY),
    ("marketplacePartnerId", ANY),
    ("natGateway.id", "Microsoft.Network/natGateways"),
    ("networkSecurityGroup.id", "Microsoft.Network/networkSecurityGroups"),
    ("nodePublicIPPrefixID", PUBLIC_IP_PREFIX),
    ("nodeSubnetID", SUBNET),
    ("notScopes[]", ANY),
    ("podSubnetID", SUBNET),
    ("policyAssignmentId", "Microsoft.Authorization/policyAssignments"),
    ("policyDefinitionId", ANY),
    ("primaryUserAssignedIdentityId", IDENTITY),
    ("privateDnsZoneId", ZONE),
    ("privateEndpoint.id", "Microsoft.Network/privateEndpoints"),
    ("privateLinkService.id", "Microsoft.Network/privateLinkServices"),
    ("proximityPlacementGroupID", ANY),
    ("publicIPAddress.id", PUBLIC_IP),
    ("publicIPPrefix.id", PUBLIC_IP_PREFIX),
    ("publicIPPrefixes[].id", PUBLIC_IP_PREFIX),
    ("publicIPs[].id", PUBLIC_IP),
    ("publicIpAddresses[].id", PUBLIC_IP),
    ("publicIpAddressesV6[].id", PUBLIC_IP),
    ("publicIpPrefixes[].id", PUBLIC_IP_PREFIX),
    ("publicIpPrefixesV6[].id", PUBLIC_IP_PREFIX),
    ("registrationVirtualNetworks[].id", NETWORK),
    ("remoteVirtualNetwork.id", NETWORK),
    ("resolutionVirtualNetworks[].id", NETWORK),
    ("resourceAccessRules[].resourceId", ANY),
    ("routeTable.id", "Microsoft.Network/routeTables"),
    ("scanResultsEventGridTopicResourceId", ANY),
    ("scopeMapId", "Microsoft.ContainerRegistry/registries/scopeMaps"),
    ("scopes[]", ANY),
    ("serviceBusRuleId", ANY),
    ("servicePublicIPAddress.id", PUBLIC_IP),
    ("sourceApplicationSecurityGroups[].id", APPLICATION_SECURITY_GROUP),
    ("sourceDatabaseId", SQL_DATABASE),
    ("sourceVirtualNetwork.id", NETWORK),
    ("storageAccountId", STORAGE),
    ("storageAccountIds[]", STORAGE),
    ("storageAccountResourceId", STORAGE),
    ("storageId", STORAGE),
    ("subnet.id", SUBNET),
    ("subnetId", SUBNET),
    ("systemNodeSubnetID", SUBNET),
    ("targetResource.id", ANY),
    ("targetResourceId", ANY),
    ("trafficManagementProfile.id", TRAFFIC_MANAGER),
    ("virtualHub.id", ANY),
    ("virtualNetwork.id", NETWORK),
    ("virtualNetworkRules[].id", SUBNET),
    ("virtualNetworkSubnetId", SUBNET),
    ("vnetSubnetID", SUBNET),
    ("webTestId", "Microsoft.Insights/webtests"),
    ("workspaceId.id", WORKSPACE),
    ("workspaceResourceId", WORKSPACE),
    ("writeAccessResourceId", ANY),
];

/// The type that an id at a path names.
pub fn reference(kind: &str, path: &str) -> Option<&'static str> {
    let own = OWN.iter().find(|(owner, at, _)| *owner == kind && *at == path).map(|(_, _, target)| *target);
    let named = || {
        NAMED.iter().find_map(|(end, target)| {
            let before = path.strip_suffix(end)?;
            (before.is_empty() || before.ends_with('.')).then_some(*target)
        })
    };
    own.or_else(named).filter(|target| *target != NONE)
}

/// Type and path of the ids that are listed by type.
#[cfg(test)]
pub fn own_references() -> impl Iterator<Item = (&'static str, &'static str)> {
    OWN.iter().map(|(kind, path, _)| (*kind, *path))
}

/// Whether code of one module may name types of another.
pub fn may_name(module: &str, other: &str) -> bool {
    let place = |module: &str| ORDER.iter().position(|name| *name == module).unwrap_or(ORDER.len());
    module == other || place(other) < place(module)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_known_by_type_and_path_and_else_by_the_end_of_the_path() {
        assert_eq!(
            reference("Microsoft.KeyVault/vaults", "properties.networkAcls.virtualNetworkRules[].id"),
            Some(SUBNET)
        );
        assert_eq!(
            reference("Microsoft.Insights/diagnosticSettings", "properties.workspaceId"),
            Some(WORKSPACE)
        );
        assert_eq!(reference("Microsoft.Network/networkWatchers/flowLogs", "properties.workspaceId"), None);
        assert_eq!(reference("Microsoft.Cache/redis", "properties.mysubnetId"), None);
    }

    #[test]
    fn ids_name_what_is_the_same_or_earlier() {
        assert!(
            may_name("storage", "network") && may_name("storage", "storage") && may_name("sql", "network")
        );
        assert!(!may_name("network", "storage") && !may_name("sql", "service_bus"));
    }
}

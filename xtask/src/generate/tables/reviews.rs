//! Decisions on hints that a change needs a new resource.
//!
//! What the service's own specification says holds by itself; what only terraform-provider-azurerm says is decided
//! here, one by one. Where both sources agree and a replacement would still be wrong, a line here says so too: a
//! property that tells how something is to be made (a mode, a source to restore from) does not describe what is there,
//! and must not destroy it later.

const AGENT_POOL: &str = "Microsoft.ContainerService/managedClusters/agentPools";
const CACHE: &str = "Microsoft.Cache/redis";
const CLUSTER: &str = "Microsoft.ContainerService/managedClusters";
const CONTAINER: &str = "Microsoft.Storage/storageAccounts/blobServices/containers";
const COSMOS: &str = "Microsoft.DocumentDB/databaseAccounts";
const COSMOS_CONTAINER: &str = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers";
const ENDPOINT: &str = "Microsoft.Network/privateEndpoints";
const EXTENSION: &str = "Microsoft.KubernetesConfiguration/extensions";
const HSM: &str = "Microsoft.KeyVault/managedHSMs";
const LOCK: &str = "Microsoft.Authorization/locks";
const NAT_GATEWAY: &str = "Microsoft.Network/natGateways";
const NETWORK: &str = "Microsoft.Network/virtualNetworks";
const PEERING: &str = "Microsoft.Network/virtualNetworks/virtualNetworkPeerings";
const PUBLIC_IP: &str = "Microsoft.Network/publicIPAddresses";
const PUBLIC_IP_PREFIX: &str = "Microsoft.Network/publicIPPrefixes";
const ROLE_ASSIGNMENT: &str = "Microsoft.Authorization/roleAssignments";
const ROLE_ELIGIBILITY: &str = "Microsoft.Authorization/roleEligibilityScheduleRequests";
const ROLE_SCHEDULE: &str = "Microsoft.Authorization/roleAssignmentScheduleRequests";
const SAVED_SEARCH: &str = "Microsoft.OperationalInsights/workspaces/savedSearches";
const SERVICE_BUS_QUEUE: &str = "Microsoft.ServiceBus/namespaces/queues";
const SERVICE_BUS_SUBSCRIPTION: &str = "Microsoft.ServiceBus/namespaces/topics/subscriptions";
const SQL_DATABASE: &str = "Microsoft.Sql/servers/databases";
const SQL_SERVER: &str = "Microsoft.Sql/servers";
const STORAGE: &str = "Microsoft.Storage/storageAccounts";
const VAULT_KEY: &str = "Microsoft.KeyVault/vaults/keys";

/// Properties that no source calls fixed, because terraform-provider-azurerm replaces a pool behind its back, by a second
/// one with a name of its own. The service refuses to change them.
pub const FIXED: &[(&str, &str)] = &[
    (AGENT_POOL, "properties.availabilityZones"),
    (AGENT_POOL, "properties.enableEncryptionAtHost"),
    (AGENT_POOL, "properties.enableNodePublicIP"),
    (AGENT_POOL, "properties.enableUltraSSD"),
    (AGENT_POOL, "properties.kubeletConfig"),
    (AGENT_POOL, "properties.kubeletDiskType"),
    (AGENT_POOL, "properties.linuxOSConfig"),
    (AGENT_POOL, "properties.maxPods"),
    (AGENT_POOL, "properties.osDiskSizeGB"),
    (AGENT_POOL, "properties.osDiskType"),
    (AGENT_POOL, "properties.podSubnetID"),
    (AGENT_POOL, "properties.vmSize"),
    (AGENT_POOL, "properties.vnetSubnetID"),
];

/// Whether a hint is true of the service.
#[derive(Debug)]
pub struct Review {
    /// Namespace and type.
    pub kind: &'static str,
    /// The property.
    pub path: &'static str,
    /// Whether its change needs a new resource.
    pub create_only: bool,
    /// Why, in a few words.
    #[expect(dead_code, reason = "kept for the reader of the table")]
    pub reason: &'static str,
}

const fn yes(kind: &'static str, path: &'static str, reason: &'static str) -> Review {
    Review { kind, path, create_only: true, reason }
}
const fn no(kind: &'static str, path: &'static str, reason: &'static str) -> Review {
    Review { kind, path, create_only: false, reason }
}

const HOW_MADE: &str = "tells how it is made, not what it is: nothing is destroyed for it later";
const PLACEMENT: &str = "placement is fixed";
const ZONES: &str = "zones are fixed at creation";
const CREATION: &str = "fixed at creation";
const IDENTITY_IN_PLACE: &str = "identities are added and removed in place";
const REQUEST: &str = "a request is made once; another one is another request";

/// The reviewed hints.
#[rustfmt::skip]
pub const REVIEWS: &[Review] = &[
    yes("Microsoft.Authorization/policyAssignments", "properties.policyDefinitionId", "an assignment is of one definition"),
    yes("Microsoft.Authorization/policyDefinitions", "properties.policyType", CREATION),
    yes("Microsoft.Authorization/policyExemptions", "properties.policyAssignmentId", "an exemption is from one assignment"),
    yes("Microsoft.Authorization/policySetDefinitions", "properties.policyType", CREATION),
    yes(ROLE_ASSIGNMENT, "properties.delegatedManagedIdentityResourceId", "RoleAssignmentUpdateNotPermitted"),
    yes(ROLE_ASSIGNMENT, "properties.principalId", "RoleAssignmentUpdateNotPermitted"),
    no(ROLE_ASSIGNMENT, "properties.principalType", "follows from principalId; the service fills it in"),
    yes(ROLE_ASSIGNMENT, "properties.roleDefinitionId", "RoleAssignmentUpdateNotPermitted"),
    yes(ROLE_SCHEDULE, "properties.justification", REQUEST),
    yes(ROLE_SCHEDULE, "properties.principalId", REQUEST),
    yes(ROLE_SCHEDULE, "properties.roleDefinitionId", REQUEST),
    yes(ROLE_SCHEDULE, "properties.scheduleInfo.expiration.endDateTime", REQUEST),
    yes(ROLE_SCHEDULE, "properties.scheduleInfo.startDateTime", REQUEST),
    yes(ROLE_ELIGIBILITY, "properties.condition", REQUEST),
    yes(ROLE_ELIGIBILITY, "properties.conditionVersion", REQUEST),
    yes(ROLE_ELIGIBILITY, "properties.justification", REQUEST),
    yes(ROLE_ELIGIBILITY, "properties.principalId", REQUEST),
    yes(ROLE_ELIGIBILITY, "properties.roleDefinitionId", REQUEST),
    yes(ROLE_ELIGIBILITY, "properties.scheduleInfo.expiration.endDateTime", REQUEST),
    yes(ROLE_ELIGIBILITY, "properties.scheduleInfo.startDateTime", REQUEST),
    no(LOCK, "properties.level", "PUT replaces the whole lock"),
    no(LOCK, "properties.notes", "PUT replaces the whole lock"),
    yes(CACHE, "properties.staticIP", "the address is taken at creation"),
    yes(CACHE, "properties.subnetId", "a cache cannot move between subnets"),
    yes(CACHE, "zones", ZONES),
    yes("Microsoft.Cache/redis/accessPolicyAssignments", "properties.accessPolicyName", "an assignment is of one policy"),
    yes("Microsoft.Cache/redis/accessPolicyAssignments", "properties.objectId", "an assignment is to one identity"),
    no("Microsoft.Cache/redis/accessPolicyAssignments", "properties.objectIdAlias", "a label; PUT replaces it"),
    yes("Microsoft.Cache/redis/linkedServers", "properties.linkedRedisCacheId", "a link is to one cache"),
    yes("Microsoft.Cache/redis/linkedServers", "properties.linkedRedisCacheLocation", "follows from the linked cache"),
    yes("Microsoft.Cache/redis/linkedServers", "properties.serverRole", "the role is fixed while linked"),
    yes("Microsoft.ContainerRegistry/registries", "properties.zoneRedundancy", CREATION),
    yes("Microsoft.ContainerRegistry/registries/credentialSets", "properties.loginServer", "credentials are for one server"),
    yes(CLUSTER, "extendedLocation", PLACEMENT),
    no(CLUSTER, "properties.agentPoolProfiles[].capacityReservationGroupID", "pools are replaced inside the cluster; the service refuses what it cannot change"),
    no(CLUSTER, "properties.agentPoolProfiles[].gpuInstanceProfile", "a pool's setting: no reason to replace the whole cluster"),
    no(CLUSTER, "properties.agentPoolProfiles[].gpuProfile.driver", "a pool's setting: no reason to replace the whole cluster"),
    no(CLUSTER, "properties.agentPoolProfiles[].hostGroupID", "a pool's setting: no reason to replace the whole cluster"),
    no(CLUSTER, "properties.agentPoolProfiles[].nodePublicIPPrefixID", "a pool's setting: no reason to replace the whole cluster"),
    no(CLUSTER, "properties.agentPoolProfiles[].proximityPlacementGroupID", "a pool's setting: no reason to replace the whole cluster"),
    yes(CLUSTER, "properties.apiServerAccessProfile.enablePrivateCluster", CREATION),
    yes(CLUSTER, "properties.apiServerAccessProfile.privateDNSZone", "the name of the API server is registered at creation"),
    yes(CLUSTER, "properties.diskEncryptionSetID", CREATION),
    yes(CLUSTER, "properties.dnsPrefix", "part of the name of the API server"),
    yes(CLUSTER, "properties.enableRBAC", CREATION),
    yes(CLUSTER, "properties.fqdnSubdomain", "part of the name of the API server"),
    no(CLUSTER, "properties.identityProfile", "the kubelet identity can be changed in place"),
    yes(CLUSTER, "properties.linuxProfile.adminUsername", "the user is made with the nodes"),
    no(CLUSTER, "properties.linuxProfile.ssh.publicKeys[].keyData", "keys can be updated in place"),
    yes(CLUSTER, "properties.networkProfile.dnsServiceIP", CREATION),
    yes(CLUSTER, "properties.networkProfile.ipFamilies", CREATION),
    no(CLUSTER, "properties.networkProfile.loadBalancerProfile", "outbound addresses and ports can be updated in place"),
    no(CLUSTER, "properties.networkProfile.loadBalancerSku", "Basic can be migrated to Standard in place; the service refuses the rest"),
    no(CLUSTER, "properties.networkProfile.natGatewayProfile", "outbound addresses can be updated in place"),
    yes(CLUSTER, "properties.networkProfile.networkMode", CREATION),
    yes(CLUSTER, "properties.networkProfile.serviceCidr", CREATION),
    yes(CLUSTER, "properties.networkProfile.serviceCidrs", CREATION),
    yes(CLUSTER, "properties.nodeResourceGroup", "the group of the nodes is named at creation"),
    yes(CLUSTER, "properties.windowsProfile.adminUsername", "the user is made with the nodes"),
    yes(AGENT_POOL, "properties.capacityReservationGroupID", CREATION),
    yes(AGENT_POOL, "properties.gpuInstanceProfile", CREATION),
    yes(AGENT_POOL, "properties.gpuProfile.driver", CREATION),
    yes(AGENT_POOL, "properties.hostGroupID", PLACEMENT),
    yes(AGENT_POOL, "properties.nodePublicIPPrefixID", CREATION),
    yes(AGENT_POOL, "properties.osType", CREATION),
    yes(AGENT_POOL, "properties.proximityPlacementGroupID", PLACEMENT),
    yes(AGENT_POOL, "properties.scaleSetEvictionPolicy", CREATION),
    yes(AGENT_POOL, "properties.scaleSetPriority", CREATION),
    yes(AGENT_POOL, "properties.spotMaxPrice", CREATION),
    no(AGENT_POOL, "properties.windowsProfile", "what is fixed in it is listed by itself"),
    yes(AGENT_POOL, "properties.windowsProfile.disableOutboundNat", CREATION),
    yes("Microsoft.ContainerService/managedClusters/trustedAccessRoleBindings", "properties.sourceResourceId", "a binding is of one source"),
    no("Microsoft.CostManagement/scheduledActions", "properties.viewId", "PUT replaces the action"),
    no("Microsoft.CostManagement/views", "properties.accumulated", "PUT replaces the view"),
    yes("Microsoft.Dashboard/grafana", "properties.zoneRedundancy", CREATION),
    no("Microsoft.Dashboard/grafana", "identity", IDENTITY_IN_PLACE),
    no("Microsoft.Dashboard/grafana", "sku", "Essential can be upgraded to Standard in place; the service refuses the rest"),
    no(COSMOS, "kind", "a change of the API is refused by the service; replacing an account loses its data"),
    no(COSMOS, "properties.createMode", HOW_MADE),
    no(COSMOS, "properties.enableFreeTier", "refused by the service; replacing an account loses its data"),
    no(COSMOS, "properties.keyVaultKeyUri", "customer-managed keys can be turned on and changed in place"),
    no(COSMOS, "properties.restoreParameters", HOW_MADE),
    no(COSMOS, "properties.restoreParameters.databasesToRestore", HOW_MADE),
    no(COSMOS, "properties.restoreParameters.databasesToRestore[].collectionNames", HOW_MADE),
    no(COSMOS, "properties.restoreParameters.gremlinDatabasesToRestore", HOW_MADE),
    no(COSMOS, "properties.restoreParameters.gremlinDatabasesToRestore[].graphNames", HOW_MADE),
    no(COSMOS, "properties.restoreParameters.restoreSource", HOW_MADE),
    no(COSMOS, "properties.restoreParameters.restoreTimestampInUtc", HOW_MADE),
    no(COSMOS, "properties.restoreParameters.tablesToRestore", HOW_MADE),
    yes(COSMOS_CONTAINER, "properties.resource.partitionKey.kind", "data is laid out by it"),
    yes(COSMOS_CONTAINER, "properties.resource.partitionKey.paths", "data is laid out by it"),
    yes(COSMOS_CONTAINER, "properties.resource.uniqueKeyPolicy.uniqueKeys", CREATION),
    yes(COSMOS_CONTAINER, "properties.resource.uniqueKeyPolicy.uniqueKeys[].paths", CREATION),
    yes("Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments", "properties.principalId", "an assignment is to one principal"),
    yes("Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments", "properties.scope", "an assignment is at one scope"),
    yes("Microsoft.DocumentDB/databaseAccounts/sqlRoleDefinitions", "properties.type", CREATION),
    yes("Microsoft.EventGrid/systemTopics", "properties.topicType", "a topic is of one source"),
    no("Microsoft.EventHub/namespaces/eventhubs", "properties.retentionDescription.cleanupPolicy", "refused by the service; replacing a hub loses its events"),
    yes("Microsoft.Insights/privateLinkScopes/scopedResources", "properties.linkedResourceId", "a link is to one resource"),
    no("Microsoft.Insights/scheduledQueryRules", "properties.scopes", "PUT replaces the rule"),
    no("Microsoft.Insights/workbooks", "identity", IDENTITY_IN_PLACE),
    no("Microsoft.Insights/workbooks", "identity.type", IDENTITY_IN_PLACE),
    yes("Microsoft.Insights/workbooks", "properties.storageUri", CREATION),
    no(HSM, "properties.enablePurgeProtection", "can be turned on in place and never off; replacing an HSM loses its keys"),
    no(HSM, "properties.initialAdminObjectIds", HOW_MADE),
    no(HSM, "properties.softDeleteRetentionInDays", "refused by the service; replacing an HSM loses its keys"),
    yes(HSM, "properties.tenantId", "an HSM belongs to one tenant"),
    yes(HSM, "sku.name", "the SKU of an HSM is fixed"),
    yes("Microsoft.KeyVault/managedHSMs/keys", "properties.keySize", "a key has its size for good"),
    no("Microsoft.KeyVault/vaults/accessPolicies", "properties.accessPolicies[].applicationId", "an entry of a list that the service adds to and removes from"),
    no("Microsoft.KeyVault/vaults/accessPolicies", "properties.accessPolicies[].objectId", "an entry of a list that the service adds to and removes from"),
    no("Microsoft.KeyVault/vaults/accessPolicies", "properties.accessPolicies[].tenantId", "an entry of a list that the service adds to and removes from"),
    yes(VAULT_KEY, "properties.curveName", "a key has its curve for good"),
    yes(VAULT_KEY, "properties.keySize", "a key has its size for good"),
    yes(VAULT_KEY, "properties.kty", "a key has its type for good"),
    no(VAULT_KEY, "properties.release_policy", "a mutable policy can change in place; the service refuses the rest"),
    yes(EXTENSION, "plan", "an extension is of one offer"),
    yes(EXTENSION, "plan.product", "an extension is of one offer"),
    yes(EXTENSION, "plan.promotionCode", "an extension is of one offer"),
    yes(EXTENSION, "plan.publisher", "an extension is of one offer"),
    no(EXTENSION, "plan.version", "a version can change in place"),
    yes(EXTENSION, "properties.extensionType", "an extension is of one type"),
    no(EXTENSION, "properties.releaseTrain", "can be changed by PATCH and PUT"),
    yes(EXTENSION, "properties.scope.cluster.releaseNamespace", CREATION),
    yes(EXTENSION, "properties.scope.namespace.targetNamespace", CREATION),
    no("Microsoft.Network/applicationGateways", "zones", "zones can be added in place since 2024; the service refuses the rest"),
    yes("Microsoft.Network/azureFirewalls", "properties.ipConfigurations[].properties.subnet", "a firewall cannot move between subnets"),
    yes("Microsoft.Network/azureFirewalls", "properties.managementIpConfiguration.properties.subnet", "a firewall cannot move between subnets"),
    yes("Microsoft.Network/azureFirewalls", "properties.sku.name", "AZFW_VNet and AZFW_Hub are different things"),
    no("Microsoft.Network/azureFirewalls", "zones", "can be changed while the firewall is stopped; the service refuses the rest"),
    no("Microsoft.Network/bastionHosts", "properties.ipConfigurations", "what is fixed in it is listed by itself"),
    yes("Microsoft.Network/bastionHosts", "properties.ipConfigurations[].properties.publicIPAddress", "the address is taken at creation"),
    yes("Microsoft.Network/bastionHosts", "properties.ipConfigurations[].properties.subnet", "a host cannot move between subnets"),
    yes("Microsoft.Network/bastionHosts", "properties.virtualNetwork", "a host is in one network"),
    yes("Microsoft.Network/bastionHosts", "zones", ZONES),
    no("Microsoft.Network/firewallPolicies", "properties.sku.tier", "can be upgraded in place; the service refuses the rest"),
    no("Microsoft.Network/FrontDoorWebApplicationFirewallPolicies", "sku", "can be upgraded in place; the service refuses the rest"),
    yes("Microsoft.Network/loadBalancers", "sku", "the SKU of a load balancer is fixed"),
    yes(NAT_GATEWAY, "sku.name", "the SKU of a gateway is fixed"),
    yes(NAT_GATEWAY, "zones", ZONES),
    yes("Microsoft.Network/privateDnsZones/virtualNetworkLinks", "properties.virtualNetwork", "a link is to one network"),
    yes(ENDPOINT, "extendedLocation", PLACEMENT),
    yes(ENDPOINT, "properties.customNetworkInterfaceName", "the interface is made with the endpoint"),
    yes(ENDPOINT, "properties.ipConfigurations[].properties.memberName", "identifies the configuration"),
    yes(ENDPOINT, "properties.ipConfigurations[].properties.privateIPAddress", "the address is taken at creation"),
    no(ENDPOINT, "properties.manualPrivateLinkServiceConnections", "request messages can be updated in place; the target is listed by itself"),
    no(ENDPOINT, "properties.privateLinkServiceConnections", "request messages can be updated in place; the target is listed by itself"),
    yes(ENDPOINT, "properties.privateLinkServiceConnections[].properties.groupIds", "the connection is to one sub-resource"),
    yes(ENDPOINT, "properties.privateLinkServiceConnections[].properties.privateLinkServiceId", "the connection is to one target"),
    yes(ENDPOINT, "properties.subnet", "the interface cannot move to another subnet"),
    yes(PUBLIC_IP, "extendedLocation", PLACEMENT),
    yes(PUBLIC_IP, "properties.ipTags", "tags are bound when the address is allocated"),
    yes(PUBLIC_IP, "properties.publicIPAddressVersion", "PublicIPAddressVersion cannot change"),
    yes(PUBLIC_IP, "properties.publicIPPrefix", "the address is allocated from the prefix"),
    no(PUBLIC_IP, "sku.name", "Basic can be upgraded to Standard in place; the service refuses the rest"),
    yes(PUBLIC_IP, "sku.tier", "the tier is fixed"),
    yes(PUBLIC_IP, "zones", ZONES),
    yes(PUBLIC_IP_PREFIX, "properties.customIPPrefix", "the prefix is allocated from it"),
    yes(PUBLIC_IP_PREFIX, "properties.prefixLength", "the prefix is allocated with its length"),
    yes(PUBLIC_IP_PREFIX, "properties.publicIPAddressVersion", CREATION),
    yes(PUBLIC_IP_PREFIX, "sku.name", "the SKU is fixed"),
    yes(PUBLIC_IP_PREFIX, "sku.tier", "the tier is fixed"),
    yes(PUBLIC_IP_PREFIX, "zones", ZONES),
    yes("Microsoft.Network/trafficmanagerprofiles", "properties.dnsConfig.relativeName", "the name of the profile in DNS"),
    no("Microsoft.Network/trafficmanagerprofiles/AzureEndpoints", "properties.subnets", "PUT replaces them"),
    no("Microsoft.Network/trafficmanagerprofiles/ExternalEndpoints", "properties.subnets", "PUT replaces them"),
    no("Microsoft.Network/trafficmanagerprofiles/NestedEndpoints", "properties.subnets", "PUT replaces them"),
    yes(NETWORK, "extendedLocation", PLACEMENT),
    yes(PEERING, "properties.enableOnlyIPv6Peering", CREATION),
    yes(PEERING, "properties.peerCompleteVnets", CREATION),
    yes(PEERING, "properties.remoteVirtualNetwork", "a peering is to one network"),
    no("Microsoft.OperationalInsights/clusters", "identity", IDENTITY_IN_PLACE),
    no(SAVED_SEARCH, "properties.category", "PUT replaces the search"),
    no(SAVED_SEARCH, "properties.displayName", "PUT replaces the search"),
    no(SAVED_SEARCH, "properties.functionAlias", "PUT replaces the search"),
    no(SAVED_SEARCH, "properties.functionParameters", "PUT replaces the search"),
    no(SAVED_SEARCH, "properties.query", "PUT replaces the search"),
    no(SAVED_SEARCH, "properties.tags", "PUT replaces the search"),
    yes("Microsoft.OperationsManagement/solutions", "plan.product", "a solution is of one product"),
    yes("Microsoft.OperationsManagement/solutions", "plan.promotionCode", "a solution is of one offer"),
    yes("Microsoft.OperationsManagement/solutions", "plan.publisher", "a solution is of one publisher"),
    yes("Microsoft.OperationsManagement/solutions", "properties.workspaceResourceId", "a solution is in one workspace"),
    no("Microsoft.Security/pricings", "properties.subPlan", "PUT replaces the plan"),
    yes("Microsoft.SecurityInsights/onboardingStates", "properties.customerManagedKey", CREATION),
    yes("Microsoft.ServiceBus/namespaces", "properties.encryption.requireInfrastructureEncryption", CREATION),
    yes("Microsoft.ServiceBus/namespaces", "properties.premiumMessagingPartitions", CREATION),
    yes(SERVICE_BUS_QUEUE, "properties.enablePartitioning", CREATION),
    yes(SERVICE_BUS_QUEUE, "properties.requiresDuplicateDetection", CREATION),
    yes(SERVICE_BUS_QUEUE, "properties.requiresSession", CREATION),
    yes("Microsoft.ServiceBus/namespaces/topics", "properties.enablePartitioning", CREATION),
    yes("Microsoft.ServiceBus/namespaces/topics", "properties.requiresDuplicateDetection", CREATION),
    yes(SERVICE_BUS_SUBSCRIPTION, "properties.clientAffineProperties.clientId", CREATION),
    yes(SERVICE_BUS_SUBSCRIPTION, "properties.clientAffineProperties.isShared", CREATION),
    yes(SERVICE_BUS_SUBSCRIPTION, "properties.requiresSession", CREATION),
    no(SQL_SERVER, "properties.administrators", "set at creation, later through the administrators of the server; replacing a server loses its databases"),
    no(SQL_SERVER, "properties.createMode", HOW_MADE),
    yes(SQL_SERVER, "properties.version", CREATION),
    no(SQL_DATABASE, "identity", IDENTITY_IN_PLACE),
    no(SQL_DATABASE, "properties.createMode", HOW_MADE),
    yes(SQL_DATABASE, "properties.isLedgerOn", CREATION),
    no(SQL_DATABASE, "properties.longTermRetentionBackupResourceId", HOW_MADE),
    no(SQL_DATABASE, "properties.recoverableDatabaseId", HOW_MADE),
    no(SQL_DATABASE, "properties.recoveryServicesRecoveryPointId", HOW_MADE),
    no(SQL_DATABASE, "properties.restorableDroppedDatabaseId", HOW_MADE),
    no(SQL_DATABASE, "properties.restorePointInTime", HOW_MADE),
    no(SQL_DATABASE, "properties.sampleName", HOW_MADE),
    yes(SQL_DATABASE, "properties.secondaryType", "a geo replica and a named one are different things"),
    no(SQL_DATABASE, "properties.sourceDatabaseDeletionDate", HOW_MADE),
    no(SQL_DATABASE, "properties.sourceDatabaseId", HOW_MADE),
    no(SQL_DATABASE, "properties.sourceResourceId", HOW_MADE),
    yes(STORAGE, "extendedLocation", PLACEMENT),
    yes(STORAGE, "properties.dnsEndpointType", "the endpoints are made with the account"),
    yes(STORAGE, "properties.encryption.requireInfrastructureEncryption", CREATION),
    no(STORAGE, "properties.immutableStorageWithVersioning", "only whether there is any is fixed; retention is changed and locked in place"),
    yes(STORAGE, "properties.immutableStorageWithVersioning.enabled", "account-level immutability is fixed at creation"),
    no(STORAGE, "properties.isHnsEnabled", "can be turned on by a migration; replacing an account loses data, so the service is to refuse"),
    yes(STORAGE, "properties.isNfsV3Enabled", CREATION),
    no(STORAGE, "sku.name", "replication can change in place; the service refuses Standard to Premium"),
    yes(CONTAINER, "properties.defaultEncryptionScope", CREATION),
    yes(CONTAINER, "properties.denyEncryptionScopeOverride", CREATION),
    yes("Microsoft.Storage/storageAccounts/objectReplicationPolicies", "properties.destinationAccount", "a policy is between two accounts"),
    yes("Microsoft.Storage/storageAccounts/objectReplicationPolicies", "properties.sourceAccount", "a policy is between two accounts"),
];

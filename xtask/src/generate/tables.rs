//! Every decision of the generator that a person made. Paths are dotted and start at the body.

/// One type to generate.
#[derive(Debug)]
pub struct Entry {
    /// Namespace and type.
    pub kind: &'static str,
    /// The name of the structure in Rust; the module follows from the namespace.
    pub name: &'static str,
    /// The file of facts.
    pub file: &'static str,
}

const fn entry(kind: &'static str, name: &'static str, file: &'static str) -> Entry {
    Entry { kind, name, file }
}

/// The types that are generated.
#[rustfmt::skip]
pub const TYPES: &[Entry] = &[
    entry("Microsoft.Authorization/locks", "ManagementLock", "Microsoft.Authorization/locks.json"),
    entry("Microsoft.Authorization/roleAssignments", "RoleAssignment", "Microsoft.Authorization/roleAssignments.json"),
    entry("Microsoft.Authorization/roleDefinitions", "RoleDefinition", "Microsoft.Authorization/roleDefinitions.json"),
    entry("Microsoft.Insights/diagnosticSettings", "DiagnosticSetting", "Microsoft.Insights/diagnosticSettings@preview.json"),
    entry("Microsoft.KeyVault/vaults", "Vault", "Microsoft.KeyVault/vaults.json"),
    entry("Microsoft.ManagedIdentity/userAssignedIdentities", "UserAssignedIdentity", "Microsoft.ManagedIdentity/userAssignedIdentities.json"),
    entry("Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials", "FederatedIdentityCredential", "Microsoft.ManagedIdentity/userAssignedIdentities_federatedIdentityCredentials.json"),
    entry("Microsoft.Network/natGateways", "NatGateway", "Microsoft.Network/natGateways.json"),
    entry("Microsoft.Network/networkSecurityGroups", "NetworkSecurityGroup", "Microsoft.Network/networkSecurityGroups.json"),
    entry("Microsoft.Network/networkSecurityGroups/securityRules", "SecurityRule", "Microsoft.Network/networkSecurityGroups_securityRules.json"),
    entry("Microsoft.Network/privateDnsZones", "PrivateDnsZone", "Microsoft.Network/privateDnsZones.json"),
    entry("Microsoft.Network/privateDnsZones/A", "PrivateDnsZoneA", "Microsoft.Network/privateDnsZones_A.json"),
    entry("Microsoft.Network/privateDnsZones/virtualNetworkLinks", "PrivateDnsZoneVirtualNetworkLink", "Microsoft.Network/privateDnsZones_virtualNetworkLinks.json"),
    entry("Microsoft.Network/privateEndpoints", "PrivateEndpoint", "Microsoft.Network/privateEndpoints.json"),
    entry("Microsoft.Network/privateEndpoints/privateDnsZoneGroups", "PrivateDnsZoneGroup", "Microsoft.Network/privateEndpoints_privateDnsZoneGroups.json"),
    entry("Microsoft.Network/publicIPAddresses", "PublicIpAddress", "Microsoft.Network/publicIPAddresses.json"),
    entry("Microsoft.Network/routeTables", "RouteTable", "Microsoft.Network/routeTables.json"),
    entry("Microsoft.Network/virtualNetworks", "VirtualNetwork", "Microsoft.Network/virtualNetworks.json"),
    entry("Microsoft.Network/virtualNetworks/subnets", "Subnet", "Microsoft.Network/virtualNetworks_subnets.json"),
    entry("Microsoft.OperationalInsights/workspaces", "Workspace", "Microsoft.OperationalInsights/workspaces.json"),
    entry("Microsoft.Resources/resourceGroups", "ResourceGroup", "Microsoft.Resources/resourceGroups.json"),
    entry("Microsoft.Storage/storageAccounts", "StorageAccount", "Microsoft.Storage/storageAccounts.json"),
];

/// The entry of a type.
pub fn entry_of(kind: &str) -> Option<&'static Entry> {
    TYPES.iter().find(|entry| entry.kind.eq_ignore_ascii_case(kind))
}

const SUBNET: &str = "Microsoft.Network/virtualNetworks/subnets";
const NETWORK: &str = "Microsoft.Network/virtualNetworks";
const SECURITY_GROUP: &str = "Microsoft.Network/networkSecurityGroups";
const ROUTE_TABLE: &str = "Microsoft.Network/routeTables";
const NAT_GATEWAY: &str = "Microsoft.Network/natGateways";
const PUBLIC_IP: &str = "Microsoft.Network/publicIPAddresses";
const ZONE: &str = "Microsoft.Network/privateDnsZones";
const IDENTITY: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";
/// The id of a resource of any type.
pub const ANY: &str = "*";

/// Properties that hold an id: type, path, type that the id names.
#[rustfmt::skip]
pub const REFERENCES: &[(&str, &str, &str)] = &[
    ("Microsoft.Authorization/roleAssignments", "properties.delegatedManagedIdentityResourceId", IDENTITY),
    ("Microsoft.Authorization/roleAssignments", "properties.roleDefinitionId", "Microsoft.Authorization/roleDefinitions"),
    ("Microsoft.Insights/diagnosticSettings", "properties.eventHubAuthorizationRuleId", ANY),
    ("Microsoft.Insights/diagnosticSettings", "properties.marketplacePartnerId", ANY),
    ("Microsoft.Insights/diagnosticSettings", "properties.serviceBusRuleId", ANY),
    ("Microsoft.Insights/diagnosticSettings", "properties.storageAccountId", "Microsoft.Storage/storageAccounts"),
    ("Microsoft.Insights/diagnosticSettings", "properties.workspaceId", "Microsoft.OperationalInsights/workspaces"),
    ("Microsoft.KeyVault/vaults", "properties.networkAcls.virtualNetworkRules[].id", SUBNET),
    (NAT_GATEWAY, "properties.publicIpAddresses[].id", PUBLIC_IP),
    (NAT_GATEWAY, "properties.publicIpAddressesV6[].id", PUBLIC_IP),
    (NAT_GATEWAY, "properties.sourceVirtualNetwork.id", NETWORK),
    ("Microsoft.Network/privateDnsZones/virtualNetworkLinks", "properties.virtualNetwork.id", NETWORK),
    ("Microsoft.Network/privateEndpoints", "properties.manualPrivateLinkServiceConnections[].properties.privateLinkServiceId", ANY),
    ("Microsoft.Network/privateEndpoints", "properties.privateLinkServiceConnections[].properties.privateLinkServiceId", ANY),
    ("Microsoft.Network/privateEndpoints", "properties.subnet.id", SUBNET),
    ("Microsoft.Network/privateEndpoints/privateDnsZoneGroups", "properties.privateDnsZoneConfigs[].properties.privateDnsZoneId", ZONE),
    (PUBLIC_IP, "properties.linkedPublicIPAddress.id", PUBLIC_IP),
    (PUBLIC_IP, "properties.natGateway.id", NAT_GATEWAY),
    (PUBLIC_IP, "properties.servicePublicIPAddress.id", PUBLIC_IP),
    (NETWORK, "properties.subnets[].properties.natGateway.id", NAT_GATEWAY),
    (NETWORK, "properties.subnets[].properties.networkSecurityGroup.id", SECURITY_GROUP),
    (NETWORK, "properties.subnets[].properties.routeTable.id", ROUTE_TABLE),
    (NETWORK, "properties.virtualNetworkPeerings[].properties.remoteVirtualNetwork.id", NETWORK),
    (SUBNET, "properties.natGateway.id", NAT_GATEWAY),
    (SUBNET, "properties.networkSecurityGroup.id", SECURITY_GROUP),
    (SUBNET, "properties.routeTable.id", ROUTE_TABLE),
    ("Microsoft.Storage/storageAccounts", "properties.encryption.identity.userAssignedIdentity", IDENTITY),
    ("Microsoft.Storage/storageAccounts", "properties.networkAcls.resourceAccessRules[].resourceId", ANY),
    ("Microsoft.Storage/storageAccounts", "properties.networkAcls.virtualNetworkRules[].id", SUBNET),
];

/// The type that an id at a path names.
pub fn reference(kind: &str, path: &str) -> Option<&'static str> {
    REFERENCES.iter().find(|(owner, at, _)| *owner == kind && *at == path).map(|(_, _, target)| *target)
}

/// Properties that the service asks for though the schema does not say so, in the order of `new`'s arguments.
#[rustfmt::skip]
pub const REQUIRED: &[(&str, &str)] = &[
    ("Microsoft.Authorization/roleDefinitions", "properties.roleName"),
    ("Microsoft.Authorization/roleDefinitions", "properties.permissions"),
    ("Microsoft.Authorization/roleDefinitions", "properties.assignableScopes"),
    (NAT_GATEWAY, "location"),
    (NAT_GATEWAY, "sku"),
    (NAT_GATEWAY, "sku.name"),
    (SECURITY_GROUP, "location"),
    (SECURITY_GROUP, "properties.securityRules[].name"),
    (ZONE, "location"),
    ("Microsoft.Network/privateDnsZones/A", "properties.ttl"),
    ("Microsoft.Network/privateDnsZones/A", "properties.aRecords"),
    ("Microsoft.Network/privateDnsZones/A", "properties.aRecords[].ipv4Address"),
    ("Microsoft.Network/privateDnsZones/virtualNetworkLinks", "location"),
    ("Microsoft.Network/privateDnsZones/virtualNetworkLinks", "properties.virtualNetwork.id"),
    ("Microsoft.Network/privateEndpoints", "location"),
    ("Microsoft.Network/privateEndpoints", "properties.subnet.id"),
    ("Microsoft.Network/privateEndpoints", "properties.ipConfigurations[].name"),
    ("Microsoft.Network/privateEndpoints", "properties.manualPrivateLinkServiceConnections[].name"),
    ("Microsoft.Network/privateEndpoints", "properties.manualPrivateLinkServiceConnections[].properties.privateLinkServiceId"),
    ("Microsoft.Network/privateEndpoints", "properties.privateLinkServiceConnections[].name"),
    ("Microsoft.Network/privateEndpoints", "properties.privateLinkServiceConnections[].properties.privateLinkServiceId"),
    ("Microsoft.Network/privateEndpoints/privateDnsZoneGroups", "properties.privateDnsZoneConfigs"),
    ("Microsoft.Network/privateEndpoints/privateDnsZoneGroups", "properties.privateDnsZoneConfigs[].name"),
    ("Microsoft.Network/privateEndpoints/privateDnsZoneGroups", "properties.privateDnsZoneConfigs[].properties.privateDnsZoneId"),
    (PUBLIC_IP, "location"),
    (PUBLIC_IP, "sku"),
    (PUBLIC_IP, "sku.name"),
    (ROUTE_TABLE, "location"),
    (ROUTE_TABLE, "properties.routes[].name"),
    (NETWORK, "location"),
    (NETWORK, "properties.addressSpace"),
    (NETWORK, "properties.addressSpace.addressPrefixes"),
    (NETWORK, "properties.subnets[].name"),
    (NETWORK, "properties.subnets[].properties.addressPrefix"),
    (NETWORK, "properties.subnets[].properties.delegations[].name"),
    (NETWORK, "properties.subnets[].properties.delegations[].properties.serviceName"),
    (NETWORK, "properties.subnets[].properties.serviceEndpoints[].service"),
    (NETWORK, "properties.virtualNetworkPeerings[].name"),
    (NETWORK, "properties.virtualNetworkPeerings[].properties.remoteVirtualNetwork.id"),
    (SUBNET, "properties.addressPrefix"),
    (SUBNET, "properties.delegations[].name"),
    (SUBNET, "properties.delegations[].properties.serviceName"),
    (SUBNET, "properties.serviceEndpoints[].service"),
];

/// Properties that have one sensible value, which `new` sets: type, path, value on the wire.
pub const PRESETS: &[(&str, &str, &str)] = &[
    ("Microsoft.KeyVault/vaults", "properties.sku.family", "A"),
    (ZONE, "location", "global"),
    ("Microsoft.Network/privateDnsZones/virtualNetworkLinks", "location", "global"),
];

/// Properties that the Rust types leave out: type, path. The descriptor still has them.
pub const OMITTED: &[(&str, &str)] = &[
    // Record sets share one schema; these belong to the other kinds of record.
    ("Microsoft.Network/privateDnsZones/A", "properties.aaaaRecords"),
    ("Microsoft.Network/privateDnsZones/A", "properties.cnameRecord"),
    ("Microsoft.Network/privateDnsZones/A", "properties.mxRecords"),
    ("Microsoft.Network/privateDnsZones/A", "properties.ptrRecords"),
    ("Microsoft.Network/privateDnsZones/A", "properties.soaRecord"),
    ("Microsoft.Network/privateDnsZones/A", "properties.srvRecords"),
    ("Microsoft.Network/privateDnsZones/A", "properties.txtRecords"),
    // Owned by application gateways, which write it themselves.
    (NETWORK, "properties.subnets[].properties.applicationGatewayIPConfigurations"),
    (SUBNET, "properties.applicationGatewayIPConfigurations"),
];

/// Properties that only the service sets, though the schema does not say so: type, path.
pub const COMPUTED: &[(&str, &str)] = &[
    ("Microsoft.KeyVault/vaults", "properties.provisioningState"),
    ("Microsoft.KeyVault/vaults", "properties.vaultUri"),
    (ZONE, "etag"),
    ("Microsoft.Network/privateDnsZones/A", "etag"),
    ("Microsoft.Network/privateDnsZones/virtualNetworkLinks", "etag"),
    ("Microsoft.OperationalInsights/workspaces", "etag"),
];

/// Whether only the service sets a property.
pub fn computed(kind: &str, path: &str) -> bool {
    COMPUTED.contains(&(kind, path))
}

/// Whether a hint that only terraform-provider-azurerm gives is true of the service.
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

const ROLE_ASSIGNMENT: &str = "Microsoft.Authorization/roleAssignments";
const LOCK: &str = "Microsoft.Authorization/locks";
const ENDPOINT: &str = "Microsoft.Network/privateEndpoints";
const STORAGE: &str = "Microsoft.Storage/storageAccounts";

/// The reviewed hints.
#[rustfmt::skip]
pub const REVIEWS: &[Review] = &[
    yes(ROLE_ASSIGNMENT, "properties.delegatedManagedIdentityResourceId", "RoleAssignmentUpdateNotPermitted"),
    yes(ROLE_ASSIGNMENT, "properties.principalId", "RoleAssignmentUpdateNotPermitted"),
    no(ROLE_ASSIGNMENT, "properties.principalType", "follows from principalId; the service fills it in"),
    yes(ROLE_ASSIGNMENT, "properties.roleDefinitionId", "RoleAssignmentUpdateNotPermitted"),
    no(LOCK, "properties.level", "PUT replaces the whole lock"),
    no(LOCK, "properties.notes", "PUT replaces the whole lock"),
    yes(NAT_GATEWAY, "sku.name", "the SKU of a gateway is fixed"),
    yes(NAT_GATEWAY, "zones", "zones are fixed at creation"),
    yes("Microsoft.Network/privateDnsZones/virtualNetworkLinks", "properties.virtualNetwork", "a link is to one network"),
    yes(ENDPOINT, "extendedLocation", "placement is fixed"),
    yes(ENDPOINT, "properties.customNetworkInterfaceName", "the interface is made with the endpoint"),
    yes(ENDPOINT, "properties.ipConfigurations[].properties.memberName", "identifies the configuration"),
    yes(ENDPOINT, "properties.ipConfigurations[].properties.privateIPAddress", "the address is taken at creation"),
    no(ENDPOINT, "properties.manualPrivateLinkServiceConnections", "request messages can be updated in place; the target is listed by itself"),
    no(ENDPOINT, "properties.privateLinkServiceConnections", "request messages can be updated in place; the target is listed by itself"),
    yes(ENDPOINT, "properties.privateLinkServiceConnections[].properties.groupIds", "the connection is to one sub-resource"),
    yes(ENDPOINT, "properties.privateLinkServiceConnections[].properties.privateLinkServiceId", "the connection is to one target"),
    yes(ENDPOINT, "properties.subnet", "the interface cannot move to another subnet"),
    yes(PUBLIC_IP, "extendedLocation", "placement is fixed"),
    yes(PUBLIC_IP, "properties.ipTags", "tags are bound when the address is allocated"),
    yes(PUBLIC_IP, "properties.publicIPAddressVersion", "PublicIPAddressVersion cannot change"),
    yes(PUBLIC_IP, "properties.publicIPPrefix", "the address is allocated from the prefix"),
    no(PUBLIC_IP, "sku.name", "Basic can be upgraded to Standard in place; the service refuses the rest"),
    yes(PUBLIC_IP, "sku.tier", "the tier is fixed"),
    yes(PUBLIC_IP, "zones", "zones are fixed at creation"),
    yes(NETWORK, "extendedLocation", "placement is fixed"),
    yes(STORAGE, "extendedLocation", "placement is fixed"),
    yes(STORAGE, "properties.dnsEndpointType", "the endpoints are made with the account"),
    yes(STORAGE, "properties.encryption.requireInfrastructureEncryption", "fixed at creation"),
    yes(STORAGE, "properties.immutableStorageWithVersioning", "account-level immutability is fixed at creation"),
    no(STORAGE, "properties.isHnsEnabled", "can be turned on by a migration; replacing an account loses data, so the service is to refuse"),
    yes(STORAGE, "properties.isNfsV3Enabled", "fixed at creation"),
    no(STORAGE, "sku.name", "replication can change in place; the service refuses Standard to Premium"),
];

/// Status codes of a method that the facts lack or have too narrow: type, method, codes.
pub const CODES: &[(&str, &str, &[u64])] = &[
    // An update of a role definition answers 201 like its creation, in some clouds 200.
    ("Microsoft.Authorization/roleDefinitions", "PUT", &[200, 201]),
    ("Microsoft.Insights/diagnosticSettings", "DELETE", &[200, 204]),
];

/// Rules for the names of a type, where the facts are wrong or none.
#[derive(Debug)]
pub struct NameOverride {
    /// Namespace and type.
    pub kind: &'static str,
    /// Fewest and most characters.
    pub length: (u64, u64),
    /// Anchored expression without look-around; empty when anything goes.
    pub pattern: &'static str,
}

const UUID: &str = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$";

/// The overrides.
#[rustfmt::skip]
pub const NAMES: &[NameOverride] = &[
    NameOverride { kind: ROLE_ASSIGNMENT, length: (36, 36), pattern: UUID },
    NameOverride { kind: "Microsoft.Authorization/roleDefinitions", length: (36, 36), pattern: UUID },
    NameOverride { kind: LOCK, length: (1, 260), pattern: r"^[^<>%&:\\?/]*[^<>%&:\\?/. ]$" },
    NameOverride { kind: "Microsoft.Insights/diagnosticSettings", length: (1, 260), pattern: r"^[^*<>%:&?+/\\]*[^*<>%:&?+/\\ ]$" },
    NameOverride { kind: "Microsoft.ManagedIdentity/userAssignedIdentities", length: (3, 128), pattern: "^[a-zA-Z0-9][a-zA-Z0-9_-]+$" },
    NameOverride { kind: "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials", length: (3, 120), pattern: "^[a-zA-Z0-9][a-zA-Z0-9_-]{2,119}$" },
    NameOverride { kind: ZONE, length: (1, 253), pattern: r"^[a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)*$" },
    NameOverride { kind: "Microsoft.Network/privateDnsZones/A", length: (1, 253), pattern: "" },
    NameOverride { kind: "Microsoft.Network/privateDnsZones/virtualNetworkLinks", length: (1, 80), pattern: "^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9_])?$" },
    NameOverride { kind: "Microsoft.Network/privateEndpoints", length: (1, 80), pattern: "^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9_])?$" },
    NameOverride { kind: "Microsoft.Network/privateEndpoints/privateDnsZoneGroups", length: (1, 80), pattern: "^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9_])?$" },
    NameOverride { kind: "Microsoft.Resources/resourceGroups", length: (1, 90), pattern: r"^[-\w._()]*[-\w_()]$" },
];

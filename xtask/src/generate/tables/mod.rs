//! Every decision of the generator that a person made. Paths are dotted and start at the body.

mod names;
mod references;
mod reviews;
mod types;

pub use names::NAMES;
pub use references::{ANY, may_name, reference};
pub use reviews::REVIEWS;
pub use types::TYPES;

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

/// Properties that the service asks for though the schema does not say so, in the order of `new`'s arguments.
#[rustfmt::skip]
pub const REQUIRED: &[(&str, &str)] = &[
    ("Microsoft.Authorization/roleDefinitions", "properties.roleName"),
    ("Microsoft.Authorization/roleDefinitions", "properties.permissions"),
    ("Microsoft.Authorization/roleDefinitions", "properties.assignableScopes"),
    (NAT_GATEWAY, "sku"),
    (NAT_GATEWAY, "sku.name"),
    (SECURITY_GROUP, "properties.securityRules[].name"),
    ("Microsoft.Network/privateDnsZones/A", "properties.ttl"),
    ("Microsoft.Network/privateDnsZones/A", "properties.aRecords"),
    ("Microsoft.Network/privateDnsZones/A", "properties.aRecords[].ipv4Address"),
    ("Microsoft.Network/privateDnsZones/virtualNetworkLinks", "properties.virtualNetwork.id"),
    ("Microsoft.Network/privateEndpoints", "properties.subnet.id"),
    ("Microsoft.Network/privateEndpoints", "properties.ipConfigurations[].name"),
    ("Microsoft.Network/privateEndpoints", "properties.manualPrivateLinkServiceConnections[].name"),
    ("Microsoft.Network/privateEndpoints", "properties.manualPrivateLinkServiceConnections[].properties.privateLinkServiceId"),
    ("Microsoft.Network/privateEndpoints", "properties.privateLinkServiceConnections[].name"),
    ("Microsoft.Network/privateEndpoints", "properties.privateLinkServiceConnections[].properties.privateLinkServiceId"),
    ("Microsoft.Network/privateEndpoints/privateDnsZoneGroups", "properties.privateDnsZoneConfigs"),
    ("Microsoft.Network/privateEndpoints/privateDnsZoneGroups", "properties.privateDnsZoneConfigs[].name"),
    ("Microsoft.Network/privateEndpoints/privateDnsZoneGroups", "properties.privateDnsZoneConfigs[].properties.privateDnsZoneId"),
    (PUBLIC_IP, "sku"),
    (PUBLIC_IP, "sku.name"),
    (ROUTE_TABLE, "properties.routes[].name"),
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
    ("Microsoft.AlertsManagement/actionRules", "location", "Global"),
    ("Microsoft.AlertsManagement/smartDetectorAlertRules", "location", "global"),
    ("Microsoft.Insights/actionGroups", "location", "global"),
    ("Microsoft.Insights/activityLogAlerts", "location", "global"),
    ("Microsoft.Insights/metricAlerts", "location", "global"),
    ("Microsoft.Insights/privateLinkScopes", "location", "global"),
    ("Microsoft.Network/FrontDoorWebApplicationFirewallPolicies", "location", "Global"),
    ("Microsoft.Network/dnsZones", "location", "global"),
    (ZONE, "location", "global"),
    ("Microsoft.Network/privateDnsZones/virtualNetworkLinks", "location", "global"),
    ("Microsoft.Network/trafficmanagerprofiles", "location", "global"),
];

/// Properties that the Rust types leave out: type, path. The descriptor still has them.
const OMITTED: &[(&str, &str)] = &[
    // Owned by application gateways, which write it themselves.
    (NETWORK, "properties.subnets[].properties.applicationGatewayIPConfigurations"),
    (SUBNET, "properties.applicationGatewayIPConfigurations"),
];

/// Whether the Rust types leave a property out. Record sets of a DNS zone share one schema: each kind of record has its
/// own property only.
pub fn omitted(kind: &str, path: &str) -> bool {
    let record = || {
        let zone = kind.strip_prefix("Microsoft.Network/")?;
        let own = zone.strip_prefix("privateDnsZones/").or_else(|| zone.strip_prefix("dnsZones/"))?;
        let property = path.strip_prefix("properties.")?;
        let stem = property.strip_suffix("Records").or_else(|| property.strip_suffix("Record"))?;
        Some(!stem.contains('.') && own != "virtualNetworkLinks" && !stem.eq_ignore_ascii_case(own))
    };
    OMITTED.contains(&(kind, path)) || record().unwrap_or(false)
}

/// Properties that only the service sets, though the schema does not say so: type, path.
const COMPUTED: &[(&str, &str)] = &[
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

/// Properties that look like another resource, and are a part of this one.
pub const PARTS: &[&str] = &["managementIpConfiguration"];

/// Status codes of a method that the facts lack or have too narrow: type, method, codes.
pub const CODES: &[(&str, &str, &[u64])] = &[
    // An update of a role definition answers 201 like its creation, in some clouds 200.
    ("Microsoft.Authorization/roleDefinitions", "PUT", &[200, 201]),
    ("Microsoft.Insights/diagnosticSettings", "DELETE", &[200, 204]),
];

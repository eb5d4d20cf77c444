//! Every decision of the generator that a person made. Paths are dotted and start at the body.

mod names;
mod references;
mod required;
mod reviews;
mod types;

pub use names::NAMES;
#[cfg(test)]
pub use references::own_references;
pub use references::{ANY, may_name, reference};
pub use required::REQUIRED;
pub use reviews::{FIXED, REVIEWS};
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
const PUBLIC_IP: &str = "Microsoft.Network/publicIPAddresses";
const ZONE: &str = "Microsoft.Network/privateDnsZones";
const IDENTITY: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";

/// Properties that have one sensible value, which `new` sets: type, path, value on the wire.
pub const PRESETS: &[(&str, &str, &str)] = &[
    ("Microsoft.AlertsManagement/actionRules", "location", "Global"),
    ("Microsoft.AlertsManagement/smartDetectorAlertRules", "location", "global"),
    ("Microsoft.Insights/actionGroups", "location", "global"),
    ("Microsoft.Insights/activityLogAlerts", "location", "global"),
    ("Microsoft.Insights/metricAlerts", "location", "global"),
    (
        "Microsoft.Insights/metricAlerts",
        "properties.criteria.allOf[].criterionType",
        "StaticThresholdCriterion",
    ),
    ("Microsoft.Insights/privateLinkScopes", "location", "global"),
    ("Microsoft.Network/FrontDoorWebApplicationFirewallPolicies", "location", "Global"),
    ("Microsoft.Network/dnsZones", "location", "global"),
    (ZONE, "location", "global"),
    ("Microsoft.Network/privateDnsZones/virtualNetworkLinks", "location", "global"),
    ("Microsoft.Network/trafficmanagerprofiles", "location", "global"),
];

/// Unions that have more variants than the specification names, and the service takes them all: type, path. In the
/// descriptor they have additional properties.
const OPEN_UNIONS: &[(&str, &str)] = &[
    // Parts of dashboards: each extension of the portal brings its own.
    ("Microsoft.Portal/dashboards", "properties.lenses[].parts[].metadata"),
];

/// Whether a union has more variants than the specification names.
pub fn open_union(kind: &str, path: &str) -> bool {
    OPEN_UNIONS.iter().any(|(of, at)| of.eq_ignore_ascii_case(kind) && *at == path)
}

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

/// Numbers that may have a fraction: the facts know whole numbers only.
#[rustfmt::skip]
pub const FRACTIONS: &[(&str, &str)] = &[
    ("Microsoft.Consumption/budgets", "properties.amount"),
    ("Microsoft.Consumption/budgets", "properties.notifications.*.threshold"),
    ("Microsoft.ContainerService/managedClusters", "properties.agentPoolProfiles[].spotMaxPrice"),
    ("Microsoft.ContainerService/managedClusters/agentPools", "properties.spotMaxPrice"),
    ("Microsoft.CostManagement/budgets", "properties.amount"),
    ("Microsoft.CostManagement/budgets", "properties.notifications.*.threshold"),
    ("Microsoft.Insights/autoscalesettings", "properties.profiles[].rules[].metricTrigger.threshold"),
    ("Microsoft.Insights/components", "properties.SamplingPercentage"),
    ("Microsoft.Insights/metricAlerts", "properties.criteria.allOf[].threshold"),
    ("Microsoft.Insights/scheduledQueryRules", "properties.criteria.allOf[].threshold"),
    ("Microsoft.OperationalInsights/workspaces", "properties.workspaceCapping.dailyQuotaGb"),
    ("Microsoft.Sql/servers/databases", "properties.minCapacity"),
    ("Microsoft.Sql/servers/elasticPools", "properties.minCapacity"),
    ("Microsoft.Sql/servers/elasticPools", "properties.perDatabaseSettings.maxCapacity"),
    ("Microsoft.Sql/servers/elasticPools", "properties.perDatabaseSettings.minCapacity"),
];

/// Properties that the service never returns, though the schema does not say so: type, path.
const NEVER_RETURNED: &[(&str, &str)] = &[("Microsoft.KeyVault/vaults/secrets", "properties.value")];

/// Whether it is known that the service never returns a property.
pub fn never_returned(kind: &str, path: &str) -> bool {
    NEVER_RETURNED.contains(&(kind, path))
}

/// Properties that are called secret because of their names, and say only which secret is in use.
pub const NOT_SECRET: &[&str] = &["isStorageSecondaryKeyInUse"];

/// Types whose names are part of a host name, and so the only ones in all of Azure, though the naming rules do not say so.
pub const HOSTS: &[&str] = &[
    "Microsoft.ContainerRegistry/registries",
    "Microsoft.DocumentDB/databaseAccounts",
    "Microsoft.KeyVault/managedHSMs",
];

/// Types whose names the facts call unique in the tenant, and of which two subscriptions may each have one of a name, as
/// their ids show.
pub const SCOPED: &[&str] = &["Microsoft.Authorization/policyDefinitions"];

/// Properties that look like another resource, and are a part of this one.
pub const PARTS: &[&str] = &["managementIpConfiguration"];

/// Status codes of a method that the facts lack or have too narrow: type, method, codes.
pub const CODES: &[(&str, &str, &[u64])] = &[
    // An update of a role definition answers 201 like its creation, in some clouds 200.
    ("Microsoft.Authorization/roleDefinitions", "PUT", &[200, 201]),
    ("Microsoft.Insights/diagnosticSettings", "DELETE", &[200, 204]),
];

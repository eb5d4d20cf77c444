//! Rules for the names of a type, where the facts are wrong or none.

/// Rules for the names of a type.
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
    NameOverride { kind: "Microsoft.Authorization/roleAssignments", length: (36, 36), pattern: UUID },
    NameOverride { kind: "Microsoft.Authorization/roleDefinitions", length: (36, 36), pattern: UUID },
    NameOverride { kind: "Microsoft.Authorization/locks", length: (1, 260), pattern: r"^[^<>%&:\\?/]*[^<>%&:\\?/. ]$" },
    NameOverride { kind: "Microsoft.Insights/diagnosticSettings", length: (1, 260), pattern: r"^[^*<>%:&?+/\\]*[^*<>%:&?+/\\ ]$" },
    NameOverride { kind: "Microsoft.ManagedIdentity/userAssignedIdentities", length: (3, 128), pattern: "^[a-zA-Z0-9][a-zA-Z0-9_-]+$" },
    NameOverride { kind: "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials", length: (3, 120), pattern: "^[a-zA-Z0-9][a-zA-Z0-9_-]{2,119}$" },
    NameOverride { kind: super::ZONE, length: (1, 253), pattern: r"^[a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)*$" },
    NameOverride { kind: "Microsoft.Network/privateDnsZones/A", length: (1, 253), pattern: "" },
    NameOverride { kind: "Microsoft.Network/privateDnsZones/virtualNetworkLinks", length: (1, 80), pattern: "^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9_])?$" },
    NameOverride { kind: "Microsoft.Network/privateEndpoints", length: (1, 80), pattern: "^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9_])?$" },
    NameOverride { kind: "Microsoft.Network/privateEndpoints/privateDnsZoneGroups", length: (1, 80), pattern: "^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9_])?$" },
    NameOverride { kind: "Microsoft.Dashboard/grafana", length: (2, 23), pattern: "^[a-zA-Z][a-z0-9A-Z-]{0,28}[a-z0-9A-Z]$" },
    NameOverride { kind: "Microsoft.KeyVault/managedHSMs/keys", length: (1, 127), pattern: "^[a-zA-Z0-9-]{1,127}$" },
    NameOverride { kind: "Microsoft.Portal/dashboards", length: (3, 64), pattern: "^[a-zA-Z0-9-]{3,64}$" },
    NameOverride { kind: "Microsoft.Authorization/roleAssignmentScheduleRequests", length: (36, 36), pattern: UUID },
    NameOverride { kind: "Microsoft.Authorization/roleEligibilityScheduleRequests", length: (36, 36), pattern: UUID },
    NameOverride { kind: "Microsoft.ServiceBus/namespaces/topics/subscriptions/rules", length: (1, 50), pattern: r"^(\$Default|[a-zA-Z0-9]([a-zA-Z0-9-._]*[a-zA-Z0-9])?)$" },
    NameOverride { kind: "Microsoft.Resources/resourceGroups", length: (1, 90), pattern: r"^[-\w._()]*[-\w_()]$" },
];

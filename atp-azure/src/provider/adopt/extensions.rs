//! What is attached to scopes and resources, and where it is looked for.

/// Extension types that are listed for a whole scope, with what is on the resources in it where their lists show that.
pub(super) const OF_SCOPES: &[&str] = &[
    "Microsoft.Authorization/locks",
    "Microsoft.Authorization/policyAssignments",
    "Microsoft.Authorization/policyExemptions",
    "Microsoft.Authorization/roleAssignments",
    "Microsoft.Consumption/budgets",
];

/// Extension types that are asked for at each resource: of one type, or of every type that is not a child.
pub(super) const OF_RESOURCES: &[(&str, Option<&str>)] = &[
    ("Microsoft.Insights/dataCollectionRuleAssociations", Some("Microsoft.ContainerService/managedClusters")),
    ("Microsoft.Insights/diagnosticSettings", None),
    ("Microsoft.Insights/diagnosticSettings", Some("Microsoft.Storage/storageAccounts/blobServices")),
    ("Microsoft.Insights/diagnosticSettings", Some("Microsoft.Network/virtualNetworks/subnets")),
    ("Microsoft.Insights/diagnosticSettings", Some("Microsoft.Sql/servers/databases")),
    ("Microsoft.KubernetesConfiguration/extensions", Some("Microsoft.ContainerService/managedClusters")),
    (
        "Microsoft.KubernetesConfiguration/fluxConfigurations",
        Some("Microsoft.ContainerService/managedClusters"),
    ),
    ("Microsoft.Security/defenderForStorageSettings", Some("Microsoft.Storage/storageAccounts")),
    ("Microsoft.SecurityInsights/onboardingStates", Some("Microsoft.OperationalInsights/workspaces")),
];

//! The roles that Azure has built in and that platforms use most, with what they allow.
//!
//! <https://learn.microsoft.com/azure/role-based-access-control/built-in-roles>

/// A role that Azure has built in.
#[derive(Debug)]
pub(crate) struct BuiltIn {
    pub name: &'static str,
    /// The same in every tenant.
    pub id: &'static str,
    /// Whether the role also allows [`USUAL`].
    pub usual: bool,
    pub actions: &'static [&'static str],
    pub not_actions: &'static [&'static str],
    pub data_actions: &'static [&'static str],
}

/// What most roles for a service allow besides.
pub(crate) const USUAL: [&str; 5] = [
    "Microsoft.Authorization/*/read",
    "Microsoft.Insights/alertRules/*",
    "Microsoft.Resources/deployments/*",
    "Microsoft.Resources/subscriptions/resourceGroups/read",
    "Microsoft.Support/*",
];

const VAULT_READS: [&str; 5] = [
    "Microsoft.KeyVault/checkNameAvailability/read",
    "Microsoft.KeyVault/deletedVaults/read",
    "Microsoft.KeyVault/locations/*/read",
    "Microsoft.KeyVault/vaults/*/read",
    "Microsoft.KeyVault/operations/read",
];

const SERVICE_BUS_READS: [&str; 3] = [
    "Microsoft.ServiceBus/*/queues/read",
    "Microsoft.ServiceBus/*/topics/read",
    "Microsoft.ServiceBus/*/topics/subscriptions/read",
];

const BLOB_KEY: &str = "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action";

/// A role that manages a service.
const fn manager(name: &'static str, id: &'static str, actions: &'static [&'static str]) -> BuiltIn {
    BuiltIn { name, id, usual: true, actions, not_actions: &[], data_actions: &[] }
}

/// A role that allows nothing but what it lists.
const fn narrow(
    name: &'static str,
    id: &'static str,
    actions: &'static [&'static str],
    data_actions: &'static [&'static str],
) -> BuiltIn {
    BuiltIn { name, id, usual: false, actions, not_actions: &[], data_actions }
}

/// A role for what is in key vaults.
const fn vault(name: &'static str, id: &'static str, data_actions: &'static [&'static str]) -> BuiltIn {
    BuiltIn { name, id, usual: true, actions: &VAULT_READS, not_actions: &[], data_actions }
}

/// The roles, by name.
pub(crate) static ROLES: [BuiltIn; 66] = [
    narrow(
        "AcrPull",
        "7f951dda-4ed3-4680-a7ca-43fe172d538d",
        &["Microsoft.ContainerRegistry/registries/pull/read"],
        &[],
    ),
    narrow(
        "AcrPush",
        "8311e382-0749-4cb8-b61a-304f252e45ec",
        &[
            "Microsoft.ContainerRegistry/registries/pull/read",
            "Microsoft.ContainerRegistry/registries/push/write",
        ],
        &[],
    ),
    manager(
        "Application Insights Component Contributor",
        "ae349356-3a1b-4a5e-921d-050484c6347e",
        &["Microsoft.Insights/components/*", "Microsoft.Insights/webtests/*"],
    ),
    narrow(
        "Azure Event Hubs Data Owner",
        "f526a384-b230-433a-b45c-95f59c4a2dec",
        &["Microsoft.EventHub/*"],
        &["Microsoft.EventHub/*"],
    ),
    narrow(
        "Azure Event Hubs Data Receiver",
        "a638d3c7-ab3a-418d-83e6-5f17a39d4fde",
        &["Microsoft.EventHub/*/eventhubs/consumergroups/read"],
        &["Microsoft.EventHub/*/receive/action"],
    ),
    narrow(
        "Azure Event Hubs Data Sender",
        "2b629674-e913-4c01-ae53-ef4638d8f975",
        &["Microsoft.EventHub/*/eventhubs/read"],
        &["Microsoft.EventHub/*/send/action"],
    ),
    narrow(
        "Azure Kubernetes Service Cluster Admin Role",
        "0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8",
        &[
            "Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action",
            "Microsoft.ContainerService/managedClusters/accessProfiles/listCredential/action",
            "Microsoft.ContainerService/managedClusters/read",
            "Microsoft.ContainerService/managedClusters/runcommand/action",
        ],
        &[],
    ),
    narrow(
        "Azure Kubernetes Service Cluster User Role",
        "4abbcc35-e782-43d8-92c5-2d3f1bd2253f",
        &[
            "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action",
            "Microsoft.ContainerService/managedClusters/read",
        ],
        &[],
    ),
    narrow(
        "Azure Kubernetes Service Contributor Role",
        "ed7f3fbd-7b88-4dd4-9017-9adb7ce333f8",
        &[
            "Microsoft.ContainerService/managedClusters/read",
            "Microsoft.ContainerService/managedClusters/write",
            "Microsoft.Resources/deployments/*",
        ],
        &[],
    ),
    BuiltIn {
        data_actions: &["Microsoft.ContainerService/managedClusters/*"],
        ..manager(
            "Azure Kubernetes Service RBAC Cluster Admin",
            "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b",
            &["Microsoft.ContainerService/managedClusters/listClusterUserCredential/action"],
        )
    },
    BuiltIn {
        data_actions: &["Microsoft.ContainerService/managedClusters/*/read"],
        ..manager("Azure Kubernetes Service RBAC Reader", "7f6c6a51-bcf8-42ba-9220-52d62157d7db", &[])
    },
    BuiltIn {
        data_actions: &[
            "Microsoft.ContainerService/managedClusters/*/read",
            "Microsoft.ContainerService/managedClusters/*/write",
        ],
        ..manager("Azure Kubernetes Service RBAC Writer", "a7ffa36f-339b-4b5c-8bdf-e2c188b2c0eb", &[])
    },
    narrow(
        "Azure Service Bus Data Owner",
        "090c5cfd-751d-490a-894a-3ce6f1109419",
        &["Microsoft.ServiceBus/*"],
        &["Microsoft.ServiceBus/*"],
    ),
    narrow(
        "Azure Service Bus Data Receiver",
        "4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0",
        &SERVICE_BUS_READS,
        &["Microsoft.ServiceBus/*/receive/action"],
    ),
    narrow(
        "Azure Service Bus Data Sender",
        "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39",
        &SERVICE_BUS_READS,
        &["Microsoft.ServiceBus/*/send/action"],
    ),
    BuiltIn {
        name: "Contributor",
        id: "b24988ac-6180-42a0-ab88-20f7382dd24c",
        usual: false,
        actions: &["*"],
        not_actions: &[
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
            "Microsoft.Blueprint/blueprintAssignments/write",
            "Microsoft.Blueprint/blueprintAssignments/delete",
            "Microsoft.Compute/galleries/share/action",
        ],
        data_actions: &[],
    },
    BuiltIn {
        not_actions: &[
            "Microsoft.DocumentDB/databaseAccounts/dataTransferJobs/*",
            "Microsoft.DocumentDB/databaseAccounts/readonlyKeys/*",
            "Microsoft.DocumentDB/databaseAccounts/regenerateKey/*",
            "Microsoft.DocumentDB/databaseAccounts/listKeys/*",
            "Microsoft.DocumentDB/databaseAccounts/listConnectionStrings/*",
        ],
        ..manager(
            "Cosmos DB Operator",
            "230815da-be43-4aae-9cb4-875f7bd000aa",
            &[
                "Microsoft.DocumentDb/databaseAccounts/*",
                "Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action",
            ],
        )
    },
    manager(
        "Cost Management Contributor",
        "434105ed-43f6-45c7-a02f-909b2ba83430",
        &[
            "Microsoft.Consumption/*",
            "Microsoft.CostManagement/*",
            "Microsoft.Billing/billingPeriods/read",
            "Microsoft.Resources/subscriptions/read",
        ],
    ),
    manager(
        "Cost Management Reader",
        "72fafb9e-0641-4937-9268-a91bfd8191a3",
        &[
            "Microsoft.Consumption/*/read",
            "Microsoft.CostManagement/*/read",
            "Microsoft.Billing/billingPeriods/read",
            "Microsoft.Resources/subscriptions/read",
        ],
    ),
    manager(
        "DNS Zone Contributor",
        "befefa01-2a29-4197-83a8-272ff33ce314",
        &["Microsoft.Network/dnsZones/*"],
    ),
    manager(
        "DocumentDB Account Contributor",
        "5bd9cd88-fe45-4216-938b-f97437e15450",
        &[
            "Microsoft.DocumentDb/databaseAccounts/*",
            "Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action",
        ],
    ),
    manager("EventGrid Contributor", "1e241071-0855-49ea-94dc-649edcd759de", &["Microsoft.EventGrid/*"]),
    BuiltIn {
        data_actions: &["Microsoft.EventGrid/events/send/action"],
        ..manager(
            "EventGrid Data Sender",
            "d5a91429-5739-47e2-a06b-3470a27159e7",
            &[
                "Microsoft.EventGrid/topics/read",
                "Microsoft.EventGrid/domains/read",
                "Microsoft.EventGrid/namespaces/read",
            ],
        )
    },
    narrow(
        "Grafana Admin",
        "22926164-76b3-42b3-bc55-97df8dab3e41",
        &[],
        &["Microsoft.Dashboard/grafana/ActAsGrafanaAdmin/action"],
    ),
    narrow(
        "Grafana Editor",
        "a79a5197-3a5c-4973-a920-486035ffd60f",
        &[],
        &["Microsoft.Dashboard/grafana/ActAsGrafanaEditor/action"],
    ),
    narrow(
        "Grafana Viewer",
        "60921a7e-fef1-4a43-9b16-a26c52ad4769",
        &[],
        &["Microsoft.Dashboard/grafana/ActAsGrafanaViewer/action"],
    ),
    vault(
        "Key Vault Administrator",
        "00482a5a-887f-4fb3-b363-3b7fe8e74483",
        &["Microsoft.KeyVault/vaults/*"],
    ),
    vault(
        "Key Vault Certificates Officer",
        "a4417e6f-fecd-4de8-b567-7b0420556985",
        &[
            "Microsoft.KeyVault/vaults/certificatecas/*",
            "Microsoft.KeyVault/vaults/certificates/*",
            "Microsoft.KeyVault/vaults/certificatecontacts/write",
        ],
    ),
    BuiltIn {
        not_actions: &[
            "Microsoft.KeyVault/locations/deletedVaults/purge/action",
            "Microsoft.KeyVault/hsmPools/*",
            "Microsoft.KeyVault/managedHsms/*",
        ],
        ..manager("Key Vault Contributor", "f25e0fa2-a7c8-4377-a976-54943a77a395", &["Microsoft.KeyVault/*"])
    },
    vault(
        "Key Vault Crypto Officer",
        "14b46e9e-c2b7-41b4-b07b-48a6ebf60603",
        &["Microsoft.KeyVault/vaults/keys/*", "Microsoft.KeyVault/vaults/keyrotationpolicies/*"],
    ),
    narrow(
        "Key Vault Crypto Service Encryption User",
        "e147488a-f6f5-4113-8e2d-b22465e65bf6",
        &[
            "Microsoft.EventGrid/eventSubscriptions/write",
            "Microsoft.EventGrid/eventSubscriptions/read",
            "Microsoft.EventGrid/eventSubscriptions/delete",
        ],
        &[
            "Microsoft.KeyVault/vaults/keys/read",
            "Microsoft.KeyVault/vaults/keys/wrap/action",
            "Microsoft.KeyVault/vaults/keys/unwrap/action",
        ],
    ),
    narrow(
        "Key Vault Crypto User",
        "12338af0-0e69-4776-bea7-57ae8d297424",
        &[],
        &[
            "Microsoft.KeyVault/vaults/keys/read",
            "Microsoft.KeyVault/vaults/keys/update/action",
            "Microsoft.KeyVault/vaults/keys/backup/action",
            "Microsoft.KeyVault/vaults/keys/encrypt/action",
            "Microsoft.KeyVault/vaults/keys/decrypt/action",
            "Microsoft.KeyVault/vaults/keys/wrap/action",
            "Microsoft.KeyVault/vaults/keys/unwrap/action",
            "Microsoft.KeyVault/vaults/keys/sign/action",
            "Microsoft.KeyVault/vaults/keys/verify/action",
        ],
    ),
    vault("Key Vault Data Access Administrator", "8b54135c-b56d-4d72-a534-26097cfdc8d8", &[]),
    narrow(
        "Key Vault Purge Operator",
        "a68e7c17-0ab2-4c09-9a58-125dae29748c",
        &[
            "Microsoft.KeyVault/locations/deletedVaults/read",
            "Microsoft.KeyVault/locations/deletedVaults/purge/action",
            "Microsoft.KeyVault/locations/operationResults/read",
        ],
        &[],
    ),
    vault(
        "Key Vault Reader",
        "21090545-7ca7-4776-b22c-e363652d74d2",
        &["Microsoft.KeyVault/vaults/*/read", "Microsoft.KeyVault/vaults/secrets/readMetadata/action"],
    ),
    vault(
        "Key Vault Secrets Officer",
        "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
        &["Microsoft.KeyVault/vaults/secrets/*"],
    ),
    narrow(
        "Key Vault Secrets User",
        "4633458b-17de-408a-b874-0445c86b69e6",
        &[],
        &[
            "Microsoft.KeyVault/vaults/secrets/getSecret/action",
            "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
        ],
    ),
    manager(
        "Log Analytics Contributor",
        "92aaf0da-9dab-42b6-94a3-d43ce8d16293",
        &[
            "*/read",
            "Microsoft.Insights/diagnosticSettings/*",
            "Microsoft.OperationalInsights/*",
            "Microsoft.OperationsManagement/*",
            "Microsoft.Resources/subscriptions/resourcegroups/deployments/*",
            "Microsoft.Storage/storageAccounts/listKeys/action",
        ],
    ),
    BuiltIn {
        not_actions: &["Microsoft.OperationalInsights/workspaces/sharedKeys/read"],
        ..narrow(
            "Log Analytics Reader",
            "73c42c96-874c-492b-b04d-ab87d138a893",
            &[
                "*/read",
                "Microsoft.OperationalInsights/workspaces/analytics/query/action",
                "Microsoft.OperationalInsights/workspaces/search/action",
                "Microsoft.Support/*",
            ],
            &[],
        )
    },
    manager(
        "Managed Identity Contributor",
        "e40ec5ca-96e0-45a2-b4ff-59039f2c2b59",
        &[
            "Microsoft.ManagedIdentity/userAssignedIdentities/read",
            "Microsoft.ManagedIdentity/userAssignedIdentities/write",
            "Microsoft.ManagedIdentity/userAssignedIdentities/delete",
            "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/*",
        ],
    ),
    manager(
        "Managed Identity Operator",
        "f1a07417-d97a-45cb-824c-7a7467783830",
        &[
            "Microsoft.ManagedIdentity/userAssignedIdentities/*/read",
            "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
        ],
    ),
    manager(
        "Monitoring Contributor",
        "749f88d5-cbae-40b8-bcfc-e573ddc772fa",
        &[
            "*/read",
            "Microsoft.AlertsManagement/*",
            "Microsoft.Insights/*",
            "Microsoft.OperationalInsights/workspaces/write",
            "Microsoft.OperationalInsights/workspaces/search/action",
            "Microsoft.OperationalInsights/workspaces/sharedKeys/action",
        ],
    ),
    narrow(
        "Monitoring Metrics Publisher",
        "3913510d-42f4-4e42-8a64-420c390055eb",
        &[
            "Microsoft.Insights/Register/Action",
            "Microsoft.Support/*",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
        ],
        &["Microsoft.Insights/Metrics/Write", "Microsoft.Insights/Telemetry/Write"],
    ),
    narrow(
        "Monitoring Reader",
        "43d0d8ad-25c7-4714-9337-8ba259a9fe05",
        &["*/read", "Microsoft.OperationalInsights/workspaces/search/action", "Microsoft.Support/*"],
        &[],
    ),
    manager(
        "Network Contributor",
        "4d97b98b-1d4f-4787-a291-c67834d212e7",
        &["Microsoft.Network/*", "Microsoft.ResourceHealth/availabilityStatuses/read"],
    ),
    narrow("Owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", &["*"], &[]),
    manager(
        "Private DNS Zone Contributor",
        "b12aa53e-6015-4669-85d0-8515ebb3ae7f",
        &[
            "Microsoft.Network/privateDnsZones/*",
            "Microsoft.Network/privateDnsOperationResults/*",
            "Microsoft.Network/privateDnsOperationStatuses/*",
            "Microsoft.Network/virtualNetworks/read",
            "Microsoft.Network/virtualNetworks/join/action",
        ],
    ),
    narrow("Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7", &["*/read"], &[]),
    manager("Redis Cache Contributor", "e0f68234-74aa-48ed-b826-c38b57376e17", &["Microsoft.Cache/redis/*"]),
    manager(
        "Resource Policy Contributor",
        "36243c78-bf99-498c-9df9-86d9f8d28608",
        &[
            "*/read",
            "Microsoft.Authorization/policyassignments/*",
            "Microsoft.Authorization/policydefinitions/*",
            "Microsoft.Authorization/policyexemptions/*",
            "Microsoft.Authorization/policysetdefinitions/*",
            "Microsoft.PolicyInsights/*",
        ],
    ),
    narrow(
        "Role Based Access Control Administrator",
        "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
        &[
            "Microsoft.Authorization/roleAssignments/write",
            "Microsoft.Authorization/roleAssignments/delete",
            "*/read",
            "Microsoft.Support/*",
        ],
        &[],
    ),
    manager(
        "SQL DB Contributor",
        "9b7fa17d-e63e-47b0-bb0a-15c516ac86ec",
        &[
            "Microsoft.Sql/locations/*/read",
            "Microsoft.Sql/servers/databases/*",
            "Microsoft.Sql/servers/read",
        ],
    ),
    manager(
        "SQL Server Contributor",
        "6d8ee4ec-f05a-4a1d-8b00-a9b17e38b437",
        &["Microsoft.Sql/locations/*/read", "Microsoft.Sql/servers/*"],
    ),
    manager(
        "Storage Account Contributor",
        "17d1049b-9a84-46fb-8f53-869881c3d3ab",
        &[
            "Microsoft.Insights/diagnosticSettings/*",
            "Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action",
            "Microsoft.ResourceHealth/availabilityStatuses/read",
            "Microsoft.Storage/storageAccounts/*",
        ],
    ),
    narrow(
        "Storage Blob Data Contributor",
        "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        &[
            "Microsoft.Storage/storageAccounts/blobServices/containers/delete",
            "Microsoft.Storage/storageAccounts/blobServices/containers/read",
            "Microsoft.Storage/storageAccounts/blobServices/containers/write",
            BLOB_KEY,
        ],
        &[
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete",
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/move/action",
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action",
        ],
    ),
    narrow(
        "Storage Blob Data Owner",
        "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
        &["Microsoft.Storage/storageAccounts/blobServices/containers/*", BLOB_KEY],
        &["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*"],
    ),
    narrow(
        "Storage Blob Data Reader",
        "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
        &["Microsoft.Storage/storageAccounts/blobServices/containers/read", BLOB_KEY],
        &["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"],
    ),
    narrow(
        "Storage Queue Data Contributor",
        "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
        &[
            "Microsoft.Storage/storageAccounts/queueServices/queues/delete",
            "Microsoft.Storage/storageAccounts/queueServices/queues/read",
            "Microsoft.Storage/storageAccounts/queueServices/queues/write",
        ],
        &["Microsoft.Storage/storageAccounts/queueServices/queues/messages/*"],
    ),
    narrow(
        "Storage Queue Data Message Processor",
        "8a0f0c08-91a1-4084-bc3d-661d67233fed",
        &[],
        &[
            "Microsoft.Storage/storageAccounts/queueServices/queues/messages/read",
            "Microsoft.Storage/storageAccounts/queueServices/queues/messages/process/action",
        ],
    ),
    narrow(
        "Storage Queue Data Message Sender",
        "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a",
        &[],
        &["Microsoft.Storage/storageAccounts/queueServices/queues/messages/add/action"],
    ),
    narrow(
        "Storage Queue Data Reader",
        "19e7f393-937e-4f77-808e-94535e297925",
        &["Microsoft.Storage/storageAccounts/queueServices/queues/read"],
        &["Microsoft.Storage/storageAccounts/queueServices/queues/messages/read"],
    ),
    narrow(
        "Storage Table Data Contributor",
        "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
        &[
            "Microsoft.Storage/storageAccounts/tableServices/tables/read",
            "Microsoft.Storage/storageAccounts/tableServices/tables/write",
            "Microsoft.Storage/storageAccounts/tableServices/tables/delete",
        ],
        &["Microsoft.Storage/storageAccounts/tableServices/tables/entities/*"],
    ),
    manager(
        "Tag Contributor",
        "4a9ae827-6dc8-4573-8ac7-8239d42aa03f",
        &[
            "Microsoft.Resources/subscriptions/resourceGroups/resources/read",
            "Microsoft.Resources/subscriptions/resources/read",
            "Microsoft.Resources/tags/*",
        ],
    ),
    manager(
        "Traffic Manager Contributor",
        "a4b10055-b0c7-44c2-b00f-c7b5b3550cf7",
        &["Microsoft.Network/trafficManagerProfiles/*"],
    ),
    narrow(
        "User Access Administrator",
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
        &["*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"],
        &[],
    ),
    manager(
        "Virtual Machine Contributor",
        "9980e02c-c2be-4d73-94e8-173b1dc7cf3c",
        &[
            "Microsoft.Compute/availabilitySets/*",
            "Microsoft.Compute/disks/*",
            "Microsoft.Compute/virtualMachines/*",
            "Microsoft.Compute/virtualMachineScaleSets/*",
            "Microsoft.Network/networkInterfaces/*",
            "Microsoft.Network/networkSecurityGroups/join/action",
            "Microsoft.Network/networkSecurityGroups/read",
            "Microsoft.Network/virtualNetworks/read",
            "Microsoft.Network/virtualNetworks/subnets/join/action",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_a_guid_and_both_names_are_used_once() {
        let unique = |values: Vec<&str>| values.iter().collect::<std::collections::BTreeSet<_>>().len();
        assert!(ROLES.iter().all(|role| uuid::Uuid::try_parse(role.id).is_ok()));
        assert_eq!(unique(ROLES.iter().map(|role| role.id).collect()), ROLES.len());
        assert_eq!(unique(ROLES.iter().map(|role| role.name).collect()), ROLES.len());
    }
}

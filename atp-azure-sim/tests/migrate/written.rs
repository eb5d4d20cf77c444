//! Resources that existed before they were declared here.
//!
//! The options say which ids are taken over; once that is done, they can go.

use atp_azure::{
    authorization, container_service, key_vault, network, resources, service_bus, sql, storage,
};
use atp_iac::{Context, Options, Result};

/// What everything is in.
const SCOPE: &str = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-shop";

/// Declares everything.
///
/// # Errors
/// When a name is taken, or a text is no id.
pub fn declare(cx: &mut Context) -> Result<()> {
    let resource_group_main = resources::ResourceGroup::new("rg-shop", "westeurope");
    let resource_group_main = cx.add_with("resource-group-main", import(""), resource_group_main)?;

    let kubernetes_cluster_main =
        container_service::ManagedCluster::new(resource_group_main.id(), "aks-shop", "westeurope")
            .identity(
                container_service::ManagedClusterIdentity::new()
                    .type_(container_service::ManagedClusterIdentityType::SYSTEM_ASSIGNED),
            )
            .agent_pool_profiles([container_service::ManagedClusterAgentPoolProfile::new("system")
                .count(1)
                .mode(container_service::ManagedClusterAgentPoolProfileMode::SYSTEM)
                .type_(
                    container_service::ManagedClusterAgentPoolProfileType::VIRTUAL_MACHINE_SCALE_SETS,
                )
                .vm_size("Standard_D2s_v5")])
            .dns_prefix("shop")
            .identity_profile([
                (
                    "kubeletidentity",
                    container_service::ManagedClusterUserAssignedIdentity::new()
                        .client_id("68d8331f-38cf-56fc-8744-9a9fdde95522")
                        .object_id("0d92e431-10df-5a88-bbf5-acfc81ef7b3c")
                        .resource_id(
                            atp_iac::ResourceId::parse(
                                "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/MC_rg-shop_aks-shop_westeurope/providers/Microsoft.ManagedIdentity/userAssignedIdentities/aks-shop-agentpool",
                            )?,
                        ),
                ),
            ])
            .node_resource_group("MC_rg-shop_aks-shop_westeurope");
    cx.add_with(
        "kubernetes-cluster-main",
        import("/providers/Microsoft.ContainerService/managedClusters/aks-shop"),
        kubernetes_cluster_main,
    )?;

    let key_vault_main = key_vault::Vault::new(
        resource_group_main.id(),
        "kv-shop-4711",
        "westeurope",
        "00000000-0000-4000-8000-0000000000aa",
        key_vault::VaultSku::new(key_vault::VaultSkuName::Standard),
    )
    .enable_rbac_authorization(true);
    let key_vault_main = cx.add_with(
        "key-vault-main",
        import("/providers/Microsoft.KeyVault/vaults/kv-shop-4711"),
        key_vault_main,
    )?;

    let reader = authorization::RoleAssignment::new(
        key_vault_main.id(),
        "00000000-0000-4000-8000-0000000000bb",
        atp_iac::ResourceId::parse(
            "/subscriptions/00000000-0000-4000-8000-000000000001/providers/Microsoft.Authorization/roleDefinitions/21090545-7ca7-4776-b22c-e363652d74d2",
        )?,
        "00000000-0000-4000-8000-0000000000aa",
    )
    .principal_type(authorization::RoleAssignmentPrincipalType::SERVICE_PRINCIPAL);
    cx.add_with(
        "reader",
        import(
            "/providers/Microsoft.KeyVault/vaults/kv-shop-4711/providers/Microsoft.Authorization/roleAssignments/00000000-0000-4000-8000-0000000000bb",
        ),
        reader,
    )?;

    let virtual_network_main = network::VirtualNetwork::new(
        resource_group_main.id(),
        "vnet-shop",
        "westeurope",
        network::VirtualNetworkAddressSpace::new(["10.0.0.0/16"]),
    );
    let virtual_network_main = cx.add_with(
        "virtual-network-main",
        import("/providers/Microsoft.Network/virtualNetworks/vnet-shop"),
        virtual_network_main,
    )?;

    let this_app = network::Subnet::new(virtual_network_main.id(), "app", "10.0.1.0/24");
    cx.add_with(
        "this-app",
        import("/providers/Microsoft.Network/virtualNetworks/vnet-shop/subnets/app"),
        this_app,
    )?;

    let this_data = network::Subnet::new(virtual_network_main.id(), "data", "10.0.2.0/24");
    cx.add_with(
        "this-data",
        import("/providers/Microsoft.Network/virtualNetworks/vnet-shop/subnets/data"),
        this_data,
    )?;

    let servicebus_namespace_main = service_bus::Namespace::new(
        resource_group_main.id(),
        "sb-shop-4711",
        "westeurope",
        service_bus::NamespaceSku::new(service_bus::NamespaceSkuName::Standard),
    );
    let servicebus_namespace_main = cx.add_with(
        "servicebus-namespace-main",
        import("/providers/Microsoft.ServiceBus/namespaces/sb-shop-4711"),
        servicebus_namespace_main,
    )?;

    let servicebus_queue_orders = service_bus::Queue::new(servicebus_namespace_main.id(), "orders");
    cx.add_with(
        "servicebus-queue-orders",
        import("/providers/Microsoft.ServiceBus/namespaces/sb-shop-4711/queues/orders"),
        servicebus_queue_orders,
    )?;

    let mssql_server_main =
        sql::Server::new(resource_group_main.id(), "sql-shop-4711", "westeurope")
            .administrators(
                sql::ServerAdministrators::new()
                    .administrator_type(
                        sql::ServerAdministratorsAdministratorType::ACTIVE_DIRECTORY,
                    )
                    .azure_ad_only_authentication(true)
                    .login("admins")
                    .principal_type(sql::ServerAdministratorsPrincipalType::GROUP)
                    .sid("00000000-0000-4000-8000-0000000000bb")
                    .tenant_id("00000000-0000-4000-8000-0000000000aa"),
            )
            .minimal_tls_version(sql::ServerMinimalTlsVersion::V1_2);
    let mssql_server_main = cx.add_with(
        "mssql-server-main",
        import("/providers/Microsoft.Sql/servers/sql-shop-4711"),
        mssql_server_main,
    )?;

    let mssql_database_orders = sql::Database::new(mssql_server_main.id(), "orders", "westeurope")
        .sku(sql::DatabaseSku::new("S0").tier("Standard"));
    cx.add_with(
        "mssql-database-orders",
        import("/providers/Microsoft.Sql/servers/sql-shop-4711/databases/orders"),
        mssql_database_orders,
    )?;

    let storage_account_main = storage::StorageAccount::new(
        resource_group_main.id(),
        "stshop4711",
        "westeurope",
        storage::StorageAccountSku::new(storage::StorageAccountSkuName::STANDARD_LRS),
        storage::StorageAccountKind::STORAGE_V2,
    );
    let storage_account_main = cx.add_with(
        "storage-account-main",
        import("/providers/Microsoft.Storage/storageAccounts/stshop4711"),
        storage_account_main,
    )?;

    let logs = storage::BlobContainer::new(
        atp_iac::ResourceId::parse(
            "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-shop/providers/Microsoft.Storage/storageAccounts/stshop4711/blobServices/default",
        )?,
        "logs",
    );
    cx.add_with(
        "logs",
        import(
            "/providers/Microsoft.Storage/storageAccounts/stshop4711/blobServices/default/containers/logs",
        )
        .depends_on(&storage_account_main),
        logs,
    )?;
    Ok(())
}

/// The options of a resource that is taken over.
fn import(path: &str) -> Options {
    Options::new().import(format!("{SCOPE}{path}"))
}

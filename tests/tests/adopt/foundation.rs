//! Resources that existed before they were declared here.
//!
//! The options say which ids are taken over; once that is done, they can go.

use atp_azure::{
    authorization, insights, key_vault, managed_identity, network, operational_insights, resources,
};
use atp_iac::{Context, Options, Result};

/// What everything is in.
const SCOPE: &str = "/subscriptions/00000000-0000-0000-0000-0000000000a4";

/// Declares everything.
///
/// # Errors
/// When a name is taken, or a text is no id.
pub fn declare(cx: &mut Context) -> Result<()> {
    let tags = [
        ("cost-centre", "cc-4711"),
        ("data-classification", "restricted"),
        ("environment", "prod"),
        ("layer", "foundation"),
        ("managed-by", "atp-iac"),
        ("owner", "platform-team"),
    ];
    let tags_2 = [
        ("cost-centre", "cc-4711"),
        ("data-classification", "restricted"),
        ("environment", "prod"),
        ("layer", "foundation"),
        ("managed-by", "atp-iac"),
        ("owner", "platform-team"),
        ("public-exception", "egress"),
    ];

    let rg_atp_prod_weu_dns =
        resources::ResourceGroup::new("rg-atp-prod-weu-dns", "westeurope").tags(tags);
    let rg_atp_prod_weu_dns = cx.add_with(
        "rg-atp-prod-weu-dns",
        import("/resourceGroups/rg-atp-prod-weu-dns"),
        rg_atp_prod_weu_dns,
    )?;

    let keep_private_dns = authorization::ManagementLock::new(
        rg_atp_prod_weu_dns.id(),
        "keep-private-dns",
        authorization::ManagementLockLevel::CAN_NOT_DELETE,
    )
    .notes(
        "Set by the stack prod/westeurope/foundation. To remove it, set `locks: false` in the configuration and bring the stack up.",
    );
    cx.add_with(
        "keep-private-dns",
        import(
            "/resourceGroups/rg-atp-prod-weu-dns/providers/Microsoft.Authorization/locks/keep-private-dns",
        ),
        keep_private_dns,
    )?;

    let privatelink_agentsvc_azure_automation_net = network::PrivateDnsZone::new(
        rg_atp_prod_weu_dns.id(),
        "privatelink.agentsvc.azure-automation.net",
    )
    .tags(tags);
    let privatelink_agentsvc_azure_automation_net = cx.add_with(
        "privatelink.agentsvc.azure-automation.net",
        import(
            "/resourceGroups/rg-atp-prod-weu-dns/providers/Microsoft.Network/privateDnsZones/privatelink.agentsvc.azure-automation.net",
        ),
        privatelink_agentsvc_azure_automation_net,
    )?;

    let rg_atp_prod_weu_network =
        resources::ResourceGroup::new("rg-atp-prod-weu-network", "westeurope").tags(tags);
    let rg_atp_prod_weu_network = cx.add_with(
        "rg-atp-prod-weu-network",
        import("/resourceGroups/rg-atp-prod-weu-network"),
        rg_atp_prod_weu_network,
    )?;

    let vnet_atp_prod_weu = network::VirtualNetwork::new(
        rg_atp_prod_weu_network.id(),
        "vnet-atp-prod-weu",
        "westeurope",
        network::VirtualNetworkAddressSpace::new(["10.40.0.0/16"]),
    )
    .tags(tags);
    let vnet_atp_prod_weu = cx.add_with(
        "vnet-atp-prod-weu",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/virtualNetworks/vnet-atp-prod-weu",
        ),
        vnet_atp_prod_weu,
    )?;

    let privatelink_agentsvc_azure_automation_net_network =
        network::PrivateDnsZoneVirtualNetworkLink::new(
            privatelink_agentsvc_azure_automation_net.id(),
            "network",
            vnet_atp_prod_weu.id(),
        )
        .registration_enabled(false)
        .tags(tags);
    cx.add_with(
        "privatelink.agentsvc.azure-automation.net-network",
        import(
            "/resourceGroups/rg-atp-prod-weu-dns/providers/Microsoft.Network/privateDnsZones/privatelink.agentsvc.azure-automation.net/virtualNetworkLinks/network",
        ),
        privatelink_agentsvc_azure_automation_net_network,
    )?;

    let privatelink_azurecr_io =
        network::PrivateDnsZone::new(rg_atp_prod_weu_dns.id(), "privatelink.azurecr.io").tags(tags);
    let privatelink_azurecr_io = cx.add_with(
        "privatelink.azurecr.io",
        import(
            "/resourceGroups/rg-atp-prod-weu-dns/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.io",
        ),
        privatelink_azurecr_io,
    )?;

    let privatelink_azurecr_io_network = network::PrivateDnsZoneVirtualNetworkLink::new(
        privatelink_azurecr_io.id(),
        "network",
        vnet_atp_prod_weu.id(),
    )
    .registration_enabled(false)
    .tags(tags);
    cx.add_with(
        "privatelink.azurecr.io-network",
        import(
            "/resourceGroups/rg-atp-prod-weu-dns/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.io/virtualNetworkLinks/network",
        ),
        privatelink_azurecr_io_network,
    )?;

    let privatelink_blob_core_windows_net = network::PrivateDnsZone::new(
        rg_atp_prod_weu_dns.id(),
        "privatelink.blob.core.windows.net",
    )
    .tags(tags);
    let privatelink_blob_core_windows_net = cx.add_with(
        "privatelink.blob.core.windows.net",
        import(
            "/resourceGroups/rg-atp-prod-weu-dns/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net",
        ),
        privatelink_blob_core_windows_net,
    )?;

    let privatelink_blob_core_windows_net_network = network::PrivateDnsZoneVirtualNetworkLink::new(
        privatelink_blob_core_windows_net.id(),
        "network",
        vnet_atp_prod_weu.id(),
    )
    .registration_enabled(false)
    .tags(tags);
    cx.add_with(
        "privatelink.blob.core.windows.net-network",
        import(
            "/resourceGroups/rg-atp-prod-weu-dns/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net/virtualNetworkLinks/network",
        ),
        privatelink_blob_core_windows_net_network,
    )?;

    let privatelink_database_windows_net =
        network::PrivateDnsZone::new(rg_atp_prod_weu_dns.id(), "privatelink.database.windows.net")
            .tags(tags);
    let privatelink_database_windows_net = cx.add_with(
        "privatelink.database.windows.net",
        import(
            "/resourceGroups/rg-atp-prod-weu-dns/providers/Microsoft.Network/privateDnsZones/privatelink.database.windows.net",
        ),
        privatelink_database_windows_net,
    )?;

    let privatelink_database_windows_net_network = network::PrivateDnsZoneVirtualNetworkLink::new(
        privatelink_database_windows_net.id(),
        "network",
        vnet_atp_prod_weu.id(),
    )
    .registration_enabled(false)
    .tags(tags);
    cx.add_with(
        "privatelink.database.windows.net-network",
        import(
            "/resourceGroups/rg-atp-prod-weu-dns/providers/Microsoft.Network/privateDnsZones/privatelink.database.windows.net/virtualNetworkLinks/network",
        ),
        privatelink_database_windows_net_network,
    )?;

    let privatelink_documents_azure_com =
        network::PrivateDnsZone::new(rg_atp_prod_weu_dns.id(), "privatelink.documents.azure.com")
            .tags(tags);
    let privatelink_documents_azure_com = cx.add_with(
        "privatelink.documents.azure.com",
        import(
            "/resourceGroups/rg-atp-prod-weu-dns/providers/Microsoft.Network/privateDnsZones/privatelink.documents.azure.com",
        ),
        privatelink_documents_azure_com,
    )?;

    let privatelink_documents_azure_com_network = network::PrivateDnsZoneVirtualNetworkLink::new(
        privatelink_documents_azure_com.id(),
        "network",
        vnet_atp_prod_weu.id(),
    )
    .registration_enabled(false)
    .tags(tags);
    cx.add_with(
        "privatelink.documents.azure.com-network",
        import(
            "/resourceGroups/rg-atp-prod-weu-dns/providers/Microsoft.Network/privateDnsZones/privatelink.documents.azure.com/virtualNetworkLinks/network",
        ),
        privatelink_documents_azure_com_network,
    )?;

    let privatelink_managedhsm_azure_net =
        network::PrivateDnsZone::new(rg_atp_prod_weu_dns.id(), "privatelink.managedhsm.azure.net")
            .tags(tags);
    let privatelink_managedhsm_azure_net = cx.add_with(
        "privatelink.managedhsm.azure.net",
        import(
            "/resourceGroups/rg-atp-prod-weu-dns/providers/Microsoft.Network/privateDnsZones/privatelink.managedhsm.azure.net",
        ),
        privatelink_managedhsm_azure_net,
    )?;

    let privatelink_managedhsm_azure_net_network = network::PrivateDnsZoneVirtualNetworkLink::new(
        privatelink_managedhsm_azure_net.id(),
        "network",
        vnet_atp_prod_weu.id(),
    )
    .registration_enabled(false)
    .tags(tags);
    cx.add_with(
        "privatelink.managedhsm.azure.net-network",
        import(
            "/resourceGroups/rg-atp-prod-weu-dns/providers/Microsoft.Network/privateDnsZones/privatelink.managedhsm.azure.net/virtualNetworkLinks/network",
        ),
        privatelink_managedhsm_azure_net_network,
    )?;

    let privatelink_monitor_azure_com =
        network::PrivateDnsZone::new(rg_atp_prod_weu_dns.id(), "privatelink.monitor.azure.com")
            .tags(tags);
    let privatelink_monitor_azure_com = cx.add_with(
        "privatelink.monitor.azure.com",
        import(
            "/resourceGroups/rg-atp-prod-weu-dns/providers/Microsoft.Network/privateDnsZones/privatelink.monitor.azure.com",
        ),
        privatelink_monitor_azure_com,
    )?;

    let privatelink_monitor_azure_com_network = network::PrivateDnsZoneVirtualNetworkLink::new(
        privatelink_monitor_azure_com.id(),
        "network",
        vnet_atp_prod_weu.id(),
    )
    .registration_enabled(false)
    .tags(tags);
    cx.add_with(
        "privatelink.monitor.azure.com-network",
        import(
            "/resourceGroups/rg-atp-prod-weu-dns/providers/Microsoft.Network/privateDnsZones/privatelink.monitor.azure.com/virtualNetworkLinks/network",
        ),
        privatelink_monitor_azure_com_network,
    )?;

    let privatelink_ods_opinsights_azure_com = network::PrivateDnsZone::new(
        rg_atp_prod_weu_dns.id(),
        "privatelink.ods.opinsights.azure.com",
    )
    .tags(tags);
    let privatelink_ods_opinsights_azure_com = cx.add_with(
        "privatelink.ods.opinsights.azure.com",
        import(
            "/resourceGroups/rg-atp-prod-weu-dns/providers/Microsoft.Network/privateDnsZones/privatelink.ods.opinsights.azure.com",
        ),
        privatelink_ods_opinsights_azure_com,
    )?;

    let privatelink_ods_opinsights_azure_com_network =
        network::PrivateDnsZoneVirtualNetworkLink::new(
            privatelink_ods_opinsights_azure_com.id(),
            "network",
            vnet_atp_prod_weu.id(),
        )
        .registration_enabled(false)
        .tags(tags);
    cx.add_with(
        "privatelink.ods.opinsights.azure.com-network",
        import(
            "/resourceGroups/rg-atp-prod-weu-dns/providers/Microsoft.Network/privateDnsZones/privatelink.ods.opinsights.azure.com/virtualNetworkLinks/network",
        ),
        privatelink_ods_opinsights_azure_com_network,
    )?;

    let privatelink_oms_opinsights_azure_com = network::PrivateDnsZone::new(
        rg_atp_prod_weu_dns.id(),
        "privatelink.oms.opinsights.azure.com",
    )
    .tags(tags);
    let privatelink_oms_opinsights_azure_com = cx.add_with(
        "privatelink.oms.opinsights.azure.com",
        import(
            "/resourceGroups/rg-atp-prod-weu-dns/providers/Microsoft.Network/privateDnsZones/privatelink.oms.opinsights.azure.com",
        ),
        privatelink_oms_opinsights_azure_com,
    )?;

    let privatelink_oms_opinsights_azure_com_network =
        network::PrivateDnsZoneVirtualNetworkLink::new(
            privatelink_oms_opinsights_azure_com.id(),
            "network",
            vnet_atp_prod_weu.id(),
        )
        .registration_enabled(false)
        .tags(tags);
    cx.add_with(
        "privatelink.oms.opinsights.azure.com-network",
        import(
            "/resourceGroups/rg-atp-prod-weu-dns/providers/Microsoft.Network/privateDnsZones/privatelink.oms.opinsights.azure.com/virtualNetworkLinks/network",
        ),
        privatelink_oms_opinsights_azure_com_network,
    )?;

    let privatelink_servicebus_windows_net = network::PrivateDnsZone::new(
        rg_atp_prod_weu_dns.id(),
        "privatelink.servicebus.windows.net",
    )
    .tags(tags);
    let privatelink_servicebus_windows_net = cx.add_with(
        "privatelink.servicebus.windows.net",
        import(
            "/resourceGroups/rg-atp-prod-weu-dns/providers/Microsoft.Network/privateDnsZones/privatelink.servicebus.windows.net",
        ),
        privatelink_servicebus_windows_net,
    )?;

    let privatelink_servicebus_windows_net_network =
        network::PrivateDnsZoneVirtualNetworkLink::new(
            privatelink_servicebus_windows_net.id(),
            "network",
            vnet_atp_prod_weu.id(),
        )
        .registration_enabled(false)
        .tags(tags);
    cx.add_with(
        "privatelink.servicebus.windows.net-network",
        import(
            "/resourceGroups/rg-atp-prod-weu-dns/providers/Microsoft.Network/privateDnsZones/privatelink.servicebus.windows.net/virtualNetworkLinks/network",
        ),
        privatelink_servicebus_windows_net_network,
    )?;

    let privatelink_vaultcore_azure_net =
        network::PrivateDnsZone::new(rg_atp_prod_weu_dns.id(), "privatelink.vaultcore.azure.net")
            .tags(tags);
    let privatelink_vaultcore_azure_net = cx.add_with(
        "privatelink.vaultcore.azure.net",
        import(
            "/resourceGroups/rg-atp-prod-weu-dns/providers/Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net",
        ),
        privatelink_vaultcore_azure_net,
    )?;

    let privatelink_vaultcore_azure_net_network = network::PrivateDnsZoneVirtualNetworkLink::new(
        privatelink_vaultcore_azure_net.id(),
        "network",
        vnet_atp_prod_weu.id(),
    )
    .registration_enabled(false)
    .tags(tags);
    cx.add_with(
        "privatelink.vaultcore.azure.net-network",
        import(
            "/resourceGroups/rg-atp-prod-weu-dns/providers/Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net/virtualNetworkLinks/network",
        ),
        privatelink_vaultcore_azure_net_network,
    )?;

    let asg_atp_prod_weu_private_endpoints = network::ApplicationSecurityGroup::new(
        rg_atp_prod_weu_network.id(),
        "asg-atp-prod-weu-private-endpoints",
        "westeurope",
    )
    .tags(tags);
    let asg_atp_prod_weu_private_endpoints = cx.add_with(
        "asg-atp-prod-weu-private-endpoints",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/applicationSecurityGroups/asg-atp-prod-weu-private-endpoints",
        ),
        asg_atp_prod_weu_private_endpoints,
    )?;

    let ippre_atp_prod_weu_egress = network::PublicIpPrefix::new(
        rg_atp_prod_weu_network.id(),
        "ippre-atp-prod-weu-egress",
        "westeurope",
        network::PublicIpPrefixSku::new().name(network::PublicIpPrefixSkuName::STANDARD_V2),
        31,
    )
    .tags(tags_2)
    .zones(["1", "2", "3"]);
    let ippre_atp_prod_weu_egress = cx.add_with(
        "ippre-atp-prod-weu-egress",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/publicIPPrefixes/ippre-atp-prod-weu-egress",
        ),
        ippre_atp_prod_weu_egress,
    )?;

    let ng_atp_prod_weu_egress = network::NatGateway::new(
        rg_atp_prod_weu_network.id(),
        "ng-atp-prod-weu-egress",
        "westeurope",
        network::NatGatewaySku::new(network::NatGatewaySkuName::STANDARD_V2),
    )
    .public_ip_prefixes([atp_azure::SubResource::new(ippre_atp_prod_weu_egress.id())])
    .tags(tags_2)
    .zones(["1", "2", "3"]);
    let ng_atp_prod_weu_egress = cx.add_with(
        "ng-atp-prod-weu-egress",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/natGateways/ng-atp-prod-weu-egress",
        ),
        ng_atp_prod_weu_egress,
    )?;

    let nsg_atp_prod_weu_aks_export = network::NetworkSecurityGroup::new(
        rg_atp_prod_weu_network.id(),
        "nsg-atp-prod-weu-aks-export",
        "westeurope",
    )
    .security_rules([
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-cluster",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            100,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefixes([
            "10.40.8.0/23",
            "10.40.2.0/23",
            "10.40.6.0/23",
            "10.40.4.0/23",
            "10.40.0.0/24",
        ])
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-gateway",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            110,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_ranges(["443", "8443"])
        .source_address_prefix("10.40.10.32/27")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-load-balancer",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            120,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("AzureLoadBalancer")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "deny-all-inbound",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::DENY,
            4096,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-cluster",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            100,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefixes([
            "10.40.8.0/23",
            "10.40.2.0/23",
            "10.40.6.0/23",
            "10.40.4.0/23",
            "10.40.0.0/24",
        ])
        .destination_port_range("*")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-services",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            110,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_application_security_groups([atp_azure::SubResource::new(
            asg_atp_prod_weu_private_endpoints.id(),
        )])
        .destination_port_ranges(["443", "1433", "5671-5672"])
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-peered-region",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            120,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("10.41.0.0/16")
        .destination_port_ranges(["443", "1433", "5671-5672"])
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-directory",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            130,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureActiveDirectory")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-management",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            140,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureResourceManager")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-monitor",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            150,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureMonitor")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-node-images",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            160,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("MicrosoftContainerRegistry")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-node-packages",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            170,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureFrontDoor.FirstParty")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-regional-services",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            180,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureCloud.westeurope")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-git",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            190,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefixes(["140.82.112.0/20", "143.55.64.0/20", "192.30.252.0/22"])
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "deny-all-outbound",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::DENY,
            4096,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("*")
        .source_port_range("*"),
    ])
    .tags(tags);
    let nsg_atp_prod_weu_aks_export = cx.add_with(
        "nsg-atp-prod-weu-aks-export",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/networkSecurityGroups/nsg-atp-prod-weu-aks-export",
        ),
        nsg_atp_prod_weu_aks_export,
    )?;

    let rg_atp_prod_weu_observability =
        resources::ResourceGroup::new("rg-atp-prod-weu-observability", "westeurope").tags(tags);
    let rg_atp_prod_weu_observability = cx.add_with(
        "rg-atp-prod-weu-observability",
        import("/resourceGroups/rg-atp-prod-weu-observability"),
        rg_atp_prod_weu_observability,
    )?;

    let log_atp_prod_weu = operational_insights::Workspace::new(
        rg_atp_prod_weu_observability.id(),
        "log-atp-prod-weu",
        "westeurope",
    )
    .features(
        operational_insights::WorkspaceFeatures::new()
            .disable_local_auth(true)
            .enable_log_access_using_only_resource_permissions(true),
    )
    .public_network_access_for_ingestion(
        operational_insights::WorkspacePublicNetworkAccessForIngestion::DISABLED,
    )
    .public_network_access_for_query(
        operational_insights::WorkspacePublicNetworkAccessForQuery::DISABLED,
    )
    .retention_in_days(365)
    .sku(operational_insights::WorkspaceSku::new(
        operational_insights::WorkspaceSkuName::PER_GB2018,
    ))
    .tags(tags);
    let log_atp_prod_weu = cx.add_with(
        "log-atp-prod-weu",
        import(
            "/resourceGroups/rg-atp-prod-weu-observability/providers/Microsoft.OperationalInsights/workspaces/log-atp-prod-weu",
        ),
        log_atp_prod_weu,
    )?;

    let nsg_atp_prod_weu_aks_export_microsoft_insights_to_workspace =
        insights::DiagnosticSetting::new(nsg_atp_prod_weu_aks_export.id(), "to-workspace")
            .logs([insights::DiagnosticSettingLog::new(true).category_group("allLogs")])
            .workspace_id(log_atp_prod_weu.id());
    cx.add_with(
        "nsg-atp-prod-weu-aks-export-Microsoft.Insights-to-workspace",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/networkSecurityGroups/nsg-atp-prod-weu-aks-export/providers/Microsoft.Insights/diagnosticSettings/to-workspace",
        ),
        nsg_atp_prod_weu_aks_export_microsoft_insights_to_workspace,
    )?;

    let nsg_atp_prod_weu_aks_ingestion = network::NetworkSecurityGroup::new(
        rg_atp_prod_weu_network.id(),
        "nsg-atp-prod-weu-aks-ingestion",
        "westeurope",
    )
    .security_rules([
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-cluster",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            100,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefixes([
            "10.40.8.0/23",
            "10.40.2.0/23",
            "10.40.6.0/23",
            "10.40.4.0/23",
            "10.40.0.0/24",
        ])
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-gateway",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            110,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_ranges(["443", "8443"])
        .source_address_prefix("10.40.10.32/27")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-load-balancer",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            120,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("AzureLoadBalancer")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "deny-all-inbound",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::DENY,
            4096,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-cluster",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            100,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefixes([
            "10.40.8.0/23",
            "10.40.2.0/23",
            "10.40.6.0/23",
            "10.40.4.0/23",
            "10.40.0.0/24",
        ])
        .destination_port_range("*")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-services",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            110,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_application_security_groups([atp_azure::SubResource::new(
            asg_atp_prod_weu_private_endpoints.id(),
        )])
        .destination_port_ranges(["443", "1433", "5671-5672"])
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-peered-region",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            120,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("10.41.0.0/16")
        .destination_port_ranges(["443", "1433", "5671-5672"])
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-directory",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            130,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureActiveDirectory")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-management",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            140,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureResourceManager")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-monitor",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            150,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureMonitor")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-node-images",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            160,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("MicrosoftContainerRegistry")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-node-packages",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            170,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureFrontDoor.FirstParty")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-regional-services",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            180,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureCloud.westeurope")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-git",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            190,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefixes(["140.82.112.0/20", "143.55.64.0/20", "192.30.252.0/22"])
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "deny-all-outbound",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::DENY,
            4096,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("*")
        .source_port_range("*"),
    ])
    .tags(tags);
    let nsg_atp_prod_weu_aks_ingestion = cx.add_with(
        "nsg-atp-prod-weu-aks-ingestion",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/networkSecurityGroups/nsg-atp-prod-weu-aks-ingestion",
        ),
        nsg_atp_prod_weu_aks_ingestion,
    )?;

    let nsg_atp_prod_weu_aks_ingestion_microsoft_insights_to_workspace =
        insights::DiagnosticSetting::new(nsg_atp_prod_weu_aks_ingestion.id(), "to-workspace")
            .logs([insights::DiagnosticSettingLog::new(true).category_group("allLogs")])
            .workspace_id(log_atp_prod_weu.id());
    cx.add_with(
        "nsg-atp-prod-weu-aks-ingestion-Microsoft.Insights-to-workspace",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/networkSecurityGroups/nsg-atp-prod-weu-aks-ingestion/providers/Microsoft.Insights/diagnosticSettings/to-workspace",
        ),
        nsg_atp_prod_weu_aks_ingestion_microsoft_insights_to_workspace,
    )?;

    let nsg_atp_prod_weu_aks_projection = network::NetworkSecurityGroup::new(
        rg_atp_prod_weu_network.id(),
        "nsg-atp-prod-weu-aks-projection",
        "westeurope",
    )
    .security_rules([
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-cluster",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            100,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefixes([
            "10.40.8.0/23",
            "10.40.2.0/23",
            "10.40.6.0/23",
            "10.40.4.0/23",
            "10.40.0.0/24",
        ])
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-gateway",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            110,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_ranges(["443", "8443"])
        .source_address_prefix("10.40.10.32/27")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-load-balancer",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            120,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("AzureLoadBalancer")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "deny-all-inbound",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::DENY,
            4096,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-cluster",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            100,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefixes([
            "10.40.8.0/23",
            "10.40.2.0/23",
            "10.40.6.0/23",
            "10.40.4.0/23",
            "10.40.0.0/24",
        ])
        .destination_port_range("*")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-services",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            110,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_application_security_groups([atp_azure::SubResource::new(
            asg_atp_prod_weu_private_endpoints.id(),
        )])
        .destination_port_ranges(["443", "1433", "5671-5672"])
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-peered-region",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            120,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("10.41.0.0/16")
        .destination_port_ranges(["443", "1433", "5671-5672"])
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-directory",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            130,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureActiveDirectory")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-management",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            140,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureResourceManager")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-monitor",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            150,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureMonitor")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-node-images",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            160,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("MicrosoftContainerRegistry")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-node-packages",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            170,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureFrontDoor.FirstParty")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-regional-services",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            180,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureCloud.westeurope")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-git",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            190,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefixes(["140.82.112.0/20", "143.55.64.0/20", "192.30.252.0/22"])
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "deny-all-outbound",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::DENY,
            4096,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("*")
        .source_port_range("*"),
    ])
    .tags(tags);
    let nsg_atp_prod_weu_aks_projection = cx.add_with(
        "nsg-atp-prod-weu-aks-projection",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/networkSecurityGroups/nsg-atp-prod-weu-aks-projection",
        ),
        nsg_atp_prod_weu_aks_projection,
    )?;

    let nsg_atp_prod_weu_aks_projection_microsoft_insights_to_workspace =
        insights::DiagnosticSetting::new(nsg_atp_prod_weu_aks_projection.id(), "to-workspace")
            .logs([insights::DiagnosticSettingLog::new(true).category_group("allLogs")])
            .workspace_id(log_atp_prod_weu.id());
    cx.add_with(
        "nsg-atp-prod-weu-aks-projection-Microsoft.Insights-to-workspace",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/networkSecurityGroups/nsg-atp-prod-weu-aks-projection/providers/Microsoft.Insights/diagnosticSettings/to-workspace",
        ),
        nsg_atp_prod_weu_aks_projection_microsoft_insights_to_workspace,
    )?;

    let nsg_atp_prod_weu_aks_query = network::NetworkSecurityGroup::new(
        rg_atp_prod_weu_network.id(),
        "nsg-atp-prod-weu-aks-query",
        "westeurope",
    )
    .security_rules([
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-cluster",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            100,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefixes([
            "10.40.8.0/23",
            "10.40.2.0/23",
            "10.40.6.0/23",
            "10.40.4.0/23",
            "10.40.0.0/24",
        ])
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-gateway",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            110,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_ranges(["443", "8443"])
        .source_address_prefix("10.40.10.32/27")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-load-balancer",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            120,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("AzureLoadBalancer")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "deny-all-inbound",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::DENY,
            4096,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-cluster",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            100,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefixes([
            "10.40.8.0/23",
            "10.40.2.0/23",
            "10.40.6.0/23",
            "10.40.4.0/23",
            "10.40.0.0/24",
        ])
        .destination_port_range("*")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-services",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            110,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_application_security_groups([atp_azure::SubResource::new(
            asg_atp_prod_weu_private_endpoints.id(),
        )])
        .destination_port_ranges(["443", "1433", "5671-5672"])
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-peered-region",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            120,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("10.41.0.0/16")
        .destination_port_ranges(["443", "1433", "5671-5672"])
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-directory",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            130,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureActiveDirectory")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-management",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            140,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureResourceManager")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-monitor",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            150,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureMonitor")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-node-images",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            160,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("MicrosoftContainerRegistry")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-node-packages",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            170,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureFrontDoor.FirstParty")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-regional-services",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            180,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureCloud.westeurope")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-git",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            190,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefixes(["140.82.112.0/20", "143.55.64.0/20", "192.30.252.0/22"])
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "deny-all-outbound",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::DENY,
            4096,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("*")
        .source_port_range("*"),
    ])
    .tags(tags);
    let nsg_atp_prod_weu_aks_query = cx.add_with(
        "nsg-atp-prod-weu-aks-query",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/networkSecurityGroups/nsg-atp-prod-weu-aks-query",
        ),
        nsg_atp_prod_weu_aks_query,
    )?;

    let nsg_atp_prod_weu_aks_query_microsoft_insights_to_workspace =
        insights::DiagnosticSetting::new(nsg_atp_prod_weu_aks_query.id(), "to-workspace")
            .logs([insights::DiagnosticSettingLog::new(true).category_group("allLogs")])
            .workspace_id(log_atp_prod_weu.id());
    cx.add_with(
        "nsg-atp-prod-weu-aks-query-Microsoft.Insights-to-workspace",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/networkSecurityGroups/nsg-atp-prod-weu-aks-query/providers/Microsoft.Insights/diagnosticSettings/to-workspace",
        ),
        nsg_atp_prod_weu_aks_query_microsoft_insights_to_workspace,
    )?;

    let nsg_atp_prod_weu_aks_system = network::NetworkSecurityGroup::new(
        rg_atp_prod_weu_network.id(),
        "nsg-atp-prod-weu-aks-system",
        "westeurope",
    )
    .security_rules([
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-cluster",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            100,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefixes([
            "10.40.8.0/23",
            "10.40.2.0/23",
            "10.40.6.0/23",
            "10.40.4.0/23",
            "10.40.0.0/24",
        ])
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-gateway",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            110,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_ranges(["443", "8443"])
        .source_address_prefix("10.40.10.32/27")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-load-balancer",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            120,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("AzureLoadBalancer")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "deny-all-inbound",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::DENY,
            4096,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-cluster",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            100,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefixes([
            "10.40.8.0/23",
            "10.40.2.0/23",
            "10.40.6.0/23",
            "10.40.4.0/23",
            "10.40.0.0/24",
        ])
        .destination_port_range("*")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-services",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            110,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_application_security_groups([atp_azure::SubResource::new(
            asg_atp_prod_weu_private_endpoints.id(),
        )])
        .destination_port_ranges(["443", "1433", "5671-5672"])
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-peered-region",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            120,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("10.41.0.0/16")
        .destination_port_ranges(["443", "1433", "5671-5672"])
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-directory",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            130,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureActiveDirectory")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-management",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            140,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureResourceManager")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-monitor",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            150,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureMonitor")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-node-images",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            160,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("MicrosoftContainerRegistry")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-node-packages",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            170,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureFrontDoor.FirstParty")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-regional-services",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            180,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("AzureCloud.westeurope")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-git",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            190,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefixes(["140.82.112.0/20", "143.55.64.0/20", "192.30.252.0/22"])
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "deny-all-outbound",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::DENY,
            4096,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("*")
        .source_port_range("*"),
    ])
    .tags(tags);
    let nsg_atp_prod_weu_aks_system = cx.add_with(
        "nsg-atp-prod-weu-aks-system",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/networkSecurityGroups/nsg-atp-prod-weu-aks-system",
        ),
        nsg_atp_prod_weu_aks_system,
    )?;

    let nsg_atp_prod_weu_aks_system_microsoft_insights_to_workspace =
        insights::DiagnosticSetting::new(nsg_atp_prod_weu_aks_system.id(), "to-workspace")
            .logs([insights::DiagnosticSettingLog::new(true).category_group("allLogs")])
            .workspace_id(log_atp_prod_weu.id());
    cx.add_with(
        "nsg-atp-prod-weu-aks-system-Microsoft.Insights-to-workspace",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/networkSecurityGroups/nsg-atp-prod-weu-aks-system/providers/Microsoft.Insights/diagnosticSettings/to-workspace",
        ),
        nsg_atp_prod_weu_aks_system_microsoft_insights_to_workspace,
    )?;

    let nsg_atp_prod_weu_gateway = network::NetworkSecurityGroup::new(
        rg_atp_prod_weu_network.id(),
        "nsg-atp-prod-weu-gateway",
        "westeurope",
    )
    .security_rules([
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-gateway-manager",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            100,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("65200-65535")
        .source_address_prefix("GatewayManager")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-load-balancer",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            110,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("AzureLoadBalancer")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-internet",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            120,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_ranges(["80", "443"])
        .source_address_prefix("Internet")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "deny-all-inbound",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::DENY,
            4096,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-cluster",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            100,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefixes([
            "10.40.8.0/23",
            "10.40.2.0/23",
            "10.40.6.0/23",
            "10.40.4.0/23",
            "10.40.0.0/24",
        ])
        .destination_port_ranges(["443", "8443"])
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-vault",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            110,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_application_security_groups([atp_azure::SubResource::new(
            asg_atp_prod_weu_private_endpoints.id(),
        )])
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-internet",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            120,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("Internet")
        .destination_port_range("443")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "deny-all-outbound",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::DENY,
            4096,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("*")
        .source_port_range("*"),
    ])
    .tags([
        ("cost-centre", "cc-4711"),
        ("data-classification", "restricted"),
        ("environment", "prod"),
        ("layer", "foundation"),
        ("managed-by", "atp-iac"),
        ("owner", "platform-team"),
        ("public-exception", "edge"),
    ]);
    let nsg_atp_prod_weu_gateway = cx.add_with(
        "nsg-atp-prod-weu-gateway",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/networkSecurityGroups/nsg-atp-prod-weu-gateway",
        ),
        nsg_atp_prod_weu_gateway,
    )?;

    let nsg_atp_prod_weu_gateway_microsoft_insights_to_workspace =
        insights::DiagnosticSetting::new(nsg_atp_prod_weu_gateway.id(), "to-workspace")
            .logs([insights::DiagnosticSettingLog::new(true).category_group("allLogs")])
            .workspace_id(log_atp_prod_weu.id());
    cx.add_with(
        "nsg-atp-prod-weu-gateway-Microsoft.Insights-to-workspace",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/networkSecurityGroups/nsg-atp-prod-weu-gateway/providers/Microsoft.Insights/diagnosticSettings/to-workspace",
        ),
        nsg_atp_prod_weu_gateway_microsoft_insights_to_workspace,
    )?;

    let nsg_atp_prod_weu_private_link = network::NetworkSecurityGroup::new(
        rg_atp_prod_weu_network.id(),
        "nsg-atp-prod-weu-private-link",
        "westeurope",
    )
    .security_rules([
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-cluster",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            100,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_application_security_groups([atp_azure::SubResource::new(
            asg_atp_prod_weu_private_endpoints.id(),
        )])
        .destination_port_ranges(["443", "1433", "5671-5672"])
        .source_address_prefixes([
            "10.40.8.0/23",
            "10.40.2.0/23",
            "10.40.6.0/23",
            "10.40.4.0/23",
            "10.40.0.0/24",
        ])
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-gateway",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            110,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_application_security_groups([atp_azure::SubResource::new(
            asg_atp_prod_weu_private_endpoints.id(),
        )])
        .destination_port_range("443")
        .source_address_prefix("10.40.10.32/27")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-messaging",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            120,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_application_security_groups([atp_azure::SubResource::new(
            asg_atp_prod_weu_private_endpoints.id(),
        )])
        .destination_port_ranges(["443", "5671-5672"])
        .source_address_prefix("10.40.10.96/27")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-peered-region",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            130,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_application_security_groups([atp_azure::SubResource::new(
            asg_atp_prod_weu_private_endpoints.id(),
        )])
        .destination_port_ranges(["443", "1433", "5671-5672"])
        .source_address_prefix("10.41.0.0/16")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "deny-all-inbound",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::DENY,
            4096,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "deny-all-outbound",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::DENY,
            4096,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("*")
        .source_port_range("*"),
    ])
    .tags(tags);
    let nsg_atp_prod_weu_private_link = cx.add_with(
        "nsg-atp-prod-weu-private-link",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/networkSecurityGroups/nsg-atp-prod-weu-private-link",
        ),
        nsg_atp_prod_weu_private_link,
    )?;

    let nsg_atp_prod_weu_private_link_microsoft_insights_to_workspace =
        insights::DiagnosticSetting::new(nsg_atp_prod_weu_private_link.id(), "to-workspace")
            .logs([insights::DiagnosticSettingLog::new(true).category_group("allLogs")])
            .workspace_id(log_atp_prod_weu.id());
    cx.add_with(
        "nsg-atp-prod-weu-private-link-Microsoft.Insights-to-workspace",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/networkSecurityGroups/nsg-atp-prod-weu-private-link/providers/Microsoft.Insights/diagnosticSettings/to-workspace",
        ),
        nsg_atp_prod_weu_private_link_microsoft_insights_to_workspace,
    )?;

    let nsg_atp_prod_weu_service_bus = network::NetworkSecurityGroup::new(
        rg_atp_prod_weu_network.id(),
        "nsg-atp-prod-weu-service-bus",
        "westeurope",
    )
    .security_rules([
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-cluster",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            100,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_ranges(["443", "5671-5672"])
        .source_address_prefixes([
            "10.40.8.0/23",
            "10.40.2.0/23",
            "10.40.6.0/23",
            "10.40.4.0/23",
            "10.40.0.0/24",
        ])
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "deny-all-inbound",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::DENY,
            4096,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-to-services",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            100,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_application_security_groups([atp_azure::SubResource::new(
            asg_atp_prod_weu_private_endpoints.id(),
        )])
        .destination_port_ranges(["443", "5671-5672"])
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "deny-all-outbound",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::DENY,
            4096,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("*")
        .source_port_range("*"),
    ])
    .tags(tags);
    let nsg_atp_prod_weu_service_bus = cx.add_with(
        "nsg-atp-prod-weu-service-bus",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/networkSecurityGroups/nsg-atp-prod-weu-service-bus",
        ),
        nsg_atp_prod_weu_service_bus,
    )?;

    let nsg_atp_prod_weu_service_bus_microsoft_insights_to_workspace =
        insights::DiagnosticSetting::new(nsg_atp_prod_weu_service_bus.id(), "to-workspace")
            .logs([insights::DiagnosticSettingLog::new(true).category_group("allLogs")])
            .workspace_id(log_atp_prod_weu.id());
    cx.add_with(
        "nsg-atp-prod-weu-service-bus-Microsoft.Insights-to-workspace",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/networkSecurityGroups/nsg-atp-prod-weu-service-bus/providers/Microsoft.Insights/diagnosticSettings/to-workspace",
        ),
        nsg_atp_prod_weu_service_bus_microsoft_insights_to_workspace,
    )?;

    let nsg_atp_prod_weu_sql = network::NetworkSecurityGroup::new(
        rg_atp_prod_weu_network.id(),
        "nsg-atp-prod-weu-sql",
        "westeurope",
    )
    .security_rules([
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-cluster",
            network::NetworkSecurityGroupSecurityRuleProtocol::TCP,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            100,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_ranges(["1433", "11000-11999"])
        .source_address_prefixes([
            "10.40.8.0/23",
            "10.40.2.0/23",
            "10.40.6.0/23",
            "10.40.4.0/23",
            "10.40.0.0/24",
        ])
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "allow-from-load-balancer",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::ALLOW,
            110,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("AzureLoadBalancer")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "deny-all-inbound",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::DENY,
            4096,
            network::NetworkSecurityGroupSecurityRuleDirection::INBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("*")
        .source_port_range("*"),
        network::NetworkSecurityGroupSecurityRule::new(
            "deny-all-outbound",
            network::NetworkSecurityGroupSecurityRuleProtocol::ANY,
            network::NetworkSecurityGroupSecurityRuleAccess::DENY,
            4096,
            network::NetworkSecurityGroupSecurityRuleDirection::OUTBOUND,
        )
        .destination_address_prefix("*")
        .destination_port_range("*")
        .source_address_prefix("*")
        .source_port_range("*"),
    ])
    .tags(tags);
    let nsg_atp_prod_weu_sql = cx.add_with(
        "nsg-atp-prod-weu-sql",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/networkSecurityGroups/nsg-atp-prod-weu-sql",
        ),
        nsg_atp_prod_weu_sql,
    )?;

    let nsg_atp_prod_weu_sql_microsoft_insights_to_workspace =
        insights::DiagnosticSetting::new(nsg_atp_prod_weu_sql.id(), "to-workspace")
            .logs([insights::DiagnosticSettingLog::new(true).category_group("allLogs")])
            .workspace_id(log_atp_prod_weu.id());
    cx.add_with(
        "nsg-atp-prod-weu-sql-Microsoft.Insights-to-workspace",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/networkSecurityGroups/nsg-atp-prod-weu-sql/providers/Microsoft.Insights/diagnosticSettings/to-workspace",
        ),
        nsg_atp_prod_weu_sql_microsoft_insights_to_workspace,
    )?;

    let aba989dc_2b93_5145_92f1_3687545bb5e6 = authorization::RoleAssignment::new(
        vnet_atp_prod_weu.id(),
        "aba989dc-2b93-5145-92f1-3687545bb5e6",
        atp_iac::ResourceId::parse(
            "/subscriptions/00000000-0000-0000-0000-0000000000a4/providers/Microsoft.Authorization/roleDefinitions/4d97b98b-1d4f-4787-a291-c67834d212e7",
        )?,
        "c5ba9b62-bce5-5650-93ce-5a1aa9532f96",
    )
    .principal_type(authorization::RoleAssignmentPrincipalType::SERVICE_PRINCIPAL);
    cx.add_with(
        "aba989dc-2b93-5145-92f1-3687545bb5e6",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/virtualNetworks/vnet-atp-prod-weu/providers/Microsoft.Authorization/roleAssignments/aba989dc-2b93-5145-92f1-3687545bb5e6",
        ),
        aba989dc_2b93_5145_92f1_3687545bb5e6,
    )?;

    let vnet_atp_prod_weu_microsoft_insights_to_workspace =
        insights::DiagnosticSetting::new(vnet_atp_prod_weu.id(), "to-workspace")
            .logs([insights::DiagnosticSettingLog::new(true).category_group("allLogs")])
            .metrics([insights::DiagnosticSettingMetric::new(true).category("AllMetrics")])
            .workspace_id(log_atp_prod_weu.id());
    cx.add_with(
        "vnet-atp-prod-weu-Microsoft.Insights-to-workspace",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/virtualNetworks/vnet-atp-prod-weu/providers/Microsoft.Insights/diagnosticSettings/to-workspace",
        ),
        vnet_atp_prod_weu_microsoft_insights_to_workspace,
    )?;

    let aks_export = network::Subnet::new(vnet_atp_prod_weu.id(), "aks-export", "10.40.8.0/23")
        .default_outbound_access(false)
        .nat_gateway(ng_atp_prod_weu_egress.id())
        .network_security_group(nsg_atp_prod_weu_aks_export.id());
    cx.add_with(
        "aks-export",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/virtualNetworks/vnet-atp-prod-weu/subnets/aks-export",
        ),
        aks_export,
    )?;

    let aks_ingestion =
        network::Subnet::new(vnet_atp_prod_weu.id(), "aks-ingestion", "10.40.2.0/23")
            .default_outbound_access(false)
            .nat_gateway(ng_atp_prod_weu_egress.id())
            .network_security_group(nsg_atp_prod_weu_aks_ingestion.id());
    cx.add_with(
        "aks-ingestion",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/virtualNetworks/vnet-atp-prod-weu/subnets/aks-ingestion",
        ),
        aks_ingestion,
    )?;

    let aks_projection =
        network::Subnet::new(vnet_atp_prod_weu.id(), "aks-projection", "10.40.6.0/23")
            .default_outbound_access(false)
            .nat_gateway(ng_atp_prod_weu_egress.id())
            .network_security_group(nsg_atp_prod_weu_aks_projection.id());
    cx.add_with(
        "aks-projection",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/virtualNetworks/vnet-atp-prod-weu/subnets/aks-projection",
        ),
        aks_projection,
    )?;

    let aks_query = network::Subnet::new(vnet_atp_prod_weu.id(), "aks-query", "10.40.4.0/23")
        .default_outbound_access(false)
        .nat_gateway(ng_atp_prod_weu_egress.id())
        .network_security_group(nsg_atp_prod_weu_aks_query.id());
    cx.add_with(
        "aks-query",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/virtualNetworks/vnet-atp-prod-weu/subnets/aks-query",
        ),
        aks_query,
    )?;

    let aks_system = network::Subnet::new(vnet_atp_prod_weu.id(), "aks-system", "10.40.0.0/24")
        .default_outbound_access(false)
        .nat_gateway(ng_atp_prod_weu_egress.id())
        .network_security_group(nsg_atp_prod_weu_aks_system.id());
    cx.add_with(
        "aks-system",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/virtualNetworks/vnet-atp-prod-weu/subnets/aks-system",
        ),
        aks_system,
    )?;

    let gateway = network::Subnet::new(vnet_atp_prod_weu.id(), "gateway", "10.40.10.32/27")
        .default_outbound_access(false)
        .network_security_group(nsg_atp_prod_weu_gateway.id());
    cx.add_with(
        "gateway",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/virtualNetworks/vnet-atp-prod-weu/subnets/gateway",
        ),
        gateway,
    )?;

    let private_link =
        network::Subnet::new(vnet_atp_prod_weu.id(), "private-link", "10.40.10.0/27")
            .default_outbound_access(false)
            .network_security_group(nsg_atp_prod_weu_private_link.id())
            .private_endpoint_network_policies(
                network::SubnetPrivateEndpointNetworkPolicies::NETWORK_SECURITY_GROUP_ENABLED,
            );
    let private_link = cx.add_with(
        "private-link",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/virtualNetworks/vnet-atp-prod-weu/subnets/private-link",
        ),
        private_link,
    )?;

    let service_bus = network::Subnet::new(vnet_atp_prod_weu.id(), "service-bus", "10.40.10.96/27")
        .default_outbound_access(false)
        .network_security_group(nsg_atp_prod_weu_service_bus.id());
    cx.add_with(
        "service-bus",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/virtualNetworks/vnet-atp-prod-weu/subnets/service-bus",
        ),
        service_bus,
    )?;

    let sql = network::Subnet::new(vnet_atp_prod_weu.id(), "sql", "10.40.10.64/27")
        .default_outbound_access(false)
        .network_security_group(nsg_atp_prod_weu_sql.id());
    cx.add_with(
        "sql",
        import(
            "/resourceGroups/rg-atp-prod-weu-network/providers/Microsoft.Network/virtualNetworks/vnet-atp-prod-weu/subnets/sql",
        ),
        sql,
    )?;

    let role_assignment_02771131_e9f1_56bd_b39d_264f7be0b954 = authorization::RoleAssignment::new(
        rg_atp_prod_weu_observability.id(),
        "02771131-e9f1-56bd-b39d-264f7be0b954",
        atp_iac::ResourceId::parse(
            "/subscriptions/00000000-0000-0000-0000-0000000000a4/providers/Microsoft.Authorization/roleDefinitions/3913510d-42f4-4e42-8a64-420c390055eb",
        )?,
        "fe4a01f1-5072-50f3-b6af-173f367e2139",
    )
    .principal_type(authorization::RoleAssignmentPrincipalType::SERVICE_PRINCIPAL);
    cx.add_with(
        "02771131-e9f1-56bd-b39d-264f7be0b954",
        import(
            "/resourceGroups/rg-atp-prod-weu-observability/providers/Microsoft.Authorization/roleAssignments/02771131-e9f1-56bd-b39d-264f7be0b954",
        ),
        role_assignment_02771131_e9f1_56bd_b39d_264f7be0b954,
    )?;

    let role_assignment_438c1721_1d3a_5d0a_9230_2b1b3835400b = authorization::RoleAssignment::new(
        rg_atp_prod_weu_observability.id(),
        "438c1721-1d3a-5d0a-9230-2b1b3835400b",
        atp_iac::ResourceId::parse(
            "/subscriptions/00000000-0000-0000-0000-0000000000a4/providers/Microsoft.Authorization/roleDefinitions/3913510d-42f4-4e42-8a64-420c390055eb",
        )?,
        "e54ba72f-ac3a-597a-97d9-0e1eefe43d82",
    )
    .principal_type(authorization::RoleAssignmentPrincipalType::SERVICE_PRINCIPAL);
    cx.add_with(
        "438c1721-1d3a-5d0a-9230-2b1b3835400b",
        import(
            "/resourceGroups/rg-atp-prod-weu-observability/providers/Microsoft.Authorization/roleAssignments/438c1721-1d3a-5d0a-9230-2b1b3835400b",
        ),
        role_assignment_438c1721_1d3a_5d0a_9230_2b1b3835400b,
    )?;

    let role_assignment_991cbef5_0414_53bb_8d1d_783e406491a4 = authorization::RoleAssignment::new(
        rg_atp_prod_weu_observability.id(),
        "991cbef5-0414-53bb-8d1d-783e406491a4",
        atp_iac::ResourceId::parse(
            "/subscriptions/00000000-0000-0000-0000-0000000000a4/providers/Microsoft.Authorization/roleDefinitions/3913510d-42f4-4e42-8a64-420c390055eb",
        )?,
        "48997225-b452-5018-959e-647aa956392c",
    )
    .principal_type(authorization::RoleAssignmentPrincipalType::SERVICE_PRINCIPAL);
    cx.add_with(
        "991cbef5-0414-53bb-8d1d-783e406491a4",
        import(
            "/resourceGroups/rg-atp-prod-weu-observability/providers/Microsoft.Authorization/roleAssignments/991cbef5-0414-53bb-8d1d-783e406491a4",
        ),
        role_assignment_991cbef5_0414_53bb_8d1d_783e406491a4,
    )?;

    let dfc2e49b_6a76_5cdb_b1f1_9dc8b5890638 = authorization::RoleAssignment::new(
        rg_atp_prod_weu_observability.id(),
        "dfc2e49b-6a76-5cdb-b1f1-9dc8b5890638",
        atp_iac::ResourceId::parse(
            "/subscriptions/00000000-0000-0000-0000-0000000000a4/providers/Microsoft.Authorization/roleDefinitions/3913510d-42f4-4e42-8a64-420c390055eb",
        )?,
        "dcf443e2-05f3-5a64-af23-bc75bc041e95",
    )
    .principal_type(authorization::RoleAssignmentPrincipalType::SERVICE_PRINCIPAL);
    cx.add_with(
        "dfc2e49b-6a76-5cdb-b1f1-9dc8b5890638",
        import(
            "/resourceGroups/rg-atp-prod-weu-observability/providers/Microsoft.Authorization/roleAssignments/dfc2e49b-6a76-5cdb-b1f1-9dc8b5890638",
        ),
        dfc2e49b_6a76_5cdb_b1f1_9dc8b5890638,
    )?;

    let keep_workspace = authorization::ManagementLock::new(
        log_atp_prod_weu.id(),
        "keep-workspace",
        authorization::ManagementLockLevel::CAN_NOT_DELETE,
    )
    .notes(
        "Set by the stack prod/westeurope/foundation. To remove it, set `locks: false` in the configuration and bring the stack up.",
    );
    cx.add_with(
        "keep-workspace",
        import(
            "/resourceGroups/rg-atp-prod-weu-observability/providers/Microsoft.OperationalInsights/workspaces/log-atp-prod-weu/providers/Microsoft.Authorization/locks/keep-workspace",
        ),
        keep_workspace,
    )?;

    let role_assignment_4c2d0d0b_5f89_5bdd_8a89_28ec5846bb08 = authorization::RoleAssignment::new(
        log_atp_prod_weu.id(),
        "4c2d0d0b-5f89-5bdd-8a89-28ec5846bb08",
        atp_iac::ResourceId::parse(
            "/subscriptions/00000000-0000-0000-0000-0000000000a4/providers/Microsoft.Authorization/roleDefinitions/92aaf0da-9dab-42b6-94a3-d43ce8d16293",
        )?,
        "c5ba9b62-bce5-5650-93ce-5a1aa9532f96",
    )
    .principal_type(authorization::RoleAssignmentPrincipalType::SERVICE_PRINCIPAL);
    cx.add_with(
        "4c2d0d0b-5f89-5bdd-8a89-28ec5846bb08",
        import(
            "/resourceGroups/rg-atp-prod-weu-observability/providers/Microsoft.OperationalInsights/workspaces/log-atp-prod-weu/providers/Microsoft.Authorization/roleAssignments/4c2d0d0b-5f89-5bdd-8a89-28ec5846bb08",
        ),
        role_assignment_4c2d0d0b_5f89_5bdd_8a89_28ec5846bb08,
    )?;

    let log_atp_prod_weu_microsoft_insights_to_workspace =
        insights::DiagnosticSetting::new(log_atp_prod_weu.id(), "to-workspace")
            .logs([insights::DiagnosticSettingLog::new(true).category_group("allLogs")])
            .metrics([insights::DiagnosticSettingMetric::new(true).category("AllMetrics")])
            .workspace_id(log_atp_prod_weu.id());
    cx.add_with(
        "log-atp-prod-weu-Microsoft.Insights-to-workspace",
        import(
            "/resourceGroups/rg-atp-prod-weu-observability/providers/Microsoft.OperationalInsights/workspaces/log-atp-prod-weu/providers/Microsoft.Insights/diagnosticSettings/to-workspace",
        ),
        log_atp_prod_weu_microsoft_insights_to_workspace,
    )?;

    let rg_atp_prod_weu_security =
        resources::ResourceGroup::new("rg-atp-prod-weu-security", "westeurope").tags(tags);
    let rg_atp_prod_weu_security = cx.add_with(
        "rg-atp-prod-weu-security",
        import("/resourceGroups/rg-atp-prod-weu-security"),
        rg_atp_prod_weu_security,
    )?;

    let hsm_atp_prod_weu_31ba1 = key_vault::ManagedHsm::new(
        rg_atp_prod_weu_security.id(),
        "hsm-atp-prod-weu-31ba1",
        "westeurope",
        key_vault::ManagedHsmSku::new(
            key_vault::ManagedHsmSkuName::StandardB1,
            key_vault::ManagedHsmSkuFamily::B,
        ),
        "00000000-0000-0000-0000-0000000000aa",
        [
            "00000000-0000-0000-0000-0000000000b1",
            "00000000-0000-0000-0000-0000000000b2",
        ],
    )
    .enable_purge_protection(true)
    .enable_soft_delete(true)
    .network_acls(
        key_vault::ManagedHsmNetworkAcls::new()
            .bypass(key_vault::ManagedHsmNetworkAclsBypass::AZURE_SERVICES)
            .default_action(key_vault::ManagedHsmNetworkAclsDefaultAction::DENY),
    )
    .public_network_access(key_vault::ManagedHsmPublicNetworkAccess::DISABLED)
    .soft_delete_retention_in_days(90)
    .tags(tags);
    let hsm_atp_prod_weu_31ba1 = cx.add_with(
        "hsm-atp-prod-weu-31ba1",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.KeyVault/managedHSMs/hsm-atp-prod-weu-31ba1",
        ),
        hsm_atp_prod_weu_31ba1,
    )?;

    let keep_managed_hsm = authorization::ManagementLock::new(
        hsm_atp_prod_weu_31ba1.id(),
        "keep-managed-hsm",
        authorization::ManagementLockLevel::CAN_NOT_DELETE,
    )
    .notes(
        "Set by the stack prod/westeurope/foundation. To remove it, set `locks: false` in the configuration and bring the stack up.",
    );
    cx.add_with(
        "keep-managed-hsm",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.KeyVault/managedHSMs/hsm-atp-prod-weu-31ba1/providers/Microsoft.Authorization/locks/keep-managed-hsm",
        ),
        keep_managed_hsm,
    )?;

    let hsm_atp_prod_weu_31ba1_microsoft_insights_to_workspace =
        insights::DiagnosticSetting::new(hsm_atp_prod_weu_31ba1.id(), "to-workspace")
            .logs([insights::DiagnosticSettingLog::new(true).category_group("allLogs")])
            .metrics([insights::DiagnosticSettingMetric::new(true).category("AllMetrics")])
            .workspace_id(log_atp_prod_weu.id());
    cx.add_with(
        "hsm-atp-prod-weu-31ba1-Microsoft.Insights-to-workspace",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.KeyVault/managedHSMs/hsm-atp-prod-weu-31ba1/providers/Microsoft.Insights/diagnosticSettings/to-workspace",
        ),
        hsm_atp_prod_weu_31ba1_microsoft_insights_to_workspace,
    )?;

    let kv_atp_prod_weu_31ba1 = key_vault::Vault::new(
        rg_atp_prod_weu_security.id(),
        "kv-atp-prod-weu-31ba1",
        "westeurope",
        "00000000-0000-0000-0000-0000000000aa",
        key_vault::VaultSku::new(key_vault::VaultSkuName::Premium),
    )
    .enable_purge_protection(true)
    .enable_rbac_authorization(true)
    .enable_soft_delete(true)
    .network_acls(
        key_vault::VaultNetworkAcls::new()
            .bypass(key_vault::VaultNetworkAclsBypass::AZURE_SERVICES)
            .default_action(key_vault::VaultNetworkAclsDefaultAction::DENY),
    )
    .public_network_access("Disabled")
    .soft_delete_retention_in_days(90)
    .tags(tags);
    let kv_atp_prod_weu_31ba1 = cx.add_with(
        "kv-atp-prod-weu-31ba1",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.KeyVault/vaults/kv-atp-prod-weu-31ba1",
        ),
        kv_atp_prod_weu_31ba1,
    )?;

    let audit_signing = key_vault::VaultKey::new(
        kv_atp_prod_weu_31ba1.id(),
        "audit-signing",
        key_vault::VaultKeyKty::EC_HSM,
    )
    .curve_name(key_vault::VaultKeyCurveName::P_384)
    .key_ops([key_vault::VaultKeyOp::SIGN, key_vault::VaultKeyOp::VERIFY])
    .rotation_policy(
        key_vault::VaultKeyRotationPolicy::new()
            .attributes(key_vault::VaultKeyRotationPolicyAttributes::new().expiry_time("P425D"))
            .lifetime_actions([
                key_vault::VaultKeyRotationPolicyLifetimeAction::new()
                    .action(
                        key_vault::VaultKeyRotationPolicyLifetimeActionAction::new()
                            .type_(key_vault::VaultKeyType::Rotate),
                    )
                    .trigger(
                        key_vault::VaultKeyRotationPolicyLifetimeActionTrigger::new()
                            .time_after_create("P365D"),
                    ),
                key_vault::VaultKeyRotationPolicyLifetimeAction::new()
                    .action(
                        key_vault::VaultKeyRotationPolicyLifetimeActionAction::new()
                            .type_(key_vault::VaultKeyType::Notify),
                    )
                    .trigger(
                        key_vault::VaultKeyRotationPolicyLifetimeActionTrigger::new()
                            .time_before_expiry("P30D"),
                    ),
            ]),
    )
    .tags(tags);
    cx.add_with(
        "audit-signing",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.KeyVault/vaults/kv-atp-prod-weu-31ba1/keys/audit-signing",
        ),
        audit_signing,
    )?;

    let data_encryption = key_vault::VaultKey::new(
        kv_atp_prod_weu_31ba1.id(),
        "data-encryption",
        key_vault::VaultKeyKty::RSA_HSM,
    )
    .key_ops([
        key_vault::VaultKeyOp::WRAP_KEY,
        key_vault::VaultKeyOp::UNWRAP_KEY,
    ])
    .key_size(3072)
    .rotation_policy(
        key_vault::VaultKeyRotationPolicy::new()
            .attributes(key_vault::VaultKeyRotationPolicyAttributes::new().expiry_time("P425D"))
            .lifetime_actions([
                key_vault::VaultKeyRotationPolicyLifetimeAction::new()
                    .action(
                        key_vault::VaultKeyRotationPolicyLifetimeActionAction::new()
                            .type_(key_vault::VaultKeyType::Rotate),
                    )
                    .trigger(
                        key_vault::VaultKeyRotationPolicyLifetimeActionTrigger::new()
                            .time_after_create("P365D"),
                    ),
                key_vault::VaultKeyRotationPolicyLifetimeAction::new()
                    .action(
                        key_vault::VaultKeyRotationPolicyLifetimeActionAction::new()
                            .type_(key_vault::VaultKeyType::Notify),
                    )
                    .trigger(
                        key_vault::VaultKeyRotationPolicyLifetimeActionTrigger::new()
                            .time_before_expiry("P30D"),
                    ),
            ]),
    )
    .tags(tags);
    cx.add_with(
        "data-encryption",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.KeyVault/vaults/kv-atp-prod-weu-31ba1/keys/data-encryption",
        ),
        data_encryption,
    )?;

    let key_encryption = key_vault::VaultKey::new(
        kv_atp_prod_weu_31ba1.id(),
        "key-encryption",
        key_vault::VaultKeyKty::RSA_HSM,
    )
    .key_ops([
        key_vault::VaultKeyOp::WRAP_KEY,
        key_vault::VaultKeyOp::UNWRAP_KEY,
    ])
    .key_size(3072)
    .rotation_policy(
        key_vault::VaultKeyRotationPolicy::new()
            .attributes(key_vault::VaultKeyRotationPolicyAttributes::new().expiry_time("P425D"))
            .lifetime_actions([
                key_vault::VaultKeyRotationPolicyLifetimeAction::new()
                    .action(
                        key_vault::VaultKeyRotationPolicyLifetimeActionAction::new()
                            .type_(key_vault::VaultKeyType::Rotate),
                    )
                    .trigger(
                        key_vault::VaultKeyRotationPolicyLifetimeActionTrigger::new()
                            .time_after_create("P365D"),
                    ),
                key_vault::VaultKeyRotationPolicyLifetimeAction::new()
                    .action(
                        key_vault::VaultKeyRotationPolicyLifetimeActionAction::new()
                            .type_(key_vault::VaultKeyType::Notify),
                    )
                    .trigger(
                        key_vault::VaultKeyRotationPolicyLifetimeActionTrigger::new()
                            .time_before_expiry("P30D"),
                    ),
            ]),
    )
    .tags(tags);
    cx.add_with(
        "key-encryption",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.KeyVault/vaults/kv-atp-prod-weu-31ba1/keys/key-encryption",
        ),
        key_encryption,
    )?;

    let keep_key_vault = authorization::ManagementLock::new(
        kv_atp_prod_weu_31ba1.id(),
        "keep-key-vault",
        authorization::ManagementLockLevel::CAN_NOT_DELETE,
    )
    .notes(
        "Set by the stack prod/westeurope/foundation. To remove it, set `locks: false` in the configuration and bring the stack up.",
    );
    cx.add_with(
        "keep-key-vault",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.KeyVault/vaults/kv-atp-prod-weu-31ba1/providers/Microsoft.Authorization/locks/keep-key-vault",
        ),
        keep_key_vault,
    )?;

    let role_assignment_4e2736aa_89f9_5d61_9308_8ea4e189265e = authorization::RoleAssignment::new(
        kv_atp_prod_weu_31ba1.id(),
        "4e2736aa-89f9-5d61-9308-8ea4e189265e",
        atp_iac::ResourceId::parse(
            "/subscriptions/00000000-0000-0000-0000-0000000000a4/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6",
        )?,
        "e54ba72f-ac3a-597a-97d9-0e1eefe43d82",
    )
    .principal_type(authorization::RoleAssignmentPrincipalType::SERVICE_PRINCIPAL);
    cx.add_with(
        "4e2736aa-89f9-5d61-9308-8ea4e189265e",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.KeyVault/vaults/kv-atp-prod-weu-31ba1/providers/Microsoft.Authorization/roleAssignments/4e2736aa-89f9-5d61-9308-8ea4e189265e",
        ),
        role_assignment_4e2736aa_89f9_5d61_9308_8ea4e189265e,
    )?;

    let role_assignment_5cc9b9b8_5159_510d_9f82_dcec960f6bb6 = authorization::RoleAssignment::new(
        kv_atp_prod_weu_31ba1.id(),
        "5cc9b9b8-5159-510d-9f82-dcec960f6bb6",
        atp_iac::ResourceId::parse(
            "/subscriptions/00000000-0000-0000-0000-0000000000a4/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6",
        )?,
        "dcf443e2-05f3-5a64-af23-bc75bc041e95",
    )
    .principal_type(authorization::RoleAssignmentPrincipalType::SERVICE_PRINCIPAL);
    cx.add_with(
        "5cc9b9b8-5159-510d-9f82-dcec960f6bb6",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.KeyVault/vaults/kv-atp-prod-weu-31ba1/providers/Microsoft.Authorization/roleAssignments/5cc9b9b8-5159-510d-9f82-dcec960f6bb6",
        ),
        role_assignment_5cc9b9b8_5159_510d_9f82_dcec960f6bb6,
    )?;

    let a357ff8f_37c4_5dc0_b557_cd6952a7b0d1 = authorization::RoleAssignment::new(
        kv_atp_prod_weu_31ba1.id(),
        "a357ff8f-37c4-5dc0-b557-cd6952a7b0d1",
        atp_iac::ResourceId::parse(
            "/subscriptions/00000000-0000-0000-0000-0000000000a4/providers/Microsoft.Authorization/roleDefinitions/12338af0-0e69-4776-bea7-57ae8d297424",
        )?,
        "48997225-b452-5018-959e-647aa956392c",
    )
    .principal_type(authorization::RoleAssignmentPrincipalType::SERVICE_PRINCIPAL);
    cx.add_with(
        "a357ff8f-37c4-5dc0-b557-cd6952a7b0d1",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.KeyVault/vaults/kv-atp-prod-weu-31ba1/providers/Microsoft.Authorization/roleAssignments/a357ff8f-37c4-5dc0-b557-cd6952a7b0d1",
        ),
        a357ff8f_37c4_5dc0_b557_cd6952a7b0d1,
    )?;

    let bf2771e5_81e1_5ff0_8666_209eee87c42d = authorization::RoleAssignment::new(
        kv_atp_prod_weu_31ba1.id(),
        "bf2771e5-81e1-5ff0-8666-209eee87c42d",
        atp_iac::ResourceId::parse(
            "/subscriptions/00000000-0000-0000-0000-0000000000a4/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6",
        )?,
        "48997225-b452-5018-959e-647aa956392c",
    )
    .principal_type(authorization::RoleAssignmentPrincipalType::SERVICE_PRINCIPAL);
    cx.add_with(
        "bf2771e5-81e1-5ff0-8666-209eee87c42d",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.KeyVault/vaults/kv-atp-prod-weu-31ba1/providers/Microsoft.Authorization/roleAssignments/bf2771e5-81e1-5ff0-8666-209eee87c42d",
        ),
        bf2771e5_81e1_5ff0_8666_209eee87c42d,
    )?;

    let c2a6ce74_035d_599f_be56_5c3b3bd2a860 = authorization::RoleAssignment::new(
        kv_atp_prod_weu_31ba1.id(),
        "c2a6ce74-035d-599f-be56-5c3b3bd2a860",
        atp_iac::ResourceId::parse(
            "/subscriptions/00000000-0000-0000-0000-0000000000a4/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6",
        )?,
        "fe4a01f1-5072-50f3-b6af-173f367e2139",
    )
    .principal_type(authorization::RoleAssignmentPrincipalType::SERVICE_PRINCIPAL);
    cx.add_with(
        "c2a6ce74-035d-599f-be56-5c3b3bd2a860",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.KeyVault/vaults/kv-atp-prod-weu-31ba1/providers/Microsoft.Authorization/roleAssignments/c2a6ce74-035d-599f-be56-5c3b3bd2a860",
        ),
        c2a6ce74_035d_599f_be56_5c3b3bd2a860,
    )?;

    let d85d5ab6_5c5e_5e8f_b874_8bdcf91dd313 = authorization::RoleAssignment::new(
        kv_atp_prod_weu_31ba1.id(),
        "d85d5ab6-5c5e-5e8f-b874-8bdcf91dd313",
        atp_iac::ResourceId::parse(
            "/subscriptions/00000000-0000-0000-0000-0000000000a4/providers/Microsoft.Authorization/roleDefinitions/12338af0-0e69-4776-bea7-57ae8d297424",
        )?,
        "535f1a4d-a4f9-5089-8993-94007be0e052",
    )
    .principal_type(authorization::RoleAssignmentPrincipalType::SERVICE_PRINCIPAL);
    cx.add_with(
        "d85d5ab6-5c5e-5e8f-b874-8bdcf91dd313",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.KeyVault/vaults/kv-atp-prod-weu-31ba1/providers/Microsoft.Authorization/roleAssignments/d85d5ab6-5c5e-5e8f-b874-8bdcf91dd313",
        ),
        d85d5ab6_5c5e_5e8f_b874_8bdcf91dd313,
    )?;

    let kv_atp_prod_weu_31ba1_microsoft_insights_to_workspace =
        insights::DiagnosticSetting::new(kv_atp_prod_weu_31ba1.id(), "to-workspace")
            .logs([insights::DiagnosticSettingLog::new(true).category_group("allLogs")])
            .metrics([insights::DiagnosticSettingMetric::new(true).category("AllMetrics")])
            .workspace_id(log_atp_prod_weu.id());
    cx.add_with(
        "kv-atp-prod-weu-31ba1-Microsoft.Insights-to-workspace",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.KeyVault/vaults/kv-atp-prod-weu-31ba1/providers/Microsoft.Insights/diagnosticSettings/to-workspace",
        ),
        kv_atp_prod_weu_31ba1_microsoft_insights_to_workspace,
    )?;

    let id_atp_prod_weu_aks_control_plane = managed_identity::UserAssignedIdentity::new(
        rg_atp_prod_weu_security.id(),
        "id-atp-prod-weu-aks-control-plane",
        "westeurope",
    )
    .tags(tags);
    cx.add_with(
        "id-atp-prod-weu-aks-control-plane",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-atp-prod-weu-aks-control-plane",
        ),
        id_atp_prod_weu_aks_control_plane,
    )?;

    let id_atp_prod_weu_export = managed_identity::UserAssignedIdentity::new(
        rg_atp_prod_weu_security.id(),
        "id-atp-prod-weu-export",
        "westeurope",
    )
    .tags(tags);
    cx.add_with(
        "id-atp-prod-weu-export",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-atp-prod-weu-export",
        ),
        id_atp_prod_weu_export,
    )?;

    let id_atp_prod_weu_gitops = managed_identity::UserAssignedIdentity::new(
        rg_atp_prod_weu_security.id(),
        "id-atp-prod-weu-gitops",
        "westeurope",
    )
    .tags(tags);
    cx.add_with(
        "id-atp-prod-weu-gitops",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-atp-prod-weu-gitops",
        ),
        id_atp_prod_weu_gitops,
    )?;

    let id_atp_prod_weu_ingestion = managed_identity::UserAssignedIdentity::new(
        rg_atp_prod_weu_security.id(),
        "id-atp-prod-weu-ingestion",
        "westeurope",
    )
    .tags(tags);
    cx.add_with(
        "id-atp-prod-weu-ingestion",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-atp-prod-weu-ingestion",
        ),
        id_atp_prod_weu_ingestion,
    )?;

    let id_atp_prod_weu_projection = managed_identity::UserAssignedIdentity::new(
        rg_atp_prod_weu_security.id(),
        "id-atp-prod-weu-projection",
        "westeurope",
    )
    .tags(tags);
    cx.add_with(
        "id-atp-prod-weu-projection",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-atp-prod-weu-projection",
        ),
        id_atp_prod_weu_projection,
    )?;

    let id_atp_prod_weu_query = managed_identity::UserAssignedIdentity::new(
        rg_atp_prod_weu_security.id(),
        "id-atp-prod-weu-query",
        "westeurope",
    )
    .tags(tags);
    cx.add_with(
        "id-atp-prod-weu-query",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-atp-prod-weu-query",
        ),
        id_atp_prod_weu_query,
    )?;

    let pep_atp_prod_weu_key_vault = network::PrivateEndpoint::new(
        rg_atp_prod_weu_security.id(),
        "pep-atp-prod-weu-key-vault",
        "westeurope",
        private_link.id(),
    )
    .application_security_groups([atp_azure::SubResource::new(
        asg_atp_prod_weu_private_endpoints.id(),
    )])
    .custom_dns_configs([network::PrivateEndpointCustomDnsConfig::new()
        .fqdn("pep-atp-prod-weu-key-vault.privatelink.azure.net")
        .ip_addresses(["10.36.83.249"])])
    .custom_network_interface_name("nic-atp-prod-weu-key-vault")
    .private_link_service_connections([network::PrivateEndpointPrivateLinkServiceConnection::new(
        "key-vault",
        kv_atp_prod_weu_31ba1.id(),
    )
    .group_ids(["vault"])])
    .tags(tags);
    let pep_atp_prod_weu_key_vault = cx.add_with(
        "pep-atp-prod-weu-key-vault",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.Network/privateEndpoints/pep-atp-prod-weu-key-vault",
        ),
        pep_atp_prod_weu_key_vault,
    )?;

    let pep_atp_prod_weu_key_vault_default = network::PrivateDnsZoneGroup::new(
        pep_atp_prod_weu_key_vault.id(),
        "default",
        [network::PrivateDnsZoneGroupPrivateDnsZoneConfig::new(
            "key-vault",
            privatelink_vaultcore_azure_net.id(),
        )],
    );
    cx.add_with(
        "pep-atp-prod-weu-key-vault-default",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.Network/privateEndpoints/pep-atp-prod-weu-key-vault/privateDnsZoneGroups/default",
        ),
        pep_atp_prod_weu_key_vault_default,
    )?;

    let pep_atp_prod_weu_managed_hsm = network::PrivateEndpoint::new(
        rg_atp_prod_weu_security.id(),
        "pep-atp-prod-weu-managed-hsm",
        "westeurope",
        private_link.id(),
    )
    .application_security_groups([atp_azure::SubResource::new(
        asg_atp_prod_weu_private_endpoints.id(),
    )])
    .custom_dns_configs([network::PrivateEndpointCustomDnsConfig::new()
        .fqdn("pep-atp-prod-weu-managed-hsm.privatelink.azure.net")
        .ip_addresses(["10.93.16.171"])])
    .custom_network_interface_name("nic-atp-prod-weu-managed-hsm")
    .private_link_service_connections([network::PrivateEndpointPrivateLinkServiceConnection::new(
        "managed-hsm",
        hsm_atp_prod_weu_31ba1.id(),
    )
    .group_ids(["managedhsm"])])
    .tags(tags);
    let pep_atp_prod_weu_managed_hsm = cx.add_with(
        "pep-atp-prod-weu-managed-hsm",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.Network/privateEndpoints/pep-atp-prod-weu-managed-hsm",
        ),
        pep_atp_prod_weu_managed_hsm,
    )?;

    let pep_atp_prod_weu_managed_hsm_default = network::PrivateDnsZoneGroup::new(
        pep_atp_prod_weu_managed_hsm.id(),
        "default",
        [network::PrivateDnsZoneGroupPrivateDnsZoneConfig::new(
            "managed-hsm",
            privatelink_managedhsm_azure_net.id(),
        )],
    );
    cx.add_with(
        "pep-atp-prod-weu-managed-hsm-default",
        import(
            "/resourceGroups/rg-atp-prod-weu-security/providers/Microsoft.Network/privateEndpoints/pep-atp-prod-weu-managed-hsm/privateDnsZoneGroups/default",
        ),
        pep_atp_prod_weu_managed_hsm_default,
    )?;
    Ok(())
}

/// The options of a resource that is taken over.
fn import(path: &str) -> Options {
    Options::new().import(format!("{SCOPE}{path}"))
}

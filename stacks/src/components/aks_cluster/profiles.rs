//! How a cluster is set up: network, doors, sign-in, add-ons, scaling.

use super::{AksCluster, Outbound};
use crate::foundation::Identity;
use atp_azure::container_service::{
    ManagedClusterAadProfile, ManagedClusterAddonProfile, ManagedClusterApiServerAccessProfile,
    ManagedClusterAutoScalerProfile, ManagedClusterAutoScalerProfileExpander,
    ManagedClusterAutoUpgradeProfile, ManagedClusterAzureMonitorProfile,
    ManagedClusterAzureMonitorProfileMetrics, ManagedClusterIdentity, ManagedClusterIdentityType,
    ManagedClusterNetworkProfile, ManagedClusterNetworkProfileLoadBalancerSku,
    ManagedClusterNetworkProfileNetworkDataplane, ManagedClusterNetworkProfileNetworkPlugin,
    ManagedClusterNetworkProfileNetworkPolicy, ManagedClusterNetworkProfileOutboundType,
    ManagedClusterNodeOsUpgradeChannel, ManagedClusterSecurityMonitoring, ManagedClusterSecurityProfile2,
    ManagedClusterSecurityProfileDefender, ManagedClusterSecurityProfileImageCleaner, ManagedClusterSku,
    ManagedClusterSkuName, ManagedClusterSnapshotController, ManagedClusterStorageProfile,
    ManagedClusterStorageProfileBlobCsiDriver, ManagedClusterStorageProfileDiskCsiDriver,
    ManagedClusterStorageProfileFileCsiDriver, ManagedClusterUpgradeChannel,
    ManagedClusterUserAssignedIdentity, ManagedClusterWorkloadAutoScalerProfile,
    ManagedClusterWorkloadAutoScalerProfileKeda, ManagedClusterWorkloadIdentity,
};
use atp_azure::managed_identity::UserAssignedIdentityHandle;
use atp_iac::{Input, InputMap, IntoInput, IntoInputMap, Value};
use std::collections::BTreeMap;

/// The name of the add-on that mounts secrets of vaults into pods.
pub const SECRETS_PROVIDER: &str = "azureKeyvaultSecretsProvider";

/// How long a node has to be unneeded before it is taken away, and how long the autoscaler waits after it added one.
const PATIENCE: &str = "10m";

impl AksCluster {
    pub(super) fn sku(&self) -> ManagedClusterSku {
        ManagedClusterSku::new().name(ManagedClusterSkuName::BASE).tier(self.tier.clone())
    }

    /// The control plane is the identity that may join subnets.
    pub(super) fn identity(&self) -> ManagedClusterIdentity {
        let by_id = |identity: Identity| BTreeMap::from([(identity.id.as_str().to_owned(), Value::map())]);
        ManagedClusterIdentity::new()
            .type_(ManagedClusterIdentityType::USER_ASSIGNED)
            .user_assigned_identities(self.control_plane.map(by_id))
    }

    pub(super) fn node_identity(
        kubelet: &UserAssignedIdentityHandle,
    ) -> InputMap<ManagedClusterUserAssignedIdentity> {
        let identity = ManagedClusterUserAssignedIdentity::new()
            .resource_id(kubelet.id())
            .client_id(kubelet.client_id())
            .object_id(kubelet.principal_id());
        [("kubeletidentity", identity)].into_input_map()
    }

    /// Pods have addresses of the subnets, so that security groups and the gateway know them.
    pub(super) fn network(&self) -> ManagedClusterNetworkProfile {
        use ManagedClusterNetworkProfileOutboundType as OutboundType;
        ManagedClusterNetworkProfile::new()
            .network_plugin(ManagedClusterNetworkProfileNetworkPlugin::AZURE)
            .network_policy(ManagedClusterNetworkProfileNetworkPolicy::CALICO)
            .network_dataplane(ManagedClusterNetworkProfileNetworkDataplane::AZURE)
            .load_balancer_sku(ManagedClusterNetworkProfileLoadBalancerSku::STANDARD)
            .service_cidr(self.service_range)
            .dns_service_ip(&self.dns_service_ip)
            .outbound_type(match self.outbound {
                Outbound::LoadBalancer => OutboundType::LOAD_BALANCER,
                Outbound::NatGateway => OutboundType::USER_ASSIGNED_NAT_GATEWAY,
                Outbound::Firewall => OutboundType::USER_DEFINED_ROUTING,
            })
    }

    /// The API server has an address in the network only. Its zone is in the group of the nodes: nobody else needs it.
    pub(super) fn api_server() -> ManagedClusterApiServerAccessProfile {
        ManagedClusterApiServerAccessProfile::new()
            .enable_private_cluster(true)
            .enable_private_cluster_public_fqdn(false)
            .private_dns_zone("system")
            // Commands that the service would run for whoever may write the cluster, past the network.
            .disable_run_command(true)
    }

    /// People and pipelines sign in with their own accounts, and roles of Azure say what they may do.
    pub(super) fn directory(&self) -> ManagedClusterAadProfile {
        ManagedClusterAadProfile::new()
            .managed(true)
            .enable_azure_rbac(true)
            .tenant_id(&self.tenant_id)
            .admin_group_object_i_ds(self.admin_group_ids.clone())
    }

    pub(super) fn security(&self) -> ManagedClusterSecurityProfile2 {
        let cleaner = ManagedClusterSecurityProfileImageCleaner::new().enabled(true).interval_hours(168);
        let profile = ManagedClusterSecurityProfile2::new()
            .workload_identity(ManagedClusterWorkloadIdentity::new().enabled(true))
            .image_cleaner(cleaner);
        if !self.defender {
            return profile;
        }
        let defender = ManagedClusterSecurityProfileDefender::new()
            .log_analytics_workspace_resource_id(&self.workspace)
            .security_monitoring(ManagedClusterSecurityMonitoring::new().enabled(true));
        profile.defender(defender)
    }

    pub(super) fn add_ons(&self) -> InputMap<ManagedClusterAddonProfile> {
        let mut logging = BTreeMap::from([("useAADAuth".to_owned(), Input::Value("true".to_owned()))]);
        if let Some(workspace) = self.workspace.to_output() {
            let workspace = workspace.map(|id| id.as_str().to_owned());
            logging.insert("logAnalyticsWorkspaceResourceID".to_owned(), workspace.into_input());
        }
        let rotation = [("enableSecretRotation", "true"), ("rotationPollInterval", "2m")];
        [
            ("azurepolicy", ManagedClusterAddonProfile::new(true)),
            (SECRETS_PROVIDER, ManagedClusterAddonProfile::new(true).config(rotation)),
            ("omsagent", ManagedClusterAddonProfile::new(true).config(logging)),
        ]
        .into_input_map()
    }

    /// For Prometheus. Where metrics and logs go is said by rules that are associated with the cluster.
    pub(super) fn metrics() -> ManagedClusterAzureMonitorProfile {
        let metrics = ManagedClusterAzureMonitorProfileMetrics::new(true);
        ManagedClusterAzureMonitorProfile::new().metrics(metrics)
    }

    /// Nodes are taken away slowly, and packed so that few are left half empty.
    pub(super) fn auto_scaler() -> ManagedClusterAutoScalerProfile {
        ManagedClusterAutoScalerProfile::new()
            .expander(ManagedClusterAutoScalerProfileExpander::LEAST_WASTE)
            .balance_similar_node_groups("true")
            .max_graceful_termination_sec("600")
            .scale_down_delay_after_add(PATIENCE)
            .scale_down_unneeded_time(PATIENCE)
            .scale_down_utilization_threshold("0.5")
            .skip_nodes_with_local_storage("false")
            .skip_nodes_with_system_pods("true")
    }

    pub(super) fn upgrades() -> ManagedClusterAutoUpgradeProfile {
        ManagedClusterAutoUpgradeProfile::new()
            .upgrade_channel(ManagedClusterUpgradeChannel::PATCH)
            .node_os_upgrade_channel(ManagedClusterNodeOsUpgradeChannel::NODE_IMAGE)
    }

    /// Disks only: shares of files are mounted with keys of accounts.
    pub(super) fn storage() -> ManagedClusterStorageProfile {
        ManagedClusterStorageProfile::new()
            .disk_csi_driver(ManagedClusterStorageProfileDiskCsiDriver::new().enabled(true))
            .snapshot_controller(ManagedClusterSnapshotController::new().enabled(true))
            .file_csi_driver(ManagedClusterStorageProfileFileCsiDriver::new().enabled(false))
            .blob_csi_driver(ManagedClusterStorageProfileBlobCsiDriver::new().enabled(false))
    }

    /// Pods follow the length of queues: that is how exports start from none.
    pub(super) fn workload_scaling() -> ManagedClusterWorkloadAutoScalerProfile {
        let keda = ManagedClusterWorkloadAutoScalerProfileKeda::new(true);
        ManagedClusterWorkloadAutoScalerProfile::new().keda(keda)
    }
}

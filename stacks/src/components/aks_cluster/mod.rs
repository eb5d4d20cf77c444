//! The cluster that runs the platform's services.

mod maintenance;
mod pool;
mod pool_config;
mod profiles;

pub use maintenance::{MaintenanceConfig, Weekday};
pub use pool_config::PoolConfig;

use crate::foundation::Identity;
use crate::helpers::{BuiltInRole, Site, diagnostics, roles};
use atp_azure::container_service::{
    ManagedCluster, ManagedClusterHandle, ManagedClusterNodeResourceGroupProfile,
    ManagedClusterOidcIssuerProfile, ManagedClusterPublicNetworkAccess, ManagedClusterRestrictionLevel,
    ManagedClusterSkuTier,
};
use atp_azure::managed_identity::{UserAssignedIdentity, UserAssignedIdentityHandle};
use atp_azure::network::Subnet;
use atp_azure::operational_insights::Workspace;
use atp_azure::resources::ResourceGroup;
use atp_iac::resource::HasUrn;
use atp_iac::{Cidr, Component, Config, Context, Input, Options, Output, ResourceId, Result, component};
use std::collections::BTreeMap;

/// A private cluster with its pools.
///
/// What hardens it is not a choice: an API server without a public address, no local accounts, roles of Azure, network
/// policies, encryption at the host, nodes that nobody signs in to. What differs between environments is a field.
#[component(type = "atp:compute:AksCluster")]
#[derive(Clone, Debug)]
pub struct AksCluster {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that it is in.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// The subscription that the definitions of roles are read in.
    pub subscription_id: String,
    /// The tenant whose accounts sign in.
    pub tenant_id: String,
    /// The version of Kubernetes, such as `1.33`; patches follow by themselves.
    pub kubernetes_version: String,
    /// The groups whose members may do everything in the cluster.
    pub admin_group_ids: Vec<String>,
    /// What the control plane works as. It has to have the right to join the subnets.
    pub control_plane: Output<Identity>,
    /// The subnets for nodes, by the names that pools know them by.
    pub subnets: BTreeMap<String, Output<ResourceId<Subnet>>>,
    /// The pool that runs the cluster itself.
    pub system_pool: PoolConfig,
    /// The other pools by name.
    pub pools: BTreeMap<String, PoolConfig>,
    /// When it may be changed by the service.
    pub maintenance: MaintenanceConfig,
    /// Where it logs to.
    pub workspace: Input<ResourceId<Workspace>>,
    /// The addresses of services, which only the cluster knows.
    #[component(default = Cidr::literal("172.16.0.0/16"))]
    pub service_range: Cidr,
    /// The address of its name server, one of those of services.
    #[component(default = "172.16.0.10")]
    pub dns_service_ip: String,
    /// How far Azure answers for the API server.
    #[component(default = ManagedClusterSkuTier::STANDARD)]
    pub tier: ManagedClusterSkuTier,
    /// The way that nodes reach the internet.
    #[component(default = Outbound::NatGateway)]
    pub outbound: Outbound,
    /// The availability zones that pools are spread over.
    #[component(default)]
    pub zones: Vec<String>,
    /// Whether nodes use cryptography that is validated by FIPS 140.
    #[component(default = false)]
    pub fips: bool,
    /// Whether Defender watches what runs.
    #[component(default = true)]
    pub defender: bool,
    /// Whether plans that delete or replace the cluster are refused. Pools come and go.
    #[component(default = false)]
    pub protect: bool,
}

/// The way that nodes reach the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Config)]
pub enum Outbound {
    /// A load balancer of the cluster, with a public address of its own.
    LoadBalancer,
    /// The NAT gateway of the subnets.
    NatGateway,
    /// Whatever the routes of the subnets lead to.
    Firewall,
}

/// What the user of an [`AksCluster`] gets.
#[derive(Clone, Debug)]
pub struct AksClusterOutputs {
    /// Its id.
    pub id: Output<ResourceId<ManagedCluster>>,
    /// Its name.
    pub name: Output<String>,
    /// Who signs the tokens of service accounts.
    pub oidc_issuer_url: Output<String>,
    /// Where the API server is found inside of the network.
    pub private_fqdn: Output<String>,
    /// The principal of the nodes.
    pub kubelet_principal_id: Output<String>,
    /// The client id of the identity that mounts secrets of vaults into pods.
    pub secrets_provider_client_id: Output<String>,
}

impl Component for AksCluster {
    type Outputs = AksClusterOutputs;

    fn build(self, cx: &mut Context) -> Result<AksClusterOutputs> {
        let Site { names, tags, location } = &self.site;
        let name = names.of::<UserAssignedIdentity>("aks-kubelet")?;
        let kubelet = UserAssignedIdentity::new(&self.group, name, location).tags(tags);
        let kubelet = cx.add("kubelet-identity", kubelet)?;
        let control_plane = self.control_plane.at(|identity| &identity.principal_id);
        let role = BuiltInRole::ManagedIdentityOperator;
        let operates = roles::assignment(&self.subscription_id, &kubelet.id(), role, &control_plane)?;
        let operates = cx.add("control-plane-gives-kubelet-identity", operates)?;

        let options = Options::new().depends_on(&operates).protect(self.protect);
        let cluster = cx.add_with("cluster", options, self.cluster(&kubelet)?)?;
        cx.add("diagnostics", diagnostics::logs_and_metrics(cluster.id(), &self.workspace))?;
        self.add_maintenance(cx, &cluster.id())?;
        for (name, pool) in &self.pools {
            cx.add(&format!("pool-{name}"), self.pool(&cluster.id(), name, pool)?)?;
        }
        Ok(outputs(&cluster, &kubelet))
    }
}

impl AksCluster {
    fn cluster(&self, kubelet: &UserAssignedIdentityHandle) -> Result<ManagedCluster> {
        let Site { names, tags, location } = &self.site;
        let name = names.only::<ManagedCluster>()?;
        let dns_prefix = name.as_str().to_owned();
        // Nobody but the service changes what is in the group of the nodes.
        let closed = ManagedClusterNodeResourceGroupProfile::new()
            .restriction_level(ManagedClusterRestrictionLevel::READ_ONLY);
        Ok(ManagedCluster::new(&self.group, name, location)
            .sku(self.sku())
            .identity(self.identity())
            .identity_profile(Self::node_identity(kubelet))
            .kubernetes_version(&self.kubernetes_version)
            .dns_prefix(dns_prefix)
            .node_resource_group(names.of::<ResourceGroup>("aks-nodes")?)
            .node_resource_group_profile(closed)
            .agent_pool_profiles([self.system_profile()?])
            .network_profile(self.network())
            .api_server_access_profile(Self::api_server())
            .public_network_access(ManagedClusterPublicNetworkAccess::DISABLED)
            .enable_rbac(true)
            .aad_profile(self.directory())
            .disable_local_accounts(true)
            .oidc_issuer_profile(ManagedClusterOidcIssuerProfile::new().enabled(true))
            .security_profile(self.security())
            .addon_profiles(self.add_ons())
            .azure_monitor_profile(Self::metrics())
            .auto_scaler_profile(Self::auto_scaler())
            .auto_upgrade_profile(Self::upgrades())
            .storage_profile(Self::storage())
            .workload_auto_scaler_profile(Self::workload_scaling())
            .tags(tags))
    }
}

fn outputs(cluster: &ManagedClusterHandle, kubelet: &UserAssignedIdentityHandle) -> AksClusterOutputs {
    let secrets_provider =
        format!("properties/addonProfiles/{}/identity/clientId", profiles::SECRETS_PROVIDER);
    AksClusterOutputs {
        id: cluster.id(),
        name: cluster.name(),
        oidc_issuer_url: cluster.oidc_issuer_profile_issuer_url(),
        private_fqdn: cluster.private_fqdn(),
        kubelet_principal_id: kubelet.principal_id(),
        secrets_provider_client_id: Output::of_resource(cluster.urn(), &secrets_provider),
    }
}

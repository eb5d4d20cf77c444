//! What other stacks may use of the cluster.

use atp_azure::container_registry::Registry;
use atp_azure::container_service::ManagedCluster;
use atp_azure::resources::ResourceGroup;
use atp_iac::{Output, Outputs, ResourceId, Secret};

/// What other stacks may use.
#[derive(Debug, Outputs)]
pub struct AksOutputs {
    /// The resource group of cluster and registry.
    pub group: Output<ResourceId<ResourceGroup>>,
    /// The cluster.
    pub cluster: Output<ResourceId<ManagedCluster>>,
    /// Its name.
    pub cluster_name: Output<String>,
    /// Who signs the tokens of service accounts: what federated credentials trust.
    pub oidc_issuer_url: Output<String>,
    /// Where the API server is found inside of the network.
    pub private_fqdn: Output<String>,
    /// How users sign in to the cluster, for `kubectl`. It holds no password: they sign in with their own account.
    pub kubeconfig: Output<Secret<String>>,
    /// The principal of the nodes: it pulls images.
    pub kubelet_principal_id: Output<String>,
    /// The client id of the identity that mounts secrets of the vault into pods.
    pub secrets_provider_client_id: Output<String>,
    /// The registry of container images. In a recovery region it is that of the primary one.
    pub registry: Output<ResourceId<Registry>>,
    /// Where images are pulled from.
    pub registry_login_server: Output<String>,
}

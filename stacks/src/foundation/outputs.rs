//! What other stacks may use of the foundation.

use super::Identity;
use atp_azure::key_vault::{ManagedHsm, Vault, VaultKey};
use atp_azure::network::{ApplicationSecurityGroup, PrivateDnsZone, Subnet, VirtualNetwork};
use atp_azure::operational_insights::Workspace;
use atp_azure::resources::ResourceGroup;
use atp_iac::{Output, Outputs, ResourceId};

/// What other stacks may use.
#[derive(Debug, Outputs)]
pub struct FoundationOutputs {
    /// The resource group of the network.
    pub network_group: Output<ResourceId<ResourceGroup>>,
    /// The resource group of vault and identities.
    pub security_group: Output<ResourceId<ResourceGroup>>,
    /// The resource group of what observes the others.
    pub observability_group: Output<ResourceId<ResourceGroup>>,

    /// The virtual network.
    pub virtual_network: Output<ResourceId<VirtualNetwork>>,
    /// The nodes that run the cluster itself.
    pub aks_system_subnet: Output<ResourceId<Subnet>>,
    /// The nodes that take audit events in.
    pub aks_ingestion_subnet: Output<ResourceId<Subnet>>,
    /// The nodes that answer questions.
    pub aks_query_subnet: Output<ResourceId<Subnet>>,
    /// The nodes that keep views.
    pub aks_projection_subnet: Output<ResourceId<Subnet>>,
    /// The nodes that write exports, where the environment has any.
    pub aks_export_subnet: Output<Option<ResourceId<Subnet>>>,
    /// Private endpoints.
    pub private_link_subnet: Output<ResourceId<Subnet>>,
    /// The application gateway.
    pub gateway_subnet: Output<ResourceId<Subnet>>,
    /// SQL managed instances, where the environment has any.
    pub sql_subnet: Output<Option<ResourceId<Subnet>>>,
    /// Clients of Service Bus, where the environment has any.
    pub service_bus_subnet: Output<Option<ResourceId<Subnet>>>,

    /// The public addresses that the cluster leaves by, where it does: others allow them.
    pub egress_addresses: Output<Option<String>>,
    /// What the rules of security groups know private endpoints by: every one is a member.
    pub private_endpoint_security_group: Output<ResourceId<ApplicationSecurityGroup>>,

    /// The private DNS zone of vaults.
    pub key_vault_zone: Output<ResourceId<PrivateDnsZone>>,
    /// The private DNS zone of blob storage.
    pub blob_zone: Output<ResourceId<PrivateDnsZone>>,
    /// The private DNS zone of SQL servers.
    pub sql_zone: Output<ResourceId<PrivateDnsZone>>,
    /// The private DNS zone of Service Bus.
    pub service_bus_zone: Output<ResourceId<PrivateDnsZone>>,
    /// The private DNS zone of Cosmos DB.
    pub cosmos_zone: Output<ResourceId<PrivateDnsZone>>,
    /// The private DNS zone of container registries.
    pub container_registry_zone: Output<ResourceId<PrivateDnsZone>>,
    /// The private DNS zone of Azure Monitor. A private link scope has names in its four zones and in `blob_zone`.
    pub monitor_zone: Output<ResourceId<PrivateDnsZone>>,
    /// The private DNS zone of the management of workspaces.
    pub monitor_management_zone: Output<ResourceId<PrivateDnsZone>>,
    /// The private DNS zone of what takes logs in.
    pub monitor_data_zone: Output<ResourceId<PrivateDnsZone>>,
    /// The private DNS zone of agents.
    pub monitor_agents_zone: Output<ResourceId<PrivateDnsZone>>,

    /// The vault.
    pub key_vault: Output<ResourceId<Vault>>,
    /// Where clients find the vault.
    pub key_vault_uri: Output<String>,
    /// The key that services encrypt the keys of what they store with.
    pub data_encryption_key: Output<ResourceId<VaultKey>>,
    /// Where that key is found, without a version: services follow its rotation.
    pub data_encryption_key_uri: Output<String>,
    /// Where the key is found that the platform encrypts the keys of records with, without a version.
    pub key_encryption_key: Output<String>,
    /// Where the key is found that signs the audit trail, without a version: in the managed HSM where that can hold keys,
    /// else in the vault.
    pub audit_signing_key: Output<String>,
    /// Where clients find the managed HSM, where the environment has one.
    pub managed_hsm_uri: Output<Option<String>>,
    /// The managed HSM, where the environment has one.
    pub managed_hsm: Output<Option<ResourceId<ManagedHsm>>>,
    /// Where logs go.
    pub workspace: Output<ResourceId<Workspace>>,

    /// The identity of the cluster's control plane.
    pub control_plane: Output<Identity>,
    /// The identity of the service that takes audit events in.
    pub ingestion: Output<Identity>,
    /// The identity of the service that answers questions.
    pub query: Output<Identity>,
    /// The identity of the service that keeps views.
    pub projection: Output<Identity>,
    /// The identity of the service that writes exports.
    pub export: Output<Identity>,
    /// The identity of what brings workloads onto the cluster.
    pub gitops: Output<Identity>,
}

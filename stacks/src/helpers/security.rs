//! The security defaults of the platform, in one place.
//!
//! A service is [`hardened`](Hardened::hardened) before anything else is said of it: no public network, TLS 1.2 at
//! least, nobody signs in with a key or password. What a component sets after that is its own choice, and the rules of
//! compliance look at the result, not at how it came to be.

use atp_azure::container_registry::{Registry, RegistryPublicNetworkAccess};
use atp_azure::documentdb::{
    DatabaseAccount, DatabaseAccountMinimalTlsVersion, DatabaseAccountNetworkAclBypass,
    DatabaseAccountPublicNetworkAccess,
};
use atp_azure::key_vault::{
    ManagedHsm, ManagedHsmNetworkAcls, ManagedHsmNetworkAclsBypass, ManagedHsmNetworkAclsDefaultAction,
    ManagedHsmPublicNetworkAccess, Vault, VaultNetworkAcls, VaultNetworkAclsBypass,
    VaultNetworkAclsDefaultAction,
};
use atp_azure::operational_insights::{
    Workspace, WorkspaceFeatures, WorkspacePublicNetworkAccessForIngestion,
    WorkspacePublicNetworkAccessForQuery,
};
use atp_azure::service_bus::{Namespace, NamespaceMinimumTlsVersion, NamespacePublicNetworkAccess};
use atp_azure::sql::{Server, ServerMinimalTlsVersion, ServerPublicNetworkAccess};
use atp_azure::storage::{
    StorageAccount, StorageAccountEncryption, StorageAccountEncryptionService,
    StorageAccountEncryptionServiceKeyType, StorageAccountEncryptionServices,
    StorageAccountMinimumTlsVersion, StorageAccountNetworkAcls, StorageAccountNetworkAclsBypass,
    StorageAccountNetworkAclsDefaultAction, StorageAccountPublicNetworkAccess,
};

/// A service with security defaults.
pub trait Hardened {
    /// With all of the defaults, over whatever was set before.
    #[must_use]
    fn hardened(self) -> Self;
}

impl Hardened for StorageAccount {
    /// Data is encrypted twice: with the key of the account, and below it with one of the infrastructure. A component
    /// that brings a key of its own starts from [`storage_encryption`].
    fn hardened(self) -> Self {
        let rules = StorageAccountNetworkAcls::new(StorageAccountNetworkAclsDefaultAction::Deny)
            .bypass(StorageAccountNetworkAclsBypass::AZURE_SERVICES);
        self.public_network_access(StorageAccountPublicNetworkAccess::DISABLED)
            .network_acls(rules)
            .minimum_tls_version(StorageAccountMinimumTlsVersion::TLS1_2)
            .supports_https_traffic_only(true)
            .allow_blob_public_access(false)
            .allow_shared_key_access(false)
            .default_to_oauth_authentication(true)
            .is_local_user_enabled(false)
            .allow_cross_tenant_replication(false)
            .encryption(storage_encryption())
    }
}

/// Blobs and files are encrypted twice, with the key of the account and with one of the infrastructure.
pub fn storage_encryption() -> StorageAccountEncryption {
    let service = || {
        StorageAccountEncryptionService::new()
            .enabled(true)
            .key_type(StorageAccountEncryptionServiceKeyType::ACCOUNT)
    };
    StorageAccountEncryption::new()
        .require_infrastructure_encryption(true)
        .services(StorageAccountEncryptionServices::new().blob(service()).file(service()))
}

impl Hardened for Server {
    /// Who administers it is for the component to say: only accounts of the directory.
    fn hardened(self) -> Self {
        self.public_network_access(ServerPublicNetworkAccess::DISABLED)
            .minimal_tls_version(ServerMinimalTlsVersion::V1_2)
    }
}

impl Hardened for DatabaseAccount {
    fn hardened(self) -> Self {
        self.public_network_access(DatabaseAccountPublicNetworkAccess::DISABLED)
            .network_acl_bypass(DatabaseAccountNetworkAclBypass::None)
            .minimal_tls_version(DatabaseAccountMinimalTlsVersion::TLS12)
            .disable_local_auth(true)
            .disable_key_based_metadata_write_access(true)
    }
}

impl Hardened for Namespace {
    fn hardened(self) -> Self {
        self.public_network_access(NamespacePublicNetworkAccess::DISABLED)
            .minimum_tls_version(NamespaceMinimumTlsVersion::V1_2)
            .disable_local_auth(true)
    }
}

impl Hardened for Registry {
    fn hardened(self) -> Self {
        self.public_network_access(RegistryPublicNetworkAccess::DISABLED)
            .admin_user_enabled(false)
            .anonymous_pull_enabled(false)
    }
}

impl Hardened for Vault {
    /// Roles open it, and access policies do not. Nobody, and that includes administrators, can purge what was deleted
    /// before its time.
    fn hardened(self) -> Self {
        // With public access disabled the rules let nothing in but trusted services of Azure: backup, encryption of
        // disks. They also stand if someone enables public access by hand.
        let rules = VaultNetworkAcls::new()
            .default_action(VaultNetworkAclsDefaultAction::DENY)
            .bypass(VaultNetworkAclsBypass::AZURE_SERVICES);
        self.public_network_access("Disabled")
            .network_acls(rules)
            .enable_rbac_authorization(true)
            .enable_soft_delete(true)
            .enable_purge_protection(true)
    }
}

impl Hardened for ManagedHsm {
    fn hardened(self) -> Self {
        let rules = ManagedHsmNetworkAcls::new()
            .default_action(ManagedHsmNetworkAclsDefaultAction::DENY)
            .bypass(ManagedHsmNetworkAclsBypass::AZURE_SERVICES);
        self.public_network_access(ManagedHsmPublicNetworkAccess::DISABLED)
            .network_acls(rules)
            .enable_soft_delete(true)
            .enable_purge_protection(true)
    }
}

impl Hardened for Workspace {
    /// Who writes or reads logs signs in and comes through the private link scope; who may read a resource may read
    /// its logs, and no others.
    fn hardened(self) -> Self {
        let features = WorkspaceFeatures::new()
            .disable_local_auth(true)
            .enable_log_access_using_only_resource_permissions(true);
        self.features(features)
            .public_network_access_for_ingestion(WorkspacePublicNetworkAccessForIngestion::DISABLED)
            .public_network_access_for_query(WorkspacePublicNetworkAccessForQuery::DISABLED)
    }
}

//! Assignments of the roles that Azure has built in.

use atp_azure::Scope;
use atp_azure::authorization::{RoleAssignment, RoleAssignmentPrincipalType, RoleDefinition};
use atp_iac::program::ProgramError;
use atp_iac::{Output, ResourceId, ResourceType, Result, all};
use uuid::Uuid;

/// A role that Azure has built in, as far as the platform uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuiltInRole {
    /// Reads the values of secrets.
    KeyVaultSecretsUser,
    /// Signs, verifies, wraps and unwraps with keys, and never sees them.
    KeyVaultCryptoUser,
    /// Wraps and unwraps with keys, for services that encrypt what they store.
    KeyVaultCryptoServiceEncryptionUser,
    /// Manages networks: the control plane of a cluster joins its nodes to subnets.
    NetworkContributor,
    /// Publishes metrics of its own.
    MonitoringMetricsPublisher,
    /// Reads metrics and logs.
    MonitoringReader,
    /// Reads a workspace and configures what is collected.
    LogAnalyticsContributor,
    /// Gives an identity to a resource: the control plane of a cluster gives one to its nodes.
    ManagedIdentityOperator,
    /// Registers names in private DNS zones.
    PrivateDnsZoneContributor,
    /// Pulls images from a registry.
    AcrPull,
    /// Does everything inside of a cluster.
    AksRbacClusterAdmin,
    /// Reads most objects of a cluster.
    AksRbacReader,
    /// Gets the configuration that `kubectl` signs in with.
    AksClusterUser,
    /// Reads, writes and deletes blobs.
    StorageBlobDataContributor,
    /// Reads blobs.
    StorageBlobDataReader,
    /// Sends messages.
    ServiceBusDataSender,
    /// Receives messages.
    ServiceBusDataReceiver,
    /// Manages databases, and does not see what is in them.
    SqlDbContributor,
    /// Sees what is there, and changes nothing.
    Reader,
}

impl BuiltInRole {
    /// Its id, which is the same in every tenant.
    pub const fn guid(self) -> &'static str {
        match self {
            BuiltInRole::KeyVaultSecretsUser => "4633458b-17de-408a-b874-0445c86b69e6",
            BuiltInRole::KeyVaultCryptoUser => "12338af0-0e69-4776-bea7-57ae8d297424",
            BuiltInRole::KeyVaultCryptoServiceEncryptionUser => "e147488a-f6f5-4113-8e2d-b22465e65bf6",
            BuiltInRole::NetworkContributor => "4d97b98b-1d4f-4787-a291-c67834d212e7",
            BuiltInRole::MonitoringMetricsPublisher => "3913510d-42f4-4e42-8a64-420c390055eb",
            BuiltInRole::MonitoringReader => "43d0d8ad-25c7-4714-9337-8ba259a9fe05",
            BuiltInRole::LogAnalyticsContributor => "92aaf0da-9dab-42b6-94a3-d43ce8d16293",
            BuiltInRole::ManagedIdentityOperator => "f1a07417-d97a-45cb-824c-7a7467783830",
            BuiltInRole::PrivateDnsZoneContributor => "b12aa53e-6015-4669-85d0-8515ebb3ae7f",
            BuiltInRole::AcrPull => "7f951dda-4ed3-4680-a7ca-43fe172d538d",
            BuiltInRole::AksRbacClusterAdmin => "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b",
            BuiltInRole::AksRbacReader => "7f6c6a51-bcf8-42ba-9220-52d62157d7db",
            BuiltInRole::AksClusterUser => "4abbcc35-e782-43d8-92c5-2d3f1bd2253f",
            BuiltInRole::StorageBlobDataContributor => "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
            BuiltInRole::StorageBlobDataReader => "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
            BuiltInRole::ServiceBusDataSender => "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39",
            BuiltInRole::ServiceBusDataReceiver => "4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0",
            BuiltInRole::SqlDbContributor => "9b7fa17d-e63e-47b0-bb0a-15c516ac86ec",
            BuiltInRole::Reader => "acdd72a7-3385-48ef-bd42-f606fba81ae7",
        }
    }

    fn definition(self, subscription_id: &str) -> Result<ResourceId<RoleDefinition>> {
        let guid = self.guid();
        let kind = RoleDefinition::TYPE;
        ResourceId::parse(&format!("/subscriptions/{subscription_id}/providers/{kind}/{guid}"))
            .map_err(|error| ProgramError::Other(error.to_string()))
    }
}

/// Gives a managed identity a role at a resource and everything in it.
///
/// The name of an assignment is a GUID. It is computed from scope, principal and role: so it is the same in every run,
/// and a new principal, which is what a replaced identity has, makes a new assignment.
///
/// # Errors
/// When the subscription cannot be part of an id.
pub fn assignment<T: ResourceType>(
    subscription_id: &str,
    scope: &Output<ResourceId<T>>,
    role: BuiltInRole,
    principal_id: &Output<String>,
) -> Result<RoleAssignment> {
    let name = all((scope.clone(), principal_id.clone()))
        .map(move |(scope, principal)| assignment_name(scope.as_str(), &principal, role));
    // With the type given, Azure does not look the principal up, which fails while a new identity is replicated.
    Ok(RoleAssignment::new(scope.map(Scope::from), name, role.definition(subscription_id)?, principal_id)
        .principal_type(RoleAssignmentPrincipalType::SERVICE_PRINCIPAL))
}

/// Azure keeps neither the case of ids nor that of GUIDs.
fn assignment_name(scope: &str, principal_id: &str, role: BuiltInRole) -> String {
    let text = format!("{scope}|{principal_id}|{}", role.guid()).to_ascii_lowercase();
    Uuid::new_v5(&Uuid::NAMESPACE_URL, text.as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fact_099_the_name_of_an_assignment_depends_on_all_of_it_and_on_nothing_else() {
        let role = BuiltInRole::KeyVaultSecretsUser;
        let name = assignment_name("/subscriptions/s", "p", role);
        assert_eq!(name, assignment_name("/Subscriptions/S", "P", role));
        assert_ne!(name, assignment_name("/subscriptions/t", "p", role));
        assert_ne!(name, assignment_name("/subscriptions/s", "q", role));
        assert_ne!(name, assignment_name("/subscriptions/s", "p", BuiltInRole::KeyVaultCryptoUser));
    }
}

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
    /// Manages networks: the control plane of a cluster joins its nodes to subnets.
    NetworkContributor,
    /// Publishes metrics of its own.
    MonitoringMetricsPublisher,
    /// Reads a workspace and configures what is collected.
    LogAnalyticsContributor,
}

impl BuiltInRole {
    /// Its id, which is the same in every tenant.
    pub const fn guid(self) -> &'static str {
        match self {
            BuiltInRole::KeyVaultSecretsUser => "4633458b-17de-408a-b874-0445c86b69e6",
            BuiltInRole::KeyVaultCryptoUser => "12338af0-0e69-4776-bea7-57ae8d297424",
            BuiltInRole::NetworkContributor => "4d97b98b-1d4f-4787-a291-c67834d212e7",
            BuiltInRole::MonitoringMetricsPublisher => "3913510d-42f4-4e42-8a64-420c390055eb",
            BuiltInRole::LogAnalyticsContributor => "92aaf0da-9dab-42b6-94a3-d43ce8d16293",
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

//! Roles: those that Azure has built in, those that the platform defines, and who gets them where.

use atp_azure::Scope;
use atp_azure::authorization::{
    RoleAssignment, RoleAssignmentPrincipalType, RoleDefinition, RoleDefinitionPermission,
};
use atp_iac::program::ProgramError;
use atp_iac::{Input, IntoInput, Output, ResourceId, ResourceType, Result, all};
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
    /// Reads the metrics that Prometheus collects.
    MonitoringDataReader,
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
    /// All of them.
    pub const ALL: &[BuiltInRole] = &[
        BuiltInRole::KeyVaultSecretsUser,
        BuiltInRole::KeyVaultCryptoUser,
        BuiltInRole::KeyVaultCryptoServiceEncryptionUser,
        BuiltInRole::NetworkContributor,
        BuiltInRole::MonitoringMetricsPublisher,
        BuiltInRole::MonitoringDataReader,
        BuiltInRole::MonitoringReader,
        BuiltInRole::LogAnalyticsContributor,
        BuiltInRole::ManagedIdentityOperator,
        BuiltInRole::PrivateDnsZoneContributor,
        BuiltInRole::AcrPull,
        BuiltInRole::AksRbacClusterAdmin,
        BuiltInRole::AksRbacReader,
        BuiltInRole::AksClusterUser,
        BuiltInRole::StorageBlobDataContributor,
        BuiltInRole::StorageBlobDataReader,
        BuiltInRole::ServiceBusDataSender,
        BuiltInRole::ServiceBusDataReceiver,
        BuiltInRole::SqlDbContributor,
        BuiltInRole::Reader,
    ];

    /// The role with an id.
    pub fn of_guid(guid: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.guid().eq_ignore_ascii_case(guid))
    }

    /// Its id, which is the same in every tenant.
    pub const fn guid(self) -> &'static str {
        match self {
            BuiltInRole::KeyVaultSecretsUser => "4633458b-17de-408a-b874-0445c86b69e6",
            BuiltInRole::KeyVaultCryptoUser => "12338af0-0e69-4776-bea7-57ae8d297424",
            BuiltInRole::KeyVaultCryptoServiceEncryptionUser => "e147488a-f6f5-4113-8e2d-b22465e65bf6",
            BuiltInRole::NetworkContributor => "4d97b98b-1d4f-4787-a291-c67834d212e7",
            BuiltInRole::MonitoringMetricsPublisher => "3913510d-42f4-4e42-8a64-420c390055eb",
            BuiltInRole::MonitoringDataReader => "b0d8363b-8ddd-447d-831f-62ca05bff136",
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

/// A role that the platform defines, because those of Azure allow more than is needed.
#[derive(Clone, Copy, Debug)]
pub struct CustomRole {
    /// What people see. No two roles of a tenant share one, so it is followed by the environment.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// What it may do to resources.
    pub actions: &'static [&'static str],
    /// What it may do to what is in them.
    pub data_actions: &'static [&'static str],
}

impl CustomRole {
    /// Its definition, for use in one subscription.
    ///
    /// Azure knows a role by a GUID. It is computed from subscription and name, so it is the same in every run.
    pub fn definition(&self, subscription_id: &str, environment: &str) -> RoleDefinition {
        let scope = Scope::subscription(subscription_id);
        let title = format!("{} ({environment})", self.name);
        let text = format!("{}|{title}", scope.as_str()).to_ascii_lowercase();
        let guid = Uuid::new_v5(&Uuid::NAMESPACE_URL, text.as_bytes()).to_string();
        let mut permission = RoleDefinitionPermission::new().actions(self.actions.to_vec());
        if !self.data_actions.is_empty() {
            permission = permission.data_actions(self.data_actions.to_vec());
        }
        let scopes = [scope.as_str().to_owned()];
        RoleDefinition::new(scope, guid, title, [permission], scopes).description(self.description)
    }
}

/// A role that can be assigned.
#[derive(Clone, Debug)]
pub enum Role {
    /// One of Azure.
    BuiltIn(BuiltInRole),
    /// One that a program defines.
    Custom(Output<ResourceId<RoleDefinition>>),
}

impl From<BuiltInRole> for Role {
    fn from(role: BuiltInRole) -> Self {
        Role::BuiltIn(role)
    }
}

impl Role {
    fn definition(self, subscription_id: &str) -> Result<Output<ResourceId<RoleDefinition>>> {
        Ok(match self {
            Role::BuiltIn(role) => Output::known(role.definition(subscription_id)?),
            Role::Custom(id) => id,
        })
    }
}

/// Who gets a role.
#[derive(Clone, Debug)]
pub enum Principal {
    /// A managed identity or an application, by its principal id.
    Service(Output<String>),
    /// A group of people, by its object id. People get roles as members of groups only.
    Group(String),
}

/// Gives a managed identity a role at a resource and everything in it.
///
/// # Errors
/// As [`assignment_of`].
pub fn assignment<T: ResourceType>(
    subscription_id: &str,
    scope: &Output<ResourceId<T>>,
    role: BuiltInRole,
    principal_id: &Output<String>,
) -> Result<RoleAssignment> {
    assignment_of(subscription_id, scope, role, Principal::Service(principal_id.clone()))
}

/// Gives somebody a role at a scope, such as [`Scope::subscription`], and everything in it.
///
/// The name of an assignment is a GUID. It is computed from scope, principal and role: so it is the same in every run,
/// and a new principal, which is what a replaced identity has, makes a new assignment.
///
/// # Errors
/// When the subscription cannot be part of an id.
pub fn assignment_of(
    subscription_id: &str,
    scope: impl IntoInput<Scope>,
    role: impl Into<Role>,
    principal: Principal,
) -> Result<RoleAssignment> {
    let definition = role.into().definition(subscription_id)?;
    let scope = match scope.into_input() {
        Input::Output(scope) => scope,
        Input::Value(scope) => Output::known(scope),
        Input::Unset => return Err(ProgramError::Other("a role is assigned at no scope".to_owned())),
    };
    // With the type given, Azure does not look the principal up, which fails while a new identity is replicated.
    let (principal_id, kind) = match principal {
        Principal::Service(id) => (id, RoleAssignmentPrincipalType::SERVICE_PRINCIPAL),
        Principal::Group(id) => (Output::known(id), RoleAssignmentPrincipalType::GROUP),
    };
    let name = all((scope.clone(), principal_id.clone(), definition.clone()))
        .map(|(scope, principal, role)| assignment_name(scope.as_str(), &principal, role.as_str()));
    Ok(RoleAssignment::new(scope, name, definition, principal_id).principal_type(kind))
}

/// Azure keeps neither the case of ids nor that of GUIDs. A role is known by the last part of its id.
fn assignment_name(scope: &str, principal_id: &str, role_id: &str) -> String {
    let role = role_id.rsplit('/').next().unwrap_or(role_id);
    let text = format!("{scope}|{principal_id}|{role}").to_ascii_lowercase();
    Uuid::new_v5(&Uuid::NAMESPACE_URL, text.as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fact_099_the_name_of_an_assignment_depends_on_all_of_it_and_on_nothing_else() {
        let role = BuiltInRole::KeyVaultSecretsUser.guid();
        let name = assignment_name("/subscriptions/s", "p", role);
        assert_eq!(name, assignment_name("/Subscriptions/S", "P", role));
        assert_eq!(name, assignment_name("/subscriptions/s", "p", &format!("/subscriptions/s/{role}")));
        assert_ne!(name, assignment_name("/subscriptions/t", "p", role));
        assert_ne!(name, assignment_name("/subscriptions/s", "q", role));
        assert_ne!(name, assignment_name("/subscriptions/s", "p", BuiltInRole::KeyVaultCryptoUser.guid()));
    }

    #[test]
    fn a_role_of_the_platform_is_another_in_each_subscription() {
        let role = CustomRole { name: "Operator", description: "Operates.", actions: &[], data_actions: &[] };
        let guid = |subscription, environment| match role.definition(subscription, environment).name {
            Input::Value(name) => name,
            _ => String::new(),
        };
        assert_eq!(guid("a", "prod"), guid("A", "prod"));
        assert_ne!(guid("a", "prod"), guid("b", "prod"));
        assert_ne!(guid("a", "prod"), guid("a", "dev"));
    }
}

//! Which identity may do what, and where.

use super::identities::Identities;
use crate::helpers::{BuiltInRole, roles};
use atp_azure::key_vault::Vault;
use atp_azure::managed_identity::UserAssignedIdentityHandle;
use atp_azure::network::VirtualNetwork;
use atp_azure::operational_insights::Workspace;
use atp_azure::resources::ResourceGroup;
use atp_iac::resource::HasUrn;
use atp_iac::{Context, Output, ResourceId, ResourceType, Result, Urn};

/// What roles are assigned at.
pub struct Access<'a> {
    /// The subscription that the definitions of roles are read in.
    pub subscription_id: &'a str,
    /// Who gets them.
    pub identities: &'a Identities,
    /// Secrets and keys.
    pub key_vault: &'a Output<ResourceId<Vault>>,
    /// What the nodes of the cluster join.
    pub virtual_network: &'a Output<ResourceId<VirtualNetwork>>,
    /// Where logs go.
    pub workspace: &'a Output<ResourceId<Workspace>>,
    /// What collects metrics.
    pub observability: &'a Output<ResourceId<ResourceGroup>>,
}

/// The assignments at scopes that are locked: a lock waits for them.
pub struct Assigned {
    /// At the vault.
    pub key_vault: Vec<Urn>,
    /// At the workspace.
    pub workspace: Vec<Urn>,
}

impl Access<'_> {
    /// Assigns the roles. Each is given at the smallest scope that is enough.
    pub fn grant(&self, cx: &mut Context) -> Result<Assigned> {
        use BuiltInRole::*;
        let Identities { control_plane, ingestion, gitops, .. } = self.identities;
        let mut key_vault = Vec::new();
        for (service, identity) in self.identities.workloads() {
            let name = format!("{service}-reads-secrets");
            key_vault.push(self.assign(cx, &name, identity, KeyVaultSecretsUser, self.key_vault)?);
            let name = format!("{service}-publishes-metrics");
            self.assign(cx, &name, identity, MonitoringMetricsPublisher, self.observability)?;
        }
        // Ingestion signs what makes the trail tamper-evident; GitOps decrypts what is in its repository.
        for (name, identity) in [("ingestion-signs", ingestion), ("gitops-decrypts", gitops)] {
            key_vault.push(self.assign(cx, name, identity, KeyVaultCryptoUser, self.key_vault)?);
        }
        // At the network and not at its subnets: pools come and go, and their number is not known here.
        self.assign(cx, "aks-joins-network", control_plane, NetworkContributor, self.virtual_network)?;
        let collects =
            self.assign(cx, "aks-collects-logs", control_plane, LogAnalyticsContributor, self.workspace)?;
        Ok(Assigned { key_vault, workspace: vec![collects] })
    }

    fn assign<T: ResourceType>(
        &self,
        cx: &mut Context,
        name: &str,
        identity: &UserAssignedIdentityHandle,
        role: BuiltInRole,
        scope: &Output<ResourceId<T>>,
    ) -> Result<Urn> {
        let assignment = roles::assignment(self.subscription_id, scope, role, &identity.principal_id())?;
        Ok(cx.add(name, assignment)?.urn().clone())
    }
}

//! What a service of the cluster works as.

use crate::foundation::Identity;
use crate::helpers::roles::Principal;
use crate::helpers::{BuiltInRole, Site, roles};
use atp_azure::Scope;
use atp_azure::managed_identity::{FederatedIdentityCredential, UserAssignedIdentity};
use atp_azure::resources::ResourceGroup;
use atp_iac::{Component, Context, Input, Output, ResourceId, Result, component};

/// Who a token of the cluster has to be meant for, to be exchanged for one of Azure.
const AUDIENCE: &str = "api://AzureADTokenExchange";

/// An identity that pods of the cluster work as, without any secret, and what it may do.
///
/// Azure trusts the tokens that the cluster signs for a service account, and gives those of the identity for them.
#[component(type = "atp:identity:WorkloadIdentity")]
#[derive(Clone, Debug)]
pub struct WorkloadIdentity {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that an identity is made in, where none is given.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// The subscription that the definitions of roles are read in.
    pub subscription_id: String,
    /// The service, for names: `ingestion`.
    pub service: String,
    /// Who signs the tokens of service accounts.
    pub issuer: Input<String>,
    /// The service accounts whose pods work as it.
    pub accounts: Vec<ServiceAccount>,
    /// What it may do.
    pub grants: Vec<Grant>,
    /// The identity, where it is there already. Without it, one is made.
    pub identity: Option<Output<Identity>>,
}

/// A service account of the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAccount {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl ServiceAccount {
    /// What tokens call it.
    pub fn subject(&self) -> String {
        format!("system:serviceaccount:{}:{}", self.namespace, self.name)
    }
}

/// A role at a scope.
#[derive(Clone, Debug)]
pub struct Grant {
    /// What it lets the service do, for names: `sends-audit-events`.
    pub name: String,
    /// The role.
    pub role: BuiltInRole,
    /// Where.
    pub scope: Output<Scope>,
    /// What else has to be so, in the language of conditions of Azure.
    pub condition: Option<String>,
}

/// What the user of a [`WorkloadIdentity`] gets.
#[derive(Clone, Debug)]
pub struct WorkloadIdentityOutputs {
    /// What pods sign in as.
    pub client_id: Output<String>,
    /// What roles are assigned to.
    pub principal_id: Output<String>,
    /// The name of the identity: databases know their users by it.
    pub name: Output<String>,
}

impl Component for WorkloadIdentity {
    type Outputs = WorkloadIdentityOutputs;

    fn build(self, cx: &mut Context) -> Result<WorkloadIdentityOutputs> {
        let identity = match &self.identity {
            Some(identity) => identity.clone(),
            None => {
                let Site { names, tags, location } = &self.site;
                let name = names.of::<UserAssignedIdentity>(&self.service)?;
                let identity = UserAssignedIdentity::new(&self.group, name, location).tags(tags);
                Identity::of(&cx.add("identity", identity)?)
            }
        };
        let principal_id = identity.at(|identity| &identity.principal_id);
        for account in &self.accounts {
            let ServiceAccount { namespace, name } = account;
            let credential = FederatedIdentityCredential::new(
                identity.at(|identity| &identity.id),
                format!("{namespace}-{name}"),
                &self.issuer,
                account.subject(),
                [AUDIENCE],
            );
            cx.add(&format!("trusts-{namespace}-{name}"), credential)?;
        }
        for Grant { name, role, scope, condition } in self.grants {
            let principal = Principal::Service(principal_id.clone());
            let mut assignment = roles::assignment_of(&self.subscription_id, scope, role, principal)?;
            if let Some(condition) = condition {
                assignment = assignment.condition(condition).condition_version("2.0");
            }
            cx.add(&name, assignment)?;
        }
        Ok(WorkloadIdentityOutputs {
            client_id: identity.at(|identity| &identity.client_id),
            principal_id,
            name: identity.map(|identity| identity.id.name().to_owned()),
        })
    }
}

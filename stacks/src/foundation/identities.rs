//! The identities of services.

use crate::helpers::Site;
use atp_azure::managed_identity::{UserAssignedIdentity, UserAssignedIdentityHandle};
use atp_azure::resources::ResourceGroup;
use atp_iac::output::Expression;
use atp_iac::value::{Data, Decoder, Kind};
use atp_iac::{Context, Output, ResourceId, Result, Value, all};
use std::collections::BTreeMap;

/// What other stacks know of an identity: `foundation.ingestion.at(|identity| &identity.client_id)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The resource: parent of federated credentials, and what a cluster is given.
    pub id: ResourceId<UserAssignedIdentity>,
    /// What roles are assigned to.
    pub principal_id: String,
    /// What a workload signs in as.
    pub client_id: String,
}

impl Identity {
    /// Of a declared identity.
    pub fn of(handle: &UserAssignedIdentityHandle) -> Output<Identity> {
        all((handle.id(), handle.principal_id(), handle.client_id()))
            .map(|(id, principal_id, client_id)| Identity { id, principal_id, client_id })
    }
}

impl Data for Identity {
    const KIND: Kind = Kind::Map;
    fn encode(&self) -> Expression {
        let texts =
            [("id", self.id.as_str()), ("principal_id", &self.principal_id), ("client_id", &self.client_id)];
        texts
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .into_iter()
            .collect::<BTreeMap<_, _>>()
            .encode()
    }
    fn decode(value: &Value, decoder: &mut Decoder) -> Option<Self> {
        let values = BTreeMap::<String, Value>::decode(value, decoder)?;
        let field = |name: &str| values.get(name).unwrap_or(&Value::Null);
        Some(Identity {
            id: decoder.entry("id", field("id"))?,
            principal_id: decoder.entry("principal_id", field("principal_id"))?,
            client_id: decoder.entry("client_id", field("client_id"))?,
        })
    }
}

/// An identity per service: what one may do says nothing about the others.
#[derive(Clone, Debug)]
pub struct Identities {
    /// The control plane of the cluster.
    pub control_plane: UserAssignedIdentityHandle,
    /// Takes audit events in and signs them.
    pub ingestion: UserAssignedIdentityHandle,
    /// Answers questions about audit events.
    pub query: UserAssignedIdentityHandle,
    /// Keeps views of audit events.
    pub projection: UserAssignedIdentityHandle,
    /// Writes exports.
    pub export: UserAssignedIdentityHandle,
    /// Brings workloads onto the cluster.
    pub gitops: UserAssignedIdentityHandle,
}

impl Identities {
    /// Declares them.
    pub fn declare(cx: &mut Context, site: &Site, group: &Output<ResourceId<ResourceGroup>>) -> Result<Self> {
        let mut identity = |service: &str| {
            let name = site.names.of::<UserAssignedIdentity>(service)?;
            let identity = UserAssignedIdentity::new(group, name, &site.location).tags(&site.tags);
            cx.add(&format!("{service}-identity"), identity)
        };
        Ok(Identities {
            control_plane: identity("aks-control-plane")?,
            ingestion: identity("ingestion")?,
            query: identity("query")?,
            projection: identity("projection")?,
            export: identity("export")?,
            gitops: identity("gitops")?,
        })
    }

    /// The services that run on the cluster, with the names of their roles.
    pub fn workloads(&self) -> [(&'static str, &UserAssignedIdentityHandle); 4] {
        [
            ("ingestion", &self.ingestion),
            ("query", &self.query),
            ("projection", &self.projection),
            ("export", &self.export),
        ]
    }
}

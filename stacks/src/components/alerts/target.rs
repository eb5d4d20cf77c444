//! What alerts watch.

use atp_azure::Scope;
use atp_iac::{Output, ResourceId, ResourceType};
use std::collections::BTreeMap;

/// A kind of thing that is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The cluster.
    Cluster,
    /// Metrics of what runs on the cluster.
    Prometheus,
    /// Storage accounts.
    Storage,
    /// The namespace of topics and queues.
    ServiceBus,
    /// Each SQL database for itself.
    SqlDatabases,
    /// The resources that databases share.
    SqlElasticPool,
    /// Cosmos DB.
    Cosmos,
    /// The vault.
    KeyVault,
    /// Keys in hardware that nobody shares.
    ManagedHsm,
    /// The way in from the internet.
    Gateway,
    /// What switches between regions.
    TrafficManager,
    /// Logs.
    Workspace,
    /// Everything that is done in the subscription.
    Subscription,
}

impl Target {
    /// The type of the resources, which is also the namespace of their metrics.
    pub fn resource_type(self) -> &'static str {
        match self {
            Target::Cluster => "Microsoft.ContainerService/managedClusters",
            Target::Prometheus => "Microsoft.Monitor/accounts",
            Target::Storage => "Microsoft.Storage/storageAccounts",
            Target::ServiceBus => "Microsoft.ServiceBus/namespaces",
            Target::SqlDatabases => "Microsoft.Sql/servers/databases",
            Target::SqlElasticPool => "Microsoft.Sql/servers/elasticPools",
            Target::Cosmos => "Microsoft.DocumentDB/databaseAccounts",
            Target::KeyVault => "Microsoft.KeyVault/vaults",
            Target::ManagedHsm => "Microsoft.KeyVault/managedHSMs",
            Target::Gateway => "Microsoft.Network/applicationGateways",
            Target::TrafficManager => "Microsoft.Network/trafficmanagerprofiles",
            Target::Workspace => "Microsoft.OperationalInsights/workspaces",
            Target::Subscription => "Microsoft.Resources/subscriptions",
        }
    }

    /// The region that Azure Monitor knows the resources in, where it is not the one that they are deployed from.
    pub(super) fn region(self) -> Option<&'static str> {
        (self == Target::TrafficManager).then_some("global")
    }
}

/// One resource that is watched, or a resource group whose resources are.
#[derive(Clone, Debug)]
pub struct Watched {
    /// What tells it from others of its kind, in names of rules: `hot`.
    pub name: Option<&'static str>,
    /// Its id.
    pub scope: Output<Scope>,
}

impl Watched {
    /// The name of the rule of an alert on it.
    pub(super) fn rule(&self, alert: &str) -> String {
        self.name.map_or_else(|| alert.to_owned(), |name| format!("{alert}-{name}"))
    }
}

/// What there is to watch in an environment and region.
///
/// Azure Monitor takes one resource per rule, but for SQL: there it takes a resource group, and watches every database
/// or pool that is in it, or will be.
#[derive(Clone, Debug, Default)]
pub struct Targets {
    watched: BTreeMap<Target, Vec<Watched>>,
}

impl Targets {
    /// Nothing yet.
    pub fn new() -> Self {
        Targets::default()
    }

    /// The only one of its kind.
    #[must_use]
    pub fn with<T: ResourceType>(self, target: Target, id: &Output<ResourceId<T>>) -> Self {
        self.add(target, None, id.map(Scope::from))
    }

    /// One of several of its kind.
    #[must_use]
    pub fn named<T: ResourceType>(
        self,
        target: Target,
        name: &'static str,
        id: &Output<ResourceId<T>>,
    ) -> Self {
        self.add(target, Some(name), id.map(Scope::from))
    }

    /// A scope that is no resource, such as a subscription.
    #[must_use]
    pub fn scope(self, target: Target, scope: Scope) -> Self {
        self.add(target, None, Output::known(scope))
    }

    fn add(mut self, target: Target, name: Option<&'static str>, scope: Output<Scope>) -> Self {
        self.watched.entry(target).or_default().push(Watched { name, scope });
        self
    }

    pub(super) fn of(&self, target: Target) -> &[Watched] {
        self.watched.get(&target).map_or(&[], Vec::as_slice)
    }
}

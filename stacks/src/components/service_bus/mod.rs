//! Service Bus: a namespace with its topics, subscriptions and queues.

mod entities;
mod namespace;
mod settings;

pub use namespace::NamespaceAccess;
pub use settings::{FilterConfig, QueueConfig, SubscriptionConfig, TopicConfig, TopologyConfig};

use super::ServiceNetwork;
use super::customer_key::CustomerKeyOutputs;
use crate::helpers::{Site, diagnostics};
use atp_azure::resources::ResourceGroup;
use atp_azure::service_bus::{Namespace, NamespaceSkuName, Queue, Subscription, Topic};
use atp_iac::{Component, Context, Input, Name, Output, ResourceId, Result, component};
use std::collections::BTreeMap;

/// A Service Bus namespace that only roles open, with what messages flow through.
///
/// A namespace for recovery has nothing in it: an alias brings the definitions of the primary one there.
#[component(type = "atp:messaging:ServiceBusTopology")]
#[derive(Clone, Debug)]
pub struct ServiceBusTopology {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that it is in.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// Its name, which is unique in all of Azure.
    pub name: Name<Namespace>,
    /// Premium has private endpoints, zones and messaging units of its own.
    pub sku: NamespaceSkuName,
    /// Messaging units of a premium namespace.
    #[component(default = 1)]
    pub capacity: u32,
    /// How clients reach it.
    pub access: NamespaceAccess,
    /// Topics and queues.
    pub topology: TopologyConfig,
    /// Where it has a private endpoint, and where it logs to.
    pub network: ServiceNetwork,
    /// The key that it encrypts with, in place of one of Azure's. Only premium can.
    pub key: Option<CustomerKeyOutputs>,
    /// Whether plans that delete the namespace, or what is in it, are refused.
    #[component(default = false)]
    pub protect: bool,
}

/// What the user of a [`ServiceBusTopology`] gets.
#[derive(Clone, Debug)]
pub struct ServiceBusTopologyOutputs {
    /// The namespace.
    pub namespace: Output<ResourceId<Namespace>>,
    /// Its name.
    pub name: Output<String>,
    /// The topics by name.
    pub topics: BTreeMap<String, Output<ResourceId<Topic>>>,
    /// The subscriptions by name.
    pub subscriptions: BTreeMap<String, Output<ResourceId<Subscription>>>,
    /// The queues by name.
    pub queues: BTreeMap<String, Output<ResourceId<Queue>>>,
}

impl Component for ServiceBusTopology {
    type Outputs = ServiceBusTopologyOutputs;

    fn build(self, cx: &mut Context) -> Result<ServiceBusTopologyOutputs> {
        let namespace = self.add_namespace(cx)?;
        let (id, workspace) = (namespace.id(), &self.network.workspace);
        cx.add("diagnostics", diagnostics::logs_and_metrics(&id, workspace))?;
        let (mut topics, mut subscriptions, mut queues) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (name, topic) in &self.topology.topics {
            let (topic_id, of_topic) = self.add_topic(cx, name, topic, &id)?;
            topics.insert(name.clone(), topic_id);
            subscriptions.extend(of_topic);
        }
        for (name, queue) in &self.topology.queues {
            queues.insert(name.clone(), self.add_queue(cx, name, queue, &id)?);
        }
        Ok(ServiceBusTopologyOutputs { namespace: id, name: namespace.name(), topics, subscriptions, queues })
    }
}

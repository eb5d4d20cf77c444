//! What other stacks may use of the messaging.

use atp_azure::resources::ResourceGroup;
use atp_azure::service_bus::{DisasterRecoveryConfig, Namespace, Queue, Subscription, Topic};
use atp_iac::{Output, Outputs, ResourceId};
use std::collections::BTreeMap;

/// What other stacks may use.
#[derive(Debug, Outputs)]
pub struct MessagingOutputs {
    /// The resource group of the namespace.
    pub group: Output<ResourceId<ResourceGroup>>,
    /// The namespace.
    pub namespace: Output<ResourceId<Namespace>>,
    /// Its name.
    pub namespace_name: Output<String>,
    /// What clients connect to, such as `name.servicebus.windows.net`: the alias where there is one, else the namespace.
    pub endpoint: Output<String>,
    /// The topics by name. In a recovery region they come from the primary one, and none is declared.
    pub topics: Output<BTreeMap<String, ResourceId<Topic>>>,
    /// The subscriptions by name.
    pub subscriptions: Output<BTreeMap<String, ResourceId<Subscription>>>,
    /// The queues by name.
    pub queues: Output<BTreeMap<String, ResourceId<Queue>>>,
    /// The alias that pairs the namespace of the primary region with this one. Only the recovery region gives it.
    pub service_bus_alias: Output<Option<ResourceId<DisasterRecoveryConfig>>>,
}

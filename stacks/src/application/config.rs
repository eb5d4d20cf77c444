//! What the stack `application` has to know.

use crate::components::flux::FluxConfig;
use crate::helpers::TagsConfig;
use atp_iac::Config;

/// What the stack `application` of one environment and region has to know.
#[derive(Clone, Debug, Config)]
pub struct ApplicationConfig {
    /// Short name of the project, the start of all names.
    #[config(default = "atp", length = 2..=8)]
    pub project: String,
    /// The subscription that everything is in.
    #[config(length = 36..=36)]
    pub subscription_id: String,
    /// The tenant whose tokens services get.
    #[config(length = 36..=36)]
    pub tenant_id: String,
    /// Who owns the resources, who pays, and what is in them.
    pub tags: TagsConfig,
    /// The namespace of the services on the cluster.
    #[config(default = "atp", length = 1..=63)]
    pub namespace: String,
    /// Where services get their rights to send and receive messages.
    #[config(default = MessagingScope::Entities)]
    pub messaging: MessagingScope,
    /// Whether services keep documents in Cosmos DB: where the environment has it.
    #[config(default = false)]
    pub documents: bool,
    /// What brings the workloads onto the cluster.
    pub gitops: FluxConfig,
}

/// Where rights to send and receive messages are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Config)]
pub enum MessagingScope {
    /// At each topic, subscription and queue.
    Entities,
    /// At the namespace: in a region for recovery, topics and queues come from the other one, and roles do not.
    Namespace,
}

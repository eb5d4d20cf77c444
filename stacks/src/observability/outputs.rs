//! What other stacks may use of the observability.

use atp_azure::insights::{ActionGroup, ApplicationInsights, PrivateLinkScope};
use atp_azure::monitor::Account;
use atp_iac::{Output, Outputs, ResourceId};

/// What other stacks may use.
#[derive(Debug, Outputs)]
pub struct ObservabilityOutputs {
    /// Where traces and metrics of the services go.
    pub application_insights: Output<ResourceId<ApplicationInsights>>,
    /// Where the connection string of it stands in the vault: the URI of the secret.
    pub connection_string_secret: Output<String>,
    /// Who is woken up.
    pub critical_action_group: Output<ResourceId<ActionGroup>>,
    /// Who is told.
    pub warning_action_group: Output<ResourceId<ActionGroup>>,
    /// Where metrics of the cluster go.
    pub metrics: Output<ResourceId<Account>>,
    /// What is reached through the private endpoint of Azure Monitor.
    pub private_link_scope: Output<ResourceId<PrivateLinkScope>>,
    /// Where people find Grafana, where the environment has it.
    pub grafana_endpoint: Output<Option<String>>,
}

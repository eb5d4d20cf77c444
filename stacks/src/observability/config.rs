//! What the stack `observability` has to know.

use super::catalogue::catalogue;
use super::service_levels::ServiceLevels;
use crate::components::alerts::{AlertSettings, configured};
use crate::components::observability::{QuietTime, Receivers, TableRetention};
use crate::helpers::TagsConfig;
use atp_iac::Config;
use std::collections::BTreeMap;

/// What the stack `observability` of one environment and region has to know.
#[derive(Clone, Debug, Config)]
#[config(check = check)]
pub struct ObservabilityConfig {
    /// Short name of the project, the start of all names.
    #[config(default = "atp", length = 2..=8)]
    pub project: String,
    /// The subscription that everything is in.
    #[config(length = 36..=36)]
    pub subscription_id: String,
    /// Who owns the resources, who pays, and what is in them.
    pub tags: TagsConfig,
    /// Percent of the traces that services send which is kept.
    #[config(default = 100, range = 1..=100)]
    pub sampling_percentage: u32,
    /// Where the runbooks are: that of an alert is found under its name.
    #[config(length = 8..=200)]
    pub runbooks: String,
    /// Whom alerts tell.
    pub receivers: ReceiversConfig,
    /// What customers are promised.
    #[config(default)]
    pub service_levels: ServiceLevels,
    /// What differs from the catalogue, by name of the alert.
    #[config(default)]
    pub alerts: BTreeMap<String, AlertSettings>,
    /// Whether what is done in the subscription is watched here. One region of an environment does.
    #[config(default = true)]
    pub watches_subscription: bool,
    /// Whether the environment has Cosmos DB to watch.
    #[config(default = false)]
    pub watches_cosmos: bool,
    /// Whether the environment has a managed HSM to watch.
    #[config(default = false)]
    pub watches_managed_hsm: bool,
    /// Times in which nobody is told, by name.
    #[config(default)]
    pub quiet_times: BTreeMap<String, QuietTime>,
    /// The tables of the workspace that are copied to storage as they come in.
    #[config(default)]
    pub exported_tables: Vec<String>,
    /// Tables that are kept for longer or shorter than the workspace says.
    #[config(default)]
    pub tables: BTreeMap<String, TableRetention>,
    /// Managed Grafana, where the environment has it.
    pub grafana: Option<GrafanaConfig>,
}

/// Whom alerts tell.
#[derive(Clone, Debug, Config)]
pub struct ReceiversConfig {
    /// Who is woken up.
    pub critical: Receivers,
    /// Who reads it on the next working day.
    pub warning: Receivers,
}

/// Managed Grafana.
#[derive(Clone, Debug, Config)]
pub struct GrafanaConfig {
    /// Whether it outlives the loss of a zone.
    #[config(default = false)]
    pub zone_redundant: bool,
}

fn check(config: &ObservabilityConfig) -> Result<(), String> {
    let mut problems = Vec::new();
    for (name, receivers) in
        [("critical", &config.receivers.critical), ("warning", &config.receivers.warning)]
    {
        if receivers.is_empty() {
            problems.push(format!(
                "`receivers.{name}` names nobody: add `emails`, `webhooks` or `roles`, or its alerts are lost"
            ));
        }
    }
    for (name, table) in config.tables.iter().filter(|(_, table)| table.total_days < table.days) {
        problems.push(format!(
            "the table `{name}` cannot be kept for {} days in all and be asked for {}",
            table.total_days, table.days
        ));
    }
    if let Err(problem) = configured(catalogue(&config.service_levels), &config.alerts) {
        problems.push(problem);
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("; ")) }
}

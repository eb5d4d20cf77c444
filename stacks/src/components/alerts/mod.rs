//! Alerts: a catalogue as data, and the rules that Azure Monitor makes of it.
//!
//! An [`Alert`] says what is watched, when it is bad, how bad that is, and what to do. A stack writes its catalogue as a
//! list of these; [`configured`] lays the thresholds of an environment over it; the component [`Alerts`] declares a rule
//! for each alert whose target is there.

mod activity;
mod alert;
mod metric;
mod prometheus;
mod query;
mod settings;
mod target;

pub use alert::{
    Activity, Aggregation, Alert, Condition, Dimension, LogQuery, Measure, Metric, Period, Prometheus,
    Sensitivity, Severity, Signal,
};
pub use settings::{AlertSettings, configured};
pub use target::{Target, Targets, Watched};

use crate::helpers::Site;
use atp_azure::insights::ActionGroup;
use atp_azure::resources::ResourceGroup;
use atp_iac::{Component, Context, Input, Output, ResourceId, Result, component};

/// Who hears of an alert.
#[derive(Clone, Debug)]
pub struct ActionGroups {
    /// Who is woken up.
    pub critical: Output<ResourceId<ActionGroup>>,
    /// Who is told.
    pub warning: Output<ResourceId<ActionGroup>>,
}

impl ActionGroups {
    fn of(&self, severity: Severity) -> &Output<ResourceId<ActionGroup>> {
        if severity.wakes_up() { &self.critical } else { &self.warning }
    }
}

/// The rules of a catalogue. An alert whose target is not among `targets` is left out: an environment without Cosmos DB
/// has no alerts on it.
#[component(type = "atp:observability:Alerts")]
#[derive(Clone, Debug)]
pub struct Alerts {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that they are in.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// What there is to alert on.
    pub catalogue: Vec<Alert>,
    /// What is watched.
    pub targets: Targets,
    /// Who hears of it.
    pub action_groups: ActionGroups,
    /// Where the runbooks are: that of an alert is found under its name.
    pub runbooks: String,
}

impl Component for Alerts {
    type Outputs = ();

    fn build(self, cx: &mut Context) -> Result<()> {
        for alert in &self.catalogue {
            for watched in self.targets.of(alert.target()) {
                match &alert.signal {
                    Signal::Metric(metric) => self.add_metric(cx, alert, metric, watched)?,
                    Signal::Query(query) => self.add_query(cx, alert, query, watched)?,
                    Signal::Activity(activity) => self.add_activity(cx, alert, activity, watched)?,
                    // All of them are one group: see below.
                    Signal::Prometheus(_) => {}
                }
            }
        }
        self.add_prometheus(cx)
    }
}

impl Alerts {
    fn runbook(&self, alert: &Alert) -> String {
        format!("{}/{}", self.runbooks.trim_end_matches('/'), alert.name)
    }

    /// What is on each rule: the tags of all resources, and where to read on.
    fn tags(&self, alert: &Alert) -> crate::helpers::Tags {
        let mut tags = self.site.tags.clone();
        tags.insert("runbook".to_owned(), self.runbook(alert));
        tags
    }

    fn description(&self, alert: &Alert) -> String {
        format!("{} What to do: {} Runbook: {}", alert.meaning, alert.remedy, self.runbook(alert))
    }
}

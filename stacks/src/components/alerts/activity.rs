//! Rules on what is done in the subscription.

use super::{Activity, Alert, Alerts, Watched};
use atp_azure::insights::{
    ActivityLogAlert, ActivityLogAlertActions, ActivityLogAlertActionsActionGroup, ActivityLogAlertCondition,
    ActivityLogAlertConditionAllOf, ActivityLogAlertConditionAllOfAnyOf,
};
use atp_iac::{Context, Result};

impl Alerts {
    pub(super) fn add_activity(
        &self,
        cx: &mut Context,
        alert: &Alert,
        activity: &Activity,
        watched: &Watched,
    ) -> Result<()> {
        let conditions: Vec<_> =
            activity.fields.iter().map(|(field, values)| condition(field, values)).collect();
        // A rule on the activity log has no severity of its own: who is told carries it.
        let group = ActivityLogAlertActionsActionGroup::new(self.action_groups.of(alert.severity))
            .webhook_properties([
                ("runbook", self.runbook(alert)),
                ("severity", format!("Sev{}", alert.severity.number())),
            ]);
        let name = watched.rule(alert.name);
        let rule = ActivityLogAlert::new(
            &self.group,
            self.site.names.of::<ActivityLogAlert>(&name)?,
            ActivityLogAlertCondition::new(conditions),
            ActivityLogAlertActions::new().action_groups([group]),
        );
        let rule = rule
            .description(self.description(alert))
            .enabled(true)
            .scopes([&watched.scope])
            .tags(self.tags(alert));
        cx.add(&name, rule)?;
        Ok(())
    }
}

fn condition(field: &str, values: &[&str]) -> ActivityLogAlertConditionAllOf {
    match values {
        [value] => ActivityLogAlertConditionAllOf::new().field(field).equals(*value),
        values => {
            let any = values
                .iter()
                .map(|value| ActivityLogAlertConditionAllOfAnyOf::new().field(field).equals(*value))
                .collect::<Vec<_>>();
            ActivityLogAlertConditionAllOf::new().any_of(any)
        }
    }
}

//! Rules on what queries find in logs.

use super::{Alert, Alerts, LogQuery, Measure, Watched};
use atp_azure::insights::{
    ScheduledQueryRule, ScheduledQueryRuleActions, ScheduledQueryRuleCriteria,
    ScheduledQueryRuleCriteriaAllOf, ScheduledQueryRuleCriteriaAllOfOperator,
    ScheduledQueryRuleFailingPeriods, ScheduledQueryRuleKind, ScheduledQueryRuleTimeAggregation,
};
use atp_iac::{Context, Result};

impl Alerts {
    pub(super) fn add_query(
        &self,
        cx: &mut Context,
        alert: &Alert,
        query: &LogQuery,
        watched: &Watched,
    ) -> Result<()> {
        let criterion = ScheduledQueryRuleCriteriaAllOf::new()
            .query(query.query.as_str())
            .operator(ScheduledQueryRuleCriteriaAllOfOperator::GREATER_THAN)
            .threshold(query.threshold)
            .failing_periods(
                ScheduledQueryRuleFailingPeriods::new()
                    .number_of_evaluation_periods(1)
                    .min_failing_periods_to_alert(1),
            );
        let criterion = match query.measure {
            Measure::Rows => criterion.time_aggregation(ScheduledQueryRuleTimeAggregation::COUNT),
            Measure::Largest(column) => criterion
                .time_aggregation(ScheduledQueryRuleTimeAggregation::MAXIMUM)
                .metric_measure_column(column),
        };
        let actions = ScheduledQueryRuleActions::new()
            .action_groups([self.action_groups.of(alert.severity).map(|group| group.as_str().to_owned())])
            .custom_properties([("runbook", self.runbook(alert))]);
        let name = watched.rule(alert.name);
        let rule_name = self.site.names.of::<ScheduledQueryRule>(&name)?;
        let display_name = rule_name.as_str().to_owned();
        let criteria = ScheduledQueryRuleCriteria::new().all_of([criterion]);
        let rule =
            ScheduledQueryRule::new(&self.group, rule_name, &self.site.location, [&watched.scope], criteria)
                .kind(ScheduledQueryRuleKind::LOG_ALERT)
                .display_name(display_name)
                .description(self.description(alert))
                .severity(alert.severity.number())
                .enabled(true)
                .window_size(query.window.to_string())
                .evaluation_frequency(query.frequency.to_string())
                .auto_mitigate(true)
                // The tables of a workspace appear with their first rows: the rule is there before them.
                .skip_query_validation(true)
                .actions(actions)
                .tags(self.tags(alert));
        cx.add(&name, rule)?;
        Ok(())
    }
}

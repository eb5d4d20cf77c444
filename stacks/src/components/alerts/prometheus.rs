//! Rules on metrics that Prometheus collects: all of them are one group in Azure.

use super::{Alert, Alerts, Prometheus, Signal, Target};
use atp_azure::alerts_management::{
    PrometheusRuleGroup, PrometheusRuleGroupRule, PrometheusRuleGroupRuleAction,
    PrometheusRuleGroupRuleResolveConfiguration,
};
use atp_iac::{Context, Result};

impl Alerts {
    pub(super) fn add_prometheus(&self, cx: &mut Context) -> Result<()> {
        let rules: Vec<PrometheusRuleGroupRule> = self
            .catalogue
            .iter()
            .filter_map(|alert| match &alert.signal {
                Signal::Prometheus(prometheus) => Some(self.rule(alert, prometheus)),
                _ => None,
            })
            .collect();
        let accounts = self.targets.of(Target::Prometheus);
        if rules.is_empty() || accounts.is_empty() {
            return Ok(());
        }
        let scopes: Vec<_> = accounts.iter().map(|account| &account.scope).collect();
        let name = self.site.names.of::<PrometheusRuleGroup>("alerts")?;
        let group = PrometheusRuleGroup::new(&self.group, name, &self.site.location, scopes, rules)
            .description("Alerts on metrics of what runs on the cluster.")
            .enabled(true)
            .interval("PT1M")
            .tags(&self.site.tags);
        cx.add("prometheus", group)?;
        Ok(())
    }

    fn rule(&self, alert: &Alert, prometheus: &Prometheus) -> PrometheusRuleGroupRule {
        let Prometheus { expression, threshold, lasting } = prometheus;
        let action =
            PrometheusRuleGroupRuleAction::new().action_group_id(self.action_groups.of(alert.severity));
        PrometheusRuleGroupRule::new(format!("{expression} > {threshold}"))
            .alert(alert.name)
            .severity(alert.severity.number())
            .for_(lasting.to_string())
            .enabled(true)
            .annotations([("description", self.description(alert)), ("runbook_url", self.runbook(alert))])
            .resolve_configuration(
                PrometheusRuleGroupRuleResolveConfiguration::new()
                    .auto_resolved(true)
                    .time_to_resolve("PT10M"),
            )
            .actions([action])
    }
}

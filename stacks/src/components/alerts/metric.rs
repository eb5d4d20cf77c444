//! Rules on metrics of Azure resources.

use super::{Aggregation, Alert, Alerts, Condition, Metric, Sensitivity, Watched};
use atp_azure::insights::{
    MetricAlert, MetricAlertAction, MetricAlertAllOf, MetricAlertDynamicThresholdCriterion,
    MetricAlertFailingPeriods, MetricAlertMetricDimension, MetricAlertMultipleResourceMultipleMetricCriteria,
    MetricAlertOperator, MetricAlertSensitivity, MetricAlertStaticThresholdCriterion,
    MetricAlertStaticThresholdCriterionOperator, MetricAlertStaticThresholdCriterionTimeAggregation,
    MetricAlertTimeAggregation,
};
use atp_iac::{Context, Result};

impl Alerts {
    pub(super) fn add_metric(
        &self,
        cx: &mut Context,
        alert: &Alert,
        metric: &Metric,
        watched: &Watched,
    ) -> Result<()> {
        // The same criteria hold for one resource and for many, with a fixed threshold and with a learned one.
        let criteria = MetricAlertMultipleResourceMultipleMetricCriteria::new().all_of([criterion(metric)]);
        let action = MetricAlertAction::new()
            .action_group_id(self.action_groups.of(alert.severity))
            .web_hook_properties([("runbook", self.runbook(alert))]);
        let name = watched.rule(alert.name);
        let rule = MetricAlert::new(
            &self.group,
            self.site.names.of::<MetricAlert>(&name)?,
            alert.severity.number(),
            true,
            [&watched.scope],
            metric.frequency.to_string(),
            criteria,
        );
        let rule = rule
            .description(self.description(alert))
            .window_size(metric.window.to_string())
            .target_resource_type(metric.target.resource_type())
            .target_resource_region(metric.target.region().unwrap_or(&self.site.location))
            .auto_mitigate(true)
            .actions([action])
            .tags(self.tags(alert));
        cx.add(&name, rule)?;
        Ok(())
    }
}

fn criterion(metric: &Metric) -> MetricAlertAllOf {
    let dimensions: Vec<MetricAlertMetricDimension> = metric
        .dimensions
        .iter()
        .map(|dimension| {
            MetricAlertMetricDimension::new(dimension.name, "Include", dimension.values.to_vec())
        })
        .collect();
    let fixed = |operator, threshold: f64| {
        let mut criterion = MetricAlertStaticThresholdCriterion::new(
            "condition",
            operator,
            metric.name,
            threshold,
            fixed_aggregation(metric.aggregation),
        )
        .metric_namespace(metric.target.resource_type());
        if !dimensions.is_empty() {
            criterion = criterion.dimensions(dimensions.clone());
        }
        MetricAlertAllOf::from(criterion)
    };
    match metric.condition {
        Condition::Above(threshold) => {
            fixed(MetricAlertStaticThresholdCriterionOperator::GREATER_THAN, threshold)
        }
        Condition::Below(threshold) => {
            fixed(MetricAlertStaticThresholdCriterionOperator::LESS_THAN, threshold)
        }
        Condition::Unusual(sensitivity) => {
            let mut criterion = MetricAlertDynamicThresholdCriterion::new(
                "condition",
                MetricAlertOperator::GREATER_OR_LESS_THAN,
                metric.name,
                match sensitivity {
                    Sensitivity::Low => MetricAlertSensitivity::LOW,
                    Sensitivity::Medium => MetricAlertSensitivity::MEDIUM,
                },
                learned_aggregation(metric.aggregation),
                MetricAlertFailingPeriods::new(4, 2),
            )
            .metric_namespace(metric.target.resource_type());
            if !dimensions.is_empty() {
                criterion = criterion.dimensions(dimensions);
            }
            criterion.into()
        }
    }
}

fn fixed_aggregation(aggregation: Aggregation) -> MetricAlertStaticThresholdCriterionTimeAggregation {
    use MetricAlertStaticThresholdCriterionTimeAggregation as Written;
    match aggregation {
        Aggregation::Average => Written::AVERAGE,
        Aggregation::Maximum => Written::MAXIMUM,
        Aggregation::Minimum => Written::MINIMUM,
        Aggregation::Total => Written::TOTAL,
        Aggregation::Count => Written::COUNT,
    }
}

fn learned_aggregation(aggregation: Aggregation) -> MetricAlertTimeAggregation {
    use MetricAlertTimeAggregation as Written;
    match aggregation {
        Aggregation::Average => Written::AVERAGE,
        Aggregation::Maximum => Written::MAXIMUM,
        Aggregation::Minimum => Written::MINIMUM,
        Aggregation::Total => Written::TOTAL,
        Aggregation::Count => Written::COUNT,
    }
}

//! What wakes somebody up, and what to do then.

use super::Estate;
use super::estate::{Found, Site, last};
use super::table::table;
use crate::components::alerts::{Alert, Condition, Measure, Severity, Signal, configured};
use crate::observability::{ObservabilityConfig, ServiceLevels, catalogue};

pub(super) fn document(estate: &Estate) -> String {
    let sites: Vec<(String, Vec<Alert>)> =
        estate.sites().into_iter().filter_map(|site| Some((site.title(), alerts(estate, site)?))).collect();
    let all = catalogue(&ServiceLevels::default());
    let rows = all.iter().map(|alert| {
        let thresholds = sites.iter().map(|(_, alerts)| {
            let own = alerts.iter().find(|own| own.name == alert.name);
            own.map_or_else(|| "none".to_owned(), |own| threshold(own, alert.severity))
        });
        let row = [
            alert.name.to_owned(),
            severity(alert.severity),
            format!("{:?}", alert.target()),
            condition(alert),
            window(alert),
        ];
        row.into_iter().chain(thresholds).collect()
    });
    let columns = ["alert", "severity", "watches", "fires when", "over"].into_iter();
    let columns: Vec<&str> = columns.chain(sites.iter().map(|(title, _)| title.as_str())).collect();
    let meanings = all
        .iter()
        .map(|alert| vec![alert.name.to_owned(), alert.meaning.to_owned(), alert.remedy.to_owned()]);
    format!(
        "Critical alerts and errors wake somebody up; the others are read on the next working day. The last columns \
         say the threshold of each environment and region; `yes` where there is no number to compare with, `none` where there is nothing to watch or the alert \
         is off.\n\n{}\n\
         ## What they mean, and what to do first\n\n{}",
        table(&columns, rows),
        table(&["alert", "meaning", "what to do first"], meanings)
    )
}

/// The alerts that a site has; `None` where nothing is observed.
fn alerts(estate: &Estate, site: Site<'_>) -> Option<Vec<Alert>> {
    let planned = estate.stacks(site).find(|planned| planned.program.name == crate::OBSERVABILITY.name)?;
    let config: ObservabilityConfig = planned.config.read().ok()?;
    let mut alerts = configured(catalogue(&config.service_levels), &config.alerts).ok()?;
    let rules = estate.resources(site);
    alerts.retain(|alert| {
        matches!(alert.signal, Signal::Prometheus(_)) || rules.iter().any(|rule| is_rule(rule, alert))
    });
    Some(alerts)
}

/// Whether a resource is a rule for an alert: for the only one that it watches, or for one of several.
fn is_rule(found: &Found<'_>, alert: &Alert) -> bool {
    let kinds = ["metricAlerts", "scheduledQueryRules", "activityLogAlerts"];
    let own = last(found.operation.urn.name()).strip_prefix(alert.name);
    kinds.contains(&last(&found.operation.kind))
        && own.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

fn threshold(alert: &Alert, usual: Severity) -> String {
    let number = alert.threshold().map_or_else(|| "yes".to_owned(), |number| number.to_string());
    match alert.severity == usual {
        true => number,
        false => format!("{number} ({})", severity(alert.severity)),
    }
}

fn severity(severity: Severity) -> String {
    format!("{} {}", severity.number(), format!("{severity:?}").to_lowercase())
}

fn condition(alert: &Alert) -> String {
    match &alert.signal {
        Signal::Metric(metric) => {
            let what = format!("{} of `{}`", format!("{:?}", metric.aggregation).to_lowercase(), metric.name);
            match metric.condition {
                Condition::Above(_) => format!("{what} is above"),
                Condition::Below(_) => format!("{what} is below"),
                Condition::Unusual(_) => format!("{what} is unusual"),
            }
        }
        Signal::Query(query) => match query.measure {
            Measure::Rows => "a query of the logs finds more rows than".to_owned(),
            Measure::Largest(column) => format!("`{column}` of a query of the logs is above"),
        },
        Signal::Activity(activity) => {
            let fields =
                activity.fields.iter().map(|(field, values)| format!("{field} is {}", values.join(" or ")));
            fields.collect::<Vec<_>>().join(", ")
        }
        Signal::Prometheus(prometheus) => format!("`{}` is above", prometheus.expression),
    }
}

fn window(alert: &Alert) -> String {
    match &alert.signal {
        Signal::Metric(metric) => metric.window.to_string(),
        Signal::Query(query) => query.window.to_string(),
        Signal::Prometheus(prometheus) => prometheus.lasting.to_string(),
        Signal::Activity(_) => "each event".to_owned(),
    }
}

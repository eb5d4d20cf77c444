//! The catalogue of alerts, and the rules that each environment has of it.

use super::*;
use atp_iac::Value;
use stacks::components::alerts::{Condition, Period, Severity, Signal};
use stacks::observability::{ServiceLevels, catalogue};
use std::collections::BTreeSet;

const METRIC: &str = "Microsoft.Insights/metricAlerts";
const QUERY: &str = "Microsoft.Insights/scheduledQueryRules";
const ACTIVITY: &str = "Microsoft.Insights/activityLogAlerts";

/// All rules but those of Prometheus, which are in one group.
fn rules(declared: &Declared) -> Vec<&Resource> {
    [METRIC, QUERY, ACTIVITY].into_iter().flat_map(|kind| declared.of_type(kind)).collect()
}

fn prometheus(declared: &Declared) -> Vec<Value> {
    declared.named("alerts/prometheus").find("properties/rules").unwrap().as_list().unwrap().to_vec()
}

#[test]
fn no_two_alerts_have_one_name_and_each_says_what_it_means_and_what_to_do() {
    let catalogue = catalogue(&ServiceLevels::default());
    assert!(catalogue.len() > 40, "{}", catalogue.len());
    let mut names = BTreeSet::new();
    for alert in &catalogue {
        assert!(names.insert(alert.name), "`{}` is there twice", alert.name);
        assert!(
            alert.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
            "{}",
            alert.name
        );
        for sentence in [alert.meaning, alert.remedy] {
            assert!(sentence.len() > 25 && sentence.ends_with('.'), "{}: {sentence}", alert.name);
        }
        assert_ne!(alert.meaning, alert.remedy);
    }
}

#[test]
fn every_rule_has_a_severity_a_runbook_and_somebody_who_is_told() {
    for declared in all() {
        let rules = rules(&declared);
        assert!(rules.len() > 35, "{}", rules.len());
        for rule in rules {
            let description = rule.text("properties/description").unwrap();
            assert!(description.contains(" What to do: ") && description.contains("Runbook: https://"));
            assert!(rule.text("tags/runbook").unwrap().starts_with("https://"), "{}", rule.name());
            // The rules for the activity log have none in Azure: it is in what they send.
            let severity = match rule.kind() {
                ACTIVITY => rule
                    .text("properties/actions/actionGroups/0/webhookProperties/severity")
                    .and_then(|text| text.strip_prefix("Sev")?.parse().ok()),
                _ => rule.find("properties/severity").and_then(|value| match value {
                    Value::Number(number) => number.as_u64(),
                    _ => None,
                }),
            };
            let group =
                if severity.unwrap() <= 1 { "notifications/critical" } else { "notifications/warning" };
            assert!(rule.waits_for().contains(&group), "{} tells {:?}", rule.name(), rule.waits_for());
        }
        for rule in prometheus(&declared) {
            for part in ["alert", "severity", "expression", "for", "actions", "annotations"] {
                assert!(rule.get(part).is_some(), "{part}");
            }
            assert!(rule.get("annotations").unwrap().get("runbook_url").is_some());
        }
        let waits = declared.named("alerts/prometheus").waits_for();
        assert!(waits.contains(&"notifications/critical") && waits.contains(&"cluster/metrics"), "{waits:?}");
    }
}

#[test]
fn windows_are_as_long_as_the_frequency_at_least_and_what_azure_monitor_takes() {
    for alert in catalogue(&ServiceLevels::default()) {
        match &alert.signal {
            Signal::Metric(metric) => {
                assert!(metric.window >= metric.frequency, "{}", alert.name);
                assert!(metric.frequency <= Period::Hour, "{}", alert.name);
            }
            Signal::Query(query) => {
                assert!(query.window >= query.frequency, "{}", alert.name);
                assert!(query.frequency >= Period::Minutes5, "{}", alert.name);
            }
            Signal::Prometheus(_) | Signal::Activity(_) => {}
        }
    }
}

#[test]
fn what_prometheus_alerts_ask_is_recorded() {
    let prod = prod();
    let recorded = prod.named("cluster/recorded").find("properties/rules").unwrap().as_list().unwrap();
    let recorded: Vec<&str> =
        recorded.iter().map(|rule| rule.get("record").unwrap().as_str().unwrap()).collect();
    for rule in prometheus(&prod) {
        let expression = rule.get("expression").unwrap().as_str().unwrap();
        for asked in expression.split_whitespace().filter(|word| word.starts_with("atp:")) {
            assert!(recorded.contains(&asked), "{asked} is not recorded");
        }
    }
}

#[test]
fn what_holds_the_audit_trail_wakes_somebody_up() {
    let wakes_up = [
        "dead-letters",
        "immutability-changed",
        "integrity-broken",
        "lock-removed",
        "logging-removed",
        "storage-availability",
        "vault-availability",
    ];
    let catalogue = catalogue(&ServiceLevels::default());
    for name in wakes_up {
        let alert = catalogue.iter().find(|alert| alert.name == name).unwrap();
        assert_eq!(alert.severity, Severity::Critical, "{name}");
    }
}

#[test]
fn dead_letters_are_counted_for_each_topic_and_queue() {
    let prod = prod();
    let criterion = prod.named("alerts/dead-letters").find("properties/criteria/allOf/0").unwrap().clone();
    let dimension = &criterion.get("dimensions").unwrap().as_list().unwrap()[0];
    assert_eq!(dimension.get("name").unwrap().as_str(), Some("EntityName"));
    assert_eq!(dimension.get("values").unwrap().as_list().unwrap(), ["*".into()]);
}

#[test]
fn storage_accounts_have_a_rule_each_because_azure_takes_one_per_rule() {
    for declared in all() {
        for alert in ["availability", "capacity", "latency", "refused", "throttled"] {
            for account in ["hot", "archive"] {
                let rule = declared.named(&format!("alerts/storage-{alert}-{account}"));
                assert_eq!(rule.find("properties/scopes").unwrap().as_list().unwrap().len(), 1);
            }
        }
    }
}

#[test]
fn a_budget_that_burns_is_measured_in_a_long_and_a_short_window() {
    let prod = prod();
    let rule = prod.named("alerts/availability-fast-burn");
    let query = rule.text("properties/criteria/allOf/0/query").unwrap();
    assert!(query.contains("ago(1h)") && query.contains("ago(5m)"), "{query}");
    assert!(query.ends_with("/ 0.0005"), "prod promises 99.95 percent: {query}");
    assert_eq!(rule.text("properties/windowSize"), Some("PT1H"));
}

#[test]
fn percentages_are_compared_with_percentages() {
    for alert in catalogue(&ServiceLevels::default()) {
        let Signal::Metric(metric) = &alert.signal else { continue };
        let (Condition::Above(threshold) | Condition::Below(threshold)) = metric.condition else { continue };
        if metric.name.ends_with("percent") || metric.name.contains("Availability") {
            assert!((50.0..100.0).contains(&threshold), "{}: {threshold}", alert.name);
        }
    }
}

//! What customers are promised: how fast the error budget of the month is used up, and whether we would notice.

use super::*;

pub(super) fn alerts(levels: &ServiceLevels) -> Vec<Alert> {
    // A budget for 30 days is used up in two days at fourteen times its rate, and in five days at six times.
    let (fast, slow) = ((14.4, Period::Hour), (6.0, Period::Hours6));
    let burning = |bad: &str, budget: f64, (rate, window): (f64, Period)| {
        Signal::Query(LogQuery {
            query: burn_rate(bad, budget, window),
            measure: Measure::Largest("Rate"),
            threshold: rate,
            window,
            frequency: if window == Period::Hour { Period::Minutes5 } else { Period::Minutes30 },
        })
    };
    let failed = "not(Success)";
    let slow_requests = format!("DurationMs > {}", levels.ingestion_latency_milliseconds);
    vec![
        Alert {
            name: "availability-fast-burn",
            meaning: "So many requests to take audit events in fail that the error budget of the month lasts two days.",
            remedy: "Roll back what was released last; if nothing was, look at vault, SQL and Service Bus in that order.",
            severity: Severity::Critical,
            signal: burning(failed, levels.error_budget(), fast),
        },
        Alert {
            name: "availability-slow-burn",
            meaning: "Requests to take audit events in fail steadily: the error budget of the month lasts five days.",
            remedy: "Group the failed requests by exception and tenant, and correct the first of them.",
            severity: Severity::Warning,
            signal: burning(failed, levels.error_budget(), slow),
        },
        Alert {
            name: "latency-fast-burn",
            meaning: "So many audit events are taken in too slowly that the latency budget of the month lasts two days.",
            remedy: "See whether pools are at their maximum and queues grow; then find the slowest dependency.",
            severity: Severity::Error,
            signal: burning(&slow_requests, levels.latency_budget(), fast),
        },
        Alert {
            name: "latency-slow-burn",
            meaning: "Audit events are taken in slowly: the latency budget of the month lasts five days.",
            remedy: "Compare the durations of dependencies with last week's.",
            severity: Severity::Warning,
            signal: burning(&slow_requests, levels.latency_budget(), slow),
        },
        Alert {
            name: "log-ingestion-lag",
            meaning: "Logs arrive late: alerts on logs are late by as much.",
            remedy: "Check the health of Azure Monitor in the region, and whether the daily quota of the workspace is used up.",
            severity: Severity::Warning,
            signal: Signal::Query(LogQuery {
                query: INGESTION_LAG.to_owned(),
                measure: Measure::Largest("Minutes"),
                threshold: 15.0,
                window: Period::Hour,
                frequency: Period::Minutes15,
            }),
        },
        Alert {
            name: "logs-silent",
            meaning: "The cluster has sent nothing to the workspace: nobody would notice what goes wrong.",
            remedy: "See whether the agents run, and whether they reach Azure Monitor through its private endpoint.",
            severity: Severity::Error,
            signal: Signal::Query(LogQuery {
                query: SILENCE.to_owned(),
                measure: Measure::Largest("Minutes"),
                threshold: 30.0,
                window: Period::Day,
                frequency: Period::Minutes15,
            }),
        },
        Alert {
            name: "integrity-broken",
            meaning: "The chain of signatures over audit records does not verify.",
            remedy: "Stop exports, keep everything as it is, and call the security team: records may have been changed.",
            severity: Severity::Critical,
            signal: Signal::Query(LogQuery {
                query: r#"AppEvents
| where Name == "IntegrityCheckFailed""#
                    .to_owned(),
                measure: Measure::Rows,
                threshold: 0.0,
                window: Period::Minutes15,
                frequency: Period::Minutes5,
            }),
        },
    ]
}

/// How many times faster than allowed the budget is used, in the window and in its last twelfth: what is over already
/// does not wake anybody up. Sampled rows stand for as many requests as they say.
fn burn_rate(bad: &str, budget: f64, window: Period) -> String {
    let (long, short) = if window == Period::Hour { ("1h", "5m") } else { ("6h", "30m") };
    format!(
        r#"AppRequests
| where TimeGenerated > ago({long}) and AppRoleName == "ingestion"
| extend Bad = {bad}, Late = TimeGenerated > ago({short})
| summarize LongBad = sumif(ItemCount, Bad), LongAll = sum(ItemCount), ShortBad = sumif(ItemCount, Bad and Late), ShortAll = sumif(ItemCount, Late)
| project Rate = min_of(todouble(LongBad) / max_of(LongAll, 1), todouble(ShortBad) / max_of(ShortAll, 1)) / {budget}"#
    )
}

const INGESTION_LAG: &str = r#"union
    (AppRequests | project Source = "AppRequests", TimeGenerated, Arrived = ingestion_time()),
    (ContainerLogV2 | project Source = "ContainerLogV2", TimeGenerated, Arrived = ingestion_time()),
    (AzureDiagnostics | project Source = "AzureDiagnostics", TimeGenerated, Arrived = ingestion_time())
| where Arrived > ago(30m)
| summarize Minutes = percentile((Arrived - TimeGenerated) / 1m, 95) by Source"#;

const SILENCE: &str = r#"KubeNodeInventory
| summarize Latest = max(TimeGenerated)
| project Minutes = iff(isnull(Latest), 1440.0, (now() - Latest) / 1m)"#;

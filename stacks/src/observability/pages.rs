//! What dashboards and workbooks show.

use super::ServiceLevels;
use crate::components::alerts::{Aggregation, Target};
use crate::components::dashboards::{Chart, Charted, Page, Question, Tile};
use crate::{Aks, Data, Foundation, Messaging};
use atp_iac::StackRef;

/// What happens now, from the way in to where records are kept.
pub fn overview(
    foundation: &StackRef<Foundation>,
    aks: &StackRef<Aks>,
    data: &StackRef<Data>,
    messaging: &StackRef<Messaging>,
) -> Page {
    use Aggregation::{Average, Count, Maximum, Total};
    let tiles = vec![
        Tile::Text(
            "## Audit Trail Platform\nFrom left to right, as an audit event goes: taken in, queued, stored, signed.".into(),
        ),
        question(
            "Requests that failed",
            "AppRequests\n| where not(Success)\n| summarize Failed = sum(ItemCount) by bin(TimeGenerated, 5m)",
            Chart::Line("Failed"),
        ),
        question(
            "What takes longest",
            "AppDependencies\n| summarize Calls = sum(ItemCount), P95 = percentile(DurationMs, 95) by Target\n| top 10 by P95",
            Chart::Table,
        ),
        Charted::of(
            "CPU and memory of nodes, in percent",
            Target::Cluster,
            &aks.cluster,
            &[("node_cpu_usage_percentage", Maximum), ("node_memory_working_set_percentage", Maximum)],
        ),
        Charted::of(
            "Messages that wait, and that were put aside",
            Target::ServiceBus,
            &messaging.namespace,
            &[("ActiveMessages", Average), ("DeadletteredMessages", Maximum)],
        ),
        Charted::of(
            "Requests to Service Bus that were refused",
            Target::ServiceBus,
            &messaging.namespace,
            &[("ThrottledRequests", Total), ("ServerErrors", Total), ("UserErrors", Total)],
        ),
        Charted::of(
            "Archive: availability in percent",
            Target::Storage,
            &data.archive_storage,
            &[("Availability", Average)],
        ),
        Charted::of(
            "Archive: milliseconds until a blob is written",
            Target::Storage,
            &data.archive_storage,
            &[("SuccessE2ELatency", Average), ("SuccessServerLatency", Average)],
        ),
        Charted::of(
            "Vault: requests and milliseconds",
            Target::KeyVault,
            &foundation.key_vault,
            &[("ServiceApiHit", Count), ("ServiceApiLatency", Average)],
        ),
    ];
    Page { name: "overview", title: "ATP overview", tiles }
}

/// Whether the promises are kept, and what is left of the error budget.
pub fn service_levels(levels: &ServiceLevels) -> Page {
    let (budget, latency) = (levels.error_budget(), levels.ingestion_latency_milliseconds);
    let introduction = format!(
        "## What is promised\n- {} percent of the requests to take audit events in succeed.\n- {} percent of them take \
         at most {latency} milliseconds.\n\nBoth are measured over 30 days, as the service itself counts requests.",
        levels.availability, levels.ingestion_within
    );
    let tiles = vec![
        Tile::Text(introduction),
        question(
            "Availability by day, in percent",
            format!(
                "{INGESTION}\n| summarize Availability = 100.0 * sumif(ItemCount, Success) / sum(ItemCount) by \
                 bin(TimeGenerated, 1d)"
            ),
            Chart::Line("Availability"),
        ),
        question(
            "Part of the error budget of 30 days that is left, in percent",
            format!(
                "{INGESTION}\n| summarize Failed = todouble(sumif(ItemCount, not(Success))), All = sum(ItemCount)\n\
                 | project Left = 100.0 * (1.0 - Failed / max_of(All, 1) / {budget})"
            ),
            Chart::Table,
        ),
        question(
            "Audit events that were taken in fast enough, by day, in percent",
            format!(
                "{INGESTION}\n| summarize Fast = 100.0 * sumif(ItemCount, DurationMs <= {latency}) / sum(ItemCount) by \
                 bin(TimeGenerated, 1d)"
            ),
            Chart::Line("Fast"),
        ),
        question(
            "Milliseconds that 95 of 100 audit events take at most, by hour",
            format!("{INGESTION}\n| summarize P95 = percentile(DurationMs, 95) by bin(TimeGenerated, 1h)"),
            Chart::Line("P95"),
        ),
        question(
            "What used the error budget",
            format!(
                "{INGESTION}\n| where not(Success)\n| summarize Failed = sum(ItemCount), Latest = max(TimeGenerated) by \
                 ResultCode, Name\n| order by Failed desc"
            ),
            Chart::Table,
        ),
    ];
    Page { name: "service-levels", title: "ATP service levels", tiles }
}

/// Who did what: what is asked first after an incident.
pub fn security() -> Page {
    let tiles = super::queries::SAVED
        .iter()
        .filter(|saved| matches!(saved.name, "vault-access" | "changes-by-people"))
        .map(|saved| question(saved.title, saved.query, Chart::Table));
    Page { name: "security", title: "ATP security", tiles: tiles.collect() }
}

/// The requests that promises are about.
const INGESTION: &str = "AppRequests\n| where AppRoleName == \"ingestion\"";

fn question(title: &'static str, query: impl Into<String>, chart: Chart) -> Tile {
    Tile::Question(Question { title, query: query.into(), chart })
}

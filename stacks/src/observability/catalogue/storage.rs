//! Blob storage: what is read daily, and what nobody can change.

use super::*;

const THROTTLED: &[Dimension] = &[Dimension {
    name: "ResponseType",
    values: &["ClientThrottlingError", "ServerBusyError", "ClientAccountBandwidthThrottlingError"],
}];
const REFUSED: &[Dimension] = &[Dimension { name: "ResponseType", values: &["AuthorizationError"] }];

pub(super) fn alerts() -> Vec<Alert> {
    vec![
        Alert {
            name: "storage-availability",
            meaning: "Requests to a storage account fail on the side of Azure.",
            remedy: "Check the health of the service in the region; writers retry, so watch that queues do not overflow.",
            severity: Severity::Critical,
            signal: Signal::Metric(metric(
                Target::Storage,
                "Availability",
                Aggregation::Average,
                Condition::Below(99.5),
                Period::Minutes15,
            )),
        },
        Alert {
            name: "storage-capacity",
            meaning: "A storage account holds more than was planned for.",
            remedy: "See which tenant grew, and whether lifecycle rules move old blobs to cheaper tiers.",
            severity: Severity::Warning,
            // In bytes. Azure counts once an hour.
            signal: Signal::Metric(metric(
                Target::Storage,
                "UsedCapacity",
                Aggregation::Average,
                Condition::Above(20_000_000_000_000.0),
                Period::Hours6,
            )),
        },
        Alert {
            name: "storage-latency",
            meaning: "Storage takes long to answer.",
            remedy: "Compare with the latency inside of the server: if only the whole is long, look at network and client.",
            severity: Severity::Warning,
            signal: Signal::Metric(metric(
                Target::Storage,
                "SuccessE2ELatency",
                Aggregation::Average,
                Condition::Above(500.0),
                Period::Minutes15,
            )),
        },
        Alert {
            name: "storage-throttled",
            meaning: "A storage account refuses requests because there are too many.",
            remedy: "Spread writers over more partitions; ask for a higher limit if the load is wanted.",
            severity: Severity::Error,
            signal: Signal::Metric(Metric {
                dimensions: THROTTLED,
                ..metric(
                    Target::Storage,
                    "Transactions",
                    Aggregation::Total,
                    Condition::Above(100.0),
                    Period::Minutes15,
                )
            }),
        },
        Alert {
            name: "storage-refused",
            meaning: "Somebody without the right asks for audit records again and again.",
            remedy: "Find the caller in the logs of the account; if it is none of ours, tell the security team.",
            severity: Severity::Error,
            signal: Signal::Metric(Metric {
                dimensions: REFUSED,
                ..metric(
                    Target::Storage,
                    "Transactions",
                    Aggregation::Total,
                    Condition::Above(20.0),
                    Period::Minutes15,
                )
            }),
        },
    ]
}

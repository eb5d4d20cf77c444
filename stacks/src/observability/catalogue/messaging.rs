//! Topics and queues.

use super::*;

/// Every topic and queue for itself.
const ENTITY: &[Dimension] = &[Dimension { name: "EntityName", values: EACH }];

pub(super) fn alerts() -> Vec<Alert> {
    let of_bus = |name, aggregation, threshold, window| Metric {
        dimensions: ENTITY,
        ..metric(Target::ServiceBus, name, aggregation, Condition::Above(threshold), window)
    };
    vec![
        Alert {
            name: "dead-letters",
            meaning: "Messages of a topic or queue could not be processed and were put aside: audit events may be missing.",
            remedy: "Read the reason on the messages, correct what refuses them, and send them again.",
            severity: Severity::Critical,
            signal: Signal::Metric(of_bus(
                "DeadletteredMessages",
                Aggregation::Maximum,
                10.0,
                Period::Minutes5,
            )),
        },
        Alert {
            name: "message-backlog",
            meaning: "Messages come in faster than they are processed.",
            remedy: "See whether consumers run and their pools can grow; downstream, look at SQL and storage.",
            severity: Severity::Error,
            signal: Signal::Metric(of_bus(
                "ActiveMessages",
                Aggregation::Average,
                10_000.0,
                Period::Minutes15,
            )),
        },
        Alert {
            name: "messages-throttled",
            meaning: "The namespace refuses requests because there are too many.",
            remedy: "Add messaging units in the configuration of `messaging`, or find the sender that floods it.",
            severity: Severity::Error,
            signal: Signal::Metric(of_bus("ThrottledRequests", Aggregation::Total, 10.0, Period::Minutes15)),
        },
        Alert {
            name: "messaging-server-errors",
            meaning: "Service Bus fails on its side.",
            remedy: "Check the health of the service in the region; if it lasts, consider the failover of the namespace.",
            severity: Severity::Critical,
            signal: Signal::Metric(of_bus("ServerErrors", Aggregation::Total, 10.0, Period::Minutes5)),
        },
        Alert {
            name: "messaging-user-errors",
            meaning: "Clients of Service Bus are refused more often than they used to be.",
            remedy: "Look for a new release, an entity that was renamed, or an identity that lost its role.",
            severity: Severity::Warning,
            signal: Signal::Metric(Metric {
                condition: Condition::Unusual(Sensitivity::Low),
                ..of_bus("UserErrors", Aggregation::Total, 0.0, Period::Minutes15)
            }),
        },
    ]
}

//! The alerts of the way in, as data.

use crate::components::alerts::{
    Aggregation, Alert, Condition, Dimension, LogQuery, Measure, Metric, Period, Sensitivity, Severity,
    Signal, Target,
};

const SERVER_ERRORS: &[Dimension] = &[Dimension { name: "HttpStatusGroup", values: &["5xx"] }];

/// All alerts of the stack.
pub fn catalogue() -> Vec<Alert> {
    let of_gateway = |name, aggregation, condition| Metric {
        target: Target::Gateway,
        name,
        aggregation,
        condition,
        dimensions: &[],
        window: Period::Minutes5,
        frequency: Period::Minute,
    };
    vec![
        Alert {
            name: "gateway-unhealthy-hosts",
            meaning: "The gateway finds no healthy ingress to send requests to.",
            remedy: "See whether the ingress of the cluster runs and answers its health path; then look at rules of the network.",
            severity: Severity::Critical,
            signal: Signal::Metric(of_gateway(
                "UnhealthyHostCount",
                Aggregation::Average,
                Condition::Above(0.0),
            )),
        },
        Alert {
            name: "gateway-server-errors",
            meaning: "The gateway answers many requests with an error of the platform.",
            remedy: "Roll back what was released last; if nothing was, look at the alerts of the services behind it.",
            severity: Severity::Critical,
            signal: Signal::Metric(Metric {
                dimensions: SERVER_ERRORS,
                ..of_gateway("ResponseStatus", Aggregation::Total, Condition::Above(50.0))
            }),
        },
        Alert {
            name: "gateway-failed-requests",
            meaning: "More requests fail at the gateway than usual for the time of day.",
            remedy: "Group the access log of the gateway by status, and by what the firewall refused.",
            severity: Severity::Warning,
            signal: Signal::Metric(Metric {
                window: Period::Minutes15,
                frequency: Period::Minutes5,
                ..of_gateway("FailedRequests", Aggregation::Total, Condition::Unusual(Sensitivity::Low))
            }),
        },
        Alert {
            name: "gateway-latency",
            meaning: "Requests take long from the gateway to the last byte of the answer.",
            remedy: "Compare with the time that the services need: if that is short, see whether the gateway can grow.",
            severity: Severity::Warning,
            signal: Signal::Metric(Metric {
                window: Period::Minutes15,
                frequency: Period::Minutes5,
                ..of_gateway("ApplicationGatewayTotalTime", Aggregation::Average, Condition::Above(2000.0))
            }),
        },
        Alert {
            name: "gateway-at-capacity",
            meaning: "The gateway uses nearly as many units as it may have.",
            remedy: "Raise `most_capacity` in the configuration of `edge` if the load is wanted.",
            severity: Severity::Error,
            signal: Signal::Metric(Metric {
                window: Period::Minutes15,
                frequency: Period::Minutes5,
                ..of_gateway("CapacityUnits", Aggregation::Maximum, Condition::Above(90.0))
            }),
        },
        Alert {
            name: "firewall-attack",
            meaning: "One address was refused by the firewall many times: somebody tries.",
            remedy: "Read what the address asked for; block it with a rule if it goes on, and tell the security team.",
            severity: Severity::Warning,
            signal: Signal::Query(LogQuery {
                query: r#"AzureDiagnostics
| where Category == "ApplicationGatewayFirewallLog" and action_s == "Blocked"
| summarize Refused = count() by clientIp_s"#
                    .to_owned(),
                measure: Measure::Largest("Refused"),
                threshold: 100.0,
                window: Period::Minutes15,
                frequency: Period::Minutes15,
            }),
        },
        Alert {
            name: "regions-unreachable",
            meaning: "No region that clients may be led to answers Traffic Manager.",
            remedy: "See whether the region is lost or its gateway only; if it is lost, begin the failover.",
            severity: Severity::Critical,
            signal: Signal::Metric(Metric {
                target: Target::TrafficManager,
                name: "ProbeAgentCurrentEndpointStateByProfileResourceId",
                aggregation: Aggregation::Maximum,
                condition: Condition::Below(1.0),
                // Not by endpoint: the one that is disabled until a failover never answers.
                dimensions: &[],
                window: Period::Minutes5,
                frequency: Period::Minute,
            }),
        },
    ]
}

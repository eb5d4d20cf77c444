//! SQL and Cosmos DB.

use super::*;

const TOO_MANY_REQUESTS: &[Dimension] = &[Dimension { name: "StatusCode", values: &["429"] }];

pub(super) fn alerts() -> Vec<Alert> {
    [sql(), cosmos()].concat()
}

fn sql() -> Vec<Alert> {
    let above = |target, name, aggregation, threshold, window| {
        Signal::Metric(metric(target, name, aggregation, Condition::Above(threshold), window))
    };
    let (pool, database) = (Target::SqlElasticPool, Target::SqlDatabases);
    vec![
        Alert {
            name: "sql-pool-cpu",
            meaning: "The databases of the pool use most of its CPU.",
            remedy: "Find the database and the query that grew; raise the capacity of the pool if the load is wanted.",
            severity: Severity::Error,
            signal: above(pool, "cpu_percent", Aggregation::Average, 85.0, Period::Minutes15),
        },
        Alert {
            name: "sql-pool-storage",
            meaning: "The storage of the pool is nearly used up; next, nothing can be written.",
            remedy: "Raise the size of the pool in the configuration of `data`, then see which tenant grew.",
            severity: Severity::Error,
            signal: above(pool, "storage_percent", Aggregation::Maximum, 85.0, Period::Hour),
        },
        Alert {
            name: "sql-pool-workers",
            meaning: "The pool has hardly any workers left; next, connections are refused.",
            remedy: "Look for queries that block others, and for services that open more connections than they use.",
            severity: Severity::Error,
            signal: above(pool, "workers_percent", Aggregation::Maximum, 85.0, Period::Minutes15),
        },
        Alert {
            name: "sql-cpu",
            meaning: "A database uses most of the CPU that it may use.",
            remedy: "Look at the queries with the longest total time, and at plans that changed.",
            severity: Severity::Warning,
            signal: above(database, "cpu_percent", Aggregation::Average, 85.0, Period::Minutes30),
        },
        Alert {
            name: "sql-storage",
            meaning: "A database has nearly reached its largest size; next, nothing can be written to it.",
            remedy: "Raise its largest size in the configuration of `data`, or move old records to the archive.",
            severity: Severity::Error,
            signal: above(database, "storage_percent", Aggregation::Maximum, 85.0, Period::Hour),
        },
        Alert {
            name: "sql-failed-connections",
            meaning: "Connections to a database fail on the side of Azure.",
            remedy: "Check the health of the service in the region; if it lasts, consider the failover of the group.",
            severity: Severity::Critical,
            signal: above(database, "connection_failed", Aggregation::Total, 10.0, Period::Minutes5),
        },
        Alert {
            name: "sql-refused-connections",
            meaning: "A database refuses connections of its clients.",
            remedy: "See who fails to sign in and since when: a lost role, an expired token, or somebody who tries.",
            severity: Severity::Warning,
            signal: above(
                database,
                "connection_failed_user_error",
                Aggregation::Total,
                50.0,
                Period::Minutes15,
            ),
        },
        Alert {
            name: "sql-deadlocks",
            meaning: "Transactions of a database block each other, and one of them is ended each time.",
            remedy: "Read the deadlock graphs in the logs; writers should take locks in the same order.",
            severity: Severity::Warning,
            signal: above(database, "deadlock", Aggregation::Total, 5.0, Period::Minutes15),
        },
    ]
}

fn cosmos() -> Vec<Alert> {
    vec![
        Alert {
            name: "cosmos-request-units",
            meaning: "A partition of Cosmos DB uses nearly all request units that it may use.",
            remedy: "Find the tenant behind the partition; raise the upper bound of autoscaling if the load is wanted.",
            severity: Severity::Warning,
            signal: Signal::Metric(metric(
                Target::Cosmos,
                "NormalizedRUConsumption",
                Aggregation::Maximum,
                Condition::Above(90.0),
                Period::Minutes15,
            )),
        },
        Alert {
            name: "cosmos-throttled",
            meaning: "Cosmos DB refuses requests because there are too many.",
            remedy: "Raise the upper bound of autoscaling in the configuration of `data`; then look for a hot partition.",
            severity: Severity::Error,
            signal: Signal::Metric(Metric {
                dimensions: TOO_MANY_REQUESTS,
                ..metric(
                    Target::Cosmos,
                    "TotalRequests",
                    Aggregation::Count,
                    Condition::Above(100.0),
                    Period::Minutes5,
                )
            }),
        },
        Alert {
            name: "cosmos-availability",
            meaning: "Requests to Cosmos DB fail on the side of Azure.",
            remedy: "Check the health of the service in the region; accounts with several regions answer from another.",
            severity: Severity::Critical,
            signal: Signal::Metric(metric(
                Target::Cosmos,
                "ServiceAvailability",
                Aggregation::Average,
                Condition::Below(99.5),
                Period::Hour,
            )),
        },
    ]
}

//! Keys and secrets.

use super::*;

/// A first request without a token is answered with 401 by design: only 403 tells of somebody who may not.
const FORBIDDEN: &[Dimension] = &[Dimension { name: "StatusCode", values: &["403"] }];

/// Requests of the last hour against the mean of the hours before it.
const UNUSUAL_VOLUME: &str = r#"AzureDiagnostics
| where ResourceProvider == "MICROSOFT.KEYVAULT" and Category == "AuditEvent"
| summarize Latest = todouble(countif(TimeGenerated > ago(1h))), Before = countif(TimeGenerated <= ago(1h)) / 23.0
| project Times = Latest / max_of(Before, 100.0)"#;

/// Changes of what secrets and keys there are, by people: services only read.
const CHANGED_BY_HAND: &str = r#"AzureDiagnostics
| where ResourceProvider == "MICROSOFT.KEYVAULT" and Category == "AuditEvent"
| where OperationName in ("SecretDelete", "SecretPurge", "KeyDelete", "KeyPurge", "VaultDelete", "VaultPurge")"#;

pub(super) fn alerts() -> Vec<Alert> {
    let of =
        |target, name, aggregation, condition, window| metric(target, name, aggregation, condition, window);
    vec![
        Alert {
            name: "vault-availability",
            meaning: "Requests to the vault fail: services cannot read their secrets, and nothing can be signed.",
            remedy: "Check the health of the service in the region; services keep what they have read, so restart none.",
            severity: Severity::Critical,
            signal: Signal::Metric(of(
                Target::KeyVault,
                "Availability",
                Aggregation::Average,
                Condition::Below(99.5),
                Period::Minutes15,
            )),
        },
        Alert {
            name: "vault-latency",
            meaning: "The vault takes long to answer.",
            remedy: "See whether a service reads secrets on each request in place of keeping them.",
            severity: Severity::Warning,
            signal: Signal::Metric(of(
                Target::KeyVault,
                "ServiceApiLatency",
                Aggregation::Average,
                Condition::Above(1000.0),
                Period::Minutes15,
            )),
        },
        Alert {
            name: "vault-saturation",
            meaning: "The vault has nearly reached its limit of requests; next, it refuses them.",
            remedy: "See who asks most; services should keep secrets for minutes at least.",
            severity: Severity::Error,
            signal: Signal::Metric(of(
                Target::KeyVault,
                "SaturationShoebox",
                Aggregation::Maximum,
                Condition::Above(75.0),
                Period::Minutes15,
            )),
        },
        Alert {
            name: "vault-forbidden",
            meaning: "Somebody asks the vault for what they may not have.",
            remedy: "Find the caller in the audit events of the vault; if it is none of ours, tell the security team.",
            severity: Severity::Error,
            signal: Signal::Metric(Metric {
                dimensions: FORBIDDEN,
                ..of(
                    Target::KeyVault,
                    "ServiceApiResult",
                    Aggregation::Count,
                    Condition::Above(10.0),
                    Period::Minutes15,
                )
            }),
        },
        Alert {
            name: "vault-unusual-volume",
            meaning: "The vault is asked many times more than it was in the day before.",
            remedy: "Find the caller in the audit events of the vault: a new release, or somebody who copies secrets.",
            severity: Severity::Error,
            signal: Signal::Query(LogQuery {
                query: UNUSUAL_VOLUME.to_owned(),
                measure: Measure::Largest("Times"),
                threshold: 5.0,
                window: Period::Day,
                frequency: Period::Hour,
            }),
        },
        Alert {
            name: "vault-deletions",
            meaning: "A secret, a key or a vault was deleted.",
            remedy: "If it was no planned rotation, bring it back within the days that the vault keeps it, and ask who did it.",
            severity: Severity::Critical,
            signal: Signal::Query(LogQuery {
                query: CHANGED_BY_HAND.to_owned(),
                measure: Measure::Rows,
                threshold: 0.0,
                window: Period::Minutes15,
                frequency: Period::Minutes15,
            }),
        },
        Alert {
            name: "hsm-availability",
            meaning: "Requests to the HSM fail: audit records cannot be signed.",
            remedy: "Check the health of the service in the region; ingestion holds records back until it answers.",
            severity: Severity::Critical,
            signal: Signal::Metric(of(
                Target::ManagedHsm,
                "Availability",
                Aggregation::Average,
                Condition::Below(99.5),
                Period::Minutes15,
            )),
        },
        Alert {
            name: "hsm-latency",
            meaning: "The HSM takes long to sign.",
            remedy: "See whether more is signed than before; batches of records share one signature.",
            severity: Severity::Warning,
            signal: Signal::Metric(of(
                Target::ManagedHsm,
                "ServiceApiLatency",
                Aggregation::Average,
                Condition::Above(1000.0),
                Period::Minutes15,
            )),
        },
    ]
}

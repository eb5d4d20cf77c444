//! What is done in the subscription, by Azure and by people.

use super::*;

pub(super) fn alerts() -> Vec<Alert> {
    let activity = |fields: &[(&'static str, &[&'static str])]| {
        let fields = fields.iter().map(|(field, values)| (*field, values.to_vec())).collect();
        Signal::Activity(Activity { fields })
    };
    vec![
        Alert {
            name: "service-health",
            meaning: "Azure has an incident in a service or region that the subscription uses.",
            remedy: "Read the message of Azure, and decide whether to fail over.",
            severity: Severity::Error,
            signal: activity(&[
                ("category", &["ServiceHealth"]),
                ("properties.incidentType", &["Incident", "Security"]),
            ]),
        },
        Alert {
            name: "planned-maintenance",
            meaning: "Azure will do maintenance, or a service that is used will change.",
            remedy: "Put the date into the calendar, and a maintenance window into the configuration if alerts are expected.",
            severity: Severity::Informational,
            signal: activity(&[
                ("category", &["ServiceHealth"]),
                ("properties.incidentType", &["Maintenance", "Informational", "ActionRequired"]),
            ]),
        },
        Alert {
            name: "resource-health",
            meaning: "A resource is not available, and not because of us.",
            remedy: "Open the resource's health in the portal: it says what Azure knows and when it expects to have it back.",
            severity: Severity::Error,
            signal: activity(&[
                ("category", &["ResourceHealth"]),
                ("properties.currentHealthStatus", &["Unavailable", "Degraded"]),
                ("properties.cause", &["PlatformInitiated"]),
            ]),
        },
        Alert {
            name: "lock-removed",
            meaning: "A lock against deletion was removed.",
            remedy: "If no destroy was planned, run the stack again: it sets the lock; then ask who removed it and why.",
            severity: Severity::Critical,
            signal: administrative(&["Microsoft.Authorization/locks/delete"]),
        },
        Alert {
            name: "policy-changed",
            meaning: "An assignment or a definition of a policy was changed or removed.",
            remedy: "If the stack `governance` was not being run, run its preview: it shows what differs.",
            severity: Severity::Error,
            signal: administrative(&[
                "Microsoft.Authorization/policyAssignments/write",
                "Microsoft.Authorization/policyAssignments/delete",
                "Microsoft.Authorization/policyDefinitions/write",
                "Microsoft.Authorization/policyExemptions/write",
            ]),
        },
        Alert {
            name: "role-assigned",
            meaning: "Somebody was given a role, or lost one.",
            remedy: "If no stack was being run, find out who did it; remove what the stacks do not declare.",
            severity: Severity::Warning,
            signal: administrative(&[
                "Microsoft.Authorization/roleAssignments/write",
                "Microsoft.Authorization/roleAssignments/delete",
            ]),
        },
        Alert {
            name: "immutability-changed",
            meaning: "The rule that keeps audit records from being changed was changed or removed.",
            remedy: "Compare it with the stack `data`; if nobody planned it, treat it as an attack on the audit trail.",
            severity: Severity::Critical,
            signal: administrative(&[
                "Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies/write",
                "Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies/delete",
                "Microsoft.Storage/storageAccounts/blobServices/containers/clearLegalHold/action",
            ]),
        },
        Alert {
            name: "logging-removed",
            meaning: "A resource no longer sends its logs to the workspace.",
            remedy: "Run the stack that declares the resource: it sets the diagnostics again; then ask who removed it.",
            severity: Severity::Critical,
            signal: administrative(&[
                "Microsoft.Insights/diagnosticSettings/delete",
                "Microsoft.OperationalInsights/workspaces/delete",
                "Microsoft.OperationalInsights/workspaces/dataExports/delete",
            ]),
        },
        Alert {
            name: "network-opened",
            meaning: "A rule of a security group was changed apart from its group.",
            remedy: "Run the preview of the foundation: it shows what differs; then ask who changed it.",
            severity: Severity::Error,
            signal: administrative(&[
                "Microsoft.Network/networkSecurityGroups/securityRules/write",
                "Microsoft.Network/networkSecurityGroups/securityRules/delete",
                "Microsoft.Network/networkSecurityGroups/delete",
            ]),
        },
    ]
}

/// Something that was done, and went through.
fn administrative(operations: &'static [&'static str]) -> Signal {
    Signal::Activity(Activity {
        fields: vec![
            ("category", vec!["Administrative"]),
            ("operationName", operations.to_vec()),
            ("status", vec!["Succeeded"]),
        ],
    })
}

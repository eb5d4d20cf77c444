//! Queries that people share: what is asked first when something goes wrong.

use crate::components::observability::SavedQuery;

/// All of them.
pub const SAVED: &[SavedQuery] = &[
    SavedQuery {
        name: "failed-ingestion",
        title: "Requests to take audit events in that failed, by reason",
        function: "AtpFailedIngestion",
        query: r#"AppRequests
| where AppRoleName == "ingestion" and not(Success)
| summarize Requests = sum(ItemCount), Latest = max(TimeGenerated) by ResultCode, Name
| order by Requests desc"#,
    },
    SavedQuery {
        name: "slow-dependencies",
        title: "What services wait for",
        function: "AtpSlowDependencies",
        query: r#"AppDependencies
| summarize Calls = sum(ItemCount), P95 = percentile(DurationMs, 95) by AppRoleName, Type = DependencyType, Target
| order by P95 desc"#,
    },
    SavedQuery {
        name: "vault-access",
        title: "Who asked the vault for what",
        function: "AtpVaultAccess",
        query: r#"AzureDiagnostics
| where ResourceProvider == "MICROSOFT.KEYVAULT" and Category == "AuditEvent"
| summarize Requests = count() by OperationName, ResultSignature, CallerIPAddress, identity_claim_appid_g
| order by Requests desc"#,
    },
    SavedQuery {
        name: "changes-by-people",
        title: "What was changed, and by whom",
        function: "AtpChanges",
        query: r#"AzureActivity
| where CategoryValue == "Administrative" and ActivityStatusValue == "Success"
| summarize Changes = count(), Latest = max(TimeGenerated) by Caller, OperationNameValue, ResourceGroup
| order by Latest desc"#,
    },
    SavedQuery {
        name: "restarting-pods",
        title: "Pods that restart",
        function: "AtpRestartingPods",
        query: r#"KubePodInventory
| summarize Restarts = max(ContainerRestartCount) by Namespace, Name, ContainerName
| where Restarts > 0
| order by Restarts desc"#,
    },
];

//! Diagnostic settings: everything that a resource logs goes to the workspace.

use atp_azure::Scope;
use atp_azure::insights::{DiagnosticSetting, DiagnosticSettingLog, DiagnosticSettingMetric};
use atp_azure::operational_insights::Workspace;
use atp_iac::{IntoInput, ResourceId};

/// The name of the setting on every resource.
const NAME: &str = "to-workspace";

/// Sends all logs of a resource to the workspace. For types without metrics, such as network security groups.
pub fn logs(
    resource: impl IntoInput<Scope>,
    workspace: impl IntoInput<ResourceId<Workspace>>,
) -> DiagnosticSetting {
    with_logs(DiagnosticSetting::new(resource, NAME).workspace_id(workspace))
}

/// The same setting for all logs as well.
pub fn with_logs(setting: DiagnosticSetting) -> DiagnosticSetting {
    setting.logs([DiagnosticSettingLog::new(true).category_group("allLogs")])
}

/// Sends all logs and metrics of a resource to the workspace.
pub fn logs_and_metrics(
    resource: impl IntoInput<Scope>,
    workspace: impl IntoInput<ResourceId<Workspace>>,
) -> DiagnosticSetting {
    logs(resource, workspace).metrics([DiagnosticSettingMetric::new(true).category("AllMetrics")])
}

/// Sends one category of metrics of a resource to the workspace. For types that log nothing, or that have no category
/// for all of their metrics, such as storage accounts.
pub fn metrics(
    resource: impl IntoInput<Scope>,
    workspace: impl IntoInput<ResourceId<Workspace>>,
    category: &str,
) -> DiagnosticSetting {
    DiagnosticSetting::new(resource, NAME)
        .workspace_id(workspace)
        .metrics([DiagnosticSettingMetric::new(true).category(category)])
}

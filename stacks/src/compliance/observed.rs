//! What is logged.

use super::{Problems, Stack};

/// Types that have diagnostic logs. Application Insights keeps everything in the workspace anyway: a setting would keep
/// it twice.
const LOGGING: &[&str] = &[
    "Microsoft.ContainerRegistry/registries",
    "Microsoft.ContainerService/managedClusters",
    "Microsoft.Dashboard/grafana",
    "Microsoft.DocumentDB/databaseAccounts",
    "Microsoft.EventHub/namespaces",
    "Microsoft.KeyVault/managedHSMs",
    "Microsoft.KeyVault/vaults",
    "Microsoft.Network/applicationGateways",
    "Microsoft.Network/azureFirewalls",
    "Microsoft.Network/networkSecurityGroups",
    "Microsoft.Network/publicIPAddresses",
    "Microsoft.Network/trafficmanagerprofiles",
    "Microsoft.Network/virtualNetworks",
    "Microsoft.OperationalInsights/workspaces",
    "Microsoft.ServiceBus/namespaces",
    "Microsoft.Sql/servers/databases",
    "Microsoft.Storage/storageAccounts/blobServices",
];

const SETTING: &str = "Microsoft.Insights/diagnosticSettings";

pub(super) fn diagnostics(stack: &Stack<'_>, problems: &mut Problems<'_>) {
    for resource in LOGGING.iter().flat_map(|kind| stack.of_type(kind)) {
        if !stack.has_at(SETTING, resource) {
            problems.add(resource, "has no diagnostic setting");
        }
    }
    for setting in stack.of_type(SETTING).filter(|setting| setting.find("properties/workspaceId").is_none()) {
        problems.add(setting, "does not send to the workspace");
    }
}

//! The roles that the platform defines, and the groups of people who get them.

use super::GovernanceConfig;
use crate::helpers::BuiltInRole;
use crate::helpers::roles::{CustomRole, Principal, Role, assignment_of};
use atp_azure::Scope;
use atp_azure::authorization::RoleDefinition;
use atp_iac::{Context, Output, ResourceId, Result};
use std::collections::BTreeMap;

/// Keeps the platform running, and does not see what is in it.
pub const OPERATOR: CustomRole = CustomRole {
    name: "Audit Trail Operator",
    description: "Sees all resources, handles alerts, and brings the platform to its other region. No access to data, \
                  secrets, roles or policies.",
    actions: &[
        "*/read",
        "Microsoft.AlertsManagement/alerts/changestate/action",
        "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action",
        "Microsoft.Network/trafficManagerProfiles/azureEndpoints/write",
        "Microsoft.ServiceBus/namespaces/disasterRecoveryConfigs/failover/action",
        "Microsoft.Sql/servers/failoverGroups/failover/action",
        "Microsoft.Support/*",
    ],
    data_actions: &[],
};

/// Sees how the platform is set up and what was done to it.
pub const AUDITOR: CustomRole = CustomRole {
    name: "Audit Trail Auditor",
    description: "Reads configuration, roles, policies and their results, threats and logs. Changes nothing, and sees no \
                  data of customers.",
    actions: &[
        "Microsoft.Authorization/*/read",
        "Microsoft.Insights/*/read",
        "Microsoft.OperationalInsights/workspaces/query/*/read",
        "Microsoft.OperationalInsights/workspaces/query/read",
        "Microsoft.OperationalInsights/workspaces/read",
        "Microsoft.PolicyInsights/*/read",
        "Microsoft.Resources/*/read",
        "Microsoft.Security/*/read",
    ],
    data_actions: &[],
};

/// Declares the roles and gives them to groups. Gives the roles by name.
pub fn declare(
    cx: &mut Context,
    config: &GovernanceConfig,
) -> Result<BTreeMap<String, Output<ResourceId<RoleDefinition>>>> {
    let environment = cx.environment().to_owned();
    let subscription_id = config.subscription_id.as_str();
    let mut add = |name: &str, role: &CustomRole| {
        let definition = role.definition(subscription_id, &environment);
        cx.add(name, definition).map(|handle| handle.id())
    };
    let operator = add("operator-role", &OPERATOR)?;
    let auditor = add("auditor-role", &AUDITOR)?;
    let given = [
        ("platform", &config.groups.platform, Role::from(BuiltInRole::Reader)),
        ("operator", &config.groups.operators, Role::Custom(operator.clone())),
        ("auditor", &config.groups.auditors, Role::Custom(auditor.clone())),
    ];
    for (name, groups, role) in given {
        for (index, group) in groups.iter().enumerate() {
            let scope = Scope::subscription(subscription_id);
            let principal = Principal::Group(group.clone());
            let assignment = assignment_of(subscription_id, scope, role.clone(), principal)?;
            cx.add(&format!("{name}-group-{}", index + 1), assignment)?;
        }
    }
    Ok(BTreeMap::from([("operator".to_owned(), operator), ("auditor".to_owned(), auditor)]))
}

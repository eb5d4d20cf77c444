//! Threat protection of a subscription, and the log of what was done to it.

use atp_azure::Scope;
use atp_azure::insights::{DiagnosticSetting, DiagnosticSettingLog};
use atp_azure::operational_insights::Workspace;
use atp_azure::security::{
    Pricing, PricingTier, SecurityContact, SecurityContactNotificationsByRole,
    SecurityContactNotificationsByRoleRole, SecurityContactNotificationsByRoleState,
};
use atp_iac::{Component, Config, Context, Input, ResourceId, Result, component};

/// What Azure logs about a subscription.
const ACTIVITIES: [&str; 8] = [
    "Administrative",
    "Alert",
    "Autoscale",
    "Policy",
    "Recommendation",
    "ResourceHealth",
    "Security",
    "ServiceHealth",
];

/// A plan of Defender for Cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Config)]
pub enum DefenderPlan {
    /// Management of the subscription: suspicious deployments and permissions.
    Arm,
    /// Posture: what could be attacked, and how.
    CloudPosture,
    /// Clusters and registries.
    Containers,
    /// Cosmos DB.
    CosmosDbs,
    /// Vaults: unusual access to secrets.
    KeyVaults,
    /// SQL servers and databases.
    SqlServers,
    /// Storage: unusual access, malware.
    StorageAccounts,
}

impl DefenderPlan {
    /// All of them.
    pub const ALL: [DefenderPlan; 7] = [
        DefenderPlan::Arm,
        DefenderPlan::CloudPosture,
        DefenderPlan::Containers,
        DefenderPlan::CosmosDbs,
        DefenderPlan::KeyVaults,
        DefenderPlan::SqlServers,
        DefenderPlan::StorageAccounts,
    ];

    /// The plan as Azure calls it, and the variant of it.
    const fn names(self) -> (&'static str, Option<&'static str>) {
        match self {
            DefenderPlan::Arm => ("Arm", Some("PerSubscription")),
            DefenderPlan::CloudPosture => ("CloudPosture", None),
            DefenderPlan::Containers => ("Containers", None),
            DefenderPlan::CosmosDbs => ("CosmosDbs", None),
            DefenderPlan::KeyVaults => ("KeyVaults", Some("PerKeyVault")),
            DefenderPlan::SqlServers => ("SqlServers", None),
            DefenderPlan::StorageAccounts => ("StorageAccounts", Some("DefenderForStorageV2")),
        }
    }
}

/// Plans of Defender for Cloud, who is told of threats, and the activity log in the workspace.
///
/// A subscription has all plans from its beginning, and they cost nothing until they are switched on: to take one out of
/// the program switches it off.
#[component(type = "atp:governance:ThreatProtection")]
#[derive(Clone, Debug)]
pub struct ThreatProtection {
    /// The subscription.
    pub subscription_id: String,
    /// The plans that are paid for.
    pub plans: Vec<DefenderPlan>,
    /// Who gets mail about threats, besides the owners of the subscription.
    pub emails: Vec<String>,
    /// Where the activity log goes.
    pub workspace: Input<ResourceId<Workspace>>,
}

impl Component for ThreatProtection {
    type Outputs = ();

    fn build(self, cx: &mut Context) -> Result<()> {
        let scope = Scope::subscription(&self.subscription_id);
        for plan in self.plans {
            let (name, variant) = plan.names();
            let mut pricing = Pricing::new(scope.clone(), name, PricingTier::STANDARD);
            if let Some(variant) = variant {
                pricing = pricing.sub_plan(variant);
            }
            cx.add(&format!("plan-{}", name.to_ascii_lowercase()), pricing)?;
        }
        let owners = SecurityContactNotificationsByRole::new()
            .state(SecurityContactNotificationsByRoleState::ON)
            .roles([SecurityContactNotificationsByRoleRole::OWNER]);
        let contact = SecurityContact::new(scope.clone())
            .emails(self.emails.join(";"))
            .is_enabled(true)
            .notifications_by_role(owners);
        cx.add("contact", contact)?;
        let logs = ACTIVITIES.map(|category| DiagnosticSettingLog::new(true).category(category));
        let activities =
            DiagnosticSetting::new(scope, "activity-log").workspace_id(self.workspace).logs(logs);
        cx.add("activity-log", activities)?;
        Ok(())
    }
}

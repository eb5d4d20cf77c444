//! Who is told.

use crate::components::alerts::ActionGroups;
use crate::helpers::Site;
use atp_azure::insights::{
    ActionGroup, ActionGroupArmRoleReceiver, ActionGroupEmailReceiver, ActionGroupWebhookReceiver,
};
use atp_azure::resources::ResourceGroup;
use atp_iac::{Component, Config, Context, Input, Output, ResourceId, Result, Secret, component};
use std::collections::BTreeMap;

/// Whom an action group tells.
#[derive(Clone, Debug, Default, Config)]
pub struct Receivers {
    /// Addresses by name of the receiver: `on-call`.
    #[config(default)]
    pub emails: BTreeMap<String, String>,
    /// Addresses of services by name of the receiver. They hold a token, so each is a secret.
    #[config(default)]
    pub webhooks: BTreeMap<String, Secret<String>>,
    /// Everyone who has one of these roles in the subscription gets a mail.
    #[config(default)]
    pub roles: Vec<NotifiedRole>,
}

impl Receivers {
    /// Whether nobody is told.
    pub fn is_empty(&self) -> bool {
        self.emails.is_empty() && self.webhooks.is_empty() && self.roles.is_empty()
    }
}

/// A role whose members can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Config)]
pub enum NotifiedRole {
    /// Does everything.
    Owner,
    /// Changes everything but who may do what.
    Contributor,
    /// Manages monitoring.
    MonitoringContributor,
    /// Reads metrics and logs.
    MonitoringReader,
}

impl NotifiedRole {
    /// The id of the role, which is the same in every tenant.
    const fn guid(self) -> &'static str {
        match self {
            NotifiedRole::Owner => "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
            NotifiedRole::Contributor => "b24988ac-6180-42a0-ab88-20f7382dd24c",
            NotifiedRole::MonitoringContributor => "749f88d5-cbae-40b8-bcfc-e573ddc772fa",
            NotifiedRole::MonitoringReader => "43d0d8ad-25c7-4714-9337-8ba259a9fe05",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            NotifiedRole::Owner => "owner",
            NotifiedRole::Contributor => "contributor",
            NotifiedRole::MonitoringContributor => "monitoring-contributor",
            NotifiedRole::MonitoringReader => "monitoring-reader",
        }
    }
}

/// The two action groups: one for what wakes somebody up, and one for what waits until morning.
#[component(type = "atp:observability:Notifications")]
#[derive(Clone, Debug)]
pub struct Notifications {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that they are in.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// What messages begin with: at most eight characters.
    pub prefix: String,
    /// Whom the one tells.
    pub critical: Receivers,
    /// Whom the other tells.
    pub warning: Receivers,
}

impl Component for Notifications {
    type Outputs = ActionGroups;

    fn build(self, cx: &mut Context) -> Result<ActionGroups> {
        Ok(ActionGroups {
            critical: self.add(cx, "critical", "crit", &self.critical)?,
            warning: self.add(cx, "warning", "warn", &self.warning)?,
        })
    }
}

impl Notifications {
    fn add(
        &self,
        cx: &mut Context,
        name: &str,
        short: &str,
        receivers: &Receivers,
    ) -> Result<Output<ResourceId<ActionGroup>>> {
        let emails: Vec<ActionGroupEmailReceiver> = receivers
            .emails
            .iter()
            .map(|(name, address)| ActionGroupEmailReceiver::new(name, address).use_common_alert_schema(true))
            .collect();
        let webhooks: Vec<ActionGroupWebhookReceiver> = receivers
            .webhooks
            .iter()
            .map(|(name, address)| {
                ActionGroupWebhookReceiver::new(name, address.clone()).use_common_alert_schema(true)
            })
            .collect();
        let roles: Vec<ActionGroupArmRoleReceiver> = receivers
            .roles
            .iter()
            .map(|role| {
                ActionGroupArmRoleReceiver::new(role.title(), role.guid()).use_common_alert_schema(true)
            })
            .collect();
        let group = ActionGroup::new(
            &self.group,
            self.site.names.of::<ActionGroup>(name)?,
            format!("{}{short}", self.prefix),
            true,
        );
        let group = group
            .email_receivers(emails)
            .webhook_receivers(webhooks)
            .arm_role_receivers(roles)
            .tags(&self.site.tags);
        Ok(cx.add(name, group)?.id())
    }
}

//! What the governance has to know.

use crate::components::governance::DefenderPlan;
use crate::helpers::{Date, Exceptions, TagsConfig};
use atp_iac::Config;
use std::collections::BTreeMap;

/// What the governance of one subscription has to know.
#[derive(Clone, Debug, Config)]
#[config(check = Self::check)]
pub struct GovernanceConfig {
    /// Short name of the project, the start of all names.
    #[config(default = "atp", length = 2..=8)]
    pub project: String,
    /// The subscription that everything is in.
    #[config(length = 36..=36)]
    pub subscription_id: String,
    /// Who owns the resources, who pays, and what is in them.
    pub tags: TagsConfig,
    /// Whether this stack governs its subscription. Exactly one stack of a subscription does: not that of the second
    /// region, nor those of previews.
    #[config(default = true)]
    pub enabled: bool,
    /// The regions that anything may be in.
    #[config(length = 1..=10)]
    pub locations: Vec<String>,
    /// Whether what breaks a policy is refused, or only reported.
    #[config(default = false)]
    pub enforce_policies: bool,
    /// What may be public, and why.
    #[config(default)]
    pub public_exceptions: Exceptions,
    /// The plans of Defender for Cloud that are paid for.
    #[config(default)]
    pub defender_plans: Vec<DefenderPlan>,
    /// Who gets mail about threats and budgets.
    #[config(length = 1..=10)]
    pub emails: Vec<String>,
    /// What may be spent, by name.
    #[config(default)]
    pub budgets: BTreeMap<String, BudgetConfig>,
    /// The first of the month in which the budgets are made.
    pub budget_start: Date,
    /// Groups of people, by their object ids in the directory.
    #[config(default)]
    pub groups: GroupsConfig,
}

/// What may be spent in a month.
#[derive(Clone, Debug, Config)]
pub struct BudgetConfig {
    /// The amount, in the currency of the subscription.
    #[config(range = 1..=10_000_000)]
    pub amount: u32,
    /// The layer whose resources count, by their tag. Without it, and without a group, all of the subscription does.
    pub layer: Option<String>,
    /// The resource group of the foundation that counts.
    pub group: Option<BudgetGroup>,
}

/// A resource group of the foundation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Config)]
pub enum BudgetGroup {
    /// Network and endpoints.
    Network,
    /// Vault and identities.
    Security,
    /// What observes the others.
    Observability,
}

/// Groups of people.
#[derive(Clone, Debug, Default, Config)]
pub struct GroupsConfig {
    /// Who builds the platform: they read everything, and change it by way of programs.
    #[config(default)]
    pub platform: Vec<String>,
    /// Who keeps it running.
    #[config(default)]
    pub operators: Vec<String>,
    /// Who looks whether all is as it should be.
    #[config(default)]
    pub auditors: Vec<String>,
}

impl GovernanceConfig {
    fn check(&self) -> Result<(), String> {
        let both = self.budgets.iter().find(|(_, budget)| budget.layer.is_some() && budget.group.is_some());
        both.map_or(Ok(()), |(name, _)| {
            Err(format!("the budget `{name}` is of a layer and of a group: leave one of them out"))
        })
    }
}

//! The program of the governance.

use super::config::{BudgetConfig, BudgetGroup};
use super::{GovernanceConfig, GovernanceOutputs, roles};
use crate::components::Budget;
use crate::components::governance::{Policies, ThreatProtection};
use crate::foundation::Foundation;
use crate::helpers::Site;
use atp_azure::Scope;
use atp_azure::resources::ResourceGroup;
use atp_iac::output::all_named;
use atp_iac::{Context, Input, IntoInput, Output, Result, StackRef, layers, stack};
use std::collections::BTreeMap;

/// Policies, threat protection, budgets and roles of a subscription.
///
/// What Azure Policy reports afterwards, or deploys on its own, is not simulated: the simulator refuses what is denied.
#[stack(layer = Operations)]
pub fn governance(
    cx: &mut Context,
    config: GovernanceConfig,
    foundation: StackRef<Foundation>,
) -> Result<GovernanceOutputs> {
    if !config.enabled {
        return Ok(GovernanceOutputs { custom_roles: Output::known(BTreeMap::new()) });
    }
    let site = Site::new::<layers::Operations>(cx, &config.project, &config.tags)?;

    // The cluster makes this group for its nodes, and what is in it has no tags of ours.
    let nodes = site.names.of::<ResourceGroup>("aks-nodes")?;
    let subscription = format!("/subscriptions/{}", config.subscription_id);
    let excluded = Scope::new(format!("{subscription}/resourceGroups/{}", nodes.as_str()));
    let granted = config.public_exceptions.granted().map(|granted| granted.name().to_owned()).collect();
    let (locations, enforced) = (config.locations.clone(), config.enforce_policies);
    let policies = Policies::new(&config.subscription_id, &config.project, locations, enforced, granted);
    cx.add("policies", policies.excluded(vec![excluded]))?;

    let (plans, emails) = (config.defender_plans.clone(), config.emails.clone());
    let protection = ThreatProtection::new(&config.subscription_id, plans, emails, &foundation.workspace);
    cx.add("threat-protection", protection)?;

    for (name, budget) in &config.budgets {
        let scope = scope(budget, &config, &foundation);
        let (amount, start) = (budget.amount, config.budget_start);
        let mut component = Budget::new(scope, name.clone(), amount, start, config.emails.clone());
        component.tag = budget.layer.clone().map(|layer| ("layer".to_owned(), layer));
        cx.add(&format!("budget-{name}"), component)?;
    }
    let custom_roles = all_named(roles::declare(cx, &config)?);
    Ok(GovernanceOutputs { custom_roles })
}

fn scope(
    budget: &BudgetConfig,
    config: &GovernanceConfig,
    foundation: &StackRef<Foundation>,
) -> Input<Scope> {
    match budget.group {
        None => Scope::subscription(&config.subscription_id).into_input(),
        Some(BudgetGroup::Network) => (&foundation.network_group).into_input(),
        Some(BudgetGroup::Security) => (&foundation.security_group).into_input(),
        Some(BudgetGroup::Observability) => (&foundation.observability_group).into_input(),
    }
}

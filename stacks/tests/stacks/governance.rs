//! The governance.

use super::declared::*;
use atp_iac::Value;
use serde_json::json;
use stacks::GOVERNANCE;
use stacks::components::governance::DefenderPlan;
use stacks::helpers::tags;
use std::collections::BTreeSet;

fn prod() -> Declared {
    declare(&GOVERNANCE, "prod", "westeurope")
}

fn prod_with(changes: &[(&str, &str)]) -> Result<Declared, String> {
    let config = changed(&GOVERNANCE, "prod", "westeurope", changes);
    try_declare(&GOVERNANCE, "prod", "westeurope", config).map_err(|error| error.to_string())
}

#[test]
fn one_stack_governs_each_subscription() {
    let governing = |(environment, region): (&str, &str)| {
        let tree = config(&GOVERNANCE, environment, region);
        let subscription = tree.read::<stacks::GovernanceConfig>().unwrap().subscription_id;
        (!declare(&GOVERNANCE, environment, region).0.is_empty()).then_some(subscription)
    };
    let governed: Vec<String> = SITES.into_iter().filter_map(governing).collect();
    let subscriptions: BTreeSet<&String> = governed.iter().collect();
    assert_eq!((governed.len(), subscriptions.len()), (4, 4));
}

#[test]
fn policies_are_enforced_where_customers_depend_on_them() {
    let mode = |environment| {
        let declared = declare(&GOVERNANCE, environment, "westeurope");
        declared.named("policies/assignment").text("properties/enforcementMode").unwrap().to_owned()
    };
    let modes = ["dev", "test", "staging", "prod"].map(mode);
    assert_eq!(modes, ["DoNotEnforce", "DoNotEnforce", "Default", "Default"]);
}

#[test]
fn the_set_has_every_policy_of_the_platform_and_every_required_tag() {
    let prod = prod();
    let set = prod.named("policies/set").find("properties/policyDefinitions").unwrap();
    let references: Vec<&str> = set
        .as_list()
        .unwrap()
        .iter()
        .map(|member| member.get("policyDefinitionReferenceId").and_then(Value::as_str).unwrap())
        .collect();
    for definition in prod.of_type("Microsoft.Authorization/policyDefinitions") {
        let name = definition.name().strip_prefix("policies/").unwrap();
        assert!(references.contains(&name), "{name}");
    }
    for tag in tags::REQUIRED {
        assert!(references.contains(&format!("tag-{tag}").as_str()), "{tag}");
        assert!(references.contains(&format!("tag-{tag}-on-groups").as_str()), "{tag}");
    }
    let unique: BTreeSet<&&str> = references.iter().collect();
    assert_eq!(unique.len(), references.len());
}

#[test]
fn what_is_granted_is_told_to_the_policies_and_the_nodes_of_the_cluster_are_left_out() {
    let prod = prod();
    let assignment = prod.named("policies/assignment");
    let granted = assignment.find("properties/parameters/exceptions/value").unwrap().as_list().unwrap();
    assert!(granted.contains(&"egress".into()), "{granted:?}");
    let excluded = assignment.find("properties/notScopes").unwrap().as_list().unwrap();
    let nodes =
        "/subscriptions/00000000-0000-0000-0000-0000000000a4/resourceGroups/rg-atp-prod-weu-aks-nodes";
    assert_eq!(excluded, [nodes.into()]);
}

#[test]
fn prod_pays_for_every_plan_of_defender() {
    let plans = prod().of_type("Microsoft.Security/pricings").len();
    assert_eq!(plans, DefenderPlan::ALL.len());
    assert!(declare(&GOVERNANCE, "dev", "westeurope").of_type("Microsoft.Security/pricings").is_empty());
}

#[test]
fn a_budget_tells_people_before_and_after_it_is_spent() {
    let prod = prod();
    let budget = prod.named("budget-total/budget");
    assert_eq!(budget.text("properties/timePeriod/startDate"), Some("2026-12-01T00:00:00Z"));
    for (name, threshold, kind) in
        [("spent-80", 80.0, "Actual"), ("spent-100", 100.0, "Actual"), ("forecast-110", 110.0, "Forecasted")]
    {
        let found = budget.find(&format!("properties/notifications/{name}")).unwrap();
        assert_eq!(found.get("threshold"), Some(&json!(threshold).into()));
        assert_eq!(found.get("thresholdType"), Some(&kind.into()));
    }
    let layer = prod.named("budget-infrastructure/budget");
    assert_eq!(layer.text("properties/filter/tags/name"), Some("layer"));
}

#[test]
fn a_budget_that_starts_within_a_month_or_counts_two_things_is_refused() {
    let error = prod_with(&[("budget_start", "2026-12-02")]).err().unwrap();
    assert!(error.contains("starts on 2026-12-02") && error.contains("way out"), "{error}");
    let error = prod_with(&[("budget_start", "soon")]).err().unwrap();
    assert!(error.contains("expected a day"), "{error}");
    let error = prod_with(&[("budgets.total.layer", "foundation"), ("budgets.total.group", "network")]);
    assert!(error.err().unwrap().contains("`total` is of a layer and of a group"));
}

#[test]
fn people_get_roles_as_members_of_groups_and_auditors_change_nothing() {
    let prod = prod();
    for assignment in prod.of_type("Microsoft.Authorization/roleAssignments") {
        assert_eq!(assignment.text("properties/principalType"), Some("Group"), "{}", assignment.name());
    }
    for (role, read_only) in [("auditor-role", true), ("operator-role", false)] {
        let permissions = prod.named(role).find("properties/permissions").unwrap().as_list().unwrap();
        let actions = permissions[0].get("actions").and_then(Value::as_list).unwrap();
        let actions: Vec<&str> = actions.iter().filter_map(Value::as_str).collect();
        assert_eq!(actions.iter().all(|action| action.ends_with("/read")), read_only, "{actions:?}");
        assert!(!actions.contains(&"*") && permissions[0].get("dataActions").is_none());
    }
}

#[test]
fn the_activity_log_goes_to_the_workspace() {
    let prod = prod();
    let logs = prod.named("threat-protection/activity-log").find("properties/logs").unwrap();
    assert_eq!(logs.as_list().unwrap().len(), 8);
}

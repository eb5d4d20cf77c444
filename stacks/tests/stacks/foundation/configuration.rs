//! What a change of the configuration changes.

use super::*;
use atp_iac::ConfigTree;
use std::collections::BTreeSet;

fn changed_prod(key: &str, value: &str) -> ConfigTree {
    changed(&FOUNDATION, "prod", "westeurope", &[(key, value)])
}

fn refused(key: &str, value: &str) -> String {
    let result = try_declare(&FOUNDATION, "prod", "westeurope", changed_prod(key, value));
    result.err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn leaving_a_subnet_out_takes_its_resources_and_no_others() {
    let (before, config) = (prod(), changed_prod("subnets.service-bus", ""));
    let after = try_declare(&FOUNDATION, "prod", "westeurope", config).unwrap();
    let after: BTreeSet<&str> = after.names().into_iter().collect();
    let gone: Vec<&str> = before.names().into_iter().filter(|name| !after.contains(name)).collect();
    assert_eq!(
        gone,
        ["network/service-bus-security-group", "network/service-bus-diagnostics", "network/service-bus"]
    );
}

#[test]
fn another_retention_changes_the_workspace_only() {
    let config = changed_prod("log_retention_days", "180");
    let (before, after) = (prod(), try_declare(&FOUNDATION, "prod", "westeurope", config).unwrap());
    let different: Vec<&str> = before
        .0
        .iter()
        .zip(&after.0)
        .filter(|(before, after)| before.find("") != after.find(""))
        .map(|(before, _)| before.name())
        .collect();
    assert_eq!(different, ["log-workspace/workspace"]);
}

#[test]
fn the_vault_can_be_named() {
    let config = changed_prod("key_vault_name", "kv-atp-restored");
    let declared = try_declare(&FOUNDATION, "prod", "westeurope", config).unwrap();
    assert_eq!(declared.named("key-vault/vault").text("name"), Some("kv-atp-restored"));
    let error = refused("key_vault_name", "kv_atp");
    assert!(error.contains("`kv_atp` cannot name a `Microsoft.KeyVault/vaults`"), "{error}");
}

#[test]
fn a_subnet_that_does_not_fit_is_refused_with_both_names() {
    let error = refused("subnets.sql.range", "10.41.0.0/27");
    assert!(
        error.contains("the subnet `sql` (10.41.0.0/27) lies outside of the address space 10.40.0.0/16"),
        "{error}"
    );
    let error = refused("subnets.sql.range", "10.40.0.0/27");
    assert!(
        error.contains("the subnets `aks-system` (10.40.0.0/24) and `sql` (10.40.0.0/27) overlap"),
        "{error}"
    );
}

#[test]
fn a_subnet_that_other_stacks_need_cannot_be_left_out() {
    let error = refused("subnets.gateway", "");
    assert!(error.contains("the subnet `gateway` is missing: other stacks are deployed into it"), "{error}");
}

#[test]
fn values_out_of_range_are_refused() {
    assert!(refused("log_retention_days", "7").contains("7 is not in 30..=730"));
    assert!(refused("soft_delete_days", "91").contains("91 is not in 7..=90"));
    let error = refused("subnets.sql.purpose", "cluter");
    assert!(error.contains("did you mean `cluster`?"), "{error}");
}

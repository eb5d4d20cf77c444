//! Each rule finds what breaks it: a rule that finds nothing is worth nothing.

use super::{declarations, expectations};
use atp_iac::Value;
use serde_json::{Value as Json, json};
use stacks::FOUNDATION;
use stacks::compliance::{Declaration, Finding, RULES, Stack};
use std::collections::BTreeSet;

fn found(rule: &str, resources: &[Declaration]) -> Vec<Finding> {
    let expectations = expectations("prod", "westeurope");
    let rule = RULES.iter().find(|known| known.name == rule).unwrap_or_else(|| panic!("no rule `{rule}`"));
    rule.findings(&Stack { resources, expectations: &expectations })
}

fn planted(kind: &str, inputs: Json) -> Declaration {
    Declaration::new(kind, "planted", Value::from(inputs), false)
}

/// A resource for each rule that breaks it, and the words of the finding.
fn violations() -> Vec<(&'static str, Declaration, &'static str)> {
    let account = "Microsoft.Storage/storageAccounts";
    let group = "Microsoft.Network/networkSecurityGroups";
    let open = json!({ "publicNetworkAccess": "Enabled", "networkAcls": { "defaultAction": "Deny" } });
    let rule = |direction: &str, access: &str, priority: i64, from: &str, to: &str| {
        json!({ "name": "r", "properties": { "direction": direction, "access": access, "priority": priority,
            "protocol": "*", "sourceAddressPrefix": from, "destinationAddressPrefix": to,
            "destinationPortRange": "*" } })
    };
    let rules = |rules: &[Json]| json!({ "properties": { "securityRules": rules } });
    let (deny_in, deny_out) =
        (rule("Inbound", "Deny", 4096, "*", "*"), rule("Outbound", "Deny", 4096, "*", "*"));
    let invented = json!({ "tags": { "public-exception": "invented" }, "properties": open });
    vec![
        ("no-public-access", planted(account, json!({ "properties": open })), "publicNetworkAccess"),
        ("no-public-access", planted(account, invented), "publicNetworkAccess"),
        ("no-public-access", planted("Microsoft.KeyVault/vaults", json!({})), "publicNetworkAccess"),
        (
            "no-public-access",
            planted("Microsoft.Sql/servers/firewallRules", json!({ "name": "all" })),
            "opens a service",
        ),
        ("no-public-address", planted("Microsoft.Network/publicIPAddresses", json!({})), "is public"),
        (
            "no-public-address",
            planted(
                "Microsoft.ContainerService/managedClusters",
                json!({ "properties": { "agentPoolProfiles": [{ "enableNodePublicIP": true }] } }),
            ),
            "gives its nodes",
        ),
        ("no-anonymous-blobs", planted(account, json!({})), "allowBlobPublicAccess"),
        (
            "no-anonymous-blobs",
            planted(
                "Microsoft.Storage/storageAccounts/blobServices/containers",
                json!({ "properties": { "publicAccess": "Blob" } }),
            ),
            "without signing in",
        ),
        ("no-shared-keys", planted(account, json!({})), "allowSharedKeyAccess"),
        ("no-shared-keys", planted("Microsoft.Sql/servers", json!({})), "azureADOnlyAuthentication"),
        (
            "no-shared-keys",
            planted("Microsoft.ServiceBus/namespaces/authorizationRules", json!({})),
            "makes keys",
        ),
        (
            "vault-hardening",
            planted("Microsoft.KeyVault/vaults", json!({ "properties": { "enableSoftDelete": true } })),
            "enableRbacAuthorization",
        ),
        (
            "private-endpoints",
            planted("Microsoft.Network/privateEndpoints", json!({})),
            "application security group",
        ),
        (
            "deny-by-default",
            planted("Microsoft.Network/virtualNetworks/subnets", json!({ "name": "open" })),
            "behind no security group",
        ),
        ("deny-by-default", planted(group, rules(std::slice::from_ref(&deny_out))), "that comes in"),
        ("deny-by-default", planted(group, rules(std::slice::from_ref(&deny_in))), "that goes out"),
        (
            "deny-by-default",
            planted(
                group,
                rules(&[rule("Inbound", "Allow", 100, "Internet", "*"), deny_in.clone(), deny_out.clone()]),
            ),
            "lets the internet in",
        ),
        (
            "deny-by-default",
            planted(group, rules(&[rule("Outbound", "Allow", 100, "*", "Internet"), deny_in, deny_out])),
            "lets everything out",
        ),
        (
            "tls-1-2",
            planted("Microsoft.Sql/servers", json!({ "properties": { "minimalTlsVersion": "1.1" } })),
            "minimalTlsVersion",
        ),
        ("encryption-at-rest", planted(account, json!({})), "requireInfrastructureEncryption"),
        ("encryption-at-rest", planted("Microsoft.Sql/servers/databases", json!({})), "that it is encrypted"),
        (
            "encryption-at-rest",
            planted(
                account,
                json!({ "properties": { "encryption": {
                    "requireInfrastructureEncryption": true, "keyvaultproperties": { "keyname": "k" },
                }}}),
            ),
            "does not use it",
        ),
        ("diagnostics", planted("Microsoft.KeyVault/vaults", json!({})), "no diagnostic setting"),
        (
            "diagnostics",
            planted("Microsoft.Insights/diagnosticSettings", json!({ "parent": "/x" })),
            "does not send",
        ),
        ("tags", planted(account, json!({ "tags": { "owner": "anna" } })), "has no tag environment"),
        ("protected-data", planted(account, json!({})), "deleted or replaced"),
        ("locked-data", planted(account, json!({ "parent": "/group" })), "has no lock"),
        ("zones", planted(account, json!({ "sku": { "name": "Standard_LRS" } })), "sku/name"),
        ("zones", planted("Microsoft.Sql/servers/databases", json!({})), "one zone only"),
        (
            "no-inline-secrets",
            planted(
                "Microsoft.KeyVault/vaults/secrets",
                json!({ "properties": { "value": "correct horse" } }),
            ),
            "secret in clear",
        ),
        (
            "no-inline-secrets",
            planted("Microsoft.App/anything", json!({ "properties": { "at": ["AccountKey=abc"] } })),
            "`accountkey=` in clear",
        ),
    ]
}

#[test]
fn every_rule_finds_what_breaks_it_and_says_what() {
    for (rule, resource, words) in violations() {
        let kind = resource.kind().to_owned();
        let found = found(rule, &[resource]);
        assert!(found.iter().any(|f| f.problem.contains(words)), "{rule} on {kind}: {words}: {found:#?}");
        assert!(found.iter().all(|f| f.rule == rule && f.resource == "planted"));
    }
}

#[test]
fn no_rule_is_without_a_violation() {
    let tried: BTreeSet<&str> = violations().into_iter().map(|(rule, ..)| rule).collect();
    let known: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!((tried, RULES.len()), (known.clone(), known.len()));
}

#[test]
fn what_stands_elsewhere_does_not_count() {
    let resources = declarations(&FOUNDATION, "prod", "westeurope");
    let without = |kind: &str, name: &str| -> Vec<Declaration> {
        let kept = resources.iter().filter(|r| !(r.is(kind) && r.name() == name));
        kept.cloned().collect()
    };
    let named = |findings: Vec<Finding>| findings.into_iter().map(|f| f.resource).collect::<Vec<_>>();
    let gone = without("Microsoft.Insights/diagnosticSettings", "key-vault/diagnostics");
    assert_eq!(named(found("diagnostics", &gone)), ["key-vault/vault"]);
    let gone = without("Microsoft.Authorization/locks", "keep-key-vault");
    assert_eq!(named(found("locked-data", &gone)), ["key-vault/vault"]);
    let zone_group = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups";
    let gone = without(zone_group, "key-vault/private-service/zone-group");
    assert_eq!(named(found("private-endpoints", &gone)), ["key-vault/private-service/endpoint"]);
}

#[test]
fn what_is_granted_is_let_off_and_secrets_that_are_marked_are_none() {
    let granted = json!({ "tags": { "public-exception": "egress" } });
    assert!(found("no-public-address", &[planted("Microsoft.Network/publicIPPrefixes", granted)]).is_empty());
    let value =
        Value::from([("properties", Value::from([("value", Value::from("correct horse").into_secret())]))]);
    let secret = Declaration::new("Microsoft.KeyVault/vaults/secrets", "planted", value, false);
    assert!(found("no-inline-secrets", &[secret]).is_empty());
}

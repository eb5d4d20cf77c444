//! What must hold in every environment, and what prod adds.

use super::*;
use atp_iac::Value;
use std::collections::BTreeSet;

#[test]
fn every_subnet_is_behind_a_security_group_that_ends_in_denying_everything() {
    let prod = prod();
    let subnets = prod.of_type("Microsoft.Network/virtualNetworks/subnets");
    assert_eq!(subnets.len(), 9);
    for subnet in subnets {
        let group = format!("{}-security-group", subnet.name());
        assert!(subnet.waits_for().contains(&group.as_str()), "{group}");
        let rules = prod.named(&group).find("properties/securityRules").unwrap().as_list().unwrap();
        let property = |rule: &Value, name: &str| rule.get("properties").unwrap().get(name).unwrap().clone();
        for direction in ["Inbound", "Outbound"] {
            let rules: Vec<&Value> =
                rules.iter().filter(|rule| property(rule, "direction") == direction.into()).collect();
            let last = rules.last().unwrap();
            assert_eq!(property(last, "access"), "Deny".into(), "{group}");
            assert_eq!(property(last, "sourceAddressPrefix"), "*".into(), "{group}");
            assert_eq!(property(last, "destinationAddressPrefix"), "*".into(), "{group}");
            let priorities: BTreeSet<String> =
                rules.iter().map(|rule| format!("{:?}", property(rule, "priority"))).collect();
            assert_eq!(priorities.len(), rules.len(), "priorities of {group} are not unique");
        }
        let names: BTreeSet<&str> =
            rules.iter().map(|rule| rule.get("name").and_then(Value::as_str).unwrap()).collect();
        assert_eq!(names.len(), rules.len(), "names of {group} are not unique");
    }
}

#[test]
fn only_the_gateway_lets_the_internet_in_and_only_by_an_exception() {
    assert!(open_to_internet(&prod_with(&[("public_exceptions.edge", "")])).is_empty());
    let granted = prod_with(&[
        ("public_exceptions.edge.reason", "customers come from the internet"),
        ("public_exceptions.edge.reviewed_by", "security-team"),
        ("public_exceptions.edge.until", "2027-06-30"),
    ]);
    assert_eq!(open_to_internet(&granted), ["network/gateway-security-group"]);
    let group = granted.named("network/gateway-security-group");
    assert_eq!(group.text("tags/public-exception"), Some("edge"));
}

fn open_to_internet(declared: &Declared) -> Vec<&str> {
    let open = declared.of_type("Microsoft.Network/networkSecurityGroups").into_iter().filter(|group| {
        let rules = group.find("properties/securityRules").unwrap().as_list().unwrap();
        rules.iter().any(|rule| {
            let source = rule.get("properties").and_then(|p| p.get("sourceAddressPrefix"));
            source.and_then(Value::as_str) == Some("Internet")
        })
    });
    open.map(Resource::name).collect()
}

#[test]
fn private_endpoints_are_reached_as_members_of_their_group_and_the_cluster_reaches_nothing_public_at_large() {
    let prod = prod();
    let from_cluster = rule(prod.named("network/private-link-security-group"), "allow-from-cluster");
    assert!(from_cluster.get("destinationApplicationSecurityGroups").is_some());
    assert!(from_cluster.get("destinationAddressPrefix").is_none(), "either a group or addresses");
    for endpoint in prod.of_type("Microsoft.Network/privateEndpoints") {
        assert!(endpoint.find("properties/applicationSecurityGroups").is_some(), "{}", endpoint.name());
    }
    let rules = prod.named("network/aks-system-security-group").find("properties/securityRules").unwrap();
    let out = rules.as_list().unwrap().iter().filter_map(|rule| rule.get("properties"));
    let out: Vec<&Value> = out.filter(|rule| rule.get("direction") == Some(&"Outbound".into())).collect();
    assert!(
        out.iter().any(|rule| rule.get("destinationAddressPrefix") == Some(&"AzureResourceManager".into()))
    );
    for rule in out.iter().filter(|rule| rule.get("access") == Some(&"Allow".into())) {
        let to = rule.get("destinationAddressPrefix").and_then(Value::as_str);
        assert!(!matches!(to, Some("*" | "Internet" | "AzureCloud")), "{rule:?}");
    }
}

#[test]
fn the_way_out_needs_its_exception_and_shows_it() {
    let prod = prod();
    for name in ["egress/prefix", "egress/gateway"] {
        assert_eq!(prod.named(name).text("tags/public-exception"), Some("egress"));
    }
    let config = changed(&FOUNDATION, "prod", "westeurope", &[("public_exceptions.egress", "")]);
    let error = try_declare(&FOUNDATION, "prod", "westeurope", config).err().unwrap().to_string();
    assert!(error.contains("the addresses of the NAT gateway would be public"), "{error}");
    let without = prod_with(&[("public_exceptions.egress", ""), ("egress", "false")]);
    assert!(without.of_type("Microsoft.Network/natGateways").is_empty());
}

#[test]
fn what_holds_data_is_protected_in_prod_only() {
    let protected = |declared: &Declared| -> BTreeSet<String> {
        let all = declared.0.iter().filter(|resource| resource.registration.protect());
        all.map(|resource| resource.name().to_owned()).collect()
    };
    let prod = protected(&prod());
    let held = ["key-vault/vault", "keys/audit-signing", "managed-hsm/hsm", "log-workspace/workspace"];
    for name in held.iter().chain(&["private-dns/blob", "keys/data-encryption"]) {
        assert!(prod.contains(*name), "{name}: {prod:#?}");
    }
    assert!(!prod.iter().any(|name| name.starts_with("network/")), "networks come and go: {prod:#?}");
    assert!(protected(&declare(&FOUNDATION, "dev", "westeurope")).is_empty());
}

#[test]
fn keys_are_rotated_and_are_in_hardware_where_the_vault_is_premium() {
    for (declared, suffix) in [(prod(), "-HSM"), (declare(&FOUNDATION, "dev", "westeurope"), "")] {
        let signing = declared.named("keys/audit-signing");
        assert_eq!(signing.text("properties/kty"), Some(format!("EC{suffix}").as_str()));
        let keys = declared.of_type("Microsoft.KeyVault/vaults/keys");
        assert_eq!(keys.len(), 3);
        for key in keys {
            let rotates = key.find("properties/rotationPolicy/lifetimeActions").unwrap().as_list().unwrap();
            assert_eq!(rotates.len(), 2, "{}", key.name());
        }
    }
}

#[test]
fn the_vault_is_hardened_everywhere() {
    for declared in [declare(&FOUNDATION, "dev", "westeurope"), prod()] {
        let vault = declared.named("key-vault/vault");
        for path in ["enablePurgeProtection", "enableRbacAuthorization", "enableSoftDelete"] {
            assert_eq!(vault.find(&format!("properties/{path}")), Some(&Value::Bool(true)), "{path}");
        }
        assert_eq!(vault.text("properties/publicNetworkAccess"), Some("Disabled"));
        assert_eq!(vault.text("properties/networkAcls/defaultAction"), Some("Deny"));
        assert_eq!(vault.text("properties/networkAcls/bypass"), Some("AzureServices"));
        assert_eq!(vault.find("properties/accessPolicies"), None);
    }
}

#[test]
fn a_lock_waits_for_everything_in_its_scope() {
    let prod = prod();
    let lock = prod.named("keep-key-vault");
    let inside = [
        "key-vault/vault",
        "keys/audit-signing",
        "key-vault/diagnostics",
        "ingestion-signs",
        "query-reads-secrets",
    ];
    for name in inside {
        assert!(lock.waits_for().contains(&name), "{name}: {:?}", lock.waits_for());
    }
    let lock = prod.named("keep-private-dns");
    for name in ["dns-group", "private-dns/blob", "private-dns/blob-link"] {
        assert!(lock.waits_for().contains(&name), "{name}");
    }
    assert!(prod.named("keep-workspace").waits_for().contains(&"aks-collects-logs"));
}

#[test]
fn what_can_be_diagnosed_is() {
    let prod = prod();
    let diagnosed: BTreeSet<&str> =
        prod.of_type("Microsoft.Insights/diagnosticSettings").iter().flat_map(|d| d.waits_for()).collect();
    for resource in &prod.0 {
        let diagnosable = [
            "Microsoft.KeyVault/vaults",
            "Microsoft.KeyVault/managedHSMs",
            "Microsoft.Network/virtualNetworks",
            "Microsoft.Network/networkSecurityGroups",
            "Microsoft.OperationalInsights/workspaces",
        ];
        if diagnosable.contains(&resource.kind()) {
            assert!(diagnosed.contains(resource.name()), "{}", resource.name());
        }
    }
}

#[test]
fn roles_are_given_to_service_principals_only() {
    let prod = prod();
    let assignments = prod.of_type("Microsoft.Authorization/roleAssignments");
    assert!(!assignments.is_empty());
    for assignment in assignments {
        let kind = assignment.text("properties/principalType");
        assert_eq!(kind, Some("ServicePrincipal"), "{}", assignment.name());
    }
}

#[test]
fn no_two_resources_are_one_in_azure() {
    let prod = prod();
    let urns: BTreeSet<&str> = prod.0.iter().map(|resource| resource.registration.urn.as_str()).collect();
    assert_eq!(urns.len(), prod.0.len());
    // In Azure a resource is known by its type, its name, and what it is in or stands at; the name of an assignment is
    // computed from its role. What is not known before anything exists is compared by where it comes from.
    let ids = prod.0.iter().map(|resource| {
        let place = [resource.find("parent"), resource.find("name")];
        format!("{} {place:?} {:?}", resource.kind(), resource.find("properties/roleDefinitionId"))
    });
    let mut seen = BTreeSet::new();
    for id in ids {
        assert!(seen.insert(id.clone()), "{id}");
    }
}

//! The way in from the internet.

use super::declared::*;
use atp_iac::Value;
use stacks::EDGE;
use stacks::components::alerts::Signal;
use stacks::edge::catalogue;
use std::collections::BTreeSet;

fn prod() -> Declared {
    declare(&EDGE, "prod", "westeurope")
}

fn with(region: &str, changes: &[(&str, &str)]) -> atp_iac::Result<Declared> {
    try_declare(&EDGE, "prod", region, changed(&EDGE, "prod", region, changes))
}

fn refused(region: &str, changes: &[(&str, &str)]) -> String {
    with(region, changes).err().map(|error| error.to_string()).unwrap_or_default()
}

const GATEWAY: &str = "gateway/gateway";

#[test]
fn an_environment_without_a_gateway_declares_nothing() {
    let counts: Vec<usize> =
        SITES.iter().map(|(environment, region)| declare(&EDGE, environment, region).0.len()).collect();
    assert_eq!(counts[..2], [0, 0], "dev and test are not on the internet");
    assert!(counts[2..].iter().all(|count| *count > 10), "{counts:?}");
}

#[test]
fn what_is_public_says_by_which_exception_and_is_refused_without_it() {
    let prod = prod();
    for public in ["gateway/address", GATEWAY] {
        assert_eq!(prod.named(public).text("tags/public-exception"), Some("edge"), "{public}");
    }
    let error = refused("westeurope", &[("public_exceptions.edge", "")]);
    assert!(error.contains("the address of the gateway would be public, and no exception `edge`"), "{error}");
}

#[test]
fn the_gateway_speaks_modern_tls_only_and_refuses_attacks_in_prod() {
    for region in ["westeurope", "eastus"] {
        let prod = declare(&EDGE, "prod", region);
        let gateway = prod.named(GATEWAY);
        assert_eq!(gateway.text("properties/sslPolicy/policyName"), Some("AppGwSslPolicy20220101S"));
        assert_eq!(gateway.text("properties/sku/tier"), Some("WAF_v2"));
        assert_eq!(gateway.find("zones").unwrap().as_list().unwrap().len(), 3);
        let policy = prod.named("firewall/policy");
        assert_eq!(policy.text("properties/policySettings/mode"), Some("Prevention"));
        assert_eq!(policy.find("properties/policySettings/requestBodyCheck"), Some(&Value::Bool(true)));
        let sets = policy.find("properties/managedRules/managedRuleSets").unwrap().as_list().unwrap();
        let sets: Vec<&str> =
            sets.iter().map(|set| set.get("ruleSetType").unwrap().as_str().unwrap()).collect();
        assert_eq!(sets, ["Microsoft_DefaultRuleSet", "Microsoft_BotManagerRuleSet"]);
        assert_eq!(policy.text("properties/customRules/0/ruleType"), Some("RateLimitRule"));
        assert!(gateway.waits_for().contains(&"firewall/policy"));
    }
}

#[test]
fn the_gateway_reads_its_certificate_with_an_identity_that_may_read_secrets_first() {
    let prod = prod();
    let gateway = prod.named(GATEWAY);
    assert!(gateway.waits_for().contains(&"gateway/reads-certificate"), "{:?}", gateway.waits_for());
    let assignment = prod.named("gateway/reads-certificate");
    let role = assignment.text("properties/roleDefinitionId").unwrap();
    assert!(role.ends_with("4633458b-17de-408a-b874-0445c86b69e6"), "{role}");
    let certificate = &gateway.find("properties/sslCertificates").unwrap().as_list().unwrap()[0];
    assert!(certificate.get("properties").unwrap().get("password").is_none());
    assert!(certificate.get("properties").unwrap().get("keyVaultSecretId").is_some());
}

#[test]
fn what_comes_without_tls_is_sent_to_where_there_is_some() {
    let prod = prod();
    let gateway = prod.named(GATEWAY);
    let rules = gateway.find("properties/requestRoutingRules").unwrap().as_list().unwrap();
    let has = |name: &str, property: &str| {
        let rule = rules.iter().find(|rule| rule.get("name").unwrap().as_str() == Some(name)).unwrap();
        rule.get("properties").unwrap().get(property).is_some()
    };
    assert!(has("forward", "backendAddressPool") && !has("forward", "redirectConfiguration"));
    assert!(has("to-https", "redirectConfiguration") && !has("to-https", "backendAddressPool"));
    let priorities: BTreeSet<String> =
        rules.iter().map(|rule| format!("{:?}", rule.get("properties").unwrap().get("priority"))).collect();
    assert_eq!(priorities.len(), rules.len());
}

#[test]
fn no_part_of_the_gateway_makes_it_wait_for_itself() {
    let prod = prod();
    assert!(!prod.named(GATEWAY).waits_for().contains(&GATEWAY));
    assert!(
        prod.named(GATEWAY).waits_for().contains(&"group"),
        "ids of its parts begin with that of its group"
    );
}

#[test]
fn everything_that_has_logs_sends_them() {
    let region = declare(&EDGE, "prod", "eastus");
    let diagnosed: BTreeSet<&str> =
        region.of_type("Microsoft.Insights/diagnosticSettings").iter().flat_map(|d| d.waits_for()).collect();
    for resource in ["gateway/address", GATEWAY, "traffic-manager/profile"] {
        assert!(diagnosed.contains(resource), "{resource}: {diagnosed:?}");
    }
}

#[test]
fn traffic_manager_stands_in_the_recovery_region_only() {
    let kind = "Microsoft.Network/trafficmanagerprofiles";
    assert!(prod().of_type(kind).is_empty());
    let profile = declare(&EDGE, "prod", "eastus");
    let profile = profile.named("traffic-manager/profile");
    assert_eq!(profile.text("properties/trafficRoutingMethod"), Some("Priority"));
    assert_eq!(profile.text("properties/monitorConfig/protocol"), Some("HTTPS"));
    assert_eq!(profile.text("properties/monitorConfig/path"), Some("/health"));
    assert_eq!(profile.text("properties/monitorConfig/customHeaders/0/value"), Some("atp.example.com"));
    let error = refused("westeurope", &[("traffic_manager.time_to_live_seconds", "60")]);
    assert!(error.contains("which is the primary region") && error.contains("way out"), "{error}");
}

#[test]
fn a_failover_is_another_value_and_changes_two_endpoints() {
    let status = |changes: &[(&str, &str)]| {
        let declared = with("eastus", changes).unwrap();
        ["primary", "recovery"].map(|endpoint| {
            let endpoint = declared.named(&format!("traffic-manager/{endpoint}"));
            endpoint.text("properties/endpointStatus").unwrap().to_owned()
        })
    };
    assert_eq!(status(&[]), ["Enabled", "Disabled"]);
    assert_eq!(status(&[("active_region", "westeurope")]), ["Enabled", "Disabled"]);
    assert_eq!(status(&[("active_region", "eastus")]), ["Disabled", "Enabled"]);
    assert_eq!(status(&[("traffic_manager.automatic", "true")]), ["Enabled", "Enabled"]);

    let (before, after) =
        (with("eastus", &[]).unwrap(), with("eastus", &[("active_region", "eastus")]).unwrap());
    let different: Vec<&str> = before
        .0
        .iter()
        .zip(&after.0)
        .filter(|(before, after)| before.find("") != after.find(""))
        .map(|(before, _)| before.name())
        .collect();
    assert_eq!(different, ["traffic-manager/primary", "traffic-manager/recovery"]);
}

#[test]
fn endpoints_keep_their_order_because_azure_refuses_two_of_one_priority() {
    for active in ["westeurope", "eastus"] {
        let declared = with("eastus", &[("active_region", active)]).unwrap();
        let priority = |name: &str| declared.named(name).find("properties/priority").cloned();
        assert_eq!(priority("traffic-manager/primary"), Some(1_i64.into()));
        assert_eq!(priority("traffic-manager/recovery"), Some(2_i64.into()));
    }
}

#[test]
fn a_misspelt_region_does_not_pass_for_the_other_one() {
    let error = refused("eastus", &[("active_region", "eatus")]);
    assert!(error.contains("`active_region`: the region `eatus` has no code"), "{error}");
}

#[test]
fn no_two_public_names_are_one() {
    let names: BTreeSet<String> = SITES[2..]
        .iter()
        .map(|(environment, region)| {
            let declared = declare(&EDGE, environment, region);
            let name =
                declared.named("gateway/address").text("properties/dnsSettings/domainNameLabel").unwrap();
            format!("{name}.{region}")
        })
        .collect();
    assert_eq!(names.len(), 3, "{names:?}");
}

#[test]
fn the_way_in_has_alerts_of_its_own_that_tell_who_the_others_tell() {
    let names: BTreeSet<&str> = catalogue().iter().map(|alert| alert.name).collect();
    assert_eq!(names.len(), catalogue().len());
    let region = declare(&EDGE, "prod", "eastus");
    for alert in catalogue() {
        let rule = region.named(&format!("alerts/{}", alert.name));
        let action = match alert.signal {
            Signal::Query(_) => rule.find("properties/actions/actionGroups"),
            _ => rule.find("properties/actions"),
        };
        let group = if alert.severity.wakes_up() { "critical_action_group" } else { "warning_action_group" };
        assert!(format!("{action:?}").contains(group), "{}: {action:?}", alert.name);
    }
    assert!(!prod().names().contains(&"alerts/regions-unreachable"), "it has no Traffic Manager");
    let error = refused("westeurope", &[("alerts.gateway-latencyy.threshold", "1")]);
    assert!(error.contains("did you mean `gateway-latency`?"), "{error}");
}

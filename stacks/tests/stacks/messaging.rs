//! Topics and queues.

use super::declared::*;
use atp_iac::Value;
use stacks::MESSAGING;

fn refused(environment: &str, region: &str, changes: &[(&str, &str)]) -> String {
    let config = changed(&MESSAGING, environment, region, changes);
    let result = try_declare(&MESSAGING, environment, region, config);
    result.err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn large_environments_have_premium_and_a_private_endpoint_and_the_others_named_exceptions() {
    for (environment, region) in SITES {
        let declared = declare(&MESSAGING, environment, region);
        let namespace = declared.named("service-bus/namespace");
        let endpoints = declared.of_type("Microsoft.Network/privateEndpoints").len();
        let access = namespace.text("properties/publicNetworkAccess");
        let rules = declared.named("service-bus/network-rules");
        assert_eq!(rules.text("properties/defaultAction"), Some("Deny"), "{environment}");
        if ["staging", "prod"].contains(&environment) {
            assert_eq!(namespace.text("sku/name"), Some("Premium"), "{environment}");
            assert_eq!(namespace.find("properties/zoneRedundant"), Some(&true.into()));
            assert_eq!((access, endpoints), (Some("Disabled"), 1), "{environment}");
            assert_eq!(rules.text("properties/publicNetworkAccess"), Some("Disabled"));
        } else {
            assert_eq!(namespace.text("sku/name"), Some("Standard"), "{environment}");
            assert_eq!((access, endpoints), (Some("Enabled"), 0), "{environment}");
            assert_eq!(namespace.text("tags/public-exception"), Some("service-bus"));
            assert!(rules.find("properties/ipRules").and_then(Value::as_list).is_some_and(|r| !r.is_empty()));
        }
        assert_eq!(namespace.find("properties/disableLocalAuth"), Some(&true.into()), "{environment}");
        assert_eq!(namespace.text("properties/minimumTlsVersion"), Some("1.2"), "{environment}");
        let diagnostics = declared.of_type("Microsoft.Insights/diagnosticSettings");
        assert!(diagnostics.iter().any(|setting| setting.waits_for().contains(&"service-bus/namespace")));
    }
}

#[test]
fn without_the_exception_or_without_ranges_nothing_becomes_public() {
    let error = refused("dev", "westeurope", &[("public_exceptions.service-bus", "null")]);
    assert!(error.contains("no exception `service-bus` allows it"), "{error}");
    let error = refused("dev", "westeurope", &[("allowed_ranges", "[]")]);
    assert!(error.contains("`allowed_ranges` is missing"), "{error}");
}

#[test]
fn each_subscription_gets_what_it_asks_for_and_nothing_else() {
    let prod = declare(&MESSAGING, "prod", "westeurope");
    let topic = prod.named("service-bus/audit-events");
    assert_eq!(topic.find("properties/requiresDuplicateDetection"), Some(&true.into()));
    assert_eq!(topic.text("properties/duplicateDetectionHistoryTimeWindow"), Some("PT10M"));
    for name in ["audit-events-ingestion", "audit-events-projection", "audit-events-integrity"] {
        let subscription = prod.named(&format!("service-bus/{name}"));
        let path = "properties/deadLetteringOnMessageExpiration";
        assert_eq!(subscription.find(path), Some(&true.into()), "{name}");
        let nothing = prod.named(&format!("service-bus/{name}-nothing-else"));
        assert_eq!(nothing.text("name"), Some("$Default"));
        assert_eq!(nothing.text("properties/sqlFilter/sqlExpression"), Some("1=0"));
        let sessions = subscription.find("properties/requiresSession");
        assert_eq!(sessions, Some(&(name == "audit-events-integrity").into()), "{name}");
    }
    let filter = prod.named("service-bus/audit-events-ingestion-recorded");
    assert_eq!(filter.text("properties/correlationFilter/label"), Some("event.recorded"));
    assert!(prod.names().contains(&"service-bus/export-requests"));
    assert!(prod.names().contains(&"service-bus/policy-decisions"));
}

#[test]
fn what_service_bus_would_refuse_is_refused_by_name() {
    let topics = "topology.topics";
    for (environment, key, value, problem) in [
        (
            "prod",
            format!("{topics}.more"),
            "{ subscriptions: { audit-events-integrity: {} } }",
            "two topics have",
        ),
        ("prod", format!("{topics}.export-requests"), "{}", "one space of names for both"),
        (
            "prod",
            format!("{topics}.audit-events.subscriptions.audit-events-ingestion.filters.all"),
            "{ sql: '1=1', subject: all }",
            "either `sql`, or",
        ),
        ("prod", "capacity".to_owned(), "3", "can be 1, 2, 4, 8 or 16"),
        (
            "dev",
            "topology.queues.export-requests.megabytes".to_owned(),
            "10240",
            "only in a premium namespace",
        ),
        ("dev", "keys".to_owned(), "vault", "`keys` of our own need a premium namespace"),
        ("dev", "alias".to_owned(), "sb-atp-dev", "`alias` needs a premium namespace"),
    ] {
        let error = refused(environment, "westeurope", &[(&key, value)]);
        assert!(error.contains(problem), "{key}: {error}");
    }
}

#[test]
fn a_recovery_region_has_an_empty_namespace_and_the_alias() {
    let recovery = declare(&MESSAGING, "prod", "eastus");
    for kind in ["topics", "queues", "topics/subscriptions"] {
        assert!(recovery.of_type(&format!("Microsoft.ServiceBus/namespaces/{kind}")).is_empty());
    }
    let alias = recovery.named("alias");
    assert_eq!(alias.text("name"), Some("sb-atp-prod"));
    assert!(alias.waits_for().contains(&"service-bus/namespace"));
    let error = refused("prod", "eastus", &[("alias", "null")]);
    assert!(error.contains("`alias` is missing"), "{error}");
    let primary = declare(&MESSAGING, "prod", "westeurope");
    assert!(!primary.names().contains(&"alias"));
}

#[test]
fn prod_encrypts_with_a_key_of_our_own_after_it_may_be_used() {
    let namespace = declare(&MESSAGING, "prod", "westeurope");
    let namespace = namespace.named("service-bus/namespace");
    assert_eq!(namespace.text("properties/encryption/keySource"), Some("Microsoft.KeyVault"));
    assert!(namespace.waits_for().contains(&"service-bus-key/may-use-key"), "{:?}", namespace.waits_for());
}

#[test]
fn a_lock_waits_for_everything_in_its_scope() {
    let prod = declare(&MESSAGING, "prod", "westeurope");
    let lock = prod.named("keep-messaging");
    for name in ["messaging-group", "service-bus/namespace", "service-bus/audit-events-integrity"] {
        assert!(lock.waits_for().contains(&name), "{name}: {:?}", lock.waits_for());
        assert!(prod.named(name).registration.protect(), "{name}");
    }
    assert!(declare(&MESSAGING, "staging", "westeurope").of_type("Microsoft.Authorization/locks").is_empty());
}

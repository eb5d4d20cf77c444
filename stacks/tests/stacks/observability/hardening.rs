//! What must hold in every environment.

use super::*;
use atp_iac::Value;

#[test]
fn telemetry_is_signed_in_and_private_and_stored_in_the_workspace() {
    for declared in all() {
        let insights = declared.named("telemetry/insights");
        assert_eq!(insights.find("properties/DisableLocalAuth"), Some(&Value::Bool(true)));
        assert_eq!(insights.text("properties/publicNetworkAccessForIngestion"), Some("Disabled"));
        assert_eq!(insights.text("properties/publicNetworkAccessForQuery"), Some("Disabled"));
        assert_eq!(insights.text("properties/IngestionMode"), Some("LogAnalytics"));
        assert!(insights.find("properties/WorkspaceResourceId").is_some());
    }
}

#[test]
fn nothing_that_collects_is_public() {
    for declared in all() {
        let endpoint = declared.named("cluster/endpoint");
        assert_eq!(endpoint.text("properties/networkAcls/publicNetworkAccess"), Some("Disabled"));
        assert_eq!(
            declared.named("cluster/metrics").text("properties/publicNetworkAccess"),
            Some("Disabled")
        );
    }
}

#[test]
fn the_connection_string_goes_to_the_vault_and_is_secret_on_the_way() {
    let prod = prod();
    let secret = prod.named("telemetry/connection-string");
    assert!(secret.waits_for().contains(&"telemetry/insights"));
    assert!(secret.find("properties/value").unwrap().has_secret());
}

#[test]
fn agents_find_their_rules_by_the_names_they_look_for() {
    let prod = prod();
    let names: Vec<&str> = prod
        .of_type("Microsoft.Insights/dataCollectionRuleAssociations")
        .iter()
        .map(|association| association.text("name").unwrap())
        .collect();
    assert_eq!(
        names,
        ["configurationAccessEndpoint", "ContainerInsightsExtension", "ContainerInsightsMetricsExtension"]
    );
}

#[test]
fn azure_monitor_is_reached_privately_and_nothing_else_of_it_is() {
    for declared in all() {
        let scope = declared.named("private-link/scope");
        for mode in ["queryAccessMode", "ingestionAccessMode"] {
            assert_eq!(scope.text(&format!("properties/accessModeSettings/{mode}")), Some("PrivateOnly"));
        }
        for resource in ["workspace", "telemetry", "collection"] {
            assert!(
                declared
                    .named(&format!("private-link/{resource}"))
                    .waits_for()
                    .contains(&"private-link/scope")
            );
        }
        let endpoint = declared.named("private-link/private-link/endpoint");
        let connection = "properties/privateLinkServiceConnections/0/properties/groupIds/0";
        assert_eq!(endpoint.text(connection), Some("azuremonitor"));
    }
}

#[test]
fn grafana_is_private_and_signs_in_with_an_identity_where_there_is_one() {
    let config = changed(&OBSERVABILITY, "prod", "westeurope", &[("grafana.zone_redundant", "true")]);
    let with = try_declare(&OBSERVABILITY, "prod", "westeurope", config).unwrap();
    let grafana = with.named("grafana/grafana");
    assert_eq!(grafana.text("properties/publicNetworkAccess"), Some("Disabled"));
    assert_eq!(grafana.text("properties/apiKey"), Some("Disabled"));
    assert_eq!(grafana.text("properties/zoneRedundancy"), Some("Enabled"));
    assert!(with.named("grafana/reads-metrics").waits_for().contains(&"grafana/grafana"));
    assert!(with.names().contains(&"grafana/private-link/endpoint"));
}

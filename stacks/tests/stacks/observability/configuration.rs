//! What a change of the configuration changes.

use super::*;
use stacks::{DATA, FOUNDATION};

fn changed_prod(changes: &[(&str, &str)]) -> atp_iac::Result<Declared> {
    let config = changed(&OBSERVABILITY, "prod", "westeurope", changes);
    try_declare(&OBSERVABILITY, "prod", "westeurope", config)
}

fn refused(key: &str, value: &str) -> String {
    changed_prod(&[(key, value)]).err().map(|error| error.to_string()).unwrap_or_default()
}

fn threshold(declared: &Declared, alert: &str) -> f64 {
    let rule = declared.named(&format!("alerts/{alert}"));
    match rule.find("properties/criteria/allOf/0/threshold") {
        Some(atp_iac::Value::Number(number)) => number.as_f64().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn thresholds_and_severities_follow_the_configuration() {
    let (prod, dev) = (prod(), declare(&OBSERVABILITY, "dev", "westeurope"));
    assert_eq!((threshold(&prod, "sql-cpu"), threshold(&dev, "sql-cpu")), (75.0, 85.0));
    assert_eq!((threshold(&prod, "dead-letters"), threshold(&dev, "dead-letters")), (1.0, 100.0));
    assert!(dev.named("alerts/dead-letters").waits_for().contains(&"notifications/warning"));
    assert!(!dev.names().contains(&"alerts/logs-silent"));
}

#[test]
fn an_alert_that_nobody_knows_is_refused_with_the_one_that_was_meant() {
    let error = refused("alerts.sql-cpuu.threshold", "70");
    assert!(error.contains("unknown alert `sql-cpuu`; did you mean `sql-cpu`?"), "{error}");
}

#[test]
fn a_threshold_for_what_compares_with_no_number_is_refused() {
    let error = refused("alerts.lock-removed.threshold", "3");
    assert!(
        error.contains("the alert `lock-removed` compares with no number: remove its `threshold`"),
        "{error}"
    );
}

#[test]
fn a_group_that_tells_nobody_is_refused() {
    let error = refused("receivers.warning.emails", "");
    assert!(error.contains("`receivers.warning` names nobody"), "{error}");
}

#[test]
fn a_time_that_is_none_is_refused_with_its_place() {
    let error = refused("quiet_times.maintenance.start", "25:00:00");
    assert!(error.contains("`25:00:00` is not a time of the day"), "{error}");
    let error = refused("quiet_times.maintenance.end", "02:00:00");
    assert!(error.contains("it begins when it ends"), "{error}");
}

#[test]
fn a_table_cannot_be_asked_for_longer_than_it_is_kept() {
    let error = refused("tables.AzureActivity.total_days", "30");
    assert!(error.contains("the table `AzureActivity` cannot be kept for 30 days"), "{error}");
}

#[test]
fn cosmos_has_alerts_where_it_is_there() {
    let of_cosmos = |declared: &Declared| {
        declared.names().iter().filter(|name| name.starts_with("alerts/cosmos-")).count()
    };
    let (without, with) =
        (changed_prod(&[("watches_cosmos", "false")]), changed_prod(&[("watches_cosmos", "true")]));
    assert_eq!((of_cosmos(&without.unwrap()), of_cosmos(&with.unwrap())), (0, 3));
}

#[test]
fn the_subscription_is_watched_from_one_region() {
    let watching: Vec<(&str, &str)> = SITES
        .into_iter()
        .filter(|(environment, region)| {
            !declare(&OBSERVABILITY, environment, region)
                .of_type("Microsoft.Insights/activityLogAlerts")
                .is_empty()
        })
        .collect();
    assert_eq!(watching, SITES[..4]);
}

#[test]
fn critical_alerts_of_prod_are_never_quiet() {
    let prod = prod();
    let quiet = prod.named("quiet-times/maintenance");
    let severities = quiet.find("properties/conditions/0/values").unwrap().as_list().unwrap();
    assert_eq!(severities, ["Sev2".into(), "Sev3".into(), "Sev4".into()]);
    let dev = declare(&OBSERVABILITY, "dev", "westeurope");
    assert_eq!(dev.named("quiet-times/nights").find("properties/conditions"), None);
}

#[test]
fn logs_are_exported_where_blobs_may_be_appended_to() {
    let prod = prod();
    let destination = prod.named("logs/export").find("properties/destination/resourceId").unwrap();
    assert!(format!("{destination:?}").contains("data/hot_storage"), "{destination:?}");
    assert!(!declare(&OBSERVABILITY, "dev", "westeurope").names().contains(&"logs/export"));
}

#[test]
fn what_is_optional_in_other_stacks_is_watched_where_it_is_declared() {
    for (environment, region) in SITES {
        let declares = |program, kind| !declare(program, environment, region).of_type(kind).is_empty();
        let watching = declare(&OBSERVABILITY, environment, region);
        let watches = |alert: &str| watching.names().contains(&alert);
        assert_eq!(
            watches("alerts/cosmos-availability"),
            declares(&DATA, "Microsoft.DocumentDB/databaseAccounts"),
            "{environment} {region}: `watches_cosmos`"
        );
        assert_eq!(
            watches("alerts/hsm-availability"),
            declares(&FOUNDATION, "Microsoft.KeyVault/managedHSMs"),
            "{environment} {region}: `watches_managed_hsm`"
        );
    }
}

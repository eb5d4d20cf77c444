//! What a change of the configuration changes, and what is refused.

use super::*;
use std::collections::BTreeSet;

fn refused(changes: &[(&str, &str)]) -> String {
    let config = changed(&DATA, "prod", "westeurope", changes);
    let result = try_declare(&DATA, "prod", "westeurope", config);
    result.err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn another_tenant_adds_its_three_containers_and_changes_nothing_else() {
    let config =
        changed(&DATA, "prod", "westeurope", &[("tenants", "[adatum, contoso, fabrikam, northwind]")]);
    let (before, after) = (prod(), try_declare(&DATA, "prod", "westeurope", config).unwrap());
    let new: Vec<&Resource> =
        after.0.iter().filter(|resource| !before.names().contains(&resource.name())).collect();
    let names: BTreeSet<&str> = new.iter().filter_map(|resource| resource.text("name")).collect();
    assert_eq!(names, BTreeSet::from(["atp-adatum-audit-logs", "atp-adatum-exports", "atp-adatum-hot"]));
    for resource in &before.0 {
        assert_eq!(resource.find(""), after.named(resource.name()).find(""), "{}", resource.name());
    }
}

#[test]
fn a_tenant_whose_containers_azure_would_refuse_is_refused_by_name() {
    for tenant in ["Contoso", "a--b", "-a", "a_b"] {
        let error = refused(&[("tenants", &format!("['{tenant}']"))]);
        assert!(error.contains(&format!("the tenant `{tenant}` cannot name a container")), "{error}");
    }
    let error = refused(&[("tenants", "[a, a]")]);
    assert!(error.contains("the tenant `a` is there twice"), "{error}");
}

#[test]
fn tiers_that_an_account_does_not_have_are_refused() {
    let error = refused(&[("hot_storage.lifecycle.archive_after_days", "400")]);
    assert!(error.contains("needs `redundancy: lrs`") && error.contains("cold_after_days"), "{error}");
    let error = refused(&[("hot_storage.lifecycle.cold_after_days", "30")]);
    assert!(error.contains("`cold_after_days` is 30, and has to be more than `cool_after_days`"), "{error}");
    let error = refused(&[("archive.lifecycle.delete_versions_after_days", "400")]);
    assert!(error.contains("no version can be deleted before `retention_days`, which is 2557"), "{error}");
}

#[test]
fn sizes_that_sql_does_not_have_are_refused() {
    let error = refused(&[("sql.compute.cores", "2")]);
    assert!(error.contains("an even number of at least 4"), "{error}");
    let error = refused(&[("cosmos.databases.views.max_throughput", "4100")]);
    assert!(error.contains("steps of 1000"), "{error}");
}

#[test]
fn databases_without_a_pool_have_cores_of_their_own() {
    let config = changed(&DATA, "dev", "westeurope", &[("sql.compute.elastic_pool", "false")]);
    let declared = try_declare(&DATA, "dev", "westeurope", config).unwrap();
    assert!(declared.of_type("Microsoft.Sql/servers/elasticPools").is_empty());
    let database = declared.named("sql/catalog");
    assert_eq!(database.text("sku/name"), Some("GP_Gen5"));
    assert_eq!(database.find("sku/capacity"), Some(&2_i64.into()));
}

#[test]
fn with_keys_of_our_own_everything_waits_until_they_may_be_used() {
    let declared = prod();
    for (account, key) in [("hot-storage/account", "hot-storage-key"), ("archive/account", "archive-key")] {
        let account = declared.named(account);
        assert_eq!(account.text("properties/encryption/keySource"), Some("Microsoft.Keyvault"));
        assert!(account.waits_for().contains(&format!("{key}/may-use-key").as_str()));
        assert_eq!(declared.named(&format!("{key}/key")).text("properties/kty"), Some("RSA-HSM"));
    }
    let key = declared.named("sql/encryption-key");
    assert!(key.waits_for().contains(&"sql-key/may-use-key"), "{:?}", key.waits_for());
    let protector = declared.named("sql/encryption");
    assert_eq!(protector.text("properties/serverKeyType"), Some("AzureKeyVault"));
    let without = declare(&DATA, "dev", "westeurope");
    assert!(without.of_type("Microsoft.KeyVault/vaults/keys").is_empty());
    assert_eq!(without.named("sql/encryption").text("properties/serverKeyType"), Some("ServiceManaged"));
}

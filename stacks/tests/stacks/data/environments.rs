//! How environments differ: by configuration only.

use super::*;

#[test]
fn dev_is_small_and_cheap_and_prod_is_spread_over_zones() {
    let (dev, prod) = (declare(&DATA, "dev", "westeurope"), prod());
    assert_eq!(dev.named("hot-storage/account").text("sku/name"), Some("Standard_LRS"));
    assert_eq!(prod.named("hot-storage/account").text("sku/name"), Some("Standard_GZRS"));
    assert_eq!(dev.named("sql/pool").text("sku/tier"), Some("GeneralPurpose"));
    assert_eq!(prod.named("sql/pool").text("sku/tier"), Some("BusinessCritical"));
    assert_eq!(prod.named("sql/pool").find("properties/zoneRedundant"), Some(&true.into()));
    assert!(dev.of_type("Microsoft.DocumentDB/databaseAccounts").is_empty());
    assert_eq!(prod.of_type("Microsoft.DocumentDB/databaseAccounts").len(), 1);
}

#[test]
fn only_the_archive_of_prod_is_locked() {
    let path = "properties/immutableStorageWithVersioning/immutabilityPolicy/state";
    let states = SITES.map(|(environment, region)| {
        declare(&DATA, environment, region).named("archive/account").text(path).unwrap().to_owned()
    });
    assert_eq!(states, ["Unlocked", "Unlocked", "Unlocked", "Locked", "Locked"]);
}

#[test]
fn what_holds_data_is_protected_and_locked_in_prod() {
    for (environment, region) in SITES {
        let declared = declare(&DATA, environment, region);
        let expected = environment == "prod";
        let stores = ["hot-storage/account", "archive/account", "sql/server", "hot-storage/contoso-hot"];
        for name in stores {
            let protect = declared.named(name).registration.protect();
            assert_eq!(protect, expected, "{name} in {environment}");
        }
        let locks = declared.of_type("Microsoft.Authorization/locks").len();
        assert_eq!(locks, if expected { 2 } else { 0 }, "{environment}");
    }
}

#[test]
fn a_recovery_region_stores_copies_and_nothing_of_its_own() {
    let recovery = declare(&DATA, "prod", "eastus");
    assert_eq!(recovery.of_type("Microsoft.Sql/servers").len(), 1);
    for kind in ["Microsoft.Sql/servers/databases", "Microsoft.DocumentDB/databaseAccounts"] {
        assert!(recovery.of_type(kind).is_empty(), "{kind}");
    }
    assert_eq!(recovery.named("sql/pool").text("name"), prod().named("sql/pool").text("name"));
    let group = recovery.named("failover-group");
    assert_eq!(group.text("name"), Some("fog-atp-prod"));
    assert_eq!(group.text("properties/readWriteEndpoint/failoverPolicy"), Some("Automatic"));
    for name in ["sql/server", "sql/pool", "sql/encryption"] {
        assert!(group.waits_for().contains(&name), "{name}: {:?}", group.waits_for());
    }
    assert!(recovery.names().contains(&"private-service/endpoint"), "a way to Cosmos DB");
    assert!(
        !recovery.names().contains(&"sql-key/key"),
        "copies are opened with the key of the primary region"
    );
}

#[test]
fn a_recovery_region_copies_each_container() {
    let recovery = declare(&DATA, "prod", "eastus");
    for (account, count) in [("hot-storage", 6), ("archive", 3)] {
        let rules = recovery.named(&format!("{account}-copies")).find("properties/rules").unwrap();
        assert_eq!(rules.as_list().unwrap().len(), count, "{account}");
        let copying = recovery.named(&format!("{account}-copying"));
        assert!(copying.waits_for().contains(&format!("{account}-copies").as_str()));
    }
    let config = changed(&DATA, "prod", "eastus", &[("archive.append_writes", "true")]);
    let error = try_declare(&DATA, "prod", "eastus", config).err().unwrap().to_string();
    assert!(error.contains("archive.append_writes: false"), "{error}");
}

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
            let protect = declared.named(name).registration.protect;
            assert_eq!(protect, expected, "{name} in {environment}");
        }
        let locks = declared.of_type("Microsoft.Authorization/locks").len();
        assert_eq!(locks, if expected { 2 } else { 0 }, "{environment}");
    }
}

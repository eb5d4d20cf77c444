//! How environments and regions differ: by configuration only.

use super::*;
use atp_iac::Value;
use std::collections::BTreeSet;

const PEERING: &str = "Microsoft.Network/virtualNetworks/virtualNetworkPeerings";

fn all() -> Vec<Declared> {
    SITES.iter().map(|(environment, region)| declare(&FOUNDATION, environment, region)).collect()
}

#[test]
fn prod_is_a_stack_of_about_a_hundred_resources_and_dev_is_smaller() {
    let (prod, dev) = (prod(), declare(&FOUNDATION, "dev", "westeurope"));
    assert!((70..=130).contains(&prod.0.len()), "{}: {:#?}", prod.0.len(), prod.names());
    assert!(dev.0.len() < prod.0.len());
    let (first, second) = (prod.names(), declare(&FOUNDATION, "prod", "eastus"));
    let more: Vec<&str> = second.names().into_iter().filter(|name| !first.contains(name)).collect();
    assert_eq!(
        more,
        ["peering-to-primary", "peering-from-primary"],
        "else the second region is like the first"
    );
}

#[test]
fn only_prod_is_locked() {
    let locks: Vec<usize> = all().iter().map(|d| d.of_type("Microsoft.Authorization/locks").len()).collect();
    assert_eq!(locks, [0, 0, 0, 4, 4]);
}

#[test]
fn only_prod_keeps_keys_in_hardware() {
    let skus: Vec<String> = all()
        .iter()
        .map(|d| d.named("key-vault/vault").text("properties/sku/name").unwrap().to_owned())
        .collect();
    assert_eq!(skus, ["standard", "standard", "standard", "premium", "premium"]);
}

#[test]
fn the_regions_of_prod_are_peered_from_the_second_one_and_let_each_other_in() {
    let second = declare(&FOUNDATION, "prod", "eastus");
    let back = second.named("peering-from-primary");
    assert!(back.waits_for().contains(&"peering-to-primary"));
    assert_eq!(back.text("name"), Some("to-eastus"));
    for (declared, other) in [(prod(), "10.41.0.0/16"), (second, "10.40.0.0/16")] {
        let rule = rule(declared.named("network/private-link-security-group"), "allow-from-peered-region");
        assert_eq!(rule.get("sourceAddressPrefix"), Some(&other.into()));
    }
    assert!(declare(&FOUNDATION, "dev", "westeurope").of_type(PEERING).is_empty());
}

#[test]
fn only_prod_has_a_managed_hsm_and_its_key_waits_for_people() {
    let hsms = all().iter().map(|d| d.of_type("Microsoft.KeyVault/managedHSMs").len()).collect::<Vec<_>>();
    assert_eq!(hsms, [0, 0, 0, 1, 1]);
    let keys = |declared: &Declared| declared.of_type("Microsoft.KeyVault/managedHSMs/keys").len();
    assert_eq!(keys(&prod()), 0, "an HSM that is not activated holds no key");
    assert_eq!(keys(&prod_with(&[("managed_hsm.activated", "true")])), 1);
}

#[test]
fn the_way_out_stands_in_all_zones_except_where_it_is_small() {
    let zones = |declared: &Declared| {
        let gateway = declared.named("egress/gateway");
        gateway.find("zones").and_then(Value::as_list).map_or(0, <[Value]>::len)
    };
    assert_eq!(all().iter().map(zones).collect::<Vec<_>>(), [0, 3, 3, 3, 3]);
}

#[test]
fn no_two_networks_share_addresses_and_no_two_vaults_a_name() {
    let mut spaces = BTreeSet::new();
    let mut vaults = BTreeSet::new();
    for declared in all() {
        let network = declared.named("network/virtual-network");
        let space =
            network.find("properties/addressSpace/addressPrefixes").unwrap().as_list().unwrap()[0].clone();
        assert!(spaces.insert(space.as_str().unwrap().to_owned()));
        assert!(vaults.insert(declared.named("key-vault/vault").text("name").unwrap().to_owned()));
    }
}

#[test]
fn the_same_configuration_declares_the_same() {
    let urns = |d: Declared| d.0.into_iter().map(|r| r.registration.urn).collect::<Vec<_>>();
    assert_eq!(urns(prod()), urns(prod()));
}

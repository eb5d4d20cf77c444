//! How environments and regions differ: by configuration only.

use super::*;
use std::collections::BTreeSet;

fn all() -> Vec<Declared> {
    SITES.iter().map(|(environment, region)| declare(&FOUNDATION, environment, region)).collect()
}

#[test]
fn prod_is_a_stack_of_about_a_hundred_resources_and_dev_is_smaller() {
    let (prod, dev) = (prod(), declare(&FOUNDATION, "dev", "westeurope"));
    assert!((70..=130).contains(&prod.0.len()), "{}: {:#?}", prod.0.len(), prod.names());
    assert!(dev.0.len() < prod.0.len());
    assert_eq!(all()[4].0.len(), prod.0.len(), "the second region is like the first");
}

#[test]
fn only_prod_is_locked() {
    let locks: Vec<usize> = all().iter().map(|d| d.of_type("Microsoft.Authorization/locks").len()).collect();
    assert_eq!(locks, [0, 0, 0, 3, 3]);
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

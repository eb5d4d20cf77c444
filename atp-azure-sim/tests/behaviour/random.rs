use std::time::Duration;

use atp_azure_sim::{Method, Settings};
use serde_json::{Value, json};

use crate::descriptors;
use crate::support::{World, group, id, vault_body, with};

/// Small numbers that follow from a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())].clone()
    }
}

fn target(dice: &mut Dice) -> (String, &'static str, Value) {
    let name = dice.pick(&["aaa", "bbb", "AAA"]);
    let net = id(&format!("Microsoft.Network/virtualNetworks/{name}"));
    let located = json!({ "location": "westeurope" });
    match dice.roll(8) {
        0 => (group(dice.pick(&["G", "h"])), "Microsoft.Resources/resourceGroups", located),
        1 => (net, "Microsoft.Network/virtualNetworks", located),
        2 => {
            let subnets = json!([{ "name": dice.pick(&["x", "y"]) }]);
            let body = json!({ "location": "westeurope", "properties": { "subnets": subnets } });
            (net, "Microsoft.Network/virtualNetworks", body)
        }
        3 => {
            let subnet = dice.pick(&["x", "y", "z"]);
            (format!("{net}/subnets/{subnet}"), "Microsoft.Network/virtualNetworks/subnets", json!({}))
        }
        4 => (id(&format!("Microsoft.KeyVault/vaults/{name}")), "Microsoft.KeyVault/vaults", vault_body()),
        5 => (
            id(&format!("Microsoft.Storage/storageAccounts/{}", name.to_lowercase())),
            "Microsoft.Storage/storageAccounts",
            located,
        ),
        6 => (
            id(&format!("Microsoft.ManagedIdentity/userAssignedIdentities/{name}")),
            "Microsoft.ManagedIdentity/userAssignedIdentities",
            located,
        ),
        _ => (
            format!("{}/providers/Microsoft.Authorization/locks/keep", group("h")),
            "Microsoft.Authorization/locks",
            json!({ "properties": { "level": dice.pick(&["CanNotDelete", "ReadOnly"]) } }),
        ),
    }
}

/// One request at random; its answer is one that the type's clients accept, or an error of ARM.
fn step(world: &World, dice: &mut Dice) {
    let (path, type_name, body) = target(dice);
    let descriptor = descriptors::ALL.iter().find(|d| d.name == type_name).unwrap();
    let (method, rules) = match dice.roll(6) {
        0 | 1 => (Method::Put, Some(descriptor.put)),
        2 => (Method::Patch, descriptor.patch),
        3 => (Method::Delete, descriptor.delete),
        _ => (Method::Get, None),
    };
    let response = world.send(world.request(method, &path).with_json(&body));
    match rules {
        Some(rules) if response.status < 400 => {
            assert!(rules.codes.contains(&response.status), "{method:?} {path}: {}", response.status);
        }
        _ if response.status >= 400 => {
            assert!(response.value()["error"]["code"].is_string(), "{method:?} {path}");
        }
        _ => assert_eq!(response.status, 200, "{method:?} {path}"),
    }
    assert_ne!(response.status, 500);
    world.time.pass(Duration::from_millis(dice.roll(900) as u64));
}

#[test]
fn whatever_is_asked_the_answers_are_of_the_contract_and_what_is_shown_can_be_put_again() {
    for seed in 0..20 {
        let settings = Settings { operation_duration: Duration::from_secs(1), ..Settings::default() };
        let (world, mut dice) = (with(settings), Dice(seed));
        for _ in 0..300 {
            step(&world, &mut dice);
        }
        world.time.pass(Duration::from_secs(10));
        for (id, shown) in world.simulator.resources().unwrap() {
            let locked = shown["type"] != "Microsoft.Authorization/locks" && id.contains("/h");
            world.time.pass(Duration::from_secs(10));
            let response = world.put(&id, shown.clone());
            assert!(locked || response.status < 300, "seed {seed}: {id}: {}", response.value());
            world.time.pass(Duration::from_secs(10));
            let again = world.get(&id).value();
            assert_eq!(again["properties"]["provisioningState"], shown["properties"]["provisioningState"]);
        }
    }
}

//! What observes the others, and the way in: on the foundation, and on a stand-in for the cluster.

use super::stand_ins;
use super::world::*;
use atp_azure_sim::Settings;
use atp_iac::engine::{Deployment, Kind};
use stacks::{DATA, EDGE, FOUNDATION, OBSERVABILITY};

/// Without locks: they are taken off before a stack is destroyed.
const UNLOCKED: [(&str, &str); 2] = [("locks", "false"), ("protect", "false")];

/// All stacks of an environment, the lower ones first.
fn stacks(environment: &str) -> Vec<Deployment> {
    let deployment = |program, changes: &[_]| deployment(program, environment, "westeurope", changes);
    vec![
        deployment(FOUNDATION, &UNLOCKED),
        deployment(stand_ins::AKS, &[]),
        deployment(DATA, &UNLOCKED),
        deployment(stacks::MESSAGING, &UNLOCKED),
        deployment(OBSERVABILITY, &[]),
        deployment(EDGE, &[("protect", "false")]),
    ]
}

async fn comes_and_goes(settings: Settings, environment: &str) {
    let world = World::with(settings);
    let stacks = stacks(environment);
    let stacks: Vec<&Deployment> = stacks.iter().collect();
    world.settle(&stacks).await;
    world.clear(&stacks).await;
}

#[tokio::test]
async fn prod_is_deployed_plans_to_nothing_and_is_destroyed_without_a_rest() {
    comes_and_goes(Settings::default(), "prod").await;
}

#[tokio::test]
async fn dev_is_deployed_without_a_way_in() {
    comes_and_goes(Settings::default(), "dev").await;
}

#[tokio::test]
async fn a_service_that_spells_orders_and_fills_in_as_it_likes_changes_no_plan() {
    for seed in 0..2 {
        comes_and_goes(Settings { noise: Some(seed), ..Settings::default() }, "prod").await;
    }
}

#[tokio::test]
async fn another_threshold_is_one_update() {
    let world = World::with(Settings::default());
    let stacks = stacks("dev");
    for stack in &stacks {
        world.run(stack, Kind::Up).await;
    }
    let changes = [("alerts.sql-cpu.threshold", "60")];
    let lower = deployment(OBSERVABILITY, "dev", "westeurope", &changes);
    let plan = world.preview(&lower, true).await;
    let names: Vec<&str> = changed(&plan).iter().map(|operation| operation.urn.name()).collect();
    assert_eq!(names, ["alerts/sql-cpu"]);
}

#[tokio::test]
async fn a_failover_of_clients_updates_two_endpoints_and_needs_the_recovery_region_only() {
    let world = World::with(Settings { noise: Some(7), ..Settings::default() });
    let at = |program, region, changes: &[_]| deployment(program, "prod", region, changes);
    let primary = at(EDGE, "westeurope", &[("protect", "false")]);
    let recovery = |active| at(EDGE, "eastus", &[("protect", "false"), ("active_region", active)]);
    let (before, after) = (recovery("westeurope"), recovery("eastus"));
    let lower = ["westeurope", "eastus"]
        .map(|region| [at(FOUNDATION, region, &UNLOCKED), at(stand_ins::OBSERVABILITY, region, &[])]);
    let mut stacks: Vec<&Deployment> = lower.iter().flatten().collect();
    stacks.extend([&primary, &before]);
    world.settle(&stacks).await;
    let plan = world.preview(&after, true).await;
    let names: Vec<&str> = changed(&plan).iter().map(|operation| operation.urn.name()).collect();
    assert_eq!(names, ["traffic-manager/primary", "traffic-manager/recovery"]);
    world.settle(&[&after]).await;
    world.clear(&stacks).await;
}

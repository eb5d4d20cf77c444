//! The foundation.

use super::world::*;
use atp_azure_sim::Settings;
use atp_iac::engine::{Deployment, Kind};
use atp_iac::plan::{Operation, OperationKind};
use stacks::FOUNDATION;

fn foundation(environment: &str, changes: &[(&str, &str)]) -> Deployment {
    deployment(FOUNDATION, environment, "westeurope", changes)
}

#[tokio::test]
async fn prod_is_deployed_plans_to_nothing_and_is_destroyed_without_a_rest() {
    let world = World::with(Settings::default());
    let prod = foundation("prod", &[]);
    let update = world.run(&prod, Kind::Up).await;
    let created = update.report.as_ref().unwrap().done.create;
    assert!((70..=130).contains(&created), "{created} resources");
    // The rules of a security group are part of it in the program, and children of it in Azure.
    let ids = world.simulator.resources().unwrap().into_iter().map(|(id, _)| id);
    assert_eq!(ids.filter(|id| !id.contains("/securityRules/")).count(), created);
    assert!(!world.preview(&prod, false).await.has_changes());
    let refreshed = world.preview(&prod, true).await;
    assert!(!refreshed.has_changes(), "{:#?}", changed(&refreshed));
    let refused = world.preview_destroy(&prod).await;
    assert!(refused.refusals.iter().any(|refusal| refusal.message.contains("protected")), "{refused:#?}");
    world.run(&foundation("prod", &[("protect", "false")]), Kind::Up).await;
    world.run(&prod, Kind::Destroy).await;
    assert!(world.simulator.is_empty().unwrap(), "{:#?}", world.simulator.resources());
}

#[tokio::test]
async fn the_second_region_of_prod_is_peered_with_the_first_and_goes_without_it() {
    let world = World::with(Settings::default());
    let changes = [("protect", "false"), ("locks", "false")];
    let first = foundation("prod", &changes);
    world.run(&first, Kind::Up).await;
    let second = deployment(FOUNDATION, "prod", "eastus", &changes);
    world.run(&second, Kind::Up).await;
    let peerings = || {
        let ids = world.simulator.resources().unwrap().into_iter().map(|(id, _)| id);
        ids.filter(|id| id.contains("/virtualNetworkPeerings/")).collect::<Vec<_>>()
    };
    let ends: Vec<_> =
        peerings().iter().map(|id| id.rsplit('/').take(3).last().unwrap().to_owned()).collect();
    assert_eq!(ends, ["vnet-atp-prod-eus", "vnet-atp-prod-weu"]);
    for deployment in [&first, &second] {
        let plan = world.preview(deployment, true).await;
        assert!(!plan.has_changes(), "{:#?}", changed(&plan));
    }
    world.run(&second, Kind::Destroy).await;
    assert!(peerings().is_empty());
    assert!(!world.preview(&first, true).await.has_changes());
}

#[tokio::test]
async fn one_changed_value_is_one_update() {
    let world = World::with(Settings::default());
    world.run(&foundation("prod", &[]), Kind::Up).await;
    let longer = foundation("prod", &[("log_retention_days", "400")]);
    let plan = world.preview(&longer, false).await;
    let changed = changed(&plan);
    assert_eq!(changed.len(), 1, "{changed:#?}");
    assert_eq!(changed[0].action, OperationKind::Update);
    assert_eq!(changed[0].changes[0].path.to_string(), "properties.retentionInDays");
    world.run(&longer, Kind::Up).await;
    assert!(!world.preview(&longer, true).await.has_changes());
}

#[tokio::test]
async fn a_renamed_vault_is_replaced_and_the_plan_names_the_property() {
    let world = World::with(Settings::default());
    world.run(&foundation("prod", &[("protect", "false")]), Kind::Up).await;
    let renamed = foundation("prod", &[("key_vault_name", "kv-atp-renamed"), ("protect", "false")]);
    let plan = world.preview(&renamed, false).await;
    let vault = plan.operations.iter().find(|o| o.kind == "Microsoft.KeyVault/vaults").unwrap();
    assert_eq!(vault.action, OperationKind::Replace);
    let forcing: Vec<String> =
        vault.changes.iter().filter(|c| c.replaces).map(|c| c.path.to_string()).collect();
    assert_eq!(forcing, ["name"]);
    world.run(&renamed, Kind::Up).await;
    assert!(!world.preview(&renamed, true).await.has_changes());
    let vaults: Vec<String> = world
        .simulator
        .resources()
        .unwrap()
        .into_iter()
        .map(|(id, _)| id)
        .filter(|id| id.rsplit('/').nth(1) == Some("vaults"))
        .collect();
    assert_eq!(vaults.len(), 1, "{vaults:?}");
    world.run(&renamed, Kind::Destroy).await;
    assert!(world.simulator.is_empty().unwrap());
}

#[tokio::test]
async fn a_removed_subnet_is_deleted_and_nothing_else_but_what_belongs_to_it() {
    let world = World::with(Settings::default());
    world.run(&foundation("prod", &[]), Kind::Up).await;
    let without = foundation("prod", &[("subnets.service-bus", "null")]);
    let plan = world.preview(&without, false).await;
    let changed = changed(&plan);
    let (deleted, updated): (Vec<&Operation>, Vec<&Operation>) =
        changed.iter().partition(|operation| operation.action == OperationKind::Delete);
    let names = |operations: Vec<&Operation>| -> Vec<String> {
        operations.iter().map(|operation| operation.urn.name().to_owned()).collect()
    };
    let mut deleted = names(deleted);
    deleted.sort();
    let gone = ["", "-diagnostics", "-security-group"].map(|part| format!("network/service-bus{part}"));
    assert_eq!(deleted, gone);
    // Private endpoints let its addresses in no longer.
    assert_eq!(names(updated), ["network/private-link-security-group"]);
    world.run(&without, Kind::Up).await;
    assert!(!world.preview(&without, true).await.has_changes());
}

#[tokio::test]
async fn every_environment_is_deployed_by_configuration_alone() {
    for environment in ["dev", "test", "staging"] {
        let world = World::with(Settings::default());
        let deployment = foundation(environment, &[]);
        world.run(&deployment, Kind::Up).await;
        let plan = world.preview(&deployment, true).await;
        assert!(!plan.has_changes(), "{environment}: {:#?}", changed(&plan));
    }
}

#[tokio::test]
async fn a_service_that_spells_orders_and_fills_in_as_it_likes_changes_no_plan() {
    for seed in 0..6 {
        let world = World::with(Settings { noise: Some(seed), ..Settings::default() });
        let prod = foundation("prod", &[("protect", "false")]);
        world.run(&prod, Kind::Up).await;
        for refresh in [false, true] {
            let plan = world.preview(&prod, refresh).await;
            assert!(!plan.has_changes(), "seed {seed}, refresh {refresh}: {:#?}", changed(&plan));
        }
        let longer = foundation("prod", &[("log_retention_days", "400"), ("protect", "false")]);
        let plan = world.preview(&longer, true).await;
        assert_eq!(changed(&plan).len(), 1, "seed {seed}: {:#?}", changed(&plan));
        world.run(&longer, Kind::Up).await;
        assert!(!world.preview(&longer, true).await.has_changes(), "seed {seed}");
        world.run(&longer, Kind::Destroy).await;
        assert!(world.simulator.is_empty().unwrap(), "seed {seed}");
    }
}

//! Databases and storage.

use super::world::*;
use atp_azure_sim::Settings;
use atp_iac::engine::Kind;
use stacks::{DATA, FOUNDATION};

/// Without locks: they are taken off before a stack is destroyed.
const UNLOCKED: [(&str, &str); 2] = [("locks", "false"), ("protect", "false")];

#[tokio::test]
async fn every_environment_is_deployed_plans_to_nothing_and_is_destroyed_without_a_rest() {
    for environment in ["dev", "test", "staging", "prod"] {
        let world = World::with(Settings::default());
        let foundation = deployment(FOUNDATION, environment, "westeurope", &UNLOCKED);
        let data = deployment(DATA, environment, "westeurope", &UNLOCKED);
        world.settle(&[&foundation, &data]).await;
        world.clear(&[&foundation, &data]).await;
    }
}

#[tokio::test]
async fn a_service_that_spells_orders_and_fills_in_as_it_likes_changes_no_plan() {
    for seed in 0..2 {
        let world = World::with(Settings { noise: Some(seed), ..Settings::default() });
        let foundation = deployment(FOUNDATION, "prod", "westeurope", &UNLOCKED);
        let data = deployment(DATA, "prod", "westeurope", &UNLOCKED);
        world.settle(&[&foundation, &data]).await;
        world.clear(&[&foundation, &data]).await;
    }
}

#[tokio::test]
async fn another_tenant_is_three_creates_and_nothing_else() {
    let world = World::with(Settings::default());
    let foundation = deployment(FOUNDATION, "dev", "westeurope", &[]);
    world.settle(&[&foundation, &deployment(DATA, "dev", "westeurope", &[])]).await;
    let more = deployment(DATA, "dev", "westeurope", &[("tenants", "[adatum, contoso, fabrikam]")]);
    let plan = world.preview(&more, true).await;
    let names: Vec<&str> = changed(&plan).iter().map(|operation| operation.urn.name()).collect();
    let expected = ["archive/adatum-audit-logs", "hot-storage/adatum-exports", "hot-storage/adatum-hot"];
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected);
    world.run(&more, Kind::Up).await;
    assert!(!world.preview(&more, true).await.has_changes());
}

#[tokio::test]
async fn a_locked_retention_becomes_longer_and_never_shorter_or_loose() {
    let world = World::with(Settings::default());
    let foundation = deployment(FOUNDATION, "prod", "westeurope", &UNLOCKED);
    world.settle(&[&foundation, &deployment(DATA, "prod", "westeurope", &UNLOCKED)]).await;
    let with = |key, value| deployment(DATA, "prod", "westeurope", &[UNLOCKED[0], UNLOCKED[1], (key, value)]);
    for (key, value) in [("archive.retention_days", "365"), ("archive.lock", "false")] {
        let plan = world.preview(&with(key, value), false).await;
        let told: Vec<&str> = plan.refusals.iter().map(|refusal| refusal.message.as_str()).collect();
        let why = "the policy can never be unlocked or shortened";
        assert!(
            told.iter().any(|told| told.contains("`archive/account`") && told.ends_with(why)),
            "{told:?}"
        );
    }
    let longer = with("archive.retention_days", "3653");
    let plan = world.preview(&longer, true).await;
    let names: Vec<&str> = changed(&plan).iter().map(|operation| operation.urn.name()).collect();
    assert_eq!(names, ["archive/account"]);
    world.settle(&[&longer]).await;
}

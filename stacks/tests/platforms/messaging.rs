//! Topics and queues.

use super::world::*;
use atp_azure_sim::Settings;
use stacks::{FOUNDATION, MESSAGING};

/// Without locks: those of the foundation hold for what this stack has in its scopes.
const UNLOCKED: [(&str, &str); 2] = [("locks", "false"), ("protect", "false")];

#[tokio::test]
async fn every_environment_is_deployed_plans_to_nothing_and_is_destroyed_without_a_rest() {
    for environment in ["dev", "test", "staging", "prod"] {
        let world = World::with(Settings::default());
        let foundation = deployment(FOUNDATION, environment, "westeurope", &UNLOCKED);
        let messaging = deployment(MESSAGING, environment, "westeurope", &UNLOCKED);
        world.settle(&[&foundation, &messaging]).await;
        world.clear(&[&foundation, &messaging]).await;
    }
}

#[tokio::test]
async fn a_service_that_spells_orders_and_fills_in_as_it_likes_changes_no_plan() {
    for (seed, environment) in [(0, "dev"), (1, "prod")] {
        let world = World::with(Settings { noise: Some(seed), ..Settings::default() });
        let foundation = deployment(FOUNDATION, environment, "westeurope", &UNLOCKED);
        let messaging = deployment(MESSAGING, environment, "westeurope", &UNLOCKED);
        world.settle(&[&foundation, &messaging]).await;
        world.clear(&[&foundation, &messaging]).await;
    }
}

#[tokio::test]
async fn another_filter_is_one_create_and_a_removed_one_one_delete() {
    let world = World::with(Settings::default());
    let foundation = deployment(FOUNDATION, "dev", "westeurope", &[]);
    world.settle(&[&foundation, &deployment(MESSAGING, "dev", "westeurope", &[])]).await;
    let key = "topology.topics.audit-events.subscriptions.audit-events-ingestion.filters";
    let other = deployment(
        MESSAGING,
        "dev",
        "westeurope",
        &[(&format!("{key}.imported"), "{ subject: event.imported }"), (&format!("{key}.recorded"), "null")],
    );
    let plan = world.preview(&other, true).await;
    let names: Vec<(&str, String)> = changed(&plan)
        .iter()
        .map(|operation| (operation.urn.name(), format!("{:?}", operation.action)))
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(
        names.contains(&("service-bus/audit-events-ingestion-imported", "Create".to_owned())),
        "{names:?}"
    );
    assert!(
        names.contains(&("service-bus/audit-events-ingestion-recorded", "Delete".to_owned())),
        "{names:?}"
    );
    world.settle(&[&other]).await;
}

#[tokio::test]
async fn a_queue_of_a_locked_group_is_replaced_and_the_group_is_locked_again() {
    let world = World::with(Settings::default());
    let foundation = deployment(FOUNDATION, "dev", "westeurope", &UNLOCKED);
    let locked = |sessions: &str| {
        let sessions = ("topology.queues.export-requests.sessions", sessions);
        deployment(MESSAGING, "dev", "westeurope", &[("locks", "true"), ("protect", "false"), sessions])
    };
    world.settle(&[&foundation, &locked("false")]).await;
    let other = locked("true");
    let plan = world.preview(&other, false).await;
    let replaced: Vec<&str> = (plan.operations.iter())
        .filter(|operation| operation.action.replaces())
        .map(|operation| operation.urn.name())
        .collect();
    assert_eq!(replaced, ["service-bus/export-requests", "keep-messaging"]);
    world.settle(&[&other]).await;
    let locks = world.simulator.resources().unwrap().into_iter().map(|(id, _)| id);
    assert_eq!(locks.filter(|id| id.contains("/locks/")).count(), 1);
}

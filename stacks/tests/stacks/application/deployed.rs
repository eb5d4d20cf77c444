//! The application on the stacks below it, deployed to the simulator.

use super::*;
use atp_azure_sim::Settings;
use atp_iac::Value;
use stand_ins::{DATA, MESSAGING, OBSERVABILITY};

const OPEN: (&str, &str) = ("protect", "false");

async fn below(settings: Settings) -> World {
    let world = World::with("test", "westeurope", settings);
    for program in [&FOUNDATION, &AKS] {
        world.up(program, &[OPEN]).await;
    }
    for program in [&DATA, &MESSAGING, &OBSERVABILITY] {
        world.up(program, &[]).await;
    }
    world
}

fn entry<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[tokio::test]
async fn it_is_deployed_plans_to_nothing_and_is_destroyed_without_a_rest() {
    let world = below(Settings::default()).await;
    for changes in [&[("documents", "false")][..], &[]] {
        world.up(&APPLICATION, changes).await;
        world.assert_settled(&APPLICATION, changes).await;
    }
    world.destroy(&APPLICATION).await;
    for program in [&OBSERVABILITY, &MESSAGING, &DATA, &AKS, &FOUNDATION] {
        world.destroy(program).await;
    }
    assert!(world.simulator.is_empty().unwrap(), "{:#?}", world.simulator.resources());
}

#[tokio::test]
async fn a_service_that_spells_orders_and_fills_in_as_it_likes_changes_no_plan() {
    for seed in 0..2 {
        let world = below(Settings { noise: Some(seed), ..Settings::default() }).await;
        let changes = [("gitops.user", "reader"), ("gitops.token", "hunter2")];
        world.up(&APPLICATION, &changes).await;
        world.assert_settled(&APPLICATION, &changes).await;
    }
}

#[tokio::test]
async fn manifests_get_client_ids_subjects_and_users_of_databases() {
    let world = below(Settings::default()).await;
    world.up(&APPLICATION, &[]).await;
    let client_ids = world.output(&APPLICATION, "client_ids").await;
    let of_foundation = world.output(&FOUNDATION, "ingestion").await;
    assert_eq!(entry(&client_ids, "ingestion"), entry(&of_foundation, "client_id"));
    assert_eq!(client_ids.as_map().unwrap().len(), 8);
    let subjects = world.output(&APPLICATION, "subjects").await;
    assert_eq!(entry(&subjects, "query"), "system:serviceaccount:atp:query");
    assert_eq!(
        entry(&subjects, "gitops/source-controller"),
        "system:serviceaccount:flux-system:source-controller"
    );
    let users = world.output(&APPLICATION, "database_users").await;
    assert_eq!(entry(&users, "integrity"), "id-atp-test-weu-integrity");
    assert!(users.get("gateway").is_none());
    let facts = world.output(&APPLICATION, "facts").await;
    assert_eq!(entry(&facts, "client_id_ingestion"), entry(&client_ids, "ingestion"));
    assert!(entry(&facts, "registry").ends_with(".azurecr.io"));
}

#[tokio::test]
async fn roles_are_at_what_they_are_for_and_at_nothing_around_it() {
    let world = below(Settings::default()).await;
    world.up(&APPLICATION, &[]).await;
    let state = world.engine.state(world.stack(&APPLICATION, &[]).name()).await.unwrap().unwrap();
    let scope = |name: &str| {
        let found = state.resources().find(|resource| resource.urn.name() == name).unwrap();
        found
            .id
            .split("/providers/Microsoft.Authorization/")
            .next()
            .unwrap()
            .rsplit("/providers/")
            .next()
            .unwrap()
            .to_owned()
    };
    for (name, expected) in [
        ("ingestion/sends-audit-events", "Microsoft.ServiceBus/namespaces/sbns-stand-in/topics/audit-events"),
        (
            "projection/receives-audit-events-projection",
            "Microsoft.ServiceBus/namespaces/sbns-stand-in/topics/audit-events/subscriptions/audit-events-projection",
        ),
        (
            "export/receives-export-requests",
            "Microsoft.ServiceBus/namespaces/sbns-stand-in/queues/export-requests",
        ),
        ("query/reads-hot-blobs", "Microsoft.Storage/storageAccounts/stathot"),
        ("integrity/reads-audit-logs-in-archive", "Microsoft.Storage/storageAccounts/starchive"),
    ] {
        assert_eq!(scope(name), expected, "{name}");
    }
}

#[tokio::test]
async fn a_queue_that_messaging_does_not_give_ends_the_plan_with_its_name() {
    let world = below(Settings::default()).await;
    let mut outputs = world.engine.outputs(world.stack(&MESSAGING, &[]).name()).await.unwrap().unwrap();
    let Some(Value::Map(queues)) = outputs.values.get_mut("queues") else { panic!("no queues") };
    queues.remove("policy-decisions");
    let error = world.plan_after(&APPLICATION, &MESSAGING, outputs).await.unwrap_err();
    assert!(
        error.contains("${messaging/queues}") && error.contains("a map with `policy-decisions`"),
        "{error}"
    );
    assert!(error.contains("`export-requests`"), "{error}");
}

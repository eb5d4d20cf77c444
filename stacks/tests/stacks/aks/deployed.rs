//! Foundation and cluster, deployed to the simulator.

use super::*;
use atp_azure_sim::Settings;
use atp_iac::plan::{OperationKind, Plan};
use serde_json::json;

/// Without the protection that prod has: these stacks are destroyed in the end.
const OPEN: (&str, &str) = ("protect", "false");

#[tokio::test]
async fn every_environment_is_deployed_plans_to_nothing_and_is_destroyed_without_a_rest() {
    for environment in ["dev", "test", "staging", "prod"] {
        let world = World::new(environment, "westeurope");
        world.up(&FOUNDATION, &[OPEN]).await;
        let update = world.up(&AKS, &[OPEN]).await;
        let created = update.report.as_ref().unwrap().done.create;
        assert!((16..=32).contains(&created), "{environment}: {created} resources");
        world.assert_settled(&AKS, &[OPEN]).await;
        world.destroy(&AKS).await;
        world.destroy(&FOUNDATION).await;
        assert!(world.simulator.is_empty().unwrap(), "{:#?}", world.simulator.resources());
    }
}

#[tokio::test]
async fn the_second_region_of_prod_has_a_cluster_of_its_own_and_a_copy_of_the_registry() {
    let world = World::new("prod", "westeurope");
    let recovery = world.in_region("eastus");
    world.up(&FOUNDATION, &[OPEN]).await;
    world.up(&AKS, &[OPEN]).await;
    recovery.up(&FOUNDATION, &[OPEN]).await;
    recovery.up(&AKS, &[OPEN]).await;
    recovery.assert_settled(&AKS, &[OPEN]).await;
    world.assert_settled(&AKS, &[OPEN]).await;
    let registry = world.output(&AKS, "registry").await;
    assert_eq!(recovery.output(&AKS, "registry").await, registry);
    let copy = format!("{}/replications/eastus", registry.as_str().unwrap());
    let ids = || world.simulator.resources().unwrap().into_iter().map(|(id, _)| id);
    assert!(ids().any(|id| id == copy));
    assert_eq!(ids().filter(|id| id.rsplit('/').nth(1) == Some("managedClusters")).count(), 2);
    recovery.destroy(&AKS).await;
    assert!(!ids().any(|id| id == copy));
    recovery.destroy(&FOUNDATION).await;
    world.destroy(&AKS).await;
    world.destroy(&FOUNDATION).await;
    assert!(world.simulator.is_empty().unwrap(), "{:#?}", world.simulator.resources());
}

async fn prod_deployed(settings: Settings) -> World {
    let world = World::with("prod", "westeurope", settings);
    world.up(&FOUNDATION, &[]).await;
    world.up(&AKS, &[]).await;
    world
}

fn lines(plan: &Plan) -> Vec<String> {
    let changed = changed_of(plan).into_iter();
    changed.map(|operation| format!("{:?} {}", operation.action, operation.urn.name())).collect()
}

#[tokio::test]
async fn a_service_that_spells_orders_and_fills_in_as_it_likes_changes_no_plan() {
    for seed in 0..4 {
        let world = prod_deployed(Settings { noise: Some(seed), ..Settings::default() }).await;
        world.assert_settled(&AKS, &[]).await;
        let newer = [("kubernetes_version", "\"1.35\""), ("pools.query.maximum", "18")];
        let plan = world.plan(&AKS, &newer, true).await;
        assert_eq!(lines(&plan), ["Update cluster/cluster", "Update cluster/pool-query"], "seed {seed}");
        world.up(&AKS, &newer).await;
        world.assert_settled(&AKS, &newer).await;
    }
}

#[tokio::test]
async fn what_kubectl_signs_in_with_is_an_output_and_secret() {
    let world = prod_deployed(Settings::default()).await;
    let kubeconfig = world.output(&AKS, "kubeconfig").await;
    assert_eq!(format!("{kubeconfig:?}"), "[secret]");
    let address = world.output(&AKS, "private_fqdn").await;
    let text = kubeconfig.exposed().as_str().unwrap();
    assert!(text.contains(&format!("server: https://{}:443", address.as_str().unwrap())), "{text}");
    assert!(world.output(&AKS, "secrets_provider_client_id").await.as_str().is_some());
    assert!(
        world.output(&AKS, "oidc_issuer_url").await.as_str().unwrap().starts_with("https://westeurope.oic.")
    );
}

#[tokio::test]
async fn a_pool_less_is_one_delete() {
    let world = prod_deployed(Settings::default()).await;
    let without = [("pools.export", "null")];
    let plan = world.plan(&AKS, &without, false).await;
    assert_eq!(lines(&plan), ["Delete cluster/pool-export"]);
    world.up(&AKS, &without).await;
    world.assert_settled(&AKS, &without).await;
    let ids: Vec<String> = world.simulator.resources().unwrap().into_iter().map(|(id, _)| id).collect();
    let pools: Vec<&str> =
        ids.iter().filter_map(|id| id.split_once("/agentPools/")).map(|(_, name)| name).collect();
    assert_eq!(pools, ["ingestion", "projection", "query", "system"]);
}

#[tokio::test]
async fn nodes_that_the_cluster_added_are_no_drift_and_stay_when_something_else_changes() {
    let world = prod_deployed(Settings::default()).await;
    world.tamper("/agentPools/query", |pool| pool["properties"]["count"] = json!(14));
    world.assert_settled(&AKS, &[]).await;
    let more = [("pools.query.maximum", "18")];
    let plan = world.plan(&AKS, &more, true).await;
    assert_eq!(lines(&plan), ["Update cluster/pool-query"]);
    world.up(&AKS, &more).await;
    world.assert_settled(&AKS, &more).await;
    let resources = world.simulator.resources().unwrap();
    let (_, pool) = resources.iter().find(|(id, _)| id.ends_with("/agentPools/query")).unwrap();
    assert_eq!((&pool["properties"]["count"], &pool["properties"]["maxCount"]), (&json!(14), &json!(18)));
}

#[tokio::test]
async fn somebody_who_opens_the_cluster_is_found() {
    let world = prod_deployed(Settings::default()).await;
    world.tamper("/managedClusters/aks-atp-prod-weu", |cluster| {
        cluster["properties"]["disableLocalAccounts"] = json!(false);
    });
    let plan = world.plan(&AKS, &[], true).await;
    assert_eq!(lines(&plan), ["Update cluster/cluster"]);
    let paths: Vec<String> =
        changed_of(&plan)[0].changes.iter().map(|change| change.path.to_string()).collect();
    assert_eq!(paths, ["properties.disableLocalAccounts"]);
}

#[tokio::test]
async fn another_version_of_kubernetes_is_an_update_and_another_node_size_a_new_pool() {
    let world = prod_deployed(Settings::default()).await;
    let plan = world.plan(&AKS, &[("kubernetes_version", "\"1.35\"")], false).await;
    assert_eq!(lines(&plan), ["Update cluster/cluster"]);
    let plan = world.plan(&AKS, &[("pools.query.size", "Standard_D16s_v5")], false).await;
    let operations = changed_of(&plan);
    assert_eq!(operations.len(), 1, "{:?}", lines(&plan));
    assert!(
        matches!(operations[0].action, OperationKind::Replace | OperationKind::ReplaceDeleteFirst),
        "{:?}",
        lines(&plan)
    );
}

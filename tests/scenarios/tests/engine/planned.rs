//! Previews of stacks whose neighbours are only planned yet, and whether the later plans stay within them.

use super::references::{Server, Shop, deployment, world};
use atp_iac::engine::{Deployment, Kind, Planned, UpdateOptions};
use atp_iac::plan::{OperationKind, Plan};
use atp_iac::program::Program;
use atp_iac::testing::MemoryCloud;
use scenarios::{World, actions, item, urn};

async fn preview_after(world: &World, what: &Deployment, planned: &Planned) -> Plan {
    let options = UpdateOptions::default();
    world.engine.preview_after(what, Kind::Up, &options, planned).await.unwrap().plan
}

/// The departures of the plan for one program from that of another, in words.
async fn departures(world: &World, approved: &[scenarios::Item], now: &[scenarios::Item]) -> Vec<String> {
    let approved = world.preview(approved).await.unwrap();
    let departures = world.preview(now).await.unwrap().departures(&approved);
    departures.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn stacks_that_are_not_deployed_are_previewed_together_and_the_later_plan_stays_within_the_preview() {
    let world = world();
    let server = deployment("prod", "north", Program::of::<Server>());
    let shop = deployment("prod", "north", Program::of::<Shop>());
    assert!(world.plan(&shop).await.is_err(), "what it refers to is not there");
    let planned = world.plan(&server).await.unwrap().outputs_after();
    assert!(
        planned.values["endpoint"].has_unknown() && planned.values["id"].as_str() == Some("T/server-north")
    );
    let approved = preview_after(&world, &shop, &[(server.name().clone(), planned)].into()).await;
    assert_eq!(actions(&approved), ["+ shop"]);
    assert!(world.cloud.calls().is_empty());

    world.deploy(&server).await.unwrap();
    let now = world.plan(&shop).await.unwrap();
    assert_eq!(now.operations[0].inputs.get("server").unwrap().as_str(), Some("https://made-up"));
    assert_eq!(now.departures(&approved), []);
}

#[tokio::test]
async fn planned_outputs_win_over_those_of_the_state() {
    let world = world();
    let server = deployment("prod", "north", Program::of::<Server>());
    let shop = deployment("prod", "north", Program::of::<Shop>());
    world.deploy(&server).await.unwrap();
    world.deploy(&shop).await.unwrap();
    let mut planned = world.plan(&server).await.unwrap().outputs_after();
    assert!(
        !preview_after(&world, &shop, &[(server.name().clone(), planned.clone())].into()).await.has_changes()
    );
    planned.values.insert("endpoint".into(), "https://moved".into());
    let moved = preview_after(&world, &shop, &[(server.name().clone(), planned)].into()).await;
    assert_eq!(actions(&moved), ["~ shop"]);
}

#[tokio::test]
async fn planned_outputs_of_another_contract_are_refused() {
    let world = world();
    let server = deployment("prod", "north", Program::of::<Server>());
    let mut planned = world.plan(&server).await.unwrap().outputs_after();
    planned.contract += 1;
    let shop = deployment("prod", "north", Program::of::<Shop>());
    let planned = [(server.name().clone(), planned)].into();
    let error = world.engine.preview_after(&shop, Kind::Up, &UpdateOptions::default(), &planned).await;
    assert!(error.unwrap_err().to_string().contains("was compiled against other outputs of `server`"));
}

#[tokio::test]
async fn a_plan_departs_by_what_was_not_approved_at_all() {
    let world = World::default();
    assert_eq!(
        departures(&world, &[item("a")], &[item("a"), item("b")]).await,
        ["`b` would be created, and the approved plan does not name it"]
    );
    world.up(&[item("a").with("size", 1i64), item("b")]).await.unwrap();
    let same = [item("a").with("size", 1i64), item("b")];
    assert_eq!(
        departures(&world, &same, &[item("a").with("size", 2i64)]).await,
        [
            "`a` would be updated, and it was approved that it would stay",
            "`b` would be deleted, and it was approved that it would stay"
        ]
    );
}

#[tokio::test]
async fn a_plan_departs_by_a_known_input_that_is_another_now() {
    let world = World::default();
    let departures =
        departures(&world, &[item("a").with("size", 1i64)], &[item("a").with("size", 2i64)]).await;
    assert_eq!(departures, ["`a` would be created with another `size` than was approved"]);
}

#[tokio::test]
async fn a_gentler_action_stays_within_the_plan_and_a_harder_one_departs() {
    let world = World::default();
    world
        .up(&[item("a").with("fixed", 1i64), item("b").link("fixed", "a").with("size", 1i64)])
        .await
        .unwrap();
    // The id of `a` counts as not known, so that `b` is replaced with it.
    let hard = [item("a").with("fixed", 2i64), item("b").link("fixed", "a").with("size", 2i64)];
    let gentle = [item("a").with("fixed", 1i64), item("b").link("fixed", "a").with("size", 2i64)];
    let hard_plan = world.preview(&hard).await.unwrap();
    assert_eq!(actions(&hard_plan), ["-/+ a", "-/+ b"]);
    assert_eq!(actions(&world.preview(&gentle).await.unwrap()), ["~ b"]);
    assert_eq!(departures(&world, &hard, &gentle).await, Vec::<String>::new());
    let found = hard_plan.departures(&world.preview(&gentle).await.unwrap());
    let named: Vec<_> = found.iter().map(|departure| (&departure.urn, departure.approved)).collect();
    assert_eq!(named, [(&urn("a"), Some(OperationKind::Same)), (&urn("b"), Some(OperationKind::Update))]);
}

#[tokio::test]
async fn an_approved_plan_that_was_carried_out_in_part_covers_the_rest_of_it() {
    let world = World::new(MemoryCloud::new("test"));
    let program = [item("a"), item("b").link("parent", "a"), item("c")];
    let approved = world.preview(&program).await.unwrap();
    world.up(&[item("c")]).await.unwrap();
    let rest = world.preview(&program).await.unwrap();
    assert_eq!(actions(&rest), ["+ a", "+ b"]);
    assert_eq!(rest.departures(&approved), []);
}

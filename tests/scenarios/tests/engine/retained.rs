//! What stays in the cloud when it is not managed any more, what is protected, and what cannot be undone.

use atp_iac::engine::{EngineError, Kind, UpdateOptions};
use atp_iac::plan::Plan;
use atp_iac::testing::MemoryCloud;
use scenarios::{Item, World, actions, item, program, report};

/// An archive in a group, encrypted with a key of another group.
fn archive() -> [Item; 4] {
    [
        item("keys"),
        item("key").named("keys/key").link("parent", "keys"),
        item("group"),
        item("archive").named("group/archive").link("parent", "group").link("key", "key").retained("the law"),
    ]
}

async fn plan_destroy(world: &World) -> Plan {
    let (nothing, options) = (program(&[]), UpdateOptions::default());
    world.engine.preview(&nothing, Kind::Destroy, &options).await.unwrap().plan
}

fn refusals(error: EngineError) -> String {
    assert!(error.is_refused(), "{error}");
    error.to_string()
}

#[tokio::test]
async fn a_retained_resource_and_what_it_lies_in_stay_when_the_stack_is_destroyed_and_what_it_uses_goes() {
    let world = World::default();
    world.up(&archive()).await.unwrap();
    let plan = plan_destroy(&world).await;
    assert_eq!(actions(&plan), ["- keys", "o group", "- key", "o archive"]);
    let reasons: Vec<_> = plan.operations.iter().filter_map(|one| one.reason.as_deref()).collect();
    assert_eq!(reasons, ["`archive` is in it, which stays", "the law"]);
    let update = world.destroy().await.unwrap();
    assert_eq!((report(&update).done.delete, report(&update).done.retain), (2, 2));
    assert_eq!(world.ids(), ["T/group", "T/group/archive"]);
    assert!(world.engine.state(&scenarios::stack_name()).await.unwrap().unwrap().is_empty());
}

#[tokio::test]
async fn a_retained_resource_that_leaves_the_program_is_forgotten_without_a_call() {
    let world = World::default();
    world.up(&[item("a"), item("b").retained("it is shared")]).await.unwrap();
    let before = world.cloud.calls().len();
    let update = world.up(&[item("a")]).await.unwrap();
    assert_eq!(actions(&update.plan), ["o b"]);
    assert_eq!(world.cloud.calls().len(), before);
    assert_eq!(world.ids(), ["T/a", "T/b"]);
    assert!(!world.preview(&[item("a")]).await.unwrap().has_changes());
}

#[tokio::test]
async fn that_a_resource_is_to_stay_is_written_down_without_a_call_and_so_is_that_it_is_not() {
    let world = World::default();
    world.up(&[item("a")]).await.unwrap();
    let before = world.cloud.calls().len();
    let update = world.up(&[item("a").retained("the law")]).await.unwrap();
    assert!(!update.plan.has_changes());
    assert_eq!(update.plan.recorded().map(|one| one.urn.name()).collect::<Vec<_>>(), ["a"]);
    assert_eq!(actions(&plan_destroy(&world).await), ["o a"]);
    world.up(&[item("a")]).await.unwrap();
    assert_eq!(actions(&plan_destroy(&world).await), ["- a"]);
    assert_eq!(world.cloud.calls().len(), before);
}

#[tokio::test]
async fn a_plan_that_replaces_what_must_stay_or_what_it_lies_in_is_refused_with_a_way_out() {
    let world = World::default();
    let program = |fixed: i64, inner: i64| {
        let inner = item("archive").named("group/archive").with("fixed", inner).retained("the law");
        [item("group").with("fixed", fixed), inner]
    };
    world.up(&program(1, 1)).await.unwrap();
    let error = refusals(world.up(&program(1, 2)).await.unwrap_err());
    assert!(error.starts_with("`archive` must stay and would be replaced: the law\n  way out: "), "{error}");
    let error = refusals(world.up(&program(2, 1)).await.unwrap_err());
    assert!(error.starts_with("`group` would be replaced, which deletes `archive` in it"), "{error}");
    assert_eq!(world.writes(), ["+group", "+group/archive"]);
}

#[tokio::test]
async fn what_holds_something_of_a_longer_name_only_is_not_retained() {
    let world = World::default();
    world.up(&[item("group"), item("groups").named("group2/a").retained("the law")]).await.unwrap();
    assert_eq!(actions(&plan_destroy(&world).await), ["- group", "o groups"]);
}

#[tokio::test]
async fn a_protected_stack_is_destroyed_after_an_update_that_takes_the_protection_off() {
    let world = World::default();
    world.up(&[item("a").protected()]).await.unwrap();
    let error = refusals(world.destroy().await.unwrap_err());
    assert_eq!(
        error,
        "`a` is protected and would be deleted\n  way out: take `protect` off it at program.rs:1 and run `up`, which \
         writes that down, then destroy; where it comes from the configuration: `up --set protect=false`"
    );
    let update = world.up(&[item("a")]).await.unwrap();
    assert!(!update.plan.has_changes());
    assert_eq!(update.plan.recorded().count(), 1);
    world.destroy().await.unwrap();
    assert!(world.ids().is_empty());
}

#[tokio::test]
async fn a_plan_warns_of_what_cannot_be_undone_when_it_is_new_and_a_later_plan_departs_by_it() {
    let world = World::new(MemoryCloud::new("test").irreversible("locked"));
    let open = [item("a")];
    let locked = [item("a").with("locked", true)];
    let approved = world.preview(&open).await.unwrap();
    assert_eq!(approved.warnings, []);
    let plan = world.preview(&locked).await.unwrap();
    let said: Vec<String> =
        plan.warnings.iter().map(|one| format!("{} {}", one.urn.name(), one.path)).collect();
    assert_eq!(said, ["a locked"]);
    assert_eq!(plan.departures(&plan.clone()), []);
    assert_eq!(plan.departures(&approved).len(), 1);
    world.up(&locked).await.unwrap();
    let changed = [item("a").with("locked", true).with("size", 1i64)];
    let later = world.preview(&changed).await.unwrap();
    assert_eq!((actions(&later), later.warnings), (vec!["~ a".to_owned()], vec![]));
}

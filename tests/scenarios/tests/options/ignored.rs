//! Properties that stay as they are.

use atp_iac::Value;
use scenarios::{Item, World, actions, item, report};

fn pool(count: i64, size: &str) -> [Item; 1] {
    let made = item("pool").with("count", count).with("size", size);
    [made.options(|options| options.ignore_changes(["count"]))]
}

fn count(world: &World) -> Option<Value> {
    world.cloud.objects()["T/pool"].get("count").cloned()
}

#[tokio::test]
async fn what_is_ignored_counts_when_it_is_created_and_stays_whatever_the_program_says_then() {
    let world = World::default();
    world.up(&pool(1, "s")).await.unwrap();
    assert_eq!(count(&world), Some(1_i64.into()));
    assert!(!world.preview(&pool(2, "s")).await.unwrap().has_changes());
    let update = world.up(&pool(3, "l")).await.unwrap();
    let changed: Vec<String> =
        update.plan.operations[0].changes.iter().map(|change| change.path.to_string()).collect();
    assert_eq!((changed, count(&world)), (vec!["size".to_owned()], Some(1_i64.into())));
    assert!(!world.preview(&pool(4, "l")).await.unwrap().has_changes());
}

#[tokio::test]
async fn what_the_cloud_changed_of_it_is_no_drift_and_is_not_taken_back_by_another_change() {
    let world = World::default();
    world.up(&pool(1, "s")).await.unwrap();
    let scaled = Value::from([
        ("id", "T/pool".into()),
        ("name", "pool".into()),
        ("size", "s".into()),
        ("count", 5_i64.into()),
    ]);
    world.cloud.put("T/pool", scaled);
    let update = world.up_refreshed(&pool(1, "s")).await.unwrap();
    assert!(actions(&update.plan).is_empty(), "{:?}", update.plan.operations);
    let update = world.up_refreshed(&pool(1, "l")).await.unwrap();
    assert_eq!((actions(&update.plan), count(&world)), (vec!["~ pool".into()], Some(5_i64.into())));
    assert!(!world.preview(&pool(1, "l")).await.unwrap().has_changes());
}

#[tokio::test]
async fn what_is_ignored_does_not_replace_and_stays_as_it_was_through_a_replacement() {
    let world = World::default();
    let program = |fixed: i64, count: i64| {
        let made = item("pool").with("fixed", fixed).with("count", count);
        [made.options(|options| options.ignore_changes(["count"]).replace_on_changes(["*"]))]
    };
    world.up(&program(1, 1)).await.unwrap();
    assert!(!world.preview(&program(1, 2)).await.unwrap().has_changes());
    assert_eq!(actions(&world.up(&program(2, 2)).await.unwrap().plan), ["-/+ pool"]);
    assert_eq!(count(&world), Some(1_i64.into()));
}

#[tokio::test]
async fn what_is_ignored_and_not_known_in_the_plan_stays_as_it_was() {
    let world = World::default();
    let program = |fixed: i64, size: i64| {
        let user = item("user").link("server", "a").with("size", size);
        [item("a").with("fixed", fixed), user.options(|options| options.ignore_changes(["server"]))]
    };
    world.up(&program(1, 1)).await.unwrap();
    let update = world.up(&program(2, 2)).await.unwrap();
    assert_eq!(actions(&update.plan), ["-/+ a", "~ user"]);
    assert!(report(&update).is_complete());
    assert!(!world.preview(&program(2, 2)).await.unwrap().has_changes());
}

//! Order and names.

use scenarios::{World, item};

#[tokio::test]
async fn state_052_what_is_changed_waits_for_the_end_of_what_depended_on_it_and_left() {
    let world = World::default();
    world.up(&[item("a").with("size", 1_i64), item("b").link("parent", "a")]).await.unwrap();
    world.up(&[item("a").with("size", 2_i64)]).await.unwrap();
    assert_eq!(world.writes().split_off(2), ["-b", "~a"]);
}

#[tokio::test]
async fn state_053_what_left_goes_in_the_order_that_the_state_says_through_all_of_it() {
    let world = World::default();
    world
        .up(&[item("a"), item("b").link("parent", "a"), item("c").after("b"), item("d").link("parent", "c")])
        .await
        .unwrap();
    world.up(&[item("other")]).await.unwrap();
    let deletes: Vec<String> = world.writes().into_iter().filter(|call| call.starts_with('-')).collect();
    assert_eq!(deletes, ["-d", "-c", "-b", "-a"]);
}

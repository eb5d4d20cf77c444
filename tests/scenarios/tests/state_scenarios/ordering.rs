//! Order and names.

use atp_iac::plan::Telling;
use atp_iac::resource::Alias;
use scenarios::{Item, World, actions, item, report};

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

fn once(name: &str, old: &[&str]) -> Item {
    let cloud_name = old.last().copied().unwrap_or(name);
    old.iter().fold(item(name).named(cloud_name), |item, old| item.once(Alias::name(*old)))
}

#[tokio::test]
async fn state_055_a_move_onto_an_occupied_name_is_told_and_both_objects_are_accounted_for() {
    let world = World::default();
    world.up(&[item("a"), item("b")]).await.unwrap();
    let program = [item("b").once(Alias::name("a"))];
    let plan = world.preview(&program).await.unwrap();
    assert_eq!(actions(&plan), ["- a"]);
    assert!(plan.notices[0].message.contains("`a` is not moved"), "{:?}", plan.notices);
    assert!(report(&world.up(&program).await.unwrap()).is_complete());
    assert_eq!(world.ids(), ["T/b"]);
}

#[tokio::test]
async fn state_056_chains_cycles_and_moves_of_what_is_still_declared_have_these_verdicts() {
    let live = "nothing can be two resources";
    type Case<'a> = (&'a [&'a str], Vec<Item>, Result<&'a [&'a str], &'a str>);
    let table: [Case<'_>; 9] = [
        (&["a"], vec![once("c", &["b", "a"])], Ok(&["a -> c"])),
        (&["b"], vec![once("c", &["a", "b"])], Ok(&["b -> c"])),
        (&["c"], vec![once("c", &["a", "b"]).named("c")], Ok(&[])),
        (&["a"], vec![once("c", &["b"]), once("b", &["a"])], Err(live)),
        (&["a", "b"], vec![once("a", &["b"]), once("b", &["a"])], Err(live)),
        (&["a"], vec![item("a"), once("b", &["a"])], Err(live)),
        (&["a"], vec![once("a", &["a"])], Ok(&[])),
        (&["a"], vec![once("b", &["a"]), once("c", &["a"])], Err("one resource cannot become two")),
        (&[], vec![once("b", &["a"])], Ok(&[])),
    ];
    for (before, after, verdict) in table {
        let world = World::default();
        world.up(&before.iter().map(|name| item(name)).collect::<Vec<_>>()).await.unwrap();
        let expected = verdict.map(|moves| moves.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
        match (world.preview(&after).await, expected) {
            (Ok(plan), Ok(expected)) => {
                let moved = plan.preparation.told.iter().filter_map(|told| match &told.what {
                    Telling::Moved { from } => Some(format!("{} -> {}", from.name(), told.urn.name())),
                    _ => None,
                });
                assert_eq!(moved.collect::<Vec<_>>(), expected, "{before:?} to {after:?}");
            }
            (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
            (planned, expected) => panic!("{before:?} to {after:?}: {planned:?} and not {expected:?}"),
        }
    }
}

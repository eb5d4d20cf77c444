//! What was given another name in the program without an alias.

use atp_iac::engine::UpdateOptions;
use atp_iac::plan::{Plan, Telling};
use atp_iac::testing::MemoryCloud;
use scenarios::{Item, World, actions, component, item, program, report, targets};

fn accepting() -> UpdateOptions {
    UpdateOptions { accept_moves: true, ..UpdateOptions::default() }
}

/// What is proposed, as `old -> new`, with `=>` where both are one object.
fn proposed(plan: &Plan) -> Vec<String> {
    let arrow = |same_object| if same_object { "=>" } else { "->" };
    let proposals = plan.proposals.iter();
    proposals.map(|one| format!("{} {} {}", one.from.name(), arrow(one.same_object), one.to.name())).collect()
}

/// What moves.
fn moved(plan: &Plan) -> Vec<String> {
    let told = plan.preparation.told.iter().filter_map(|told| match &told.what {
        Telling::Moved { from } => Some(format!("{} -> {}", from.name(), told.urn.name())),
        _ => None,
    });
    told.collect()
}

/// A world where the cloud chooses the ids, with a program.
async fn choosing(items: &[Item]) -> World {
    let world = World::new(MemoryCloud::new("test").choosing_ids());
    assert!(report(&world.up(items).await.unwrap()).is_complete());
    world
}

/// A world with a program.
async fn deployed(items: &[Item]) -> World {
    let world = World::default();
    assert!(report(&world.up(items).await.unwrap()).is_complete());
    world
}

#[tokio::test]
async fn what_has_the_same_properties_is_proposed_and_stays_where_that_is_accepted() {
    let world = choosing(&[item("a").with("size", 1i64)]).await;
    let after = [item("b").named("a").with("size", 1i64)];
    let plan = world.preview(&after).await.unwrap();
    assert_eq!((actions(&plan), proposed(&plan)), (vec!["+ b".into(), "- a".into()], vec!["a -> b".into()]));
    assert!(plan.refusals.is_empty(), "{:?}", plan.refusals);
    let update = world.up_with(&after, accepting()).await.unwrap();
    assert_eq!((actions(&update.plan), moved(&update.plan)), (vec![], vec!["a -> b".to_owned()]));
    assert!(update.plan.proposals.is_empty() && report(&update).is_complete());
    assert_eq!(world.writes().len(), 1, "{:?}", world.writes());
    assert!(!world.preview(&after).await.unwrap().has_changes());
}

#[tokio::test]
async fn the_name_in_the_cloud_may_be_another_one_but_nothing_else() {
    let world = choosing(&[item("a").with("size", 1i64)]).await;
    let plan = world.preview(&[item("b").with("size", 1i64)]).await.unwrap();
    assert_eq!(proposed(&plan), ["a -> b"]);
    for other in [item("b").with("size", 2i64), item("b"), item("b").of_type("U").with("size", 1i64)] {
        assert!(world.preview(&[other]).await.unwrap().proposals.is_empty());
    }
}

#[tokio::test]
async fn of_two_that_could_be_it_none_is_proposed() {
    let world = choosing(&[item("a").named("x")]).await;
    let plan = world.preview(&[item("b").named("x"), item("c").named("x")]).await.unwrap();
    assert_eq!(proposed(&plan), [""; 0]);
    let world = choosing(&[item("a").named("x"), item("c").named("x")]).await;
    let update = world.up_with(&[item("b").named("x")], accepting()).await.unwrap();
    assert_eq!(
        (actions(&update.plan), moved(&update.plan)),
        (vec!["+ b".into(), "- a".into(), "- c".into()], vec![])
    );
}

#[tokio::test]
async fn what_has_another_id_is_another_one() {
    let world = deployed(&[item("a")]).await;
    let update = world.up_with(&[item("b")], accepting()).await.unwrap();
    assert_eq!((actions(&update.plan), proposed(&update.plan)), (vec!["+ b".into(), "- a".into()], vec![]));
    assert_eq!(world.ids(), ["T/b"]);
}

#[tokio::test]
async fn the_same_object_is_not_created_and_deleted_but_moved_where_that_is_accepted() {
    let world = deployed(&[item("a"), item("user").link("of", "a")]).await;
    let after = [item("b").named("a").with("size", 1i64), item("user").link("of", "b")];
    let calls = world.cloud.calls().len();
    let error = world.up(&after).await.unwrap_err();
    assert!(error.is_refused() && error.to_string().contains("it is the object of `a`"), "{error}");
    let plan = world.preview(&after).await.unwrap();
    assert!(
        plan.refusals[0].hint.contains(r#"`.alias(Alias::name("a"))` at program.rs:1"#),
        "{:?}",
        plan.refusals
    );
    assert_eq!((proposed(&plan), world.cloud.calls().len()), (vec!["a => b".to_owned()], calls));
    let update = world.up_with(&after, accepting()).await.unwrap();
    assert_eq!(
        (actions(&update.plan), moved(&update.plan)),
        (vec!["~ b".to_owned()], vec!["a -> b".to_owned()])
    );
    assert_eq!(world.writes(), ["+a", "+user", "~a"]);
    assert!(!world.preview(&after).await.unwrap().has_changes());
}

#[tokio::test]
async fn what_is_retained_or_not_selected_is_not_created_a_second_time_either() {
    let world = deployed(&[item("a").retained("the law")]).await;
    let plan = world.preview(&[item("b").named("a")]).await.unwrap();
    assert_eq!((actions(&plan), plan.refusals.len()), (vec!["+ b".into(), "o a".into()], 1));
    let world = deployed(&[item("a")]).await;
    let after = [item("b").named("a")];
    let error = world.up_with(&after, targets(&["b"])).await.unwrap_err();
    assert!(error.is_refused(), "{error}");
    let update =
        world.up_with(&after, UpdateOptions { accept_moves: true, ..targets(&["b"]) }).await.unwrap();
    assert_eq!((moved(&update.plan), world.ids()), (vec!["a -> b".to_owned()], vec!["T/a".to_owned()]));
}

#[tokio::test]
async fn what_moved_makes_known_what_else_did() {
    let world = choosing(&[item("a"), item("part").link("of", "a")]).await;
    let after = [component("box", [item("b").named("a")]), item("whole").named("a")];
    let plan = world.preview(&after).await.unwrap();
    assert!(plan.proposals.is_empty(), "two could be `a`: {:?}", plan.proposals);
    let after = [item("b").named("a"), item("piece").named("part").link("of", "b")];
    assert_eq!(proposed(&world.preview(&after).await.unwrap()), ["a -> b"]);
    let update = world.up_with(&after, accepting()).await.unwrap();
    assert_eq!(moved(&update.plan), ["a -> b", "part -> piece"]);
    assert_eq!((actions(&update.plan), world.writes().len()), (vec![], 2));
}

#[tokio::test]
async fn copies_whose_deletion_is_owed_are_not_what_is_new() {
    let world = deployed(&[item("a")]).await;
    world.cloud.fail_next(atp_iac::testing::CallKind::Delete, "T/a", scenarios::refused());
    world.up(&[item("a").named("x")]).await.unwrap();
    let plan = world.preview(&[item("a").named("x"), item("b").named("y")]).await.unwrap();
    assert_eq!((actions(&plan), proposed(&plan)), (vec!["+ b".into(), "- a".into()], vec![]));
}

#[tokio::test]
async fn a_saved_plan_keeps_its_moves_and_what_it_proposes() {
    let world = deployed(&[item("a")]).await;
    let after = program(&[item("b").named("a")]);
    let saved = world.save(&after, UpdateOptions::default()).await.unwrap();
    let opened = world.engine.open_plan("the.plan", &saved).await.unwrap();
    assert_eq!(proposed(&opened.saved().unwrap().plan), ["a => b"]);
    assert!(world.carry_out(&after, &saved).await.unwrap_err().is_refused());
    let saved = world.save(&after, accepting()).await.unwrap();
    let update = world.carry_out(&after, &saved).await.unwrap();
    assert_eq!((moved(&update.plan), world.ids()), (vec!["a -> b".to_owned()], vec!["T/a".to_owned()]));
}

//! Targets and exclusions.

use atp_iac::engine::{EngineError, UpdateOptions};
use atp_iac::plan::{PlanError, Torn};
use atp_iac::testing::CallKind;
use scenarios::{
    Item, World, actions, item, patterns, refused, report, targets, targets_and_dependents, urn, without,
};

fn torn<T>(result: Result<T, EngineError>) -> Vec<(String, String)> {
    let name = |Torn { selected, other, .. }: Torn| (selected.name().to_owned(), other.name().to_owned());
    match result {
        Err(EngineError::Plan(PlanError::Torn(torn))) => torn.into_iter().map(name).collect(),
        Err(other) => unreachable!("{other}"),
        Ok(_) => unreachable!("nothing was torn apart"),
    }
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect()
}

#[tokio::test]
async fn engine_100_what_is_new_and_not_selected_is_skipped_and_is_not_in_the_state() {
    let world = World::default();
    world.up(&[item("a")]).await.unwrap();
    let program = [item("a").with("size", 2i64), item("b"), item("c").with("size", 1i64)];
    let update = world.up_with(&program, targets(&["a"])).await.unwrap();
    assert_eq!(actions(&update.plan), ["~ a"]);
    assert_eq!((update.plan.left_out.kept, update.plan.left_out.new.len()), (0, 2));
    assert_eq!((world.known().await, world.ids()), (vec!["a".to_owned()], vec!["T/a".to_owned()]));
    assert_eq!(actions(&world.preview(&program).await.unwrap()), ["+ b", "+ c"]);
}

#[tokio::test]
async fn engine_100_whatever_a_target_needs_of_what_is_new_and_not_selected_is_named_all_at_once() {
    let world = World::default();
    let with = |other: &str| item("d").options(|options| options.deleted_with(&urn(other)));
    let program = [
        item("b"),
        item("a").link("id_of_b", "b").ask("asked", "e").after("c"),
        item("c"),
        item("e"),
        with("c"),
    ];
    let expected = pairs(&[("a", "b"), ("a", "c"), ("a", "e"), ("d", "c")]);
    let mut found = torn(world.preview_with(&program, targets(&["a", "d"])).await);
    found.sort();
    assert_eq!(found, expected);
    assert_eq!(torn(world.up_with(&program, targets(&["a"])).await).len(), 3);
    assert!(world.ids().is_empty());
}

#[tokio::test]
async fn engine_100_what_is_not_selected_stays_as_the_state_has_it_though_the_program_says_otherwise() {
    let world = World::default();
    let program = |size: i64| [item("a").with("size", size), item("b").link("user", "a").with("size", size)];
    world.up(&program(1)).await.unwrap();
    let before = world.resource("b").await;
    let update = world.up_with(&program(2), targets(&["a"])).await.unwrap();
    assert_eq!(actions(&update.plan), ["~ a"]);
    assert_eq!(world.resource("b").await, before);
    assert_eq!(actions(&world.preview(&program(2)).await.unwrap()), ["~ b"]);
}

#[tokio::test]
async fn engine_100_outputs_that_cannot_be_computed_keep_their_old_values() {
    let world = World::default();
    world.up(&[item("a"), item("b")]).await.unwrap();
    // The output `first` is now about something new that is not selected.
    let program = [item("new"), item("a").with("size", 2i64), item("b")];
    let update = world.up_with(&program, targets(&["a"])).await.unwrap();
    assert_eq!(update.outputs["first"], "T/a".into());
    assert_eq!(world.up(&program).await.unwrap().outputs["first"], "T/new".into());
}

#[tokio::test]
async fn engine_100_a_pattern_that_means_nothing_is_an_error_that_guesses_what_was_meant() {
    let world = World::default();
    let said = |result: Result<_, EngineError>| match result {
        Err(error) => error.to_string(),
        Ok(_) => String::new(),
    };
    let program = [item("network"), item("vault")];
    for (options, expected) in [
        (targets(&["netwrk"]), "did you mean `network`?"),
        (without(&["valt"]), "did you mean `vault`?"),
        (
            UpdateOptions { replace: patterns(&["vaults"]), ..UpdateOptions::default() },
            "did you mean `vault`?",
        ),
        (targets(&["urn:atp:test:north:other::T::vault"]), "is about another stack than test/north/app"),
    ] {
        let error = said(world.preview_with(&program, options).await);
        assert!(error.contains(expected), "{error}");
    }
}

/// Contradicts the design: providers are no resources, so no target needs one to be made; the rest holds.
#[tokio::test]
async fn engine_101_a_target_needs_no_provider_to_be_selected() {
    let world = World::default();
    let program = [item("a").elsewhere(), item("b")];
    world.up_with(&program, targets(&["a"])).await.unwrap();
    assert_eq!((world.other.objects().len(), world.ids().len()), (1, 0));
}

fn chain() -> [Item; 3] {
    [item("a"), item("b").link("next", "a"), item("c").link("next", "b")]
}

#[tokio::test]
async fn engine_103_what_depends_on_a_target_of_a_destroy_stands_against_it_unless_it_is_meant_too() {
    let world = World::default();
    world.up(&chain()).await.unwrap();
    assert_eq!(torn(world.destroy_with(targets(&["a"])).await), pairs(&[("a", "b")]));
    assert_eq!(torn(world.destroy_with(targets(&["a", "b"])).await), pairs(&[("b", "c")]));
    assert_eq!(world.ids().len(), 3);
    world.cloud.fail_next(CallKind::Delete, "T/c", refused());
    let update = world.destroy_with(targets_and_dependents(&["b"])).await.unwrap();
    assert!(!report(&update).is_complete());
    assert_eq!(
        world.known().await,
        ["a", "b", "c"],
        "what could not be deleted stays, and what it depends on"
    );
    let update = world.destroy_with(targets_and_dependents(&["b"])).await.unwrap();
    assert_eq!(update.outputs["first"], "T/a".into(), "what is left gives what it gave");
    assert_eq!((world.known().await, world.ids()), (vec!["a".to_owned()], vec!["T/a".to_owned()]));
}

#[tokio::test]
async fn engine_103_a_child_stands_against_a_destroy_of_its_parent_alone() {
    let world = World::default();
    let program = [item("a"), item("b").options(|options| options.deleted_with(&urn("a")))];
    world.up(&program).await.unwrap();
    assert_eq!(torn(world.destroy_with(targets(&["a"])).await), pairs(&[("a", "b")]));
    assert!(report(&world.destroy_with(targets(&["*"])).await.unwrap()).is_complete());
    assert!(world.known().await.is_empty());
}

/// Contradicts the design: a state has no versions of providers. What is alike is a target whose replacement would take
/// away what something else that is not selected stands on.
#[tokio::test]
async fn engine_104_a_target_that_would_be_replaced_under_what_is_not_selected_is_refused_and_nothing_is_touched()
 {
    let world = World::default();
    let program = |fixed: i64| [item("a").with("fixed", fixed), item("b").link("next", "a")];
    world.up(&program(1)).await.unwrap();
    let before = world.state().await.to_snapshot();
    let result = world.up_with(&program(2), targets(&["a"])).await;
    let message = result.as_ref().err().map(ToString::to_string).unwrap_or_default();
    assert!(message.contains("--target-dependents"), "{message}");
    assert_eq!(torn(result), pairs(&[("a", "b")]));
    assert_eq!(world.state().await.to_snapshot(), before);
    assert!(report(&world.up_with(&program(2), targets_and_dependents(&["a"])).await.unwrap()).is_complete());
    assert!(!world.preview(&program(2)).await.unwrap().has_changes());
}

#[tokio::test]
async fn engine_106_with_its_dependents_a_target_takes_along_nothing_that_does_not_depend_on_it() {
    let world = World::default();
    let program = [item("a"), item("b").link("next", "a"), item("c").ask("next", "b"), item("d")];
    let update = world.up_with(&program, targets_and_dependents(&["a"])).await.unwrap();
    assert!(report(&update).is_complete(), "{:?}", report(&update));
    assert_eq!(world.known().await, ["a", "b", "c"]);
}

/// A provider is no resource here; what something that is left out depends on stays with it.
#[tokio::test]
async fn engine_107_what_something_left_out_depends_on_stays_with_it() {
    let world = World::default();
    let program = [item("a"), item("b").link("next", "a"), item("c")];
    world.up(&program).await.unwrap();
    assert!(report(&world.destroy_with(without(&["b"])).await.unwrap()).is_complete());
    assert_eq!(world.known().await, ["a", "b"]);
    // The same where they left the program.
    assert!(report(&world.up_with(&[], without(&["b"])).await.unwrap()).is_complete());
    assert_eq!(world.known().await, ["a", "b"]);
}

#[tokio::test]
async fn what_is_left_out_takes_along_what_depends_on_it_and_nothing_else() {
    let world = World::default();
    let update = world.up_with(&chain(), without(&["b"])).await.unwrap();
    assert!(report(&update).is_complete());
    assert_eq!(world.known().await, ["a"]);
    world.up(&chain()).await.unwrap();
    assert!(!world.preview(&chain()).await.unwrap().has_changes());
}

#[tokio::test]
async fn what_is_asked_to_be_replaced_is_and_only_once() {
    let world = World::default();
    world.up(&[item("a"), item("b")]).await.unwrap();
    let options = UpdateOptions { replace: patterns(&["a"]), ..UpdateOptions::default() };
    let update = world.up_with(&[item("a"), item("b")], options).await.unwrap();
    assert_eq!(actions(&update.plan), ["-/+ a"]);
    assert!(!world.preview(&[item("a"), item("b")]).await.unwrap().has_changes());
}

#[tokio::test]
async fn only_what_is_selected_is_read() {
    let world = World::default();
    world.up(&[item("a"), item("b")]).await.unwrap();
    world.change_outside("T/a", "name", "x");
    world.change_outside("T/b", "name", "x");
    let options = UpdateOptions { refresh: true, ..targets(&["a"]) };
    let plan = world.preview_with(&[item("a"), item("b")], options).await.unwrap();
    assert_eq!(actions(&plan), ["~ a"]);
}

#[tokio::test]
async fn what_is_new_can_be_selected_while_the_cloud_is_read() {
    let world = World::default();
    world.up(&[item("a"), item("b")]).await.unwrap();
    world.change_outside("T/a", "name", "x");
    world.change_outside("T/b", "name", "x");
    let program = [item("a"), item("b"), item("new")];
    for (selected, planned) in
        [(targets(&["new"]), &["+ new"][..]), (targets(&["new", "a"]), &["~ a", "+ new"])]
    {
        let options = UpdateOptions { refresh: true, ..selected };
        let plan = world.preview_with(&program, options).await.unwrap();
        assert_eq!(actions(&plan), planned);
    }
    let options = UpdateOptions { refresh: true, ..targets(&["neww"]) };
    let wrong = world.preview_with(&program, options).await.unwrap_err().to_string();
    assert!(wrong.contains("unknown resource `neww`; did you mean `new`?"), "{wrong}");
}

#[tokio::test]
async fn what_lies_in_a_target_stands_against_its_deletion_though_it_does_not_depend_on_it() {
    let world = World::default();
    world.up(&[item("group"), item("vault").named("group/vault")]).await.unwrap();
    assert_eq!(torn(world.destroy_with(targets(&["group"])).await), pairs(&[("group", "vault")]));
    assert_eq!(world.ids().len(), 2);
}

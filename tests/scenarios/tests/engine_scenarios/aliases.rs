//! Other names for what is there.

use atp_iac::engine::{Kind, UpdateOptions};
use atp_iac::plan::{OperationKind, Plan, Telling};
use atp_iac::provider::{ProviderError, ProviderErrorKind};
use atp_iac::resource::{Alias, AliasParent};
use atp_iac::testing::{CallKind, MemoryCloud};
use atp_iac::{Urn, Value};
use scenarios::{Item, World, actions, component, item, report, stack_name, urn};

/// What moves, as `old -> new`.
fn moves(plan: &Plan) -> Vec<String> {
    let told = plan.preparation.told.iter().filter_map(|told| match &told.what {
        Telling::Moved { from } => Some(format!("{} -> {}", from.name(), told.urn.name())),
        _ => None,
    });
    told.collect()
}

/// A world where ids do not depend on types, after `before` was deployed; and the plan for `after`.
async fn changed(before: &[Item], after: &[Item]) -> (World, Plan) {
    let cloud = MemoryCloud::new("test").replacing("fixed");
    let world = World::new(cloud.with_ids(|_, inputs| inputs.get("name")?.as_str().map(str::to_owned)));
    assert!(report(&world.up(before).await.unwrap()).is_complete());
    let plan = world.preview(after).await.unwrap();
    (world, plan)
}

#[tokio::test]
async fn engine_089_renamed_retyped_reparented_or_unparented_with_an_alias_is_the_same() {
    let inside = |item| component("box", [item]);
    let a = || item("a").named("x");
    let b = || item("b").named("x");
    for (before, after) in [
        (a(), b().once(Alias::name("a"))),
        (a().of_type("U"), a().once(Alias::kind("U"))),
        (a(), inside(a().once(Alias::no_parent()))),
        (inside(a()), a().once(Alias::parent(&Urn::new(&stack_name(), &["C"], &["box"]).unwrap()))),
        (inside(a()), component("crate", [a()]).once(Alias::name("box"))),
        (inside(a()), component("crate", [b().once(Alias::name("a"))]).once(Alias::name("box"))),
        (inside(a()), b().once(Alias::name("box/a").and_parent(AliasParent::None).and_kind("C$T"))),
    ] {
        let (world, plan) = changed(&[before], std::slice::from_ref(&after)).await;
        assert_eq!((actions(&plan), moves(&plan).len()), (vec![], 1), "{after:?}");
        assert!(plan.has_changes());
        let calls = world.cloud.calls().len();
        assert!(report(&world.up(std::slice::from_ref(&after)).await.unwrap()).is_complete());
        assert_eq!(world.cloud.calls().len(), calls, "nothing is called for a move");
        assert!(!world.preview(&[after]).await.unwrap().has_changes());
    }
}

#[tokio::test]
async fn engine_089_with_other_properties_it_is_updated_or_replaced_and_never_deleted_and_created() {
    let before = [item("a").named("x").with("size", 1i64), item("user").link("of", "a")];
    let renamed = |item: Item| [item.once(Alias::name("a")), component("c", [self::item("other")])];
    let user = || item("user").link("of", "b");
    let [b, _] = renamed(item("b").named("x").with("size", 2i64));
    let (world, plan) = changed(&before, &[b.clone(), user()]).await;
    assert_eq!((actions(&plan), moves(&plan)), (vec!["~ b".to_owned()], vec!["a -> b".to_owned()]));
    world.up(&[b, user()]).await.unwrap();
    let state = world.engine.state(&stack_name()).await.unwrap().unwrap();
    assert_eq!(state.get(&urn("user")).unwrap().dependencies, [urn("b")]);

    let [b, _] = renamed(item("b").named("y").with("size", 1i64));
    let (_, plan) = changed(&before, &[b, user()]).await;
    assert_eq!(actions(&plan), ["+/- b", "~ user"]);
    let (world, plan) = changed(&[item("a").of_type("U")], &[item("a").once(Alias::kind("U"))]).await;
    assert_eq!((actions(&plan), world.ids()), (vec![], vec!["a".to_owned()]));
}

#[tokio::test]
async fn engine_089_another_type_that_has_another_id_is_a_replacement_by_which_the_old_type_is_deleted() {
    let world = World::default();
    world.up(&[item("a").of_type("U")]).await.unwrap();
    let after = [item("a").once(Alias::kind("U"))];
    let plan = world.preview(&after).await.unwrap();
    assert_eq!(actions(&plan), ["+/- a"]);
    assert!(plan.operations[0].reason.as_ref().unwrap().contains("from `U` to `T`"));
    world.up(&after).await.unwrap();
    assert_eq!(world.ids(), ["T/a"]);
    assert!(!world.preview(&after).await.unwrap().has_changes());
}

#[tokio::test]
async fn engine_091_an_alias_of_what_the_program_declares_is_an_error_in_either_order() {
    let world = World::default();
    world.up(&[item("a")]).await.unwrap();
    for order in [[0, 1], [1, 0]] {
        let program = [item("a"), item("b").once(Alias::name("a"))];
        let program = order.map(|index: usize| program[index].clone());
        let error = world.up(&program).await.unwrap_err().to_string();
        assert!(
            error.contains("`b`")
                && error.contains("cannot be") | error.contains("nothing can be two resources")
        );
        assert!(error.contains("which the program declares at program.rs:"), "{error}");
    }
    assert_eq!(world.ids(), ["T/a"]);
}

#[tokio::test]
async fn engine_092_two_resources_that_were_the_same_one_before_are_an_error() {
    let world = World::default();
    let program = [item("b").once(Alias::name("a")), item("c").once(Alias::name("a"))];
    assert_eq!(actions(&world.preview(&program).await.unwrap()), ["+ b", "+ c"], "nothing is there yet");
    world.up(&[item("a")]).await.unwrap();
    let error = world.up(&program).await.unwrap_err().to_string();
    assert!(error.contains("one resource cannot become two") && error.contains("way out"), "{error}");
    assert_eq!(world.ids(), ["T/a"]);
}

#[tokio::test]
async fn engine_094_aliases_are_not_persisted() {
    let world = World::default();
    world.up(&[item("a"), item("d")]).await.unwrap();
    let refused = ProviderError::new(ProviderErrorKind::Refused, "Locked", "it is locked");
    world.cloud.fail_next(CallKind::Delete, "T/d", refused);
    let renamed = item("b").named("a").once(Alias::name("a"));
    assert!(!report(&world.up(std::slice::from_ref(&renamed)).await.unwrap()).is_complete());
    // The old name is free, though a delete failed when it was given up.
    let program = [item("a").named("a2"), item("b").named("a")];
    assert_eq!(actions(&world.preview(&program).await.unwrap()), ["+ a", "- d"]);
    assert!(report(&world.up(&program).await.unwrap()).is_complete());
    assert_eq!(world.ids(), ["T/a", "T/a2"]);
}

/// Contradicts the design: components are not in the state, so that what takes the name of one replaces nothing; what was in
/// the component goes by itself.
#[tokio::test]
async fn engine_095_a_resource_and_a_component_under_one_name_give_way_to_each_other() {
    let resource = [item("x").of_type("C")];
    let whole = [component("x", [item("a")])];
    let (world, plan) = changed(&resource, &whole).await;
    assert_eq!(actions(&plan), ["+ x/a", "- x"]);
    world.up(&whole).await.unwrap();
    assert_eq!(actions(&world.preview(&resource).await.unwrap()), ["+ x", "- x/a"]);
}

#[tokio::test]
async fn a_declined_plan_moves_nothing() {
    let world = World::default();
    world.up(&[item("a")]).await.unwrap();
    let program = scenarios::program(&[item("b").named("a").once(Alias::name("a"))]);
    let before = world.engine.state(&stack_name()).await.unwrap().unwrap().to_snapshot();
    world.decline(&program).await.unwrap();
    assert_eq!(world.engine.state(&stack_name()).await.unwrap().unwrap().to_snapshot(), before);
}

#[tokio::test]
async fn an_alias_in_another_stack_is_refused_with_another_way() {
    let world = World::default();
    let error = world.preview(&[item("a").once(Alias::stack("old"))]).await.unwrap_err().to_string();
    assert!(error.contains("another stack") && error.contains("`import`"), "{error}");
}

#[tokio::test]
async fn secrets_protection_and_owed_deletes_move_along() {
    let world = World::default();
    let secret = || Value::from("hunter2").into_secret();
    let a = item("a").with("password", secret()).protected();
    world.up(std::slice::from_ref(&a)).await.unwrap();
    let refused = ProviderError::new(ProviderErrorKind::Refused, "Locked", "it is locked");
    world.cloud.fail_next(CallKind::Delete, "T/a", refused);
    // A replacement whose old copy could not be deleted.
    world.up(&[item("a").named("x").with("password", secret())]).await.unwrap();
    let b = item("b").named("x").with("password", secret()).once(Alias::name("a"));
    let plan = world.preview(std::slice::from_ref(&b)).await.unwrap();
    assert_eq!((actions(&plan), plan.operations[1].action), (vec!["- b".to_owned()], OperationKind::Delete));
    assert!(report(&world.up(&[b]).await.unwrap()).is_complete());
    assert_eq!(world.ids(), ["T/x"]);
    let state = world.engine.state(&stack_name()).await.unwrap().unwrap();
    assert!(state.get(&urn("b")).unwrap().inputs.get("password").unwrap().has_secret());
}

#[tokio::test]
async fn a_destroy_that_runs_the_program_deletes_what_it_calls_otherwise_too() {
    let world = World::default();
    world.up(&[item("a"), item("c").link("to", "a")]).await.unwrap();
    let program = [item("b").named("a").once(Alias::name("a")), item("c").link("to", "b")];
    let options = UpdateOptions { run_program: true, ..UpdateOptions::default() };
    let update = world.run(&scenarios::program(&program), Kind::Destroy, options).await.unwrap();
    assert!(report(&update).is_complete(), "{:?}", report(&update).failures);
    assert!(world.ids().is_empty() && world.state().await.is_empty());
}

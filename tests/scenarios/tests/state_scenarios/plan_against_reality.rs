//! Plans, saved and not, against what is there by now.

use atp_iac::apply::FailureCause;
use atp_iac::config::ConfigTree;
use atp_iac::engine::{EngineError, How, Moved, PlanFileError, UpdateOptions};
use atp_iac::provider::{ProviderError, ProviderErrorKind};
use atp_iac::state::{Holder, Wait};
use atp_iac::testing::CallKind;
use atp_iac::{Value, plan::Operation};
use scenarios::awkward::Kink;
use scenarios::{World, actions, item, program, refused, report, stack_name, urn};

/// What is otherwise, as the refusal says it.
fn moved<T>(result: Result<T, EngineError>) -> Vec<Moved> {
    match result {
        Err(EngineError::Moved(moved)) => moved,
        Err(other) => unreachable!("{other}"),
        Ok(_) => unreachable!("it was carried out"),
    }
}

/// Forgets the state of the stack: the next run begins another history.
async fn forget(world: &World) {
    let since = time::OffsetDateTime::UNIX_EPOCH;
    let holder = Holder { who: "t".into(), host: "t".into(), process: 1, operation: "t".into(), since };
    let lease = world.store.lock(&stack_name(), &holder, Wait::NONE).await.unwrap();
    let version = world.store.read(&stack_name()).await.unwrap().unwrap().version;
    world.store.remove(&lease, &version).await.unwrap();
    world.store.unlock(&lease).await.unwrap();
}

#[tokio::test]
async fn state_031_a_plan_of_another_lineage_is_refused_with_its_own_message() {
    let world = World::default();
    world.up(&[item("a")]).await.unwrap();
    let saved = world.saved(&[item("a"), item("b")]).await;
    forget(&world).await;
    world.cloud.remove("T/a");
    world.up(&[item("a")]).await.unwrap();
    let refused = world.up_saved(&[item("a"), item("b")], &saved).await;
    assert!(refused.as_ref().is_err_and(EngineError::is_refused));
    assert!(matches!(moved(refused)[..], [Moved::Lineage { .. }]));
    assert_eq!(world.ids(), ["T/a"]);
}

#[tokio::test]
async fn state_032_a_plan_of_a_stack_without_a_state_is_refused_once_there_is_one() {
    let world = World::default();
    let saved = world.saved(&[item("a")]).await;
    world.up(&[item("b")]).await.unwrap();
    let refused = moved(world.up_saved(&[item("a")], &saved).await);
    assert!(refused[0].to_string().starts_with("it was made before the stack had a state"), "{refused:?}");
    assert_eq!(world.ids(), ["T/b"]);
}

#[tokio::test]
async fn state_032_a_plan_of_a_stack_without_a_state_is_carried_out_while_there_is_none() {
    let world = World::default();
    let items = [item("a").with("password", Value::from("hunter2").into_secret()), item("b").link("to", "a")];
    let saved = world.saved(&items).await;
    assert!(report(&world.up_saved(&items, &saved).await.unwrap()).is_complete());
    assert!(!world.preview(&items).await.unwrap().has_changes());
    assert_eq!(moved(world.up_saved(&items, &saved).await), [Moved::Done]);
}

/// Every value of the configuration counts, and all are read again when the plan is carried out: there are none that may
/// differ.
#[tokio::test]
async fn state_034_another_configuration_than_the_plan_was_made_with_is_refused() {
    let world = World::default();
    let configured = |text| program(&[item("a")]).with_config(ConfigTree::from_yaml("x.yaml", text).unwrap());
    let saved = world.save(&configured("size: 1\nplace: north"), UpdateOptions::default()).await.unwrap();
    let refused = moved(world.carry_out(&configured("size: 2\nplace: north"), &saved).await);
    assert_eq!(refused, [Moved::Config("size".into(), How::Changed)]);
    assert!(world.ids().is_empty());
    world.carry_out(&configured("place: north\nsize: 1"), &saved).await.unwrap();
    assert_eq!(world.ids(), ["T/a"]);
}

#[tokio::test]
async fn state_035_a_plan_that_could_not_be_made_is_kept_as_such_and_refused() {
    let world = World::default();
    let nothing = UpdateOptions::default();
    let error = world.preview(&[item("a").after("ghost")]).await.unwrap_err();
    let what = (atp_iac::engine::Kind::Up, None);
    let saved = world.engine.failed_plan(&stack_name(), what, &nothing, &error.to_string());
    let saved = saved.unwrap();
    let opened = world.engine.open_plan("the.plan", &saved).await.unwrap();
    assert!(opened.content.as_ref().is_err_and(|why| why.contains("ghost")));
    let refused = world.up_saved(&[item("a")], &saved).await.unwrap_err();
    assert!(refused.is_refused() && refused.to_string().contains("ghost"), "{refused}");
    assert!(world.ids().is_empty());
}

/// All that a screen shows of an operation, and all that is compared before it is carried out.
fn said(operation: &Operation) -> String {
    let Operation { urn, kind, provider, action, changes, old, dependencies, queries, lifecycle, .. } =
        operation;
    let Operation { holds_data, location, reason, inputs, .. } = operation;
    format!(
        "{urn} {kind} {provider} {action:?} {inputs:?} {changes:?} {old:?} {dependencies:?} {queries:?} \
         {lifecycle:?} {holds_data} {location:?} {reason:?}"
    )
}

#[tokio::test]
async fn state_041_a_saved_plan_reads_back_with_every_action_and_reason() {
    let world = World::default();
    let secret = || Value::from("hunter2").into_secret();
    let before = [
        item("stays"),
        item("grows").with("size", 1i64).with("password", secret()),
        item("moves"),
        item("fixed").with("fixed", 1i64),
        item("goes"),
        item("left").retained("it is needed"),
        item("drifts").with("size", 1i64),
        item("half").with("size", 1i64),
        item("kept").protected(),
    ];
    let mut error = ProviderError::new(ProviderErrorKind::Refused, "Half", "half made");
    let outputs = Value::from([("id", Value::from("T/half"))]);
    error.left = Some(Box::new(atp_iac::provider::Object { id: "T/half".into(), outputs: outputs.clone() }));
    world.cloud.put("T/half", outputs);
    world.cloud.fail_next(CallKind::Create, "T/half", error);
    world.up(&before).await.unwrap();
    world.cloud.put("T/drifts", Value::from([("name", "drifts".into()), ("size", Value::from(9i64))]));
    let after = program(&[
        item("stays"),
        item("grows").with("size", 2i64).with("password", secret()),
        item("moves").named("moved"),
        item("fixed").with("fixed", 2i64).ask("key", "stays"),
        item("drifts").with("size", 1i64),
        item("half").with("size", 1i64),
        item("new").link("of", "moves").ask("by", "moves"),
    ]);
    let options = UpdateOptions { refresh: true, ..UpdateOptions::default() };
    let (preview, bytes) = world.engine.save_plan(&after, atp_iac::engine::Kind::Up, &options).await.unwrap();
    let opened = world.engine.open_plan("the.plan", &bytes).await.unwrap();
    let plan = &opened.content.unwrap().plan;
    let all = ["~ grows", "+/- moves", "-/+ fixed", "~ drifts", "~ half", "< new-by", "+ new"];
    assert_eq!(actions(plan), [&all[..], &["- goes", "o left", "- kept"]].concat());
    let lines = |plan: &atp_iac::plan::Plan| plan.operations.iter().map(said).collect::<Vec<_>>();
    assert_eq!(lines(plan), lines(&preview.plan));
    assert_eq!((&plan.steps, &plan.refusals), (&preview.plan.steps, &preview.plan.refusals));
    assert_eq!((&plan.outputs, &plan.warnings), (&preview.plan.outputs, &preview.plan.warnings));
    assert_eq!(opened.options, options);
    assert!(!String::from_utf8_lossy(&bytes).contains("hunter2"));
}

#[tokio::test]
async fn a_saved_plan_is_refused_when_the_cloud_says_something_else_than_was_read() {
    let world = World::default();
    world.up(&[item("a").with("size", 1i64), item("b")]).await.unwrap();
    let next = [item("a").with("size", 1i64), item("b"), item("c")];
    let options = UpdateOptions { refresh: true, ..UpdateOptions::default() };
    let saved = world.save(&program(&next), options).await.unwrap();
    world.cloud.put("T/a", Value::from([("name", "a".into()), ("size", Value::from(5i64))]));
    world.cloud.remove("T/b");
    let refused = moved(world.up_saved(&next, &saved).await);
    let about = |name: &str| refused.iter().map(Moved::to_string).any(|text| text.contains(name));
    assert!(refused.contains(&Moved::Object(urn("a"), How::Changed)), "{refused:?}");
    assert!(refused.contains(&Moved::Object(urn("b"), How::Gone)), "{refused:?}");
    assert!(about("`b` would be created: create is not allowed by the plan"), "{refused:?}");
    assert!(!world.ids().contains(&"T/c".to_owned()));
}

#[tokio::test]
async fn a_saved_plan_with_a_protected_resource_against_it_is_refused() {
    let world = World::default();
    world.up(&[item("a").protected()]).await.unwrap();
    let saved = world.saved(&[]).await;
    assert!(matches!(world.up_saved(&[], &saved).await, Err(EngineError::Refused(_))));
    assert_eq!(world.ids(), ["T/a"]);
}

#[tokio::test]
async fn a_damaged_or_foreign_plan_file_has_an_error_of_its_own_and_nothing_is_done() {
    let world = World::default();
    let saved = world.saved(&[item("a")]).await;
    let open = async |bytes: &[u8]| world.engine.open_plan("the.plan", bytes).await.unwrap_err();
    assert!(matches!(open(b"").await, PlanFileError::Empty { .. }));
    assert!(matches!(open(&saved[..saved.len() - 1]).await, PlanFileError::Torn { .. }));
    assert!(matches!(
        open(b"{\"format\":\"atp-iac state\",\"version\":1}\n").await,
        PlanFileError::Corrupt { .. }
    ));
    let newer = b"{\"format\":\"atp-iac plan\",\"version\":9}\n";
    assert!(matches!(open(newer).await, PlanFileError::NewerFormat { found: 9, .. }));
    let mut flipped = saved.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    assert!(matches!(open(&flipped).await, PlanFileError::Corrupt { .. }));
}

#[tokio::test]
async fn a_saved_plan_goes_on_where_its_own_run_was_cut_off() {
    let world = World::default();
    world.up(&[item("old")]).await.unwrap();
    let next = [item("a"), item("b").link("to", "a"), item("c").link("to", "b")];
    let saved = world.saved(&next).await;
    let refused = ProviderError::new(ProviderErrorKind::Unreachable, "Cut", "no answer");
    world.cloud.fail_next(CallKind::Create, "T/b", refused);
    let first = world.up_saved(&next, &saved).await.unwrap();
    assert!(!report(&first).is_complete());
    // It was made after all, and the run does not know.
    let made = Value::from([("name", "b".into()), ("to", "T/a".into()), ("id", Value::from("T/b"))]);
    world.cloud.put("T/b", made);
    let second = world.up_saved(&next, &saved).await.unwrap();
    assert!(report(&second).is_complete());
    assert_eq!(world.ids(), ["T/a", "T/b", "T/c"]);
    assert_eq!(moved(world.up_saved(&next, &saved).await), [Moved::Done]);
}

#[tokio::test]
async fn what_is_left_of_a_cut_off_plan_is_not_done_with_another_program() {
    let world = World::default();
    let saved = world.saved(&[item("a"), item("b")]).await;
    world.cloud.fail_next(
        CallKind::Create,
        "T/b",
        ProviderError::new(ProviderErrorKind::Refused, "No", "no"),
    );
    world.up_saved(&[item("a"), item("b")], &saved).await.unwrap();
    let refused = moved(world.up_saved(&[item("a"), item("b"), item("c")], &saved).await);
    assert!(refused.contains(&Moved::Declared(urn("c"), How::New)), "{refused:?}");
    assert_eq!(world.ids(), ["T/a"]);
}

#[tokio::test]
async fn state_040_what_is_no_resource_is_an_error_and_what_was_known_stays() {
    for kink in [Kink::Nothing, Kink::Unknown, Kink::NoId] {
        let (world, cloud) = World::awkward();
        world.up(&[item("a").with("size", 1i64)]).await.unwrap();
        let before = world.engine.state(&stack_name()).await.unwrap().unwrap();
        cloud.next(CallKind::Update, "T/a", kink);
        let update = world.up(&[item("a").with("size", 2i64), item("b")]).await.unwrap();
        let [failure] = &report(&update).failures[..] else { panic!("{:?}", report(&update).failures) };
        assert!(matches!(failure.cause, FailureCause::Malformed { .. }), "{kink:?}: {failure:?}");
        let after = world.engine.state(&stack_name()).await.unwrap().unwrap();
        assert_eq!(after.get(&urn("a")), before.get(&urn("a")), "{kink:?}");
        assert!(after.get(&urn("b")).is_some() && after.pending().count() == 1, "{kink:?}");
        let next = world.up(&[item("a").with("size", 2i64), item("b")]).await.unwrap();
        assert!(report(&next).is_complete(), "{kink:?}");
    }
}

#[tokio::test]
async fn state_037_what_was_deleted_outside_is_found_and_made_again() {
    let world = World::default();
    let program = [item("a"), item("b").link("next", "a")];
    world.up(&program).await.unwrap();
    world.cloud.remove("T/a");
    let update = world.up_refreshed(&program).await.unwrap();
    assert!(
        report(&update).is_complete() && actions(&update.plan)[0] == "+ a",
        "{:?}",
        actions(&update.plan)
    );
    assert!(world.ids().contains(&"T/a".to_owned()));
    assert!(!world.preview(&program).await.unwrap().has_changes());
}

#[tokio::test]
async fn state_038_a_refresh_updates_state_and_outputs_and_changes_nothing_also_of_copies_and_orphans() {
    let world = World::default();
    world
        .up(&[item("a").named("one"), item("b").with("size", 1i64), item("orphan").with("size", 1i64)])
        .await
        .unwrap();
    world.cloud.fail_next(CallKind::Delete, "T/one", refused());
    world.cloud.fail_next(CallKind::Delete, "T/orphan", refused());
    let program = [item("a").named("two"), item("b").with("size", 1i64)];
    world.up(&program).await.unwrap();
    world.cloud.remove("T/one");
    world.change_outside("T/orphan", "size", 7i64);
    world.change_outside("T/two", "id", "T/three");
    let calls = world.writes().len();
    world.refresh_with(&program).await.unwrap();
    let state = world.state().await;
    assert_eq!(state.replaced(&urn("a")).count(), 0, "the old copy went by itself");
    assert_eq!(state.get(&urn("orphan")).unwrap().inputs.get("size"), Some(&7i64.into()));
    assert_eq!(state.outputs()["first"], "T/three".into());
    assert_eq!(world.writes().len(), calls);
}

//! Taking over what is there.

use atp_iac::Value;
use atp_iac::engine::{Kind, UpdateOptions};
use atp_iac::plan::{ImportRequest, Plan, Telling};
use atp_iac::testing::CallKind;
use scenarios::{Item, World, actions, item, program, report, urn};

/// An object in the cloud that nobody manages.
fn found(world: &World, name: &str, properties: impl IntoIterator<Item = (&'static str, Value)>) {
    let own = [("id", Value::from(format!("T/{name}"))), ("name", name.into())];
    let all = own.into_iter().chain(properties).map(|(key, value)| (key.into(), value));
    world.cloud.put(&format!("T/{name}"), Value::Map(all.collect()));
}

fn importing(name: &str, id: &str) -> Item {
    item(name).named(id.trim_start_matches("T/")).options(|options| options.import(id))
}

/// What is taken over, as `name: id`.
fn taken(plan: &Plan) -> Vec<String> {
    let told = plan.preparation.told.iter().filter_map(|told| match &told.what {
        Telling::Imported { id } => Some(format!("{}: {id}", told.urn.name())),
        _ => None,
    });
    told.collect()
}

/// What comes of a request from outside of the program.
async fn request(world: &World, items: &[Item], name: &str, id: &str) -> Result<Plan, String> {
    let import = vec![ImportRequest { urn: urn(name), id: id.into() }];
    let options = UpdateOptions { import, only_import: true, ..UpdateOptions::default() };
    let update = world.run(&program(items), Kind::Up, options).await.map_err(|error| error.to_string())?;
    assert!(report(&update).is_complete());
    Ok(update.plan)
}

#[tokio::test]
async fn engine_079_what_is_as_the_program_says_is_taken_over_and_is_the_same() {
    let world = World::default();
    found(&world, "a", [("size", 1i64.into())]);
    let items = [importing("a", "T/a").with("size", 1i64)];
    let plan = world.preview(&items).await.unwrap();
    assert_eq!((actions(&plan), taken(&plan)), (vec![], vec!["a: T/a".to_owned()]));
    assert!(report(&world.up(&items).await.unwrap()).is_complete());
    let resource = world.resource("a").await.unwrap();
    assert_eq!((resource.id.as_str(), world.writes()), ("T/a", vec![]));
    assert_eq!(resource.inputs.get("size").unwrap(), &1i64.into());
    assert!(!world.preview(&items).await.unwrap().has_changes());
    assert!(!world.preview(&[item("a").with("size", 1i64)]).await.unwrap().has_changes());
}

#[tokio::test]
async fn engine_080_what_is_otherwise_is_taken_over_and_updated_in_one_run() {
    let world = World::default();
    found(&world, "a", [("size", 1i64.into()), ("extra", true.into())]);
    let items = [importing("a", "T/a").with("size", 2i64), item("user").link("of", "a")];
    let plan = world.preview(&items).await.unwrap();
    assert_eq!((actions(&plan), taken(&plan).len()), (vec!["~ a".into(), "+ user".into()], 1));
    let changes: Vec<_> = plan.operations[0].changes.iter().map(|change| change.path.to_string()).collect();
    assert_eq!(changes, ["extra", "size"], "the plan shows what the cloud has otherwise");
    assert!(report(&world.up(&items).await.unwrap()).is_complete());
    assert_eq!(world.writes(), ["~a", "+user"]);
    assert!(!world.preview(&items).await.unwrap().has_changes());
}

#[tokio::test]
async fn engine_082_what_is_imported_is_not_replaced_for_as_long_as_the_program_says_so() {
    let world = World::default();
    found(&world, "a", [("fixed", 1i64.into())]);
    let items = [importing("a", "T/a").with("fixed", 2i64)];
    let error = world.up(&items).await.unwrap_err();
    assert!(error.is_refused() && error.to_string().contains("for `fixed`"), "{error}");
    let state = world.engine.state(&scenarios::stack_name()).await.unwrap();
    assert!(state.is_none_or(|state| state.is_empty()), "nothing is taken over by a plan that is refused");
    world.up(&[importing("a", "T/a").with("fixed", 1i64)]).await.unwrap();
    let later = world.up(&items).await.unwrap_err().to_string();
    assert!(later.contains("is imported as `T/a` and would be replaced"), "{later}");
    assert_eq!(actions(&world.preview(&[item("a").with("fixed", 2i64)]).await.unwrap()), ["-/+ a"]);
}

#[tokio::test]
async fn engine_083_another_id_replaces_what_is_managed_and_the_same_id_is_nothing_new() {
    let world = World::default();
    world.up(&[item("a"), item("user").link("of", "a")]).await.unwrap();
    assert!(
        !world.preview(&[importing("a", "T/a"), item("user").link("of", "a")]).await.unwrap().has_changes()
    );
    found(&world, "b", []);
    let items = [importing("a", "T/b"), item("user").link("of", "a")];
    let plan = world.preview(&items).await.unwrap();
    assert_eq!((actions(&plan), taken(&plan).len()), (vec!["~ user".into(), "- a".into()], 1));
    assert_eq!(plan.operations[2].reason.as_deref(), Some("`T/b` is taken over in its place"));
    assert_eq!(plan.data_losses().count(), 1, "what the old one holds is lost by this plan");
    assert!(report(&world.up(&items).await.unwrap()).is_complete());
    assert_eq!(world.ids(), ["T/b", "T/user"]);
    assert_eq!(world.writes()[2..], ["~user", "-a"], "the old one goes when nothing uses it any more");
    assert!(!world.preview(&items).await.unwrap().has_changes());
}

#[tokio::test]
async fn what_is_protected_is_not_replaced_by_an_import() {
    let world = World::default();
    world.up(&[item("a").protected()]).await.unwrap();
    found(&world, "b", []);
    let error = world.up(&[importing("a", "T/b")]).await.unwrap_err();
    assert!(error.is_refused() && error.to_string().contains("`a` is protected"), "{error}");
    assert_eq!(world.resource("a").await.unwrap().id, "T/a");
}

#[tokio::test]
async fn one_object_is_not_imported_as_two_resources() {
    let world = World::default();
    world.up(&[item("a")]).await.unwrap();
    let error = world.up(&[item("a"), importing("b", "T/a")]).await.unwrap_err().to_string();
    assert!(error.contains("which the stack has as `a`") && error.contains("program.rs:2"), "{error}");
    found(&world, "c", []);
    let twice = world.up(&[item("a"), importing("b", "T/c"), importing("c", "T/c")]).await.unwrap_err();
    assert!(twice.to_string().contains("which the stack has as `b`"), "{twice}");
}

#[tokio::test]
async fn engine_085_what_is_not_there_or_cannot_be_imported_is_an_error() {
    let world = World::default();
    let error = world.up(&[importing("a", "T/a")]).await.unwrap_err().to_string();
    assert!(error.contains("`a` (T) at program.rs:1") && error.contains("`T/a` does not exist"), "{error}");
    found(&world, "a", []);
    let plain = scenarios::Plain(world.cloud.clone());
    let world = world.with_provider(plain);
    let error = world.up(&[importing("a", "T/a")]).await.unwrap_err().to_string();
    assert!(error.contains("the provider `test` does not support importing"), "{error}");
    assert!(world.engine.state(&scenarios::stack_name()).await.unwrap().is_none_or(|state| state.is_empty()));
}

#[tokio::test]
async fn engine_086_a_request_for_what_is_managed_is_nothing_new_or_an_error() {
    let world = World::default();
    world.up(&[item("a")]).await.unwrap();
    assert!(!request(&world, &[item("a")], "a", "T/a").await.unwrap().has_changes());
    found(&world, "b", []);
    let error = request(&world, &[item("a")], "a", "T/b").await.unwrap_err();
    assert!(error.contains("already manages `T/a`"), "{error}");
}

#[tokio::test]
async fn a_request_takes_over_one_resource_and_does_nothing_else() {
    let world = World::default();
    found(&world, "a", [("size", 1i64.into())]);
    let items = [item("a").with("size", 2i64), item("new")];
    let plan = request(&world, &items, "a", "T/a").await.unwrap();
    assert_eq!((actions(&plan), taken(&plan), world.writes()), (vec![], vec!["a: T/a".to_owned()], vec![]));
    let state = world.state().await;
    assert_eq!((state.resources().len(), state.outputs().len()), (1, 0), "outputs are not saved");
    assert_eq!(actions(&world.preview(&items).await.unwrap()), ["~ a", "+ new"]);
    found(&world, "b", [("fixed", 1i64.into())]);
    let error = request(&world, &[item("b").with("fixed", 2i64)], "b", "T/b").await.unwrap_err();
    assert!(error.contains("would be replaced by a new one: for `fixed`"), "{error}");
}

#[tokio::test]
async fn engine_088_what_is_only_read_or_not_declared_is_not_imported() {
    let world = World::default();
    let error = request(&world, &[item("a")], "b", "T/b").await.unwrap_err();
    assert!(error.contains("the program declares no resource"), "{error}");
    let query = atp_iac::Urn::new(&scenarios::stack_name(), &["T/read"], &["a-of"]).unwrap();
    let import = vec![ImportRequest { urn: query, id: "T/x".into() }];
    let options = UpdateOptions { import, only_import: true, ..UpdateOptions::default() };
    let items = program(&[item("x"), item("a").ask("of", "x")]);
    let error = world.run(&items, Kind::Up, options).await.unwrap_err().to_string();
    assert!(error.contains("is only read, and is not taken over"), "{error}");
}

#[tokio::test]
async fn engine_118_that_an_input_is_secret_is_no_reason_to_replace_what_is_imported() {
    let world = World::default();
    found(&world, "a", [("fixed", "word".into()), ("size", 1i64.into())]);
    let secret = Value::from("word").into_secret();
    let items = [importing("a", "T/a").with("fixed", secret).with("size", 2i64)];
    assert_eq!(actions(&world.preview(&items).await.unwrap()), ["~ a"]);
    assert!(report(&world.up(&items).await.unwrap()).is_complete());
    let resource = world.resource("a").await.unwrap();
    assert!(resource.inputs.get("fixed").unwrap().has_secret());
    assert!(resource.outputs.get("fixed").unwrap().has_secret());
}

#[tokio::test]
async fn a_saved_plan_takes_over_what_it_says_and_nothing_that_changed_since() {
    let world = World::default();
    found(&world, "a", [("size", 1i64.into())]);
    let items = [importing("a", "T/a").with("size", 2i64)];
    let saved = world.saved(&items).await;
    found(&world, "a", [("size", 3i64.into())]);
    let error = world.up_saved(&items, &saved).await.unwrap_err();
    assert!(error.is_refused(), "{error}");
    found(&world, "a", [("size", 1i64.into())]);
    assert!(report(&world.up_saved(&items, &saved).await.unwrap()).is_complete());
    assert_eq!(world.writes(), ["~a"]);
}

#[tokio::test]
async fn what_is_imported_and_takes_the_id_of_another_import_is_known_as_a_whole() {
    let world = World::default();
    found(&world, "a", []);
    found(&world, "b", [("of", "T/a".into()), ("hidden", 1i64.into())]);
    let items = [importing("a", "T/a"), importing("b", "T/b").link("of", "a").with("hidden", 1i64)];
    let plan = world.preview(&items).await.unwrap();
    assert_eq!((actions(&plan), taken(&plan).len()), (vec![], 2));
    assert!(report(&world.up(&items).await.unwrap()).is_complete());
    assert!(!world.preview(&items).await.unwrap().has_changes());
}

fn adopting(name: &str) -> Item {
    item(name).options(|options| options.adopt_if_exists(true))
}

#[tokio::test]
async fn what_is_there_already_is_adopted_and_brought_to_what_the_program_says() {
    let world = World::default();
    found(&world, "a", [("size", 1i64.into())]);
    let items = [adopting("a").with("size", 2i64), item("user").link("of", "a")];
    let update = world.up(&items).await.unwrap();
    assert!(report(&update).is_complete() && report(&update).done.create == 2, "{:?}", update.report);
    assert_eq!(world.writes(), ["+a", "~a", "+user"], "a create that was refused, then an update");
    assert!(!world.preview(&items).await.unwrap().has_changes());
    assert_eq!(world.cloud.objects()["T/a"].get("size"), Some(&2i64.into()));
}

#[tokio::test]
async fn what_is_there_as_the_program_says_is_adopted_without_a_change() {
    let world = World::default();
    found(&world, "a", [("size", 1i64.into())]);
    let items = [adopting("a").with("size", 1i64)];
    assert!(report(&world.up(&items).await.unwrap()).is_complete());
    assert_eq!(world.writes(), ["+a"]);
    assert!(!world.resource("a").await.unwrap().incomplete);
    assert!(!world.preview(&items).await.unwrap().has_changes());
}

#[tokio::test]
async fn what_would_have_to_be_replaced_or_is_managed_already_is_not_adopted() {
    let world = World::default();
    found(&world, "a", [("fixed", 1i64.into())]);
    let failed = |update: atp_iac::engine::Update| {
        let cause = &report(&update).failures[0].cause;
        (cause.to_string(), cause.hint().unwrap_or_default())
    };
    let (error, hint) = failed(world.up(&[adopting("a").with("fixed", 2i64)]).await.unwrap());
    assert!(error.contains("`T/a` is already there") && hint.contains("`fixed`"), "{error}: {hint}");
    assert!(world.resource("a").await.is_none());
    let items = [adopting("a").with("fixed", 1i64), adopting("b").named("a").after("a")];
    let (_, hint) = failed(world.up(&items).await.unwrap());
    assert!(hint.contains("the stack has it as `a`"), "{hint}");
    let (error, _) = failed(world.up(&[item("a"), item("c").named("a").after("a")]).await.unwrap());
    assert!(error.contains("already there"), "without the option, nothing is adopted");
}

#[tokio::test]
async fn an_update_of_what_was_adopted_that_fails_is_done_by_the_next_run() {
    let world = World::default();
    found(&world, "a", [("size", 1i64.into())]);
    world.cloud.fail_next(CallKind::Update, "T/a", scenarios::refused());
    let items = [adopting("a").with("size", 2i64)];
    assert!(!report(&world.up(&items).await.unwrap()).is_complete());
    assert!(world.resource("a").await.unwrap().incomplete);
    assert_eq!(actions(&world.preview(&items).await.unwrap()), ["~ a"]);
    assert!(report(&world.up(&items).await.unwrap()).is_complete());
    assert!(!world.preview(&items).await.unwrap().has_changes());
}

#[tokio::test]
async fn a_replacement_adopts_what_is_there_and_deletes_the_old_one() {
    let world = World::default();
    world.up(&[adopting("a"), item("user").link("of", "a")]).await.unwrap();
    found(&world, "b", [("size", 1i64.into())]);
    let items = [adopting("a").named("b").with("size", 2i64), item("user").link("of", "a")];
    assert_eq!(actions(&world.preview(&items).await.unwrap()), ["+/- a", "~ user"]);
    assert!(report(&world.up(&items).await.unwrap()).is_complete());
    assert_eq!(world.writes()[2..], ["+b", "~b", "~user", "-a"]);
    assert!(!world.preview(&items).await.unwrap().has_changes());
}

#[tokio::test]
async fn what_cannot_be_read_is_not_imported_and_the_error_says_where_and_why() {
    let world = World::default();
    found(&world, "a", []);
    world.cloud.fail_next(CallKind::Read, "T/a", scenarios::refused());
    let error = world.up(&[importing("a", "T/a")]).await.unwrap_err().to_string();
    assert!(error.contains("program.rs:1") && error.contains("`T/a` cannot be read: Planted"), "{error}");
    assert!(report(&world.up(&[importing("a", "T/a")]).await.unwrap()).is_complete());
}

#[tokio::test]
async fn what_is_not_selected_is_not_imported() {
    let world = World::default();
    found(&world, "a", []);
    let items = program(&[importing("a", "T/a"), item("b")]);
    let update = world.run(&items, Kind::Up, scenarios::targets(&["b"])).await.unwrap();
    assert!(report(&update).is_complete() && taken(&update.plan).is_empty());
    assert_eq!(world.state().await.resources().len(), 1);
}

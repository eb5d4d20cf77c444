//! Replacing: which, in which order, and what goes along.

use atp_iac::apply::FailureCause;
use atp_iac::engine::{Deployment, EngineError};
use atp_iac::output::Expression;
use atp_iac::program::Location;
use atp_iac::testing::{CallKind, MemoryCloud};
use atp_iac::{Options, Output, Value};
use scenarios::{Item, World, actions, item, program, refused, report, stack_name, urn};

/// A world whose cloud chooses ids, so that each new object has another one.
fn choosing() -> World {
    World::new(MemoryCloud::new("test").replacing("fixed").choosing_ids())
}

/// Brings a world to a program, and then to another. What the second plan did, and the calls that it made.
async fn changed(world: &World, before: &[Item], after: &[Item]) -> (Vec<String>, Vec<String>) {
    assert!(report(&world.up(before).await.unwrap()).is_complete());
    let calls = world.writes().len();
    let update = world.up(after).await.unwrap();
    assert!(report(&update).is_complete(), "{:?}", report(&update));
    assert!(!world.preview(after).await.unwrap().has_changes(), "nothing is left to do");
    (actions(&update.plan), world.writes().split_off(calls))
}

#[tokio::test]
async fn engine_019_a_replacement_is_made_first_and_the_old_one_is_kept_in_the_state_until_it_is_gone() {
    let world = World::default();
    world.up(&[item("a").named("one")]).await.unwrap();
    world.cloud.fail_next(CallKind::Delete, "T/one", refused());
    let update = world.up(&[item("a").named("two")]).await.unwrap();
    assert_eq!(
        (actions(&update.plan), world.writes()),
        (vec!["+/- a".into()], vec!["+one", "+two", "-one"].into_iter().map(String::from).collect())
    );
    let state = world.state().await;
    let kept: Vec<_> = state.resources().map(|one| (one.id.as_str(), one.replaced)).collect();
    assert_eq!(kept, [("T/one", true), ("T/two", false)]);
}

#[tokio::test]
async fn engine_020_what_would_have_the_same_id_or_is_told_to_is_deleted_first() {
    let (before, after) = (item("a").with("fixed", 1_i64), item("a").with("fixed", 2_i64));
    assert_eq!(changed(&World::default(), &[before], &[after]).await.1, ["-a", "+a"]);
    let first = |item: Item| item.options(|options| options.delete_before_replace(true));
    let (before, after) = (first(item("a").named("one")), first(item("a").named("two")));
    assert_eq!(changed(&World::default(), &[before], &[after]).await.1, ["-one", "+two"]);
}

/// `a` is deleted first. `b` is bound to it, `c` to `b`; `d` uses it and can change; `e` uses `d`; `f` only waits for `a`;
/// `g` is bound to something that `a` says and that stays the same.
fn family(fixed: i64) -> Deployment {
    Deployment::of_function(stack_name(), move |cx| {
        let mut add = |name: &str, link: Option<(&str, &str, &str)>, options: Options| {
            let mut inputs =
                std::collections::BTreeMap::from([("name".to_owned(), Value::from(name).into())]);
            inputs.extend((name == "a").then(|| ("fixed".to_owned(), Expression::from(Value::from(fixed)))));
            inputs.extend(link.map(|(key, other, output)| {
                (key.to_owned(), Output::<Value>::of_resource(&urn(other), output).into())
            }));
            let location = Location { file: "family.rs", line: 1 };
            cx.register("T", "test", name, Expression::Map(inputs), options, location).map(drop)
        };
        add("a", None, Options::new())?;
        add("b", Some(("fixed", "a", "id")), Options::new())?;
        add("c", Some(("fixed", "b", "id")), Options::new())?;
        add("d", Some(("soft", "a", "id")), Options::new())?;
        add("e", Some(("fixed", "d", "id")), Options::new())?;
        add("f", None, Options::new().depends_on(&urn("a")))?;
        add("g", Some(("fixed", "a", "name")), Options::new())?;
        Ok(Default::default())
    })
}

/// No provider is a resource here, so nobody uses a resource as its provider; the rest holds.
#[tokio::test]
async fn engine_022_exactly_what_is_bound_to_what_is_deleted_first_is_replaced_around_it() {
    let world = World::default();
    world.deploy(&family(1)).await.unwrap();
    let calls = world.writes().len();
    let update = world.deploy(&family(2)).await.unwrap();
    assert_eq!(actions(&update.plan), ["-/+ a", "-/+ b", "-/+ c", "~ d", "-/+ g"]);
    let writes = world.writes().split_off(calls);
    let at = |call: &str| writes.iter().position(|write| write == call).unwrap();
    assert!(at("-c") < at("-b") && at("-b") < at("-a") && at("-g") < at("-a"), "{writes:?}");
    assert!(at("-a") < at("+a") && at("+a") < at("+b") && at("+b") < at("+c"), "{writes:?}");
    let reason = update.plan.operations.iter().find(|one| one.urn.name() == "g").unwrap().reason.clone();
    assert_eq!(reason.unwrap(), "its `fixed` is bound to `a`, which is deleted first");
    assert!(!world.plan(&family(2)).await.unwrap().has_changes());
}

#[tokio::test]
async fn engine_023_what_only_waits_for_what_is_deleted_first_stays() {
    let program = |fixed: i64| [item("a").with("fixed", fixed), item("b").after("a")];
    assert_eq!(changed(&World::default(), &program(1), &program(2)).await.0, ["-/+ a"]);
}

#[tokio::test]
async fn engine_025_a_protected_one_in_the_chain_refuses_all_of_it_before_anything_is_deleted() {
    let world = World::default();
    let program = |fixed: i64| [item("a").with("fixed", fixed), item("b").link("fixed", "a").protected()];
    world.up(&program(1)).await.unwrap();
    let calls = world.cloud.calls().len();
    let error = world.up(&program(2)).await.unwrap_err();
    assert!(error.is_refused() && error.to_string().contains("`b` is protected"), "{error}");
    assert_eq!(world.cloud.calls().len(), calls);
}

#[tokio::test]
async fn engine_026_what_asks_to_be_replaced_for_the_property_joins_the_chain() {
    let bound = |item: Item| item.options(|options| options.replace_on_changes(["soft"]));
    let program = |fixed: i64| {
        [item("a").with("fixed", fixed), bound(item("b").link("soft", "a")), item("c").link("soft", "a")]
    };
    let (actions, calls) = changed(&World::default(), &program(1), &program(2)).await;
    assert_eq!(actions, ["-/+ a", "-/+ b", "~ c"]);
    assert_eq!(calls[..2], ["-b", "-a"]);
}

#[tokio::test]
async fn engine_028_replace_on_changes_replaces_for_its_paths_and_keeps_what_the_provider_says() {
    let nested = |n: i64| Value::from([("b", n.into()), ("c", 1_i64.into())]);
    let told = |paths: &'static [&'static str], n: i64, size: i64| {
        let made = item("a").with("a", nested(n)).with("size", size).with("fixed", 1_i64);
        [made.options(|options| options.replace_on_changes(paths.iter().copied()))]
    };
    for (paths, n, size, expected) in [
        (&["a.b"][..], 2, 1, vec!["-/+ a"]),
        (&["a.*"], 2, 1, vec!["-/+ a"]),
        (&["a.c"], 2, 1, vec!["~ a"]),
        (&["a.b"], 1, 2, vec!["~ a"]),
        (&["*"], 1, 2, vec!["-/+ a"]),
        (&["*"], 1, 1, vec![]),
    ] {
        let (actions, _) = changed(&World::default(), &told(paths, 1, 1), &told(paths, n, size)).await;
        assert_eq!(actions, expected, "{paths:?} {n} {size}");
    }
    let other = [item("a").with("fixed", 2_i64).options(|options| options.replace_on_changes(["size"]))];
    let (actions, _) = changed(&World::default(), &told(&["size"], 1, 1), &other).await;
    assert_eq!(actions, ["-/+ a"], "the provider replaces for what nobody named");
}

/// A program of `a`, and of `b` with a replacement trigger.
fn triggered(trigger: impl Fn() -> Option<Output<Value>> + Send + Sync + 'static, size: i64) -> Deployment {
    Deployment::of_function(stack_name(), move |cx| {
        let location = Location { file: "triggered.rs", line: 1 };
        let inputs = Value::from([("name", "a".into()), ("size", size.into())]);
        cx.register("T", "test", "a", inputs.into(), Options::new(), location)?;
        let options = match trigger() {
            Some(trigger) => Options::new().replacement_trigger(trigger),
            None => Options::new(),
        };
        let inputs = Value::from([("name", "b".into())]);
        cx.register("T", "test", "b", inputs.into(), options, location)?;
        Ok(Default::default())
    })
}

fn given(value: impl Into<Value>) -> impl Fn() -> Option<Output<Value>> {
    let value = value.into();
    move || Some(Output::known(value.clone()))
}

#[tokio::test]
async fn engine_029_another_replacement_trigger_replaces_and_that_it_is_secret_or_an_output_does_not() {
    let world = World::default();
    world.deploy(&triggered(given(1_i64), 1)).await.unwrap();
    assert!(!world.plan(&triggered(given(1_i64), 1)).await.unwrap().has_changes());
    let secret = triggered(given(Value::from(1_i64).into_secret()), 1);
    assert!(!world.plan(&secret).await.unwrap().has_changes());
    let output = triggered(|| Some(Output::<Value>::of_resource(&urn("a"), "size")), 1);
    assert!(!world.plan(&output).await.unwrap().has_changes());
    let update = world.deploy(&triggered(given(2_i64), 1)).await.unwrap();
    assert_eq!(actions(&update.plan), ["-/+ b"]);
    assert_eq!(update.plan.operations[1].reason.as_deref(), Some("its replacement trigger changed"));
    assert_eq!(world.resource("b").await.unwrap().lifecycle.replacement_trigger, Some(2_i64.into()));
}

#[tokio::test]
async fn engine_029_a_trigger_that_is_not_known_replaces_and_what_it_became_is_kept() {
    let cloud = MemoryCloud::new("test").with_outputs("T", Value::from([("version", "v1".into())]));
    let world = World::new(cloud.replacing("size"));
    let traced = || Some(Output::<Value>::of_resource(&urn("a"), "version"));
    world.deploy(&triggered(traced, 1)).await.unwrap();
    assert_eq!(world.resource("b").await.unwrap().lifecycle.replacement_trigger, Some("v1".into()));
    let update = world.deploy(&triggered(traced, 2)).await.unwrap();
    assert_eq!(actions(&update.plan), ["-/+ a", "-/+ b"]);
    assert!(report(&update).is_complete(), "{:?}", report(&update));
    assert!(!world.plan(&triggered(traced, 2)).await.unwrap().has_changes());
}

#[tokio::test]
async fn engine_029_a_resource_that_gets_its_first_trigger_or_loses_it_stays() {
    let world = World::default();
    world.deploy(&triggered(|| None, 1)).await.unwrap();
    let calls = world.writes().len();
    world.deploy(&triggered(given(1_i64), 1)).await.unwrap();
    assert_eq!(world.resource("b").await.unwrap().lifecycle.replacement_trigger, Some(1_i64.into()));
    world.deploy(&triggered(|| None, 1)).await.unwrap();
    assert_eq!(world.resource("b").await.unwrap().lifecycle.replacement_trigger, None);
    assert_eq!(world.writes().len(), calls);
}

#[tokio::test]
async fn engine_031_what_is_replaced_with_another_one_gets_a_new_object_in_either_order() {
    for first in [true, false] {
        let world = choosing();
        let program = |fixed: i64| {
            let order = |item: Item| item.options(|options| options.delete_before_replace(first));
            let with = |item: Item| item.options(|options| options.replace_with(&urn("a")));
            [order(with(item("b"))), order(item("a").with("fixed", fixed))]
        };
        world.up(&program(1)).await.unwrap();
        let before = world.ids();
        let (actions, calls) = changed(&world, &program(1), &program(2)).await;
        let sign = if first { "-/+" } else { "+/-" };
        assert_eq!(actions, [format!("{sign} b"), format!("{sign} a")]);
        assert_eq!(calls.iter().filter(|call| call.starts_with('+')).count(), 2, "{calls:?}");
        assert_eq!(calls.iter().filter(|call| call.starts_with('-')).count(), 2, "{calls:?}");
        assert!(world.ids().iter().all(|id| !before.contains(id)), "{before:?} {:?}", world.ids());
    }
}

/// `b` goes with `a`, and `c` with `b`.
fn going_together(fixed: i64) -> [Item; 3] {
    let with = |item: Item, other: &str| item.options(|options| options.deleted_with(&urn(other)));
    [
        item("a").with("fixed", fixed),
        with(item("b").link("in", "a"), "a"),
        with(item("c").link("in", "b"), "b"),
    ]
}

#[tokio::test]
async fn engine_032_what_goes_with_another_one_is_replaced_with_it_and_only_that_is_called_for() {
    let world = choosing();
    let (actions, calls) = changed(&world, &going_together(1), &going_together(2)).await;
    assert_eq!(actions, ["-/+ a", "-/+ b", "-/+ c"]);
    assert_eq!(calls, ["-a-1", "+a", "+b", "+c"]);
    let new: Vec<String> = world.state().await.resources().map(|one| one.id.clone()).collect();
    assert_eq!(new, ["T/a-4", "T/b-5", "T/c-6"]);
    let calls = world.writes().len();
    let update = world.destroy().await.unwrap();
    assert!(report(&update).is_complete() && report(&update).done.delete == 3);
    assert_eq!(world.writes().split_off(calls), ["-a-4"]);
    assert!(world.state().await.is_empty());
}

#[tokio::test]
async fn engine_032_what_goes_with_another_one_is_deleted_by_itself_when_it_goes_alone() {
    let world = World::default();
    let program = going_together(1);
    let (actions, calls) = changed(&world, &program, &program[..2]).await;
    assert_eq!((actions, calls), (vec!["- c".to_owned()], vec!["-c".to_owned()]));
}

#[tokio::test]
async fn engine_034_a_protected_one_that_would_go_with_another_one_refuses_that() {
    let world = World::default();
    let protect = |mut program: [Item; 3]| {
        program[2] = program[2].clone().protected();
        program
    };
    world.up(&protect(going_together(1))).await.unwrap();
    let calls = world.cloud.calls().len();
    let replaced = world.up(&protect(going_together(2))).await.unwrap_err();
    let destroyed = world.destroy().await.unwrap_err();
    for error in [replaced, destroyed] {
        assert!(matches!(&error, EngineError::Refused(found) if found.len() == 1), "{error}");
        assert!(error.to_string().contains("`c` is protected"), "{error}");
    }
    assert_eq!(world.cloud.calls().len(), calls);
}

#[tokio::test]
async fn what_uses_something_goes_before_the_call_that_takes_that_away() {
    let world = World::default();
    let with_user: Vec<Item> =
        going_together(1).into_iter().chain([item("user").link("uses", "c")]).collect();
    world.up(&with_user).await.unwrap();
    let calls = world.writes().len();
    world.cloud.fail_next(CallKind::Delete, "T/user", refused());
    let update = world.destroy().await.unwrap();
    assert_eq!(world.writes().split_off(calls), ["-user"], "the others wait for it");
    assert_eq!(report(&update).skipped, 3);
    assert_eq!(world.state().await.resources().len(), 4, "nothing is forgotten that is still there");
    world.destroy().await.unwrap();
    assert_eq!(world.writes().split_off(calls), ["-user", "-user", "-a"]);
}

#[tokio::test]
async fn a_lock_is_lifted_for_as_long_as_what_it_locks_is_replaced_and_no_longer() {
    let lock = |item: Item| item.options(|options| options.replace_with(&urn("group")));
    let program = |name: &str| [item("group").named(name), lock(item("lock").after("group"))];
    let world = World::default();
    let (_, calls) = changed(&world, &program("one"), &program("two")).await;
    assert_eq!(calls, ["+two", "-lock", "-one", "+lock"]);
}

#[tokio::test]
async fn a_lock_is_lifted_by_the_run_that_finishes_a_replacement_which_was_cut_off() {
    let lock = |item: Item| item.options(|options| options.replace_with(&urn("group")));
    let program = |name: &str| [item("group").named(name), lock(item("lock").after("group"))];
    let world = World::default();
    world.up(&program("one")).await.unwrap();
    world.clock.advance(std::time::Duration::from_secs(60));
    world.cloud.fail_next(CallKind::Delete, "T/lock", refused());
    world.up(&program("two")).await.unwrap();
    let calls = world.writes().len();
    let update = world.up(&program("two")).await.unwrap();
    assert_eq!(actions(&update.plan), ["-/+ lock", "- group"]);
    assert_eq!(world.writes().split_off(calls), ["-lock", "-one", "+lock"]);
    assert!(!world.preview(&program("two")).await.unwrap().has_changes());
}

#[tokio::test]
async fn what_goes_or_is_replaced_with_what_is_not_declared_or_with_itself_is_an_error_that_says_where() {
    let world = World::default();
    let with = async |options: Options| world.plan(&program(&[item("a").options(|_| options)])).await;
    let error = with(Options::new().replace_with(&urn("ghost"))).await.unwrap_err().to_string();
    assert!(error.contains("`a` of type `T` at program.rs:1: the option `replace_with` names"), "{error}");
    let error = with(Options::new().deleted_with(&urn("ghost"))).await.unwrap_err().to_string();
    assert!(error.contains("the option `deleted_with` names") && error.contains("way out"), "{error}");
    let error = with(Options::new().deleted_with(&urn("a"))).await.unwrap_err().to_string();
    assert!(error.contains("makes a circle: a -> a"), "{error}");
}

#[tokio::test]
async fn a_replacement_that_may_not_delete_first_and_would_have_the_same_id_after_all_calls_nothing() {
    let cloud =
        MemoryCloud::new("test").replacing("fixed").with_outputs("T", Value::from([("word", "w".into())]));
    let world = World::new(cloud);
    let keep = |options: Options| options.delete_before_replace(false);
    world.up(&[item("a").named("w").options(keep)]).await.unwrap();
    let program = || {
        Deployment::of_function(stack_name(), move |cx| {
            let location = Location { file: "p.rs", line: 1 };
            let source = Value::from([("name", "s".into())]);
            let source = cx.register("T", "test", "s", source.into(), Options::new(), location)?;
            let inputs = std::collections::BTreeMap::from([(
                "name".to_owned(),
                source.output::<Value>("word").into(),
            )]);
            cx.register("T", "test", "a", Expression::Map(inputs), keep(Options::new()), location)?;
            Ok(Default::default())
        })
    };
    let update = world.deploy(&program()).await.unwrap();
    assert_eq!(actions(&update.plan), ["+ s", "+/- a"]);
    let failures = &report(&update).failures;
    assert!(
        matches!(&failures[..], [one] if matches!(&one.cause, FailureCause::Diverged { path } if path == "id"))
    );
    assert_eq!(world.ids(), ["T/s", "T/w"]);
    assert!(actions(&world.plan(&program()).await.unwrap()).is_empty());
}

#[tokio::test]
async fn what_goes_with_another_one_keeps_that_until_its_own_successor_is_made() {
    let world = World::default();
    let program = |name: &str| {
        let inside = item("b").named(&format!("{name}-b")).link("in", "a");
        [item("a").named(name), inside.options(|options| options.deleted_with(&urn("a")))]
    };
    world.up(&program("one")).await.unwrap();
    world.cloud.fail_next(CallKind::Create, "T/two-b", refused());
    world.up(&program("two")).await.unwrap();
    assert_eq!(world.writes(), ["+one", "+one-b", "+two", "+two-b"], "the old ones stay");
    world.up(&program("two")).await.unwrap();
    assert_eq!(
        world.state().await.resources().map(|one| one.id.as_str()).collect::<Vec<_>>(),
        ["T/two", "T/two-b"]
    );
}

#[tokio::test]
async fn engine_035_what_is_tainted_is_replaced_once_and_a_taint_on_a_replaced_copy_counts_for_nothing() {
    let world = choosing();
    let first = item("a").options(|options| options.delete_before_replace(false));
    let program = [first, item("b")];
    world.up(&program).await.unwrap();
    assert!(world.taint("a", true).await.unwrap());
    assert!(!world.taint("a", true).await.unwrap(), "it is already");
    let plan = world.preview(&program).await.unwrap();
    assert_eq!(plan.operations[0].reason.as_deref(), Some("it is tainted"));
    world.cloud.fail_next(CallKind::Delete, "", refused());
    let update = world.up(&program).await.unwrap();
    assert!(!report(&update).is_complete());
    let state = world.state().await;
    let copies: Vec<_> = state.replaced(&urn("a")).map(|copy| copy.tainted).collect();
    assert_eq!((state.get(&urn("a")).unwrap().tainted, copies), (false, vec![true]));
    assert_eq!(actions(&world.preview(&program).await.unwrap()), ["- a"], "only the copy still goes");
    assert!(report(&world.up(&program).await.unwrap()).is_complete());
    world.taint("b", true).await.unwrap();
    assert!(world.taint("b", false).await.unwrap());
    assert!(!world.preview(&program).await.unwrap().has_changes());
    assert!(world.taint("c", true).await.unwrap_err().to_string().contains("has no resource"));
}

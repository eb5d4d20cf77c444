//! Secrets.

use atp_iac::apply::{Event, Interrupt};
use atp_iac::engine::{Decision, Kind, UpdateOptions};
use atp_iac::plan::Plan;
use atp_iac::testing::MemoryCloud;
use atp_iac::{Options, Value};
use scenarios::{Item, Plain, World, actions, item, program, report};

fn with_password(password: &str) -> [Item; 1] {
    [item("a").with("password", Value::from(password).into_secret()).with("user", "anna")]
}

/// A world whose cloud says everything in clear.
fn plain() -> World {
    let world = World::new(MemoryCloud::new("test").with_outputs("T", Value::from([("key", "k1".into())])));
    let plain = Plain(world.cloud.clone());
    world.with_provider(plain)
}

#[tokio::test]
async fn engine_115_an_output_with_the_path_of_a_secret_input_is_secret_wherever_it_is_kept() {
    let world = plain();
    let plan = world.preview(&with_password("hunter2")).await.unwrap();
    assert!(plan.operations[0].inputs.get("password").unwrap().has_secret());
    for password in ["hunter2", "hunter3"] {
        world.up(&with_password(password)).await.unwrap();
        let outputs = world.resource("a").await.unwrap().outputs;
        assert_eq!(outputs.get("password"), Some(&Value::from(password).into_secret()));
        assert_eq!(outputs.get("user"), Some(&"anna".into()));
    }
    world.up_refreshed(&with_password("hunter3")).await.unwrap();
    assert!(world.resource("a").await.unwrap().outputs.get("password").unwrap().has_secret());
}

#[tokio::test]
async fn engine_116_a_secret_is_secret_in_all_that_a_run_tells() {
    let world = plain();
    world.up(&with_password("hunter2")).await.unwrap();
    let mut told = String::new();
    let mut observe = |event: Event<'_>| told.push_str(&format!("{event:?}"));
    let mut shown = String::new();
    let mut decide = |plan: &Plan, _: &[_]| {
        shown = format!("{plan:?}");
        Decision::Apply
    };
    let (options, interrupt) = (UpdateOptions::default(), Interrupt::default());
    let changed = program(&with_password("hunter3"));
    let update = world
        .engine
        .update(&changed, Kind::Up, &options, &mut decide, &mut observe, &interrupt)
        .await
        .unwrap();
    assert_eq!(actions(&update.plan), ["~ a"]);
    let change = &update.plan.operations[0].changes[0];
    assert!(change.before.as_ref().unwrap().has_secret() && change.after.as_ref().unwrap().has_secret());
    for text in [told, shown, format!("{update:?}")] {
        assert!(text.contains("[secret]") && !text.contains("hunter"), "{text}");
    }
}

fn with_key(paths: &'static [&'static str]) -> [Item; 1] {
    [item("a").options(|options: Options| options.additional_secret_outputs(paths.iter().copied()))]
}

#[tokio::test]
async fn additional_secret_outputs_are_secret_in_predictions_in_the_state_and_after_a_refresh() {
    let world = plain();
    let first = |plan: &Plan| plan.outputs["first"].after.clone().unwrap();
    assert!(first(&world.preview(&with_key(&["key", "id"])).await.unwrap()).has_secret());
    world.up(&with_key(&["*"])).await.unwrap();
    let secret = async || world.resource("a").await.unwrap().outputs.get("key").unwrap().has_secret();
    assert!(secret().await);
    world.cloud.put("T/a", Value::from([("name", "a".into()), ("key", "k2".into()), ("new", "n".into())]));
    world.up_refreshed(&with_key(&["*"])).await.unwrap();
    let outputs = world.resource("a").await.unwrap().outputs;
    assert_eq!(outputs.get("key"), Some(&Value::from("k2").into_secret()));
    assert!(outputs.get("new").unwrap().has_secret(), "also what was not there before");
}

#[tokio::test]
async fn outputs_that_are_secret_from_now_on_are_so_without_a_call() {
    let world = plain();
    world.up(&with_key(&[])).await.unwrap();
    let calls = world.writes().len();
    let update = world.up(&with_key(&["key", "id"])).await.unwrap();
    assert!(report(&update).is_complete() && update.outputs["first"].has_secret());
    assert_eq!(world.writes().len(), calls);
    let a = world.resource("a").await.unwrap();
    assert!(a.outputs.get("key").unwrap().has_secret() && !a.outputs.get("name").unwrap().has_secret());
    assert!(!world.preview(&with_key(&["key", "id"])).await.unwrap().has_changes());
}

#[tokio::test]
async fn what_is_not_to_be_shown_is_in_no_change_and_that_it_changes_is() {
    let world = World::default();
    let hidden = |rule: &str, size: i64| {
        let rules = Value::from([("rule", Value::from(rule)), ("size", size.into())]);
        [item("a").with("rules", rules).options(|options| options.hide_diff(["rules.rule"]))]
    };
    world.up(&hidden("long text", 1)).await.unwrap();
    let plan = world.preview(&hidden("longer text", 2)).await.unwrap();
    let shown: Vec<String> = (plan.operations[0].changes.iter())
        .map(|change| format!("{} {:?} {:?}", change.path, change.before, change.after))
        .collect();
    assert_eq!(shown, ["rules.rule Some((hidden)) Some((hidden))", "rules.size Some(1) Some(2)"]);
    world.up(&hidden("longer text", 2)).await.unwrap();
    assert_eq!(world.cloud.objects()["T/a"].get("rules").unwrap().get("rule"), Some(&"longer text".into()));
    let gone =
        world.preview(&[item("a").options(|options| options.hide_diff(["rules.rule"]))]).await.unwrap();
    assert!(!format!("{:?}", gone.operations[0].changes).contains("text"));
}

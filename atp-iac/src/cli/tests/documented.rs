//! Every event is documented, and every documented event exists, with the same fields.

use super::several::house::house;
use super::support::Bench;
use crate::state::Wait;
use crate::testing::CallKind;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

type Fields = BTreeMap<String, BTreeSet<String>>;

fn fields(event: &Json) -> (String, BTreeSet<String>) {
    let map = event.as_object().unwrap();
    (map["event"].as_str().unwrap().to_owned(), map.keys().cloned().collect())
}

fn documented() -> Fields {
    let text = include_str!("../../../../docs/events.md");
    let mut found = Fields::new();
    for section in text.split("\n## `").skip(1) {
        let (name, rest) = section.split_once('`').unwrap();
        let (_, example) = rest.split_once("```json\n").unwrap();
        let (example, _) = example.split_once("\n```").unwrap();
        let (event, fields) = fields(&serde_json::from_str(example).unwrap());
        assert_eq!(event, name, "the example of `{name}`");
        assert!(found.insert(event, fields).is_none(), "`{name}` is documented twice");
    }
    found
}

/// Runs with `--json`: the events, checked to be all that is printed as data, and to hold no secret.
async fn events(bench: &Bench, arguments: &str, found: &mut Fields) -> Vec<Json> {
    let ran = bench.run(&format!("{arguments} --json")).await;
    assert!(!ran.out.contains("hunter2") && !ran.err.contains("hunter2"), "{arguments}: {}", ran.out);
    let events: Vec<Json> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for event in &events {
        let (name, fields) = fields(event);
        let known = found.entry(name.clone()).or_insert_with(|| fields.clone());
        assert_eq!(*known, fields, "`{name}` has always the same fields");
    }
    if let Some(error) = events.iter().find(|event| event["event"] == "error") {
        assert_eq!(error["exit_code"], ran.code, "{arguments}");
        assert!(ran.err.starts_with("error: "), "{arguments}: {}", ran.err);
    } else {
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{arguments}");
    }
    events
}

fn names(events: &[Json]) -> Vec<&str> {
    events.iter().map(|event| event["event"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn every_event_is_documented_with_its_fields_and_no_other() {
    let mut bench = Bench::new();
    let mut found = Fields::new();
    let error = crate::provider::ProviderError::new(
        crate::provider::ProviderErrorKind::Refused,
        "QuotaExceeded",
        "no room",
    );
    bench.cloud.fail_next(CallKind::Create, "front", error);
    let failed = events(&bench, "up --yes --set guests=[ben]", &mut found).await;
    assert!(names(&failed).contains(&"failed") && names(&failed).contains(&"skipped"));
    bench.hang = Some(("front".into(), 2));
    events(&bench, "up --yes", &mut found).await;
    bench.hang = None;
    bench.presses.send_replace(0);
    let name = crate::StackName::new("dev", "north", "shop").unwrap();
    let lease = bench.store.lock(&name, &bench.holder("ben"), Wait::NONE).await.unwrap();
    events(&bench, "up --yes --lock-timeout 1s", &mut found).await;
    bench.store.unlock(&lease).await.unwrap();
    events(&bench, "up --yes --set protect=true", &mut found).await;
    let mut store = bench.cloud.objects()["Test.Store/store"].clone();
    if let crate::Value::Map(map) = &mut store {
        map.insert("size".into(), 7_i64.into());
    }
    bench.cloud.put("Test.Store/store", store);
    let late = [("name", "late".into()), ("id", "Test.Guest/late".into()), ("front", "elsewhere".into())];
    bench.cloud.put("Test.Guest/late", crate::Value::from(late));
    let foreign = br#"{"version": 4, "serial": 1, "resources": [{"mode": "managed", "type": "memory_guest", "name": "late",
        "provider": "p", "instances": [{"attributes": {"id": "Test.Guest/late"}}]}]}"#;
    bench.plans.0.lock().unwrap().insert("/shop/deep/state.json".into(), foreign.to_vec());
    for arguments in [
        "state import --from-terraform state.json --out late.rs",
        "up --yes --set protect=true --set guests=[ben,eve]",
        "up --yes --allow-replace --set protect=true --set guests=[ann<ben,eve]",
        "up --yes --allow-delete --set protect=true --set guests=[eve<ann]",
        "preview --set guests=[ann@ben,kim@eve]",
        "import --scope Test.Guest --include-managed",
        "import late Test.Guest/late --yes --set guests=[late]",
        "destroy --yes",
        "outputs",
        "state list",
        "secrets show",
        "state show front",
        "taint front",
        "state backup",
        "why front",
        "refresh",
        "graph",
        "config show",
        "config describe",
    ] {
        events(&bench, arguments, &mut found).await;
    }
    bench.memory.fail_backups(true);
    let told = events(&bench, "up --yes --allow-delete --allow-replace", &mut found).await;
    assert!(names(&told).contains(&"warning"), "{told:?}");
    of_history(&mut bench, &mut found).await;
    of_several(&mut found).await;
    assert_eq!(found, documented());
}

async fn of_history(bench: &mut Bench, found: &mut Fields) {
    bench.memory.fail_backups(false);
    for arguments in [
        "lock break --yes",
        "history list",
        "history show 2",
        "history diff 2",
        "history verify",
        "history keygen /shop/key.pem",
        "preview --out the.plan",
    ] {
        events(bench, arguments, found).await;
    }
    let private = bench.plans.0.lock().unwrap()[std::path::Path::new("/shop/key.pem")].clone();
    bench.files.insert("/shop/key.pem".into(), String::from_utf8(private).unwrap());
    bench.environment.insert("ATP_HISTORY_SIGN".into(), "key.pem".into());
    let told = events(bench, "history key", found).await;
    assert_eq!(names(&told), ["header", "signing_key"]);
    bench.environment.remove("ATP_HISTORY_SIGN");
    bench.who = "ben";
    let told = events(bench, "plan approve the.plan", found).await;
    assert_eq!(names(&told)[told.len() - 1], "approval");
    bench.who = "anna";
}

async fn of_several(found: &mut Fields) {
    let bench = house();
    events(&bench, "graph --stacks --env dev", found).await;
    events(&bench, "up --env dev -s app -s gate --yes", found).await;
    let told = events(&bench, "up --env preview-1 --all --yes --parallel-stacks 1", found).await;
    let of_base: Vec<&str> = told
        .iter()
        .filter(|event| event["stack"] == "preview-1/north/base")
        .map(|event| event["event"].as_str().unwrap())
        .collect();
    let preview = ["header", "plan", "operation", "output_change"];
    let apply = ["plan", "started", "finished", "summary", "ended", "outputs"];
    assert_eq!(of_base, [preview.as_slice(), apply.as_slice()].concat());
    assert_eq!(names(&told)[told.len() - 1], "total");
    events(&bench, "status --env preview-1", found).await;
    bench.clock.advance(std::time::Duration::from_secs(100 * 3600));
    events(&bench, "expired", found).await;
}

#[tokio::test]
async fn an_update_is_told_in_order() {
    let bench = Bench::new();
    let mut found = Fields::new();
    let told = events(&bench, "up --yes --parallel 1", &mut found).await;
    assert_eq!(
        names(&told),
        [
            "header",
            "plan",
            "operation",
            "operation",
            "output_change",
            "output_change",
            "started",
            "finished",
            "started",
            "finished",
            "summary",
            "outputs"
        ]
    );
    let refused = events(&bench, "up --set size=2", &mut found).await;
    assert_eq!(refused.last().unwrap()["exit_code"], 3, "nobody is asked");
    let again = events(&bench, "up", &mut found).await;
    assert_eq!(names(&again), ["header", "plan", "summary", "outputs"]);
    assert_eq!(again[3]["values"]["password"], "[secret]");
    let shown = bench.run("outputs --json --show-secrets").await;
    assert!(shown.out.contains("hunter2"));
}

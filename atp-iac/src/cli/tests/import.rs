//! Taking over what the cloud has.

use super::support::{Bench, same};
use crate::Value;
use crate::provider::{ProviderError, ProviderErrorKind};
use crate::testing::CallKind;
use serde_json::Value as Json;

/// With two guests that nobody has declared.
fn with_guests() -> Bench {
    let bench = Bench::new();
    for name in ["ann", "ben"] {
        let guest = Value::from([("name", name.into()), ("id", format!("Test.Guest/{name}").into())]);
        bench.cloud.put(&format!("Test.Guest/{name}"), guest);
    }
    bench
}

const PROGRAM: &str = r#"pub fn declare_all(cx: &mut Context) -> Result<()> {
    declare(cx, "Test.Guest", "ann", import("Test.Guest/ann"), json!({"name":"ann"}))?;
    declare(cx, "Test.Guest", "ben", import("Test.Guest/ben"), json!({"name":"ben"}))?;
    Ok(())
}
"#;

fn file(bench: &Bench, name: &str) -> Option<String> {
    let files = bench.plans.0.lock().unwrap();
    files.get(std::path::Path::new(name)).map(|bytes| String::from_utf8(bytes.clone()).unwrap())
}

#[tokio::test]
async fn what_is_in_a_scope_is_printed_as_a_program_and_nothing_is_done() {
    let bench = with_guests();
    let ran = bench.run("import --scope Test.Guest").await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    same(&ran.out, PROGRAM);
    assert!(ran.err.contains("2 declared\nnext: call `declare` of it in the program"), "{}", ran.err);
    assert!(bench.cloud.calls().iter().all(|call| matches!(call.kind, CallKind::Query | CallKind::Read)));
    assert!(bench.run("state list").await.err.contains("this stack was never deployed"));
}

#[tokio::test]
async fn a_file_that_is_there_is_written_over_only_by_force() {
    let bench = with_guests();
    let ran = bench.run("import --scope Test.Guest --out guests.rs").await;
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    assert!(ran.err.contains("2 declared in guests.rs\n"), "{}", ran.err);
    same(&file(&bench, "/shop/deep/guests.rs").unwrap(), PROGRAM);
    bench.cloud.remove("Test.Guest/ben");
    let ran = bench.run("import --scope Test.Guest --out guests.rs").await;
    assert!(ran.code == 3 && ran.err.contains("guests.rs is there already"), "{}", ran.err);
    same(&file(&bench, "/shop/deep/guests.rs").unwrap(), PROGRAM);
    assert_eq!(bench.run("import --scope Test.Guest --out guests.rs --force").await.code, 0);
    assert!(!file(&bench, "/shop/deep/guests.rs").unwrap().contains("ben"));
}

#[tokio::test]
async fn what_a_stack_has_already_is_left_out_unless_it_is_asked_for() {
    let bench = with_guests();
    bench.cloud.remove("Test.Guest/ann");
    assert_eq!(bench.run("up --yes --set guests=[ann]").await.code, 0);
    let ran = bench.run("import --scope Test.Guest").await;
    assert!(!ran.out.contains("ann") && ran.out.contains("ben"), "{}", ran.out);
    let said = "left out: Test.Guest/ann (Test.Guest): it is managed already, as `urn:atp:dev:north:shop::";
    assert!(ran.err.contains(said) && ran.err.contains("1 declared, 1 left out"), "{}", ran.err);
    let ran = bench.run("import --scope Test.Guest --include-managed").await;
    assert!(ran.out.contains("ann") && ran.out.contains("ben"), "{}", ran.out);
    let ran = bench.run("import --scope Test.Guest/ann").await;
    assert!(ran.code == 1 && ran.out.is_empty(), "{}", ran.out);
    assert!(ran.err.contains("in `Test.Guest/ann` there is nothing to take over\n"), "{}", ran.err);
    assert!(ran.err.contains("with `--include-managed`"), "{}", ran.err);
}

#[tokio::test]
async fn what_cannot_be_read_or_said_is_left_out_and_told() {
    let bench = with_guests();
    let locked = ProviderError::new(ProviderErrorKind::Refused, "ScopeLocked", "the scope is locked");
    bench.cloud.fail_next(CallKind::Read, "Test.Guest/ann", locked);
    bench.cloud.put("Test.Guest/ghost", Value::Null);
    let ran = bench.run("import --scope Test.Guest --json").await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    let event: Json = serde_json::from_str(ran.out.lines().last().unwrap()).unwrap();
    assert_eq!(event["event"], "discovered");
    assert_eq!(event["found"][0]["id"], "Test.Guest/ben");
    assert_eq!(event["notes"][0]["what"], "left_out");
    let message =
        |at: usize| event["notes"][at]["message"].as_str().unwrap().rsplit("): ").next().unwrap().to_owned();
    assert_eq!(message(0), "it cannot be read: the scope is locked");
    assert_eq!(message(1), "the provider cannot say what a program would say of it");
    assert!(event["code"].as_str().unwrap().contains("ben"));
}

#[tokio::test]
async fn a_scope_that_nothing_can_be_said_of_is_an_error_with_a_way_out() {
    let mut bench = with_guests();
    let unknown = ProviderError::new(ProviderErrorKind::Refused, "UnknownScope", "this is no scope");
    bench.cloud.fail_next(CallKind::Query, "Test.Goest", unknown.with_hint("say `Test.Guest`"));
    for (arguments, said) in [
        (
            "--scope Test.Goest",
            "what is in `Test.Goest` cannot be found out: this is no scope\n  way out: say `Test.Guest`",
        ),
        ("--scope Test.Nothing", "in `Test.Nothing` there is nothing to take over\n  way out: name a scope"),
        ("--scope Test.Guest --provider memry", "unknown provider `memry`; did you mean `memory`?"),
        ("", "--scope"),
        ("--out x.rs", "--scope"),
    ] {
        let ran = bench.run(&format!("import {arguments}")).await;
        assert!(ran.code == 1 && ran.err.contains(said), "{arguments}: {}", ran.err);
        assert_eq!(ran.out, "");
    }
    // A provider that leaves all of it out.
    bench.hang = Some(("nothing".into(), 0));
    let ran = bench.run("import --scope Test.Guest").await;
    let said = "the provider `memory` cannot say what is in `Test.Guest`";
    assert!(ran.code == 1 && ran.err.contains(said), "{}", ran.err);
}

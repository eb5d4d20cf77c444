//! Taking over what the cloud has.

use super::support::{Bench, same};
use crate::Value;
use crate::cli::{Answer, Terminal};
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
        ("", "write `import RESOURCE ID`, `import --file FILE` or `import --scope SCOPE`"),
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

/// With a front, and a guest that is there and that the program says otherwise.
async fn with_ben(front: &str) -> Bench {
    let bench = Bench::new();
    assert_eq!(bench.run("up --yes").await.code, 0);
    let ben = [("name", "ben".into()), ("id", "Test.Guest/ben".into()), ("front", front.into())];
    bench.cloud.put("Test.Guest/ben", Value::from(ben));
    bench
}

fn writes(bench: &Bench) -> usize {
    bench.cloud.calls().iter().filter(|call| !matches!(call.kind, CallKind::Read | CallKind::Query)).count()
}

#[tokio::test]
async fn a_resource_of_the_program_is_taken_over_and_how_it_differs_is_shown_first() {
    let mut bench = with_ben("Test.Front/back").await;
    let before = writes(&bench);
    let ran = bench.run("import ben Test.Guest/ben --set guests=[ben]").await;
    assert!(
        ran.code == 3 && ran.err.contains("nobody can be asked whether to take this over"),
        "{}",
        ran.err
    );
    bench.terminal = Terminal { input: true, error: true, width: None };
    bench.environment.insert("NO_COLOR".into(), "1".into());
    bench.answer = Answer::Line("n".into());
    assert_eq!(bench.run("import ben Test.Guest/ben --set guests=[ben]").await.code, 3);
    assert!(!bench.run("state list").await.out.contains("ben"));
    bench.answer = Answer::Line("y".into());
    let ran = bench.run("import ben Test.Guest/ben --set guests=[ben]").await;
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    let screen = "told to the state, without a call:\n  < ben (Test.Guest) taken over: Test.Guest/ben\n\nplan: 1 to take over, \
                  nothing to call\n\notherwise than the program says, and changed by the next `up`:\n~ ben (Test.Guest) \
                  update\n      front: \"Test.Front/back\" -> \"Test.Front/front\"\n\nTake this over? [y/N] ";
    assert!(ran.err.contains(screen), "{}", ran.err);
    assert!(
        ran.err.ends_with("1 taken over: `preview` shows what the program says otherwise\n"),
        "{}",
        ran.err
    );
    assert_eq!(writes(&bench), before);
    let ran = bench.run("preview --set guests=[ben]").await;
    assert!(ran.err.contains("~ ben (Test.Guest) update"), "{}", ran.err);
    let ran = bench.run("import ben Test.Guest/ben --set guests=[ben]").await;
    assert!(
        ran.code == 0 && ran.err.contains("nothing to take over: all of it is managed already\n"),
        "{}",
        ran.err
    );
}

#[tokio::test]
async fn nothing_else_is_done_and_what_is_as_the_program_says_shows_no_difference() {
    let bench = with_ben("Test.Front/front").await;
    let before = writes(&bench);
    let ran = bench.run("import ben Test.Guest/ben --yes --set guests=[ben,eve] --set size=2").await;
    assert!(ran.code == 0 && !ran.err.contains("otherwise than"), "{}", ran.err);
    assert_eq!(writes(&bench), before);
    let ran = bench.run("preview --set guests=[ben]").await;
    assert!(ran.err.ends_with("no changes: all 3 resources are as the program says\n"), "{}", ran.err);
}

#[tokio::test]
async fn what_cannot_be_meant_is_an_error_that_says_what_can() {
    let bench = with_ben("Test.Front/front").await;
    for (arguments, said) in [
        ("bne Test.Guest/ben", "unknown resource `bne`; did you mean `ben`?"),
        ("vault Test.Store/store", "`vault` is a component: name what is in it, such as `vault/store`"),
        ("urn:atp:prod:north:shop::Test.Guest::ben Test.Guest/ben", "is of another stack"),
        ("ben Test.Guest/bob", "`Test.Guest/bob` does not exist"),
        ("ben Test.Front/front", "which the stack has as `front`: nothing can be two resources"),
        ("ben", "<ID>"),
        ("ben Test.Guest/ben --scope Test.Guest", "cannot be used with"),
    ] {
        let ran = bench.run(&format!("import {arguments} --yes --set guests=[ben]")).await;
        assert!(ran.code == 1 && ran.err.contains(said), "{arguments}: {}", ran.err);
        assert!(!bench.run("state list").await.out.contains("ben"));
    }
}

fn list(bench: &Bench, text: &str) {
    bench.plans.0.lock().unwrap().insert("/shop/deep/list".into(), text.into());
}

#[tokio::test]
async fn a_file_names_many_in_yaml_or_json() {
    for text in [
        "- resource: ben\n  id: Test.Guest/ben\n- {resource: ann, id: Test.Guest/ann}\n",
        r#"[{"resource": "ben", "id": "Test.Guest/ben"}, {"resource": "ann", "id": "Test.Guest/ann"}]"#,
    ] {
        let bench = with_ben("Test.Front/front").await;
        let ann =
            [("name", "ann".into()), ("id", "Test.Guest/ann".into()), ("front", "Test.Front/front".into())];
        bench.cloud.put("Test.Guest/ann", Value::from(ann));
        list(&bench, text);
        let ran = bench.run("import --file list --yes --set guests=[ann,ben]").await;
        assert!(ran.code == 0 && ran.err.contains("2 taken over"), "{}", ran.err);
        assert_eq!(bench.run("preview --detailed-exitcode --set guests=[ann,ben]").await.code, 0);
    }
}

#[tokio::test]
async fn every_problem_of_a_file_is_told_with_its_place_and_nothing_is_taken_over() {
    let bench = with_ben("Test.Front/front").await;
    for (text, said) in [
        (
            "- resource: ben\n- id: 7\n  nam: x\n",
            vec!["list:1: [0].id: missing", "list:2: [1].id: ", "list:3: [1]: unknown key `nam`"],
        ),
        ("ben: Test.Guest/ben\n", vec!["list:1: expected a list"]),
        ("[]\n", vec!["list: the list is empty"]),
        (
            "- {resource: ben, id: Test.Guest/ben}\n- {resource: benn, id: x}\n- {resource: ben, id: test.guest/BEN}\n- {resource: ann, id: ''}\n",
            vec![
                "list:2: unknown resource `benn`; did you mean `ben`?",
                "list:3: `ben` was taken over at list:1 already",
                "list:3: `test.guest/BEN` was given at list:1 already",
                "list:4: `ann` is given no id",
            ],
        ),
    ] {
        list(&bench, text);
        let ran = bench.run("import --file list --yes --set guests=[ann,ben]").await;
        assert_eq!(ran.code, 1);
        for said in said {
            assert!(ran.err.contains(said), "{said}: {}", ran.err);
        }
        assert!(ran.err.ends_with("way out: correct the file: nothing was taken over\n"), "{}", ran.err);
    }
    let ran = bench.run("import --file nowhere --yes").await;
    assert!(ran.code == 1 && ran.err.contains("there is no file nowhere"), "{}", ran.err);
    assert!(!bench.run("state list").await.out.contains("ben"));
}

#[tokio::test]
async fn what_would_be_replaced_is_not_taken_over() {
    let bench = Bench::new();
    let front = [("name", "front".into()), ("id", "Test.Front/front".into()), ("place", "south".into())];
    bench.cloud.put("Test.Front/front", Value::from(front));
    let ran = bench.run("import front Test.Front/front --yes").await;
    assert!(ran.code == 3 && ran.err.contains("error: a resource stands against this plan"), "{}", ran.err);
    let said = "`front` is imported as `Test.Front/front` and would be replaced by a new one: for `place`";
    assert!(ran.err.contains(said), "{}", ran.err);
    assert!(!bench.run("state list").await.out.contains("front"));
}
